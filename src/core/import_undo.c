/* Taking an import back, piece by piece; what somebody changed or uses since is
 * kept, and named. */
#include "core/importing.h"
#include "store/list.h"

enum { PIECE = 200, PIECE_MS = 5000 };

struct undoing {
    struct app *app;
    struct import *im;
    const struct intake *intake; /* NULL: lines are rows of their own */
    int64_t below, kept, person, at;
    bool again; /* only the rows that stayed the last time, marked 'again' */
    bool whole; /* nothing is left to do */
    size_t n;
    int64_t *ids;
};

/* Rows stand beside the lines of the file, under negative numbers. */
static enum status keep(struct conn *c, const struct import *im, int64_t row)
{
    return db_exec(
        c,
        SQL("INSERT INTO core_import_line (import, line, cells,"
            " row_id, outcome) VALUES (:import, :line, '', :row,"
            " 'kept') ON CONFLICT (import, line) DO UPDATE SET outcome ="
            " excluded.outcome"),
        ARGS(arg_int("import", im->id), arg_int("line", -row),
             arg_int("row", row)),
        NULL);
}

static enum status forget(struct conn *c, const struct import *im, int64_t row)
{
    return db_exec(c,
                   SQL("DELETE FROM core_import_line WHERE import = :import"
                       " AND line = :line"),
                   ARGS(arg_int("import", im->id), arg_int("line", -row)),
                   NULL);
}

/* Rows of that outcome, those with the highest numbers first. */
static enum status stayed(struct conn *c, struct arena *a, int64_t id,
                          const char *outcome, int most, int64_t **out,
                          size_t *n)
{
    struct rows *rows;
    int64_t *all = NEW_ARRAY(a, int64_t, (size_t)most);
    size_t found = 0;
    TRY(db_rows(c, a,
                SQL("SELECT row_id FROM core_import_line WHERE import = :id"
                    " AND outcome = :outcome ORDER BY line LIMIT :most"),
                ARGS(arg_int("id", id), arg_cstr("outcome", outcome),
                     arg_int("most", most)),
                &rows));
    while (rows_next(rows))
        all[found++] = row_int(rows, 0);
    *out = all;
    *n = found;
    return rows_end(rows);
}

static enum status marked(struct conn *c, int64_t id, int64_t *n)
{
    return db_int(c,
                  SQL("SELECT count(*) FROM core_import_line WHERE import = :id"
                      " AND outcome = 'again'"),
                  ARGS(arg_int("id", id)), n);
}

enum status import_mark_kept(struct conn *c, int64_t id)
{
    return db_exec(c,
                   SQL("UPDATE core_import_line SET outcome = 'again' WHERE"
                       " import = :id AND outcome = 'kept' AND EXISTS (SELECT 1"
                       " FROM core_import i WHERE i.id = :id AND"
                       " i.state = 'undone')"),
                   ARGS(arg_int("id", id)), NULL);
}

/* Rows under the one that is taken back go before it. */
static enum status undo_under(const struct undoing *u, struct conn *c,
                              struct arena *a, const struct entity *child,
                              struct actor by)
{
    struct list list;
    do {
        TRY(list_under(c, a, child, child->parent, u->at, &list));
        for (size_t i = 0; i < list.n; i++) {
            const struct row *row = list.rows[i];
            enum status s = row_undo(c, a, child, row->id, u->im->id, by);
            if (s == ERR_NOT_FOUND)
                return ERR_STALE; /* somebody has added it since */
            TRY(s);
        }
    } while (list.next);
    return OK;
}

struct beside {
    const struct undoing *u;
    const struct entity *entity;
    int64_t id;
    struct actor by;
};

static enum status undo_beside(struct conn *c, struct arena *a, void *data)
{
    const struct beside *b = data;
    return row_undo(c, a, b->entity, b->id, b->u->im->id, b->by);
}

/* What the row was linked to, where this import made it and nobody else has
 * come to use it. */
static enum status undo_besides(const struct undoing *u, struct conn *c,
                                struct arena *a, const struct link *link,
                                struct links links, struct actor by)
{
    bool made = false;
    for (const struct entity *const *e = u->intake->besides; e && *e; e++)
        made |= *e == link->target;
    for (size_t i = 0; made && i < links.n; i++) {
        struct beside b = {u, link->target, links.all[i].target, by};
        enum status s = db_attempt(c, a, undo_beside, &b);
        if (s != OK && s != ERR_NOT_FOUND && s != ERR_STALE &&
            s != ERR_CONFLICT && s != ERR_INVALID)
            return s;
    }
    return OK;
}

