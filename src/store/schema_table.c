#include "store/schema_table.h"

#include "store/dialect.h"
#include "store/entity_shape.h"

void statement_add(struct arena *a, struct statements *s, struct sql one)
{
    s->all = arena_grow(a, s->all, sizeof(*s->all), s->n, &s->room);
    s->all[s->n++] = one;
}

static const char whole[] = "INTEGER", text[] = "TEXT";

static const char *type_of(const struct field *f)
{
    return field_is_text(f) ? text : f->type == F_REAL ? "REAL" : whole;
}

struct column *table_columns(struct arena *a, const struct entity *e)
{
    const struct shape *s = shape_of(e);
    struct column *all = NEW_ARRAY(a, struct column, s->fields * 2 + 9), *c;
    c = all;
    *c++ = (struct column){"id", "INTEGER PRIMARY KEY AUTOINCREMENT",
                           .required = true};
    *c++ = (struct column){"version", whole, .required = true};
    *c++ = (struct column){"created_at", whole, .required = true};
    *c++ = (struct column){"created_by", whole, .required = true};
    *c++ = (struct column){"changed_at", whole, .required = true};
    *c++ = (struct column){"changed_by", whole, .required = true};
    if (e->has_uid)
        *c++ = (struct column){"uid", text, .required = true};
    for (size_t i = 0; i < s->fields; i++) {
        const struct field *f = &e->fields[i];
        const bool required = f->flags & F_REQUIRED;
        *c++ = (struct column){f->name, type_of(f), required, f->target,
                               f->type == F_FILE};
        if (s->fold[i])
            *c++ = (struct column){s->fold[i], text, .required = required};
    }
    if (s->searched)
        *c++ = (struct column){"words", text, .required = true};
    return all;
}

/* What a required column added to rows that stand begins with. */
static const char *neutral(const struct column *c)
{
    return same(c->type, text) ? " DEFAULT ''" : " DEFAULT 0";
}

void column_write(struct buf *b, const struct column *c, bool later)
{
    const bool refers = c->to || c->to_file;
    buf_str(b, c->name);
    buf_char(b, ' ');
    buf_str(b, c->type);
    if (same(c->name, "id"))
        return;
    if (c->required && !(later && refers)) {
        buf_str(b, " NOT NULL");
        buf_str(b, later ? neutral(c) : "");
    }
    if (refers) {
        buf_str(b, " REFERENCES ");
        buf_str(b, c->to ? c->to->name : "core_file");
        buf_str(b, " (id)");
    }
}

struct indexes {
    struct arena *mem;
    const struct dialect *dialect;
    struct named_index *all;
    size_t n, room;
};

/* "<table>_<how>_<what>" over columns, with what follows the parenthesis. */
static void index_add(struct indexes *x, const char *table, const char *name,
                      const char *columns, bool unique, const char *tail)
{
    x->all = arena_grow(x->mem, x->all, sizeof(*x->all), x->n + 1, &x->room);
    const char *sql =
        arena_printf(x->mem, "CREATE %sINDEX %s ON %s (%s)%s",
                     unique ? "UNIQUE " : "", name, table, columns, tail);
    x->all[x->n++] = (struct named_index){name, sql};
}

static bool is_usual_sort(const struct entity *e, const struct field *f)
{
    bool down;
    return entity_sort(e, &down) == f;
}

static void field_indexes(struct indexes *x, const struct shape *s,
                          const struct field *f)
{
    struct arena *a = x->mem;
    const struct entity *e = s->entity;
    const char *sort = shape_sort_column(s, f);
    const bool unique = f->flags & F_UNIQUE;
    if (unique)
        index_add(x, e->name, arena_printf(a, "%s_is_%s", e->name, f->name),
                  f->name, true, "");
    if (((f->flags & F_SORT) || f == s->title || is_usual_sort(e, f)) &&
        !(unique && sort == f->name))
        index_add(x, e->name, arena_printf(a, "%s_by_%s", e->name, f->name),
                  arena_printf(a, "%s%s", sort, x->dialect->index_tail), false,
                  "");
    /* By the field alone: rows of one import then lie side by side in it. */
    const bool sorts = (f->flags & F_SORT) && sort == f->name;
    if (((f->flags & F_FILTER) || field_is_ref(f)) && !unique && !sorts)
        index_add(x, e->name, arena_printf(a, "%s_of_%s", e->name, f->name),
                  f->name, false, "");
}

