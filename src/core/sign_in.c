/* Coming in and going out, and the language. */
#include "auth/throttle.h"
#include "base/time.h"
#include "base/utf8.h"
#include "core/carry.h"
#include "core/core_pages.h"
#include "core/meter.h"
#include "core/once.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "http/exchange.h"

/* A path of ours to go back to, never another site. */
static const char *way_back(struct req *r)
{
    struct str s = req_text(r, "retour");
    if (!s.n || *s.p != '/' || (s.n > 1 && (s.p[1] == '/' || s.p[1] == '\\')))
        return "/";
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ')
            return "/";
    return str_dup(r->mem, s);
}

static const char *lead_of(struct req *r, const struct carried_v *v)
{
    if (v->action)
        return tr(r->lang,
                  v->files ? "core.sign_in_files" : "core.sign_in_kept");
    return tr(r->lang,
              v->too_long ? "core.carry_too_long" : "core.sign_in_lead");
}

static enum status show_sign_in(struct req *r, int code, const char *alert,
                                struct carried_v *carried)
{
    carried->key = req_key(r);
    struct sign_in_v v = {
        .back = way_back(r), .lead = lead_of(r, carried), .carried = carried};
    struct item_v *roles = NEW_ARRAY(r->mem, struct item_v, 16);
    struct str rest = str_of(ROLES), role;
    while (r->app->demo && str_next(&rest, ' ', &role)) {
        if (!role.n)
            continue;
        const char *key = str_dup(r->mem, role);
        roles[v.role_count++] = (struct item_v){
            .key = key,
            .label = tr(r->lang, arena_printf(r->mem, "role.%s", key)),
            .what = tr(r->lang, arena_printf(r->mem, "role.%s.what", key))};
    }
    v.roles = roles;
    struct str email = req_text(r, "email");
    v.email = email.p ? str_dup(r->mem, email) : "";
    struct page p = req_page(r, tr(r->lang, "core.sign_in"));
    p.alert = alert;
    struct html h;
    req_html_open(r, &h);
    sign_in_page(&h, &p, &v);
    return req_html(r, code, &h);
}

/* The same page again, with what it carried. */
static enum status ask_again(struct req *r, int code, const char *alert)
{
    struct carried_v carried;
    carry_on(r, &carried);
    return show_sign_in(r, code, alert, &carried);
}

/* How long to wait, as sign_in_held says it in the address. */
enum { HELD_MOST = 3600 };
static const char held[] = "attente";

static enum status held_show(struct req *r, unsigned seconds)
{
    req_header(r, "Retry-After", arena_printf(r->mem, "%u", seconds));
    return ask_again(r, 429,
                     tr_n(r->mem, r->lang, "core.sign_in_held", seconds));
}

enum status sign_in_form(struct req *r)
{
    int64_t seconds;
    if (str_int(req_text(r, held), &seconds) && seconds > 0 &&
        seconds <= HELD_MOST)
        return held_show(r, (unsigned)seconds);
    return ask_again(r, 200, NULL);
}

enum status sign_in_again(struct req *r)
{
    struct carried_v carried;
    carry_take(r, &carried);
    return show_sign_in(r, 401, tr(r->lang, "core.sign_in_over"), &carried);
}

struct starting {
    const struct app *app;
    int64_t person, before;  /* the session that this one takes the place of */
    const char *token, *key; /* key: to be spent, or NULL */
};

static enum status start(struct conn *c, struct arena *mem, void *data)
{
    struct starting *s = data;
    if (s->key)
        TRY(once_spend(c, s->key, "/entrer", s->person));
    if (s->before)
        TRY(session_end(c, s->before));
    TRY(session_start(c, mem, s->app->token_key, s->person, &s->token));
    return journal_add(c, mem, s->person, NULL, s->person, "sign_in",
                       STR("{}"));
}

/* After a form that carries nothing a redirection follows, which keeps the
 * password out of the browser's way back. Who carries has a page at once, and
 * Reload would send the password again, also for whoever sits there next: its
 * key opens one session only. */
static enum status open_session(struct req *r, int64_t person, struct str email)
{
    struct starting s = {.app = r->app,
                         .person = person,
                         .before = r->who ? r->who->session : 0};
    const char *back = way_back(r);
    struct carried_v carried;
    carry_on(r, &carried);
    const bool shows = carried.action || carried.too_long;
    if (shows) {
        s.key = carried.key;
        if (!once_is_fresh(str_of(s.key)))
            return ask_again(r, 422, tr(r->lang, "core.sign_in_used"));
    }
    enum status status = req_write_bare(r, start, &s);
    if (s.key && status == ERR_CONFLICT)
        return ask_again(r, 422, tr(r->lang, "core.sign_in_used"));
    TRY(status);
    carry_to(&carried, person);
    r->who = NULL; /* whoever was here before */
    req_cookie(r, "session", s.token, SESSION_MOST);
    if (email.n)
        req_cookie(r, "known", account_mark(r->mem, r->app->token_key, email),
                   365 * 86400);
    if (!shows)
        return req_go(r, "%s", back);
    TRY(session_find(r->conn, r->mem, str_of(s.token), &r->who));
    return carry_page(r, 200, &carried);
}

