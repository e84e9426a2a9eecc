/* The journal's newest head, for whoever wants to keep it. */
#include "core/core_pages.h"
#include "core/head.h"
#include "core/lost_key.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "i18n/format.h"
#include "view/prose.h"

/* The head, and each key that was lost. */
static void items_make(struct req *r, const struct head *h,
                       const struct journal_keys *keys, struct head_v *v)
{
    struct item_v *all = NEW_ARRAY(r->mem, struct item_v, 5 + keys->n);
    const struct item_v own[] = {
        {.label = tr(r->lang, "core.head_size"),
         .value = format_int(r->mem, r->lang, (int64_t)h->size)},
        {.label = tr(r->lang, "core.head_root"), .value = h->root},
        {.label = tr(r->lang, "core.head_at"),
         .value = format_time(r->mem, r->lang, h->at)},
        {.label = tr(r->lang, "core.head_signature"), .value = h->signature},
        {.label = tr(r->lang, "core.head_key"), .value = h->key},
    };
    memcpy(all, own, sizeof(own));
    for (size_t i = 0; i < keys->n; i++)
        all[COUNT(own) + i] = (struct item_v){
            .label = tr(r->lang, "core.head_lost"),
            .value = tr_with(
                r->mem, r->lang, "core.head_lost_line", "key",
                keys->lost[i].key, "size",
                format_int(r->mem, r->lang, (int64_t)keys->lost[i].size),
                "when", format_time(r->mem, r->lang, keys->lost[i].at), NULL)};
    v->items = all;
    v->n = COUNT(own) + keys->n;
}

enum status head_show(struct req *r)
{
    struct journal_keys keys;
    struct head h;
    struct head_v v = {.lead = tr(r->lang, "core.head_lead")};
    enum status s = head_load(r->conn, r->mem, &h);
    if (s != OK && (s != ERR_NOT_FOUND || *r->form))
        return s;
    if (same(r->form, "json"))
        return req_json(r, 200, head_json(r->mem, &h));
    if (*r->form)
        return ERR_NOT_FOUND;
    if (s == OK) {
        TRY(journal_keys_load(r->conn, r->mem, &keys));
        items_make(r, &h, &keys, &v);
    }
    struct page p = req_page(r, tr(r->lang, "core.head"));
    struct html out;
    req_html_open(r, &out);
    head_page(&out, &p, &v);
    return req_html(r, 200, &out);
}
