/* One row: its page, with what is edited under it and what may be done with it,
 * and its past. */
#include "base/utf8.h"
#include "core/derive.h"
#include "core/down.h"
#include "core/instead.h"
#include "core/pages.h"
#include "core/request.h"
#include "store/row.h"
#include "view/pages/detail.html.h"
#include "view/pages/history.html.h"

/* The links of a row, for each of the entity's. */
static enum status links_of(struct req *r, int64_t id, struct links **out)
{
    const struct link *l = r->entity->links;
    size_t n = entity_link_count(r->entity);
    *out = NEW_ARRAY(r->mem, struct links, n + 1);
    for (size_t i = 0; i < n; i++)
        TRY(links_load(r->conn, r->mem, (struct linking){r->entity, &l[i], id},
                       &(*out)[i]));
    return OK;
}

static enum status page_json(struct req *r)
{
    struct buf out = {.mem = r->mem};
    struct json j = {.out = &out};
    struct links *links;
    TRY(links_of(r, r->id, &links));
    json_object(&j, NULL);
    row_json(&j, r->entity, r->row);
    links_members(&j, r->entity, links);
    json_end_object(&j);
    const struct row *row = r->row;
    req_header(r, "ETag",
               arena_printf(r->mem, "\"%" PRId64 "\"", row->version));
    return req_json(r, 200, buf_done(&out));
}

/* The rows edited under this one, a short list for each kind. */
static enum status children_of(struct req *r, struct detail_v *v)
{
    size_t n = 0;
    struct list_v *lists = NEW_ARRAY(r->mem, struct list_v, 16);
    for (const struct entity *const *e = r->app->entities; *e && n < 16; e++) {
        const struct field *f =
            (*e)->parent ? entity_field(*e, (*e)->parent) : NULL;
        if (!f || f->target != r->entity || !may(r->who, (*e)->read))
            continue;
        struct reach *reach = NEW(r->mem, struct reach);
        *reach = reach_of(r->app, r->mem, r->who, (*e)->read);
        struct filter *of = NEW(r->mem, struct filter);
        *of = (struct filter){f, IS, value_int(r->id)};
        struct list_ask ask = {.entity = *e,
                               .reach = reach,
                               .filters = of,
                               .filter_count = 1,
                               .fields = list_fields(r->mem, *e, NULL, f->name),
                               .veiled = !may(r->who, (*e)->write),
                               .limit = 50};
        struct list list;
        TRY(list_load(r->conn, r->mem, &ask, &list));
        struct form_source source = req_source(r);
        struct form_input none = {.get = no_input};
        bool write = r->who && may(r->who, (*e)->write);
        struct list_page page = {.ask = &ask,
                                 .list = &list,
                                 .in = &none,
                                 .source = &source,
                                 .path = (*e)->path ? (*e)->path : "",
                                 .fixed = (*e)->parent,
                                 .can_write = write};
        TRY(list_of_entity(r->mem, r->lang, &page, &lists[n]));
        if (write)
            lists[n].new_ =
                arena_printf(r->mem, "%s/nouveau?%s=%" PRId64 "&_parent=1",
                             (*e)->path, (*e)->parent, r->id);
        if (list.n || write)
            n++;
    }
    v->children = lists;
    v->child_count = n;
    return OK;
}

/* What the step asks for besides, as it stands or as it was typed. */
static enum status asks_draw(struct req *r, const struct step *s, bool typed,
                             struct step_v *v)
{
    struct form_source source = req_source(r);
    struct form form = {0};
    const struct form_ask ask = {.entity = r->entity,
                                 .row = r->row,
                                 .typed = typed ? &r->in : NULL,
                                 .errors = typed ? &r->errors : NULL,
                                 .source = &source,
                                 .only = s->asks,
                                 .tight = true};
    if (v->refusal && s->mends && same(v->refusal, s->mends))
        v->refusal = NULL;
    if (!s->asks || v->refusal)
        return OK;
    TRY(form_of_entity(r->mem, r->lang, &ask, &form));
    v->fields = form.fields;
    v->field_count = form.field_count;
    return OK;
}