static struct sign_in_try sign_in_try_of(const struct req *r)
{
    struct str email = req_text(r, "email"), mark = http_cookie(r->x, "known");
    email = utf8_fold(r->mem, email.p ? email : STR(""));
    return (struct sign_in_try){
        .email = email,
        .address = r->x->address,
        .known = mark.p &&
                 account_mark_right(r->mem, r->app->token_key, email, mark)};
}

static enum status spend(struct conn *c, struct arena *mem, void *data)
{
    (void)mem;
    return once_spend(c, data, "/entrer", 0);
}

/* The password may be the right one, and whoever sits there next must not send
 * it again by Back or Reload: a redirection takes it from the browser. Who
 * carries a form has a page at once, and its key is spent. */
static enum status sign_in_held(struct req *r, unsigned seconds)
{
    struct carried_v carried;
    struct buf b = {.mem = r->mem};
    r->app->meter->sign_ins[SIGN_IN_HELD]++;
    carry_on(r, &carried);
    if (!carried.action && !carried.too_long) {
        buf_printf(&b, "/entrer?%s=%u", held,
                   seconds < HELD_MOST ? seconds : (unsigned)HELD_MOST);
        url_field(&b, "retour", str_of(way_back(r)));
        return req_go(r, "%s", b.p);
    }
    if (!once_is_fresh(str_of(carried.key)))
        return ask_again(r, 422, tr(r->lang, "core.sign_in_used"));
    char *key = str_dup(r->mem, str_of(carried.key));
    enum status s = req_write_bare(r, spend, key);
    if (s == ERR_CONFLICT)
        return ask_again(r, 422, tr(r->lang, "core.sign_in_used"));
    return s == OK ? held_show(r, seconds) : s;
}

enum status sign_in(struct req *r)
{
    struct account account;
    /* The same time for an address that nobody has. */
    static const char nobody[] =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const struct sign_in_try try = sign_in_try_of(r);
    unsigned seconds =
        throttle_wait(r->app->throttle, &try, time_monotonic_ns());
    if (seconds)
        return sign_in_held(r, seconds);
    enum status s = account_find(r->conn, r->mem, try.email, &account);
    if (s != OK && s != ERR_NOT_FOUND)
        return s;
    bool known = s == OK && account.hash && !account.closed;
    struct str password = req_text(r, "password");
    if (!password.p)
        password = STR("");
    bool right = password_right(known ? account.hash : nobody, password);
    if (!known || !right) {
        r->app->meter->sign_ins[SIGN_IN_WRONG]++;
        return ask_again(r, 422, tr(r->lang, "core.sign_in_refused"));
    }
    r->app->meter->sign_ins[SIGN_IN_RIGHT]++;
    throttle_right(r->app->throttle, &try);
    return open_session(r, account.person, try.email);
}

/* A role's button. Only a demonstration has them. */
enum status sign_in_demo(struct req *r)
{
    struct account account;
    struct str role = req_text(r, "role");
    if (!r->app->demo)
        return ERR_NOT_FOUND;
    const char *key = role.p ? str_dup(r->mem, role) : "";
    if (!*key || !word_in(ROLES, key))
        return ask_again(r, 422, tr(r->lang, "core.sign_in_refused"));
    const char *email = arena_printf(r->mem, "%s@demo.example", key);
    TRY(account_find(r->conn, r->mem, str_of(email), &account));
    if (account.closed)
        return ask_again(r, 422, tr(r->lang, "core.sign_in_refused"));
    return open_session(r, account.person, STR(""));
}

static enum status end(struct conn *c, struct arena *mem, void *data)
{
    const struct req *r = data;
    (void)mem;
    return session_end(c, r->who->session);
}

static enum status end_all(struct conn *c, struct arena *mem, void *data)
{
    const struct req *r = data;
    TRY(sessions_end(c, r->who->person));
    return journal_add(c, mem, r->who->person, NULL, r->who->person,
                       "sign_out_everywhere", STR("{}"));
}

static enum status sign_out_by(struct req *r, write_fn *fn)
{
    if (r->who && r->who->session)
        TRY(req_write_bare(r, fn, r));
    req_cookie(r, "session", "", 0);
    r->once = NULL;
    return req_go(r, "/");
}

enum status sign_out(struct req *r)
{
    return sign_out_by(r, end);
}

enum status sign_out_everywhere(struct req *r)
{
    return sign_out_by(r, end_all);
}

enum status set_language(struct req *r)
{
    const char *code = req_param(r, "code");
    if (!lang_find(code))
        return ERR_NOT_FOUND;
    req_cookie(r, "lang", code, 365 * 86400);
    return req_go(r, "%s", way_back(r));
}
