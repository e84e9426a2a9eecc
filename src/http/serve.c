/* One request through libmicrohttpd: head, guards, plan, body, worker, answer.
 * All of it runs on the loop thread of the connection. */
#include "base/time.h"
#include "http/head.h"
#include "http/internal.h"

#include <arpa/inet.h>
#include <sys/socket.h>

static void client_name(struct client *k, const struct sockaddr *a)
{
    const void *address = NULL;
    if (a && a->sa_family == AF_INET)
        address = &((const struct sockaddr_in *)(const void *)a)->sin_addr;
    else if (a && a->sa_family == AF_INET6)
        address = &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
    if (!address ||
        !inet_ntop(a->sa_family, address, k->address, sizeof(k->address)))
        snprintf(k->address, sizeof(k->address), "unix");
}

void serve_connection(void *data, struct MHD_Connection *c, void **context,
                      enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = data;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct client *k = alloc_plain(sizeof(*k));
        k->fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)
                    ->connect_fd;
        client_name(
            k, MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
                   ->client_addr);
        client_add(&s->keeper, k);
        *context = k;
        s->coming--;
    } else if (*context) {
        client_drop(&s->keeper, *context);
        free_plain(*context);
        *context = NULL;
        s->connections--;
    }
}

/* The request line is in, its headers are not. What it returns becomes the
 * context of the request. */
void *serve_line(void *data, const char *target, struct MHD_Connection *c)
{
    struct http_server *s = data;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct client *k = info->socket_context;
    if (k->phase != PHASE_OPENED) /* the first head counts from its connect */
        client_phase(k, PHASE_HEAD);
    s->active++;
    struct exchange *e = exchange_make(s, k, c, str_of(target));
    e->target_came = target;
    return e;
}

static const char *reason(unsigned status)
{
    switch (status) {
    case 400:
        return "Bad Request";
    case 413:
        return "Content Too Large";
    case 431:
        return "Request Header Fields Too Large";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    case 507:
        return "Insufficient Storage";
    default:
        return "Internal Server Error";
    }
}

/* Makes the answer of a refusal, in the app's dress if it has one. */
static void refuse(struct exchange *e, unsigned status)
{
    const struct http_options *o = &e->server->o;
    struct http_exchange *x = &e->x;
    http_answer_drop(x);
    http_answer(x, status, "text/plain; charset=utf-8", STR(""));
    /* The ceiling may have been met: these few bytes are ours. */
    x->mem.limit = 0;
    if (o->app->refuse)
        o->app->refuse(o->data, x);
    if (!x->answer.n) {
        const char *text =
            arena_printf(&x->mem, "%u %s\n", status, reason(status));
        x->answer = str_of(text);
    }
    if (status == 503)
        http_header_add(x, "Retry-After", e->lane == HTTP_HEAVY ? "10" : "2");
    http_header_add(x, "Cache-Control", "no-store");
    e->refused = status;
}

static void answered(const struct exchange *e, unsigned status)
{
    const struct http_options *o = &e->server->o;
    if (o->app->answered)
        o->app->answered(o->data, &e->x, status,
                         time_monotonic_ns() - e->began);
}

