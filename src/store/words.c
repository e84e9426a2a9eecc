#include "store/words.h"

#include "base/utf8.h"

/* Code points past ASCII that part words: signs, punctuation, arrows, symbols.
 * A hand's table, so that both engines and every year's Unicode agree. */
static const struct {
    uint32_t first, last;
} parting[] = {
    {0x80, 0xa9},     {0xab, 0xb4},     {0xb6, 0xb9},     {0xbb, 0xbf},
    {0xd7, 0xd7},     {0xf7, 0xf7},     {0x2000, 0x206f}, {0x20a0, 0x20cf},
    {0x2190, 0x2bff}, {0x3000, 0x303f}, {0xfe30, 0xfe4f}, {0xff01, 0xff0f},
};

static const char elided[] = "l d j m t s n c qu jusqu lorsqu puisqu quoiqu";

/* The length of the letter or digit that s begins with, 0 for anything else. */
static size_t letter(struct str s)
{
    const unsigned char c = (unsigned char)*s.p;
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               (c >= 'A' && c <= 'Z');
    if (c < 0xc0) /* the rest of a sign that was passed over */
        return 0;
    size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (n > s.n)
        return 0;
    uint32_t code = c & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        code = code << 6 | ((unsigned char)s.p[i] & 0x3f);
    for (size_t i = 0; i < COUNT(parting); i++)
        if (code >= parting[i].first && code <= parting[i].last)
            return 0;
    return n;
}

/* Cuts the next word off *rest; false at the end. */
static bool next_word(struct str *rest, struct str *word)
{
    while (rest->n && !letter(*rest))
        rest->p++, rest->n--;
    const char *from = rest->p;
    size_t n;
    while (rest->n && (n = letter(*rest)))
        rest->p += n, rest->n -= n;
    *word = (struct str){from, (size_t)(rest->p - from)};
    return word->n > 0;
}

static bool is_elided(struct str word, struct str rest)
{
    if (!rest.n || *rest.p != '\'' || word.n > 6)
        return false;
    char text[8] = {0};
    memcpy(text, word.p, word.n);
    return word_in(elided, text);
}

/* Without the s or x of a plural: "ecoles", "reseaux", "jeux"; not "cross". */
static struct str singular(struct str w)
{
    if (w.n < 4)
        return w;
    for (size_t i = 0; i < w.n; i++)
        if (w.p[i] >= '0' && w.p[i] <= '9')
            return w;
    const char last = w.p[w.n - 1], before = w.p[w.n - 2];
    if ((last == 's' && before != 's') || (last == 'x' && before == 'u'))
        w.n--;
    return w;
}

static struct str cut(struct str w)
{
    if (w.n <= WORD_MOST)
        return w;
    w.n = WORD_MOST;
    while (w.n && ((unsigned char)w.p[w.n] & 0xc0) == 0x80)
        w.n--;
    return w;
}

static bool next_found(struct str *rest, struct str *word)
{
    while (next_word(rest, word)) {
        if (is_elided(*word, *rest))
            continue;
        *word = cut(singular(*word));
        return true;
    }
    return false;
}

void words_add(struct buf *b, struct str folded)
{
    struct str word;
    while (next_found(&folded, &word)) {
        if (b->n)
            buf_char(b, ' ');
        buf_add(b, word.p, word.n);
    }
}

size_t words_ask(struct arena *a, struct str typed, struct str out[WORDS_ASKED])
{
    struct str folded = utf8_fold(a, typed);
    size_t n = 0;
    while (n < WORDS_ASKED && next_found(&folded, &out[n]))
        n++;
    return n;
}
