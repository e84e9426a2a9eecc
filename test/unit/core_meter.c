/* What the server counts of itself. */
#include "core/meter.h"

#include "base/log.h"
#include "unit/test.h"

static bool has(struct str text, const char *line)
{
    return strstr(text.p, line) != NULL;
}

TEST(meter_counts_by_route_and_class)
{
    struct app app = {0};
    const char *why = "";
    app_init(&app);
    struct db_options options = {.path = test_place("essaim.db")};
    CHECK(db_open(&app.mem, &app.db, &options, &why) == OK);
    const struct counted *home = NULL;
    for (size_t i = 0; i < app.meter->n; i++)
        if (same(app.meter->counted[i].name, "/recherche"))
            home = &app.meter->counted[i];
    CHECK(home);
    meter_answered(app.meter, home, 200, 900000);
    meter_answered(app.meter, home, 200, 1000000);
    meter_answered(app.meter, home, 200, 60000000);
    meter_answered(app.meter, home, 422, 20000000000);
    meter_answered(app.meter, NULL, 503, 1);
    struct str text = meter_text(&app, &app.mem, (struct http_load){0});
#define HTTP "essaim_http_request_duration_seconds"
#define OF(code) "{method=\"GET\",route=\"/recherche\",code=\"" code "\""
    OKAY(has(text, HTTP "_bucket" OF("2xx") ",le=\"0.001\"} 2\n"));
    OKAY(has(text, HTTP "_bucket" OF("2xx") ",le=\"0.05\"} 2\n"));
    OKAY(has(text, HTTP "_bucket" OF("2xx") ",le=\"0.1\"} 3\n"));
    OKAY(has(text, HTTP "_bucket" OF("2xx") ",le=\"+Inf\"} 3\n"));
    OKAY(has(text, HTTP "_count" OF("2xx") "} 3\n"));
    OKAY(has(text, HTTP "_sum" OF("2xx") "} 0.061900\n"));
    OKAY(has(text, HTTP "_bucket" OF("4xx") ",le=\"10\"} 0\n"));
    OKAY(has(text, HTTP "_bucket" OF("4xx") ",le=\"+Inf\"} 1\n"));
    OKAY(
        has(text, HTTP "_count{method=\"\",route=\"refused\",code=\"5xx\"} 1"));
    OKAY(!has(text, "/projets")); /* nobody asked: no series */
    app_close(&app);
}

static enum status gives_out(void *data)
{
    struct arena *a = data;
    while (arena_alloc(a, 1000))
        continue;
    return OK;
}

TEST(meter_counts_ceilings)
{
    struct arena mem = {.limit = 1 << 20};
    uint64_t before = arena_ceilings();
    OKAY(arena_run(&mem, gives_out, &mem) == ERR_LIMIT);
    OKAY(arena_ceilings() == before + 1);
    arena_reset(&mem);
}

TEST(log_knows_its_names)
{
    OKAY(!log_set_up("xml", NULL));
    OKAY(!log_set_up("json", "loud"));
    OKAY(log_set_up("json", "info"));
    OKAY(log_set_up(NULL, NULL));
}
