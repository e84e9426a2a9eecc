/* Opening and closing a PostgreSQL database, and its connections. */
#include "store/postgres.h"

#include "store/dialect.h"

/* What a session of ours relies on. */
#define SETTINGS                                                               \
    "SET client_min_messages = warning; SET standard_conforming_strings = "    \
    "on; SET bytea_output = hex; SET extra_float_digits = 1; SET jit = off; "  \
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = "    \
    "'10min'; SET default_transaction_isolation = "
/* Who waits longer for a lock runs again: sooner than a deadlock is found. */
static const char reads[] =
    SETTINGS "'repeatable read'; SET default_transaction_read_only = on",
                  writes[] =
                      SETTINGS "'serializable'; SET lock_timeout = '300ms'";

struct pg_conn *pg_conn_new(struct pg_db *db, bool writer)
{
    struct pg_conn *c = alloc_plain(sizeof(*c));
    c->conn.engine = &postgres_engine;
    c->conn.db = &db->db;
    c->conn.writer = writer;
    c->conn.cache.room = STATEMENTS;
    return c;
}

void pg_disconnect(struct pg_conn *c)
{
    pg_ahead_drop(c);
    pg_forget(c);
    PQfinish(c->pg);
    c->pg = NULL;
    c->lost = false;
    c->owed = c->queued = 0;
}

void pg_conn_free(struct pg_conn *c)
{
    pg_disconnect(c);
    arena_reset(&c->scratch);
    free_plain(c);
}

enum status pg_connect(struct pg_conn *c)
{
    struct arena mem = {0};
    enum status s = OK;
    c->pg = pg_dial(pg_db(c->conn.db)->url, "essaim");
    if (PQstatus(c->pg) == CONNECTION_OK) {
        PGresult *answer =
            pg_do(pg_db(c->conn.db), c->pg, c->conn.writer ? writes : reads);
        if (PQresultStatus(answer) != PGRES_COMMAND_OK ||
            !PQenterPipelineMode(c->pg))
            s = ERR_AWAY;
        PQclear(answer);
    } else {
        s = ERR_AWAY;
    }
    if (s != OK) {
        /* Who has waited for it in vain does not wait again for this page. */
        if (pg_is_late(c->pg) && !c->conn.writer)
            c->heard = ERR_AWAY;
        pg_say_away(pg_db(c->conn.db), pg_said(&mem, c->pg));
        pg_disconnect(c);
    } else {
        pg_say_back(pg_db(c->conn.db));
        pg_db(c->conn.db)->still = false;
        c->opened = c->planned = time_monotonic_ns();
        c->planned_rows = pg_db(c->conn.db)->changed;
    }
    c->timeout_ms = 0;
    arena_reset(&mem);
    return s;
}

