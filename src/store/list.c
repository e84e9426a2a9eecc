/*
 * What a filter or words ask for is counted first, up to TOTAL_MOST, in a large
 * table further: few rows are found by them and sorted; of many, the order's
 * index is walked until the page is full. Rows that words find lie anywhere in
 * an order, and mostly together: of more than FOUND_MANY the newest are shown
 * (on the first page; a cursor says its order, and the next page follows it).
 * Engines that cannot guess this are told
 * (walk of dialect.h).
 *
 * A walk is at most three statements, each begun where the page before ended:
 * rows that tie with the last one, rows behind it, rows without a key. (SQLite
 * does not seek in (key, id) > (:key, :id) once keys tie.) Titles of references
 * come along as columns.
 */
#include "store/list.h"

#include "store/dialect.h"
#include "store/list_cursor.h"
#include "store/list_title.h"
#include "store/row.h"
#include "store/words.h"

#include "base/utf8.h"

#include <math.h>

/* What leads through the table: the order, the filters or the search. */
enum lead { BY_ORDER, BY_FILTER, BY_SEARCH };

/* Rows that the search leads to; of more, filters and reach lead, or else the
 * order. Alone it leads to many: sorting 30,000 takes 20 ms at most, but a walk
 * may pass as many that have not the word, at four times the price. */
enum { FOUND_FEW = 2000 };

/* With n rows in the table, sorting m of them and walking past n / m of them
 * for each row of a page cost alike where m is the root of WALKED n. Below
 * COUNTED it is not worth a count more. */
enum { WALKED = 50, COUNTED = 3 * TOTAL_MOST };

struct plan {
    struct arena *mem;
    const struct dialect *dialect;
    const struct list_ask *ask;
    const struct shape *shape;
    const struct field *sort; /* NULL: by id */
    const char *key;          /* its column */
    bool down, nullable, newest;
    const char *order; /* what a cursor is good for */
    enum lead lead;
    bool restricted;  /* by more than the search */
    struct buf where; /* "1=1 AND …" */
    struct args args; /* what it binds */
    struct value words;
    struct str asked[WORDS_ASKED];
    size_t asked_count;
    int64_t found,
        leads;           /* by the search: at most leads + 1; NONE: no search */
    const char *columns; /* what to read */
    int width;           /* how many columns these are */
    const void *blank;   /* with ask->fields: a row before they are read */
    const struct field *refs[32], *given[32]; /* titles: to be read; known */
    size_t ref_count, given_count;
};

static void plan_order(struct plan *p)
{
    const struct list_ask *ask = p->ask;
    bool down;
    const struct field *usual = entity_sort(ask->entity, &down);
    p->sort = ask->sort ? ask->sort : usual;
    CHECK(!p->sort || p->sort == usual || (p->sort->flags & F_SORT));
    p->down = ask->sort ? ask->down : down != ask->down;
    p->key = p->sort ? shape_sort_column(p->shape, p->sort) : "id";
    p->nullable = p->sort && !(p->sort->flags & F_REQUIRED);
    p->order = arena_printf(p->mem, "%s %s%s", ask->entity->name,
                            p->down ? "-" : "", p->key);
    p->restricted = ask->filter_count || ask->where.text ||
                    !reach_is_all(ask->entity, ask->reach);
}

static void plan_bind(struct plan *p, struct value v)
{
    char *name = arena_printf(p->mem, "list_%zu", p->args.n);
    buf_str(&p->where, name);
    args_add(p->mem, &p->args, (struct arg){name, v});
}

/* The alias of a column that shall not lead away from a walk. */
static const char *column_of(const struct plan *p)
{
    return p->lead == BY_FILTER ? "t" : p->dialect->walk;
}

static void plan_filter(struct plan *p, const struct filter *f)
{
    static const char *const ops[] = {
        [IS] = " = :", [FROM] = " >= :", [UPTO] = " <= :"};
    const char *fold = p->shape->fold[f->field - p->ask->entity->fields];
    struct value v = f->value;
    buf_str(&p->where, " AND ");
    buf_str(&p->where, column_of(p));
    buf_char(&p->where, '.');
    if (f->op == IS_UNKNOWN || v.type == V_NULL) {
        buf_str(&p->where, f->field->name);
        buf_str(&p->where, " IS NULL");
        return;
    }
    if (fold && v.type == V_TEXT)
        v.s = fold_cut(utf8_fold(p->mem, v.s));
    buf_str(&p->where, fold ? fold : f->field->name);
    buf_str(&p->where, ops[f->op]);
    plan_bind(p, v);
}