static enum status steps_of(struct req *r, struct detail_v *v)
{
    size_t n = 0;
    const struct field *state = entity_field(r->entity, "state");
    const struct field *why = entity_field(r->entity, "state_reason");
    const struct step *last = NULL; /* steps often share their condition */
    const char *refusal = NULL;
    const void *seen = NULL;
    struct step_v *steps = NEW_ARRAY(r->mem, struct step_v, 32);
    for (const struct step *s = r->entity->steps; s && s->name && n < 32; s++) {
        struct value now = field_get(state, r->row);
        const char *key = now.type == V_TEXT ? str_dup(r->mem, now.s) : "";
        if (!word_in(s->from, key) || !r->who || !may(r->who, s->right))
            continue;
        if (s->look && (!last || last->look != s->look))
            seen = s->look(r->conn, r->mem, r->row);
        if (s->deny || s->refuse_all || !last || last->deny ||
            last->refuse != s->refuse)
            refusal =
                step_refusal(r->conn, r->mem, s, r->row, r->who->person, seen);
        last = s;
        if (refusal && s->hides && same(refusal, s->hides))
            continue;
        const bool asked_for = req_is_post(r) && route_step(r->route) &&
                               same(route_step(r->route)->name, s->name);
        struct step_v *out = &steps[n++];
        *out = (struct step_v){
            .label = tr(r->lang, arena_printf(r->mem, "%s.step.%s",
                                              r->entity->name, s->name)),
            .action = arena_printf(r->mem, "%s/%" PRId64 "/etapes/%s",
                                   r->entity->path, r->id, s->name),
            .refusal = refusal,
            .key = req_key(r),
            .needs_reason = s->needs_reason,
            .reason_least = s->sentences ? SENTENCE_LEAST : 0,
            .reason_own = why && why->flags & F_PERSONAL,
            .reason = asked_for ? str_dup(r->mem, req_text(r, "reason")) : "",
            .reason_most = step_reason_most(r->entity),
            .error = asked_for
                         ? form_message(r->mem, r->lang,
                                        form_error_of(&r->errors, "reason"))
                         : NULL,
        };
        TRY(asks_draw(r, s, asked_for, out));
        if (out->refusal)
            out->refusal = tr(r->lang, out->refusal);
    }
    v->steps = steps;
    v->step_count = n;
    return OK;
}

/* Where a person's roles are given, to who may give some. */
static enum status roles_of(struct req *r, const char *base, const char **out)
{
    void *row;
    if (!same(r->entity->api, "person") || !r->who ||
        !may(r->who, "core.grant"))
        return OK;
    struct reach reach = reach_of(r->app, r->mem, r->who, "core.grant");
    enum status s = row_load(r->conn, r->mem, r->entity, r->id, &reach, &row);
    if (s == OK)
        *out = arena_printf(r->mem, "%s/roles", base);
    return s == ERR_NOT_FOUND ? OK : s;
}

enum status row_detail(struct req *r, struct detail_v *v)
{
    struct links *links;
    TRY(links_of(r, r->id, &links));
    const struct form_source source = req_source(r);
    struct detail_ask ask = {r->entity, r->row, links, r->conn, &source};
    TRY(detail_of_entity(r->mem, r->lang, &ask, v));
    TRY(children_of(r, v));
    return row_manage(r, v);
}

enum status row_manage(struct req *r, struct detail_v *v)
{
    v->version = ((const struct row *)r->row)->version;
    if (r->entity->steps)
        TRY(steps_of(r, v));
    const char *base = path_of_id(r->mem, r->entity->path, r->id);
    v->csrf = r->who ? r->who->csrf : NULL;
    TRY(roles_of(r, base, &v->roles));
    if (!r->who || !may(r->who, r->entity->write))
        return OK;
    struct reach reach = reach_of(r->app, r->mem, r->who, r->entity->write);
    void *mine;
    if (!reach_is_all(r->entity, &reach)) {
        enum status s =
            row_load(r->conn, r->mem, r->entity, r->id, &reach, &mine);
        if (s == ERR_NOT_FOUND)
            return OK;
        TRY(s);
    }
    v->history = arena_printf(r->mem, "%s/historique", base);
    if (r->entity->locked && r->entity->locked(r->conn, r->mem, r->row))
        return OK;
    v->edit = arena_printf(r->mem, "%s/modifier", base);
    v->delete_ = arena_printf(r->mem, "%s/suppression", base);
    v->delete_key = req_key(r);
    return OK;
}

void req_crumb_to(struct req *r, struct page *p, const char *label,
                  const char *href)
{
    struct page_link *crumb = NEW(r->mem, struct page_link);
    *crumb = (struct page_link){label, href, false};
    p->crumbs = crumb;
    p->crumb_count = 1;
}

void req_crumb(struct req *r, struct page *p)
{
    req_crumb_to(r, p,
                 tr(r->lang, arena_printf(r->mem, "%s.list", r->entity->name)),
                 r->entity->path);
}

static enum status detail_fill(struct req *r, void *view)
{
    TRY(row_detail(r, view));
    return down_add(r, view);
}

