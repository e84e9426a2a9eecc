/*
 * The arena's ceiling: a request's worth of work on any bytes, under a limit
 * that the first two bytes choose, ends with a status, never with SIGABRT; and
 * what it deferred has run once the arena is reset.
 */
#include "base/csv.h"
#include "base/json.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct job {
    struct arena *a;
    struct str text;
    int opened;
};

static void closed(void *data)
{
    (*(int *)data)--;
}

static enum status work(void *data)
{
    struct job *job = data;
    struct arena *a = job->a;
    struct csv c;
    struct str *cells;
    size_t n;
    const char *why;
    arena_defer(a, closed, &job->opened);
    job->opened++;
    (void)json_parse(a, job->text, &why);
    struct str fold = utf8_fold(a, job->text);
    struct str twice = utf8_fold(a, fold);
    CHECK(str_eq(twice, fold.p) || memchr(fold.p, 0, fold.n));
    csv_open(a, &c, utf8_from_latin1(a, job->text));
    for (;;) {
        struct arena_mark m = arena_mark(a);
        if (csv_next(a, &c, &cells, &n, &why) == ERR_NOT_FOUND)
            return OK;
        arena_defer(a, closed, &job->opened);
        job->opened++;
        if (n % 2)
            arena_rewind(a, m);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct arena mem = {.limit = 64 + (size_t)(data[0] << 8 | data[1])};
    struct job job = {&mem, {(const char *)data + 2, size - 2}, 0};
    enum status s = arena_run(&mem, work, &job);
    CHECK((s == OK || s == ERR_LIMIT) && mem.used <= mem.limit + 64);
    CHECK(!mem.full);
    arena_reset(&mem);
    CHECK(!job.opened && !mem.used);
    return 0;
}
