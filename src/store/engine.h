/*
 * Private to the store: what stands behind db.h. An engine is one table of
 * functions, chosen by the place that db_open is given; db.c hands on to it.
 * sqlite*.c is one, postgres*.c the other.
 */
#pragma once

#include "store/copy.h"
#include "store/load.h"

#include <stdatomic.h>

enum {
    STATEMENTS = 192,      /* kept prepared by a connection … */
    FEWER_STATEMENTS = 64, /* … or so many, where they are of its memory */
    REMEMBERED = 64,       /* things, by a reader: recall.h */
    REFUSAL = 256,
    LANE_MOST = 1024, /* writes that wait; beyond, ERR_BUSY */
};

/* When work must stop. Past .wall, a reader stops; SQLite's writer goes on
 * while its own processor time is under .cpu and the clock under .hard, so that
 * a busy machine does not fail innocent writes. Nanoseconds; wall 0: never. */
struct limit {
    int64_t wall, cpu, hard;
    const _Atomic int64_t *nearer; /* in the place of wall; or NULL */
};

/* The statements that a connection keeps, by their text. */
struct cached {
    void *stmt;
    char *text;
    uint64_t used; /* turn of its last use */
    bool busy;     /* its answer is being read */
};
struct cache {
    size_t room;                 /* of all[], what is used */
    uint64_t hashes[STATEMENTS]; /* of all[].text; 0: free */
    uint64_t turn;
    struct cached all[STATEMENTS];
};
/* NULL where it is not kept; *hash is for cache_put. */
struct cached *cache_find(struct cache *c, const char *text, uint64_t *hash);
/* A free place, else the one longest unused, which the caller then empties with
 * cache_drop; NULL when all are being read. */
struct cached *cache_place(struct cache *c);
void cache_put(struct cache *c, struct cached *at, uint64_t hash,
               const char *text, void *stmt);
void cache_drop(struct cache *c, struct cached *at);

uint64_t text_hash(const char *p, size_t n); /* never 0 */

/* See recall.h. */
struct remembered {
    uint64_t hash; /* of key */
    const char *key;
    const void *what;
};
struct memory {
    struct arena mem;
    struct remembered all[REMEMBERED];
    size_t n;
    int64_t version;  /* of the database when all this was so */
    bool asked, sure; /* whether it is still so, in this snapshot */
};
void memory_drop(struct memory *m);

struct dialect;
struct engine;

struct db {
    const struct engine *engine;
    const char *shown; /* the place, without a password */
    bool shared;
    _Atomic(struct conn *) spare; /* a reader that was closed: see conn_open */
    atomic_uint readers, waiting;
    atomic_uint_least64_t writes, commits, generation, refused, slow;
    atomic_uint_least64_t groups[DB_GROUPS], grouped; /* see db_stats */
    int slow_ms;
};

/* The connections of an engine begin with it. */
struct conn {
    const struct engine *engine;
    struct db *db;
    bool writer, begun;
    struct limit limit;
    bool late;       /* the limit has stopped something */
    bool rehearsing; /* see db_rehearse */
    unsigned depth;  /* attempts under way, one within the other */
    enum status
        fallen; /* writer: a statement failed, and no attempt holds it */
    unsigned queries, trips;
    unsigned unheard; /* questions of a rehearsal that had no answer yet */
    char refusal[REFUSAL];
    struct fault_rows told; /* by the check that refused last */
    struct cache cache;
    struct memory memory;
};

/* The answers of an engine begin with it. */
struct rows {
    struct conn *conn;
    struct arena *mem;
    enum status status;
    bool done;
};

