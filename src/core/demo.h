/*
 * The demonstration: a laboratory that a module fills with its part, the same
 * on every machine. A module's demo function runs inside one write, after those
 * of the modules it needs, and uses row_insert like anybody.
 *
 * Two times: the closed school year 2023-2024, whose figures are the
 * brochure's, and a living year around d->today.
 */
#pragma once

#include "store/entity.h"

struct demo {
    struct conn *conn;
    struct arena *mem;
    int32_t today;
    const char *folder; /* the data folder: where files go */
    struct actor by;
    uint64_t seed; /* of demo_random: never the clock */
};

/* A number from 0 to below: the same sequence on every machine. */
uint32_t demo_random(struct demo *d, uint32_t below);

/* A file of that content and name, for a FILE of a row. */
enum status demo_file(struct demo *d, const char *name, struct str bytes,
                      int64_t *id) MUST_USE;

/* row_insert, with a uid (of 1 September 2023) that is the same on every
 * machine. */
enum status demo_add(struct demo *d, const struct entity *e,
                     void *row) MUST_USE;
