/* What takes too long, what is too much at once, and the end. */
#include "unit/http_kit.h"

#include "base/time.h"

#include <unistd.h>

#define HOST "Host: localhost\r\n"

static double since(int64_t start)
{
    return (double)(time_monotonic_ns() - start) / 1e9;
}

/* Sends a byte every 50 ms until the server cuts; seconds that it took. */
static double drip(int fd, const char *text, double most)
{
    const int64_t start = time_monotonic_ns();
    for (size_t i = 0; !http_kit_closed(fd) && since(start) < most; i++) {
        http_kit_send_bytes(fd, text + i % strlen(text), 1);
        usleep(50000);
    }
    return since(start);
}

TEST(http_time_slow_heads)
{
    struct http_kit k = {0};
    const struct http_options o = {.head_seconds = 1, .idle_seconds = 30};
    http_kit_start(&k, &o);
    int fd = http_kit_connect(&k);
    http_kit_send(fd, "GET / HTTP/1.1\r\n");
    double took = drip(fd, "X: a\r\n", 5);
    OKAY(took > 0.5 && took < 3);
    close(fd);
    /* Not even a request line. */
    fd = http_kit_connect(&k);
    took = drip(fd, "G", 5);
    OKAY(took > 0.5 && took < 3);
    close(fd);
    OKAY(k.answers == 0);
    http_kit_stop(&k);
}

TEST(http_time_slow_body)
{
    struct http_kit k = {0};
    const struct http_options o = {.head_seconds = 1, .idle_seconds = 30};
    http_kit_start(&k, &o);
    const int fd = http_kit_connect(&k);
    http_kit_send(fd,
                  "POST / HTTP/1.1\r\n" HOST "Content-Length: 90000\r\n\r\n");
    const double took = drip(fd, "b", 6);
    OKAY(took > 0.5 && took < 4);
    close(fd);
    OKAY(k.answers == 0);
    http_kit_stop(&k);
}

TEST(http_time_slow_reader)
{
    struct http_kit k = {0};
    const struct http_options o = {.head_seconds = 1, .idle_seconds = 30};
    http_kit_start(&k, &o);
    const int fd = http_kit_connect(&k);
    http_kit_send(fd, "GET /gros HTTP/1.1\r\n" HOST "\r\n");
    sleep(4);
    OKAY(http_load(k.server).connections == 0);
    close(fd);
    http_kit_stop(&k);
}

/* A body that comes at a fair rate may take longer than a head. */
TEST(http_time_steady_body)
{
    struct http_kit k = {0};
    const struct http_options o = {.head_seconds = 1, .idle_seconds = 30};
    http_kit_start(&k, &o);
    char part[2000];
    memset(part, 'z', sizeof(part));
    const int fd = http_kit_connect(&k);
    http_kit_send(fd,
                  "POST / HTTP/1.1\r\n" HOST "Content-Length: 40000\r\n\r\n");
    for (int i = 0; i < 20; i++) {
        http_kit_send_bytes(fd, part, sizeof(part));
        usleep(150000);
    }
    OKAY(strstr(http_kit_read(&k, fd, "bytes", 2), " 40000 bytes"));
    close(fd);
    http_kit_stop(&k);
}

TEST(http_time_idle)
{
    struct http_kit k = {0};
    const struct http_options o = {.head_seconds = 1, .idle_seconds = 1};
    http_kit_start(&k, &o);
    const int fd = http_kit_connect(&k);
    http_kit_send(fd, "GET / HTTP/1.1\r\n" HOST "\r\n");
    OKAY(strstr(http_kit_read(&k, fd, "bytes", 2), "200 OK"));
    const int64_t start = time_monotonic_ns();
    http_kit_read(&k, fd, NULL, 5);
    OKAY(since(start) > 0.5 && since(start) < 4);
    /* The worker rests too, and once. */
    for (int i = 0; i < 500 && k.idle == 0; i++)
        usleep(10000);
    close(fd);
    http_kit_stop(&k);
    OKAY(k.idle == 1);
}

TEST(http_time_full_lane)
{
    struct http_kit k = {0};
    const struct http_options o = {.fast = 2, .fast_queue = 1};
    int fd[4];
    http_kit_start(&k, &o);
    for (int i = 0; i < 3; i++) {
        fd[i] = http_kit_connect(&k);
        http_kit_send(fd[i], "GET /porte HTTP/1.1\r\n" HOST "\r\n");
        OKAY(http_kit_wait(&k, i < 2 ? (unsigned)i + 1 : 2, i < 2 ? 0 : 1));
    }
    fd[3] = http_kit_connect(&k);
    const int64_t start = time_monotonic_ns();
    http_kit_send(fd[3], "GET /porte HTTP/1.1\r\n" HOST "\r\n");
    const char *a = http_kit_read(&k, fd[3], "Unavailable\n", 3);
    OKAY(strstr(a, "HTTP/1.1 503 ") && strstr(a, "\r\nRetry-After: "));
    OKAY(since(start) < 1);
    /* The other lane and the loops do not care. */
    http_kit_send(fd[3], "GET /lourd HTTP/1.1\r\n" HOST "\r\n");
    OKAY(strstr(http_kit_read(&k, fd[3], "bytes", 3), "GET /lourd"));
    http_kit_send(fd[3], "GET /tout-de-suite HTTP/1.1\r\n" HOST "\r\n");
    OKAY(strstr(http_kit_read(&k, fd[3], "loop", 3), "loop\n"));
    k.gate = 1;
    for (int i = 0; i < 3; i++)
        OKAY(strstr(http_kit_read(&k, fd[i], "bytes", 3), "HTTP/1.1 200 "));
    for (int i = 0; i < 4; i++)
        close(fd[i]);
    http_kit_stop(&k);
}