/* The conditions, written for what leads. */
static void plan_where(struct plan *p, enum lead lead)
{
    const struct list_ask *ask = p->ask;
    p->lead = lead;
    p->where = (struct buf){.mem = p->mem};
    p->args.n = 0;
    buf_str(&p->where, "1=1");
    for (size_t i = 0; i < ask->filter_count; i++)
        plan_filter(p, &ask->filters[i]);
    if (!reach_is_all(ask->entity, ask->reach)) {
        buf_str(&p->where, " AND ");
        reach_clause(p->mem, &p->where, str_of(column_of(p)), ask->entity,
                     ask->reach, &p->args);
    }
    if (ask->where.text) {
        buf_str(&p->where, " AND (");
        buf_str(&p->where, ask->where.text);
        buf_char(&p->where, ')');
    }
    for (const struct arg *g = ask->args; g && g->name; g++)
        args_add(p->mem, &p->args, *g);
    for (size_t i = 0; lead != BY_SEARCH && i < p->asked_count; i++) {
        buf_str(&p->where, " AND ");
        const char *name = arena_printf(p->mem, "list_word%zu", i);
        p->dialect->search_test(&p->where, name);
        args_add(
            p->mem, &p->args,
            arg_cstr(name, arena_printf(p->mem, " %.*s", (int)p->asked[i].n,
                                        p->asked[i].p)));
    }
}

static const char *order_newest(const struct plan *p)
{
    return arena_printf(p->mem, "%s newest", p->ask->entity->name);
}

/* A page goes on in the order of the one before it, though there be more rows
 * now that have the words, or fewer. */
static bool is_newest(const struct plan *p)
{
    struct place after;
    return p->ask->after ? place_read(p->mem, order_newest(p), p->ask->after,
                                      &after) == OK
                         : p->found > FOUND_MANY;
}

/* By id, whatever was asked. */
static void plan_newest(struct plan *p)
{
    p->sort = NULL;
    p->key = "id";
    p->down = p->newest = true;
    p->nullable = false;
    p->order = order_newest(p);
}

/* Text typed that holds no word is looked for in vain, and finds nothing. */
static enum status plan_search(struct plan *p, struct conn *c)
{
    const struct str typed = str_trim(p->ask->search);
    p->found = NONE;
    if (!typed.n)
        return OK;
    p->found = 0;
    p->leads = p->restricted ? FOUND_FEW : FOUND_MANY;
    if (p->shape->searched)
        p->asked_count = words_ask(p->mem, typed, p->asked);
    if (!p->asked_count)
        return OK;
    p->words = p->dialect->search_value(p->mem, p->asked, p->asked_count);
    TRY(db_int(
        c, p->dialect->search_count(p->mem, p->ask->entity),
        ARGS({"list_words", p->words}, arg_int("list_most", p->leads + 1)),
        &p->found));
    if (p->found == NONE)
        p->found = 1; /* a rehearsal: mostly they are few */
    if (is_newest(p))
        plan_newest(p);
    return OK;
}

static const char *ref_alias(const struct plan *p, size_t ref)
{
    return arena_printf(p->mem, "title%zu", ref);
}

static void plan_ref(struct plan *p, const struct field *f)
{
    if (f->type != F_FILE && (f->type != F_REF || !f->target->title))
        return;
    if (f->type == F_FILE || !known_of(p->ask->known, f)) {
        if (p->ref_count < COUNT(p->refs))
            p->refs[p->ref_count++] = f;
    } else if (p->given_count < COUNT(p->given)) {
        p->given[p->given_count++] = f;
    }
}

