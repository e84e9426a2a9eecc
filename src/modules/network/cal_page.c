/* The calendar of a laboratory by day, week, month or year, and the week of the
 * whole network by half-day. */
#include "modules/network/cal.h"

#include "modules/network/pages/calendar.html.h"

enum { WEEK = 7 };

static const struct view {
    const char *name, *label;
    void (*fill)(struct cal *c), (*lines)(struct cal *c);
} views[] = {
    {"jour", "network.cal.day", cal_day_fill, cal_lines_fill},
    {"semaine", "network.cal.week", cal_week_fill, cal_lines_fill},
    {"mois", "network.cal.month", cal_month_fill, cal_lines_fill},
    {"annee", "network.cal.year", cal_year_fill, cal_weeks_fill},
};
enum { DAY_VIEW, WEEK_VIEW, MONTH_VIEW, YEAR_VIEW };

static int32_t month_first(int32_t day, int months)
{
    const struct date d = day_date(day);
    const int at = d.year * 12 + d.month - 1 + months;
    return day_of(at / 12, at % 12 + 1, 1);
}

/* The span that a day is in, so many spans after it. */
static void span_of(int view, int32_t day, int after, int32_t *from,
                    int32_t *to)
{
    switch (view) {
    case DAY_VIEW:
        *from = *to = day + after;
        break;
    case WEEK_VIEW:
        *from = day - day_weekday(day) + after * WEEK;
        *to = *from + WEEK - 1;
        break;
    case MONTH_VIEW:
        *from = month_first(day, after);
        *to = month_first(day, after + 1) - 1;
        break;
    default:
        *from = school_year_first(school_year_of(day) + after);
        *to = school_year_last(school_year_of(day) + after);
    }
}

static const char *span_title(struct req *r, int view, int32_t from)
{
    switch (view) {
    case DAY_VIEW:
        return format_day(r->mem, r->lang, from, DAY_LONG);
    case WEEK_VIEW:
        return cal_week_title(r, from);
    case MONTH_VIEW:
        return format_day(r->mem, r->lang, from, DAY_MONTH);
    default:
        return tr_with(r->mem, r->lang, "network.cal.school_year", "year",
                       school_year_text(r->mem, school_year_of(from)), NULL);
    }
}

static int view_asked(struct req *r)
{
    const struct str given = req_text(r, "vue");
    for (int i = 0; i < (int)COUNT(views); i++)
        if (str_eq(given, views[i].name))
            return i;
    return given.n ? -1 : WEEK_VIEW;
}

/* Grid or table, of the same span. */
static void forms_fill(struct req *r, struct cal_v *v, const char *grid,
                       const char *table)
{
    struct page_link *forms = NEW_ARRAY(r->mem, struct page_link, 2);
    forms[0] =
        (struct page_link){tr(r->lang, "network.cal.grid"), grid, !v->table};
    forms[1] =
        (struct page_link){tr(r->lang, "network.cal.table"), table, v->table};
    v->forms = forms;
    v->form_count = 2;
}

static void links_fill(struct cal *c, int view)
{
    struct req *r = c->r;
    struct cal_v *v = c->v;
    struct page_link *links = NEW_ARRAY(r->mem, struct page_link, COUNT(views));
    int32_t before, after, last;
    span_of(view, c->day, -1, &before, &last);
    span_of(view, c->day, 1, &after, &last);
    v->prev = cal_address(r, c->lab, views[view].name, before, v->table);
    v->next = cal_address(r, c->lab, views[view].name, after, v->table);
    v->today = cal_address(r, c->lab, views[view].name, day_today(), v->table);
    for (size_t i = 0; i < COUNT(views); i++)
        links[i] = (struct page_link){
            tr(r->lang, views[i].label),
            cal_address(r, c->lab, views[i].name, c->day, v->table),
            (int)i == view};
    v->views = links;
    v->view_count = COUNT(views);
    forms_fill(r, v, cal_address(r, c->lab, views[view].name, c->day, false),
               cal_address(r, c->lab, views[view].name, c->day, true));
}

