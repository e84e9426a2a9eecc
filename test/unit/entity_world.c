#include "unit/entity_world.h"

static const struct field area_fields[] = {
    TEXT(t_area, name, .flags = F_REQUIRED | F_SORT),
    REF(t_area, parent, &t_area_entity, .flags = F_FILTER),
    {0},
};
static const char *const area_reach[] = {"", "parent", NULL};
const struct entity t_area_entity = {
    .name = "t_area",
    .row_size = sizeof(struct t_area),
    .fields = area_fields,
    .title = "name",
    .sort = "name",
    .reach = area_reach,
};

static const char *const kinds[] = {"ecole", "college", "lycee", NULL};
static const struct field school_fields[] = {
    TEXT(t_school, uai, .flags = F_REQUIRED | F_UNIQUE | F_SORT | F_SEARCH),
    TEXT(t_school, name, .flags = F_LIST | F_SORT | F_SEARCH),
    PROSE(t_school, note, .flags = F_SEARCH),
    CHOICE(t_school, kind, kinds, .flags = F_SORT | F_FILTER),
    INT(t_school, pupils, .flags = F_SORT | F_JOURNAL),
    MONEY(t_school, budget, .flags = F_SORT),
    TIME(t_school, seen, .flags = F_SORT),
    REF(t_school, bassin, &t_area_entity, .flags = F_LIST | F_FILTER),
    FILE_REF(t_school, document, .flags = 0),
    SCHOOL_YEAR(t_school, year, .flags = F_SORT),
    REAL(t_school, rate, .flags = F_SORT),
    BOOL(t_school, rural, .flags = F_SORT | F_FILTER),
    DATE(t_school, opened, .flags = F_SORT | F_FILTER),
    {0},
};
static const struct index school_indexes[] = {
    {.columns = "name, bassin", .unique = true, .where = {"kind = 'lycee'"}},
    {0},
};
const struct link t_school_links[] = {
    {.name = "groups", .target = &t_area_entity, .most = 5, .weighted = true},
    {0},
};
static const char *const school_reach[] = {"", "bassin", "bassin.parent", NULL};
const struct entity t_school_entity = {
    .name = "t_school",
    .row_size = sizeof(struct t_school),
    .fields = school_fields,
    .indexes = school_indexes,
    .links = t_school_links,
    .title = "name",
    .sort = "name",
    .reach = school_reach,
    .has_uid = true,
};

