#include "store/copy.h"

#include "store/dialect.h"
#include "store/engine.h"

enum status db_copy(struct db *db, struct arena *a, const struct copy_to *to,
                    const char **why)
{
    return db->engine->copy(db, a, to, why);
}

/* But what is that engine's alone. */
static enum status columns_of(struct conn *c, struct arena *a,
                              const char *table, const char **out, int *n)
{
    enum { MOST = 200 };
    struct rows *r;
    TRY(db_rows(c, a, dialect_of(c)->columns, ARGS(arg_cstr("name", table)),
                &r));
    for (*n = 0; *n < MOST && rows_next(r);) {
        out[*n] = row_text(r, 0);
        *n += !same(out[*n], dialect_of(c)->turn_column);
    }
    return rows_end(r);
}

/* The first of them that the others have not. */
static const char *strange(const char **all, int n, const char **others, int m)
{
    for (int i = 0; i < n; i++) {
        int k = 0;
        while (k < m && !same(all[i], others[k]))
            k++;
        if (k == m)
            return all[i];
    }
    return NULL;
}

static enum status table_fits(struct conn *c, struct conn *shape,
                              struct arena *a, const char *table,
                              const char **why)
{
    enum { MOST = 200 };
    const char *there[MOST], *ours[MOST], *one;
    int n, m;
    TRY(columns_of(c, a, table, there, &n));
    TRY(columns_of(shape, a, table, ours, &m));
    if (m && (one = strange(there, n, ours, m)))
        *why = arena_printf(a, "%s: the column %s is not ours", table, one);
    else if (m && (one = strange(ours, m, there, n)))
        *why = arena_printf(a, "%s: the column %s is missing", table, one);
    return OK;
}

enum status db_copy_fits(struct conn *c, struct conn *shape, struct arena *a,
                         const char **why)
{
    enum { MOST = 1000 };
    const char **names = NEW_ARRAY(a, const char *, MOST);
    struct rows *r;
    size_t n = 0;
    *why = NULL;
    TRY(db_rows(c, a, dialect_of(c)->tables, NO_ARGS, &r));
    while (n < MOST && rows_next(r))
        names[n++] = row_text(r, 0);
    TRY(rows_end(r));
    for (size_t i = 0; !*why && i < n; i++)
        TRY(table_fits(c, shape, a, names[i], why));
    return OK;
}

bool db_copies_rows(const struct db *db)
{
    return db->engine->copies_rows;
}

const char *db_engine(const struct db *db)
{
    return db->engine->called;
}

enum status db_count_rows(struct conn *c, struct arena *a,
                          const struct copy_to *to)
{
    enum { MOST = 1000 };
    const char **names = NEW_ARRAY(a, const char *, MOST);
    struct rows *rows;
    size_t n = 0;
    TRY(db_rows(c, a, dialect_of(c)->tables, NO_ARGS, &rows));
    while (n < MOST && rows_next(rows))
        names[n++] = row_text(rows, 0);
    TRY(rows_end(rows));
    for (size_t i = 0; i < n; i++) {
        int64_t count;
        /* A name from the database's own list. */
        struct sql sql = {
            arena_printf(a, "SELECT count(*) FROM \"%s\"", names[i])};
        TRY(db_int(c, sql, NO_ARGS, &count));
        TRY(to->rows(to->data, names[i], count));
    }
    return OK;
}

enum status db_integrity(struct conn *c, struct arena *a, bool *full,
                         const char **fault)
{
    return c->engine->integrity(c, a, full, fault);
}

enum status db_describe(struct conn *c, struct arena *a, const char **text,
                        const char **fault)
{
    return c->engine->describe(c, a, text, fault);
}
