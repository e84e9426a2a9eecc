#include "core/command.h"

#include "base/log.h"
#include "base/time.h"
#include "core/served.h"
#include "i18n/lang.h"

#include <getopt.h>
#include <unistd.h>

const struct command_line command_lines[] = {
    {"serve", "[--listen 127.0.0.1:8080] [--data DIR] [--dev]",
     "serves the laboratory", command_serve, CLOSED},
    {"demo", "[--data DIR] [--password P] [--today DATE]",
     "fills an empty folder with the demonstration", command_demo, ALONE},
    {"begin", "[--data DIR]",
     "makes a laboratory, with what every laboratory has", command_begin,
     ALONE},
    {"import",
     "ENTITY FILE [--dry-run] [--map COLUMN=field …] [--reason TEXT]"
     " [--data DIR]",
     "reads a CSV file; \"import undo NUMBER\" takes it back", command_import,
     BESIDE},
    {"export", "ENTITY [--format csv|json] [--data DIR]",
     "writes all rows to standard output", command_export, BESIDE},
    {"figures", "[--year 2023-2024] [--bassin B] [--format text|csv|json]",
     "computes the figures", command_figures, BESIDE},
    {"user",
     "list | add EMAIL NAME ROLE [--password P] | end EMAIL ROLE | close EMAIL",
     "accounts and their roles", command_user, BESIDE},
    {"token", "add EMAIL NAME | end EMAIL NAME",
     "makes a token for the API, or ends it", command_token, BESIDE},
    {"rights", "[--format text|json]", "who may do what", command_rights,
     CLOSED},
    {"routes", "[--format text|json]", "every address and its right",
     command_routes, CLOSED},
    {"settings", "[--format text|json]", "what is set, and where it is from",
     command_settings, CLOSED},
    {"completion", "bash | zsh", "what a shell needs to complete these words",
     command_completion, CLOSED},
    {"paper", "", "draws a document: JSON comes in, a PDF goes out",
     command_paper, BARE},
    {"labels", "", "every label the tables need", command_labels, CLOSED},
    {"journal",
     "verify [--head FILE] | head | send | prove LINE | new-key --force",
     "computes the sealed journal again; its head, proofs and key",
     command_journal, BESIDE},
    {"doctor", "[--full] [--format text|json]",
     "looks at everything, and says what to mend", command_doctor, CLOSED},
    {"backup", "FILE [--key FILE | --passphrase] [--force] [--data DIR]",
     "puts everything into one file, while the server serves", command_backup,
     BESIDE},
    {"restore", "FILE [--key FILE] --data DIR [--db URL]",
     "makes a new data folder of a backup, and proves it; a passphrase is"
     " asked for, or taken from ESSAIM_PASSPHRASE",
     command_restore, CLOSED},
    {"move", "--from PLACE --to PLACE [--data DIR]",
     "moves everything to another database, or back, and proves it; a place is"
     " sqlite:DIR or postgresql://…",
     command_move, CLOSED},
    {"db", "check | migrate", "compares tables and program", command_db,
     BESIDE},
    {0},
};

enum {
    F_PASSWORD,
    F_TODAY,
    F_YEAR,
    F_BASSIN,
    F_FORMAT,
    F_MAP,
    F_HEAD,
    F_KEY,
    F_FROM,
    F_TO,
    F_PASSPHRASE,
    F_FULL,
    F_FORCE,
    F_REASON,
    F_DRY,
    F_DEV,
    F_HELP,
    F_VERSION,
    FLAGS,
};
const struct command_flag command_flags[] = {
    [F_PASSWORD] = {"password", "P", NULL,
                    "the password; without it one is asked for, or made"},
    [F_TODAY] = {"today", "DATE", NULL, "the day that is taken for today"},
    [F_YEAR] = {"year", "2023-2024", NULL,
                "the school year; without it the last one that is over"},
    [F_BASSIN] = {"bassin", "B", NULL, "of that bassin alone, by its number"},
    [F_FORMAT] =
        {"format", "text|csv|json", "text csv json",
         "how it is written; the first of these, where it is not said"},
    [F_MAP] = {"map", "COLUMN=field", NULL,
               "which field a column of the file fills; may be given again"},
    [F_HEAD] = {"head", "FILE", NULL,
                "a sealed head that was kept, to be compared"},
    [F_KEY] = {"key", "FILE", NULL, "the file with the key"},
    [F_FROM] = {"from", "PLACE", NULL, "where everything is"},
    [F_TO] = {"to", "PLACE", NULL, "where everything goes"},
    [F_PASSPHRASE] = {"passphrase", NULL, NULL,
                      "asks for words instead of a key"},
    [F_FULL] = {"full", NULL, NULL, "reads every file again, too"},
    [F_FORCE] = {"force", NULL, NULL,
                 "does what it else refuses, for there is no way back"},
    [F_REASON] = {"reason", "TEXT", NULL,
                  "why a file changes a school year that is over"},
    [F_DRY] = {"dry-run", NULL, NULL, "checks everything and writes nothing"},
    [F_DEV] = {"dev", NULL, NULL,
               "for whoever writes the program: pages tell more"},
    [F_HELP] = {"help", NULL, NULL, "these words"},
    [F_VERSION] = {"version", NULL, NULL, "which version this is"},
    [FLAGS] = {0},
};

