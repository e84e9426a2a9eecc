/* Prose as people type it in a letter. One pass over the lines, one over the
 * signs inside a line; whatever is not understood stays as typed. */
#include "view/prose.h"

struct drawer {
    struct html h;
    bool paragraph;
    char list; /* '-', '1' or 0 */
};

/* How deep signs stand in signs; and a link holds no other link. */
enum { DEEPEST = 4, IN_LINK = 1 << 8 };

static void inline_draw(struct html *h, struct str s, int depth);

/* [words](address): how long it is; 0: it is none. */
static size_t link_length(struct str s, struct str *words, struct str *url)
{
    const char *close = memchr(s.p, ']', s.n);
    if (!close || close == s.p + 1)
        return 0;
    size_t after = (size_t)(close - s.p) + 1;
    if (after >= s.n || s.p[after] != '(')
        return 0;
    const char *end = memchr(s.p + after, ')', s.n - after);
    if (!end)
        return 0;
    *words = (struct str){s.p + 1, after - 2};
    *url = (struct str){s.p + after + 1, (size_t)(end - s.p) - after - 1};
    return url_is_safe(*url) ? (size_t)(end - s.p) + 1 : 0;
}

static size_t bare_url_length(struct str s)
{
    size_t n = 0;
    if (!str_starts(s, "https://") && !str_starts(s, "http://"))
        return 0;
    while (n < s.n && (unsigned char)s.p[n] > ' ' && !strchr("<>\"'`", s.p[n]))
        n++;
    while (n && strchr(".,;:!?)*_", s.p[n - 1]))
        n--;
    return n > strlen("https://") ? n : 0;
}

static void link_draw(struct html *h, struct str words, struct str url,
                      int depth)
{
    html_lit(h, "<a href=\"");
    html_str(h, url);
    html_lit(h, "\" rel=\"nofollow noopener\">");
    if (depth < 0)
        html_str(h, words);
    else
        inline_draw(h, words, (depth | IN_LINK) + 1);
    html_lit(h, "</a>");
}

/* The length of a marked run: "**bold**" gives 8; 0 where it does not close. */
static size_t run_length(struct str s, const char *mark)
{
    size_t m = strlen(mark);
    if (!str_starts(s, mark) || s.n <= 2 * m || s.p[m] == ' ')
        return 0;
    for (size_t i = m + 1; i + m <= s.n; i++)
        if (!memcmp(s.p + i, mark, m) && s.p[i - 1] != ' ')
            return i + m;
    return 0;
}

/* A sign that does not close soon is no sign: so the time stays linear. */
enum { RUN_MOST = 600 };

/* What begins at s, drawn; its length, or 0 when it is plain. */
static size_t sign_draw(struct html *h, struct str s, int depth)
{
    struct str words, url;
    size_t n;
    if (s.n > RUN_MOST)
        s.n = RUN_MOST;
    const bool free = !(depth & IN_LINK);
    if (free && *s.p == '[' && (n = link_length(s, &words, &url))) {
        link_draw(h, words, url, depth);
        return n;
    }
    if (free && *s.p == 'h' && (n = bare_url_length(s))) {
        link_draw(h, (struct str){s.p, n}, (struct str){s.p, n}, -1);
        return n;
    }
    if (*s.p == '`' && (n = run_length(s, "`"))) {
        html_lit(h, "<code>");
        html_str(h, (struct str){s.p + 1, n - 2});
        html_lit(h, "</code>");
        return n;
    }
    if ((n = run_length(s, "**"))) {
        html_lit(h, "<strong>");
        inline_draw(h, (struct str){s.p + 2, n - 4}, depth + 1);
        html_lit(h, "</strong>");
        return n;
    }
    if ((n = run_length(s, "*"))) {
        html_lit(h, "<em>");
        inline_draw(h, (struct str){s.p + 1, n - 2}, depth + 1);
        html_lit(h, "</em>");
        return n;
    }
    return 0;
}