static enum status page_show(struct req *r)
{
    struct detail_v v = {0};
    TRY(req_fill(r, detail_fill, &v, sizeof(v)));
    struct page p = req_page(r, v.title);
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    detail_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

enum status row_page(struct req *r)
{
    if (r->api || same(r->form, "json"))
        return page_json(r);
    if (!same(r->form, ""))
        return ERR_NOT_FOUND;
    return page_show(r);
}

/* A module may show its rows in its own way. */
static const struct route *page_route(const struct req *r)
{
    const char *path = arena_printf(r->mem, "%s/:id", r->entity->path);
    for (size_t i = 0; i < r->app->route_count; i++)
        if (r->app->routes[i]->method == GET &&
            same(r->app->routes[i]->path, path))
            return r->app->routes[i];
    return NULL;
}

static void refusal_tell(struct req *r, enum status s)
{
    r->told_code = status_code(s);
    r->alert = error_label(r->lang, status_name(s), r->told_code, false);
    if (!r->errors.n)
        return;
    r->alert = form_message(r->mem, r->lang, &r->errors.list[0]);
    for (size_t i = 1; i < r->errors.n; i++)
        if (!r->errors.list[i].field)
            r->alert =
                arena_printf(r->mem, "%s %s", r->alert,
                             form_message(r->mem, r->lang, &r->errors.list[i]));
    r->alert = arena_printf(r->mem, "%s%s", r->alert, instead_said(r));
}

enum status row_refused(struct req *r, enum status s)
{
    const struct route *page = r->entity->path ? page_route(r) : NULL;
    if (r->api || status_code(s) >= 500 || s == ERR_NOT_FOUND || !page ||
        !may(r->who, page->right))
        return s;
    r->reach = reach_of(r->app, r->mem, r->who, page->right);
    TRY(req_refresh(r, &r->row));
    refusal_tell(r, s);
    return page->handle(r);
}

enum status past_refused(struct req *r, enum status s)
{
    if (r->api || status_code(s) >= 500 || s == ERR_NOT_FOUND)
        return s;
    TRY(req_renew(r));
    refusal_tell(r, s);
    return row_past(r);
}

static const char *who_name(void *data, int64_t person)
{
    return req_name_of(data, person);
}

static const char *fresh_key(void *data)
{
    return req_key(data);
}

/* "?avant=12": those below that version. */
static enum status past_page(struct req *r, struct history_ask *ask,
                             const char **older)
{
    enum { VERSIONS = 50 };
    struct past *past;
    int64_t below = NONE;
    struct str asked = req_text(r, "avant");
    if (asked.p && (!str_int(asked, &below) || below < 1))
        return ERR_NOT_FOUND;
    TRY(row_history(r->conn, r->mem, r->entity, r->id, below, VERSIONS + 1,
                    &past, &ask->n));
    ask->past = past;
    ask->more = ask->n > VERSIONS;
    if (ask->more)
        *older =
            arena_printf(r->mem, "%s/%" PRId64 "/historique?avant=%" PRId64,
                         r->entity->path, r->id, past[VERSIONS - 1].version);
    return ask->n ? OK : ERR_NOT_FOUND;
}

enum status row_past(struct req *r)
{
    void *row = NULL;
    enum status s =
        row_load(r->conn, r->mem, r->entity, r->id, &r->reach, &row);
    if (s != OK && s != ERR_NOT_FOUND)
        return s;
    /* A deleted row has no references left to reach it by: only who reaches
     * everything sees its past. */
    if (s == ERR_NOT_FOUND && !reach_is_all(r->entity, &r->reach))
        return s;
    struct history_ask ask = {.entity = r->entity,
                              .conn = r->conn,
                              .row = row,
                              .id = r->id,
                              .who = who_name,
                              .key = fresh_key,
                              .data = r};
    const char *locked = row && r->entity->locked
                             ? r->entity->locked(r->conn, r->mem, row)
                             : NULL;
    if (locked)
        ask.key = NULL;
    if (row)
        TRY(links_image(r->conn, r->mem, r->entity, r->id, &ask.links));
    struct history_v v = {0};
    TRY(past_page(r, &ask, &v.older));
    TRY(history_of_entity(r->mem, r->lang, &ask, &v));
    v.csrf = r->who->csrf;
    v.locked = locked ? tr(r->lang, locked) : NULL;
    if (!v.back && row)
        v.back = path_of_id(r->mem, r->entity->path, r->id);
    struct page p = req_page(r, v.title);
    struct html h;
    req_html_open(r, &h);
    history_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
