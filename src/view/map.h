/*
 * The map: outlines of départements, and points that do not hide each other.
 * Longitudes are shortened by cos(48.7°), the middle of the académie
 * (equirectangular projection; an error under 1 % over 200 km).
 */
#pragma once

#include "view/chart.h"

struct place {
    double lon, lat; /* degrees, WGS 84 */
};
struct outline {
    const char *name;
    const struct place *ring; /* closed or not; a hole is a ring of its own */
    size_t n;
};

enum {
    MAP_KINDS = 6
}; /* shapes: circle square diamond triangle hexagon cross */
struct map_point {
    struct place at;
    const char *title, *href;
    int kind; /* index into kinds */
    /* Set by map_spread: where it is drawn, in pixels. */
    struct point drawn;
};
/* Told apart by shape as well as by colour. */
struct map_kind {
    const char *label;
    const char *shape; /* school college lycee lab org: drawn in icons.svg */
    const char *shown_href; /* the map with or without that kind; NULL: none */
    bool hidden;            /* its points are left out */
    size_t count;           /* set by map_spread: all of them, hidden or not */
};

struct map {
    const char *label; /* what the drawing shows, for those who do not see it */
    double width;      /* pixels; the height follows. Where the points are few,
                          MAP_SMALL, which a telephone shows whole */
    bool near;         /* only where the points are */
    const struct outline *outlines;
    size_t outline_count;
    struct map_point *points;
    size_t point_count;
    struct map_kind *kinds;
    size_t kind_count;
};

/*
 * Places every point: the cell of a hexagonal grid nearest to where it is that
 * no earlier point took (ring by ring, in the order of the points, so the same
 * input gives the same map). Where the point is within the outlines, or at
 * their edge, so is its cell, as long as one is free. Points without a place
 * (NAN) are left out: their .drawn.x is NAN, and so are those of a hidden kind.
 * They are MAP_STEP apart: the 24 that a finger needs (WCAG 2.5.8), so the
 * drawing is never shown smaller.
 */
enum { MAP_STEP = 25, MAP_SMALL = 340, MAP_SMALL_MOST = 80 };
void map_spread(struct arena *a, struct map *m);
/* The corners of what is drawn: a point beyond them has no place. */
struct map_frame {
    struct place low, high;
};
struct map_frame map_frame(const struct map *m);
double map_height(const struct map *m);
struct point map_project(const struct map *m, struct place at);
/* After map_spread: the <svg> with a focusable link per point. The whole figure
 * with its legend is the template {{> map_figure(m)}}. */
void map_svg(struct html *h, const struct map *m);
const char *shape_url(struct html *h, const char *shape);
