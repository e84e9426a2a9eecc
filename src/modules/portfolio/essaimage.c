/* How far a project has spread: schools, pupils, by month, bassin and
 * département, on the map; and what stopped. */
#include "modules/portfolio/essaimage.h"

#include "i18n/format.h"
#include "modules/directory/outline_load.h"
#include "modules/portfolio/pages/essaimage.html.h"
#include "modules/portfolio/routes.h"
#include "modules/portfolio/shown.h"

#include <math.h>

enum {
    POINTS = 400,
    AREAS = 120,
    WIDTH = 860,
    IN_USE = 2,
    ENDED = 3, /* what is in use beyond its last day, too */
    FEW = 60
};

/* clang-format off */
/* A state counted: of what is in use by schools, and who these are; of what is
 * over by schools; of what has not begun no more is shown. That the project is
 * a query of its own hides it from a server's planner, which would plan anew
 * for each value, for the same plan, at half the cost of the answer. */
#define USES(state)                                                            \
    " FROM portfolio_deployment d WHERE d.project = (SELECT :project) AND"     \
    " d.state = '" state "'"
#define IN_USE_BY_SCHOOL                                                       \
    " FROM (SELECT d.school AS school, count(*) AS n, count(CASE WHEN d.ends"  \
    " < :today THEN 1 END) AS past, min(d.starts) AS first" USES("in_use")     \
    " GROUP BY d.school) g {led:directory_school f:f.id = g.school}"           \
    "{in_order:f.id}"
#define PUPILS                                                                 \
    "coalesce(f.pupils, (SELECT CAST(sum(k.headcount) AS BIGINT) FROM"         \
    " directory_class k WHERE k.school = f.id AND k.year = :year))"
#define NOBODY ", NULL, NULL, NULL, NULL, NULL, NULL, NULL"
#define OVER(state)                                                            \
    " UNION ALL SELECT '" state "', count(*), 0, d.school, min(d.starts)"      \
    NOBODY USES(state) " GROUP BY d.school"
#define AHEAD(state)                                                           \
    " UNION ALL SELECT '" state "', count(*), 0, NULL, NULL" NOBODY USES(state)
static const struct sql counted = SQL_CONST(
    "SELECT 'in_use' AS state, g.n AS n, g.past AS past, g.school AS school,"
    " g.first AS first, f.bassin, f.departement, " PUPILS ", f.name, f.kind,"
    " f.longitude, f.latitude" IN_USE_BY_SCHOOL
    OVER("ended") OVER("abandoned") AHEAD("planned") AHEAD("configured")
    AHEAD("dropped")
    " ORDER BY school");

/* The same without the schools. */
#define WHOLE(state)                                                           \
    " UNION ALL SELECT '" state "', count(*), 0, 0, 0, 0" USES(state)
static const struct sql summed = SQL_CONST(
    "SELECT 'in_use' AS state, CAST(coalesce(sum(s.n), 0) AS BIGINT),"
    " CAST(coalesce(sum(s.past), 0) AS BIGINT), count(s.used),"
    " CAST(coalesce(sum(s.pupils), 0) AS BIGINT),"
    " count(s.used) - count(s.pupils) FROM (SELECT g.n AS n, g.past AS past,"
    " CASE WHEN g.n > g.past THEN 1 END AS used, CASE WHEN g.n > g.past THEN "
    PUPILS " END AS pupils" IN_USE_BY_SCHOOL ") s"
    WHOLE("ended") WHOLE("abandoned") WHOLE("planned") WHOLE("configured")
    WHOLE("dropped"));
/* clang-format on */

static int state_count(struct rows *r, struct spread *out)
{
    const struct field *state = entity_field(&deployment_entity, "state");
    const int64_t n = row_int(r, 1), past = row_int(r, 2);
    int i = 0;
    while (!str_eq(row_str(r, 0), state->choices[i]))
        i++;
    out->all += n;
    out->states[i] += n - past;
    out->states[ENDED] += past;
    return i;
}

/* One state of one school: of a school not met before, a new place. */
static struct spread_school *school_met(struct rows *r, struct spread *out)
{
    const int64_t id = row_int(r, 3);
    const int32_t first = row_day(r, 4);
    if (!out->n || out->schools[out->n - 1].school != id)
        out->schools[out->n++] =
            (struct spread_school){.school = id, .first = first};
    struct spread_school *s = &out->schools[out->n - 1];
    if (first < s->first)
        s->first = first;
    return s;
}

