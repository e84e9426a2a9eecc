/* What the programs of test/bench measure with. */
#pragma once

#include "base/time.h"
#include "store/db.h"

#include <time.h>

/* Ends the program that failed. */
static inline void must(enum status s, const char *what)
{
    if (s == OK)
        return;
    fprintf(stderr, "%s: %s\n", what, status_name(s));
    exit(1);
}

static inline int measure_by_time(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* What this thread had of a processor: a machine with other work says less
 * by the clock on its wall. */
static inline int64_t measure_worked(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A commit of somebody else, after which a reader remembers nothing. */
static inline enum status measure_touch(struct conn *c, struct arena *a,
                                        void *data)
{
    (void)a, (void)data;
    return db_exec(c,
                   SQL("INSERT INTO core_setting (name, value) VALUES"
                       " ('measured', '') ON CONFLICT (name) DO UPDATE SET"
                       " value = core_setting.value || '.'"),
                   NO_ARGS, NULL);
}

/* Runs it so many times, each in a snapshot of its own, and prints "what: N,
 * p50 …; aim …)": N is what run gave, the times are milliseconds. */
static inline void
measure(struct db *db, const char *what, const char *aim,
        size_t (*run)(void *data, struct conn *c, struct arena *a), void *data)
{
    enum { ROUNDS = 101, MEDIAN = ROUNDS / 2, LATE = ROUNDS * 95 / 100 };
    int64_t took[ROUNDS], worked[ROUNDS];
    struct conn *c;
    size_t n = 0;
    must(conn_open(db, &c), what);
    for (int i = 0; i < ROUNDS; i++) {
        struct arena mem = {0};
        must(db_write(db, &mem, measure_touch, NULL), what);
        must(conn_begin(c, 0), what);
        const int64_t began = time_monotonic_ns(), work = measure_worked();
        n = run(data, c, &mem);
        took[i] = time_monotonic_ns() - began;
        worked[i] = measure_worked() - work;
        conn_end(c);
        arena_reset(&mem);
    }
    conn_close(c);
    qsort(took, ROUNDS, sizeof(*took), measure_by_time);
    qsort(worked, ROUNDS, sizeof(*worked), measure_by_time);
    printf("%s: %zu, p50 %.1f ms, p95 %.1f ms, of a processor %.1f ms (median"
           " of %d; aim %s)\n",
           what, n, (double)took[MEDIAN] / 1e6, (double)took[LATE] / 1e6,
           (double)worked[MEDIAN] / 1e6, ROUNDS, aim);
}
