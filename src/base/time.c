#include "base/time.h"

#include <stdatomic.h>

/* Days from civil, and back: H. Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", days_from_civil and civil_from_days. */
int32_t day_of(int y, int m, int d)
{
    y -= m <= 2;
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400;
    int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct date day_date(int32_t day)
{
    int z = day + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    int month = mp < 10 ? mp + 3 : mp - 9;
    return (struct date){yoe + era * 400 + (month <= 2), month,
                         doy - (153 * mp + 2) / 5 + 1};
}

int day_weekday(int32_t day)
{
    return (int)(((int64_t)day % 7 + 7 + 3) % 7);
}

static bool three_numbers(struct str s, char sep, int64_t out[3])
{
    struct str part;
    for (int i = 0; i < 3; i++)
        if (!str_next(&s, sep, &part) || part.n > 4 || !part.n ||
            *part.p == '-' || !str_int(part, &out[i]))
            return false;
    return !s.p;
}

bool day_parse(struct str s, int32_t *out)
{
    int64_t n[3];
    s = str_trim(s);
    if (three_numbers(s, '/', n)) {
        int64_t day = n[0];
        n[0] = n[2], n[2] = day;
    } else if (!three_numbers(s, '-', n)) {
        return false;
    }
    if (n[0] < 1000 || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 31)
        return false;
    int32_t day = day_of((int)n[0], (int)n[1], (int)n[2]);
    struct date back = day_date(day);
    if (back.day != n[2] || back.month != n[1])
        return false;
    *out = day;
    return true;
}

char *day_iso(struct arena *a, int32_t day)
{
    struct date d = day_date(day);
    return arena_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static _Atomic int64_t moved; /* seconds added to the clock */

int64_t time_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec + atomic_load_explicit(&moved, memory_order_relaxed);
}

int64_t time_monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct clock time_local(int64_t time)
{
    time_t t = (time_t)time;
    struct tm tm;
    CHECK(localtime_r(&t, &tm));
    return (struct clock){{tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday},
                          tm.tm_hour,
                          tm.tm_min,
                          tm.tm_sec};
}

static bool shows(int64_t time, struct clock c)
{
    const struct clock is = time_local(time);
    return is.hour == c.hour && is.minute == c.minute;
}

int64_t time_of_clock(struct clock c)
{
    time_t at = 0;
    for (int summer = 1; summer >= 0; summer--) {
        struct tm tm = {.tm_year = c.date.year - 1900,
                        .tm_mon = c.date.month - 1,
                        .tm_mday = c.date.day,
                        .tm_hour = c.hour,
                        .tm_min = c.minute,
                        .tm_sec = c.second,
                        .tm_isdst = summer};
        at = mktime(&tm);
        if (shows(at, c))
            break;
    }
    return at;
}

int64_t time_later(int64_t time, int64_t hours)
{
    struct clock c = time_local(time);
    const int32_t day = day_of(c.date.year, c.date.month, c.date.day);
    c.date = day_date(day + (int32_t)(hours / 24));
    return time_of_clock(c) + hours % 24 * 3600;
}

int32_t day_of_time(int64_t time)
{
    struct date d = time_local(time).date;
    return day_of(d.year, d.month, d.day);
}

int32_t day_today(void)
{
    return day_of_time(time_now());
}

void day_set_today(int32_t day)
{
    /* Twice: the hour of summer time that lies between may give midnight back
     * to the day before. */
    for (int i = 0; i < 2; i++)
        atomic_fetch_add(&moved, ((int64_t)day - day_today()) * 86400);
}

int school_year_of(int32_t day)
{
    struct date d = day_date(day);
    return d.month >= 9 ? d.year : d.year - 1;
}

int32_t school_year_first(int year)
{
    return day_of(year, 9, 1);
}

int32_t school_year_last(int year)
{
    return day_of(year + 1, 8, 31);
}

char *school_year_text(struct arena *a, int year)
{
    return arena_printf(a, "%d-%d", year, year + 1);
}

bool school_year_parse(struct str s, int *year)
{
    int64_t first, second;
    struct str part;
    s = str_trim(s);
    if (!str_next(&s, '-', &part) || !str_int(part, &first) || !s.p ||
        !str_int(s, &second) || second != first + 1 || first < 1900 ||
        first > 9998)
        return false;
    *year = (int)first;
    return true;
}

char *time_iso(struct arena *a, int64_t time)
{
    int64_t day = time / 86400 - (time % 86400 < 0);
    int64_t s = time - day * 86400;
    struct date d = day_date((int32_t)day);
    return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month,
                        d.day, (int)(s / 3600), (int)(s / 60 % 60),
                        (int)(s % 60));
}

static bool two_digits(const char *p, int64_t *out)
{
    return *p != '-' && str_int((struct str){p, 2}, out);
}

/* "HH:MM:SS" at s.p, within a day. */
static bool clock_parse(struct str s, int64_t *seconds)
{
    int64_t h, m, sec;
    if (s.n < 8 || s.p[2] != ':' || s.p[5] != ':' || !two_digits(s.p, &h) ||
        !two_digits(s.p + 3, &m) || !two_digits(s.p + 6, &sec) || h > 23 ||
        m > 59 || sec > 60)
        return false;
    *seconds = h * 3600 + m * 60 + sec;
    return true;
}

bool time_parse(struct str s, int64_t *out)
{
    int32_t day;
    int64_t seconds, h, m;
    if (s.n < 20 || s.p[10] != 'T' || s.p[4] != '-' || s.p[7] != '-' ||
        s.p[9] == ' ' || !day_parse((struct str){s.p, 10}, &day) ||
        !clock_parse((struct str){s.p + 11, s.n - 11}, &seconds))
        return false;
    struct str zone = {s.p + 19, s.n - 19};
    if (*zone.p == '.') {
        do
            zone.p++, zone.n--;
        while (zone.n && *zone.p >= '0' && *zone.p <= '9');
        if (zone.p[-1] == '.')
            return false;
    }
    int64_t offset = 0;
    if (!str_eq(zone, "Z")) {
        if (zone.n != 6 || (*zone.p != '+' && *zone.p != '-') ||
            zone.p[3] != ':' || !two_digits(zone.p + 1, &h) ||
            !two_digits(zone.p + 4, &m) || h > 23 || m > 59)
            return false;
        offset = (h * 60 + m) * (*zone.p == '-' ? -60 : 60);
    }
    *out = (int64_t)day * 86400 + seconds - offset;
    return true;
}

void time_zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}
