/* Connecting to a PostgreSQL server, and whether the database there will do. */
#include "store/postgres.h"

#include "base/log.h"
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

static const char *pg_line(struct arena *a, const char *text)
{
    struct str said = str_of(text ? text : ""), line;
    if (!str_next(&said, '\n', &line))
        return "no answer";
    return str_dup(a, line);
}

const char *pg_said(struct arena *a, const PGconn *pg)
{
    return pg_line(a, PQerrorMessage(pg));
}

PGconn *pg_dial(const char *url, const char *as)
{
    /* What stands in the URL wins over what stands before it. */
    static const char *const names[] = {
        "connect_timeout", "tcp_user_timeout",          "dbname",
        "client_encoding", "fallback_application_name", NULL};
    const char *const values[] = {"5", "15000", url, "UTF8", as, NULL};
    return PQconnectdbParams(names, values, 1);
}

/* A message of the server that nobody asked for. */
static void on_notice(void *data, const PGresult *answer)
{
    (void)data, (void)answer;
}

enum status pg_connect(struct pg_conn *c)
{
    struct arena mem = {0};
    enum status s = OK;
    c->pg = pg_dial(pg_db(c->conn.db)->url, "essaim");
    if (PQstatus(c->pg) == CONNECTION_OK) {
        PQsetNoticeReceiver(c->pg, on_notice, NULL);
        PGresult *answer = PQexec(c->pg, c->conn.writer ? writes : reads);
        if (PQresultStatus(answer) != PGRES_COMMAND_OK ||
            !PQenterPipelineMode(c->pg))
            s = ERR_AWAY;
        PQclear(answer);
    } else {
        s = ERR_AWAY;
    }
    if (s != OK) {
        log_line(LOG_ERROR, "no connection to the database server", "server",
                 c->conn.db->shown, "error", pg_said(&mem, c->pg), NULL);
        pg_disconnect(c);
    }
    c->timeout_ms = 0;
    arena_reset(&mem);
    return s;
}

const char *pg_shown(struct arena *a, const char *url)
{
    char *fault = NULL;
    struct buf b = {.mem = a};
    PQconninfoOption *all = PQconninfoParse(url, &fault), *o;
    PQfreemem(fault);
    if (!all)
        return "the address given";
    const char *part[3] = {"", "", ""}; /* host, port, database */
    static const char *const names[] = {"host", "port", "dbname"};
    for (o = all; o->keyword; o++)
        for (int i = 0; i < 3; i++)
            if (same(o->keyword, names[i]) && o->val)
                part[i] = o->val;
    buf_printf(&b, "postgresql://%s%s%s/%s", part[0], *part[1] ? ":" : "",
               part[1], part[2]);
    PQconninfoFree(all);
    return buf_done(&b).p;
}

/* What libpq says of an address, but for what it repeats of it: that may be the
 * password. */
static const char *unquoted(struct arena *a, const char *text)
{
    struct str said = str_of(pg_line(a, text)), part;
    str_next(&said, '"', &part);
    part = str_trim(part);
    part.n -= part.n && part.p[part.n - 1] == ':';
    return str_dup(a, part);
}

/* Why there is no connection, and what to do. */
static const char *no_connection(struct arena *a, const struct pg_db *db,
                                 const PGconn *pg)
{
    const char *said = PQerrorMessage(pg);
    char *fault = NULL;
    PQconninfoOption *parts = PQconninfoParse(db->url, &fault);
    PQconninfoFree(parts);
    if (!parts) {
        const char *why = arena_printf(a,
                                       "--db is no address (%s): write "
                                       "postgresql://user@server/database",
                                       unquoted(a, fault));
        PQfreemem(fault);
        return why;
    }
    if (strstr(said, "too many c") || strstr(said, "connection slots"))
        return arena_printf(a,
                            "%s has no connection left (%s): raise its "
                            "max_connections, or end some",
                            db->db.shown, pg_said(a, pg));
    if (strstr(said, "database \"") && strstr(said, "does not exist"))
        return arena_printf(a,
                            "%s is not there (%s): make it with createdb, or "
                            "mend the database of --db",
                            db->db.shown, pg_said(a, pg));
    if (PQconnectionNeedsPassword(pg))
        return arena_printf(a,
                            "%s asks for a password: put it in ~/.pgpass or in "
                            "PGPASSWORD",
                            db->db.shown);
    if (PQconnectionUsedPassword(pg))
        return arena_printf(a,
                            "%s refuses us (%s): mend the user, the password "
                            "or the database of --db",
                            db->db.shown, pg_said(a, pg));
    return arena_printf(a,
                        "%s does not answer (%s): see that the server runs and "
                        "lets us in, or mend --db",
                        db->db.shown, pg_said(a, pg));
}

