#include "base/utf8.h"

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

bool utf8_ok(struct str s)
{
    return !s.n ||
           (!memchr(s.p, 0, s.n) && !u8_check((const uint8_t *)s.p, s.n));
}

size_t utf8_length(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

bool utf8_is_sentence(struct str s)
{
    struct str words[SENTENCE_WORDS];
    size_t n = 0, i = 0;
    while (n < SENTENCE_WORDS && i < s.n) {
        const size_t begins = i;
        while (i < s.n && !strchr(" \t\r\n", s.p[i]))
            i++;
        const struct str word = {s.p + begins, i - begins};
        bool again = !word.n;
        for (size_t k = 0; k < n; k++)
            again |=
                word.n == words[k].n && memcmp(word.p, words[k].p, word.n) == 0;
        if (!again)
            words[n++] = word;
        i += i < s.n;
    }
    return n == SENTENCE_WORDS && utf8_length(s) >= SENTENCE_LEAST;
}

static bool ends_with(struct str s, const char *end)
{
    const size_t n = strlen(end);
    return s.n >= n && memcmp(s.p + s.n - n, end, n) == 0;
}

/* Does the word end a sentence? Quotes and brackets close after the mark. */
static bool ends_sentence(struct str word)
{
    static const char *const closers[] = {
        "\xc2\xbb", "\xe2\x80\x9d", "\xc2\xa0", "\xe2\x80\xaf", "\"", ")"};
    static const char *const marks[] = {".", "!", "?", "\xe2\x80\xa6"};
    for (size_t i = 0; i < COUNT(closers); i++)
        if (ends_with(word, closers[i])) {
            word.n -= strlen(closers[i]);
            i = (size_t)-1;
        }
    for (size_t i = 0; i < COUNT(marks); i++)
        if (ends_with(word, marks[i]))
            return true;
    return false;
}

size_t utf8_sentences(struct str s)
{
    enum { LEAST = 2 }; /* words: "M." is none */
    size_t n = 0, words = 0;
    for (size_t i = 0; i < s.n;) {
        const size_t begins = i;
        while (i < s.n && !strchr(" \t\r\n", s.p[i]))
            i++;
        const struct str word = {s.p + begins, i - begins};
        i += i < s.n;
        words += word.n > 0;
        if (!word.n || !ends_sentence(word))
            continue;
        n += words >= LEAST;
        words = 0;
    }
    return n + (words >= LEAST);
}

static void put_point(struct buf *b, ucs4_t c)
{
    uint8_t bytes[6];
    int n = u8_uctomb(bytes, c, sizeof(bytes));
    if (n > 0)
        buf_add(b, (const char *)bytes, (size_t)n);
}

struct str utf8_mend(struct arena *a, struct str s)
{
    struct buf b = {.mem = a};
    for (size_t i = 0; i < s.n;) {
        ucs4_t point;
        const uint8_t *at = (const uint8_t *)s.p + i;
        const int n = u8_mbtoucr(&point, at, s.n - i);
        if (n > 0 && *at)
            buf_add(&b, s.p + i, (size_t)n);
        else
            put_point(&b, 0xFFFD);
        i += n > 0 ? (size_t)n : 1;
    }
    return buf_done(&b);
}

/* 0x80 to 0x9F of Windows-1252; 0 where it has nothing. */
static const unsigned short windows[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

struct str utf8_from_latin1(struct arena *a, struct str s)
{
    struct buf b = {.mem = a};
    for (size_t i = 0; i < s.n;) {
        size_t plain = i;
        while (plain < s.n && (signed char)s.p[plain] > 0)
            plain++;
        buf_add(&b, s.p + i, plain - i);
        for (i = plain; i < s.n && (signed char)s.p[i] <= 0; i++) {
            unsigned char c = (unsigned char)s.p[i];
            ucs4_t point = c >= 0x80 && c < 0xA0 ? windows[c - 0x80] : c;
            put_point(&b, point ? point : 0xFFFD);
        }
    }
    return buf_done(&b);
}

static unsigned unit16(struct str s, size_t at, bool big)
{
    unsigned one = (unsigned char)s.p[at], two = (unsigned char)s.p[at + 1];
    return big ? one << 8 | two : two << 8 | one;
}

struct str utf8_from_utf16(struct arena *a, struct str s, bool big)
{
    struct buf b = {.mem = a};
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        ucs4_t c = unit16(s, i, big);
        if (c >= 0xD800 && c < 0xE000) {
            unsigned low = i + 3 < s.n ? unit16(s, i + 2, big) : 0;
            bool pair = c < 0xDC00 && low >= 0xDC00 && low < 0xE000;
            c = pair ? 0x10000 + ((c & 0x3FF) << 10) + (low & 0x3FF) : 0xFFFD;
            i += pair ? 2 : 0;
        }
        put_point(&b, c ? c : 0xFFFD);
    }
    return buf_done(&b);
}

size_t utf16_whole(struct str s, bool big)
{
    size_t n = s.n & ~(size_t)1;
    if (n > 2 && (unit16(s, n - 2, big) & 0xFC00) == 0xD800)
        n -= 2;
    return n;
}

size_t utf8_whole(struct str s)
{
    size_t n = s.n, back = 1;
    while (back < 4 && back < n &&
           ((unsigned char)s.p[n - back] & 0xC0) == 0x80)
        back++;
    if (back > n)
        return n;
    unsigned char lead = (unsigned char)s.p[n - back];
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return length > back ? n - back : n;
}

/* U+00C0 to U+00FF, most of what French needs: each as it is folded. */
static const char latin[64][3] = {
    "a", "a", "a", "a", "a", "a",  "ae", "c", "e", "e", "e", "e", "i",
    "i", "i", "i", "ð", "n", "o",  "o",  "o", "o", "o", "×", "o", "u",
    "u", "u", "u", "y", "þ", "ss", "a",  "a", "a", "a", "a", "a", "ae",
    "c", "e", "e", "e", "e", "i",  "i",  "i", "i", "ð", "n", "o", "o",
    "o", "o", "o", "÷", "o", "u",  "u",  "u", "u", "y", "þ", "y",
};

/* What decomposition leaves as it is; NULL for all the rest. */
static const char *letter(ucs4_t c)
{
    switch (c) {
    case 0xDF:
        return "ss";
    case 0xE6:
        return "ae";
    case 0xF8:
        return "o";
    case 0x111:
        return "d";
    case 0x142:
        return "l";
    case 0x153:
        return "oe";
    case 0x60:
    case 0xB4:
    case 0x2BC:
    case 0x2018:
    case 0x2019:
    case 0x201B:
        return "'";
    case 0x2010:
    case 0x2011:
        return "-";
    default:
        return NULL;
    }
}

static void fold_byte(struct buf *b, char c)
{
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
        if (!b->n || b->p[b->n - 1] == ' ')
            return;
        c = ' ';
    } else if (c >= 'A' && c <= 'Z') {
        c = (char)(c + 'a' - 'A');
    } else if (c == '`') {
        c = '\'';
    }
    if (b->n + 1 < b->room)
        b->p[b->n++] = c;
    else
        buf_char(b, c);
}

