/*
 * Time. An instant is UTC seconds since 1970 (int64_t); a day is a number of
 * days since 1970-01-01 in the instance's own zone (int32_t). A school year is
 * the number of its first calendar year: 2023 is 2023-2024, from 1 September.
 */
#pragma once

#include "base/str.h"

enum { DAY_SECONDS = 86400 };

struct date {
    int year, month, day;
};

int32_t day_of(int year, int month, int day); /* proleptic Gregorian */
struct date day_date(int32_t day);
int day_weekday(int32_t day); /* 0 is Monday */
/* "2024-03-01", "01/03/2024", "1/3/2024"; a day that does not exist: false. */
bool day_parse(struct str s, int32_t *out);
char *day_iso(struct arena *a, int32_t day);
int32_t day_today(void);
/* For tests and the demonstration: today is this day from now on. */
void day_set_today(int32_t day);
int32_t day_of_time(int64_t time); /* in the instance's zone */

int school_year_of(int32_t day);
int32_t school_year_first(int year);               /* 1 September */
int32_t school_year_last(int year);                /* 31 August after it */
char *school_year_text(struct arena *a, int year); /* "2023-2024" */
bool school_year_parse(struct str s, int *year);

int64_t time_now(void); /* UTC seconds, moved with day_set_today */
int64_t time_monotonic_ns(void);
char *time_iso(struct arena *a, int64_t time); /* 2024-03-01T12:30:05Z */
bool time_parse(struct str s, int64_t *out);   /* the same, or with an offset */
struct clock {
    struct date date;
    int hour, minute, second;
};
struct clock time_local(int64_t time);
/* When it is that on the clocks of the zone. Twice, as they are set back: the
 * first time. Never, as they are set forward: when it would have been (02:30 is
 * then 03:30). */
int64_t time_of_clock(struct clock c);
/* So many hours later: of each 24 the same hour of the next day, whether the
 * clocks were set in between or not. */
int64_t time_later(int64_t time, int64_t hours);
/* Sets the zone ("Europe/Paris"); before any thread starts. */
void time_zone(const char *name);
