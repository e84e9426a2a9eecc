#include "core/command.h"

#include "i18n/lang.h"

#include <getopt.h>

static const struct {
    const char *name, *usage, *what;
    int (*run)(struct cli *cli);
    enum { CLOSED, ALONE, BESIDE } opens; /* the database; beside a server */
} commands[] = {
    {"serve", "[--listen 127.0.0.1:8080] [--data DIR] [--dev]",
     "serves the laboratory", command_serve, CLOSED},
    {"demo", "[--data DIR] [--password P] [--today DATE]",
     "fills an empty folder with the demonstration", command_demo, ALONE},
    {"import", "ENTITY FILE [--dry-run] [--map COLUMN=field …] [--data DIR]",
     "reads a CSV file; \"import undo NUMBER\" takes it back", command_import,
     BESIDE},
    {"export", "ENTITY [--format csv|json] [--data DIR]",
     "writes all rows to standard output", command_export, BESIDE},
    {"figures", "[--year 2023-2024] [--bassin B] [--format text|csv|json]",
     "computes the figures", command_figures, BESIDE},
    {"user", "list | add EMAIL NAME ROLE [--password P] | end EMAIL ROLE",
     "accounts and their roles", command_user, BESIDE},
    {"token", "add EMAIL NAME", "makes a token for the API", command_token,
     BESIDE},
    {"rights", "[--format text|json]", "who may do what", command_rights,
     CLOSED},
    {"routes", "[--format text|json]", "every address and its right",
     command_routes, CLOSED},
    {"labels", "", "every label the tables need", command_labels, CLOSED},
    {"journal", "verify", "computes the sealed journal again", command_journal,
     BESIDE},
    {"db", "check | migrate", "compares tables and program", command_db,
     BESIDE},
};

enum {
    O_DATA = 256,
    O_DB,
    O_LISTEN,
    O_PASSWORD,
    O_TODAY,
    O_YEAR,
    O_BASSIN,
    O_FORMAT,
    O_MAP,
    O_DRY,
    O_DEV,
    O_HELP,
    O_VERSION
};
static const struct option options[] = {
    {"data", required_argument, NULL, O_DATA},
    {"db", required_argument, NULL, O_DB},
    {"listen", required_argument, NULL, O_LISTEN},
    {"password", required_argument, NULL, O_PASSWORD},
    {"today", required_argument, NULL, O_TODAY},
    {"year", required_argument, NULL, O_YEAR},
    {"bassin", required_argument, NULL, O_BASSIN},
    {"format", required_argument, NULL, O_FORMAT},
    {"map", required_argument, NULL, O_MAP},
    {"dry-run", no_argument, NULL, O_DRY},
    {"dev", no_argument, NULL, O_DEV},
    {"help", no_argument, NULL, O_HELP},
    {"version", no_argument, NULL, O_VERSION},
    {0},
};

static void usage(FILE *to)
{
    fprintf(to,
            "essaim: the program of a laboratory for digital education\n\n");
    for (size_t i = 0; i < COUNT(commands); i++)
        fprintf(to, "  essaim %-8s %s\n      %s\n", commands[i].name,
                commands[i].usage, commands[i].what);
    fprintf(to, "\nEvery command takes --data DIR (or ESSAIM_DATA; else "
                "\"data\"), and --db postgresql://\342\200\246 (or ESSAIM_DB) "
                "where the\nrows are on a PostgreSQL server. Exit status: 0 "
                "done, 1 failed, 2 wrong use.\n");
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

bool cli_json(const struct cli *cli)
{
    return cli->format && same(cli->format, "json");
}

/* A folder is named with --data. */
static bool place_is_known(const char *place)
{
    if (strncmp(place, "postgresql://", 13) == 0 ||
        strncmp(place, "postgres://", 11) == 0)
        return true;
    cli_fail("--db takes an address such as postgresql://server/essaim; a "
             "folder is named with --data");
    return false;
}

static bool option_take(struct cli *cli, int key, const char *value)
{
    switch (key) {
    case O_DATA:
        cli->data = value;
        return true;
    case O_DB:
        cli->place = *value ? value : NULL;
        return !*value || place_is_known(value);
    case O_LISTEN:
        cli->listen = value;
        return true;
    case O_PASSWORD:
        cli->password = value;
        return true;
    case O_TODAY:
        cli->today = value;
        return true;
    case O_YEAR:
        cli->year = value;
        return true;
    case O_BASSIN:
        cli->bassin = value;
        return true;
    case O_FORMAT:
        cli->format = value;
        return true;
    case O_DRY:
        cli->dry_run = true;
        return true;
    case O_DEV:
        cli->dev = true;
        return true;
    case O_HELP:
        cli->help = true;
        return true;
    case O_MAP:
        if (cli->map_count == COUNT(cli->map) || !strchr(value, '='))
            return false;
        cli->map[cli->map_count++] = value;
        return true;
    default:
        return false;
    }
}

int cli_open(struct cli *cli)
{
    const char *why = "";
    enum status s = app_open(cli->app, cli->data, &why);
    return s == OK ? 0 : cli_fail("%s", why);
}

static bool migrates(const struct cli *cli, size_t which)
{
    return commands[which].run == command_db && cli->argc &&
           same(cli->argv[0], "migrate");
}

static int run(struct cli *cli, size_t which)
{
    const char *why =
        i18n_open(&cli->app->mem, files_embedded, files_embedded_count);
    if (why)
        return cli_fail("%s", why);
    app_init(cli->app);
    if (cli->today) {
        int32_t day;
        if (!day_parse(str_of(cli->today), &day)) {
            cli_fail("--today %s is not a date: write 2026-03-31", cli->today);
            return 2;
        }
        day_set_today(day);
    }
    int code = 0;
    cli->app->place = cli->place;
    cli->app->shared = commands[which].opens == BESIDE && !migrates(cli, which);
    if (commands[which].opens != CLOSED)
        code = cli_open(cli);
    if (code == 0)
        code = commands[which].run(cli);
    app_close(cli->app);
    return code;
}

int command_main(int argc, char **argv)
{
    struct app app = {0};
    const char *folder = getenv("ESSAIM_DATA");
    const char *listen = getenv("ESSAIM_LISTEN");
    const char *place = getenv("ESSAIM_DB");
    struct cli cli = {.app = &app,
                      .data = folder ? folder : "data",
                      .listen = listen ? listen : "127.0.0.1:8080"};
    if (place && *place && !option_take(&cli, O_DB, place))
        return 2;
    time_zone(getenv("ESSAIM_ZONE") ? getenv("ESSAIM_ZONE") : "Europe/Paris");
    for (int key; (key = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (key == O_VERSION) {
            printf("essaim " VERSION "\n");
            return 0;
        }
        if (!option_take(&cli, key, optarg)) {
            fprintf(stderr, "Try: essaim --help\n");
            return 2;
        }
    }
    argc -= optind, argv += optind;
    if (!argc) {
        usage(cli.help ? stdout : stderr);
        return cli.help ? 0 : 2;
    }
    cli.argc = argc - 1;
    cli.argv = argv + 1;
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (!same(commands[i].name, argv[0]))
            continue;
        if (!cli.help)
            return run(&cli, i);
        printf("essaim %s %s\n%s\n", commands[i].name, commands[i].usage,
               commands[i].what);
        return 0;
    }
    cli_fail("no command %s; try: essaim --help", argv[0]);
    return 2;
}
