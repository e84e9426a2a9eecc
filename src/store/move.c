/* `essaim move`: one database into another. */
#include "store/move.h"

#include "base/digest.h"
#include "base/random.h"
#include "store/dialect.h"
#include "store/engine.h"
#include "store/entity_shape.h"
#include "store/schema_table.h"

#include <unistd.h>

enum {
    PAGE = 1000,
    COLUMNS = 200,
    KEYS = 8,
    ALONE_TRIES = 20, /* a server takes its time to see who has gone */
    ALONE_PAUSE_US = 100000,
    HOUR_MS = 3600000,
};

/* A table on both sides. */
struct table {
    struct load_table load;
    const char *keys[KEYS + 1];
    int key_columns[KEYS];
    const char *first, *rest; /* a page of it: the first, one behind a key */
    const char *moved;        /* the digest noted in the target, or NULL */
    int64_t rows;
};

struct moving {
    const struct move *m;
    struct arena *mem;
    struct conn *from;
    struct load *to;
    const struct loader *loader;
    struct load_table *loads;
    struct table *tables;
    size_t n, room, resumed;
    int64_t done, all;
    const char *why;
};

static enum status refuse(struct moving *g, enum status s, const char *fmt, ...)
    PRINTF(3, 4);
static enum status refuse(struct moving *g, enum status s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    g->why = arena_vprintf(g->mem, fmt, args);
    va_end(args);
    return s;
}

static enum status names_of(struct conn *c, struct arena *a, struct sql query,
                            const char *table, const char **out,
                            const char **second, int most, int *n)
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
static const char *page_text(struct arena *a, const struct table *t, bool first)
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

static int place_of(const struct table *t, const char *column)
{
    for (int i = 0; i < t->load.n; i++)
        if (same(t->load.columns[i], column))
            return i;
    return -1;
}

