#include "core/export.h"

#include "base/csv.h"
#include "core/spool.h"

static bool exported(const struct field *f)
{
    return !(f->flags & F_HIDDEN);
}

static void csv_head(struct buf *b, const struct entity *e)
{
    buf_str(b, "\xef\xbb\xbf");
    csv_cell(b, STR("id"), true);
    if (e->has_uid)
        csv_cell(b, STR("uid"), false);
    for (const struct field *f = e->fields; f->name; f++)
        if (exported(f))
            csv_cell(b, str_of(f->name), false);
    for (const struct link *l = e->links; l && l->name; l++)
        csv_cell(b, str_of(l->name), false);
    buf_str(b, "\r\n");
}

/* The rows that a page's references of one field name, by their codes. */
struct named {
    const struct field *field;
    struct list rows;
};

static enum status named_load(struct conn *c, struct arena *a,
                              const struct list *page, struct named *out)
{
    const struct entity *e = out->field->target;
    const struct field *fields[] = {entity_field(e, e->code), NULL};
    int64_t ids[LIST_MOST];
    size_t n = 0;
    const char *which;
    for (size_t i = 0; i < page->n; i++) {
        const struct value v = field_get(out->field, page->rows[i]);
        if (v.type != V_NULL)
            ids[n++] = v.i;
    }
    if (!n)
        return OK;
    const struct arg *args = ids_bound(a, ids, n, &which);
    return list_load(
        c, a,
        &(struct list_ask){.entity = e,
                           .reach = &reach_all,
                           .fields = fields,
                           .where = {arena_printf(a, "t.id %s", which)},
                           .args = args,
                           .limit = LIST_MOST,
                           .no_total = true},
        &out->rows);
}

/* All of them, ending with {0}. */
static enum status names_load(struct conn *c, struct arena *a,
                              const struct entity *e, const struct list *page,
                              struct named **out)
{
    size_t n = 0;
    for (const struct field *f = e->fields; f->name; f++)
        n++;
    struct named *all = NEW_ARRAY(a, struct named, n + 1);
    n = 0;
    for (const struct field *f = e->fields; page->n && f->name; f++) {
        if (f->type != F_REF || !f->target->code || !exported(f))
            continue;
        all[n].field = f;
        TRY(named_load(c, a, page, &all[n++]));
    }
    *out = all;
    return OK;
}

static const char *named_code(struct arena *a, const struct named *names,
                              const struct field *f, int64_t id)
{
    while (names->field && names->field != f)
        names++;
    for (size_t i = 0; names->field && i < names->rows.n; i++)
        if (((const struct row *)names->rows.rows[i])->id == id)
            return field_typed(a, lang_default(),
                               entity_field(f->target, f->target->code),
                               names->rows.rows[i]);
    return "";
}

/* The links of one kind in one cell, as the import reads them back:
 * "EDU-1 | EDU-4". */
static void csv_links(struct arena *a, const struct link *l,
                      const struct links *links, struct buf *b)
{
    struct buf cell = {.mem = a};
    for (size_t i = 0; i < links->n; i++)
        buf_printf(&cell, "%s%s", i ? " | " : "",
                   l->target->code ? links->all[i].code : links->all[i].title);
    csv_cell(b, buf_done(&cell), false);
}

/* A reference as files name it: by the target's code, which the import reads
 * back; else by its title. */
static const char *csv_text(struct arena *a, const struct list *list,
                            const struct named *names, const struct field *f,
                            const void *row)
{
    const struct value v = field_get(f, row);
    if (f->type != F_REF)
        return field_typed(a, lang_default(), f, row);
    if (v.type == V_NULL)
        return "";
    return f->target->code ? named_code(a, names, f, v.i)
                           : list_ref_title(list, f, v.i);
}

static enum status csv_page(struct conn *c, struct arena *a,
                            const struct entity *e, const struct list *list,
                            struct buf *b)
{
    struct named *names;
    struct links *links;
    const size_t kinds = entity_link_count(e);
    TRY(names_load(c, a, e, list, &names));
    TRY(links_of_page(c, a, e, list, &links));
    for (size_t i = 0; i < list->n; i++) {
        const struct row *row = list->rows[i];
        csv_cell(b, str_of(arena_printf(a, "%" PRId64, row->id)), true);
        if (e->has_uid)
            csv_cell(b, str_of(row->uid), false);
        for (const struct field *f = e->fields; f->name; f++)
            if (exported(f))
                csv_cell(b, str_of(csv_text(a, list, names, f, row)), false);
        for (size_t k = 0; k < kinds; k++)
            csv_links(a, &e->links[k], &links[i * kinds + k], b);
        buf_str(b, "\r\n");
    }
    return OK;
}

static enum status json_page(struct conn *c, struct arena *a,
                             const struct entity *e, const struct list *list,
                             bool first, struct buf *b)
{
    struct json j = {.out = b, .comma = !first};
    struct links *links;
    TRY(links_of_page(c, a, e, list, &links));
    for (size_t i = 0; i < list->n; i++) {
        json_object(&j, NULL);
        row_json(&j, e, list->rows[i]);
        links_members(&j, e, &links[i * entity_link_count(e)]);
        json_end_object(&j);
        buf_char(b, '\n');
    }
    return OK;
}

enum status export_write(struct conn *c, struct arena *a,
                         const struct list_ask *ask, const char *form, int fd)
{
    bool csv = same(form, "csv"), first = true;
    struct list_ask page = *ask;
    page.limit = LIST_MOST;
    page.no_total = page.all_titles = true;
    page.after = NULL;
    char after[LIST_CURSOR] = "";
    for (bool more = true; more;) {
        struct arena_mark mark = arena_mark(a);
        struct buf b = {.mem = a};
        struct list list;
        TRY(list_load(c, a, &page, &list));
        if (first && csv)
            csv_head(&b, ask->entity);
        else if (first)
            buf_char(&b, '[');
        TRY(csv ? csv_page(c, a, ask->entity, &list, &b)
                : json_page(c, a, ask->entity, &list, first, &b));
        first = first && !list.n;
        more = list.next != NULL;
        if (more) {
            CHECK(strlen(list.next) < sizeof(after));
            memcpy(after, list.next, strlen(list.next) + 1);
            page.after = after;
        } else if (!csv) {
            buf_str(&b, "]\n");
        }
        TRY(spool_put(fd, &b));
        arena_rewind(a, mark);
    }
    return OK;
}

struct sending {
    const struct list_ask *ask;
    const char *form;
};

static enum status list_write(struct req *r, void *data, int fd)
{
    const struct sending *s = data;
    return export_write(r->conn, r->mem, s->ask, s->form, fd);
}

enum status export_send(struct req *r, const struct list_ask *ask,
                        const char *form)
{
    const bool csv = same(form, "csv");
    struct sending s = {ask, form};
    if (!csv && !same(form, "json"))
        return ERR_NOT_FOUND;
    return spool_send(r, list_write, &s,
                      csv ? "text/csv; charset=utf-8"
                          : "application/json; charset=utf-8",
                      arena_printf(r->mem, "%s.%s", r->entity->api, form));
}
