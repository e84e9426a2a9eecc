/*
 * `essaim doctor`: what an administrator would look at, one line each: all is
 * well, be warned, or it must be mended, and then what to do. It changes
 * nothing.
 */
#include "core/doctor.h"

#include "core/journal.h"
#include "core/mail.h"
#include "core/served.h"
#include "core/task.h"
#include "http/proxy.h"
#include "store/copy.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

enum { DAY = 86400, WAL_MOST = 256 << 20, BACKUP_DAYS = 8, CHECKED = 20 };

void doctor_say(struct doctor *d, enum verdict v, const char *check,
                const char *todo, const char *fmt, ...)
{
    static const char *const names[] = {"ok", "warn", "fail"};
    va_list args;
    va_start(args, fmt);
    const char *text = arena_vprintf(d->mem, fmt, args);
    va_end(args);
    d->count[v]++;
    if (!cli_json(d->cli)) {
        printf("%-5s %-9s %s%s%s\n", names[v], check, text, todo ? ": " : "",
               todo ? todo : "");
        fflush(stdout);
    }
    json_object(&d->json, NULL);
    json_cstr(&d->json, "check", check);
    json_cstr(&d->json, "verdict", names[v]);
    json_cstr(&d->json, "text", text);
    json_cstr(&d->json, "todo", todo);
    json_end_object(&d->json);
}

static void look_at_folder(struct doctor *d)
{
    struct stat st;
    const char *key = arena_printf(d->mem, "%s/journal.key", d->folder);
    if (stat(d->folder, &st) != 0) {
        doctor_say(d, FAIL, "folder", "name it with --data", "%s is not there",
                   d->folder);
        return;
    }
    if (access(d->folder, R_OK | W_OK | X_OK) != 0)
        doctor_say(d, FAIL, "folder", "run this as the server's user",
                   "%s cannot be written by this user", d->folder);
    else if (st.st_mode & 07)
        doctor_say(d, WARN, "folder",
                   arena_printf(d->mem, "chmod o= %s", d->folder),
                   "everybody on this machine may look into %s", d->folder);
    else
        doctor_say(d, WELL, "folder", NULL, "%s, for its owner and group",
                   d->folder);
    const char *file = arena_printf(d->mem, "%s/essaim.db", d->folder);
    if (d->cli->app->place && access(file, F_OK) == 0)
        doctor_say(d, WARN, "folder",
                   "after a move there remove the file; after a move back"
                   " remove the setting db",
                   "%s is not served: the setting db names %s", file,
                   db_place_shown(d->mem, d->cli->app->place));
    if (stat(key, &st) == 0 && st.st_mode & 077)
        doctor_say(d, FAIL, "key", arena_printf(d->mem, "chmod 600 %s", key),
                   "others may read the key that signs the journal");
}

static void look_at_room(struct doctor *d)
{
    int64_t mb, least = disk_room_least(d->cli->app);
    if (disk_room(d->folder, &mb) != OK)
        return;
    doctor_say(d,
               mb < least       ? FAIL
               : mb < 4 * least ? WARN
                                : WELL,
               "disk",
               mb < 4 * least ? "make room, or give it a larger disk" : NULL,
               "%" PRId64 " MB free", mb);
}

static void look_at_clock(struct doctor *d)
{
    struct timex t = {0};
    if (adjtimex(&t) < 0 || t.status & STA_UNSYNC)
        doctor_say(d, WARN, "clock", "install chrony or systemd-timesyncd",
                   "nobody sets this machine's clock");
    else
        doctor_say(d, WELL, "clock", NULL, "set by the network");
}

static void look_at_network(struct doctor *d)
{
    const struct conf *conf = &d->cli->app->conf;
    const char *listen = conf_get(conf, "listen");
    struct http_proxies p;
    bool near = strncmp(listen, "127.", 4) == 0 ||
                strncmp(listen, "[::1]", 5) == 0 ||
                strncmp(listen, "localhost:", 10) == 0;
    if (!proxies_parse(str_of(conf_get(conf, "proxies")), &p))
        doctor_say(d, FAIL, "proxy", "see docs/operate.md",
                   "the setting proxies is no list of addresses");
    else if (!near && !p.n)
        doctor_say(d, WARN, "proxy", "listen on 127.0.0.1 behind a proxy",
                   "%s takes plain HTTP from the network", listen);
    else if (!p.n)
        doctor_say(d, WARN, "proxy", "set proxies = 127.0.0.1 behind nginx",
                   "cookies are not kept to TLS, no proxy is believed");
    else
        doctor_say(d, WELL, "proxy", NULL, "%s, %zu proxies believed", listen,
                   p.n);
    const char *token = conf_get(conf, "metrics_token");
    if (*token && strlen(token) < 16)
        doctor_say(d, WARN, "metrics", "head -c 24 /dev/urandom | base64",
                   "metrics_token can be guessed");
}

