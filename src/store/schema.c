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

static enum status open_in(struct conn *c, struct arena *a, void *data)
{
    struct opening *o = data;
    const int64_t number = newest(o->schema);
    o->refusal = NULL;
    TRY(conn_lock(c, "schema"));
    enum status status = version_of(c, a, &o->version);
    if (status == OK && o->version == NONE)
        status = make_all(c, a, o->schema);
    if (status == OK && o->version > number && o->version != NONE) {
        o->refusal = "a newer Essaim has just been at it";
        return ERR_CONFLICT;
    }
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

/* What stands in the database before anything is done to it. */
struct found {
    int64_t version;
    const char *path;   /* of its file, or NULL */
    const char *half;   /* "move" or "restore": of one that did not end */
    const char *others; /* what is there, and none of it ours */
    int64_t refused;    /* not 0: this user may not change tables */
};

static enum status look_half(struct conn *c, struct arena *a, struct found *f)
{
    bool half;
    int64_t restores;
    TRY(has_table(c, a, "core_moving", &half));
    if (!half)
        return OK;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM core_moving WHERE name = 'restore'"),
               NO_ARGS, &restores));
    f->half = restores ? "restore" : "move";
    return OK;
}

static enum status look_in(struct conn *c, struct arena *a, struct found *f)
{
    struct rows *r;
    int64_t hidden;
    TRY(conn_begin(c, 0));
    TRY(db_int(c, dialect_of(c)->hidden, NO_ARGS, &hidden));
    if (hidden)
        return ERR_FORBIDDEN;
    TRY(version_of(c, a, &f->version));
    TRY(look_half(c, a, f));
    if (f->version == NONE) {
        TRY(db_rows(c, a, dialect_of(c)->strange, NO_ARGS, &r));
        f->others = rows_next(r) ? row_text(r, 0) : NULL;
        TRY(rows_end(r));
    }
    TRY(db_int(c, dialect_of(c)->refused, NO_ARGS, &f->refused));
    TRY(db_rows(c, a, dialect_of(c)->file, NO_ARGS, &r));
    f->path = rows_next(r) ? row_text(r, 0) : NULL;
    return rows_end(r);
}

static enum status look(struct db *db, struct arena *a, struct found *f,
                        const char **why)
{
    struct conn *c;
    const char *place = db_place(db);
    *f = (struct found){.version = NONE};
    *why = arena_printf(a, "%s cannot be read", place);
    TRY(conn_open(db, &c));
    const enum status status = look_in(c, a, f);
    conn_end(c);
    conn_close(c);
    if (status == ERR_FORBIDDEN)
        *why = arena_printf(a,
                            "%s has an Essaim that its user may not read: name"
                            " the owner of its tables in the address",
                            place);
    TRY(status);
    if (f->half)
        *why = arena_printf(a,
                            "%s is half of a %s that did not end: call the same"
                            " essaim %s again, or empty it",
                            place, f->half, f->half);
    else if (f->others)
        *why =
            arena_printf(a, "%s holds %s of another program: name an empty one",
                         place, f->others);
    else if (f->version == NONE)
        *why = arena_printf(
            a, "%s is empty: run essaim begin, or try essaim demo", place);
    return f->half || f->others ? ERR_CONFLICT : OK;
}

/* A copy of the same name is of an attempt that failed and changed nothing. */
static enum status copy_before(struct arena *a, const char *path,
                               int64_t number, const char **why)
{
    char *to = arena_printf(a, "%s.before-%" PRId64, path, number);
    remove(to);
    return dialect_copy(a, path, to, why);
}

static const char *newer(struct arena *a, const struct db *db, int64_t version,
                         const struct schema *s)
{
    return arena_printf(a,
                        "%s is of a newer Essaim (%" PRId64
                        ", this one knows %" PRId64
                        "): install that version or restore a backup",
                        db_place(db), version, newest(s));
}

enum status schema_agrees(struct db *db, struct arena *a,
                          const struct schema *s, const char **why)
{
    struct found f;
    TRY(look(db, a, &f, why));
    if (f.version == newest(s))
        return OK;
    if (f.version != NONE && f.version > newest(s))
        *why = newer(a, db, f.version, s);
    else if (f.version != NONE)
        *why = arena_printf(a,
                            "%s is of an older Essaim (%" PRId64
                            ", this one is %" PRId64
                            "): stop the server and run essaim db migrate",
                            db_place(db), f.version, newest(s));
    return ERR_CONFLICT;
}

enum status schema_ours(struct db *db, struct arena *a, const char **why)
{
    struct found f;
    const enum status s = look(db, a, &f, why);
    return s == ERR_CONFLICT && f.half ? OK : s;
}

enum status schema_made(struct db *db, struct arena *a, const char **why)
{
    struct found f;
    TRY(look(db, a, &f, why));
    return f.version == NONE ? ERR_NOT_FOUND : OK;
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
    struct found f;
    TRY(look(db, a, &f, why));
    *why = "";
    if (f.version == newest(s))
        return OK;
    if (f.version != NONE && f.version > newest(s)) {
        *why = newer(a, db, f.version, s);
        return ERR_CONFLICT;
    }
    if (f.refused) {
        *why =
            arena_printf(a,
                         "%s lets its user make or change no tables: make"
                         " that user its owner (ALTER DATABASE … OWNER TO …)",
                         db_place(db));
        return ERR_CONFLICT;
    }
    if (f.version != NONE && f.path)
        TRY(copy_before(a, f.path, newest(s), why));
    enum status status = db_write_within(db, a, open_in, &o, TEN_MINUTES_MS);
    if (status != OK)
        *why =
            arena_printf(a, "%s cannot be brought up to date: %s", db_place(db),
                         o.refusal ? o.refusal : db_reason(status));
    return status;
}
