/* What a handler calls to read its request and to answer. */
#include "core/request.h"

#include "auth/throttle.h"
#include "base/random.h"
#include "core/correct.h"
#include "core/file.h"
#include "core/mail.h"
#include "core/once.h"
#include "http/exchange.h"
#include "http/router.h"
#include "store/row.h"

struct str no_input(const void *data, const char *name, size_t nth)
{
    (void)data, (void)name, (void)nth;
    return (struct str){NULL, 0};
}

struct str req_text(const struct req *r, const char *name)
{
    return r->in.get(r->in.data, name, 0);
}

static void texts_add(struct str *out, size_t *found,
                      const struct http_param *all, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(all[i].name, name) && !all[i].filename.p)
            out[(*found)++] = all[i].value;
}

static struct str *json_texts(struct req *r, const char *name, size_t *n)
{
    const struct json_value *v = json_get(r->json, name);
    const size_t most = !v ? 0 : v->type == J_ARRAY ? v->n : 1;
    struct str *out = NEW_ARRAY(r->mem, struct str, most + 1);
    while (*n < most && (out[*n] = r->in.get(r->in.data, name, *n)).p)
        ++*n;
    return out;
}

struct str *req_texts(struct req *r, const char *name, size_t *n)
{
    const struct http_param *form = NULL, *query;
    size_t forms = 0, queries = 0;
    *n = 0;
    if (r->json)
        return json_texts(r, name, n);
    if (req_is_post(r) && http_form(r->x, &form, &forms) != OK)
        forms = 0;
    query = http_queries(r->x, &queries);
    struct str *out = NEW_ARRAY(r->mem, struct str, forms + queries + 1);
    texts_add(out, n, form, forms, name);
    texts_add(out, n, query, queries, name);
    return out;
}

const char *req_param(const struct req *r, const char *name)
{
    struct str s = router_param(r->match, name);
    return s.p ? str_dup(r->mem, s) : NULL;
}

const char *req_path(const struct req *r)
{
    return str_dup(r->mem, r->x->path);
}

bool req_is_post(const struct req *r)
{
    return !(r->x->method & (HTTP_GET | HTTP_HEAD));
}

bool req_done(const struct req *r)
{
    return r->done;
}

enum status req_renew(struct req *r)
{
    return conn_renew(r->conn);
}

enum status req_refresh(struct req *r, void **row)
{
    TRY(req_renew(r));
    return row_load(r->conn, r->mem, r->entity, r->id, &r->reach, row);
}

enum status req_past_reached(struct req *r, struct conn *c)
{
    void *row;
    enum status s = row_load(c, r->mem, r->entity, r->id, &r->reach, &row);
    if (s != ERR_NOT_FOUND)
        return s;
    s = row_load(c, r->mem, r->entity, r->id, &reach_all, &row);
    if (s == OK)
        return ERR_NOT_FOUND; /* it stands, out of reach */
    return s == ERR_NOT_FOUND ? OK : s;
}

bool req_reaches_all(const struct req *r)
{
    return reach_is_all(r->entity, &r->reach);
}

static void menu_fill(struct req *r, struct page *p)
{
    size_t n = 0;
    struct page_link *menu = NEW_ARRAY(r->mem, struct page_link, 24);
    const char *here = req_path(r);
    for (const struct menu *m = r->app->menu; m->route && n < 24; m++) {
        const struct route *t = m->route;
        if ((m->roles && !who_has_role(r->who, m->roles)) ||
            (m->unless && who_has_role(r->who, m->unless)))
            continue;
        size_t length = strlen(t->path);
        bool current = strncmp(here, t->path, length) == 0 &&
                       (!here[length] || here[length] == '/');
        menu[n++] = (struct page_link){tr(r->lang, t->menu), t->path, current};
    }
    p->menu = menu;
    p->menu_count = n;
}

