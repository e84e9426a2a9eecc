/*
 * Private to the store: what stands behind db.h when the engine is PostgreSQL.
 *
 * postgres.c opens and closes, postgres_dial.c reaches a server and says why it
 * will not do, postgres_text.c translates the common tongue,
 * postgres_rows.c runs statements and reads their answers, postgres_fail.c says
 * what the server's errors mean, postgres_write.c runs closures,
 * postgres_claim.c keeps who serves, postgres_wait.c waits for answers.
 *
 * A connection is always in pipeline mode: BEGIN, SAVEPOINT, SET and PREPARE
 * are queued, and go with the statement that follows them in one round trip.
 */
#pragma once

#include "store/engine.h"

#include <postgresql/libpq-fe.h>
#include <pthread.h>

enum {
    WRITERS = 8,
    AHEAD = 192, /* statements sent before they are asked */
    LEAST_VERSION = 150000,
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_NUMERIC = 1700,
};

/* A statement that the server has prepared. */
struct pg_statement {
    char name[16];
    struct arena mem;
    const char *text;   /* as the server has it */
    const char **names; /* of $1, $2, … */
    Oid *types;         /* as declared: 0 left to the server */
    int params;
    int place; /* of its PREPARE among those queued; -1: it is prepared */
};

/* A statement that was sent before its answer is asked for. */
struct pg_ahead {
    uint64_t hash;
    const char *text;
    const struct arg *args;
    int place;        /* among those queued; -1 once it was answered */
    PGresult *answer; /* NULL: not yet */
};

struct pg_conn {
    struct conn conn;
    PGconn *pg;           /* NULL: not connected */
    struct arena scratch; /* arguments of one statement */
    int queued;           /* commands sent since the last sync */
    int owed;             /* answers of a reader's COMMIT, not yet read */
    bool inside;          /* BEGIN was sent */
    bool commits;         /* so is COMMIT */
    int64_t timeout_ms;   /* what the session has; -1 unknown */
    unsigned serial;      /* of statements' names */
    int64_t last_id;
    struct pg_ahead ahead[AHEAD];
    int ahead_count, unproven;
    enum status heard; /* of what was asked ahead: why it failed */
    struct arena ahead_mem;
    bool changed;   /* the transaction did: its commit is one to count */
    int64_t opened; /* when it connected */
    /* When its statements' plans were last let go, and db.changed then. */
    int64_t planned, planned_rows;
    bool lost;           /* the server went away inside the transaction */
    bool clash;          /* it asks to run the transaction again */
    char taken[REFUSAL]; /* the unique value that was there already, or "" */
    bool broken; /* a statement failed: the rest of the transaction will */
};

struct pg_db {
    struct db db;
    const char *url;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    pthread_rwlock_t turn; /* held alone by a closure that clashed too often */
    struct pg_conn *idle[WRITERS];
    int idle_count, made;
    PGconn *claim;             /* of who serves it; NULL: nobody here does */
    bool claimed;              /* by that */
    atomic_int_least64_t away; /* when it was last told that it is; 0: is not */
    atomic_bool
        still; /* a connection was given up, for nothing was said on it */
    atomic_int_least64_t back;    /* when it was last told that it is back */
    atomic_int_least64_t changed; /* rows written by this process */
};

static inline struct pg_db *pg_db(const struct db *db)
{
    return (struct pg_db *)(uintptr_t)db;
}
static inline struct pg_conn *pg_conn(struct conn *c)
{
    return (struct pg_conn *)c;
}

/* postgres.c */
struct pg_conn *pg_conn_new(struct pg_db *db, bool writer);
void pg_conn_free(struct pg_conn *c);
enum status pg_connect(struct pg_conn *c) MUST_USE;
void pg_disconnect(struct pg_conn *c);

/* postgres_fail.c */
/* Once in a while: everybody who asks meets it. error may be NULL. */
void pg_say_away(struct pg_db *db, const char *error);
void pg_say_back(struct pg_db *db);

/* postgres_dial.c */
PGconn *pg_dial(const char *url, const char *as);
/* The server has ended it: seen without a word to it. */
bool pg_is_gone(const PGconn *pg);
/* Whether the server that it is of still answers who comes, with whatever. */
bool pg_lets_in(const struct pg_db *db, const PGconn *pg);
/* It still waited for an answer when its time was over. */
bool pg_is_late(const PGconn *pg);
/* The first line of what libpq says. */
const char *pg_said(struct arena *a, const PGconn *pg);
/* Whether the database will do, of that version of the server at least; else
 * *why, what to do. ERR_AWAY: a moment later it may. */
