/* The network's figures as a page, a chart and a file. */
#include "base/csv.h"
#include "core/figure_pages.h"
#include "i18n/format.h"
#include "modules/network/cuts.h"
#include "modules/network/cuts_pages.h"
#include "modules/network/pages/cuts.html.h"
#include "modules/network/routes.h"

enum {
    LAB_CUT,
    BASSIN_CUT,
    CIRCONSCRIPTION_CUT = 3,
    KIND_CUT,
    RURAL_CUT,
    PRIORITY_CUT,
    MONTH_CUT,
    YEAR_CUT
};
enum { YEARS = 12 };

static const char *const cut_labels[] = {
    "network.cuts.by.laboratoire", "network.cuts.by.bassin",
    "network.cuts.by.departement", "network.cuts.by.circonscription",
    "network.cuts.by.type",        "network.cuts.by.rural",
    "network.cuts.by.prioritaire", "network.cuts.by.mois",
    "network.cuts.by.annee"};

struct asked {
    struct ask figures; /* the year */
    size_t by;
    enum measure drawn;
};

static enum status cut_asked(struct req *r, struct asked *a)
{
    const struct str by = req_text(r, "par"), drawn = req_text(r, "mesure");
    *a = (struct asked){.by = 0, .drawn = HOSTED};
    TRY(ask_read(r, &a->figures));
    while (by.n && cut_names[a->by] && !str_eq(by, cut_names[a->by]))
        a->by++;
    for (int m = HOSTED; m <= TRAININGS; m++)
        if (str_eq(drawn, cut_figures[m]))
            a->drawn = (enum measure)m;
    return cut_names[a->by] ? OK : ERR_NOT_FOUND;
}

/* What stands before a line. */
static const char *line_name(struct req *r, size_t by, const struct cut_line *x)
{
    switch (by) {
    case KIND_CUT:
        return x->name ? choice_label(r->mem, r->lang, &school_entity, "kind",
                                      x->name)
                       : tr(r->lang, "network.cuts.no_school");
    case PRIORITY_CUT:
        return x->name ? choice_label(r->mem, r->lang, &school_entity,
                                      "priority", x->name)
                       : tr(r->lang, "network.cuts.unknown");
    case RURAL_CUT:
        return tr(r->lang, x->id == NONE ? "network.cuts.unknown"
                           : x->id       ? "network.cuts.rural"
                                         : "network.cuts.not_rural");
    case MONTH_CUT:
        return format_day(r->mem, r->lang, (int32_t)x->id, DAY_MONTH);
    case YEAR_CUT:
        return school_year_text(r->mem, (int)x->id);
    default:
        return x->name ? x->name
                       : tr(r->lang, by == CIRCONSCRIPTION_CUT
                                         ? "network.cuts.second_degree"
                                         : "network.cuts.nowhere");
    }
}

static const char *number(struct req *r, int64_t n)
{
    return n == NONE ? NULL : format_int(r->mem, r->lang, n);
}

/* ask: what the figures of such a line are asked for with; NULL: they are not.
 */
static void line_shown(struct req *r, const struct cut_line *x,
                       const struct ask *ask, struct cut_line_v *v)
{
    for (int m = 0; m < MEASURES; m++) {
        v->cells[m].value = number(r, x->n[m]);
        if (ask && x->n[m] != NONE)
            v->cells[m].href = ask_address(
                r, arena_printf(r->mem, "/chiffres/%s", cut_figures[m]), *ask);
    }
}

/* A line leads to what it counts: the figures of a bassin or of a year, the
 * accueils of a laboratory. */
static void line_leads(struct req *r, const struct asked *a,
                       const struct cut_line *x, struct cut_line_v *v)
{
    struct ask of = a->figures;
    if (a->by == BASSIN_CUT)
        of.bassin = x->id;
    if (a->by == YEAR_CUT)
        of.year = (int)x->id;
    const bool counted =
        (a->by == BASSIN_CUT || a->by == YEAR_CUT) && x->id != NONE;
    line_shown(r, x, counted ? &of : NULL, v);
    if (a->by == LAB_CUT && x->id != NONE)
        v->href = arena_printf(r->mem, "%s?lab=%" PRId64 "&year=%s&state=held",
                               visit_entity.path, x->id,
                               school_year_text(r->mem, a->figures.year));
}

static void options_fill(struct req *r, const struct asked *a, struct cuts_v *v)
{
    struct form_option *cuts = NEW_ARRAY(r->mem, struct form_option, YEARS),
                       *years = NEW_ARRAY(r->mem, struct form_option, YEARS),
                       *drawn = NEW_ARRAY(r->mem, struct form_option, MEASURES);
    const int now = school_year_of(day_today());
    for (size_t i = 0; cut_names[i]; i++)
        cuts[v->cut_count++] =
            (struct form_option){.value = cut_names[i],
                                 .label = tr(r->lang, cut_labels[i]),
                                 .chosen = i == a->by};
    for (int y = now; y > now - YEARS; y--) {
        const char *text = school_year_text(r->mem, y);
        years[v->year_count++] = (struct form_option){
            .value = text, .label = text, .chosen = y == a->figures.year};
    }
    for (int m = HOSTED; m <= TRAININGS; m++)
        drawn[v->measure_count++] = (struct form_option){
            .value = cut_figures[m],
            .label =
                tr(r->lang, arena_printf(r->mem, "figure.%s", cut_figures[m])),
            .chosen = m == (int)a->drawn};
    v->cuts = cuts;
    v->years = years;
    v->measures = drawn;
}

