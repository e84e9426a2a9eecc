/*
 * Moving a database into another, of the same engine or the other: every table
 * of the schema, whole, ids and all, from one snapshot. What was moved is
 * proven table by table with a digest over its rows in the order of their keys,
 * computed the same way on both sides.
 *
 * A target that is not complete holds the table core_moving: it is not served
 * (see schema_open), and the same move called again goes on with it. Whatever
 * ends a move, a table is there once and whole, or is begun anew.
 */
#pragma once

#include "store/schema.h"

struct move {
    struct db *from, *to; /* both opened by this process alone */
    /* Others may write to the source meanwhile: what they commit after the
     * first read is not moved. */
    bool served;
    bool restores; /* it is called a restore where it is told of */
    const struct schema *schema;
    /* Told as it goes: "moving" and then "proving", in rows. */
    void (*shown)(void *data, const char *what, int64_t done, int64_t all);
    /* Does what else must be there before the target may be served. */
    enum status (*last)(void *data, const char **why);
    void *data;
};
struct moved {
    size_t tables, resumed; /* resumed: were there from an earlier call */
    int64_t rows;
};

/* Is another Essaim connected to it? ERR_CONFLICT and *why. A file's lock has
 * said so already. */
enum status db_alone(struct db *db, struct arena *a, const char **why) MUST_USE;
/* Is it as this program makes it? ERR_CONFLICT and *why; for who would change
 * something of it before db_move, which asks again. */
enum status db_fits(struct db *db, struct arena *a, const struct schema *schema,
                    const char **why) MUST_USE;
/* Nobody else writes to the source meanwhile, unless it is served.
 * ERR_CONFLICT: the source is not of this program's shape, or the target holds
 * something. In any case *why is one line that says what to do; a target that
 * held something is as it was. */
enum status db_move(struct arena *a, const struct move *m, struct moved *out,
                    const char **why) MUST_USE;
