#include "core/head.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct str head_signed(struct arena *a, uint64_t size, const char *root,
                       int64_t at)
{
    return str_of(arena_printf(a, "%" PRIu64 " %s %" PRId64, size, root, at));
}

enum status head_load(struct conn *c, struct arena *a, struct head *out)
{
    struct rows *rows;
    const char *key;
    TRY(setting_get(c, a, "journal.key", &key));
    TRY(db_rows(c, a,
                SQL("SELECT size, at, root, signature FROM core_head"
                    " ORDER BY size DESC LIMIT 1"),
                NO_ARGS, &rows));
    bool found = rows_next(rows) && key;
    if (found)
        *out = (struct head){(uint64_t)row_int(rows, 0), row_int(rows, 1),
                             row_text(rows, 2), row_text(rows, 3), key};
    TRY(rows_end(rows));
    return found ? OK : ERR_NOT_FOUND;
}

struct str head_json(struct arena *a, const struct head *h)
{
    struct buf out = {.mem = a};
    struct json j = {.out = &out};
    json_object(&j, NULL);
    json_int(&j, "size", (int64_t)h->size);
    json_cstr(&j, "root", h->root);
    json_cstr(&j, "at", time_iso(a, h->at));
    json_cstr(&j, "signature", h->signature);
    json_cstr(&j, "key", h->key);
    json_end_object(&j);
    buf_char(&out, '\n');
    return buf_done(&out);
}

static const char *text_of(struct arena *a, const struct json_value *v,
                           const char *name)
{
    const struct json_value *m = v->type == J_OBJECT ? json_get(v, name) : NULL;
    return m && m->type == J_TEXT ? str_dup(a, m->s) : NULL;
}

bool head_read(struct arena *a, struct str text, struct head *out,
               const char **why)
{
    unsigned char key[SIGN_PUBLIC], root[SHA256];
    const struct json_value *v = json_parse(a, text, why);
    if (!v)
        return false;
    const struct json_value *size =
        v->type == J_OBJECT ? json_get(v, "size") : NULL;
    const char *at = text_of(a, v, "at");
    struct head h = {.root = text_of(a, v, "root"),
                     .signature = text_of(a, v, "signature"),
                     .key = text_of(a, v, "key")};
    *why = "it is no head of a journal";
    if (!size || size->type != J_INT || size->i < 0 || !at || !h.root ||
        !h.signature || !h.key || !time_parse(str_of(at), &h.at) ||
        !unhex(str_of(h.root), root, SHA256) ||
        !unhex(str_of(h.key), key, SIGN_PUBLIC))
        return false;
    h.size = (uint64_t)size->i;
    *why = "its signature is not that of its key";
    if (!signature_right(key, head_signed(a, h.size, h.root, h.at),
                         str_of(h.signature)))
        return false;
    *out = h;
    return true;
}

/* Whole or not at all: written aside, synced, renamed. */
static bool write_file(struct arena *a, const char *path, struct str text)
{
    const char *aside = arena_printf(a, "%s.part", path);
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return false;
    bool kept = write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    kept = close(fd) == 0 && kept;
    if (kept && rename(aside, path) == 0)
        return true;
    unlink(aside);
    return false;
}

/* A minute at most; false when it fails or lasts. */
static bool wait_for(pid_t child)
{
    enum { TURNS = 1200, TURN_NS = 50000000 };
    const struct timespec turn = {0, TURN_NS};
    int state;
    for (int i = 0; i < TURNS; i++) {
        pid_t got = waitpid(child, &state, WNOHANG);
        if (got == child)
            return WIFEXITED(state) && WEXITSTATUS(state) == 0;
        if (got < 0 && errno != EINTR)
            return false;
        nanosleep(&turn, NULL);
    }
    kill(-child, SIGKILL);
    waitpid(child, &state, 0);
    return false;
}

/* The shell's command, with the file as its standard input, in a group of its
 * own, and with no signal blocked or ignored as in the server. */
static bool run_with(char *command, const char *input)
{
    extern char **environ;
    char shell[] = "sh", flag[] = "-c";
    char *args[] = {shell, flag, command, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, all;
    pid_t child;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP |
                                       POSIX_SPAWN_SETSIGMASK |
                                       POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    bool started =
        posix_spawn(&child, "/bin/sh", &files, &how, args, environ) == 0;
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    return started && wait_for(child);
}

enum status head_send(struct app *app, struct arena *a, const char *payload)
{
    struct conn *c;
    struct head h;
    const char *folder = conf_get(&app->conf, "journal_head_dir");
    const char *command = conf_get(&app->conf, "journal_head_command");
    (void)payload;
    if (!*folder && !*command)
        return OK;
    TRY(conn_open(app->db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = head_load(c, a, &h);
    conn_end(c);
    conn_close(c);
    if (s != OK)
        return s == ERR_NOT_FOUND ? OK : s;
    struct str text = head_json(a, &h);
    const char *name = arena_printf(a, "essaim-journal-%.10s-%" PRIu64 ".json",
                                    time_iso(a, h.at), h.size);
    const char *here = arena_printf(a, "%s/journal-head.json", app->folder);
    bool sent = write_file(a, here, text);
    if (*folder)
        sent &= write_file(a, arena_printf(a, "%s/%s", folder, name), text);
    if (*command)
        sent &= run_with(arena_dup(a, command, strlen(command)), here);
    log_line(sent ? LOG_INFO : LOG_ERROR,
             sent ? "journal head sent" : "journal head not sent", "head", name,
             NULL);
    return sent ? OK : ERR_SYSTEM;
}
