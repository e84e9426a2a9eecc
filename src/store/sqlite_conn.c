/* One SQLite connection: its statements, their arguments, their rows. */
#include "base/log.h"
#include "base/time.h"
#include "store/sqlite_int.h"

enum { PROGRESS = 2000 }; /* instructions between two looks at the deadline */

static int past_deadline(void *data)
{
    const struct conn *c = data;
    return c->deadline && time_monotonic_ns() > c->deadline;
}

static const char *const reader_setup[] = {
    "PRAGMA query_only=ON",       "PRAGMA cache_size=-256",
    "PRAGMA mmap_size=536870912", "PRAGMA temp_store=MEMORY",
    "PRAGMA foreign_keys=ON",     NULL,
};
static const char *const writer_setup[] = {
    "PRAGMA journal_mode=WAL",     "PRAGMA wal_autocheckpoint=0",
    "PRAGMA cache_size=-8192",     "PRAGMA mmap_size=536870912",
    "PRAGMA foreign_keys=ON",      "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=0", NULL,
};

enum status conn_new(struct db *db, bool writer, struct conn **out)
{
    struct conn *c = alloc_plain(sizeof(*c));
    c->db = db;
    c->is_writer = writer;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                (writer ? SQLITE_OPEN_CREATE : 0);
    int rc = sqlite3_open_v2(db->path, &c->sqlite, flags, db->vfs);
    if (rc == SQLITE_OK) {
        sqlite3_extended_result_codes(c->sqlite, 1);
        sqlite3_busy_timeout(c->sqlite, 2000);
        sqlite3_progress_handler(c->sqlite, PROGRESS, past_deadline, c);
        const char *const *p = writer ? writer_setup : reader_setup;
        for (; rc == SQLITE_OK && *p; p++)
            rc = sqlite3_exec(c->sqlite, *p, NULL, NULL, NULL);
        if (rc == SQLITE_OK && writer)
            rc = sqlite3_exec(c->sqlite,
                              db->unsafe_normal ? "PRAGMA synchronous=NORMAL"
                                                : "PRAGMA synchronous=FULL",
                              NULL, NULL, NULL);
    }
    if (rc != SQLITE_OK) {
        enum status s = sqlite_status(c, rc);
        sqlite3_close(c->sqlite);
        free_plain(c);
        return s;
    }
    *out = c;
    return OK;
}

enum status conn_open(struct db *db, struct conn **out)
{
    return conn_new(db, false, out);
}

static void drop(struct statement *s)
{
    sqlite3_finalize(s->stmt);
    free_plain(s->text);
    *s = (struct statement){0};
}

void conn_close(struct conn *c)
{
    if (!c)
        return;
    for (int i = 0; i < STATEMENTS; i++)
        if (c->kept[i].text)
            drop(&c->kept[i]);
    sqlite3_close(c->sqlite);
    free_plain(c);
}

void conn_rest(struct conn *c)
{
    for (int i = 0; i < STATEMENTS; i++)
        if (c->kept[i].text && !c->kept[i].busy)
            drop(&c->kept[i]);
    sqlite3_db_release_memory(c->sqlite);
}

unsigned conn_queries(const struct conn *c)
{
    return c->queries;
}

bool conn_is_writer(const struct conn *c)
{
    return c->is_writer;
}

int64_t conn_last_id(const struct conn *c)
{
    return sqlite3_last_insert_rowid(c->sqlite);
}

const char *conn_refusal(const struct conn *c)
{
    return c->refusal;
}

static void note_refusal(struct conn *c, int rc)
{
    const char *text = sqlite3_errmsg(c->sqlite);
    const char *at = strchr(text, ':');
    if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY)
        snprintf(c->refusal, sizeof(c->refusal), "unique %.*s",
                 at ? (int)strcspn(at + 2, ",") : 0, at ? at + 2 : "");
    else
        snprintf(c->refusal, sizeof(c->refusal), "%s",
                 rc == SQLITE_CONSTRAINT_FOREIGNKEY ? "reference" : text);
}