static struct MHD_Response *response_make(struct http_exchange *x)
{
    if (x->file < 0 || x->file_size <= 0)
        return MHD_create_response_from_buffer(
            x->answer.n, (void *)(uintptr_t)(x->answer.n ? x->answer.p : ""),
            MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *r = MHD_create_response_from_fd_at_offset64(
        (uint64_t)x->file_size, x->file, (uint64_t)x->file_from);
    if (r)
        x->file = -1; /* closed with the response */
    return r;
}

static enum MHD_Result respond(struct exchange *e, bool closes)
{
    struct http_exchange *x = &e->x;
    if (e->refused)
        refuse(e, e->refused);
    else if (x->status < 200 || x->status > 599)
        refuse(e, 500);
    struct MHD_Response *r = response_make(x);
    if (!r)
        return MHD_NO;
    if (e->type && x->status != 304)
        MHD_add_response_header(r, "Content-Type", e->type);
    for (const struct http_pair *h = x->headers; h; h = h->next)
        MHD_add_response_header(r, h->name.p, h->value.p);
    /* Chunks and what follows them are read by the library alone: what comes
     * after is not believed to be a request. */
    if (closes || e->chunked || e->server->stopping)
        MHD_add_response_header(r, "Connection", "close");
    client_phase(e->client, PHASE_ANSWER);
    const enum MHD_Result result =
        MHD_queue_response(e->connection, x->status, r);
    MHD_destroy_response(r);
    answered(e, x->status);
    return result;
}

/* Refuses while the body comes, or when it has ended too soon: libmicrohttpd
 * takes no answer then, but nothing has been sent on the socket yet, so it is
 * ours to use. */
static enum MHD_Result refuse_now(struct exchange *e, unsigned status)
{
    if (!e->begun)
        e->began = time_monotonic_ns();
    refuse(e, status);
    struct buf b = {.mem = &e->x.mem};
    buf_printf(&b,
               "HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Length: %zu\r\n"
               "Content-Type: %s\r\n",
               status, reason(status), e->x.answer.n, e->type);
    for (const struct http_pair *h = e->x.headers; h; h = h->next)
        buf_printf(&b, "%s: %s\r\n", h->name.p, h->value.p);
    buf_str(&b, "\r\n");
    buf_add(&b, e->x.answer.p, e->x.answer.n);
    if (send(e->client->fd, b.p, b.n, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
        e->client->linger = true;
    answered(e, status);
    return MHD_NO;
}

/* Whoever says no more in the middle of a head or a body may still listen. */
static bool is_cut(const struct exchange *e,
                   enum MHD_RequestTerminationCode code)
{
    return code == MHD_REQUEST_TERMINATED_CLIENT_ABORT &&
           e->state == STATE_READING && !e->refused;
}

void serve_completed(void *data, struct MHD_Connection *c, void **context,
                     enum MHD_RequestTerminationCode code)
{
    (void)c;
    struct http_server *s = data;
    struct exchange *e = *context;
    if (!e)
        return;
    if (is_cut(e, code))
        refuse_now(e, 400);
    client_phase(e->client, PHASE_IDLE);
    exchange_release(e);
    *context = NULL;
    s->active--;
}

struct heads {
    struct exchange *e;
    struct http_pair **end;
    unsigned n;
    struct layout layout;
};

static enum MHD_Result head_take(void *data, enum MHD_ValueKind kind,
                                 const char *name, const char *value)
{
    (void)kind;
    struct heads *t = data;
    layout_header(&t->layout, name, value);
    struct arena *a = &t->e->x.mem;
    struct http_pair *h = NEW(a, struct http_pair);
    h->name = (struct str){arena_dup(a, name, strlen(name)), strlen(name)};
    h->value = str_of(value);
    if (value)
        h->value.p = arena_dup(a, value, h->value.n);
    else
        h->value = STR("");
    *t->end = h;
    t->end = &h->next;
    return ++t->n > HEAD_COUNT ? MHD_NO : MHD_YES;
}

/* What a trusted proxy says of its client; a header that comes twice is one
 * list. */
static void client_find(struct exchange *e)
{
    const struct http_proxies *p = &e->server->o.proxies;
    struct http_exchange *x = &e->x;
    struct buf b = {.mem = &x->mem};
    x->host = head_find(e->heads, "Host");
    if (!p->n || !proxies_have(p, str_of(x->address)))
        return;
    x->secure = str_eq(http_header(x, "X-Forwarded-Proto"), "https");
    /* Of several proxies the first one, next to the client, says it first. */
    struct str rest = http_header(x, "X-Forwarded-Host"), first;
    if (str_next(&rest, ',', &first) && str_trim(first).n)
        x->host = str_trim(first);
    for (const struct http_pair *h = e->heads; h; h = h->next) {
        if (strcasecmp(h->name.p, "X-Forwarded-For") != 0)
            continue;
        if (b.n)
            buf_char(&b, ',');
        buf_add(&b, h->value.p, h->value.n);
    }
    x->address = proxies_client(&x->mem, p, x->address, buf_done(&b));
}

/* 0, or the status that refuses the head. */
static unsigned head_read(struct exchange *e, const char *method,
                          const char *version)
{
    struct http_exchange *x = &e->x;
    struct heads take = {.e = e, .end = &e->heads};
    layout_begin(&take.layout, method, e->target_came, x->target.n, version);
    MHD_get_connection_values(e->connection, MHD_HEADER_KIND, head_take, &take);
    struct str length = head_find(e->heads, "Content-Length");
    e->chunked = head_find(e->heads, "Transfer-Encoding").p != NULL;
    e->has_body = e->chunked || (length.p && !str_eq(length, "0"));
    unsigned bad = head_version(version);
    if (!bad && take.n <= HEAD_COUNT && !layout_ok(&take.layout, e->connection))
        bad = 400;
    if (!bad)
        bad = head_check(e->heads, same(version, "HTTP/1.0"));
    if (!bad)
        bad = head_target(&x->mem, x->target, &x->path, &x->query);
    x->method = head_method(method);
    client_find(e);
    return bad || x->method ? bad : 501;
}

/* A body longer than the plan allows: may a form be given back? */
static bool sieve_begin(struct exchange *e, const struct http_plan *plan,
                        uint64_t length)
{
    enum { TEXTS = 1 << 20 };
    if (length - plan->body > plan->sieve)
        return false;
    e->sieve = sieve_make(&e->x.mem, head_find(e->heads, "Content-Type"));
    e->x.sieved = e->sieve != NULL;
    if (e->x.sieved)
        e->most = TEXTS;
    return e->x.sieved;
}

/* The head is in, the body is not. */
static enum MHD_Result head_serve(struct exchange *e, const char *method,
                                  const char *version)
{
    const struct http_options *o = &e->server->o;
    e->begun = true;
    e->began = time_monotonic_ns();
    e->refused = head_read(e, method, version);
    int64_t length = 0;
    if (!e->refused) {
        const struct http_plan plan = o->app->plan(o->data, &e->x);
        e->lane = plan.lane;
        e->most = plan.body;
        e->x.route = plan.route;
        e->state = plan.lane == HTTP_NONE ? STATE_PLANNED : STATE_READING;
        if (plan.lane != HTTP_NONE &&
            str_int(head_find(e->heads, "Content-Length"), &length) &&
            (uint64_t)length > plan.body &&
            !sieve_begin(e, &plan, (uint64_t)length))
            e->refused = 413;
    }
    if (!e->refused && !(e->state == STATE_PLANNED && e->has_body)) {
        e->length = (size_t)length;
        if (e->has_body)
            client_phase(e->client, PHASE_BODY);
        return MHD_YES;
    }
    e->client->linger = true;
    return respond(e, true);
}

/* The library reads on when it resumes who was suspended while it wished to
 * read, and takes the end of what a client sends (shutdown, as by nc -N) for
 * the end of the client. It calls again, and by then it wishes nothing. */
static enum MHD_Result body_whole(struct exchange *e)
{
    e->whole = true;
    return MHD_YES;
}

static enum MHD_Result body_served(struct exchange *e)
{
    if (!body_done(e)) {
        e->refused = 500;
        return respond(e, true);
    }
    client_phase(e->client, PHASE_WORK);
    if (lane_push(&e->server->lanes[e->lane], e))
        return MHD_YES;
    e->server->refused[e->lane]++;
    e->refused = 503;
    return respond(e, false);
}

/* The worker may still write into x, so nothing of it is read here. */
static enum MHD_Result abandon(struct exchange *e)
{
    static const char text[] = "503 Service Unavailable\n";
    struct MHD_Response *r = MHD_create_response_from_buffer(
        sizeof(text) - 1, (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", "text/plain; charset=utf-8");
    MHD_add_response_header(r, "Retry-After", "2");
    MHD_add_response_header(r, "Connection", "close");
    client_phase(e->client, PHASE_ANSWER);
    const enum MHD_Result result = MHD_queue_response(e->connection, 503, r);
    MHD_destroy_response(r);
    answered(e, 503);
    return result;
}

enum MHD_Result serve_request(void *data, struct MHD_Connection *c,
                              const char *url, const char *method,
                              const char *version, const char *upload,
                              size_t *size, void **context)
{
    (void)data, (void)c, (void)url;
    struct exchange *e = *context;
    if (!e)
        return MHD_NO;
    if (!e->begun)
        return head_serve(e, method, version);
    if (*size) {
        const unsigned bad = body_add(e, upload, *size);
        *size = 0;
        return bad ? refuse_now(e, bad) : MHD_YES;
    }
    switch ((enum state)(int)e->state) {
    case STATE_READING:
        return e->whole ? body_served(e) : body_whole(e);
    case STATE_PLANNED:
    case STATE_DONE:
        return respond(e, false);
    case STATE_ABANDONED:
        return abandon(e);
    case STATE_WORKING: /* waked by nobody: it is still suspended */
        return MHD_YES;
    }
    return MHD_NO;
}
