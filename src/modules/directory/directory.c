/*
 * The directory's areas, organisations and people, and the module itself.
 * Schools and classes are in school.c.
 */
#include "modules/directory/check.h"
#include "modules/directory/directory.h"

#include "core/pages.h"
#include "modules/directory/areas.h"
#include "modules/directory/map.h"
#include "modules/directory/outline_load.h"

/* Areas. */

static const char *const area_kinds[] = {
    "region_academique", "academie", "departement", "bassin",
    "circonscription",   "grappe",   "groupement",  NULL,
};
static const char *const area_code_heads[] = {"code", "code_area", NULL};
static const char *const area_parent_heads[] = {"parent", "code_parent", NULL};

static const struct field area_fields[] = {
    CHOICE(area, kind, area_kinds,
           .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    TEXT(area, code, .max = 20, .flags = F_UNIQUE | F_LIST | F_SORT | F_SEARCH,
         .aliases = area_code_heads),
    TEXT(area, name, .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    REF(area, parent, &area_entity, .flags = F_LIST | F_FILTER,
        .aliases = area_parent_heads),
    {0},
};
const struct link area_links[] = {
    {.name = "areas", .target = &area_entity, .most = 60},
    {0},
};
static const char *const area_reach[] = {"", "parent", "parent.parent", NULL};

const char *area_fault(struct conn *c, int64_t area, const char *kind,
                       const char *fault)
{
    return area == NONE
               ? NULL
               : fault_unless(c,
                              SQL("SELECT count(*) FROM directory_area WHERE"
                                  " id = :id AND kind = :kind"),
                              ARGS(arg_int("id", area), arg_cstr("kind", kind)),
                              fault);
}

/* Reach and figures go up by the parent: a bassin's is its département. */
static const char *area_check(struct conn *c, struct arena *a, const void *row,
                              const char **field)
{
    static const struct {
        const char *kind, *parent;
    } tree[] = {
        {"academie", "region_academique"},
        {"departement", "academie"},
        {"bassin", "departement"},
        {"circonscription", "departement"},
    };
    const struct area *area = row;
    const char *fault = NULL;
    (void)a;
    *field = "parent";
    for (size_t i = 0; i < COUNT(tree); i++)
        if (same(area->kind, tree[i].kind))
            fault = area_fault(c, area->parent, tree[i].parent,
                               "directory_area.wrong_parent");
    return fault;
}

/* Figures of a bassin are of the rows that name it, and its département. */
static const struct counting area_counting = {.fields = "kind parent",
                                              .by_others = true};

const struct entity area_entity = {
    .name = "directory_area",
    .api = "area",
    .path = "/territoires",
    .row_size = sizeof(struct area),
    .fields = area_fields,
    .links = area_links,
    .title = "name",
    .code = "code",
    .sort = "name",
    .reach = area_reach,
    .read = PUBLIC,
    .write = "directory.edit_areas",
    .check = area_check,
    .counting = &area_counting,
};

/* Organisations: partners, communes and services. */

static const char *const organisation_kinds[] = {
    "research_lab", "edtech",           "association", "commune", "departement",
    "region",       "rectorat_service", "other",       NULL,
};
static const struct field organisation_fields[] = {
    TEXT(organisation, name,
         .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SORT | F_SEARCH),
    CHOICE(organisation, kind, organisation_kinds,
           .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    TEXT(organisation, town, .max = 100, .flags = F_LIST | F_SORT | F_SEARCH),
    TEXT(organisation, postcode, .max = 5, .check = check_postcode,
         .flags = F_SEARCH, .aliases = postcode_heads),
    TEXT(organisation, mail, .check = check_mail),
    TEXT(organisation, web, .check = check_web),
    {0},
};

const struct entity organisation_entity = {
    .name = "directory_organisation",
    .api = "organisation",
    .path = "/organisations",
    .row_size = sizeof(struct organisation),
    .fields = organisation_fields,
    .title = "name",
    .code = "name",
    .sort = "name",
    .read = PUBLIC,
    .write = "directory.edit_organisations",
    .has_uid = true,
};

/* People: staff and partners, never pupils or parents. */

static const char *const person_states[] = {"active", "left", NULL};
static const struct field person_fields[] = {
    TEXT(person, name,
         .flags = F_REQUIRED | F_PERSONAL | F_LIST | F_SORT | F_SEARCH),
    TEXT(person, email, .flags = F_UNIQUE | F_PERSONAL | F_LIST | F_SEARCH,
         .check = check_mail),
    TEXT(person, job, .max = 100,
         .flags = F_PERSONAL | F_LIST | F_SORT | F_SEARCH),
    REF(person, school, &school_entity,
        .flags = F_PERSONAL | F_LIST | F_FILTER),
    REF(person, organisation, &organisation_entity,
        .flags = F_PERSONAL | F_LIST | F_FILTER),
    REF(person, area, &area_entity, .flags = F_PERSONAL | F_FILTER),
    CHOICE(person, state, person_states, .flags = F_REQUIRED | F_FILTER),
    {0},
};
static const char *const person_reach[] = {
    "",
    "school",
    "school.bassin",
    "school.circonscription",
    "school.departement",
    "area",
    NULL,
};

const struct entity person_entity = {
    .name = "directory_person",
    .api = "person",
    .path = "/personnes",
    .row_size = sizeof(struct person),
    .fields = person_fields,
    .title = "name",
    .code = "email",
    .sort = "name",
    .reach = person_reach,
    .read = "directory.people",
    .write = "directory.edit_people",
    .has_uid = true,
    .keep_years = 3,
};

enum status person_find(struct conn *c, struct arena *a, int64_t id,
                        const struct person **out)
{
    void *row = NULL;
    const enum status s =
        id == NONE ? ERR_NOT_FOUND
                   : row_load(c, a, &person_entity, id, &reach_all, &row);
    *out = s == OK ? row : NULL;
    return s == ERR_NOT_FOUND ? OK : s;
}

/* The module. */

static const char *const needs[] = {NULL};
static const struct entity *const entities[] = {
    &area_entity,  &organisation_entity, &school_entity,
    &class_entity, &person_entity,       NULL,
};
static const struct right rights[] = {
    {"directory.people", "admin leader coordinator"},
    {"directory.edit_people", "admin coordinator"},
    {"directory.classes", "admin leader inspector ien coordinator expert "
                          "researcher teacher head host"},
    {"directory.edit_classes", "admin coordinator teacher head"},
    {"directory.edit_schools", "admin coordinator"},
    {"directory.edit_organisations", "admin leader coordinator"},
    {"directory.edit_areas", "admin"},
    {0},
};

static const struct route routes[] = {
    {.method = GET,
     .path = "/etablissements",
     .right = PUBLIC,
     .handle = rows_list,
     .entity = &school_entity,
     .menu = "directory_school.list"},
    {.method = GET,
     .path = "/carte",
     .right = PUBLIC,
     .handle = map_show,
     .menu = "directory.map"},
    {0},
};

static const struct waiting waiting[] = {
    {.label = "directory.waiting.rural",
     .right = "directory.edit_schools",
     .where = SQL_CONST("t.rural IS NULL"),
     .entity = &school_entity},
    {.label = "directory.waiting.classes",
     .right = "directory.edit_classes",
     .where = SQL_CONST("t.headcount IS NULL"),
     .entity = &class_entity},
    {0},
};

static const struct command commands[] = {
    {"areas", "FILE", "makes the areas that the national file of schools names",
     areas_command},
    {"outlines", "FILE SOURCE | undo",
     "loads finer outlines for the map from GeoJSON", outlines_command},
    {0},
};

static const struct change dated_links[] = {
    {.op = DATE_LINKS, .entity = &area_entity},
    {.op = DATE_LINKS, .entity = &school_entity},
    {.op = RUN},
};
static const struct migration migrations[] = {{2, dated_links}, {0}};

const struct module directory_module = {
    .name = "directory",
    .needs = needs,
    .entities = entities,
    .rights = rights,
    .routes = routes,
    .migrations = migrations,
    .waiting = waiting,
    .commands = commands,
    .demo = directory_demo,
};
