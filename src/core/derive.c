#include "core/derive.h"

#include "auth/throttle.h"
#include "core/file.h"
#include "core/meter.h"
#include "core/pages.h"
#include "http/router.h"

/* Of each entity with a path. R reads, W writes. */
static const struct shape {
    enum method method;
    const char *tail;
    bool write, row, api;
    enum status (*handle)(struct req *r);
} shapes[] = {
    {GET, "", false, false, false, rows_list},
    {GET, "/nouveau", true, false, false, row_form_new},
    {GET, "/supprimees", true, false, false, rows_deleted},
    {POST, "", true, false, false, row_create},
    {GET, "/:id", false, true, false, row_page},
    {GET, "/:id/modifier", true, true, false, row_form_edit},
    {POST, "/:id/modifier", true, true, false, row_change},
    {POST, "/:id/suppression", true, true, false, row_remove},
    {GET, "/:id/historique", true, false, false, row_past},
    {POST, "/:id/restauration", true, false, false, row_put_back},
    {GET, "", false, false, true, rows_list},
    {POST, "", true, false, true, row_create},
    {GET, "/:id", false, true, true, row_page},
    {PATCH, "/:id", true, true, true, row_change},
    {DELETE, "/:id", true, true, true, row_remove},
};

/* Of people: their roles. */
static const struct shape grants[] = {
    {GET, "/:id/roles", false, true, false, grants_show},
    {POST, "/:id/roles", false, true, false, grant_new},
    {POST, "/:id/roles/:grant/fin", false, true, false, grant_stop},
    {POST, "/:id/fermeture", false, true, false, account_close},
    {GET, "/:id/roles", false, true, true, grants_show},
    {POST, "/:id/roles", false, true, true, grant_new},
    {DELETE, "/:id/roles/:grant", false, true, true, grant_stop},
};

/* Of each field of an entity that is a file; its name ends the address where
 * there is no other. */
static const struct shape file_shapes[] = {
    {GET, "/:id/fichier/", false, true, false, file_show},
    {GET, "/:id/historique/fichiers/:file", true, false, false, file_past},
    {GET, "/:id/files/", false, true, true, file_show},
    {POST, "/files", true, false, true, file_post},
};

struct routes {
    struct app *app;
    const struct route **all;
    size_t n, room, named; /* the first are those that modules name */
};

static bool takes_files(const struct app *app, const struct entity *e)
{
    for (const struct field *f = e->fields; f->name; f++)
        if (f->type == F_FILE)
            return true;
    for (const struct entity *const *c = app->entities; *c; c++)
        if (entity_is_under(*c, e) && takes_files(app, *c))
            return true;
    return false;
}

/* A module that names a derived address itself has the word. */
static bool taken(const struct routes *to, const struct route *r)
{
    for (size_t i = 0; i < to->named; i++)
        if (to->all[i]->method == r->method && same(to->all[i]->path, r->path))
            return true;
    return false;
}

static void add(struct routes *to, const struct route *r)
{
    if (r->entity && taken(to, r))
        return;
    to->all = arena_grow(&to->app->mem, to->all, sizeof(*to->all), to->n + 1,
                         &to->room);
    to->all[to->n++] = r;
}

/* What a form may bring, where it has a file: that, and the other fields. */
static size_t body_most(const struct routes *to, const struct entity *e,
                        enum method method)
{
    return method == POST && takes_files(to->app, e)
               ? (size_t)file_most(to->app) + (1 << 20)
               : 0;
}

static void add_shape(struct routes *to, const struct entity *e,
                      const struct shape *s, const char *base, const char *last,
                      const char *right)
{
    struct route *r = NEW(&to->app->mem, struct route);
    *r = (struct route){
        .method = s->method,
        .path = arena_printf(&to->app->mem, "%s%s%s", base, s->tail, last),
        .body = body_most(to, e, s->method),
        .raw = s->handle == file_post,
        .right = right,
        .handle = s->handle,
        .entity = e,
        .loads_row = s->row,
    };
    add(to, r);
}

static void add_files(struct routes *to, const struct entity *e,
                      const char *api)
{
    for (const struct field *f = e->fields; f->name; f++)
        for (size_t i = 0; f->type == F_FILE && i < COUNT(file_shapes); i++) {
            const struct shape *s = &file_shapes[i];
            const char *base = s->api ? api : e->path;
            bool named = s->tail[strlen(s->tail) - 1] == '/';
            if (base)
                add_shape(to, e, s, base, named ? f->name : "",
                          s->write ? e->write : e->read);
        }
}

static void add_steps(struct routes *to, const struct entity *e,
                      const char *base)
{
    for (const struct step *s = e->steps; s && s->name; s++) {
        bool again = false;
        for (const struct step *b = e->steps; b < s; b++)
            again |= same(b->name, s->name);
        if (again)
            continue;
        struct route *r = NEW(&to->app->mem, struct route);
        *r = (struct route){
            .method = POST,
            .path =
                arena_printf(&to->app->mem, "%s/:id/etapes/%s", base, s->name),
            .right = s->right,
            .handle = row_step,
            .entity = e,
            .loads_row = true,
        };
        add(to, r);
    }
}

static void add_entity(struct routes *to, const struct entity *e)
{
    const char *api = arena_printf(&to->app->mem, "/api/v1/%s", e->api);
    for (size_t i = 0; i < COUNT(shapes); i++)
        if (shapes[i].api || e->path)
            add_shape(to, e, &shapes[i], shapes[i].api ? api : e->path, "",
                      shapes[i].write ? e->write : e->read);
    for (size_t i = 0; same(e->api, "person") && i < COUNT(grants); i++)
        add_shape(to, e, &grants[i], grants[i].api ? api : e->path, "",
                  "core.grant");
    add_files(to, e, api);
    if (e->path)
        add_steps(to, e, e->path);
    add_steps(to, e, api);
}

const struct step *route_step(const struct route *route)
{
    const char *name = strrchr(route->path, '/') + 1;
    for (const struct step *s = route->entity->steps; s && s->name; s++)
        if (same(s->name, name))
            return s;
    return NULL;
}

static const unsigned bits[] = {
    [GET] = HTTP_GET,
    [POST] = HTTP_POST,
    [PATCH] = HTTP_PATCH,
    [DELETE] = HTTP_DELETE,
};

void derive_routes(struct app *app)
{
    struct routes to = {.app = app};
    for (const struct route *r = core_routes; r->path; r++)
        add(&to, r);
    for (const struct module *const *m = modules; *m; m++)
        for (const struct route *r = (*m)->routes; r && r->path; r++)
            add(&to, r);
    to.named = to.n;
    for (const struct entity *const *e = app->entities; *e; e++)
        add_entity(&to, *e);
    app->routes = to.all;
    app->route_count = to.n;
    app->meter = meter_make(app);
    app->throttle = throttle_make(&app->mem);
    struct http_rule *rules = NEW_ARRAY(&app->mem, struct http_rule, to.n);
    for (size_t i = 0; i < to.n; i++)
        rules[i] = (struct http_rule){bits[to.all[i]->method], to.all[i]->path,
                                      &app->meter->counted[i]};
    const char *fault = NULL;
    app->router = router_build(&app->mem, rules, to.n, &fault);
    if (!app->router)
        fprintf(stderr, "%s\n", fault);
    CHECK(app->router);
}
