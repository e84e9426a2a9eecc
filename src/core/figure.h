/* Computing figures, and the records behind them. */
#pragma once

#include "core/app.h"

struct lang;

/* What is asked of a figure. */
struct figure_ask {
    const struct figure *figure;
    int year;       /* school year; what a figure "as of" counts at its end */
    int64_t bassin; /* an area's id; NONE: all */
    struct reach reach;
};

struct figure_value {
    double value; /* NAN: nothing to count, unknown */
    bool hidden;  /* a number under 5 that would point at somebody, or one that
                     would give such a number away */
    bool small;   /* hidden for itself */
};

/* The last day that a figure counts: of the year, or today in its course where
 * the figure tells how things stand. */
int32_t figure_day(const struct figure *f, int year);
const char *figure_period(const struct figure *f); /* "as_of" */
const char *figure_origin(const struct figure *f); /* "imported" */
/* The last closed school year: the one whose last day is past. */
int closed_year(void);
/* The one that pages tell of where nobody asks for another: the last closed
 * one, but of the demonstration the one that it tells of whole. */
int shown_year(const struct app *app);
/* The bassins that a figure may be asked of, all of them: rows of *e; none
 * where no module has areas. */
enum status figure_bassins(struct conn *c, struct arena *a,
                           const struct entity **e, struct list *out) MUST_USE;
/* Asked of a figure that hides numbers under 5, it is asked of all bassins, to
 * know what else must not be told. */
enum status figure_value(struct conn *c, struct arena *a,
                         const struct figure_ask *ask,
                         struct figure_value *out) MUST_USE;

struct behind {
    int64_t id;
    double amount, whole;
    const char *title; /* "" where such rows have none */
};
/* Is the number told to everybody, and of the records behind it such a reader
 * is shown some? */
bool figure_is_partial(const struct figure *f, const struct reach *reach);
/* The records behind that are in reach, those after `after` (0: from the first)
 * by id, most at most; *more: there are others. Those of a hidden number are
 * the caller's to keep to itself; and a figure that hides numbers under 5 tells
 * no amounts. */
enum status figure_rows(struct conn *c, struct arena *a,
                        const struct figure_ask *ask, int64_t after, int most,
                        struct behind **out, size_t *n, bool *more) MUST_USE;
/* The same one after another, of one statement: until figure_next is false,
 * then rows_end. */
enum status figure_walk(struct conn *c, struct arena *a,
                        const struct figure_ask *ask, int64_t after,
                        int64_t most, struct rows **out) MUST_USE;
bool figure_next(struct rows *rows, struct behind *out);
/* The foot of that list, computed from all its rows, those that the reader is
 * not shown among them. */
struct figure_foot {
    struct figure_value value;
    double sum, whole; /* of a share: what it was computed from */
};
enum status figure_foot(struct conn *c, struct arena *a,
                        const struct figure_ask *ask,
                        struct figure_foot *out) MUST_USE;
bool figure_tells_amounts(const struct figure *f);
/* As people write it: "15 495", "39 %", "2017", or "moins de 5". */
const char *figure_text(struct arena *a, const struct lang *lang,
                        const struct figure *f, struct figure_value v);
