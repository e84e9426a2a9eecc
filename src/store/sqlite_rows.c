/*
 * Statements and their answers. A connection keeps its statements prepared, by
 * their text; an answer that its reader leaves behind (an arena gave out, a
 * longjmp) is closed by its arena, or at the latest with the snapshot.
 */
#include "store/sqlite.h"

#include "base/log.h"
#include "store/dialect.h"

#include <errno.h>
#include <math.h>

struct lite_rows {
    struct rows rows;
    sqlite3_stmt *stmt;    /* NULL once ended */
    struct cached *cached; /* NULL: the statement is this answer's alone */
    int columns;           /* of the row that is there; 0: none is */
    struct lite_rows *next, **link;
};

static struct lite_rows *of(struct rows *r)
{
    return (struct lite_rows *)r;
}
static sqlite3_stmt *stmt_of(const struct rows *r)
{
    return ((const struct lite_rows *)r)->stmt;
}

static void keep_refusal(struct lite_conn *c, int rc)
{
    static const struct {
        const char *said, *kept;
    } known[] = {
        {"UNIQUE constraint failed: ", "unique"},
        {"NOT NULL constraint failed: ", "required"},
    };
    const char *said = sqlite3_errmsg(c->lite);
    snprintf(c->conn.refusal, REFUSAL, "%s",
             rc == SQLITE_CONSTRAINT_FOREIGNKEY ? "reference" : said);
    for (size_t i = 0; i < COUNT(known); i++)
        if (strncmp(said, known[i].said, strlen(known[i].said)) == 0)
            snprintf(c->conn.refusal, REFUSAL, "%s %s", known[i].kept,
                     said + strlen(known[i].said));
}

static bool disk_is_full(const struct lite_conn *c, int rc)
{
    int error = sqlite3_system_errno(c->lite);
    return rc == SQLITE_FULL || ((rc & 0xff) == SQLITE_IOERR &&
                                 (error == ENOSPC || error == EDQUOT));
}

/* SQLite may undo the whole transaction for what one statement met; then nobody
 * of the group has anything. */
static enum status note_lost(struct lite_conn *c, int rc, enum status s)
{
    bool grave = (rc & 0xff) == SQLITE_FULL || (rc & 0xff) == SQLITE_IOERR ||
                 (rc & 0xff) == SQLITE_NOMEM;
    if (c->conn.writer && c->conn.begun && c->lost == OK &&
        (grave || sqlite3_get_autocommit(c->lite)))
        c->lost = s;
    return s;
}

enum status lite_status(struct lite_conn *c, int rc, const char *text)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_INTERRUPT:
        c->conn.late = true;
        return note_lost(c, rc, ERR_BUSY);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return note_lost(c, rc, ERR_BUSY);
    case SQLITE_TOOBIG:
        return note_lost(c, rc, ERR_LIMIT);
    }
    if (disk_is_full(c, rc))
        return note_lost(c, rc, ERR_FULL);
    if ((rc & 0xff) == SQLITE_CONSTRAINT) {
        keep_refusal(c, rc);
        return note_lost(c, rc, ERR_CONFLICT);
    }
    log_line(LOG_ERROR, "database", "error", sqlite3_errmsg(c->lite), "sql",
             text, NULL);
    return note_lost(c, rc, ERR_STORE);
}

static void statement_drop(struct lite_conn *c, struct cached *at)
{
    sqlite3_finalize(at->stmt);
    cache_drop(&c->conn.cache, at);
}

void statements_drop(struct lite_conn *c)
{
    struct cache *cache = &c->conn.cache;
    for (size_t i = 0; i < FEWER_STATEMENTS; i++)
        if (cache->hashes[i] && !cache->all[i].busy)
            statement_drop(c, &cache->all[i]);
}

static enum status prepare(struct lite_conn *c, const char *text,
                           sqlite3_stmt **out)
{
    const char *rest = "";
    char *own = dialect_expand(&sqlite_dialect, text);
    int rc = sqlite3_prepare_v3(c->lite, own ? own : text, -1,
                                SQLITE_PREPARE_PERSISTENT, out, &rest);
    if (rc == SQLITE_OK)
        CHECK(*out && rest[strspn(rest, " \n\t;")] == 0);
    free_plain(own);
    return lite_status(c, rc, text);
}

