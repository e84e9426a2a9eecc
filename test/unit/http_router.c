#include "http/router.h"
#include "unit/test.h"

static const struct http_rule rules[] = {
    {HTTP_GET, "/", "home"},
    {HTTP_GET, "/projets", "list"},
    {HTTP_POST, "/projets", "create"},
    {HTTP_GET | HTTP_DELETE, "/projets/:id", "one"},
    {HTTP_GET, "/projets/nouveau", "new"},
    {HTTP_GET, "/projets/:project/jalons", "milestones"},
    {HTTP_GET, "/projets/:project/jalons/:id", "milestone"},
    {HTTP_GET, "/api/openapi.json", "openapi"},
    {HTTP_GET, "/projets/nouveau/:x/fin", "end"},
    {HTTP_POST, "/projets/:id/import", "import"},
    {HTTP_GET, "/a/:x/c", "axc"},
    {HTTP_GET, "/a/b", "ab"},
};

TEST(http_router_finds)
{
    static const struct {
        enum http_method method;
        const char *path, *data, *form, *params;
    } rows[] = {
        {HTTP_GET, "/", "home", "", ""},
        {HTTP_HEAD, "/projets", "list", "", ""},
        {HTTP_POST, "/projets", "create", "", ""},
        {HTTP_GET, "/projets.csv", "list", "csv", ""},
        {HTTP_GET, "/projets.json", "list", "json", ""},
        {HTTP_GET, "/projets/12", "one", "", "id=12;"},
        {HTTP_DELETE, "/projets/12", "one", "", "id=12;"},
        {HTTP_GET, "/projets/12.csv", "one", "csv", "id=12;"},
        {HTTP_GET, "/projets/a.b.json", "one", "json", "id=a.b;"},
        {HTTP_GET, "/projets/12.pdf", "one", "", "id=12.pdf;"},
        {HTTP_GET, "/projets/nouveau", "new", "", ""},
        {HTTP_GET, "/projets/nouveau.csv", "new", "csv", ""},
        {HTTP_GET, "/projets/nouveau/jalons", "milestones", "",
         "project=nouveau;"},
        {HTTP_GET, "/projets/nouveau/7/fin", "end", "", "x=7;"},
        {HTTP_GET, "/projets/3/jalons/4.json", "milestone", "json",
         "project=3;id=4;"},
        {HTTP_GET, "/api/openapi.json", "openapi", "", ""},
        {HTTP_GET, "/a/b/c", "axc", "", "x=b;"},
        {HTTP_GET, "/absent", NULL, "", ""},
        {HTTP_GET, "/projets/", NULL, "", ""},
        {HTTP_GET, "/projets//jalons", NULL, "", ""},
        {HTTP_GET, "/projets/.csv/x", NULL, "", ""},
        {HTTP_GET, "/.csv", NULL, "", ""},
        {HTTP_GET, "", NULL, "", ""},
        {HTTP_GET, "/projets/1/jalons/2/3", NULL, "", ""},
    };
    struct arena mem = {0};
    const char *fault = NULL;
    const struct http_router *r =
        router_build(&mem, rules, COUNT(rules), &fault);
    OKAY(r && !fault);
    for (size_t i = 0; r && i < COUNT(rows); i++) {
        struct http_match m;
        const enum http_found found =
            router_match(r, rows[i].method, str_of(rows[i].path), &m);
        OKAY(found == (rows[i].data ? HTTP_FOUND : HTTP_NO_PATH));
        if (found != HTTP_FOUND || !rows[i].data)
            continue;
        struct buf b = {.mem = &mem};
        for (size_t p = 0; p < m.n; p++) {
            buf_add(&b, m.params[p].name.p, m.params[p].name.n);
            buf_char(&b, '=');
            buf_add(&b, m.params[p].value.p, m.params[p].value.n);
            buf_char(&b, ';');
        }
        OKAY(same(m.data, rows[i].data) && same(m.form, rows[i].form));
        OKAY(str_eq(buf_done(&b), rows[i].params));
    }
    arena_reset(&mem);
}

TEST(http_router_allows)
{
    struct arena mem = {0};
    const char *fault;
    struct http_match m;
    const struct http_router *r =
        router_build(&mem, rules, COUNT(rules), &fault);
    OKAY(router_match(r, HTTP_PUT, STR("/projets"), &m) == HTTP_NO_METHOD);
    OKAY(same(router_allow(&mem, m.allowed), "GET, HEAD, POST"));
    OKAY(router_match(r, HTTP_GET, STR("/projets/1/import"), &m) ==
         HTTP_NO_METHOD);
    OKAY(same(router_allow(&mem, m.allowed), "POST"));
    OKAY(router_match(r, HTTP_HEAD, STR("/projets/1/import"), &m) ==
         HTTP_NO_METHOD);
    /* "/projets/nouveau" by the parameter's rule. */
    OKAY(router_match(r, HTTP_DELETE, STR("/projets/nouveau"), &m) ==
             HTTP_FOUND &&
         same(m.data, "one") && str_eq(router_param(&m, "id"), "nouveau"));
    OKAY(!router_param(&m, "absent").p);
    arena_reset(&mem);
}

TEST(http_router_refuses)
{
    static const struct http_rule twice[] = {
        {HTTP_GET | HTTP_POST, "/a/:id", NULL},
        {HTTP_POST, "/a/:other", NULL},
    };
    static const struct http_rule bad[][1] = {
        {{HTTP_GET, "a", NULL}},
        {{HTTP_GET, "/a//b", NULL}},
        {{HTTP_GET, "/a/", NULL}},
        {{HTTP_GET, "/a/:", NULL}},
        {{HTTP_GET, "", NULL}},
        {{HTTP_GET, "/:a/:b/:c/:d/:e/:f/:g/:h/:i", NULL}},
    };
    struct arena mem = {0};
    const char *fault = NULL;
    OKAY(!router_build(&mem, twice, 2, &fault) &&
         same(fault, "/a/:other: meets /a/:id (POST)"));
    for (size_t i = 0; i < COUNT(bad); i++)
        OKAY(!router_build(&mem, bad[i], 1, &fault) && fault);
    arena_reset(&mem);
}
