/*
 * The lane of writes: a bounded queue, first come first served, and one waiting
 * place per caller, so that a commit wakes those it answers and nobody else.
 */
#include "store/db.h"

#include "base/time.h"
#include "store/sqlite.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BUDGET_MS = 20 };

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

static bool lane_put(struct lane *l, struct job *j)
{
    pthread_mutex_lock(&l->lock);
    bool taken = !l->closing && l->waiting < LANE_MOST;
    if (taken) {
        if (!l->first)
            pthread_cond_signal(&l->filled);
        *l->last = j;
        l->last = &j->next;
        l->waiting++;
    }
    pthread_mutex_unlock(&l->lock);
    if (!taken)
        l->refused++;
    return taken;
}

static struct job *first_out(struct lane *l)
{
    struct job *j = l->first;
    l->first = j->next;
    if (!l->first)
        l->last = &l->first;
    j->next = NULL;
    l->waiting--;
    return j;
}

struct job *lane_take(struct lane *l, int wait_ms, bool *closed)
{
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
        j = first_out(l);
    else
        *closed = l->closing;
    pthread_mutex_unlock(&l->lock);
    return j;
}

struct job *lane_take_more(struct lane *l, int64_t budget_ns)
{
    struct job *j = NULL;
    pthread_mutex_lock(&l->lock);
    if (l->first && l->first->budget_ns <= budget_ns)
        j = first_out(l);
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

enum status db_write_within(struct db *db, struct arena *mem, write_fn *fn,
                            void *data, int64_t budget_ms)
{
    CHECK(!pthread_equal(pthread_self(), db->thread));
    struct job job = {.fn = fn,
                      .data = data,
                      .mem = mem,
                      .mark = arena_mark(mem),
                      .budget_ns = budget_ms * 1000000};
    if (!lane_put(&db->lane, &job))
        return ERR_BUSY;
    job_wait(&job);
    return job.status;
}

enum status db_write(struct db *db, struct arena *mem, write_fn *fn, void *data)
{
    return db_write_within(db, mem, fn, data, BUDGET_MS);
}

void group_count(struct db *db, unsigned writes)
{
    unsigned i = 0;
    while (i < DB_GROUPS - 1 && 1u << i < writes)
        i++;
    db->groups[i]++;
    db->grouped += writes;
}

struct db_stats db_stats(const struct db *db)
{
    struct db_stats s = {
        .writes = db->writes,
        .commits = db->commits,
        .refused = db->lane.refused,
        .wal_bytes = (int64_t)db->wal_pages * (db->page_size + 24),
        .waiting = db->lane.waiting,
        .slow = db->slow,
        .grouped = db->grouped,
    };
    for (size_t i = 0; i < DB_GROUPS; i++)
        s.groups[i] = db->groups[i];
    return s;
}

uint64_t db_generation(const struct db *db)
{
    return db->generation;
}
