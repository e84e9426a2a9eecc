/* What stands around a load of rows, by whatever way they come. */
#include "store/load.h"

#include "store/dialect.h"
#include "store/entity.h"

enum status load_begun(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    return db_exec(c,
                   SQL("CREATE TABLE core_moving (name TEXT NOT NULL PRIMARY"
                       " KEY, digest TEXT NOT NULL)"),
                   NO_ARGS, NULL);
}

/* By their names in the database, which may be of an older Essaim. */
enum status load_search(struct conn *c, struct arena *a, void *data)
{
    enum { TABLES = 1000 };
    struct sql anew[TABLES];
    struct rows *r;
    size_t n = 0;
    (void)data;
    TRY(db_rows(c, a, dialect_of(c)->tables, NO_ARGS, &r));
    while (n < TABLES && rows_next(r)) {
        const struct str name = row_str(r, 0), end = STR("_search");
        if (name.n <= end.n ||
            memcmp(name.p + name.n - end.n, end.p, end.n) != 0)
            continue;
        const struct entity of = {.name = arena_dup(a, name.p, name.n - end.n)};
        anew[n] = dialect_of(c)->search_rebuild(a, &of);
        n += anew[n].text != NULL;
    }
    TRY(rows_end(r));
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(c, anew[i], NO_ARGS, NULL));
    return OK;
}

enum status load_ended(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    return db_exec(c, SQL("DROP TABLE core_moving"), NO_ARGS, NULL);
}
