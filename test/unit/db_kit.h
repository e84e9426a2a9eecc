/* A small database for the tests of the store: notes, and what refers to them.
 */
#pragma once

#include "store/sqlite.h"

struct db_kit {
    struct db *db;
    struct conn *reader;
    struct arena mem;
    char path[512], wal[516];
};

/* Runs until it is stopped. */
#define ENDLESS                                                                \
    SQL("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "     \
        "SELECT count(*) FROM n")

struct db_kit db_kit_open(void);  /* in test_place("essaim.db") */
struct db_kit db_kit_again(void); /* the same, with what it holds */
/* On another VFS (NULL: the usual), with synchronous=NORMAL. */
struct db_kit db_kit_open_with(const char *folder, const char *vfs,
                               bool unsafe);
void db_kit_close(struct db_kit *k);
int64_t db_kit_int(struct db_kit *k, struct sql sql); /* what the reader sees */
/* A write_fn that makes the tables. */
enum status db_kit_tables(struct conn *c, struct arena *mem, void *data);

/* A write_fn with data: a const char **; inserts a note. */
enum status db_kit_insert(struct conn *c, struct arena *mem, void *data);
#define WORD(s) (&(const char *){s})

/* A write on a thread of its own. */
struct db_kit_write {
    struct db *db;
    write_fn *fn;
    void *data;
    size_t limit; /* of its arena */
    enum status status;
    int64_t took_ns;
    pthread_t thread;
};
void db_kit_start(struct db_kit_write *w);
void db_kit_join(struct db_kit_write *w);
/* Keeps the writer busy until db_kit_let_go, so that what is started meanwhile
 * becomes one group, in the order of starting. */
struct db_kit_hold {
    struct db_kit_write write;
    atomic_int state;
};
void db_kit_hold(struct db_kit_hold *h, struct db *db);
void db_kit_let_go(struct db_kit_hold *h);
void db_kit_wait_for(struct db *db, unsigned waiting);
