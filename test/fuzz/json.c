/* JSON: what is read is written, read again and written to the same bytes. */
#include "base/json.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(struct json *j, const char *key, const struct json_value *v)
{
    switch (v->type) {
    case J_NULL:
        json_null(j, key);
        return;
    case J_BOOL:
        json_bool(j, key, v->i);
        return;
    case J_INT:
        CHECK(v->i != NONE);
        json_int(j, key, v->i);
        return;
    case J_REAL:
        json_real(j, key, v->d);
        return;
    case J_TEXT:
        CHECK(utf8_ok(v->s));
        json_text(j, key, v->s);
        return;
    case J_ARRAY:
    case J_OBJECT:
        v->type == J_ARRAY ? json_array(j, key) : json_object(j, key);
        for (size_t i = 0; i < v->n; i++)
            put(j, v->type == J_ARRAY ? NULL : v->members[i].key.p,
                &v->members[i].value);
        v->type == J_ARRAY ? json_end_array(j) : json_end_object(j);
        return;
    }
}

static struct str written(struct arena *a, const struct json_value *v)
{
    struct buf *b = NEW(a, struct buf);
    b->mem = a;
    struct json j = {.out = b};
    put(&j, NULL, v);
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
        v = json_parse(&mem, once, &why);
        CHECK(v);
        CHECK(str_eq(written(&mem, v), once.p));
    }
    arena_reset(&mem);
    return 0;
}
