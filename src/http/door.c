/*
 * The door: one thread that lets clients in and hands them to the loops.
 *
 * libmicrohttpd could do so itself, and then ends the process now and then as
 * it is told to stop: of 0.9.75 both a loop and MHD_quiesce_daemon take the
 * listening socket out of the loop's epoll, and who comes second takes ENOENT
 * for a fault that cannot be. So it is given no listening socket.
 */
#include "http/internal.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FULL_MS = 10, NO_ROOM_MS = 100 };

/* Each is counted here, and not when a loop comes to take it over: by then
 * there may be more than a loop takes, and 0.9.75 of the library, when it
 * refuses one for that, keeps that loop's lock for ever. */
static void hand_over(struct http_server *s, int fd, struct sockaddr *from,
                      socklen_t n)
{
    s->connections++;
    s->coming++;
    if (MHD_add_connection(s->daemon, fd, from, n) == MHD_YES)
        return;
    s->connections--; /* it has closed it */
    s->coming--;
}

/* Until nobody waits: then or when no more may come in, how long to look away.
 */
static int let_in(struct http_server *s)
{
    while (!s->stopping && s->connections < s->o.connections) {
        struct sockaddr_storage from;
        socklen_t n = sizeof(from);
        const int fd = accept4(s->o.socket, (struct sockaddr *)&from, &n,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            hand_over(s, fd, (struct sockaddr *)&from, n);
        else if (errno == EAGAIN)
            return 0;
        else if (errno != ECONNABORTED && errno != EINTR)
            return NO_ROOM_MS;
        /* Else that client has gone: the next. */
    }
    return FULL_MS;
}

static void *door_run(void *data)
{
    struct http_server *s = data;
    struct pollfd p[] = {{.fd = s->door.wake, .events = POLLIN},
                         {.fd = s->o.socket, .events = POLLIN}};
    for (int away = 0; !p[0].revents;) {
        /* Those who wait meanwhile stand in the socket's own queue. */
        p[1].fd = away ? -1 : s->o.socket;
        const int ready = poll(p, 2, away ? away : -1);
        if (!p[0].revents)
            away = ready > 0 || away ? let_in(s) : 0;
    }
    return NULL;
}

bool door_start(struct http_server *s)
{
    struct door *d = &s->door;
    /* Another process may have taken who was seen to wait. */
    const int flags = fcntl(s->o.socket, F_GETFL);
    if (flags < 0 || fcntl(s->o.socket, F_SETFL, flags | O_NONBLOCK) < 0)
        return false;
    d->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (d->wake < 0)
        return false;
    errno = pthread_create(&d->thread, NULL, door_run, s);
    d->started = errno == 0;
    return d->started;
}

void door_stop(struct http_server *s)
{
    struct door *d = &s->door;
    if (d->started) {
        eventfd_write(d->wake, 1);
        pthread_join(d->thread, NULL);
    }
    if (d->wake >= 0)
        close(d->wake);
    *d = (struct door){.wake = -1};
}
