/*
 * What can be had of laboratories, half-day by half-day: as open.h says, less
 * the rooms that are held. Five queries, however long the span and however many
 * the laboratories.
 */
#pragma once

#include "modules/network/open.h"

enum half_state {
    HALF_OPEN,
    HALF_SHUT,    /* closed, .why: "Vacances d'hiver" */
    HALF_WEEK,    /* it opens then in the weeks of the other letter only */
    HALF_UNKNOWN, /* after the last holidays that are known */
    HALF_NEVER,   /* not one of its hours */
    HALF_NOT_YET, /* before its opening */
    HALF_NO_MORE, /* after its end */
};
struct half_at {
    enum half_state state;
    int free;     /* HALF_OPEN: whole rooms that are ROOM_FREE */
    int parts;    /* and parts that are, of rooms that somebody has in part */
    int promised; /* and of both those that are ROOM_PROMISED */
    const char *why;
};
enum room_use {
    ROOM_FREE,
    ROOM_HELD,     /* it, or a part of it */
    ROOM_PROMISED, /* halves_offered: it fits somebody who waits */
};
struct room_part {
    int64_t id;
    const char *name;
    int64_t capacity;
    unsigned char *use; /* as a room's */
};
struct room {
    int64_t id;
    const char *name;
    int64_t capacity;        /* NONE: it does not say */
    unsigned char *use;      /* enum room_use, by half-day from the first */
    struct room_part *parts; /* who has the room has all of them */
    size_t part_count;
};
struct lab_halves {
    int64_t lab;
    const char *name;
    struct half_at *at; /* by half-day from the first */
    struct room *rooms; /* whole ones */
    size_t room_count;
};
struct halves {
    int32_t from, to;
    struct lab_halves *labs; /* by name */
    size_t n;
};
/* Of one laboratory, or of all that are open on one of the days (NONE); both
 * days are of it, and lie within 400. */
enum status halves_make(struct conn *c, struct arena *a, int64_t lab,
                        int32_t from, int32_t to, struct halves *out) MUST_USE;
/* The same as everybody may ask for it: what fits somebody who waits is
 * promised to them (waiting.h), and is not free. Some more queries for each
 * laboratory that somebody waits for. */
enum status halves_offered(struct conn *c, struct arena *a, int64_t lab,
                           int32_t from, int32_t to,
                           struct halves *out) MUST_USE;
static inline const struct half_at *half_of(const struct halves *h,
                                            const struct lab_halves *lab,
                                            int32_t day, int part)
{
    return &lab->at[(day - h->from) * PARTS + part];
}
/* What can be had then without saying what: whole rooms, and parts. */
static inline int half_left(const struct half_at *at)
{
    return at->free + at->parts;
}
/* The room to offer so many people then: as room_fitting says; NONE. */
int64_t room_of_half(const struct halves *h, const struct lab_halves *lab,
                     int32_t day, int part, int64_t people);

struct half {
    int32_t day;
    enum half_day part;
    int64_t rooms, free; /* whole rooms; those of which no part is held */
    int64_t lab;         /* where it is */
    int parts;           /* free, of rooms that somebody has in part */
    int promised;        /* what fits somebody who waits; not of these */
};
struct day_off {
    int32_t day;
    const char *why; /* "Vacances d'hiver"; NULL: it never opens that day */
    bool unknown;    /* the holidays of that year are not known yet */
};
struct calendar {
    const struct half *half; /* those on which it opens */
    size_t n;
    const struct day_off *off; /* days without any half-day */
    size_t off_count;
};

/* Both days are of it, and lie within 400. */
enum status calendar_make(struct conn *c, struct arena *a,
                          const struct lab *lab, int32_t from, int32_t to,
                          struct calendar *out) MUST_USE;
/* The next half-days on which a room is free, from the day on, `most` at most:
 * of the 60 days that follow. */
enum status calendar_next(struct conn *c, struct arena *a,
                          const struct lab *lab, int32_t from, size_t most,
                          struct half **out, size_t *n) MUST_USE;
/* The half-days nearest to one wanted, before and after it, from tomorrow on,
 * on which a room of the laboratory is free that holds so many; nearest first,
 * of two as near the later. Where it has fewer than `most`, those of the other
 * laboratories of its bassin follow, or where there is none, of its
 * département. */
struct near {
    int64_t lab;
    int32_t day;
    enum half_day part;
    int64_t people;
};
enum status calendar_near(struct conn *c, struct arena *a, const struct near *k,
                          struct half *out, size_t most, size_t *n) MUST_USE;
/* A room of the laboratory that is free on that half-day, or the free part of
 * one that somebody has in part: the smallest that holds so many people, one
 * that does not say how many it holds, or the largest; NONE. */
enum status room_free(struct conn *c, int64_t lab, int64_t slot, int64_t people,
                      int64_t *space) MUST_USE;
/* All that is free, in that order, parts of free rooms as well; SPACES_MOST at
 * most. .within: the room of a part; NONE. */
enum { SPACES_MOST = 100 };
struct free_space {
    int64_t id, within;
};
enum status spaces_free(struct conn *c, struct arena *a, int64_t lab,
                        int64_t slot, int64_t people,
                        struct free_space out[SPACES_MOST], size_t *n) MUST_USE;
/* The same as room_free where nobody looks at it any more: NONE where all are
 * too small. */
enum status room_fitting(struct conn *c, int64_t lab, int64_t slot,
                         int64_t people, int64_t *space) MUST_USE;
/* What is held with a space for one half-day: it and its parts; kind, thing,
 * starts, until and why "visit" of each. */
enum { SPACE_HOLDS = 40 };
enum status space_holds(struct conn *c, struct arena *a, int64_t space,
                        int64_t slot, struct hold out[SPACE_HOLDS],
                        size_t *n) MUST_USE;