static void plan_columns(struct plan *p)
{
    const struct list_ask *ask = p->ask;
    p->columns = p->shape->columns;
    p->width = p->shape->width;
    for (const struct field *f = ask->entity->fields; f->name; f++)
        if (!ask->fields && ((f->flags & F_LIST) || ask->all_titles))
            plan_ref(p, f);
    if (!ask->fields)
        return;
    struct buf b = {.mem = p->mem};
    buf_str(&b, "t.id");
    p->width = 1;
    for (size_t i = 0; ask->fields[i]; i++, p->width++) {
        buf_str(&b, ", t.");
        buf_str(&b, ask->fields[i]->name);
        plan_ref(p, ask->fields[i]);
    }
    p->columns = buf_done(&b).p;
    p->blank = row_new(p->mem, ask->entity);
}

static void *plan_row(const struct plan *p, struct rows *r)
{
    return p->ask->fields
               ? row_read_some(p->mem, p->shape, p->ask->fields, p->blank, r)
               : row_read(p->mem, p->shape, r);
}

/* A walk joins the titles that it shows. Where rows are found first and then
 * sorted, a query of its own fetches them for those that stay. */
static bool joins_titles(const struct plan *p)
{
    return p->lead == BY_ORDER;
}

static const char *title_table(const struct field *f)
{
    return f->type == F_FILE ? "core_file" : f->target->name;
}

/* Of a file its type and size. */
static void write_title(struct buf *b, const struct field *f, const char *alias)
{
    if (f->type == F_FILE)
        buf_printf(b, "%s.type || ' ' || CAST(%s.size AS TEXT)", alias, alias);
    else
        buf_printf(b, "%s.%s", alias, f->target->title);
}

static void write_joins(const struct plan *p, struct buf *b)
{
    for (size_t i = 0; i < p->ref_count; i++) {
        const struct field *f = p->refs[i];
        const char *title = ref_alias(p, i);
        buf_str(b, " LEFT JOIN ");
        buf_str(b, title_table(f));
        buf_char(b, ' ');
        buf_str(b, title);
        buf_str(b, " ON ");
        buf_str(b, title);
        buf_str(b, ".id = t.");
        buf_str(b, f->name);
    }
}

/* FROM and WHERE, with the args that these bind. */
static void write_from(const struct plan *p, struct buf *b, struct args *args,
                       bool titles)
{
    const struct entity *e = p->ask->entity;
    if (p->lead == BY_SEARCH) {
        p->dialect->search_from(b, e);
        buf_str(b, " WHERE ");
        p->dialect->search_match(b, e);
        buf_str(b, " AND ");
        args_add(p->mem, args, (struct arg){"list_words", p->words});
    } else {
        buf_str(b, " FROM ");
        buf_str(b, e->name);
        buf_str(b, " t");
        if (titles && joins_titles(p))
            write_joins(p, b);
        buf_str(b, " WHERE ");
    }
    buf_add(b, p->where.p, p->where.n);
    for (size_t i = 0; i < p->args.n; i++)
        args_add(p->mem, args, p->args.all[i]);
}

static void write_titles(const struct plan *p, struct buf *b)
{
    for (size_t i = 0; i < p->ref_count; i++) {
        const struct field *f = p->refs[i];
        if (joins_titles(p)) {
            buf_str(b, ", ");
            write_title(b, f, ref_alias(p, i));
            continue;
        }
        buf_str(b, ", (SELECT ");
        write_title(b, f, "o");
        buf_str(b, " FROM ");
        buf_str(b, title_table(f));
        buf_str(b, " o WHERE o.id = t.");
        buf_str(b, f->name);
        buf_char(b, ')');
    }
}

/* Which rows of the order a statement gives. */
enum part { TIES, BEHIND, WITHOUT };

