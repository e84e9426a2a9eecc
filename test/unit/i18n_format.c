#include "unit/test.h"

#include "i18n/format.h"

#include <math.h>

static struct arena mem;
static const struct lang *fr, *en;

/* The catalogues of the program itself. */
static void begin(void)
{
    fr = lang_find("fr");
    en = lang_find("en");
    const char *why = i18n_open(&mem, files_embedded, files_embedded_count);
    OKAY(!why);
}

static void end(size_t missed)
{
    OKAY(tr_missed() == missed);
    OKAY(!i18n_open(&mem, NULL, 0));
    arena_reset(&mem);
}

static bool is(const char *got, const char *wanted)
{
    if (!same(got, wanted))
        printf("  \"%s\" for \"%s\"\n", got, wanted);
    return same(got, wanted);
}

TEST(format_numbers)
{
    size_t missed = tr_missed();
    begin();
    OKAY(is(format_int(&mem, fr, 15495), "15\u202F495"));
    OKAY(is(format_int(&mem, en, 15495), "15,495"));
    OKAY(is(format_int(&mem, fr, -1234567), "\u22121\u202F234\u202F567"));
    OKAY(is(format_int(&mem, fr, 999), "999"));
    OKAY(is(format_int(&mem, fr, NONE), ""));
    OKAY(is(format_int(&mem, en, INT64_MAX), "9,223,372,036,854,775,807"));
    OKAY(is(format_real(&mem, fr, 12.5, 2), "12,5"));
    OKAY(is(format_real(&mem, en, 1234.25, 1), "1,234.2"));
    OKAY(is(format_real(&mem, fr, 3, 2), "3"));
    OKAY(is(format_real(&mem, fr, -0.001, 2), "0"));
    OKAY(is(format_real(&mem, fr, 100, 0), "100"));
    OKAY(is(format_real(&mem, fr, (double)NAN, 2), ""));
    OKAY(is(format_percent(&mem, fr, 39, 0), "39\u202F%"));
    OKAY(is(format_percent(&mem, en, 39.25, 1), "39.2%"));
    OKAY(is(format_money(&mem, fr, 120050), "1\u202F200,50\u00A0€"));
    OKAY(is(format_money(&mem, fr, 120000), "1\u202F200\u00A0€"));
    OKAY(is(format_money(&mem, en, -5), "\u2212€0.05"));
    OKAY(is(format_bytes(&mem, fr, 1200000), "1,2\u00A0Mo"));
    OKAY(is(format_bytes(&mem, en, 999), "999\u00A0bytes"));
    OKAY(is(format_bytes(&mem, en, 999600), "1\u00A0MB"));
    OKAY(is(format_bytes(&mem, fr, 0), "0\u00A0octet"));
    OKAY(is(format_ordinal(&mem, fr, 1), "1er"));
    OKAY(is(format_ordinal(&mem, fr, 21), "21e"));
    OKAY(is(format_ordinal(&mem, en, 22), "22nd"));
    OKAY(is(format_ordinal(&mem, en, 112), "112th"));
    end(missed);
}

TEST(format_approximations)
{
    size_t missed = tr_missed();
    begin();
    OKAY(is(format_about(&mem, fr, 100, "projets"), "une centaine de projets"));
    OKAY(is(format_about(&mem, fr, 10, "écoles"), "une dizaine d’écoles"));
    OKAY(is(format_about(&mem, fr, 30, "heures"), "une trentaine d’heures"));
    OKAY(is(format_about(&mem, fr, 20, "hangars"), "une vingtaine de hangars"));
    OKAY(
        is(format_about(&mem, fr, 250, "projets"), "environ 250\u00A0projets"));
    OKAY(is(format_about(&mem, fr, 7, "projets"), "7\u00A0projets"));
    OKAY(is(format_about(&mem, fr, 1000, NULL), "un millier"));
    OKAY(is(format_about(&mem, en, 100, "projects"),
            "about a hundred projects"));
    OKAY(is(format_about(&mem, en, 1250, NULL), "about 1,250"));
    const char *const items[] = {"Metz", "Épinal", "Bar"};
    OKAY(is(format_list(&mem, fr, items, 3), "Metz, Épinal et Bar"));
    OKAY(is(format_sorted(&mem, fr, items, 3), "Bar, Épinal et Metz"));
    OKAY(is(format_sorted(&mem, en, items, 2), "Épinal and Metz"));
    OKAY(is(format_list(&mem, fr, items, 1), "Metz"));
    OKAY(is(format_list(&mem, fr, items, 0), ""));
    end(missed);
}

