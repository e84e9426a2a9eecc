/* The page of who asked for a visit and has no account: how it stands, and a
 * button for who cannot come. */
#include "core/link.h"
#include "modules/network/agree.h"
#include "modules/network/pages/told.html.h"
#include "modules/network/routes.h"
#include "modules/network/visit.h"

static enum status load(struct req *r, struct conn *c, struct arena *a,
                        struct visit **out)
{
    int64_t id;
    bool spent;
    void *row;
    TRY(link_find(c, a, LINK_ASKED, str_of(req_param(r, "secret")), &id,
                  &spent));
    TRY(row_load(c, a, &visit_entity, id, &reach_all, &row));
    *out = row;
    return OK;
}

static enum status show(struct req *r, int code)
{
    struct visit *visit;
    struct visit_said s = {.day = NO_DAY};
    TRY(load(r, r->conn, r->mem, &visit));
    TRY(visit_say(r->conn, r->mem, r->lang, visit, &s));
    const char *refusal =
        word_in(visit_withdraw.from, visit->state)
            ? step_refusal(r->conn, r->mem, &visit_withdraw, visit, NONE, NULL)
            : "network.withdraw_done";
    struct linked_v v = {.said = &s,
                         .alert = refusal ? tr(r->lang, refusal) : NULL,
                         .csrf = r->who ? r->who->csrf : NULL,
                         .key = req_key(r),
                         .action = req_path(r),
                         .state = choice_label(r->mem, r->lang, &visit_entity,
                                               "state", visit->state),
                         .tone = choice_tone(r->mem, r->lang, &visit_entity,
                                             "state", visit->state)};
    struct page p = req_page(r, tr(r->lang, "network.withdraw"));
    struct html h;
    req_html_open(r, &h);
    req_header(r, "X-Robots-Tag", "noindex");
    withdraw_page(&h, &p, &v);
    return req_html(r, code, &h);
}

enum status withdraw_form(struct req *r)
{
    return show(r, 200);
}

static enum status withdraw(struct conn *c, struct arena *a, void *data)
{
    struct req *r = data;
    struct visit *visit;
    const char *refusal;
    struct actor by = req_actor(r);
    by.tells = true;
    TRY(load(r, c, a, &visit));
    TRY(step_take(c, a, &visit_entity, &visit_withdraw, visit, STR(""), by,
                  &refusal));
    r->location = str_dup(r->mem, str_of(req_path(r)));
    return OK;
}

/* Twice finds what was done. */
enum status withdraw_send(struct req *r)
{
    const enum status s = req_write(r, withdraw, r);
    if (s == ERR_CONFLICT)
        TRY(req_renew(r));
    if (s == ERR_CONFLICT)
        return show(r, 409);
    TRY(s);
    return req_done(r) ? OK : req_go(r, "%s", r->location);
}
