#include "http/server.h"

#include "base/time.h"
#include "http/internal.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
enum { CONNECTION_MEMORY = 16384, FLUSH_SECONDS = 1 };

static unsigned or_else(unsigned value, unsigned otherwise)
{
    return value ? value : otherwise;
}

static struct http_options options_whole(const struct http_options *given)
{
    const long seen = sysconf(_SC_NPROCESSORS_ONLN);
    const unsigned cores = seen > 0 ? (unsigned)seen : 1;
    struct http_options o = *given;
    o.loops = or_else(o.loops, cores);
    o.fast = or_else(o.fast, 32);
    o.heavy = or_else(o.heavy, cores);
    o.fast_at_once = or_else(o.fast_at_once, 2 * cores);
    o.rest_seconds = or_else(o.rest_seconds, 1);
    o.fast_queue = or_else(o.fast_queue, 512);
    o.heavy_queue = or_else(o.heavy_queue, 64);
    o.fast_seconds = or_else(o.fast_seconds, 10);
    o.heavy_seconds = or_else(o.heavy_seconds, 120);
    o.connections = or_else(o.connections, 4000);
    o.head_seconds = or_else(o.head_seconds, 10);
    o.idle_seconds = or_else(o.idle_seconds, 30);
    o.least_rate = or_else(o.least_rate, 2048);
    o.grace_seconds = or_else(o.grace_seconds, 5);
    o.memory = o.memory ? o.memory : 32 << 20;
    o.spool = o.spool ? o.spool : "/tmp";
    return o;
}

/* Addresses are decoded by us, after the guards have seen them. */
static size_t unescape_not(void *data, struct MHD_Connection *c, char *s)
{
    (void)data, (void)c;
    return strlen(s);
}

static struct MHD_Daemon *daemon_start(struct http_server *s)
{
    const struct http_options *o = &s->o;
    /* One loop is a daemon without a pool: a pool has two at least. */
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
            MHD_USE_NO_LISTEN_SOCKET,
        0, NULL, NULL, serve_request, s,
        /* A loop has its part of it, and takes all that the door lets in. */
        MHD_OPTION_CONNECTION_LIMIT, o->connections * o->loops,
        MHD_OPTION_CONNECTION_TIMEOUT, o->idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        /* What it would be strict about, head.c refuses in our words. */
        MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_UNESCAPE_CALLBACK,
        unescape_not, NULL, MHD_OPTION_URI_LOG_CALLBACK, serve_line, s,
        MHD_OPTION_NOTIFY_CONNECTION, serve_connection, s,
        MHD_OPTION_NOTIFY_COMPLETED, serve_completed, s,
        o->loops > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, o->loops,
        MHD_OPTION_END);
}

static bool threads_start(struct http_server *s)
{
    const struct http_options *o = &s->o;
    s->lanes[HTTP_FAST].most_busy = o->fast_at_once;
    s->lanes[HTTP_HEAVY].most_busy = o->heavy;
    return lane_start(&s->lanes[HTTP_FAST], s, o->fast, o->fast_queue,
                      o->fast_seconds) &&
           lane_start(&s->lanes[HTTP_HEAVY], s, o->heavy, o->heavy_queue,
                      o->heavy_seconds) &&
           keeper_start(s) && (s->daemon = daemon_start(s)) && door_start(s);
}

static void server_free(struct http_server *s)
{
    door_stop(s);
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    lane_drain(&s->lanes[HTTP_FAST]);
    lane_drain(&s->lanes[HTTP_HEAVY]);
    keeper_stop(s); /* it looks at the workers, which the next lines free */
    lane_join(&s->lanes[HTTP_FAST]);
    lane_join(&s->lanes[HTTP_HEAVY]);
    free_plain(s);
}

struct http_server *http_start(const struct http_options *given)
{
    struct http_server *s = alloc_plain(sizeof(*s));
    s->o = options_whole(given);
    s->keeper.wake = s->door.wake = -1;
    /* Signals are for the thread that starts and stops us. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    errno = 0;
    const bool well = threads_start(s);
    const int why = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (well)
        return s;
    server_free(s);
    errno = why ? why : EINVAL;
    return NULL;
}

static bool wait_zero(_Atomic unsigned *count, unsigned seconds)
{
    const int64_t until = time_monotonic_ns() + seconds * SECOND;
    while (*count && time_monotonic_ns() < until)
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    return *count == 0;
}

void http_stop(struct http_server *s)
{
    s->stopping = true;
    door_stop(s);
    /* A loop that is stopped drops, without its lock, whom it has not met. */
    wait_zero(&s->coming, FLUSH_SECONDS);
    lane_drain(&s->lanes[HTTP_FAST]);
    lane_drain(&s->lanes[HTTP_HEAVY]);
    if (!wait_zero(&s->active, s->o.grace_seconds)) {
        lane_abandon(&s->lanes[HTTP_FAST]);
        lane_abandon(&s->lanes[HTTP_HEAVY]);
        wait_zero(&s->active, FLUSH_SECONDS);
    }
    /* libmicrohttpd panics on a connection that is suspended still; by now each
     * is being handed back. */
    while (s->suspended)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    server_free(s);
}

struct http_load http_load(struct http_server *s)
{
    struct http_load load = {.connections = s->connections,
                             .stopping = s->stopping};
    for (int i = HTTP_FAST; i < HTTP_LANES; i++) {
        struct lane *l = &s->lanes[i];
        pthread_mutex_lock(&l->lock);
        load.running[i] = l->running;
        load.waiting[i] = l->waiting;
        pthread_mutex_unlock(&l->lock);
        load.refused[i] = s->refused[i];
    }
    return load;
}
