/*
 * Statements and their answers. A connection keeps its statements prepared, by
 * their text; an answer that its reader leaves behind (an arena gave out, a
 * longjmp) is closed by its arena, or at the latest with the snapshot.
 */
#include "store/sqlite.h"

#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <math.h>

struct rows {
    struct conn *conn;
    sqlite3_stmt *stmt;    /* NULL once ended */
    struct cached *cached; /* NULL: the statement is this answer's alone */
    struct arena *mem;
    enum status status;
    bool done;
    struct rows *next, **link;
};

bool limit_passed(const struct conn *c)
{
    const struct limit *l = &c->limit;
    if (!l->wall)
        return false;
    int64_t now = time_monotonic_ns();
    if (now < l->wall || !l->cpu)
        return now >= l->wall;
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return now >= l->hard ||
           (int64_t)t.tv_sec * 1000000000 + t.tv_nsec >= l->cpu;
}

static void keep_refusal(struct conn *c, int rc)
{
    static const struct {
        const char *said, *kept;
    } known[] = {
        {"UNIQUE constraint failed: ", "unique"},
        {"NOT NULL constraint failed: ", "required"},
    };
    const char *said = sqlite3_errmsg(c->lite);
    snprintf(c->refusal, REFUSAL, "%s",
             rc == SQLITE_CONSTRAINT_FOREIGNKEY ? "reference" : said);
    for (size_t i = 0; i < COUNT(known); i++)
        if (strncmp(said, known[i].said, strlen(known[i].said)) == 0)
            snprintf(c->refusal, REFUSAL, "%s %s", known[i].kept,
                     said + strlen(known[i].said));
}

static bool disk_is_full(const struct conn *c, int rc)
{
    int error = sqlite3_system_errno(c->lite);
    return rc == SQLITE_FULL || ((rc & 0xff) == SQLITE_IOERR &&
                                 (error == ENOSPC || error == EDQUOT));
}

/* SQLite may undo the whole transaction for what one statement met; then nobody
 * of the group has anything. */
static enum status note_lost(struct conn *c, int rc, enum status s)
{
    bool grave = (rc & 0xff) == SQLITE_FULL || (rc & 0xff) == SQLITE_IOERR ||
                 (rc & 0xff) == SQLITE_NOMEM;
    if (c->writer && c->begun && c->lost == OK &&
        (grave || sqlite3_get_autocommit(c->lite)))
        c->lost = s;
    return s;
}

enum status lite_status(struct conn *c, int rc, const char *text)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_INTERRUPT:
        c->late = true;
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

/* FNV-1a, eight bytes a step; it only chooses a place. */
static uint64_t text_hash(const char *p, size_t n)
{
    uint64_t h = 14695981039346656037u ^ n;
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        h = (h ^ w) * 1099511628211u;
        h ^= h >> 29;
    }
    for (; n; p++, n--)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    return h ? h : 1;
}

static void statement_drop(struct conn *c, size_t i)
{
    sqlite3_finalize(c->cached[i].stmt);
    free_plain(c->cached[i].text);
    c->cached[i] = (struct cached){0};
    c->hashes[i] = 0;
}

void statements_drop(struct conn *c)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        if (!c->cached[i].busy)
            statement_drop(c, i);
}

/* A free place, else the one longest unused; -1 when all are being read. */
static int place_for(const struct conn *c)
{
    int best = -1;
    for (int i = 0; i < STATEMENTS; i++) {
        if (!c->hashes[i])
            return i;
        if (!c->cached[i].busy &&
            (best < 0 || c->cached[i].used < c->cached[best].used))
            best = i;
    }
    return best;
}

static enum status prepare(struct conn *c, const char *text, size_t n,
                           sqlite3_stmt **out)
{
    const char *rest = "";
    int rc = sqlite3_prepare_v3(c->lite, text, (int)n + 1,
                                SQLITE_PREPARE_PERSISTENT, out, &rest);
    if (rc == SQLITE_OK)
        CHECK(*out && rest[strspn(rest, " \n\t;")] == 0);
    return lite_status(c, rc, text);
}

/* Sets *cached to NULL where the statement could not be kept. */
static enum status statement_take(struct conn *c, const char *text,
                                  struct cached **cached, sqlite3_stmt **out)
{
    size_t n = strlen(text);
    uint64_t h = text_hash(text, n);
    bool twice = false;
    for (int i = 0; i < STATEMENTS; i++) {
        struct cached *at = &c->cached[i];
        if (c->hashes[i] != h || strcmp(at->text, text) != 0)
            continue;
        if (at->busy) {
            twice = true;
            break;
        }
        at->busy = true;
        at->used = ++c->turn;
        *cached = at;
        *out = at->stmt;
        return OK;
    }
    TRY(prepare(c, text, n, out));
    int i = twice ? -1 : place_for(c);
    *cached = NULL;
    if (i < 0)
        return OK;
    statement_drop(c, (size_t)i);
    c->hashes[i] = h;
    c->cached[i] = (struct cached){*out, alloc_plain(n + 1), ++c->turn, true};
    memcpy(c->cached[i].text, text, n);
    *cached = &c->cached[i];
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

static _Noreturn void wrong_args(const char *text, const char *name)
{
    log_line(LOG_ERROR, "arguments differ from the SQL", "sql", text, "name",
             name, NULL);
    check_failed("arguments name what the SQL names", __FILE__, __LINE__);
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
        int at = i, tries = 0;
        if (!name || *name != ':')
            wrong_args(text, "?");
        for (; tries < given; tries++, at++) {
            if (at >= given)
                at -= given;
            if (same(args[at].name, name + 1))
                break;
        }
        if (tries == given)
            wrong_args(text, name);
        bind_value(stmt, i + 1, &args[at].value, copy);
    }
    if (given != n)
        wrong_args(text, "one that the SQL does not name");
}

