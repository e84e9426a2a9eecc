/*
 * Opening and closing an SQLite database: one folder, one process, one file
 * that is ours.
 */
#include "store/sqlite.h"

#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

enum {
    STEPS = 1000, /* of SQLite's machine between two looks at the clock */
    LOCK_TRIES = 50,
    LOCK_PAUSE_US = 20000, /* a child that died is replaced within a second */
    CHECKPOINT_STEP = 2000,
};

static int on_progress(void *data)
{
    return limit_passed(data);
}

/* Somebody else holds a lock: only a checkpoint, a recovery or another program
 * can. */
static int on_busy(void *data, int tries)
{
    struct conn *c = data;
    if (limit_passed(c) || tries * INT64_C(1000000) > c->patience_ns)
        return 0;
    usleep(1000);
    return 1;
}

static int on_commit(void *data, sqlite3 *lite, const char *name, int pages)
{
    struct db *db = data;
    (void)lite, (void)name;
    db->wal_pages = pages;
    db->commits++;
    db->generation++;
    return SQLITE_OK;
}

/* Values stay out of the log: they are people's. */
static int on_profile(unsigned kind, void *data, void *stmt, void *ns)
{
    struct conn *c = data;
    int64_t took;
    (void)kind;
    memcpy(&took, ns, sizeof(took));
    if (took < c->db->slow_ms * INT64_C(1000000))
        return 0;
    char ms[24];
    snprintf(ms, sizeof(ms), "%" PRId64, took / 1000000);
    c->db->slow++;
    log_line(LOG_WARN, "slow query", "ms", ms, "sql", sqlite3_sql(stmt), NULL);
    return 0;
}

static void lite_config(void)
{
    /* Refused, and harmless so, when SQLite runs already. */
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* else one lock for all */
    sqlite3_initialize();
}

/* A reader's pages are the file's, mapped, not copies of its own. */
static enum status set_up(struct conn *c, bool unsafe_normal)
{
    TRY(lite_run(c, "PRAGMA foreign_keys = ON"));
    TRY(lite_run(c, "PRAGMA trusted_schema = OFF"));
    TRY(lite_run(c, "PRAGMA mmap_size = 1073741824"));
    if (!c->writer) {
        TRY(lite_run(c, "PRAGMA cache_size = -256"));
        return lite_run(c, "PRAGMA query_only = ON");
    }
    TRY(lite_run(c, "PRAGMA cache_size = -4000"));
    TRY(lite_run(c, "PRAGMA temp_store = MEMORY"));
    TRY(lite_run(c, "PRAGMA journal_size_limit = 67108864"));
    if (unsafe_normal)
        return lite_run(c, "PRAGMA synchronous = NORMAL");
    return lite_run(c, "PRAGMA synchronous = FULL");
}

enum status lite_open(struct db *db, bool writer, bool unsafe_normal,
                      struct conn **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, lite_config);
    struct conn *c = alloc_plain(sizeof(*c));
    c->db = db;
    c->writer = writer;
    c->patience_ns = INT64_C(5000000000);
    int flags = writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (writer && !db->shared)
        flags |= SQLITE_OPEN_CREATE;
    int rc = sqlite3_open_v2(db->path, &c->lite, flags | SQLITE_OPEN_NOMUTEX,
                             db->vfs);
    *out = c;
    TRY(lite_status(c, rc, "open"));
    sqlite3_extended_result_codes(c->lite, 1);
    sqlite3_db_config(c->lite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_progress_handler(c->lite, STEPS, on_progress, c);
    sqlite3_busy_handler(c->lite, on_busy, c);
    if (writer)
        sqlite3_wal_hook(c->lite, on_commit, db);
    if (db->slow_ms)
        sqlite3_trace_v2(c->lite, SQLITE_TRACE_PROFILE, on_profile, c);
    TRY(set_up(c, unsafe_normal));
    statements_drop(c);
    return OK;
}

void lite_close(struct conn *c)
{
    if (!c)
        return;
    rows_close_all(c);
    statements_drop(c);
    CHECK(sqlite3_close(c->lite) == SQLITE_OK);
    free_plain(c);
}

