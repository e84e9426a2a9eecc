/* What a reference may name: which rows it offers, those of them that are few
 * enough for a list, and what tells namesakes apart. */
#include "store/recall.h"
#include "store/row.h"
#include "view/form_draw.h"

const struct reach *form_reach(const struct form_source *source,
                               const struct entity *target,
                               const struct field *field)
{
    return source && source->reach ? source->reach(source->data, target, field)
                                   : &reach_all;
}

/* The row with which what a reference names is to agree; NONE: not known. */
static enum status agreed_on(struct arena *a, const struct form_source *source,
                             const struct entity *e, const struct field *f,
                             const void *row, int64_t *id)
{
    const struct field *up = entity_field(e, e->parent ? e->parent : "");
    const struct field *own = entity_field(e, f->agrees);
    void *stored = NULL;
    *id = NONE;
    if (!own && up) {
        own = entity_field(up->target, f->agrees);
        const struct value at = field_get(up, row);
        if (source->parent_entity == up->target) {
            row = source->parent;
        } else if (at.type == V_INT) {
            const enum status s = row_load(source->conn, a, up->target, at.i,
                                           &reach_all, &stored);
            if (s != OK && s != ERR_NOT_FOUND)
                return s;
            row = stored;
        } else {
            row = NULL;
        }
    }
    const struct value v = own && row ? field_get(own, row) : (struct value){0};
    if (v.type == V_INT)
        *id = v.i;
    return OK;
}

/* What agrees, of that which the reader may name. */
static void agreeing(struct arena *a, const struct entity *target,
                     const char *name, int64_t id, struct reach *out)
{
    const char **paths = NEW_ARRAY(a, const char *, 2);
    struct scope *scope = NEW(a, struct scope);
    struct through *through = NEW(a, struct through);
    paths[0] = name;
    *scope = (struct scope){entity_field(target, name)->target, id};
    *through = (struct through){paths, {.scopes = scope, .n = 1}};
    out->through = through;
}

enum status form_offers(struct arena *a, const struct form_source *source,
                        const struct entity *e, const struct field *f,
                        const void *row, struct offer *out)
{
    int64_t with = NONE;
    *out = (struct offer){.reach = reach_all};
    if (!source || !source->conn)
        return OK;
    const struct reach *read = form_reach(source, f->target, f);
    if (f->agrees)
        TRY(agreed_on(a, source, e, f, row, &with));
    if (with != NONE) {
        out->reach = *read;
        out->only = true;
        agreeing(a, f->target, f->agrees, with, &out->reach);
    } else if (source->write) {
        out->only = reach_through(a, e, f, row, read,
                                  source->write(source->data, e), &out->reach);
    }
    return OK;
}

const struct reach *link_near(struct arena *a, const struct form_source *source,
                              const struct entity *e, const struct link *l,
                              const void *row)
{
    if (!l->near || !source || !source->conn)
        return NULL;
    const struct value v = field_get(entity_field(e, l->near), row);
    if (v.type != V_INT)
        return NULL;
    struct reach *near = NEW(a, struct reach);
    *near = *form_reach(source, l->target, NULL);
    agreeing(a, l->target, l->near, v.i, near);
    return near;
}

enum status form_told_apart(struct arena *a, const struct lang *lang,
                            const struct form_source *source,
                            const struct entity *e, const struct linked *row,
                            const char **out)
{
    enum { TOLD = 2 };
    struct buf b = {.mem = a};
    void *all;
    size_t n = 0;
    enum status s = row_load(source->conn, a, e, row->target,
                             form_reach(source, e, NULL), &all);
    const bool reads = s == OK;
    if (s == ERR_NOT_FOUND)
        s = row_load(source->conn, a, e, row->target, &reach_all, &all);
    TRY(s);
    buf_str(&b, row->title);
    for (const struct field *f = e->fields; f->name && n < TOLD; f++) {
        const bool tells =
            f->type == F_TEXT || f->type == F_REF || f->type == F_SCHOOL_YEAR;
        struct value v = field_get(f, all);
        if (!reads && f->type == F_TEXT && (f->flags & F_PERSONAL))
            continue; /* an address is for who reads the directory */
        if (!tells || !(f->flags & F_LIST) || (f->flags & F_HIDDEN) ||
            same(f->name, e->title) || v.type == V_NULL)
            continue;
        const char *text = field_shown(a, lang, e, f, all);
        if (f->type == F_REF)
            TRY(ref_title(source->conn, a, f, v.i, &text));
        if (text && *text)
            buf_printf(&b, " \xc2\xb7 %s", text), n++;
    }
    *out = buf_done(&b).p;
    return OK;
}

