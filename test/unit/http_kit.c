#include "unit/http_kit.h"

#include "base/time.h"
#include "http/static.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static struct http_plan plan(void *data, struct http_exchange *x)
{
    (void)data;
    if (http_static(x))
        return (struct http_plan){0};
    if (str_eq(x->path, "/retenu"))
        usleep(600000); /* the loop reads nothing while the keeper looks */
    if (str_eq(x->path, "/tout-de-suite")) {
        http_answer(x, 200, "text/plain", STR("loop\n"));
        return (struct http_plan){0};
    }
    return (struct http_plan){.lane = str_eq(x->path, "/lourd") ? HTTP_HEAVY
                                                                : HTTP_FAST,
                              .body = 1 << 20};
}

static void answer_form(struct http_exchange *x)
{
    const struct http_param *f;
    size_t n;
    struct buf b = {.mem = &x->mem};
    const enum status s = http_form(x, &f, &n);
    for (size_t i = 0; s == OK && i < n; i++)
        buf_printf(&b, "%s=%zu\n", f[i].name.p, f[i].value.n);
    http_answer(x, (unsigned)status_code(s), "text/plain", buf_done(&b));
}

static void answer_file(struct http_exchange *x)
{
    const int fd = memfd_create("spool", MFD_CLOEXEC);
    CHECK(fd >= 0 && write(fd, "from a file\n", 12) == 12);
    http_answer_file(x, 200, "text/csv", fd, http_query(x, "q").p ? 0 : 12);
}

static void answer_much(struct http_exchange *x)
{
    for (;;)
        memset(arena_alloc(&x->mem, 4096), 1, 4096);
}

static void wait_for_gate(struct http_kit *k, struct http_exchange *x)
{
    while (!k->gate && time_monotonic_ns() < x->deadline)
        usleep(1000);
}

static void answer(void *data, void *worker, struct http_exchange *x)
{
    struct http_kit *k = data;
    OKAY(worker == k);
    k->answers++;
    http_header_add(x, "X-Note", "one\r\nX-Two: two");
    if (str_eq(x->path, "/formulaire")) {
        answer_form(x);
    } else if (str_eq(x->path, "/fichier")) {
        answer_file(x);
    } else if (str_eq(x->path, "/trop")) {
        answer_much(x);
    } else if (str_eq(x->path, "/rien")) {
        return;
    } else if (str_eq(x->path, "/gros")) {
        const size_t n = 4 << 20;
        http_answer(x, 200, "text/plain",
                    (struct str){arena_alloc(&x->mem, n), n});
    } else {
        if (str_eq(x->path, "/porte"))
            wait_for_gate(k, x);
        if (str_eq(x->path, "/pause")) {
            http_pause(x);
            wait_for_gate(k, x);
            http_resume(x);
        }
        struct str q = http_query(x, "q"), c = http_cookie(x, "sel");
        const char *text = arena_printf(
            &x->mem, "%s %s q=%s c=%.*s %zu bytes%s\n",
            http_method_name(x->method), x->path.p, q.p ? q.p : "-", (int)c.n,
            c.p ? c.p : "", x->body.n,
            x->body.n && x->body.p[x->body.n - 1] == 'z' ? " to z" : "");
        http_answer(x, 200, "text/plain; charset=utf-8", str_of(text));
    }
}

static void *worker_open(void *data)
{
    ((struct http_kit *)data)->opened++;
    return data;
}

static void worker_idle(void *data, void *worker)
{
    OKAY(data == worker);
    ((struct http_kit *)data)->idle++;
}

static void worker_close(void *data, void *worker)
{
    OKAY(data == worker);
    ((struct http_kit *)data)->closed++;
}

static const struct http_app app = {
    .plan = plan,
    .answer = answer,
    .worker_open = worker_open,
    .worker_idle = worker_idle,
    .worker_close = worker_close,
};

void http_kit_start(struct http_kit *k, const struct http_options *given)
{
    struct http_options o = given ? *given : (struct http_options){0};
    const char *why = "";
    k->socket = http_listen(&k->mem, "127.0.0.1:0", &why);
    CHECK(k->socket >= 0);
    k->port = http_port(k->socket);
    o.socket = k->socket;
    o.app = &app;
    o.data = k;
    o.loops = 2;
    o.fast = o.fast ? o.fast : 4;
    o.spool = test_folder();
    k->server = http_start(&o);
    CHECK(k->server);
}

void http_kit_stop(struct http_kit *k)
{
    http_stop(k->server);
    OKAY(k->opened == k->closed);
    close(k->socket);
    arena_reset(&k->mem);
}

int http_kit_connect(struct http_kit *k)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr_in a = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)k->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    CHECK(fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0);
    return fd;
}

bool http_kit_send_bytes(int fd, const char *p, size_t n)
{
    while (n) {
        const ssize_t did = send(fd, p, n, MSG_NOSIGNAL);
        if (did <= 0)
            return false;
        p += did;
        n -= (size_t)did;
    }
    return true;
}

void http_kit_send(int fd, const char *text)
{
    http_kit_send_bytes(fd, text, strlen(text));
}

char *http_kit_read(struct http_kit *k, int fd, const char *has, int seconds)
{
    const int64_t until = time_monotonic_ns() + seconds * INT64_C(1000000000);
    struct buf b = {.mem = &k->mem};
    char part[16384];
    buf_str(&b, "");
    while (!has || !strstr(b.p, has)) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        const int64_t left = (until - time_monotonic_ns()) / 1000000;
        if (left <= 0 || poll(&p, 1, (int)left) != 1)
            break;
        const ssize_t n = recv(fd, part, sizeof(part), 0);
        if (n <= 0)
            break;
        buf_add(&b, part, (size_t)n);
    }
    return b.p;
}

char *http_kit_ask(struct http_kit *k, const char *text)
{
    const int fd = http_kit_connect(k);
    http_kit_send(fd, text);
    char *all = http_kit_read(k, fd, NULL, 3);
    close(fd);
    return all;
}

bool http_kit_closed(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char c;
    return poll(&p, 1, 0) == 1 && recv(fd, &c, 1, MSG_PEEK) <= 0;
}

size_t http_kit_count(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        n++;
    return n;
}

bool http_kit_wait(struct http_kit *k, unsigned running, unsigned waiting)
{
    for (int i = 0; i < 3000; i++) {
        const struct http_load load = http_load(k->server);
        if (load.running[HTTP_FAST] == running &&
            load.waiting[HTTP_FAST] == waiting)
            return true;
        usleep(1000);
    }
    return false;
}
