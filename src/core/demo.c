#include "core/demo.h"

#include "core/file.h"

/* splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", 2014. */
static uint64_t demo_next(struct demo *d)
{
    uint64_t z = d->seed += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t demo_random(struct demo *d, uint32_t below)
{
    return (uint32_t)(((demo_next(d) >> 32) * below) >> 32);
}

enum status demo_add(struct demo *d, const struct entity *e, void *row)
{
    struct row *h = row;
    if (e->has_uid) {
        uint64_t ms = (uint64_t)day_of(2023, 9, 1) * 86400000;
        uint64_t a = demo_next(d), b = demo_next(d);
        h->uid =
            arena_printf(d->mem,
                         "%08" PRIx64 "-%04" PRIx64 "-7%03" PRIx64 "-%04" PRIx64
                         "-%012" PRIx64,
                         ms >> 16, ms & 0xffff, a & 0xfff,
                         0x8000 | ((a >> 12) & 0x3fff), b & 0xffffffffffff);
    }
    return row_insert(d->conn, d->mem, e, row, d->by);
}

enum status demo_file(struct demo *d, const char *name, struct str bytes,
                      int64_t *id)
{
    struct file f = {.name = name, .at = time_now()};
    TRY(file_keep(d->folder, d->mem, bytes, &f));
    TRY(file_add(d->conn, &f));
    *id = f.id;
    return OK;
}