enum status conn_open(struct db *db, struct conn **out)
{
    struct conn *c;
    enum status s = lite_open(db, false, false, &c);
    if (s != OK) {
        lite_close(c);
        return s;
    }
    db->readers++;
    *out = c;
    return OK;
}

void conn_close(struct conn *c)
{
    if (!c)
        return;
    CHECK(!c->writer);
    c->db->readers--;
    lite_close(c);
}

enum status conn_begin(struct conn *c, int64_t deadline)
{
    CHECK(!c->writer && !c->begun);
    c->limit = (struct limit){.wall = deadline};
    c->late = false;
    c->queries = 0;
    TRY(lite_run(c, "BEGIN"));
    c->begun = true;
    return OK;
}

void conn_end(struct conn *c)
{
    CHECK(!c->writer);
    rows_close_all(c);
    c->limit = (struct limit){0};
    /* A reader's COMMIT only ends its snapshot; what fails is logged there. */
    if (c->begun && !sqlite3_get_autocommit(c->lite) &&
        lite_run(c, "COMMIT") != OK)
        sqlite3_exec(c->lite, "ROLLBACK", NULL, NULL, NULL);
    c->begun = false;
}

void conn_rest(struct conn *c)
{
    CHECK(!c->begun);
    statements_drop(c);
    sqlite3_db_release_memory(c->lite);
}

unsigned conn_queries(const struct conn *c)
{
    return c->queries;
}

bool conn_is_writer(const struct conn *c)
{
    return c->writer;
}

/* Why the folder cannot be used, as the system says it; NULL when it can. */
static const char *folder_fault(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *folder = slash == path ? "/"
                         : slash ? arena_dup(a, path, (size_t)(slash - path))
                                 : ".";
    if (access(folder, F_OK) != 0)
        return arena_printf(a,
                            "the folder %s does not exist: make it, or name "
                            "another with --data",
                            folder);
    if (access(folder, W_OK | X_OK) != 0)
        return arena_printf(a,
                            "the folder %s cannot be written (%s): give this "
                            "user the right to write, or name another with "
                            "--data",
                            folder, strerror(errno));
    if (access(path, F_OK) == 0 && access(path, R_OK | W_OK) != 0)
        return arena_printf(a,
                            "%s cannot be read and written (%s): give this "
                            "user the right to, or name another with --data",
                            path, strerror(errno));
    return NULL;
}

/* A lock that the system drops with the process, however it dies. */
static enum status folder_lock(struct arena *a, struct db *db, const char **why)
{
    const char *path = arena_printf(a, "%s-lock", db->path);
    db->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (db->lock_fd < 0) {
        *why = arena_printf(a, "%s cannot be opened (%s): see its rights", path,
                            strerror(errno));
        return ERR_SYSTEM;
    }
    for (int i = 0; flock(db->lock_fd, LOCK_EX | LOCK_NB) != 0; i++) {
        char pid[16] = "?";
        if (i < LOCK_TRIES) {
            usleep(LOCK_PAUSE_US);
            continue;
        }
        ssize_t n = pread(db->lock_fd, pid, sizeof(pid) - 1, 0);
        pid[n > 0 ? n : 0] = 0;
        pid[strcspn(pid, " ")] = 0;
        *why = arena_printf(a,
                            "%s is in use by another Essaim (process %s): stop "
                            "it, or name another folder with --data",
                            db->path, pid);
        return ERR_SYSTEM;
    }
    char pid[16];
    int n = snprintf(pid, sizeof(pid), "%-15d", (int)getpid());
    /* Only for the message above; a full disk may keep it empty. */
    if (pwrite(db->lock_fd, pid, (size_t)n, 0) != n)
        return OK;
    return OK;
}

/* Nobody else on the machine reads it; SQLite gives its WAL the same mode. */
static enum status file_make(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return ERR_SYSTEM;
    close(fd);
    return OK;
}

static enum status ask(struct conn *c, const char *text, int64_t *out)
{
    return db_int(c, (struct sql){text}, NO_ARGS, out);
}

