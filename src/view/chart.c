/* Charts on a canvas, and the canvas that writes SVG. */
#include "view/chart.h"

#include "base/utf8.h"

#include <math.h>

static const char *const inks[] = {
    [INK] = "label",         [INK_MUTED] = "value", [INK_BAR] = "bar",
    [INK_BAR_ON] = "bar on", [INK_LINE] = "axis",   [INK_AREA] = "land",
};

/* By hand: printf is the slowest thing on a page of 1,500 points. */
void html_number(struct html *h, double x)
{
    int64_t tenths = (int64_t)llround(x * 10);
    if (tenths < 0) {
        html_lit(h, "-");
        tenths = -tenths;
    }
    html_int(h, tenths / 10);
    if (tenths % 10) {
        html_lit(h, ".");
        html_int(h, tenths % 10);
    }
}

/* The canvas given to the functions below is the first member of a svg. */
static struct html *page(struct canvas *c)
{
    return ((struct svg *)c)->h;
}

static void number(struct html *h, const char *name, double x)
{
    html_lit(h, " ");
    html_text(h, name);
    html_lit(h, "=\"");
    html_number(h, x);
    html_lit(h, "\"");
}

static void svg_rect(struct canvas *c, enum ink ink, double x, double y,
                     double w, double height)
{
    struct html *h = page(c);
    html_lit(h, "<rect class=\"");
    html_text(h, inks[ink]);
    html_lit(h, "\"");
    number(h, "x", x);
    number(h, "y", y);
    number(h, "width", w);
    number(h, "height", height);
    html_lit(h, " rx=\"3\"/>");
}

static void svg_path(struct canvas *c, enum ink ink, const struct point *points,
                     size_t n, bool closed)
{
    struct html *h = page(c);
    html_lit(h, "<path class=\"");
    html_text(h, inks[ink]);
    html_lit(h, "\" d=\"");
    for (size_t i = 0; i < n; i++) {
        html_raw(h, i ? "L" : "M", 1);
        html_number(h, points[i].x);
        html_lit(h, " ");
        html_number(h, points[i].y);
    }
    if (closed)
        html_lit(h, "Z");
    html_lit(h, "\"/>");
}

static void svg_text(struct canvas *c, enum ink ink, enum anchor anchor,
                     double x, double y, const char *text)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    struct html *h = page(c);
    html_lit(h, "<text class=\"");
    html_text(h, inks[ink]);
    html_lit(h, "\" text-anchor=\"");
    html_text(h, anchors[anchor]);
    html_lit(h, "\"");
    number(h, "x", x);
    number(h, "y", y);
    html_lang(h, text);
    html_lit(h, ">");
    html_plain(h, text);
    html_lit(h, "</text>");
}

static void svg_link(struct canvas *c, const char *href, const char *title)
{
    struct html *h = page(c);
    ((struct svg *)c)->leads = href != NULL;
    if (href) {
        html_lit(h, "<a href=\"");
        html_href(h, href);
        html_lit(h, "\"><title");
    } else {
        html_lit(h, "<g><title");
    }
    html_lang(h, title);
    html_lit(h, ">");
    html_plain(h, title);
    html_lit(h, "</title>");
}

static void svg_link_end(struct canvas *c)
{
    if (((struct svg *)c)->leads)
        html_lit(page(c), "</a>");
    else
        html_lit(page(c), "</g>");
}

void svg_open(struct svg *s, struct html *h, const char *role, double width,
              double height, const char *label)
{
    *s = (struct svg){
        .canvas = {svg_rect, svg_path, svg_text, svg_link, svg_link_end},
        .h = h};
    html_lit(h, "<svg viewBox=\"0 0 ");
    html_number(h, width);
    html_lit(h, " ");
    html_number(h, height);
    html_lit(h, "\" width=\"");
    html_number(h, width);
    html_lit(h, "\" height=\"");
    html_number(h, height);
    html_lit(h, "\" role=\"");
    html_text(h, role);
    html_lit(h, "\" aria-label=\"");
    html_plain(h, label);
    html_lit(h, "\">");
}

void svg_close(struct svg *s)
{
    html_lit(s->h, "</svg>\n");
}

/* A label of 14 px above a bar of 20, and air below. */
enum { LABEL = 16, BAR = 20, ROW = 50, VALUE = 64, LETTER = 9 };

static double most_of(const struct bars *b)
{
    double most = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->bars[i].value > most)
            most = b->bars[i].value;
    return most;
}

/* What the longest value needs beside the longest bar. */
static double value_room(const struct bars *b)
{
    size_t most = 0;
    for (size_t i = 0; i < b->n; i++) {
        const char *shown = b->bars[i].shown;
        const size_t n = shown ? utf8_length(str_of(shown)) : 0;
        most = n > most ? n : most;
    }
    return fmin(fmax(VALUE, (double)most * LETTER + 8), BARS_WIDTH / 2.0);
}