static enum status undo_made(const struct undoing *u, struct conn *c,
                             struct arena *a, struct actor by)
{
    const struct entity *e = u->intake->made;
    const size_t n = entity_link_count(e);
    struct links *links = NEW_ARRAY(a, struct links, n + 1);
    void *made;
    enum status s = row_load(c, a, e, u->at, &reach_all, &made);
    if (s != OK) /* somebody deleted it since */
        return s == ERR_NOT_FOUND ? ERR_STALE : s;
    /* What it brought closed, it takes back; what is under a row that may go
     * goes with it, whatever the state of that row forbids by hand. */
    const struct actor its = {
        .person = by.person, .import = u->im->id, .why = by.why};
    if (u->intake->late(made))
        by = its;
    else if (e->locked && e->locked(c, a, made))
        return ERR_CONFLICT;
    for (size_t i = 0; i < n; i++)
        TRY(links_load(c, a, (struct linking){e, &e->links[i], u->at},
                       &links[i]));
    for (const struct entity *const *k = u->app->entities; *k; k++)
        if (entity_is_under(*k, e))
            TRY(undo_under(u, c, a, *k, its));
    TRY(row_undo(c, a, e, u->at, u->im->id, by));
    for (size_t i = 0; i < n; i++)
        TRY(undo_besides(u, c, a, &e->links[i], links[i], by));
    return OK;
}

static enum status undo_one(struct conn *c, struct arena *a, void *data)
{
    const struct undoing *u = data;
    /* What a file brought into a year that is over, it takes out again. */
    const struct actor by = {
        .person = u->person,
        .why = arena_printf(a, "import %" PRId64 " undone", u->im->id)};
    return u->intake ? undo_made(u, c, a, by)
                     : row_undo(c, a, u->im->entity, u->at, u->im->id, by);
}

static enum status undo_row(struct undoing *u, struct conn *c, struct arena *a,
                            int64_t id, bool *kept)
{
    u->at = id;
    enum status s = db_attempt(c, a, undo_one, u);
    *kept = s == ERR_STALE || s == ERR_CONFLICT || s == ERR_INVALID;
    if (*kept)
        return keep(c, u->im, id);
    return s == OK && u->again ? forget(c, u->im, id) : s;
}

static enum status undo_piece(struct conn *c, struct arena *a, void *data)
{
    struct undoing *u = data;
    bool kept;
    int64_t changed, left = 0;
    u->kept = 0;
    if (u->again)
        TRY(stayed(c, a, u->im->id, "again", PIECE, &u->ids, &u->n));
    else
        TRY(import_rows(c, a, import_made(u->im), u->im->id, u->below, PIECE,
                        &u->ids, &u->n));
    for (size_t i = 0; i < u->n; i++) {
        struct arena_mark mark = arena_mark(a);
        TRY(undo_row(u, c, a, u->ids[i], &kept));
        arena_rewind(a, mark);
        u->kept += kept;
    }
    /* While some are marked, those alone are taken back: so the last of them
     * and the end are one write. */
    if (u->again)
        TRY(marked(c, u->im->id, &left));
    u->whole = u->again ? !left : !u->n;
    TRY(db_exec(c,
                SQL("UPDATE core_import SET state = :state, applied = :below"
                    " WHERE id = :id AND state = 'undoing' AND run = :run"),
                ARGS(arg_int("run", u->im->run),
                     arg_cstr("state", u->whole ? "undone" : "undoing"),
                     arg_int("below", u->n ? u->ids[u->n - 1] : 0),
                     arg_int("id", u->im->id)),
                &changed));
    return changed ? OK : ERR_STALE;
}

/* Going on: below the row that was the last, kept where the line was. */
static enum status begin(struct conn *c, struct arena *a, void *data)
{
    struct undoing *u = data;
    int64_t changed;
    int64_t again;
    (void)a;
    TRY(import_mark_kept(c, u->im->id));
    TRY(marked(c, u->im->id, &again));
    u->again = again > 0;
    TRY(db_exec(
        c,
        SQL("UPDATE core_import SET state = 'undoing', applied = CASE"
            " WHEN state IN ('undoing', 'halted') THEN applied ELSE 0 END"
            " WHERE id = :id AND (state IN ('applied', 'paused', 'halted',"
            " 'undoing') OR (state = 'undone' AND :again = 1))"),
        ARGS(arg_int("id", u->im->id), arg_int("again", u->again)), &changed));
    if (!changed)
        return ERR_CONFLICT;
    TRY(import_take(c, u->im));
    TRY(db_int(c,
               SQL("SELECT count(*) FROM core_import_line WHERE import = :id"
                   " AND outcome = 'kept'"),
               ARGS(arg_int("id", u->im->id)), &u->im->kept));
    u->below = u->im->applied ? u->im->applied : NONE;
    return OK;
}

enum status import_undo(struct app *app, struct arena *a, struct import *im,
                        int64_t person, import_progress *progress, void *data)
{
    struct undoing u = {.app = app,
                        .im = im,
                        .intake = intake_of(im->entity),
                        .below = NONE,
                        .person = person};
    int64_t done = 0;
    TRY(db_write(app->db, a, begin, &u));
    do {
        struct arena_mark mark = arena_mark(a);
        TRY(db_write_within(app->db, a, undo_piece, &u, PIECE_MS));
        im->kept += u.kept;
        done += (int64_t)u.n;
        if (u.n)
            u.below = u.ids[u.n - 1];
        arena_rewind(a, mark);
        if (progress && !progress(data, done, im->inserted + im->updated))
            return ERR_BUSY;
    } while (!u.whole);
    im->state = "undone";
    return OK;
}

enum status import_kept(struct conn *c, struct arena *a, int64_t id, int most,
                        int64_t **out, size_t *n)
{
    return stayed(c, a, id, "kept", most, out, n);
}
