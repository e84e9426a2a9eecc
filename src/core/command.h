/* The command line. */
#pragma once

#include "core/app.h"

struct cli {
    struct app *app;
    int argc; /* what follows the command's name, options taken out */
    char **argv;
    const char *format; /* --format; NULL: the command's own */
    const char *password, *today, *year, *bassin, *head, *map[64];
    size_t map_count;
    const char *key; /* --key FILE */
    const char *from, *to;
    const char *reason; /* of a file that corrects a closed year */
    bool dry_run, dev, help, passphrase, full, force;
    bool away;  /* cli_open failed, and may not a moment later */
    bool waits; /* for a database of which it was told that it is away */
    bool logs; /* a server of whose log a form was asked: all it says is that */
};

/* The program's own commands; what modules add comes after them. */
struct command_line {
    const char *name, *usage, *what;
    int (*run)(struct cli *cli);
    /* The database, alone or beside a server; CLOSED: not at once, if at all;
     * BARE: nor are settings and labels read. */
    enum { BARE, CLOSED, ALONE, BESIDE } opens;
};
extern const struct command_line command_lines[]; /* ends with {0} */
/* Flags beside the settings, which are flags too. */
struct command_flag {
    const char *name;
    const char *value; /* what follows it, or NULL */
    const char *words; /* the words that may follow, for completion; or NULL */
    const char *what;  /* for --help */
};
extern const struct command_flag command_flags[]; /* ends with {0} */

/* Runs the command of the arguments; the exit status: 0 done, 1 it failed and
 * said in one line why and what to do, 2 wrong use, 3 restored in part. */
int command_main(int argc, char **argv);

/* core/command_serve.c */
int command_serve(struct cli *cli);
/* All that the server says from here on has the form that its settings ask for
 * the log. False: they ask for one that is none, which is told. */
bool serve_logs(struct cli *cli);
/* core/demo.c: fills an empty folder. */
int command_demo(struct cli *cli);
/* core/command_data.c */
int command_import(struct cli *cli);
int command_export(struct cli *cli);
int command_figures(struct cli *cli);
/* core/command_user.c */
int command_user(struct cli *cli);
/* core/command_journal.c */
int command_journal(struct cli *cli);
/* core/command_settings.c */
int command_settings(struct cli *cli);
int command_completion(struct cli *cli);
/* core/command_admin.c */
int command_routes(struct cli *cli);
int command_rights(struct cli *cli);
int command_labels(struct cli *cli);
int command_token(struct cli *cli);
int command_db(struct cli *cli);
int command_begin(struct cli *cli);
/* core/command_paper.c */
int command_paper(struct cli *cli);
/* core/backup.c, core/restore.c */
int command_backup(struct cli *cli);
int command_restore(struct cli *cli);
/* core/move.c */
int command_move(struct cli *cli);
/* core/doctor.c */
int command_doctor(struct cli *cli);

/* A folder mistyped is no new laboratory: begin or demo make one. Else says
 * so. */
bool cli_is_laboratory(struct cli *cli);
/* Opens the folder's database; says on failure why, and returns 1. */
int cli_open(struct cli *cli);
/* One line on standard error, "essaim: …"; returns 1. */
int cli_fail(const char *fmt, ...) PRINTF(1, 2);
/* The same; of a server that logs, a line of its log. */
int cli_tell(const struct cli *cli, const char *fmt, ...) PRINTF(2, 3);
bool cli_json(const struct cli *cli);

/* A bar on standard error, drawn over itself; for an import_progress. */
struct cli_bar {
    const char *what;
    bool shown;
    int64_t start;
};
bool cli_bar_show(void *bar, int64_t done, int64_t all);
/* The same of work in several parts, each a bar on its own line. */
void cli_bar_turn(struct cli_bar *bar, const char *what, int64_t done,
                  int64_t all);
