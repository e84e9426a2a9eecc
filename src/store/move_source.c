/* The source of a move: which tables, in which order, read by pages of their
 * keys and digested. */
#include "store/moving.h"

#include "base/belt.h"
#include "store/dialect.h"
#include "store/engine.h"
#include "store/entity_shape.h"
#include "store/schema_table.h"

enum status move_refuse(struct moving *g, enum status s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    g->why = arena_vprintf(g->mem, fmt, args);
    va_end(args);
    return s;
}

enum status move_names(struct conn *c, struct arena *a, struct sql query,
                       const char *table, const char **out, const char **second,
                       int most, int *n)
{
    struct rows *r;
    TRY(db_rows(c, a, query, ARGS(arg_cstr("name", table)), &r));
    for (*n = 0; *n < most && rows_next(r); ++*n) {
        out[*n] = row_text(r, 0);
        if (second)
            second[*n] = row_text(r, 1);
    }
    return rows_end(r);
}

/* A page of a table in the order of its keys. */
static const char *page_text(struct arena *a, const struct move_table *t,
                             bool first)
{
    struct buf b = {.mem = a};
    buf_str(&b, "SELECT ");
    for (int i = 0; i < t->load.n; i++)
        buf_printf(&b, "%s\"%s\"", i ? ", " : "", t->load.columns[i]);
    buf_printf(&b, " FROM \"%s\"", t->load.name);
    for (int i = 0; !first && t->keys[i]; i++)
        buf_printf(&b, "%s\"%s\"", i ? ", " : " WHERE (", t->keys[i]);
    for (int i = 0; !first && t->keys[i]; i++)
        buf_printf(&b, "%s:k%d", i ? ", " : ") > (", i);
    buf_str(&b, first ? "" : ")");
    for (int i = 0; t->keys[i]; i++)
        buf_printf(&b, "%s\"%s\"", i ? ", " : " ORDER BY ", t->keys[i]);
    buf_printf(&b, " LIMIT %d", PAGE);
    return buf_done(&b).p;
}

int move_column(const struct move_table *t, const char *column)
{
    for (int i = 0; i < t->load.n; i++)
        if (same(t->load.columns[i], column))
            return i;
    return -1;
}

static enum status take_columns(struct moving *g, struct move_table *t)
{
    struct arena *a = g->mem;
    struct load_table *l = &t->load;
    const struct dialect *d = dialect_of(g->from);
    int n, keys;
    l->columns = NEW_ARRAY(a, const char *, COLUMNS);
    l->types = NEW_ARRAY(a, const char *, COLUMNS);
    TRY(move_names(g->from, a, d->columns, l->name, l->columns, l->types,
                   COLUMNS, &n));
    for (int i = 0; i < n; i++) {
        if (same(l->columns[i], d->turn_column))
            continue;
        l->columns[l->n] = l->columns[i];
        l->types[l->n++] = l->types[i];
    }
    TRY(move_names(g->from, a, d->keys, l->name, t->keys, NULL, KEYS, &keys));
    for (int i = 0; i < keys; i++)
        t->key_columns[i] = move_column(t, t->keys[i]);
    CHECK(l->n && keys && l->n < COLUMNS);
    t->first = page_text(a, t, true);
    t->rest = page_text(a, t, false);
    l->highest = NONE;
    if (move_column(t, "id") >= 0)
        TRY(db_int(g->from, d->highest, ARGS(arg_cstr("name", l->name)),
                   &l->highest));
    return db_int(
        g->from,
        (struct sql){arena_printf(a, "SELECT count(*) FROM \"%s\"", l->name)},
        NO_ARGS, &t->rows);
}

static void add_table(struct moving *g, const char *name)
{
    if (!name || same(name, "core_meta"))
        return;
    g->tables =
        arena_grow(g->mem, g->tables, sizeof(*g->tables), g->n, &g->room);
    g->tables[g->n++] = (struct move_table){.load = {.name = name}};
}

/* In the order in which a new database makes them: those referred to first. */
static void list_tables(struct moving *g)
{
    const struct schema *s = g->m->schema;
    for (const struct sql *t = store_tables; t->text; t++)
        add_table(g, table_created(g->mem, *t));
    for (const struct sql *t = s->tables; t && t->text; t++)
        add_table(g, table_created(g->mem, *t));
    for (const struct entity *const *e = s->entities; e && *e; e++) {
        add_table(g, (*e)->name);
        for (const struct link *l = (*e)->links; l && l->name; l++)
            add_table(g, arena_printf(g->mem, "%s_%s", (*e)->name, l->name));
    }
    g->loads = NEW_ARRAY(g->mem, struct load_table, g->n);
    for (size_t i = 0; i < g->n; i++)
        g->loads[i] = g->tables[i].load;
}

static enum status fits(struct conn *c, struct arena *a,
                        const struct schema *schema, const char **why)
{
    const char **differences;
    size_t n;
    TRY(schema_check(c, a, schema, &differences, &n));
    if (!n)
        return OK;
    *why = arena_printf(a,
                        "the source is not as this program makes it (%s): see"
                        " essaim db check",
                        differences[0]);
    return ERR_CONFLICT;
}

