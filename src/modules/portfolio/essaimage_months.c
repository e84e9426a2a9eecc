/* When the schools of a project began, month by month. */
#include "modules/portfolio/essaimage.h"

#include "i18n/format.h"
#include "view/chart.h"

#include <limits.h>

enum { MONTHS = 24 };

static int month_of(int32_t day)
{
    struct date d = day_date(day);
    return d.year * 12 + d.month - 1;
}

/* The month that ends the two years shown: this one, or of what is older the
 * newest. */
static int last_month(const struct spread *s)
{
    int now = month_of(day_today()), newest = INT_MIN;
    for (size_t i = 0; i < s->n; i++) {
        int month = month_of(s->schools[i].first);
        if (month <= now && month > newest)
            newest = month;
    }
    return newest != INT_MIN && newest <= now - MONTHS ? newest : now;
}

/* Two years, month by month: the schools that began, by their first
 * deployment, and all reached until then. Months in which none began count. */
struct months {
    int last, first; /* the months .last - MONTHS + 1 + .first … .last */
    int begun[MONTHS];
    int64_t before; /* reached before them */
};

static struct months months_count(const struct spread *s)
{
    struct months m = {.last = last_month(s), .first = MONTHS};
    for (size_t i = 0; i < s->n; i++) {
        int at = MONTHS - 1 - (m.last - month_of(s->schools[i].first));
        m.before += at < 0;
        if (at < 0 || at >= MONTHS)
            continue;
        m.begun[at]++;
        m.first = at < m.first ? at : m.first;
    }
    return m;
}

/* Those that began in each month; or all reached until then. */
static const struct bars *months_of(struct req *r, const struct months *m,
                                    bool reached)
{
    struct bar *bars = NEW_ARRAY(r->mem, struct bar, MONTHS + 1);
    struct bars *chart = NEW(r->mem, struct bars);
    int64_t all = m->before;
    size_t n = 0;
    for (int at = m->first; at < MONTHS; at++) {
        int month = m->last - (MONTHS - 1 - at);
        all += m->begun[at];
        int64_t value = reached ? all : m->begun[at];
        bars[n++] =
            (struct bar){.label = format_day(
                             r->mem, r->lang,
                             day_of(month / 12, month % 12 + 1, 1), DAY_MONTH),
                         .shown = format_int(r->mem, r->lang, value),
                         .value = (double)value,
                         .on = reached && m->begun[at] > 0};
    }
    *chart = (struct bars){
        .title = tr(r->lang, reached ? "portfolio.by_month"
                                     : "portfolio.begun_by_month"),
        .note = reached ? tr(r->lang, "portfolio.by_month_note") : NULL,
        .name_head = tr(r->lang, "portfolio.month"),
        .value_head = tr(r->lang, "directory_school.list"),
        .bars = bars,
        .n = n};
    return chart;
}

void months_shown(struct req *r, const struct spread *s, struct essaimage_v *v)
{
    const struct months m = months_count(s);
    v->begun = months_of(r, &m, false);
    v->months = months_of(r, &m, true);
}
