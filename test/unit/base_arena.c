#include "unit/test.h"

#include "base/str.h"

#include <limits.h>

static int calls[8], called;

static void note(void *data)
{
    calls[called++] = *(int *)data;
}

TEST(arena_grows_arrays)
{
    struct arena mem = {0};
    int *list = NULL;
    size_t n = 0, room = 0;
    for (; n < 1000; n++) {
        list = arena_grow(&mem, list, sizeof(*list), n, &room);
        OKAY(room > n);
        list[n] = (int)n;
    }
    for (size_t i = 0; i < n; i++)
        OKAY(list[i] == (int)i);
    list = NULL;
    room = 0;
    list = arena_grow(&mem, list, sizeof(*list), 1, &room); /* one kept free */
    OKAY(list && room > 1);
    arena_reset(&mem);
}

TEST(arena_gives_zeroed_memory_back)
{
    struct arena mem = {0};
    char *p = arena_alloc(&mem, 100000);
    memset(p, 7, 100000);
    arena_reset(&mem);
    OKAY(mem.used == 0 && !mem.block);
    p = arena_alloc(&mem, 100000);
    size_t sum = 0;
    for (size_t i = 0; i < 100000; i++)
        sum += (unsigned char)p[i];
    OKAY(sum == 0);
    for (size_t n = 1; n < 40; n++)
        OKAY((uintptr_t)arena_alloc(&mem, n) % _Alignof(max_align_t) == 0);
    OKAY(same(arena_dup(&mem, "abcd", 2), "ab"));
    OKAY(same(arena_dup(&mem, NULL, 0), ""));
    OKAY(same(arena_printf(&mem, "%d %s", 12, "labs"), "12 labs"));
    arena_reset(&mem);
    arena_reset(&mem);
}

TEST(arena_printf_equals_snprintf)
{
    static const char *const words[] = {"", "a", "%d", NULL};
    static const long numbers[] = {0, -1, 9, 10, LONG_MAX, LONG_MIN};
    struct arena mem = {0};
    char said[2000], long_word[300];
    memset(long_word, 'x', sizeof(long_word));
    long_word[299] = 0;
    for (size_t w = 0; w < 4; w++)
        for (size_t n = 0; n < 6; n++) {
            const char *word = words[w] ? words[w] : long_word;
            snprintf(said, sizeof(said), "%s=%ld %d%s%%|%5.1f", word,
                     numbers[n], (int)numbers[n], word, 1.25);
            OKAY(same(said,
                      arena_printf(&mem, "%s=%ld %d%s%%|%5.1f", word,
                                   numbers[n], (int)numbers[n], word, 1.25)));
            *strchr(said, '|') = 0;
            said[strlen(said) - 1] = 0;
            OKAY(same(said, arena_printf(&mem, "%s=%ld %d%s", word, numbers[n],
                                         (int)numbers[n], word)));
        }
    arena_reset(&mem);
}

TEST(arena_defers_run_last_first)
{
    struct arena mem = {0};
    int one = 1, two = 2, three = 3;
    called = 0;
    arena_defer(&mem, note, &one);
    struct arena_mark m = arena_mark(&mem);
    arena_defer(&mem, note, &two);
    arena_defer(&mem, note, &three);
    arena_rewind(&mem, m);
    OKAY(called == 2 && calls[0] == 3 && calls[1] == 2);
    arena_reset(&mem);
    OKAY(called == 3 && calls[2] == 1);
}

TEST(arena_rewind_to_mark)
{
    struct arena mem = {0};
    char *kept = arena_dup(&mem, "kept", 4);
    struct arena_mark m = arena_mark(&mem);
    size_t used = mem.used;
    for (int turn = 0; turn < 1000; turn++) {
        char *p = arena_alloc(&mem, 5000 + (size_t)turn * 100);
        memset(p, 1, 5000);
        arena_rewind(&mem, m);
        OKAY(mem.used == used);
    }
    OKAY(same(kept, "kept"));
    char *p = arena_alloc(&mem, 64);
    OKAY(p[0] == 0 && p[63] == 0); /* zeroed though it was used before */
    arena_rewind(&mem, (struct arena_mark){0});
    OKAY(mem.used == 0);
}

static enum status deep(struct arena *a, int depth)
{
    char *p = arena_alloc(a, 1000);
    p[0] = (char)depth;
    return depth > 100000 ? OK : deep(a, depth + 1);
}

static enum status run_deep(void *data)
{
    static int one = 1;
    arena_defer(data, note, &one);
    return deep(data, 0);
}

static enum status run_nested(void *data)
{
    enum status s = arena_run(data, run_deep, data);
    OKAY(s == ERR_LIMIT);
    return ERR_STALE;
}

static enum status run_multiplied(void *data)
{
    return arena_array(data, SIZE_MAX / 4, 8) ? OK : ERR_SYSTEM;
}

TEST(arena_limit_ends_the_run)
{
    struct arena mem = {.limit = 50000};
    called = 0;
    OKAY(arena_run(&mem, run_deep, &mem) == ERR_LIMIT);
    OKAY(mem.used <= mem.limit && !mem.full && called == 0);
    arena_reset(&mem);
    OKAY(called == 1);
    OKAY(arena_run(&mem, run_nested, &mem) == ERR_STALE);
    arena_reset(&mem);
    OKAY(called == 2 && !mem.full);
    OKAY(arena_run(&mem, run_multiplied, &mem) == ERR_LIMIT);
    arena_reset(&mem);
}

TEST(buf_grows)
{
    struct arena mem = {0};
    struct buf b = {.mem = &mem};
    OKAY(buf_done(&b).n == 0 && buf_done(&b).p);
    for (int i = 0; i < 10000; i++)
        buf_char(&b, (char)('a' + i % 26));
    OKAY(b.n == 10000 && b.p[9999] == 'a' + 9999 % 26 && strlen(b.p) == 10000);
    b.n = 0;
    buf_int(&b, INT64_MIN);
    buf_char(&b, ' ');
    buf_int(&b, 0);
    buf_printf(&b, " %s%05d", "x", 42);
    OKAY(str_eq(buf_done(&b), "-9223372036854775808 0 x00042"));
    struct buf full = {.mem = &mem};
    buf_printf(&full, "%255s", "");
    buf_printf(&full, "%s", "y");
    OKAY(full.n == 256 && full.p[255] == 'y' && !full.p[256]);
    arena_reset(&mem);
}

TEST(status_names_and_codes)
{
    OKAY(same(status_name(ERR_STALE), "stale") && status_code(OK) == 200);
    for (int s = OK; s <= ERR_SYSTEM; s++)
        OKAY(status_name((enum status)s) && status_code((enum status)s) >= 200);
}
