/* Whether a PostgreSQL database is whole, and what server it is on. */
#include "store/postgres.h"

/* amcheck ends at the first index that is not as its table, and the transaction
 * with it: what is asked next stands behind where it was. */
static enum status compare_indexes(struct conn *conn, struct arena *a,
                                   const char *schema, const char **fault)
{
    struct pg_conn *c = pg_conn(conn);
    struct rows *rows;
    /* Quoted by the server. */
    const struct sql compare = {
        arena_printf(a,
                     "SELECT count(%s.bt_index_check(i.indexrelid, true))"
                     " FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid"
                     " JOIN pg_am m ON m.oid = k.relam"
                     " JOIN pg_namespace n ON n.oid = k.relnamespace"
                     " WHERE m.amname = 'btree' AND n.nspname = current_schema",
                     schema)};
    TRY(conn->engine->run(conn, "SAVEPOINT compared"));
    enum status s = db_rows(conn, a, compare, NO_ARGS, &rows);
    if (s == OK)
        return rows_end(rows);
    if (s != ERR_STORE)
        return s;
    *fault = arena_printf(a,
                          "amcheck finds an index that is not as its table"
                          " (%s)",
                          conn_refusal(conn));
    c->broken = false;
    c->timeout_ms = -1; /* a SET may have gone with it */
    return conn->engine->run(conn, "ROLLBACK TO compared");
}

/* amcheck, where its extension is installed, in whichever schema, and may be
 * used (its owner gives that to nobody), compares every index with its table.
 */
enum status pg_integrity(struct conn *c, struct arena *a, bool *full,
                         const char **fault)
{
    int64_t invalid;
    struct rows *rows;
    const char *schema = NULL;
    *fault = NULL;
    TRY(db_int(c, SQL("SELECT count(*) FROM pg_index i WHERE NOT i.indisvalid"),
               NO_ARGS, &invalid));
    if (invalid)
        *fault = "an index is not valid";
    TRY(db_rows(c, a,
                SQL("SELECT quote_ident(n.nspname) FROM pg_extension e JOIN"
                    " pg_namespace n ON n.oid = e.extnamespace WHERE e.extname"
                    " = 'amcheck' AND has_schema_privilege(n.oid, 'USAGE') AND"
                    " has_function_privilege(to_regprocedure("
                    "quote_ident(n.nspname) ||"
                    " '.bt_index_check(regclass,boolean)'), 'EXECUTE')"),
                NO_ARGS, &rows));
    if (rows_next(rows))
        schema = row_text(rows, 0);
    TRY(rows_end(rows));
    *full = *full && schema;
    return *full && !*fault ? compare_indexes(c, a, schema, fault) : OK;
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