static struct list_ask few_ask(const struct reach *reach,
                               const struct entity *target,
                               const struct field *title[2])
{
    title[0] = target->title ? entity_field(target, target->title) : NULL;
    title[1] = NULL;
    return (struct list_ask){.entity = target,
                             .reach = reach,
                             .fields = title,
                             .limit = FORM_FEW + 1,
                             .no_total = true};
}

static struct known_rows *known_copy(struct arena *a,
                                     const struct known_rows *k)
{
    struct known_rows *copy = NEW(a, struct known_rows);
    *copy = *k;
    copy->next = NULL;
    copy->rows = NEW_ARRAY(a, struct linked, k->n);
    for (size_t i = 0; i < k->n; i++) {
        copy->rows[i] = k->rows[i];
        copy->rows[i].title = str_dup(a, str_of(k->rows[i].title));
    }
    return copy;
}

static enum status few_load(struct arena *a, const struct form_source *source,
                            const struct list_ask *ask, struct known_rows **out)
{
    struct list list;
    TRY(list_load(source->conn, a, ask, &list));
    struct known_rows *k = *out = NEW(a, struct known_rows);
    k->entity = ask->entity;
    k->n = list.n;
    k->whole = list.n <= FORM_FEW && reach_is_all(ask->entity, ask->reach);
    k->rows = NEW_ARRAY(a, struct linked, list.n);
    for (size_t i = 0; i < list.n; i++)
        k->rows[i] =
            (struct linked){.target = ((const struct row *)list.rows[i])->id,
                            .weight = 1,
                            .title = row_title(ask->entity, list.rows[i])};
    return OK;
}

/* What everybody sees alike is remembered for others. */
static enum status few_find(struct arena *a, const struct form_source *source,
                            const struct entity *target,
                            struct known_rows **out)
{
    const struct field *title[2];
    const struct list_ask ask =
        few_ask(form_reach(source, target, NULL), target, title);
    if (!reach_is_all(target, ask.reach))
        return few_load(a, source, &ask, out);
    const char *key = arena_printf(a, "few %s", target->name);
    const struct known_rows *known = conn_recall(source->conn, key);
    if (known) {
        *out = known_copy(a, known);
        return OK;
    }
    TRY(few_load(a, source, &ask, out));
    struct arena *memory = conn_memory(source->conn);
    if (memory)
        conn_remember(source->conn, key, known_copy(memory, *out));
    return OK;
}

enum status form_few_within(struct arena *a, const struct form_source *source,
                            const struct entity *target,
                            const struct reach *reach, struct linked **rows,
                            size_t *n)
{
    struct known_rows *k;
    const struct field *title[2];
    const struct list_ask ask = few_ask(reach, target, title);
    TRY(few_load(a, source, &ask, &k));
    *rows = k->rows;
    *n = k->n;
    return OK;
}

enum status form_few(struct arena *a, const struct form_source *source,
                     const struct entity *target, const struct field *field,
                     struct linked **out, size_t *n)
{
    *n = FORM_FEW + 1;
    if (!source || !source->conn)
        return OK;
    if (field && (field->holders || (field->flags & F_NAMED)))
        return form_few_within(a, source, target,
                               form_reach(source, target, field), out, n);
    struct known_rows *k = source->known ? *source->known : NULL;
    while (k && k->entity != target)
        k = k->next;
    if (!k) {
        TRY(few_find(a, source, target, &k));
        if (source->known) {
            k->next = *source->known;
            *source->known = k;
        }
    }
    *out = k->rows;
    *n = k->n;
    return OK;
}