static void look_at_wal(struct doctor *d)
{
    struct stat st;
    const char *wal = arena_printf(d->mem, "%s/essaim.db-wal", d->folder);
    if (stat(wal, &st) == 0 && st.st_size > WAL_MOST)
        doctor_say(d, WARN, "wal",
                   "a reader never ends: see essaim_db_wal_bytes, restart",
                   "the log before the database has %" PRId64 " MB",
                   (int64_t)st.st_size >> 20);
}

/* Of an index alone nothing is lost. */
static const char *to_be_whole(const struct doctor *d)
{
    return same(db_engine(d->cli->app->db), "sqlite")
               ? "restore the last good backup"
               : "REINDEX DATABASE, as its owner, then look again; if it is"
                 " still so, restore the last good backup";
}

static enum status look_at_database(struct doctor *d)
{
    const char *text, *fault, **differences;
    size_t n;
    TRY(db_describe(d->conn, d->mem, &text, &fault));
    doctor_say(d, fault ? WARN : WELL, "database", fault, "%s", text);
    bool full = d->cli->full;
    TRY(db_integrity(d->conn, d->mem, &full, &fault));
    if (fault)
        doctor_say(d, FAIL, "integrity", to_be_whole(d), "%s", fault);
    else if (d->cli->full && !full)
        doctor_say(
            d, WARN, "integrity",
            "as the server's administrator, in that database: CREATE"
            " EXTENSION amcheck, and GRANT EXECUTE ON FUNCTION"
            " bt_index_check(regclass, boolean) TO its user, with USAGE of"
            " the schema it is in; then look again",
            "whole, by the quick look: no index was compared");
    else
        doctor_say(d, WELL, "integrity", NULL, "whole, by the %s look",
                   full ? "full" : "quick");
    TRY(schema_check(d->conn, d->mem, &d->cli->app->schema, &differences, &n));
    if (n)
        doctor_say(d, FAIL, "tables", "essaim db check names them all",
                   "%zu differences, the first: %s", n, differences[0]);
    else
        doctor_say(d, WELL, "tables", NULL, "as the program expects");
    return OK;
}

/* Its key; and false after saying why nothing can be computed again. */
static bool look_at_key(struct doctor *d, struct signer *out)
{
    const char *why, *todo;
    enum status s =
        journal_signer(d->conn, d->mem, d->folder, false, out, &why);
    if (s == OK)
        return true;
    const char *colon = strstr(why, ": ");
    todo = colon ? colon + 2 : "look at its owner and rights";
    doctor_say(d, str_starts(str_of(why), "nothing") ? WARN : FAIL, "journal",
               todo, "%.*s", colon ? (int)(colon - why) : (int)strlen(why),
               why);
    return false;
}

static enum status look_at_journal(struct doctor *d)
{
    struct signer signer;
    uint64_t lines;
    const char *fault;
    int64_t waits, newest;
    TRY(db_int(d->conn,
               SQL("SELECT coalesce(:now - min(at), 0) FROM core_journal WHERE"
                   " id > coalesce((SELECT max(line) FROM core_leaf), 0)"),
               ARGS(arg_int("now", time_now())), &waits));
    TRY(db_int(d->conn, SQL("SELECT coalesce(max(at), 0) FROM core_journal"),
               NO_ARGS, &newest));
    if (newest > time_now() + 300)
        doctor_say(d, FAIL, "clock", "set the clock",
                   "the journal has lines of the future");
    if (!look_at_key(d, &signer))
        return OK;
    if (waits > 60)
        doctor_say(d, WARN, "journal",
                   "start the server; if it runs, see its log",
                   "a line has waited %" PRId64 " s for its seal", waits);
    TRY(journal_verify(d->conn, d->mem, signer.public, &lines, &fault));
    if (fault)
        doctor_say(d, FAIL, "journal",
                   "somebody changed it: keep all, look at the backups", "%s",
                   fault);
    else
        doctor_say(d, WELL, "journal", NULL,
                   "%" PRIu64 " lines as they were sealed", lines);
    return OK;
}

