#include "core/app.h"

#include "base/random.h"
#include "core/derive.h"
#include "core/tables.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* The session of a server that has just died may last a moment longer. */
enum { CLAIM_MS = 3000 };

static size_t entity_total(void)
{
    size_t n = 0;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct entity *const *e = (*m)->entities; e && *e; e++)
            n++;
    return n;
}

static size_t migration_total(void)
{
    size_t n = 0;
    for (const struct migration *g = core_migrations; g->number; g++)
        n++;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct migration *g = (*m)->migrations; g && g->number; g++)
            n++;
    return n;
}

static int by_number(const void *a, const void *b)
{
    const struct migration *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static const struct sql *all_tables(struct arena *mem)
{
    size_t n = 0;
    while (auth_tables[n].text)
        n++;
    size_t own = 0;
    while (core_tables[own].text)
        own++;
    struct sql *all = NEW_ARRAY(mem, struct sql, n + own + 1);
    memcpy(all, auth_tables, n * sizeof(*all));
    memcpy(all + n, core_tables, own * sizeof(*all));
    return all;
}

static void menu_make(struct app *app)
{
    size_t n = 0;
    struct menu *menu = NEW_ARRAY(&app->mem, struct menu, app->route_count + 1);
    for (size_t i = 0; i < app->route_count; i++) {
        const struct route *t = app->routes[i];
        if (t->menu)
            menu[n++] = (struct menu){
                t, same(t->right, PUBLIC) ? NULL : right_roles(t->right),
                t->menu_unless ? right_roles(t->menu_unless) : NULL};
    }
    app->menu = menu;
}

void app_init(struct app *app)
{
    const char *fault = modules_fault(&app->mem);
    if (fault)
        fprintf(stderr, "%s\n", fault);
    CHECK(!fault);

    size_t n = 0;
    const struct entity **entities =
        NEW_ARRAY(&app->mem, const struct entity *, entity_total() + 1);
    struct migration *migrations =
        NEW_ARRAY(&app->mem, struct migration, migration_total() + 1);
    size_t steps = 0;
    for (const struct migration *g = core_migrations; g->number; g++)
        migrations[steps++] = *g;
    for (const struct module *const *m = modules; *m; m++) {
        for (const struct entity *const *e = (*m)->entities; e && *e; e++)
            entities[n++] = *e;
        for (const struct migration *g = (*m)->migrations; g && g->number; g++)
            migrations[steps++] = *g;
    }
    qsort(migrations, steps, sizeof(*migrations), by_number);
    app->entities = entities;
    app->schema = (struct schema){entities, all_tables(&app->mem), migrations};
    derive_routes(app);
    menu_make(app);
}

/* The first to write it makes it. */
static enum status token_key_make(struct conn *c, struct arena *a, void *data)
{
    const char *key;
    (void)data;
    TRY(setting_get(c, a, "token.key", &key));
    return key ? OK : setting_set(c, "token.key", random_hex(a, TOKEN_KEY));
}

static enum status settings_read(struct app *app, const char **key)
{
    struct conn *c;
    const char *demo = NULL, *year = NULL;
    TRY(conn_open(app->db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK) {
        s = setting_get(c, &app->mem, "demo", &demo);
        if (s == OK)
            s = setting_get(c, &app->mem, "figures.year", &year);
        if (s == OK)
            s = setting_get(c, &app->mem, "token.key", key);
        conn_end(c);
    }
    conn_close(c);
    app->demo = demo != NULL;
    if (!year || !school_year_parse(str_of(year), &app->figures_year))
        app->figures_year = 0;
    return s;
}

static enum status settings_load(struct app *app)
{
    const char *key = NULL;
    TRY(settings_read(app, &key));
    if (!key) {
        TRY(db_write(app->db, &app->mem, token_key_make, NULL));
        TRY(settings_read(app, &key));
    }
    return key && unhex(str_of(key), app->token_key, TOKEN_KEY) ? OK
                                                                : ERR_STORE;
}

enum status app_claim(struct app *app, struct arena *a, int patience_ms,
                      const char **why)
{
    char machine[HOST_NAME_MAX + 1] = "", folder[PATH_MAX];
    gethostname(machine, sizeof(machine) - 1);
    return db_claim(
        app->db, a,
        arena_printf(a, "%s on %s",
                     realpath(app->folder, folder) ? folder : app->folder,
                     machine),
        patience_ms, why);
}

const char *app_difference(struct app *app)
{
    struct conn *c;
    const char **all, *first = NULL;
    size_t n = 0;
    if (conn_open(app->db, &c) != OK)
        return NULL;
    if (conn_begin(c, 0) == OK &&
        schema_check(c, &app->mem, &app->schema, &all, &n) == OK && n)
        first = all[0];
    conn_end(c);
    conn_close(c);
    return first;
}

/* Of the right version, and yet not to be read: somebody has been at it. */
static const char *spoiled(struct app *app, enum status s)
{
    const char *first = s == ERR_STORE ? app_difference(app) : NULL;
    if (!first)
        return db_reason(s);
    return arena_printf(&app->mem,
                        "%s is not as this program makes it (%s): mend that"
                        " there, or restore the last good backup",
                        db_place(app->db), first);
}

static enum status open_in(struct app *app, const char *folder,
                           const char **why)
{
    /* Core's restore.c: nothing is made where one has not ended. */
    if (access(arena_printf(&app->mem, "%s/restoring", folder), F_OK) == 0) {
        *why = arena_printf(&app->mem,
                            "%s/restoring is of a restore that did not end:"
                            " remove %s and restore again",
                            folder, folder);
        return ERR_SYSTEM;
    }
    struct db_options options = {
        .path = app->place ? app->place
                           : arena_printf(&app->mem, "%s/essaim.db", folder),
        .shared = app->shared,
        .slow_ms = app->slow_ms};
    TRY(db_open(&app->mem, &app->db, &options, why));
    if (!app->shared)
        TRY(app_claim(app, &app->mem, CLAIM_MS, why));
    if (app->made)
        TRY(schema_made(app->db, &app->mem, why));
    TRY(app->shared ? schema_agrees(app->db, &app->mem, &app->schema, why)
                    : schema_open(app->db, &app->mem, &app->schema, why));
    const enum status s = settings_load(app);
    if (s != OK)
        *why = spoiled(app, s);
    return s;
}

enum status app_open(struct app *app, const char *folder, const char **why)
{
    app->folder = arena_dup(&app->mem, folder, strlen(folder));
    const bool makes = !app->shared || app->place;
    const bool made = makes && mkdir(folder, 0750) == 0;
    if (makes && !made && errno != EEXIST) {
        *why = arena_printf(&app->mem,
                            "cannot make the folder %s (%s): make it for this"
                            " user, or name another with --data",
                            folder, strerror(errno));
        return ERR_SYSTEM;
    }
    const enum status s = open_in(app, folder, why);
    if (s != OK && made)
        rmdir(folder); /* where nothing came into it */
    return s;
}

void app_close(struct app *app)
{
    if (app->db)
        db_close(app->db);
    app->db = NULL;
    arena_reset(&app->mem);
}

const struct entity *entity_find(const struct app *app, const char *name)
{
    for (const struct entity *const *e = app->entities; *e; e++)
        if (same((*e)->name, name))
            return *e;
    return NULL;
}

const struct entity *entity_by_api(const struct app *app, const char *api)
{
    for (const struct entity *const *e = app->entities; *e; e++)
        if ((*e)->api && same((*e)->api, api))
            return *e;
    return NULL;
}

const struct entity *sheet_kind(const struct app *app, size_t nth)
{
    for (const struct entity *const *e = app->entities; *e; e++)
        if (nth-- == 0)
            return *e;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct intake *k = (*m)->intakes; k && k->line; k++)
            if (nth-- == 0)
                return k->line;
    return NULL;
}

const struct entity *sheet_kind_find(const struct app *app, const char *name)
{
    const struct entity *e;
    for (size_t i = 0; (e = sheet_kind(app, i)); i++)
        if (same(e->name, name))
            return e;
    return NULL;
}

const struct entity *sheet_kind_by_api(const struct app *app, const char *api)
{
    const struct entity *e;
    for (size_t i = 0; (e = sheet_kind(app, i)); i++)
        if (e->api && same(e->api, api))
            return e;
    return NULL;
}

const struct intake *intake_of(const struct entity *line)
{
    for (const struct module *const *m = modules; *m; m++)
        for (const struct intake *k = (*m)->intakes; k && k->line; k++)
            if (k->line == line)
                return k;
    return NULL;
}

const struct figure *figure_find(const struct app *app, const char *id)
{
    (void)app;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct figure *f = (*m)->figures; f && f->id; f++)
            if (same(f->id, id))
                return f;
    return NULL;
}

