/* The API described by the tables themselves: OpenAPI 3.1. */
#include "core/openapi.h"

/* A file is its bytes; Content-Disposition says its name. */
static void content(struct json *j, const char *type, const char *schema_ref)
{
    json_object(j, "content");
    json_object(j, type);
    if (schema_ref) {
        json_object(j, "schema");
        json_cstr(j, "$ref", schema_ref);
        json_end_object(j);
    }
    json_end_object(j);
    json_end_object(j);
}

static const char *const names[] = {"get", "post", "patch", "delete"};

/* /api/v1/project/:id as /api/v1/project/{id}. */
static const char *braces(struct req *r, const char *path)
{
    struct buf b = {.mem = r->mem};
    bool open = false;
    for (; *path; path++) {
        if (*path == ':') {
            buf_char(&b, '{');
            open = true;
            continue;
        }
        if (*path == '/' && open) {
            buf_char(&b, '}');
            open = false;
        }
        buf_char(&b, *path);
    }
    if (open)
        buf_char(&b, '}');
    return b.p;
}

/* "get_school_id": unique, for a method is once under a path. */
static const char *operation_id(struct req *r, const struct route *t)
{
    struct buf b = {.mem = r->mem};
    struct str rest = str_of(t->path + strlen("/api/v1/")), part;
    buf_str(&b, names[t->method]);
    while (str_next(&rest, '/', &part)) {
        const bool open = part.n && *part.p == ':';
        buf_char(&b, '_');
        buf_add(&b, part.p + open, part.n - open);
    }
    return buf_done(&b).p;
}

/* choices: all that it may be, ending with NULL; or NULL. */
static void parameter_of(struct json *j, const char *name, const char *in,
                         const char *type, const char *const *choices)
{
    json_object(j, NULL);
    json_cstr(j, "name", name);
    json_cstr(j, "in", in);
    json_bool(j, "required", same(in, "path"));
    json_object(j, "schema");
    json_cstr(j, "type", type);
    if (choices) {
        json_array(j, "enum");
        for (; *choices; choices++)
            json_cstr(j, NULL, *choices);
        json_end_array(j);
    }
    json_end_object(j);
    json_end_object(j);
}

static void parameter(struct json *j, const char *name, const char *in,
                      const char *type)
{
    parameter_of(j, name, in, type, NULL);
}

/* What a file may hold. */
static const char *const *kinds_of(struct req *r)
{
    const struct entity *e;
    size_t n = 0;
    while (sheet_kind(r->app, n))
        n++;
    const char **all = NEW_ARRAY(r->mem, const char *, n + 1);
    for (size_t i = n = 0; (e = sheet_kind(r->app, i)); i++)
        if (e->path || intake_of(e))
            all[n++] = e->api;
    return all;
}

/* What handlers take and give, beside a row of their own entity ("*"). */
static const struct described {
    enum status (*handle)(struct req *r);
    const char *takes, *gives; /* names of schemas; gives "[x]": an array */
    const char *queries;       /* what the address may ask */
} described[] = {
    {rows_list, NULL, "*", NULL},
    {row_page, NULL, "*", NULL},
    {row_create, "*_new", "made", NULL},
    {row_change, "*", "made", NULL},
    {row_step, "step", "made", NULL},
    {file_post, NULL, "file", NULL},
    {grants_show, NULL, "grants", NULL},
    {grant_new, "grant_new", "nothing", NULL},
    {grant_stop, NULL, "nothing", NULL},
    {figures_show, NULL, "[figure]", "annee bassin"},
    {figure_show, NULL, "figure", "annee bassin apres"},
    {import_send, NULL, "made", "entity name"},
    {import_show, NULL, "import", "apres"},
    {import_start, "import_start", "made", NULL},
    {import_take_back, NULL, "made", NULL},
    {import_halt, NULL, "made", NULL},
};

/* By its handler, which the frame knows, else by its route. */
static struct described described_by(const struct route *t)
{
    for (size_t i = 0; i < COUNT(described); i++)
        if (described[i].handle == t->handle)
            return described[i];
    return (struct described){t->handle, t->takes, t->gives, t->asks};
}

/* "*_new" of a school: "school_new". */
static const char *shape_name(struct req *r, const struct route *t,
                              const char *name)
{
    if (!name || *name != '*')
        return name;
    CHECK(t->entity != NULL);
    return arena_printf(r->mem, "%s%s", t->entity->api, name + 1);
}

/* Those of the path, and what the address may ask besides. */
static void parameters(struct req *r, struct json *j, const struct route *t)
{
    size_t n;
    const struct described d = described_by(t);
    struct str rest = str_of(t->path), part;
    json_array(j, "parameters");
    while (str_next(&rest, '/', &part))
        if (part.n && *part.p == ':')
            parameter(j, str_dup(r->mem, part) + 1, "path",
                      str_eq(part, ":figure") ? "string" : "integer");
    if (t->handle == rows_list) {
        const char **asked = list_names(r->mem, t->entity, &n);
        for (size_t i = 0; i < n; i++) {
            const struct field *f = entity_field(t->entity, asked[i]);
            parameter_of(j, asked[i], "query", "string", f ? f->choices : NULL);
        }
        parameter(j, "limit", "query", "integer");
    }
    rest = str_of(d.queries);
    while (str_next(&rest, ' ', &part))
        if (part.n)
            parameter_of(j, str_dup(r->mem, part), "query", "string",
                         t->handle == import_send && str_eq(part, "entity")
                             ? kinds_of(r)
                             : NULL);
    if (t->method == PATCH || (t->method == DELETE && t->handle == row_remove))
        parameter(j, "If-Match", "header", "string");
    if (t->method != GET)
        parameter(j, "Idempotency-Key", "header", "string");
    json_end_array(j);
}