/* Flags and settings as getopt wants them; the value of one is 256 and its
 * place, settings after the flags. */
static struct option *options_of(struct arena *a)
{
    struct option *list = NEW_ARRAY(a, struct option, FLAGS + CONF_MOST + 1);
    int n = 0;
    for (; n < FLAGS; n++)
        list[n] = (struct option){command_flags[n].name,
                                  command_flags[n].value ? required_argument
                                                         : no_argument,
                                  NULL, 256 + n};
    for (int i = 0; conf_keys[i].name; i++, n++)
        list[n] = (struct option){conf_flag(a, conf_keys[i].name),
                                  required_argument, NULL, 256 + n};
    return list;
}

static void usage(FILE *to)
{
    fprintf(to,
            "essaim: the program of a laboratory for digital education\n\n");
    for (const struct command_line *c = command_lines; c->name; c++)
        fprintf(to, "  essaim %-8s %s\n      %s\n", c->name, c->usage, c->what);
    for (const struct module *const *m = modules; *m; m++)
        for (const struct command *c = (*m)->commands; c && c->name; c++)
            fprintf(to, "  essaim %-8s %s\n      %s\n", c->name, c->usage,
                    c->what);
    fprintf(to,
            "\nEvery command takes --data DIR (or ESSAIM_DATA; else "
            "\"data\"), and --db postgresql://… (or ESSAIM_DB) where the\n"
            "rows are on a PostgreSQL server; \"essaim settings\" names what "
            "else can be set.\nExit status: 0 done, 1 failed, 2 wrong use, 3 "
            "restored but for files that the backup has not.\n");
}

int cli_fail(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "essaim: ");
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "\n");
    va_end(args);
    return 1;
}

int cli_tell(const struct cli *cli, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = arena_vprintf(&cli->app->mem, fmt, args);
    va_end(args);
    if (!cli->logs)
        return cli_fail("%s", text);
    log_line(LOG_ERROR, "cannot serve", "why", text, NULL);
    return 1;
}

bool cli_json(const struct cli *cli)
{
    return cli->format && same(cli->format, "json");
}

static bool map_add(struct cli *cli, const char *value)
{
    if (cli->map_count == COUNT(cli->map) || !strchr(value, '='))
        return false;
    cli->map[cli->map_count++] = value;
    return true;
}

static bool option_take(struct cli *cli, int key, const char *value)
{
    const char **texts[FLAGS] = {[F_PASSWORD] = &cli->password,
                                 [F_TODAY] = &cli->today,
                                 [F_YEAR] = &cli->year,
                                 [F_BASSIN] = &cli->bassin,
                                 [F_FORMAT] = &cli->format,
                                 [F_HEAD] = &cli->head,
                                 [F_KEY] = &cli->key,
                                 [F_FROM] = &cli->from,
                                 [F_TO] = &cli->to,
                                 [F_REASON] = &cli->reason};
    bool *marks[FLAGS] = {
        [F_DRY] = &cli->dry_run, [F_DEV] = &cli->dev,
        [F_HELP] = &cli->help,   [F_PASSPHRASE] = &cli->passphrase,
        [F_FULL] = &cli->full,   [F_FORCE] = &cli->force};
    int n = key - 256;
    if (n < 0)
        return false; /* getopt has said why */
    if (n >= FLAGS) {
        cli->app->conf.at[n - FLAGS].value = value;
        cli->app->conf.at[n - FLAGS].from = FROM_FLAG;
        return true;
    }
    if (n == F_MAP)
        return map_add(cli, value);
    if (texts[n])
        *texts[n] = value;
    if (marks[n])
        *marks[n] = true;
    return true;
}

