/* What a note de veille, or a request for advice, becomes: a new project, or
 * something that a project is fed with. */
#include "modules/portfolio/lineage.h"
#include "modules/portfolio/pages/ask.html.h"
#include "modules/portfolio/routes.h"
#include "modules/portfolio/services.h"
#include "modules/portfolio/shown.h"

struct becoming {
    struct req *r;
    const char *alert; /* a label key */
};

static bool is_signal(const struct req *r)
{
    return r->entity == &signal_entity;
}

/* The right over the note or the request itself. */
static bool may_write(const struct req *r)
{
    return may(r->who, "portfolio.edit") && may(r->who, r->entity->write);
}

static const char *state_of(const struct req *r)
{
    return is_signal(r) ? ((const struct signal *)r->row)->state
                        : ((const struct advice *)r->row)->state;
}

/* Why nothing is made of it now: a label key, or NULL. */
static const char *become_refuses(struct req *r, struct conn *c)
{
    if (word_in("dropped withdrawn", state_of(r)))
        return is_signal(r) ? "portfolio.become_dropped"
                            : "portfolio.become_withdrawn";
    return fault_if(c,
                    SQL("SELECT count(*) FROM portfolio_filiation WHERE"
                        " to_project IS NOT NULL AND (from_signal = :signal OR"
                        " from_advice = :advice)"),
                    ARGS(arg_int("signal", is_signal(r) ? r->id : NONE),
                         arg_int("advice", is_signal(r) ? NONE : r->id)),
                    "portfolio.become_already");
}

/* The one that was chosen under that name is so again. */
static enum status options_fill(struct req *r, const struct entity *e,
                                const char *name,
                                const struct form_option **out, size_t *n)
{
    const struct str typed = req_text(r, name);
    struct list list;
    struct list_ask ask = {
        .entity = e, .reach = &reach_all, .limit = LIST_MOST, .no_total = true};
    TRY(list_load(r->conn, r->mem, &ask, &list));
    struct form_option *all = NEW_ARRAY(r->mem, struct form_option, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        const char *value = arena_printf(
            r->mem, "%" PRId64, ((const struct row *)list.rows[i])->id);
        all[i] = (struct form_option){
            .value = value,
            .label = said(r->mem, r->lang, row_title(e, list.rows[i])),
            .chosen = str_eq(typed, value)};
    }
    *out = all;
    *n = list.n;
    return OK;
}

struct origin_view {
    struct become_v v;
    struct detail_v detail;
    struct lineage_v lineage;
};

static enum status origin_fill(struct req *r, void *view)
{
    struct origin_view *o = view;
    struct become_v *v = &o->v;
    TRY(row_detail(r, &o->detail));
    TRY(lineage_of(r, node_of(is_signal(r) ? NODE_SIGNAL : NODE_ADVICE, r->id),
                   row_title(r->entity, r->row), &o->lineage));
    const char *refusal = may_write(r) ? become_refuses(r, r->conn) : NULL;
    v->refusal = refusal ? tr(r->lang, refusal) : NULL;
    if (!may_write(r) || (refusal && !conn_rehearses(r->conn)))
        return OK;
    v->action =
        arena_printf(r->mem, "%s/projet", row_address(r, r->entity, r->id));
    v->key = req_key(r);
    v->csrf = r->who->csrf;
    struct str name = req_text(r, "name");
    v->name = name.p ? str_dup(r->mem, name) : row_title(r->entity, r->row);
    v->why = str_dup(r->mem, req_text(r, "why"));
    v->leads = !name.p || req_text(r, "lead").p;
    v->why_help = tr(r->lang, is_signal(r) ? "portfolio.become_why_note"
                                           : "portfolio.become_why_asked");
    TRY(options_fill(r, &axis_entity, "axis", &v->axes, &v->axis_count));
    return options_fill(r, &project_entity, "project", &v->projects,
                        &v->project_count);
}

static enum status show(struct req *r, int code, const char *alert)
{
    struct origin_view o = {0};
    struct become_v v;
    TRY(req_fill(r, origin_fill, &o, sizeof(o)));
    v = o.v;
    v.detail = &o.detail;
    v.lineage = &o.lineage;
    if (alert)
        alert = r->errors.n ? form_message(r->mem, r->lang, &r->errors.list[0])
                            : tr(r->lang, alert);
    v.alert = v.action ? alert : NULL;
    struct page p = req_page(r, o.detail.title);
    p.alert = !v.action && alert ? alert : p.alert;
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    signal_page(&h, &p, &v);
    return req_html(r, code, &h);
}

enum status origin_show(struct req *r)
{
    return *r->form || r->api ? row_page(r) : show(r, 200, NULL);
}

static enum status lead_add(struct req *r, struct conn *c, struct arena *a,
                            int64_t project)
{
    struct project_member *m = row_new(a, &project_member_entity);
    m->project = project;
    m->person = r->who->person;
    m->role = "lead";
    return row_insert(c, a, &project_member_entity, m, req_actor(r));
}