static void write_part(const struct plan *p, struct buf *b, struct args *args,
                       enum part part, const struct place *after)
{
    const char *const than = p->down ? " < :" : " > :";
    const char *const alias = p->lead == BY_ORDER ? "t" : p->dialect->walk;
    const bool by_id = !p->sort, bound = after->id != NONE;
    if (part == WITHOUT || (part == BEHIND && p->nullable)) {
        buf_str(b, " AND ");
        buf_str(b, alias);
        buf_char(b, '.');
        buf_str(b, p->key);
        buf_str(b, part == WITHOUT ? " IS NULL" : " IS NOT NULL");
    }
    if (bound && part != WITHOUT && !by_id) {
        buf_str(b, " AND ");
        buf_str(b, alias);
        buf_char(b, '.');
        buf_str(b, p->key);
        buf_str(b, part == TIES ? " = :" : than);
        buf_str(b, "list_key");
        args_add(p->mem, args, (struct arg){"list_key", after->key});
    }
    if (bound && (part != BEHIND || by_id)) {
        buf_str(b, " AND ");
        buf_str(b, alias);
        buf_str(b, ".id");
        buf_str(b, than);
        buf_str(b, "list_after");
        args_add(p->mem, args, arg_int("list_after", after->id));
    }
    const char *const way = p->down ? " DESC" : "";
    buf_str(b, " ORDER BY ");
    if (part == BEHIND && !by_id) {
        buf_str(b, alias);
        buf_char(b, '.');
        buf_str(b, p->key);
        buf_str(b, way);
        buf_str(b, ", ");
    }
    buf_str(b, alias);
    buf_str(b, ".id");
    buf_str(b, way);
    buf_str(b, " LIMIT :list_limit");
}

static void titles_add(struct plan *p, struct list *out, struct rows *r,
                       const void *row)
{
    for (size_t i = 0; i < p->ref_count; i++) {
        const struct field *f = p->refs[i];
        const struct value id = field_get(f, row);
        struct ref_title *t =
            id.type == V_NULL ? NULL : list_title_at(out, f, id.i);
        if (!t || t->field)
            continue;
        const char *title = row_text(r, p->width + (int)i);
        *t = (struct ref_title){f, id.i, title ? title : ""};
    }
}

static struct sql part_text(struct plan *p, enum part part,
                            const struct place *after, struct args *args)
{
    struct buf b = {.mem = p->mem};
    buf_str(&b, "SELECT ");
    buf_str(&b, p->columns);
    write_titles(p, &b);
    buf_str(&b, ", t.");
    buf_str(&b, p->key);
    write_from(p, &b, args, true);
    write_part(p, &b, args, part, after);
    args_add(p->mem, args, arg_int("list_limit", p->ask->limit + 1));
    return sql_built(&b);
}

static enum status read_part(struct plan *p, struct conn *c, enum part part,
                             const struct place *after, struct list *out,
                             struct place *last)
{
    const size_t limit = (size_t)p->ask->limit;
    struct args args = {0};
    struct rows *r;
    const struct sql sql = part_text(p, part, after, &args);
    TRY(db_rows(c, p->mem, sql, args.all, &r));
    const int key_at = p->width + (int)p->ref_count;
    while (rows_next(r)) {
        if (out->n++ == limit)
            break;
        void *row = plan_row(p, r);
        out->rows[out->n - 1] = row;
        titles_add(p, out, r, row);
        if (out->n < limit)
            continue;
        last->id = ((const struct row *)row)->id;
        last->key = row_value(r, key_at);
        if (last->key.type == V_TEXT)
            last->key.s.p = str_dup(p->mem, last->key.s);
    }
    return rows_end(r);
}

static void titles_open(const struct plan *p, struct list *out)
{
    size_t most = (size_t)p->ask->limit * p->ref_count, slots = 4;
    for (size_t i = 0; i < p->given_count; i++)
        most += known_of(p->ask->known, p->given[i])->n;
    while (slots < most * 2)
        slots *= 2;
    out->refs = NEW_ARRAY(p->mem, struct ref_title, slots);
    out->ref_count = slots;
    for (size_t i = 0; i < p->given_count; i++)
        list_titles_take(out, p->given[i],
                         known_of(p->ask->known, p->given[i]));
}

