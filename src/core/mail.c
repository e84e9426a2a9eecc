#include "core/mail.h"

#include "base/log.h"
#include "base/random.h"
#include "core/task.h"

const char *mail_site(const struct app *app, struct arena *a)
{
    const char *site = conf_get(&app->conf, "site");
    size_t n = strlen(site);
    while (n && site[n - 1] == '/')
        n--;
    return n ? arena_dup(a, site, n)
             : arena_printf(a, "http://%s", conf_get(&app->conf, "listen"));
}

/* A brace is a mark of its own, which becomes a brace: see mail_text. */
const char *mail_typed(struct arena *a, const char *text)
{
    struct buf b = {.mem = a};
    for (const char *open; (open = strchr(text, '{')); text = open + 1) {
        buf_add(&b, text, (size_t)(open - text));
        buf_str(&b, "{{}");
    }
    buf_str(&b, text);
    return b.p;
}

const char *mail_text(const struct app *app, struct arena *a, const char *text)
{
    return tr_fill(a, text, "site", mail_site(app, a), "{", "{", NULL);
}

enum status mail_add(struct conn *c, struct arena *a, const struct mail *m)
{
    int64_t added;
    if (!m->to || !*m->to)
        return OK;
    const char *uid = uuid7(a), *text = m->text, *stop = NULL;
    bool there = false, stopped = false;
    if (m->once)
        TRY(mail_is_there(c, m->once, &there));
    if (m->optional)
        TRY(mail_is_stopped(c, a, m->to, &stopped));
    if (there || stopped)
        return OK;
    if (m->optional) {
        TRY(mail_stop_link(c, a, m->to, &stop));
        text =
            tr_fill(a, text, "stop", arena_printf(a, "{site}%s", stop), NULL);
    }
    const bool possible = mail_address_ok(str_of(m->to));
    TRY(db_exec(
        c,
        SQL("INSERT INTO core_mail (uid, once, what, address, subject, text,"
            " lang, page, at, state, answer, stop) VALUES (:uid, :once, :what,"
            " :address, :subject, :text, :lang, :page, :at, :state, :answer, "
            ":stop)"
            " ON CONFLICT (once) DO NOTHING"),
        ARGS(arg_cstr("uid", uid), arg_cstr("once", m->once),
             arg_cstr("what", m->what), arg_cstr("address", m->to),
             arg_cstr("subject", m->subject), arg_cstr("text", text),
             arg_cstr("lang", lang_code(m->lang)), arg_cstr("page", m->page),
             arg_int("at", time_now()),
             arg_cstr("state", possible ? "waiting" : "refused"),
             arg_cstr("answer", possible ? NULL : "address"),
             arg_cstr("stop", stop)),
        &added));
    return added && possible ? task_add(c, "core.mail", uid, NULL, 0) : OK;
}

enum status mail_lang(struct conn *c, struct arena *a, int64_t person,
                      const char *code, const struct lang **out)
{
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT lang FROM auth_account WHERE person = :person"),
                ARGS(arg_int("person", person)), &rows));
    const char *own = rows_next(rows) ? row_text(rows, 0) : NULL;
    TRY(rows_end(rows));
    const char *said = own ? own : code;
    const struct lang *l = said ? lang_find(said) : NULL;
    *out = l ? l : lang_default();
    return OK;
}

enum status mail_is_there(struct conn *c, const char *once, bool *out)
{
    int64_t n;
    TRY(db_int(c, SQL("SELECT count(*) FROM core_mail WHERE once = :once"),
               ARGS(arg_cstr("once", once)), &n));
    *out = n > 0;
    return OK;
}

/* What is known of it, and what came of trying. */
struct trying {
    struct app *app;
    struct letter letter;
    const char *state, *answer;
    bool found;
};