/* The service by which it enters the offer: the veille that saw it, or the
 * advice that it was asked of. */
static const char *entry_code(const struct req *r)
{
    return is_signal(r) ? "watch" : "advice";
}

/* A note has been seen, and its veille is over; advice is under way until it
 * is given. */
static enum status entry_begins(struct req *r, struct conn *c, struct arena *a,
                                int64_t project)
{
    const bool over = is_signal(r) || same(state_of(r), "answered");
    const int32_t since = is_signal(r) ? ((const struct signal *)r->row)->seen
                                       : ((const struct advice *)r->row)->asked;
    const struct passage p = {over ? "done" : "current",
                              since < day_today() ? since : day_today(),
                              over ? day_today() : NO_DAY};
    return service_begins(c, a, project, entry_code(r), p, req_actor(r));
}

/* The project that is typed, made where it is new. */
static enum status project_of(struct becoming *b, struct conn *c,
                              struct arena *a, int64_t *id)
{
    struct req *r = b->r;
    struct str name = str_trim(req_text(r, "name"));
    b->alert = "portfolio.become_what";
    if (str_eq(req_text(r, "way"), "fed"))
        return str_int(req_text(r, "project"), id) ? OK : ERR_INVALID;
    struct project *p = row_new(a, &project_entity);
    if (!name.n || text_is_long(entity_field(&project_entity, "name"), name) ||
        !str_int(req_text(r, "axis"), &p->axis))
        return ERR_INVALID;
    row_begin(a, &project_entity, p);
    p->name = str_dup(a, name);
    p->starts = day_today();
    /* Everybody reads a project: what somebody confided when they asked for
     * advice stays where it is. */
    p->summary = is_signal(r) ? ((const struct signal *)r->row)->subject : NULL;
    TRY(service_find(c, a, entry_code(r), &p->service));
    b->alert = "portfolio.become_taken";
    enum status s = row_insert(c, a, &project_entity, p, req_actor(r));
    *id = p->row.id;
    if (s == OK)
        s = entry_begins(r, c, a, p->row.id);
    if (s == OK && req_text(r, "lead").p)
        s = lead_add(r, c, a, p->row.id);
    return s == ERR_CONFLICT ? ERR_INVALID : s;
}

/* Who says why has sorted the note with it. What asks for an answer still asks
 * for it: nobody has given one. */
static enum status origin_done(struct becoming *b, struct conn *c,
                               struct arena *a, const char *why)
{
    struct req *r = b->r;
    if (!why || !is_signal(r) || !word_in("new watched", state_of(r)))
        return OK;
    return step_take(c, a, r->entity, step_find(r->entity, "keep"), r->row,
                     str_of(why), req_actor(r), &b->alert);
}

static enum status become(struct conn *c, struct arena *a, void *data)
{
    struct becoming *b = data;
    struct req *r = b->r;
    int64_t project;
    const char *field;
    r->errors = (struct form_errors){.mem = r->mem};
    /* The row is reached by another right, which the frame asks again. */
    if (!may_write(r))
        return ERR_FORBIDDEN;
    b->alert = become_refuses(r, c);
    if (b->alert)
        return ERR_INVALID;
    const struct str why = str_trim(req_text(r, "why"));
    b->alert = "portfolio.become_long_why";
    if (text_is_long(entity_field(&filiation_entity, "why"), why))
        return ERR_INVALID;
    TRY(project_of(b, c, a, &project));
    struct filiation *f = row_new(a, &filiation_entity);
    f->why = why.n ? str_dup(a, why) : NULL;
    if (is_signal(r))
        f->from_signal = r->id;
    else
        f->from_advice = r->id;
    f->to_project = project;
    f->since = day_today();
    f->kind = str_eq(req_text(r, "way"), "fed") ? "fed" : "became";
    b->alert = row_fault(c, a, &filiation_entity, f, &field);
    if (b->alert) {
        req_fault(r, c, &r->errors, NULL, b->alert);
        return ERR_INVALID;
    }
    b->alert = "portfolio.become_linked";
    enum status s = row_insert(c, a, &filiation_entity, f, req_actor(r));
    if (s == ERR_CONFLICT)
        return ERR_INVALID;
    TRY(s);
    b->alert = NULL;
    TRY(origin_done(b, c, a, f->why));
    r->location = row_address(r, &project_entity, project);
    return journal_add(c, a, r->who->person, &project_entity, project, f->kind,
                       STR("{}"));
}

enum status origin_becomes(struct req *r)
{
    struct becoming b = {.r = r};
    enum status s = req_write(r, become, &b);
    if (s == ERR_INVALID && b.alert)
        return show(r, 422, b.alert);
    TRY(s);
    return req_done(r) ? OK : req_go(r, "%s", r->location);
}
