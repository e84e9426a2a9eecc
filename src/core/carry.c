#include "core/carry.h"

#include "core/core_pages.h"
#include "core/meter.h"
#include "core/pages.h"
#include "core/pages/carry.html.h"
#include "http/exchange.h"
#include "http/router.h"

/* A stranger's body may have 64 kB (core/serve.c), and each field costs a
 * multipart head. */
enum { CARRIED = 56 << 10, FIELD_COST = 160 };

static const char prefix[] = "again.", address[] = "again";

static bool is_from_here(const struct req *r)
{
    struct str site = http_header(r->x, "Sec-Fetch-Site");
    struct str origin = http_header(r->x, "Origin");
    struct str host = http_header(r->x, "Host");
    if (site.p)
        return str_eq(site, "same-origin");
    if (!origin.p || !host.n)
        return false;
    for (const char *const *s = (const char *const[]){"https://", "http://", 0};
         *s; s++) {
        size_t n = strlen(*s);
        if (str_starts(origin, *s) && origin.n - n == host.n &&
            memcmp(origin.p + n, host.p, host.n) == 0)
            return true;
    }
    return false;
}

static bool is_carried(const char *name)
{
    return !same(name, "_csrf") && !strstr(name, "password");
}

/* Is it a form of ours that goes there, and can it be shown filled in? */
static const struct route *form_at(struct req *r, struct str path)
{
    struct http_match m = {0};
    if (router_match(r->app->router, HTTP_POST, path, &m) != HTTP_FOUND)
        return NULL;
    const struct route *t = ((const struct counted *)m.data)->route;
    return t && strncmp(t->path, "/api/", 5) != 0 ? t : NULL;
}

static void address_set(struct req *r, struct str path, struct carried_v *v)
{
    const struct route *t = form_at(r, path);
    if (!t)
        return;
    v->action = str_dup(r->mem, path);
    v->multipart = t->body != 0;
    v->can_show = t->handle == row_create || t->handle == row_change;
}

/* Those whose name begins so, without that beginning. */
static void fields_take(struct req *r, const char *begins, struct carried_v *v)
{
    const struct http_param *all;
    size_t n, size = 0, skip = strlen(begins);
    if (!v->action || http_form(r->x, &all, &n) != OK)
        return;
    struct item_v *fields = NEW_ARRAY(r->mem, struct item_v, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (!str_starts(all[i].name, begins))
            continue;
        if (all[i].filename.p) {
            v->files |= all[i].value.n > 0;
            continue;
        }
        const char *name = str_dup(r->mem, all[i].name) + skip;
        if (!is_carried(name))
            continue;
        size += all[i].name.n + all[i].value.n + FIELD_COST;
        if (size > CARRIED) {
            v->too_long = true;
            break;
        }
        fields[v->n++] = (struct item_v){
            .key = name, .value = str_dup(r->mem, all[i].value)};
    }
    v->fields = fields;
    if (v->too_long)
        v->action = NULL;
}

void carry_take(struct req *r, struct carried_v *v)
{
    *v = (struct carried_v){0};
    if (is_from_here(r) && r->match && r->x->method == HTTP_POST)
        address_set(r, r->x->path, v);
    fields_take(r, "", v);
}

void carry_on(struct req *r, struct carried_v *v)
{
    *v = (struct carried_v){0};
    struct str path = req_text(r, address);
    if (is_from_here(r) && path.n && req_is_post(r))
        address_set(r, path, v);
    fields_take(r, prefix, v);
    v->files = v->action && req_text(r, "again_files").n;
}

/* Of what is sent unseen, what the reader wrote: switches, names and numbers of
 * rows say nothing. */
static const char *told(const struct item_v *f)
{
    return strchr(f->value, ' ') ? f->value : NULL;
}

enum status carry_page(struct req *r, int code, const struct carried_v *v)
{
    struct page p =
        req_page(r, tr(r->lang, v->action ? "core.carry" : "core.carry_not"));
    struct html h;
    struct item_v *fields = NEW_ARRAY(r->mem, struct item_v, v->n + 1);
    struct carried_v shown = *v;
    for (size_t i = 0; i < v->n; i++) {
        fields[i] = v->fields[i];
        fields[i].label = v->can_show ? NULL : told(&fields[i]);
    }
    shown.fields = fields;
    req_html_open(r, &h);
    carried_page(&h, &p, &shown);
    return req_html(r, code, &h);
}
