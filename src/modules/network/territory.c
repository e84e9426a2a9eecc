/* « Mon territoire »: which schools the network has reached and which never, as
 * figures, on the map and as a list. Who reaches all sees the whole académie.
 */
#include "base/csv.h"
#include "core/figure_pages.h"
#include "http/url.h"
#include "i18n/format.h"
#include "modules/directory/outline_load.h"
#include "modules/network/pages/territory.html.h"
#include "modules/network/routes.h"
#include "modules/network/territory_pages.h"

#include <math.h>

enum { POINTS = 800, WIDTH = 860, LIST = 50, YEARS = 8 };

struct place_row {
    int64_t id, bassin, lab, visits;
    const char *name, *commune, *kind, *priority, *bassin_name;
    int64_t rural; /* NONE: unknown */
    double lon, lat;
};
struct asked {
    int year; /* 0: since ever */
    struct str kind, rural, priority, shown;
    int64_t after; /* the school that ended the page before; NONE */
};
struct territory {
    struct req *r;
    struct asked asked;
    struct place_row *all;             /* those that the filters leave */
    size_t n, reached, room, unplaced; /* unplaced: not on the map */
};

static enum status read_asked(struct req *r, struct asked *a)
{
    const struct str year = req_text(r, "annee");
    *a = (struct asked){.year = 0,
                        .kind = req_text(r, "type"),
                        .rural = req_text(r, "rural"),
                        .priority = req_text(r, "prioritaire"),
                        .shown = req_text(r, "voir"),
                        .after = NONE};
    const struct str after = req_text(r, "apres");
    if (after.n && !str_int(after, &a->after))
        return ERR_NOT_FOUND;
    if (str_eq(year, "toutes"))
        a->year = 0;
    else if (year.n && (!school_year_parse(year, &a->year) || a->year < 2000))
        return ERR_NOT_FOUND;
    return OK;
}

/* A school is reached by a visit that was held, alone or through its classes:
 * the visit names it. All of them are read, however many: the figures, the
 * charts and the file count each. "" asks for all, "~" for what is unknown. */
static const struct sql schools_sql = SQL_CONST(
    "SELECT e.id, e.bassin, e.name, e.commune, e.kind, e.rural, e.priority,"
    " e.longitude, e.latitude, b.name, (SELECT min(l.id) FROM network_lab l"
    " WHERE l.bassin = e.bassin AND l.closed IS NULL), coalesce(q.n, 0) FROM"
    " directory_school e LEFT JOIN directory_area b ON b.id = e.bassin LEFT"
    " JOIN (SELECT v.school AS school, count(*) AS n FROM network_visit v WHERE"
    " v.state = 'held' AND (:year = 0 OR v.year = :year)" HAS_HALVES
    " GROUP BY v.school) q"
    " ON q.school = e.id WHERE (e.state IS NULL OR e.state <> 'closed') AND"
    " (:kind = '' OR e.kind = :kind) AND (:rural = '' OR CASE WHEN e.rural = 1"
    " THEN '1' WHEN e.rural = 0 THEN '0' ELSE '~' END = :rural) AND (:priority"
    " = '' OR coalesce(e.priority, '~') = :priority) AND {reach:e} ORDER BY"
    " CASE WHEN b.name IS NULL THEN 1 ELSE 0 END, b.name, CASE WHEN e.commune"
    " IS NULL THEN 1 ELSE 0 END, e.commune, e.name, e.id");

static struct place_row school_read(struct rows *rows)
{
    return (struct place_row){.id = row_int(rows, 0),
                              .bassin = row_int(rows, 1),
                              .name = row_text(rows, 2),
                              .commune = row_text(rows, 3),
                              .kind = row_text(rows, 4),
                              .rural = row_int(rows, 5),
                              .priority = row_text(rows, 6),
                              .lon = row_real(rows, 7),
                              .lat = row_real(rows, 8),
                              .bassin_name = row_text(rows, 9),
                              .lab = row_int(rows, 10),
                              .visits = row_int(rows, 11)};
}

static struct str given(struct str typed)
{
    return typed.n ? typed : STR("");
}

static enum status territory_load(struct territory *t)
{
    struct req *r = t->r;
    const struct asked *a = &t->asked;
    struct rows *rows;
    const struct arg *args;
    const struct sql sql = sql_with_reach(
        r->mem, schools_sql, &school_entity, &r->reach,
        ARGS(arg_int("year", a->year), arg_text("kind", given(a->kind)),
             arg_text("rural", given(a->rural)),
             arg_text("priority", given(a->priority))),
        &args);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    while (rows_next(rows)) {
        t->all = arena_grow(r->mem, t->all, sizeof(*t->all), t->n, &t->room);
        t->all[t->n] = school_read(rows);
        t->reached += t->all[t->n++].visits > 0;
    }
    return rows_end(rows);
}

