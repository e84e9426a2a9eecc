/* What the files of this engine share; nobody else includes it. */
#pragma once

#include "store/db.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

enum { STATEMENTS = 96 }; /* kept prepared per connection */

struct statement {
    char *text; /* own copy; the key */
    sqlite3_stmt *stmt;
    uint32_t hash, used; /* used: when last, to drop the oldest */
    bool busy;           /* a struct rows reads it */
};

struct conn {
    struct db *db;
    sqlite3 *sqlite;
    struct statement kept[STATEMENTS];
    uint32_t clock;
    unsigned queries;
    int64_t deadline; /* time_monotonic_ns; 0: none */
    bool is_writer, in_snapshot;
    char refusal[200];
};

enum { QUEUE_MOST = 1024, GROUP_MOST = 256 };

struct job {
    struct job *next;
    struct arena *mem;
    write_fn *fn;
    void *data;
    int64_t budget_ns;
    enum status status;
    pthread_cond_t done_cond;
    bool done;
};

struct db {
    char *path;
    const char *vfs;
    bool unsafe_normal;
    int lock_fd;
    struct conn *writer;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows up to stopping */
    pthread_cond_t wake;
    struct job *first, *last;
    unsigned waiting;
    bool stopping;
    _Atomic uint64_t writes, commits, refused, generation;
    _Atomic int64_t wal_bytes;
};

enum status conn_new(struct db *db, bool writer, struct conn **out);
/* A status for what SQLite answered on this connection. */
enum status sqlite_status(struct conn *c, int rc);
/* Runs SQL of the engine itself (BEGIN, SAVEPOINT): no arguments, kept. */
int conn_run(struct conn *c, const char *text);
void *writer_main(void *db);
