/* `essaim db check`: what the database has other than the program says. */
#include "store/dialect.h"
#include "store/entity_shape.h"
#include "store/schema_table.h"

struct findings {
    struct conn *conn;
    struct arena *mem;
    const char **all;
    size_t n, room;
};

__attribute__((format(printf, 2, 3))) static void find(struct findings *f,
                                                       const char *format, ...)
{
    va_list args;
    f->all = arena_grow(f->mem, f->all, sizeof(*f->all), f->n, &f->room);
    va_start(args, format);
    f->all[f->n++] = arena_vprintf(f->mem, format, args);
    va_end(args);
}

/* A table as it is: its columns or its indexes. */
struct actual {
    const char *name, *text;
    bool required, seen;
};

static enum status load(struct findings *f, struct sql query, const char *table,
                        struct actual **out, size_t *n)
{
    enum { MOST = 1000 };
    struct actual *all = NEW_ARRAY(f->mem, struct actual, MOST);
    struct rows *r;
    size_t count = 0;
    TRY(db_rows(f->conn, f->mem, query,
                table ? ARGS(arg_cstr("name", table)) : NO_ARGS, &r));
    while (count < MOST && rows_next(r)) {
        struct actual *one = &all[count++];
        one->name = row_text(r, 0);
        one->text = row_columns(r) > 1 ? row_text(r, 1) : "";
        one->required = row_columns(r) > 2 && row_int(r, 2) == 1;
    }
    TRY(rows_end(r));
    *out = all;
    *n = count;
    return OK;
}

static struct actual *look_up(struct actual *all, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (same(all[i].name, name)) {
            all[i].seen = true;
            return &all[i];
        }
    return NULL;
}

static enum status check_columns(struct findings *f, const struct entity *e)
{
    struct actual *all;
    size_t n;
    TRY(load(f, dialect_of(f->conn)->columns, e->name, &all, &n));
    for (struct column *c = table_columns(f->mem, e); c->name; c++) {
        const struct actual *is = look_up(all, n, c->name);
        if (!is) {
            find(f, "%s: the column %s is missing", e->name, c->name);
            continue;
        }
        if (!str_starts(str_of(c->type), is->text))
            find(f, "%s.%s: the type is %s, not %s", e->name, c->name, is->text,
                 c->type);
        /* A required reference added later may be nothing in old rows. */
        const bool refers = c->to || c->to_file;
        if (c->required != is->required && !(c->required && refers) &&
            !same(c->name, "id"))
            find(f, "%s.%s: it is %srequired", e->name, c->name,
                 is->required ? "" : "not ");
    }
    for (size_t i = 0; i < n; i++)
        if (!all[i].seen)
            find(f, "%s: the column %s is not ours", e->name, all[i].name);
    return OK;
}

/* A server writes a statement in its own way: what says the same is left out
 * here. */
static const char *plain(struct arena *a, const char *text)
{
    static const char *const casts[] = {"::text", "::bigint", "::integer"};
    struct buf b = {.mem = a};
    while (*text) {
        size_t skip = strspn(text, " \"\n()[]");
        for (size_t i = 0; !skip && i < COUNT(casts); i++)
            if (strncmp(text, casts[i], strlen(casts[i])) == 0)
                skip = strlen(casts[i]);
        if (!skip && strncmp(text, "= ANY (ARRAY[", 13) == 0) {
            buf_str(&b, "IN");
            skip = 13;
        }
        if (!skip)
            buf_char(&b, *text++);
        text += skip;
    }
    return buf_done(&b).p;
}

static bool same_sql(struct arena *a, const char *one, const char *other)
{
    struct arena_mark mark = arena_mark(a);
    const bool yes = same(plain(a, one), plain(a, other));
    arena_rewind(a, mark);
    return yes;
}

static enum status check_indexes(struct findings *f, const struct entity *e,
                                 const char *table)
{
    struct actual *all;
    size_t n;
    char *on = arena_printf(f->mem, " ON %s (", table);
    TRY(load(f, dialect_of(f->conn)->indexes, table, &all, &n));
    for (struct named_index *i = table_indexes(f->mem, dialect_of(f->conn), e);
         i->name; i++) {
        if (!strstr(i->sql, on))
            continue;
        const struct actual *is = look_up(all, n, i->name);
        if (!is)
            find(f, "%s: the index %s is missing", table, i->name);
        else if (!same_sql(f->mem, is->text, i->sql))
            find(f, "%s: the index %s is another: %s", table, i->name,
                 is->text);
    }
    for (size_t i = 0; i < n; i++)
        if (!all[i].seen)
            find(f, "%s: the index %s is not ours", table, all[i].name);
    return OK;
}

