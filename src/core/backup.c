/*
 * `essaim backup`: one file with all of a laboratory: the database as it is at
 * one moment, the files, the keys, and a manifest that says what each must be.
 */
#include "core/backup.h"

#include "base/json.h"
#include "base/time.h"
#include "core/file.h"
#include "core/served.h"
#include "store/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* What is added to the name of a backup that lacks something. */
#define INCOMPLETE ".incomplete"

enum { BEGINNING = 512 };
enum { PIECE = 1 << 20, DEPTH = 4, WORDS_LEAST = 12, SECRET_MOST = 4096 };

/* From the terminal, unseen. */
static const char *ask_words(struct arena *a, const char *what)
{
    struct termios as_it_was, quiet;
    char *line = arena_alloc(a, SECRET_MOST);
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &as_it_was) != 0)
        return NULL;
    quiet = as_it_was;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(stderr, "%s", what);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    char *got = fgets(line, SECRET_MOST, stdin);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &as_it_was);
    fprintf(stderr, "\n");
    if (got)
        line[strcspn(line, "\n")] = 0;
    return got;
}

static enum status key_of_file(struct cli *cli, struct seal_key *out,
                               const char **why)
{
    struct arena *a = &cli->app->mem;
    char *content = arena_alloc(a, SECRET_MOST);
    int fd = open(cli->key, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, content, SECRET_MOST);
    if (fd >= 0)
        close(fd);
    if (n >= 0 && seal_key_file(a, (struct str){content, (size_t)n}, out) == OK)
        return OK;
    *why = n < 0 ? arena_printf(a,
                                "the key %s cannot be read (%s): name with"
                                " --key a file that this user may read",
                                cli->key, strerror(errno))
                 : arena_printf(a,
                                "%s is no key: make one with"
                                " head -c 32 /dev/urandom >FILE",
                                cli->key);
    return ERR_SYSTEM;
}

enum status backup_key(struct cli *cli, bool words, struct seal_key *out,
                       const char **why)
{
    const char *typed = getenv("ESSAIM_PASSPHRASE");
    if (!words && cli->key)
        return key_of_file(cli, out, why);
    *why = words ? "the backup is sealed by a passphrase: give it in "
                   "ESSAIM_PASSPHRASE,"
                   " or on a terminal"
                 : "the backup is sealed by a key: name its file with --key";
    if (!words || cli->key)
        return ERR_SYSTEM;
    if (!typed || !*typed)
        typed = ask_words(&cli->app->mem, "Passphrase: ");
    if (!typed || !*typed)
        return ERR_SYSTEM;
    *out = (struct seal_key){true, str_of(typed)};
    return OK;
}

struct packing {
    struct cli *cli;
    struct archive *to;
    struct buf manifest;
    struct json json;
    struct cli_bar bar;
    int64_t done, all, expected; /* bytes */
    char *pieces;                /* two, by turns */
    size_t turn, left_out;
    struct backup_files files;
    const char *path, *lack; /* where it goes; what it lacks, or NULL */
    const char *unread;      /* a file that cannot be, and why; or NULL */
    int64_t began;
};

static enum status count(void *data, const char *table, int64_t rows)
{
    struct packing *p = data;
    json_int(&p->json, table, rows);
    return OK;
}

/* The schema, the journal's head and the files named, at the copy's moment. */
static enum status moment(void *data, struct conn *c)
{
    struct packing *p = data;
    struct rows *rows;
    int64_t schema;
    TRY(db_int(c, SQL("SELECT value FROM core_meta WHERE name = 'schema'"),
               NO_ARGS, &schema));
    json_end_object(&p->json);
    json_int(&p->json, "schema", schema);
    TRY(db_rows(c, &p->cli->app->mem,
                SQL("SELECT size, root FROM core_head ORDER BY size DESC"
                    " LIMIT 1"),
                NO_ARGS, &rows));
    json_object(&p->json, "journal");
    bool any = rows_next(rows);
    json_int(&p->json, "size", any ? row_int(rows, 0) : 0);
    json_text(&p->json, "root", any ? row_str(rows, 1) : STR(""));
    json_end_object(&p->json);
    TRY(rows_end(rows));
    return backup_names(c, &p->cli->app->mem, &p->files);
}

