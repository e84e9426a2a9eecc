/* Pairs of rows, each pair written by one closure: after a death or a power cut
 * no thread's pairs may have a hole, and none may be there by half. */
#pragma once

#include "store/db.h"

struct pair {
    int64_t thread, n; /* n counts from 1 */
};

static inline enum status pairs_make(struct conn *c, struct arena *mem,
                                     void *data)
{
    (void)mem, (void)data;
    return db_exec(c,
                   SQL("CREATE TABLE IF NOT EXISTS pair (thread INT, n INT, "
                       "half INT, pad BLOB, PRIMARY KEY (thread, n, half))"),
                   NO_ARGS, NULL);
}

/* data: a struct pair. */
static inline enum status pair_write(struct conn *c, struct arena *mem,
                                     void *data)
{
    const struct pair *p = data;
    (void)mem;
    for (int64_t half = 0; half < 2; half++)
        TRY(db_exec(c,
                    SQL("INSERT INTO pair VALUES (:t, :n, :half, "
                        "randomblob(150))"),
                    ARGS(arg_int("t", p->thread), arg_int("n", p->n),
                         arg_int("half", half)),
                    NULL));
    return OK;
}

static inline bool pairs_sound(struct conn *c, struct arena *a)
{
    struct rows *r;
    return db_rows(c, a, SQL("PRAGMA integrity_check"), NO_ARGS, &r) == OK &&
           rows_next(r) && str_eq(row_str(r, 0), "ok") && rows_end(r) == OK;
}

/* The last pair of each thread; false where one is missing or half. */
static inline bool pairs_last(struct conn *c, struct pair *last, int threads)
{
    for (int t = 0; t < threads; t++) {
        int64_t most, halves;
        if (db_int(c, SQL("SELECT max(n) FROM pair WHERE thread = :t"),
                   ARGS(arg_int("t", t)), &most) != OK ||
            db_int(c, SQL("SELECT count(*) FROM pair WHERE thread = :t"),
                   ARGS(arg_int("t", t)), &halves) != OK)
            return false;
        last[t] = (struct pair){t, most == NONE ? 0 : most};
        if (halves != 2 * last[t].n)
            return false;
    }
    return true;
}
