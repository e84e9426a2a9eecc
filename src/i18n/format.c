#include "i18n/format.h"

#include "base/utf8.h"

#include <math.h>

#define NARROW "\u202F" /* narrow no-break space */
#define FIRM "\u00A0"   /* no-break space */
#define MINUS "\u2212"

static bool french(const struct lang *l)
{
    return l == lang_default();
}

static char *nothing(struct arena *a)
{
    return arena_dup(a, "", 0);
}

/* "-1234.5", as printf writes it, with the signs of the language. */
static char *grouped(struct arena *a, const struct lang *l, const char *plain)
{
    struct buf b = {.mem = a};
    if (*plain == '-') {
        buf_str(&b, MINUS);
        plain++;
    }
    size_t whole = strspn(plain, "0123456789");
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0)
            buf_str(&b, french(l) ? NARROW : ",");
        buf_char(&b, plain[i]);
    }
    if (plain[whole] == '.') {
        buf_char(&b, french(l) ? ',' : '.');
        buf_str(&b, plain + whole + 1);
    }
    return b.p;
}

char *format_int(struct arena *a, const struct lang *l, int64_t n)
{
    if (n == NONE)
        return nothing(a);
    return grouped(a, l, arena_printf(a, "%" PRId64, n));
}

char *format_real(struct arena *a, const struct lang *l, double d, int decimals)
{
    if (!isfinite(d))
        return nothing(a);
    char *plain = arena_printf(a, "%.*f", decimals < 0 ? 0 : decimals, d);
    size_t n = strlen(plain);
    if (strchr(plain, '.')) {
        while (plain[n - 1] == '0')
            n--;
        n -= plain[n - 1] == '.';
        plain[n] = 0;
    }
    return grouped(a, l, same(plain, "-0") ? "0" : plain);
}

char *format_percent(struct arena *a, const struct lang *l, double percent,
                     int decimals)
{
    if (!isfinite(percent))
        return nothing(a);
    return arena_printf(a, "%s%s%%", format_real(a, l, percent, decimals),
                        french(l) ? NARROW : "");
}

char *format_money(struct arena *a, const struct lang *l, int64_t cents)
{
    if (cents == NONE)
        return nothing(a);
    const char *sign = cents < 0 ? MINUS : "";
    uint64_t all = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;
    const char *whole = format_int(a, l, (int64_t)(all / 100));
    const char *part =
        all % 100
            ? arena_printf(a, "%s%02d", french(l) ? "," : ".", (int)(all % 100))
            : "";
    return french(l) ? arena_printf(a, "%s%s%s" FIRM "€", sign, whole, part)
                     : arena_printf(a, "%s€%s%s", sign, whole, part);
}

char *format_bytes(struct arena *a, const struct lang *l, int64_t bytes)
{
    static const char *const units[][2] = {
        {"octets", "bytes"}, {"ko", "kB"}, {"Mo", "MB"},
        {"Go", "GB"},        {"To", "TB"},
    };
    size_t unit = 0;
    double d = (double)bytes;
    if (bytes == NONE)
        return nothing(a);
    while (fabs(d) >= 999.5 && unit + 1 < COUNT(units)) {
        d /= 1000;
        unit++;
    }
    const char *name = units[unit][!french(l)];
    if (!unit && bytes <= 1 && (bytes == 1 || french(l)))
        name = french(l) ? "octet" : "byte";
    return arena_printf(a, "%s" FIRM "%s",
                        format_real(a, l, d, unit && d < 99.5), name);
}

char *format_ordinal(struct arena *a, const struct lang *l, int64_t n)
{
    if (n == NONE)
        return nothing(a);
    static const char *const ends[] = {"th", "st", "nd", "rd"};
    bool teen = n % 100 >= 11 && n % 100 <= 13;
    const char *end = ends[!teen && n % 10 >= 1 && n % 10 <= 3 ? n % 10 : 0];
    if (french(l))
        end = n == 1 ? "er" : "e";
    return arena_printf(a, "%s%s", format_int(a, l, n), end);
}

/* "d’" before a vowel or an h that is not sounded, "de " elsewhere. */
static const char *of(struct arena *a, const char *what)
{
    static const char *const sounded[] = {"hand", "haut", "hall", "hang",
                                          "has",  "hors", "huit", "hero"};
    struct str s = utf8_fold(a, str_of(what));
    for (size_t i = 0; i < COUNT(sounded); i++)
        if (str_starts(s, sounded[i]))
            return "de ";
    return s.n && memchr("aeiouh", *s.p, 6) ? "d’" : "de ";
}

char *format_about(struct arena *a, const struct lang *l, int64_t n,
                   const char *what)
{
    static const struct {
        int n;
        const char *key;
    } words[] = {
        {10, "i18n.about.10"},   {12, "i18n.about.12"},
        {15, "i18n.about.15"},   {20, "i18n.about.20"},
        {30, "i18n.about.30"},   {40, "i18n.about.40"},
        {50, "i18n.about.50"},   {60, "i18n.about.60"},
        {100, "i18n.about.100"}, {1000, "i18n.about.1000"},
    };
    if (n == NONE)
        return nothing(a);
    const char *number = format_int(a, l, n);
    for (size_t i = 0; i < COUNT(words); i++) {
        if (n != words[i].n)
            continue;
        const char *word = tr(l, words[i].key);
        return what ? arena_printf(a, "%s %s%s", word,
                                   french(l) ? of(a, what) : "", what)
                    : str_dup(a, str_of(word));
    }
    if (n >= 10)
        number = tr_with(a, l, "i18n.about", "n", number, NULL);
    return what ? arena_printf(a, "%s" FIRM "%s", number, what)
                : str_dup(a, str_of(number));
}

char *format_list(struct arena *a, const struct lang *l,
                  const char *const *items, size_t n)
{
    struct buf b = {.mem = a};
    buf_add(&b, "", 0);
    for (size_t i = 0; i < n; i++) {
        if (i && i == n - 1)
            buf_str(&b, tr(l, "i18n.list.last"));
        else if (i)
            buf_str(&b, ", ");
        buf_str(&b, items[i]);
    }
    return b.p;
}

struct folded {
    struct str fold;
    const char *text;
};

static int fold_order(const void *left, const void *right)
{
    const struct folded *x = left, *y = right;
    int order = strcmp(x->fold.p, y->fold.p);
    return order ? order : strcmp(x->text, y->text);
}

char *format_sorted(struct arena *a, const struct lang *l,
                    const char *const *items, size_t n)
{
    struct folded *sorted = NEW_ARRAY(a, struct folded, n);
    const char **texts = NEW_ARRAY(a, const char *, n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct folded){utf8_fold(a, str_of(items[i])), items[i]};
    if (n)
        qsort(sorted, n, sizeof(*sorted), fold_order);
    for (size_t i = 0; i < n; i++)
        texts[i] = sorted[i].text;
    return format_list(a, l, texts, n);
}
