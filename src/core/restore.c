/*
 * `essaim restore`: a data folder of a backup. It grows in a folder
 * "restoring" inside of the new one, where no server will serve it, proves
 * itself there (core/restore_proof.c), and only then takes its place, the
 * database last.
 */
#include "core/restore.h"

#include "base/disk.h"
#include "base/time.h"
#include "store/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20, MANIFEST_MOST = 64 << 20 };

enum status restore_refuse(struct restoring *r, enum status s, const char *fmt,
                           ...)
{
    va_list args;
    va_start(args, fmt);
    r->why = arena_vprintf(r->mem, fmt, args);
    va_end(args);
    return s;
}

enum status restore_no_room(struct restoring *r)
{
    return restore_refuse(
        r, ERR_FULL,
        "no room is left for %s: make room, or name a folder on"
        " another disk with --data",
        r->dir);
}

static enum status system_fault(struct restoring *r, const char *path)
{
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
        return restore_no_room(r);
    return restore_refuse(r, ERR_SYSTEM, "%s cannot be written: %s", path,
                          strerror(errno));
}

enum status restore_damaged(struct restoring *r, const char *what)
{
    return restore_refuse(
        r, ERR_INVALID,
        "%s is damaged (%s): copy it anew from where it was kept, or"
        " take another backup",
        r->file, what);
}

/* What root makes belongs to whoever has the folder, who shall serve it. */
static bool own(const struct restoring *r, const char *path)
{
    return !r->user || lchown(path, r->user, r->group) == 0;
}

/* The folder must be absent or empty. */
static enum status place_make(struct restoring *r)
{
    struct stat st;
    r->made = mkdir(r->dir, 0750) == 0;
    if (!r->made && errno == EACCES)
        return restore_refuse(
            r, ERR_SYSTEM,
            "%s cannot be made (%s): make it empty for this user"
            " (sudo install -d -o USER -m 750 %s), or name another"
            " with --data",
            r->dir, strerror(errno), r->dir);
    if ((!r->made && errno != EEXIST) || stat(r->dir, &st) != 0)
        return system_fault(r, r->dir);
    if (geteuid() == 0) {
        r->user = st.st_uid;
        r->group = st.st_gid;
    }
    DIR *d = opendir(r->dir);
    if (!d)
        return system_fault(r, r->dir);
    const char *first = NULL;
    for (const struct dirent *e; !first && (e = readdir(d));)
        if (!same(e->d_name, ".") && !same(e->d_name, ".."))
            first = arena_printf(r->mem, "%s", e->d_name);
    closedir(d);
    if (first && same(first, RESTORING))
        return restore_refuse(
            r, ERR_CONFLICT,
            "%s/%s is of a restore that did not end: remove %s,"
            " and restore again",
            r->dir, first, r->dir);
    if (first)
        return restore_refuse(
            r, ERR_CONFLICT,
            "%s holds something already (%s): name an empty folder", r->dir,
            first);
    if (mkdir(r->place, 0700) != 0 || !own(r, r->place))
        return system_fault(r, r->place);
    return OK;
}

static int drop(const char *path, const struct stat *s, int flag,
                struct FTW *at)
{
    (void)s, (void)flag, (void)at;
    return remove(path);
}

static void place_drop(struct restoring *r)
{
    nftw(r->place, drop, 16, FTW_DEPTH | FTW_PHYS);
    if (r->made)
        rmdir(r->dir);
}

static enum status file_make(struct restoring *r, const char *name, int *fd)
{
    char *path = arena_printf(r->mem, "%s/%s", r->place, name);
    for (char *p = path + strlen(r->place) + 1; (p = strchr(p, '/')); p++) {
        *p = 0;
        const bool good =
            mkdir(path, 0750) == 0 ? own(r, path) : errno == EEXIST;
        *p = '/';
        if (!good)
            return system_fault(r, path);
    }
    *fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (*fd >= 0 && own(r, path))
        return OK;
    if (*fd >= 0)
        close(*fd);
    return system_fault(r, path);
}

static enum status read_failed(struct restoring *r, enum status s)
{
    r->why = archive_why(r->from);
    return s;
}

static enum status member_copy(struct restoring *r, int fd, const char *name)
{
    size_t n;
    do {
        char *piece = r->pieces + (r->turn++ & 1) * PIECE;
        enum status s = archive_read(r->from, piece, PIECE, &n);
        if (s != OK)
            return read_failed(r, s);
        for (size_t at = 0; at < n;) {
            const ssize_t did = write(fd, piece + at, n - at);
            if (did < 0 && errno != EINTR)
                return system_fault(r, name);
            at += did > 0 ? (size_t)did : 0;
        }
        cli_bar_show(&r->bar, archive_passed(r->from) >> 20,
                     archive_size(r->from) >> 20);
    } while (n);
    return fsync(fd) == 0 ? OK : system_fault(r, name);
}

