/* The shapes of what the API takes and gives, as OpenAPI has them: those of the
 * entities from their tables, the frame's own by hand. */
#include "core/openapi.h"

static const char *json_type(const struct field *f)
{
    switch (f->type) {
    case F_INT:
    case F_MONEY:
    case F_REF:
    case F_FILE:
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
    case F_SCHOOL_YEAR:
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
    if (!(f->flags & F_HIDDEN))
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
    if (!same(json_type(f), "string") && (f->min || f->max)) {
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

static void schema_ref(struct req *r, struct json *j, const char *member,
                       const char *name)
{
    json_object(j, member);
    json_cstr(j, "$ref", arena_printf(r->mem, "#/components/schemas/%s", name));
    json_end_object(j);
}

/* A new row: the same members, and some of them are needed. */
static void schema_new(struct req *r, struct json *j, const struct entity *e)
{
    json_object(j, arena_printf(r->mem, "%s_new", e->api));
    json_array(j, "allOf");
    schema_ref(r, j, NULL, e->api);
    json_object(j, NULL);
    json_array(j, "required");
    for (const struct field *f = e->fields; f->name; f++)
        if (field_is_asked(f) && field_is_typed(e, f))
            json_cstr(j, NULL, f->name);
    json_end_array(j);
    json_end_object(j);
    json_end_array(j);
    json_end_object(j);
}

/* Sent, and kept by the journal; no answer has it. */
static void schema_correction(struct req *r, struct json *j)
{
    json_object(j, "correction");
    json_cstr(j, "type", "string");
    json_cstr(j, "title", tr(r->lang, "core.correction"));
    json_cstr(j, "description", tr(r->lang, "core.correction_help"));
    json_bool(j, "writeOnly", true);
    json_end_object(j);
}

static void schema(struct req *r, struct json *j, const struct entity *e)
{
    json_object(j, e->api);
    json_cstr(j, "type", "object");
    json_object(j, "properties");
    schema_read_only(j, "id", "integer");
    if (e->has_uid)
        schema_read_only(j, "uid", "string");
    schema_read_only(j, "version", "integer");
    for (const struct field *f = e->fields; f->name; f++)
        schema_field(r, j, e, f);
    for (const struct link *l = e->links; l && l->name; l++)
        schema_link(r, j, e, l);
    if (e->counting)
        schema_correction(r, j);
    json_end_object(j);
    json_end_object(j);
}

/* Of the frame's own answers and bodies. */
static const struct api_member members[] = {
    {"made", "id", "integer"},
    {"file", "id", "integer"},
    {"file", "name", "string"},
    {"file", "type", "string"},
    {"file", "size", "integer"},
    {"file", "sha256", "string"},
    {"step", "reason", "~string?"},
    {"step", "version", "~integer"},
    {"figure", "id", "string"},
    {"figure", "label", "string"},
    {"figure", "value", "number?"},
    {"figure", "hidden", "boolean"},
    {"figure", "unit", "string"},
    {"figure", "period", "string"},
    {"figure", "origin", "string"},
    {"figure", "approx", "boolean"},
    {"figure", "year", "string"},
    {"figure", "bassin", "~string?"},
    {"figure", "foot", "~number?"},
    {"figure", "partial", "~boolean"},
    {"figure", "rows", "~[figure_row]"},
    {"figure", "next", "~string?"},
    {"figure", "snapshots", "~[snapshot]"},
    {"figure_row", "id", "integer"},
    {"figure_row", "title", "string?"},
    {"figure_row", "amount", "number?"},
    {"figure_row", "whole", "number?"},
    {"snapshot", "at", "integer"},
    {"snapshot", "value", "number?"},
    {"snapshot", "since", "[snapshot_change]"},
    {"snapshot_change", "what", "string"},
    {"snapshot_change", "id", "integer"},
    {"snapshot_change", "title", "string?"},
    {"import", "id", "integer"},
    {"import", "entity", "string"},
    {"import", "name", "string"},
    {"import", "state", "string"},
    {"import", "percent", "integer?"},
    {"import", "text", "string"},
    {"import", "done", "boolean"},
    {"import", "lines", "integer"},
    {"import", "refused", "integer"},
    {"import", "repeated", "integer"},
    {"import", "inserted", "integer"},
    {"import", "updated", "integer"},
    {"import", "same", "integer"},
    {"import", "kept", "integer"},
    {"import", "corrects", "integer"},
    {"import", "note", "string?"},
    {"import", "faults", "[import_fault]"},
    {"import", "next", "integer?"},
    {"import_fault", "line", "integer"},
    {"import_fault", "refused", "boolean"},
    {"import_fault", "field", "string?"},
    {"import_fault", "code", "string"},
    {"import_fault", "value", "string"},
    {"import_fault", "message", "string"},
    {"import_start", "correction", "~string?"},
    {"grants", "rows", "[grant]"},
    {"grant", "id", "integer"},
    {"grant", "role", "string"},
    {"grant", "scope", "string?"},
    {"grant", "row", "integer?"},
    {"grant", "from", "string"},
    {"grant", "until", "string?"},
    {"grant", "valid", "boolean"},
    {"grant_new", "role", "string"},
    {"grant_new", "scope", "~string?"},
    {"grant_new", "row", "~integer?"},
    {"grant_new", "from", "~string?"},
    {"grant_new", "until", "~string?"},
    {"problem", "type", "string"},
    {"problem", "title", "string"},
    {"problem", "detail", "~string"},
    {"problem", "status", "integer"},
    {"problem", "code", "~string"},
    {"problem", "instance", "~string?"},
    {"problem", "most", "~integer"},
    {"problem", "errors", "~[fault]"},
    {"problem", "alternatives", "~[alternative]"},
    {"alternative", "text", "string"},
    {"alternative", "kind", "string"},
    {"alternative", "of", "object"},
    {"alternative", "changes", "object"},
    {"fault", "field", "string?"},
    {"fault", "code", "string"},
    {"fault", "message", "string"},
    {0},
};

static void member_write(struct req *r, struct json *j,
                         const struct api_member *m)
{
    const char *type = m->type + (*m->type == '~');
    size_t n = strlen(type);
    if (*type == '[') {
        json_object(j, m->name);
        json_cstr(j, "type", "array");
        if (same(type, "[string]")) {
            json_object(j, "items");
            json_cstr(j, "type", "string");
            json_end_object(j);
        } else {
            schema_ref(r, j, "items", arena_dup(r->mem, type + 1, n - 2));
        }
        json_end_object(j);
        return;
    }
    bool null = type[n - 1] == '?';
    json_object(j, m->name);
    json_array(j, "type");
    json_cstr(j, NULL, arena_dup(r->mem, type, null ? n - 1 : n));
    if (null)
        json_cstr(j, NULL, "null");
    json_end_array(j);
    json_end_object(j);
}

/* The members of one shape stand together. */
static void shapes_write(struct req *r, struct json *j,
                         const struct api_member *all)
{
    for (const struct api_member *m = all, *end; m && m->of; m = end) {
        for (end = m; end->of && same(end->of, m->of);)
            end++;
        json_object(j, m->of);
        json_cstr(j, "type", "object");
        json_array(j, "required");
        for (const struct api_member *k = m; k < end; k++)
            if (*k->type != '~')
                json_cstr(j, NULL, k->name);
        json_end_array(j);
        json_object(j, "properties");
        for (const struct api_member *k = m; k < end; k++)
            member_write(r, j, k);
        json_end_object(j);
        json_end_object(j);
    }
}

static void own_schemas(struct req *r, struct json *j)
{
    shapes_write(r, j, members);
    for (const struct module *const *m = modules; *m; m++)
        shapes_write(r, j, (*m)->shapes);
    json_object(j, "nothing");
    json_cstr(j, "type", "object");
    json_int(j, "maxProperties", 0);
    json_end_object(j);
}

void openapi_schemas(struct req *r, struct json *j)
{
    json_object(j, "schemas");
    for (const struct entity *const *e = r->app->entities; *e; e++) {
        schema(r, j, *e);
        schema_new(r, j, *e);
    }
    own_schemas(r, j);
    json_end_object(j);
}