static enum status take_columns(struct moving *g, struct table *t)
{
    struct arena *a = g->mem;
    struct load_table *l = &t->load;
    const struct dialect *d = dialect_of(g->from);
    int n, keys;
    l->columns = NEW_ARRAY(a, const char *, COLUMNS);
    l->types = NEW_ARRAY(a, const char *, COLUMNS);
    TRY(names_of(g->from, a, d->columns, l->name, l->columns, l->types, COLUMNS,
                 &n));
    for (int i = 0; i < n; i++) {
        if (same(l->columns[i], d->turn_column))
            continue;
        l->columns[l->n] = l->columns[i];
        l->types[l->n++] = l->types[i];
    }
    TRY(names_of(g->from, a, d->keys, l->name, t->keys, NULL, KEYS, &keys));
    for (int i = 0; i < keys; i++)
        t->key_columns[i] = place_of(t, t->keys[i]);
    CHECK(l->n && keys && l->n < COLUMNS);
    t->first = page_text(a, t, true);
    t->rest = page_text(a, t, false);
    l->highest = NONE;
    if (place_of(t, "id") >= 0)
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
    g->tables[g->n++] = (struct table){.load = {.name = name}};
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

/* Nobody writes from here on; the snapshot begins behind that. */
static enum status take_source(struct moving *g)
{
    const char **differences;
    size_t n;
    TRY(schema_agrees(g->m->from, g->mem, g->m->schema, &g->why));
    g->why = NULL;
    TRY(conn_open(g->m->from, &g->from));
    TRY(conn_begin(g->from, 0));
    list_tables(g);
    if (g->from->engine->hold(g->from, g->mem, g->loads, g->n) != OK)
        return refuse(g, ERR_BUSY,
                      "somebody writes to %s: stop what uses it, and call"
                      " again",
                      db_place(g->m->from));
    TRY(schema_check(g->from, g->mem, g->m->schema, &differences, &n));
    if (n)
        return refuse(g, ERR_CONFLICT,
                      "the source is not as this program makes it (%s): see"
                      " essaim db check",
                      differences[0]);
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
    const struct table *table;
    struct load *to; /* NULL: read only to be digested */
    struct digest digest;
    struct arena pages[2], line; /* pages by turns: a key outlives its own */
    struct buf bytes;
    struct arg keys[KEYS + 1];
    int64_t rows;
};

static enum status read_page(struct reading *r, struct conn *c, bool first,
                             int *count)
{
    static const char *const names[KEYS] = {"k0", "k1", "k2", "k3",
                                            "k4", "k5", "k6", "k7"};
    const struct table *t = r->table;
    struct arena *a = &r->pages[first ? 0 : (r->rows / PAGE) & 1];
    struct value values[COLUMNS];
    struct rows *rows;
    arena_reset(a);
    TRY(db_rows(c, a, (struct sql){first ? t->first : t->rest},
                first ? NO_ARGS : r->keys, &rows));
    for (*count = 0; rows_next(rows); ++*count) {
        for (int i = 0; i < t->load.n; i++)
            values[i] = row_value(rows, i);
        digest_row(&r->digest, &r->bytes, values, t->load.n);
        if (r->to)
            TRY(r->g->loader->row(r->to, values));
        for (int i = 0; *count == PAGE - 1 && t->keys[i]; i++) {
            struct value *v = &values[t->key_columns[i]];
            if (v->s.p)
                v->s.p = arena_dup(a, v->s.p, v->s.n);
            r->keys[i] = (struct arg){names[i], *v};
        }
    }
    r->rows += *count;
    return rows_end(rows);
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
static enum status read_table(struct moving *g, struct conn *c,
                              const struct table *t, struct load *to,
                              const char **digest)
{
    struct reading r = {.g = g, .table = t, .to = to};
    unsigned char sum[DIGEST];
    r.bytes.mem = &r.line;
    digest_begin(&r.digest);
    enum status s = read_pages(&r, c, to ? "moving" : "proving");
    digest_end(&r.digest, sum);
    *digest = hex(g->mem, sum, DIGEST);
    for (int i = 0; i < 2; i++)
        arena_reset(&r.pages[i]);
    arena_reset(&r.line);
    return s;
}

/* What the target is: empty, or of this very move. */
struct target {
    bool born, half;
    const char *of; /* half: of that source */
    const char *full;
};

static enum status count_some(void *data, const char *table, int64_t rows)
{
    struct target *t = data;
    t->born |= same(table, "core_meta");
    t->half |= same(table, "core_moving");
    if (rows && !same(table, "core_meta") && !t->full)
        t->full = table;
    return OK;
}

static enum status see_target(struct moving *g, struct conn *c,
                              struct target *out)
{
    const struct copy_to counts = {.data = out, .rows = count_some};
    struct rows *r;
    *out = (struct target){0};
    TRY(db_count_rows(c, g->mem, &counts));
    if (!out->half)
        return OK;
    TRY(db_rows(c, g->mem, SQL("SELECT name, digest FROM core_moving"), NO_ARGS,
                &r));
    while (rows_next(r)) {
        const struct str name = row_str(r, 0);
        if (!name.n)
            out->of = row_text(r, 1);
        for (size_t i = 0; i < g->n; i++)
            if (str_eq(name, g->tables[i].load.name))
                g->tables[i].moved = row_text(r, 1);
    }
    return rows_end(r);
}

static enum status look_at_target(struct moving *g, struct target *t)
{
    struct conn *c;
    TRY(conn_open(g->m->to, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = see_target(g, c, t);
    bool current = true;
    if (s == OK && t->half)
        s = schema_current(c, g->m->schema, &current);
    conn_end(c);
    conn_close(c);
    const char *to = db_place(g->m->to);
    if (s == OK && t->half && !(t->of && same(t->of, db_place(g->m->from))))
        return refuse(g, ERR_CONFLICT,
                      "%s is half of a move from %s: call that one again, or"
                      " empty it",
                      to, t->of ? t->of : "elsewhere");
    if (s == OK && !current)
        return refuse(g, ERR_CONFLICT,
                      "%s is half of a move by another Essaim: empty it", to);
    if (s == OK && !t->half && t->full)
        return refuse(g, ERR_CONFLICT,
                      "%s holds something already (%s): name an empty one", to,
                      t->full);
    return s;
}

static enum status note_begun(struct conn *c, struct arena *a, void *data)
{
    (void)a;
    TRY(db_exec(c,
                SQL("CREATE TABLE core_moving (name TEXT NOT NULL PRIMARY KEY,"
                    " digest TEXT NOT NULL)"),
                NO_ARGS, NULL));
    return db_exec(c,
                   SQL("INSERT INTO core_moving (name, digest)"
                       " VALUES ('', :place)"),
                   ARGS(arg_cstr("place", data)), NULL);
}

static enum status note_done(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    return db_exec(c, SQL("DROP TABLE core_moving"), NO_ARGS, NULL);
}

static enum status take_target(struct moving *g)
{
    struct target t;
    const char *place = db_place(g->m->from);
    TRY(look_at_target(g, &t));
    if (t.half)
        return OK;
    TRY(schema_open(g->m->to, g->mem, g->m->schema, &g->why));
    g->why = NULL;
    return db_write(g->m->to, g->mem, note_begun, (void *)(uintptr_t)place);
}

/* The columns as the target has them: each of the source's, and no other. */
static enum status match_columns(struct moving *g, struct conn *c,
                                 struct load_table *l)
{
    const struct dialect *d = dialect_of(c);
    const char *names[COLUMNS], *types[COLUMNS];
    const struct table as = {.load = *l};
    int n, matched = 0, own = 0;
    TRY(names_of(c, g->mem, d->columns, l->name, names, types, COLUMNS, &n));
    for (int i = 0; i < n; i++) {
        const int at = place_of(&as, names[i]);
        own += same(names[i], d->turn_column);
        if (at < 0)
            continue;
        l->types[at] = types[i];
        matched++;
    }
    if (matched == l->n && matched + own == n)
        return OK;
    return refuse(g, ERR_CONFLICT,
                  "%s has other columns in the target: empty"
                  " it",
                  l->name);
}

static enum status match_tables(struct moving *g)
{
    struct conn *c;
    TRY(conn_open(g->m->to, &c));
    enum status s = conn_begin(c, 0);
    for (size_t i = 0; s == OK && i < g->n; i++)
        s = match_columns(g, c, &g->tables[i].load);
    conn_end(c);
    conn_close(c);
    return s;
}

/* Tables of an earlier call count when the source still has the same in them;
 * else all begins anew, since tables refer to each other. */
static enum status keep_moved(struct moving *g)
{
    bool right = true;
    for (size_t i = 0; right && i < g->n; i++) {
        const char *digest;
        if (!g->tables[i].moved)
            continue;
        TRY(read_table(g, g->from, &g->tables[i], NULL, &digest));
        right = same(digest, g->tables[i].moved);
        g->resumed++;
    }
    if (right)
        return OK;
    for (size_t i = 0; i < g->n; i++)
        g->tables[i].moved = NULL;
    g->done = 0;
    g->resumed = 0;
    return g->loader->clear(g->to, g->loads, g->n);
}

static enum status move_tables(struct moving *g)
{
    TRY(keep_moved(g));
    for (size_t i = 0; i < g->n; i++) {
        struct table *t = &g->tables[i];
        if (t->moved)
            continue;
        TRY(g->loader->begin(g->to, &t->load));
        TRY(read_table(g, g->from, t, g->to, &t->moved));
        TRY(g->loader->end(g->to, t->moved));
    }
    return OK;
}

static enum status make_search(struct conn *c, struct arena *a, void *data)
{
    const struct move *m = data;
    for (const struct entity *const *e = m->schema->entities; e && *e; e++) {
        struct sql anew = dialect_of(c)->search_rebuild(a, *e);
        if (shape_of(*e)->searched && anew.text)
            TRY(db_exec(c, anew, NO_ARGS, NULL));
    }
    return OK;
}

static enum status prove_table(struct moving *g, struct conn *c,
                               const struct table *t)
{
    const char *digest;
    int64_t highest = NONE;
    TRY(read_table(g, c, t, NULL, &digest));
    if (place_of(t, "id") >= 0)
        TRY(db_int(c, dialect_of(c)->highest,
                   ARGS(arg_cstr("name", t->load.name)), &highest));
    if (!same(digest, t->moved))
        return refuse(g, ERR_STORE,
                      "%s is not the same in the target: call again with an"
                      " empty one",
                      t->load.name);
    if (highest != t->load.highest)
        return refuse(g, ERR_STORE,
                      "%s would give ids again in the target: call again with"
                      " an empty one",
                      t->load.name);
    return OK;
}

static enum status prove(struct moving *g)
{
    struct conn *c;
    const char *fault = NULL;
    g->done = 0;
    TRY(conn_open(g->m->to, &c));
    enum status s = conn_begin(c, 0);
    for (size_t i = 0; s == OK && i < g->n; i++)
        s = prove_table(g, c, &g->tables[i]);
    if (s == OK)
        s = db_integrity(c, g->mem, false, &fault);
    conn_end(c);
    conn_close(c);
    return s == OK && fault ? refuse(g, ERR_STORE, "the target: %s", fault) : s;
}

static enum status move(struct moving *g)
{
    struct db *to = g->m->to;
    TRY(take_source(g));
    TRY(g->loader->open(to, g->mem, &g->to));
    TRY(take_target(g));
    TRY(match_tables(g));
    TRY(move_tables(g));
    TRY(db_write_within(to, g->mem, make_search, (void *)(uintptr_t)g->m,
                        HOUR_MS));
    TRY(g->loader->settle(g->to));
    TRY(prove(g));
    if (g->m->last)
        TRY(g->m->last(g->m->data, &g->why));
    return db_write(to, g->mem, note_done, NULL);
}

enum status db_move(struct arena *a, const struct move *m, struct moved *out,
                    const char **why)
{
    struct moving g = {.m = m, .mem = a, .loader = m->to->engine->loader};
    enum status s = move(&g);
    if (s != OK && !g.why && g.to)
        g.why = g.to->why;
    if (s != OK && !g.why)
        g.why = arena_printf(a, "%s: see the log; call again to go on",
                             status_name(s));
    if (g.to)
        g.loader->close(g.to);
    if (g.from) {
        conn_end(g.from);
        conn_close(g.from);
    }
    *out = (struct moved){g.n, g.resumed, g.all};
    *why = g.why;
    return s;
}

static enum status others(struct db *db, struct arena *a, int64_t *n)
{
    struct conn *c;
    TRY(conn_open(db, &c));
    enum status s = conn_begin(c, 0);
    (void)a;
    if (s == OK)
        s = db_int(c, dialect_of(c)->others, NO_ARGS, n);
    conn_end(c);
    conn_close(c);
    return s;
}

enum status db_alone(struct db *db, struct arena *a, const char **why)
{
    int64_t n = 1;
    for (int i = 0; n && i < ALONE_TRIES; i++) {
        if (i)
            usleep(ALONE_PAUSE_US);
        *why = "the database cannot be read";
        TRY(others(db, a, &n));
    }
    if (!n)
        return OK;
    *why = arena_printf(a, "%s is in use by another Essaim: stop it first",
                        db_place(db));
    return ERR_CONFLICT;
}
