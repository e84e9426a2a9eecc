/* One box over all that the reader reaches. */
#include "core/core_pages.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "http/exchange.h"
#include "i18n/format.h"
#include "store/words.h"

enum { GROUP_ITEMS = 8 };

enum { TOLD = 4 };

/* What tells two of one name apart: the first things that its list shows. */
static const struct field *const *told_fields(struct req *r,
                                              const struct entity *e)
{
    size_t n = 0;
    const struct field **out =
        NEW_ARRAY(r->mem, const struct field *, TOLD + 1);
    for (const struct field *f = e->fields; f->name && n < TOLD; f++)
        if ((f->flags & F_LIST) && !(f->flags & F_HIDDEN) &&
            !same(f->name, e->title) && f->type != F_FILE)
            out[n++] = f;
    return out;
}

static const char *hit_about(struct req *r, const struct list_ask *ask,
                             const struct list *list, const void *row)
{
    struct buf b = {.mem = r->mem};
    size_t n = 0;
    for (const struct field *const *f = ask->fields; *f; f++) {
        const struct value v = field_get(*f, row);
        const char *text =
            (*f)->type != F_REF
                ? field_shown(r->mem, r->lang, ask->entity, *f, row)
            : v.type == V_INT ? list_ref_title(list, *f, v.i)
                              : NULL;
        text = said(r->mem, r->lang, text);
        if (text && *text && v.type != V_NULL)
            buf_printf(&b, "%s%s", n++ ? " \xc2\xb7 " : "", text);
    }
    return n ? buf_done(&b).p : NULL;
}

static enum status hits_about(struct req *r, const struct entity *e,
                              const struct reach *reach, const struct hit *hits,
                              size_t n, struct item_v *items)
{
    int64_t ids[GROUP_ITEMS];
    struct list list;
    struct list_ask ask = {.entity = e,
                           .reach = reach,
                           .fields = told_fields(r, e),
                           .limit = GROUP_ITEMS};
    static_assert((int)GROUP_ITEMS <= (int)LIST_SOME, "told by one query");
    for (size_t i = 0; i < n; i++)
        ids[i] = hits[i].id;
    TRY(list_some(r->conn, r->mem, &ask, ids, n, &list));
    for (size_t k = 0; k < list.n; k++)
        for (size_t i = 0; i < n; i++)
            if (((const struct row *)list.rows[k])->id == ids[i])
                items[i].what = hit_about(r, &ask, &list, list.rows[k]);
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
    for (size_t i = 0; i < shown; i++)
        items[i] =
            (struct item_v){.label = said(r->mem, r->lang, hits[i].title),
                            .href = path_of_id(r->mem, e->path, hits[i].id)};
    TRY(hits_about(r, e, &reach, hits, shown, items));
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

struct searching {
    struct str words;
    struct search_v v;
};

static enum status search_fill(struct req *r, void *view)
{
    enum { GROUPS = 64 };
    struct searching *k = view;
    struct search_v *v = &k->v;
    struct search_group *groups =
        NEW_ARRAY(r->mem, struct search_group, GROUPS);
    for (const struct entity *const *e = r->app->entities;
         k->words.n && *e && v->group_count < GROUPS; e++) {
        if (!(*e)->path || !(*e)->title || !may(r->who, (*e)->read))
            continue;
        TRY(search_in(r, *e, k->words, &groups[v->group_count]));
        v->group_count += groups[v->group_count].n > 0;
    }
    v->groups = groups;
    return OK;
}

/* The words are counted, then looked for, then what is found is told. */
enum status search_show(struct req *r)
{
    struct searching k = {.words = str_trim(req_text(r, "q"))};
    TRY(req_fill_deep(r, search_fill, &k, sizeof(k), 3));
    if (!k.v.group_count)
        k.v.empty = tr(r->lang, k.words.n ? "core.search_none"
                                          : "core.search_nothing_asked");
    struct page p = req_page(r, tr(r->lang, "core.search"));
    struct html h;
    req_html_open(r, &h);
    search_page(&h, &p, &k.v);
    return req_html(r, 200, &h);
}