static const struct bars *chart_of(struct req *r, const struct asked *a,
                                   const struct cut *cut,
                                   const struct cuts_v *v)
{
    struct bar *bars = NEW_ARRAY(r->mem, struct bar, cut->n + 1);
    struct bars *chart = NEW(r->mem, struct bars);
    for (size_t i = 0; i < cut->n; i++) {
        const int64_t n = cut->lines[i].n[a->drawn];
        bars[i] = (struct bar){.label = said(r->mem, r->lang, v->lines[i].name),
                               .shown = format_int(r->mem, r->lang, n),
                               .value = (double)n};
    }
    *chart =
        (struct bars){.title = tr(r->lang, arena_printf(r->mem, "figure.%s",
                                                        cut_figures[a->drawn])),
                      .name_head = tr(r->lang, cut_labels[a->by]),
                      .value_head = tr(r->lang, "network.cuts.number"),
                      .bars = bars,
                      .n = cut->n};
    return chart;
}

/* For programs: a row's id, or the code of a choice. */
static const char *line_id(struct req *r, size_t by, const struct cut_line *x)
{
    if (by == KIND_CUT || by == PRIORITY_CUT)
        return x->name ? x->name : "";
    return x->id == NONE ? "" : arena_printf(r->mem, "%" PRId64, x->id);
}

static enum status cuts_csv(struct req *r, const struct asked *a,
                            const struct cut *cut)
{
    struct buf b = {.mem = r->mem};
    buf_str(&b, "\xef\xbb\xbfid;name");
    for (int m = 0; m < MEASURES; m++)
        csv_cell(&b, str_of(cut_figures[m]), false);
    buf_str(&b, "\r\n");
    for (size_t i = 0; i < cut->n; i++) {
        const struct cut_line *x = &cut->lines[i];
        csv_cell(&b, str_of(line_id(r, a->by, x)), true);
        csv_cell(&b, str_of(line_name(r, a->by, x)), false);
        for (int m = 0; m < MEASURES; m++)
            csv_cell(&b,
                     str_of(x->n[m] == NONE
                                ? ""
                                : arena_printf(r->mem, "%" PRId64, x->n[m])),
                     false);
        buf_str(&b, "\r\n");
    }
    return req_send(r, 200, "text/csv; charset=utf-8", buf_done(&b));
}

static const char *const heads[MEASURES] = {
    [HOSTED] = "network.cuts.hosted",       [OUTSIDE] = "network.cuts.outside",
    [PEOPLE] = "network.cuts.people",       [CLASSES] = "network.cuts.classes",
    [TRAININGS] = "network.cuts.trainings", [LABS] = "network.cuts.labs",
    [BASSINS] = "network.cuts.bassins",
};

static void lines_fill(struct req *r, const struct asked *a,
                       const struct cut *cut, const struct cut_line *whole,
                       struct cuts_v *v)
{
    struct cut_line_v *lines = NEW_ARRAY(r->mem, struct cut_line_v, cut->n + 1);
    int64_t classes = 0;
    for (size_t i = 0; i < cut->n; i++) {
        lines[i].name = line_name(r, a->by, &cut->lines[i]);
        line_leads(r, a, &cut->lines[i], &lines[i]);
        classes += cut->lines[i].n[CLASSES];
    }
    v->lines = lines;
    v->n = cut->n;
    v->twice = a->by != YEAR_CUT && classes > whole->n[CLASSES];
    v->whole.name = tr_with(r->mem, r->lang, "network.cuts.whole", "year",
                            school_year_text(r->mem, a->figures.year), NULL);
    line_shown(r, whole, &a->figures, &v->whole);
    for (int m = 0; m < MEASURES; m++)
        v->heads[m] = tr(r->lang, heads[m]);
}

enum status cuts_show(struct req *r)
{
    struct asked a;
    struct cut cut;
    struct cut_line whole;
    struct cuts_v v = {.lead = tr(r->lang, "network.cuts.lead")};
    TRY(cut_asked(r, &a));
    TRY(cut_load(r->conn, r->mem, a.by, a.figures.year, &cut));
    if (same(r->form, "csv"))
        return cuts_csv(r, &a, &cut);
    TRY(cut_whole(r->conn, r->mem, a.figures.year, &whole));
    options_fill(r, &a, &v);
    lines_fill(r, &a, &cut, &whole, &v);
    v.chart = chart_of(r, &a, &cut, &v);
    v.of_today = cut_is_of_schools(a.by);
    v.in_time = a.by == MONTH_CUT || a.by == YEAR_CUT;
    v.csv =
        arena_printf(r->mem, "%s&par=%s",
                     ask_address(r, "/reseau.csv", a.figures), cut_names[a.by]);
    struct page p = req_page(r, tr(r->lang, "network.cuts"));
    struct html h;
    req_html_open(r, &h);
    cuts_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
