/* Putting oneself on the waiting list of a laboratory, with or without an
 * account. */
#include "core/link.h"
#include "core/mail.h"
#include "core/request.h"
#include "i18n/format.h"
#include "modules/network/pages/waiting.html.h"
#include "modules/network/routes.h"
#include "modules/network/waiting.h"

enum { OPEN_BY_MAIL = 5, STRANGERS_A_DAY = 300 };

struct joining {
    struct req *r;
    const struct lab *lab;
    struct waiter *row;
    const char *alert;       /* a label key */
    const struct half *free; /* of their span; they ask for it instead */
};

static const char of_all[] = "starts ends part kind class_label pupils need";
static const char of_some[] =
    "starts ends part kind school class_label pupils need";
static const char of_strangers[] =
    "starts ends part kind school class_label pupils need asker email phone";

/* Who has an account may have no school of their own. */
static const char *asked_fields(const struct joining *k)
{
    return !k->r->who               ? of_strangers
           : k->row->person == NONE ? of_some
                                    : of_all;
}

static enum status joining_open(struct req *r, struct joining *k)
{
    const struct person *person;
    *k = (struct joining){
        .r = r, .lab = r->row, .row = row_new(r->mem, &waiter_entity)};
    k->row->lab = k->lab->row.id;
    k->row->asked = day_today();
    k->row->part = "any";
    row_begin(r->mem, &waiter_entity, k->row);
    if (!r->who)
        return OK;
    k->row->asker = r->who->name;
    k->row->email = r->who->email;
    TRY(person_find(r->conn, r->mem, r->who->person, &person));
    if (person && person->school != NONE) {
        k->row->person = person->row.id;
        k->row->school = person->school;
    }
    return OK;
}

static enum status rule_shown(struct req *r, const char **out)
{
    int64_t n;
    TRY(db_int(r->conn,
               SQL("SELECT count(*) FROM network_rule WHERE lab = :lab"),
               ARGS(arg_int("lab", r->id)), &n));
    *out = tr(r->lang, n ? "network.wait_by_rule" : "network.wait_by_order");
    return OK;
}

static enum status show(struct joining *k, int code, bool refused)
{
    struct req *r = k->r;
    struct form form = {0};
    struct form_source source = req_source(r);
    struct form_ask ask = {.entity = &waiter_entity,
                           .row = k->row,
                           .typed = refused ? &r->in : NULL,
                           .errors = &r->errors,
                           .source = &source,
                           .only = asked_fields(k)};
    TRY(form_of_entity(r->mem, r->lang, &ask, &form));
    for (size_t i = 0; i < form.field_count; i++)
        if (word_in("school email", form.fields[i].name))
            ((struct form_field *)form.fields)[i].required = true;
    form.csrf = r->who ? r->who->csrf : NULL;
    form.key = req_key(r);
    form.action =
        arena_printf(r->mem, "/laboratoires/%" PRId64 "/attente", r->id);
    form.submit = tr(r->lang, "network.wait_join");
    struct waiting_ask_v v = {
        .form = &form,
        .alert = k->alert ? ask_alert(r, k->lab, k->alert) : NULL,
        .lab = said(r->mem, r->lang, k->lab->name),
        .back = arena_printf(r->mem, "/laboratoires/%" PRId64 "#slots", r->id),
        .privacy = r->who ? NULL : tr(r->lang, "network.ask_privacy")};
    if (k->free) {
        v.free = half_day_address(r, r->id, k->free->day, k->free->part);
        v.when = half_day_shown(r, k->free->day, k->free->part);
    }
    TRY(rule_shown(r, &v.rule));
    struct page p = req_page(r, tr(r->lang, "network.wait"));
    req_crumb_to(r, &p, v.lab, path_of_id(r->mem, "/laboratoires", r->id));
    struct html h;
    req_html_open(r, &h);
    waiting_ask_page(&h, &p, &v);
    return req_html(r, code, &h);
}

enum status waiting_ask_form(struct req *r)
{
    struct joining k;
    TRY(joining_open(r, &k));
    return show(&k, 200, false);
}

/* What was offered or accepted counts on until it is over: an entry waits but
 * for a moment where something is given back. */