static void fold_part(struct buf *b, ucs4_t c)
{
    c = uc_tolower(c);
    const char *as = letter(c);
    if (as)
        buf_str(b, as);
    else if (uc_is_property_white_space(c))
        fold_byte(b, ' ');
    else if (c < 0x80)
        fold_byte(b, (char)c);
    else if (!uc_is_general_category(c, UC_NON_SPACING_MARK) &&
             !uc_is_property_default_ignorable_code_point(c))
        put_point(b, c);
}

static void fold_point(struct buf *b, ucs4_t c)
{
    enum { ROOM = 64 }; /* no code point has more than 18 parts */
    ucs4_t parts[ROOM];
    size_t n = ROOM;
    const char *as = c >= 0xC0 && c < 0x100 ? latin[c - 0xC0] : letter(c);
    if (as) {
        buf_str(b, as);
    } else if (u32_normalize(UNINORM_NFKD, &c, 1, parts, &n) == parts) {
        for (size_t i = 0; i < n; i++)
            fold_part(b, parts[i]);
    }
}

struct str utf8_fold(struct arena *a, struct str s)
{
    struct buf b = {.mem = a, .p = arena_alloc(a, s.n + 1), .room = s.n + 1};
    for (size_t i = 0; i < s.n;) {
        if ((signed char)s.p[i] > 0) {
            fold_byte(&b, s.p[i++]);
            continue;
        }
        ucs4_t c;
        int n = u8_mbtoucr(&c, (const uint8_t *)s.p + i, s.n - i);
        if (n > 0 && c)
            fold_point(&b, c);
        i += n > 0 ? (size_t)n : 1;
    }
    if (b.n && b.p[b.n - 1] == ' ')
        b.n--;
    b.p[b.n] = 0;
    return (struct str){b.p, b.n};
}
