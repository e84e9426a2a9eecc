/*
 * The way of a request. On a loop thread only its address is looked at; on a
 * worker the frame asks who it is, the right, the reach, the form's token, and
 * then its handler.
 */
#include "core/serve.h"

#include "base/log.h"
#include "base/random.h"
#include "base/time.h"
#include "core/meter.h"
#include "core/once.h"
#include "core/pages.h"
#include "http/router.h"
#include "http/static.h"

enum { BODY = 1 << 20, STRANGER_BODY = 64 << 10, SIEVED = 3 };

static const char plain[] = "text/plain; charset=utf-8";

static struct http_plan plan_none(const struct app *app, enum family family)
{
    return (struct http_plan){.lane = HTTP_NONE,
                              .route = &app->meter->families[family]};
}

/* For whoever watches the program: answered whatever the lanes do. */
static bool serve_probe(struct app *app, struct http_exchange *x)
{
    if (str_eq(x->path, "/healthz")) {
        http_answer(x, 200, plain, STR("ok\n"));
        return true;
    }
    if (!str_eq(x->path, "/metrics"))
        return false;
    if (meter_readable(x, conf_get(&app->conf, "metrics_token")))
        http_answer(
            x, 200, "text/plain; version=0.0.4; charset=utf-8",
            meter_text(app, &x->mem, http_load(http_exchange_server(x))));
    else
        http_answer(x, 403, plain,
                    STR("only from this machine, or with the token of"
                        " ESSAIM_METRICS_TOKEN\n"));
    return true;
}

static struct str bearer(const struct http_exchange *x)
{
    struct str sent = http_header(x, "Authorization");
    return sent.p && str_starts(sent, "Bearer ")
               ? (struct str){sent.p + 7, sent.n - 7}
               : (struct str){NULL, 0};
}

/* Does it bear a token that we once gave? */
static bool has_token(const struct app *app, const struct http_exchange *x)
{
    struct str token = bearer(x);
    if (!token.p)
        token = http_cookie(x, "session");
    return token.p && token_is_ours(app->token_key, token);
}

/* A body that a fast worker should not wait with: a file. */
static bool is_long(const struct http_exchange *x)
{
    int64_t n;
    return !str_int(http_header(x, "Content-Length"), &n) || n > BODY;
}

/* A stranger's body is not read beyond what signing in needs. */
static size_t body_most(const struct app *app, const struct http_exchange *x,
                        const struct route *route)
{
    if (!has_token(app, x))
        return STRANGER_BODY;
    return route && route->body ? route->body : BODY;
}

static struct http_plan serve_plan(void *data, struct http_exchange *x)
{
    struct app *app = data;
    if (http_static(x))
        return plan_none(app, F_STATIC);
    if (serve_probe(app, x))
        return plan_none(app, F_PROBE);
    struct http_match *m = NEW(&x->mem, struct http_match);
    if (router_match(app->router, x->method, x->path, m) != HTTP_FOUND)
        m->data = app->meter->families[F_UNKNOWN].data;
    const struct route *route = ((const struct counted *)m->data)->route;
    size_t body = body_most(app, x, route);
    bool heavy = route && (route->lane == HEAVY || (body > BODY && is_long(x)));
    return (struct http_plan){
        .lane = heavy ? HTTP_HEAVY : HTTP_FAST,
        .body = body,
        /* A file of our own people's that is too large loses no form. */
        .sieve = route && route->body && body == route->body && !route->raw
                     ? SIEVED * body
                     : 0,
        .route = m};
}

/* Texts of the address and of the form, or of the API's JSON, by name. */
static struct str input_get(const void *data, const char *name, size_t nth)
{
    const struct req *r = data;
    size_t seen = 0, n = 0;
    for (const struct staged *s = r->staged; s; s = s->next)
        if (same(s->name, name))
            return nth ? (struct str){NULL, 0} : str_of(s->id);
    if (r->json) {
        const struct json_value *v = json_get(r->json, name);
        if (v && v->type == J_ARRAY)
            v = nth < v->n ? &v->members[nth].value : NULL;
        else if (nth)
            v = NULL;
        return v ? json_typed(r->mem, v) : (struct str){NULL, 0};
    }
    const struct http_param *all = NULL;
    if (req_is_post(r) && http_form(r->x, &all, &n) == OK)
        for (size_t i = 0; i < n; i++)
            if (str_eq(all[i].name, name) && !all[i].filename.p &&
                seen++ == nth)
                return all[i].value;
    all = http_queries(r->x, &n);
    for (size_t i = 0; i < n; i++)
        if (str_eq(all[i].name, name) && seen++ == nth)
            return all[i].value;
    return (struct str){NULL, 0};
}

