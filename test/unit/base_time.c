#include "unit/test.h"

#include "base/time.h"

TEST(day_counts)
{
    OKAY(day_of(1970, 1, 1) == 0 && day_of(2000, 3, 1) == 11017);
    OKAY(day_of(1969, 12, 31) == -1);
    OKAY(day_weekday(day_of(1970, 1, 1)) == 3); /* a Thursday */
    OKAY(day_weekday(day_of(2026, 12, 3)) == 3);
    OKAY(day_weekday(day_of(1789, 7, 14)) == 1); /* a Tuesday */
    int wrong = 0;
    for (int32_t day = day_of(1000, 1, 1); day < day_of(3000, 1, 1); day++) {
        struct date d = day_date(day), next = day_date(day + 1);
        bool follows =
            (next.day == d.day + 1 && next.month == d.month) ||
            (next.day == 1 && next.month == d.month + 1) ||
            (next.day == 1 && next.month == 1 && next.year == d.year + 1);
        wrong += day_of(d.year, d.month, d.day) != day || !follows ||
                 (day_weekday(day) + 1) % 7 != day_weekday(day + 1);
    }
    OKAY(!wrong);
}

TEST(day_parse_what_people_write)
{
    int32_t day = 7;
    OKAY(day_parse(STR("2024-02-29"), &day) && day == day_of(2024, 2, 29));
    OKAY(day_parse(STR(" 1/3/2024 "), &day) && day == day_of(2024, 3, 1));
    OKAY(day_parse(STR("01/03/2024"), &day) && day == day_of(2024, 3, 1));
    OKAY(day_parse(STR("2000-02-29"), &day));
    day = 7;
    const char *const bad[] = {
        "",           "2023-02-29",  "1900-02-29", "2024-13-01", "2024-00-10",
        "2024-04-31", "32/01/2024",  "1/3/24",     "2024-1",     "2024-01-01-",
        "a/b/c",      "-2024-01-01", "2024-01-1x", "01-03-2024", "2024/03/01",
        "20240301",   "00001-01-01"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        OKAY(!day_parse(str_of(bad[i]), &day) && day == 7);
        if (day != 7)
            printf("  %s was taken\n", bad[i]);
        day = 7;
    }
}

TEST(school_years)
{
    struct arena mem = {0};
    int year = 7;
    OKAY(school_year_of(day_of(2023, 9, 1)) == 2023);
    OKAY(school_year_of(day_of(2023, 8, 31)) == 2022);
    OKAY(school_year_of(day_of(2024, 1, 1)) == 2023);
    OKAY(school_year_last(2023) - school_year_first(2023) == 365); /* leap */
    OKAY(school_year_first(2024) == school_year_last(2023) + 1);
    OKAY(same(school_year_text(&mem, 2023), "2023-2024"));
    OKAY(school_year_parse(STR(" 2023-2024 "), &year) && year == 2023);
    year = 7;
    const char *const bad[] = {"",          "2023",      "2023-2025",
                               "2023-24",   "2023/2024", "2023-2024-",
                               "1899-1900", "9999-10000"};
    for (size_t i = 0; i < COUNT(bad); i++)
        OKAY(!school_year_parse(str_of(bad[i]), &year) && year == 7);
    arena_reset(&mem);
}

TEST(time_text)
{
    struct arena mem = {0};
    int64_t t = 7;
    OKAY(same(time_iso(&mem, 0), "1970-01-01T00:00:00Z"));
    OKAY(same(time_iso(&mem, -1), "1969-12-31T23:59:59Z"));
    OKAY(same(time_iso(&mem, 1709296205), "2024-03-01T12:30:05Z"));
    OKAY(time_parse(STR("2024-03-01T12:30:05Z"), &t) && t == 1709296205);
    OKAY(time_parse(STR("2024-03-01T13:30:05.123+01:00"), &t) &&
         t == 1709296205);
    OKAY(time_parse(STR("2024-02-29T23:30:00-05:30"), &t) && t == 1709269200);
    t = 7;
    const char *const bad[] = {"",
                               "2024-03-01T12:30:05",
                               "2024-03-01 12:30:05Z",
                               "2024-03-01T24:30:05Z",
                               "2024-03-01T12:60:05Z",
                               "2024-03-01T12:30:61Z",
                               "2024-02-30T12:30:05Z",
                               "2024-03-01T12:30:05+1:00",
                               "2024-03-01T12:30:05+01:0",
                               "2024-03-01T12:30:05+24:00",
                               "2024-03-01T12:30:05Zx",
                               "2024-03-01T-1:30:05Z",
                               "2024-03-01T-0:30:05Z",
                               "2024-03-01T12:30:05.Z",
                               "01/03/2024T12:30:05Z",
                               " 2024-3-1 T12:30:05Z"};
    for (size_t i = 0; i < COUNT(bad); i++)
        OKAY(!time_parse(str_of(bad[i]), &t) && t == 7);
    arena_reset(&mem);
}

