#include "store/copy.h"

#include "store/dialect.h"
#include "store/engine.h"

enum status db_copy(struct db *db, struct arena *a, const struct copy_to *to,
                    const char **why)
{
    return db->engine->copy(db, a, to, why);
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
