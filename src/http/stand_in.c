#include "http/stand_in.h"

#include "base/str.h"
#include "base/time.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { HEAD_MOST = 8192, LOOK_MS = 50, PATIENCE_US = 200000 };

struct stand_in {
    int socket;
    const char *why, *page;
    atomic_bool ends;
    pthread_t thread;
};

/* The head of a request, as far as it comes in one's patience, however many
 * pieces it comes in: others wait, and so does the server that begins. */
static struct str head_read(int fd, char *room)
{
    const int64_t until = time_monotonic_ns() + PATIENCE_US * INT64_C(1000);
    size_t n = 0;
    ssize_t got;
    while (n < HEAD_MOST && time_monotonic_ns() < until &&
           (got = recv(fd, room + n, HEAD_MOST - n, 0)) > 0) {
        n += (size_t)got;
        if (memmem(room, n, "\r\n\r\n", 4))
            break;
    }
    return (struct str){room, n};
}

static bool asks(struct str head, const char *path)
{
    struct str word;
    str_next(&head, ' ', &word);
    return str_next(&head, ' ', &word) && str_eq(word, path);
}

static struct str answer_of(const struct stand_in *s, struct arena *a,
                            struct str head)
{
    const bool lives = asks(head, "/healthz");
    const char *body = lives                   ? "ok\n"
                       : asks(head, "/readyz") ? s->why
                                               : s->page;
    return str_of(arena_printf(
        a,
        "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: %zu\r\nCache-Control: no-store\r\n%s"
        "Connection: close\r\n\r\n%s",
        lives ? "200 OK" : "503 Service Unavailable", strlen(body),
        lives ? "" : "Retry-After: 2\r\n",
        str_starts(head, "HEAD ") ? "" : body));
}

/* What was sent besides is read before the end, or the answer would be lost
 * with it. */
static void answer(const struct stand_in *s, int fd)
{
    struct arena mem = {0};
    const struct timeval patience = {0, PATIENCE_US};
    char *room = arena_alloc(&mem, HEAD_MOST);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    const struct str said = answer_of(s, &mem, head_read(fd, room));
    if (send(fd, said.p, said.n, MSG_NOSIGNAL) == (ssize_t)said.n &&
        shutdown(fd, SHUT_WR) == 0)
        (void)head_read(fd, room);
    arena_reset(&mem);
    close(fd);
}

static void *stand_main(void *data)
{
    struct stand_in *s = data;
    while (!s->ends) {
        struct pollfd p = {.fd = s->socket, .events = POLLIN};
        const int fd = poll(&p, 1, LOOK_MS) > 0
                           ? accept4(s->socket, NULL, NULL, SOCK_CLOEXEC)
                           : -1;
        if (fd >= 0)
            answer(s, fd);
    }
    return NULL;
}

struct stand_in *stand_in_start(struct arena *a, int socket, const char *why,
                                const char *page)
{
    struct stand_in *s = NEW(a, struct stand_in);
    const int flags = fcntl(socket, F_GETFL);
    s->socket = socket;
    s->why = why;
    s->page = page;
    /* Who was there a moment ago may have gone. */
    if (flags < 0 || fcntl(socket, F_SETFL, flags | O_NONBLOCK) < 0 ||
        pthread_create(&s->thread, NULL, stand_main, s) != 0)
        return NULL;
    return s;
}

void stand_in_end(struct stand_in *s)
{
    if (!s)
        return;
    s->ends = true;
    pthread_join(s->thread, NULL);
}