/* Paris: 31 March 2024, 02:00 becomes 03:00; 27 October, 03:00 becomes 02:00.
 */
TEST(time_local_in_paris)
{
    int64_t spring, autumn;
    OKAY(time_parse(STR("2024-03-31T01:00:00Z"), &spring));
    OKAY(time_parse(STR("2024-10-27T01:00:00Z"), &autumn));
    time_zone("Europe/Paris");
    OKAY(time_local(spring - 1).hour == 1 && time_local(spring).hour == 3);
    OKAY(time_local(autumn - 1).hour == 2 && time_local(autumn).hour == 2);
    OKAY(time_local(autumn - 1).minute == 59 && !time_local(autumn).minute);
    OKAY(day_of_time(day_of(2024, 7, 1) * INT64_C(86400) - 7200) ==
         day_of(2024, 7, 1));
    OKAY(day_of_time(day_of(2024, 7, 1) * INT64_C(86400) - 7201) ==
         day_of(2024, 6, 30));
    OKAY(time_local(-1).date.year == 1970);
    time_zone("UTC");
    OKAY(time_local(-1).date.year == 1969);
}

/* What is due at half past two in the night stays so over both changes, three
 * weeks and a week as well as a day; where there is no such hour, at the one
 * that it would have been. */
TEST(time_later_keeps_the_hour_of_the_clock)
{
    static const struct {
        const char *from;
        int64_t hours;
        const char *to;
    } rows[] = {
        {"2024-03-30T02:30:00+01:00", 24, "2024-03-31T03:30:00+02:00"},
        {"2024-03-30T02:30:00+01:00", 48, "2024-04-01T02:30:00+02:00"},
        {"2024-03-29T14:00:00+01:00", 72, "2024-04-01T14:00:00+02:00"},
        {"2024-03-24T02:30:00+01:00", 168, "2024-03-31T03:30:00+02:00"},
        {"2024-03-15T02:30:00+01:00", 504, "2024-04-05T02:30:00+02:00"},
        {"2024-10-26T02:30:00+02:00", 24, "2024-10-27T02:30:00+02:00"},
        {"2024-10-26T02:30:00+02:00", 48, "2024-10-28T02:30:00+01:00"},
        {"2024-10-25T18:00:00+02:00", 72, "2024-10-28T18:00:00+01:00"},
        {"2024-10-20T02:30:00+02:00", 168, "2024-10-27T02:30:00+02:00"},
        {"2024-10-15T02:30:00+02:00", 504, "2024-11-05T02:30:00+01:00"},
        {"2024-06-01T10:20:30+02:00", 5, "2024-06-01T15:20:30+02:00"},
    };
    int64_t from, to;
    time_zone("Europe/Paris");
    for (size_t i = 0; i < COUNT(rows); i++) {
        CHECK(time_parse(str_of(rows[i].from), &from) &&
              time_parse(str_of(rows[i].to), &to));
        OKAY(time_later(from, rows[i].hours) == to);
        OKAY(time_of_clock(time_local(to)) == to);
    }
    time_zone("UTC");
}

TEST(day_set_today_moves_the_clock)
{
    int32_t today = day_today();
    int64_t now = time_now();
    day_set_today(day_of(2024, 2, 29));
    OKAY(day_today() == day_of(2024, 2, 29));
    OKAY(time_now() % 86400 - now % 86400 <= 1); /* the hour stays */
    day_set_today(today);
    OKAY(day_today() == today && time_now() - now <= 1);
    OKAY(time_monotonic_ns() <= time_monotonic_ns());
}

/* A zone in which it is half past eleven now in winter, half past midnight in
 * summer: whole days then lead to the neighbour of the day that was asked. */
TEST(day_set_today_over_summer_time)
{
    char zone[64];
    int32_t today = day_today();
    int off = (int)(time_now() % 86400) - (23 * 3600 + 1800);
    snprintf(zone, sizeof(zone), "WIN%s%d:%02d:%02dSUM,M3.5.0,M10.5.0",
             off < 0 ? "-" : "", abs(off) / 3600, abs(off) / 60 % 60,
             abs(off) % 60);
    time_zone(zone);
    for (int i = 0; i < 4; i++) {
        int32_t day = day_of(2024, i % 2 ? 1 : 7, 15);
        day_set_today(day);
        OKAY(day_today() == day);
    }
    time_zone("UTC");
    day_set_today(today);
}
