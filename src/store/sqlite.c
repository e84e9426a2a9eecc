/*
 * Opening and closing an SQLite database: one folder, one process, one file
 * that is ours.
 */
#include "store/sqlite.h"

#include "base/disk.h"
#include "base/time.h"
#include "store/dialect.h"

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
    struct lite_conn *c = data;
    if (limit_passed(&c->conn) || tries * INT64_C(1000000) > c->patience_ns)
        return 0;
    usleep(1000);
    return 1;
}

static int on_commit(void *data, sqlite3 *lite, const char *name, int pages)
{
    struct lite_db *db = data;
    (void)lite, (void)name;
    db->wal_pages = pages;
    db->db.commits++;
    db->db.generation++;
    return SQLITE_OK;
}

static int on_profile(unsigned kind, void *data, void *stmt, void *ns)
{
    int64_t took;
    (void)kind;
    memcpy(&took, ns, sizeof(took));
    slow_count(data, took, sqlite3_sql(stmt));
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
static enum status set_up(struct lite_conn *c, bool unsafe_normal)
{
    const bool scratch = lite_db(c->conn.db)->scratch;
    TRY(lite_run(c, "PRAGMA foreign_keys = ON"));
    TRY(lite_run(c, "PRAGMA trusted_schema = OFF"));
    TRY(lite_run(c, "PRAGMA mmap_size = 1073741824"));
    if (!c->conn.writer) {
        TRY(lite_run(c, "PRAGMA cache_size = -256"));
        return lite_run(c, "PRAGMA query_only = ON");
    }
    TRY(lite_run(c, "PRAGMA cache_size = -4000"));
    TRY(lite_run(c, "PRAGMA temp_store = MEMORY"));
    TRY(lite_run(c, "PRAGMA journal_size_limit = 67108864"));
    if (scratch)
        return lite_run(c, "PRAGMA synchronous = OFF");
    if (unsafe_normal)
        return lite_run(c, "PRAGMA synchronous = NORMAL");
    return lite_run(c, "PRAGMA synchronous = FULL");
}

enum status lite_open(struct lite_db *db, bool writer, bool unsafe_normal,
                      struct lite_conn **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, lite_config);
    struct lite_conn *c = alloc_plain(sizeof(*c));
    c->conn.cache.room = FEWER_STATEMENTS;
    c->conn.engine = &sqlite_engine;
    c->conn.db = &db->db;
    c->conn.writer = writer;
    c->patience_ns = INT64_C(5000000000);
    int flags = writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (writer && !db->db.shared)
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
    if (db->db.slow_ms)
        sqlite3_trace_v2(c->lite, SQLITE_TRACE_PROFILE, on_profile, &c->conn);
    TRY(set_up(c, unsafe_normal));
    statements_drop(c);
    return OK;
}

void lite_close(struct lite_conn *c)
{
    if (!c)
        return;
    rows_close_all(c);
    statements_drop(c);
    CHECK(sqlite3_close(c->lite) == SQLITE_OK);
    free_plain(c);
}

enum status lite_open_other(struct lite_db *db, sqlite3 **out)
{
    enum { WAIT_MS = 10000 };
    int rc = sqlite3_open_v2(db->path, out, SQLITE_OPEN_READWRITE, db->vfs);
    if (rc != SQLITE_OK)
        return ERR_STORE;
    sqlite3_busy_timeout(*out, WAIT_MS);
    /* A connection that has read nothing yet knows of no WAL, and would
     * checkpoint none. */
    rc = sqlite3_exec(*out, "PRAGMA schema_version", NULL, NULL, NULL);
    return rc == SQLITE_OK ? OK : ERR_STORE;
}

static enum status open_reader(struct db *db, struct conn **out)
{
    struct lite_conn *c;
    enum status s = lite_open(lite_db(db), false, false, &c);
    if (s != OK) {
        lite_close(c);
        return s;
    }
    *out = &c->conn;
    return OK;
}

static void close_reader(struct conn *c)
{
    lite_close(lite_conn(c));
}

static enum status begin_reading(struct conn *c)
{
    return lite_run(lite_conn(c), "BEGIN");
}