/* Filters. */

static struct form_option option(const char *value, const char *label,
                                 struct str chosen)
{
    return (struct form_option){
        .value = value, .label = label, .chosen = str_eq(chosen, value)};
}

static const struct form_option *choices_of(struct req *r, const char *name,
                                            struct str chosen, bool unknown,
                                            size_t *n)
{
    const struct field *f = entity_field(&school_entity, name);
    size_t count = 0;
    while (f->choices[count])
        count++;
    struct form_option *out = NEW_ARRAY(r->mem, struct form_option, count + 2);
    out[(*n)++] = option("", tr(r->lang, "core.all"), chosen);
    for (size_t i = 0; i < count; i++)
        out[(*n)++] = option(
            f->choices[i],
            choice_label(r->mem, r->lang, &school_entity, name, f->choices[i]),
            chosen);
    if (unknown)
        out[(*n)++] = option("~", tr(r->lang, "network.cuts.unknown"), chosen);
    return out;
}

static void filters_fill(struct req *r, const struct asked *a,
                         struct territory_v *v)
{
    struct form_option *years =
                           NEW_ARRAY(r->mem, struct form_option, YEARS + 1),
                       *rurals = NEW_ARRAY(r->mem, struct form_option, 4),
                       *shown = NEW_ARRAY(r->mem, struct form_option, 3);
    const int now = school_year_of(day_today());
    const struct str year =
        a->year ? str_of(school_year_text(r->mem, a->year)) : STR("toutes");
    for (int y = now; y > now - YEARS; y--)
        years[v->year_count++] = option(school_year_text(r->mem, y),
                                        school_year_text(r->mem, y), year);
    years[v->year_count++] =
        option("toutes", tr(r->lang, "network.territory.ever"), year);
    rurals[v->rural_count++] = option("", tr(r->lang, "core.all"), a->rural);
    rurals[v->rural_count++] =
        option("1", tr(r->lang, "network.cuts.rural"), a->rural);
    rurals[v->rural_count++] =
        option("0", tr(r->lang, "network.cuts.not_rural"), a->rural);
    rurals[v->rural_count++] =
        option("~", tr(r->lang, "network.cuts.unknown"), a->rural);
    shown[v->shown_count++] =
        option("jamais", tr(r->lang, "network.territory.never"), a->shown);
    shown[v->shown_count++] =
        option("touches", tr(r->lang, "network.territory.reached"), a->shown);
    shown[v->shown_count++] = option("tous", tr(r->lang, "core.all"), a->shown);
    v->years = years;
    v->rurals = rurals;
    v->shown = shown;
    v->kinds = choices_of(r, "kind", a->kind, false, &v->kind_count);
    v->priorities =
        choices_of(r, "priority", a->priority, true, &v->priority_count);
}

/* Figures and charts. */