static void or_null(struct json *j, const char *type)
{
    json_array(j, "type");
    json_cstr(j, NULL, type);
    json_cstr(j, NULL, "null");
    json_end_array(j);
}

/* {"rows": [...], "total": 42, "next": "…"} */
static void list_content(struct json *j, const char *row)
{
    json_object(j, "content");
    json_object(j, "application/json");
    json_object(j, "schema");
    json_cstr(j, "type", "object");
    json_object(j, "properties");
    json_object(j, "rows");
    json_cstr(j, "type", "array");
    json_object(j, "items");
    json_cstr(j, "$ref", row);
    json_end_object(j);
    json_end_object(j);
    json_object(j, "total");
    or_null(j, "integer");
    json_cstr(j, "description",
              arena_printf(j->out->mem, "null: more than %d", TOTAL_MOST));
    json_end_object(j);
    json_object(j, "next");
    or_null(j, "string");
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
}

static void array_content(struct json *j, const char *of)
{
    json_object(j, "content");
    json_object(j, "application/json");
    json_object(j, "schema");
    json_cstr(j, "type", "array");
    json_object(j, "items");
    json_cstr(j, "$ref", of);
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
}

static const char *reference(struct req *r, const char *name, size_t n)
{
    return arena_printf(r->mem, "#/components/schemas/%.*s", (int)n, name);
}

static void answer(struct req *r, struct json *j, const struct route *t)
{
    const char *gives = shape_name(r, t, described_by(t).gives);
    const bool makes =
        t->raw || t->handle == row_create || t->handle == grant_new;
    json_object(j, makes ? "201" : t->handle == row_remove ? "204" : "200");
    json_cstr(j, "description", "OK");
    if (t->handle == file_show)
        content(j, "application/octet-stream", NULL);
    else if (t->handle == rows_list)
        list_content(j, reference(r, gives, strlen(gives)));
    else if (gives && *gives == '[')
        array_content(j, reference(r, gives + 1, strlen(gives) - 2));
    else if (gives)
        content(j, "application/json", reference(r, gives, strlen(gives)));
    json_end_object(j);
    json_object(j, "default");
    json_cstr(j, "description", "RFC 9457");
    content(j, "application/problem+json", reference(r, "problem", 7));
    json_end_object(j);
}

static void body_of(struct req *r, struct json *j, const struct route *t)
{
    const char *takes = shape_name(r, t, described_by(t).takes);
    if (!takes && !t->raw)
        return;
    json_object(j, "requestBody");
    json_bool(j, "required",
              t->raw || (t->handle != row_step && t->handle != import_start));
    if (t->raw)
        content(j,
                t->handle == import_send ? "text/csv"
                                         : "application/octet-stream",
                NULL);
    else
        content(j, "application/json", reference(r, takes, strlen(takes)));
    json_end_object(j);
}

static void operation(struct req *r, struct json *j, const struct route *t)
{
    json_object(j, names[t->method]);
    json_cstr(j, "operationId", operation_id(r, t));
    json_cstr(
        j, "summary",
        tr(r->lang, t->entity ? t->entity->name
                    : t->handle == figures_show || t->handle == figure_show
                        ? "core.menu_figures"
                        : "core.menu_imports"));
    json_cstr(j, "x-right", t->right);
    if (same(t->right, PUBLIC)) {
        json_array(j, "security");
        json_end_array(j);
    }
    parameters(r, j, t);
    body_of(r, j, t);
    json_object(j, "responses");
    answer(r, j, t);
    json_end_object(j);
    json_end_object(j);
}

static bool is_api(const struct route *t)
{
    return strncmp(t->path, "/api/v1/", 8) == 0;
}

/* All methods of one path stand together. */
static void paths(struct req *r, struct json *j)
{
    struct app *app = r->app;
    for (size_t i = 0; i < app->route_count; i++) {
        bool first = is_api(app->routes[i]);
        for (size_t k = 0; k < i && first; k++)
            first = !same(app->routes[k]->path, app->routes[i]->path);
        if (!first)
            continue;
        json_object(j, braces(r, app->routes[i]->path));
        for (size_t k = i; k < app->route_count; k++)
            if (same(app->routes[k]->path, app->routes[i]->path))
                operation(r, j, app->routes[k]);
        json_end_object(j);
    }
}

enum status openapi(struct req *r)
{
    struct buf out = {.mem = r->mem};
    struct json j = {.out = &out};
    json_object(&j, NULL);
    json_cstr(&j, "openapi", "3.1.0");
    json_object(&j, "info");
    json_cstr(&j, "title", "Essaim");
    json_cstr(&j, "version", VERSION);
    json_end_object(&j);
    json_object(&j, "paths");
    paths(r, &j);
    json_end_object(&j);
    json_object(&j, "components");
    json_object(&j, "securitySchemes");
    json_object(&j, "token");
    json_cstr(&j, "type", "http");
    json_cstr(&j, "scheme", "bearer");
    json_end_object(&j);
    json_end_object(&j);
    openapi_schemas(r, &j);
    json_end_object(&j);
    json_array(&j, "security");
    json_object(&j, NULL);
    json_array(&j, "token");
    json_end_array(&j);
    json_end_object(&j);
    json_end_array(&j);
    json_end_object(&j);
    return req_json(r, 200, buf_done(&out));
}