/* What is to be run: one of ours, or a module's. */
struct run {
    const struct command_line *own;
    const struct command *of_module;
};

/* A folder is named with --data. */
static bool place_is_known(struct cli *cli)
{
    const char *place = conf_get(&cli->app->conf, "db");
    cli->app->place = *place ? place : NULL;
    if (!*place || strncmp(place, "postgresql://", 13) == 0 ||
        strncmp(place, "postgres://", 11) == 0)
        return true;
    cli_tell(cli, "--db takes an address such as postgresql://server/essaim; a"
                  " folder is named with --data");
    return false;
}

/* A move names both its sides, and nothing else has two: whoever mixes that up
 * would read or fill another database than the one meant. */
static bool sides_are_clear(const struct cli *cli, const struct run *run)
{
    const struct conf *conf = &cli->app->conf;
    const bool moves = run->own && run->own->run == command_move;
    if (moves && conf->at[conf_find(STR("db"))].from == FROM_FLAG)
        cli_fail("move takes no --db: --from and --to name both databases");
    else if (!moves && (cli->from || cli->to))
        cli_fail("--%s is for essaim move: here --db or --data names the"
                 " database",
                 cli->from ? "from" : "to");
    else
        return true;
    return false;
}

bool cli_bar_show(void *data, int64_t done, int64_t all)
{
    const struct cli_bar *b = data;
    if (!b->shown)
        return true;
    int full = all ? (int)(done * 40 / all) : 40;
    double s = (double)(time_monotonic_ns() - b->start) / 1e9;
    fprintf(stderr, "\r%s [%.*s%*s] %" PRId64 "/%" PRId64 " ", b->what, full,
            "########################################", 40 - full, "", done,
            all);
    if (s >= 1) /* before, it says nothing of the rest */
        fprintf(stderr, "%.0f/s ", (double)done / s);
    return true;
}

void cli_bar_turn(struct cli_bar *bar, const char *what, int64_t done,
                  int64_t all)
{
    if (!same(bar->what, what)) {
        if (bar->shown && *bar->what)
            fprintf(stderr, "\n");
        bar->start = time_monotonic_ns();
        bar->what = what;
    }
    cli_bar_show(bar, done, all);
}

int cli_open(struct cli *cli)
{
    const char *why = served_fault(cli->app, &cli->app->mem);
    if (why)
        return cli_tell(cli, "%s", why);
    why = "";
    enum status s = app_open(cli->app, conf_get(&cli->app->conf, "data"), &why);
    cli->away = s == ERR_AWAY;
    if (cli->away && cli->waits)
        return 1;
    return s == OK ? 0 : cli_tell(cli, "%s", why);
}

bool cli_is_laboratory(struct cli *cli)
{
    struct arena *a = &cli->app->mem;
    const char *folder = conf_get(&cli->app->conf, "data");
    if (cli->app->place ||
        access(arena_printf(a, "%s/essaim.db", folder), F_OK) == 0 ||
        access(arena_printf(a, "%s/restoring", folder), F_OK) == 0)
        return true;
    cli_tell(cli,
             "%s holds no laboratory: make one with essaim begin --data %s,"
             " or try essaim demo",
             folder, folder);
    return false;
}

static bool migrates(const struct cli *cli, const struct run *run)
{
    return run->own && run->own->run == command_db && cli->argc &&
           same(cli->argv[0], "migrate");
}

static int run_module(struct cli *cli, const struct command *c)
{
    enum status s = c->run(cli->app, cli->argc, cli->argv);
    return s == OK ? 0 : s == ERR_NOT_FOUND ? 2 : 1;
}

/* Told before a database is looked for. */
static bool lacks_words(const struct cli *cli, const struct run *run)
{
    const char *name = run->own ? run->own->name : run->of_module->name;
    const char *usage = run->own ? run->own->usage : run->of_module->usage;
    if (cli->argc || !*usage || strchr("[-", *usage))
        return false;
    cli_fail("%s %s", name, usage);
    return true;
}

static int run_opened(struct cli *cli, const struct run *run)
{
    int code = 0;
    if (lacks_words(cli, run))
        return 2;
    int opens = run->own ? (int)run->own->opens : BESIDE;
    cli->app->shared = opens == BESIDE && !migrates(cli, run);
    if (migrates(cli, run) && !cli_is_laboratory(cli))
        return 1;
    if (opens != CLOSED)
        code = cli_open(cli);
    if (code)
        return code;
    return run->own ? run->own->run(cli) : run_module(cli, run->of_module);
}

