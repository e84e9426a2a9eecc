/* What an administrator asks of the program. */
#include "core/command.h"
#include "core/pages.h"
#include "core/request.h"
#include "core/tables.h"
#include "i18n/lang.h"

static const char *const methods[] = {"GET", "POST", "PATCH", "DELETE"};

int command_routes(struct cli *cli)
{
    struct buf out = {.mem = &cli->app->mem};
    struct json j = {.out = &out};
    json_array(&j, NULL);
    for (size_t i = 0; i < cli->app->route_count; i++) {
        const struct route *r = cli->app->routes[i];
        if (!cli_json(cli))
            printf("%-6s %-48s %s\n", methods[r->method], r->path, r->right);
        json_object(&j, NULL);
        json_cstr(&j, "method", methods[r->method]);
        json_cstr(&j, "path", r->path);
        json_cstr(&j, "right", r->right);
        json_cstr(&j, "entity", r->entity ? r->entity->api : NULL);
        json_end_object(&j);
    }
    json_end_array(&j);
    if (cli_json(cli))
        printf("%s\n", out.p);
    return 0;
}

static void right_out(struct cli *cli, struct json *j, const struct right *r)
{
    if (!cli_json(cli))
        printf("%-28s %s\n", r->name, r->roles);
    json_object(j, NULL);
    json_cstr(j, "right", r->name);
    json_cstr(j, "roles", r->roles);
    json_end_object(j);
}

int command_rights(struct cli *cli)
{
    struct buf out = {.mem = &cli->app->mem};
    struct json j = {.out = &out};
    json_array(&j, NULL);
    for (const struct right *r = core_rights; r->name; r++)
        right_out(cli, &j, r);
    for (const struct module *const *m = modules; *m; m++)
        for (const struct right *r = (*m)->rights; r && r->name; r++)
            right_out(cli, &j, r);
    json_end_array(&j);
    if (cli_json(cli))
        printf("%s\n", out.p);
    return 0;
}

/* A label that need not be: listed where a catalogue has it, as it is used. */
static void optional(struct arena *a, const char *key, const char *tail)
{
    const char *whole = arena_printf(a, "%s%s", key, tail);
    if (tr_known(lang_default(), whole))
        printf("%s\n", whole);
}

static void field_labels(struct arena *a, const struct entity *e,
                         const struct field *f)
{
    const char *key = arena_printf(a, "%s.%s", e->name, f->name);
    printf("%s\n", key);
    if (f->one_of)
        printf("%s.%s\n", e->name, f->one_of);
    optional(a, key, ".help");
    optional(a, key, ".none");
    for (const char *const *k = f->choices; k && *k; k++) {
        printf("%s.%s\n", key, *k);
        optional(a, arena_printf(a, "%s.%s", key, *k), ".tone");
    }
}

static void entity_labels(struct arena *a, const struct entity *e)
{
    printf("%s\n", e->name);
    if (e->path)
        printf("%s.list\n%s.new\n%s.empty\n%s.count\n", e->name, e->name,
               e->name, e->name);
    for (const struct field *f = e->fields; f->name; f++)
        if (!(f->flags & F_HIDDEN))
            field_labels(a, e, f);
    for (const struct step *s = e->steps; s && s->name; s++)
        printf("%s.step.%s\n", e->name, s->name);
    for (const struct link *l = e->links; l && l->name; l++) {
        const char *key = arena_printf(a, "%s.%s", e->name, l->name);
        printf("%s\n", key);
        optional(a, key, ".help");
    }
}

static void frame_labels(struct arena *a)
{
    for (int code = 400; code < 600; code++) {
        const char *key = arena_printf(a, "error.%d", code);
        optional(a, key, ".title");
        optional(a, key, ".what");
    }
    for (enum status s = OK; s <= ERR_SYSTEM; s++) { /* see error_label */
        const char *key = arena_printf(a, "error.%s", status_name(s));
        optional(a, key, ".title");
        optional(a, key, ".what");
    }
    struct str rest = str_of(ROLES), role;
    while (str_next(&rest, ' ', &role))
        if (role.n)
            printf("role.%.*s\nrole.%.*s.what\n", (int)role.n, role.p,
                   (int)role.n, role.p);
    for (const struct right *r = core_rights; r->name; r++)
        printf("right.%s\n", r->name);
    for (const struct waiting *w = core_waiting; w->label; w++)
        printf("%s\n", w->label);
    for (const struct task_kind *k = core_tasks; k->name; k++)
        printf("task.%s\n", k->name);
    for (const struct route *r = core_routes; r->path; r++) {
        const char *name = strrchr(r->path, '/') + 1;
        const char *key = arena_printf(a, "core.text.%s", name);
        optional(a, key, "");
        optional(a, key, ".body");
        if (r->menu)
            printf("%s\n", r->menu);
    }
    for (const char *const *s =
             (const char *const[]){"staged", "checked", "stopped", "applying",
                                   "paused", "applied", "undoing", "halted",
                                   "undone", NULL};
         *s; s++)
        printf("import.state.%s\n", *s);
    for (const char *const *s =
             (const char *const[]){"year", "as_of", "since", "event", NULL};
         *s; s++)
        printf("figure.period.%s\n", *s);
    for (const char *const *s =
             (const char *const[]){"records", "imported", "stated", NULL};
         *s; s++)
        printf("figure.origin.%s\n", *s);
}