static void expect(void *data, int64_t all)
{
    struct packing *p = data;
    p->expected = all;
}

static enum status part(void *data, const char *name, int64_t size)
{
    struct packing *p = data;
    p->all += size;
    return archive_member(p->to, name, size);
}

static enum status bytes(void *data, const void *from, size_t n)
{
    struct packing *p = data;
    p->done += (int64_t)n;
    cli_bar_show(&p->bar, p->done >> 20,
                 (p->all > p->expected ? p->all : p->expected) >> 20);
    return archive_add(p->to, from, n);
}

static enum status unread(struct packing *p, const char *name, const char *how)
{
    struct arena *a = &p->cli->app->mem;
    p->unread = arena_printf(a, "%s/%s cannot be read (%s)",
                             p->cli->app->folder, name, how);
    return ERR_SYSTEM;
}

/* One that grows or shrinks meanwhile is cut or padded by nobody. */
static enum status pack_file(struct packing *p, int dir, const char *entry,
                             const char *name)
{
    struct stat st;
    int fd = openat(dir, entry, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? OK : unread(p, name, strerror(errno));
    enum status s = fstat(fd, &st) == 0 ? OK : ERR_SYSTEM;
    if (s == OK)
        s = part(p, name, st.st_size);
    for (int64_t left = s == OK ? st.st_size : 0; s == OK && left > 0;) {
        char *piece = p->pieces + (p->turn++ & 1) * PIECE;
        const ssize_t n =
            read(fd, piece, left < PIECE ? (size_t)left : (size_t)PIECE);
        s = n > 0 ? bytes(p, piece, (size_t)n)
                  : unread(p, name, n ? strerror(errno) : "it grew shorter");
        left -= n;
    }
    close(fd);
    return s;
}

bool backup_passes_over(const char *name)
{
    static const char *const heads[] = {".",       "essaim.db", SERVED_NOTE,
                                        RESTORING, "part-",     "body-"};
    for (size_t i = 0; i < COUNT(heads); i++)
        if (strncmp(name, heads[i], strlen(heads[i])) == 0)
            return true;
    return strstr(name, ".part-") || strstr(name, ".backup");
}

static enum status pack_folder(struct packing *p, const char *folder,
                               const char *below, int depth)
{
    struct arena *a = &p->cli->app->mem;
    const struct dirent *entry;
    enum status s = OK;
    DIR *d = opendir(folder);
    if (!d)
        return errno == ENOENT && *below ? OK : ERR_SYSTEM;
    while (s == OK && (entry = readdir(d))) {
        struct stat st;
        if (backup_passes_over(entry->d_name) ||
            fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        const char *name = arena_printf(a, "%s%s", below, entry->d_name);
        if (S_ISDIR(st.st_mode) && depth)
            s = pack_folder(p, arena_printf(a, "%s/%s", folder, entry->d_name),
                            arena_printf(a, "%s/", name), depth - 1);
        else if (S_ISREG(st.st_mode) && archive_takes(name))
            s = pack_file(p, dirfd(d), entry->d_name, name);
        else {
            fprintf(stderr, "left out: %s/%s\n", folder, entry->d_name);
            p->left_out++;
        }
    }
    closedir(d);
    return s;
}

static void manifest_begin(struct packing *p, const struct db *db)
{
    struct arena *a = &p->cli->app->mem;
    p->manifest = (struct buf){.mem = a};
    p->json = (struct json){.out = &p->manifest};
    json_object(&p->json, NULL);
    json_int(&p->json, "format", BACKUP_FORMAT);
    json_cstr(&p->json, "essaim", VERSION);
    json_cstr(&p->json, "engine", db_engine(db));
    json_cstr(&p->json, "at", time_iso(a, (int64_t)time(NULL)));
    json_object(&p->json, "tables");
}

static enum status manifest_end(struct packing *p)
{
    struct arena *a = &p->cli->app->mem;
    json_array(&p->json, "members");
    for (const struct packed *m = archive_packed(p->to); m; m = m->next) {
        json_object(&p->json, NULL);
        json_cstr(&p->json, "name", m->name);
        json_int(&p->json, "size", m->size);
        json_cstr(&p->json, "sha256", hex(a, m->digest, DIGEST));
        json_end_object(&p->json);
    }
    json_end_array(&p->json);
    json_end_object(&p->json);
    buf_char(&p->manifest, '\n');
    struct str text = buf_done(&p->manifest);
    TRY(archive_member(p->to, MANIFEST, (int64_t)text.n));
    TRY(archive_add(p->to, text.p, text.n));
    text = str_of(backup_sums(a, archive_packed(p->to)));
    TRY(archive_member(p->to, MANIFEST_DIGEST, (int64_t)text.n));
    return archive_add(p->to, text.p, text.n);
}

static enum status note_backup(struct conn *c, struct arena *a, void *data)
{
    (void)data;
    return setting_set(c, "backup_at", time_iso(a, (int64_t)time(NULL)));
}

static enum status pack_rows(struct packing *p, const char **why)
{
    struct db *db = p->cli->app->db;
    const struct copy_to to = {.data = p,
                               .expect = expect,
                               .rows = count,
                               .moment = moment,
                               .part = part,
                               .bytes = bytes};
    p->bar = (struct cli_bar){"MB", p->bar.shown, time_monotonic_ns()};
    manifest_begin(p, db);
    return db_copy(db, &p->cli->app->mem, &to, why);
}

/* What rows that come without tables are put into by a restore. */
static enum status pack_shape(struct packing *p, const char **why)
{
    const struct copy_to to = {.data = p, .part = part, .bytes = bytes};
    struct rows_file file;
    enum status s = rows_file_make(p->cli->app, &file, why);
    if (s == OK)
        s = db_copy(file.db, file.mem, &to, why);
    rows_file_drop(&file);
    return s;
}

/* A sealed journal without its key would not be restored. */
static enum status look_for_key(struct app *app, struct conn *c,
                                const char **why)
{
    int64_t sealed;
    TRY(db_int(c, SQL("SELECT count(*) FROM core_head"), NO_ARGS, &sealed));
    if (!sealed ||
        access(arena_printf(&app->mem, "%s/journal.key", app->folder), F_OK) ==
            0)
        return OK;
    *why = arena_printf(&app->mem,
                        "%s has no journal.key, without which nothing is"
                        " restored: name the folder that is served with"
                        " --data, or put the key back",
                        app->folder);
    return ERR_CONFLICT;
}

static enum status look(struct packing *p, const char **why)
{
    struct conn *c;
    TRY(conn_open(p->cli->app->db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = look_for_key(p->cli->app, c, why);
    conn_end(c);
    conn_close(c);
    return s;
}

/* One that is not whole never takes the place of one that is. */
static void look_for_gaps(struct packing *p)
{
    struct arena *a = &p->cli->app->mem;
    if (p->bar.shown)
        fprintf(stderr, "\n");
    backup_compare(a, &p->files, archive_packed(p->to));
    p->lack = backup_lack(a, &p->files);
    if (!p->lack)
        return;
    p->path = arena_printf(a, "%s" INCOMPLETE, p->path);
    archive_rename(p->to, p->path);
}

static enum status pack(struct packing *p, const char **why)
{
    struct app *app = p->cli->app;
    /* A row of the copy may go meanwhile; its bytes stay until they are in. */
    int held;
    if (files_hold(&app->mem, app->folder, &held) != OK) {
        *why = arena_printf(&app->mem,
                            "%s/files cannot be held against the sweep: %s",
                            app->folder, strerror(errno));
        return ERR_SYSTEM;
    }
    enum status s = look(p, why);
    if (s == OK && db_copies_rows(app->db))
        s = pack_shape(p, why);
    if (s == OK)
        s = pack_rows(p, why);
    if (s == OK)
        s = pack_folder(p, app->folder, "", DEPTH);
    if (held >= 0)
        close(held);
    TRY(s);
    TRY(manifest_end(p));
    look_for_gaps(p);
    TRY(archive_close(p->to));
    /* For the doctor; not to be told is no reason to have no backup. */
    if (!p->lack && db_write(app->db, &app->mem, note_backup, NULL) != OK)
        fprintf(stderr, "the backup is made, but not noted in the database\n");
    return OK;
}

static int done(struct packing *p, enum status s, const char *why)
{
    const char *path = p->path;
    if (s != OK && p->bar.shown)
        fprintf(stderr, "\n");
    if (s == ERR_FULL)
        return cli_fail("no room for %s: make room, or name a place on another"
                        " disk; nothing is kept of it",
                        path);
    if (s == ERR_CONFLICT && why)
        return cli_fail("%s", why);
    if (s != OK)
        return cli_fail("%s: no backup was made",
                        p->unread ? p->unread
                        : why     ? why
                                  : "the data folder or the file cannot be read"
                                    " or written");
    printf("%s: %" PRId64 " MB in %.1f s%s\n", path,
           archive_passed(p->to) >> 20,
           (double)(time_monotonic_ns() - p->began) / 1e9,
           p->left_out ? ", without what is named above" : "");
    if (p->lack)
        return cli_fail("%s: %s, so it takes no other's place; bring them back"
                        " into %s from an earlier backup, and make this one"
                        " again",
                        path, p->lack, p->cli->app->folder);
    return 0;
}

/* The next one would hold this one. */
static bool in_data_folder(struct cli *cli)
{
    char *path = arena_printf(&cli->app->mem, "%s", cli->argv[0]);
    char *to = realpath(dirname(path), NULL),
         *data = realpath(cli->app->folder, NULL);
    const size_t n = data ? strlen(data) : 0;
    const bool is =
        to && data && strncmp(to, data, n) == 0 && (to[n] == '/' || to[n] == 0);
    free_plain(to);
    free_plain(data);
    return is;
}

/* What stands in the place of the backup: one of the same kind may go, anything
 * else was not meant, least of all a sealed one for one that all can read. */
static const char *in_the_way(const char *path, bool sealed)
{
    char head[BEGINNING] = {0};
    struct stat st;
    if (stat(path, &st) != 0)
        return NULL;
    if (!S_ISREG(st.st_mode))
        return "is there already, and no file";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, head, BEGINNING);
    if (fd >= 0)
        close(fd);
    const bool locked = n > 0 && seal_is((struct str){head, (size_t)n});
    if (locked && !sealed)
        return "is there already, and sealed: this one would not be";
    if (sealed ? locked : n == BEGINNING && same(head, "essaim.db"))
        return NULL;
    return sealed ? "is there already, and no sealed backup"
                  : "is there already, and no backup";
}

/* It may turn out to lack something, and then takes the other name. */
static bool place_is_free(struct cli *cli, bool sealed)
{
    const char *paths[] = {
        cli->argv[0],
        arena_printf(&cli->app->mem, "%s" INCOMPLETE, cli->argv[0])};
    const char *way = NULL;
    for (size_t i = 0; !way && i < COUNT(paths); i++)
        if ((way = in_the_way(paths[i], sealed)))
            cli_fail("%s %s; name another place, or add --force", paths[i],
                     way);
    return !way;
}

int command_backup(struct cli *cli)
{
    struct arena *a = &cli->app->mem;
    struct seal_key key;
    const char *why = NULL;
    const char *words = getenv("ESSAIM_PASSPHRASE");
    bool by_words = cli->passphrase || (!cli->key && words && *words);
    if (cli->argc != 1 || (cli->key && cli->passphrase)) {
        cli_fail("backup FILE [--key FILE | --passphrase] [--force]");
        return 2;
    }
    if ((cli->key || by_words) && backup_key(cli, by_words, &key, &why) != OK)
        return cli_fail("%s", why);
    if (by_words && key.secret.n < WORDS_LEAST)
        return cli_fail("the passphrase is shorter than %d bytes: take several"
                        " words",
                        WORDS_LEAST);
    if (in_data_folder(cli))
        return cli_fail(
            "%s lies in the data folder: name a place outside of it",
            cli->argv[0]);
    if (!cli->force && !place_is_free(cli, cli->key || by_words))
        return 1;
    struct packing p = {.cli = cli,
                        .bar = {"", isatty(2), 0},
                        .began = time_monotonic_ns(),
                        .path = cli->argv[0],
                        .pieces = arena_alloc(a, (size_t)2 * PIECE)};
    if (archive_create(a, cli->argv[0], cli->key || by_words ? &key : NULL,
                       &p.to, &why) != OK)
        return cli_fail("%s", why);
    signal(SIGXFSZ, SIG_IGN); /* a limit of file size is as a full disk */
    enum status s = pack(&p, &why);
    int code = done(&p, s, why);
    archive_drop(p.to);
    return code;
}