static const char *language_address(struct req *r)
{
    struct buf b = {.mem = r->mem};
    const char *other = same(lang_code(r->lang), "fr") ? "en" : "fr";
    buf_printf(&b, "/langue/%s", other);
    struct buf back = {.mem = r->mem};
    bool get = !req_is_post(r);
    buf_add(&back, r->x->path.p, get ? r->x->path.n : 0);
    if (get && r->x->query.n) {
        buf_char(&back, '?');
        buf_add(&back, r->x->query.p, r->x->query.n);
    }
    url_field(&b, "retour", get ? buf_done(&back) : STR("/"));
    return b.p;
}

struct page req_page(struct req *r, const char *title)
{
    struct page p = {.title = title,
                     .language_href = language_address(r),
                     .demo = r->app->demo,
                     .alert = r->alert,
                     .search = req_text(r, "q")};
    menu_fill(r, &p);
    if (r->who) {
        p.person = r->who->name;
        p.csrf = r->who->csrf;
        if (r->who->grant_count)
            p.role = tr(r->lang, arena_printf(r->mem, "role.%s",
                                              r->who->grants[0].role));
    }
    struct str notice = http_cookie(r->x, "notice");
    const char *key = notice.p ? str_dup(r->mem, notice) : "";
    if (*key && tr_known(r->lang, key)) {
        p.notice = tr(r->lang, key);
        req_cookie(r, "notice", "", 0);
    }
    return p;
}

void req_cookie(struct req *r, const char *name, const char *value, int seconds)
{
    req_header(r, "Set-Cookie",
               arena_printf(r->mem,
                            "%s=%s; Path=/; HttpOnly; SameSite=Lax;"
                            " Max-Age=%d%s",
                            name, value, seconds,
                            r->x->secure ? "; Secure" : ""));
}

void req_notice(struct req *r, const char *key)
{
    req_cookie(r, "notice", key, 60);
}

void req_html_open(struct req *r, struct html *h)
{
    html_open(h, r->mem, r->lang);
}

void req_header(struct req *r, const char *name, const char *value)
{
    http_header_add(r->x, name, value);
}

enum status req_send(struct req *r, int code, const char *type, struct str body)
{
    r->code = code;
    http_header_add(r->x, "Cache-Control",
                    r->who || req_is_post(r) ? "private, no-store"
                                             : "no-cache");
    http_answer(r->x, (unsigned)code, type, body);
    return OK;
}

enum status req_html(struct req *r, int code, struct html *h)
{
    code = r->told_code ? r->told_code : code;
    if (code == 422 || (code == 409 && req_is_post(r)))
        html_title_begin(h, "page.faulty");
    http_header_add(r->x, "Content-Security-Policy",
                    "default-src 'none'; style-src 'self'; script-src 'self';"
                    " img-src 'self' data:; font-src 'self';"
                    " connect-src 'self'; form-action 'self';"
                    " frame-ancestors 'none'; base-uri 'none'");
    http_header_add(r->x, "X-Content-Type-Options", "nosniff");
    http_header_add(r->x, "Referrer-Policy", "same-origin");
    return req_send(r, code, "text/html; charset=utf-8", buf_done(&h->out));
}

enum status req_json(struct req *r, int code, struct str body)
{
    r->told = body;
    return req_send(r, code,
                    code >= 400 ? "application/problem+json"
                                : "application/json; charset=utf-8",
                    body);
}

enum status req_go(struct req *r, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    r->location = arena_vprintf(r->mem, fmt, args);
    va_end(args);
    r->code = 303;
    http_redirect(r->x, r->location);
    return OK;
}

enum status req_file(struct req *r, int fd, uint64_t size, const char *type,
                     const char *name)
{
    http_header_add(r->x, "Cache-Control", "private, no-store");
    http_header_add(r->x, "X-Content-Type-Options", "nosniff");
    http_header_add(r->x, "Content-Disposition",
                    arena_printf(r->mem, "attachment; filename=\"%s\"", name));
    r->code = 200;
    http_answer_file(r->x, 200, type, fd, (int64_t)size);
    return OK;
}

