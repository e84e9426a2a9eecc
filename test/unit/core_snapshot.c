/* What a snapshot names of rows that are no more. */
#include "core/snapshot.h"

#include "modules/directory/directory.h"
#include "store/row.h"
#include "unit/demo_world.h"

static const struct figure areas = {
    .id = "test.areas",
    .entity = &area_entity,
    .value = SQL_CONST("SELECT count(*) FROM directory_area a WHERE {reach:a}"),
    .rows = SQL_CONST("SELECT a.id AS id, 1 AS amount FROM directory_area a"
                      " WHERE {reach:a}"),
};

struct fate {
    struct figure_ask ask;
    int64_t parent, id;
};

static enum status make(struct conn *c, struct arena *a, void *data)
{
    struct fate *f = data;
    struct area *area = row_new(a, &area_entity);
    area->kind = "bassin";
    area->name = "Bassin d’un été";
    area->parent = f->parent;
    TRY(row_insert(c, a, &area_entity, area, (struct actor){0}));
    f->id = area->row.id;
    return snapshot_take(c, a, &f->ask, 1);
}

static enum status unmake(struct conn *c, struct arena *a, void *data)
{
    const struct fate *f = data;
    return row_delete(c, a, &area_entity, f->id, 1, (struct actor){0});
}

/* "n° 12", or the name under which the row was known. */
static const char *named(struct demo_world *w, const struct fate *f,
                         const struct reach *reach)
{
    struct snapshot *list;
    struct difference d;
    size_t n;
    OKAY(snapshot_list(w->conn, &w->mem, &f->ask, &list, &n) == OK && n == 1);
    OKAY(snapshot_difference(w->conn, &w->mem, &list[0], &f->ask, reach, &d) ==
         OK);
    OKAY(d.n == 1 && d.list[0].id == f->id && d.list[0].how == REMOVED);
    return d.list[0].title;
}

TEST(snapshot_names_deleted_rows_to_who_reaches_all)
{
    struct demo_world w;
    struct fate f = {.ask = {&areas, 2026, NONE, reach_all}};
    demo_world_open(&w, "snapshot");
    f.parent = demo_number(&w,
                           "SELECT min(id) FROM directory_area"
                           " WHERE kind = 'departement'",
                           NO_ARGS);
    CHECK(db_write(w.db, &w.mem, make, &f) == OK);
    CHECK(db_write(w.db, &w.mem, unmake, &f) == OK);
    conn_end(w.conn);
    CHECK(conn_begin(w.conn, 0) == OK);
    struct scope one = {&area_entity, f.parent};
    struct reach some = {.scopes = &one, .n = 1};
    OKAY(same(named(&w, &f, &reach_all), "Bassin d’un été"));
    OKAY(same(named(&w, &f, &some),
              arena_printf(&w.mem, "n\xc2\xb0 %" PRId64, f.id)));
    demo_world_close(&w);
}