static const struct field class_fields[] = {
    TEXT(t_class, label, .flags = F_SORT),
    REF(t_class, school, &t_school_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    {0},
};
static const char *const class_reach[] = {"school", "school.bassin", NULL};
const struct entity t_class_entity = {
    .name = "t_class",
    .row_size = sizeof(struct t_class),
    .fields = class_fields,
    .sort = "-label",
    .reach = class_reach,
};

static const struct entity *const entities[] = {
    &t_area_entity, &t_school_entity, &t_class_entity, NULL};
static const struct sql tables[] = {
    SQL_CONST("CREATE TABLE core_file (id INTEGER PRIMARY KEY, used BIGINT)"),
    SQL_CONST("INSERT INTO core_file (id) VALUES (5)"),
    {0},
};
const struct schema t_schema = {entities, tables, NULL};

void world_open(struct world *w)
{
    const char *why = "";
    *w = (struct world){0};
    struct db_options options = {.path = test_place("world.db")};
    CHECK(db_open(&w->mem, &w->db, &options, &why) == OK);
    enum status s = schema_open(w->db, &w->mem, &t_schema, &why);
    if (s != OK)
        printf("  %s\n", why);
    CHECK(s == OK);
    CHECK(conn_open(w->db, &w->conn) == OK);
    CHECK(conn_begin(w->conn, 0) == OK);
}

void world_close(struct world *w)
{
    conn_end(w->conn);
    conn_close(w->conn);
    db_close(w->db);
    arena_reset(&w->mem);
}

enum status world_write(struct world *w, write_fn *fn, void *data)
{
    enum status s = db_write_within(w->db, &w->mem, fn, data, 60000);
    conn_end(w->conn);
    CHECK(conn_begin(w->conn, 0) == OK);
    return s;
}

struct deed {
    const struct entity *entity;
    void *row, *done;
    int64_t id, version, import;
    const struct link *link;
    const struct linked *links;
    size_t n;
};
static const int64_t someone = 7;

/* The row as it was before, whichever run of the closure this is. */
static void *deed_row(struct deed *d, struct arena *a)
{
    return d->done = row_copy(a, d->entity, d->row);
}

/* What the write did to it shows in the caller's row. */
static enum status deed_do(struct world *w, write_fn *fn, struct deed *d)
{
    enum status s = world_write(w, fn, d);
    if (s == OK)
        memcpy(d->row, d->done, d->entity->row_size);
    return s;
}

static enum status put_in(struct conn *c, struct arena *a, void *data)
{
    struct deed *d = data;
    void *row = deed_row(d, a);
    return row_insert(c, a, d->entity, row,
                      (struct actor){.person = someone, .import = d->import});
}

enum status put(struct world *w, const struct entity *e, void *row,
                int64_t import)
{
    return deed_do(w, put_in,
                   &(struct deed){.entity = e, .row = row, .import = import});
}

static enum status change_in(struct conn *c, struct arena *a, void *data)
{
    struct deed *d = data;
    void *row = deed_row(d, a);
    return row_update(c, a, d->entity, row,
                      (struct actor){.person = someone, .import = d->import});
}

enum status change(struct world *w, const struct entity *e, void *row,
                   int64_t import)
{
    return deed_do(w, change_in,
                   &(struct deed){.entity = e, .row = row, .import = import});
}

static enum status drop_in(struct conn *c, struct arena *a, void *data)
{
    struct deed *d = data;
    return row_delete(c, a, d->entity, d->id, d->version,
                      (struct actor){.person = someone});
}

enum status drop_row(struct world *w, const struct entity *e, int64_t id,
                     int64_t version)
{
    return world_write(
        w, drop_in, &(struct deed){.entity = e, .id = id, .version = version});
}

static enum status undo_in(struct conn *c, struct arena *a, void *data)
{
    struct deed *d = data;
    return row_undo(c, a, d->entity, d->id, d->import,
                    (struct actor){.person = someone});
}

enum status undo_row(struct world *w, const struct entity *e, int64_t id,
                     int64_t import)
{
    return world_write(w, undo_in,
                       &(struct deed){.entity = e, .id = id, .import = import});
}

static enum status restore_in(struct conn *c, struct arena *a, void *data)
{
    struct deed *d = data;
    return row_restore(c, a, d->entity, d->id, d->version,
                       (struct actor){.person = someone}, &(struct fault){0});
}

enum status restore_row(struct world *w, const struct entity *e, int64_t id,
                        int64_t version)
{
    return world_write(
        w, restore_in,
        &(struct deed){.entity = e, .id = id, .version = version});
}

static enum status links_in(struct conn *c, struct arena *a, void *data)
{
    struct deed *d = data;
    struct row *h = deed_row(d, a);
    const struct actor by = {.person = someone, .import = d->import};
    if (h->version)
        TRY(row_update(c, a, d->entity, h, by));
    else
        TRY(row_insert(c, a, d->entity, h, by));
    struct linked *all = NEW_ARRAY(a, struct linked, d->n + 1);
    if (d->n)
        memcpy(all, d->links, d->n * sizeof(*all));
    return links_save(c, a, (struct linking){d->entity, d->link, h->id},
                      (struct links){all, d->n}, by);
}

enum status import_links(struct world *w, const struct entity *e, void *row,
                         const struct link *l, const struct linked *all,
                         size_t n, int64_t import)
{
    return deed_do(w, links_in,
                   &(struct deed){.entity = e,
                                  .row = row,
                                  .import = import,
                                  .link = l,
                                  .links = all,
                                  .n = n});
}

enum status put_links(struct world *w, const struct entity *e, void *row,
                      const struct link *l, const struct linked *all, size_t n)
{
    return import_links(w, e, row, l, all, n, 0);
}

struct t_school *a_school(struct world *w, const char *uai, const char *name)
{
    struct t_school *s = row_new(&w->mem, &t_school_entity);
    s->uai = uai;
    s->name = name;
    return s;
}

int64_t an_area(struct world *w, const char *name, int64_t parent)
{
    struct t_area *t = row_new(&w->mem, &t_area_entity);
    t->name = name;
    t->parent = parent;
    CHECK(put(w, &t_area_entity, t, 0) == OK);
    return t->row.id;
}