enum status sqlite_status(struct conn *c, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return OK;
    case SQLITE_INTERRUPT:
    case SQLITE_BUSY:
        return ERR_BUSY;
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_CONSTRAINT:
        note_refusal(c, rc);
        return ERR_CONFLICT;
    default:
        log_line(LOG_ERROR, "database", "why",
                 c->sqlite ? sqlite3_errmsg(c->sqlite) : "no memory", "code",
                 sqlite3_errstr(rc), NULL);
        return ERR_STORE;
    }
}

static uint32_t hash_of(const char *text)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

static struct statement *oldest(struct conn *c)
{
    struct statement *best = NULL;
    for (int i = 0; i < STATEMENTS; i++) {
        struct statement *s = &c->kept[i];
        if (!s->text)
            return s;
        if (!s->busy && (!best || s->used < best->used))
            best = s;
    }
    CHECK(best); /* more answers open at once than we ever need */
    drop(best);
    return best;
}

/* The statement of a text, prepared now or before. */
static enum status prepare(struct conn *c, const char *text,
                           struct statement **out)
{
    uint32_t hash = hash_of(text);
    for (int i = 0; i < STATEMENTS; i++) {
        struct statement *s = &c->kept[i];
        if (s->text && !s->busy && s->hash == hash && same(s->text, text)) {
            s->used = ++c->clock;
            *out = s;
            return OK;
        }
    }
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v3(c->sqlite, text, -1, SQLITE_PREPARE_PERSISTENT,
                                &stmt, NULL);
    if (rc != SQLITE_OK) {
        log_line(LOG_ERROR, "statement", "text", text, NULL);
        return sqlite_status(c, rc);
    }
    struct statement *s = oldest(c);
    size_t n = strlen(text) + 1;
    *s = (struct statement){alloc_plain(n), stmt, hash, ++c->clock, false};
    memcpy(s->text, text, n);
    *out = s;
    return OK;
}

int conn_run(struct conn *c, const char *text)
{
    struct statement *s;
    if (prepare(c, text, &s) != OK)
        return SQLITE_ERROR;
    int rc = sqlite3_step(s->stmt);
    sqlite3_reset(s->stmt);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static void bind(sqlite3_stmt *stmt, int at, const struct value *v)
{
    switch (v->type) {
    case V_NULL:
        sqlite3_bind_null(stmt, at);
        break;
    case V_INT:
        sqlite3_bind_int64(stmt, at, v->i);
        break;
    case V_REAL:
        sqlite3_bind_double(stmt, at, v->d);
        break;
    case V_TEXT:
        sqlite3_bind_text64(stmt, at, v->s.p, v->s.n, SQLITE_STATIC,
                            SQLITE_UTF8);
        break;
    case V_BLOB:
        sqlite3_bind_blob64(stmt, at, v->s.p, v->s.n, SQLITE_STATIC);
        break;
    }
}

/* Every name has its argument and every argument its name: else our bug. */
static void bind_all(sqlite3_stmt *stmt, const struct arg *args)
{
    int names = sqlite3_bind_parameter_count(stmt), bound = 0;
    int next = 1;
    for (const struct arg *a = args; a && a->name; a++) {
        /* Mostly in the order of the text: then no search is needed. */
        const char *name =
            next <= names ? sqlite3_bind_parameter_name(stmt, next) : NULL;
        int at = next;
        if (!name || !same(name + 1, a->name)) {
            char wanted[80];
            snprintf(wanted, sizeof(wanted), ":%s", a->name);
            at = sqlite3_bind_parameter_index(stmt, wanted);
        }
        CHECK(at > 0);
        bind(stmt, at, &a->value);
        next = at + 1;
        bound++;
    }
    CHECK(bound == names);
}

struct rows {
    struct conn *conn;
    struct arena *mem;
    struct statement *from; /* NULL once ended */
    sqlite3_stmt *stmt;
    enum status status;
};

static void rows_close(void *data)
{
    struct rows *r = data;
    if (!r->from)
        return;
    sqlite3_reset(r->stmt);
    r->from->busy = false;
    r->from = NULL;
}

enum status db_rows(struct conn *c, struct arena *a, struct sql sql,
                    const struct arg *args, struct rows **out)
{
    struct rows *r = NEW(a, struct rows);
    struct statement *s;
    *r = (struct rows){.conn = c, .mem = a};
    arena_defer(a, rows_close, r);
    TRY(prepare(c, sql.text, &s));
    c->queries++;
    s->busy = true;
    r->from = s;
    r->stmt = s->stmt;
    bind_all(s->stmt, args);
    *out = r;
    return OK;
}

bool rows_next(struct rows *r)
{
    if (!r->from)
        return false;
    int rc = sqlite3_step(r->stmt);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE)
        r->status = sqlite_status(r->conn, rc);
    rows_close(r);
    return false;
}

