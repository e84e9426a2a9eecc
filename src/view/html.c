#include "view/html.h"

enum { FIRST_ROOM = 24 * 1024 };

void html_open(struct html *h, struct arena *mem, const struct lang *lang)
{
    *h = (struct html){.out = {.mem = mem}, .lang = lang};
    html_grow(h, FIRST_ROOM);
    *h->out.p = 0;
}

const char *html_title(struct html *h)
{
    h->title = h->out.n;
    return "";
}

void html_title_begin(struct html *h, const char *key)
{
    const char *text = tr(h->lang, key);
    const size_t n = strlen(text) + 1, rest = h->out.n - h->title;
    if (!h->title)
        return;
    html_raw(h, text, n); /* makes room for as much */
    char *at = h->out.p + h->title;
    memmove(at + n, at, rest);
    memcpy(at, text, n - 1);
    at[n - 1] = ' ';
}

void html_grow(struct html *h, size_t more)
{
    struct buf *b = &h->out;
    size_t room = b->room ? b->room * 2 : 256;
    while (room - b->n <= more)
        room *= 2;
    char *p = arena_room(b->mem, room);
    if (b->n)
        memcpy(p, b->p, b->n);
    b->p = p;
    b->room = room;
}

/* What stands for a byte that HTML would read as its own. */
static const struct str escapes[256] = {
    ['&'] = {"&amp;", 5},         ['<'] = {"&lt;", 4},
    ['>'] = {"&gt;", 4},          ['"'] = {"&#34;", 5},
    ['\''] = {"&#39;", 5},        [FRENCH_FROM] = {"<span lang=\"fr\">", 16},
    [FRENCH_TO] = {"</span>", 7},
};

typedef unsigned char sixteen __attribute__((vector_size(16)));
typedef uint64_t eights __attribute__((vector_size(16)));

/* Each of them 0, or 255 where the byte has a place among the escapes. */
static inline sixteen are_escaped(sixteen b)
{
    /* Two that differ by one bit at once: & and ', < and >, " and the mark.
     * What ends a mark stands behind one. */
    return (sixteen)(((b | 1) == '\'') | ((b | 2) == '>') |
                     ((b | ('"' ^ FRENCH_FROM)) == '"'));
}

static inline sixteen are_unfit_in_url(sixteen b)
{
    return are_escaped(b) | (sixteen)((b <= ' ') | (b == 127));
}

static inline bool is_none(sixteen found)
{
    const eights n = (eights)found;
    return !(n[0] | n[1]);
}

/* The first and the last bytes of a text, put where they go, and to be looked
 * at: what they do not fill of sixteen is plain. */
static inline sixteen ends_copy(char *to, struct str s, size_t width)
{
    uint64_t first, last;
    memset(&first, 'a', sizeof(first));
    last = first;
    memcpy(&first, s.p, width);
    memcpy(&last, s.p + s.n - width, width);
    memcpy(to, &first, width);
    memcpy(to + s.n - width, &last, width);
    return (sixteen)(eights){first, last};
}

static inline sixteen short_copy(char *to, struct str s)
{
    return s.n >= 8   ? ends_copy(to, s, 8)
           : s.n >= 4 ? ends_copy(to, s, 4)
           : s.n >= 2 ? ends_copy(to, s, 2)
                      : ends_copy(to, s, 1);
}

/* Most texts need no escaping. They are looked at while they are copied,
 * sixteen bytes at once, of which the last sixteen, and the ends of what is
 * shorter, may lie over the others. False, and nothing is added, where
 * something was found. */
static inline bool add_plain(struct html *h, struct str s,
                             sixteen (*found)(sixteen))
{
    if (!s.n) /* and it may be absent: NULL */
        return true;
    if (h->out.room - h->out.n <= s.n)
        html_grow(h, s.n);
    char *const to = h->out.p + h->out.n;
    if (s.n < 16) {
        if (!is_none(found(short_copy(to, s))))
            return false;
    } else {
        const size_t last = s.n - 16;
        for (size_t at = 0;; at = at + 16 < last ? at + 16 : last) {
            sixteen b;
            memcpy(&b, s.p + at, 16);
            memcpy(to + at, &b, 16);
            if (!is_none(found(b)))
                return false;
            if (at == last)
                break;
        }
    }
    h->out.n += s.n;
    to[s.n] = 0;
    return true;
}

/* Spans are as many as their ends, whatever the text holds. */
static void escape(struct html *h, struct str s, bool plain)
{
    size_t from = 0;
    bool open = false;
    for (size_t i = 0; i < s.n; i++) {
        const struct str *e = &escapes[(unsigned char)s.p[i]];
        if (!e->n)
            continue;
        html_raw(h, s.p + from, i - from);
        from = i + 1;
        const bool opens = s.p[i] == FRENCH_FROM, ends = s.p[i] == FRENCH_TO;
        if ((opens && (plain || open)) || (ends && !open))
            continue;
        open = opens || (open && !ends);
        html_raw(h, e->p, e->n);
    }
    if (s.n > from)
        html_raw(h, s.p + from, s.n - from);
    if (open)
        html_lit(h, "</span>");
}

void html_str(struct html *h, struct str s)
{
    if (!add_plain(h, s, are_escaped))
        escape(h, s, false);
}

void html_plain_str(struct html *h, struct str s)
{
    if (!add_plain(h, s, are_escaped))
        escape(h, s, true);
}

void html_lang(struct html *h, const char *text)
{
    if (text && strchr(text, FRENCH_FROM))
        html_lit(h, " lang=\"fr\"");
}

void html_plain(struct html *h, const char *s)
{
    html_plain_str(h, str_of(s));
}

void html_text(struct html *h, const char *s)
{
    if (!s)
        return;
    html_str(h, (struct str){s, strlen(s)});
}

void html_int(struct html *h, int64_t i)
{
    buf_int(&h->out, i);
}

void html_size(struct html *h, size_t n)
{
    buf_int(&h->out, (int64_t)n);
}

static bool is_url_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

void html_url_str(struct html *h, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        char coded[3] = {'%', digits[c >> 4], digits[c & 15]};
        if (is_url_plain(c))
            html_raw(h, s.p + i, 1);
        else
            html_raw(h, coded, 3);
    }
}

void html_url_text(struct html *h, const char *s)
{
    html_url_str(h, str_of(s));
}

static bool starts_nocase(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n > n && strncasecmp(s.p, prefix, n) == 0;
}

bool url_is_safe(struct str url)
{
    for (size_t i = 0; i < url.n; i++) /* browsers drop tabs and newlines */
        if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 127)
            return false;
    if (!url.n)
        return false;
    if (*url.p == '#' || *url.p == '?')
        return true;
    if (*url.p == '/')
        return url.n == 1 || (url.p[1] != '/' && url.p[1] != '\\');
    return starts_nocase(url, "http://") || starts_nocase(url, "https://") ||
           starts_nocase(url, "mailto:");
}

void html_href(struct html *h, const char *url)
{
    struct str s = str_of(url);
    /* Nearly all are paths of ours, and seen to be safe at one look. */
    if (s.n < 2 || s.p[0] != '/' || s.p[1] == '/' || s.p[1] == '\\' ||
        !add_plain(h, s, are_unfit_in_url))
        html_str(h, url_is_safe(s) ? s : STR("#"));
}
