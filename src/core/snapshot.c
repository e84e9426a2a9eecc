#include "core/snapshot.h"

#include "base/random.h"

enum { ROWS = 10000, NAMED = 6 };

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
        buf_printf(&all, "%" PRId64 "|%.15g\n", rows[i].id, rows[i].amount);
    sha256(query, str_of(ask->figure->value.text));
    sha256(digest, buf_done(&all));
    TRY(db_exec(
        c,
        SQL("INSERT INTO core_snapshot (figure, from_day, to_day, bassin,"
            " value, query, digest, at, person) VALUES (:figure, :from, :to,"
            " :bassin, :value, :query, :digest, :at, :person)"),
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
                          const struct figure *f, struct snapshot **out,
                          size_t *n)
{
    struct rows *rows;
    struct snapshot *list = NEW_ARRAY(a, struct snapshot, 20);
    TRY(db_rows(c, a,
                SQL("SELECT id, at, value FROM core_snapshot"
                    " WHERE figure = :figure ORDER BY at DESC, id DESC"
                    " LIMIT 20"),
                ARGS(arg_cstr("figure", f->id)), &rows));
    *n = 0;
    while (rows_next(rows))
        list[(*n)++] = (struct snapshot){row_int(rows, 0), row_int(rows, 1),
                                         row_real(rows, 2)};
    *out = list;
    return rows_end(rows);
}

static void name(struct arena *a, struct buf *b, const struct figure *f,
                 struct conn *c, const char *sign, int64_t id)
{
    void *row;
    const char *title = arena_printf(a, "n\xc2\xb0 %" PRId64, id);
    if (row_load(c, a, f->entity, id, &reach_all, &row) == OK)
        title = row_title(f->entity, row);
    buf_printf(b, "%s%s %s", b->n ? ", " : "", sign, title);
}

enum status snapshot_difference(struct conn *c, struct arena *a,
                                const struct snapshot *s,
                                const struct figure_ask *ask,
                                struct difference *out)
{
    struct behind *now;
    size_t n, i = 0;
    bool more;
    struct rows *then;
    struct buf text = {.mem = a};
    struct difference d = {0};
    TRY(figure_rows(c, a, ask, 0, ROWS, &now, &n, &more));
    TRY(db_rows(c, a,
                SQL("SELECT row_id, amount FROM core_snapshot_row"
                    " WHERE snapshot = :id ORDER BY row_id"),
                ARGS(arg_int("id", s->id)), &then));
    /* Both are in the order of the ids: one walk over both. */
    bool left = rows_next(then);
    while (left || i < n) {
        int64_t old = left ? row_int(then, 0) : INT64_MAX;
        int64_t new = i < n ? now[i].id : INT64_MAX;
        const char *sign = NULL;
        if (new < old)
            sign = "+", d.added++;
        else if (old < new)
            sign = "\xe2\x88\x92", d.removed++;
        else if (row_real(then, 1) != now[i].amount)
            sign = "\xc2\xb1", d.changed++;
        if (sign && d.added + d.removed + d.changed <= NAMED)
            name(a, &text, ask->figure, c, sign, new < old ? new : old);
        i += new <= old;
        if (old <= new)
            left = rows_next(then);
    }
    d.text = text.n ? text.p : NULL;
    *out = d;
    return rows_end(then);
}
