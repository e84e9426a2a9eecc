#include "core/task.h"

#include "base/log.h"
#include "core/file.h"
#include "core/head.h"
#include "core/import.h"
#include "core/journal.h"
#include "core/link.h"
#include "core/mail.h"
#include "core/meter.h"
#include "core/once.h"
#include "core/tables.h"

#include <pthread.h>

enum {
    LEASE = 600,  /* seconds; a task that is longer goes on under it */
    LOOK_MS = 50, /* between two looks whether anything was written */
    ROUND_MS = 1000,
    MEMORY = 64 << 20,
    SWEEP = 3600,
    DAY = 24 * 60,   /* minutes */
    MAIL_WAIT = 120, /* eight tries within nine hours */
    ENDED = -1,      /* the lease of a task that was given up */
    DIED = 1,        /* that of one whose process died: over long ago */
};

/* Mail has a thread of its own: a server that keeps it waiting holds up
 * nothing else. */
#define MAIL_KIND "core.mail"
#define OF_RUNNER                                                              \
    " AND (CASE WHEN kind = '" MAIL_KIND "' THEN 1 ELSE 0 END) = :mails"

enum status task_add(struct conn *c, const char *kind, const char *payload,
                     const char *unique, int64_t due)
{
    return db_exec(c,
                   SQL("INSERT INTO core_task (kind, payload, unique_key, due)"
                       " VALUES (:kind, :payload, :unique, :due)"
                       " ON CONFLICT (unique_key) DO NOTHING"),
                   ARGS(arg_cstr("kind", kind), arg_cstr("payload", payload),
                        arg_cstr("unique", unique),
                        arg_int("due", due ? due : time_now())),
                   NULL);
}

struct tasks {
    struct app *app;
    pthread_t sealer;
    struct runner {
        struct tasks *tasks;
        bool mails; /* it runs them, and nothing else */
        pthread_t thread;
    } runners[2];
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool stopping;
    struct merkle tree;
    struct signer signer;
    bool seals; /* it has the key for it */
    int64_t swept;
};

struct taken {
    bool mails; /* the runner's */
    int64_t id, attempts;
    const char *kind, *payload;
    enum status status;
};

/* One process has the folder, this one: what bears a lease was being run by one
 * that is no more. */
static enum status forget_leases(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    return db_exec(c,
                   SQL("UPDATE core_task SET lease = :died"
                       " WHERE done IS NULL AND lease > 0"),
                   ARGS(arg_int("died", DIED)), NULL);
}

const struct task_kind core_tasks[] = {
    {"core.import", 0, import_task, import_given_up, "/imports", 0},
    {MAIL_KIND, 0, mail_task, mail_given_up, "/courriels", MAIL_WAIT},
    {"core.journal_head", DAY, head_send, NULL, NULL, 0},
    {0},
};

const struct task_kind *task_kind_of(const char *name)
{
    for (const struct task_kind *k = core_tasks; k->name; k++)
        if (same(k->name, name))
            return k;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct task_kind *k = (*m)->tasks; k && k->name; k++)
            if (same(k->name, name))
                return k;
    return NULL;
}

static enum status tell_given_up(struct conn *c, struct arena *a, void *data)
{
    const struct taken *t = data;
    return task_kind_of(t->kind)->given_up(c, a, t->payload);
}

/* The last try has failed, or died with its process: nobody takes it up again
 * by itself. What it worked at says so, and it stays among those given up, also
 * where that cannot be said: else it would stop all others. */
static enum status give_up(struct conn *c, struct arena *a, struct taken *t,
                           const char *why)
{
    const struct task_kind *k = task_kind_of(t->kind);
    log_line(LOG_ERROR, "task given up", "kind", t->kind, NULL);
    if (k && k->given_up && db_attempt(c, a, tell_given_up, t) != OK)
        log_line(LOG_ERROR, "what a task worked at does not say its end",
                 "kind", t->kind, NULL);
    return db_exec(c,
                   SQL("UPDATE core_task SET lease = :ended, due = :now,"
                       " unique_key = NULL, result = :result WHERE id = :id"),
                   ARGS(arg_int("ended", ENDED), arg_int("now", time_now()),
                        arg_cstr("result", why), arg_int("id", t->id)),
                   NULL);
}

