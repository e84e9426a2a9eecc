#include "base/belt.h"

#include <signal.h>

/* With the lock, which it gives back while it works. */
static void work(struct belt *b)
{
    const unsigned at = b->done % BELT;
    enum status s = b->status;
    pthread_mutex_unlock(&b->lock);
    if (s == OK)
        s = b->fn(b->data, b->pieces[at].p, b->pieces[at].n);
    pthread_mutex_lock(&b->lock);
    b->status = s;
    b->done++;
    pthread_cond_broadcast(&b->moved);
}

static void *run(void *data)
{
    struct belt *b = data;
    pthread_mutex_lock(&b->lock);
    while (!b->ending) {
        if (b->done == b->given)
            pthread_cond_wait(&b->moved, &b->lock);
        else
            work(b);
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

void belt_begin(struct belt *b, belt_fn *fn, void *data)
{
    *b = (struct belt){.fn = fn, .data = data};
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->moved, NULL);
}

/* Signals are for the main thread. */
static bool start(struct belt *b)
{
    sigset_t all, before;
    if (b->started)
        return true;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    b->started = pthread_create(&b->thread, NULL, run, b) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return b->started;
}

enum status belt_wait(struct belt *b, unsigned left)
{
    pthread_mutex_lock(&b->lock);
    while (b->given - b->done > left)
        pthread_cond_wait(&b->moved, &b->lock);
    const enum status s = b->status;
    pthread_mutex_unlock(&b->lock);
    return s;
}

enum status belt_give(struct belt *b, const void *p, size_t n)
{
    if (!start(b)) /* no thread to be had: at once, then */
        return b->status == OK ? b->status = b->fn(b->data, p, n) : b->status;
    TRY(belt_wait(b, BELT - 1));
    pthread_mutex_lock(&b->lock);
    b->pieces[b->given % BELT].p = p;
    b->pieces[b->given % BELT].n = n;
    b->given++;
    pthread_cond_broadcast(&b->moved);
    pthread_mutex_unlock(&b->lock);
    return OK;
}

void belt_end(struct belt *b)
{
    if (!b->started)
        return;
    pthread_mutex_lock(&b->lock);
    b->ending = true;
    pthread_cond_broadcast(&b->moved);
    pthread_mutex_unlock(&b->lock);
    pthread_join(b->thread, NULL);
    b->started = false;
}
