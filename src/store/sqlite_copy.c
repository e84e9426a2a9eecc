/*
 * Copying an SQLite database that others write to, at the speed of reading it.
 *
 * While a reader holds the first of the WAL's read locks, which means that it
 * reads the file alone and nothing of the WAL, no checkpoint may write to the
 * file (walformat.html, 2.3.1); writers go on into the WAL. A reader gets that
 * lock when it begins at a moment at which the whole WAL is in the file. Such a
 * moment is made: one connection takes the writer's lock, a second puts what is
 * left of the WAL into the file, the reader begins, and the lock is given back;
 * writers wait for a few milliseconds. The file then stands still until the
 * reader ends, and is read through SQLite's own handle: a handle of ours would,
 * when closed, drop the locks that SQLite has on the same file.
 */
#include "store/copy.h"

#include "store/sqlite.h"

#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20, TRIES = 500, PAUSE_US = 20000 };

struct copying {
    struct lite_db *db;
    sqlite3 *holder, *checker; /* hold the writers; put the WAL in the file */
    struct conn *reader;
    struct stat before;
};

/* Is all of the WAL in the file? A scratch file has none: whoever reads it
 * keeps the others from writing. */
static bool checkpointed(const struct copying *k)
{
    return k->db->scratch || checkpoint_whole(k->db, k->checker);
}

/* False: a reader of before holds the WAL, or another has the lock. */
static bool begin_at_rest(struct copying *k)
{
    int64_t things;
    checkpointed(k); /* most of it, before anybody waits */
    if (sqlite3_exec(k->holder, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
        SQLITE_OK)
        return false;
    bool begun = checkpointed(k) && conn_begin(k->reader, 0) == OK;
    if (begun)
        begun = db_int(k->reader, SQL("SELECT count(*) FROM sqlite_schema"),
                       NO_ARGS, &things) == OK &&
                stat(k->db->path, &k->before) == 0;
    if (k->reader->begun && !begun)
        conn_end(k->reader);
    sqlite3_exec(k->holder, "ROLLBACK", NULL, NULL, NULL);
    return begun;
}

static bool stood_still(const struct copying *k)
{
    struct stat now;
    return stat(k->db->path, &now) == 0 && now.st_size == k->before.st_size &&
           now.st_mtim.tv_sec == k->before.st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == k->before.st_mtim.tv_nsec;
}

static enum status read_file(struct copying *k, struct arena *a,
                             const struct copy_to *to)
{
    sqlite3_file *file = NULL;
    char *pieces = arena_alloc(a, (size_t)2 * PIECE);
    if (sqlite3_file_control(lite_conn(k->reader)->lite, NULL,
                             SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        !file || !file->pMethods)
        return ERR_STORE;
    const int64_t size = k->before.st_size;
    TRY(to->part(to->data, "essaim.db", size));
    for (int64_t at = 0; at < size; at += PIECE) {
        int n = size - at < PIECE ? (int)(size - at) : PIECE;
        char *piece = pieces + (at & PIECE);
        if (file->pMethods->xRead(file, piece, n, at) != SQLITE_OK)
            return ERR_STORE;
        TRY(to->bytes(to->data, piece, (size_t)n));
    }
    return stood_still(k) ? OK : ERR_STORE;
}

static enum status copy(struct copying *k, struct arena *a,
                        const struct copy_to *to, const char **why)
{
    bool begun = false;
    if (lite_open_other(k->db, &k->holder) != OK ||
        lite_open_other(k->db, &k->checker) != OK)
        return ERR_STORE;
    /* One that nobody opens again: it reads, and maps nothing. */
    TRY(k->db->db.engine->conn_open(&k->db->db, &k->reader));
    TRY(lite_run(lite_conn(k->reader), "PRAGMA mmap_size = 0"));
    for (int i = 0; i < TRIES && !begun && !k->db->unsynced; i++) {
        if (i)
            usleep(PAUSE_US);
        begun = begin_at_rest(k);
    }
    if (!begun && k->db->unsynced) {
        *why = "a sync of the database's file failed: see the disk, restart";
        return ERR_STORE;
    }
    if (!begun) {
        *why = "a reader or a writer has held the database for too long: try "
               "again";
        return ERR_BUSY;
    }
    if (to->rows)
        TRY(db_count_rows(k->reader, a, to));
    if (to->moment)
        TRY(to->moment(to->data, k->reader));
    return read_file(k, a, to);
}

enum status lite_copy(struct db *db, struct arena *a, const struct copy_to *to,
                      const char **why)
{
    struct copying k = {.db = lite_db(db)};
    enum status s = copy(&k, a, to, why);
    if (s == ERR_STORE && !*why)
        *why = "the database cannot be read: see the disk's state";
    if (k.reader) {
        conn_end(k.reader);
        conn_rest(k.reader);
        db->engine->conn_close(k.reader);
    }
    sqlite3_close(k.holder);
    sqlite3_close(k.checker);
    return s;
}

enum status lite_integrity(struct conn *c, struct arena *a, bool *full,
                           const char **fault)
{
    struct rows *rows;
    *fault = NULL;
    TRY(db_rows(c, a,
                *full ? SQL("PRAGMA integrity_check(1)")
                      : SQL("PRAGMA quick_check(1)"),
                NO_ARGS, &rows));
    if (rows_next(rows) && !str_eq(row_str(rows, 0), "ok"))
        *fault = row_text(rows, 0);
    TRY(rows_end(rows));
    if (*fault)
        return OK;
    TRY(db_rows(c, a, SQL("PRAGMA foreign_key_check"), NO_ARGS, &rows));
    if (rows_next(rows))
        *fault = arena_printf(a, "a row of %s refers to one that is not there",
                              row_text(rows, 0));
    return rows_end(rows);
}

enum status lite_describe(struct conn *c, struct arena *a, const char **text,
                          const char **fault)
{
    int64_t page, pages, free;
    struct rows *rows;
    TRY(db_int(c, SQL("PRAGMA page_size"), NO_ARGS, &page));
    TRY(db_int(c, SQL("PRAGMA page_count"), NO_ARGS, &pages));
    TRY(db_int(c, SQL("PRAGMA freelist_count"), NO_ARGS, &free));
    TRY(db_rows(c, a, SQL("PRAGMA journal_mode"), NO_ARGS, &rows));
    const char *mode = rows_next(rows) ? row_text(rows, 0) : "?";
    TRY(rows_end(rows));
    *text = arena_printf(
        a, "SQLite %s, journal %s, %" PRId64 " MB, %" PRId64 " %% of it free",
        sqlite3_libversion(), mode, page * pages >> 20,
        pages ? free * 100 / pages : 0);
    *fault = NULL;
    if (!same(mode, "wal"))
        *fault = "its journal is not WAL: start the server once on it";
    else if (sqlite3_libversion_number() < 3040000)
        *fault = "SQLite is older than 3.40: install Debian 12's";
    return OK;
}