/* Ours, or nobody's yet: a file that power loss left unfinished is empty. */
static enum status recognise(struct arena *a, struct db *db, const char **why)
{
    struct conn *c = db->writer;
    int64_t id, things, size;
    struct rows *r;
    TRY(ask(c, "PRAGMA application_id", &id));
    TRY(ask(c, "SELECT count(*) FROM sqlite_schema", &things));
    if (id != APPLICATION_ID && (id != 0 || things > 0)) {
        *why = arena_printf(a,
                            "%s belongs to another program: move it away, or "
                            "name another folder with --data",
                            db->path);
        return ERR_STORE;
    }
    if (id == 0 && db->shared) {
        *why = arena_printf(a, "%s is empty: run essaim db migrate", db->path);
        return ERR_STORE;
    }
    if (id == 0)
        TRY(lite_run(c, "PRAGMA application_id = 1165194081"));
    TRY(ask(c, "PRAGMA page_size", &size));
    db->page_size = (int)size;
    TRY(db_rows(c, a, SQL("PRAGMA journal_mode = WAL"), NO_ARGS, &r));
    if (rows_next(r) && !str_eq(row_str(r, 0), "wal")) {
        *why = arena_printf(a,
                            "%s lies where files cannot be shared in memory: "
                            "name a folder on a local disk with --data",
                            db->path);
        return ERR_STORE;
    }
    return rows_end(r);
}

static enum status open_file(struct arena *a, struct db *db,
                             const struct db_options *o, const char **why)
{
    const char *fault = folder_fault(a, o->path);
    if (fault) {
        *why = fault;
        return ERR_SYSTEM;
    }
    if (o->shared && access(o->path, F_OK) != 0) {
        *why = arena_printf(a,
                            "there is no %s: run essaim db migrate or essaim "
                            "demo, or name another folder with --data",
                            o->path);
        return ERR_SYSTEM;
    }
    if (!o->shared)
        TRY(folder_lock(a, db, why));
    TRY(file_make(db->path));
    TRY(lite_open(db, true, o->unsafe_normal, &db->writer));
    return recognise(a, db, why);
}

/* Signals are for the main thread, but not those of a fault of our own. */
static bool writer_start(struct db *db)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < COUNT(faults); i++)
        sigdelset(&all, faults[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&db->thread, NULL, writer_main, db);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0;
}

static const char *open_fault(struct arena *a, const struct db *db)
{
    sqlite3 *lite = db->writer ? db->writer->lite : NULL;
    if (lite && sqlite3_errcode(lite) == SQLITE_NOTADB)
        return arena_printf(a,
                            "%s is not a database: move it away, or name "
                            "another folder with --data",
                            db->path);
    return arena_printf(a,
                        "%s cannot be opened (%s): see the disk's state and "
                        "room, or restore a backup",
                        db->path,
                        lite ? sqlite3_errmsg(lite) : strerror(errno));
}

enum status db_open(struct arena *a, struct db **out,
                    const struct db_options *o, const char **why)
{
    struct db *db = NEW(a, struct db);
    db->path = arena_printf(a, "%s", o->path);
    db->vfs = o->vfs;
    db->slow_ms = o->slow_ms;
    db->checkpoint_step = CHECKPOINT_STEP;
    db->lock_fd = -1;
    db->shared = o->shared;
    lane_open(&db->lane);
    *why = NULL;
    enum status s = open_file(a, db, o, why);
    if (s == OK && !writer_start(db)) {
        *why = "no thread can be started: raise the limit of processes";
        s = ERR_SYSTEM;
    }
    if (s == OK) {
        *out = db;
        return OK;
    }
    if (!*why)
        *why = open_fault(a, db);
    lite_close(db->writer);
    if (db->lock_fd >= 0)
        close(db->lock_fd);
    return s;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    CHECK(db->readers == 0);
    lane_close(&db->lane);
    pthread_join(db->thread, NULL);
    lite_close(db->writer);
    if (db->lock_fd >= 0)
        close(db->lock_fd);
}
