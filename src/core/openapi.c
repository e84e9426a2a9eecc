/* The API described by the tables themselves: OpenAPI 3.1. */
#include "core/pages.h"
#include "core/request.h"

static const char *json_type(const struct field *f)
{
    switch (f->type) {
    case F_INT:
    case F_MONEY:
    case F_REF:
    case F_FILE:
    case F_SCHOOL_YEAR:
        return "integer";
    case F_REAL:
        return "number";
    case F_BOOL:
        return "boolean";
    case F_TEXT:
    case F_PROSE:
    case F_DATE:
    case F_TIME:
    case F_CHOICE:
        return "string";
    }
    return "string";
}

static void schema_field(struct req *r, struct json *j, const struct entity *e,
                         const struct field *f)
{
    json_object(j, f->name);
    json_array(j, "type");
    json_cstr(j, NULL, json_type(f));
    if (!(f->flags & F_REQUIRED))
        json_cstr(j, NULL, "null");
    json_end_array(j);
    json_cstr(j, "title", field_label(r->mem, r->lang, e, f->name));
    if (!field_is_typed(e, f))
        json_bool(j, "readOnly", true);
    if (f->type == F_DATE)
        json_cstr(j, "format", "date");
    if (f->type == F_TIME)
        json_cstr(j, "format", "date-time");
    if (f->choices) {
        json_array(j, "enum");
        for (const char *const *k = f->choices; *k; k++)
            json_cstr(j, NULL, *k);
        if (!(f->flags & F_REQUIRED))
            json_null(j, NULL);
        json_end_array(j);
    }
    bool text = f->type == F_TEXT || f->type == F_PROSE;
    if (text && f->max)
        json_int(j, "maxLength", f->max);
    if (!text && (f->min || f->max)) {
        json_int(j, "minimum", f->min);
        json_int(j, "maximum", f->max);
    }
    json_end_object(j);
}

static void schema_read_only(struct json *j, const char *name, const char *type)
{
    json_object(j, name);
    json_cstr(j, "type", type);
    json_bool(j, "readOnly", true);
    json_end_object(j);
}

static void schema_link(struct req *r, struct json *j, const struct entity *e,
                        const struct link *l)
{
    json_object(j, l->name);
    json_cstr(j, "type", "array");
    json_cstr(j, "title", field_label(r->mem, r->lang, e, l->name));
    json_object(j, "items");
    json_cstr(j, "type", "integer");
    json_end_object(j);
    json_int(j, "maxItems", l->most ? l->most : 200);
    json_end_object(j);
}

static void schema(struct req *r, struct json *j, const struct entity *e)
{
    json_object(j, e->api);
    json_cstr(j, "type", "object");
    json_array(j, "required");
    for (const struct field *f = e->fields; f->name; f++)
        if ((f->flags & F_REQUIRED) && field_is_typed(e, f))
            json_cstr(j, NULL, f->name);
    json_end_array(j);
    json_object(j, "properties");
    schema_read_only(j, "id", "integer");
    if (e->has_uid)
        schema_read_only(j, "uid", "string");
    schema_read_only(j, "version", "integer");
    for (const struct field *f = e->fields; f->name; f++)
        if (!(f->flags & F_HIDDEN))
            schema_field(r, j, e, f);
    for (const struct link *l = e->links; l && l->name; l++)
        schema_link(r, j, e, l);
    json_end_object(j);
    json_end_object(j);
}

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

static void body_of(struct req *r, struct json *j, const struct entity *e)
{
    json_object(j, "requestBody");
    content(j, "application/json",
            arena_printf(r->mem, "#/components/schemas/%s", e->api));
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

static void parameter(struct json *j, const char *name, const char *in,
                      const char *type)
{
    json_object(j, NULL);
    json_cstr(j, "name", name);
    json_cstr(j, "in", in);
    json_bool(j, "required", same(in, "path"));
    json_object(j, "schema");
    json_cstr(j, "type", type);
    json_end_object(j);
    json_end_object(j);
}

/* Those of the path, and of a list all that it may be asked. */
static void parameters(struct req *r, struct json *j, const struct route *t)
{
    size_t n;
    struct str rest = str_of(t->path), part;
    json_array(j, "parameters");
    while (str_next(&rest, '/', &part))
        if (part.n && *part.p == ':')
            parameter(j, str_dup(r->mem, part) + 1, "path", "integer");
    if (t->handle == rows_list) {
        const char **asked = list_names(r->mem, t->entity, &n);
        for (size_t i = 0; i < n; i++)
            parameter(j, asked[i], "query", "string");
        parameter(j, "limit", "query", "integer");
    }
    if (t->method == PATCH || t->method == DELETE)
        parameter(j, "If-Match", "header", "string");
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
    json_cstr(j, "type", "integer");
    json_end_object(j);
    json_object(j, "next");
    json_array(j, "type");
    json_cstr(j, NULL, "string");
    json_cstr(j, NULL, "null");
    json_end_array(j);
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
}

static void answer(struct req *r, struct json *j, const struct route *t)
{
    const char *row =
        arena_printf(r->mem, "#/components/schemas/%s", t->entity->api);
    json_object(j, t->method == POST     ? "201"
                   : t->method == DELETE ? "204"
                                         : "200");
    json_cstr(j, "description", "OK");
    if (t->raw)
        content(j, "application/json", "#/components/schemas/file");
    else if (t->handle == file_show)
        content(j, "application/octet-stream", NULL);
    else if (t->handle == rows_list)
        list_content(j, row);
    else if (t->handle == row_page)
        content(j, "application/json", row);
    json_end_object(j);
}

static void operation(struct req *r, struct json *j, const struct route *t)
{
    json_object(j, names[t->method]);
    json_cstr(j, "summary", tr(r->lang, t->entity->name));
    json_cstr(j, "x-right", t->right);
    if (same(t->right, PUBLIC)) {
        json_array(j, "security");
        json_end_array(j);
    }
    parameters(r, j, t);
    if (t->raw) {
        json_object(j, "requestBody");
        json_bool(j, "required", true);
        content(j, "application/octet-stream", NULL);
        json_end_object(j);
    } else if (t->method == POST || t->method == PATCH) {
        body_of(r, j, t->entity);
    }
    json_object(j, "responses");
    answer(r, j, t);
    json_object(j, "default");
    json_cstr(j, "description", "RFC 9457 application/problem+json");
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
}

static bool is_api(const struct route *t)
{
    return t->entity && strncmp(t->path, "/api/v1/", 8) == 0;
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

/* What the upload of a file answers: its id is what a row names. */
static void file_schema(struct json *j)
{
    static const struct {
        const char *name, *type;
    } members[] = {{"id", "integer"},
                   {"name", "string"},
                   {"type", "string"},
                   {"size", "integer"},
                   {"sha256", "string"}};
    json_object(j, "file");
    json_cstr(j, "type", "object");
    json_object(j, "properties");
    for (size_t i = 0; i < COUNT(members); i++) {
        json_object(j, members[i].name);
        json_cstr(j, "type", members[i].type);
        json_end_object(j);
    }
    json_end_object(j);
    json_end_object(j);
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
    json_object(&j, "schemas");
    for (const struct entity *const *e = r->app->entities; *e; e++)
        schema(r, &j, *e);
    file_schema(&j);
    json_end_object(&j);
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