static enum status calendar_answer(struct req *r, struct page *p,
                                   const struct cal_v *v)
{
    struct html h;
    p->wide = true;
    req_html_open(r, &h);
    calendar_page(&h, p, v);
    return req_html(r, 200, &h);
}

enum status lab_calendar_show(struct req *r)
{
    const struct lab *lab = r->row;
    struct cal_v v = {.table = str_eq(req_text(r, "forme"), "tableau"),
                      .empty = tr(r->lang, "network.cal.empty")};
    struct cal c = {.r = r, .lab = lab->row.id, .v = &v};
    int32_t from, to;
    const int view = view_asked(r);
    TRY(cal_day_asked(r, &c.day));
    if (view < 0)
        return ERR_NOT_FOUND;
    span_of(view, c.day, 0, &from, &to);
    v.kind = views[view].name;
    v.title = span_title(r, view, from);
    if (r->who && may(r->who, "network.visits"))
        v.feed = arena_printf(r->mem, "/mes-agendas#lab-%" PRId64, r->id);
    if (view == WEEK_VIEW)
        v.paper = arena_printf(r->mem,
                               "/laboratoires/%" PRId64 "/calendrier.pdf"
                               "?jour=%s",
                               r->id, day_iso(r->mem, from));
    TRY(cal_load(&c, from, to));
    links_fill(&c, view);
    if (v.table)
        views[view].lines(&c);
    else if (c.part_count)
        views[view].fill(&c);
    struct page p = req_page(r, tr(r->lang, "network.cal.title"));
    const struct page_link crumbs[] = {
        {tr(r->lang, "network_lab.list"), "/laboratoires", false},
        {said(r->mem, r->lang, lab->name),
         arena_printf(r->mem, "/laboratoires/%" PRId64, r->id), false}};
    p.crumbs = crumbs;
    p.crumb_count = COUNT(crumbs);
    v.lead = said(r->mem, r->lang, lab->name);
    return calendar_answer(r, &p, &v);
}

/* The network. */

static const char *network_address(struct req *r, int32_t day, bool table)
{
    return arena_printf(r->mem, "/laboratoires/calendrier?jour=%s%s",
                        day_iso(r->mem, day), table ? "&forme=tableau" : "");
}

/* Does any laboratory open on that half-day, or say why it does not? */
static bool half_is_shown(const struct cal *c, int32_t day, int part)
{
    const struct halves *h = &c->halves;
    bool shown = false;
    for (size_t i = 0; i < h->n; i++)
        shown |= half_of(h, &h->labs[i], day, part)->state < HALF_NEVER;
    return shown;
}

/* Days that have a half-day, above their half-days; how many those are. */
static size_t network_heads(struct cal *c, struct cal_grid_v *g)
{
    struct req *r = c->r;
    struct cal_head_v *groups = NEW_ARRAY(r->mem, struct cal_head_v, WEEK),
                      *columns = NEW_ARRAY(r->mem, struct cal_head_v,
                                           (size_t)WEEK * PARTS);
    for (int k = 0; k < WEEK; k++) {
        const int32_t day = c->halves.from + k;
        struct cal_head_v head = cal_day_head(c, day, NULL);
        head.cols = 0;
        for (int part = MORNING; part < PARTS; part++) {
            if (!half_is_shown(c, day, part))
                continue;
            head.cols++;
            columns[g->column_count++].label =
                format_half(r->lang, (enum half_day)part);
        }
        if (head.cols)
            groups[g->group_count++] = head;
    }
    g->groups = groups;
    g->columns = columns;
    return g->column_count;
}

struct cal_cell_v cal_half_short(const struct cal *c,
                                 const struct lab_halves *lab, int32_t day,
                                 int part)
{
    struct cal_cell_v cell = cal_half(c, lab, day, part);
    const struct half_at *at = half_of(&c->halves, lab, day, part);
    if (word_in("free some", cell.mark))
        cell.label = tr_n(c->r->mem, c->r->lang, "network.cal.left",
                          at->free ? at->free : at->parts);
    return cell;
}

