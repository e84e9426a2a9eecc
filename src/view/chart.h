/*
 * Charts drawn on the server. They are drawn on a canvas: a few functions, with
 * SVG behind them here and another device (a PDF) where one is given. Colours
 * are classes, never values, so that light, dark and print differ by style.
 */
#pragma once

#include "view/html.h"

enum ink { INK, INK_MUTED, INK_BAR, INK_BAR_ON, INK_LINE, INK_AREA };
enum anchor { AT_START, AT_MIDDLE, AT_END };

struct point {
    double x, y;
};

/* Units are CSS pixels at the chart's own size; y grows downwards. */
struct canvas {
    void (*rect)(struct canvas *c, enum ink ink, double x, double y, double w,
                 double h);
    void (*path)(struct canvas *c, enum ink ink, const struct point *points,
                 size_t n, bool closed);
    void (*text)(struct canvas *c, enum ink ink, enum anchor anchor, double x,
                 double y, const char *text);
    /* What is drawn between both leads to href (a device may ignore it); NULL:
     * it only has that title. */
    void (*link)(struct canvas *c, const char *href, const char *title);
    void (*link_end)(struct canvas *c);
};

/* A canvas whose device is an <svg> of a page. */
struct svg {
    struct canvas canvas; /* first: a canvas is its svg */
    struct html *h;
    bool leads; /* the link that is open has an href */
};
/* Starts <svg role="img"> with its size and its name for those who do not see
 * it; role "group" where it holds links. */
void svg_open(struct svg *s, struct html *h, const char *role, double width,
              double height, const char *label);
void svg_close(struct svg *s);
void html_number(struct html *h, double x); /* one decimal, a point */

struct bar {
    const char *label, *shown; /* "39 %" */
    const char *href;          /* or NULL */
    double value;              /* 0 and more; NAN: unknown, no bar */
    bool on;                   /* the one to see first */
};
/* Horizontal bars, each below its label so that a narrow screen can be read. */
struct bars {
    const char *title, *note;           /* note: or NULL */
    const char *name_head, *value_head; /* heads of the table */
    const struct bar *bars;
    size_t n;
};
enum { BARS_WIDTH = 420 };
double bars_height(const struct bars *b);
void bars_draw(struct canvas *c, const struct bars *b);
/* The same standing side by side, for what goes on in time: the first and the
 * last are labelled. {{> chart_columns(b)}} */
enum { COLUMNS_HEIGHT = 230 };
void columns_draw(struct canvas *c, const struct bars *b);
void columns_svg(struct html *h, const struct bars *b);
/* The drawing alone, its label saying every value. The whole figure, with the
 * same as a table, is the template {{> chart_bars(b)}}. */
void bars_svg(struct html *h, const struct bars *b);
