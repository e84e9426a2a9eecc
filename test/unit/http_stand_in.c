/* Who answers while the server waits for its database: everybody, and nobody
 * for long. */
#include "http/stand_in.h"
#include "base/time.h"
#include "unit/http_kit.h"

#include <pthread.h>
#include <unistd.h>

#define CLOSE "Host: a\r\nConnection: close\r\n\r\n"

struct standing {
    struct http_kit kit;
    struct stand_in *other;
};

static void begin(struct standing *s)
{
    const char *why = "";
    s->kit.socket = http_listen(&s->kit.mem, "127.0.0.1:0", &why);
    CHECK(s->kit.socket >= 0);
    s->kit.port = http_port(s->kit.socket);
    s->other =
        stand_in_start(&s->kit.mem, s->kit.socket, "not ready\n", "later\n");
    CHECK(s->other);
}

static void end(struct standing *s)
{
    stand_in_end(s->other);
    close(s->kit.socket);
    arena_reset(&s->kit.mem);
}

TEST(http_stand_in_says_how_it_is)
{
    static const char *const asked[][3] = {
        {"GET /healthz HTTP/1.1\r\n" CLOSE, "HTTP/1.1 200 ", "\r\n\r\nok\n"},
        {"GET /readyz HTTP/1.1\r\n" CLOSE, "HTTP/1.1 503 ",
         "\r\n\r\nnot ready\n"},
        {"GET /projets HTTP/1.1\r\n" CLOSE, "HTTP/1.1 503 ", "\r\n\r\nlater\n"},
    };
    struct standing s = {0};
    begin(&s);
    for (size_t i = 0; i < COUNT(asked); i++) {
        const char *said = http_kit_ask(&s.kit, asked[i][0]);
        OKAY(strstr(said, asked[i][1]) == said && strstr(said, asked[i][2]));
    }
    const char *head = http_kit_ask(&s.kit, "HEAD / HTTP/1.1\r\n" CLOSE);
    OKAY(strstr(head, "HTTP/1.1 503 ") == head && !strstr(head, "later"));
    end(&s);
}

struct dripping {
    int fd;
    _Atomic bool ends;
};

/* A head that has no end, a byte at a time. */
static void *drip(void *data)
{
    struct dripping *d = data;
    while (!d->ends && http_kit_send_bytes(d->fd, "x", 1))
        usleep(20000);
    return NULL;
}

TEST(http_stand_in_waits_for_no_drip)
{
    enum { SECOND = 1000000000 };
    struct standing s = {0};
    pthread_t thread;
    begin(&s);
    struct dripping d = {.fd = http_kit_connect(&s.kit)};
    CHECK(pthread_create(&thread, NULL, drip, &d) == 0);
    usleep(100000); /* it has the floor */
    const int64_t began = time_monotonic_ns();
    const char *said = http_kit_ask(&s.kit, "GET /healthz HTTP/1.1\r\n" CLOSE);
    OKAY(strstr(said, "HTTP/1.1 200 ") == said);
    close(http_kit_connect(&s.kit));
    end(&s);
    OKAY(time_monotonic_ns() - began < INT64_C(4) * SECOND);
    d.ends = true;
    pthread_join(thread, NULL);
    close(d.fd);
}
