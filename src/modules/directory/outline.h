/*
 * Outlines of the départements of the académie, for the map that ships with the
 * program. Coarse on purpose; an operator may load finer ones.
 */
#pragma once

#include "view/map.h"

enum { DEPARTMENTS = 4 };
struct department {
    const char *code; /* "54": the first two digits of a commune's code */
    struct outline outline;
};
/* In the order of their codes. Rings are open (the last point joins the first),
 * in degrees WGS 84; neighbours share the very points of their border. */
extern const struct department departments[DEPARTMENTS];
