/*
 * `essaim move`: from SQLite's file to a PostgreSQL database, and back. The
 * rows go as store/move.h says; the files, where the data folder is another.
 */
#include "core/backup.h"
#include "base/disk.h"

#include "base/time.h"
#include "core/journal.h"
#include "core/served.h"
#include "store/move.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH = 4, PIECE = 1 << 18 };

/* One of the two sides. */
struct side {
    const char *folder; /* its data folder */
    const char *place;  /* for db_open */
    bool file;
    bool own; /* the source: that folder is not borrowed from the target */
    struct db *db;
};

struct trip {
    struct cli *cli;
    struct arena *mem;
    struct side from, to;
    struct cli_bar bar;
    size_t files;
    bool made;  /* the target's folder was not there before */
    bool fresh; /* nor its file */
};

/* "sqlite:DIR" or "postgresql://…" */
static bool side_of(struct cli *cli, const char *flag, const char *text,
                    struct side *out)
{
    struct arena *a = &cli->app->mem;
    *out = (struct side){.place = text};
    if (str_starts(str_of(text), "postgresql://") ||
        str_starts(str_of(text), "postgres://"))
        return true;
    if (!str_starts(str_of(text), "sqlite:") || !text[7]) {
        cli_fail("--%s takes sqlite:DIR or postgresql://…", flag);
        return false;
    }
    char real[PATH_MAX];
    out->folder =
        arena_printf(a, "%s", realpath(text + 7, real) ? real : text + 7);
    out->place = arena_printf(a, "%s/essaim.db", out->folder);
    out->file = out->own = true;
    return true;
}

/* A database on a server has the folder of --data, else that of the other. */
static void find_folders(struct trip *t)
{
    struct side *from = &t->from, *to = &t->to;
    const struct conf *conf = &t->cli->app->conf;
    const char *data = conf_get(conf, "data");
    const bool said = conf->at[conf_find(STR("data"))].from != FROM_PROGRAM;
    if (!from->file) {
        from->own = said || !to->file;
        from->folder = from->own ? data : to->folder;
    }
    if (!to->file)
        to->folder = said || !from->file ? data : from->folder;
}

static enum status open_side(struct trip *t, struct side *s, const char **why)
{
    const struct db_options o = {.path = s->place};
    return db_open(t->mem, &s->db, &o, why);
}

/* A file that lies where the settings name a server is what was left behind. */
static bool is_left_behind(struct trip *t, const char **why)
{
    struct arena *a = t->mem;
    const char *path = arena_printf(a, "%s/essaim.conf", t->from.folder);
    struct conf own = {0};
    struct str text;
    if (!t->from.file)
        return false;
    if (!conf_file(a, path, &text, why) || !conf_text(&own, a, path, text, why))
        return true;
    const char *db = conf_get(&own, "db");
    if (*db)
        *why = arena_printf(a,
                            "%s says that its rows are in %s: move from there"
                            " (--from %s), or take that line away",
                            path, db_place_shown(a, db), db_place_shown(a, db));
    return *db != 0;
}

static enum status open_both(struct trip *t, const char **why)
{
    if (is_left_behind(t, why))
        return ERR_INVALID;
    if (t->from.file && access(t->from.place, F_OK) != 0) {
        *why =
            arena_printf(t->mem, "there is no database in %s", t->from.folder);
        return ERR_NOT_FOUND;
    }
    if (same(t->from.place, t->to.place)) {
        *why = "--from and --to name the same database";
        return ERR_CONFLICT;
    }
    TRY(open_side(t, &t->from, why));
    TRY(db_alone(t->from.db, t->mem, why));
    t->made = mkdir(t->to.folder, 0750) == 0;
    if (!t->made && errno != EEXIST) {
        *why = arena_printf(t->mem,
                            "cannot make the folder %s (%s): name the data"
                            " folder with --data",
                            t->to.folder, strerror(errno));
        return ERR_SYSTEM;
    }
    t->fresh = t->to.file && access(t->to.place, F_OK) != 0;
    TRY(open_side(t, &t->to, why));
    return db_alone(t->to.db, t->mem, why);
}

/* All of them: nobody else writes to the source. But a transaction that still
 * writes to another database of the same server keeps the lines of after its
 * beginning from being sealed. */
static enum status seal_rest(struct trip *t, struct merkle *tree,
                             const struct signer *signer, const char **why)
{
    enum { TRIES = 150, PAUSE_US = 200000 };
    struct conn *c;
    uint64_t open = 1;
    TRY(conn_open(t->from.db, &c));
    enum status s = OK;
    for (int i = 0; s == OK && open && i < TRIES; i++) {
        if (i)
            usleep(PAUSE_US);
        s = journal_seal_copy(t->from.db, t->mem, tree, signer);
        if (s == OK)
            s = conn_begin(c, 0);
        if (s == OK)
            s = journal_open(c, &open);
        conn_end(c);
    }
    conn_close(c);
    if (s != OK || !open)
        return s;
    *why = "a transaction that has run on the server for long keeps the journal"
           " from being sealed: end it, and call the same again";
    return ERR_BUSY;
}

