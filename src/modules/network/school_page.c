/* « Mon établissement »: what a school has had of the network, beside what
 * schools have on average; its visits, its tools, its projects. */
#include "core/figure_pages.h"
#include "i18n/format.h"
#include "modules/network/cuts.h"
#include "modules/network/pages/own_school.html.h"
#include "modules/network/routes.h"
#include "modules/network/tour.h"
#include "modules/network/territory_pages.h"
#include "modules/portfolio/life.h"

enum { MOST_SCHOOLS = 40, MOST_VISITS = 20, MOST_LINKS = 30, YEARS = 8 };
enum { OWN_FIGURES = 4 };

/* The schools in reach: usually one, and then the page is of it.
 * ?etablissement=12 chooses, among few from a list. */
static enum status schools_load(struct req *r, struct own_school_v *v,
                                struct school **out)
{
    struct list list;
    struct list_ask ask = {.entity = &school_entity,
                           .reach = &r->reach,
                           .limit = MOST_SCHOOLS,
                           .no_total = true};
    const struct str asked = req_text(r, "etablissement");
    int64_t id = NONE;
    void *row = NULL;
    TRY(list_load(r->conn, r->mem, &ask, &list));
    if (list.n)
        id = ((const struct school *)list.rows[0])->row.id;
    if (asked.n && !str_int(asked, &id))
        return ERR_NOT_FOUND;
    if (id != NONE)
        TRY(row_load(r->conn, r->mem, &school_entity, id, &r->reach, &row));
    *out = row;
    struct form_option *options =
        NEW_ARRAY(r->mem, struct form_option, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        const struct school *s = list.rows[i];
        options[i] = (struct form_option){
            .value = arena_printf(r->mem, "%" PRId64, s->row.id),
            .label = arena_printf(
                r->mem, "%s%s%s", said(r->mem, r->lang, s->name),
                s->commune ? " · " : "", s->commune ? s->commune : ""),
            .chosen = s->row.id == id};
    }
    v->schools = options;
    v->school_count = list.next ? 0 : list.n;
    return OK;
}

static void years_fill(struct req *r, int year, struct own_school_v *v)
{
    struct form_option *years = NEW_ARRAY(r->mem, struct form_option, YEARS);
    const int now = school_year_of(day_today());
    for (int y = now; y > now - YEARS; y--)
        years[v->year_count++] =
            (struct form_option){.value = school_year_text(r->mem, y),
                                 .label = school_year_text(r->mem, y),
                                 .chosen = y == year};
    v->years = years;
}

/* Half-days, people and classes: of the school, and of all visits that name
 * one, of which the mean is; how many schools came. */
struct own {
    int64_t n[OWN_FIGURES], all[OWN_FIGURES], schools;
};

/* Visits held in the year that are of a school: of :school, or of any. */
#define OF_SCHOOLS                                                             \
    "v.school IS NOT NULL AND (:school IS NULL OR v.school = :school) AND "    \
    "v.state = 'held' AND v.year = :year" HAS_HALVES

static enum status sums_load(struct req *r, int64_t school, int year,
                             int64_t out[OWN_FIGURES])
{
    const struct arg *args =
        ARGS(arg_int("school", school), arg_int("year", year));
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT count(CASE WHEN v.place = 'inside' THEN 1 END),"
                    " count(CASE WHEN v.place = 'outside' THEN 1 END) FROM"
                    " network_visit v JOIN network_slot s ON s.visit = v.id"
                    " WHERE " OF_SCHOOLS),
                args, &rows));
    while (rows_next(rows)) {
        out[HOSTED] = row_int(rows, 0);
        out[OUTSIDE] = row_int(rows, 1);
    }
    TRY(rows_end(rows));
    TRY(db_int(r->conn,
               SQL("SELECT coalesce(CAST(sum(" PRESENT ") AS BIGINT), 0) FROM"
                   " network_visit v WHERE " OF_SCHOOLS),
               args, &out[PEOPLE]));
    return db_int(r->conn,
                  SQL("SELECT count(DISTINCT c.target_id) FROM network_visit v"
                      " JOIN network_visit_classes c ON c.row_id = v.id AND"
                      " " LINK_STOOD("c", ":to") " WHERE " OF_SCHOOLS),
                  ARGS(arg_int("school", school), arg_int("year", year),
                       arg_day("to", school_year_last(year))),
                  &out[CLASSES]);
}

static enum status own_load(struct req *r, int64_t school, int year,
                            struct own *out)
{
    TRY(sums_load(r, school, year, out->n));
    TRY(sums_load(r, NONE, year, out->all));
    return db_int(r->conn,
                  SQL("SELECT count(DISTINCT v.school) FROM network_visit v"
                      " WHERE v.state = 'held' AND v.year = :year" HAS_HALVES),
                  ARGS(arg_int("year", year)), &out->schools);
}

