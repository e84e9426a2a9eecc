/* A COPY of PostgreSQL: a row that is whole is so with anything behind it, and
 * cut where any of its bytes is missing. */
#include "store/fill.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *columns[] = {"id", "word", "share", "bytes"},
                  *types[] = {"INTEGER", "TEXT", "REAL", "BLOB"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct load_table t = {
        .name = "any", .columns = columns, .types = types, .n = COUNT(types)};
    const char *p = (const char *)data;
    struct value v[COUNT(types)];
    size_t at = 0, used = 0;
    const int64_t head = fill_head(p, size);
    CHECK(head <= (int64_t)size);
    if (head > 0)
        at = (size_t)head;
    while (fill_row(&t, p + at, size - at, v, &used) == FILL_ROW) {
        CHECK(used <= size - at);
        for (size_t i = 0; i < COUNT(v); i++)
            CHECK(!v[i].s.n ||
                  (v[i].s.p >= p + at && v[i].s.p + v[i].s.n <= p + at + used));
        const size_t row = used;
        CHECK(fill_row(&t, p + at, row - 1, v, &used) == FILL_CUT);
        at += row;
    }
    return 0;
}