static enum status look_at_tasks(struct doctor *d)
{
    struct rows *rows;
    size_t n = 0;
    TRY(db_rows(d->conn, d->mem,
                SQL("SELECT t.kind, count(*), max(t.result) FROM core_task t"
                    " WHERE " TASK_GIVEN_UP " GROUP BY t.kind ORDER BY t.kind"),
                NO_ARGS, &rows));
    for (; rows_next(rows); n++)
        doctor_say(d, WARN, "tasks",
                   "see /travaux, and the log for \"task failed\"",
                   "%" PRId64 " of %s given up (%s)", row_int(rows, 1),
                   row_text(rows, 0), row_text(rows, 2));
    TRY(rows_end(rows));
    if (!n)
        doctor_say(d, WELL, "tasks", NULL, "none given up");
    return OK;
}

/* Begun, and no task will go on with it. */
static enum status look_at_imports(struct doctor *d)
{
    struct rows *rows;
    TRY(db_rows(d->conn, d->mem,
                SQL("SELECT i.id FROM core_import i WHERE i.state IN"
                    " ('applying', 'undoing') AND NOT EXISTS (SELECT 1 FROM"
                    " core_task t WHERE t.kind = 'core.import' AND t.done IS"
                    " NULL AND t.payload LIKE CAST(i.id AS TEXT) || ' %')"
                    " ORDER BY i.id"),
                NO_ARGS, &rows));
    while (rows_next(rows))
        doctor_say(d, WARN, "imports",
                   arena_printf(d->mem,
                                "unless essaim import is at it, go on at"
                                " /imports/%" PRId64
                                " or: essaim import undo %" PRId64,
                                row_int(rows, 0), row_int(rows, 0)),
                   "import %" PRId64 " has begun and not ended",
                   row_int(rows, 0));
    return rows_end(rows);
}

static enum status look_at_mail(struct doctor *d)
{
    const struct conf *conf = &d->cli->app->conf;
    const bool sends = *conf_get(conf, "smtp");
    int64_t lost;
    TRY(db_int(d->conn,
               SQL("SELECT count(*) FROM core_mail m WHERE " MAIL_LOST),
               NO_ARGS, &lost));
    if (lost)
        doctor_say(d, WARN, "mail", "see /courriels?etat=perdus",
                   "%" PRId64 " could not be sent", lost);
    if (!sends && !d->cli->app->demo)
        doctor_say(d, WARN, "mail", "set smtp, smtp_from and site",
                   "no mail leaves: requests and reminders reach nobody");
    else if (sends && !*conf_get(conf, "site"))
        doctor_say(d, WARN, "mail", "set site = https://…",
                   "links in mails lead to %s", mail_site(d->cli->app, d->mem));
    else if (!lost)
        doctor_say(d, WELL, "mail", NULL, "%s",
                   sends ? "none that could not be sent" : "none leaves");
    return OK;
}

static enum status look_at_backup(struct doctor *d)
{
    const char *text;
    int64_t at, days;
    TRY(setting_get(d->conn, d->mem, "backup_at", &text));
    if (!text || !time_parse(str_of(text), &at)) {
        doctor_say(d, d->cli->app->demo ? WELL : WARN, "backup",
                   d->cli->app->demo ? NULL : "essaim backup FILE, every day",
                   "none was ever made by essaim backup");
        return OK;
    }
    days = ((int64_t)time(NULL) - at) / DAY;
    doctor_say(d, days > BACKUP_DAYS ? WARN : WELL, "backup",
               days > BACKUP_DAYS ? "essaim backup FILE, every day" : NULL,
               "the last is %" PRId64 " days old", days);
    return OK;
}

/* A password that everybody tries first. */
static bool guessed(struct arena *a, const char *email, const char *hash)
{
    const char *tries[] = {
        "demonstration",
        "password",
        "motdepasse",
        "essaim",
        "admin",
        email,
        arena_dup(a, email, strcspn(email, "@")),
    };
    for (size_t i = 0; i < COUNT(tries); i++)
        if (password_right(hash, str_of(tries[i])))
            return true;
    return false;
}

