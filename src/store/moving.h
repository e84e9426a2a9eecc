/* Private to move*.c: a move under way. move_source.c reads the source,
 * move_target.c makes the target, move.c carries over and proves. */
#pragma once

#include "base/digest.h"
#include "base/random.h"
#include "store/load.h"
#include "store/move.h"

enum {
    PAGE = 1000,
    COLUMNS = 200,
    KEYS = 8,
};

/* A table on both sides. */
struct move_table {
    struct load_table load;
    const char *keys[KEYS + 1];
    int key_columns[KEYS];
    const char *first, *rest; /* a page of it: the first, one behind a key */
    const char *moved;        /* the digest noted in the target, or NULL */
    bool there;               /* in the target, before the move */
    int64_t rows;
};

struct moving {
    const struct move *m;
    struct arena *mem;
    struct conn *from;
    struct load *to;
    const struct loader *loader;
    struct load_table *loads;
    struct move_table *tables;
    size_t n, room, resumed;
    int64_t done, all;
    const char *why;
};

/* One line for whoever called it; returns s. */
enum status move_refuse(struct moving *g, enum status s, const char *fmt, ...)
    PRINTF(3, 4);
/* One column of the answer for :name, or two; *n of at most so many. */
enum status move_names(struct conn *c, struct arena *a, struct sql query,
                       const char *table, const char **out, const char **second,
                       int most, int *n) MUST_USE;
/* The place of a column in a table, or -1. */
int move_column(const struct move_table *t, const char *column);

/* A snapshot of the source, its tables and how many rows they have. */
enum status move_take_source(struct moving *g) MUST_USE;
/* The table's digest in hexadecimal; its rows go to `to` where that is given.
 */
enum status move_read(struct moving *g, struct conn *c,
                      const struct move_table *t, struct load *to,
                      const char **digest) MUST_USE;
/* What essaim db check asks, of the target. */
enum status move_target_fits(struct moving *g, struct conn *c) MUST_USE;
/* Its tables made and matched, and noted as being of this move. */
enum status move_take_target(struct moving *g) MUST_USE;
