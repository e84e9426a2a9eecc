/* The demonstration: an empty folder filled by every module, and an account for
 * each role. */
#include "core/command.h"
#include "core/demo.h"
#include "core/request.h"

static enum status fill(struct conn *c, struct arena *a, void *data)
{
    struct demo *d = data;
    d->conn = c;
    d->mem = a;
    d->seed = 20232024;
    /* Its rows are of yesterday: what is corrected on the first day of a row
     * counts from the beginning, and today's visitors move no closed year. */
    day_set_today(d->today - 1);
    enum status s = OK;
    for (const struct module *const *m = modules; *m && s == OK; m++)
        if ((*m)->demo)
            s = (*m)->demo(d);
    day_set_today(d->today);
    return s;
}

/* Where each role has its grant: what the person's own field names, or
 * everywhere. */
static const struct {
    const char *role, *field;
} posts[] = {
    {"admin", NULL},         {"leader", NULL},
    {"inspector", NULL},     {"ien", "area"},
    {"coordinator", "area"}, {"expert", NULL},
    {"researcher", NULL},    {"partner", "organisation"},
    {"teacher", "school"},   {"head", "school"},
    {"host", "school"},
};

struct accounts {
    struct app *app;
    const char *password;
};

/* The person of that address in the directory, and what the field names. */
static enum status person_of(struct app *app, struct conn *c, struct arena *a,
                             const char *email, const char *field,
                             struct account *account, struct grant *g)
{
    const struct entity *e = entity_by_api(app, "person");
    void *row;
    if (!e)
        return OK;
    enum status s = row_find(c, a, e, "email", value_cstr(email), &row);
    if (s == ERR_NOT_FOUND)
        return OK;
    TRY(s);
    account->person = ((struct row *)row)->id;
    account->name = row_title(e, row);
    const struct field *f = field ? entity_field(e, field) : NULL;
    if (!f)
        return OK;
    struct value place = field_get(f, row);
    if (place.type != V_INT)
        return ERR_INVALID; /* else the grant would be everywhere */
    *g = (struct grant){g->role, f->target->name, place.i, NO_DAY};
    return OK;
}

static enum status accounts(struct conn *c, struct arena *a, void *data)
{
    const struct accounts *w = data;
    for (size_t i = 0; i < COUNT(posts); i++) {
        const char *role = posts[i].role;
        const char *mail = arena_printf(a, "%s@demo.example", role);
        struct account account = {.person = -1 - (int64_t)i,
                                  .email = mail,
                                  .name = mail,
                                  .hash = w->password};
        struct grant g = {.role = role, .until = NO_DAY};
        TRY(person_of(w->app, c, a, mail, posts[i].field, &account, &g));
        TRY(account_set(c, a, &account));
        TRY(grant_add(c, account.person, g, day_of(2023, 9, 1)));
    }
    TRY(setting_set(c, "demo", "1"));
    TRY(setting_set(c, "figures.year", "2023-2024"));
    return journal_add(c, a, 0, NULL, 0, "demo", STR("{}"));
}

int command_demo(struct cli *cli)
{
    struct conn *c;
    int64_t rows = 0;
    struct arena *a = &cli->app->mem;
    if (cli->argc) {
        cli_fail("demo [--data DIR] [--password P] [--today DATE]");
        return 2;
    }
    if (conn_open(cli->app->db, &c) != OK || conn_begin(c, 0) != OK)
        return cli_fail("the database cannot be read");
    enum status s =
        db_int(c, SQL("SELECT count(*) FROM core_history"), NO_ARGS, &rows);
    conn_end(c);
    conn_close(c);
    if (s != OK || rows)
        return cli_fail("%s holds something already: give an empty one",
                        db_place(cli->app->db));
    struct demo d = {.today = day_today(), .folder = cli->app->folder};
    s = db_write_within(cli->app->db, a, fill, &d, 120000);
    struct accounts w = {cli->app, cli->password
                                       ? password_hash(a, str_of(cli->password))
                                       : NULL};
    if (s == OK)
        s = db_write_within(cli->app->db, a, accounts, &w, 20000);
    if (s != OK)
        return cli_fail("the demonstration could not be made: %s",
                        db_reason(s));
    printf("the demonstration is in %s\n", db_place(cli->app->db));
    return 0;
}
