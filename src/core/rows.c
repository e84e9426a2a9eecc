/* Reading what an entity holds: its list, as a page, CSV and JSON. The address
 * says the form. */
#include "core/export.h"
#include "core/pages.h"
#include "core/request.h"
#include "core/waiting.h"
#include "http/exchange.h"
#include "store/row.h"
#include "view/pages/list.html.h"

/* The rights that a person has over an entity, for what a page offers. */
static bool can_write(const struct req *r)
{
    return r->who && may(r->who, r->entity->write);
}

static void cursor_link(struct req *r, const char *next)
{
    if (next)
        req_header(r, "Link",
                   arena_printf(r->mem, "<%s>; rel=\"next\"",
                                list_address(r->mem, r->entity, &r->in,
                                             req_path(r), "after", next)));
}

static enum status list_json(struct req *r, const struct list *list)
{
    struct buf out = {.mem = r->mem};
    struct json j = {.out = &out};
    struct links *links;
    TRY(links_of_page(r->conn, r->mem, r->entity, list, &links));
    json_object(&j, NULL);
    json_array(&j, "rows");
    for (size_t i = 0; i < list->n; i++) {
        json_object(&j, NULL);
        row_json(&j, r->entity, list->rows[i]);
        links_members(&j, r->entity, &links[i * entity_link_count(r->entity)]);
        json_end_object(&j);
    }
    json_end_array(&j);
    if (list->total > TOTAL_MOST)
        json_null(&j, "total"); /* counted no further */
    else
        json_int(&j, "total", list->total);
    json_cstr(&j, "next", list->next);
    json_end_object(&j);
    cursor_link(r, list->next);
    return req_json(r, 200, buf_done(&out));
}

/* A program is told what a person's list would leave out of its address. */
static enum status names_refuse(struct req *r, struct list_ask *ask)
{
    size_t n, known;
    const char **names = list_names(r->mem, r->entity, &known);
    const struct http_param *all = http_queries(r->x, &n);
    for (size_t i = 0; i < n; i++) {
        bool found = str_eq(all[i].name, "limit");
        for (size_t k = 0; k < known; k++)
            found |= str_eq(all[i].name, names[k]);
        if (!found)
            form_error(&r->errors, str_dup(r->mem, all[i].name),
                       "form.no_such_filter");
    }
    struct str limit = req_text(r, "limit");
    int64_t asked = LIST_MOST;
    if (limit.p && (!str_int(limit, &asked) || asked < 1 || asked > LIST_MOST))
        form_error_add(&r->errors,
                       (struct form_error){.field = "limit",
                                           .key = "form.not_a_limit",
                                           .max = LIST_MOST});
    else if (limit.p)
        ask->limit = (int)asked;
    return r->errors.n ? ERR_INVALID : OK;
}

struct listing {
    struct list_ask ask;
    struct list list;
    struct list_v v;
    const struct waiting *waits;
};

static enum status list_asked(struct req *r, struct listing *l)
{
    struct form_source source = req_source(r);
    l->ask = (struct list_ask){.entity = r->entity,
                               .reach = &r->reach,
                               .veiled = !can_write(r),
                               .limit = 50};
    enum status s =
        list_ask_read(r->mem, r->entity, &r->in, &source, &l->ask, &r->errors);
    if (s != OK && s != ERR_INVALID)
        return s;
    return r->api ? OK : waiting_read(r, &l->ask, &l->waits);
}

/* All that a page of the list asks of the database. Where each answer is waited
 * for, titles come with their rows. */
static enum status listing_fill(struct req *r, void *view)
{
    struct listing *l = view;
    struct form_source source = req_source(r);
    const bool writes = can_write(r);
    TRY(list_asked(r, l));
    l->ask.fields = list_fields(r->mem, r->entity, NULL, NULL);
    if (!conn_asks_ahead(r->conn))
        TRY(list_filters_known(r->mem, r->entity, &source));
    l->ask.known = r->known;
    TRY(list_load(r->conn, r->mem, &l->ask, &l->list));
    struct list_page page = {
        .ask = &l->ask,
        .list = &l->list,
        .in = &r->in,
        .source = &source,
        .can_write = writes,
        .import =
            writes && may(r->who, "core.import")
                ? arena_printf(r->mem, "/imports?entity=%s", r->entity->api)
                : NULL,
        .errors = &r->errors,
    };
    return list_of_entity(r->mem, r->lang, &page, &l->v);
}

static enum status rows_api(struct req *r)
{
    struct listing l = {0};
    TRY(list_asked(r, &l));
    TRY(names_refuse(r, &l.ask));
    const enum status s = list_load(r->conn, r->mem, &l.ask, &l.list);
    if (s == ERR_INVALID)
        form_error(&r->errors, "after", "form.not_a_place");
    TRY(s);
    return list_json(r, &l.list);
}

enum status rows_list(struct req *r)
{
    struct listing l = {0};
    if (r->api)
        return rows_api(r);
    if (!same(r->form, "")) {
        TRY(list_asked(r, &l));
        return export_send(r, &l.ask, r->form);
    }
    TRY(req_fill(r, listing_fill, &l, sizeof(l)));
    if (can_write(r)) {
        struct reach reach = reach_of(r->app, r->mem, r->who, r->entity->write);
        if (reach_is_all(r->entity, &reach))
            l.v.deleted =
                arena_printf(r->mem, "%s/supprimees", r->entity->path);
    }
    if (l.waits)
        l.v.lead = tr_n(r->mem, r->lang, l.waits->label, l.list.total);
    struct page p = req_page(r, l.v.title);
    struct html h;
    req_html_open(r, &h);
    list_page(&h, &p, &l.v);
    return req_html(r, 200, &h);
}