const char *req_name_of(struct req *r, int64_t person)
{
    struct rows *rows;
    const char *name = NULL;
    if (!person)
        return tr(r->lang, "core.program");
    if (db_rows(r->conn, r->mem,
                SQL("SELECT name FROM auth_account WHERE person = :person"),
                ARGS(arg_int("person", person)), &rows) == OK &&
        rows_next(rows))
        name = row_text(rows, 0);
    return name ? name : arena_printf(r->mem, "n\xc2\xb0 %" PRId64, person);
}

const char *req_key(struct req *r)
{
    return uuid7(r->mem);
}

static bool is_own_origin(struct str origin, struct str host)
{
    for (const char *const *s = (const char *const[]){"https://", "http://", 0};
         *s; s++) {
        size_t n = strlen(*s);
        if (str_starts(origin, *s) && origin.n - n == host.n &&
            memcmp(origin.p + n, host.p, host.n) == 0)
            return true;
    }
    return false;
}

enum sent_from req_sent_from(const struct req *r)
{
    struct str site = http_header(r->x, "Sec-Fetch-Site");
    struct str origin = http_header(r->x, "Origin");
    if (site.p && str_eq(site, "none")) /* the reader, by no page */
        return FROM_UNKNOWN;
    if (site.p)
        return str_eq(site, "same-origin") ? FROM_HERE : FROM_ELSEWHERE;
    if (!origin.p)
        return FROM_UNKNOWN;
    return is_own_origin(origin, r->x->host) ? FROM_HERE : FROM_ELSEWHERE;
}

const char *req_site(const struct req *r)
{
    const struct str host = r->x->host;
    return !host.n || *conf_get(&r->app->conf, "site")
               ? mail_site(r->app, r->mem)
               : arena_printf(r->mem, "%s://%.*s",
                              r->x->secure ? "https" : "http", (int)host.n,
                              host.p);
}

struct actor req_actor(const struct req *r)
{
    const struct str why = correction_of(r);
    return (struct actor){.person = r->who ? r->who->person : 0,
                          .why = why.n ? str_dup(r->mem, why) : NULL};
}

/* "3"; W/"3" is what a proxy that compresses makes of it. */
static int64_t version_of_tag(struct str tag)
{
    int64_t version;
    if (str_starts(tag, "W/"))
        tag = (struct str){tag.p + 2, tag.n - 2};
    if (tag.n > 2 && *tag.p == '"' && tag.p[tag.n - 1] == '"')
        tag = (struct str){tag.p + 1, tag.n - 2};
    return str_int(tag, &version) && version > 0 ? version : 0;
}

int64_t req_version(const struct req *r)
{
    int64_t version;
    struct str typed = req_text(r, "_version");
    struct str match = http_header(r->x, "If-Match");
    if (!typed.p && match.p && !str_eq(match, "*"))
        return version_of_tag(match);
    if (!typed.p && r->api && r->json && json_get(r->json, "version"))
        typed = json_typed(r->mem, json_get(r->json, "version"));
    return typed.p && str_int(typed, &version) ? version : NONE;
}

/* Whom rows name already that the reader reads all of. */
static struct sql named_by(struct req *r, const struct field *f)
{
    const struct reach all = reach_of(r->app, r->mem, r->who, r->entity->read);
    if (entity_field(r->entity, f->name) != f || !reach_is_all(r->entity, &all))
        return (struct sql){0};
    return (struct sql){arena_printf(
        r->mem, "EXISTS (SELECT 1 FROM %s named WHERE named.%s = {row}.id)",
        r->entity->name, f->name)};
}

static const struct reach *source_reach(void *data, const struct entity *e,
                                        const struct field *f)
{
    struct req *r = data;
    struct reach *reach = NEW(r->mem, struct reach);
    *reach = reach_of(r->app, r->mem, r->who, e->read);
    if (!f || !r->entity || !may(r->who, r->entity->write))
        return reach;
    if (f->holders)
        reach->also = holders_of(r->mem, f->holders);
    if (f->flags & F_NAMED)
        reach->also = named_by(r, f);
    return reach;
}

struct form_source req_source(struct req *r)
{
    return (struct form_source){.conn = r->conn,
                                .reach = source_reach,
                                .data = r,
                                .person = r->who ? r->who->person : NONE,
                                .file_most = file_most(r->app),
                                .known = &r->known};
}