static double share(size_t part, size_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void figures_fill(struct territory *t, struct territory_v *v)
{
    struct req *r = t->r;
    struct figure_v *f = NEW_ARRAY(r->mem, struct figure_v, 3);
    f[0] = (struct figure_v){
        .label = tr(r->lang, "network.territory.share"),
        .value = format_percent(r->mem, r->lang, share(t->reached, t->n), 0),
        .big = true};
    f[1] = (struct figure_v){
        .label = tr_n(r->mem, r->lang, "network.territory.n_reached",
                      (int64_t)t->reached),
        .value = format_int(r->mem, r->lang, (int64_t)t->reached)};
    f[2] = (struct figure_v){
        .label = tr_n(r->mem, r->lang, "network.territory.n_never",
                      (int64_t)(t->n - t->reached)),
        .value = format_int(r->mem, r->lang, (int64_t)(t->n - t->reached))};
    v->figures = f;
    v->figure_count = 3;
}

/* What a chart has a bar for: its label tells a school's bar. */
typedef const char *group_fn(struct req *r, const struct place_row *s);

static const char *by_kind(struct req *r, const struct place_row *s)
{
    return s->kind
               ? choice_label(r->mem, r->lang, &school_entity, "kind", s->kind)
               : tr(r->lang, "network.cuts.unknown");
}

static const char *by_rural(struct req *r, const struct place_row *s)
{
    return tr(r->lang, s->rural == NONE ? "network.cuts.unknown"
                       : s->rural       ? "network.cuts.rural"
                                        : "network.cuts.not_rural");
}

static const char *by_priority(struct req *r, const struct place_row *s)
{
    return s->priority ? choice_label(r->mem, r->lang, &school_entity,
                                      "priority", s->priority)
                       : tr(r->lang, "network.cuts.unknown");
}

static const char *by_bassin(struct req *r, const struct place_row *s)
{
    return s->bassin_name ? said(r->mem, r->lang, s->bassin_name)
                          : tr(r->lang, "network.cuts.nowhere");
}

static const struct bars *chart_of(struct territory *t, const char *title,
                                   group_fn *group)
{
    enum { BARS = 60 };
    struct req *r = t->r;
    size_t of[BARS] = {0}, reached[BARS] = {0}, n = 0;
    struct bar *bars = NEW_ARRAY(r->mem, struct bar, BARS);
    struct bars *chart = NEW(r->mem, struct bars);
    for (size_t i = 0; i < t->n; i++) {
        const char *label = group(r, &t->all[i]);
        size_t at = 0;
        while (at < n && !same(bars[at].label, label))
            at++;
        if (at == BARS)
            continue;
        if (at == n)
            bars[n++].label = label;
        of[at]++;
        reached[at] += t->all[i].visits > 0;
    }
    for (size_t i = 0; i < n; i++) {
        bars[i].value = share(reached[i], of[i]);
        bars[i].shown =
            tr_with(r->mem, r->lang, "network.territory.of", "share",
                    format_percent(r->mem, r->lang, bars[i].value, 0), "n",
                    format_int(r->mem, r->lang, (int64_t)reached[i]), "of",
                    format_int(r->mem, r->lang, (int64_t)of[i]), NULL);
    }
    *chart = (struct bars){.title = tr(r->lang, title),
                           .name_head = tr(r->lang, "network.territory.what"),
                           .value_head = tr(r->lang, "network.territory.share"),
                           .bars = bars,
                           .n = n};
    return chart;
}

/* The map: labs and schools reached first, then those never reached, as many
 * as it has room for; what it leaves out is told. */

enum { NEVER, REACHED, LAB, KINDS };

static void schools_placed(struct territory *t, bool reached, struct map *m)
{
    struct req *r = t->r;
    for (size_t i = 0; i < t->n; i++) {
        const struct place_row *s = &t->all[i];
        if ((s->visits > 0) != reached)
            continue;
        if (m->point_count == POINTS || isnan(s->lon) || isnan(s->lat)) {
            t->unplaced++;
            continue;
        }
        m->points[m->point_count++] = (struct map_point){
            .at = {.lon = s->lon, .lat = s->lat},
            .title = arena_printf(
                r->mem, "%s, %s", said(r->mem, r->lang, s->name),
                reached ? tr_n(r->mem, r->lang, "network.territory.visits",
                               s->visits)
                        : tr(r->lang, "network.territory.is_never")),
            .href = arena_printf(r->mem, "/etablissements/%" PRId64, s->id),
            .kind = reached ? REACHED : NEVER};
    }
}

static enum status labs_placed(struct req *r, struct map *m)
{
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem, SQL(LAB_PLACES), NO_ARGS, &rows));
    while (rows_next(rows) && m->point_count < POINTS)
        m->points[m->point_count++] = (struct map_point){
            .at = {.lon = row_real(rows, 2), .lat = row_real(rows, 3)},
            .title = said(r->mem, r->lang, row_text(rows, 1)),
            .href = arena_printf(r->mem, "/laboratoires/%" PRId64,
                                 row_int(rows, 0)),
            .kind = LAB};
    return rows_end(rows);
}

static enum status map_fill(struct territory *t, struct territory_v *v)
{
    static const struct {
        const char *label, *shape;
    } kinds[KINDS] = {
        [NEVER] = {"network.territory.never", "lycee"},
        [REACHED] = {"network.territory.reached", "college"},
        [LAB] = {"network_lab.list", "lab"},
    };
    struct req *r = t->r;
    struct outlines outlines;
    struct map *m = NEW(r->mem, struct map);
    struct map_kind *list = NEW_ARRAY(r->mem, struct map_kind, KINDS);
    for (int i = 0; i < KINDS; i++)
        list[i] = (struct map_kind){.label = tr(r->lang, kinds[i].label),
                                    .shape = kinds[i].shape};
    TRY(outlines_load(r->conn, r->mem, &outlines));
    *m = (struct map){.label = tr(r->lang, "network.territory.map"),
                      .width = WIDTH,
                      .outlines = outlines.list,
                      .outline_count = outlines.n,
                      .kinds = list,
                      .kind_count = KINDS,
                      .points = NEW_ARRAY(r->mem, struct map_point, POINTS)};
    TRY(labs_placed(r, m));
    schools_placed(t, true, m);
    schools_placed(t, false, m);
    if (t->unplaced)
        v->unplaced = tr_n(r->mem, r->lang, "network.territory.unplaced",
                           (int64_t)t->unplaced);
    m->near = !req_reaches_all(r);
    if (m->point_count <= MAP_SMALL_MOST)
        m->width = MAP_SMALL;
    map_spread(r->mem, m);
    v->map = m;
    return OK;
}

/* The list. */

