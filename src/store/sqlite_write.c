/*
 * The writer. It runs all closures that wait, each but the first in a
 * savepoint, commits them together, and only then answers. What goes wrong for
 * one is undone for one; for the first that is the transaction, which begins
 * again. Where SQLite undoes everything (no room, a disk that fails, a
 * statement that was stopped), nobody has been answered yet, and the innocent
 * run again.
 */
#include "store/sqlite.h"

#include "base/log.h"
#include "base/time.h"

#include <unistd.h>

enum {
    GROUP_MOST = 256,
    GROUP_NS = 50000000,   /* no further closure after so long */
    HARD = 10,             /* budgets of wall time, however little was run */
    IDLE_MS = 1000,        /* then the WAL goes into the file */
    IDLE_PAGES = 250,      /* if it has so many */
    PATIENCE = 1000000000, /* ns: for a lock of another program */
    SHARED = 30,           /* times that, when the other is the server */
    TURN_US = 2000,        /* after a commit, so that it gets the lock */
};

struct group {
    struct job *jobs[GROUP_MOST];
    unsigned n;
    int64_t until;
};

/* SQLite's lock has no queue: who waits for it looks every millisecond. */
static enum status begin(struct lite_conn *c)
{
    c->lost = OK;
    c->patience_ns = INT64_C(1) * PATIENCE * (c->conn.db->shared ? SHARED : 1);
    TRY(lite_run(c, "BEGIN IMMEDIATE"));
    c->conn.begun = true;
    return OK;
}

static void rollback(struct lite_conn *c)
{
    c->conn.begun = false;
    if (sqlite3_get_autocommit(c->lite))
        return;
    if (lite_run(c, "ROLLBACK") != OK)
        log_line(LOG_ERROR, "rollback failed", "error", sqlite3_errmsg(c->lite),
                 NULL);
}

/* Of so many closures; one that changes nothing is no commit to be shared.
 * After a failed fsync nobody knows what the disk holds: that is said. */
static enum status commit(struct lite_db *db, unsigned writes)
{
    struct lite_conn *c = db->writer;
    const uint64_t before = db->db.commits;
    enum status s = lite_run(c, "COMMIT");
    if (s == OK) {
        c->conn.begun = false;
        if (db->db.commits != before)
            group_count(&db->db, writes);
        return OK;
    }
    int rc = sqlite3_extended_errcode(c->lite);
    rollback(c);
    return rc == SQLITE_IOERR_FSYNC && s == ERR_STORE ? ERR_UNSURE : s;
}

struct call {
    struct conn *conn;
    struct job *job;
};

static enum status call(void *data)
{
    struct call *k = data;
    return k->job->fn(k->conn, k->job->mem, k->job->data);
}

static struct limit limit_from_now(int64_t budget_ns)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    int64_t now = time_monotonic_ns();
    return (struct limit){
        .wall = now + budget_ns,
        .cpu = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec + budget_ns,
        .hard = now + HARD * budget_ns,
    };
}

/* A reference that is checked only at the end of a transaction is checked at
 * the end of each closure, so that it cannot fail its neighbours. */
static bool reference_is_open(struct lite_conn *c)
{
    int now = 0, most = 0;
    sqlite3_db_status(c->lite, SQLITE_DBSTATUS_DEFERRED_FKS, &now, &most, 0);
    return now > 0;
}

/* Before the first there is nothing to go back to: without a savepoint SQLite
 * keeps no copy of each page that the closure changes. */
static enum status undo(struct lite_conn *c, bool first)
{
    if (!first)
        return lite_run(c, "ROLLBACK TO one");
    rollback(c);
    return begin(c);
}

/* Runs the closure inside the transaction; its verdict is in job->status. Not
 * OK: the transaction is gone, and why. */