/* Who asks to be alone is not passed by those who come after. */
static void turn_open(pthread_rwlock_t *turn)
{
    pthread_rwlockattr_t attr;
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setkind_np(&attr,
                                  PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(turn, &attr);
    pthread_rwlockattr_destroy(&attr);
}

static enum status open_db(struct arena *a, struct db **out,
                           const struct db_options *o, const char **why)
{
    struct pg_db *db = NEW(a, struct pg_db);
    db->db.engine = &postgres_engine;
    db->db.shared = o->shared;
    db->db.slow_ms = o->slow_ms;
    db->url = arena_printf(a, "%s", o->path);
    db->db.shown = pg_shown(a, o->path);
    pthread_mutex_init(&db->lock, NULL);
    pthread_cond_init(&db->freed, NULL);
    turn_open(&db->turn);
    TRY(pg_look(a, db, o->least_version ? o->least_version : LEAST_VERSION,
                why));
    *out = &db->db;
    return OK;
}

static void close_db(struct db *base)
{
    struct pg_db *db = pg_db(base);
    CHECK(db->idle_count == db->made);
    while (db->idle_count)
        pg_conn_free(db->idle[--db->idle_count]);
    PQfinish(db->claim);
    pthread_mutex_destroy(&db->lock);
    pthread_cond_destroy(&db->freed);
    pthread_rwlock_destroy(&db->turn);
}

/* Since the last checkpoint; where a server has taken that from everybody,
 * asking would break the snapshot. */
static enum status wal_bytes(struct conn *c, int64_t *out)
{
    int64_t may;
    *out = NONE;
    TRY(db_int(c,
               SQL("SELECT CASE WHEN has_function_privilege("
                   "'pg_control_checkpoint()', 'EXECUTE') AND NOT"
                   " pg_is_in_recovery() THEN 1 ELSE 0 END"),
               NO_ARGS, &may));
    if (may != 1)
        return OK;
    return db_int(c,
                  SQL("SELECT CAST(pg_wal_lsn_diff(pg_current_wal_insert_lsn(),"
                      " k.redo_lsn) AS bigint) FROM pg_control_checkpoint() k"),
                  NO_ARGS, out);
}

/* It connects with its first statement. */
static enum status open_reader(struct db *db, struct conn **out)
{
    *out = &pg_conn_new(pg_db(db), false)->conn;
    return OK;
}

static void close_reader(struct conn *c)
{
    pg_conn_free(pg_conn(c));
}

/* A server that has restarted since is met anew, before anything is asked ahead
 * of it: what was, and is lost, fails the page. */
static enum status begin_reading(struct conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    if (c->pg && pg_is_gone(c->pg))
        pg_disconnect(c);
    c->inside = c->clash = c->broken = false;
    c->heard = OK;
    return OK;
}

/* Nobody waits for the COMMIT of a reader. */
static void end_reading(struct conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    pg_ahead_drop(c);
    if (c->pg && !c->lost && c->inside)
        pg_send_off(c);
    if (c->broken)
        c->timeout_ms = -1; /* a SET of the transaction went with it */
    c->inside = false;
}

static void rest(struct conn *c)
{
    pg_disconnect(pg_conn(c));
}

static enum status run_text(struct conn *conn, const char *text)
{
    struct pg_conn *c = pg_conn(conn);
    int64_t one;
    /* Something must have begun the transaction. */
    if (!c->inside)
        TRY(pg_one(conn, SQL("SELECT 1"), NO_ARGS, &one));
    return c->lost ? ERR_AWAY : pg_queue(c, text);
}

static int64_t last_id(const struct conn *c)
{
    const int64_t id = ((const struct pg_conn *)c)->last_id;
    CHECK(id != NONE); /* the INSERT ends with {returning} */
    return id;
}

/* Whoever had to wait runs again: its snapshot is from before. */
static enum status lock(struct conn *c, const char *name)
{
    const struct arg *args = ARGS(arg_cstr("name", name));
    int64_t got;
    TRY(pg_one(c,
               SQL("SELECT pg_try_advisory_xact_lock(1165194081, "
                   "hashtext(:name))"),
               args, &got));
    if (got)
        return OK;
    TRY(pg_one(c,
               SQL("SELECT 1 FROM pg_advisory_xact_lock(1165194081, "
                   "hashtext(:name))"),
               args, &got));
    pg_conn(c)->clash = true;
    return ERR_BUSY;
}

const struct engine postgres_engine = {
    .called = "postgresql",
    .shown = pg_shown,
    .kept = pg_kept,
    .copies_rows = true,
    .copy = pg_copy,
    .integrity = pg_integrity,
    .describe = pg_describe,
    .loader = &postgres_loader,
    .claim = pg_claim,
    .hold = pg_hold,
    .dialect = &postgres_dialect,
    .open = open_db,
    .close = close_db,
    .wal_bytes = wal_bytes,
    .conn_open = open_reader,
    .conn_close = close_reader,
    .begin = begin_reading,
    .end = end_reading,
    .rest = rest,
    /* A new connection costs the next page 20 ms: for the server's process, and
     * all statements prepared and planned anew. */
    .rest_seconds = 60,
    .write = pg_write,
    .run = run_text,
    .rows = pg_rows,
    .exec = pg_exec,
    .one = pg_one,
    .ahead = pg_ahead,
    .hear = pg_hear,
    .last_id = last_id,
    .lock = lock,
    .next = pg_next,
    .rows_close = pg_rows_close,
    .answers_stay = true,
    .columns = pg_columns,
    .name = pg_name,
    .whole = pg_whole,
    .real = pg_real,
    .text = pg_text,
    .value = pg_value,
};