/* Reading it takes the snapshot, if nothing has yet. */
static enum status version_of(struct conn *c, int64_t *out)
{
    return lite_one(c, SQL("PRAGMA data_version"), NO_ARGS, out);
}

static void end_reading(struct conn *conn)
{
    struct lite_conn *c = lite_conn(conn);
    rows_close_all(c);
    /* A reader's COMMIT only ends its snapshot; what fails is logged there. */
    if (conn->begun && !sqlite3_get_autocommit(c->lite) &&
        lite_run(c, "COMMIT") != OK)
        sqlite3_exec(c->lite, "ROLLBACK", NULL, NULL, NULL);
}

static void rest(struct conn *conn)
{
    struct lite_conn *c = lite_conn(conn);
    statements_drop(c);
    sqlite3_db_release_memory(c->lite);
}

/* After access() has refused it. */
static const char *refused(struct arena *a, const char *path, const char *what)
{
    const int error = errno;
    return arena_printf(a, "%s (%s): %s", what, strerror(error),
                        error == EACCES ? disk_refusal(a, path)
                                        : "name another with --data");
}

/* Why the folder cannot be used, as the system says it; NULL when it can. */
static const char *folder_fault(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *folder = slash == path ? "/"
                         : slash ? arena_dup(a, path, (size_t)(slash - path))
                                 : ".";
    const char *unwritten =
        arena_printf(a, "the folder %s cannot be written", folder);
    const char *unread = arena_printf(a, "%s cannot be read and written", path);
    if (access(folder, F_OK) != 0)
        return arena_printf(a,
                            "the folder %s does not exist: make it, or name "
                            "another with --data",
                            folder);
    if (access(folder, W_OK | X_OK) != 0)
        return refused(a, path, unwritten);
    if (access(path, F_OK) == 0 && access(path, R_OK | W_OK) != 0)
        return refused(a, path, unread);
    return NULL;
}

/* A lock that the system drops with the process, however it dies. */
static enum status folder_lock(struct arena *a, struct lite_db *db,
                               const char **why)
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
        return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_SYSTEM;
    close(fd);
    return OK;
}

static enum status ask(struct lite_conn *c, const char *text, int64_t *out)
{
    return db_int(&c->conn, (struct sql){text}, NO_ARGS, out);
}

/* Ours, or nobody's yet: a file that power loss left unfinished is empty. */
static enum status recognise(struct arena *a, struct lite_db *db,
                             const char **why)
{
    struct lite_conn *c = db->writer;
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
    if (id == 0 && db->db.shared) {
        *why = arena_printf(a, "%s is empty: run essaim db migrate", db->path);
        return ERR_STORE;
    }
    if (id == 0)
        TRY(lite_run(c, "PRAGMA application_id = 1165194081"));
    TRY(ask(c, "PRAGMA page_size", &size));
    db->page_size = (int)size;
    if (db->scratch)
        return lite_run(c, "PRAGMA journal_mode = TRUNCATE");
    TRY(db_rows(&c->conn, a, SQL("PRAGMA journal_mode = WAL"), NO_ARGS, &r));
    if (rows_next(r) && !str_eq(row_str(r, 0), "wal")) {
        *why = arena_printf(a,
                            "%s lies where files cannot be shared in memory: "
                            "name a folder on a local disk with --data",
                            db->path);
        return ERR_STORE;
    }
    return rows_end(r);
}

static enum status open_file(struct arena *a, struct lite_db *db,
                             const struct db_options *o, const char **why)
{
    const char *fault = folder_fault(a, o->path);
    if (fault) {
        *why = fault;
        return ERR_SYSTEM;
    }
    if (o->shared && access(o->path, F_OK) != 0) {
        *why =
            arena_printf(a,
                         "there is no %s: name another folder with --data, or "
                         "with --db the server that has its rows; essaim begin "
                         "makes a new laboratory",
                         o->path);
        return ERR_SYSTEM;
    }
    if (!o->shared)
        TRY(folder_lock(a, db, why));
    TRY(file_make(db->path));
    TRY(lite_open(db, true, o->unsafe_normal, &db->writer));
    return recognise(a, db, why);
}

