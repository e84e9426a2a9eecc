/* A small database for the tests of the store: notes, and what refers to them.
 */
#pragma once

#include "store/sqlite.h"

struct kit {
    struct db *db;
    struct conn *reader;
    struct arena mem;
    char path[128], wal[132];
};

/* Runs until it is stopped. */
#define ENDLESS                                                                \
    SQL("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "     \
        "SELECT count(*) FROM n")

struct kit kit_open(void);  /* in test_folder() */
struct kit kit_again(void); /* the same, with what it holds */
void kit_close(struct kit *k);
int64_t kit_int(struct kit *k, struct sql sql); /* what the reader sees */
/* A write_fn that makes the tables. */
enum status kit_tables(struct conn *c, struct arena *mem, void *data);
