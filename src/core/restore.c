/*
 * `essaim restore`: a data folder of a backup. It grows in a folder
 * "restoring" inside of the new one, where no server will serve it, proves
 * itself there, and only then takes its place, the database last.
 */
#include "core/backup.h"
#include "base/disk.h"

#include "base/json.h"
#include "base/time.h"
#include "core/journal.h"
#include "store/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PIECE = 1 << 20, MANIFEST_MOST = 64 << 20 };

struct restoring {
    struct cli *cli;
    struct arena *mem;
    struct archive *from;
    const char *file, *dir, *place; /* place: DIR/restoring */
    const char *server; /* postgresql://…, where the rows go; or NULL */
    bool made;          /* dir was not there before */
    uid_t user;         /* whose it shall be when root restores; 0: root's */
    gid_t group;
    const char *why;
    struct cli_bar bar;
    char *pieces; /* two, by turns */
    size_t turn;
    struct str manifest, digest; /* members read, as they stand */
    const struct json_value *told;
    size_t tables; /* seen to have as many rows as told */
    size_t moved;  /* of them, those that a move would take, and their rows */
    int64_t rows;
    struct backup_files files;
};

static enum status refuse(struct restoring *r, enum status s, const char *fmt,
                          ...) PRINTF(3, 4);
static enum status refuse(struct restoring *r, enum status s, const char *fmt,
                          ...)
{
    va_list args;
    va_start(args, fmt);
    r->why = arena_vprintf(r->mem, fmt, args);
    va_end(args);
    return s;
}

static enum status no_room(struct restoring *r)
{
    return refuse(r, ERR_FULL,
                  "no room is left for %s: make room, or name a folder on"
                  " another disk with --data",
                  r->dir);
}

static enum status system_fault(struct restoring *r, const char *path)
{
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
        return no_room(r);
    return refuse(r, ERR_SYSTEM, "%s cannot be written: %s", path,
                  strerror(errno));
}

static enum status damaged(struct restoring *r, const char *what)
{
    return refuse(r, ERR_INVALID,
                  "%s is damaged (%s): copy it anew from where it was kept, or"
                  " take another backup",
                  r->file, what);
}

/* What root makes belongs to whoever has the folder, so that he can serve it.
 */
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
        return refuse(r, ERR_SYSTEM,
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
        return refuse(r, ERR_CONFLICT,
                      "%s/%s is of a restore that did not end: remove %s,"
                      " and restore again",
                      r->dir, first, r->dir);
    if (first)
        return refuse(r, ERR_CONFLICT,
                      "%s holds something already (%s): name an empty folder",
                      r->dir, first);
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

static enum status member_keep(struct restoring *r, const char *name,
                               int64_t size, struct str *out)
{
    if (size > MANIFEST_MOST)
        return damaged(r, "its manifest is too large");
    char *text = arena_alloc(r->mem, (size_t)size + 1);
    size_t at = 0, n;
    do {
        enum status s = archive_read(r->from, text + at, (size_t)size - at, &n);
        if (s != OK)
            return read_failed(r, s);
        at += n;
    } while (n);
    (void)name;
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
            return damaged(r, "something follows its manifest");
        if (same(name, MANIFEST_DIGEST)) {
            TRY(member_keep(r, name, size, &r->digest));
            continue;
        }
        if (same(name, MANIFEST)) {
            TRY(member_keep(r, name, size, &r->manifest));
            continue;
        }
        TRY(file_make(r, name, &fd));
        s = member_copy(r, fd, name);
        close(fd);
        TRY(s);
    }
    return s == ERR_NOT_FOUND ? OK : read_failed(r, s);
}

static int64_t number_of(const struct json_value *object, const char *key)
{
    const struct json_value *v = object ? json_get(object, key) : NULL;
    return v && v->type == J_INT ? v->i : NONE;
}

static struct str text_of(const struct json_value *object, const char *key)
{
    const struct json_value *v = object ? json_get(object, key) : NULL;
    return v && v->type == J_TEXT ? v->s : STR("");
}

/* Has the manifest m the digest that stands last? */
static bool vouched(struct restoring *r, const struct packed *m)
{
    while (m && !same(m->name, MANIFEST))
        m = m->next;
    const struct str line = str_of(backup_sums(r->mem, m)), is = r->digest;
    return is.n >= line.n && memcmp(is.p + is.n - line.n, line.p, line.n) == 0;
}

/* Members as the manifest names them: each, in order, and no other. */
static enum status check_members(struct restoring *r)
{
    const char *why;
    const struct packed *m = archive_packed(r->from);
    if (!r->manifest.p || !r->digest.p)
        return refuse(r, ERR_INVALID,
                      "%s is no backup: it has no manifest; name a file that"
                      " essaim backup made",
                      r->file);
    if (!vouched(r, m))
        return damaged(r, "its manifest is another");
    r->told = json_parse(r->mem, r->manifest, &why);
    const struct json_value *list =
        r->told ? json_get(r->told, "members") : NULL;
    if (number_of(r->told, "format") != BACKUP_FORMAT || !list ||
        list->type != J_ARRAY)
        return refuse(r, ERR_INVALID,
                      "%s is of another kind: restore it with the Essaim that"
                      " made it",
                      r->file);
    for (size_t i = 0; i < list->n; i++, m = m->next) {
        const struct json_value *v = &list->members[i].value;
        if (!m || !str_eq(text_of(v, "name"), m->name) ||
            number_of(v, "size") != m->size ||
            !str_eq(text_of(v, "sha256"), hex(r->mem, m->digest, DIGEST)))
            return damaged(r, "a member is not as the manifest says");
    }
    if (!m || !same(m->name, MANIFEST))
        return damaged(r, "a member is not in the manifest");
    /* Earlier ones name the manifest alone, which names the others. */
    if (!str_eq(r->digest, backup_sums(r->mem, archive_packed(r->from))) &&
        !str_eq(r->digest, backup_sums(r->mem, m)))
        return damaged(r, MANIFEST_DIGEST " is another");
    return OK;
}