/* Ready for its arguments. */
static enum status start(struct conn *c, struct sql sql, struct cached **cached,
                         sqlite3_stmt **stmt)
{
    c->refusal[0] = 0;
    c->queries++;
    if (limit_passed(c)) {
        c->late = true;
        return ERR_BUSY;
    }
    return statement_take(c, sql.text, cached, stmt);
}

static void rows_close(void *data)
{
    struct rows *r = data;
    if (!r->stmt)
        return;
    statement_give(r->cached, r->stmt);
    r->stmt = NULL;
    *r->link = r->next;
    if (r->next)
        r->next->link = r->link;
}

void rows_close_all(struct conn *c)
{
    while (c->open)
        rows_close(c->open);
}

enum status db_rows(struct conn *c, struct arena *a, struct sql sql,
                    const struct arg *args, struct rows **out)
{
    struct rows *r = NEW(a, struct rows);
    arena_defer(a, rows_close, r);
    TRY(start(c, sql, &r->cached, &r->stmt));
    r->conn = c;
    r->mem = a;
    r->next = c->open;
    r->link = &c->open;
    if (c->open)
        c->open->link = &r->next;
    c->open = r;
    bind_args(r->stmt, sql.text, args, a);
    *out = r;
    return OK;
}

bool rows_next(struct rows *r)
{
    if (r->done)
        return false;
    CHECK(r->stmt);
    int rc = sqlite3_step(r->stmt);
    if (rc == SQLITE_ROW)
        return true;
    r->done = true;
    r->status = lite_status(r->conn, rc, sqlite3_sql(r->stmt));
    return false;
}

enum status rows_end(struct rows *r)
{
    r->done = true;
    rows_close(r);
    return r->status;
}

int row_columns(const struct rows *r)
{
    CHECK(r->stmt);
    return sqlite3_column_count(r->stmt);
}

const char *row_column_name(const struct rows *r, int column)
{
    CHECK(column >= 0 && column < row_columns(r));
    return sqlite3_column_name(r->stmt, column);
}

static void check_column(const struct rows *r, int column)
{
    CHECK(r->stmt && column >= 0 && column < sqlite3_data_count(r->stmt));
}

static bool is_null(const struct rows *r, int column)
{
    check_column(r, column);
    return sqlite3_column_type(r->stmt, column) == SQLITE_NULL;
}

int64_t row_int(const struct rows *r, int column)
{
    check_column(r, column);
    int64_t i = sqlite3_column_int64(r->stmt, column);
    return i || !is_null(r, column) ? i : NONE;
}

int32_t row_day(const struct rows *r, int column)
{
    return is_null(r, column) ? NO_DAY : sqlite3_column_int(r->stmt, column);
}

double row_real(const struct rows *r, int column)
{
    return is_null(r, column) ? (double)NAN
                              : sqlite3_column_double(r->stmt, column);
}

struct str row_str(const struct rows *r, int column)
{
    check_column(r, column);
    const char *p = (const char *)sqlite3_column_text(r->stmt, column);
    if (!p) /* NULL, or no memory to make it text */
        return is_null(r, column) ? (struct str){0} : STR("");
    return (struct str){p, (size_t)sqlite3_column_bytes(r->stmt, column)};
}

const char *row_text(struct rows *r, int column)
{
    struct str s = row_str(r, column);
    return s.p ? arena_dup(r->mem, s.p, s.n) : NULL;
}

struct value row_value(const struct rows *r, int column)
{
    if (is_null(r, column))
        return (struct value){0};
    switch (sqlite3_column_type(r->stmt, column)) {
    case SQLITE_INTEGER:
        return value_int(sqlite3_column_int64(r->stmt, column));
    case SQLITE_FLOAT:
        return value_real(sqlite3_column_double(r->stmt, column));
    case SQLITE_BLOB: {
        const void *p = sqlite3_column_blob(r->stmt, column);
        return value_blob(p ? p : "",
                          (size_t)sqlite3_column_bytes(r->stmt, column));
    }
    }
    return value_text(row_str(r, column));
}

enum status db_exec(struct conn *c, struct sql sql, const struct arg *args,
                    int64_t *changed)
{
    struct cached *cached;
    sqlite3_stmt *stmt;
    TRY(start(c, sql, &cached, &stmt));
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

enum status lite_run(struct conn *c, const char *text)
{
    struct cached *cached;
    sqlite3_stmt *stmt;
    TRY(statement_take(c, text, &cached, &stmt));
    int rc = sqlite3_step(stmt);
    enum status s = lite_status(c, rc, text);
    statement_give(cached, stmt);
    return s;
}

enum status db_int(struct conn *c, struct sql sql, const struct arg *args,
                   int64_t *out)
{
    struct cached *cached;
    sqlite3_stmt *stmt;
    TRY(start(c, sql, &cached, &stmt));
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

int64_t conn_last_id(const struct conn *c)
{
    return sqlite3_last_insert_rowid(c->lite);
}

const char *conn_refusal(const struct conn *c)
{
    return c->refusal;
}
