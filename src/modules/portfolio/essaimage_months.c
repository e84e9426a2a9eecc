/* When the schools of a project began: from the first of them until today, by
 * month, or by school year where that would be too many. */
#include "modules/portfolio/essaimage.h"

#include "i18n/format.h"
#include "view/chart.h"

enum { MONTHS = 36, YEARS = 100, GROUPS = MONTHS + YEARS };

static int month_of(int32_t day)
{
    struct date d = day_date(day);
    return d.year * 12 + d.month - 1;
}

/* The schools that began in each of them, by their first deployment. Months or
 * years in which none began count. */
struct months {
    bool by_year;
    int first; /* a month, or the year in which a school year begins */
    int n, begun[GROUPS];
    int64_t pupils[GROUPS]; /* of those of them that use it today */
};

static int group_of(const struct months *m, int32_t day)
{
    int at = (m->by_year ? school_year_of(day) : month_of(day)) - m->first;
    return at < 0 ? 0 : at < m->n ? at : m->n - 1;
}

static struct months months_count(const struct spread *s)
{
    struct months m = {0};
    int32_t first = s->n ? s->schools[0].first : day_today(),
            last = day_today();
    for (size_t i = 0; i < s->n; i++) {
        const int32_t day = s->schools[i].first;
        first = day < first ? day : first;
        last = day > last ? day : last;
    }
    m.by_year = month_of(last) - month_of(first) >= MONTHS;
    const int until = m.by_year ? school_year_of(last) : month_of(last);
    m.first = m.by_year ? school_year_of(first) : month_of(first);
    if (m.first <= until - YEARS)
        m.first = until - YEARS + 1; /* a slip of the pen, with the eldest */
    m.n = s->n ? until - m.first + 1 : 0;
    for (size_t i = 0; i < s->n; i++) {
        const int at = group_of(&m, s->schools[i].first);
        m.begun[at]++;
        if (s->schools[i].used && s->schools[i].pupils != NONE)
            m.pupils[at] += s->schools[i].pupils;
    }
    return m;
}

static const char *group_label(struct req *r, const struct months *m, int at)
{
    at += m->first;
    return m->by_year ? school_year_text(r->mem, at)
                      : format_day(r->mem, r->lang,
                                   day_of(at / 12, at % 12 + 1, 1), DAY_MONTH);
}

/* Those that began in each of them; or all reached until then. */
static const struct bars *months_of(struct req *r, const struct months *m,
                                    bool reached)
{
    struct bar *bars = NEW_ARRAY(r->mem, struct bar, GROUPS);
    struct bars *chart = NEW(r->mem, struct bars);
    int64_t all = 0;
    for (int at = 0; at < m->n; at++) {
        all += m->begun[at];
        int64_t value = reached ? all : m->begun[at];
        bars[at] = (struct bar){.label = group_label(r, m, at),
                                .shown = format_int(r->mem, r->lang, value),
                                .value = (double)value,
                                .on = reached && m->begun[at] > 0};
    }
    *chart = (struct bars){
        .title = tr(r->lang, m->by_year ? reached ? "portfolio.by_year"
                                                  : "portfolio.begun_by_year"
                             : reached  ? "portfolio.by_month"
                                        : "portfolio.begun_by_month"),
        .note = !reached     ? NULL
                : m->by_year ? tr(r->lang, "portfolio.by_year_note")
                             : tr(r->lang, "portfolio.by_month_note"),
        .name_head =
            tr(r->lang, m->by_year ? "core.school_year" : "portfolio.month"),
        .value_head = tr(r->lang, "directory_school.list"),
        .bars = bars,
        .n = (size_t)m->n};
    return chart;
}

/* The pupils of the schools that use it, by when these began. */
static const struct bars *pupils_of(struct req *r, const struct months *m)
{
    struct bar *bars = NEW_ARRAY(r->mem, struct bar, GROUPS);
    struct bars *chart = NEW(r->mem, struct bars);
    int64_t all = 0;
    for (int at = 0; at < m->n; at++) {
        all += m->pupils[at];
        bars[at] = (struct bar){.label = group_label(r, m, at),
                                .shown = format_int(r->mem, r->lang, all),
                                .value = (double)all,
                                .on = m->pupils[at] > 0};
    }
    *chart = (struct bars){
        .title = tr(r->lang, m->by_year ? "portfolio.pupils_by_year"
                                        : "portfolio.pupils_by_month"),
        .note = tr(r->lang, "portfolio.pupils_note"),
        .name_head =
            tr(r->lang, m->by_year ? "core.school_year" : "portfolio.month"),
        .value_head = tr(r->lang, "directory_school.pupils"),
        .bars = bars,
        .n = (size_t)m->n};
    return chart;
}

void months_shown(struct req *r, const struct spread *s, struct essaimage_v *v)
{
    const struct months m = months_count(s);
    v->begun = months_of(r, &m, false);
    v->months = months_of(r, &m, true);
    v->pupil_months = pupils_of(r, &m);
}