TEST(format_days)
{
    size_t missed = tr_missed();
    begin();
    int32_t day = day_of(2026, 12, 3), march = day_of(2024, 3, 1);
    OKAY(is(format_day(&mem, fr, day, DAY_SHORT), "03/12/2026"));
    OKAY(is(format_day(&mem, fr, day, DAY_MEDIUM), "3\u00A0déc. 2026"));
    OKAY(is(format_day(&mem, fr, day, DAY_PLAIN), "3\u00A0décembre 2026"));
    OKAY(is(format_day(&mem, fr, day_of(1000, 1, 1), DAY_PLAIN),
            "1er\u00A0janvier 1000"));
    OKAY(is(format_day(&mem, fr, day_of(9999, 12, 31), DAY_PLAIN),
            "31\u00A0décembre 9999"));
    OKAY(is(format_day(&mem, en, day_of(2026, 5, 10), DAY_PLAIN),
            "10\u00A0May 2026"));
    OKAY(is(format_day(&mem, en, day_of(999, 5, 30), DAY_PLAIN),
            "30\u00A0May 999"));
    OKAY(is(format_day(&mem, en, day_of(12000, 5, 9), DAY_PLAIN),
            "9\u00A0May 12000"));
    OKAY(is(format_day(&mem, fr, day, DAY_LONG), "jeudi 3\u00A0décembre 2026"));
    OKAY(is(format_day(&mem, fr, march, DAY_BARE), "1er\u00A0mars"));
    OKAY(is(format_day(&mem, fr, march, DAY_MONTH), "mars 2024"));
    OKAY(is(format_day(&mem, en, day, DAY_LONG),
            "Thursday 3\u00A0December 2026"));
    OKAY(is(format_day(&mem, en, march, DAY_MEDIUM), "1\u00A0Mar 2024"));
    OKAY(is(format_day(&mem, fr, NO_DAY, DAY_LONG), ""));
    OKAY(is(format_days(&mem, fr, day, day + 2),
            "du 3 au 5\u00A0décembre 2026"));
    OKAY(is(format_days(&mem, fr, march - 1, march),
            "du 29\u00A0février au 1er\u00A0mars 2024"));
    OKAY(is(format_days(&mem, fr, day, day + 30),
            "du 3\u00A0décembre 2026 au 2\u00A0janvier 2027"));
    OKAY(is(format_days(&mem, fr, day, day), "le 3\u00A0décembre 2026"));
    OKAY(is(format_days(&mem, en, day, day + 2), "3 to 5\u00A0December 2026"));
    end(missed);
}

TEST(format_distance_in_time)
{
    size_t missed = tr_missed();
    begin();
    int32_t t = day_of(2026, 12, 3);
    OKAY(is(format_day_from(&mem, fr, t, t), "aujourd’hui"));
    OKAY(is(format_day_from(&mem, fr, t - 1, t), "hier"));
    OKAY(is(format_day_from(&mem, en, t + 1, t), "tomorrow"));
    OKAY(is(format_day_from(&mem, fr, t - 3, t), "il y a 3\u00A0jours"));
    OKAY(is(format_day_from(&mem, fr, t + 13, t), "dans 13\u00A0jours"));
    OKAY(is(format_day_from(&mem, fr, t + 14, t), "dans 2\u00A0semaines"));
    OKAY(is(format_day_from(&mem, fr, day_of(2026, 9, 4), t),
            "il y a 2\u00A0mois"));
    OKAY(is(format_day_from(&mem, fr, day_of(2026, 9, 3), t),
            "il y a 3\u00A0mois"));
    OKAY(is(format_day_from(&mem, en, day_of(2024, 12, 3), t),
            "2\u00A0years ago"));
    int64_t now = 1790000000;
    OKAY(is(format_time_from(&mem, fr, now - 59, now), "à l’instant"));
    OKAY(is(format_time_from(&mem, fr, now - 60, now), "il y a 1\u00A0min"));
    OKAY(is(format_time_from(&mem, en, now + 7200, now), "in 2\u00A0h"));
    OKAY(is(format_time_from(&mem, fr, now - 3 * 86400L, now),
            "il y a 3\u00A0jours"));
    end(missed);
}

