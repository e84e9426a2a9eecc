#include "core/conf.h"

#include "base/disk.h"
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

const struct conf_key conf_keys[] = {
    {"data", "data", "DIR", "the folder of the database and its files"},
    {"db", "", "postgresql://…",
     "where the rows are, if not in the data folder"},
    {"listen", "127.0.0.1:8080", "ADDRESS:PORT", "where serve answers"},
    {"zone", "Europe/Paris", "ZONE", "the zone of days and hours"},
    {"log", "json", "json|logfmt", "the form of the log"},
    {"log_level", "info", "debug|info|warn|error", "the least that is logged"},
    {"access_log", "", "1", "a line of the log for each request answered"},
    {"slow_ms", "200", "MS",
     "statements that last so long are logged; 0: none"},
    {"room_mb", "256", "MB", "with less room on the disk it is not ready"},
    {"file_mb", "50", "MB", "the most of one file that is sent"},
    {"import_days", "90", "DAYS",
     "imported files and their refused lines are kept so long"},
    {"metrics_token", "", "TOKEN",
     "who bears it may read /metrics from elsewhere"},
    {"proxies", "", "ADDRESSES",
     "proxies whose word on the client is believed"},
    {"queries", "", "1", "an X-Queries header says what an answer cost"},
    {"site", "", "https://…",
     "where people reach this program: what mails lead to"},
    {"smtp", "", "smtp://HOST:PORT",
     "the server that takes mail; without it none leaves"},
    {"smtp_from", "Essaim <essaim@localhost>", "NAME <ADDRESS>",
     "who mail is from"},
    {"smtp_user", "", "USER", "whom the mail server knows"},
    {"smtp_password_file", "", "FILE", "a file with the password for it"},
    {"journal_head_dir", "", "DIR",
     "a folder on another machine: each day's head is written there"},
    {"journal_head_command", "", "COMMAND",
     "run each day with the journal's head on its standard input"},
    {0},
};

enum { FILE_MOST = 64 << 10 };

int conf_find(struct str name)
{
    for (int i = 0; conf_keys[i].name; i++) {
        size_t n = strlen(conf_keys[i].name), k = 0;
        while (n == name.n && k < n &&
               (name.p[k] == '-' ? '_' : name.p[k]) == conf_keys[i].name[k])
            k++;
        if (n == name.n && k == n)
            return i;
    }
    return -1;
}

const char *conf_get(const struct conf *c, const char *name)
{
    int i = conf_find(str_of(name));
    CHECK(i >= 0);
    return c->at[i].value ? c->at[i].value : conf_keys[i].initial;
}

static char *spelled(struct arena *a, const char *before, const char *name,
                     bool upper)
{
    char *text = arena_printf(a, "%s%s", before, name);
    for (char *p = text + strlen(before); *p; p++)
        if (upper && *p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
        else if (!upper && *p == '_')
            *p = '-';
    return text;
}

char *conf_flag(struct arena *a, const char *name)
{
    return spelled(a, "", name, false);
}

char *conf_variable(struct arena *a, const char *name)
{
    return spelled(a, "ESSAIM_", name, true);
}

bool conf_is_secret(const char *name)
{
    return word_in("db metrics_token journal_head_command", name);
}

/* smtp://labo:secret@host as smtp://labo@host. */
static const char *without_password(struct arena *a, const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *who = scheme ? scheme + 3 : url, *at = strrchr(who, '@');
    const char *colon = strchr(who, ':');
    if (!at || !colon || colon > at)
        return url;
    return arena_printf(a, "%.*s%s", (int)(colon - url), url, at);
}

const char *conf_told(const struct conf *c, struct arena *a, int i)
{
    const char *name = conf_keys[i].name, *value = conf_get(c, name);
    if (!*value)
        return value;
    if (same(name, "db"))
        return db_place_shown(a, value);
    if (same(name, "smtp"))
        return without_password(a, value);
    return conf_is_secret(name) ? NULL : value;
}

bool conf_text(struct conf *c, struct arena *a, const char *name,
               struct str text, const char **why)
{
    struct str rest = text, line;
    for (int n = 1; str_next(&rest, '\n', &line); n++) {
        line = str_trim(line);
        if (!line.n || *line.p == '#')
            continue;
        struct str value = line, key;
        bool whole = memchr(line.p, '=', line.n) && str_next(&value, '=', &key);
        int i = whole ? conf_find(str_trim(key)) : -1;
        if (!whole)
            *why = arena_printf(a, "%s:%d: write \"name = value\"", name, n);
        else if (i <= 0) /* data says where this file is */
            *why =
                arena_printf(a, "%s:%d: no setting %.*s; see: essaim settings",
                             name, n, (int)str_trim(key).n, str_trim(key).p);
        else if (memchr(line.p, 0, line.n))
            *why = arena_printf(a, "%s:%d: a byte 0", name, n);
        else if (c->at[i].from == FROM_FILE)
            *why = arena_printf(a, "%s:%d: %s stands here twice", name, n,
                                conf_keys[i].name);
        else if (c->at[i].from < FROM_FILE) {
            c->at[i].value = str_dup(a, str_trim(value));
            c->at[i].from = FROM_FILE;
            continue;
        } else
            continue;
        return false;
    }
    return true;
}

bool conf_file(struct arena *a, const char *path, struct str *out,
               const char **why)
{
    *out = STR("");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return true;
    char *text = arena_alloc(a, FILE_MOST + 1);
    ssize_t n = fd < 0 ? -1 : read(fd, text, FILE_MOST + 1);
    if (fd >= 0)
        close(fd);
    if (n < 0 || n > FILE_MOST) {
        *why = arena_printf(a, "%s cannot be read: %s", path,
                            n > 0             ? "it has over 64 KiB"
                            : errno == EACCES ? disk_refusal(a, path)
                                              : strerror(errno));
        return false;
    }
    *out = (struct str){text, (size_t)n};
    return true;
}

static bool file_read(struct conf *c, struct arena *a, const char **why)
{
    const char *name = arena_printf(a, "%s/essaim.conf", conf_get(c, "data"));
    struct str text;
    /* A folder that nobody named, below one that is another user's. */
    if (c->at[conf_find(STR("data"))].from == FROM_PROGRAM &&
        access(name, F_OK) != 0)
        return true;
    return conf_file(a, name, &text, why) && conf_text(c, a, name, text, why);
}

bool conf_read(struct conf *c, struct arena *a, const char **why)
{
    for (int i = 0; conf_keys[i].name; i++) {
        CHECK(i < CONF_MOST);
        const char *value = getenv(conf_variable(a, conf_keys[i].name));
        if (value && c->at[i].from < FROM_VARIABLE) {
            c->at[i].value = value;
            c->at[i].from = FROM_VARIABLE;
        }
    }
    return file_read(c, a, why);
}