static enum status member_keep(struct restoring *r, int64_t size,
                               struct str *out)
{
    if (size > MANIFEST_MOST)
        return restore_damaged(r, "its manifest is too large");
    char *text = arena_alloc(r->mem, (size_t)size + 1);
    size_t at = 0, n;
    do {
        enum status s = archive_read(r->from, text + at, (size_t)size - at, &n);
        if (s != OK)
            return read_failed(r, s);
        at += n;
    } while (n);
    *out = (struct str){text, at};
    return OK;
}

static enum status unpack(struct restoring *r)
{
    const char *name;
    int64_t size;
    enum status s;
    while ((s = archive_next(r->from, &name, &size)) == OK) {
        int fd = -1;
        if (r->digest.p || (r->manifest.p && !same(name, MANIFEST_DIGEST)))
            return restore_damaged(r, "something follows its manifest");
        if (same(name, MANIFEST_DIGEST)) {
            TRY(member_keep(r, size, &r->digest));
            continue;
        }
        if (same(name, MANIFEST)) {
            TRY(member_keep(r, size, &r->manifest));
            continue;
        }
        TRY(file_make(r, name, &fd));
        s = member_copy(r, fd, name);
        close(fd);
        TRY(s);
    }
    return s == ERR_NOT_FOUND ? OK : read_failed(r, s);
}

static enum status sync_folder(struct restoring *r, const char *path)
{
    return folder_sync(path) ? OK : system_fault(r, path);
}

static enum status move_up(struct restoring *r, const char *name)
{
    const char *from = arena_printf(r->mem, "%s/%s", r->place, name);
    const char *to = arena_printf(r->mem, "%s/%s", r->dir, name);
    return rename(from, to) == 0 ? OK : system_fault(r, to);
}

/* A line "db = …" names the database of where the backup was made: it stays as
 * a comment. */
static enum status forget_db(struct restoring *r)
{
    const char *path = arena_printf(r->mem, "%s/essaim.conf", r->place);
    struct conf conf = {0};
    const char *why;
    struct str text, line;
    struct buf out = {.mem = r->mem};
    int fd = -1;
    if (!conf_file(r->mem, path, &text, &r->why))
        return ERR_SYSTEM;
    if (!conf_text(&conf, r->mem, path, text, &why) ||
        !conf.at[conf_find(STR("db"))].value)
        return OK;
    while (str_next(&text, '\n', &line)) {
        struct str rest = line, key;
        bool is = str_next(&rest, '=', &key) && str_eq(str_trim(key), "db");
        buf_printf(&out, "%s%.*s\n", is ? "# as it was: " : "", (int)line.n,
                   line.p);
    }
    if (unlink(path) != 0)
        return system_fault(r, path);
    TRY(file_make(r, "essaim.conf", &fd));
    struct str anew = buf_done(&out);
    bool written =
        write(fd, anew.p, anew.n) == (ssize_t)anew.n && fsync(fd) == 0;
    close(fd);
    return written ? OK : system_fault(r, path);
}

/* Of a server's backup: its rows, into the file that came with them. */
static enum status fill_file(struct restoring *r)
{
    const char *rows = arena_printf(r->mem, "%s/" COPY_ROWS, r->place);
    if (!restore_has_rows(r))
        return OK;
    const enum status s = rows_fill(r->mem, r->place, &r->why);
    nftw(rows, drop, 16, FTW_DEPTH | FTW_PHYS);
    if (s == ERR_FULL)
        return restore_no_room(r);
    return s == OK ? OK
                   : restore_refuse(r, s, "%s: its rows cannot be put in (%s)",
                                    r->file, r->why ? r->why : db_reason(s));
}

static enum status seal_file(struct restoring *r)
{
    const char *key = arena_printf(r->mem, "%s/journal.key", r->place);
    if (!restore_has_rows(r))
        return OK;
    TRY(rows_seal(r->mem, r->place, &r->why));
    /* One that was never sealed is now, with a key of its own. */
    return access(key, F_OK) != 0 || own(r, key) ? OK : system_fault(r, key);
}

/* The file's rows go to the server that --db names; the file, nowhere. */
static enum status give_rows(struct restoring *r)
{
    const char *db = arena_printf(r->mem, "%s/essaim.db", r->place);
    const struct dirent *e;
    enum status s = rows_give(r->cli->app, db, r->server, &r->bar, &r->why);
    if (s != OK)
        return s;
    DIR *d = opendir(r->place);
    if (!d)
        return system_fault(r, r->place);
    while ((e = readdir(d)))
        if (strncmp(e->d_name, "essaim.db", 9) == 0)
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    return OK;
}