/* Not what every database is given anew. */
static bool is_moved(const char *table)
{
    const char *last = strrchr(table, '_');
    return !same(table, "core_meta") && !(last && same(last, "_search"));
}

static enum status count_same(void *data, const char *table, int64_t rows)
{
    struct restoring *r = data;
    r->tables++;
    if (is_moved(table)) {
        r->moved++;
        r->rows += rows;
    }
    return rows == number_of(json_get(r->told, "tables"), table)
               ? OK
               : damaged(r,
                         arena_printf(r->mem, "%s has another number of rows",
                                      table));
}

static enum status check_journal(struct restoring *r, struct conn *c)
{
    struct signer signer;
    struct rows *rows;
    uint64_t lines;
    const char *fault, *path = arena_printf(r->mem, "%s/journal.key", r->place);
    const struct json_value *head = json_get(r->told, "journal");
    bool right = number_of(head, "size") == 0;
    /* A laboratory that never served has neither key nor head. */
    if (right && access(path, F_OK) != 0)
        return OK;
    if (access(path, F_OK) != 0)
        return refuse(r, ERR_INVALID,
                      "%s has no journal.key, so its journal cannot be proven:"
                      " restore a backup that has it",
                      r->file);
    TRY(signer_open(path, &signer));
    TRY(journal_verify(c, r->mem, signer.public, &lines, &fault));
    if (fault)
        return damaged(r, fault);
    TRY(db_rows(c, r->mem, SQL("SELECT root FROM core_head WHERE size = :size"),
                ARGS(arg_int("size", number_of(head, "size"))), &rows));
    if (rows_next(rows))
        right =
            str_eq(row_str(rows, 0), str_dup(r->mem, text_of(head, "root")));
    TRY(rows_end(rows));
    return right ? OK : damaged(r, "its journal does not end as it did");
}

static enum status check_in(struct restoring *r, struct conn *c)
{
    const char *fault;
    bool full = true;
    TRY(db_integrity(c, r->mem, &full, &fault));
    if (fault)
        return damaged(r, fault);
    const struct copy_to counts = {.data = r, .rows = count_same};
    TRY(db_count_rows(c, r->mem, &counts));
    const struct json_value *tables = json_get(r->told, "tables");
    if (!tables || tables->n != r->tables)
        return damaged(r, "a table is missing");
    if (json_get(tables, "core_file")) /* none in the oldest */
        TRY(backup_names(c, r->mem, &r->files));
    return check_journal(r, c);
}

/* Who was signed in then may have been shut out since. */
static enum status end_sessions(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    return sessions_end_all(c);
}

/* SQLite calls it an I/O error that what it shares has no room. */
static bool is_full(const char *path)
{
    enum { SHARED = 64 << 10 };
    struct statvfs disk;
    return statvfs(path, &disk) == 0 &&
           (uint64_t)disk.f_bavail * disk.f_frsize < SHARED;
}

static enum status check_database(struct restoring *r)
{
    struct db *db;
    struct conn *c = NULL;
    struct db_options o = {.path =
                               arena_printf(r->mem, "%s/essaim.db", r->place)};
    if (!str_eq(text_of(r->told, "engine"), "sqlite"))
        return refuse(r, ERR_INVALID,
                      "%s is of another database: restore it there", r->file);
    enum status s = db_open(r->mem, &db, &o, &r->why);
    if (s != OK)
        return is_full(r->place) ? no_room(r) : s;
    s = conn_open(db, &c);
    if (s == OK)
        s = conn_begin(c, 0);
    if (s == OK)
        s = check_in(r, c);
    if (c)
        conn_end(c);
    conn_close(c);
    if (s == OK)
        s = db_write(db, r->mem, end_sessions, NULL);
    db_close(db);
    if (s == ERR_FULL)
        return no_room(r);
    if (s != OK && !r->why)
        return refuse(r, s, "%s: its database cannot be read (%s)", r->file,
                      status_name(s));
    return s;
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
    int fd;
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
        s = check_members(r);
    if (s == OK)
        s = check_database(r);
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
    struct str at = text_of(r->told, "at"), by = text_of(r->told, "essaim");
    printf("%s is as it was at %.*s (Essaim %.*s): %zu tables with %" PRId64
           " rows, the journal as sealed to line %" PRId64 "\n",
           r->dir, (int)at.n, at.p, (int)by.n, by.p, r->moved, r->rows,
           number_of(json_get(r->told, "journal"), "size"));
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
        return cli_fail("%s", r.why ? r.why : cli_reason(s));
    say_done(&r);
    return say_lack(&r);
}
