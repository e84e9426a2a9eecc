/*
 * Private to the store: what stands behind db.h when the engine is SQLite.
 *
 * sqlite_lane.c is the lane of writes, sqlite.c opens and closes, sqlite_rows.c
 * runs statements, sqlite_write.c is the writer's thread, sqlite_checkpoint.c
 * puts what it wrote into the file.
 */
#pragma once

#include "store/engine.h"

#include <pthread.h>
#include <sqlite3.h>

enum { APPLICATION_ID = 0x45737361 }; /* "Essa", in the file's header */

struct lite_conn {
    struct conn conn;
    sqlite3 *lite;
    int64_t patience_ns;    /* how long to wait for another's lock */
    enum status lost;       /* writer: why the whole group must be undone */
    struct lite_rows *open; /* every answer not yet ended */
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
};

struct checkpointer {
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    bool asked, done, ends;
    pthread_mutex_t turn; /* one checkpoint at a time, of either thread */
};

struct lite_db {
    struct db db;
    const char *path, *vfs;
    int lock_fd;              /* -1 when shared */
    struct lite_conn *writer; /* only the writer's thread touches it */
    pthread_t thread;
    struct lane lane;
    struct checkpointer checkpointer;
    sqlite3 *holder; /* keeps others from writing: lite_hold */
    atomic_int wal_pages;
    int page_size;
    atomic_int checkpoint_step; /* pages of WAL between two checkpoints */
    atomic_int checkpointed;    /* pages of it that are in the file */
    atomic_bool unsynced;       /* a sync of the file failed */
    bool scratch;               /* see db.h: no WAL, no sync */
    /* The writer's own: pages of the WAL at the last checkpoint, and from how
     * many on readers are waited for again. */
    int checkpoint_seen, restart_from;
};

/* The bases are the first members: these are the ways back. */
static inline struct lite_db *lite_db(struct db *db)
{
    return (struct lite_db *)db;
}
static inline struct lite_conn *lite_conn(struct conn *c)
{
    return (struct lite_conn *)c;
}

/* sqlite_lane.c */
void lane_open(struct lane *l);
void lane_close(struct lane *l);
/* The oldest that waits, or NULL: when none came for wait_ms (-1: however
 * long), or when the lane is closing and empty (*closed). */
struct job *lane_take(struct lite_db *db, int wait_ms, bool *closed);
/* The oldest, only if there is one and its budget is at most this. */
struct job *lane_take_more(struct lite_db *db, int64_t budget_ns);
void job_answer(struct job *j, enum status s);
enum status lite_write(struct db *db, struct arena *mem, write_fn *fn,
                       void *data, int64_t budget_ns) MUST_USE;

/* sqlite.c */
enum status lite_open(struct lite_db *db, bool writer, bool unsafe_normal,
                      struct lite_conn **out) MUST_USE;
void lite_close(struct lite_conn *c);
/* A connection for locks, checkpoints, and rows in bulk. */
enum status lite_open_other(struct lite_db *db, sqlite3 **out) MUST_USE;
/* Signals are for the main thread, but not those of a fault of our own. */
bool lite_thread_start(pthread_t *thread, void *(*main)(void *data),
                       struct lite_db *db) MUST_USE;

/* sqlite_rows.c */
/* What an SQLite result means; keeps the refusal, logs what nobody expects. */
enum status lite_status(struct lite_conn *c, int rc, const char *text) MUST_USE;
void rows_close_all(struct lite_conn *c);
void statements_drop(struct lite_conn *c);
/* A fixed statement without arguments, to its end. */
enum status lite_run(struct lite_conn *c, const char *text) MUST_USE;
enum status lite_rows(struct conn *c, struct arena *a, struct sql sql,
                      const struct arg *args, struct rows **out) MUST_USE;
enum status lite_exec(struct conn *c, struct sql sql, const struct arg *args,
                      int64_t *changed) MUST_USE;
enum status lite_one(struct conn *c, struct sql sql, const struct arg *args,
                     int64_t *out) MUST_USE;
bool lite_next(struct rows *r);
void lite_rows_close(struct rows *r);
int lite_columns(const struct rows *r);
const char *lite_name(const struct rows *r, int column);
int64_t lite_whole(const struct rows *r, int column);
double lite_real(const struct rows *r, int column);
struct str lite_text(const struct rows *r, int column);
struct value lite_value(const struct rows *r, int column);

/* sqlite_copy.c: see copy.h */
enum status lite_copy(struct db *db, struct arena *a, const struct copy_to *to,
                      const char **why) MUST_USE;
enum status lite_integrity(struct conn *c, struct arena *a, bool *full,
                           const char **fault) MUST_USE;
enum status lite_describe(struct conn *c, struct arena *a, const char **text,
                          const char **fault) MUST_USE;

/* sqlite_load.c: see engine.h */
enum status lite_hold(struct conn *c, struct arena *a,
                      const struct load_table *tables, size_t n) MUST_USE;

/* sqlite_checkpoint.c */
bool checkpointer_start(struct lite_db *db) MUST_USE;
void checkpointer_stop(struct lite_db *db);
/* Of the writer's thread, as what follows: one is asked for, on the other
 * thread; after each commit, one if it is due. */
void checkpoint_ask(struct lite_db *db);
void checkpoint_when_due(struct lite_db *db);
/* So that the room of the WAL can be used again. */
void checkpoint_restart(struct lite_db *db);
/* By that connection, as far as nobody is in the way: is all of the WAL in the
 * file? Not where a failed sync may have lost some of it. */
bool checkpoint_whole(struct lite_db *db, sqlite3 *lite);
/* The last, and the WAL is gone; where it still is needed, it stays. */
void checkpoint_last(struct lite_db *db);

/* sqlite_write.c */
void *writer_main(void *db);