static void network_grid(struct cal *c)
{
    struct req *r = c->r;
    const struct halves *h = &c->halves;
    struct cal_grid_v *g = NEW(r->mem, struct cal_grid_v);
    struct cal_row_v *rows = NEW_ARRAY(r->mem, struct cal_row_v, h->n + 1);
    *g = (struct cal_grid_v){
        .title = c->v->title, .rows = rows, .row_count = h->n};
    const size_t columns = network_heads(c, g);
    for (size_t i = 0; i < h->n; i++) {
        const struct lab_halves *lab = &h->labs[i];
        struct cal_cell_v *cells =
            NEW_ARRAY(r->mem, struct cal_cell_v, columns + 1);
        size_t at = 0;
        for (int32_t day = h->from; day <= h->to; day++)
            for (int part = MORNING; part < PARTS; part++)
                if (half_is_shown(c, day, part))
                    cells[at++] = cal_half_short(c, lab, day, part);
        cal_merge(cells, columns, 1, false);
        rows[i] = (struct cal_row_v){
            .head = {.label = lab->name,
                     .href =
                         cal_address(r, lab->lab, "semaine", h->from, false)},
            .cells = cells};
    }
    c->v->grids = g;
    c->v->grid_count = columns > 0;
}

/* A line for each laboratory and half-day that is told of. */
static void network_lines(struct cal *c)
{
    static const char *const keys[] = {"network_lab", "network_slot.day",
                                       "network_slot.part", "network.cal.what"};
    struct req *r = c->r;
    const struct halves *h = &c->halves;
    struct cal_line_v *lines =
        NEW_ARRAY(r->mem, struct cal_line_v, h->n * WEEK * PARTS + 1);
    const char **heads = NEW_ARRAY(r->mem, const char *, COUNT(keys));
    for (size_t i = 0; i < COUNT(keys); i++)
        heads[i] = tr(r->lang, keys[i]);
    c->v->heads = heads;
    c->v->head_count = COUNT(keys);
    c->v->lines = lines;
    for (size_t i = 0; i < h->n; i++)
        for (int32_t day = h->from; day <= h->to; day++)
            for (int part = MORNING; part < PARTS; part++) {
                const struct cal_cell_v cell =
                    cal_half(c, &h->labs[i], day, part);
                if (same(cell.mark, "none") || !half_is_shown(c, day, part))
                    continue;
                lines[c->v->line_count++] = (struct cal_line_v){
                    .cells = {h->labs[i].name,
                              format_day(r->mem, r->lang, day, DAY_LONG),
                              format_half(r->lang, (enum half_day)part),
                              cell.label},
                    .href = cell.href};
            }
}

enum status network_calendar_show(struct req *r)
{
    struct cal_v v = {.kind = "reseau",
                      .table = str_eq(req_text(r, "forme"), "tableau"),
                      .empty = tr(r->lang, "network.cal.empty"),
                      .lead = tr(r->lang, "network.cal.network_lead")};
    struct cal c = {.r = r, .lab = NONE, .v = &v};
    int32_t monday, sunday;
    TRY(cal_day_asked(r, &c.day));
    span_of(WEEK_VIEW, c.day, 0, &monday, &sunday);
    TRY(cal_load(&c, monday, sunday));
    v.title = cal_week_title(r, monday);
    v.paper = arena_printf(r->mem, "/laboratoires/calendrier.pdf?jour=%s",
                           day_iso(r->mem, monday));
    v.prev = network_address(r, monday - WEEK, v.table);
    v.next = network_address(r, monday + WEEK, v.table);
    v.today = network_address(r, day_today(), v.table);
    forms_fill(r, &v, network_address(r, monday, false),
               network_address(r, monday, true));
    if (v.table)
        network_lines(&c);
    else
        network_grid(&c);
    struct page p = req_page(r, tr(r->lang, "network.cal.network"));
    const struct page_link crumbs[] = {
        {tr(r->lang, "network_lab.list"), "/laboratoires", false}};
    p.crumbs = crumbs;
    p.crumb_count = COUNT(crumbs);
    return calendar_answer(r, &p, &v);
}
