/* The page of who waits and has no account: how it stands, and a button for who
 * waits no more. */
#include "core/link.h"
#include "core/mail.h"
#include "core/request.h"
#include "i18n/format.h"
#include "modules/network/pages/waiting.html.h"
#include "modules/network/routes.h"
#include "modules/network/waiting.h"

#define WAIT_LINK "wait"

enum status waiting_tell(struct conn *c, struct arena *a, const struct lang *l,
                         const struct lab *lab, const struct waiter *w)
{
    const char *secret;
    TRY(link_add(c, a, WAIT_LINK, w->row.id, w->ends, &secret));
    const char *subject =
        tr_with(a, l, "network.mail_wait_subject", "lab", lab->name, NULL);
    const char *text =
        tr_with(a, l, "network.mail_wait_text", "lab", lab->name, "from",
                format_day(a, l, w->starts, DAY_LONG), "to",
                format_day(a, l, w->ends, DAY_LONG), "link",
                arena_printf(a, "{site}/mon-attente/%s", secret), NULL);
    return mail_add(
        c, a,
        &(struct mail){.to = w->email,
                       .lang = l,
                       .what = "network.mail_wait",
                       .subject = subject,
                       .text = text,
                       .page = path_of_id(a, "/attente", w->row.id)});
}

static enum status load(struct req *r, struct conn *c, struct arena *a,
                        struct waiter **out)
{
    int64_t id;
    bool spent;
    void *row;
    TRY(link_find(c, a, WAIT_LINK, str_of(req_param(r, "secret")), &id,
                  &spent));
    TRY(row_load(c, a, &waiter_entity, id, &reach_all, &row));
    *out = row;
    return OK;
}

static const struct step *withdrawal(void)
{
    return step_find(&waiter_entity, "withdraw");
}

static enum status show(struct req *r, int code)
{
    struct waiter *w;
    void *row;
    TRY(load(r, r->conn, r->mem, &w));
    TRY(row_load(r->conn, r->mem, &lab_entity, w->lab, &reach_all, &row));
    const struct lab *lab = row;
    const bool waits = word_in(withdrawal()->from, w->state);
    struct waiting_mine_v v = {
        .lab = lab->name,
        .lab_href = path_of_id(r->mem, "/laboratoires", w->lab),
        .from = format_day(r->mem, r->lang, w->starts, DAY_LONG),
        .to = format_day(r->mem, r->lang, w->ends, DAY_LONG),
        .part = choice_label(r->mem, r->lang, &waiter_entity, "part", w->part),
        .kind = choice_label(r->mem, r->lang, &waiter_entity, "kind", w->kind),
        .class_label = w->class_label,
        .state =
            choice_label(r->mem, r->lang, &waiter_entity, "state", w->state),
        .tone = choice_tone(r->mem, r->lang, &waiter_entity, "state", w->state),
        .alert = same(w->state, "offered") ? tr(r->lang, "network.wait_look")
                 : waits                   ? NULL
                         : tr(r->lang, "network.withdraw_done"),
        .action = waits ? req_path(r) : NULL,
        .csrf = r->who ? r->who->csrf : NULL,
        .key = req_key(r)};
    struct page p = req_page(r, tr(r->lang, "network.wait_mine"));
    struct html h;
    req_html_open(r, &h);
    req_header(r, "X-Robots-Tag", "noindex");
    waiting_mine_page(&h, &p, &v);
    return req_html(r, code, &h);
}

enum status waiting_mine(struct req *r)
{
    return show(r, 200);
}

static enum status withdraw(struct conn *c, struct arena *a, void *data)
{
    struct req *r = data;
    struct waiter *w;
    const char *refusal;
    TRY(load(r, c, a, &w));
    TRY(step_take(c, a, &waiter_entity, withdrawal(), w, STR(""), req_actor(r),
                  &refusal));
    r->location = str_dup(r->mem, str_of(req_path(r)));
    return OK;
}

/* Twice finds what was done. */
enum status waiting_leave(struct req *r)
{
    const enum status s = req_write(r, withdraw, r);
    if (s == ERR_CONFLICT)
        TRY(req_renew(r));
    if (s == ERR_CONFLICT)
        return show(r, 409);
    TRY(s);
    return req_done(r) ? OK : req_go(r, "%s", r->location);
}