/* Sets *cached to NULL where the statement could not be kept. */
static enum status statement_take(struct lite_conn *c, const char *text,
                                  struct cached **cached, sqlite3_stmt **out)
{
    uint64_t hash;
    struct cached *at = cache_find(&c->conn.cache, text, &hash);
    const bool twice = at && at->busy;
    *cached = NULL;
    if (!at || twice)
        TRY(prepare(c, text, out));
    else
        *out = at->stmt;
    if (!at && (at = cache_place(&c->conn.cache))) {
        if (at->stmt)
            statement_drop(c, at);
        cache_put(&c->conn.cache, at, hash, text, *out);
    }
    if (!at || twice)
        return OK;
    at->busy = true;
    *cached = at;
    return OK;
}

static void statement_give(struct cached *cached, sqlite3_stmt *stmt)
{
    if (!cached) {
        sqlite3_finalize(stmt);
        return;
    }
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    cached->busy = false;
}

static void bind_value(sqlite3_stmt *stmt, int at, const struct value *v,
                       struct arena *copy)
{
    const char *p = v->s.p ? v->s.p : "";
    int rc = SQLITE_OK;
    switch (v->type) {
    case V_NULL:
        return;
    case V_INT:
        rc = sqlite3_bind_int64(stmt, at, v->i);
        break;
    case V_REAL:
        rc = sqlite3_bind_double(stmt, at, v->d);
        break;
    case V_TEXT:
    case V_BLOB:
        if (copy)
            p = arena_dup(copy, p, v->s.n);
        rc = v->type == V_TEXT
                 ? sqlite3_bind_text64(stmt, at, p, v->s.n, SQLITE_STATIC,
                                       SQLITE_UTF8)
                 : sqlite3_bind_blob64(stmt, at, p, v->s.n, SQLITE_STATIC);
        break;
    }
    CHECK(rc == SQLITE_OK);
}

/* Texts stay where they are, or are copied where the statement outlives the
 * call. Arguments mostly come in the order of their names: look there first. */
static void bind_args(sqlite3_stmt *stmt, const char *text,
                      const struct arg *args, struct arena *copy)
{
    int n = sqlite3_bind_parameter_count(stmt), given = 0;
    while (args && args[given].name)
        given++;
    for (int i = 0; i < n; i++) {
        const char *name = sqlite3_bind_parameter_name(stmt, i + 1);
        if (!name || *name != ':')
            wrong_args(text, "?");
        bind_value(stmt, i + 1,
                   &arg_named(args, given, i, name + 1, text)->value, copy);
    }
    if (given != n)
        wrong_args(text, "one that the SQL does not name");
}

static void rows_close(void *data)
{
    struct lite_rows *r = data;
    if (!r->stmt)
        return;
    statement_give(r->cached, r->stmt);
    r->stmt = NULL;
    *r->link = r->next;
    if (r->next)
        r->next->link = r->link;
}

void lite_rows_close(struct rows *r)
{
    rows_close(r);
}

void rows_close_all(struct lite_conn *c)
{
    while (c->open)
        rows_close(c->open);
}

enum status lite_rows(struct conn *conn, struct arena *a, struct sql sql,
                      const struct arg *args, struct rows **out)
{
    struct lite_conn *c = lite_conn(conn);
    struct lite_rows *r = NEW(a, struct lite_rows);
    arena_defer(a, rows_close, r);
    TRY(statement_take(c, sql.text, &r->cached, &r->stmt));
    r->rows.conn = conn;
    r->rows.mem = a;
    r->next = c->open;
    r->link = &c->open;
    if (c->open)
        c->open->link = &r->next;
    c->open = r;
    bind_args(r->stmt, sql.text, args, a);
    *out = &r->rows;
    return OK;
}

