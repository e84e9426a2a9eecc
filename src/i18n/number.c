#include "i18n/format.h"

enum { LONGEST = 64 }; /* bytes that somebody types for a number */

/* Every space as " ", every minus as "-", none at the ends. False: too long. */
static bool plain_signs(struct str s, char out[LONGEST])
{
    static const struct {
        const char *from;
        char to;
    } signs[] = {
        {"\u00A0", ' '},
        {"\u202F", ' '},
        {"\u2009", ' '},
        {"\u2212", '-'},
    };
    size_t n = 0;
    while (s.n) {
        size_t wide = 1;
        char c = *s.p;
        for (size_t i = 0; i < COUNT(signs); i++)
            if (str_starts(s, signs[i].from)) {
                wide = strlen(signs[i].from);
                c = signs[i].to;
            }
        if (n + 1 == LONGEST || !c)
            return false;
        out[n++] = c;
        s = (struct str){s.p + wide, s.n - wide};
    }
    struct str trimmed = str_trim((struct str){out, n});
    memmove(out, trimmed.p, trimmed.n);
    out[trimmed.n] = 0;
    return true;
}

static bool three_digits(const char *p)
{
    return is_digit(p[0]) && is_digit(p[1]) && is_digit(p[2]) &&
           !is_digit(p[3]);
}

/* "1 234,5" gives "1234.5". */
static bool canonical(const struct lang *l, struct str s, char out[LONGEST])
{
    char text[LONGEST];
    bool french = l == lang_default();
    size_t n = 0;
    if (!plain_signs(s, text))
        return false;
    const char *p = text;
    if (*p == '-')
        out[n++] = *p++;
    const char *first = p;
    while (is_digit(*p))
        out[n++] = *p++;
    if (p == first)
        return false;
    char gap = 0;
    if (*p == ' ' || (*p == ',' && !french))
        gap = *p;
    if (gap && p - first > 3)
        return false;
    while (gap && *p == gap) {
        if (!three_digits(p + 1))
            return false;
        memcpy(out + n, p + 1, 3);
        n += 3;
        p += 4;
    }
    if (*p == '.' || (*p == ',' && french)) {
        out[n++] = '.';
        if (!is_digit(*++p))
            return false;
        while (is_digit(*p))
            out[n++] = *p++;
    }
    out[n] = 0;
    return !*p;
}

bool number_parse(const struct lang *l, struct str s, double *out)
{
    char text[LONGEST];
    return canonical(l, s, text) && str_real(str_of(text), out);
}

bool integer_parse(const struct lang *l, struct str s, int64_t *out)
{
    char text[LONGEST];
    return canonical(l, s, text) && str_int(str_of(text), out);
}

bool money_parse(const struct lang *l, struct str s, int64_t *cents)
{
    static const char euro[] = "€";
    const size_t n = sizeof(euro) - 1;
    char text[LONGEST];
    int64_t whole, part = 0;
    s = str_trim(s);
    if (str_starts(s, euro))
        s = (struct str){s.p + n, s.n - n};
    else if (s.n >= n && memcmp(s.p + s.n - n, euro, n) == 0)
        s.n -= n;
    if (!canonical(l, s, text))
        return false;
    struct str rest = str_of(text), units;
    str_next(&rest, '.', &units);
    if (rest.p && (rest.n > 2 || !str_int(rest, &part)))
        return false;
    if (rest.p && rest.n == 1)
        part *= 10;
    if (*text == '-')
        part = -part;
    if (!str_int(units, &whole) || __builtin_mul_overflow(whole, 100, &whole) ||
        __builtin_add_overflow(whole, part, &whole) || whole == NONE)
        return false;
    *cents = whole;
    return true;
}
