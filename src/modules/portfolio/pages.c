/* The strategy as a page. */
#include "core/figure.h"
#include "core/request.h"
#include "i18n/format.h"
#include "modules/portfolio/pages/portfolio.html.h"
#include "modules/portfolio/portfolio.h"
#include "modules/portfolio/routes.h"

/* Those that stand today, where they have days. */
static enum status all(struct req *r, const struct entity *e, struct list *out)
{
    struct list_ask ask = {
        .entity = e, .reach = &reach_all, .limit = LIST_MOST, .no_total = true};
    const struct arg *today = ARGS(arg_day("today", day_today()));
    if (entity_field(e, "ends")) {
        ask.where = SQL(STANDS_ON("t", ":today"));
        ask.args = today;
    }
    return list_load(r->conn, r->mem, &ask, out);
}

/* What the strategy is made of. */
struct ground {
    struct list axes, objectives, policies, services;
    const struct counted {
        int64_t axis, n;
    } * projects;
    size_t axis_count;
};

static enum status projects_count(struct req *r, struct ground *g)
{
    struct counted *out = NEW_ARRAY(r->mem, struct counted, LIST_MOST);
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT axis, count(*) FROM portfolio_project"
                    " GROUP BY axis ORDER BY axis LIMIT :most"),
                ARGS(arg_int("most", LIST_MOST)), &rows));
    while (rows_next(rows))
        out[g->axis_count++] =
            (struct counted){row_int(rows, 0), row_int(rows, 1)};
    g->projects = out;
    return rows_end(rows);
}

static enum status ground_fill(struct req *r, void *view)
{
    struct ground *g = view;
    TRY(all(r, &axis_entity, &g->axes));
    TRY(all(r, &objective_entity, &g->objectives));
    TRY(all(r, &policy_entity, &g->policies));
    TRY(all(r, &service_entity, &g->services));
    return projects_count(r, g);
}

static int64_t projects_of(const struct ground *g, int64_t axis)
{
    for (size_t i = 0; i < g->axis_count; i++)
        if (g->projects[i].axis == axis)
            return g->projects[i].n;
    return 0;
}

static void axes_fill(struct req *r, const struct ground *g,
                      struct strategy_v *v)
{
    const struct list axes = g->axes, objectives = g->objectives;
    struct axis_v *out = NEW_ARRAY(r->mem, struct axis_v, axes.n + 1);
    for (size_t i = 0; i < axes.n; i++) {
        const struct axis *x = axes.rows[i];
        struct named_v *mine =
            NEW_ARRAY(r->mem, struct named_v, objectives.n + 1);
        size_t n = 0;
        for (size_t k = 0; k < objectives.n; k++) {
            const struct objective *o = objectives.rows[k];
            if (o->axis == x->row.id)
                mine[n++] = (struct named_v){.name = o->name};
        }
        out[i] = (struct axis_v){
            .name = x->name,
            .aim = x->aim,
            .href = arena_printf(r->mem, "/projets?axis=%" PRId64, x->row.id),
            .projects = projects_of(g, x->row.id),
            .objectives = mine,
            .objective_count = n};
    }
    v->axes = out;
    v->n = axes.n;
}

struct policies_v {
    const struct list *policies;
    const struct bars *chart;
};

static enum status policies_fill(struct req *r, void *view)
{
    struct policies_v *v = view;
    const struct list policies = *v->policies;
    struct bar *bars = NEW_ARRAY(r->mem, struct bar, policies.n + 1);
    for (size_t i = 0; i < policies.n; i++) {
        const struct policy *p = policies.rows[i];
        const char *id = arena_printf(r->mem, "portfolio.policy.%s", p->code);
        const struct figure *f = figure_find(r->app, id);
        struct figure_value value = {.value = __builtin_nan("")};
        struct figure_ask ask = {f, shown_year(r->app), NONE, reach_all};
        if (f)
            TRY(figure_value(r->conn, r->mem, &ask, &value));
        bars[i] = (struct bar){
            .label = said(r->mem, r->lang, p->brief),
            .shown = f ? figure_text(r->mem, r->lang, f, value) : "",
            .href = f ? arena_printf(r->mem, "/chiffres/%s", id) : NULL,
            .value = value.value,
            .on = i == 0};
    }
    const char *day = format_day(
        r->mem, r->lang, school_year_last(shown_year(r->app)), DAY_PLAIN);
    struct bars *chart = NEW(r->mem, struct bars);
    *chart = (struct bars){.title = tr(r->lang, "portfolio.policies_chart"),
                           .note = tr_with(r->mem, r->lang,
                                           "portfolio.policies_note", "day",
                                           day, NULL),
                           .name_head = tr(r->lang, "portfolio_policy"),
                           .value_head = tr(r->lang, "portfolio.share"),
                           .bars = bars,
                           .n = policies.n};
    v->chart = chart;
    return OK;
}

/* The nine services in their blocks. */
static void blocks_fill(struct req *r, const struct list services,
                        struct block_v **out, size_t *n)
{
    struct block_v *blocks = NEW_ARRAY(r->mem, struct block_v, 3);
    const char *last = "";
    *n = 0;
    for (size_t i = 0; i < services.n; i++) {
        const struct service *s = services.rows[i];
        if (!same(last, s->block) && *n < 3)
            blocks[(*n)++].title = choice_label(
                r->mem, r->lang, &service_entity, "block", s->block);
        last = s->block;
        struct block_v *b = &blocks[*n - 1];
        if (b->n < COUNT(b->steps))
            b->steps[b->n++] = (struct passage_v){
                .name = s->name, .css = "done", .icon = "hex-full"};
    }
    *out = blocks;
}

enum status strategy(struct req *r)
{
    struct strategy_v v = {.may_edit = may(r->who, axis_entity.write)};
    struct ground g = {0};
    struct block_v *blocks;
    TRY(req_fill(r, ground_fill, &g, sizeof(g)));
    struct policies_v policies = {.policies = &g.policies};
    TRY(req_fill(r, policies_fill, &policies, sizeof(policies)));
    axes_fill(r, &g, &v);
    blocks_fill(r, g.services, &blocks, &v.block_count);
    v.policies = policies.chart;
    v.blocks = blocks;
    struct page p = req_page(r, tr(r->lang, "portfolio.strategy"));
    struct html h;
    req_html_open(r, &h);
    strategy_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
