/* Records in and out, and the figures. */
#include "base/csv.h"
#include "core/command.h"
#include "core/export.h"
#include "core/figure.h"
#include "core/importing.h"
#include "i18n/lang.h"
#include "view/form.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct entity *entity_named(struct cli *cli, const char *name)
{
    const struct entity *e = sheet_kind_by_api(cli->app, name);
    if (e)
        return e;
    cli_fail("no entity %s; there are:", name);
    for (size_t i = 0; (e = sheet_kind(cli->app, i)); i++)
        fprintf(stderr, " %s", e->api);
    fprintf(stderr, "\n");
    return NULL;
}

static enum status report_faults(struct conn *c, struct arena *a,
                                 const struct import *im)
{
    const struct lang *lang = lang_find("en");
    int64_t missing = 0;
    for (int64_t after = 0; after != NONE;) {
        struct import_fault *faults;
        size_t n;
        struct arena_mark mark = arena_mark(a);
        TRY(import_faults(c, a, im->id, after, 500, &faults, &n, &after));
        for (size_t i = 0; i < n; i++) {
            /* It is of the file, and so of all its new lines. */
            if (same(faults[i].key, "import.column_missing") && missing++)
                continue;
            fprintf(stderr, "line %" PRId64 ": %s: %s\n", faults[i].line,
                    faults[i].field ? faults[i].field : "-",
                    import_message(a, lang, im->entity, &faults[i]));
        }
        arena_rewind(a, mark);
    }
    if (missing > 1)
        fprintf(stderr, "and %" PRId64 " lines more for the same\n",
                missing - 1);
    return OK;
}

static int import_report(struct cli *cli, struct arena *a,
                         const struct import *im)
{
    struct conn *c;
    if (conn_open(cli->app->db, &c) != OK)
        return cli_fail("the database cannot be read");
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = report_faults(c, a, im);
    conn_end(c);
    conn_close(c);
    printf("import %" PRId64 ": %" PRId64 " lines, %" PRId64 " new, %" PRId64
           " changed, %" PRId64 " the same, %" PRId64 " refused, %" PRId64
           " repeated%s\n",
           im->id, im->lines, im->inserted, im->updated, im->unchanged, im->bad,
           im->repeated, cli->dry_run ? " (dry run: nothing written)" : "");
    if (cli->dry_run && im->corrects && !im->reason)
        printf("%" PRId64 " of them change what counts in a school year that"
               " is over: to be written they take a reason (--reason TEXT)\n",
               im->corrects);
    return im->bad || s != OK ? 1 : 0;
}

static enum status stop(struct conn *c, struct arena *a, void *data)
{
    (void)a;
    return import_stop(c, *(const int64_t *)data);
}

/* Where it stands it can be gone on with, or taken back: nobody works on it. */
static int stopped(struct cli *cli, struct import *im, enum status s)
{
    struct arena *a = &cli->app->mem;
    const char *note = import_note(a, lang_find("en"), im->note);
    if (s == ERR_INVALID && note)
        return cli_fail("the import stopped: %s", note);
    if (cli->dry_run)
        return cli_fail("the check stopped: %s", db_reason(s));
    if (s != ERR_STALE) /* else somebody else works on it now */
        (void)!db_write(cli->app->db, a, stop, &im->id);
    return cli_fail("the import stopped: %s. It goes on at /imports/%" PRId64
                    ", or is taken back by: essaim import undo %" PRId64,
                    db_reason(s), im->id, im->id);
}

/* Without a dry run, checked and written at once; but lines that are weighed
 * against each other are before any is written, as on the page. */
static int import_run(struct cli *cli, struct import *im)
{
    struct arena *a = &cli->app->mem;
    struct cli_bar bar = {cli->dry_run ? "checking" : "importing", isatty(2),
                          time_monotonic_ns()};
    enum status s = OK;
    if (cli->dry_run || intake_of(im->entity))
        s = import_check(cli->app, a, im, cli_bar_show, &bar);
    if (!cli->dry_run && s == OK)
        s = import_apply(cli->app, a, im, cli_bar_show, &bar);
    double t = (double)(time_monotonic_ns() - bar.start) / 1e9;
    if (s != OK)
        return stopped(cli, im, s);
    fprintf(stderr, "%s%" PRId64 " lines in %.2f s: %.0f/s\n",
            bar.shown ? "\n" : "", im->lines, t, (double)im->lines / t);
    return import_report(cli, a, im);
}