const struct lang *serve_language(struct http_exchange *x)
{
    struct str cookie = http_cookie(x, "lang");
    const struct lang *l =
        cookie.p ? lang_find(str_dup(&x->mem, cookie)) : NULL;
    struct str accept = http_header(x, "Accept-Language");
    return l ? l : lang_accept(accept.p ? str_dup(&x->mem, accept) : NULL);
}

/* A row that whoever may read it reaches: it goes on one way with the question
 * who asks. */
static enum status row_ahead(void *data)
{
    struct req *r = data;
    const char *text = req_param(r, "id");
    int64_t id;
    void *row;
    return text && str_int(str_of(text), &id) && id > 0
               ? row_load(r->conn, r->mem, r->entity, id, &reach_all, &row)
               : OK;
}

static enum status find_who(struct req *r)
{
    struct str token = bearer(r->x);
    struct str cookie = http_cookie(r->x, "session");
    enum status s = ERR_NOT_FOUND;
    const bool known = token.p || cookie.p;
    if (known && r->route && r->route->loads_row && !r->entity->reach &&
        !r->entity->within)
        db_rehearse(r->conn, r->mem, 1, row_ahead, r);
    if (token.p)
        s = token_find(r->conn, r->mem, token, &r->who);
    else if (cookie.p)
        s = session_find(r->conn, r->mem, cookie, &r->who);
    /* A program whose token does not hold shall know it, even where nobody need
     * say who they are; a browser's session may just be over. */
    if (s == ERR_NOT_FOUND && token.p)
        return ERR_SIGN_IN;
    return s == ERR_NOT_FOUND ? OK : s;
}

static enum status touch(struct conn *c, struct arena *a, void *data)
{
    const struct req *r = data;
    (void)a;
    return session_used(c, r->who->session);
}

/* A body that is no form, or ends too soon: no field is to blame. */
static enum status form_whole(struct req *r)
{
    const struct http_param *all;
    size_t n;
    const enum status s = http_form(r->x, &all, &n);
    if (s != ERR_INVALID)
        return s;
    form_error(&r->errors, NULL, "form.cut");
    return ERR_UNREADABLE;
}

/* What is no text is said by its field. The form of a row says it beside the
 * field; what else a handler reads, it need not look at. */
static enum status check_texts(struct req *r)
{
    const struct http_param *all;
    size_t n;
    bool shown =
        r->route->handle == row_create || r->route->handle == row_change;
    if (r->api)
        return OK;
    TRY(http_form(r->x, &all, &n));
    for (size_t i = 0; i < n; i++) {
        if (!all[i].odd)
            continue;
        const char *name = str_dup(r->mem, all[i].name);
        form_error(&r->errors, name, "form.bad_utf8");
        shown = shown && entity_field(r->entity, name);
    }
    return r->errors.n && !shown ? ERR_INVALID : OK;
}

static enum status check_form(struct req *r)
{
    if (r->api) {
        const char *why;
        if (!r->who || r->who->session)
            return ERR_FORBIDDEN; /* a browser's cookie is no token */
        once_ask(r, http_header(r->x, "Idempotency-Key"));
        if (!r->x->body.n || r->route->raw)
            return OK;
        r->json = json_parse(r->mem, r->x->body, &why);
        if (r->json && r->json->type == J_OBJECT)
            return OK;
        form_error(&r->errors, NULL, "form.not_json");
        return ERR_INVALID;
    }
    TRY(form_whole(r));
    once_ask(r, req_text(r, "_key"));
    /* A stranger's form has no token: no other site may send it, else it would
     * sign the reader in to an account of its own. */
    if (!r->who && req_sent_from(r) == FROM_ELSEWHERE) {
        form_error(&r->errors, NULL, "form.elsewhere");
        return ERR_FORBIDDEN;
    }
    if (!r->who)
        return OK;
    struct str csrf = req_text(r, "_csrf");
    if (!r->who->csrf || csrf.n != strlen(r->who->csrf) ||
        !same_bytes(csrf.p, r->who->csrf, csrf.n)) {
        r->old_form = true;
        return ERR_FORBIDDEN;
    }
    if (!r->once && !same(r->route->right, PUBLIC)) {
        form_error(&r->errors, NULL, "form.no_key");
        return ERR_INVALID;
    }
    return OK;
}