struct engine {
    const struct dialect *dialect;
    enum status (*open)(struct arena *a, struct db **out,
                        const struct db_options *o, const char **why);
    void (*close)(struct db *db);
    /* See db_claim; NULL: who has opened it is alone. */
    enum status (*claim)(struct db *db, struct arena *a, const char *who,
                         int patience_ms, const char **why);
    /* See db_place_shown and db_place_kept; NULL where a place tells nothing.
     */
    const char *(*shown)(struct arena *a, const char *place);
    const char *(*kept)(struct arena *a, const char *place);
    enum status (*wal_bytes)(struct conn *c, int64_t *out);
    const char *called; /* "sqlite" */
    /* See copy.h. */
    bool copies_rows;
    enum status (*copy)(struct db *db, struct arena *a,
                        const struct copy_to *to, const char **why);
    enum status (*integrity)(struct conn *c, struct arena *a, bool *full,
                             const char **fault);
    enum status (*describe)(struct conn *c, struct arena *a, const char **text,
                            const char **fault);
    /* See load.h, and: as the first of a reader, until its end nobody else
     * writes to these tables. */
    const struct loader *loader;
    enum status (*hold)(struct conn *c, struct arena *a,
                        const struct load_table *tables, size_t n);
    /* Readers. */
    enum status (*conn_open)(struct db *db, struct conn **out);
    void (*conn_close)(struct conn *c);
    enum status (*begin)(struct conn *c); /* under c->limit */
    /* A number that is another one in each snapshot before which anybody, of
     * whatever process, has committed a change; NULL: it cannot tell. */
    enum status (*version)(struct conn *c, int64_t *out);
    void (*end)(struct conn *c);
    void (*rest)(struct conn *c);
    unsigned rest_seconds; /* before that */
    /* Runs the closure to its commit: see db_write. */
    enum status (*write)(struct db *db, struct arena *mem, write_fn *fn,
                         void *data, int64_t budget_ns);
    /* Within a closure: "SAVEPOINT name" and what ends it. */
    enum status (*run)(struct conn *c, const char *text);
    /* Statements. */
    enum status (*rows)(struct conn *c, struct arena *a, struct sql sql,
                        const struct arg *args, struct rows **out);
    enum status (*exec)(struct conn *c, struct sql sql, const struct arg *args,
                        int64_t *changed);
    /* See db_ahead; NULL where an answer costs no way. Where it is there, rows
     * and one send ahead, and answer what was answered before or nothing,
     * while c->rehearsing. */
    enum status (*ahead)(struct conn *c, struct sql sql,
                         const struct arg *args);
    void (*hear)(struct conn *c); /* waits for the answers of those */
    enum status (*one)(struct conn *c, struct sql sql, const struct arg *args,
                       int64_t *out);
    int64_t (*last_id)(const struct conn *c);
    enum status (*lock)(struct conn *c, const char *name);
    /* Answers; a column is one that is there. */
    bool (*next)(struct rows *r);
    void (*rows_close)(struct rows *r);
    bool answers_stay; /* all rows' values, until the arena of db_rows is given
                          back, where rows_close is not called */
    int (*columns)(const struct rows *r);
    const char *(*name)(const struct rows *r, int column);
    int64_t (*whole)(const struct rows *r, int column); /* NULL gives NONE */
    double (*real)(const struct rows *r, int column);   /* NULL gives NAN */
    struct str (*text)(const struct rows *r, int column);
    struct value (*value)(const struct rows *r, int column);
};
extern const struct engine sqlite_engine, postgres_engine;

/* Is this the place of a PostgreSQL database? */
bool place_is_postgres(const char *place);
bool limit_passed(const struct conn *c);
/* Counts a commit of so many writes; counts and logs a statement that lasted
 * longer than the program allows. */
void group_count(struct db *db, unsigned writes);
void slow_count(struct conn *c, int64_t ns, const char *text);
/* Notes, in a writer, that a statement failed outside of every attempt. */
enum status fall(struct conn *c, enum status s);
_Noreturn void wrong_args(const char *text, const char *name);
/* The argument of that name, looked for from place `from` on: they mostly come
 * in order. CHECK where there is none. */
const struct arg *arg_named(const struct arg *args, int given, int from,
                            const char *name, const char *text);