struct filling {
    struct req *r;
    fill_fn *fn;
    const void *view;
    size_t size;
};

static enum status fill_copy(void *data)
{
    const struct filling *f = data;
    struct req r = *f->r;
    return f->fn(&r, arena_dup(r.mem, f->view, f->size));
}

struct asked {
    struct req *r;
    const char *only;
};

static struct str asked_get(const void *data, const char *name, size_t nth)
{
    const struct asked *k = data;
    struct req *r = k->r;
    if (same(name, "asked"))
        return nth ? (struct str){NULL, 0}
                   : str_of(day_iso(r->mem, day_today()));
    return word_in(k->only, name) ? r->in.get(r->in.data, name, nth)
                                  : (struct str){0};
}

struct form_input req_asked(struct req *r, const char *only)
{
    struct asked *k = NEW(r->mem, struct asked);
    *k = (struct asked){r, only};
    return (struct form_input){asked_get, k, r->lang};
}

bool req_stranger_held(struct req *r)
{
    if (r->who)
        return false;
    const unsigned seconds =
        throttle_stranger(r->app->throttle, r->x->address, time_monotonic_ns());
    if (seconds)
        req_header(r, "Retry-After", arena_printf(r->mem, "%u", seconds));
    return seconds > 0;
}

enum status req_fill_deep(struct req *r, fill_fn *fn, void *view, size_t size,
                          int depth)
{
    struct filling f = {r, fn, view, size};
    (void)req_text(r, ""); /* parsed once, and not into what is given back */
    db_rehearse(r->conn, r->mem, depth, fill_copy, &f);
    return fn(r, view);
}

enum status req_fill(struct req *r, fill_fn *fn, void *view, size_t size)
{
    return req_fill_deep(r, fn, view, size, 1);
}

struct writing {
    struct req *r;
    write_fn *fn;
    void *data;
};

/* Inside the transaction: everything is asked again. */
static enum status write_again(struct conn *c, struct arena *mem, void *data)
{
    struct writing *w = data;
    struct req *r = w->r;
    const char *right = r->route->right;
    r->code = 0;
    r->location = NULL;
    r->told = (struct str){NULL, 0};
    r->errors =
        (struct form_errors){.mem = r->errors.mem}; /* of a run before */
    if (r->who) {
        TRY(who_again(c, mem, r->who));
        if (!may(r->who, right))
            return ERR_FORBIDDEN;
        r->reach = reach_of(r->app, mem, r->who, right);
    }
    if (r->route->loads_row) {
        void *now;
        TRY(row_load(c, mem, r->entity, r->id, &r->reach, &now));
        if (!r->typed)
            r->row = now;
    } else if (r->entity && r->id != NONE) {
        TRY(req_past_reached(r, c));
    }
    TRY(w->fn(c, mem, w->data));
    return r->once ? once_keep(c, r) : OK;
}

/* Refused, perhaps by the same request, which came at the same moment. Inside
 * the write its key is not looked for: where what is read and not there counts
 * as its neighbours (PostgreSQL), posts that share nothing would clash. */
static enum status refused_once(struct req *r, enum status s)
{
    if (req_renew(r) == OK && once_find(r->conn, r->mem, r) == OK && r->done)
        return once_answer(r);
    return s;
}

/* Who waits for the writer reads nothing meanwhile: a snapshot kept would keep
 * the WAL from beginning again, and so the writer itself. */
enum status req_write_bare(struct req *r, write_fn *fn, void *data)
{
    TRY(conn_renew(r->conn));
    http_pause(r->x);
    const enum status s =
        r->route && r->route->lane == HEAVY
            ? db_write_within(r->app->db, r->mem, fn, data, 1000)
            : db_write(r->app->db, r->mem, fn, data);
    http_resume(r->x);
    return s;
}

enum status req_write(struct req *r, write_fn *fn, void *data)
{
    struct writing w = {r, fn, data};
    const enum status s = req_write_bare(r, write_again, &w);
    return s != OK && r->once ? refused_once(r, s) : s;
}