/* One computes at a time, but whoever pauses or takes long is not counted. */
TEST(http_time_one_at_once)
{
    struct http_kit k = {0};
    const struct http_options o = {.fast = 12, .fast_at_once = 1};
    enum { PAUSED = 8 };
    int fd[PAUSED + 3];
    http_kit_start(&k, &o);
    const int64_t start = time_monotonic_ns();
    for (int i = 0; i < PAUSED + 3; i++) {
        fd[i] = http_kit_connect(&k);
        http_kit_send(fd[i], i < PAUSED ? "GET /pause HTTP/1.1\r\n" HOST "\r\n"
                                        : "GET /porte HTTP/1.1\r\n" HOST
                                          "\r\n");
        if (i < PAUSED)
            OKAY(http_kit_wait(&k, (unsigned)i + 1, 0));
    }
    OKAY(http_kit_wait(&k, PAUSED + 1, 2));
    /* Counted, each of those that pause would last until the keeper looks. */
    OKAY(since(start) < 1);
    OKAY(http_kit_wait(&k, PAUSED + 2, 1));
    OKAY(http_kit_wait(&k, PAUSED + 3, 0));
    k.gate = 1;
    for (int i = 0; i < PAUSED + 3; i++) {
        OKAY(strstr(http_kit_read(&k, fd[i], "bytes", 3), "HTTP/1.1 200 "));
        close(fd[i]);
    }
    OKAY(http_kit_wait(&k, 0, 0));
    http_kit_stop(&k);
}

TEST(http_time_deadline)
{
    struct http_kit k = {0};
    const struct http_options o = {.fast = 1, .fast_seconds = 1};
    http_kit_start(&k, &o);
    const int one = http_kit_connect(&k), two = http_kit_connect(&k);
    http_kit_send(one, "GET /porte HTTP/1.1\r\n" HOST "\r\n");
    OKAY(http_kit_wait(&k, 1, 0));
    /* Waits behind the first beyond its own deadline or to its edge. */
    http_kit_send(two, "GET /porte HTTP/1.1\r\n" HOST "\r\n");
    const int64_t start = time_monotonic_ns();
    OKAY(strstr(http_kit_read(&k, one, "bytes", 4), "HTTP/1.1 200 "));
    OKAY(since(start) > 0.5 && since(start) < 3);
    http_kit_read(&k, two, "\r\n\r\n", 4);
    OKAY(since(start) < 4);
    close(one);
    close(two);
    http_kit_stop(&k);
}

enum { CROWD = 100 };

/* 100 suspended clients, of whom 4 have a worker: all are answered. */
static void stop_with_crowd(unsigned grace, bool opens)
{
    struct http_kit k = {0};
    const struct http_options o = {.grace_seconds = grace, .fast_seconds = 60};
    int fd[CROWD];
    http_kit_start(&k, &o);
    for (int i = 0; i < CROWD; i++) {
        fd[i] = http_kit_connect(&k);
        http_kit_send(fd[i], "GET /porte HTTP/1.1\r\n" HOST "\r\n");
    }
    OKAY(http_kit_wait(&k, 4, CROWD - 4));
    k.gate = opens;
    const int64_t start = time_monotonic_ns();
    http_stop(k.server);
    OKAY(since(start) < grace + 2);
    int well = 0, busy = 0;
    for (int i = 0; i < CROWD; i++) {
        const char *a = http_kit_read(&k, fd[i], NULL, 2);
        well += strstr(a, "HTTP/1.1 200 ") != NULL;
        busy += strstr(a, "HTTP/1.1 503 ") != NULL;
        close(fd[i]);
    }
    OKAY(well + busy == CROWD);
    OKAY(opens ? well >= 4 : busy == CROWD);
    OKAY(k.opened == 4 && k.closed == 4);
    close(k.socket);
    arena_reset(&k.mem);
}

TEST(http_time_stop_in_grace)
{
    stop_with_crowd(5, true);
}

TEST(http_time_stop_past_grace)
{
    stop_with_crowd(1, false);
}

/* Half a head and half a body are no reason to wait. */
TEST(http_time_stop_half_asked)
{
    struct http_kit k = {0};
    http_kit_start(&k, NULL);
    const int head = http_kit_connect(&k), body = http_kit_connect(&k);
    http_kit_send(head, "GET /a HTTP/1.1\r\nHo");
    http_kit_send(body,
                  "POST /a HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\na");
    usleep(50000);
    const int64_t start = time_monotonic_ns();
    http_stop(k.server);
    OKAY(since(start) < 2);
    close(head);
    close(body);
    close(k.socket);
    arena_reset(&k.mem);
}

/* Stopped while clients come and go. */
TEST(http_time_stop_under_load)
{
    for (int turn = 0; turn < 5; turn++) {
        struct http_kit k = {0};
        int fd[20];
        http_kit_start(&k, NULL);
        for (int i = 0; i < 20; i++) {
            fd[i] = http_kit_connect(&k);
            http_kit_send(fd[i], "GET /a HTTP/1.1\r\n" HOST "\r\n"
                                 "GET /b HTTP/1.1\r\n" HOST "\r\n");
        }
        usleep((useconds_t)(turn * 500));
        http_stop(k.server);
        for (int i = 0; i < 20; i++)
            close(fd[i]);
        close(k.socket);
        arena_reset(&k.mem);
    }
}