static enum status too_many(struct joining *k, struct conn *c)
{
    int64_t n;
    TRY(db_int(
        c,
        SQL("SELECT count(*) FROM network_waiting WHERE email = :email"
            " AND (state IN ('waiting', 'offered') OR (state ="
            " 'accepted' AND offer_day >= :today))"),
        ARGS(arg_cstr("email", k->row->email), arg_day("today", day_today())),
        &n));
    if (n >= OPEN_BY_MAIL)
        k->alert = "network.ask_enough";
    if (k->r->who)
        return OK;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM network_waiting WHERE asked = :today"
                   " AND created_by = 0"),
               ARGS(arg_day("today", day_today())), &n));
    if (n >= STRANGERS_A_DAY)
        k->alert = "network.ask_later";
    return OK;
}

/* What is free is asked for, as by everybody, and not waited for. */
static enum status nothing_free(struct joining *k, struct conn *c)
{
    TRY(waiting_free(c, k->r->mem, k->lab, k->row, &k->free));
    if (k->free)
        k->alert = "network.wait_not";
    return OK;
}

/* With the address by which they see how it stands, and withdraw. */
static enum status tell(struct joining *k, struct conn *c, struct arena *a,
                        const struct waiter *w)
{
    const struct lang *l = k->r->lang;
    const char *lab = k->lab->name, *secret;
    TRY(link_add(c, a, WAIT_LINK, w->row.id, w->ends, &secret));
    const char *subject =
        tr_with(a, l, "network.mail_wait_subject", "lab", lab, NULL);
    const char *text =
        tr_with(a, l, "network.mail_wait_text", "lab", lab, "from",
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

static enum status join(struct conn *c, struct arena *a, void *data)
{
    struct joining *k = data;
    struct req *r = k->r;
    k->alert = NULL;
    TRY(too_many(k, c));
    if (!k->alert)
        TRY(nothing_free(k, c));
    if (k->alert)
        return ERR_INVALID;
    struct waiter *w = row_copy(a, &waiter_entity, k->row);
    TRY(row_insert(c, a, &waiter_entity, w, req_actor(r)));
    TRY(tell(k, c, a, w));
    TRY(waiting_wake(c, w->lab));
    r->location =
        r->who && w->person != NONE
            ? path_of_id(r->mem, "/attente", w->row.id)
            : arena_printf(r->mem, "/laboratoires/%" PRId64 "/attente/inscrit",
                           r->id);
    return OK;
}

static void read_required(struct joining *k)
{
    const struct waiter *w = k->row;
    struct form_errors *errors = &k->r->errors;
    ask_required(errors, &waiter_entity, w);
    if (w->school == NONE && !form_error_of(errors, "school"))
        form_error(errors, "school", "form.required");
    if (!w->email && !form_error_of(errors, "email"))
        form_error(errors, "email", "form.required");
    if (w->ends != NO_DAY && w->ends <= day_today() &&
        !form_error_of(errors, "ends"))
        form_error(errors, "ends", "network.wait_past");
    if (w->ends != NO_DAY && w->ends > visit_horizon() &&
        !form_error_of(errors, "ends"))
        form_error(errors, "ends", "network.too_far");
}

enum status waiting_ask_send(struct req *r)
{
    struct joining k;
    TRY(joining_open(r, &k));
    struct form_source source = req_source(r);
    const struct form_input in = req_asked(r, asked_fields(&k));
    enum status s = row_from_input(r->mem, &waiter_entity, &in, &source,
                                   PARSE_GIVEN | PARSE_NEAR, k.row, &r->errors);
    if (s != OK && s != ERR_INVALID)
        return s;
    read_required(&k);
    if (str_trim(req_text(r, "site")).n) /* no person fills it */
        return req_go(r, "/laboratoires/%" PRId64, r->id);
    if (!r->once)
        k.alert = "form.no_key";
    if (r->errors.n || k.alert)
        return show(&k, 422, true);
    if (req_stranger_held(r)) {
        k.alert = "network.ask_held";
        return show(&k, 429, true);
    }
    s = req_write(r, join, &k);
    if (k.alert && s != OK)
        return show(&k, 422, true);
    TRY(s);
    return req_done(r) ? OK : req_go(r, "%s", r->location);
}

enum status waiting_sent(struct req *r)
{
    const struct lab *lab = r->row;
    struct waiting_sent_v v = {.lab = said(r->mem, r->lang, lab->name),
                               .lab_href =
                                   path_of_id(r->mem, "/laboratoires", r->id)};
    struct page p = req_page(r, tr(r->lang, "network.wait_sent"));
    struct html h;
    req_html_open(r, &h);
    waiting_sent_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
