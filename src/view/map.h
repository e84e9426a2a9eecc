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
    int kind; /* index into kinds: its shape and its colour */
    /* Set by map_spread: where it is drawn, in pixels. */
    struct point drawn;
};
struct map_kind {
    const char *label;
    size_t count; /* set by map_spread */
};

struct map {
    const char *label; /* what the drawing shows, for those who do not see it */
    double width;      /* pixels; the height follows */
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
 * input gives the same map). Points without a place (NAN) are left out: their
 * .drawn.x is NAN. MAP_STEP apart, so a target is at least 24 px (WCAG 2.5.8).
 */
enum { MAP_STEP = 24 };
void map_spread(struct arena *a, struct map *m);
double map_height(const struct map *m);
struct point map_project(const struct map *m, struct place at);
/* The <svg> with a focusable link per point, and the legend. After map_spread.
 */
void map_draw(struct html *h, const struct map *m);