/* What forbids rows to overlap, in whichever order it stands. */
static enum status check_overlaps(struct findings *f, const struct entity *e)
{
    const struct dialect *d = dialect_of(f->conn);
    struct actual *all;
    struct sql sql;
    size_t n;
    TRY(load(f, d->overlaps, e->name, &all, &n));
    for (int k = 0; (sql = d->overlap(f->mem, e, k)).text; k++) {
        bool found = !strstr(sql.text, e->name); /* of no table: an extension */
        for (size_t i = 0; !found && i < n; i++)
            if (same_sql(f->mem, all[i].text, sql.text))
                found = all[i].seen = true;
        if (!found)
            find(f, "%s: what keeps its rows apart is missing, or another",
                 e->name);
    }
    for (size_t i = 0; i < n; i++)
        if (!all[i].seen)
            find(f, "%s: what keeps its rows apart is not ours: %s", e->name,
                 all[i].name);
    return OK;
}

/* The next column that CREATE TABLE names: what begins with a small letter
 * between its brackets, not within a column's own, as all of ours do; what
 * begins with a capital is a constraint. *depth is 0 to begin. */
static struct str column_made(const char **at, int *depth)
{
    bool begins = false;
    for (const char *p = *at; *p; p++) {
        if (begins && *p >= 'a' && *p <= 'z') {
            const size_t n = strcspn(p, " ,)");
            *at = p + n;
            return (struct str){p, n};
        }
        *depth += (*p == '(') - (*p == ')');
        begins =
            *depth == 1 && (*p == '(' || *p == ',' || (begins && *p == ' '));
    }
    return (struct str){0};
}

static enum status check_columns_made(struct findings *f, const char *table,
                                      const char *made)
{
    struct actual *all;
    struct str name;
    size_t n;
    int depth = 0;
    TRY(load(f, dialect_of(f->conn)->columns, table, &all, &n));
    if (strstr(made, "{turn_column}"))
        look_up(all, n, dialect_of(f->conn)->turn_column);
    while ((name = column_made(&made, &depth)).n)
        if (!look_up(all, n, str_dup(f->mem, name)))
            find(f, "%s: the column %.*s is missing", table, (int)name.n,
                 name.p);
    for (size_t i = 0; i < n; i++)
        if (!all[i].seen)
            find(f, "%s: the column %s is not ours", table, all[i].name);
    return OK;
}

static enum status check_entity(struct findings *f, const struct entity *e,
                                struct actual *tables, size_t n)
{
    if (!look_up(tables, n, e->name)) {
        find(f, "the table %s is missing", e->name);
        return OK;
    }
    TRY(check_columns(f, e));
    TRY(check_indexes(f, e, e->name));
    TRY(check_overlaps(f, e));
    for (const struct link *l = e->links; l && l->name; l++) {
        char *table = arena_printf(f->mem, "%s_%s", e->name, l->name);
        if (!look_up(tables, n, table)) {
            find(f, "the table %s is missing", table);
            continue;
        }
        TRY(check_columns_made(f, table, links_create(f->mem, e, l).text));
        TRY(check_indexes(f, e, table));
    }
    char *search = arena_printf(f->mem, "%s_search", e->name);
    if (dialect_of(f->conn)->search_is_table && shape_of(e)->searched &&
        !look_up(tables, n, search))
        find(f, "the search of %s is missing", e->name);
    return OK;
}

static enum status check_frame(struct findings *f, const struct sql *made,
                               struct actual *tables, size_t n)
{
    for (; made && made->text; made++) {
        const char *name = table_created(f->mem, *made);
        if (!name)
            continue;
        if (look_up(tables, n, name))
            TRY(check_columns_made(f, name, made->text));
        else
            find(f, "the table %s is missing", name);
    }
    return OK;
}

enum status schema_check(struct conn *c, struct arena *a,
                         const struct schema *s, const char ***differences,
                         size_t *n)
{
    struct findings f = {.conn = c, .mem = a};
    struct actual *tables;
    size_t count;
    TRY(load(&f, dialect_of(f.conn)->tables, NULL, &tables, &count));
    TRY(check_frame(&f, store_tables, tables, count));
    TRY(check_frame(&f, s->tables, tables, count));
    for (const struct entity *const *e = s->entities; e && *e; e++)
        TRY(check_entity(&f, *e, tables, count));
    /* The move itself asks; whoever else opens half of one is told before. */
    look_up(tables, count, "core_moving");
    for (size_t i = 0; i < count; i++)
        if (!tables[i].seen)
            find(&f, "the table %s is not ours", tables[i].name);
    *differences = f.all;
    *n = f.n;
    return OK;
}