enum status rows_end(struct rows *r)
{
    rows_close(r);
    return r->status;
}

int row_columns(const struct rows *r)
{
    return sqlite3_column_count(r->stmt);
}

const char *row_column_name(const struct rows *r, int column)
{
    return sqlite3_column_name(r->stmt, column);
}

int64_t row_int(const struct rows *r, int column)
{
    int64_t i = sqlite3_column_int64(r->stmt, column);
    return !i && sqlite3_column_type(r->stmt, column) == SQLITE_NULL ? NONE : i;
}

int32_t row_day(const struct rows *r, int column)
{
    int64_t i = row_int(r, column);
    return i == NONE ? NO_DAY : (int32_t)i;
}

double row_real(const struct rows *r, int column)
{
    return sqlite3_column_type(r->stmt, column) == SQLITE_NULL
               ? __builtin_nan("")
               : sqlite3_column_double(r->stmt, column);
}

struct str row_str(const struct rows *r, int column)
{
    const char *p = (const char *)sqlite3_column_text(r->stmt, column);
    return (struct str){p, (size_t)sqlite3_column_bytes(r->stmt, column)};
}

const char *row_text(struct rows *r, int column)
{
    struct str s = row_str(r, column);
    return s.p ? arena_dup(r->mem, s.p, s.n) : NULL;
}

struct value row_value(const struct rows *r, int column)
{
    switch (sqlite3_column_type(r->stmt, column)) {
    case SQLITE_INTEGER:
        return value_int(sqlite3_column_int64(r->stmt, column));
    case SQLITE_FLOAT:
        return value_real(sqlite3_column_double(r->stmt, column));
    case SQLITE_TEXT:
        return value_text(row_str(r, column));
    case SQLITE_BLOB: {
        const void *p = sqlite3_column_blob(r->stmt, column);
        return value_blob(p, (size_t)sqlite3_column_bytes(r->stmt, column));
    }
    default:
        return (struct value){0};
    }
}

enum status db_exec(struct conn *c, struct sql sql, const struct arg *args,
                    int64_t *changed)
{
    struct statement *s;
    TRY(prepare(c, sql.text, &s));
    c->queries++;
    bind_all(s->stmt, args);
    int rc;
    do
        rc = sqlite3_step(s->stmt);
    while (rc == SQLITE_ROW);
    enum status status = sqlite_status(c, rc);
    sqlite3_reset(s->stmt);
    if (status == OK && changed)
        *changed = sqlite3_changes64(c->sqlite);
    return status;
}

enum status db_int(struct conn *c, struct sql sql, const struct arg *args,
                   int64_t *out)
{
    struct statement *s;
    TRY(prepare(c, sql.text, &s));
    c->queries++;
    bind_all(s->stmt, args);
    int rc = sqlite3_step(s->stmt);
    int64_t found = NONE;
    if (rc == SQLITE_ROW && sqlite3_column_type(s->stmt, 0) != SQLITE_NULL)
        found = sqlite3_column_int64(s->stmt, 0);
    enum status status = sqlite_status(c, rc);
    sqlite3_reset(s->stmt);
    if (status == OK)
        *out = found;
    return status;
}

enum status conn_begin(struct conn *c, int64_t deadline)
{
    c->deadline = deadline;
    c->queries = 0;
    enum status s = sqlite_status(c, conn_run(c, "BEGIN"));
    c->in_snapshot = s == OK;
    return s;
}

void conn_end(struct conn *c)
{
    c->deadline = 0;
    if (c->in_snapshot)
        conn_run(c, "COMMIT");
    c->in_snapshot = false;
}