struct named_index *table_indexes(struct arena *a, const struct dialect *d,
                                  const struct entity *e)
{
    const struct shape *s = shape_of(e);
    struct indexes x = {.mem = a, .dialect = d};
    int number = 0;
    if (e->has_uid)
        index_add(&x, e->name, arena_printf(a, "%s_is_uid", e->name), "uid",
                  true, "");
    for (const struct field *f = e->fields; f->name; f++)
        field_indexes(&x, s, f);
    for (const struct index *i = e->indexes; i && i->columns; i++)
        index_add(
            &x, e->name, arena_printf(a, "%s_index_%d", e->name, number++),
            i->columns, i->unique,
            i->where.text ? arena_printf(a, " WHERE %s", i->where.text) : "");
    for (const struct link *l = e->links; l && l->name; l++) {
        const char *table = arena_printf(a, "%s_%s", e->name, l->name);
        index_add(&x, table, arena_printf(a, "%s_of_target", table),
                  "target_id", false, "");
    }
    if (!x.all)
        x.all = NEW(a, struct named_index);
    return x.all;
}

static struct sql create_table(struct arena *a, const struct entity *e)
{
    struct buf b = {.mem = a};
    buf_str(&b, "CREATE TABLE ");
    buf_str(&b, e->name);
    for (const struct column *c = table_columns(a, e), *first = c; c->name;
         c++) {
        buf_str(&b, c == first ? " (" : ", ");
        column_write(&b, c, false);
    }
    if (e->no_overlap)
        buf_printf(&b, ", CHECK (%s < %s)", e->no_overlap->from,
                   e->no_overlap->until);
    buf_str(&b, ") STRICT");
    return sql_built(&b);
}

struct sql links_create(struct arena *a, const struct entity *e,
                        const struct link *l)
{
    return (struct sql){arena_printf(
        a,
        "CREATE TABLE %s_%s (row_id %s NOT NULL REFERENCES %s (id), "
        "target_id %s NOT NULL REFERENCES %s (id), weight %s NOT NULL, "
        "position %s NOT NULL, since %s NOT NULL, until %s, "
        "PRIMARY KEY (row_id, target_id, since)) STRICT, WITHOUT ROWID",
        e->name, l->name, whole, e->name, whole, l->target->name, whole, whole,
        whole, whole)};
}

void table_create(struct arena *a, const struct dialect *d,
                  struct statements *out, const struct entity *e)
{
    statement_add(a, out, create_table(a, e));
    for (const struct link *l = e->links; l && l->name; l++)
        statement_add(a, out, links_create(a, e, l));
    if (shape_of(e)->searched)
        statement_add(a, out, d->search_create(a, e));
    for (const struct named_index *i = table_indexes(a, d, e); i->name; i++)
        statement_add(a, out, (struct sql){i->sql});
    for (int n = 0; d->overlap(a, e, n).text; n++)
        statement_add(a, out, d->overlap(a, e, n));
}

const char *table_created(struct arena *a, struct sql made)
{
    struct str rest = str_of(made.text), part, name = {0};
    bool table = false;
    while (!name.n && str_next(&rest, ' ', &part)) {
        if (table && part.n && !str_eq(part, "IF") && !str_eq(part, "NOT") &&
            !str_eq(part, "EXISTS"))
            name = part;
        table |= str_eq(part, "TABLE");
        if (str_eq(part, "INDEX") || str_eq(part, "TRIGGER"))
            return NULL;
    }
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '(')
            name.n = i;
    return name.n ? str_dup(a, name) : NULL;
}

enum status statements_run(struct conn *c, const struct statements *s)
{
    for (size_t i = 0; i < s->n; i++)
        TRY(db_exec(c, s->all[i], NO_ARGS, NULL));
    return OK;
}