static enum status figures_fill(struct req *r, int64_t school, int year,
                                struct own_school_v *v)
{
    static const char *const names[OWN_FIGURES] = {
        [HOSTED] = "network.cuts.hosted",
        [OUTSIDE] = "network.cuts.outside",
        [PEOPLE] = "network.cuts.people",
        [CLASSES] = "network.cuts.classes"};
    struct own own = {0};
    struct cut_line whole;
    struct own_line_v *lines =
        NEW_ARRAY(r->mem, struct own_line_v, OWN_FIGURES);
    TRY(own_load(r, school, year, &own));
    TRY(cut_whole(r->conn, r->mem, year, &whole));
    for (int m = 0; m < OWN_FIGURES; m++) {
        lines[m] = (struct own_line_v){
            .name = tr(r->lang, names[m]),
            .own = format_int(r->mem, r->lang, own.n[m]),
            .mean =
                own.schools
                    ? format_real(r->mem, r->lang,
                                  (double)own.all[m] / (double)own.schools, 1)
                    : NULL,
            .whole = format_int(r->mem, r->lang, whole.n[m])};
    }
    v->figures = lines;
    v->figure_count = OWN_FIGURES;
    return OK;
}

static struct own_visit_v visit_read(struct req *r, struct rows *rows)
{
    const char *state = row_text(rows, 2), *part = row_text(rows, 5);
    return (struct own_visit_v){
        .title = row_text(rows, 1),
        .href = arena_printf(r->mem, "/accueils/%" PRId64, row_int(rows, 0)),
        .when = half_day_shown(r, row_day(rows, 4), part_of(part)),
        .lab = row_text(rows, 3),
        .state = choice_label(r->mem, r->lang, &visit_entity, "state", state),
        .tone = choice_tone(r->mem, r->lang, &visit_entity, "state", state)};
}

#define OWN_VISITS(days, order)                                                \
    SQL("SELECT v.id, v.title, v.state, l.name, s.day, s.part FROM "           \
        "network_visit v JOIN network_slot s ON s.visit = v.id JOIN "          \
        "network_lab l ON l.id = v.lab WHERE v.school = :school AND s.day "    \
        "" days " :today ORDER BY s.day " order ", s.id LIMIT :most")

static enum status visits_load(struct req *r, int64_t school, bool coming,
                               const struct own_visit_v **out, size_t *n)
{
    struct rows *rows;
    struct own_visit_v *list =
        NEW_ARRAY(r->mem, struct own_visit_v, MOST_VISITS);
    TRY(db_rows(r->conn, r->mem,
                coming ? OWN_VISITS(">=", "ASC") : OWN_VISITS("<", "DESC"),
                ARGS(arg_int("school", school), arg_day("today", day_today()),
                     arg_int("most", MOST_VISITS)),
                &rows));
    while (rows_next(rows))
        list[(*n)++] = visit_read(r, rows);
    *out = list;
    return rows_end(rows);
}

static enum status uses_load(struct req *r, int64_t school,
                             struct own_school_v *v)
{
    struct rows *rows;
    struct own_visit_v *list =
        NEW_ARRAY(r->mem, struct own_visit_v, MOST_LINKS);
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT d.id, d.tool, d.state, p.name, d.starts FROM"
                    " portfolio_deployment d JOIN portfolio_project p ON p.id ="
                    " d.project WHERE d.school = :school ORDER BY"
                    " coalesce(d.starts, 0) DESC, d.id LIMIT :most"),
                ARGS(arg_int("school", school), arg_int("most", MOST_LINKS)),
                &rows));
    while (rows_next(rows)) {
        const char *state = row_text(rows, 2);
        list[v->use_count++] = (struct own_visit_v){
            .title = row_text(rows, 1),
            .href = arena_printf(r->mem, "/deploiements/%" PRId64,
                                 row_int(rows, 0)),
            .lab = row_text(rows, 3),
            .when = format_day(r->mem, r->lang, row_day(rows, 4), DAY_PLAIN),
            .state = choice_label(r->mem, r->lang, &deployment_entity, "state",
                                  state),
            .tone = choice_tone(r->mem, r->lang, &deployment_entity, "state",
                                state)};
    }
    v->uses = list;
    return rows_end(rows);
}

/* The school of the stop that is next to s on a side of it. */
#define NEIGHBOUR(side, way)                                                   \
    "(SELECT e.name FROM network_stop x JOIN directory_school e ON e.id ="     \
    " x.school WHERE x.tour = s.tour AND x.id <> s.id AND (x.nth " side        \
    " s.nth OR (x.nth = s.nth AND x.id " side " s.id)) ORDER BY x.nth " way    \
    ", x.id " way " LIMIT 1)"

#define STOP_BEFORE NEIGHBOUR("<", "DESC")
#define STOP_AFTER NEIGHBOUR(">", "ASC")

/* "Elle arrive de : École du Parc. Elle repart pour : …": from hand to hand,
 * each school is told whose turn is before and after. */
