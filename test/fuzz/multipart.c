/* A multipart body, its Content-Type on the first line. */
#include "http/form.h"
#include "http/sieve.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned keep(void *data, const char *p, size_t n)
{
    buf_add(data, p, n);
    return 0;
}

/* In two pieces as in one; and what is kept is never more than what came. */
static void sift(struct arena *mem, struct str type, struct str body)
{
    struct buf whole = {.mem = mem}, parts = {.mem = mem};
    const size_t half = body.n / 2;
    struct sieve *one = sieve_make(mem, type), *two = sieve_make(mem, type);
    CHECK(!one == !two);
    if (!one)
        return;
    unsigned a = sieve_add(one, body.p, body.n, keep, &whole);
    unsigned b = sieve_add(two, body.p, half, keep, &parts);
    if (!b)
        b = sieve_add(two, body.p + half, body.n - half, keep, &parts);
    CHECK(a == b && whole.n == parts.n && whole.n <= body.n &&
          (!whole.n || !memcmp(whole.p, parts.p, whole.n)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena mem = {0};
    struct str rest = {(const char *)data, size}, type = {NULL, 0};
    struct http_param *f;
    size_t n;
    if (size && str_next(&rest, '\n', &type) && rest.p &&
        form_parse(&mem, type, rest, &f, &n) == OK) {
        CHECK(n <= FORM_FIELDS);
        for (size_t i = 0; i < n; i++)
            CHECK(f[i].value.p &&
                  (!f[i].value.n ||
                   (f[i].value.p >= (const char *)data &&
                    f[i].value.p + f[i].value.n <= (const char *)data + size) ||
                   !f[i].filename.p));
    }
    if (type.n && rest.p)
        sift(&mem, type, rest);
    arena_reset(&mem);
    return 0;
}
