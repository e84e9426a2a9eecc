/*
 * Rows on a server: a backup takes them into a file as the other engine has it,
 * so that it restores on either; a restore gives them to a server again. Both
 * are moves (store/move.h), digests and all.
 */
#include "core/backup.h"

#include "core/journal.h"
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
        *why =
            arena_printf(f->mem, "cannot make the folder %s, for the rows: %s",
                         f->folder, strerror(errno));
        return ERR_SYSTEM;
    }
    if (flock(f->lock, LOCK_EX | LOCK_NB) != 0) {
        *why = "another backup of this folder goes on: wait for its end";
        return ERR_BUSY;
    }
    sweep(f->folder);
    return OK;
}

/* Lines that were not sealed yet at the copy's moment are sealed in the copy:
 * a server gives ids before it commits, so one may lie below a sealed one,
 * where the other engine would not look for it. */
static enum status seal(struct app *app, struct db *db, const char **why)
{
    struct arena *a = &app->mem;
    struct signer signer;
    struct merkle tree;
    struct conn *c;
    uint64_t open = 0;
    TRY(conn_open(db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = journal_open(c, &open);
    if (s == OK && open)
        s = journal_signer(c, a, app->folder, true, &signer, why);
    if (s == OK && open)
        s = journal_load(c, a, &tree);
    conn_end(c);
    conn_close(c);
    return s == OK && open ? journal_seal_copy(db, a, &tree, &signer) : s;
}

static enum status fill(struct app *app, struct rows_file *f,
                        struct cli_bar *bar, const char **why)
{
    const struct db_options o = {
        .path = arena_printf(f->mem, "%s/essaim.db", f->folder),
        .scratch = true}; /* killed, it is swept by the next */
    struct moved moved;
    TRY(db_open(f->mem, &f->db, &o, why));
    const struct move m = {.from = app->db,
                           .to = f->db,
                           .schema = &app->schema,
                           .served = true,
                           .shown = shown,
                           .data = bar};
    TRY(db_move(f->mem, &m, &moved, why));
    return seal(app, f->db, why);
}

enum status rows_file_make(struct app *app, struct cli_bar *bar,
                           struct rows_file *out, const char **why)
{
    *out = (struct rows_file){
        .mem = &app->mem,
        .folder = arena_printf(&app->mem, "%s/" FOLDER, app->folder),
        .lock = -1};
    enum status s = folder_take(out, why);
    if (s == OK)
        s = fill(app, out, bar, why);
    if (s != OK && out->db)
        *why = arena_printf(out->mem, "the rows cannot be copied into %s: %s",
                            app->folder, *why ? *why : db_reason(s));
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
