#include "unit/demo_world.h"

#include "auth/auth.h"
#include "core/tables.h"
#include "i18n/lang.h"
#include "store/schema.h"

static enum status fill(struct conn *c, struct arena *a, void *data)
{
    const int32_t *today = data;
    struct demo d = {.conn = c,
                     .mem = a,
                     .today = *today,
                     .seed = 2023,
                     .folder = test_folder()};
    for (const struct module *const *m = modules; *m; m++)
        if ((*m)->demo)
            TRY((*m)->demo(&d));
    return OK;
}

/* Of the floors below the modules. */
static const struct sql *tables_all(struct arena *a)
{
    const struct sql *const floors[] = {auth_tables, core_tables};
    struct sql *all = NEW_ARRAY(a, struct sql, 100);
    size_t n = 0;
    for (size_t i = 0; i < COUNT(floors); i++)
        for (const struct sql *t = floors[i]; t->text; t++)
            all[n++] = *t;
    CHECK(n < 100);
    return all;
}

/* With today NULL it holds one already. */
static void world_open(struct demo_world *w, const char *path, int32_t *today)
{
    const struct entity *entities[64];
    const char *why = "";
    size_t n = 0;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct entity *const *e = (*m)->entities; e && *e; e++)
            entities[n++] = *e;
    CHECK(n < COUNT(entities));
    entities[n] = NULL;
    *w = (struct demo_world){0};
    CHECK(!i18n_open(&w->mem, files_embedded, files_embedded_count));
    struct db_options options = {.path = path};
    struct schema schema = {entities, tables_all(&w->mem), NULL};
    CHECK(db_open(&w->mem, &w->db, &options, &why) == OK);
    enum status s = schema_open(w->db, &w->mem, &schema, &why);
    if (s != OK)
        printf("  %s\n", why);
    CHECK(s == OK);
    if (today)
        s = db_write_within(w->db, &w->mem, fill, today, 60000);
    if (s != OK)
        printf("  the demonstration: %s\n", status_name(s));
    CHECK(s == OK);
    CHECK(conn_open(w->db, &w->conn) == OK);
    CHECK(conn_begin(w->conn, 0) == OK);
}

void demo_world_open_on(struct demo_world *w, const char *path, int32_t today)
{
    world_open(w, path, &today);
}

void demo_world_open_at(struct demo_world *w, const char *path)
{
    demo_world_open_on(w, path, day_of(2026, 11, 24));
}

/* The file of the one that was made first: making one takes two seconds. */
static struct {
    char *bytes;
    size_t n;
} made;

static void made_keep(const char *path)
{
    FILE *in = fopen(path, "rb");
    CHECK(in && fseek(in, 0, SEEK_END) == 0);
    made.n = (size_t)ftell(in);
    made.bytes = alloc_plain(made.n);
    rewind(in);
    CHECK(fread(made.bytes, 1, made.n, in) == made.n);
    fclose(in);
}

static void made_copy(const char *path)
{
    FILE *out = fopen(path, "wb");
    CHECK(out && fwrite(made.bytes, 1, made.n, out) == made.n);
    CHECK(fclose(out) == 0);
}

void demo_world_open(struct demo_world *w, const char *name)
{
    const char *path = test_place(name);
    if (test_on_postgres() || !made.n)
        demo_world_open_at(w, path);
    if (test_on_postgres())
        return;
    if (made.n) {
        made_copy(path);
    } else {
        demo_world_close(w);
        made_keep(path);
    }
    world_open(w, path, NULL);
}

void demo_world_close(struct demo_world *w)
{
    conn_end(w->conn);
    conn_close(w->conn);
    db_close(w->db);
    CHECK(!i18n_open(&w->mem, NULL, 0));
    arena_reset(&w->mem);
}

int64_t demo_number(struct demo_world *w, const char *sql,
                    const struct arg *args)
{
    int64_t n = NONE;
    CHECK(db_int(w->conn, (struct sql){sql}, args, &n) == OK);
    return n;
}
