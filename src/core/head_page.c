/* The journal's newest head, for whoever wants to keep it. */
#include "core/core_pages.h"
#include "core/head.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "i18n/format.h"
#include "view/prose.h"

enum status head_show(struct req *r)
{
    struct head h;
    struct head_v v = {.lead = tr(r->lang, "core.head_lead")};
    enum status s = head_load(r->conn, r->mem, &h);
    if (s != OK && (s != ERR_NOT_FOUND || *r->form))
        return s;
    if (same(r->form, "json"))
        return req_json(r, 200, head_json(r->mem, &h));
    if (*r->form)
        return ERR_NOT_FOUND;
    struct item_v items[] = {
        {.label = tr(r->lang, "core.head_size")},
        {.label = tr(r->lang, "core.head_root")},
        {.label = tr(r->lang, "core.head_at")},
        {.label = tr(r->lang, "core.head_signature")},
        {.label = tr(r->lang, "core.head_key")},
    };
    if (s == OK) {
        items[0].value = format_int(r->mem, r->lang, (int64_t)h.size);
        items[1].value = h.root;
        items[2].value = format_time(r->mem, r->lang, h.at);
        items[3].value = h.signature;
        items[4].value = h.key;
        v.items = items;
        v.n = COUNT(items);
    }
    struct page p = req_page(r, tr(r->lang, "core.head"));
    struct html out;
    req_html_open(r, &out);
    head_page(&out, &p, &v);
    return req_html(r, 200, &out);
}
