/* Rows in bulk out of PostgreSQL: COPY in its binary form, table by table, in
 * the snapshot of a reader. The server reads and sends; nothing here looks into
 * what it sends. */
#include "base/json.h"
#include "store/copy.h"
#include "store/dialect.h"
#include "store/postgres.h"

enum { PIECE = 4 << 20, TABLES = 1000 };

struct unloading {
    struct arena *mem;
    const struct db *db;
    const struct copy_to *to;
    struct conn *reader;
    PGconn *pg; /* not in pipeline mode, which knows no COPY */
    const char *table;
    char *pieces; /* two, by turns: whoever takes one may still read it */
    size_t n, parts;
    const char *why;
};

static enum status fault(struct unloading *u)
{
    return pg_bulk_fault(u->mem, u->db, u->pg, u->table, &u->why);
}

static enum status run(struct unloading *u, const char *text)
{
    PGresult *answer = pg_do(pg_db(u->db), u->pg, text);
    const ExecStatusType is = PQresultStatus(answer);
    PQclear(answer);
    return is == PGRES_COMMAND_OK || is == PGRES_COPY_OUT ? OK : fault(u);
}

static enum status send(struct unloading *u)
{
    char *piece = u->pieces + (u->parts & 1) * PIECE;
    const size_t n = u->n;
    if (!n)
        return OK;
    u->n = 0;
    TRY(u->to->part(
        u->to->data,
        arena_printf(u->mem, COPY_ROWS "/%s/%zu", u->table, ++u->parts),
        (int64_t)n));
    return u->to->bytes(u->to->data, piece, n);
}

static enum status take(struct unloading *u, const char *p, size_t n)
{
    while (n) {
        const size_t room = PIECE - u->n, some = n < room ? n : room;
        memcpy(u->pieces + (u->parts & 1) * PIECE + u->n, p, some);
        u->n += some;
        p += some;
        n -= some;
        if (u->n == PIECE)
            TRY(send(u));
    }
    return OK;
}

/* Until COPY has ended, whoever takes it or not. */
static enum status take_all(struct unloading *u, int64_t *rows)
{
    enum status s = OK;
    char *line;
    int n;
    while ((n = pg_copy_out(pg_db(u->db), u->pg, &line)) > 0) {
        if (s == OK)
            s = take(u, line, (size_t)n);
        PQfreemem(line);
        if (s != OK)
            return s; /* the connection goes, and what it has to say */
    }
    PGresult *answer = pg_result(pg_db(u->db), u->pg, NULL);
    if (n == -1 && PQresultStatus(answer) == PGRES_COMMAND_OK)
        *rows = strtoll(PQcmdTuples(answer), NULL, 10);
    else
        s = fault(u);
    for (; answer; answer = pg_result(pg_db(u->db), u->pg, NULL))
        PQclear(answer);
    return s == OK ? send(u) : s;
}

/* The columns, but what is this engine's alone, and how far ids went. */
static enum status head(struct unloading *u, const char **columns)
{
    const struct dialect *d = dialect_of(u->reader);
    struct buf list = {.mem = u->mem}, text = {.mem = u->mem};
    struct json j = {.out = &text};
    struct rows *r;
    int64_t highest = NONE;
    bool ids = false;
    json_object(&j, NULL);
    json_array(&j, "columns");
    TRY(db_rows(u->reader, u->mem, d->columns, ARGS(arg_cstr("name", u->table)),
                &r));
    while (rows_next(r)) {
        const char *name = row_text(r, 0);
        if (same(name, d->turn_column))
            continue;
        ids |= same(name, "id");
        json_object(&j, NULL);
        json_cstr(&j, "name", name);
        json_cstr(&j, "type", row_text(r, 1));
        json_end_object(&j);
        buf_printf(&list, "%s\"%s\"", list.n ? ", " : "", name);
    }
    TRY(rows_end(r));
    json_end_array(&j);
    if (ids)
        TRY(db_int(u->reader, d->highest, ARGS(arg_cstr("name", u->table)),
                   &highest));
    if (highest == NONE)
        json_null(&j, "highest");
    else
        json_int(&j, "highest", highest);
    json_end_object(&j);
    buf_char(&text, '\n');
    *columns = buf_done(&list).p;
    const struct str said = buf_done(&text);
    TRY(u->to->part(u->to->data,
                    arena_printf(u->mem, COPY_ROWS "/%s/head", u->table),
                    (int64_t)said.n));
    return u->to->bytes(u->to->data, said.p, said.n);
}

static enum status unload(struct unloading *u, const char *table)
{
    const char *columns;
    int64_t rows = 0;
    u->table = table;
    u->parts = u->n = 0;
    TRY(head(u, &columns));
    TRY(run(u,
            arena_printf(u->mem, "COPY \"%s\" (%s) TO STDOUT (FORMAT binary)",
                         table, columns)));
    TRY(take_all(u, &rows));
    u->table = NULL;
    return u->to->rows ? u->to->rows(u->to->data, table, rows) : OK;
}

/* A connection that sees what the reader sees; both may wait for a slow disk.
 */
static enum status begin(struct unloading *u)
{
    const char *snapshot = "";
    int64_t bytes = 0;
    struct rows *r;
    TRY(db_exec(u->reader,
                SQL("SET LOCAL idle_in_transaction_session_timeout = 0"),
                NO_ARGS, NULL));
    TRY(db_rows(u->reader, u->mem,
                SQL("SELECT pg_export_snapshot(),"
                    " pg_database_size(current_database())"),
                NO_ARGS, &r));
    if (rows_next(r)) {
        snapshot = row_text(r, 0);
        bytes = row_int(r, 1);
    }
    TRY(rows_end(r));
    if (u->to->expect)
        u->to->expect(u->to->data, bytes);
    u->pg = pg_dial(pg_db(u->db)->url, "essaim backup");
    if (PQstatus(u->pg) != CONNECTION_OK)
        return fault(u);
    return run(u,
               arena_printf(u->mem,
                            "SET client_min_messages = warning;"
                            " SET statement_timeout = 0;"
                            " SET idle_in_transaction_session_timeout = 0;"
                            " BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                            " SET TRANSACTION SNAPSHOT '%s'",
                            snapshot));
}

static enum status copy(struct unloading *u)
{
    const char **names = NEW_ARRAY(u->mem, const char *, TABLES);
    struct rows *r;
    size_t n = 0;
    TRY(begin(u));
    TRY(db_rows(u->reader, u->mem, dialect_of(u->reader)->tables, NO_ARGS, &r));
    while (n < TABLES && rows_next(r))
        names[n++] = row_text(r, 0);
    TRY(rows_end(r));
    for (size_t i = 0; i < n; i++)
        if (!same(names[i], "core_meta")) /* of each database its own */
            TRY(unload(u, names[i]));
    return u->to->moment ? u->to->moment(u->to->data, u->reader) : OK;
}

enum status pg_copy(struct db *db, struct arena *a, const struct copy_to *to,
                    const char **why)
{
    struct unloading u = {.mem = a,
                          .db = db,
                          .to = to,
                          .pieces = arena_alloc(a, (size_t)2 * PIECE)};
    TRY(conn_open(db, &u.reader));
    enum status s = conn_begin(u.reader, 0);
    if (s == OK)
        s = copy(&u);
    PQfinish(u.pg);
    conn_end(u.reader);
    conn_close(u.reader);
    if (s != OK && u.why)
        *why = u.why;
    return s;
}
