/*
 * A page being written. Templates (src/view/pages, docs/templates.md) become
 * calls of the functions below; the few drawers written in C (charts, maps,
 * prose) use them too. Text is always escaped, so what a person typed stays
 * text: there is no way to print a variable raw but struct html_safe, which
 * only a literal or one of our own drawers makes.
 *
 *     struct html h;
 *     html_open(&h, mem, lang);
 *     html_lit(&h, "<p>");
 *     html_text(&h, typed);
 *     html_lit(&h, "</p>");
 *     … buf_done(&h.out)
 *
 * NULL prints nothing.
 */
#pragma once

#include "i18n/lang.h"

struct html {
    struct buf out;          /* out.mem is the request's arena */
    const struct lang *lang; /* the reader's, for {{_ label}} */
    size_t title;            /* where html_title was called; 0: nowhere */
};

/* HTML already: made by HTML("<br>") or by a drawer of this floor. */
struct html_safe {
    struct str text;
};
#define HTML(lit) ((struct html_safe){{"" lit "", sizeof(lit) - 1}})

/* Starts an empty page, with room for a usual one. */
void html_open(struct html *h, struct arena *mem, const struct lang *lang);

/* Called by page_top where the page's title begins: writes nothing. Once the
 * page's status is known, a label may be put there, and a space. */
const char *html_title(struct html *h);
void html_title_begin(struct html *h, const char *key);

void html_grow(struct html *h, size_t more); /* only for html_raw */
static inline void html_raw(struct html *h, const char *p, size_t n)
{
    if (h->out.room - h->out.n <= n)
        html_grow(h, n);
    memcpy(h->out.p + h->out.n, p, n);
    h->out.n += n;
    h->out.p[h->out.n] = 0;
}
#define html_lit(h, lit) html_raw((h), "" lit "", sizeof(lit) - 1)
static inline void html_safe(struct html *h, struct html_safe s)
{
    html_raw(h, s.text.p ? s.text.p : "", s.text.n);
}

/* Escaped for text and for a quoted attribute alike: & < > " '. What said
 * (i18n/lang.h) marked as French becomes a span, and plain text in an attribute
 * and in elements that hold none, where html_plain stands. */
void html_str(struct html *h, struct str s);
void html_text(struct html *h, const char *s);
void html_plain_str(struct html *h, struct str s);
void html_plain(struct html *h, const char *s);
/* The attribute lang="fr" where some of the text is marked as French: for
 * elements drawn in C that hold no other. */
void html_lang(struct html *h, const char *text);
/* {{~text}} */
static inline const char *html_said(struct html *h, const char *text)
{
    return said(h->out.mem, h->lang, text);
}
void html_int(struct html *h, int64_t i); /* digits, without grouping */
void html_size(struct html *h, size_t n);

/* A part of an address: all but letters, digits and - . _ ~ as %XX. */
void html_url_str(struct html *h, struct str s);
void html_url_text(struct html *h, const char *s);
/* A whole address in an attribute. A path, "?…", "#…", http:, https: or
 * mailto:; anything else (javascript:, //host, control characters) becomes "#".
 */
void html_href(struct html *h, const char *url);
bool url_is_safe(struct str url);

/* A label of the reader's language, escaped; with the plural of n; with the
 * placeholders of args (name, text), which end with {0}. */
struct html_arg {
    const char *name, *text;
};
enum { HTML_ARGS = 4 }; /* most of them */
void html_label(struct html *h, const char *key);
void html_label_with(struct html *h, const char *key,
                     const struct html_arg *args);
void html_label_n(struct html *h, const char *key, int64_t n,
                  const struct html_arg *args);

/* What {{x}}, {{%x}} and {{_ key name=x}} choose by the C type of x. A bool and
 * an enum have no text of their own and do not compile. */
#define html_put(h, x)                                                         \
    _Generic((x),                                                              \
        const char *: html_text,                                               \
        char *: html_text,                                                     \
        struct str: html_str,                                                  \
        struct html_safe: html_safe,                                           \
        int: html_int,                                                         \
        long: html_int,                                                        \
        long long: html_int,                                                   \
        size_t: html_size)((h), (x))
/* In an attribute or an <option>: neither ready HTML nor a span has a place
 * there. */
#define html_attr(h, x)                                                        \
    _Generic((x), \
        const char *: html_plain, \
        char *: html_plain, \
        struct str: html_plain_str, \
        int: html_int, \
        long: html_int, \
        long long: html_int, \
        size_t: html_size)((h), (x))
#define html_url(h, x)                                                         \
    _Generic((x),                                                              \
        const char *: html_url_text,                                           \
        char *: html_url_text,                                                 \
        struct str: html_url_str,                                              \
        int: html_int,                                                         \
        long: html_int,                                                        \
        long long: html_int,                                                   \
        size_t: html_size)((h), (x))
#define html_arg_text(h, x)                                                    \
    _Generic((x),                                                              \
        const char *: arg_of_text,                                             \
        char *: arg_of_text,                                                   \
        struct str: arg_of_str,                                                \
        int: arg_of_int,                                                       \
        long: arg_of_int,                                                      \
        long long: arg_of_int,                                                 \
        size_t: arg_of_size)((h), (x))
/* The same where html_attr stands. */
#define html_arg_plain(h, x) arg_plain((h), html_arg_text((h), (x)))
const char *arg_plain(struct html *h, const char *s);
const char *arg_of_text(struct html *h, const char *s);
const char *arg_of_str(struct html *h, struct str s);
const char *arg_of_size(struct html *h, size_t n);
const char *arg_of_int(struct html *h, int64_t i); /* grouped: 15 495 */