static int import_text(struct cli *cli, const struct entity *e, struct str text)
{
    struct arena *a = &cli->app->mem;
    const struct lang *lang = lang_find("en");
    struct import_map map[64];
    for (size_t i = 0; i < cli->map_count; i++) {
        const char *equals = strchr(cli->map[i], '=');
        map[i].head = arena_dup(a, cli->map[i], (size_t)(equals - cli->map[i]));
        map[i].field = equals + 1;
        if (*map[i].field && !import_takes(e, map[i].field))
            return cli_fail("--map %s: %s has no field %s", cli->map[i], e->api,
                            map[i].field);
    }
    struct import im;
    const char *why = "import.failed";
    const char *slash = strrchr(cli->argv[1], '/');
    const struct import_sent sent = {.entity = e,
                                     .text = text,
                                     .map = map,
                                     .map_count = (size_t)cli->map_count,
                                     .name = slash ? slash + 1 : cli->argv[1],
                                     .reason = cli->reason};
    enum status s = import_stage(cli->app, a, &sent, &im, &why);
    const struct form_error refusal = import_refusal(a, lang, why ? why : "");
    if (s == ERR_INVALID)
        return cli_fail("%s", form_message(a, lang, &refusal));
    if (s != OK)
        return cli_fail("the file could not be kept: %s", db_reason(s));
    if (im.note)
        fprintf(stderr, "%s\n", import_note(a, lang, im.note));
    for (size_t i = 0; i < im.column_count; i++)
        fprintf(stderr, "%s -> %s\n", im.columns[i].head,
                im.columns[i].field ? im.columns[i].field : "(left out)");
    const char *absent = import_absent(a, lang, &im);
    if (absent)
        fprintf(stderr, "%s\n", absent);
    return import_run(cli, &im);
}

/* The rows that stay, by their address and their name. */
static enum status undo_report(struct conn *c, struct arena *a,
                               const struct import *im)
{
    int64_t *kept;
    size_t n;
    const struct entity *e = import_made(im);
    TRY(import_kept(c, a, im->id, 1000, &kept, &n));
    for (size_t i = 0; i < n; i++) {
        void *row;
        TRY(row_load(c, a, e, kept[i], &reach_all, &row));
        fprintf(stderr, "kept: %s/%" PRId64 " %s\n", e->path ? e->path : e->api,
                kept[i], row_title(e, row));
    }
    return OK;
}

static int undo_failed(struct cli *cli, const struct import *im, enum status s)
{
    const char *n = cli->argv[1];
    if (s == ERR_NOT_FOUND)
        return cli_fail("there is no import %s: the page /imports has their"
                        " numbers, and each import prints its own",
                        n);
    if (s == ERR_CONFLICT && same(im->state, "undone"))
        return cli_fail("import %s has been taken back already: nothing is left"
                        " to undo",
                        n);
    if (s == ERR_CONFLICT)
        return cli_fail("import %s has written nothing yet: there is nothing to"
                        " take back",
                        n);
    return cli_fail("import %s is not taken back: %s", n, db_reason(s));
}

static int undo(struct cli *cli)
{
    struct import im = {0};
    struct conn *c;
    int64_t id;
    struct arena *a = &cli->app->mem;
    if (!str_int(str_of(cli->argv[1]), &id))
        return cli_fail("%s is not the number of an import", cli->argv[1]);
    if (conn_open(cli->app->db, &c) != OK)
        return cli_fail("the database cannot be read");
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = import_load(cli->app, c, a, id, &im);
    conn_end(c);
    /* Its work ends first, if somebody is still at it. */
    if (s == OK && same(im.state, "applying"))
        s = db_write(cli->app->db, a, stop, &id);
    if (s == OK || s == ERR_CONFLICT)
        s = import_undo(cli->app, a, &im, 0, NULL, NULL);
    if (s == OK)
        s = conn_begin(c, 0);
    if (s == OK)
        s = undo_report(c, a, &im);
    conn_end(c);
    conn_close(c);
    if (s != OK)
        return undo_failed(cli, &im, s);
    printf("import %" PRId64 " taken back", id);
    if (im.kept)
        printf("; %" PRId64 " rows stay, for somebody has changed or uses them",
               im.kept);
    printf("\n");
    return 0;
}

