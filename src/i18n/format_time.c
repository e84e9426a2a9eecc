#include "i18n/format.h"

#define FIRM "\u00A0" /* no-break space */

static const char *const months[] = {
    "i18n.month.1", "i18n.month.2",  "i18n.month.3",  "i18n.month.4",
    "i18n.month.5", "i18n.month.6",  "i18n.month.7",  "i18n.month.8",
    "i18n.month.9", "i18n.month.10", "i18n.month.11", "i18n.month.12",
};
static const char *const short_months[] = {
    "i18n.month_short.1",  "i18n.month_short.2",  "i18n.month_short.3",
    "i18n.month_short.4",  "i18n.month_short.5",  "i18n.month_short.6",
    "i18n.month_short.7",  "i18n.month_short.8",  "i18n.month_short.9",
    "i18n.month_short.10", "i18n.month_short.11", "i18n.month_short.12",
};
static const char *const weekdays[] = {
    "i18n.weekday.1", "i18n.weekday.2", "i18n.weekday.3", "i18n.weekday.4",
    "i18n.weekday.5", "i18n.weekday.6", "i18n.weekday.7",
};
static const char *const halves[] = {
    [MORNING] = "i18n.half.morning",
    [AFTERNOON] = "i18n.half.afternoon",
    [EVENING] = "i18n.half.evening",
};

static bool french(const struct lang *l)
{
    return l == lang_default();
}

/* Only the first of a month has an ordinal in French. */
static const char *ordinal(const struct lang *l, int day)
{
    return day == 1 && french(l) ? "er" : "";
}

/* "1er mars 2024". Lists are full of it, so it is written by hand: printf would
 * cost three times as much. */
static char *day_plain(struct arena *a, struct date d, const char *nth,
                       const char *month)
{
    if (d.year < 1000 || d.year > 9999)
        return arena_printf(a, "%d%s" FIRM "%s %d", d.day, nth, month, d.year);
    const size_t nth_n = strlen(nth), month_n = strlen(month);
    char *text = arena_room(a, sizeof("31" FIRM " 2024") + nth_n + month_n);
    char *to = text;
    if (d.day >= 10)
        *to++ = (char)('0' + d.day / 10);
    *to++ = (char)('0' + d.day % 10);
    memcpy(to, nth, nth_n);
    to += nth_n;
    memcpy(to, FIRM, sizeof(FIRM) - 1);
    to += sizeof(FIRM) - 1;
    memcpy(to, month, month_n);
    to += month_n;
    *to++ = ' ';
    *to++ = (char)('0' + d.year / 1000);
    *to++ = (char)('0' + d.year / 100 % 10);
    *to++ = (char)('0' + d.year / 10 % 10);
    *to++ = (char)('0' + d.year % 10);
    *to = 0;
    return text;
}

char *format_day(struct arena *a, const struct lang *l, int32_t day,
                 enum day_style style)
{
    if (day == NO_DAY)
        return arena_dup(a, "", 0);
    struct date d = day_date(day);
    const char *const nth = ordinal(l, d.day);
    const bool short_ = style == DAY_SHORT || style == DAY_MEDIUM;
    const char *month = tr(l, (short_ ? short_months : months)[d.month - 1]);
    switch (style) {
    case DAY_SHORT:
        return arena_printf(a, "%02d/%02d/%04d", d.day, d.month, d.year);
    case DAY_MEDIUM:
    case DAY_PLAIN:
        return day_plain(a, d, nth, month);
    case DAY_LONG:
        return arena_printf(a, "%s %d%s" FIRM "%s %d",
                            tr(l, weekdays[day_weekday(day)]), d.day, nth,
                            month, d.year);
    case DAY_BARE:
        return arena_printf(a, "%d%s" FIRM "%s", d.day, nth, month);
    case DAY_MONTH:
        return arena_printf(a, "%s %d", month, d.year);
    }
    return arena_dup(a, "", 0);
}

char *format_days(struct arena *a, const struct lang *l, int32_t first,
                  int32_t last)
{
    if (first == NO_DAY || last == NO_DAY)
        return arena_dup(a, "", 0);
    struct date from = day_date(first), to = day_date(last);
    const char *begin = format_day(a, l, first, DAY_PLAIN);
    const char *end = format_day(a, l, last, DAY_PLAIN);
    if (first == last)
        return tr_with(a, l, "i18n.days.one", "day", end, NULL);
    if (from.year == to.year && from.month == to.month)
        begin = arena_printf(a, "%d%s", from.day, ordinal(l, from.day));
    else if (from.year == to.year)
        begin = format_day(a, l, first, DAY_BARE);
    return tr_with(a, l, "i18n.days.range", "first", begin, "last", end, NULL);
}

