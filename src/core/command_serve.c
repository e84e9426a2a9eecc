/*
 * Serving: a small supervisor keeps the listening socket and starts its child
 * again when a bug ends it; the child holds everything else.
 */
#include "base/log.h"
#include "core/command.h"
#include "core/file.h"
#include "core/meter.h"
#include "core/serve.h"
#include "core/served.h"
#include "core/task.h"
#include "http/stand_in.h"
#include "i18n/lang.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AGAIN_MS = 100, AWAY_MS = 1000, GIVE_UP = 10 };
enum { AWAY = 75 }; /* a child ends so: there is no database now */

/* SIGTERM and SIGINT, and for the supervisor SIGCHLD: waited for, never
 * handled, so that none can come between a look and a wait. */
static sigset_t signals(bool child_too)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (child_too)
        sigaddset(&set, SIGCHLD);
    return set;
}

static void block(sigset_t set)
{
    CHECK(pthread_sigmask(SIG_SETMASK, &set, NULL) == 0);
    signal(SIGPIPE, SIG_IGN);
}

/* Connections need a descriptor each, and the usual soft limit is 1,024. */
static void allow_files(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) == 0) {
        l.rlim_cur = l.rlim_max;
        setrlimit(RLIMIT_NOFILE, &l);
    }
}

static void wait_for_end(void)
{
    sigset_t set = signals(false);
    int got;
    sigwait(&set, &got);
}

bool serve_logs(struct cli *cli)
{
    const struct conf *conf = &cli->app->conf;
    if (!log_set_up(conf_get(conf, "log"), conf_get(conf, "log_level"))) {
        cli_fail("ESSAIM_LOG is json or logfmt, ESSAIM_LOG_LEVEL debug, info,"
                 " warn or error");
        return false;
    }
    cli->logs = conf->at[conf_find(STR("log"))].from != FROM_PROGRAM;
    return true;
}

static bool settings_take(struct cli *cli)
{
    const struct conf *conf = &cli->app->conf;
    int64_t ms;
    if (!str_int(str_of(conf_get(conf, "slow_ms")), &ms) || ms < 0 ||
        ms > 3600000) {
        cli_tell(cli, "ESSAIM_SLOW_MS is a number of milliseconds, 0 for none");
        return false;
    }
    cli->app->slow_ms = (int)ms;
    cli->app->access_log = same(conf_get(conf, "access_log"), "1");
    cli->app->shows_cost = *conf_get(conf, "queries") != 0;
    return true;
}

/* False: the end came. */
static bool pause_before(int ms)
{
    sigset_t set = signals(false);
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    int got;
    while ((got = sigtimedwait(&set, NULL, &t)) < 0 && errno == EINTR)
        continue;
    return got < 0;
}

/* Where the child before this one has found no database, somebody stands in
 * until it is there, or until the next child does. */
static int open_database(struct cli *cli, int socket, bool was_away)
{
    struct arena *a = &cli->app->mem;
    struct stand_in *other = NULL;
    if (was_away)
        other = stand_in_start(
            a, socket, "not ready: the database does not answer\n",
            arena_printf(a, "%s\n\n%s\n", tr(lang_find("fr"), "error.503.what"),
                         tr(lang_find("en"), "error.503.what")));
    cli->app->made = true;
    cli->waits = was_away;
    const int code = cli_open(cli);
    if (code && cli->away && other)
        pause_before(AWAY_MS);
    stand_in_end(other);
    return code;
}

