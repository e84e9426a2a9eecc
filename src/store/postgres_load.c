/* Rows in bulk into PostgreSQL: COPY in its binary form, one transaction a
 * table (https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format"). */
#include "store/load.h"

#include "store/postgres.h"

#include <endian.h>

enum { PIECE = 256 << 10 };

struct pg_load {
    struct load load;
    const struct db *db;
    PGconn *pg; /* not in pipeline mode, which knows no COPY */
    const struct load_table *table;
    struct arena bytes;
    struct buf out;
};

static struct pg_load *of(struct load *l)
{
    return (struct pg_load *)l;
}

enum status pg_bulk_fault(struct arena *a, const struct db *db,
                          const PGconn *pg, const char *table, const char **why)
{
    const bool lost = PQstatus(pg) != CONNECTION_OK;
    const char *said =
        lost && pg_db(db)->still ? "timeout expired" : pg_said(a, pg);
    *why = lost ? arena_printf(a,
                               "%s does not answer any more (%s): see that its"
                               " server runs, then call the same again",
                               db->shown, said)
                : arena_printf(a, "%s: %s: mend that, then call the same again",
                               table ? table : db->shown, said);
    return lost ? ERR_AWAY : ERR_STORE;
}

static enum status fault(struct pg_load *l)
{
    return pg_bulk_fault(l->load.mem, l->db, l->pg,
                         l->table ? l->table->name : NULL, &l->load.why);
}

static enum status run(struct pg_load *l, const char *text)
{
    PGresult *answer = pg_do(pg_db(l->db), l->pg, text);
    const ExecStatusType is = PQresultStatus(answer);
    PQclear(answer);
    if (is == PGRES_COMMAND_OK || is == PGRES_TUPLES_OK || is == PGRES_COPY_IN)
        return OK;
    return fault(l);
}

static void close_load(struct load *load)
{
    PQfinish(of(load)->pg);
    of(load)->pg = NULL;
    arena_reset(&of(load)->bytes);
}

/* The lock also waits for the server to see that a move was killed. */
static enum status open_load(struct db *db, struct arena *a, struct load **out)
{
    struct pg_load *l = NEW(a, struct pg_load);
    l->load.mem = a;
    l->db = db;
    l->out.mem = &l->bytes;
    *out = &l->load;
    l->pg = pg_dial(pg_db(db)->url, "essaim moves");
    if (PQstatus(l->pg) != CONNECTION_OK)
        return fault(l);
    TRY(run(l, "SET client_min_messages = warning; SET lock_timeout = '30s';"
               " SET statement_timeout = 0"));
    return run(l, "SELECT pg_advisory_lock(1165194081, hashtext('move'))");
}

static enum status clear(struct load *load, const struct load_table *tables,
                         size_t n)
{
    struct buf b = {.mem = load->mem};
    buf_str(&b, "BEGIN; TRUNCATE ");
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s\"%s\"", i ? ", " : "", tables[i].name);
    buf_str(&b, " RESTART IDENTITY;"
                " DELETE FROM core_moving WHERE digest <> '' AND name <> '';"
                " COMMIT");
    return run(of(load), buf_done(&b).p);
}

static enum status send(struct pg_load *l)
{
    if (l->out.n && !pg_copy_in(pg_db(l->db), l->pg, l->out.p, l->out.n))
        return fault(l);
    l->out.n = 0;
    return OK;
}

static enum status begin(struct load *load, const struct load_table *t)
{
    static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
    struct pg_load *l = of(load);
    struct buf b = {.mem = load->mem};
    buf_printf(&b, "COPY \"%s\" (", t->name);
    for (int i = 0; i < t->n; i++)
        buf_printf(&b, "%s\"%s\"", i ? ", " : "", t->columns[i]);
    buf_str(&b, ") FROM STDIN (FORMAT binary)");
    l->table = t;
    TRY(run(l, "BEGIN"));
    TRY(run(l, buf_done(&b).p));
    static_assert(sizeof(head) == 11 + 4 + 4 + 1, "signature, flags, nothing");
    buf_add(&l->out, head, sizeof(head) - 1);
    return OK;
}