/* One whose last try ended with nobody there to say so. An older version left
 * those it gave up without a lease: their reason stays. */
static enum status bury(struct conn *c, struct arena *a, bool mails,
                        int64_t now, bool *any)
{
    struct rows *rows;
    *any = false;
    TRY(db_rows(c, a,
                SQL("SELECT id, kind, payload, lease, result FROM core_task"
                    " WHERE done IS NULL AND lease BETWEEN 0 AND :now"
                    " AND attempts >= :tries" OF_RUNNER " ORDER BY id LIMIT 1"),
                ARGS(arg_int("now", now), arg_int("tries", TASK_TRIES),
                     arg_int("mails", mails)),
                &rows));
    struct taken t = {0};
    const char *why = NULL;
    if (rows_next(rows)) {
        t = (struct taken){.id = row_int(rows, 0),
                           .kind = row_text(rows, 1),
                           .payload = row_text(rows, 2)};
        why = row_int(rows, 3) ? NULL : row_text(rows, 4);
    }
    TRY(rows_end(rows));
    *any = t.id != 0;
    return t.id ? give_up(c, a, &t, why ? why : "killed") : OK;
}

/* Takes the task that is due the longest, with a lease. It leaves its key: what
 * is asked for from now on, this run may have passed already. */
static enum status take(struct conn *c, struct arena *a, void *data)
{
    struct taken *t = data;
    struct rows *rows;
    int64_t now = time_now();
    t->id = 0;
    bool buried;
    TRY(bury(c, a, t->mails, now, &buried));
    if (buried)
        return OK; /* and the next look takes one */
    TRY(db_rows(c, a,
                SQL("SELECT id, kind, payload, attempts FROM core_task"
                    " WHERE done IS NULL AND due <= :now AND lease <= :now"
                    " AND attempts < :tries" OF_RUNNER
                    " ORDER BY due, id LIMIT 1"),
                ARGS(arg_int("now", now), arg_int("tries", TASK_TRIES),
                     arg_int("mails", t->mails)),
                &rows));
    if (rows_next(rows)) {
        t->id = row_int(rows, 0);
        t->kind = row_text(rows, 1);
        t->payload = row_text(rows, 2);
        t->attempts = row_int(rows, 3) + 1;
    }
    TRY(rows_end(rows));
    if (!t->id)
        return ERR_NOT_FOUND;
    return db_exec(c,
                   SQL("UPDATE core_task SET lease = :lease, unique_key = NULL,"
                       " attempts = attempts + 1 WHERE id = :id"),
                   ARGS(arg_int("lease", now + LEASE), arg_int("id", t->id)),
                   NULL);
}

static int64_t wait_of(const char *kind, int64_t attempts)
{
    const struct task_kind *k = task_kind_of(kind);
    return (k && k->first_wait ? k->first_wait : 1) << attempts;
}

static enum status finish(struct conn *c, struct arena *a, void *data)
{
    struct taken *t = data;
    int64_t now = time_now();
    if (t->status != OK && t->attempts >= TASK_TRIES)
        return give_up(c, a, t, status_name(t->status));
    if (t->status == OK)
        return db_exec(c,
                       SQL("UPDATE core_task SET done = :now, lease = 0,"
                           " result = 'ok' WHERE id = :id"),
                       ARGS(arg_int("now", now), arg_int("id", t->id)), NULL);
    return db_exec(c,
                   SQL("UPDATE core_task SET lease = 0, due = :due,"
                       " result = :result WHERE id = :id"),
                   ARGS(arg_int("due", now + wait_of(t->kind, t->attempts)),
                        arg_cstr("result", status_name(t->status)),
                        arg_int("id", t->id)),
                   NULL);
}

/* Left off for the end of the server, which is no try that failed: the next
 * start takes it up. */
