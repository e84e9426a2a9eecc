/*
 * The checkpointer: a thread that puts pages of the WAL into the file while the
 * writer goes on. What it has written it also syncs, so that the writer, whose
 * turn it is when the WAL shall begin again, finds next to nothing left to do:
 * everybody waits while the writer does.
 */
#include "store/sqlite.h"

#include "base/log.h"

enum {
    WAL_TRUNK = 4, /* steps of WAL after which readers are waited for */
    WAL_MOST = 16, /* and after which a slow checkpoint is, too */
    WAIT_READERS = 100000000, /* ns: the longest that writers wait for them */
    PATIENCE = 1000000000,    /* ns: for who else has it open, at the end */
};

/* The system tells once that it could not write, and forgets what that was: the
 * next sync is well, and SQLite would drop from the WAL what the disk does not
 * have. So the WAL is kept whole; who opens it next puts all of it in. */
static void sync_heard(struct lite_db *db, int rc)
{
    if (rc != SQLITE_IOERR_FSYNC || atomic_exchange(&db->unsynced, true))
        return;
    log_line(LOG_ERROR, "sync failed", "file", db->path, "todo",
             "see the disk, then restart: until then its WAL grows", NULL);
}

/* What could not be done, a later one does. How many pages are in the file, of
 * how many (-1: not known). */
static int checkpoint(struct lite_db *db, sqlite3 *lite, int mode, int *pages)
{
    int done = db->checkpointed;
    *pages = -1;
    pthread_mutex_lock(&db->checkpointer.turn);
    if (!db->unsynced && sqlite3_wal_checkpoint_v2(lite, NULL, mode, pages,
                                                   &done) != SQLITE_OK) {
        sync_heard(db, sqlite3_extended_errcode(lite));
        *pages = -1;
    }
    pthread_mutex_unlock(&db->checkpointer.turn);
    return done;
}

bool checkpoint_whole(struct lite_db *db, sqlite3 *lite)
{
    int pages;
    const int done = checkpoint(db, lite, SQLITE_CHECKPOINT_PASSIVE, &pages);
    return pages >= 0 && pages == done;
}

/* At once, waiting so long for others. */
static void checkpoint_now(struct lite_db *db, int mode, int64_t patience_ns)
{
    int pages;
    db->writer->patience_ns = patience_ns;
    db->checkpointed = checkpoint(db, db->writer->lite, mode, &pages);
    db->checkpoint_seen = db->wal_pages;
}

void checkpoint_restart(struct lite_db *db)
{
    checkpoint_now(db, SQLITE_CHECKPOINT_RESTART, WAIT_READERS);
}

void checkpoint_last(struct lite_db *db)
{
    if (!db->db.shared)
        checkpoint_now(db, SQLITE_CHECKPOINT_TRUNCATE, PATIENCE);
    if (db->unsynced)
        sqlite3_db_config(db->writer->lite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                          NULL);
}

/* A checkpoint beside which somebody has written syncs nothing. */
static void file_sync(struct lite_db *db, sqlite3 *lite)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(lite, NULL, SQLITE_FCNTL_FILE_POINTER, &file) ==
            SQLITE_OK &&
        file && file->pMethods)
        sync_heard(db, file->pMethods->xSync(file, SQLITE_SYNC_NORMAL |
                                                       SQLITE_SYNC_DATAONLY));
}

static void checkpoint_beside(struct lite_db *db, sqlite3 **lite)
{
    int pages;
    if (!*lite && lite_open_other(db, lite) != OK) {
        sqlite3_close(*lite);
        *lite = NULL;
        return;
    }
    db->checkpointed = checkpoint(db, *lite, SQLITE_CHECKPOINT_PASSIVE, &pages);
    file_sync(db, *lite);
}

static void *checkpointer_main(void *data)
{
    struct lite_db *db = data;
    struct checkpointer *k = &db->checkpointer;
    sqlite3 *lite = NULL;
    pthread_setname_np(pthread_self(), "checkpointer");
    pthread_mutex_lock(&k->lock);
    while (!k->ends) {
        if (!k->asked) {
            pthread_cond_wait(&k->wake, &k->lock);
            continue;
        }
        pthread_mutex_unlock(&k->lock);
        checkpoint_beside(db, &lite);
        pthread_mutex_lock(&k->lock);
        k->asked = false;
        k->done = true;
    }
    pthread_mutex_unlock(&k->lock);
    sqlite3_close(lite);
    return NULL;
}

void checkpoint_ask(struct lite_db *db)
{
    struct checkpointer *k = &db->checkpointer;
    db->checkpoint_seen = db->wal_pages;
    pthread_mutex_lock(&k->lock);
    k->asked = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
}

/* Readers come and go, and one is always somewhere in the WAL: passive
 * checkpoints alone would let it grow for ever. Right after one they have the
 * least left to do. */
void checkpoint_when_due(struct lite_db *db)
{
    struct checkpointer *k = &db->checkpointer;
    const int pages = db->wal_pages, step = db->checkpoint_step;
    pthread_mutex_lock(&k->lock);
    const bool busy = k->asked, done = k->done;
    k->done = false;
    pthread_mutex_unlock(&k->lock);
    if (pages < db->checkpoint_seen) { /* it began again */
        db->checkpointed = 0;
        db->checkpoint_seen = db->restart_from = 0;
    }
    const bool full =
        pages >= WAL_MOST * step || (done && pages >= WAL_TRUNK * step);
    if (full && pages >= db->restart_from) {
        checkpoint_restart(db);
        /* A reader may stay for long: not at each step is it waited for, but
         * where the WAL is long already. */
        db->restart_from =
            pages + (pages < WAL_MOST * step ? WAL_TRUNK : 1) * step;
    } else if (!busy && pages >= db->checkpoint_seen + step) {
        checkpoint_ask(db);
    }
}

bool checkpointer_start(struct lite_db *db)
{
    struct checkpointer *k = &db->checkpointer;
    pthread_mutex_init(&k->lock, NULL);
    pthread_mutex_init(&k->turn, NULL);
    pthread_cond_init(&k->wake, NULL);
    return lite_thread_start(&k->thread, checkpointer_main, db);
}

void checkpointer_stop(struct lite_db *db)
{
    struct checkpointer *k = &db->checkpointer;
    pthread_mutex_lock(&k->lock);
    k->ends = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
    pthread_join(k->thread, NULL);
}
