/* What checks, locks and conditions of steps say where the database does not
 * answer. */
#include "unit/demo_world.h"

#include <time.h>

#include "core/module.h"

enum { ROWS = 100, MOST = 8000 };

/* What is asked of one row of an entity: its check, its lock, or a step. */
struct question {
    const struct entity *entity;
    void *row;
    enum { CHECKS, LOCKS, STEPS } what;
    const struct step *step;
};
struct silence {
    struct demo_world w;
    struct question all[MOST];
    size_t n;
};

static const char *answer(struct demo_world *w, const struct question *q)
{
    const char *field;
    switch (q->what) {
    case CHECKS:
        return q->entity->check(w->conn, &w->mem, q->row, &field);
    case LOCKS:
        return q->entity->locked(w->conn, &w->mem, q->row);
    case STEPS:
        break;
    }
    const struct step *s = q->step;
    return s->refuse ? s->refuse(w->conn, &w->mem, q->row, 1)
                     : s->deny(s, s->look(w->conn, &w->mem, q->row));
}

/* Those of which the database is asked something are kept. */
static void put(struct silence *s, struct question q)
{
    const unsigned before = conn_queries(s->w.conn);
    (void)answer(&s->w, &q);
    CHECK(s->n < MOST);
    if (conn_queries(s->w.conn) > before)
        s->all[s->n++] = q;
}

static void put_entity(struct silence *s, const struct entity *e)
{
    struct list list;
    struct list_ask ask = {
        .entity = e, .reach = &reach_all, .limit = ROWS, .no_total = true};
    OKAY(list_load(s->w.conn, &s->w.mem, &ask, &list) == OK);
    for (size_t i = 0; i < list.n; i++) {
        struct question q = {.entity = e, .row = list.rows[i]};
        if (e->check)
            put(s, q);
        q.what = LOCKS;
        if (e->locked)
            put(s, q);
        q.what = STEPS;
        for (q.step = e->steps; q.step && q.step->name; q.step++)
            if (q.step->refuse || q.step->deny)
                put(s, q);
    }
}

/* From now on no question is answered. */
static void be_silent(struct demo_world *w)
{
    static const int64_t MS = 1000000;
    conn_end(w->conn);
    OKAY(conn_begin(w->conn, time_monotonic_ns() + 50 * MS) == OK);
    nanosleep(&(struct timespec){.tv_nsec = 60 * MS}, NULL);
}

TEST(demo_silence_is_no_consent)
{
    static struct silence s;
    demo_world_open(&s.w, "demo.db");
    for (const struct module *const *m = modules; *m; m++)
        for (const struct entity *const *e = (*m)->entities; e && *e; e++)
            put_entity(&s, *e);
    OKAY(s.n > 1000);
    be_silent(&s.w);
    for (size_t i = 0; i < s.n; i++)
        OKAY(answer(&s.w, &s.all[i]));
    demo_world_close(&s.w);
}