static enum status leave(struct conn *c, struct arena *a, void *data)
{
    const struct taken *t = data;
    (void)a;
    return db_exec(c,
                   SQL("UPDATE core_task SET lease = 0, attempts = attempts - 1"
                       " WHERE id = :id"),
                   ARGS(arg_int("id", t->id)), NULL);
}

struct turn {
    struct tasks *tasks;
    struct arena *mem;
    struct taken *taken;
};

static enum status run(void *data)
{
    struct turn *t = data;
    const struct task_kind *k = task_kind_of(t->taken->kind);
    return k ? k->run(t->tasks->app, t->mem, t->taken->payload) : ERR_NOT_FOUND;
}

/* Runs one task that is due; false: there is none. */
static bool run_one(struct runner *runner, struct arena *mem)
{
    struct tasks *t = runner->tasks;
    struct taken taken = {.mails = runner->mails};
    struct turn turn = {t, mem, &taken};
    if (db_write(t->app->db, mem, take, &taken) != OK)
        return false;
    if (!taken.id)
        return true;
    taken.status = arena_run(mem, run, &turn);
    if (taken.status == ERR_BUSY && t->app->ending) {
        if (db_write(t->app->db, mem, leave, &taken) != OK)
            log_line(LOG_WARN, "task not left off", "kind", taken.kind, NULL);
        return false;
    }
    if (taken.status != OK)
        log_line(LOG_WARN, "task failed", "kind", taken.kind, "status",
                 status_name(taken.status), NULL);
    if (db_write(t->app->db, mem, finish, &taken) != OK)
        log_line(LOG_ERROR, "task not finished", "kind", taken.kind, NULL);
    return true;
}

/* Adds one of a kind that comes again and again, unless one is open, or was
 * done or given up within its time. */
static enum status come_again(struct conn *c, const struct task_kind *k)
{
    int64_t n;
    for (; k && k->name; k++) {
        if (!k->every_minutes)
            continue;
        TRY(db_int(
            c,
            SQL("SELECT count(*) FROM core_task WHERE kind = :kind AND"
                " ((done IS NULL AND attempts < :tries) OR"
                " coalesce(done, due) > :since)"),
            ARGS(arg_cstr("kind", k->name), arg_int("tries", TASK_TRIES),
                 arg_int("since", time_now() - (int64_t)k->every_minutes * 60)),
            &n));
        if (!n)
            TRY(task_add(c, k->name, "", NULL, 0));
    }
    return OK;
}

static enum status sweep(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    TRY(come_again(c, core_tasks));
    for (const struct module *const *m = modules; *m; m++)
        TRY(come_again(c, (*m)->tasks));
    TRY(mails_sweep(c));
    TRY(links_sweep(c));
    return once_forget(c, time_now() - ONCE_SECONDS);
}

/* Waits so long, or until the end (true). */
static bool rest(struct tasks *t, int ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t ns = until.tv_nsec + INT64_C(1000000) * ms;
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&t->mutex);
    if (!t->stopping)
        pthread_cond_timedwait(&t->wake, &t->mutex, &until);
    bool stopping = t->stopping;
    pthread_mutex_unlock(&t->mutex);
    return stopping;
}

/* That the database server is away, the store tells. */
static void tell(const char *event, enum status s)
{
    if (s != OK && s != ERR_AWAY)
        log_line(LOG_WARN, event, "why", status_name(s), NULL);
}

/* What /metrics tells of the tables. */
static void look(struct tasks *t, struct conn *c)
{
    if (!c)
        return;
    if (conn_begin(c, 0) == OK)
        tell("tasks and journal not counted", meter_look(t->app, c));
    conn_end(c);
}

/* Each by itself, once in an hour: what fails now fails a second later too. */
static void sweep_all(struct tasks *t, struct arena *mem)
{
    if (time_now() - t->swept <= SWEEP)
        return;
    t->swept = time_now();
    tell("tasks that come again not added",
         db_write(t->app->db, mem, sweep, t));
    tell("old files not swept", files_sweep(t->app, mem));
    tell("old imports not swept", imports_sweep(t->app, mem));
}