bool lite_thread_start(pthread_t *thread, void *(*main)(void *data),
                       struct lite_db *db)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < COUNT(faults); i++)
        sigdelset(&all, faults[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(thread, NULL, main, db);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0;
}

static bool threads_start(struct lite_db *db)
{
    if (!checkpointer_start(db))
        return false;
    if (lite_thread_start(&db->thread, writer_main, db))
        return true;
    checkpointer_stop(db);
    return false;
}

static const char *open_fault(struct arena *a, const struct lite_db *db,
                              enum status s)
{
    sqlite3 *lite = db->writer ? db->writer->lite : NULL;
    if (lite && sqlite3_errcode(lite) == SQLITE_NOTADB)
        return arena_printf(a,
                            "%s is not a database: move it away, or name "
                            "another folder with --data",
                            db->path);
    const char *fault = lite ? sqlite3_errmsg(lite) : strerror(errno);
    if (s == ERR_FULL)
        return arena_printf(a,
                            "%s cannot be opened (%s): make room on its disk,"
                            " and call the same again",
                            db->path, fault);
    return arena_printf(a,
                        "%s cannot be opened (%s): see the disk's state and "
                        "room, or restore a backup",
                        db->path, fault);
}

static enum status open_db(struct arena *a, struct db **out,
                           const struct db_options *o, const char **why)
{
    struct lite_db *db = NEW(a, struct lite_db);
    db->db.engine = &sqlite_engine;
    db->path = arena_printf(a, "%s", o->path);
    db->db.shown = db->path;
    db->vfs = o->vfs;
    db->db.slow_ms = o->slow_ms;
    db->checkpoint_step = CHECKPOINT_STEP;
    db->lock_fd = -1;
    db->db.shared = o->shared;
    db->scratch = o->scratch;
    lane_open(&db->lane);
    *why = NULL;
    enum status s = open_file(a, db, o, why);
    if (s == OK && !threads_start(db)) {
        *why = "no thread can be started: raise the limit of processes";
        s = ERR_SYSTEM;
    }
    if (s == OK) {
        *out = &db->db;
        return OK;
    }
    if (!*why)
        *why = open_fault(a, db, s);
    lite_close(db->writer);
    if (db->lock_fd >= 0)
        close(db->lock_fd);
    return s;
}

static void close_db(struct db *base)
{
    struct lite_db *db = lite_db(base);
    lane_close(&db->lane);
    pthread_join(db->thread, NULL);
    sqlite3_close(db->holder);
    lite_close(db->writer);
    if (db->lock_fd >= 0)
        close(db->lock_fd);
}

static enum status wal_bytes(struct conn *c, int64_t *out)
{
    const struct lite_db *db = lite_db(c->db);
    *out = (int64_t)db->wal_pages * (db->page_size + 24);
    return OK;
}

static enum status run_text(struct conn *c, const char *text)
{
    return lite_run(lite_conn(c), text);
}

static int64_t last_id(const struct conn *c)
{
    return sqlite3_last_insert_rowid(((const struct lite_conn *)c)->lite);
}

/* One writer, inside its transaction: nobody else can be there. */
static enum status lock(struct conn *c, const char *name)
{
    (void)c, (void)name;
    return OK;
}

const struct engine sqlite_engine = {
    .called = "sqlite",
    .copy = lite_copy,
    .integrity = lite_integrity,
    .describe = lite_describe,
    .loader = &sqlite_loader,
    .hold = lite_hold,
    .dialect = &sqlite_dialect,
    .open = open_db,
    .close = close_db,
    .wal_bytes = wal_bytes,
    .conn_open = open_reader,
    .conn_close = close_reader,
    .begin = begin_reading,
    .version = version_of,
    .end = end_reading,
    .rest = rest,
    .rest_seconds = 1,
    .write = lite_write,
    .run = run_text,
    .rows = lite_rows,
    .exec = lite_exec,
    .one = lite_one,
    .last_id = last_id,
    .lock = lock,
    .next = lite_next,
    .rows_close = lite_rows_close,
    .columns = lite_columns,
    .name = lite_name,
    .whole = lite_whole,
    .real = lite_real,
    .text = lite_text,
    .value = lite_value,
};