/* Folders are synced below; then all but the database moves, then that. */
static int sync_one(const char *path, const struct stat *s, int flag,
                    struct FTW *at)
{
    (void)s, (void)at;
    if (flag != FTW_DP)
        return 0;
    return !folder_sync(path);
}

static enum status take_place(struct restoring *r)
{
    if (nftw(r->place, sync_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        return system_fault(r, r->place);
    DIR *d = opendir(r->place);
    if (!d)
        return system_fault(r, r->place);
    enum status s = OK;
    for (const struct dirent *e; s == OK && (e = readdir(d));)
        if (*e->d_name != '.' && strncmp(e->d_name, "essaim.db", 9) != 0)
            s = move_up(r, e->d_name);
    closedir(d);
    TRY(s);
    if (!r->server)
        TRY(move_up(r, "essaim.db"));
    TRY(sync_folder(r, r->dir));
    nftw(r->place, drop, 16, FTW_DEPTH | FTW_PHYS);
    TRY(sync_folder(r, r->dir));
    return r->made ? sync_folder(r, dirname(arena_printf(r->mem, "%s", r->dir)))
                   : OK;
}

static enum status key(void *data, bool words, struct seal_key *out,
                       const char **why)
{
    struct restoring *r = data;
    return backup_key(r->cli, words, out, why);
}

static enum status restore(struct restoring *r)
{
    TRY(archive_open(r->mem, r->file, key, r, &r->from, &r->why));
    enum status s = place_make(r);
    if (s != OK) {
        if (r->made)
            rmdir(r->dir);
        return s;
    }
    s = unpack(r);
    if (s == OK)
        s = restore_check_members(r);
    if (s == OK)
        s = fill_file(r);
    if (s == OK)
        s = restore_check_database(r);
    if (s == OK)
        s = seal_file(r);
    if (s == OK)
        s = forget_db(r);
    if (s == OK && r->server)
        s = give_rows(r);
    if (s != OK)
        place_drop(r);
    /* From here on what is made is right, and stays even if it cannot move. */
    return s == OK ? take_place(r) : s;
}

static void say_done(struct restoring *r)
{
    struct str at = told_text(r->told, "at"), by = told_text(r->told, "essaim");
    printf("%s is as it was at %.*s (Essaim %.*s): %zu tables with %" PRId64
           " rows, the journal as sealed to line %" PRId64 "\n",
           r->dir, (int)at.n, at.p, (int)by.n, by.p, r->moved, r->rows,
           told_number(json_get(r->told, "journal"), "size"));
    if (r->server)
        printf("Its rows are in %s. Put this line into %s/essaim.conf and"
               " serve that folder:\ndb = %s\n",
               db_place_shown(r->mem, r->server), r->dir,
               db_place_kept(r->mem, r->server));
    if (geteuid() == 0 && !r->user)
        printf("It belongs to root: sudo chown -R USER: %s, for the user who"
               " serves it.\n",
               r->dir);
}

/* The place can be served, but what the backup lacks it lacks too. */
static int say_lack(struct restoring *r)
{
    backup_compare(r->mem, &r->files, archive_packed(r->from));
    const char *lack = backup_lack(r->mem, &r->files);
    if (!lack)
        return 0;
    cli_fail("%s: %s: bring them into %s from another backup", r->file, lack,
             r->dir);
    return RESTORED_IN_PART;
}

int command_restore(struct cli *cli)
{
    struct arena *a = &cli->app->mem;
    if (cli->argc != 1 ||
        cli->app->conf.at[conf_find(STR("data"))].from == FROM_PROGRAM) {
        cli_fail("restore FILE [--key FILE] --data DIR [--db postgresql://…]");
        return 2;
    }
    const char *server = conf_get(&cli->app->conf, "db");
    struct restoring r = {
        .cli = cli,
        .mem = a,
        .file = cli->argv[0],
        .dir = conf_get(&cli->app->conf, "data"),
        .server = *server ? server : NULL,
        .place =
            arena_printf(a, "%s/" RESTORING, conf_get(&cli->app->conf, "data")),
        .bar = {"MB", isatty(2), time_monotonic_ns()},
        .pieces = arena_alloc(a, (size_t)2 * PIECE),
    };
    signal(SIGXFSZ, SIG_IGN); /* a limit of file size is as a full disk */
    enum status s = restore(&r);
    if (r.bar.shown)
        fprintf(stderr, "\n");
    archive_drop(r.from);
    if (s != OK)
        return cli_fail("%s", r.why ? r.why : db_reason(s));
    say_done(&r);
    return say_lack(&r);
}