bool lite_next(struct rows *r)
{
    CHECK(of(r)->stmt);
    int rc = sqlite3_step(of(r)->stmt);
    of(r)->columns = rc == SQLITE_ROW ? sqlite3_data_count(of(r)->stmt) : 0;
    if (rc == SQLITE_ROW)
        return true;
    r->done = true;
    r->status = lite_status(lite_conn(r->conn), rc, sqlite3_sql(of(r)->stmt));
    return false;
}

int lite_columns(const struct rows *r)
{
    CHECK(stmt_of(r));
    return sqlite3_column_count(stmt_of(r));
}

const char *lite_name(const struct rows *r, int column)
{
    return sqlite3_column_name(stmt_of(r), column);
}

/* The value itself: asked for once, where each sqlite3_column_… looks for it
 * anew. It needs no protection, since a connection is one thread's alone. */
static sqlite3_value *value_at(const struct rows *r, int column)
{
    const struct lite_rows *own = (const struct lite_rows *)r;
    CHECK(own->stmt && column >= 0 && column < own->columns);
    return sqlite3_column_value(own->stmt, column);
}

static bool is_null(sqlite3_value *v)
{
    return sqlite3_value_type(v) == SQLITE_NULL;
}

int64_t lite_whole(const struct rows *r, int column)
{
    sqlite3_value *v = value_at(r, column);
    return is_null(v) ? NONE : sqlite3_value_int64(v);
}

double lite_real(const struct rows *r, int column)
{
    sqlite3_value *v = value_at(r, column);
    return is_null(v) ? (double)NAN : sqlite3_value_double(v);
}

static struct str text_of(sqlite3_value *v)
{
    const char *p = (const char *)sqlite3_value_text(v);
    if (!p) /* NULL, or no memory to make it text */
        return is_null(v) ? (struct str){0} : STR("");
    return (struct str){p, (size_t)sqlite3_value_bytes(v)};
}

struct str lite_text(const struct rows *r, int column)
{
    return text_of(value_at(r, column));
}

struct value lite_value(const struct rows *r, int column)
{
    sqlite3_value *v = value_at(r, column);
    switch (sqlite3_value_type(v)) {
    case SQLITE_NULL:
        return (struct value){0};
    case SQLITE_INTEGER:
        return value_int(sqlite3_value_int64(v));
    case SQLITE_FLOAT:
        return value_real(sqlite3_value_double(v));
    case SQLITE_BLOB: {
        const void *p = sqlite3_value_blob(v);
        return value_blob(p ? p : "", (size_t)sqlite3_value_bytes(v));
    }
    }
    return value_text(text_of(v));
}

enum status lite_exec(struct conn *conn, struct sql sql, const struct arg *args,
                      int64_t *changed)
{
    struct lite_conn *c = lite_conn(conn);
    struct cached *cached;
    sqlite3_stmt *stmt;
    TRY(statement_take(c, sql.text, &cached, &stmt));
    bind_args(stmt, sql.text, args, NULL);
    int64_t before = sqlite3_total_changes64(c->lite);
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        continue;
    enum status s = lite_status(c, rc, sql.text);
    if (s == OK && changed)
        *changed = sqlite3_total_changes64(c->lite) == before
                       ? 0
                       : sqlite3_changes64(c->lite);
    statement_give(cached, stmt);
    return s;
}

enum status lite_run(struct lite_conn *c, const char *text)
{
    struct cached *cached;
    sqlite3_stmt *stmt;
    TRY(statement_take(c, text, &cached, &stmt));
    int rc = sqlite3_step(stmt);
    enum status s = lite_status(c, rc, text);
    statement_give(cached, stmt);
    return s;
}

enum status lite_one(struct conn *conn, struct sql sql, const struct arg *args,
                     int64_t *out)
{
    struct lite_conn *c = lite_conn(conn);
    struct cached *cached;
    sqlite3_stmt *stmt;
    TRY(statement_take(c, sql.text, &cached, &stmt));
    bind_args(stmt, sql.text, args, NULL);
    int rc = sqlite3_step(stmt);
    enum status s = lite_status(c, rc, sql.text);
    if (s == OK)
        *out = rc == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL
                   ? sqlite3_column_int64(stmt, 0)
                   : NONE;
    statement_give(cached, stmt);
    return s;
}
