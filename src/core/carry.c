#include "core/carry.h"

#include "core/core_pages.h"
#include "core/derive.h"
#include "core/meter.h"
#include "core/pages.h"
#include "core/pages/carry.html.h"
#include "http/exchange.h"
#include "http/router.h"

/* A stranger's body may have 64 kB (core/serve.c), and each field costs a
 * multipart head; on its way its name bears the prefix. */
enum { CARRIED = 56 << 10, FIELD_COST = 160 };

static const char prefix[] = "again.", address[] = "again";

bool carry_takes(const char *name)
{
    return !same(name, "_csrf") && !strstr(name, "password");
}

/* Is it a form of ours that goes there, of a kind that is carried? */
static void address_set(struct req *r, struct str to, struct carried_v *v)
{
    struct http_match m = {0};
    struct str rest = to, path;
    if (!str_next(&rest, '?', &path) || str_starts(path, "/api/") ||
        router_match(r->app->router, HTTP_POST, path, &m) != HTTP_FOUND)
        return;
    const struct route *t = ((const struct counted *)m.data)->route;
    v->can_show =
        t && (t->handle == row_create || t->handle == row_change || t->again);
    if (!v->can_show && (!t || t->handle != row_step))
        return;
    v->action = str_dup(r->mem, to);
    v->multipart = t->body != 0;
    v->route = t;
    v->row = NONE;
    struct str id = router_param(&m, "id");
    if (id.p && !str_int(id, &v->row))
        v->action = NULL;
}

static const char *reason_of(const struct carried_v *v)
{
    for (size_t i = 0; i < v->n; i++)
        if (same(v->fields[i].key, "reason") &&
            str_trim(str_of(v->fields[i].value)).n)
            return v->fields[i].value;
    return NULL;
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
            v->files |= all[i].filename.n > 0;
            continue;
        }
        const char *name = str_dup(r->mem, all[i].name) + skip;
        if (!carry_takes(name))
            continue;
        size += strlen(prefix) + strlen(name) + all[i].value.n + FIELD_COST;
        if (size > CARRIED) {
            v->too_long = true;
            break;
        }
        fields[v->n++] = (struct item_v){
            .key = name, .value = str_dup(r->mem, all[i].value)};
    }
    v->fields = fields;
    if (v->too_long || (!v->can_show && !reason_of(v)))
        v->action = NULL;
}

void carry_take(struct req *r, struct carried_v *v)
{
    struct buf to = {.mem = r->mem};
    *v = (struct carried_v){.by = NONE};
    buf_add(&to, r->x->path.p, r->x->path.n);
    if (r->x->query.n)
        buf_printf(&to, "?%.*s", (int)r->x->query.n, r->x->query.p);
    if (req_sent_from(r) == FROM_HERE && r->match && r->x->method == HTTP_POST)
        address_set(r, buf_done(&to), v);
    if (!csrf_person(r->app->token_key, req_text(r, "_csrf"), &v->by))
        v->by = NONE;
    fields_take(r, "", v);
}

void carry_on(struct req *r, struct carried_v *v)
{
    *v = (struct carried_v){.by = NONE};
    struct str path = req_text(r, address);
    if (req_sent_from(r) == FROM_HERE && path.n && req_is_post(r))
        address_set(r, path, v);
    if (!str_int(req_text(r, "again_by"), &v->by))
        v->by = NONE;
    fields_take(r, prefix, v);
    v->files = v->action && req_text(r, "again_files").n;
    struct str key = req_text(r, "again_key");
    v->key = key.n ? str_dup(r->mem, key) : "";
}

void carry_to(struct carried_v *v, int64_t person)
{
    if (v->action && v->by != NONE && v->by != person)
        *v = (struct carried_v){.others = true, .by = v->by};
}

/* The row that it is about, as far as the reader may see it. */
static const char *title_of(struct req *r, const struct carried_v *v)
{
    const struct entity *e = v->route->entity;
    if (!e)
        return tr(r->lang, "core.carry_form");
    struct reach reach = reach_of(r->app, r->mem, r->who, e->read);
    void *row;
    if (v->row == NONE || !may(r->who, e->read) ||
        row_load(r->conn, r->mem, e, v->row, &reach, &row) != OK)
        return field_label(r->mem, r->lang, e, "");
    return said(r->mem, r->lang, row_title(e, row));
}

static void act_name(struct req *r, struct carried_v *v)
{
    const struct entity *e = v->route->entity;
    if (!v->can_show) {
        const struct step *step = route_step(v->route);
        v->button = field_label(r->mem, r->lang, e,
                                arena_printf(r->mem, "step.%s", step->name));
        v->act = tr_with(r->mem, r->lang, "core.carry_step", "step", v->button,
                         "title", title_of(r, v), NULL);
    } else if (v->route->handle == row_create) {
        v->act = field_label(r->mem, r->lang, e, "new");
    } else if (v->route->again) {
        v->act = title_of(r, v);
    } else {
        v->act = tr_with(r->mem, r->lang, "core.edit_title", "title",
                         title_of(r, v), NULL);
    }
}

enum status carry_page(struct req *r, int code, const struct carried_v *v)
{
    struct page p =
        req_page(r, tr(r->lang, v->action ? "core.carry" : "core.carry_not"));
    struct html h;
    struct carried_v shown = *v;
    if (v->action)
        act_name(r, &shown);
    if (v->action && !v->can_show)
        shown.reason = reason_of(v);
    req_html_open(r, &h);
    carried_page(&h, &p, &shown);
    return req_html(r, code, &h);
}