const char *right_roles(const char *right)
{
    for (const struct module *const *m = modules; *m; m++)
        for (const struct right *r = (*m)->rights; r && r->name; r++)
            if (same(r->name, right))
                return r->roles;
    for (const struct right *r = core_rights; r->name; r++)
        if (same(r->name, right))
            return r->roles;
    return NULL;
}

bool may(const struct who *who, const char *right)
{
    if (same(right, PUBLIC))
        return true;
    const char *roles = right_roles(right);
    CHECK(roles);
    return who_has_role(who, roles);
}

/* What a grant is on, by its name; or by what the API calls it. */
static const struct entity *scope_entity(const char *name)
{
    for (const struct module *const *m = modules; *m; m++)
        for (const struct entity *const *e = (*m)->entities; e && *e; e++)
            if (same((*e)->name, name) || ((*e)->api && same((*e)->api, name)))
                return *e;
    return NULL;
}

static struct reach reach_granted(struct arena *a, const struct who *who,
                                  const char *right)
{
    if (same(right, PUBLIC))
        return reach_all;
    const char *roles = right_roles(right);
    CHECK(roles);
    size_t n = 0;
    struct scope *scopes =
        NEW_ARRAY(a, struct scope, (who ? who->grant_count : 0) + 1);
    for (size_t i = 0; who && i < who->grant_count; i++) {
        const struct grant *g = &who->grants[i];
        if (!word_in(roles, g->role))
            continue;
        if (!g->entity)
            return reach_all;
        const struct entity *e = scope_entity(g->entity);
        if (e)
            scopes[n++] = (struct scope){e, g->row};
    }
    const struct entity *person = scope_entity("person");
    if (n && person)
        scopes[n++] = (struct scope){person, who->person};
    return (struct reach){.scopes = scopes, .n = n};
}

