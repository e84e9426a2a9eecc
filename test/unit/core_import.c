/* Two that work on one import: whoever began last goes on alone. */
#include "core/importing.h"

#include "i18n/lang.h"
#include "store/schema.h"
#include "unit/test.h"

enum { LINES = 5000 };

static struct str sheet(struct arena *a)
{
    struct buf b = {.mem = a};
    buf_str(&b, "name;kind\n");
    for (int i = 0; i < LINES; i++)
        buf_printf(&b, "Ruche %d;association\n", i);
    return buf_done(&b);
}

static void world_open(struct app *app)
{
    struct db_options options = {.path = test_place("import.db")};
    const char *why = "";
    *app = (struct app){.folder = test_folder()};
    CHECK(!i18n_open(&app->mem, files_embedded, files_embedded_count));
    app_init(app);
    CHECK(db_open(&app->mem, &app->db, &options, &why) == OK);
    CHECK(schema_open(app->db, &app->mem, &app->schema, &why) == OK);
}

static void load(struct app *app, int64_t id, struct import *im)
{
    struct conn *c;
    CHECK(conn_open(app->db, &c) == OK);
    CHECK(conn_begin(c, 0) == OK);
    CHECK(import_load(app, c, &app->mem, id, im) == OK);
    conn_end(c);
    conn_close(c);
}

struct rival {
    struct app *app;
    int64_t id;
    bool came;
};

static bool once(void *data, int64_t done, int64_t lines)
{
    (void)data, (void)done, (void)lines;
    return false;
}

/* After the first piece another takes the import up, and stops after one more.
 */
static bool rival_comes(void *data, int64_t done, int64_t lines)
{
    struct rival *r = data;
    struct import im;
    (void)done, (void)lines;
    if (!r->came) {
        r->came = true;
        load(r->app, r->id, &im);
        OKAY(import_apply(r->app, &r->app->mem, &im, once, NULL) == ERR_BUSY);
    }
    return true;
}

TEST(import_has_one_worker)
{
    struct app app;
    struct import im;
    const char *why = "";
    world_open(&app);
    const struct entity *e = entity_by_api(&app, "organisation");
    CHECK(e);
    const struct import_sent sent = {.entity = e, .text = sheet(&app.mem)};
    CHECK(import_stage(&app, &app.mem, &sent, &im, &why) == OK);
    struct rival rival = {&app, im.id, false};
    OKAY(import_apply(&app, &app.mem, &im, rival_comes, &rival) == ERR_STALE);
    OKAY(rival.came);
    load(&app, im.id, &im);
    OKAY(same(im.state, "applying") && im.inserted == 4000);
    OKAY(import_apply(&app, &app.mem, &im, NULL, NULL) == OK);
    load(&app, im.id, &im);
    OKAY(same(im.state, "applied"));
    OKAY(im.inserted == LINES && !im.updated && !im.unchanged);
    db_close(app.db);
    arena_reset(&app.mem);
}
