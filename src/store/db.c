#include "store/db.h"

#include "store/sqlite_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x45737361 }; /* "Essa" */

/* One process serves a folder at a time. */
static enum status lock(struct arena *a, struct db *db, const char **why)
{
    const char *path = arena_printf(a, "%s-lock", db->path);
    db->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (db->lock_fd < 0) {
        *why = arena_printf(a, "cannot write to %s: %s", path, strerror(errno));
        return ERR_SYSTEM;
    }
    if (flock(db->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return OK;
    *why = arena_printf(
        a, "%s is in use by another Essaim: stop that one first", db->path);
    return ERR_BUSY;
}

static enum status ours(struct arena *a, struct db *db, const char **why)
{
    int64_t id, tables;
    const char *set =
        arena_printf(a, "PRAGMA application_id=%d", APPLICATION_ID);
    *why = arena_printf(a,
                        "%s is not a database of Essaim: give another "
                        "folder, or move it away",
                        db->path);
    struct conn *c = db->writer;
    TRY(db_int(c, SQL("PRAGMA application_id"), NO_ARGS, &id));
    TRY(db_int(c, SQL("SELECT count(*) FROM sqlite_master"), NO_ARGS, &tables));
    if (id == APPLICATION_ID)
        return OK;
    if (id != 0 || tables != 0)
        return ERR_CONFLICT;
    return sqlite_status(c, sqlite3_exec(c->sqlite, set, NULL, NULL, NULL));
}

static void let_go(struct db *db)
{
    conn_close(db->writer);
    if (db->lock_fd >= 0)
        close(db->lock_fd);
    pthread_cond_destroy(&db->wake);
    pthread_mutex_destroy(&db->mutex);
    free_plain(db->path);
    free_plain(db);
}

enum status db_open(struct arena *a, struct db **out,
                    const struct db_options *o, const char **why)
{
    struct db *db = alloc_plain(sizeof(*db));
    size_t n = strlen(o->path) + 1;
    db->path = alloc_plain(n);
    memcpy(db->path, o->path, n);
    db->vfs = o->vfs;
    db->unsafe_normal = o->unsafe_normal;
    pthread_mutex_init(&db->mutex, NULL);
    pthread_cond_init(&db->wake, NULL);
    enum status s = lock(a, db, why);
    if (s == OK) {
        s = conn_new(db, true, &db->writer);
        if (s != OK)
            *why = arena_printf(a,
                                "cannot open %s: not a database, or its "
                                "folder cannot be written to",
                                db->path);
    }
    if (s == OK)
        s = ours(a, db, why);
    if (s != OK) {
        let_go(db);
        return s;
    }
    CHECK(pthread_create(&db->thread, NULL, writer_main, db) == 0);
    *out = db;
    return OK;
}

void db_close(struct db *db)
{
    pthread_mutex_lock(&db->mutex);
    db->stopping = true;
    pthread_cond_signal(&db->wake);
    pthread_mutex_unlock(&db->mutex);
    pthread_join(db->thread, NULL);
    let_go(db);
}

struct db_stats db_stats(const struct db *db)
{
    return (struct db_stats){
        .writes = atomic_load(&db->writes),
        .commits = atomic_load(&db->commits),
        .refused = atomic_load(&db->refused),
        .wal_bytes = atomic_load(&db->wal_bytes),
    };
}

uint64_t db_generation(const struct db *db)
{
    return atomic_load(&db->generation);
}
