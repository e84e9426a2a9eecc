/*
 * The lane of writes: a bounded queue, first come first served, and one waiting
 * place per caller, so that a commit wakes those it answers and nobody else.
 */
#include "store/sqlite.h"

#include "base/time.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

void lane_open(struct lane *l)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->filled, &attr);
    pthread_condattr_destroy(&attr);
    l->last = &l->first;
}

void lane_close(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    l->closing = true;
    pthread_cond_signal(&l->filled);
    pthread_mutex_unlock(&l->lock);
}

static bool lane_put(struct lite_db *db, struct job *j)
{
    struct lane *l = &db->lane;
    pthread_mutex_lock(&l->lock);
    bool taken = !l->closing && db->db.waiting < LANE_MOST;
    if (taken) {
        if (!l->first)
            pthread_cond_signal(&l->filled);
        *l->last = j;
        l->last = &j->next;
        db->db.waiting++;
    }
    pthread_mutex_unlock(&l->lock);
    if (!taken)
        db->db.refused++;
    return taken;
}

static struct job *first_out(struct lite_db *db)
{
    struct lane *l = &db->lane;
    struct job *j = l->first;
    l->first = j->next;
    if (!l->first)
        l->last = &l->first;
    j->next = NULL;
    db->db.waiting--;
    return j;
}

struct job *lane_take(struct lite_db *db, int wait_ms, bool *closed)
{
    struct lane *l = &db->lane;
    int64_t until = time_monotonic_ns() + wait_ms * INT64_C(1000000);
    struct timespec at = {until / 1000000000, until % 1000000000};
    struct job *j = NULL;
    int rc = 0;
    pthread_mutex_lock(&l->lock);
    while (!l->first && !l->closing && rc == 0) {
        if (wait_ms < 0)
            rc = pthread_cond_wait(&l->filled, &l->lock);
        else
            rc = pthread_cond_timedwait(&l->filled, &l->lock, &at);
    }
    if (l->first)
        j = first_out(db);
    else
        *closed = l->closing;
    pthread_mutex_unlock(&l->lock);
    return j;
}

struct job *lane_take_more(struct lite_db *db, int64_t budget_ns)
{
    struct lane *l = &db->lane;
    struct job *j = NULL;
    pthread_mutex_lock(&l->lock);
    if (l->first && l->first->budget_ns <= budget_ns)
        j = first_out(db);
    pthread_mutex_unlock(&l->lock);
    return j;
}

void job_answer(struct job *j, enum status s)
{
    j->status = s;
    atomic_store(&j->done, 1);
    /* The caller may be gone already: then this wakes nobody. */
    syscall(SYS_futex, &j->done, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void job_wait(struct job *j)
{
    while (!atomic_load(&j->done))
        syscall(SYS_futex, &j->done, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

enum status lite_write(struct db *db, struct arena *mem, write_fn *fn,
                       void *data, int64_t budget_ns)
{
    CHECK(!pthread_equal(pthread_self(), lite_db(db)->thread));
    struct job job = {.fn = fn,
                      .data = data,
                      .mem = mem,
                      .mark = arena_mark(mem),
                      .budget_ns = budget_ns};
    if (!lane_put(lite_db(db), &job))
        return ERR_BUSY;
    job_wait(&job);
    return job.status;
}
