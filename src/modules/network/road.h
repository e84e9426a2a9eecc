/*
 * Times on the road from place to place, which an operator loads as a table:
 *
 *     Départ;Arrivée;Temps
 *     54395;54528;34
 *     0540038B;Labo de Nancy;12
 *
 * The order of a tour goes by them where all that it needs are there.
 */
#pragma once

#include "modules/network/tour.h"

#include <math.h>

/* .start and .finish: a commune's code, a school's UAI or a laboratory's name.
 */
struct road {
    struct row row;
    const char *start, *finish;
    int64_t minutes;
};
extern const struct entity road_entity;

/* Between the n stops of a tour, in their order, and home, which is the last;
 * NAN: not known. */
struct road_times {
    double minutes[TOUR_STOPS + 1][TOUR_STOPS + 1];
    size_t lacking; /* pairs of places without a time */
    bool any;       /* something is known between some of them */
};
enum status roads_measure(struct conn *c, struct arena *a, const struct tour *t,
                          size_t n, struct road_times *out) MUST_USE;
