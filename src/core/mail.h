/*
 * Mail: a row of core_mail and a task, both added in the transaction that
 * causes it, so that what is undone sends nothing and what is done sends once.
 *
 *     TRY(mail_add(c, a, &(struct mail){
 *         .to = v->email, .lang = lang, .what = "network.mail_confirmed",
 *         .subject = …, .text = …, .page = "/accueils/12"}));
 *
 * The task hands it to the SMTP server of the settings. Its Message-ID is the
 * row's: after a server lost between its answer and our disk it goes out again
 * under the same, and whoever receives it can tell. What was sent is blanked:
 * that it left, when and about what, is kept, and no address or text. Without
 * the setting smtp nothing leaves, and /courriels shows what would have.
 */
#pragma once

#include "core/app.h"
#include "i18n/lang.h"

#include <stdatomic.h>

struct mail {
    const char *to; /* an address; NULL: nobody, and nothing is added */
    const struct lang *lang;
    const char *what;    /* a label key: which kind of mail, for /courriels */
    const char *subject; /* one line, whatever stands in it */
    /* Paragraphs, in lang. {site} in it becomes the address at which this
     * program is reached (mail_site); what people typed stands in it as
     * mail_typed gives it. */
    const char *text;
    const char *page; /* of ours that it is about, for /courriels; or NULL */
    /* NULL, or a key: of it there is one mail for ever, however often it is
     * asked for. */
    const char *once;
    /* It can be done without: who gets it may stop such mail by a link, which
     * {stop} in its text becomes, and by their mail program (RFC 8058). One
     * who did gets none. */
    bool optional;
};

/* Inside a write. An address that none can be is told on /courriels, as one
 * that was refused. */
enum status mail_add(struct conn *c, struct arena *a,
                     const struct mail *m) MUST_USE;
/* In which language to write to somebody: as the account says, else by a code
 * ("fr", or NULL), else in French. */
enum status mail_lang(struct conn *c, struct arena *a, int64_t person,
                      const char *code, const struct lang **out) MUST_USE;
/* Was one of that key added? */
enum status mail_is_there(struct conn *c, const char *once, bool *out) MUST_USE;

/* Of a mail that is waiting, "shown" (there is no server), "sent", "refused"
 * (by the server, for good) or "failed" (the last try was). */
#define MAIL_LOST "m.state IN ('refused', 'failed')"
enum { MAIL_DAYS = 30 }; /* then what was shown or lost is blanked, too */

/* "https://…", without a slash at the end. */
const char *mail_site(const struct app *app, struct arena *a);

/* For .text: what people typed, in which {site} and {stop} are no marks. */
const char *mail_typed(struct arena *a, const char *text) MUST_USE;
/* The text of a row as it is read: its marks filled. */
const char *mail_text(const struct app *app, struct arena *a,
                      const char *text) MUST_USE;

/* What is sent: header and body, CRLF. Pure. */
struct letter {
    const char *uid; /* of the row: the Message-ID */
    const char *from, *to, *subject, *text, *lang;
    int64_t at;       /* its Date */
    const char *stop; /* where such mail is stopped: List-Unsubscribe; NULL */
};
struct str letter_text(struct arena *a, const struct letter *l) MUST_USE;
/* May it stand between < and > in an envelope? ASCII, one @, no white space,
 * no control character, nothing that ends it. */
bool mail_address_ok(struct str s);
/* The address of "Essaim <essaim@…>", or of an address alone. */
struct str mail_address_of(struct str from);

/* Handing it over. */
struct smtp {
    const char *url;             /* smtp://host:25, smtps://host */
    const char *user, *password; /* "" for none */
    const atomic_bool *ending;   /* then it leaves off: MAIL_LATER */
};
enum mail_verdict { MAIL_SENT, MAIL_LATER, MAIL_NEVER };
/* *answer: the server's own words, or what kept us from it. */
enum mail_verdict smtp_send(struct arena *a, const struct smtp *s,
                            const struct letter *l, const char **answer);
/* Is that this machine, where a password needs no TLS? */
bool smtp_is_near(const char *url);
/* The settings; false and *why when the file of the password is not read. */
bool smtp_settings(const struct app *app, struct arena *a, struct smtp *out,
                   const char **why);

/* Inside a write, of optional mail: does that address want none? */
enum status mail_is_stopped(struct conn *c, struct arena *a, const char *to,
                            bool *out) MUST_USE;
/* "/ne-plus-recevoir/…", of that address. */
enum status mail_stop_link(struct conn *c, struct arena *a, const char *to,
                           const char **path) MUST_USE;

enum status mail_task(struct app *app, struct arena *a, const char *payload);
enum status mail_given_up(struct conn *c, struct arena *a, const char *payload);
enum status mails_sweep(struct conn *c) MUST_USE;
