/*
 * Numbers, days and lists as French and English people write them. French takes
 * the narrow no-break space U+202F in numbers and before %, the no-break space
 * U+00A0 elsewhere; English days are British (03/12/2026 is in December).
 */
#pragma once

#include "base/time.h"
#include "i18n/lang.h"

/* A value that is none (NONE, NAN, NO_DAY) gives "", in all that follows. */
char *format_int(struct arena *a, const struct lang *l, int64_t n);
/* At most so many decimals, no zero at the end: 12,5 / 12.5. */
char *format_real(struct arena *a, const struct lang *l, double d,
                  int decimals);
/* 39 is "39 %" / "39%". */
char *format_percent(struct arena *a, const struct lang *l, double percent,
                     int decimals);
/* "1 200 €", "1 200,50 €" / "€1,200", "€1,200.50". */
char *format_money(struct arena *a, const struct lang *l, int64_t cents);
/* Decimal units: "1,2 Mo" / "1.2 MB". */
char *format_bytes(struct arena *a, const struct lang *l, int64_t bytes);
/* "1er", "2e" / "1st", "2nd". */
char *format_ordinal(struct arena *a, const struct lang *l, int64_t n);
/*
 * About that many, of what: "une centaine de projets", "environ 250 projets" /
 * "about a hundred projects". Words for round numbers only from 10 on; below,
 * the number. French elides: "une dizaine d’écoles". what may be NULL.
 */
char *format_about(struct arena *a, const struct lang *l, int64_t n,
                   const char *what);

enum day_style {
    DAY_SHORT,  /* 03/12/2026 */
    DAY_MEDIUM, /* 3 déc. 2026 / 3 Dec 2026 */
    DAY_PLAIN,  /* 3 décembre 2026, 1er mars 2026 / 3 December 2026 */
    DAY_LONG,   /* jeudi 3 décembre 2026 / Thursday 3 December 2026 */
    DAY_BARE,   /* 3 décembre / 3 December */
    DAY_MONTH,  /* décembre 2026 / December 2026 */
};
char *format_day(struct arena *a, const struct lang *l, int32_t day,
                 enum day_style style);
/* "du 3 au 5 décembre 2026", "du 30 novembre au 2 décembre 2026", "le 3 …". */
char *format_days(struct arena *a, const struct lang *l, int32_t first,
                  int32_t last);
/* "aujourd’hui", "hier", "demain", "il y a 3 jours", "dans 2 mois". */
char *format_day_from(struct arena *a, const struct lang *l, int32_t day,
                      int32_t today);
/* The same of an instant, down to minutes: "à l’instant", "il y a 5 min". */
char *format_time_from(struct arena *a, const struct lang *l, int64_t time,
                       int64_t now);
/* "3 décembre 2026 à 14 h 30" / "3 December 2026, 14:30", in the instance's
 * zone. */
char *format_time(struct arena *a, const struct lang *l, int64_t time);
/* Minutes of the day: "14 h 30", "9 h" / "14:30", "09:00". */
char *format_clock(struct arena *a, const struct lang *l, int minutes);
/* "45 min", "1 h 30" / "45 min", "1 h 30 min". */
char *format_duration(struct arena *a, const struct lang *l, int64_t minutes);

/* "lundi"; 0 is Monday. */
const char *format_weekday(const struct lang *l, int weekday);

enum half_day { MORNING, AFTERNOON, EVENING };
const char *format_half(const struct lang *l, enum half_day half);

/* "a, b et c" / "a, b and c", in their order. */
char *format_list(struct arena *a, const struct lang *l,
                  const char *const *items, size_t n);
/* The same, sorted by their fold. */
char *format_sorted(struct arena *a, const struct lang *l,
                    const char *const *items, size_t n);

/*
 * What people type. Spaces of any kind part thousands, in groups of three; in
 * English a comma does too. The decimal sign is a comma or a point in French
 * ("1,234" is 1.234), a point in English ("1,234" is 1234). Signs "-" and
 * U+2212. False for anything else, and nothing is written.
 */
bool number_parse(const struct lang *l, struct str s, double *out);
bool integer_parse(const struct lang *l, struct str s, int64_t *out);
/* In cents; two decimals at most, with or without the euro sign. */
bool money_parse(const struct lang *l, struct str s, int64_t *cents);