static void school_uses(struct rows *r, struct spread *out,
                        struct spread_school *s)
{
    s->used = true;
    s->bassin = row_int(r, 5);
    s->departement = row_int(r, 6);
    s->pupils = row_int(r, 7);
    s->name = row_text(r, 8);
    s->kind = row_text(r, 9);
    s->longitude = row_real(r, 10);
    s->latitude = row_real(r, 11);
    out->used++;
    if (s->pupils == NONE)
        out->unknown++;
    else
        out->pupils += s->pupils;
}

enum status spread_load(struct conn *c, struct arena *a, int64_t project,
                        struct spread *out)
{
    struct rows *r;
    size_t room = 0;
    *out = (struct spread){0};
    TRY(db_rows(c, a, counted,
                ARGS(arg_int("project", project), arg_int("today", day_today()),
                     arg_int("year", school_year_of(day_today()))),
                &r));
    while (rows_next(r)) {
        const int state = state_count(r, out);
        if (row_int(r, 3) == NONE)
            continue;
        out->schools =
            arena_grow(a, out->schools, sizeof(*out->schools), out->n, &room);
        struct spread_school *s = school_met(r, out);
        if (state == IN_USE && row_int(r, 1) > row_int(r, 2))
            school_uses(r, out, s);
    }
    return rows_end(r);
}

enum status spread_sum(struct conn *c, struct arena *a, int64_t project,
                       struct spread *out)
{
    struct rows *r;
    *out = (struct spread){0};
    TRY(db_rows(c, a, summed,
                ARGS(arg_int("project", project), arg_int("today", day_today()),
                     arg_int("year", school_year_of(day_today()))),
                &r));
    while (rows_next(r)) {
        state_count(r, out);
        out->used += row_int(r, 3);
        out->pupils += row_int(r, 4);
        out->unknown += row_int(r, 5);
    }
    return rows_end(r);
}

void spread_shown(struct req *r, const struct spread *s, struct essaimage_v *v)
{
    const struct field *state = entity_field(&deployment_entity, "state");
    v->used = s->used;
    v->schools = format_int(r->mem, r->lang, s->used);
    v->schools_label =
        tr_n(r->mem, r->lang, "portfolio.schools_using", s->used);
    v->pupils = format_int(r->mem, r->lang, s->pupils);
    v->unknown = s->unknown;
    for (int i = 0; i < ESSAIMAGE_STATES; i++)
        v->states[i] = (struct state_v){
            choice_shown(r, &deployment_entity, "state", state->choices[i]),
            tone_of(r, &deployment_entity, "state", state->choices[i]),
            s->states[i]};
}

enum status spread_of(struct req *r, int64_t project, struct essaimage_v *out)
{
    struct spread s;
    *out = (struct essaimage_v){0};
    TRY(spread_sum(r->conn, r->mem, project, &s));
    spread_shown(r, &s, out);
    if (s.all)
        out->list =
            arena_printf(r->mem, "/projets/%" PRId64 "/essaimage", project);
    return OK;
}

static const char *reached_shown(struct req *r, int64_t schools, int64_t pupils)
{
    return tr_with(r->mem, r->lang, "portfolio.schools_and_pupils", "schools",
                   format_int(r->mem, r->lang, schools), "pupils",
                   format_int(r->mem, r->lang, pupils), NULL);
}

/* The areas that schools name, with what is used in each. */
struct area_count {
    int64_t id, schools, pupils;
    const char *name;
    double lon, lat;
    size_t placed;
};
struct areas {
    struct area_count all[AREAS];
    size_t n;
};

static enum status areas_load(struct req *r, struct areas *out)
{
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT id, name FROM directory_area WHERE kind IN"
                    " ('bassin', 'departement') ORDER BY kind, name, id"
                    " LIMIT :most"),
                ARGS(arg_int("most", AREAS)), &rows));
    while (rows_next(rows))
        out->all[out->n++] = (struct area_count){.id = row_int(rows, 0),
                                                 .name = row_text(rows, 1)};
    return rows_end(rows);
}

