/*
 * What a backup proves by itself: the digest of each of its members, and of
 * each file that records name, whose name is its digest. All are of the bytes
 * as they passed: nothing is read for it again.
 */
#include "core/backup.h"

#include "base/random.h"

enum { SHOWN = 20 };

const char *backup_sums(struct arena *a, const struct packed *first)
{
    struct buf out = {.mem = a};
    for (const struct packed *m = first; m; m = m->next) {
        buf_printf(&out, "%s  %s\n", hex(a, m->digest, DIGEST), m->name);
        if (same(m->name, MANIFEST))
            break;
    }
    return buf_done(&out).p;
}

enum status backup_names(struct conn *c, struct arena *a,
                         struct backup_files *out)
{
    struct rows *rows;
    int64_t most;
    *out = (struct backup_files){0};
    TRY(db_int(c, SQL("SELECT count(*) FROM core_file"), NO_ARGS, &most));
    out->names = NEW_ARRAY(a, const char *, (size_t)most + 1);
    TRY(db_rows(c, a,
                SQL("SELECT DISTINCT f.hash FROM core_file f ORDER BY f.hash"),
                NO_ARGS, &rows));
    while (rows_next(rows) && out->named < (size_t)most)
        out->names[out->named++] = arena_printf(
            a, "files/%.2s/%s", row_text(rows, 0), row_text(rows, 0));
    return rows_end(rows);
}

static int by_name(const void *one, const void *other)
{
    const struct packed *const *p = one, *const *q = other;
    return strcmp((*p)->name, (*q)->name);
}

/* The members by their names. */
static const struct packed **sorted(struct arena *a, const struct packed *first,
                                    size_t *n)
{
    *n = 0;
    for (const struct packed *m = first; m; m = m->next)
        ++*n;
    const struct packed **all = NEW_ARRAY(a, const struct packed *, *n + 1);
    *n = 0;
    for (const struct packed *m = first; m; m = m->next)
        all[(*n)++] = m;
    qsort(all, *n, sizeof(*all), by_name);
    return all;
}

/* Is the content the one that the name tells of? */
static bool is_itself(const struct packed *m)
{
    unsigned char told[DIGEST];
    const char *name = strrchr(m->name, '/');
    return name && unhex(str_of(name + 1), told, DIGEST) &&
           memcmp(told, m->digest, DIGEST) == 0;
}

void backup_compare(struct arena *a, struct backup_files *f,
                    const struct packed *first)
{
    size_t n;
    const struct packed **all = sorted(a, first, &n);
    for (size_t i = 0; i < f->named; i++) {
        const struct packed as = {.name = f->names[i]}, *key = &as;
        const struct packed **at = bsearch(&key, all, n, sizeof(*all), by_name);
        if (at && is_itself(*at))
            continue;
        if (f->gone + f->altered < SHOWN)
            fprintf(stderr, "%s: %s\n", at ? "altered" : "not there",
                    f->names[i]);
        if (at)
            f->altered++;
        else
            f->gone++;
    }
    if (f->gone + f->altered > SHOWN)
        fprintf(stderr, "and %zu more\n", f->gone + f->altered - SHOWN);
}

const char *backup_lack(struct arena *a, const struct backup_files *f)
{
    if (!f->gone && !f->altered)
        return NULL;
    return arena_printf(a,
                        "%zu of %zu files that records name are not in it as"
                        " they were sent (%zu not there, %zu altered)",
                        f->gone + f->altered, f->named, f->gone, f->altered);
}
