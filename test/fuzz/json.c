/* JSON: what is read is written, read again and written to the same bytes. */
#include "base/utf8.h"
#include "unit/json_again.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str written(struct arena *a, const struct json_value *v)
{
    struct buf *b = NEW(a, struct buf);
    b->mem = a;
    struct json j = {.out = b};
    json_again(&j, NULL, v);
    return buf_done(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena mem = {0};
    const char *why;
    const struct json_value *v =
        json_parse(&mem, (struct str){(const char *)data, size}, &why);
    CHECK(!v == !!why);
    if (v) {
        struct str once = written(&mem, v);
        CHECK(utf8_ok(once));
        v = json_parse(&mem, once, &why);
        CHECK(v);
        CHECK(str_eq(written(&mem, v), once.p));
    }
    arena_reset(&mem);
    return 0;
}