enum status pg_look(struct arena *a, const struct pg_db *db, int least,
                    const char **why) MUST_USE;
/* The first value of the first row, or "". */
const char *pg_asked(struct arena *a, const struct pg_db *db, PGconn *pg,
                     const char *query);
/* The place without user and password. */
const char *pg_shown(struct arena *a, const char *url);
const char *pg_kept(struct arena *a, const char *url);

/* postgres_wait.c: none of them waits for a server that stands still; the
 * connection is then as lost. */
/* PQgetResult, under that limit or, where it is NULL, none. */
PGresult *pg_result(const struct pg_db *db, PGconn *pg,
                    const struct limit *limit);
/* PQexec, on a connection that is not in pipeline mode. */
PGresult *pg_do(const struct pg_db *db, PGconn *pg, const char *text);
/* PQgetCopyData, and PQputCopyData until all of it is sent. */
int pg_copy_out(const struct pg_db *db, PGconn *pg, char **line);
bool pg_copy_in(const struct pg_db *db, PGconn *pg, const char *p, size_t n);

/* postgres_text.c: into s->text and s->names. */
void pg_translate(struct pg_statement *s, const char *text);

/* postgres_rows.c */
/* Goes with the next statement; errors show there. */
enum status pg_queue(struct pg_conn *c, const char *text) MUST_USE;
/* Queues it, sends all and waits; *answer is the caller's to clear. */
enum status pg_ask(struct pg_conn *c, const char *text,
                   PGresult **answer) MUST_USE;
/* Ends a reader's transaction, and waits for nobody. */
void pg_send_off(struct pg_conn *c);
void pg_ahead_drop(struct pg_conn *c);
enum status pg_ahead(struct conn *c, struct sql sql,
                     const struct arg *args) MUST_USE;
void pg_hear(struct conn *c);
void pg_forget(struct pg_conn *c); /* statements of a connection that is gone */
enum status pg_rows(struct conn *c, struct arena *a, struct sql sql,
                    const struct arg *args, struct rows **out) MUST_USE;
enum status pg_exec(struct conn *c, struct sql sql, const struct arg *args,
                    int64_t *changed) MUST_USE;
enum status pg_one(struct conn *c, struct sql sql, const struct arg *args,
                   int64_t *out) MUST_USE;
/* postgres_value.c */
struct pg_rows {
    struct rows rows;
    PGresult *answer; /* NULL once ended */
    bool ahead;       /* the answer is one of the connection's ahead */
    int at, count;
};
bool pg_next(struct rows *r);
void pg_rows_close(struct rows *r);
int pg_columns(const struct rows *r);
const char *pg_name(const struct rows *r, int column);
int64_t pg_whole(const struct rows *r, int column);
double pg_real(const struct rows *r, int column);
struct str pg_text(const struct rows *r, int column);
struct value pg_value(const struct rows *r, int column);
int64_t pg_cell_whole(const PGresult *answer, int row, int column);

/* postgres_fail.c: what an error means; keeps the refusal, logs what nobody
 * expects. */
enum status pg_fail(struct pg_conn *c, const PGresult *answer,
                    const char *text);
enum status pg_fail_lost(struct pg_conn *c);

/* postgres_unload.c, postgres_copy.c: see copy.h */
enum status pg_copy(struct db *db, struct arena *a, const struct copy_to *to,
                    const char **why) MUST_USE;
enum status pg_integrity(struct conn *c, struct arena *a, bool *full,
                         const char **fault) MUST_USE;
enum status pg_describe(struct conn *c, struct arena *a, const char **text,
                        const char **fault) MUST_USE;

/* postgres_claim.c: see db_claim */
enum status pg_claim(struct db *db, struct arena *a, const char *who,
                     int patience_ms, const char **why) MUST_USE;

/* postgres_load.c: the server's last word on a connection, with what it was of;
 * ERR_AWAY where it is lost. */
enum status pg_bulk_fault(struct arena *a, const struct db *db,
                          const PGconn *pg, const char *table,
                          const char **why);
/* See engine.h. */
enum status pg_hold(struct conn *c, struct arena *a,
                    const struct load_table *tables, size_t n) MUST_USE;

/* postgres_write.c */
enum status pg_write(struct db *db, struct arena *mem, write_fn *fn, void *data,
                     int64_t budget_ns) MUST_USE;