static void put_long(struct buf *b, const void *eight)
{
    uint64_t n;
    memcpy(&n, eight, sizeof(n));
    const uint32_t size = htobe32(sizeof(n));
    n = htobe64(n);
    buf_add(b, (const char *)&size, sizeof(size));
    buf_add(b, (const char *)&n, sizeof(n));
}

/* False where the column is of another kind. */
static bool put_value(struct buf *b, const struct value *v, const char *type)
{
    const uint32_t none = htobe32(UINT32_MAX), size = htobe32((uint32_t)v->s.n);
    switch (v->type) {
    case V_NULL:
        buf_add(b, (const char *)&none, sizeof(none));
        return true;
    case V_INT:
        put_long(b, &v->i);
        return same(type, "INTEGER");
    case V_REAL:
        put_long(b, &v->d);
        return same(type, "REAL");
    case V_TEXT:
    case V_BLOB:
        buf_add(b, (const char *)&size, sizeof(size));
        buf_add(b, v->s.p ? v->s.p : "", v->s.n);
        return same(type, v->type == V_TEXT ? "TEXT" : "BLOB");
    }
    return false;
}

static enum status row(struct load *load, const struct value *values)
{
    struct pg_load *l = of(load);
    const struct load_table *t = l->table;
    const uint16_t count = htobe16((uint16_t)t->n);
    buf_add(&l->out, (const char *)&count, sizeof(count));
    for (int i = 0; i < t->n; i++) {
        if (put_value(&l->out, &values[i], t->types[i]))
            continue;
        load->why = arena_printf(load->mem, "%s.%s: a value there is not %s",
                                 t->name, t->columns[i], t->types[i]);
        return ERR_CONFLICT;
    }
    return l->out.n < PIECE ? OK : send(l);
}

static enum status end_copy(struct pg_load *l)
{
    static const char last[] = {'\377', '\377'};
    buf_add(&l->out, last, sizeof(last));
    TRY(send(l));
    if (PQputCopyEnd(l->pg, NULL) != 1)
        return fault(l);
    enum status s = OK;
    for (PGresult *r; (r = pg_result(pg_db(l->db), l->pg, NULL)); PQclear(r))
        if (PQresultStatus(r) != PGRES_COMMAND_OK && s == OK)
            s = fault(l);
    return s;
}

static enum status end(struct load *load, const char *digest)
{
    struct pg_load *l = of(load);
    const struct load_table *t = l->table;
    TRY(end_copy(l));
    if (t->highest != NONE)
        TRY(run(l, arena_printf(load->mem,
                                "SELECT setval(pg_get_serial_sequence("
                                "quote_ident('%s'), 'id'), %" PRId64 ")",
                                t->name, t->highest)));
    TRY(run(l, arena_printf(load->mem,
                            "INSERT INTO core_moving (name, digest)"
                            " VALUES ('%s', '%s')",
                            t->name, digest)));
    TRY(run(l, "COMMIT"));
    l->table = NULL;
    return OK;
}

static enum status settle(struct load *load)
{
    /* Ours: of the server's own tables it would only be told that it may not.
     */
    return run(of(load),
               "DO $$ DECLARE t text; BEGIN FOR t IN SELECT"
               " format('%I.%I', schemaname, tablename) FROM pg_tables"
               " WHERE schemaname = current_schema LOOP EXECUTE"
               " 'ANALYZE ' || t; END LOOP; END $$");
}

const struct loader postgres_loader = {open_load, close_load, clear, begin,
                                       row,       end,        settle};

enum status pg_hold(struct conn *c, struct arena *a,
                    const struct load_table *tables, size_t n)
{
    struct buf b = {.mem = a};
    buf_str(&b, "LOCK TABLE ");
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s\"%s\"", i ? ", " : "", tables[i].name);
    buf_str(&b, " IN SHARE MODE");
    return pg_exec(c, (struct sql){buf_done(&b).p}, NO_ARGS, NULL);
}