static enum status check_row(struct req *r)
{
    const char *text = req_param(r, "id");
    r->id = NONE;
    if (!text)
        return OK;
    if (!str_int(str_of(text), &r->id) || r->id < 1)
        return ERR_NOT_FOUND;
    if (!r->route->loads_row)
        return r->entity ? req_past_reached(r, r->conn) : OK;
    TRY(row_load(r->conn, r->mem, r->entity, r->id, &r->reach, &r->row));
    if (!req_is_post(r) && !may(r->who, r->entity->write))
        row_veil(r->entity, r->row);
    return OK;
}

/* A write by somebody who may read the row and not write it here: 403, not
 * 404, since the row is no secret. */
static enum status refused_row(struct req *r, enum status s)
{
    void *row;
    if (s != ERR_NOT_FOUND || !r->entity || r->id == NONE ||
        same(r->route->right, r->entity->read) || !may(r->who, r->entity->read))
        return s;
    struct reach reach = reach_of(r->app, r->mem, r->who, r->entity->read);
    return row_load(r->conn, r->mem, r->entity, r->id, &reach, &row) == OK
               ? ERR_FORBIDDEN
               : s;
}

static enum status ask(struct req *r)
{
    TRY(find_who(r));
    /* It is no harm to the reader when this once fails. */
    if (r->who && session_is_due(r->who) && req_write_bare(r, touch, r) != OK)
        log_line(LOG_WARN, "session not kept alive", NULL);
    if (!r->route)
        return r->match->allowed ? ERR_METHOD : ERR_NOT_FOUND;
    if (!r->who && !same(r->route->right, PUBLIC))
        return ERR_SIGN_IN;
    /* Its writer was signed in, and would else be asked who they are. */
    if (!r->who && r->route->again && req_text(r, "_csrf").n)
        return ERR_SIGN_IN;
    if (!may(r->who, r->route->right))
        return ERR_FORBIDDEN;
    r->reach = reach_of(r->app, r->mem, r->who, r->route->right);
    if (req_is_post(r)) {
        TRY(check_form(r));
        TRY(check_texts(r));
    }
    /* A key used before answers as the first time, whatever became of the row
     * since; and once more where the write is refused, for two at once. */
    if (r->once) {
        TRY(once_find(r->conn, r->mem, r));
        if (r->done)
            return once_answer(r);
    }
    enum status s = check_row(r);
    if (s != OK)
        return refused_row(r, s);
    if (r->route->again && str_eq(req_text(r, "_more"), "again"))
        return r->route->again(r);
    return r->route->handle(r);
}

static enum status handle(void *data)
{
    struct req *r = data;
    TRY(conn_begin(r->conn, r->x->deadline));
    conn_heed(r->conn, &r->x->deadline);
    enum status s = ask(r);
    if (s != OK)
        s = req_fail(r, s);
    else if (r->once && !r->done && r->code && !once_is_kept(r))
        s = once_told(r);
    return s;
}

/* For whoever measures: queries of this answer, how often it waited for the
 * database's server, and the time it took from the
 * worker's beginning; writes and commits so far. */
static void show_cost(struct req *r, int64_t began)
{
    struct db_stats stats = db_stats(r->app->db);
    const double ms = (double)(time_monotonic_ns() - began) / 1e6;
    req_header(r, "Server-Timing", arena_printf(r->mem, "app;dur=%.3f", ms));
    req_header(r, "X-Queries",
               arena_printf(r->mem, "%u", conn_queries(r->conn)));
    req_header(r, "X-Round-Trips",
               arena_printf(r->mem, "%u", conn_trips(r->conn)));
    req_header(r, "X-Writes",
               arena_printf(r->mem, "%" PRIu64 " %" PRIu64, stats.writes,
                            stats.commits));
}

