/*
 * Private to the store: what stands behind db.h when the engine is SQLite.
 *
 * db.c is the lane of writes, which knows no engine. sqlite.c opens and closes,
 * sqlite_rows.c runs statements, sqlite_write.c is the writer's thread.
 */
#pragma once

#include "store/db.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

enum {
    APPLICATION_ID = 0x45737361, /* "Essa", in the file's header */
    STATEMENTS = 64,             /* kept prepared by a connection */
    REFUSAL = 256,
    LANE_MOST = 1024, /* writes that wait; beyond, ERR_BUSY */
};

struct cached {
    sqlite3_stmt *stmt;
    char *text;
    uint64_t used; /* turn of its last use */
    bool busy;
};

/* When work must stop. Past .wall, a reader stops; the writer goes on while its
 * own processor time is under .cpu and the clock under .hard, so that a busy
 * machine does not fail innocent writes. Nanoseconds; wall 0: never. */
struct limit {
    int64_t wall, cpu, hard;
};

struct conn {
    struct db *db;
    sqlite3 *lite;
    bool writer, begun;
    struct limit limit;
    bool late;           /* the limit has stopped something */
    int64_t patience_ns; /* how long to wait for another's lock */
    enum status lost;    /* writer: why the whole group must be undone */
    unsigned queries;
    uint64_t turn;
    struct rows *open; /* every answer not yet ended */
    char refusal[REFUSAL];
    uint64_t hashes[STATEMENTS]; /* of cached[].text; 0: free */
    struct cached cached[STATEMENTS];
};

/* A closure that waits. It lies on its caller's stack: once done is 1 it is no
 * longer there. */
struct job {
    write_fn *fn;
    void *data;
    struct arena *mem;
    struct arena_mark mark; /* where mem stood: a second run starts there */
    int64_t budget_ns;
    enum status status;
    bool ran;
    struct job *next;
    atomic_uint done;
};

struct lane {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct job *first, **last;
    bool closing;
    atomic_uint waiting;
    atomic_uint_least64_t refused;
};

struct db {
    const char *path, *vfs;
    int lock_fd; /* -1 when shared */
    bool shared;
    struct conn *writer; /* only the writer's thread touches it */
    pthread_t thread;
    struct lane lane;
    atomic_uint readers;
    atomic_uint_least64_t writes, commits, generation, slow;
    atomic_uint_least64_t groups[DB_GROUPS], grouped; /* see db_stats */
    int slow_ms;
    atomic_int wal_pages;
    int page_size;
    atomic_int checkpoint_step; /* pages of WAL between two checkpoints */
    /* The writer's own: pages of the WAL at the last checkpoint, and how many
     * of them are in the file since. */
    int checkpoint_seen, checkpointed;
};

/* db.c */
void lane_open(struct lane *l);
void lane_close(struct lane *l);
/* The oldest that waits, or NULL: when none came for wait_ms (-1: however
 * long), or when the lane is closing and empty (*closed). */
struct job *lane_take(struct lane *l, int wait_ms, bool *closed);
/* The oldest, only if there is one and its budget is at most this. */
struct job *lane_take_more(struct lane *l, int64_t budget_ns);
void job_answer(struct job *j, enum status s);
/* Counts a commit of so many writes. */
void group_count(struct db *db, unsigned writes);

/* sqlite.c */
enum status lite_open(struct db *db, bool writer, bool unsafe_normal,
                      struct conn **out) MUST_USE;
void lite_close(struct conn *c);

/* sqlite_rows.c */
/* What an SQLite result means; keeps the refusal, logs what nobody expects. */
enum status lite_status(struct conn *c, int rc, const char *text) MUST_USE;
bool limit_passed(const struct conn *c);
void rows_close_all(struct conn *c);
void statements_drop(struct conn *c);
/* A fixed statement without arguments, to its end. */
enum status lite_run(struct conn *c, const char *text) MUST_USE;

/* sqlite_write.c */
void *writer_main(void *db);