static const char *value_of(struct arena *a, PGconn *pg, const char *query)
{
    PGresult *answer = PQexec(pg, query);
    const char *value =
        PQresultStatus(answer) == PGRES_TUPLES_OK && PQntuples(answer) == 1
            ? PQgetvalue(answer, 0, 0)
            : "";
    value = arena_dup(a, value, strlen(value));
    PQclear(answer);
    return value;
}

/* Why that database will not do; NULL when it will. *s: ERR_AWAY where it may
 * do a moment later. */
static const char *fault_of(struct arena *a, const struct pg_db *db, PGconn *pg,
                            int least, enum status *s)
{
    const int version = PQserverVersion(pg);
    *s = ERR_AWAY;
    if (PQstatus(pg) != CONNECTION_OK)
        return no_connection(a, db, pg);
    if (!same(value_of(a, pg, "SHOW transaction_read_only"), "off"))
        return arena_printf(a,
                            "%s can only be read (a standby, or set so): name "
                            "the server that takes writes with --db",
                            db->db.shown);
    *s = ERR_SYSTEM;
    if (version < least)
        return arena_printf(a, "%s is PostgreSQL %d: install %d or a later one",
                            db->db.shown, version / 10000, least / 10000);
    if (!same(value_of(a, pg, "SHOW server_encoding"), "UTF8"))
        return arena_printf(a,
                            "%s is not written in UTF-8: make another with "
                            "createdb --encoding=UTF8 --template=template0",
                            db->db.shown);
    if (!*value_of(a, pg, "SELECT current_schema()"))
        return arena_printf(a,
                            "%s has no schema for this user: CREATE SCHEMA "
                            "AUTHORIZATION CURRENT_USER",
                            db->db.shown);
    return NULL;
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
    PGconn *pg = pg_dial(db->url, "essaim looks");
    enum status s;
    *why = fault_of(a, db, pg,
                    o->least_version ? o->least_version : LEAST_VERSION, &s);
    PQfinish(pg);
    if (*why)
        return s;
    *out = &db->db;
    return OK;
}

static void close_db(struct db *base)
{
    struct pg_db *db = pg_db(base);
    CHECK(db->idle_count == db->made);
    while (db->idle_count)
        pg_conn_free(db->idle[--db->idle_count]);
    pthread_mutex_destroy(&db->lock);
    pthread_cond_destroy(&db->freed);
    pthread_rwlock_destroy(&db->turn);
}

static int64_t wal_bytes(const struct db *db)
{
    (void)db;
    return 0;
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

static enum status begin_reading(struct conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    c->inside = c->clash = c->broken = false;
    c->heard = OK;
    return OK;
}

/* Nobody waits for the COMMIT of a reader. */
static void end_reading(struct conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    pg_ahead_drop(c);
    if (c->pg && !c->lost && c->inside && pg_queue(c, "COMMIT") == OK)
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
    .integrity = pg_integrity,
    .describe = pg_describe,
    .loader = &postgres_loader,
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
    .columns = pg_columns,
    .name = pg_name,
    .whole = pg_whole,
    .real = pg_real,
    .text = pg_text,
    .value = pg_value,
};
