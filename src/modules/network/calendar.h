/*
 * What can be had of a laboratory, half-day by half-day: as open.h says, less
 * the rooms that are held. Four queries, however long the span.
 */
#pragma once

#include "modules/network/open.h"

struct half {
    int32_t day;
    enum half_day part;
    int64_t rooms, free; /* whole rooms; those of which no part is held */
};
struct day_off {
    int32_t day;
    const char *why; /* "Vacances d'hiver"; NULL: it never opens that day */
};
struct calendar {
    const struct half *half;
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
/* A room of the laboratory that is free on that half-day, the smallest that
 * holds so many people, or the largest; NONE. */
enum status room_free(struct conn *c, int64_t lab, int64_t slot, int64_t people,
                      int64_t *space) MUST_USE;
