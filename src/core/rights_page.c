/* Who may do what: the rights by role, as the modules' tables have them. */
#include "core/core_pages.h"
#include "core/pages.h"
#include "core/pages/grants.html.h"
#include "core/request.h"
#include "core/tables.h"

enum { ROLE_COUNT = 11, RIGHTS = 200 };

static const struct right *const *all_rights(struct arena *a)
{
    const struct right **list = NEW_ARRAY(a, const struct right *, RIGHTS + 1);
    size_t n = 0;
    for (const struct right *r = core_rights; r->name && n < RIGHTS; r++)
        list[n++] = r;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct right *r = (*m)->rights; r && r->name && n < RIGHTS;
             r++)
            list[n++] = r;
    return list;
}

static enum status as_json(struct req *r)
{
    struct buf out = {.mem = r->mem};
    struct json j = {.out = &out};
    json_array(&j, NULL);
    for (const struct right *const *g = all_rights(r->mem); *g; g++) {
        struct str rest = str_of((*g)->roles), role;
        json_object(&j, NULL);
        json_cstr(&j, "right", (*g)->name);
        json_array(&j, "roles");
        while (str_next(&rest, ' ', &role))
            if (role.n)
                json_text(&j, NULL, role);
        json_end_array(&j);
        json_end_object(&j);
    }
    json_end_array(&j);
    return req_json(r, 200, buf_done(&out));
}

static void rights_of(struct req *r, const char *role, struct search_group *g)
{
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, RIGHTS);
    for (const struct right *const *x = all_rights(r->mem); *x; x++)
        if (word_in((*x)->roles, role) && !same((*x)->name, "core.signed_in"))
            items[g->n++] = (struct item_v){
                .label =
                    tr(r->lang, arena_printf(r->mem, "right.%s", (*x)->name))};
    g->items = items;
}

enum status rights_show(struct req *r)
{
    struct rights_v v = {.lead = tr(r->lang, "core.rights_lead")};
    struct search_group *groups =
        NEW_ARRAY(r->mem, struct search_group, ROLE_COUNT);
    struct str rest = str_of(ROLES), role;
    if (same(r->form, "json"))
        return as_json(r);
    if (*r->form)
        return ERR_NOT_FOUND;
    while (v.n < ROLE_COUNT && str_next(&rest, ' ', &role)) {
        if (!role.n)
            continue;
        const char *key = str_dup(r->mem, role);
        struct search_group *g = &groups[v.n++];
        g->id = key;
        g->title = tr(r->lang, arena_printf(r->mem, "role.%s", key));
        g->more = tr(r->lang, arena_printf(r->mem, "role.%s.what", key));
        rights_of(r, key, g);
    }
    v.groups = groups;
    struct page p = req_page(r, tr(r->lang, "core.rights"));
    struct html h;
    req_html_open(r, &h);
    rights_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
