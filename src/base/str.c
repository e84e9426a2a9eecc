#include "base/str.h"

char *str_dup(struct arena *a, struct str s)
{
    return arena_dup(a, s.p, s.n);
}

bool str_eq(struct str a, const char *b)
{
    return strlen(b) == a.n && (!a.n || memcmp(a.p, b, a.n) == 0);
}

bool str_starts(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Bytes of the white space at the start of s, or at its end; no-break spaces
 * are some, which spreadsheets and French texts leave behind. */
static size_t space_at(struct str s, bool end)
{
    static const struct str wide[] = {{"\u00A0", 2}, {"\u202F", 3}};
    if (s.n && is_space(s.p[end ? s.n - 1 : 0]))
        return 1;
    for (size_t i = 0; i < COUNT(wide); i++)
        if (s.n >= wide[i].n && memcmp(end ? s.p + s.n - wide[i].n : s.p,
                                       wide[i].p, wide[i].n) == 0)
            return wide[i].n;
    return 0;
}

struct str str_trim(struct str s)
{
    size_t n;
    while ((n = space_at(s, false)))
        s.p += n, s.n -= n;
    while ((n = space_at(s, true)))
        s.n -= n;
    return s;
}

bool str_next(struct str *rest, char sep, struct str *part)
{
    if (!rest->p)
        return false;
    const char *cut = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
    if (!cut) {
        *part = *rest;
        *rest = (struct str){NULL, 0};
        return true;
    }
    *part = (struct str){rest->p, (size_t)(cut - rest->p)};
    *rest = (struct str){cut + 1, rest->n - part->n - 1};
    return true;
}

bool str_int(struct str s, int64_t *out)
{
    bool minus = s.n && *s.p == '-';
    size_t i = minus;
    int64_t n = 0;
    if (i == s.n)
        return false;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || __builtin_mul_overflow(n, 10, &n) ||
            __builtin_sub_overflow(n, s.p[i] - '0', &n))
            return false;
    }
    if (n == INT64_MIN) /* that one is NONE */
        return false;
    *out = minus ? n : -n;
    return true;
}

/* strtod gives the double nearest to the text. No locale is ever set, so its
 * point is a point; and the text has been looked at, so that hexadecimal, "nan"
 * and exponents do not pass. */
bool str_real(struct str s, double *out)
{
    char text[128];
    bool point = false, digit = false;
    if (s.n >= sizeof(text))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if ((c == ',' || c == '.') && !point) {
            point = true;
            c = '.';
        } else if (c >= '0' && c <= '9') {
            digit = true;
        } else if (c != '-' || i) {
            return false;
        }
        text[i] = c;
    }
    text[s.n] = 0;
    if (digit)
        *out = strtod(text, NULL) + 0.0; /* of two zeros, one */
    return digit;
}

bool word_in(const char *list, const char *word)
{
    struct str rest = str_of(list), part;
    while (str_next(&rest, ' ', &part))
        if (part.n && str_eq(part, word))
            return true;
    return false;
}

static void make_room(struct buf *b, size_t more)
{
    if (b->room - b->n > more)
        return;
    size_t room = b->room ? b->room * 2 : 256;
    while (room - b->n <= more)
        room *= 2;
    char *p = arena_room(b->mem, room);
    if (b->n)
        memcpy(p, b->p, b->n);
    b->p = p;
    b->room = room;
}

void buf_add(struct buf *b, const char *p, size_t n)
{
    make_room(b, n);
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

/* Writes the digits to the end of text; where they begin. */
enum { DIGITS = 24 };
static size_t digits(char text[DIGITS], int64_t i)
{
    size_t at = DIGITS;
    uint64_t n = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    do
        text[--at] = (char)('0' + n % 10);
    while (n /= 10);
    if (i < 0)
        text[--at] = '-';
    return at;
}

void buf_int(struct buf *b, int64_t i)
{
    char text[DIGITS];
    const size_t at = digits(text, i);
    buf_add(b, text + at, DIGITS - at);
}

char *path_of_id(struct arena *a, const char *path, int64_t id)
{
    char text[DIGITS + 1] = "";
    const size_t n = strlen(path), at = digits(text, id) - 1;
    char *s = arena_room(a, n + DIGITS + 1 - at);
    memcpy(s, path, n);
    text[at] = '/';
    memcpy(s + n, text + at, DIGITS + 1 - at);
    return s;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    CHECK(n >= 0);
    make_room(b, (size_t)n);
    vsnprintf(b->p + b->n, b->room - b->n, fmt, again);
    va_end(again);
    b->n += (size_t)n;
}

struct str buf_done(const struct buf *b)
{
    return b->p ? (struct str){b->p, b->n} : (struct str){"", 0};
}
