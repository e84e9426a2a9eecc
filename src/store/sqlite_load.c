/* Rows in bulk into SQLite: one prepared INSERT a table, in large transactions,
 * references looked at when all is there. */
#include "store/load.h"

#include "store/sqlite.h"

enum {
    GROUP_ROWS = 100000,
    GROUP_BYTES = 64 << 20,
};

struct lite_load {
    struct load load;
    sqlite3 *lite;
    const struct load_table *table;
    sqlite3_stmt *insert;
    int64_t rows, bytes; /* since the last commit */
};

static struct lite_load *of(struct load *l)
{
    return (struct lite_load *)l;
}

static enum status fault(struct lite_load *l)
{
    const int rc = sqlite3_errcode(l->lite) & 0xff;
    if (rc == SQLITE_FULL)
        return ERR_FULL; /* which is told better by who knows the place */
    l->load.why = arena_printf(
        l->load.mem, "%s: %s: mend that, then call the same again",
        l->table ? l->table->name : "the target", sqlite3_errmsg(l->lite));
    return rc == SQLITE_BUSY || rc == SQLITE_LOCKED ? ERR_BUSY
           : rc == SQLITE_CONSTRAINT                ? ERR_CONFLICT
                                                    : ERR_STORE;
}

static enum status run(struct lite_load *l, const char *text)
{
    return sqlite3_exec(l->lite, text, NULL, NULL, NULL) == SQLITE_OK
               ? OK
               : fault(l);
}

static void close_load(struct load *load)
{
    sqlite3_finalize(of(load)->insert);
    sqlite3_close(of(load)->lite);
    of(load)->insert = NULL;
    of(load)->lite = NULL;
}

static enum status open_load(struct db *db, struct arena *a, struct load **out)
{
    struct lite_load *l = NEW(a, struct lite_load);
    l->load.mem = a;
    *out = &l->load;
    if (lite_open_other(lite_db(db), &l->lite) != OK)
        return fault(l);
    TRY(run(l, "PRAGMA foreign_keys = OFF; PRAGMA cache_size = -65536;"
               " PRAGMA temp_store = MEMORY;"
               " PRAGMA journal_size_limit = 67108864"));
    return run(l, lite_db(db)->scratch ? "PRAGMA synchronous = OFF"
                                       : "PRAGMA synchronous = FULL");
}

/* Names are the program's own. */
static enum status empty(struct lite_load *l, const struct load_table *t)
{
    return run(l, arena_printf(l->load.mem,
                               "DELETE FROM \"%s\"; DELETE FROM"
                               " sqlite_sequence WHERE name = '%s'",
                               t->name, t->name));
}

static enum status clear(struct load *load, const struct load_table *tables,
                         size_t n)
{
    TRY(run(of(load), "BEGIN IMMEDIATE"));
    for (size_t i = 0; i < n; i++)
        TRY(empty(of(load), &tables[i]));
    return run(of(load),
               "DELETE FROM core_moving WHERE digest <> '' AND name <>"
               " ''; COMMIT");
}

static enum status begin(struct load *load, const struct load_table *t)
{
    struct lite_load *l = of(load);
    struct buf b = {.mem = load->mem};
    buf_printf(&b, "INSERT INTO \"%s\" (", t->name);
    for (int i = 0; i < t->n; i++)
        buf_printf(&b, "%s\"%s\"", i ? ", " : "", t->columns[i]);
    buf_str(&b, ") VALUES (");
    for (int i = 0; i < t->n; i++)
        buf_str(&b, i ? ", ?" : "?");
    buf_char(&b, ')');
    l->table = t;
    l->rows = l->bytes = 0;
    TRY(run(l, "BEGIN IMMEDIATE"));
    TRY(empty(l, t));
    if (sqlite3_prepare_v2(l->lite, buf_done(&b).p, -1, &l->insert, NULL) !=
        SQLITE_OK)
        return fault(l);
    return OK;
}

/* The values stay where they are until the row is stored. */
static int bind(sqlite3_stmt *s, int at, const struct value *v)
{
    const char *p = v->s.p ? v->s.p : "";
    switch (v->type) {
    case V_NULL:
        return sqlite3_bind_null(s, at);
    case V_INT:
        return sqlite3_bind_int64(s, at, v->i);
    case V_REAL:
        return sqlite3_bind_double(s, at, v->d);
    case V_TEXT:
        return sqlite3_bind_text64(s, at, p, v->s.n, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case V_BLOB:
        return sqlite3_bind_blob64(s, at, p, v->s.n, SQLITE_STATIC);
    }
    return SQLITE_MISMATCH;
}

static enum status row(struct load *load, const struct value *values)
{
    struct lite_load *l = of(load);
    for (int i = 0; i < l->table->n; i++) {
        if (bind(l->insert, i + 1, &values[i]) != SQLITE_OK)
            return fault(l);
        l->bytes += 8 + (int64_t)values[i].s.n;
    }
    const int rc = sqlite3_step(l->insert);
    sqlite3_reset(l->insert);
    if (rc != SQLITE_DONE)
        return fault(l);
    if (++l->rows < GROUP_ROWS && l->bytes < GROUP_BYTES)
        return OK;
    l->rows = l->bytes = 0;
    return run(l, "COMMIT; BEGIN IMMEDIATE");
}

static enum status end(struct load *load, const char *digest)
{
    struct lite_load *l = of(load);
    const struct load_table *t = l->table;
    sqlite3_finalize(l->insert);
    l->insert = NULL;
    if (t->highest != NONE)
        TRY(run(l, arena_printf(load->mem,
                                "DELETE FROM sqlite_sequence WHERE name = '%s';"
                                " INSERT INTO sqlite_sequence (name, seq)"
                                " VALUES ('%s', %" PRId64 ")",
                                t->name, t->name, t->highest)));
    TRY(run(l, arena_printf(load->mem,
                            "INSERT INTO core_moving (name, digest)"
                            " VALUES ('%s', '%s'); COMMIT",
                            t->name, digest)));
    l->table = NULL;
    return OK;
}

static enum status settle(struct load *load)
{
    (void)load;
    return OK;
}

const struct loader sqlite_loader = {open_load, close_load, clear, begin,
                                     row,       end,        settle};

/* By the writer's lock of the file. */
enum status lite_hold(struct conn *c, struct arena *a,
                      const struct load_table *tables, size_t n)
{
    struct lite_db *db = lite_db(c->db);
    (void)a, (void)tables, (void)n;
    CHECK(!db->holder);
    TRY(lite_open_other(db, &db->holder));
    return sqlite3_exec(db->holder, "BEGIN IMMEDIATE", NULL, NULL, NULL) ==
                   SQLITE_OK
               ? OK
               : ERR_BUSY;
}
