/* `essaim move`: one database into another. */
#include "store/moving.h"

#include "store/dialect.h"
#include "store/engine.h"

#include <unistd.h>

enum {
    ALONE_TRIES = 20, /* a server takes its time to see who has gone */
    ALONE_PAUSE_US = 100000,
    HOUR_MS = 3600000,
};

/* Tables of an earlier call count when the source still has the same in them;
 * else all begins anew, since tables refer to each other. */
static enum status keep_moved(struct moving *g)
{
    bool right = true;
    for (size_t i = 0; right && i < g->n; i++) {
        const char *digest;
        if (!g->tables[i].moved)
            continue;
        TRY(move_read(g, g->from, &g->tables[i], NULL, &digest));
        right = same(digest, g->tables[i].moved);
        g->resumed++;
    }
    if (right)
        return OK;
    for (size_t i = 0; i < g->n; i++)
        g->tables[i].moved = NULL;
    g->done = 0;
    g->resumed = 0;
    return g->loader->clear(g->to, g->loads, g->n);
}

static enum status move_tables(struct moving *g)
{
    TRY(keep_moved(g));
    for (size_t i = 0; i < g->n; i++) {
        struct move_table *t = &g->tables[i];
        if (t->moved)
            continue;
        TRY(g->loader->begin(g->to, &t->load));
        TRY(move_read(g, g->from, t, g->to, &t->moved));
        TRY(g->loader->end(g->to, t->moved));
    }
    return OK;
}

static enum status prove_table(struct moving *g, struct conn *c,
                               const struct move_table *t)
{
    const char *digest;
    int64_t highest = NONE;
    TRY(move_read(g, c, t, NULL, &digest));
    if (move_column(t, "id") >= 0)
        TRY(db_int(c, dialect_of(c)->highest,
                   ARGS(arg_cstr("name", t->load.name)), &highest));
    if (!same(digest, t->moved))
        return move_refuse(
            g, ERR_STORE,
            "%s is not the same in the target: call the same again with"
            " an empty one",
            t->load.name);
    if (highest != t->load.highest)
        return move_refuse(
            g, ERR_STORE,
            "%s would give ids again in the target: call the same again"
            " with an empty one",
            t->load.name);
    return OK;
}

static enum status prove(struct moving *g)
{
    struct conn *c;
    const char *fault = NULL;
    bool full = false;
    g->done = 0;
    TRY(conn_open(g->m->to, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = move_target_fits(g, c);
    for (size_t i = 0; s == OK && i < g->n; i++)
        s = prove_table(g, c, &g->tables[i]);
    if (s == OK)
        s = db_integrity(c, g->mem, &full, &fault);
    conn_end(c);
    conn_close(c);
    return s == OK && fault
               ? move_refuse(g, ERR_STORE,
                             "the target is not whole (%s): call the same again"
                             " with an empty one",
                             fault)
               : s;
}

static enum status move(struct moving *g)
{
    struct db *to = g->m->to;
    TRY(move_take_source(g));
    TRY(g->loader->open(to, g->mem, &g->to));
    TRY(move_take_target(g));
    TRY(move_tables(g));
    TRY(db_write_within(to, g->mem, load_search, NULL, HOUR_MS));
    TRY(g->loader->settle(g->to));
    TRY(prove(g));
    if (g->m->last)
        TRY(g->m->last(g->m->data, &g->why));
    return db_write(to, g->mem, load_ended, NULL);
}

/* What ended it, where nothing has said it better. */
static const char *ended_by(const struct moving *g, enum status s)
{
    const char *from = db_place(g->m->from), *to = db_place(g->m->to);
    /* A file goes nowhere. */
    const bool from_server = place_is_postgres(from),
               to_server = place_is_postgres(to);
    if (s == ERR_FULL)
        return arena_printf(g->mem,
                            "no room is left for %s: make room, then call the"
                            " same again",
                            to);
    if ((s == ERR_AWAY || s == ERR_UNSURE) && (from_server || to_server))
        return arena_printf(g->mem,
                            "%s%s%s does not answer any more: see that its"
                            " server runs, then call the same again",
                            from_server ? from : "",
                            from_server && to_server ? " or " : "",
                            to_server ? to : "");
    return arena_printf(g->mem,
                        "from %s to %s it ended (%s): mend what the log says,"
                        " then call the same again",
                        from, to, status_name(s));
}

enum status db_move(struct arena *a, const struct move *m, struct moved *out,
                    const char **why)
{
    struct moving g = {.m = m, .mem = a, .loader = m->to->engine->loader};
    enum status s = move(&g);
    if (s != OK && !g.why && g.to)
        g.why = g.to->why;
    if (s != OK && !g.why)
        g.why = ended_by(&g, s);
    if (g.to)
        g.loader->close(g.to);
    if (g.from) {
        conn_end(g.from);
        conn_close(g.from);
    }
    *out = (struct moved){g.n, g.resumed, g.all};
    *why = g.why;
    return s;
}

static enum status others(struct db *db, struct arena *a, int64_t *n)
{
    struct conn *c;
    TRY(conn_open(db, &c));
    enum status s = conn_begin(c, 0);
    (void)a;
    if (s == OK)
        s = db_int(c, dialect_of(c)->others, NO_ARGS, n);
    conn_end(c);
    conn_close(c);
    return s;
}

enum status db_alone(struct db *db, struct arena *a, const char **why)
{
    int64_t n = 1;
    for (int i = 0; n && i < ALONE_TRIES; i++) {
        if (i)
            usleep(ALONE_PAUSE_US);
        *why = "the database cannot be read";
        TRY(others(db, a, &n));
    }
    if (!n)
        return OK;
    *why = arena_printf(a, "%s is in use by another Essaim: stop it first",
                        db_place(db));
    return ERR_CONFLICT;
}