static bool is_listed(const struct asked *a, const struct place_row *s)
{
    return str_eq(a->shown, "tous") ||
           (s->visits > 0) == str_eq(a->shown, "touches");
}

static struct reached_v school_shown(struct req *r, const struct place_row *s)
{
    return (struct reached_v){
        .name = s->name,
        .href = arena_printf(r->mem, "/etablissements/%" PRId64, s->id),
        .commune = s->commune,
        .kind = by_kind(r, s),
        .rural = by_rural(r, s),
        .priority = by_priority(r, s),
        .bassin = s->bassin_name,
        .state = s->visits ? tr_n(r->mem, r->lang, "network.territory.visits",
                                  s->visits)
                           : tr(r->lang, "network.territory.is_never"),
        .tone = s->visits ? "go" : "wait",
        .lab_href =
            s->lab == NONE
                ? NULL
                : arena_printf(r->mem, "/laboratoires/%" PRId64, s->lab)};
}

static const char *address(struct req *r, const struct asked *a,
                           const char *form, int64_t after)
{
    struct buf b = {.mem = r->mem};
    buf_printf(&b, "/territoire%s", form);
    url_field(&b, "annee",
              a->year ? str_of(school_year_text(r->mem, a->year))
                      : STR("toutes"));
    url_field(&b, "type", a->kind);
    url_field(&b, "rural", a->rural);
    url_field(&b, "prioritaire", a->priority);
    url_field(&b, "voir", a->shown);
    if (after != NONE)
        url_field(&b, "apres", str_of(arena_printf(r->mem, "%" PRId64, after)));
    if (!*form)
        buf_str(&b, "#school-list");
    return b.p;
}

/* Where the page begins: behind the school that ended the one before; at the
 * first where that one is not among them (any more). */
static size_t list_begin(const struct territory *t)
{
    for (size_t i = 0; t->asked.after != NONE && i < t->n; i++)
        if (t->all[i].id == t->asked.after)
            return i + 1;
    return 0;
}

static void list_fill(struct territory *t, struct territory_v *v)
{
    struct req *r = t->r;
    struct reached_v *list = NEW_ARRAY(r->mem, struct reached_v, LIST);
    size_t more = 0, i = list_begin(t);
    int64_t last = NONE;
    if (i > 0)
        v->first = address(r, &t->asked, "", NONE);
    for (; i < t->n; i++) {
        if (!is_listed(&t->asked, &t->all[i]))
            continue;
        if (v->n < LIST) {
            list[v->n++] = school_shown(r, &t->all[i]);
            last = t->all[i].id;
        } else
            more++;
    }
    v->list = list;
    if (more == 0)
        return;
    v->more = tr_n(r->mem, r->lang, "network.territory.more", (int64_t)more);
    v->next = address(r, &t->asked, "", last);
}

static enum status territory_csv(struct territory *t)
{
    struct req *r = t->r;
    struct buf b = {.mem = r->mem};
    buf_str(&b, "\xef\xbb\xbfid;name;commune;bassin;kind;rural;priority;visits"
                "\r\n");
    for (size_t i = 0; i < t->n; i++) {
        const struct place_row *s = &t->all[i];
        const char *cells[] = {arena_printf(r->mem, "%" PRId64, s->id),
                               s->name,
                               s->commune,
                               s->bassin_name,
                               s->kind,
                               s->rural == NONE ? ""
                               : s->rural       ? "1"
                                                : "0",
                               s->priority,
                               arena_printf(r->mem, "%" PRId64, s->visits)};
        if (!is_listed(&t->asked, s))
            continue;
        for (size_t k = 0; k < COUNT(cells); k++)
            csv_cell(&b, str_of(cells[k] ? cells[k] : ""), k == 0);
        buf_str(&b, "\r\n");
    }
    return req_send(r, 200, "text/csv; charset=utf-8", buf_done(&b));
}

enum status territory_show(struct req *r)
{
    struct territory t = {.r = r};
    struct territory_v v = {.lead = tr(r->lang, "network.territory.lead")};
    TRY(read_asked(r, &t.asked));
    TRY(territory_load(&t));
    if (same(r->form, "csv"))
        return territory_csv(&t);
    filters_fill(r, &t.asked, &v);
    figures_fill(&t, &v);
    v.charts[0] = chart_of(&t, "network.territory.by_kind", by_kind);
    v.charts[1] = chart_of(&t, "network.territory.by_rural", by_rural);
    v.charts[2] = chart_of(&t, "network.territory.by_priority", by_priority);
    v.bassins = chart_of(&t, "network.territory.by_bassin", by_bassin);
    TRY(map_fill(&t, &v));
    list_fill(&t, &v);
    v.csv = address(r, &t.asked, ".csv", NONE);
    struct page p = req_page(r, tr(r->lang, "network.territory"));
    p.wide = true;
    struct html h;
    req_html_open(r, &h);
    territory_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
