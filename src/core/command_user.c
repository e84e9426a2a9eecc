/* Accounts and their roles, from the command line. */
#include "base/utf8.h"
#include "core/command.h"
#include "core/grant.h"
#include "core/mail.h"

struct adding {
    struct app *app;
    struct account account;
    const char *role;
    bool last;
};

/* The person of that address, made where there is none: an account is a
 * person's, so that its roles have a page. */
static enum status person_needed(struct conn *c, struct arena *a,
                                 struct adding *u)
{
    const struct entity *e = entity_by_api(u->app, "person");
    const struct field *name = e ? entity_field(e, "name") : NULL;
    const struct field *mail = e ? entity_field(e, "email") : NULL;
    const struct field *state = e ? entity_field(e, "state") : NULL;
    void *row;
    if (!name || !mail)
        return ERR_NOT_FOUND;
    enum status s =
        row_find(c, a, e, "email", value_cstr(u->account.email), &row);
    if (s == ERR_NOT_FOUND) {
        row = row_new(a, e);
        field_set(name, row, value_cstr(u->account.name));
        field_set(mail, row, value_cstr(u->account.email));
        if (state && state->choices)
            field_set(state, row, value_cstr(state->choices[0]));
        s = row_insert(c, a, e, row, (struct actor){0});
    }
    TRY(s);
    u->account.person = ((struct row *)row)->id;
    return OK;
}

static enum status user_add(struct conn *c, struct arena *a, void *data)
{
    struct adding *u = data;
    struct account known;
    struct held *list, given = {.grant = {.role = u->role, .until = NO_DAY},
                                .from = day_today()};
    size_t n;
    enum status s = account_find(c, a, str_of(u->account.email), &known);
    if (s == OK) {
        u->account.person = known.person;
        if (u->account.hash) /* whoever knew the old one is out */
            TRY(sessions_end(c, known.person));
        else
            u->account.hash = known.hash;
    } else if (s == ERR_NOT_FOUND) {
        TRY(person_needed(c, a, u));
    } else {
        return s;
    }
    TRY(account_set(c, a, &u->account));
    TRY(grants_of(c, a, u->account.person, &list, &n));
    for (size_t i = 0; i < n; i++)
        if (same(list[i].grant.role, u->role) && !list[i].grant.entity &&
            list[i].grant.until == NO_DAY)
            return OK; /* held already */
    return grant_give(c, a, 0, u->account.person, &given);
}

static enum status user_end(struct conn *c, struct arena *a, void *data)
{
    struct adding *u = data;
    struct held *list;
    size_t n, ended = 0;
    TRY(account_find(c, a, str_of(u->account.email), &u->account));
    TRY(grants_of(c, a, u->account.person, &list, &n));
    for (size_t i = 0; i < n; i++) {
        if (!same(list[i].grant.role, u->role) || !grant_is_valid(&list[i]))
            continue;
        TRY(grant_take_back(c, a, 0, u->account.person, &list[i], &u->last));
        ended++;
    }
    return ended ? OK : ERR_NOT_FOUND;
}

static enum status user_close(struct conn *c, struct arena *a, void *data)
{
    struct adding *u = data;
    const char *email = u->account.email;
    enum status s = account_find(c, a, str_of(email), &u->account);
    u->account.email = email; /* a second run asks for it again */
    TRY(s);
    return grants_close(c, a, 0, u->account.person, &u->last);
}

/* "Nancy 1": the place of a grant by its name, else by its table and id. */
static const char *place_of(struct cli *cli, struct conn *c, const char *entity,
                            int64_t id)
{
    const struct entity *e = entity_find(cli->app, entity);
    void *row;
    if (e && row_load(c, &cli->app->mem, e, id, &reach_all, &row) == OK)
        return row_title(e, row);
    return arena_printf(&cli->app->mem, "%s %" PRId64, entity, id);
}

/* A line of the table. */
struct told {
    const char *email, *name, *role;
};

static const char *role_of(struct cli *cli, struct conn *c, struct rows *rows)
{
    struct buf b = {.mem = &cli->app->mem};
    const char *role = row_text(rows, 2), *entity = row_text(rows, 3);
    buf_str(&b, role ? role : row_int(rows, 6) ? "closed" : "-");
    if (entity)
        buf_printf(&b, " (%s)", place_of(cli, c, entity, row_int(rows, 4)));
    if (row_day(rows, 5) != NO_DAY)
        buf_printf(&b, " until %s", day_iso(&cli->app->mem, row_day(rows, 5)));
    return buf_done(&b).p;
}

/* As wide as its longest text, in characters: printf counts bytes. */
static void cell_print(const char *text, size_t width)
{
    const size_t n = utf8_length(str_of(text));
    printf("%s%*s  ", text, (int)(n < width ? width - n : 0), "");
}

