/*
 * Series: an accueil that comes back each week, or each second one, of a school
 * year. The row says what was planned; what takes place are visits of their
 * own, one for each date, confirmed, held, moved or cancelled each by itself.
 * A date is a day and a half-day of the wall clock: no change of the clock
 * moves one.
 *
 * Nothing is booked by writing the row. Its page shows every date with what
 * stands in its way and with another that is free; what is ticked there is
 * booked, all of it or nothing.
 */
#pragma once

#include "modules/network/calendar.h"

struct series {
    struct row row;
    int64_t lab;
    const char *title, *kind;
    int32_t starts, ends; /* the first date says the day of the week */
    const char *part;
    const char *week;           /* "every", "a" or "b", as openings have it */
    int64_t space, coordinator; /* NONE: a room that is free; nobody */
    int64_t school;
    const char *class_label;
    int64_t pupils;
    const char *need;
    const char *asker, *email, *phone;
};

extern const struct entity series_entity;

enum { SERIES_MOST = 60 }; /* dates */

/* A half-day with its room; .space NONE: there is none. */
struct place {
    int32_t day;
    enum half_day part;
    int64_t space;
};

/* One date. */
struct occurrence {
    struct place at;        /* as planned; .space NONE: it cannot be had */
    int64_t visit;          /* that stands there already; NONE */
    const char *state;      /* of it */
    struct place before;    /* where it stands now, of one that moves */
    const char *closed;     /* a label key: why the laboratory is closed */
    const char *closure;    /* "Vacances d’hiver"; or NULL */
    bool taken;             /* somebody has the room, or the coordinator */
    int64_t taken_by;       /* their visit, where the reader may see it; NONE */
    const char *taken_what; /* and its title */
    struct place other;     /* free instead; .space NONE: nothing near */
};

/* The dates planned from a day on, each with the visit of its week that the
 * series has, and the visits that stand beside the plan; by day. `seen`: which
 * visits the reader may see. */
enum status series_dates(struct conn *c, struct arena *a,
                         const struct series *s, const struct reach *seen,
                         struct occurrence **out, size_t *n) MUST_USE;

/* Where the visits that are still to come would go: those from a day until a
 * day, on that day of the week (0: Monday), half-day and room (NONE: the one
 * they have, or another that is free). */
struct series_move {
    int32_t from, to;
    int weekday;
    enum half_day part;
    int64_t space;
};
enum status series_moved(struct conn *c, struct arena *a,
                         const struct series *s, const struct series_move *m,
                         const struct reach *seen, struct occurrence **out,
                         size_t *n) MUST_USE;

/* What a date of it is booked as, in a. */
struct visit *series_visit(struct arena *a, const struct series *s);
/* Inside a write: books those dates, as visits that are confirmed. *fault: a
 * label key, with ERR_INVALID. ERR_CONFLICT: one of them is taken meanwhile. */
enum status series_book(struct conn *c, struct arena *a, const struct series *s,
                        const struct place *at, size_t n, struct actor by,
                        const char **fault) MUST_USE;
/* Inside a write: moves those visits of the series; with_words: what they are
 * about, who comes and who receives follow the series as well. Another's visit,
 * or one that is over, is ERR_CONFLICT. */
struct series_going {
    const int64_t *visits;
    const struct place *to; /* of each */
    size_t n;
    bool with_words;
};
enum status series_move_to(struct conn *c, struct arena *a,
                           const struct series *s, const struct series_going *m,
                           struct actor by, const char **fault) MUST_USE;
/* Inside a write: cancels those of its visits that are still to come, from a
 * day until a day; *n: how many. */
enum status series_cancel(struct conn *c, struct arena *a,
                          const struct series *s, int32_t from, int32_t to,
                          struct str reason, struct actor by,
                          size_t *n) MUST_USE;