static enum status read_page(struct plan *p, struct conn *c, struct list *out)
{
    struct place after = {.id = NONE}, last = {.id = NONE};
    const struct list_ask *ask = p->ask;
    if (ask->after)
        TRY(place_read(p->mem, p->order, ask->after, &after));
    out->rows = NEW_ARRAY(p->mem, void *, (size_t)ask->limit + 1);
    titles_open(p, out);
    if (p->found == 0)
        return OK;
    const size_t wanted = (size_t)ask->limit + 1;
    const bool keyed = after.id == NONE || after.key.type != V_NULL;
    const bool ties = after.id != NONE && p->sort &&
                      (p->key != p->sort->name || !(p->sort->flags & F_UNIQUE));
    if (keyed && ties)
        TRY(read_part(p, c, TIES, &after, out, &last));
    if (keyed && out->n < wanted)
        TRY(read_part(p, c, BEHIND, &after, out, &last));
    if (p->nullable && out->n < wanted) {
        if (keyed)
            after.id = NONE; /* from the first of those without */
        TRY(read_part(p, c, WITHOUT, &after, out, &last));
    }
    if (out->n == wanted) {
        out->n--;
        out->next = place_write(p->mem, p->order, &last);
    }
    return OK;
}

static struct sql count_text(struct plan *p, int64_t most, struct args *args)
{
    struct buf b = {.mem = p->mem};
    buf_str(&b, "SELECT count(*) FROM (SELECT 1");
    write_from(p, &b, args, false);
    buf_str(&b, " LIMIT :list_most) x");
    args_add(p->mem, args, arg_int("list_most", most + 1));
    return sql_built(&b);
}

static enum status count(struct plan *p, struct conn *c, int64_t most,
                         int64_t *total)
{
    struct args args = {0};
    const struct sql sql = count_text(p, most, &args);
    return db_int(c, sql, args.all, total);
}

/* More than TOTAL_MOST rows are asked for: are they few of a large table? */
static enum status count_on(struct plan *p, struct conn *c, bool *few)
{
    struct buf b = {.mem = p->mem};
    int64_t rows, found;
    buf_printf(&b, "SELECT coalesce(max(id), 0) FROM %s", p->ask->entity->name);
    TRY(db_int(c, sql_built(&b), NO_ARGS, &rows));
    const int64_t most = (int64_t)sqrt(WALKED * (double)rows);
    *few = false;
    if (most < COUNTED)
        return OK;
    TRY(count(p, c, most, &found));
    *few = found <= most;
    return OK;
}

/* Counts where it must, and so decides what leads. */
static enum status plan_lead(struct plan *p, struct conn *c, int64_t *total)
{
    *total = 0;
    if (p->found == 0)
        return OK;
    plan_where(p, p->found != NONE && p->found <= p->leads ? BY_SEARCH
                                                           : BY_FILTER);
    bool few = false;
    if (p->restricted)
        TRY(count(p, c, TOTAL_MOST, total));
    else if (p->found != NONE)
        *total = p->found > TOTAL_MOST ? TOTAL_MOST + 1 : p->found;
    if (p->dialect->counts_itself && p->restricted)
        return OK;
    if (p->lead == BY_FILTER && *total > TOTAL_MOST && p->restricted)
        TRY(count_on(p, c, &few));
    if (p->lead == BY_FILTER && (*total > TOTAL_MOST || !p->restricted) && !few)
        plan_where(p, BY_ORDER);
    return OK;
}

enum status list_count(struct conn *c, struct arena *a,
                       const struct list_ask *ask, int64_t *total)
{
    struct plan p = {.mem = a,
                     .dialect = dialect_of(c),
                     .ask = ask,
                     .shape = shape_of(ask->entity)};
    plan_order(&p);
    TRY(plan_search(&p, c));
    TRY(plan_lead(&p, c, total));
    return !p.restricted && p.found == NONE ? count(&p, c, TOTAL_MOST, total)
                                            : OK;
}

enum status list_tally(struct conn *c, struct arena *a,
                       const struct list_ask *ask, struct sql class, size_t n,
                       int64_t *counts)
{
    struct plan p = {.mem = a,
                     .dialect = dialect_of(c),
                     .ask = ask,
                     .shape = shape_of(ask->entity)};
    struct buf b = {.mem = a};
    struct args args = {0};
    struct rows *r;
    memset(counts, 0, n * sizeof(*counts));
    plan_order(&p);
    TRY(plan_search(&p, c));
    if (p.found == 0)
        return OK;
    plan_where(&p, BY_FILTER);
    buf_printf(&b, "SELECT %s, count(*)", class.text);
    write_from(&p, &b, &args, false);
    buf_str(&b, " GROUP BY 1");
    TRY(db_rows(c, a, sql_built(&b), args.all, &r));
    while (rows_next(r)) {
        const int64_t at = row_int(r, 0);
        CHECK(at >= 0 && at < (int64_t)n);
        counts[at] = row_int(r, 1);
    }
    return rows_end(r);
}

