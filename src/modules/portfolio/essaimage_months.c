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

/* What a column tells of a month: the schools that began in it, all reached
 * until then, or the pupils of those of them that use it today. */
enum told { STARTED, REACHED, PUPILS };
static const struct {
    const char *by_month, *by_year, *month_note, *year_note, *head;
} words[] = {
    [STARTED] = {"portfolio.begun_by_month", "portfolio.begun_by_year", NULL,
                 NULL, "directory_school.list"},
    [REACHED] = {"portfolio.by_month", "portfolio.by_year",
                 "portfolio.by_month_note", "portfolio.by_year_note",
                 "directory_school.list"},
    [PUPILS] = {"portfolio.pupils_by_month", "portfolio.pupils_by_year",
                "portfolio.pupils_note", "portfolio.pupils_note",
                "directory_school.pupils"},
};

static const struct bars *columns_of(struct req *r, const struct months *m,
                                     enum told told)
{
    struct bar *bars = NEW_ARRAY(r->mem, struct bar, GROUPS);
    struct bars *chart = NEW(r->mem, struct bars);
    const char *title = m->by_year ? words[told].by_year : words[told].by_month,
               *note =
                   m->by_year ? words[told].year_note : words[told].month_note;
    int64_t all = 0;
    for (int at = 0; at < m->n; at++) {
        const int64_t more = told == PUPILS ? m->pupils[at] : m->begun[at];
        all += more;
        const int64_t value = told == STARTED ? more : all;
        bars[at] = (struct bar){.label = group_label(r, m, at),
                                .shown = format_int(r->mem, r->lang, value),
                                .value = (double)value,
                                .on = told != STARTED && more > 0};
    }
    *chart =
        (struct bars){.title = tr(r->lang, title),
                      .note = note ? tr(r->lang, note) : NULL,
                      .name_head = tr(r->lang, m->by_year ? "core.school_year"
                                                          : "portfolio.month"),
                      .value_head = tr(r->lang, words[told].head),
                      .bars = bars,
                      .n = (size_t)m->n};
    return chart;
}

void months_shown(struct req *r, const struct spread *s, struct essaimage_v *v)
{
    const struct months m = months_count(s);
    v->begun = columns_of(r, &m, STARTED);
    v->months = columns_of(r, &m, REACHED);
    v->pupil_months = columns_of(r, &m, PUPILS);
}