TEST(format_hours)
{
    size_t missed = tr_missed();
    begin();
    OKAY(is(format_clock(&mem, fr, 870), "14\u00A0h\u00A030"));
    OKAY(is(format_clock(&mem, fr, 540), "9\u00A0h"));
    OKAY(is(format_clock(&mem, fr, 545), "9\u00A0h\u00A005"));
    OKAY(is(format_clock(&mem, en, 545), "09:05"));
    OKAY(is(format_duration(&mem, fr, 45), "45\u00A0min"));
    OKAY(is(format_duration(&mem, fr, 90), "1\u00A0h\u00A030"));
    OKAY(is(format_duration(&mem, en, 90), "1\u00A0h 30\u00A0min"));
    OKAY(is(format_duration(&mem, fr, 120), "2\u00A0h"));
    OKAY(is(format_half(fr, AFTERNOON), "après-midi"));
    OKAY(is(format_half(en, EVENING), "evening"));
    time_zone("Europe/Paris");
    OKAY(is(format_time(&mem, fr, 1782912600),
            "1er\u00A0juillet 2026 à 15\u00A0h\u00A030"));
    OKAY(is(format_time(&mem, en, 1782912600), "1\u00A0July 2026, 15:30"));
    time_zone("UTC");
    end(missed);
}

static bool number(const struct lang *l, const char *s, double wanted)
{
    double d = NAN;
    return number_parse(l, str_of(s), &d) ? d == wanted : isnan(wanted);
}

static bool cents(const struct lang *l, const char *s, int64_t wanted)
{
    int64_t n = NONE;
    return money_parse(l, str_of(s), &n) ? n == wanted : wanted == NONE;
}

TEST(number_input)
{
    const double no = NAN;
    int64_t n;
    fr = lang_find("fr");
    en = lang_find("en");
    OKAY(number(fr, "15 495", 15495) && number(fr, "15\u202F495,5", 15495.5));
    OKAY(number(fr, " \u00A012,5 ", 12.5) && number(fr, "12.5", 12.5));
    OKAY(number(fr, "\u22123", -3) && number(fr, "-0,25", -0.25));
    OKAY(number(fr, "1,234", 1.234) && number(en, "1,234", 1234));
    OKAY(number(en, "1,234,567.5", 1234567.5) && number(en, "1 234", 1234));
    OKAY(number(fr, "", no) && number(fr, "-", no) && number(fr, ",5", no));
    OKAY(number(fr, "1 23", no) && number(fr, "1234 567", no));
    OKAY(number(fr, "1 2345", no) && number(fr, "1  234", no));
    OKAY(number(en, "1,23", no) && number(en, "1,234 567", no));
    OKAY(number(fr, "1,5,5", no) && number(fr, "12,", no));
    OKAY(number(fr, "1e5", no) && number(fr, "0x10", no));
    OKAY(number(fr, "nan", no) && number(fr, "12 %", no));
    OKAY(integer_parse(fr, STR("9\u00A0223\u00A0372"), &n) && n == 9223372);
    OKAY(!integer_parse(fr, STR("1,5"), &n));
    OKAY(!integer_parse(en, STR("99,999,999,999,999,999,999"), &n));
    OKAY(!integer_parse(fr, STR("1\0002"), &n));
    char longest[200];
    memset(longest, '1', sizeof(longest));
    OKAY(!integer_parse(fr, (struct str){longest, sizeof(longest)}, &n));
    OKAY(cents(fr, "1 200,50 €", 120050) && cents(fr, "12", 1200));
    OKAY(cents(en, "€1,200.5", 120050) && cents(fr, "-0,05", -5));
    OKAY(cents(fr, "1,234", NONE) && cents(fr, "€", NONE));
    OKAY(cents(fr, "99999999999999999999", NONE));
    OKAY(cents(fr, "92233720368547758,08", NONE));
    OKAY(cents(fr, "92233720368547758,07", INT64_MAX));
}
