/*
 * A lane: workers, and a bounded queue of exchanges in front of them. The
 * worker that rested least is waked first: its caches are warm, and those at
 * the bottom of the stack may sleep for hours.
 *
 * Only some of the workers compute at once (most_busy): more would fight for
 * the processors, all requests would end late together, and each would cost a
 * wake-up. Whoever ends takes the oldest that waits. The other workers are for
 * when one waits for something else than a processor (http_pause), or computes
 * for long (lane_look): neither is counted.
 *
 * All but the start and the end of a lane is done under its lock.
 */
#include "http/internal.h"

#include "base/time.h"

#include <errno.h>
#include <stdatomic.h>

enum { LONG_NS = 100000000 };

static bool state_move(struct exchange *e, int from, int to)
{
    return atomic_compare_exchange_strong(&e->state, &from, to);
}

/* Gives the exchange back to its loop. The connection stays until then, and may
 * be gone right after. */
static void hand_back(struct exchange *e)
{
    struct http_server *s = e->server;
    MHD_resume_connection(e->connection);
    s->suspended--;
}

static void worker_opened(struct worker *w)
{
    const struct http_options *o = &w->lane->server->o;
    if (!w->opened && o->app->worker_open)
        w->state = o->app->worker_open(o->data);
    w->opened = true;
}

struct call {
    struct worker *worker;
    struct exchange *e;
};

static enum status answer_call(void *data)
{
    const struct call *c = data;
    const struct http_options *o = &c->worker->lane->server->o;
    o->app->answer(o->data, c->worker->state, &c->e->x);
    return OK;
}

static void exchange_answer(struct worker *w, struct exchange *e)
{
    if (time_monotonic_ns() > e->x.deadline) {
        e->refused = 503;
    } else {
        worker_opened(w);
        struct call call = {w, e};
        if (arena_run(&e->x.mem, answer_call, &call) != OK) {
            http_answer_drop(&e->x);
            e->refused = 413;
        }
        arena_settle(&e->x.mem, (struct arena_mark){0});
    }
    if (state_move(e, STATE_WORKING, STATE_DONE))
        hand_back(e);
}

/* Sleeps until a job is handed over or the lane stops; l->lock is held. */
static void worker_rest(struct worker *w)
{
    struct lane *l = w->lane;
    const struct http_options *o = &l->server->o;
    w->below = l->rest;
    l->rest = w;
    w->rested = !w->opened;
    while (!w->job && !l->stopping) {
        if (w->rested || !o->app->worker_idle) {
            pthread_cond_wait(&w->wake, &l->lock);
            continue;
        }
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += o->rest_seconds;
        if (pthread_cond_timedwait(&w->wake, &l->lock, &until) != ETIMEDOUT ||
            w->job || l->stopping)
            continue;
        w->rested = true;
        pthread_mutex_unlock(&l->lock);
        o->app->worker_idle(o->data, w->state);
        pthread_mutex_lock(&l->lock);
    }
}

static struct exchange *first_take(struct lane *l)
{
    struct exchange *e = l->first;
    l->first = e->next;
    if (!l->first)
        l->last = &l->first;
    l->waiting--;
    return e;
}

static void count_in(struct worker *w)
{
    w->counted = true;
    w->since = time_monotonic_ns();
    w->lane->busy++;
}

static void count_out(struct worker *w)
{
    if (w->counted)
        w->lane->busy--;
    w->counted = false;
}

/* Wakes the worker that rested least for an exchange. */
static void hand_over(struct lane *l, struct exchange *e)
{
    struct worker *w = l->rest;
    l->rest = w->below;
    w->job = e;
    count_in(w);
    pthread_cond_signal(&w->wake);
}

static bool has_room(const struct lane *l)
{
    return l->busy < l->most_busy && !l->stopping;
}

static void hand_over_waiting(struct lane *l)
{
    while (l->first && l->rest && has_room(l))
        hand_over(l, first_take(l));
}

static struct exchange *job_next(struct worker *w)
{
    struct lane *l = w->lane;
    struct exchange *e = w->job;
    w->job = NULL;
    if (!e && l->first && has_room(l)) {
        e = first_take(l);
        count_in(w);
    }
    if (e) {
        w->doing = e;
        e->worker = w;
        l->running++;
    }
    return e;
}

