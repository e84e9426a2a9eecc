/*
 * Outlines that an operator loads instead of ours: read from GeoJSON (RFC
 * 7946), made coarser, kept in the database with where they are from.
 */
#pragma once

#include "core/app.h"
#include "modules/directory/outline.h"

struct outlines {
    const struct outline *list;
    size_t n;
    const char *source; /* whose they are, and the licence; NULL: ours */
};

/* Polygons and MultiPolygons of a FeatureCollection, a Feature or a geometry;
 * at most OUTLINE_POINTS points are left: the grid grows until they are few
 * enough, and neighbours keep the points that they share. NULL: *why says, in
 * English, what is wrong with the text. */
enum { OUTLINE_POINTS = 4000, OUTLINE_RINGS = 500, OUTLINE_BYTES = 32 << 20 };
struct outlines *outlines_read(struct arena *a, struct str text,
                               const char **why);
/* Inside a write. NULL: ours again. */
enum status outlines_keep(struct conn *c, struct arena *a,
                          const struct outlines *o) MUST_USE;
/* Those kept, else ours. */
enum status outlines_load(struct conn *c, struct arena *a,
                          struct outlines *out) MUST_USE;

/* essaim outlines FILE SOURCE, essaim outlines undo */
enum status outlines_command(struct app *app, int argc, char **argv);
