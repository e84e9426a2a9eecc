/* What could be had instead of what was refused because it is taken. */
#include "core/instead.h"

#include "http/url.h"

enum { MOST = 3 }; /* that are told; a program is told one */

/* "Jour : 13 mai 2025, espace : Salle créative" */
static enum status text_of(struct req *r, struct alternative *x)
{
    struct form_source source = req_source(r);
    const struct form_ask ask = {
        .entity = x->entity, .row = x->of, .source = &source};
    struct form_conflict versus = {0};
    struct buf b = {.mem = r->mem};
    TRY(form_conflict_of(r->mem, r->lang, &ask, x->row, NULL, &versus));
    for (size_t i = 0; i < versus.n; i++) {
        const struct form_difference *d = &versus.rows[i];
        if (d->differs && d->theirs)
            buf_printf(&b, "%s%s%s%s", b.n ? ", " : "", d->label,
                       tr(r->lang, "view.colon"), d->theirs);
    }
    x->text = buf_done(&b).p;
    return OK;
}

/* "slot.0.day=2025-05-13&slot.0.space=4": what a form would have brought. */
static const char *typed_of(struct req *r, const struct alternative *x,
                            const char *prefix)
{
    struct buf b = {.mem = r->mem};
    for (const struct field *f = x->entity->fields; f->name; f++) {
        const char *now = field_typed(r->mem, r->lang, f, x->row);
        if (field_is_typed(x->entity, f) &&
            !same(now, field_typed(r->mem, r->lang, f, x->of)))
            url_field(
                &b, arena_printf(r->mem, "%s%s", prefix ? prefix : "", f->name),
                str_of(now));
    }
    const struct str all = buf_done(&b);
    return all.n ? all.p + 1 : ""; /* without its ? */
}

/* Have both, as rows of one parent, what is unique? */
static bool is_one(struct arena *a, const struct entity *e,
                   const struct field *parent, const void *one,
                   const void *other)
{
    void *x = row_copy(a, e, one), *y = row_copy(a, e, other);
    struct str key, of_other;
    field_set(parent, x, value_int(1));
    field_set(parent, y, value_int(1));
    for (const struct index *i = e->indexes; i && i->columns; i++)
        if (i->unique && !i->where.text && row_key(a, e, x, i->columns, &key) &&
            row_key(a, e, y, i->columns, &of_other) &&
            str_eq(key, str_dup(a, of_other)))
            return true;
    return false;
}

enum status instead_look_beside(struct req *r, const struct entity *e,
                                const void *row, const struct beside *beside)
{
    struct instead *in = &r->instead;
    const size_t most = r->api ? 1 : MOST;
    void **rows = NEW_ARRAY(r->mem, void *, most + beside->n);
    size_t n = 0;
    if (!e->instead)
        return OK;
    const struct instead_ask ask = {
        .row = row, .under = beside->under, .most = most + beside->n};
    TRY(e->instead(r->conn, r->mem, &ask, rows, &n));
    for (size_t i = 0; i < n && in->n < most; i++) {
        struct alternative x = {.entity = e, .of = row, .row = rows[i]};
        bool theirs = false;
        for (size_t k = 0; k < beside->n; k++)
            theirs |=
                is_one(r->mem, e, beside->parent, rows[i], beside->rows[k]);
        if (theirs)
            continue;
        TRY(text_of(r, &x));
        x.typed = typed_of(r, &x, beside->prefix);
        in->list =
            arena_grow(r->mem, in->list, sizeof(*in->list), in->n, &in->room);
        in->list[in->n++] = x;
    }
    return OK;
}

enum status instead_look(struct req *r, const struct entity *e, const void *row)
{
    return instead_look_beside(r, e, row, &(struct beside){0});
}

enum status instead_of_step(struct req *r, const struct step *s)
{
    const struct entity *e = r->entity;
    void *row;
    TRY(req_refresh(r, &row));
    r->row = row;
    if (s->taken)
        TRY(s->taken(r->conn, r->mem, r->row, &e, &row));
    return row ? instead_look(r, e, row) : OK;
}

const struct form_option *instead_options(struct req *r)
{
    struct form_option *out =
        NEW_ARRAY(r->mem, struct form_option, r->instead.n + 1);
    for (size_t i = 0; i < r->instead.n; i++)
        out[i] = (struct form_option){.value = r->instead.list[i].typed,
                                      .label = r->instead.list[i].text};
    return out;
}

/* What was typed, but for what is taken instead. */
struct instead_taken {
    struct form_input typed;
    struct http_param *fields;
    size_t n;
};

static struct str instead_get(const void *data, const char *name, size_t nth)
{
    const struct instead_taken *k = data;
    const struct str value = url_find(k->fields, k->n, name);
    return !value.p ? k->typed.get(k->typed.data, name, nth)
           : nth    ? (struct str){NULL, 0}
                    : value;
}

void instead_take(struct req *r)
{
    enum { FIELDS = 32 };
    const struct str taken = req_text(r, INSTEAD_TAKEN);
    struct instead_taken *k = NEW(r->mem, struct instead_taken);
    k->typed = r->in;
    if (r->api || !taken.n ||
        url_fields(r->mem, taken, FIELDS, &k->fields, &k->n) != OK)
        return;
    r->in.get = instead_get;
    r->in.data = k;
}

const char *instead_said(struct req *r)
{
    struct buf b = {.mem = r->mem};
    for (size_t i = 0; i < r->instead.n; i++)
        buf_printf(&b, "%s%s", i ? tr(r->lang, "core.or") : "",
                   r->instead.list[i].text);
    return b.n ? arena_printf(r->mem, " %s %s.", tr(r->lang, "form.instead"),
                              buf_done(&b).p)
               : "";
}

void instead_json(struct req *r, struct json *j)
{
    json_array(j, "alternatives");
    for (size_t i = 0; i < r->instead.n; i++) {
        const struct alternative *x = &r->instead.list[i];
        json_object(j, NULL);
        json_cstr(j, "text", x->text);
        json_cstr(j, "kind", x->entity->api);
        json_object(j, "of");
        row_json(j, x->entity, x->of);
        json_end_object(j);
        json_object(j, "changes");
        row_json_changes(j, x->entity, x->of, x->row);
        json_end_object(j);
        json_end_object(j);
    }
    json_end_array(j);
}