/*
 * Lines that wait are sealed where they were written: what came before what is
 * known there, and an engine that gives ids in the order of its commits would
 * pass over a lower one that came later. A key is made in the folder that the
 * source is served with, or it could not be backed up by that one any more.
 */
static enum status seal(struct trip *t, const char **why)
{
    struct conn *c;
    struct signer signer;
    struct merkle tree;
    uint64_t open = 0;
    TRY(conn_open(t->from.db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = journal_open(c, &open);
    if (s == OK && open)
        s = journal_signer(c, t->mem, t->from.folder, t->from.own, &signer,
                           why);
    if (s == ERR_NOT_FOUND && !t->from.own)
        *why = "its key is in the data folder that is served with it, or is"
               " made there: name that one with --data";
    if (s == OK && open)
        s = journal_load(c, t->mem, &tree);
    conn_end(c);
    conn_close(c);
    if (s != OK || !open)
        return s;
    return seal_rest(t, &tree, &signer, why);
}

static void shown(void *data, const char *what, int64_t done, int64_t all)
{
    struct trip *t = data;
    cli_bar_turn(&t->bar, what, done, all);
}

static enum status file_fault(struct trip *t, const char *path,
                              const char **why)
{
    const int error = errno;
    *why = arena_printf(t->mem, "%s: %s: %s, then call the same again", path,
                        strerror(error),
                        error == ENOSPC ? "make room" : "mend that");
    return error == ENOSPC ? ERR_FULL : ERR_SYSTEM;
}

static bool same_content(int one, int other, char *pieces)
{
    ssize_t n, m;
    do {
        n = read(one, pieces, PIECE);
        m = read(other, pieces + PIECE, PIECE);
        if (n < 0 || n != m || memcmp(pieces, pieces + PIECE, (size_t)n) != 0)
            return false;
    } while (n);
    return true;
}

static bool copy_content(int from, int to, char *piece)
{
    ssize_t n;
    while ((n = read(from, piece, PIECE)) > 0)
        for (ssize_t at = 0, m; at < n; at += m)
            if ((m = write(to, piece + at, (size_t)(n - at))) < 0)
                return false;
    return n == 0 && fsync(to) == 0;
}

/* One that is there already must be the same. */
static enum status copy_file(struct trip *t, const char *from, const char *to,
                             const char **why)
{
    struct arena mem = {0};
    char *pieces = arena_alloc(&mem, (size_t)2 * PIECE);
    const char *part = arena_printf(t->mem, "%s.part-move", to);
    enum status s = OK;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_RDONLY | O_CLOEXEC);
    if (in >= 0 && out >= 0 && !same_content(in, out, pieces)) {
        *why = arena_printf(t->mem,
                            "%s is there already, and another: move"
                            " to an empty folder",
                            to);
        s = ERR_CONFLICT;
    } else if (in < 0) {
        s = file_fault(t, from, why);
    } else if (out < 0) {
        out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (out < 0 || !copy_content(in, out, pieces) || rename(part, to) != 0)
            s = file_fault(t, part, why);
        t->files++;
    }
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    arena_reset(&mem);
    return s;
}

static enum status sync_folder(struct trip *t, const char *path,
                               const char **why)
{
    return folder_sync(path) ? OK : file_fault(t, path, why);
}

/* All but the database and the settings, which say where the database is. */
static enum status copy_folder(struct trip *t, const char *from, const char *to,
                               int depth, const char **why)
{
    struct arena *a = t->mem;
    const struct dirent *e;
    enum status s = OK;
    DIR *d = opendir(from);
    if (!d && errno == ENOENT)
        return OK;
    if (!d || (mkdir(to, 0750) != 0 && errno != EEXIST)) {
        s = file_fault(t, d ? to : from, why);
        if (d)
            closedir(d);
        return s;
    }
    while (s == OK && (e = readdir(d))) {
        struct stat st;
        const char *one = arena_printf(a, "%s/%s", from, e->d_name);
        const char *other = arena_printf(a, "%s/%s", to, e->d_name);
        if (backup_passes_over(e->d_name) || same(e->d_name, "essaim.conf") ||
            lstat(one, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode) && depth)
            s = copy_folder(t, one, other, depth - 1, why);
        else if (S_ISREG(st.st_mode))
            s = copy_file(t, one, other, why);
    }
    closedir(d);
    return s == OK ? sync_folder(t, to, why) : s;
}

static enum status copy_files(void *data, const char **why)
{
    struct trip *t = data;
    struct stat from, to;
    if (stat(t->from.folder, &from) == 0 && stat(t->to.folder, &to) == 0 &&
        from.st_dev == to.st_dev && from.st_ino == to.st_ino)
        return OK;
    return copy_folder(t, t->from.folder, t->to.folder, DEPTH, why);
}

/* Told before any row goes: another key cannot prove this journal. */
static bool keys_agree(struct trip *t)
{
    struct arena mem = {0};
    char *pieces = arena_alloc(&mem, (size_t)2 * PIECE);
    int key[2];
    const char *const folders[] = {t->from.folder, t->to.folder};
    for (int i = 0; i < 2; i++)
        key[i] = open(arena_printf(&mem, "%s/journal.key", folders[i]),
                      O_RDONLY | O_CLOEXEC);
    const bool agree =
        key[0] < 0 || key[1] < 0 || same_content(key[0], key[1], pieces);
    for (int i = 0; i < 2; i++)
        if (key[i] >= 0)
            close(key[i]);
    arena_reset(&mem);
    return agree;
}

static void say_done(const struct trip *t, const struct moved *m, double s)
{
    printf("%s: %zu tables with %" PRId64 " rows", db_place(t->to.db),
           m->tables, m->rows);
    if (t->files)
        printf(" and %zu files", t->files);
    printf(", proven, in %.1f s", s);
    if (m->resumed)
        printf("; %zu tables were there from before", m->resumed);
    if (t->to.file)
        printf("\nServe it with --data %s; no line \"db = …\" may be left in"
               " its essaim.conf.\n",
               t->to.folder);
    else
        printf("\nPut this line into %s/essaim.conf and serve that folder:\n"
               "db = %s\n",
               t->to.folder, db_place_kept(t->mem, t->to.place));
    const char *folder = t->to.folder;
    if (access(arena_printf(t->mem, "%s/journal.key", folder), F_OK) != 0)
        printf("Bring journal.key and files/ too: %s has no key, so copy them"
               " from the data folder that was served (--data names it), or"
               " the journal proves nothing.\n",
               folder);
    printf("The source is as it was: nobody may write there any more.\n");
}

static int run(struct trip *t)
{
    const struct move m = {.from = t->from.db,
                           .to = t->to.db,
                           .schema = &t->cli->app->schema,
                           .shown = shown,
                           .last = copy_files,
                           .data = t};
    const int64_t began = time_monotonic_ns();
    struct moved moved;
    const char *why = NULL;
    if (!keys_agree(t))
        return cli_fail("%s has another journal.key than the source: move to an"
                        " empty folder, or name the right one with --data",
                        t->to.folder);
    /* Before the journal is sealed, which may make its key: what is refused has
     * changed nothing. */
    enum status s = db_fits(t->from.db, t->mem, m.schema, &why);
    if (s != OK)
        return cli_fail("%s", why ? why : db_reason(s));
    why = NULL;
    s = seal(t, &why);
    if (s != OK)
        return cli_fail("the journal of the source cannot be sealed: %s",
                        why ? why : db_reason(s));
    s = db_move(t->mem, &m, &moved, &why);
    if (t->bar.shown)
        fprintf(stderr, "\n");
    if (s != OK)
        return cli_fail("%s", why);
    if (t->to.file)
        served_forget(t->mem, t->to.folder);
    say_done(t, &moved, (double)(time_monotonic_ns() - began) / 1e9);
    return 0;
}

/* Takes back a folder in which nothing has come: a database of one page has no
 * table. Half of a move stays, to go on. */
static void drop_empty(const struct trip *t)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-lock"};
    enum { PAGE = 4096 };
    struct stat st;
    if (!t->made && !t->fresh)
        return;
    if (t->to.file && stat(t->to.place, &st) == 0 && st.st_size <= PAGE)
        for (size_t i = 0; i < COUNT(ends); i++)
            unlink(arena_printf(t->mem, "%s%s", t->to.place, ends[i]));
    if (t->made)
        rmdir(t->to.folder);
}

int command_move(struct cli *cli)
{
    struct trip t = {.cli = cli,
                     .mem = &cli->app->mem,
                     .bar = {"", isatty(2), time_monotonic_ns()}};
    const char *why = "";
    if (cli->argc || !cli->from || !cli->to) {
        cli_fail("move --from sqlite:DIR --to postgresql://…, or the other way"
                 " round");
        return 2;
    }
    if (!side_of(cli, "from", cli->from, &t.from) ||
        !side_of(cli, "to", cli->to, &t.to))
        return 2;
    find_folders(&t);
    const bool opened = open_both(&t, &why) == OK;
    const int code = opened ? run(&t) : cli_fail("%s", why);
    db_close(t.to.db);
    db_close(t.from.db);
    if (code)
        drop_empty(&t);
    return code;
}
