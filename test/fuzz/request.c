/* A whole head as text: request line, headers, cookies, query, route. */
#include "http/form.h"
#include "http/head.h"
#include "http/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct http_rule rules[] = {
    {HTTP_GET, "/", ""},
    {HTTP_GET | HTTP_POST, "/projets/:id", ""},
    {HTTP_GET, "/projets/nouveau", ""},
    {HTTP_GET, "/projets/:id/jalons/:jalon", ""},
    {HTTP_GET, "/api/openapi.json", ""},
};

static void target_try(struct arena *a, struct str target)
{
    struct str path, query;
    if (head_target(a, target, &path, &query) != 0)
        return;
    CHECK(path.n && *path.p == '/' && !memchr(path.p, 0, path.n));
    CHECK(!strstr(path.p, "/../"));
    struct http_param *fields;
    size_t n;
    /* What the guard lets through, the handler can read. */
    CHECK(url_fields(a, query, FORM_FIELDS, &fields, &n) != ERR_INVALID);
    const char *fault;
    struct http_match m;
    const struct http_router *r = router_build(a, rules, COUNT(rules), &fault);
    CHECK(r);
    if (router_match(r, HTTP_GET, path, &m) == HTTP_FOUND)
        for (size_t i = 0; i < m.n; i++)
            CHECK(m.params[i].value.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena mem = {0};
    struct str rest = {(const char *)data, size}, line, name;
    struct http_pair *first = NULL, **end = &first;
    if (!size || size > 65536 || !str_next(&rest, '\n', &line))
        return 0;
    target_try(&mem, line);
    while (str_next(&rest, '\n', &line)) {
        if (!str_next(&line, ':', &name))
            break;
        struct http_pair *h = NEW(&mem, struct http_pair);
        *h = (struct http_pair){name, line.p ? str_trim(line) : STR(""), NULL};
        *end = h;
        end = &h->next;
    }
    if (head_check(first, false) == 0) {
        CHECK(head_find(first, "Host").n);
        CHECK(!head_find(first, "Content-Length").p ||
              !head_find(first, "Transfer-Encoding").p);
        struct str cookie = head_find(first, "Cookie");
        cookie_find(cookie, "session");
    }
    arena_reset(&mem);
    return 0;
}