static struct area_count *area_at(struct areas *areas, int64_t id)
{
    for (size_t i = 0; i < areas->n; i++)
        if (areas->all[i].id == id)
            return &areas->all[i];
    return NULL;
}

static void areas_count(struct areas *areas, const struct spread *s,
                        bool departement)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct spread_school *one = &s->schools[i];
        struct area_count *area =
            area_at(areas, departement ? one->departement : one->bassin);
        if (!area || !one->used)
            continue;
        area->schools++;
        area->pupils += one->pupils == NONE ? 0 : one->pupils;
        if (isnan(one->longitude))
            continue;
        area->lon += one->longitude;
        area->lat += one->latitude;
        area->placed++;
    }
}

static const struct bars *bars_of(struct req *r, const struct areas *areas,
                                  const char *title, const char *filter)
{
    struct bar *bars = NEW_ARRAY(r->mem, struct bar, areas->n + 1);
    struct bars *chart = NEW(r->mem, struct bars);
    size_t n = 0;
    for (size_t i = 0; i < areas->n; i++) {
        const struct area_count *a = &areas->all[i];
        if (!a->schools)
            continue;
        bars[n++] = (struct bar){
            .label = said(r->mem, r->lang, a->name),
            .shown = reached_shown(r, a->schools, a->pupils),
            .href = arena_printf(r->mem, "%s?%s=%" PRId64,
                                 using_address(r, r->id), filter, a->id),
            .value = (double)a->schools};
    }
    *chart = (struct bars){.title = tr(r->lang, title),
                           .name_head = tr(r->lang, "directory_area"),
                           .value_head = tr(r->lang, "portfolio.reached_head"),
                           .bars = bars,
                           .n = n};
    return chart;
}

static const char *shape_of(const char *kind)
{
    return !kind                                                  ? "org"
           : word_in("college", kind)                             ? "college"
           : word_in("lycee lycee_pro lycee_poly erea sep", kind) ? "lycee"
                                                                  : "school";
}

/* A point for each school, or one for each bassin where they are many: never
 * one for each deployment. */
static void points_fill(struct req *r, const struct spread *s,
                        struct areas *bassins, struct map *m)
{
    static const char *const shapes[] = {"school", "college", "lycee", "org"};
    m->points = NEW_ARRAY(r->mem, struct map_point, POINTS + AREAS);
    bool by_bassin = s->used > POINTS;
    for (size_t i = 0; i < s->n && !by_bassin; i++) {
        const struct spread_school *one = &s->schools[i];
        if (!one->used)
            continue;
        int kind = 0;
        while (!same(shapes[kind], shape_of(one->kind)))
            kind++;
        m->points[m->point_count++] = (struct map_point){
            .at = {.lon = one->longitude, .lat = one->latitude},
            .title = said(r->mem, r->lang, one->name),
            .href = row_address(r, &school_entity, one->school),
            .kind = kind};
    }
    for (size_t i = 0; i < bassins->n && by_bassin; i++) {
        const struct area_count *a = &bassins->all[i];
        if (!a->placed)
            continue;
        m->points[m->point_count++] = (struct map_point){
            .at = {.lon = a->lon / (double)a->placed,
                   .lat = a->lat / (double)a->placed},
            .title = tr_with(r->mem, r->lang, "portfolio.area_schools", "name",
                             said(r->mem, r->lang, a->name), "n",
                             format_int(r->mem, r->lang, a->schools), NULL),
            .href = arena_printf(r->mem, "%s?bassin=%" PRId64,
                                 using_address(r, r->id), a->id),
            .kind = 3};
    }
}

static struct map *map_of(struct req *r, const struct spread *s,
                          struct areas *bassins,
                          const struct outlines *outlines)
{
    static const struct {
        const char *label, *shape;
    } kinds[] = {
        {"directory.map.primary", "school"},
        {"directory.map.college", "college"},
        {"directory.map.lycee", "lycee"},
        {"directory.map.other", "org"},
    };
    struct map *m = NEW(r->mem, struct map);
    struct map_kind *list = NEW_ARRAY(r->mem, struct map_kind, COUNT(kinds));
    for (size_t i = 0; i < COUNT(kinds); i++)
        list[i] = (struct map_kind){.label = tr(r->lang, kinds[i].label),
                                    .shape = kinds[i].shape};
    *m = (struct map){.label = tr(r->lang, "portfolio.essaimage_map"),
                      .width = WIDTH,
                      .outlines = outlines->list,
                      .outline_count = outlines->n,
                      .kinds = list,
                      .kind_count = COUNT(kinds)};
    points_fill(r, s, bassins, m);
    if (m->point_count <= FEW)
        m->width = MAP_SMALL;
    map_spread(r->mem, m);
    return m;
}

