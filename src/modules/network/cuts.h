/*
 * The year's figures of the network, line by line: by laboratory, by what it
 * lies in, by what the schools are that come, by month, by year. What a line
 * counts is what the figure of the same name counts; a class that came to two
 * laboratories stands in both lines, and once in the whole.
 */
#pragma once

#include "core/request.h"

enum measure {
    HOSTED,
    OUTSIDE,
    PEOPLE,
    CLASSES,
    TRAININGS,
    LABS,
    BASSINS,
    MEASURES
};
extern const char *const cut_figures[MEASURES]; /* "network.people", … */

struct cut_line {
    int64_t id; /* what the line is of; with its name it tells lines apart */
    const char *name;
    int64_t n[MEASURES]; /* NONE: not of such a line */
};
struct cut {
    struct cut_line *lines;
    size_t n;
};
/* Its names in the address, NULL-ended: "laboratoire", "bassin", … */
extern const char *const cut_names[];
/* Is it by what the schools are that came? */
bool cut_is_of_schools(size_t by);
/* The year alone: three queries. */
enum status cut_whole(struct conn *c, struct arena *a, int year,
                      struct cut_line *out) MUST_USE;
/* Its lines: three queries, however many they are. */
enum status cut_load(struct conn *c, struct arena *a, size_t by, int year,
                     struct cut *out) MUST_USE;