static const char *hands_said(struct req *r, const char *from, const char *to)
{
    return tr_with(r->mem, r->lang, "network.own.kit_hands", "from",
                   said(r->mem, r->lang, from), "to", said(r->mem, r->lang, to),
                   NULL);
}

/* The valises of tours that stop there: those that are there or will come. */
static enum status kits_load(struct req *r, int64_t school,
                             struct own_school_v *v)
{
    struct rows *rows;
    struct own_visit_v *list =
        NEW_ARRAY(r->mem, struct own_visit_v, MOST_LINKS);
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT k.id, k.name, l.name, s.arrives, s.arrives_part,"
                    " s.leaves, s.leaves_part, coalesce(" STOP_BEFORE
                    ", l.name), coalesce(" STOP_AFTER ", l.name) FROM"
                    " network_stop s JOIN network_tour t ON t.id = s.tour JOIN"
                    " network_kit k ON k.id = t.kit JOIN network_lab l ON l.id"
                    " = k.lab WHERE s.school = :school AND t.state = 'planned'"
                    " AND s.leaves >= :today ORDER BY s.arrives, s.id LIMIT"
                    " :most"),
                ARGS(arg_int("school", school), arg_day("today", day_today()),
                     arg_int("most", MOST_LINKS)),
                &rows));
    while (rows_next(rows))
        list[v->kit_count++] = (struct own_visit_v){
            .title = row_text(rows, 1),
            .href = path_of_id(r->mem, kit_entity.path, row_int(rows, 0)),
            .lab = row_text(rows, 2),
            .hands = hands_said(r, row_text(rows, 7), row_text(rows, 8)),
            .when = tr_with(
                r->mem, r->lang, "network.own.kit_when", "from",
                half_day_shown(r, row_day(rows, 3), part_of(row_text(rows, 4))),
                "until",
                half_day_shown(r, row_day(rows, 5), part_of(row_text(rows, 6))),
                NULL)};
    v->kits = list;
    return rows_end(rows);
}

static enum status links_load_of(struct req *r, struct sql sql,
                                 const char *base, int64_t id,
                                 const struct page_link **out, size_t *n)
{
    struct rows *rows;
    struct page_link *list = NEW_ARRAY(r->mem, struct page_link, MOST_LINKS);
    TRY(db_rows(r->conn, r->mem, sql,
                ARGS(arg_int("id", id), arg_int("most", MOST_LINKS)), &rows));
    while (rows_next(rows))
        list[(*n)++] = (struct page_link){
            row_text(rows, 1),
            arena_printf(r->mem, "%s/%" PRId64, base, row_int(rows, 0)), false};
    *out = list;
    return rows_end(rows);
}

/* Projects that brought a tool there, or with which a class came. */
static enum status around_load(struct req *r, const struct school *s,
                               struct own_school_v *v)
{
    TRY(links_load_of(
        r,
        SQL("SELECT p.id, p.name FROM portfolio_project p WHERE p.id IN (SELECT"
            " d.project FROM portfolio_deployment d WHERE d.school = :id UNION"
            " SELECT v.project FROM network_visit v WHERE v.school = :id AND"
            " v.project IS NOT NULL) ORDER BY p.name, p.id LIMIT :most"),
        "/projets", s->row.id, &v->projects, &v->project_count));
    return links_load_of(r,
                         SQL("SELECT l.id, l.name FROM network_lab l WHERE"
                             " l.bassin = :id AND l.closed IS NULL ORDER BY"
                             " l.name, l.id LIMIT :most"),
                         "/laboratoires", s->bassin, &v->labs, &v->lab_count);
}

static enum status school_fill(struct req *r, const struct school *s, int year,
                               struct own_school_v *v)
{
    const int64_t id = s->row.id;
    v->name = s->name;
    v->href = arena_printf(r->mem, "/etablissements/%" PRId64, id);
    years_fill(r, year, v);
    TRY(figures_fill(r, id, year, v));
    TRY(visits_load(r, id, true, &v->coming, &v->coming_count));
    TRY(visits_load(r, id, false, &v->past, &v->past_count));
    TRY(kits_load(r, id, v));
    if (may(r->who, "portfolio.deployments"))
        TRY(uses_load(r, id, v));
    return around_load(r, s, v);
}

enum status own_school_show(struct req *r)
{
    struct own_school_v v = {.lead = tr(r->lang, "network.own.lead")};
    struct school *school;
    struct ask asked;
    TRY(ask_read(r, &asked));
    if (!req_text(r, "annee").n) /* what was entered today is looked for */
        asked.year = school_year_of(day_today());
    TRY(schools_load(r, &v, &school));
    if (school)
        TRY(school_fill(r, school, asked.year, &v));
    struct page p = req_page(r, tr(r->lang, "network.own"));
    struct html h;
    req_html_open(r, &h);
    own_school_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