/* A database server that was away has forgotten who serves, and we may have
 * been given up for dead. */
static void stay(struct tasks *t, struct arena *mem)
{
    const char *why = NULL;
    const enum status s = app_claim(t->app, mem, 1, &why);
    if (s == ERR_AWAY)
        return;
    if (s != OK && !t->app->rival)
        log_line(LOG_ERROR, "served twice", "why", why, NULL);
    if (s == OK && t->app->rival)
        log_line(LOG_INFO, "served here alone again", NULL);
    t->app->rival = s != OK;
}

static void *seal_main(void *data)
{
    struct tasks *t = data;
    struct arena mem = {.limit = MEMORY};
    struct conn *c = NULL;
    if (conn_open(t->app->db, &c) != OK)
        c = NULL;
    do {
        if (t->seals)
            tell("journal not sealed",
                 journal_seal(t->app->db, &mem, &t->tree, &t->signer));
        sweep_all(t, &mem);
        arena_reset(&mem);
        look(t, c);
        stay(t, &mem);
        arena_reset(&mem);
    } while (!rest(t, ROUND_MS));
    conn_close(c);
    return NULL;
}

/* A task is due when it was added, or when its time has come: looks as soon as
 * anything was written, and once a second. */
static void *run_main(void *data)
{
    struct runner *runner = data;
    struct tasks *t = runner->tasks;
    struct arena mem = {.limit = MEMORY};
    uint64_t seen = 0;
    for (int waited = ROUND_MS; !rest(t, LOOK_MS); waited += LOOK_MS) {
        uint64_t now = db_generation(t->app->db);
        if (now == seen && waited < ROUND_MS)
            continue;
        seen = now;
        waited = 0;
        while (!t->app->ending && run_one(runner, &mem))
            arena_reset(&mem);
        arena_reset(&mem);
    }
    return NULL;
}

/* The key and the tree. Without the key that sealed the journal people work on,
 * and their lines wait for it. */
static enum status seal_begin(struct tasks *t, struct arena *mem)
{
    struct conn *c;
    const char *why = NULL;
    TRY(conn_open(t->app->db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = journal_signer(c, mem, t->app->folder, true, &t->signer, &why);
    t->seals = s == OK;
    if (s == OK)
        s = journal_load(c, mem, &t->tree);
    conn_end(c);
    conn_close(c);
    if (s != OK)
        log_line(LOG_ERROR, "journal not sealed", "why",
                 why ? why : status_name(s), NULL);
    return s == ERR_NOT_FOUND ? OK : s;
}

struct tasks *tasks_start(struct app *app)
{
    struct tasks *t = alloc_plain(sizeof(*t));
    struct arena mem = {.limit = MEMORY};
    t->app = app;
    if (seal_begin(t, &mem) != OK) {
        free_plain(t);
        arena_reset(&mem);
        return NULL;
    }
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->wake, NULL);
    if (db_write(app->db, &mem, forget_leases, NULL) != OK)
        log_line(LOG_WARN, "tasks of the last run must wait", NULL);
    arena_reset(&mem);
    CHECK(pthread_create(&t->sealer, NULL, seal_main, t) == 0);
    for (size_t i = 0; i < COUNT(t->runners); i++) {
        t->runners[i] = (struct runner){.tasks = t, .mails = i == 1};
        CHECK(pthread_create(&t->runners[i].thread, NULL, run_main,
                             &t->runners[i]) == 0);
    }
    return t;
}

void tasks_stop(struct tasks *t)
{
    t->app->ending = true;
    pthread_mutex_lock(&t->mutex);
    t->stopping = true;
    pthread_cond_broadcast(&t->wake);
    pthread_mutex_unlock(&t->mutex);
    for (size_t i = 0; i < COUNT(t->runners); i++)
        pthread_join(t->runners[i].thread, NULL);
    pthread_join(t->sealer, NULL);
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->mutex);
    free_plain(t);
}
