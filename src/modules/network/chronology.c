/* How the network grew: each opening and each closing, and how many
 * laboratories were open in each school year. */
#include "i18n/format.h"
#include "modules/network/pages/lab.html.h"
#include "modules/network/routes.h"

enum { MOST = 2000, YEARS = 100 };

static enum status events_load(struct req *r, struct chronology_v *v)
{
    struct rows *rows;
    struct event_v *all = NEW_ARRAY(r->mem, struct event_v, MOST);
    int64_t open = 0;
    TRY(db_rows(
        r->conn, r->mem,
        SQL("SELECT e.day AS day, e.ends AS ends, e.id AS id, e.name AS name,"
            " b.name FROM (SELECT opened AS day, 0 AS ends, id, name, bassin"
            " FROM network_lab UNION ALL SELECT closed, 1, id, name, bassin"
            " FROM network_lab WHERE closed IS NOT NULL) e JOIN directory_area"
            " b ON b.id = e.bassin ORDER BY e.day, e.ends, e.name, e.id LIMIT"
            " :most"),
        ARGS(arg_int("most", MOST)), &rows));
    while (rows_next(rows)) {
        struct event_v *e = &all[v->n++];
        e->at = row_day(rows, 0);
        e->ends = row_int(rows, 1);
        open += e->ends ? -1 : 1;
        e->day = format_day(r->mem, r->lang, e->at, DAY_LONG);
        e->href = path_of_id(r->mem, lab_entity.path, row_int(rows, 2));
        e->lab = row_text(rows, 3);
        e->bassin = row_text(rows, 4);
        e->open = open;
    }
    v->events = all;
    return rows_end(rows);
}

/* At the end of each school year, the current one as it stands today. */
static const struct bars *chart_of(struct req *r, const struct chronology_v *v)
{
    const int32_t today = day_today();
    const int last = school_year_of(today);
    int first = v->n ? school_year_of(v->events[0].at) : last;
    struct bars *chart = NEW(r->mem, struct bars);
    struct bar *bars = NEW_ARRAY(r->mem, struct bar, YEARS);
    if (first <= last - YEARS)
        first = last - YEARS + 1;
    *chart = (struct bars){.title = tr(r->lang, "network.chronology.chart"),
                           .name_head = tr(r->lang, "network_visit.year"),
                           .value_head = tr(r->lang, "network_lab.list"),
                           .bars = bars};
    for (int year = first; year <= last; year++) {
        const int32_t end = year == last ? today : school_year_last(year);
        int64_t open = 0;
        for (size_t i = 0; i < v->n; i++) {
            const struct event_v *e = &v->events[i];
            if (e->ends ? e->at < end : e->at <= end)
                open = e->open;
        }
        bars[chart->n++] =
            (struct bar){.label = school_year_text(r->mem, year),
                         .shown = format_int(r->mem, r->lang, open),
                         .value = (double)open};
    }
    return chart;
}

enum status chronology_show(struct req *r)
{
    struct chronology_v v = {0};
    TRY(events_load(r, &v));
    v.chart = chart_of(r, &v);
    struct page p = req_page(r, tr(r->lang, "network.chronology"));
    req_crumb_to(r, &p, tr(r->lang, "network_lab.list"), lab_entity.path);
    struct html h;
    req_html_open(r, &h);
    chronology_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
