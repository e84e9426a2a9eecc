/* A form's body; and what is read can be written and read again. */
#include "http/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena mem = {0};
    struct http_param *f, *again;
    size_t n, n_again;
    const struct str body = {(const char *)data, size};
    if (form_parse(&mem, STR("application/x-www-form-urlencoded"), body, &f,
                   &n) == OK) {
        struct buf b = {.mem = &mem};
        for (size_t i = 0; i < n; i++) {
            buf_str(&b, i ? "&" : "");
            url_encode(&b, f[i].name);
            buf_char(&b, '=');
            url_encode(&b, f[i].value);
        }
        CHECK(url_fields(&mem, buf_done(&b), n, &again, &n_again) == OK);
        CHECK(n == n_again);
        for (size_t i = 0; i < n; i++)
            CHECK(f[i].value.n == again[i].value.n &&
                  memcmp(f[i].value.p, again[i].value.p, f[i].value.n) == 0);
    }
    arena_reset(&mem);
    return 0;
}
