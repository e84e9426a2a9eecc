/* A multipart body, its Content-Type on the first line. */
#include "http/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena mem = {0};
    struct str rest = {(const char *)data, size}, type;
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
    arena_reset(&mem);
    return 0;
}