static void inline_draw(struct html *h, struct str s, int depth)
{
    size_t plain = 0;
    for (size_t i = 0; i < s.n && (depth & ~IN_LINK) < DEEPEST;) {
        if (!strchr("[h`*", s.p[i]) || !s.p[i] ||
            (s.p[i] == 'h' && i && s.p[i - 1] > ' ' && s.p[i - 1] != '(')) {
            i++;
            continue;
        }
        html_str(h, (struct str){s.p + plain, i - plain});
        plain = i;
        size_t n = sign_draw(h, (struct str){s.p + i, s.n - i}, depth);
        i += n ? n : 1;
        if (n)
            plain = i;
    }
    html_str(h, (struct str){s.p + plain, s.n - plain});
}

static void end_block(struct drawer *d, char keep)
{
    if (d->paragraph)
        html_lit(&d->h, "</p>\n");
    d->paragraph = false;
    if (d->list && d->list != keep) {
        if (d->list == '-')
            html_lit(&d->h, "</ul>\n");
        else
            html_lit(&d->h, "</ol>\n");
        d->list = 0;
    }
}

/* "- x", "* x" or "12. x": the mark's length, and which kind. */
static size_t item_mark(struct str s, char *kind)
{
    if (s.n > 2 && (*s.p == '-' || *s.p == '*') && s.p[1] == ' ') {
        *kind = '-';
        return 2;
    }
    size_t n = 0;
    while (n < s.n && n < 3 && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    *kind = '1';
    bool ends = n && n + 2 < s.n && (s.p[n] == '.' || s.p[n] == ')') &&
                s.p[n + 1] == ' ';
    return ends ? n + 2 : 0;
}

static void line_draw(struct drawer *d, struct str s)
{
    struct html *h = &d->h;
    char kind;
    size_t n;
    if (!s.n) {
        end_block(d, 0);
    } else if (str_starts(s, "# ") || str_starts(s, "## ") ||
               str_starts(s, "### ")) {
        end_block(d, 0);
        n = (size_t)((const char *)memchr(s.p, ' ', s.n) - s.p);
        bool third = n == 3;
        html_raw(h, third ? "<h3>" : "<h2>", 4);
        inline_draw(h, (struct str){s.p + n + 1, s.n - n - 1}, 0);
        html_raw(h, third ? "</h3>\n" : "</h2>\n", 6);
    } else if ((n = item_mark(s, &kind))) {
        end_block(d, kind);
        if (!d->list && kind == '-')
            html_lit(h, "<ul>\n");
        else if (!d->list)
            html_lit(h, "<ol>\n");
        d->list = kind;
        html_lit(h, "<li>");
        inline_draw(h, (struct str){s.p + n, s.n - n}, 0);
        html_lit(h, "</li>\n");
    } else {
        if (d->list)
            end_block(d, 0);
        if (d->paragraph)
            html_lit(h, "<br>\n");
        else
            html_lit(h, "<p>");
        d->paragraph = true;
        inline_draw(h, s, 0);
    }
}

static void prose_draw(struct drawer *d, struct str typed)
{
    struct str rest = typed, line;
    while (typed.n && str_next(&rest, '\n', &line))
        line_draw(d, str_trim(line));
    end_block(d, 0);
}

struct html_safe prose_html(struct arena *a, struct str typed)
{
    struct drawer d = {.h = {.out = {.mem = a}}};
    prose_draw(&d, typed);
    return (struct html_safe){buf_done(&d.h.out)};
}

struct html_safe prose_said(struct arena *a, const struct lang *lang,
                            const char *typed)
{
    const char *text = said(a, lang, typed);
    struct drawer d = {.h = {.out = {.mem = a}}};
    if (!is_said_in_french(text))
        return prose_html(a, str_of(text));
    html_lit(&d.h, "<div lang=\"fr\">");
    prose_draw(&d, str_of(typed));
    html_lit(&d.h, "</div>");
    return (struct html_safe){buf_done(&d.h.out)};
}
