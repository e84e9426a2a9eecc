#include "core/figure.h"
#include "core/suppress.h"
#include "modules/directory/directory.h"
#include "unit/demo_world.h"

#include <math.h>

static struct cell *cells_of(struct arena *a, const double *values, size_t n)
{
    struct cell *cells = NEW_ARRAY(a, struct cell, n);
    for (size_t i = 0; i < n; i++)
        cells[i].value = values[i];
    return cells;
}

/* What one who sees the told cells and the sum can say of the smallest number
 * that a small cell may be: 1 to 4 must all be left. */
static bool guessable(const struct cell *cells, size_t n)
{
    double rest = 0, others = 0;
    size_t small = 0;
    for (size_t i = 0; i < n; i++) {
        rest += cells[i].hidden ? cells[i].value : 0;
        small += cells[i].small;
        others += cells[i].hidden && !cells[i].small;
    }
    for (int p = 1; small && p <= 4; p++)
        if (!(others > 0) || rest - p < (double)(small - 1) + others * 5)
            return true;
    return false;
}

TEST(demo_suppress_cells)
{
    struct arena a = {.limit = 1 << 20};
    static const struct {
        double values[5];
        size_t n, untold;
        bool all;
        const char *hidden; /* one letter each: x hidden, . told */
    } rows[] = {
        {{10, 20, 30, 0, 0}, 4, 1, false, "...."},
        {{3, 20, 30, 0, 0}, 4, 1, false, "xx.."},
        {{3, 4, 30, 0, 0}, 4, 1, false, "xxx."},
        {{1, 5, 30, 0, 0}, 4, 1, false, "xxx."},   /* 6 could only be 1 and 5 */
        {{3, 4, 0, 0, 0}, 4, 1, true, "xx.."},     /* nothing to hide behind */
        {{10, 20, 30, 2, 0}, 4, 1, false, "x..x"}, /* what lies elsewhere */
        {{3, 20, 30, 9, 0}, 4, 1, false, "x..x"},  /* which nobody is told */
        {{0, 0, 0, 0, 0}, 4, 1, false, "...."},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct cell *cells = cells_of(&a, rows[i].values, rows[i].n);
        bool all = suppress_cells(cells, rows[i].n, rows[i].untold);
        OKAY(all == rows[i].all);
        for (size_t k = 0; k < rows[i].n; k++)
            OKAY(cells[k].hidden == (rows[i].hidden[k] == 'x'));
        OKAY(all || !guessable(cells, rows[i].n));
    }
    /* Whatever the numbers. */
    uint32_t seed = 7;
    for (int turn = 0; turn < 20000; turn++) {
        struct arena_mark mark = arena_mark(&a);
        double values[8];
        for (size_t k = 0; k < COUNT(values); k++) {
            seed = seed * 1664525 + 1013904223;
            values[k] = (seed >> 16) % (uint32_t)(turn % 30 + 2);
        }
        struct cell *cells = cells_of(&a, values, COUNT(values));
        if (!suppress_cells(cells, COUNT(values), 1))
            OKAY(!guessable(cells, COUNT(values)));
        for (size_t k = 0; k < COUNT(values); k++)
            OKAY(cells[k].hidden || values[k] == 0 || values[k] >= 5);
        arena_rewind(&a, mark);
    }
    arena_reset(&a);
}

/* Pupils of classes: the kind of figure that the rule is for. */
static const struct figure pupils = {
    .id = "test.pupils",
    .unit = "person",
    .section = "test",
    .period = YEAR,
    .suppress = UNDER_5,
    .entity = &class_entity,
    .value = SQL_CONST(
        "SELECT coalesce(sum(k.headcount), 0) FROM directory_class k"
        " JOIN directory_school s ON s.id = k.school WHERE (:bassin IS NULL OR"
        " s.bassin = :bassin) AND k.headcount < 100 AND {reach:k}"),
    .rows = SQL_CONST(
        "SELECT k.id AS id, k.headcount AS amount FROM directory_class k"
        " JOIN directory_school s ON s.id = k.school WHERE (:bassin IS NULL OR"
        " s.bassin = :bassin) AND k.headcount < 100 AND {reach:k}"),
};

static enum status thin_out(struct conn *c, struct arena *a, void *data)
{
    (void)a;
    const int64_t *kept = data;
    /* One class of 3 in its bassin, one of 9 in the next, others as before. */
    TRY(db_exec(c,
                SQL("UPDATE directory_class SET headcount = NULL WHERE school"
                    " IN (SELECT id FROM directory_school WHERE bassin IN"
                    " (:one, :two))"),
                ARGS(arg_int("one", kept[0]), arg_int("two", kept[1])), NULL));
    for (int i = 0; i < 2; i++)
        TRY(db_exec(c,
                    SQL("UPDATE directory_class SET headcount = :n WHERE id ="
                        " (SELECT min(k.id) FROM directory_class k JOIN"
                        " directory_school s ON s.id = k.school"
                        " WHERE s.bassin = :bassin)"),
                    ARGS(arg_int("n", i ? 9 : 3), arg_int("bassin", kept[i])),
                    NULL));
    return OK;
}

TEST(demo_suppress_figure)
{
    struct demo_world w;
    demo_world_open(&w, "suppress.db");
    const struct entity *e;
    struct list list;
    CHECK(figure_bassins(w.conn, &w.mem, &e, &list) == OK && list.n > 3);
    int64_t kept[2] = {0};
    size_t with = 0;
    for (size_t i = 0; i < list.n && with < 2; i++) {
        int64_t id = ((const struct row *)list.rows[i])->id;
        if (demo_number(&w,
                        "SELECT count(*) FROM directory_class k JOIN"
                        " directory_school s ON s.id = k.school"
                        " WHERE s.bassin = :b",
                        ARGS(arg_int("b", id))) > 0)
            kept[with++] = id;
    }
    CHECK(with == 2);
    conn_end(w.conn);
    CHECK(db_write_within(w.db, &w.mem, thin_out, kept, 5000) == OK);
    CHECK(conn_begin(w.conn, 0) == OK);
    double told = 0;
    size_t hidden = 0;
    struct figure_ask ask = {&pupils, 2024, NONE, reach_all};
    struct figure_value whole, v;
    struct figure_foot foot;
    CHECK(figure_value(w.conn, &w.mem, &ask, &whole) == OK);
    OKAY(!whole.hidden && whole.value > 12);
    for (size_t i = 0; i < list.n; i++) {
        ask.bassin = ((const struct row *)list.rows[i])->id;
        CHECK(figure_value(w.conn, &w.mem, &ask, &v) == OK);
        CHECK(figure_foot(w.conn, &w.mem, &ask, &foot) == OK);
        OKAY(foot.value.value == v.value && foot.value.hidden == v.hidden);
        OKAY(v.small == (ask.bassin == kept[0]));
        told += v.hidden ? 0 : v.value;
        hidden += v.hidden;
    }
    /* The small one hides behind the smallest other, and both together leave
     * it open. */
    OKAY(hidden == 2);
    OKAY(whole.value - told == 12);
    OKAY(!figure_tells_amounts(&pupils));
    /* One who reaches only that bassin: a whole of 3 is hidden as well. */
    struct scope scope = {&area_entity, kept[0]};
    ask = (struct figure_ask){&pupils, 2024, NONE, {.scopes = &scope, .n = 1}};
    CHECK(figure_value(w.conn, &w.mem, &ask, &v) == OK);
    OKAY(v.value == 3 && v.hidden && v.small);
    demo_world_close(&w);
}
