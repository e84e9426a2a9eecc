/* The pages of who asked for a visit, or waits, and has no account: how it
 * stands, and a button for who cannot come any more. */
#include "core/link.h"
#include "i18n/format.h"
#include "modules/network/agree.h"
#include "modules/network/pages/withdraw.html.h"
#include "modules/network/routes.h"
#include "modules/network/visit.h"
#include "modules/network/waiting.h"

struct withdrawal {
    const char *link;
    const struct entity *entity;
    const struct step *step; /* NULL: the entity's own */
    const char *title, *button, *help;
    enum status (*tell)(struct req *r, const void *row, struct withdraw_v *v);
};

static enum status visit_told(struct req *r, const void *row,
                              struct withdraw_v *v)
{
    struct visit_said *s = NEW(r->mem, struct visit_said);
    s->day = NO_DAY;
    v->said = s;
    return visit_say(r->conn, r->mem, r->lang, row, s);
}

static enum status wish_told(struct req *r, const void *row,
                             struct withdraw_v *v)
{
    const struct waiter *w = row;
    struct wish_v *wish = NEW(r->mem, struct wish_v);
    void *lab;
    TRY(row_load(r->conn, r->mem, &lab_entity, w->lab, &reach_all, &lab));
    *wish = (struct wish_v){
        .lab = ((const struct lab *)lab)->name,
        .lab_href = path_of_id(r->mem, "/laboratoires", w->lab),
        .from = format_day(r->mem, r->lang, w->starts, DAY_LONG),
        .to = format_day(r->mem, r->lang, w->ends, DAY_LONG),
        .part = choice_label(r->mem, r->lang, &waiter_entity, "part", w->part),
        .kind = choice_label(r->mem, r->lang, &waiter_entity, "kind", w->kind),
        .class_label = w->class_label};
    v->wish = wish;
    if (same(w->state, "offered"))
        v->note = tr(r->lang, "network.wait_look");
    return OK;
}

static const struct withdrawal of_visit = {
    .link = LINK_ASKED,
    .entity = &visit_entity,
    .step = &visit_withdraw,
    .title = "network.withdraw",
    .button = "network_visit.step.withdraw",
    .help = "network.withdraw.help",
    .tell = visit_told,
};
static const struct withdrawal of_wish = {
    .link = WAIT_LINK,
    .entity = &waiter_entity,
    .title = "network.wait_mine",
    .button = "network.wait_leave",
    .help = "network.wait_leave.help",
    .tell = wish_told,
};

static const struct step *step_of(const struct withdrawal *k)
{
    return k->step ? k->step : step_find(k->entity, "withdraw");
}

static enum status load(struct req *r, const struct withdrawal *k,
                        struct conn *c, struct arena *a, void **row)
{
    bool spent; /* sent to an address that is theirs no more */
    TRY(link_row(c, a, k->link, str_of(req_param(r, "secret")), k->entity, row,
                 &spent));
    return spent ? ERR_NOT_FOUND : OK;
}

static enum status show(struct req *r, const struct withdrawal *k, int code)
{
    void *row;
    TRY(load(r, k, r->conn, r->mem, &row));
    const struct step *step = step_of(k);
    const char *state = field_get(entity_field(k->entity, "state"), row).s.p;
    const char *refusal =
        word_in(step->from, state)
            ? step_refusal(r->conn, r->mem, step, row, NONE, NULL)
            : "network.withdraw_done";
    struct withdraw_v v = {
        .state = choice_label(r->mem, r->lang, k->entity, "state", state),
        .tone = choice_tone(r->mem, r->lang, k->entity, "state", state),
        .note = refusal ? tr(r->lang, refusal) : NULL,
        .action = refusal ? NULL : req_path(r),
        .button = tr(r->lang, k->button),
        .help = tr(r->lang, k->help),
        .csrf = r->who ? r->who->csrf : NULL,
        .key = req_key(r)};
    TRY(k->tell(r, row, &v));
    struct page p = req_page(r, tr(r->lang, k->title));
    struct html h;
    req_html_open(r, &h);
    req_header(r, "X-Robots-Tag", "noindex");
    withdraw_page(&h, &p, &v);
    return req_html(r, code, &h);
}

struct withdrawing {
    struct req *r;
    const struct withdrawal *kind;
};

static enum status withdraw(struct conn *c, struct arena *a, void *data)
{
    const struct withdrawing *w = data;
    struct req *r = w->r;
    const char *refusal;
    void *row;
    struct actor by = req_actor(r);
    by.tells = true;
    TRY(load(r, w->kind, c, a, &row));
    TRY(step_take(c, a, w->kind->entity, step_of(w->kind), row, STR(""), by,
                  &refusal));
    r->location = str_dup(r->mem, str_of(req_path(r)));
    return OK;
}

/* Twice finds what was done. */
static enum status send(struct req *r, const struct withdrawal *k)
{
    struct withdrawing w = {r, k};
    const enum status s = req_write(r, withdraw, &w);
    if (s == ERR_CONFLICT) {
        TRY(req_renew(r));
        return show(r, k, 409);
    }
    TRY(s);
    return req_done(r) ? OK : req_go(r, "%s", r->location);
}

enum status withdraw_form(struct req *r)
{
    return show(r, &of_visit, 200);
}

enum status withdraw_send(struct req *r)
{
    return send(r, &of_visit);
}

enum status waiting_mine(struct req *r)
{
    return show(r, &of_wish, 200);
}

enum status waiting_leave(struct req *r)
{
    return send(r, &of_wish);
}