static enum status job_run(struct lite_conn *c, struct job *j, bool first)
{
    if (j->ran)
        arena_rewind(j->mem, j->mark);
    j->ran = true;
    c->conn.late = false;
    c->conn.depth = 0;
    c->conn.fallen = OK;
    j->status = first ? OK : lite_run(c, "SAVEPOINT one");
    if (j->status != OK)
        return c->lost = j->status;
    struct call k = {&c->conn, j};
    c->conn.limit = limit_from_now(j->budget_ns);
    j->status = arena_run(j->mem, call, &k);
    c->conn.limit = (struct limit){0};
    /* What it left open is closed here, by the thread that opened it. */
    arena_settle(j->mem, j->mark);
    rows_close_all(c);
    if (c->lost == OK && sqlite3_get_autocommit(c->lite))
        c->lost = ERR_STORE;
    if (c->lost != OK)
        return c->lost;
    if (j->status == OK && c->conn.late)
        j->status = ERR_BUSY;
    if (j->status == OK)
        j->status = c->conn.fallen;
    if (j->status == OK && reference_is_open(c))
        j->status = ERR_CONFLICT;
    if (j->status != OK && undo(c, first) != OK)
        return c->lost = ERR_STORE;
    if (!first && lite_run(c, "RELEASE one") != OK)
        c->lost = ERR_STORE;
    return c->lost;
}

static void answer(struct lite_db *db, struct job *j, enum status s)
{
    db->db.writes++;
    job_answer(j, s);
}

static void answer_all(struct lite_db *db, struct group *g)
{
    for (unsigned i = 0; i < g->n; i++)
        answer(db, g->jobs[i], g->jobs[i]->status);
}

static void run_alone(struct lite_db *db, struct job *j)
{
    struct lite_conn *c = db->writer;
    enum status s = begin(c);
    if (s == OK) {
        s = job_run(c, j, true);
        if (s != OK)
            rollback(c);
        else
            s = commit(db, 1);
    }
    answer(db, j, s == OK ? j->status : s);
}

/* The pages of the WAL go into the file, so that their room can be used again;
 * then whoever cannot be written even alone is refused. */
static void run_each_alone(struct lite_db *db, struct group *g)
{
    checkpoint_restart(db);
    for (unsigned i = 0; i < g->n; i++)
        run_alone(db, g->jobs[i]);
}

static struct job *next_job(struct lite_db *db, struct group *g, unsigned i)
{
    if (i < g->n)
        return g->jobs[i];
    if (i == GROUP_MOST || (i > 0 && time_monotonic_ns() > g->until))
        return NULL;
    struct job *j = lane_take_more(db, GROUP_NS);
    if (j)
        g->jobs[g->n++] = j;
    return j;
}

/* Runs the group's closures and those that come meanwhile. Not OK: the
 * transaction is gone at *at. */
static enum status run_together(struct lite_db *db, struct group *g,
                                unsigned *at)
{
    struct job *j;
    for (*at = 0; (j = next_job(db, g, *at)); ++*at) {
        enum status s = job_run(db->writer, j, *at == 0);
        if (s != OK)
            return s;
    }
    return OK;
}

static void group_run(struct lite_db *db, struct job *first)
{
    struct group g = {
        .jobs = {first}, .n = 1, .until = time_monotonic_ns() + GROUP_NS};
    while (g.n > 0) {
        unsigned at = 0;
        enum status s = begin(db->writer);
        if (s != OK) {
            for (unsigned i = 0; i < g.n; i++)
                answer(db, g.jobs[i], s);
            return;
        }
        s = run_together(db, &g, &at);
        if (s == OK && commit(db, g.n) == OK) {
            answer_all(db, &g);
            return;
        }
        rollback(db->writer);
        if (s != ERR_BUSY) {
            run_each_alone(db, &g);
            return;
        }
        /* It was stopped in its time; its neighbours begin again. */
        answer(db, g.jobs[at], ERR_BUSY);
        g.n--;
        memmove(&g.jobs[at], &g.jobs[at + 1], (g.n - at) * sizeof(g.jobs[0]));
    }
}

void *writer_main(void *data)
{
    struct lite_db *db = data;
    bool closed = false;
    pthread_setname_np(pthread_self(), "writer");
    while (!closed) {
        bool rest = db->wal_pages - db->checkpointed < IDLE_PAGES;
        struct job *j = lane_take(db, rest ? -1 : IDLE_MS, &closed);
        if (j) {
            group_run(db, j);
            checkpoint_when_due(db);
            if (db->db.shared)
                usleep(TURN_US);
        } else if (!closed) {
            checkpoint_ask(db);
        }
    }
    checkpointer_stop(db);
    checkpoint_last(db);
    return NULL;
}