int command_import(struct cli *cli)
{
    if (cli->argc != 2) {
        cli_fail("import ENTITY FILE, or import undo NUMBER");
        return 2;
    }
    if (same(cli->argv[0], "undo"))
        return undo(cli);
    const struct entity *e = entity_named(cli, cli->argv[0]);
    if (!e)
        return 2;
    int fd = open(cli->argv[1], O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return cli_fail("%s: %s", cli->argv[1], strerror(errno));
    if (!S_ISREG(st.st_mode) || st.st_size == 0) {
        close(fd);
        return cli_fail("%s is empty, or no file", cli->argv[1]);
    }
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (p == MAP_FAILED)
        return cli_fail("%s: %s", cli->argv[1], strerror(errno));
    int code = import_text(cli, e, (struct str){p, (size_t)st.st_size});
    munmap(p, (size_t)st.st_size);
    return code;
}

int command_export(struct cli *cli)
{
    if (cli->argc != 1) {
        cli_fail("export ENTITY [--format csv|json]");
        return 2;
    }
    const struct entity *e = entity_named(cli, cli->argv[0]);
    const char *format = cli->format ? cli->format : "csv";
    if (!e || !word_in("csv json", format))
        return 2;
    if (intake_of(e)) {
        cli_fail("%s is a kind of file that becomes several records: export %s",
                 e->api, intake_of(e)->made->api);
        return 2;
    }
    struct conn *c;
    if (conn_open(cli->app->db, &c) != OK)
        return cli_fail("the database cannot be read");
    struct list_ask ask = {.entity = e, .reach = &reach_all};
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = export_write(c, &cli->app->mem, &ask, format, 1);
    conn_end(c);
    conn_close(c);
    return s == OK ? 0 : cli_fail("the export stopped: %s", db_reason(s));
}

static void figure_out(struct cli *cli, struct json *j,
                       const struct figure_ask *ask, struct figure_value v)
{
    const struct figure *f = ask->figure;
    struct arena *a = &cli->app->mem;
    const struct lang *fr = lang_find("fr");
    const char *label = tr(fr, arena_printf(a, "figure.%s", f->id));
    const char *year = school_year_text(a, ask->year);
    const char *period = figure_period(f);
    const char *origin = figure_origin(f);
    if (!cli->format || same(cli->format, "text")) {
        printf("%-32s %10s  %s\n", f->id, figure_text(a, fr, f, v), label);
    } else if (same(cli->format, "csv")) {
        struct buf b = {.mem = a};
        csv_cell(&b, str_of(f->id), true);
        csv_cell(&b, str_of(label), false);
        csv_cell(&b, str_of(v.hidden ? "" : arena_printf(a, "%.15g", v.value)),
                 false);
        csv_cell(&b, str_of(f->unit), false);
        csv_cell(&b, str_of(year), false);
        csv_cell(&b, str_of(cli->bassin ? cli->bassin : ""), false);
        csv_cell(&b, str_of(period), false);
        csv_cell(&b, str_of(origin), false);
        csv_cell(&b, str_of(f->approx ? "1" : "0"), false);
        printf("%s\r\n", b.p);
    } else {
        json_object(j, NULL);
        json_cstr(j, "id", f->id);
        json_cstr(j, "label", label);
        if (v.hidden || isnan(v.value))
            json_null(j, "value");
        else if (v.value == floor(v.value))
            json_int(j, "value", (int64_t)v.value);
        else
            json_real(j, "value", v.value);
        json_cstr(j, "unit", f->unit);
        json_cstr(j, "year", year);
        json_cstr(j, "bassin", cli->bassin);
        json_cstr(j, "period", period);
        json_cstr(j, "origin", origin);
        json_bool(j, "approx", f->approx);
        json_end_object(j);
    }
}

/* An area by its code or its id. */
static enum status bassin_id(struct cli *cli, struct conn *c, int64_t *out)
{
    *out = NONE;
    if (!cli->bassin)
        return OK;
    const struct entity *area = entity_by_api(cli->app, "area");
    void *row;
    if (!area)
        return ERR_NOT_FOUND;
    if (area->code && row_find(c, &cli->app->mem, area, area->code,
                               value_cstr(cli->bassin), &row) == OK) {
        *out = ((struct row *)row)->id;
        return OK;
    }
    int64_t id;
    if (!str_int(str_of(cli->bassin), &id))
        return ERR_NOT_FOUND;
    *out = id;
    return row_load(c, &cli->app->mem, area, id, &reach_all, &row);
}

static int figures_all(struct cli *cli, struct conn *c, int year)
{
    int64_t bassin;
    if (bassin_id(cli, c, &bassin) != OK)
        return cli_fail("no bassin %s: give its code, as in essaim export area",
                        cli->bassin);
    struct buf out = {.mem = &cli->app->mem};
    struct json j = {.out = &out};
    json_array(&j, NULL);
    if (cli->format && same(cli->format, "csv"))
        printf("\xef\xbb\xbfid;label;value;unit;year;bassin;period;origin;"
               "approx\r\n");
    for (const struct module *const *m = modules; *m; m++)
        for (const struct figure *f = (*m)->figures; f && f->id; f++) {
            struct figure_ask ask = {f, year, bassin, reach_all};
            struct figure_value v;
            enum status s = figure_value(c, &cli->app->mem, &ask, &v);
            if (s != OK)
                return cli_fail("figure %s: %s", f->id, db_reason(s));
            figure_out(cli, &j, &ask, v);
        }
    json_end_array(&j);
    if (cli_json(cli))
        printf("%s\n", out.p);
    return 0;
}

int command_figures(struct cli *cli)
{
    int year = shown_year(cli->app);
    if (cli->argc || (cli->format && !word_in("text csv json", cli->format))) {
        cli_fail("figures [--year 2023-2024] [--format text|csv|json]");
        return 2;
    }
    if (cli->year && !school_year_parse(str_of(cli->year), &year)) {
        cli_fail("--year %s is not a school year: write 2023-2024", cli->year);
        return 2;
    }
    struct conn *c;
    if (conn_open(cli->app->db, &c) != OK || conn_begin(c, 0) != OK)
        return cli_fail("the database cannot be read");
    int code = figures_all(cli, c, year);
    conn_end(c);
    conn_close(c);
    return code;
}