struct reach reach_of(const struct app *app, struct arena *a,
                      const struct who *who, const char *right)
{
    (void)app;
    return reach_granted(a, who, right);
}

enum status reach_of_person(struct conn *c, struct arena *a, int64_t person,
                            const char *right, struct reach *out)
{
    struct who *who = NULL;
    *out = reach_all;
    if (person == 0)
        return OK;
    const enum status s = who_load(c, a, person, &who);
    if (s != OK && s != ERR_NOT_FOUND)
        return s;
    *out = reach_granted(a, who, right);
    return OK;
}

struct sql holders_of(struct arena *a, const char *right)
{
    struct buf b = {.mem = a};
    struct str rest = str_of(right_roles(right)), role;
    const char *before = "";
    buf_printf(&b,
               "EXISTS (SELECT 1 FROM auth_grant g JOIN auth_account o ON"
               " o.person = g.person WHERE g.person = {row}.id AND o.closed = 0"
               " AND g.from_day <= %" PRId32 " AND (g.until_day IS NULL OR"
               " g.until_day >= %" PRId32 ") AND g.role IN (",
               day_today(), day_today());
    for (; str_next(&rest, ' ', &role); before = ", ")
        buf_printf(&b, "%s'%.*s'", before, (int)role.n, role.p);
    buf_str(&b, "))");
    return (struct sql){buf_done(&b).p};
}

enum status setting_get(struct conn *c, struct arena *a, const char *name,
                        const char **out)
{
    struct rows *rows;
    TRY(db_rows(c, a, SQL("SELECT value FROM core_setting WHERE name = :name"),
                ARGS(arg_cstr("name", name)), &rows));
    *out = rows_next(rows) ? row_text(rows, 0) : NULL;
    return rows_end(rows);
}

enum status setting_set(struct conn *c, const char *name, const char *value)
{
    return db_exec(c,
                   SQL("INSERT INTO core_setting (name, value)"
                       " VALUES (:name, :value) ON CONFLICT (name)"
                       " DO UPDATE SET value = excluded.value"),
                   ARGS(arg_cstr("name", name), arg_cstr("value", value)),
                   NULL);
}