static enum status load(struct conn *c, struct arena *a, void *data)
{
    struct trying *t = data;
    const char *uid = t->letter.uid;
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT address, subject, text, lang, at, stop FROM"
                    " core_mail"
                    " WHERE uid = :uid AND state = 'waiting'"),
                ARGS(arg_cstr("uid", uid)), &rows));
    t->found = rows_next(rows);
    if (t->found)
        t->letter = (struct letter){.uid = uid,
                                    .to = row_text(rows, 0),
                                    .subject = row_text(rows, 1),
                                    .text = row_text(rows, 2),
                                    .lang = row_text(rows, 3),
                                    .at = row_int(rows, 4),
                                    .stop = row_text(rows, 5)};
    return rows_end(rows);
}

static enum status tell(struct conn *c, struct arena *a, void *data)
{
    const struct trying *t = data;
    const bool sent = same(t->state, "sent");
    (void)a;
    if (sent)
        return db_exec(
            c,
            SQL("UPDATE core_mail SET state = 'sent', tried = :now,"
                " address = NULL, subject = NULL, text = NULL,"
                " answer = NULL, stop = NULL WHERE uid = :uid"),
            ARGS(arg_int("now", time_now()), arg_cstr("uid", t->letter.uid)),
            NULL);
    return db_exec(c,
                   SQL("UPDATE core_mail SET state = :state, tried = :now,"
                       " answer = :answer WHERE uid = :uid"),
                   ARGS(arg_cstr("state", t->state), arg_int("now", time_now()),
                        arg_cstr("answer", t->answer),
                        arg_cstr("uid", t->letter.uid)),
                   NULL);
}

/* The state it has after this try. */
static enum status try_it(struct trying *t, struct arena *a)
{
    struct smtp smtp;
    t->letter.from = conf_get(&t->app->conf, "smtp_from");
    t->letter.text = mail_text(t->app, a, t->letter.text);
    if (t->letter.stop)
        t->letter.stop =
            arena_printf(a, "%s%s", mail_site(t->app, a), t->letter.stop);
    t->state = "shown";
    if (!*conf_get(&t->app->conf, "smtp"))
        return OK;
    t->state = "waiting";
    if (!smtp_settings(t->app, a, &smtp, &t->answer)) {
        log_line(LOG_ERROR, "the password for mail is not read", "why",
                 t->answer, NULL);
        return ERR_SYSTEM;
    }
    switch (smtp_send(a, &smtp, &t->letter, &t->answer)) {
    case MAIL_SENT:
        t->state = "sent";
        return OK;
    case MAIL_NEVER:
        t->state = "refused";
        return OK;
    case MAIL_LATER:
        break;
    }
    return t->app->ending ? ERR_BUSY : ERR_AWAY;
}

/* The log has its number and never an address; the server's answer, which may
 * name one, stands in the row alone. */
enum status mail_task(struct app *app, struct arena *a, const char *payload)
{
    struct trying t = {.app = app, .letter.uid = payload};
    TRY(db_read(app->db, a, load, &t));
    if (!t.found)
        return OK;
    const enum status tried = try_it(&t, a);
    TRY(db_write(app->db, a, tell, &t));
    if (same(t.state, "refused"))
        log_line(LOG_WARN, "mail refused", "mail", payload, NULL);
    return tried;
}

enum status mail_given_up(struct conn *c, struct arena *a, const char *payload)
{
    (void)a;
    return db_exec(c,
                   SQL("UPDATE core_mail SET state = 'failed' WHERE uid = :uid"
                       " AND state = 'waiting'"),
                   ARGS(arg_cstr("uid", payload)), NULL);
}

/* Nobody needs what was shown or lost so long ago; the line stays, for .once.
 */
enum status mails_sweep(struct conn *c)
{
    enum { STOP_DAYS = 400 }; /* a link to stop with is good so long */
    TRY(db_exec(
        c, SQL("DELETE FROM core_stop WHERE stopped = 0 AND at < :before"),
        ARGS(arg_int("before", time_now() - INT64_C(86400) * STOP_DAYS)),
        NULL));
    return db_exec(
        c,
        SQL("UPDATE core_mail SET address = NULL, subject = NULL,"
            " text = NULL, answer = NULL, stop = NULL WHERE at < :before AND"
            " state <> 'waiting' AND text IS NOT NULL"),
        ARGS(arg_int("before", time_now() - INT64_C(86400) * MAIL_DAYS)), NULL);
}