/* What is over, by tool and reason; the last to end comes first. Whose it was
 * is told to who reads deployments. */
static enum status stops_fill(struct req *r, struct essaimage_v *v)
{
    enum { MOST = 20 };
    struct rows *rows;
    struct stop_v *out = NEW_ARRAY(r->mem, struct stop_v, MOST);
    TRY(db_rows(
        r->conn, r->mem,
        SQL("SELECT d.tool, d.state, d.reason, count(*) AS n,"
            " min(d.ends), max(d.ends) AS last FROM"
            " portfolio_deployment d WHERE d.project = :project AND"
            " d.state IN ('ended', 'abandoned', 'dropped') GROUP BY d.state,"
            " d.reason, d.tool ORDER BY coalesce(max(d.ends), 0) DESC,"
            " n DESC, d.tool, d.state, coalesce(d.reason, '') LIMIT"
            " :most"),
        ARGS(arg_int("project", r->id), arg_int("most", MOST)), &rows));
    while (rows_next(rows)) {
        const char *state = row_text(rows, 1);
        out[v->stop_count++] = (struct stop_v){
            .tool = row_text(rows, 0),
            .state = choice_shown(r, &deployment_entity, "state", state),
            .tone = tone_of(r, &deployment_entity, "state", state),
            .reason = row_text(rows, 2),
            .when = days_shown(r, "portfolio.stopped_from", row_day(rows, 4),
                               row_day(rows, 5), DAY_MONTH),
            .n = row_int(rows, 3)};
    }
    v->stops = out;
    return rows_end(rows);
}

struct spreading {
    struct spread spread;
    struct areas areas;
    struct outlines outlines;
    struct essaimage_v v;
};

static enum status spreading_fill(struct req *r, void *view)
{
    struct spreading *k = view;
    TRY(spread_load(r->conn, r->mem, r->id, &k->spread));
    TRY(areas_load(r, &k->areas));
    TRY(outlines_load(r->conn, r->mem, &k->outlines));
    return stops_fill(r, &k->v);
}

enum status essaimage_show(struct req *r)
{
    const struct project *p = r->row;
    struct spreading *k = NEW(r->mem, struct spreading);
    struct areas *departements = NEW(r->mem, struct areas);
    struct areas *bassins = &k->areas;
    TRY(req_fill(r, spreading_fill, k, sizeof(*k)));
    struct spread s = k->spread;
    struct essaimage_v v = k->v;
    *departements = *bassins;
    areas_count(bassins, &s, false);
    areas_count(departements, &s, true);
    spread_shown(r, &s, &v);
    v.map = map_of(r, &s, bassins, &k->outlines);
    v.bassins = bars_of(r, bassins, "portfolio.by_bassin", "bassin");
    v.departements =
        bars_of(r, departements, "portfolio.by_departement", "departement");
    months_shown(r, &s, &v);
    v.schools_href = using_address(r, r->id);
    if (may(r->who, "portfolio.deployments"))
        v.list = arena_printf(r->mem, "/deploiements?project=%" PRId64, r->id);
    struct page page =
        req_page(r, tr_with(r->mem, r->lang, "portfolio.essaimage_of", "name",
                            said(r->mem, r->lang, p->name), NULL));
    const struct page_link crumbs[] = {
        {tr(r->lang, "portfolio_project.list"), "/projets", false},
        {said(r->mem, r->lang, p->name), row_address(r, &project_entity, r->id),
         false}};
    page.crumbs = crumbs;
    page.crumb_count = COUNT(crumbs);
    struct html h;
    req_html_open(r, &h);
    essaimage_page(&h, &page, &v);
    return req_html(r, 200, &h);
}
