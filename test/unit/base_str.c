#include "unit/test.h"

#include "base/str.h"

#include <math.h>

static uint64_t state;

/* splitmix64: the same numbers on every run. */
static uint64_t next(void)
{
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

TEST(str_trim_and_cut)
{
    OKAY(str_eq(str_trim(STR(" \t a b\r\n")), "a b"));
    OKAY(str_trim(STR(" \n ")).n == 0 && str_trim(STR("")).n == 0);
    OKAY(str_eq(str_trim(STR("\u00A0 a\u00A0b \u202F")), "a\u00A0b"));
    OKAY(str_trim(STR("\u00A0")).n == 0 && str_trim(STR("\u00E0")).n == 2);
    OKAY(str_eq(str_of(NULL), "") && !str_eq(STR("ab"), "a"));
    OKAY(str_starts(STR("abc"), "ab") && !str_starts(STR("a"), "ab"));
    struct str rest = STR("a;;b;"), part;
    const char *const wanted[] = {"a", "", "b", ""};
    for (size_t i = 0; i < COUNT(wanted); i++)
        OKAY(str_next(&rest, ';', &part) && str_eq(part, wanted[i]));
    OKAY(!str_next(&rest, ';', &part));
    rest = STR("");
    OKAY(str_next(&rest, ';', &part) && part.n == 0);
    OKAY(!str_next(&rest, ';', &part));
    OKAY(word_in("admin head", "head") && !word_in("admin head", "hea"));
    OKAY(!word_in("", "") && !word_in(NULL, "a") && !word_in("a  b", ""));
}

TEST(str_int_whole_numbers)
{
    int64_t n = 7;
    OKAY(str_int(STR("0"), &n) && n == 0);
    OKAY(str_int(STR("-12"), &n) && n == -12);
    OKAY(str_int(STR("9223372036854775807"), &n) && n == INT64_MAX);
    OKAY(str_int(STR("-9223372036854775807"), &n) && n == -INT64_MAX);
    n = 7;
    const char *const bad[] = {"",
                               "-",
                               "+1",
                               " 1",
                               "1 ",
                               "1.0",
                               "0x1",
                               "1e3",
                               "9223372036854775808",
                               "-9223372036854775808",
                               "99999999999999999999999",
                               "--1",
                               "1-"};
    for (size_t i = 0; i < COUNT(bad); i++)
        OKAY(!str_int(str_of(bad[i]), &n) && n == 7);
}

TEST(str_real_is_the_nearest_double)
{
    double d = 7;
    OKAY(str_real(STR("48.445897"), &d) && d == 48.445897);
    OKAY(str_real(STR("6,739960"), &d) && d == 6.739960);
    OKAY(str_real(STR("-.5"), &d) && d == -0.5);
    OKAY(str_real(STR("3."), &d) && d == 3);
    OKAY(str_real(STR("-0,0"), &d) && d == 0 && !signbit(d));
    OKAY(str_real(STR("9007199254740993"), &d) && d == 9007199254740992.0);
    d = 7;
    const char *const bad[] = {"",   "-",   ".",     ",",   "1,2,3", "1.2,3",
                               "+1", "1e5", "0x1p3", "nan", "inf",   " 1"};
    for (size_t i = 0; i < COUNT(bad); i++)
        OKAY(!str_real(str_of(bad[i]), &d) && d == 7);
    char longest[200];
    memset(longest, '9', sizeof(longest));
    OKAY(!str_real((struct str){longest, sizeof(longest)}, &d) && d == 7);
    state = 1;
    int wrong = 0;
    for (int i = 0; i < 20000; i++) {
        char text[64];
        int decimals = (int)(next() % 18);
        snprintf(text, sizeof(text), "%s%" PRIu64 ".%0*" PRIu64,
                 next() & 1 ? "-" : "", next() >> (next() % 64), decimals + 1,
                 next() >> (next() % 64));
        wrong += !str_real(str_of(text), &d) || d != strtod(text, NULL);
    }
    OKAY(!wrong);
}
