/*
 * The writer: one thread that runs everybody's closures in order, each in a
 * savepoint, and commits the group once. Nobody is told before the commit; when
 * the whole group is lost (full disk), each runs again alone, so that only the
 * guilty are refused.
 */
#include "base/log.h"
#include "base/time.h"
#include "store/sqlite_int.h"

enum {
    GROUP_NS = 50 * 1000 * 1000,
    WAL_PAGES = 2000, /* checkpoint beyond so many */
};

struct call {
    struct conn *conn;
    struct job *job;
};

static enum status run_fn(void *data)
{
    struct call *call = data;
    struct job *j = call->job;
    return j->fn(call->conn, j->mem, j->data);
}

/* Runs one closure in its savepoint. False when SQLite has thrown the whole
 * transaction away with it. */
static bool run_job(struct conn *c, struct job *j)
{
    *c->refusal = 0;
    int rc = conn_run(c, "SAVEPOINT job");
    if (rc != SQLITE_OK) {
        j->status = sqlite_status(c, rc);
        return !sqlite3_get_autocommit(c->sqlite);
    }
    c->deadline = time_monotonic_ns() + j->budget_ns;
    struct call call = {c, j};
    struct arena_mark before = arena_mark(j->mem);
    j->status = arena_run(j->mem, run_fn, &call);
    c->deadline = 0;
    /* Its open answers are closed here, on this thread, not by their owner. */
    arena_settle(j->mem, before);
    if (sqlite3_get_autocommit(c->sqlite))
        return false;
    if (j->status != OK && conn_run(c, "ROLLBACK TO job") != SQLITE_OK)
        return false;
    return conn_run(c, "RELEASE job") == SQLITE_OK;
}

static void abandon(struct conn *c)
{
    if (!sqlite3_get_autocommit(c->sqlite))
        conn_run(c, "ROLLBACK");
}

/* Alone in its own transaction. */
static void run_alone(struct conn *c, struct job *j)
{
    int rc = conn_run(c, "BEGIN IMMEDIATE");
    if (rc != SQLITE_OK) {
        j->status = sqlite_status(c, rc);
        return;
    }
    bool whole = run_job(c, j);
    if (whole && j->status == OK) {
        rc = conn_run(c, "COMMIT");
        j->status = sqlite_status(c, rc);
        if (rc == SQLITE_OK) {
            atomic_fetch_add(&c->db->commits, 1);
            return;
        }
    } else if (!whole && j->status == OK) {
        j->status = ERR_STORE;
    }
    abandon(c);
}

/* The group in one transaction; false: nothing of it was kept. */
static bool run_group(struct conn *c, struct job **group, size_t n)
{
    if (conn_run(c, "BEGIN IMMEDIATE") != SQLITE_OK)
        return false;
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (!run_job(c, group[i])) {
            abandon(c);
            return false;
        }
        any |= group[i]->status == OK;
    }
    if (conn_run(c, any ? "COMMIT" : "ROLLBACK") != SQLITE_OK) {
        abandon(c);
        return false;
    }
    atomic_fetch_add(&c->db->commits, any);
    return true;
}

static void checkpoint(struct conn *c, int mode)
{
    int pages = 0, moved = 0;
    sqlite3_wal_checkpoint_v2(c->sqlite, NULL, mode, &pages, &moved);
    atomic_store(&c->db->wal_bytes, pages < 0 ? 0 : (int64_t)pages * 4096);
}

static int wal_grew(void *data, sqlite3 *sqlite, const char *name, int pages)
{
    struct conn *c = data;
    (void)sqlite, (void)name;
    atomic_store(&c->db->wal_bytes, (int64_t)pages * 4096);
    return SQLITE_OK;
}

/* Takes what waits, at most GROUP_MOST; 0: the database closes. */
static size_t take(struct db *db, struct job **group)
{
    size_t n = 0;
    pthread_mutex_lock(&db->mutex);
    while (!db->first && !db->stopping)
        pthread_cond_wait(&db->wake, &db->mutex);
    for (; db->first && n < GROUP_MOST; n++) {
        group[n] = db->first;
        db->first = db->first->next;
        db->waiting--;
    }
    if (!db->first)
        db->last = NULL;
    pthread_mutex_unlock(&db->mutex);
    return n;
}

static void tell(struct db *db, struct job **group, size_t n)
{
    bool changed = false;
    for (size_t i = 0; i < n; i++) {
        changed |= group[i]->status == OK;
        atomic_fetch_add(group[i]->status == OK ? &db->writes : &db->refused,
                         1);
    }
    if (changed)
        atomic_fetch_add(&db->generation, 1);
    pthread_mutex_lock(&db->mutex);
    for (size_t i = 0; i < n; i++) {
        group[i]->done = true;
        pthread_cond_signal(&group[i]->done_cond);
    }
    pthread_mutex_unlock(&db->mutex);
}

void *writer_main(void *data)
{
    struct db *db = data;
    struct conn *c = db->writer;
    struct job *group[GROUP_MOST];
    sqlite3_wal_hook(c->sqlite, wal_grew, c);
    for (size_t n; (n = take(db, group)) != 0;) {
        /* The group ends early when its closures are slow. */
        size_t done = 0;
        while (done < n) {
            size_t part = n - done;
            if (group[done]->budget_ns > GROUP_NS)
                part = 1;
            for (size_t i = 1; i < part; i++)
                if (group[done + i]->budget_ns > GROUP_NS)
                    part = i;
            if (!run_group(c, group + done, part))
                for (size_t i = 0; i < part; i++)
                    run_alone(c, group[done + i]);
            tell(db, group + done, part);
            done += part;
        }
        if (atomic_load(&db->wal_bytes) > (int64_t)WAL_PAGES * 4096)
            checkpoint(c, atomic_load(&db->wal_bytes) >
                                  (int64_t)WAL_PAGES * 4096 * 8
                              ? SQLITE_CHECKPOINT_RESTART
                              : SQLITE_CHECKPOINT_PASSIVE);
    }
    checkpoint(c, SQLITE_CHECKPOINT_TRUNCATE);
    return NULL;
}

enum status db_write_within(struct db *db, struct arena *mem, write_fn *fn,
                            void *data, int64_t budget_ms)
{
    struct job j = {.mem = mem,
                    .fn = fn,
                    .data = data,
                    .budget_ns = budget_ms * 1000000,
                    .done_cond = PTHREAD_COND_INITIALIZER};
    pthread_mutex_lock(&db->mutex);
    if (db->stopping || db->waiting >= QUEUE_MOST) {
        pthread_mutex_unlock(&db->mutex);
        return ERR_BUSY;
    }
    if (db->last)
        db->last->next = &j;
    else
        db->first = &j;
    db->last = &j;
    if (++db->waiting == 1)
        pthread_cond_signal(&db->wake);
    while (!j.done)
        pthread_cond_wait(&j.done_cond, &db->mutex);
    pthread_mutex_unlock(&db->mutex);
    return j.status;
}

enum status db_write(struct db *db, struct arena *mem, write_fn *fn, void *data)
{
    return db_write_within(db, mem, fn, data, 20);
}
