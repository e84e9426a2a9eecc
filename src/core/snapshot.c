#include "core/snapshot.h"

#include "base/random.h"
#include "store/row.h"

enum { ROWS = 10000, LOOKED = 10 };

enum status snapshot_take(struct conn *c, struct arena *a,
                          const struct figure_ask *ask, int64_t person)
{
    struct figure_value v;
    struct behind *rows;
    size_t n;
    bool more;
    unsigned char query[SHA256], digest[SHA256];
    struct buf all = {.mem = a};
    TRY(figure_value(c, a, ask, &v));
    TRY(figure_rows(c, a, ask, 0, ROWS, &rows, &n, &more));
    if (more)
        return ERR_LIMIT;
    for (size_t i = 0; i < n; i++)
        buf_printf(&all, "%" PRId64 "|%.15g|%.15g\n", rows[i].id,
                   rows[i].amount, rows[i].whole);
    sha256(query, str_of(ask->figure->value.text));
    sha256(digest, buf_done(&all));
    TRY(db_exec(
        c,
        SQL("INSERT INTO core_snapshot (figure, from_day, to_day, bassin,"
            " value, query, digest, at, person) VALUES (:figure, :from, :to,"
            " :bassin, :value, :query, :digest, :at, :person){returning}"),
        ARGS(arg_cstr("figure", ask->figure->id),
             arg_day("from", school_year_first(ask->year)),
             arg_day("to", school_year_last(ask->year)),
             arg_int("bassin", ask->bassin), arg_real("value", v.value),
             arg_cstr("query", hex(a, query, SHA256)),
             arg_cstr("digest", hex(a, digest, SHA256)),
             arg_int("at", time_now()), arg_int("person", person)),
        NULL));
    int64_t id = conn_last_id(c);
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(c,
                    SQL("INSERT INTO core_snapshot_row (snapshot, row_id,"
                        " amount, whole, version) VALUES (:id, :row, :amount,"
                        " :whole, 0)"),
                    ARGS(arg_int("id", id), arg_int("row", rows[i].id),
                         arg_real("amount", rows[i].amount),
                         arg_real("whole", rows[i].whole)),
                    NULL));
    return OK;
}

enum status snapshot_list(struct conn *c, struct arena *a,
                          const struct figure_ask *ask, struct snapshot **out,
                          size_t *n)
{
    struct rows *rows;
    struct snapshot *list = NEW_ARRAY(a, struct snapshot, 20);
    TRY(db_rows(c, a,
                SQL("SELECT id, at, value FROM core_snapshot"
                    " WHERE figure = :figure AND from_day = :from"
                    " AND coalesce(bassin, 0) = :bassin"
                    " ORDER BY at DESC, id DESC LIMIT 20"),
                ARGS(arg_cstr("figure", ask->figure->id),
                     arg_day("from", school_year_first(ask->year)),
                     arg_int("bassin", ask->bassin == NONE ? 0 : ask->bassin)),
                &rows));
    *n = 0;
    while (rows_next(rows))
        list[(*n)++] = (struct snapshot){row_int(rows, 0), row_int(rows, 1),
                                         row_real(rows, 2)};
    *out = list;
    return rows_end(rows);
}

/* The title under which a row that is no more was known, or NULL. */
static const char *title_once(struct conn *c, struct arena *a,
                              const struct entity *e, int64_t id)
{
    struct past *past;
    size_t n;
    const char *why;
    if (row_history(c, a, e, id, NONE, LOOKED, &past, &n) != OK)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const struct json_value *image =
            past[i].image ? json_parse(a, str_of(past[i].image), &why) : NULL;
        void *row = row_new(a, e);
        if (image && !row_from_json(a, e, image, row))
            return row_title(e, row);
    }
    return NULL;
}

static const char *title_of(struct conn *c, struct arena *a,
                            const struct entity *e, const struct reach *reach,
                            int64_t id)
{
    void *row;
    const char *title = NULL;
    if (row_load(c, a, e, id, reach, &row) == OK)
        title = row_title(e, row);
    else if (reach_is_all(e, reach)) /* as on the page of its history */
        title = title_once(c, a, e, id);
    return title ? title : arena_printf(a, "n\xc2\xb0 %" PRId64, id);
}

static bool same_number(double a, double b)
{
    return a == b || (a != a && b != b);
}

struct walk {
    struct behind *now;
    size_t n, i;
    struct rows *then;
    bool left;
};

/* The next id of either side, and whether it differs; both are in the order of
 * the ids. */
static bool walk_next(struct walk *w, struct changed *c)
{
    int64_t old = w->left ? row_int(w->then, 0) : INT64_MAX;
    int64_t new = w->i < w->n ? w->now[w->i].id : INT64_MAX;
    bool differs = true;
    *c = (struct changed){new < old   ? ADDED
                          : old < new ? REMOVED
                                      : CHANGED,
                          new < old ? new : old, NULL};
    if (new == old)
        differs = !same_number(row_real(w->then, 1), w->now[w->i].amount) ||
                  !same_number(row_real(w->then, 2), w->now[w->i].whole);
    w->i += new <= old;
    if (old <= new)
        w->left = rows_next(w->then);
    return differs;
}

enum status snapshot_difference(struct conn *c, struct arena *a,
                                const struct snapshot *s,
                                const struct figure_ask *ask,
                                const struct reach *named,
                                struct difference *out)
{
    struct walk w = {0};
    bool more;
    struct difference d = {0};
    size_t room = 0;
    TRY(figure_rows(c, a, ask, 0, ROWS, &w.now, &w.n, &more));
    TRY(db_rows(c, a,
                SQL("SELECT row_id, amount, whole FROM core_snapshot_row"
                    " WHERE snapshot = :id ORDER BY row_id"),
                ARGS(arg_int("id", s->id)), &w.then));
    w.left = rows_next(w.then);
    while (w.left || w.i < w.n) {
        struct changed one;
        if (!walk_next(&w, &one))
            continue;
        if (d.n == room) {
            struct changed *list =
                NEW_ARRAY(a, struct changed, room = room * 2 + 16);
            if (d.n)
                memcpy(list, d.list, d.n * sizeof(*list));
            d.list = list;
        }
        d.count[one.how]++;
        d.list[d.n++] = one;
    }
    TRY(rows_end(w.then));
    for (size_t i = 0; i < d.n; i++)
        d.list[i].title =
            title_of(c, a, ask->figure->entity, named, d.list[i].id);
    *out = d;
    return OK;
}
