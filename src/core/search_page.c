/* One box over all that the reader reaches. */
#include "core/core_pages.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "http/exchange.h"
#include "i18n/format.h"
#include "store/words.h"

enum { GROUP_ITEMS = 8 };

/* What tells two of one name apart: the first things that its list shows. */
static enum status hit_about(struct req *r, const struct entity *e,
                             const struct reach *reach, int64_t id,
                             const char **out)
{
    enum { TOLD = 4 };
    struct buf b = {.mem = r->mem};
    void *row;
    *out = NULL;
    enum status s = row_load(r->conn, r->mem, e, id, reach, &row);
    if (s != OK)
        return s == ERR_NOT_FOUND ? OK : s;
    size_t n = 0;
    for (const struct field *f = e->fields; f->name && n < TOLD; f++) {
        if (!(f->flags & F_LIST) || (f->flags & F_HIDDEN) ||
            same(f->name, e->title) || f->type == F_FILE)
            continue;
        const char *text = NULL;
        struct value v = field_get(f, row);
        if (f->type != F_REF)
            text = field_shown(r->mem, r->lang, e, f, row);
        else if (v.type == V_INT)
            TRY(ref_title(r->conn, r->mem, f, v.i, &text));
        text = said(r->mem, r->lang, text);
        if (text && *text && v.type != V_NULL)
            buf_printf(&b, "%s%s", n++ ? " \xc2\xb7 " : "", text);
    }
    *out = n ? buf_done(&b).p : NULL;
    return OK;
}

/* How many there are: as many as the list says that the group leads to. */
static enum status group_count(struct req *r, const struct entity *e,
                               const struct reach *reach, struct str words,
                               size_t found, const char **out)
{
    int64_t total = (int64_t)found;
    struct list_ask ask = {.entity = e, .reach = reach, .search = words};
    if (found > GROUP_ITEMS)
        TRY(list_count(r->conn, r->mem, &ask, &total));
    *out = total > TOTAL_MOST
               ? tr_with(r->mem, r->lang, "core.search_over", "n",
                         format_int(r->mem, r->lang, TOTAL_MOST), NULL)
               : tr_n(r->mem, r->lang, "core.search_count", total);
    return OK;
}

static enum status search_in(struct req *r, const struct entity *e,
                             struct str words, struct search_group *g)
{
    struct reach reach = reach_of(r->app, r->mem, r->who, e->read);
    struct hit *hits;
    size_t n;
    TRY(search_entity(r->conn, r->mem, e, &reach, words, GROUP_ITEMS + 1, &hits,
                      &n));
    size_t shown = n > GROUP_ITEMS ? GROUP_ITEMS : n;
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, shown + 1);
    for (size_t i = 0; i < shown; i++) {
        items[i] =
            (struct item_v){.label = said(r->mem, r->lang, hits[i].title),
                            .href = path_of_id(r->mem, e->path, hits[i].id)};
        TRY(hit_about(r, e, &reach, hits[i].id, &items[i].what));
    }
    struct buf more = {.mem = r->mem};
    const char *count;
    buf_str(&more, e->path);
    url_field(&more, "q", words);
    TRY(group_count(r, e, &reach, words, n, &count));
    *g = (struct search_group){
        .id = e->api,
        .title = tr(r->lang, arena_printf(r->mem, "%s.list", e->name)),
        .count = count,
        .more = n > GROUP_ITEMS ? more.p : NULL,
        .items = items,
        .n = shown};
    return OK;
}

enum status search_show(struct req *r)
{
    struct str words = str_trim(req_text(r, "q"));
    struct search_v v = {0};
    struct search_group *groups = NEW_ARRAY(r->mem, struct search_group, 64);
    for (const struct entity *const *e = r->app->entities;
         words.n && *e && v.group_count < 64; e++) {
        if (!(*e)->path || !(*e)->title || !may(r->who, (*e)->read))
            continue;
        TRY(search_in(r, *e, words, &groups[v.group_count]));
        v.group_count += groups[v.group_count].n > 0;
    }
    v.groups = groups;
    if (!v.group_count)
        v.empty = tr(r->lang, words.n ? "core.search_none"
                                      : "core.search_nothing_asked");
    struct page p = req_page(r, tr(r->lang, "core.search"));
    struct html h;
    req_html_open(r, &h);
    search_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