static enum status look_at_accounts(struct doctor *d)
{
    struct rows *rows;
    size_t n = 0, bad = 0;
    if (d->cli->app->demo) {
        doctor_say(d, WARN, "accounts", "never put real records in it",
                   "a demonstration: anybody may take any role");
        return OK;
    }
    TRY(db_rows(d->conn, d->mem,
                SQL("SELECT DISTINCT a.email, a.hash FROM auth_account a"
                    " JOIN auth_grant g ON g.person = a.person"
                    " WHERE g.role = 'admin' AND a.hash IS NOT NULL"
                    " ORDER BY a.email LIMIT :most"),
                ARGS(arg_int("most", CHECKED)), &rows));
    for (; rows_next(rows); n++) {
        if (!guessed(d->mem, row_text(rows, 0), row_text(rows, 1)))
            continue;
        bad++;
        doctor_say(d, FAIL, "accounts", "essaim user add … --password anew",
                   "%s has a password that everybody tries", row_text(rows, 0));
    }
    TRY(rows_end(rows));
    if (!bad)
        doctor_say(d, WELL, "accounts", NULL,
                   "%zu admins, no password that everybody tries", n);
    return OK;
}

static enum status look_inside(struct doctor *d)
{
    TRY(conn_begin(d->conn, 0));
    TRY(look_at_database(d));
    TRY(look_at_journal(d));
    TRY(doctor_files(d));
    TRY(look_at_tasks(d));
    TRY(look_at_imports(d));
    TRY(look_at_mail(d));
    TRY(look_at_backup(d));
    return look_at_accounts(d);
}

/* What was set for the server alone, by its unit say, is true all the same: of
 * one that runs all of it, of the last one what nobody sets here. */
static void look_at_server(struct doctor *d)
{
    struct conf *conf = &d->cli->app->conf;
    struct served is;
    served_read(d->cli->app, d->mem, &is);
    for (int i = 0; is.known && conf_keys[i].name; i++)
        if (!same(conf_keys[i].name, "data") &&
            !conf_is_secret(conf_keys[i].name) &&
            conf->at[i].from <= (is.process ? FROM_VARIABLE : FROM_PROGRAM))
            conf->at[i] = is.conf.at[i];
    if (is.process)
        doctor_say(d, WELL, "server", NULL, "process %d, on %s", is.process,
                   conf_get(conf, "listen"));
}

static enum status open_it(struct doctor *d, const char **why)
{
    *why = served_fault(d->cli->app, d->mem);
    if (*why)
        return ERR_CONFLICT;
    *why = "";
    d->cli->app->shared = true;
    return app_open(d->cli->app, d->folder, why);
}

/* A server that is lost on the way has lost nothing. */
static void look_at_rows(struct doctor *d)
{
    enum status s = conn_open(d->cli->app->db, &d->conn);
    if (s == OK)
        s = look_inside(d);
    if (s == ERR_AWAY)
        doctor_say(d, FAIL, "database",
                   "see that its server runs, then look again",
                   "its server went away before all was read");
    else if (s != OK)
        doctor_say(d, FAIL, "database", "restore the last good backup",
                   "it cannot be read to its end");
}

int command_doctor(struct cli *cli)
{
    struct arena *a = &cli->app->mem;
    struct buf out = {.mem = a};
    struct doctor d = {.cli = cli,
                       .mem = a,
                       .folder = conf_get(&cli->app->conf, "data"),
                       .json = {.out = &out}};
    const char *why = "";
    if (cli->argc) {
        cli_fail("doctor [--full] [--format text|json]");
        return 2;
    }
    json_array(&d.json, NULL);
    look_at_folder(&d);
    look_at_server(&d);
    look_at_room(&d);
    look_at_clock(&d);
    look_at_network(&d);
    look_at_wal(&d);
    if (open_it(&d, &why) != OK)
        doctor_say(&d, FAIL, "database", NULL, "%s", why);
    else
        look_at_rows(&d);
    if (d.conn) {
        conn_end(d.conn);
        conn_close(d.conn);
    }
    json_end_array(&d.json);
    if (cli_json(cli))
        printf("%s\n", out.p);
    else
        printf("%zu well, %zu warnings, %zu to mend\n", d.count[WELL],
               d.count[WARN], d.count[FAIL]);
    return d.count[FAIL] ? 1 : 0;
}
