/* Whether a PostgreSQL database is whole, and what server it is on. */
#include "store/postgres.h"

/* amcheck, where its extension is installed and may be used, compares every
 * index with its table. */
enum status pg_integrity(struct conn *c, struct arena *a, bool *full,
                         const char **fault)
{
    int64_t there, invalid;
    *fault = NULL;
    TRY(db_int(c, SQL("SELECT count(*) FROM pg_index i WHERE NOT i.indisvalid"),
               NO_ARGS, &invalid));
    if (invalid)
        *fault = "an index is not valid: REINDEX DATABASE";
    TRY(db_int(c,
               SQL("SELECT count(*) FROM pg_extension e"
                   " WHERE e.extname = 'amcheck'"),
               NO_ARGS, &there));
    const bool asked = *full;
    *full = asked && there;
    if (!*full || *fault)
        return OK;
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT count(bt_index_check(i.indexrelid, true))"
                    " FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid"
                    " JOIN pg_am m ON m.oid = k.relam"
                    " JOIN pg_namespace n ON n.oid = k.relnamespace"
                    " WHERE m.amname = 'btree' AND n.nspname = current_schema"),
                NO_ARGS, &rows));
    while (rows_next(rows))
        continue;
    enum status s = rows_end(rows);
    if (s == ERR_STORE)
        *fault = "amcheck finds an index that is not as its table: see the log";
    return s == ERR_STORE ? OK : s;
}

enum status pg_describe(struct conn *c, struct arena *a, const char **text,
                        const char **fault)
{
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT current_setting('server_version'),"
                    " current_setting('synchronous_commit'),"
                    " current_setting('fsync'),"
                    " current_setting('full_page_writes'),"
                    " pg_database_size(current_database())"),
                NO_ARGS, &rows));
    *fault = NULL;
    *text = "PostgreSQL";
    if (rows_next(rows)) {
        *text = arena_printf(
            a, "PostgreSQL %s, synchronous_commit %s, %" PRId64 " MB",
            row_text(rows, 0), row_text(rows, 1), row_int(rows, 4) >> 20);
        if (str_eq(row_str(rows, 1), "off"))
            *fault = "synchronous_commit is off: an acknowledged write may be"
                     " lost";
        if (!str_eq(row_str(rows, 2), "on") || !str_eq(row_str(rows, 3), "on"))
            *fault =
                "fsync or full_page_writes is off: the server may lose all";
    }
    return rows_end(rows);
}
