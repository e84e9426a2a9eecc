/*
 * Writes. A closure runs on its caller's thread, in a serialisable transaction
 * of its own on one of a few connections. It runs again when the server could
 * not put it in order with others, or went away before the COMMIT was sent;
 * when it goes away after that, nobody knows, and that is said.
 */
#include "base/random.h"
#include "base/time.h"
#include "store/postgres.h"

#include <unistd.h>

enum {
    HARD = 10,       /* budgets of wall time … */
    LEAST_MS = 2000, /* … or this: a round trip waits for the machine */
    TRIES = 40,
    LOST_MOST = 3,
    PAUSE_US = 500, /* grows with the tries, by chance */
    PAUSE_MOST_US = 50000,
    CLASHES = 3,    /* then it asks to be alone */
    ALONE_MS = 100, /* and waits so long for those who write */
};

static _Thread_local bool writing;

static struct pg_conn *take_writer(struct pg_db *db)
{
    struct pg_conn *c;
    pthread_mutex_lock(&db->lock);
    while (!db->idle_count && db->made == WRITERS)
        pthread_cond_wait(&db->freed, &db->lock);
    if (db->idle_count) {
        c = db->idle[--db->idle_count];
    } else {
        db->made++;
        c = pg_conn_new(db, true);
    }
    pthread_mutex_unlock(&db->lock);
    return c;
}

static void give_writer(struct pg_db *db, struct pg_conn *c)
{
    pthread_mutex_lock(&db->lock);
    db->idle[db->idle_count++] = c;
    pthread_cond_signal(&db->freed);
    pthread_mutex_unlock(&db->lock);
}

struct call {
    struct pg_conn *conn;
    write_fn *fn;
    struct arena *mem;
    void *data;
};

static enum status call(void *data)
{
    struct call *k = data;
    return k->fn(&k->conn->conn, k->mem, k->data);
}

static void rollback(struct pg_conn *c)
{
    PGresult *answer;
    c->timeout_ms = -1; /* a SET of the transaction went with it */
    if (c->lost || !c->inside)
        return;
    if (pg_ask(c, "ROLLBACK", &answer) != OK)
        c->lost = true;
    PQclear(answer);
}

/* Deferred references are looked at here; a failed transaction answers ROLLBACK
 * to its COMMIT. */
static enum status commit(struct pg_conn *c)
{
    PGresult *answer = NULL;
    if (!c->inside)
        return OK;
    if (PQstatus(c->pg) == CONNECTION_BAD)
        return pg_fail_lost(c);
    c->commits = true;
    enum status s = pg_ask(c, "COMMIT", &answer);
    c->commits = false;
    const bool done = s == OK && same(PQcmdStatus(answer), "COMMIT");
    PQclear(answer);
    if (s != OK)
        return c->lost ? ERR_UNSURE : s;
    return done ? OK : ERR_STORE;
}

/* One run of the closure, to its commit. */
static enum status run_once(struct pg_conn *c, struct call *k,
                            struct arena_mark mark)
{
    c->conn.begun = true;
    c->conn.depth = 0;
    c->conn.fallen = OK;
    c->inside = c->clash = c->broken = c->changed = c->conn.late = false;
    c->taken[0] = 0;
    enum status s = arena_run(k->mem, call, k);
    arena_settle(k->mem, mark);
    if (s == OK)
        s = c->conn.late ? ERR_BUSY : c->conn.fallen;
    if (s == OK && (c->clash || c->lost))
        s = c->lost ? ERR_AWAY : ERR_BUSY;
    if (s == OK)
        s = commit(c);
    if (s != OK)
        rollback(c);
    c->inside = c->conn.begun = false;
    return s;
}

/* Beside the others; or alone among those of this process, if they let it. */
static void take_turn(struct pg_db *db, bool alone)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)ALONE_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (!alone || pthread_rwlock_timedwrlock(&db->turn, &until) != 0)
        pthread_rwlock_rdlock(&db->turn);
}

static void pause_for(int tries)
{
    const unsigned most = (unsigned)(PAUSE_US << (tries < 8 ? tries : 8));
    unsigned char chance[2];
    random_bytes(chance, sizeof(chance));
    const unsigned us = most * (unsigned)(chance[0] + 1) / 256;
    usleep(us < PAUSE_MOST_US ? us : PAUSE_MOST_US);
}

static enum status run_until_done(struct pg_conn *c, struct call *k,
                                  int64_t budget_ns)
{
    const struct arena_mark mark = arena_mark(k->mem);
    const int64_t least = (int64_t)LEAST_MS * 1000000;
    const int64_t most = HARD * budget_ns > least ? HARD * budget_ns : least;
    c->conn.limit.wall = time_monotonic_ns() + most;
    enum status s = ERR_BUSY;
    char taken[REFUSAL] = "";
    for (int tries = 0, lost = 0; tries < TRIES; tries++) {
        take_turn(pg_db(c->conn.db), tries >= CLASHES);
        s = run_once(c, k, mark);
        pthread_rwlock_unlock(&pg_db(c->conn.db)->turn);
        lost += c->lost;
        /* A value taken by somebody at the same moment: only a second run sees
         * who it was, perhaps the same request sent twice. Taken still, it
         * stays refused. */
        const bool again =
            c->clash || c->lost || (*c->taken && !same(c->taken, taken));
        if (s == OK || s == ERR_UNSURE || !again || lost == LOST_MOST ||
            limit_passed(&c->conn))
            break;
        memcpy(taken, c->taken, sizeof(taken));
        if (c->lost)
            pg_disconnect(c);
        pause_for(tries);
        arena_rewind(k->mem, mark);
    }
    c->conn.limit = (struct limit){0};
    return s;
}

enum status pg_write(struct db *base, struct arena *mem, write_fn *fn,
                     void *data, int64_t budget_ns)
{
    struct pg_db *db = pg_db(base);
    CHECK(!writing);
    if (++base->waiting > LANE_MOST) {
        base->waiting--;
        base->refused++;
        return ERR_BUSY;
    }
    struct pg_conn *c = take_writer(db);
    base->waiting--;
    struct call k = {c, fn, mem, data};
    writing = true;
    enum status s = run_until_done(c, &k, budget_ns);
    writing = false;
    base->writes++;
    if (s == OK && c->changed) {
        base->commits++;
        base->generation++;
        group_count(base, 1);
    }
    if (c->lost)
        pg_disconnect(c);
    give_writer(db, c);
    return s;
}
