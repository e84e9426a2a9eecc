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

static void schema(struct req *r, struct json *j, const struct entity *e)
{
    json_object(j, e->api);
    json_cstr(j, "type", "object");
    json_array(j, "required");
    for (const struct field *f = e->fields; f->name; f++)
        if ((f->flags & F_REQUIRED) && !(f->flags & (F_HIDDEN | F_COMPUTED)))
            json_cstr(j, NULL, f->name);
    json_end_array(j);
    json_object(j, "properties");
    for (const struct field *f = e->fields; f->name; f++)
        if (!(f->flags & F_HIDDEN))
            schema_field(r, j, e, f);
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

static void operation(struct req *r, struct json *j, const struct route *t)
{
    json_object(j, names[t->method]);
    json_cstr(j, "summary", tr(r->lang, t->entity->name));
    json_cstr(j, "x-right", t->right);
    if (strstr(t->path, ":id")) {
        json_array(j, "parameters");
        json_object(j, NULL);
        json_cstr(j, "name", "id");
        json_cstr(j, "in", "path");
        json_bool(j, "required", true);
        json_object(j, "schema");
        json_cstr(j, "type", "integer");
        json_end_object(j);
        json_end_object(j);
        json_end_array(j);
    }
    if (t->raw) {
        json_object(j, "requestBody");
        json_bool(j, "required", true);
        content(j, "application/octet-stream", NULL);
        json_end_object(j);
    } else if (t->method == POST || t->method == PATCH) {
        body_of(r, j, t->entity);
    }
    json_object(j, "responses");
    json_object(j, t->method == POST ? "201" : "200");
    json_cstr(j, "description", "OK");
    if (t->raw)
        content(j, "application/json", "#/components/schemas/file");
    if (t->handle == file_show)
        content(j, "application/octet-stream", NULL);
    json_end_object(j);
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
