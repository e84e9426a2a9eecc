/* Mail, for who runs the place: what left, what waits, what could not be sent
 * and why; without a server, what would have left. */
#include "core/core_pages.h"
#include "core/mail.h"
#include "core/pages.h"
#include "core/pages/mail.html.h"
#include "core/request.h"
#include "core/task.h"
#include "i18n/format.h"

enum { MAILS = 100 };

#define COLUMNS                                                                \
    "SELECT m.uid, m.what, m.address, m.subject, m.state, m.at, m.answer,"     \
    " m.text, m.page, m.tried, m.lang FROM core_mail m"

const char *mail_action(struct html *h, const struct mail_v *v,
                        const char *what)
{
    return arena_printf(h->out.mem, "%s/%s", v->href, what);
}

static const struct mail_state {
    const char *name, *label, *tone;
} states[] = {
    {"waiting", "core.mail_state.waiting", "wait"},
    {"shown", "core.mail_state.shown", "wait"},
    {"sent", "core.mail_state.sent", "go"},
    {"refused", "core.mail_state.refused", "stop"},
    {"failed", "core.mail_state.failed", "stop"},
    {"dropped", "core.mail_state.dropped", "go"},
};

static const struct mail_state *state_of(const char *name)
{
    for (size_t i = 0; i < COUNT(states); i++)
        if (same(states[i].name, name))
            return &states[i];
    return &states[0];
}

/* "/accord/…" of the first "{site}/accord/…"; NULL. */
static const char *first_link(struct arena *a, const char *text)
{
    static const char mark[] = "{site}/";
    const char *at = strstr(text, mark);
    if (!at)
        return NULL;
    at += sizeof mark - 2;
    return arena_dup(a, at, strcspn(at, " \n"));
}

static void mail_fill(struct req *r, struct rows *rows, struct mail_v *v)
{
    const struct mail_state *known = state_of(row_text(rows, 4));
    const char *text = row_text(rows, 7);
    const char *answer = row_text(rows, 6);
    *v = (struct mail_v){
        .href = arena_printf(r->mem, "/courriels/%s", row_text(rows, 0)),
        .what = tr(r->lang, row_text(rows, 1)),
        .to = row_text(rows, 2),
        .subject = row_text(rows, 3),
        .state = tr(r->lang, known->label),
        .tone = known->tone,
        .when = format_time(r->mem, r->lang, row_int(rows, 5)),
        .answer = answer && same(answer, "address")
                      ? tr(r->lang, "core.mail_no_address")
                      : answer,
        .page = row_text(rows, 8),
        .lang = row_text(rows, 10),
        .lost = same(known->tone, "stop")};
    if (text && same(known->name, "shown"))
        v->link = first_link(r->mem, text);
    if (text)
        v->text = mail_text(r->app, r->mem, text);
    if (row_int(rows, 9) != NONE)
        v->tried = format_time(r->mem, r->lang, row_int(rows, 9));
}

enum status mails_show(struct req *r)
{
    struct rows *rows;
    struct mail_v *items = NEW_ARRAY(r->mem, struct mail_v, MAILS + 1);
    struct mails_v v = {.items = items};
    const struct str before = req_text(r, "avant");
    const bool lost = str_eq(req_text(r, "etat"), "perdus");
    v.lead =
        tr(r->lang, lost                               ? "core.mails_lost_lead"
                    : *conf_get(&r->app->conf, "smtp") ? "core.mails_lead"
                                                       : "core.mails_dev_lead");
    v.other = lost ? "/courriels" : "/courriels?etat=perdus";
    v.other_label = tr(r->lang, lost ? "core.mails_all" : "core.mails_lost");
    TRY(db_rows(r->conn, r->mem,
                lost ? SQL(COLUMNS " WHERE m.uid < :before AND " MAIL_LOST
                                   " ORDER BY m.uid DESC LIMIT :most")
                     : SQL(COLUMNS " WHERE m.uid < :before"
                                   " ORDER BY m.uid DESC LIMIT :most"),
                ARGS(arg_text("before", before.n ? before : STR("g")),
                     arg_int("most", MAILS + 1)),
                &rows));
    while (rows_next(rows))
        mail_fill(r, rows, &items[v.n++]);
    TRY(rows_end(rows));
    if (v.n > MAILS) {
        const char *last = strrchr(items[MAILS - 1].href, '/') + 1;
        v.n = MAILS;
        v.next = arena_printf(r->mem, "/courriels?%savant=%s",
                              lost ? "etat=perdus&" : "", last);
    }
    struct page p =
        req_page(r, tr(r->lang, lost ? "core.mails_lost" : "core.mails"));
    struct html h;
    req_html_open(r, &h);
    mails_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

enum status mail_show(struct req *r)
{
    struct rows *rows;
    struct mail_v v = {0};
    TRY(db_rows(r->conn, r->mem, SQL(COLUMNS " WHERE m.uid = :uid"),
                ARGS(arg_cstr("uid", req_param(r, "mail"))), &rows));
    const bool found = rows_next(rows);
    if (found)
        mail_fill(r, rows, &v);
    TRY(rows_end(rows));
    if (!found)
        return ERR_NOT_FOUND;
    v.key = req_key(r);
    v.other_key = req_key(r);
    struct page p = req_page(r, v.what);
    req_crumb_to(r, &p, tr(r->lang, "core.mails"), "/courriels");
    struct html h;
    req_html_open(r, &h);
    mail_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

static enum status send_again(struct conn *c, struct arena *a, void *data)
{
    const char *uid = data;
    int64_t changed;
    (void)a;
    TRY(db_exec(c,
                SQL("UPDATE core_mail SET state = 'waiting', answer = NULL"
                    " WHERE uid = :uid AND state IN ('refused', 'failed') AND"
                    " text IS NOT NULL AND coalesce(answer, '') <> 'address'"),
                ARGS(arg_cstr("uid", uid)), &changed));
    return changed ? task_add(c, "core.mail", uid, NULL, 0) : ERR_CONFLICT;
}

/* It is as though it had been sent: nobody waits for it any more. */
static enum status forget(struct conn *c, struct arena *a, void *data)
{
    const char *uid = data;
    int64_t changed;
    (void)a;
    TRY(db_exec(c,
                SQL("UPDATE core_mail SET state = 'dropped', address = NULL,"
                    " subject = NULL, text = NULL, answer = NULL, stop = NULL"
                    " WHERE uid = :uid AND state IN ('refused', 'failed')"),
                ARGS(arg_cstr("uid", uid)), &changed));
    return changed ? OK : ERR_CONFLICT;
}

static enum status change(struct req *r, write_fn *fn)
{
    int64_t n;
    const char *uid = req_param(r, "mail");
    TRY(db_int(r->conn, SQL("SELECT count(*) FROM core_mail WHERE uid = :uid"),
               ARGS(arg_cstr("uid", uid)), &n));
    if (!n)
        return ERR_NOT_FOUND;
    TRY(req_write(r, fn, str_dup(r->mem, str_of(uid))));
    return req_done(r) ? OK : req_go(r, "/courriels/%s", uid);
}

enum status mail_again(struct req *r)
{
    return change(r, send_again);
}

enum status mail_drop(struct req *r)
{
    return change(r, forget);
}
