/* Stopping what can be done without: reminders, asking for reviews. By a link
 * in each such mail, or by the mail program itself, which posts to it (RFC
 * 8058); taken back by the same link. */
#include "base/random.h"
#include "base/utf8.h"
#include "core/core_pages.h"
#include "core/mail.h"
#include "core/pages.h"
#include "core/pages/mail.html.h"
#include "core/request.h"

static const char *hash_of(struct arena *a, struct str s)
{
    unsigned char digest[SHA256];
    sha256(digest, s);
    return hex(a, digest, sizeof digest);
}

static const char *address_hash(struct arena *a, const char *to)
{
    return hash_of(a, utf8_fold(a, str_of(to)));
}

enum status mail_is_stopped(struct conn *c, struct arena *a, const char *to,
                            bool *out)
{
    int64_t n;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM core_stop WHERE address = :address"
                   " AND stopped = 1"),
               ARGS(arg_cstr("address", address_hash(a, to))), &n));
    *out = n > 0;
    return OK;
}

enum status mail_stop_link(struct conn *c, struct arena *a, const char *to,
                           const char **path)
{
    enum { BYTES = 20 };
    const char *secret = random_hex(a, BYTES);
    *path = arena_printf(a, "/ne-plus-recevoir/%s", secret);
    return db_exec(c,
                   SQL("INSERT INTO core_stop (secret, address, at) VALUES"
                       " (:secret, :address, :at)"),
                   ARGS(arg_cstr("secret", hash_of(a, str_of(secret))),
                        arg_cstr("address", address_hash(a, to)),
                        arg_int("at", time_now())),
                   NULL);
}

static enum status load(struct req *r, const char **address, bool *stopped)
{
    struct rows *rows;
    const char *secret = hash_of(r->mem, str_of(req_param(r, "secret")));
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT address, stopped FROM core_stop WHERE secret ="
                    " :secret"),
                ARGS(arg_cstr("secret", secret)), &rows));
    *address = rows_next(rows) ? row_text(rows, 0) : NULL;
    *stopped = *address && row_int(rows, 1);
    TRY(rows_end(rows));
    return *address ? OK : ERR_NOT_FOUND;
}

enum status stop_form(struct req *r)
{
    const char *address;
    struct stop_v v = {.action = req_path(r),
                       .key = req_key(r),
                       .csrf = r->who ? r->who->csrf : NULL};
    TRY(load(r, &address, &v.stopped));
    struct page p = req_page(r, tr(r->lang, "core.stop"));
    struct html h;
    req_html_open(r, &h);
    req_header(r, "X-Robots-Tag", "noindex");
    stop_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

struct stopping {
    const char *address;
    bool again;
};

static enum status stop(struct conn *c, struct arena *a, void *data)
{
    const struct stopping *s = data;
    (void)a;
    return db_exec(
        c,
        SQL("UPDATE core_stop SET stopped = :stopped WHERE address = :address"),
        ARGS(arg_int("stopped", !s->again), arg_cstr("address", s->address)),
        NULL);
}

enum status stop_send(struct req *r)
{
    bool stopped;
    struct stopping s = {.again = req_text(r, "again").n > 0};
    TRY(load(r, &s.address, &stopped));
    TRY(req_write(r, stop, &s));
    return req_done(r) ? OK : req_go(r, "%s", req_path(r));
}
