/* An offer, answered on the page of its entry or by the link that was sent. */
#include "core/link.h"
#include "core/request.h"
#include "i18n/format.h"
#include "modules/network/pages/waiting.html.h"
#include "modules/network/routes.h"
#include "modules/network/waiting.h"

static bool stands(const struct waiter *w)
{
    return same(w->state, "offered") && w->offer_until >= time_now();
}

/* The link of an offer that is over opens no later one. */
enum status offer_find(struct conn *c, struct arena *a, struct str secret,
                       struct waiter **out)
{
    void *row;
    bool spent;
    TRY(link_row(c, a, OFFER_LINK, secret, &waiter_entity, &row, &spent));
    *out = row;
    return (*out)->offer_until == NONE || (spent && stands(*out))
               ? ERR_NOT_FOUND
               : OK;
}

static enum status offer_fill(struct req *r, const struct waiter *w,
                              struct offer_v *v)
{
    void *row;
    TRY(row_load(r->conn, r->mem, &lab_entity, w->lab, &reach_all, &row));
    const struct lab *lab = row;
    TRY(ref_title(r->conn, r->mem, entity_field(&waiter_entity, "offer_space"),
                  w->offer_space, &v->space));
    v->lab = lab->name;
    v->lab_href = path_of_id(r->mem, "/laboratoires", lab->row.id);
    v->place = lab->place;
    v->when = half_day_shown(r, w->offer_day, part_of(w->offer_part));
    v->until = format_time(r->mem, r->lang, w->offer_until);
    v->why = w->why;
    v->state = choice_label(r->mem, r->lang, &waiter_entity, "state", w->state);
    v->tone = choice_tone(r->mem, r->lang, &waiter_entity, "state", w->state);
    v->csrf = r->who ? r->who->csrf : NULL;
    v->key = req_key(r);
    return OK;
}

static enum status show(struct req *r, const struct waiter *w, int code,
                        const char *alert)
{
    struct offer_v v = {.alert = alert};
    TRY(offer_fill(r, w, &v));
    if (stands(w))
        v.action = req_path(r);
    struct page p = req_page(r, tr(r->lang, "network.offer"));
    struct html h;
    req_html_open(r, &h);
    offer_page(&h, &p, &v);
    return req_html(r, code, &h);
}

static struct str link_of(struct req *r)
{
    return str_of(req_param(r, "offer"));
}

enum status offer_show(struct req *r)
{
    struct waiter *w;
    TRY(offer_find(r->conn, r->mem, link_of(r), &w));
    return show(r, w, 200, NULL);
}

struct answering {
    struct req *r;
    const char *step, *refusal;
};

/* Whoever has the link stands for the person to whom it was sent. */
static enum status answer(struct conn *c, struct arena *a, void *data)
{
    struct answering *k = data;
    struct waiter *w;
    k->refusal = NULL;
    TRY(offer_find(c, a, link_of(k->r), &w));
    k->r->location = req_path(k->r);
    return step_take(c, a, &waiter_entity, step_find(&waiter_entity, k->step),
                     w, (struct str){0}, req_actor(k->r), &k->refusal);
}

enum status offer_answer(struct req *r)
{
    struct waiter *w;
    struct answering k = {.r = r, .step = "withdraw"};
    TRY(offer_find(r->conn, r->mem, link_of(r), &w));
    if (str_eq(req_text(r, "reponse"), "oui"))
        k.step = "accept";
    else if (!str_eq(req_text(r, "reponse"), "non"))
        return ERR_INVALID;
    const enum status s = req_write(r, answer, &k);
    if (s == ERR_CONFLICT)
        return show(
            r, w, 409,
            tr(r->lang, k.refusal ? k.refusal : "network.offer_no_more"));
    TRY(s);
    return req_done(r) ? OK : req_go(r, "%s", r->location);
}

static enum status stuck_fill(struct req *r, const struct waiter *w,
                              const char **out)
{
    struct stuck why;
    TRY(waiting_stuck(r->conn, r->mem, w, &why));
    *out = tr_with(r->mem, r->lang, why.key, "when",
                   why.half.lab ? half_day_shown(r, why.half.day, why.half.part)
                                : "",
                   NULL);
    return OK;
}

/* The page of an entry. */
enum status waiting_row(struct req *r)
{
    const struct waiter *w = r->row;
    struct detail_v detail;
    struct offer_v offer = {0};
    if (r->api || !same(r->form, ""))
        return row_page(r);
    TRY(row_detail(r, &detail));
    struct waiting_row_v v = {.detail = &detail,
                              .entry = r->id,
                              .csrf = r->who->csrf,
                              .key = req_key(r)};
    if (same(w->state, "waiting"))
        TRY(stuck_fill(r, w, &v.stuck));
    if (same(w->state, "offered")) {
        TRY(offer_fill(r, w, &offer));
        v.offer = &offer;
    }
    if (detail.edit && same(w->state, "waiting"))
        v.promote = arena_printf(
            r->mem, "/laboratoires/%" PRId64 "/attente/proposer", w->lab);
    struct page p = req_page(r, detail.title);
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    waiting_row_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

struct promotion {
    struct req *r;
    int n;
};

static enum status promote(struct conn *c, struct arena *a, void *data)
{
    struct promotion *k = data;
    int64_t entry;
    k->r->location = str_int(req_text(k->r, "inscription"), &entry)
                         ? path_of_id(k->r->mem, waiter_entity.path, entry)
                         : waiter_entity.path;
    return waiting_promote(c, a, k->r->id, req_actor(k->r), &k->n);
}

enum status waiting_offer(struct req *r)
{
    struct promotion k = {.r = r};
    TRY(req_write(r, promote, &k));
    if (req_done(r))
        return OK;
    req_notice(r, k.n ? "network.wait_offered" : "network.wait_nothing_free");
    return req_go(r, "%s", r->location);
}