/* The child: the database, the workers, the tasks; until SIGTERM. */
static int serve(struct cli *cli, int socket, bool was_away)
{
    block(signals(false));
    alloc_tune();
    allow_files();
    if (open_database(cli, socket, was_away) != 0)
        return 1;
    files_clear(cli->app->folder);
    served_note(cli->app);
    struct http_options options = {.socket = socket,
                                   .app = &serve_app,
                                   .data = cli->app,
                                   .rest_seconds =
                                       db_rest_seconds(cli->app->db),
                                   .spool = cli->app->folder};
    const char *proxies = conf_get(&cli->app->conf, "proxies");
    if (!proxies_parse(str_of(proxies), &options.proxies))
        return cli_tell(cli, "ESSAIM_PROXIES is a list of addresses like"
                             " 127.0.0.1 ::1 10.0.0.0/8");
    struct http_server *server = http_start(&options);
    if (!server)
        return cli_tell(cli, "cannot start: %s", strerror(errno));
    struct tasks *tasks = tasks_start(cli->app);
    if (!tasks) {
        http_stop(server);
        return 1;
    }
    const char *differs = app_difference(cli->app);
    if (differs)
        log_line(LOG_WARN, "tables are not as the program makes them", "first",
                 differs, "todo", "essaim db check names them all", NULL);
    if (!cli->logs)
        fprintf(stderr, "Essaim: http://127.0.0.1:%d\n", http_port(socket));
    log_line(LOG_INFO, "serving", "address",
             conf_get(&cli->app->conf, "listen"), "data", cli->app->folder,
             "db", db_place(cli->app->db), NULL);
    wait_for_end();
    http_stop(server);
    tasks_stop(tasks);
    return 0;
}

static int child_main(struct cli *cli, int socket, bool was_away)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int code = serve(cli, socket, was_away);
    app_close(cli->app);
    return code && cli->away ? AWAY : code;
}

/* Waits for the child; passes the end on to it, and says that it came. */
static int watch(pid_t child, bool *ending)
{
    sigset_t set = signals(true);
    int state;
    for (;;) {
        pid_t ended = waitpid(child, &state, WNOHANG);
        if (ended == child)
            return state;
        if (ended < 0)
            return 1;
        int got = sigwaitinfo(&set, NULL); /* fails when stopped and gone on */
        if (got < 0 || got == SIGCHLD)
            continue;
        *ending = true;
        if (waitpid(child, &state, WNOHANG) == child)
            return 0; /* what ended it before was not the stop */
        kill(child, SIGTERM);
    }
}

static void tell_signal(int signal, bool again)
{
    char number[12];
    snprintf(number, sizeof(number), "%d", signal);
    log_line(LOG_ERROR,
             again ? "the child ended by a signal; starting again"
                   : "the child ended by a signal as it stopped",
             "#signal", number, NULL);
}

/* Keeps a child serving, until the end. The first must find its database; one
 * that follows it waits for it, as those do who serve. */
static int supervise(struct cli *cli, int socket)
{
    bool ending = false, served = false, away = false;
    block(signals(true));
    for (int tries = 0;; served = true) {
        int64_t start = time_monotonic_ns();
        pid_t child = fork();
        if (child < 0)
            return cli_tell(cli, "cannot fork: %s", strerror(errno));
        if (child == 0)
            _exit(child_main(cli, socket, away));
        int state = watch(child, &ending);
        const int code = WIFEXITED(state) ? WEXITSTATUS(state) : 1;
        away = served && code == AWAY;
        if (WIFSIGNALED(state))
            tell_signal(WTERMSIG(state), !ending);
        if (ending || (WIFEXITED(state) && !away))
            return code == AWAY ? !ending : code;
        bool soon = time_monotonic_ns() - start < 2000000000;
        tries = soon && !away ? tries + 1 : 0;
        if (tries == GIVE_UP)
            return cli_tell(cli, "it ends again and again: see the log");
        if (!pause_before(AGAIN_MS))
            return 0;
    }
}

int command_serve(struct cli *cli)
{
    const char *why = NULL;
    if (cli->argc) {
        cli_fail("serve [--listen 127.0.0.1:8080] [--data DIR]");
        return 2;
    }
    if (!settings_take(cli) || !cli_is_laboratory(cli))
        return 1;
    int socket =
        http_listen(&cli->app->mem, conf_get(&cli->app->conf, "listen"), &why);
    if (socket < 0)
        return cli_tell(cli, "%s", why);
    /* Nobody is there to try again: it has failed, and has said why. */
    if (cli->dev)
        return child_main(cli, socket, false) ? 1 : 0;
    return supervise(cli, socket);
}