static enum status list_read(struct conn *c, struct arena *a,
                             const struct list_ask *ask, struct list *out)
{
    struct plan p = {.mem = a,
                     .dialect = dialect_of(c),
                     .ask = ask,
                     .shape = shape_of(ask->entity)};
    struct list found = {0};
    plan_order(&p);
    plan_columns(&p);
    TRY(plan_search(&p, c));
    TRY(plan_lead(&p, c, &found.total));
    found.newest = p.newest;
    TRY(read_page(&p, c, &found));
    if (!p.restricted && p.found == NONE && !ask->no_total) {
        if (ask->after || found.next || conn_rehearses(c))
            TRY(count(&p, c, TOTAL_MOST, &found.total));
        else
            found.total = (int64_t)found.n; /* the page shows them all */
    }
    *out = found;
    return OK;
}

struct reading {
    struct conn *conn;
    struct arena *mem;
    const struct list_ask *ask;
};

static enum status list_rehearse(void *data)
{
    const struct reading *r = data;
    struct list list;
    return list_read(r->conn, r->mem, r->ask, &list);
}

enum status list_load(struct conn *c, struct arena *a,
                      const struct list_ask *ask, struct list *out)
{
    struct reading r = {c, a, ask};
    CHECK(ask->limit >= 1 && ask->limit <= LIST_MOST);
    db_rehearse(c, a, 1, list_rehearse, &r);
    TRY(list_read(c, a, ask, out));
    for (size_t i = 0; ask->veiled && i < out->n; i++)
        row_veil(ask->entity, out->rows[i]);
    return OK;
}

enum status list_load_most(struct conn *c, struct arena *a,
                           const struct list_ask *ask, size_t most,
                           struct list *out)
{
    struct list_ask page = *ask;
    *out = (struct list){.rows = NEW_ARRAY(a, void *, most)};
    do {
        struct list list;
        const size_t room = most - out->n;
        page.limit = room < LIST_MOST ? (int)room : LIST_MOST;
        if (!room)
            return OK;
        TRY(list_load(c, a, &page, &list));
        for (size_t i = 0; i < list.n; i++)
            out->rows[out->n++] = list.rows[i];
        page.after = list.next;
    } while (page.after);
    return OK;
}

enum status list_under(struct conn *c, struct arena *a, const struct entity *e,
                       const char *field, int64_t id, struct list *out)
{
    struct filter of = {entity_field(e, field), IS, value_int(id)};
    struct list_ask ask = {.entity = e,
                           .reach = &reach_all,
                           .filters = &of,
                           .filter_count = 1,
                           .limit = LIST_MOST,
                           .no_total = true};
    return list_load(c, a, &ask, out);
}

static void some_where(struct plan *p, const int64_t *ids, size_t n)
{
    buf_str(&p->where, " AND t.id IN (");
    for (size_t i = 0; i < LIST_SOME; i++) {
        buf_str(&p->where, i ? ", :" : ":");
        plan_bind(p, value_int(ids[i < n ? i : 0]));
    }
    buf_char(&p->where, ')');
}

enum status list_some(struct conn *c, struct arena *a,
                      const struct list_ask *ask, const int64_t *ids, size_t n,
                      struct list *out)
{
    const struct place start = {.id = NONE};
    struct place last;
    struct plan p = {.mem = a,
                     .dialect = dialect_of(c),
                     .ask = ask,
                     .shape = shape_of(ask->entity),
                     .found = NONE};
    CHECK(n <= LIST_SOME && ask->limit >= LIST_SOME && !ask->sort);
    *out = (struct list){0};
    if (!n)
        return OK;
    plan_order(&p);
    p.sort = NULL;
    p.key = "id";
    plan_columns(&p);
    plan_where(&p, BY_FILTER);
    some_where(&p, ids, n);
    out->rows = NEW_ARRAY(a, void *, (size_t)ask->limit + 1);
    titles_open(&p, out);
    return read_part(&p, c, BEHIND, &start, out, &last);
}