/* The unit that a distance is told in: the first it is less than. */
static const struct {
    int64_t below, days, months; /* how many of either make one */
    const char *ago, *in;
} spans[] = {
    {14, 1, 0, "i18n.ago.days", "i18n.in.days"},
    {60, 7, 0, "i18n.ago.weeks", "i18n.in.weeks"},
    {730, 0, 1, "i18n.ago.months", "i18n.in.months"},
    {INT64_MAX, 0, 12, "i18n.ago.years", "i18n.in.years"},
};

char *format_day_from(struct arena *a, const struct lang *l, int32_t day,
                      int32_t today)
{
    if (day == NO_DAY)
        return arena_dup(a, "", 0);
    int64_t distance = (int64_t)day - today;
    if (distance >= -1 && distance <= 1) {
        static const char *const near[] = {"i18n.yesterday", "i18n.today",
                                           "i18n.tomorrow"};
        return str_dup(a, str_of(tr(l, near[distance + 1])));
    }
    struct date from = day_date(distance < 0 ? day : today);
    struct date to = day_date(distance < 0 ? today : day);
    int64_t days = distance < 0 ? -distance : distance;
    int64_t whole_months = (to.year - from.year) * 12 + to.month - from.month -
                           (to.day < from.day);
    size_t i = 0;
    while (days >= spans[i].below)
        i++;
    int64_t n =
        spans[i].days ? days / spans[i].days : whole_months / spans[i].months;
    return tr_n(a, l, distance < 0 ? spans[i].ago : spans[i].in, n);
}

char *format_time_from(struct arena *a, const struct lang *l, int64_t time,
                       int64_t now)
{
    if (time == NONE)
        return arena_dup(a, "", 0);
    bool past = time <= now;
    int64_t seconds = past ? now - time : time - now;
    if (seconds < 60)
        return str_dup(a, str_of(tr(l, "i18n.now")));
    if (seconds < 3600)
        return tr_n(a, l, past ? "i18n.ago.minutes" : "i18n.in.minutes",
                    seconds / 60);
    if (seconds < 86400)
        return tr_n(a, l, past ? "i18n.ago.hours" : "i18n.in.hours",
                    seconds / 3600);
    return format_day_from(a, l, day_of_time(time), day_of_time(now));
}

char *format_clock(struct arena *a, const struct lang *l, int minutes)
{
    int hour = minutes / 60, minute = minutes % 60;
    if (minutes < 0)
        return arena_dup(a, "", 0);
    if (!french(l))
        return arena_printf(a, "%02d:%02d", hour, minute);
    return minute ? arena_printf(a, "%d" FIRM "h" FIRM "%02d", hour, minute)
                  : arena_printf(a, "%d" FIRM "h", hour);
}

char *format_time(struct arena *a, const struct lang *l, int64_t time)
{
    if (time == NONE)
        return arena_dup(a, "", 0);
    struct clock c = time_local(time);
    int32_t day = day_of(c.date.year, c.date.month, c.date.day);
    return tr_with(a, l, "i18n.day_at", "day", format_day(a, l, day, DAY_PLAIN),
                   "time", format_clock(a, l, c.hour * 60 + c.minute), NULL);
}

char *format_duration(struct arena *a, const struct lang *l, int64_t minutes)
{
    if (minutes < 0)
        return arena_dup(a, "", 0);
    if (minutes < 60)
        return arena_printf(a, "%d" FIRM "min", (int)minutes);
    const char *hours = format_int(a, l, minutes / 60);
    int rest = (int)(minutes % 60);
    if (!rest)
        return arena_printf(a, "%s" FIRM "h", hours);
    return french(l)
               ? arena_printf(a, "%s" FIRM "h" FIRM "%02d", hours, rest)
               : arena_printf(a, "%s" FIRM "h %d" FIRM "min", hours, rest);
}

const char *format_weekday(const struct lang *l, int weekday)
{
    return tr(l, weekdays[weekday]);
}

const char *format_half(const struct lang *l, enum half_day half)
{
    return tr(l, halves[half]);
}