int command_labels(struct cli *cli)
{
    for (const struct entity *const *e = cli->app->entities; *e; e++)
        entity_labels(&cli->app->mem, *e);
    for (const struct module *const *m = modules; *m; m++) {
        for (const struct intake *k = (*m)->intakes; k && k->line; k++) {
            entity_labels(&cli->app->mem, k->line);
            printf("%s.list\n", k->line->name);
        }
        for (const struct figure *f = (*m)->figures; f && f->id; f++)
            printf("figure.%s\nfigure.section.%s\nunit.%s\n", f->id, f->section,
                   f->unit);
        for (const struct right *r = (*m)->rights; r && r->name; r++)
            printf("right.%s\n", r->name);
        for (const struct waiting *w = (*m)->waiting; w && w->label; w++)
            printf("%s\n", w->label);
        for (const struct news *w = (*m)->news; w && w->label; w++)
            printf("%s\n", w->label);
        for (const struct task_kind *k = (*m)->tasks; k && k->name; k++)
            printf("task.%s\n", k->name);
        for (const struct route *r = (*m)->routes; r && r->path; r++)
            if (r->menu)
                printf("%s\n", r->menu);
    }
    frame_labels(&cli->app->mem);
    return 0;
}

struct adding {
    struct app *app;
    struct account account;
    const char *token, *name;
    int64_t ended;
};

static enum status give_token(struct conn *c, struct arena *a, void *data)
{
    struct adding *u = data;
    TRY(account_find(c, a, str_of(u->account.email), &u->account));
    return token_add(c, a, u->app->token_key, u->account.person, u->name,
                     &u->token);
}

static enum status end_token(struct conn *c, struct arena *a, void *data)
{
    struct adding *u = data;
    TRY(account_find(c, a, str_of(u->account.email), &u->account));
    return token_end(c, u->account.person, u->name, &u->ended);
}

int command_token(struct cli *cli)
{
    bool ends = cli->argc == 3 && same(cli->argv[0], "end");
    if (cli->argc != 3 || (!ends && !same(cli->argv[0], "add"))) {
        cli_fail("token add EMAIL NAME | token end EMAIL NAME");
        return 2;
    }
    struct adding u = {.app = cli->app,
                       .account = {.email = cli->argv[1]},
                       .name = cli->argv[2]};
    enum status s = db_write(cli->app->db, &cli->app->mem,
                             ends ? end_token : give_token, &u);
    if (s == ERR_NOT_FOUND)
        return cli_fail("no account %s; see: essaim user list", cli->argv[1]);
    if (s != OK)
        return cli_fail("not %s: %s", ends ? "ended" : "made", db_reason(s));
    if (ends && !u.ended)
        return cli_fail("%s has no token %s", cli->argv[1], cli->argv[2]);
    if (!ends)
        printf("%s\n", u.token);
    return 0;
}

/* An empty database got its tables, which may be another than was meant. */
static enum status say_empty(struct cli *cli, struct conn *c)
{
    int64_t accounts;
    TRY(db_int(c, SQL("SELECT count(*) FROM auth_account"), NO_ARGS,
               &accounts));
    if (!accounts)
        printf("%s holds nobody yet: essaim begin and essaim user add make a"
               " laboratory of it\n",
               db_place(cli->app->db));
    return OK;
}

int command_db(struct cli *cli)
{
    struct conn *c;
    const char **differences;
    size_t n = 0;
    if (cli->argc != 1 || !word_in("check migrate", cli->argv[0])) {
        cli_fail("db check | db migrate");
        return 2;
    }
    /* Opening has migrated it already. */
    if (conn_open(cli->app->db, &c) != OK || conn_begin(c, 0) != OK)
        return cli_fail("the database cannot be read");
    enum status s =
        schema_check(c, &cli->app->mem, &cli->app->schema, &differences, &n);
    if (s == OK && same(cli->argv[0], "migrate"))
        s = say_empty(cli, c);
    conn_end(c);
    conn_close(c);
    if (s != OK)
        return cli_fail("the tables cannot be read: %s", db_reason(s));
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "%s\n", differences[i]);
    if (n)
        return cli_fail("%zu differences between tables and program: mend"
                        " them there, or restore the last good backup",
                        n);
    printf("tables and program agree\n");
    return 0;
}

static enum status begin(struct conn *c, struct arena *a, void *data)
{
    (void)data;
    for (const struct module *const *m = modules; *m; m++)
        if ((*m)->begin)
            TRY((*m)->begin(c, a));
    return OK;
}

int command_begin(struct cli *cli)
{
    if (cli->argc) {
        cli_fail("begin [--data DIR]");
        return 2;
    }
    enum status s = db_write(cli->app->db, &cli->app->mem, begin, NULL);
    if (s != OK)
        return cli_fail("not begun: %s", db_reason(s));
    printf("the laboratory is in %s\n", db_place(cli->app->db));
    /* Named to this command alone, the next would look into the folder. */
    if (cli->app->place &&
        cli->app->conf.at[conf_find(STR("db"))].from != FROM_FILE)
        printf("Put this line into %s/essaim.conf and serve that folder:\n"
               "db = %s\n",
               cli->app->folder,
               db_place_kept(&cli->app->mem, cli->app->place));
    return 0;
}