/* One line for a request: by its pattern and the person's number, never by what
 * was asked or who that is. */
static void log_access(const struct req *r, int64_t took_ns)
{
    static const char *const methods[] = {"GET", "POST", "PATCH", "DELETE"};
    const struct counted *k = r->match->data;
    char code[12], ms[24], queries[12], person[24] = "";
    snprintf(code, sizeof(code), "%u", r->x->status);
    snprintf(ms, sizeof(ms), "%.1f", (double)took_ns / 1e6);
    snprintf(queries, sizeof(queries), "%u", conn_queries(r->conn));
    if (r->who)
        snprintf(person, sizeof(person), "%" PRId64, r->who->person);
    log_line(LOG_INFO, "request", "number", r->number, "method",
             r->route ? methods[r->route->method] : "-", "route", k->name,
             "#code", code, "#ms", ms, "#queries", queries, "#person",
             r->who ? person : NULL, NULL);
}

/* A worker's connection, opened for its first exchange. That may fail for want
 * of file descriptors, which clients use up too: NULL, and the next exchange
 * tries again. */
static struct conn *conn_of(struct app *app, struct conn **worker)
{
    if (!*worker && conn_open(app->db, worker) != OK)
        *worker = NULL;
    return *worker;
}

static void serve_answer(void *data, void *worker, struct http_exchange *x)
{
    struct app *app = data;
    struct http_match *m = x->route;
    const int64_t began = time_monotonic_ns();
    struct req r = {
        .mem = &x->mem,
        .app = app,
        .conn = conn_of(app, worker),
        .x = x,
        .match = m,
        .route = ((const struct counted *)m->data)->route,
        .form = m->form ? m->form : "",
        .api = str_starts(x->path, "/api/"),
        .id = NONE,
        .errors = {.mem = &x->mem},
    };
    if (!r.conn) {
        http_answer(x, 503, plain, STR("503 Service Unavailable\n"));
        http_header_add(x, "Retry-After", "2");
        return;
    }
    r.entity = r.route ? r.route->entity : NULL;
    r.lang = serve_language(x);
    r.in = (struct form_input){.get = input_get, .data = &r, .lang = r.lang};
    enum status s = arena_run(&x->mem, handle, &r);
    arena_settle(&x->mem, (struct arena_mark){0});
    if (s != OK) {
        http_answer_drop(x);
        http_answer(x, (unsigned)status_code(s), plain, str_of(status_name(s)));
    }
    app->meter->queries += conn_queries(r.conn);
    conn_end(r.conn);
    /* Last, for it may meet the ceiling, which ends all this. */
    if (app->shows_cost)
        show_cost(&r, began);
    if (app->access_log)
        log_access(&r, time_monotonic_ns() - began);
}

static void serve_answered(void *data, const struct http_exchange *x,
                           unsigned status, int64_t took_ns)
{
    const struct app *app = data;
    const struct http_match *m = x->route;
    meter_answered(app->meter, m ? m->data : NULL, status, took_ns);
}

static void *worker_open(void *data)
{
    (void)data;
    return alloc_plain(sizeof(struct conn *));
}

static void worker_idle(void *data, void *worker)
{
    struct conn **c = worker;
    (void)data;
    if (*c)
        conn_rest(*c);
}

static void worker_close(void *data, void *worker)
{
    struct conn **c = worker;
    (void)data;
    if (*c)
        conn_close(*c);
    free_plain(c);
}

static void serve_refuse(void *data, struct http_exchange *x)
{
    const struct http_match *m = x->route;
    const size_t most =
        x->status == 413 && m && m->data
            ? body_most(data, x, ((const struct counted *)m->data)->route)
            : 0;
    refuse_answer(x, most);
}

const struct http_app serve_app = {
    .plan = serve_plan,
    .refuse = serve_refuse,
    .answer = serve_answer,
    .answered = serve_answered,
    .worker_open = worker_open,
    .worker_idle = worker_idle,
    .worker_close = worker_close,
};