static int run(struct cli *cli, const struct run *run)
{
    if (run->own && run->own->opens == BARE)
        return run->own->run(cli);
    const char *why =
        i18n_open(&cli->app->mem, files_embedded, files_embedded_count);
    if (why)
        return cli_fail("%s", why);
    const bool read = conf_read(&cli->app->conf, &cli->app->mem, &why);
    if (run->own && run->own->run == command_serve && !serve_logs(cli))
        return 1;
    if (!read)
        return cli_tell(cli, "%s", why);
    if (!place_is_known(cli) || !sides_are_clear(cli, run))
        return 2;
    time_zone(conf_get(&cli->app->conf, "zone"));
    app_init(cli->app);
    if (cli->today) {
        int32_t day;
        if (!day_parse(str_of(cli->today), &day)) {
            cli_fail("--today %s is not a date: write 2026-03-31", cli->today);
            return 2;
        }
        day_set_today(day);
    }
    return run_opened(cli, run);
}

/* The command of these words, which are taken off: "lending replay" has two. */
static bool command_find(struct cli *cli, struct run *out)
{
    *out = (struct run){0};
    for (const struct command_line *c = command_lines; c->name; c++)
        if (same(c->name, cli->argv[0]))
            out->own = c;
    int words = 1;
    for (const struct module *const *m = modules; !out->own && *m; m++)
        for (const struct command *c = (*m)->commands; c && c->name; c++) {
            const char *second = strchr(c->name, ' ');
            size_t first = strcspn(c->name, " ");
            if (strlen(cli->argv[0]) != first ||
                strncmp(cli->argv[0], c->name, first) != 0 ||
                (second && (cli->argc < 2 || !same(second + 1, cli->argv[1]))))
                continue;
            out->of_module = c;
            words = second ? 2 : 1;
        }
    cli->argc -= words;
    cli->argv += words;
    return out->own || out->of_module;
}

/* Has it that flag, and none that only begins so? */
static bool usage_has(const char *usage, const char *flag)
{
    const size_t n = strlen(flag);
    for (const char *at = usage; (at = strstr(at, "--")); at += 2)
        if (strncmp(at + 2, flag, n) == 0 &&
            (!at[n + 2] || strchr(" ]", at[n + 2])))
            return true;
    return false;
}

/* The usage, and what each flag of it is for. */
static void help_print(const char *name, const char *usage, const char *what)
{
    const bool moves = same(name, "move");
    printf("essaim %s %s\n%s\n", name, usage, what);
    for (const struct command_flag *f = command_flags; f->name; f++)
        if (usage_has(usage, f->name))
            printf("  --%-11s %s\n", f->name, f->what);
    for (const struct conf_key *k = conf_keys; k->name; k++)
        if (!same(k->name, "data") &&
            (usage_has(usage, k->name) || (!moves && same(k->name, "db"))))
            printf("  --%-11s %s\n", k->name, k->help);
    printf("  --%-11s the data folder, where it is not \"data\"\n", "data");
}

static int run_named(struct cli *cli)
{
    struct run what;
    const char *name = cli->argv[0];
    if (!command_find(cli, &what)) {
        cli_fail("no command %s; try: essaim --help", name);
        return 2;
    }
    if (!cli->help) {
        int code = run(cli, &what);
        app_close(cli->app);
        return code;
    }
    if (what.own)
        help_print(what.own->name, what.own->usage, what.own->what);
    else
        help_print(what.of_module->name, what.of_module->usage,
                   what.of_module->what);
    return 0;
}

int command_main(int argc, char **argv)
{
    struct app app = {0};
    struct cli cli = {.app = &app};
    struct option *options = options_of(&app.mem);
    log_threshold(LOG_ERROR); /* a command says itself what became of it */
    for (int key; (key = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (key == 256 + F_VERSION) {
            printf("essaim " VERSION "\n");
            return 0;
        }
        if (!option_take(&cli, key, optarg)) {
            fprintf(stderr, "Try: essaim --help\n");
            return 2;
        }
    }
    cli.argc = argc - optind;
    cli.argv = argv + optind;
    /* "essaim help import" is "essaim import --help". */
    if (cli.argc && same(cli.argv[0], "help")) {
        cli.help = true;
        cli.argc--, cli.argv++;
    }
    if (cli.argc)
        return run_named(&cli);
    usage(cli.help ? stdout : stderr);
    return cli.help ? 0 : 2;
}