enum status db_fits(struct db *db, struct arena *a, const struct schema *schema,
                    const char **why)
{
    struct conn *c;
    TRY(schema_agrees(db, a, schema, why));
    *why = NULL;
    TRY(conn_open(db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = fits(c, a, schema, why);
    conn_end(c);
    conn_close(c);
    return s;
}

/* Nobody writes from here on; the snapshot begins behind that. */
enum status move_take_source(struct moving *g)
{
    TRY(schema_agrees(g->m->from, g->mem, g->m->schema, &g->why));
    g->why = NULL;
    TRY(conn_open(g->m->from, &g->from));
    TRY(conn_begin(g->from, 0));
    list_tables(g);
    if (!g->m->served &&
        g->from->engine->hold(g->from, g->mem, g->loads, g->n) != OK)
        return move_refuse(g, ERR_BUSY,
                           "somebody writes to %s: stop what uses it, then call"
                           " the same again",
                           db_place(g->m->from));
    TRY(fits(g->from, g->mem, g->m->schema, &g->why));
    for (size_t i = 0; i < g->n; i++) {
        TRY(take_columns(g, &g->tables[i]));
        g->loads[i] = g->tables[i].load;
        g->all += g->tables[i].rows;
    }
    return OK;
}

/* One row into the digest: what kind each value is, and its bytes. */
static void digest_row(struct digest *d, struct buf *b, const struct value *v,
                       int n)
{
    b->n = 0;
    for (int i = 0; i < n; i++, v++) {
        const int64_t size = (int64_t)v->s.n;
        const double real = v->d == 0 ? 0 : v->d; /* SQLite keeps no -0 */
        buf_char(b, "nirtb"[v->type]);
        if (v->type == V_INT)
            buf_add(b, (const char *)&v->i, sizeof(v->i));
        if (v->type == V_REAL)
            buf_add(b, (const char *)&real, sizeof(real));
        if (v->type != V_TEXT && v->type != V_BLOB)
            continue;
        buf_add(b, (const char *)&size, sizeof(size));
        buf_add(b, v->s.p ? v->s.p : "", v->s.n);
    }
    digest_add(d, b->p, b->n);
}

struct reading {
    struct moving *g;
    const struct move_table *table;
    struct load *to; /* NULL: read only to be digested */
    struct digest digest;
    struct arena pages[2], line; /* pages by turns: a key outlives its own */
    struct buf bytes;
    struct arg keys[KEYS + 1];
    int64_t rows;
    struct belt belt; /* digests and loads a page while the next is read */
};

/* A page's values, row behind row. */
static enum status page_done(void *data, const void *page, size_t count)
{
    struct reading *r = data;
    const struct value *values = page;
    const int n = r->table->load.n;
    for (size_t i = 0; i < count; i++, values += n) {
        digest_row(&r->digest, &r->bytes, values, n);
        if (r->to)
            TRY(r->g->loader->row(r->to, values));
    }
    return OK;
}

static void row_keep(struct rows *rows, struct value *out, int n)
{
    const bool copied = !rows->conn->engine->answers_stay;
    for (int i = 0; i < n; i++) {
        out[i] = row_value(rows, i);
        if (copied && out[i].s.p)
            out[i].s.p = arena_dup(rows->mem, out[i].s.p, out[i].s.n);
    }
}

/* Where the page before last lay, which is done with. */
static enum status read_page(struct reading *r, struct conn *c, bool first,
                             int *count)
{
    static const char *const names[KEYS] = {"k0", "k1", "k2", "k3",
                                            "k4", "k5", "k6", "k7"};
    const struct move_table *t = r->table;
    struct arena *a = &r->pages[first ? 0 : (r->rows / PAGE) & 1];
    struct rows *rows;
    TRY(belt_wait(&r->belt, 1));
    arena_reset(a);
    struct value *page =
                     arena_room(a, sizeof(*page) * (size_t)t->load.n * PAGE),
                 *row = page;
    TRY(db_rows(c, a, (struct sql){first ? t->first : t->rest},
                first ? NO_ARGS : r->keys, &rows));
    for (*count = 0; rows_next(rows); ++*count, row += t->load.n)
        row_keep(rows, row, t->load.n);
    for (int i = 0; *count == PAGE && t->keys[i]; i++)
        r->keys[i] =
            (struct arg){names[i], (row - t->load.n)[t->key_columns[i]]};
    r->rows += *count;
    TRY(rows->conn->engine->answers_stay ? rows->status : rows_end(rows));
    return belt_give(&r->belt, page, (size_t)*count);
}

static void tell(struct moving *g, const char *what, int64_t more)
{
    if (g->m->shown)
        g->m->shown(g->m->data, what, g->done + more, g->all);
}

static enum status read_pages(struct reading *r, struct conn *c,
                              const char *what)
{
    int count = PAGE;
    for (bool first = true; count == PAGE; first = false) {
        TRY(read_page(r, c, first, &count));
        tell(r->g, what, r->rows);
    }
    r->g->done += r->rows;
    return OK;
}

/* The table's digest in hexadecimal; its rows go to `to` where that is given.
 */
enum status move_read(struct moving *g, struct conn *c,
                      const struct move_table *t, struct load *to,
                      const char **digest)
{
    struct reading r = {.g = g, .table = t, .to = to};
    unsigned char sum[DIGEST];
    r.bytes.mem = &r.line;
    digest_begin(&r.digest);
    belt_begin(&r.belt, page_done, &r);
    enum status s = read_pages(&r, c, to ? "moving" : "proving");
    if (s == OK)
        s = belt_wait(&r.belt, 0);
    belt_end(&r.belt);
    digest_end(&r.digest, sum);
    *digest = hex(g->mem, sum, DIGEST);
    for (int i = 0; i < 2; i++)
        arena_reset(&r.pages[i]);
    arena_reset(&r.line);
    return s;
}
