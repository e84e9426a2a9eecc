/* What was deleted: a list for who may bring it back, and the way there from
 * the address of a row that is no more. A deleted row has no references left to
 * reach it by: only who reaches everything sees it. */
#include "core/core_pages.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "i18n/format.h"
#include "store/row.h"

enum { DELETED_MOST = 200 };

static const char *title_of(struct req *r, const char *image)
{
    const char *why;
    const struct json_value *v =
        image ? json_parse(r->mem, str_of(image), &why) : NULL;
    void *row = row_new(r->mem, r->entity);
    if (!v || v->type != J_OBJECT || row_from_json(r->mem, r->entity, v, row) ||
        !*row_title(r->entity, row))
        return tr(r->lang, "view.untitled");
    return said(r->mem, r->lang, row_title(r->entity, row));
}

static enum status deleted_load(struct req *r, struct item_v *items, size_t *n)
{
    struct rows *rows;
    struct buf b = {.mem = r->mem};
    buf_printf(&b,
               "SELECT h.row_id, h.at, h.image FROM core_history h"
               " WHERE h.entity = :entity AND NOT EXISTS (SELECT 1 FROM %s t"
               " WHERE t.id = h.row_id) AND NOT EXISTS (SELECT 1 FROM"
               " core_history n WHERE n.entity = h.entity AND"
               " n.row_id = h.row_id AND n.version > h.version)"
               " ORDER BY h.at DESC, h.row_id DESC LIMIT :most",
               r->entity->name);
    TRY(db_rows(r->conn, r->mem, (struct sql){buf_done(&b).p},
                ARGS(arg_cstr("entity", r->entity->name),
                     arg_int("most", DELETED_MOST)),
                &rows));
    while (rows_next(rows))
        items[(*n)++] = (struct item_v){
            .label = title_of(r, row_text(rows, 2)),
            .what = format_time(r->mem, r->lang, row_int(rows, 1)),
            .href = arena_printf(r->mem, "%s/%" PRId64 "/historique",
                                 r->entity->path, row_int(rows, 0))};
    return rows_end(rows);
}

enum status rows_deleted(struct req *r)
{
    struct search_group group = {.id = "deleted"};
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, DELETED_MOST);
    struct search_v v = {.lead = tr(r->lang, "core.deleted_lead"),
                         .groups = &group};
    group.items = items;
    group.title = tr(r->lang, arena_printf(r->mem, "%s.list", r->entity->name));
    if (req_reaches_all(r))
        TRY(deleted_load(r, items, &group.n));
    v.group_count = group.n > 0;
    if (!group.n)
        v.empty = tr(r->lang, "core.deleted_none");
    struct page p = req_page(r, tr(r->lang, "core.deleted_rows"));
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    search_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

const char *row_deleted_past(struct req *r)
{
    int64_t versions;
    if (!r->entity || !r->entity->path || r->id == NONE || !r->who ||
        !r->conn || !may(r->who, r->entity->write))
        return NULL;
    struct reach reach = reach_of(r->app, r->mem, r->who, r->entity->write);
    if (!reach_is_all(r->entity, &reach) ||
        history_top(r->conn, r->entity, r->id, &versions) != OK || !versions)
        return NULL;
    return arena_printf(r->mem, "%s/%" PRId64 "/historique", r->entity->path,
                        r->id);
}
