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
    for (const struct field *f = e->fields; f->name; f++)
        if (exported(f))
            csv_cell(b, str_of(f->name), false);
    for (const struct link *l = e->links; l && l->name; l++)
        csv_cell(b, str_of(l->name), false);
    buf_str(b, "\r\n");
}

static enum status code_of(struct conn *c, struct arena *a,
                           const struct entity *e, int64_t id, const char **out)
{
    void *row;
    TRY(row_load(c, a, e, id, &reach_all, &row));
    *out = field_typed(a, entity_field(e, e->code), row);
    return OK;
}

/* The links of one kind in one cell, as the import reads them back:
 * "EDU-1 | EDU-4". */
static enum status csv_links(struct conn *c, struct arena *a,
                             const struct entity *e, const struct link *l,
                             int64_t id, struct buf *b)
{
    struct buf cell = {.mem = a};
    struct linked *all;
    size_t n;
    TRY(links_load(c, a, e, l, id, &all, &n));
    for (size_t i = 0; i < n; i++) {
        const char *text = all[i].title;
        if (l->target->code)
            TRY(code_of(c, a, l->target, all[i].target, &text));
        buf_printf(&cell, "%s%s", i ? " | " : "", text);
    }
    csv_cell(b, buf_done(&cell), false);
    return OK;
}

/* A reference as files name it: by the target's code, which the import reads
 * back; else by its title. */
static enum status csv_cell_of(struct conn *c, struct arena *a,
                               const struct list *list, const struct field *f,
                               const void *row, struct buf *b)
{
    if (f->type != F_REF) {
        csv_cell(b, str_of(field_typed(a, f, row)), false);
        return OK;
    }
    struct value v = field_get(f, row);
    const char *text = "";
    if (v.type != V_NULL && f->target->code) {
        TRY(code_of(c, a, f->target, v.i, &text));
    } else if (v.type != V_NULL) {
        text = list_ref_title(list, f, v.i);
    }
    csv_cell(b, str_of(text), false);
    return OK;
}

static enum status page_out(struct conn *c, struct arena *a,
                            const struct entity *e, const struct list *list,
                            bool csv, bool first, struct buf *b)
{
    struct json j = {.out = b, .comma = !first};
    for (size_t i = 0; i < list->n; i++) {
        if (!csv) {
            json_object(&j, NULL);
            row_json(&j, e, list->rows[i]);
            TRY(links_members(c, a, e, ((struct row *)list->rows[i])->id, &j));
            json_end_object(&j);
            buf_char(b, '\n');
            continue;
        }
        const struct row *row = list->rows[i];
        csv_cell(b, str_of(arena_printf(a, "%" PRId64, row->id)), true);
        for (const struct field *f = e->fields; f->name; f++)
            if (exported(f))
                TRY(csv_cell_of(c, a, list, f, row, b));
        for (const struct link *l = e->links; l && l->name; l++)
            TRY(csv_links(c, a, e, l, row->id, b));
        buf_str(b, "\r\n");
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
        TRY(page_out(c, a, ask->entity, &list, csv, first, &b));
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
