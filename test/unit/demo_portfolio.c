#include "unit/demo_world.h"

static const struct {
    const char *code;
    int tags, percent;
} policies[] = {
    {"fondamentaux", 19, 39}, {"harcelement", 3, 6},
    {"terrain", 3, 6},        {"eac", 3, 6},
    {"inclusion", 16, 33},    {"lycee_pro", 5, 10},
};

TEST(demo_policy_tags)
{
    struct demo_world w;
    demo_world_open(&w, "demo.db");
    for (size_t i = 0; i < COUNT(policies); i++)
        OKAY(demo_number(&w,
                         "SELECT count(*) FROM portfolio_project_policies t "
                         "JOIN portfolio_policy p ON p.id = t.target_id "
                         "WHERE p.code = :code AND t.weight = 1",
                         ARGS(arg_cstr("code", policies[i].code))) ==
             policies[i].tags);
    OKAY(demo_number(&w,
                     "SELECT max(n) FROM (SELECT count(*) AS n FROM "
                     "portfolio_project_policies GROUP BY row_id) x",
                     NO_ARGS) == 3);
    OKAY(demo_number(&w,
                     "SELECT count(DISTINCT row_id) FROM "
                     "portfolio_project_policies",
                     NO_ARGS) == 23);
    demo_world_close(&w);
}

/* The statement without the reach of a caller, as one who reaches all. */
static const char *reached(struct arena *a, const char *sql)
{
    const char *at = strstr(sql, "{reach:p}");
    if (!at)
        return sql;
    return arena_printf(a, "%.*s1 = 1%s", (int)(at - sql), sql,
                        at + strlen("{reach:p}"));
}

static const struct figure *figure_of(const char *id)
{
    const struct figure *f = portfolio_figures;
    while (f->id && !same(f->id, id))
        f++;
    CHECK(f->id);
    return f;
}

static void figure_is(struct demo_world *w, const char *id, int64_t bassin,
                      int64_t value)
{
    const struct figure *f = figure_of(id);
    bool asks = strstr(f->value.text, ":bassin") != NULL;
    const struct arg *args =
        ARGS(arg_day("to", day_of(2024, 8, 31)), arg_int("bassin", bassin));
    const struct arg *whole_only = ARGS(arg_day("to", day_of(2024, 8, 31)));
    if (!asks)
        args = whole_only;
    int64_t got = demo_number(w, reached(&w->mem, f->value.text), args);
    OKAY(got == value);
    struct rows *r;
    double amount = 0, whole = 0;
    struct sql sql = {reached(&w->mem, f->rows.text)};
    CHECK(db_rows(w->conn, &w->mem, sql, args, &r) == OK);
    while (rows_next(r)) {
        amount += row_real(r, 1);
        whole += row_columns(r) > 2 ? row_real(r, 2) : 0;
    }
    CHECK(rows_end(r) == OK);
    if (whole > 0)
        amount = (double)(int64_t)(100 * amount / whole + 0.5);
    OKAY(got == NONE ? amount == 0 : amount == (double)got);
}

TEST(demo_portfolio_figures)
{
    struct demo_world w;
    demo_world_open(&w, "demo.db");
    for (size_t i = 0; i < COUNT(policies); i++)
        figure_is(&w,
                  arena_printf(&w.mem, "portfolio.policy.%s", policies[i].code),
                  NONE, policies[i].percent);
    figure_is(&w, "strategy.axes", NONE, 3);
    figure_is(&w, "strategy.objectives", NONE, 12);
    figure_is(&w, "offer.services", NONE, 9);
    figure_is(&w, "portfolio.projects", NONE, 23);
    /* One project works in a département alone; the others everywhere. */
    int64_t east = demo_number(
        &w, "SELECT id FROM directory_area WHERE code = '12802'", NO_ARGS);
    int64_t toul = demo_number(
        &w, "SELECT id FROM directory_area WHERE code = '12403'", NO_ARGS);
    figure_is(&w, "portfolio.projects", east, 23);
    figure_is(&w, "portfolio.projects", toul, 22);
    figure_is(&w, "portfolio.policy.fondamentaux", toul, 38); /* 18 of 47 */
    demo_world_close(&w);
}

TEST(demo_projects_have_a_life)
{
    struct demo_world w;
    demo_world_open(&w, "demo.db");
    OKAY(demo_number(&w,
                     "SELECT count(DISTINCT project) FROM "
                     "portfolio_project_service WHERE state = 'current' AND "
                     "ends IS NULL",
                     NO_ARGS) == 21); /* two were stopped */
    OKAY(demo_number(&w,
                     "SELECT count(*) FROM portfolio_project_service "
                     "WHERE ends < starts",
                     NO_ARGS) == 0);
    /* No day of the closed year without a service. */
    OKAY(demo_number(&w,
                     "SELECT count(DISTINCT project) FROM "
                     "portfolio_project_service WHERE starts <= :day AND "
                     "ends >= :day",
                     ARGS(arg_day("day", day_of(2024, 3, 1)))) == 23);
    /* The axis is our reading for the brochure's first list, and says so. */
    OKAY(demo_number(&w,
                     "SELECT count(*) FROM portfolio_project p "
                     "JOIN portfolio_axis a ON a.id = p.axis "
                     "WHERE p.axis_note IS NOT NULL AND a.position < 3",
                     NO_ARGS) == 12);
    OKAY(demo_number(&w,
                     "SELECT count(*) FROM portfolio_project_member "
                     "WHERE role = 'lead'",
                     NO_ARGS) == 23);
    demo_world_close(&w);
}