void http_pause(struct http_exchange *x)
{
    struct worker *w = ((struct exchange *)x)->worker;
    pthread_mutex_lock(&w->lane->lock);
    count_out(w);
    hand_over_waiting(w->lane);
    pthread_mutex_unlock(&w->lane->lock);
}

void http_resume(struct http_exchange *x)
{
    struct worker *w = ((struct exchange *)x)->worker;
    pthread_mutex_lock(&w->lane->lock);
    count_in(w);
    pthread_mutex_unlock(&w->lane->lock);
}

void lane_look(struct lane *l, int64_t now)
{
    pthread_mutex_lock(&l->lock);
    for (unsigned i = 0; i < l->started; i++)
        if (l->workers[i].doing && now - l->workers[i].since > LONG_NS)
            count_out(&l->workers[i]);
    hand_over_waiting(l);
    pthread_mutex_unlock(&l->lock);
}

static void *worker_run(void *data)
{
    struct worker *w = data;
    struct lane *l = w->lane;
    pthread_mutex_lock(&l->lock);
    for (;;) {
        struct exchange *e = job_next(w);
        if (!e && l->stopping)
            break;
        if (!e) {
            worker_rest(w);
            continue;
        }
        pthread_mutex_unlock(&l->lock);
        exchange_answer(w, e);
        pthread_mutex_lock(&l->lock);
        w->doing = NULL;
        l->running--;
        count_out(w);
        exchange_release(e);
    }
    pthread_mutex_unlock(&l->lock);
    const struct http_options *o = &l->server->o;
    if (w->opened && o->app->worker_close)
        o->app->worker_close(o->data, w->state);
    return NULL;
}

bool lane_start(struct lane *l, struct http_server *s, unsigned workers,
                unsigned most, unsigned seconds)
{
    l->server = s;
    l->count = workers;
    l->most = most;
    l->deadline_ns = (int64_t)seconds * 1000000000;
    l->last = &l->first;
    l->workers = alloc_plain(workers * sizeof(*l->workers));
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    for (; l->started < workers; l->started++) {
        struct worker *w = &l->workers[l->started];
        w->lane = l;
        pthread_cond_init(&w->wake, &clock);
        errno = pthread_create(&w->thread, NULL, worker_run, w);
        if (errno)
            break;
    }
    pthread_condattr_destroy(&clock);
    return l->started == workers;
}

bool lane_push(struct lane *l, struct exchange *e)
{
    pthread_mutex_lock(&l->lock);
    const bool at_once = l->rest && has_room(l);
    if (l->stopping || (!at_once && l->waiting == l->most)) {
        pthread_mutex_unlock(&l->lock);
        return false;
    }
    e->x.deadline = time_monotonic_ns() + l->deadline_ns;
    e->state = STATE_WORKING;
    e->holders++;
    e->server->suspended++;
    /* Before anyone could resume it. */
    MHD_suspend_connection(e->connection);
    if (at_once) {
        hand_over(l, e);
    } else {
        e->next = NULL;
        *l->last = e;
        l->last = &e->next;
        l->waiting++;
    }
    pthread_mutex_unlock(&l->lock);
    return true;
}

void lane_drain(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    struct exchange *e = l->first;
    l->first = NULL;
    l->last = &l->first;
    l->waiting = 0;
    l->stopping = true;
    for (unsigned i = 0; i < l->started; i++)
        pthread_cond_signal(&l->workers[i].wake);
    pthread_mutex_unlock(&l->lock);
    while (e) {
        struct exchange *next = e->next;
        e->refused = 503;
        e->state = STATE_DONE;
        hand_back(e);
        exchange_release(e);
        e = next;
    }
}

void lane_abandon(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    for (unsigned i = 0; i < l->started; i++) {
        struct exchange *e = l->workers[i].doing;
        if (e && state_move(e, STATE_WORKING, STATE_ABANDONED)) {
            e->x.deadline = 1; /* of which 0 is none */
            hand_back(e);
        }
    }
    pthread_mutex_unlock(&l->lock);
}

void lane_join(struct lane *l)
{
    for (unsigned i = 0; i < l->started; i++) {
        pthread_join(l->workers[i].thread, NULL);
        pthread_cond_destroy(&l->workers[i].wake);
    }
    if (l->workers)
        pthread_mutex_destroy(&l->lock);
    free_plain(l->workers);
}