/* A name that is longer than the chart is wide on a telephone; its table has it
 * whole. */
enum { LETTERS = BARS_WIDTH / LETTER, SHORT = LETTERS * 4 + 4 };
static const char *fitting(const char *label, char out[SHORT])
{
    size_t n = 0;
    if (utf8_length(str_of(label)) <= LETTERS)
        return label;
    for (int points = 0; points < LETTERS - 1; n++)
        points += ((unsigned char)label[n + 1] & 0xC0) != 0x80;
    snprintf(out, SHORT, "%.*s…", (int)n, label);
    return out;
}

double bars_height(const struct bars *b)
{
    return (double)b->n * ROW;
}

void bars_draw(struct canvas *c, const struct bars *b)
{
    const double most = most_of(b), room = value_room(b);
    char cut[SHORT];
    for (size_t i = 0; i < b->n; i++) {
        const struct bar *bar = &b->bars[i];
        double y = (double)i * ROW;
        double w = most > 0 && bar->value > 0
                       ? bar->value / most * (BARS_WIDTH - room)
                       : 0;
        if (bar->href)
            c->link(c, bar->href, bar->label);
        c->text(c, INK, AT_START, 0, y + LABEL - 3, fitting(bar->label, cut));
        if (w > 0)
            c->rect(c, bar->on ? INK_BAR_ON : INK_BAR, 0, y + LABEL + 2, w,
                    BAR);
        c->text(c, INK_MUTED, AT_START, w + 8, y + LABEL + 17, bar->shown);
        if (bar->href)
            c->link_end(c);
    }
}

/* The name of a chart and every value, for those who do not see it. */
static const char *chart_said(struct arena *a, const struct bars *b,
                              bool *links)
{
    struct buf label = {.mem = a};
    *links = false;
    buf_printf(&label, "%s", b->title);
    for (size_t i = 0; i < b->n; i++) {
        buf_printf(&label, "%s %s, %s", i ? " ;" : " :", b->bars[i].label,
                   b->bars[i].shown ? b->bars[i].shown : "");
        *links |= b->bars[i].href != NULL;
    }
    return buf_done(&label).p;
}

void bars_svg(struct html *h, const struct bars *b)
{
    bool links;
    struct svg s;
    const char *label = chart_said(h->out.mem, b, &links);
    svg_open(&s, h, links ? "group" : "img", BARS_WIDTH, bars_height(b), label);
    bars_draw(&s.canvas, b);
    svg_close(&s);
}

/* Room for the value above the highest, for the labels below. */
enum { ABOVE = 24, BELOW = 28, COLUMN_MOST = 60 };
/* Room for two labels ("septembre 2024") side by side. */
enum { LABELS = 240 };

/* The highest of the columns over which the value of the first, or the last, is
 * written. */
static double highest_under(const struct bars *b, size_t at, double pitch)
{
    enum { SIGN = 10 }; /* the width of one, at most */
    const double room = (double)utf8_length(str_of(b->bars[at].shown)) * SIGN;
    double most = 0;
    for (size_t k = 0; k < b->n && (double)k * pitch < room; k++)
        most = fmax(most, b->bars[at ? at - k : k].value);
    return most;
}

void columns_draw(struct canvas *c, const struct bars *b)
{
    const double foot = COLUMNS_HEIGHT - BELOW, most = most_of(b);
    const double n = (double)b->n,
                 step = fmin(BARS_WIDTH / fmax(n, 1), COLUMN_MOST),
                 w = step * 0.8, width = n > 1 ? fmax(n * step, LABELS) : step,
                 pitch = n > 1 ? (width - w) / (n - 1) : width,
                 unit = most > 0 ? (foot - ABOVE) / most : 0;
    for (size_t i = 0; i < b->n; i++) {
        const struct bar *bar = &b->bars[i];
        const double x = (double)i * pitch, height = fmax(bar->value, 0) * unit;
        bool last = i + 1 == b->n;
        if (height > 0)
            c->rect(c, bar->on ? INK_BAR_ON : INK_BAR, x, foot - height, w,
                    height);
        if (i && !last)
            continue;
        enum anchor side = i ? AT_END : AT_START;
        double at = i ? x + w : x;
        c->text(c, INK_MUTED, side, at,
                foot - highest_under(b, i, pitch) * unit - 7, bar->shown);
        c->text(c, INK, side, at, foot + 20, bar->label);
    }
    const struct point line[] = {{0, foot}, {width, foot}};
    c->path(c, INK_LINE, line, COUNT(line), false);
}

void columns_svg(struct html *h, const struct bars *b)
{
    bool links;
    struct svg s;
    const char *label = chart_said(h->out.mem, b, &links);
    svg_open(&s, h, "img", BARS_WIDTH, COLUMNS_HEIGHT, label);
    columns_draw(&s.canvas, b);
    svg_close(&s);
}