static void table_print(const struct told *lines, size_t n)
{
    size_t email = 0, name = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t one = utf8_length(str_of(lines[i].email)),
                     two = utf8_length(str_of(lines[i].name));
        email = one > email ? one : email;
        name = two > name ? two : name;
    }
    for (size_t i = 0; i < n; i++) {
        cell_print(lines[i].email, email);
        cell_print(lines[i].name, name);
        printf("%s\n", lines[i].role);
    }
}

static enum status accounts_read(struct cli *cli, struct conn *c,
                                 struct told **lines, size_t *n)
{
    struct rows *rows;
    size_t room = 0;
    TRY(db_rows(
        c, &cli->app->mem,
        SQL("SELECT a.email, a.name, g.role, g.entity, g.row_id, g.until_day,"
            " a.closed FROM auth_account a LEFT JOIN auth_grant g ON g.person "
            "= a.person"
            " AND (g.until_day IS NULL OR g.until_day >= :today)"
            " ORDER BY a.email, g.id"),
        ARGS(arg_day("today", day_today())), &rows));
    *lines = arena_grow(&cli->app->mem, NULL, sizeof(**lines), 0, &room);
    (*lines)[0] = (struct told){"EMAIL", "NAME", "ROLE"};
    for (*n = 1; rows_next(rows); (*n)++) {
        *lines = arena_grow(&cli->app->mem, *lines, sizeof(**lines), *n, &room);
        (*lines)[*n] = (struct told){row_text(rows, 0), row_text(rows, 1),
                                     role_of(cli, c, rows)};
    }
    return rows_end(rows);
}

static int user_list(struct cli *cli)
{
    struct conn *c;
    struct told *lines;
    size_t n = 0;
    if (conn_open(cli->app->db, &c) != OK || conn_begin(c, 0) != OK)
        return cli_fail("the database cannot be read");
    const enum status s = accounts_read(cli, c, &lines, &n);
    conn_end(c);
    conn_close(c);
    if (s == OK)
        table_print(lines, n);
    return s == OK ? 0 : cli_fail("the accounts cannot be read");
}

static int end_role(struct cli *cli)
{
    struct adding u = {.app = cli->app,
                       .account = {.email = cli->argv[1]},
                       .role = cli->argv[2]};
    enum status s = db_write(cli->app->db, &cli->app->mem, user_end, &u);
    if (s == ERR_NOT_FOUND)
        return cli_fail("%s has no role %s; see: essaim user list",
                        cli->argv[1], cli->argv[2]);
    if (u.last)
        return cli_fail("%s is the last admin: add another first",
                        cli->argv[1]);
    return s == OK ? 0 : cli_fail("not ended: %s", db_reason(s));
}

static int close_account(struct cli *cli)
{
    struct adding u = {.app = cli->app, .account = {.email = cli->argv[1]}};
    enum status s = db_write(cli->app->db, &cli->app->mem, user_close, &u);
    if (s == ERR_NOT_FOUND)
        return cli_fail("nobody has the account %s; see: essaim user list",
                        cli->argv[1]);
    if (u.last)
        return cli_fail("%s is the last admin: add another first",
                        cli->argv[1]);
    return s == OK ? 0 : cli_fail("not closed: %s", db_reason(s));
}

/* CNIL, délibération 2022-100: with tries slowed down, as ours are, twelve
 * characters are enough without rules on their kinds. */
static bool password_is_long(const char *password)
{
    enum { LEAST = 12 };
    size_t n = utf8_length(str_of(password));
    if (n < LEAST)
        cli_fail("this password has %zu characters: take %d or more (a few"
                 " words will do), so that nobody finds it by trying",
                 n, LEAST);
    return n >= LEAST;
}

static int add_role(struct cli *cli)
{
    if (cli->password && !password_is_long(cli->password))
        return 1;
    if (!mail_address_ok(str_of(cli->argv[1])))
        return cli_fail("%s is no mail address: write it as name@place.example",
                        cli->argv[1]);
    struct adding u = {.app = cli->app,
                       .account = {.email = cli->argv[1], .name = cli->argv[2]},
                       .role = cli->argv[3]};
    if (cli->password)
        u.account.hash = password_hash(&cli->app->mem, str_of(cli->password));
    enum status s = db_write(cli->app->db, &cli->app->mem, user_add, &u);
    return s == OK ? 0 : cli_fail("not added: %s", db_reason(s));
}

int command_user(struct cli *cli)
{
    const char *what = cli->argc ? cli->argv[0] : "";
    if (cli->argc == 1 && same(what, "list"))
        return user_list(cli);
    if (cli->argc == 4 && same(what, "add") && word_in(ROLES, cli->argv[3]))
        return add_role(cli);
    if (cli->argc == 3 && same(what, "end") && word_in(ROLES, cli->argv[2]))
        return end_role(cli);
    if (cli->argc == 2 && same(what, "close"))
        return close_account(cli);
    cli_fail("user list | user add EMAIL NAME ROLE | user end EMAIL ROLE |"
             " user close EMAIL; roles: %s",
             ROLES);
    return 2;
}
