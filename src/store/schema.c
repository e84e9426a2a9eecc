/* A database is born, or brought up to this program. */
#include "store/schema.h"

#include "store/dialect.h"
#include "store/entity_shape.h"
#include "store/schema_table.h"

static int64_t newest(const struct schema *s)
{
    int64_t number = 0;
    for (const struct migration *m = s->migrations; m && m->number; m++) {
        CHECK(m->number > number);
        number = m->number;
    }
    return number;
}

static enum status has_table(struct conn *c, struct arena *a, const char *name,
                             bool *out)
{
    struct rows *r;
    *out = false;
    TRY(db_rows(c, a, dialect_of(c)->tables, NO_ARGS, &r));
    while (rows_next(r))
        *out |= str_eq(row_str(r, 0), name);
    return rows_end(r);
}

/* The number of the last migration run, NONE for an empty database. */
static enum status version_of(struct conn *c, struct arena *a, int64_t *version)
{
    bool born;
    *version = NONE;
    TRY(has_table(c, a, "core_meta", &born));
    if (!born)
        return OK;
    return db_int(c, SQL("SELECT value FROM core_meta WHERE name = 'schema'"),
                  NO_ARGS, version);
}

static enum status version_set(struct conn *c, int64_t version)
{
    TRY(db_exec(c, SQL("DELETE FROM core_meta WHERE name = 'schema'"), NO_ARGS,
                NULL));
    return db_exec(c,
                   SQL("INSERT INTO core_meta (name, value) VALUES ('schema', "
                       ":value)"),
                   ARGS(arg_int("value", version)), NULL);
}

static enum status make_all(struct conn *c, struct arena *a,
                            const struct schema *s)
{
    struct statements all = {0};
    for (const struct sql *t = store_tables; t->text; t++)
        statement_add(a, &all, *t);
    for (const struct sql *t = s->tables; t && t->text; t++)
        statement_add(a, &all, *t);
    for (const struct entity *const *e = s->entities; e && *e; e++)
        table_create(a, dialect_of(c), &all, *e);
    return statements_run(c, &all);
}

struct opening {
    const struct schema *schema;
    const char *refusal;
    int64_t version;
};

static enum status is_empty(struct conn *c, struct arena *a, struct opening *o)
{
    struct rows *r;
    TRY(db_rows(c, a, dialect_of(c)->tables, NO_ARGS, &r));
    const bool some = rows_next(r);
    TRY(rows_end(r));
    if (some)
        o->refusal = "it holds tables of another program: name an empty one";
    return some ? ERR_CONFLICT : OK;
}

static enum status open_in(struct conn *c, struct arena *a, void *data)
{
    struct opening *o = data;
    const int64_t number = newest(o->schema);
    o->refusal = NULL;
    TRY(conn_lock(c, "schema"));
    enum status status = version_of(c, a, &o->version);
    if (status == OK && o->version == NONE)
        status = is_empty(c, a, o);
    if (status == OK && o->version == NONE)
        status = make_all(c, a, o->schema);
    if (status == OK && o->version > number && o->version != NONE)
        return ERR_CONFLICT;
    const struct migration *m = o->schema->migrations;
    for (; status == OK && o->version != NONE && m && m->number; m++)
        if (m->number > o->version)
            status = schema_migrate(c, a, m);
    if (status == OK && o->version != number)
        status = version_set(c, number);
    /* What the migrations did may only show now. */
    if (status != OK && !o->refusal && *conn_refusal(c))
        o->refusal = arena_printf(a, "%s", conn_refusal(c));
    return status;
}

/* Where a copy is due before the migrations, it is made; and what version. */
static enum status look(struct db *db, struct arena *a, int64_t *version,
                        const char **path, const char **why)
{
    struct conn *c;
    struct rows *r;
    bool half = false;
    *path = NULL;
    *why = "cannot read the database";
    TRY(conn_open(db, &c));
    enum status status = conn_begin(c, 0);
    if (status == OK)
        status = version_of(c, a, version);
    if (status == OK)
        status = has_table(c, a, "core_moving", &half);
    if (status == OK)
        status = db_rows(c, a, dialect_of(c)->file, NO_ARGS, &r);
    if (status == OK) {
        if (rows_next(r))
            *path = row_text(r, 0);
        status = rows_end(r);
    }
    conn_end(c);
    conn_close(c);
    if (status != OK || !half)
        return status;
    *why = arena_printf(a,
                        "%s is half of a move that did not end: call the same"
                        " essaim move again, or empty it",
                        db_place(db));
    return ERR_CONFLICT;
}

/* A copy of the same name is of an attempt that failed and changed nothing. */
static enum status copy_before(struct arena *a, const char *path,
                               int64_t number, const char **why)
{
    char *to = arena_printf(a, "%s.before-%" PRId64, path, number);
    remove(to);
    return dialect_copy(a, path, to, why);
}

static const char *newer(struct arena *a, int64_t version,
                         const struct schema *s)
{
    return arena_printf(a,
                        "the database is of a newer Essaim (%" PRId64
                        ", this one knows %" PRId64
                        "): install that version or restore a backup",
                        version, newest(s));
}

enum status schema_agrees(struct db *db, struct arena *a,
                          const struct schema *s, const char **why)
{
    const char *path;
    int64_t version;
    TRY(look(db, a, &version, &path, why));
    if (version == newest(s))
        return OK;
    if (version == NONE)
        *why = "the database is empty: run essaim begin, or try essaim demo";
    else if (version > newest(s))
        *why = newer(a, version, s);
    else
        *why = arena_printf(a,
                            "the database is of an older Essaim (%" PRId64
                            ", this one is %" PRId64
                            "): stop the server and run essaim db migrate",
                            version, newest(s));
    return ERR_CONFLICT;
}

enum status schema_made(struct db *db, struct arena *a, const char **why)
{
    const char *path;
    int64_t version;
    TRY(look(db, a, &version, &path, why));
    if (version != NONE)
        return OK;
    *why = "the database is empty: run essaim begin, or try essaim demo";
    return ERR_NOT_FOUND;
}

enum status schema_current(struct conn *c, const struct schema *s, bool *out)
{
    int64_t version;
    TRY(db_int(c, SQL("SELECT value FROM core_meta WHERE name = 'schema'"),
               NO_ARGS, &version));
    *out = version == newest(s);
    return OK;
}

enum status schema_open(struct db *db, struct arena *a, const struct schema *s,
                        const char **why)
{
    enum { TEN_MINUTES_MS = 600000 };
    struct opening o = {s, NULL, NONE};
    const char *path;
    TRY(look(db, a, &o.version, &path, why));
    *why = "";
    if (o.version == newest(s))
        return OK;
    if (o.version != NONE && o.version < newest(s) && path)
        TRY(copy_before(a, path, newest(s), why));
    enum status status = db_write_within(db, a, open_in, &o, TEN_MINUTES_MS);
    if (status == ERR_CONFLICT && o.version != NONE && o.version > newest(s))
        *why = newer(a, o.version, s);
    else if (status != OK)
        *why = arena_printf(a, "the database cannot be brought up to date: %s",
                            o.refusal ? o.refusal : status_name(status));
    return status;
}
