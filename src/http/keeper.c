/*
 * The keeper: one thread that looks at all connections four times a second and
 * cuts those who are too slow, sees which requests take long, and reads out
 * those whose body was refused, so that they see the answer instead of a reset
 * (RFC 9112 §9.6).
 *
 * How much a client moved is what the kernel says of its TCP connection; a Unix
 * socket is a proxy of ours and has no such account.
 */
#include "http/internal.h"

#include "base/time.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
enum { LOOK_MS = 250, LINGER_SECONDS = 30, LINGER_SILENT_SECONDS = 5 };

void client_phase(struct client *k, enum phase phase)
{
    k->since = time_monotonic_ns();
    k->phase = (int)phase;
}

void client_add(struct keeper *keep, struct client *k)
{
    client_phase(k, PHASE_OPENED);
    pthread_mutex_lock(&keep->lock);
    k->next = keep->clients;
    k->prev = &keep->clients;
    if (k->next)
        k->next->prev = &k->next;
    keep->clients = k;
    pthread_mutex_unlock(&keep->lock);
}

void client_drop(struct keeper *keep, struct client *k)
{
    pthread_mutex_lock(&keep->lock);
    *k->prev = k->next;
    if (k->next)
        k->next->prev = k->prev;
    if (k->linger && keep->n < LINGERS && !keep->stopping) {
        const int fd = dup(k->fd);
        const int64_t now = time_monotonic_ns();
        if (fd >= 0) {
            shutdown(fd, SHUT_WR);
            keep->lingers[keep->n++] =
                (struct leaving){fd, now + LINGER_SECONDS * SECOND, now};
            eventfd_write(keep->wake, 1);
        }
    }
    pthread_mutex_unlock(&keep->lock);
}

/* Bytes that this client has sent us, or taken from us. */
static bool moved(const struct client *k, bool sent, uint64_t *bytes)
{
    struct tcp_info info;
    socklen_t n = sizeof(info);
    if (getsockopt(k->fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 ||
        n < offsetof(struct tcp_info, tcpi_segs_out))
        return false;
    *bytes = sent ? info.tcpi_bytes_received : info.tcpi_bytes_acked;
    return true;
}

/* At least least_rate over each window of head_seconds. */
static bool too_slow(const struct http_options *o, struct client *k, bool sends,
                     int64_t since, int64_t now)
{
    const int64_t length = o->head_seconds * SECOND;
    uint64_t bytes;
    if (k->seen == since && now - k->window < length)
        return false;
    if (!moved(k, sends, &bytes))
        return false;
    const bool slow =
        k->seen == since &&
        bytes - k->bytes < (uint64_t)o->least_rate * o->head_seconds;
    k->seen = since;
    k->window = now;
    k->bytes = bytes;
    return slow;
}

static bool late(const struct http_server *s, struct client *k, int64_t now)
{
    const struct http_options *o = &s->o;
    const int phase = k->phase;
    const int64_t since = k->since;
    /* Who is still asking when the server stops would be told 503 at best. */
    if (s->stopping && phase <= PHASE_BODY &&
        now - since > LOOK_MS * (SECOND / 1000))
        return true;
    switch ((enum phase)phase) {
    case PHASE_OPENED:
    case PHASE_HEAD:
        return now - since > o->head_seconds * SECOND;
    case PHASE_IDLE: /* a request line may be on its way, byte by byte */
        return now - since > (o->idle_seconds + o->head_seconds) * SECOND;
    case PHASE_BODY:
    case PHASE_ANSWER:
        return too_slow(o, k, phase == PHASE_BODY, since, now);
    case PHASE_WORK:
        return false;
    }
    return false;
}

/* The library misses an end that comes with the bytes before it, and would wait
 * for more until the client is late: told anew, it sees it. Told before it has
 * read those bytes it misses it once more, so it is told at each look. */
static void end_tell(const struct client *k)
{
    enum { CLOSE_WAIT = 8 }; /* tcp(7): the client has said all */
    struct tcp_info info;
    socklen_t n = sizeof(info);
    if (k->phase <= PHASE_BODY &&
        getsockopt(k->fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0 &&
        info.tcpi_state == CLOSE_WAIT)
        shutdown(k->fd, SHUT_RD);
}

static void clients_look(struct http_server *s)
{
    struct keeper *keep = &s->keeper;
    const int64_t now = time_monotonic_ns();
    pthread_mutex_lock(&keep->lock);
    for (struct client *k = keep->clients; k; k = k->next)
        if (late(s, k, now))
            shutdown(k->fd, SHUT_RDWR);
        else
            end_tell(k);
    pthread_mutex_unlock(&keep->lock);
}

/* Reads what is there; true when there is nothing more to wait for. */
static bool linger_read(struct leaving *l, bool ready, int64_t now)
{
    char waste[32768];
    if (ready) {
        const ssize_t n = recv(l->fd, waste, sizeof(waste), MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return true;
        l->last = now;
    }
    return now > l->until || now > l->last + LINGER_SILENT_SECONDS * SECOND;
}

/* Only this thread takes from the table; others append to it. */
static size_t lingers_poll(struct keeper *keep, struct pollfd *fds)
{
    pthread_mutex_lock(&keep->lock);
    const size_t n = keep->n;
    fds[0] = (struct pollfd){.fd = keep->wake, .events = POLLIN};
    for (size_t i = 0; i < n; i++)
        fds[i + 1] =
            (struct pollfd){.fd = keep->lingers[i].fd, .events = POLLIN};
    pthread_mutex_unlock(&keep->lock);
    poll(fds, n + 1, LOOK_MS);
    return n;
}

static bool lingers_look(struct keeper *keep)
{
    struct pollfd fds[LINGERS + 1];
    const size_t n = lingers_poll(keep, fds);
    const int64_t now = time_monotonic_ns();
    eventfd_t count;
    if (fds[0].revents)
        eventfd_read(keep->wake, &count);
    pthread_mutex_lock(&keep->lock);
    for (size_t i = n; i-- > 0;) {
        if (!linger_read(&keep->lingers[i], fds[i + 1].revents != 0, now))
            continue;
        close(keep->lingers[i].fd);
        keep->lingers[i] = keep->lingers[--keep->n];
    }
    const bool going = !keep->stopping;
    pthread_mutex_unlock(&keep->lock);
    return going;
}

static void *keeper_run(void *data)
{
    struct http_server *s = data;
    int64_t looked = 0;
    while (lingers_look(&s->keeper)) {
        const int64_t now = time_monotonic_ns();
        if (now - looked < LOOK_MS * (SECOND / 1000))
            continue;
        looked = now;
        clients_look(s);
        lane_look(&s->lanes[HTTP_FAST], now);
    }
    return NULL;
}

bool keeper_start(struct http_server *s)
{
    struct keeper *keep = &s->keeper;
    pthread_mutex_init(&keep->lock, NULL);
    keep->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (keep->wake < 0)
        return false;
    errno = pthread_create(&keep->thread, NULL, keeper_run, s);
    keep->started = errno == 0;
    return keep->started;
}

void keeper_stop(struct http_server *s)
{
    struct keeper *keep = &s->keeper;
    if (keep->started) {
        pthread_mutex_lock(&keep->lock);
        keep->stopping = true;
        pthread_mutex_unlock(&keep->lock);
        eventfd_write(keep->wake, 1);
        pthread_join(keep->thread, NULL);
    }
    for (size_t i = 0; i < keep->n; i++)
        close(keep->lingers[i].fd);
    if (keep->wake >= 0)
        close(keep->wake);
    pthread_mutex_destroy(&keep->lock);
}
