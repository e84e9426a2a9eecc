/* CSV: every record is read, written again and read again, and must not have
 * changed; the lines never go back. */
#include "base/csv.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(struct arena *a, const struct str *cells, size_t n)
{
    struct buf b = {.mem = a};
    struct csv c;
    struct str *got;
    size_t count;
    const char *why;
    /* Enough ; for the separator to be found; the formula's apostrophe is not
     * taken off in reading. */
    buf_str(&b, ";;;;");
    for (size_t i = 0; i < n; i++)
        buf_char(&b, ';');
    buf_char(&b, '\n');
    for (size_t i = 0; i < n; i++)
        csv_cell(&b, cells[i], !i);
    buf_str(&b, ";end");
    csv_open(a, &c, buf_done(&b));
    if (csv_next(a, &c, &got, &count, &why) != OK)
        return; /* too wide for its head */
    enum status s = csv_next(a, &c, &got, &count, &why);
    if (s != OK)
        return; /* one cell more than it was is one too many */
    CHECK(count == n + 1 && str_eq(got[n], "end"));
    for (size_t i = 0; i < n; i++) {
        bool marked = got[i].n == cells[i].n + 1 && *got[i].p == '\'';
        struct str back = {got[i].p + marked, got[i].n - marked};
        CHECK(back.n == cells[i].n);
        CHECK(!back.n || memcmp(back.p, cells[i].p, back.n) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena mem = {0};
    struct csv c;
    struct str *cells = NULL;
    size_t n = 0;
    const char *why = NULL;
    csv_open(&mem, &c, (struct str){(const char *)data, size});
    CHECK(utf8_ok(c.text));
    for (;;) {
        struct arena_mark m = arena_mark(&mem);
        int64_t line = c.line;
        size_t at = c.at;
        enum status s = csv_next(&mem, &c, &cells, &n, &why);
        if (s == ERR_NOT_FOUND)
            break;
        CHECK(c.at > at && c.line >= line);
        CHECK(s == OK || (s == ERR_INVALID && why));
        if (s == OK) {
            CHECK(n > 0 && n <= CSV_CELLS);
            again(&mem, cells, n);
        }
        arena_rewind(&mem, m);
    }
    CHECK(c.at == c.text.n);
    arena_reset(&mem);
    return 0;
}
