/* The target of a move: empty, or of this very one. */
#include "store/moving.h"

#include "store/dialect.h"
#include "store/engine.h"

/* What the target is: empty, or of this very move. */
struct target {
    bool half, restores;
    const char *of; /* half: of that source */
    const char *full;
};

/* Only of our tables: those of others may not even be ours to read. */
static enum status see_tables(struct moving *g, struct conn *c,
                              struct target *out)
{
    struct rows *r;
    int64_t some = 0;
    TRY(db_rows(c, g->mem, dialect_of(c)->tables, NO_ARGS, &r));
    while (rows_next(r)) {
        const struct str name = row_str(r, 0);
        out->half |= str_eq(name, "core_moving");
        for (size_t i = 0; i < g->n; i++)
            g->tables[i].there |= str_eq(name, g->tables[i].load.name);
    }
    TRY(rows_end(r));
    for (size_t i = 0; !out->full && i < g->n; i++) {
        const char *name = g->tables[i].load.name;
        if (!g->tables[i].there)
            continue;
        const struct sql sql = {arena_printf(
            g->mem, "SELECT count(*) FROM (SELECT 1 FROM \"%s\" LIMIT 1) t",
            name)};
        TRY(db_int(c, sql, NO_ARGS, &some));
        out->full = some ? name : NULL;
    }
    return OK;
}

static enum status see_target(struct moving *g, struct conn *c,
                              struct target *out)
{
    struct rows *r;
    *out = (struct target){0};
    TRY(see_tables(g, c, out));
    if (!out->half)
        return OK;
    TRY(db_rows(c, g->mem, SQL("SELECT name, digest FROM core_moving"), NO_ARGS,
                &r));
    while (rows_next(r)) {
        const struct str name = row_str(r, 0);
        if (!name.n)
            out->of = row_text(r, 1);
        out->restores |= str_eq(name, "restore");
        for (size_t i = 0; i < g->n; i++)
            if (str_eq(name, g->tables[i].load.name))
                g->tables[i].moved = row_text(r, 1);
    }
    return rows_end(r);
}

static enum status look_at_target(struct moving *g, struct target *t)
{
    struct conn *c;
    TRY(conn_open(g->m->to, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = see_target(g, c, t);
    bool current = true;
    if (s == OK && t->half)
        s = schema_current(c, g->m->schema, &current);
    conn_end(c);
    conn_close(c);
    const char *to = db_place(g->m->to);
    if (s == OK && t->half && !(t->of && same(t->of, db_place(g->m->from))))
        return move_refuse(
            g, ERR_CONFLICT,
            "%s is half of a %s from %s: call that one again, or empty it", to,
            t->restores ? "restore" : "move", t->of ? t->of : "elsewhere");
    if (s == OK && !current)
        return move_refuse(g, ERR_CONFLICT,
                           "%s is half of a %s by another Essaim: empty it", to,
                           t->restores ? "restore" : "move");
    if (s == OK && !t->half && t->full)
        return move_refuse(g, ERR_CONFLICT,
                           "%s holds something already (%s): name an empty one",
                           to, t->full);
    return s;
}

static enum status note_begun(struct conn *c, struct arena *a, void *data)
{
    const struct move *m = data;
    TRY(load_begun(c, a, NULL));
    if (m->restores)
        TRY(db_exec(c,
                    SQL("INSERT INTO core_moving (name, digest)"
                        " VALUES ('restore', '')"),
                    NO_ARGS, NULL));
    return db_exec(c,
                   SQL("INSERT INTO core_moving (name, digest)"
                       " VALUES ('', :place)"),
                   ARGS(arg_cstr("place", db_place(m->from))), NULL);
}

/* The columns as the target has them: each of the source's, and no other. */
static enum status match_columns(struct moving *g, struct conn *c,
                                 struct load_table *l)
{
    const struct dialect *d = dialect_of(c);
    const char *names[COLUMNS], *types[COLUMNS];
    const struct move_table as = {.load = *l};
    const char *strange = NULL, *lacks = NULL;
    bool there[COLUMNS] = {0};
    int n;
    TRY(move_names(c, g->mem, d->columns, l->name, names, types, COLUMNS, &n));
    for (int i = 0; i < n; i++) {
        const int at = move_column(&as, names[i]);
        if (at >= 0) {
            l->types[at] = types[i];
            there[at] = true;
        } else if (!same(names[i], d->turn_column)) {
            strange = names[i];
        }
    }
    for (int i = 0; i < l->n && !lacks; i++)
        if (!there[i])
            lacks = l->columns[i];
    if (strange)
        return move_refuse(g, ERR_CONFLICT,
                           "%s has a column %s in the target that no Essaim"
                           " made: drop it there, and call the same again",
                           l->name, strange);
    if (lacks)
        return move_refuse(g, ERR_CONFLICT,
                           "%s lacks its column %s in the target: empty the"
                           " target, and call the same again",
                           l->name, lacks);
    return OK;
}

enum status move_target_fits(struct moving *g, struct conn *c)
{
    const char **differences;
    size_t n;
    TRY(schema_check(c, g->mem, g->m->schema, &differences, &n));
    if (!n)
        return OK;
    return move_refuse(g, ERR_CONFLICT,
                       "the target is not as this program makes it (%s): mend"
                       " that or empty it, and call the same again",
                       differences[0]);
}

static enum status match_tables(struct moving *g)
{
    struct conn *c;
    TRY(conn_open(g->m->to, &c));
    enum status s = conn_begin(c, 0);
    for (size_t i = 0; s == OK && i < g->n; i++)
        s = match_columns(g, c, &g->tables[i].load);
    if (s == OK)
        s = move_target_fits(g, c);
    conn_end(c);
    conn_close(c);
    return s;
}

enum status move_take_target(struct moving *g)
{
    struct target t;
    TRY(schema_ours(g->m->to, g->mem, &g->why));
    g->why = NULL;
    TRY(look_at_target(g, &t));
    if (!t.half) {
        TRY(schema_open(g->m->to, g->mem, g->m->schema, &g->why));
        g->why = NULL;
        TRY(db_write(g->m->to, g->mem, note_begun, (void *)(uintptr_t)g->m));
    }
    return match_tables(g);
}
