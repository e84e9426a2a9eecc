/*
 * Rows on a server: a backup has them as the server sends them, beside an empty
 * database file of their shape. A restore puts them into that file
 * (store/copy.h), so that it restores on either engine; to a server they go
 * from there, by a move (store/move.h), digests and all.
 */
#include "core/backup.h"

#include "core/journal.h"
#include "store/copy.h"
#include "store/move.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER ".backup"

static void shown(void *data, const char *what, int64_t done, int64_t all)
{
    cli_bar_turn(data, what, done, all);
}

static int drop(const char *path, const struct stat *s, int flag,
                struct FTW *at)
{
    (void)s, (void)flag;
    return at->level ? remove(path) : 0;
}

/* Of a backup that was killed. */
static void sweep(const char *folder)
{
    nftw(folder, drop, 16, FTW_DEPTH | FTW_PHYS);
}

/* A folder of this process, for as long as it lives. */
static enum status folder_take(struct rows_file *f, const char **why)
{
    if (mkdir(f->folder, 0700) == 0 || errno == EEXIST)
        f->lock = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->lock < 0) {
        *why = arena_printf(f->mem, "cannot make the folder %s: %s", f->folder,
                            strerror(errno));
        return ERR_SYSTEM;
    }
    if (flock(f->lock, LOCK_EX | LOCK_NB) != 0) {
        *why = "another backup of this folder goes on: wait for its end";
        return ERR_BUSY;
    }
    sweep(f->folder);
    return OK;
}

/* What a restore could not put back is told now. *why as db_copy_fits. */
static enum status fits(struct app *app, struct conn *c, struct conn *shape,
                        const char **why)
{
    struct arena *a = &app->mem;
    const char **differences, *fault;
    size_t n = 0;
    TRY(schema_check(c, a, &app->schema, &differences, &n));
    if (n)
        *why = arena_printf(a,
                            "the database is not as this program makes it (%s):"
                            " see essaim db check",
                            differences[0]);
    if (n)
        return ERR_CONFLICT;
    TRY(db_copy_fits(c, shape, a, &fault));
    if (fault)
        *why = arena_printf(a,
                            "no backup of it would restore (%s): put that right"
                            " in the database, then call the same again",
                            fault);
    return fault ? ERR_CONFLICT : OK;
}

static enum status compare(struct app *app, struct db *file, const char **why)
{
    struct conn *c, *shape = NULL;
    TRY(conn_open(app->db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = conn_open(file, &shape);
    if (s == OK)
        s = conn_begin(shape, 0);
    if (s == OK)
        s = fits(app, c, shape, why);
    if (shape)
        conn_end(shape);
    conn_close(shape);
    conn_end(c);
    conn_close(c);
    return s;
}

static enum status make(struct app *app, struct rows_file *f, const char **why)
{
    const struct db_options o = {
        .path = arena_printf(f->mem, "%s/essaim.db", f->folder),
        .scratch = true}; /* killed, it is swept by the next */
    TRY(schema_agrees(app->db, f->mem, &app->schema, why));
    TRY(db_open(f->mem, &f->db, &o, why));
    TRY(schema_open(f->db, f->mem, &app->schema, why));
    return compare(app, f->db, why);
}

enum status rows_file_make(struct app *app, struct rows_file *out,
                           const char **why)
{
    *out = (struct rows_file){
        .mem = &app->mem,
        .folder = arena_printf(&app->mem, "%s/" FOLDER, app->folder),
        .lock = -1};
    enum status s = folder_take(out, why);
    if (s == OK)
        s = make(app, out, why);
    if (s != OK && s != ERR_CONFLICT && out->db)
        *why = arena_printf(out->mem, "no database can be made in %s: %s",
                            out->folder, *why ? *why : db_reason(s));
    return s == ERR_FULL ? ERR_STORE : s;
}

void rows_file_drop(struct rows_file *f)
{
    db_close(f->db);
    if (f->lock < 0)
        return;
    sweep(f->folder);
    rmdir(f->folder);
    close(f->lock);
}

/* Lines that were not sealed yet at the copy's moment are sealed in the file: a
 * server gives ids before it commits, so one may lie below a sealed one, where
 * the other engine would not look for it. */
static enum status seal(struct db *db, struct arena *a, const char *folder,
                        const char **why)
{
    struct signer signer;
    struct merkle tree;
    struct conn *c;
    uint64_t open = 0;
    TRY(conn_open(db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = journal_open(c, &open);
    if (s == OK && open)
        s = journal_signer(c, a, folder, true, &signer, why);
    if (s == OK && open)
        s = journal_load(c, a, &tree);
    conn_end(c);
    conn_close(c);
    return s == OK && open ? journal_seal_copy(db, a, &tree, &signer) : s;
}

static enum status in_file(struct arena *a, const char *place,
                           enum status (*run)(struct db *db, struct arena *a,
                                              const char *folder,
                                              const char **why),
                           const char **why)
{
    const struct db_options o = {.path =
                                     arena_printf(a, "%s/essaim.db", place)};
    struct db *db = NULL;
    enum status s = db_open(a, &db, &o, why);
    if (s == OK)
        s = run(db, a, place, why);
    db_close(db);
    return s;
}

enum status rows_fill(struct arena *a, const char *place, const char **why)
{
    return in_file(a, place, db_fill, why);
}

enum status rows_seal(struct arena *a, const char *place, const char **why)
{
    return in_file(a, place, seal, why);
}

static enum status give(struct app *app, struct db *from, struct db *to,
                        struct cli_bar *bar, const char **why)
{
    struct moved moved;
    const struct move m = {.from = from,
                           .to = to,
                           .schema = &app->schema,
                           .restores = true,
                           .shown = shown,
                           .data = bar};
    TRY(db_alone(to, &app->mem, why));
    return db_move(&app->mem, &m, &moved, why);
}

enum status rows_give(struct app *app, const char *path, const char *place,
                      struct cli_bar *bar, const char **why)
{
    struct db *from = NULL, *to = NULL;
    const struct db_options file = {.path = path}, server = {.path = place};
    enum status s = db_open(&app->mem, &from, &file, why);
    if (s == OK) /* an older backup comes to this program's shape first */
        s = schema_open(from, &app->mem, &app->schema, why);
    if (s == OK)
        s = db_open(&app->mem, &to, &server, why);
    if (s == OK)
        s = give(app, from, to, bar, why);
    db_close(to);
    db_close(from);
    return s;
}
