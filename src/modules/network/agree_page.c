/* The page of a head who has a link and no account: agree, or refuse and say
 * why. */
#include "base/utf8.h"
#include "core/link.h"
#include "modules/network/agree.h"
#include "modules/network/pages/told.html.h"
#include "modules/network/routes.h"

struct agreeing {
    struct req *r;
    struct agreement *row;
    bool spent;
    const char *alert; /* a label key */
    const char *name;  /* of the step */
};

static enum status load(struct agreeing *k, struct conn *c, struct arena *a)
{
    void *row;
    TRY(link_row(c, a, LINK_AGREEMENT, str_of(req_param(k->r, "secret")),
                 &agreement_entity, &row, &k->spent));
    k->row = row;
    k->spent = k->spent || !same(k->row->state, "asked");
    return OK;
}

static enum status show(struct agreeing *k, int code)
{
    struct req *r = k->r;
    void *visit;
    struct visit_said s = {.day = NO_DAY};
    TRY(row_load(r->conn, r->mem, &visit_entity, k->row->visit, &reach_all,
                 &visit));
    TRY(visit_say(r->conn, r->mem, r->lang, visit, &s));
    struct linked_v v = {.said = &s,
                         .alert = k->alert ? tr(r->lang, k->alert) : NULL,
                         .csrf = r->who ? r->who->csrf : NULL,
                         .key = req_key(r),
                         .action = req_path(r)};
    struct str reason = req_text(r, "reason");
    v.typed = reason.p ? str_dup(r->mem, reason) : "";
    if (k->spent) {
        v.state = choice_label(r->mem, r->lang, &agreement_entity, "state",
                               k->row->state);
        v.tone = choice_tone(r->mem, r->lang, &agreement_entity, "state",
                             k->row->state);
        v.reason = k->row->state_reason;
        v.day = format_day(r->mem, r->lang, k->row->answered, DAY_PLAIN);
        v.revoked = same(k->row->state, "revoked");
    } else {
        v.day = format_day(r->mem, r->lang, k->row->until, DAY_PLAIN);
    }
    struct page p = req_page(r, tr(r->lang, "network.agree"));
    struct html h;
    req_html_open(r, &h);
    req_header(r, "X-Robots-Tag", "noindex");
    agree_page(&h, &p, &v);
    return req_html(r, code, &h);
}

enum status agree_form(struct req *r)
{
    struct agreeing k = {.r = r};
    TRY(load(&k, r->conn, r->mem));
    return show(&k, 200);
}

static enum status answer(struct conn *c, struct arena *a, void *data)
{
    struct agreeing *k = data;
    const char *refusal;
    TRY(load(k, c, a));
    if (k->spent)
        return ERR_CONFLICT;
    const struct str reason = str_trim(req_text(k->r, "reason"));
    for (const struct step *s = agreement_entity.steps; s->name; s++)
        if (same(s->name, k->name))
            TRY(step_take(c, a, &agreement_entity, s, k->row,
                          s->needs_reason ? reason : STR(""), req_actor(k->r),
                          &refusal));
    k->r->location = str_dup(k->r->mem, str_of(req_path(k->r)));
    return OK;
}

/* A second answer finds the first one. */
enum status agree_send(struct req *r)
{
    struct agreeing k = {.r = r};
    const struct str reason = str_trim(req_text(r, "reason"));
    TRY(load(&k, r->conn, r->mem));
    k.name = str_eq(req_text(r, "answer"), "agree")    ? "agree"
             : str_eq(req_text(r, "answer"), "refuse") ? "refuse"
                                                       : NULL;
    if (k.spent)
        return show(&k, 409);
    if (!k.name)
        k.alert = "network.agree_choose";
    else if (same(k.name, "refuse") && !reason.n)
        k.alert = "network.agree_why";
    else if ((int64_t)utf8_length(reason) > step_reason_most(&agreement_entity))
        k.alert = "network.agree_long";
    if (k.alert)
        return show(&k, 422);
    const enum status s = req_write(r, answer, &k);
    if (s == ERR_CONFLICT) {
        k.spent = true;
        return show(&k, 409);
    }
    TRY(s);
    return req_done(r) ? OK : req_go(r, "%s", r->location);
}
