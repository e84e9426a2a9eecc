/*
 * Valises on tour: from their laboratory to a school, from there to the next,
 * and home, without coming back in between.
 *
 *   kit        a valise of a laboratory
 *     tour       one chain of it; it leaves on a half-day
 *       stop       a school, in its place of the chain, for some half-days
 *       custody    it came to a school (none: home), handed over by one,
 *                  received by the other
 *
 *   draft --plan--> planned --close--> done
 *     \__ cancel __/   \--rework--> draft
 *
 * Half-days are counted where there is school: mornings and afternoons from
 * Monday to Friday, but for Wednesday's afternoon, without the closures of the
 * laboratory. Planning writes the
 * dates of all stops, and holds the valise without a gap from the half-day on
 * which it leaves until it is home: at a school, or in transit.
 */
#pragma once

#include "modules/network/calendar.h"

struct kit {
    struct row row;
    const char *name;
    int64_t lab;
    const char *contents;
};

/* .transit: half-days on the way between two places. */
struct tour {
    struct row row;
    const char *title;
    int64_t kit;
    int32_t starts;
    const char *part;
    int64_t transit;
    const char *state, *state_reason;
    int32_t home;          /* the day on which it is back, */
    const char *home_part; /* and its half-day; computed */
};

/* The half-days in between are computed. */
struct stop {
    struct row row;
    int64_t tour, nth, school, half_days;
    const char *contact;
    int32_t arrives, leaves;
    const char *arrives_part, *leaves_part;
};

struct custody {
    struct row row;
    int64_t tour, school;
    int32_t day;
    const char *handed_by, *received_by, *condition, *remark;
};

extern const struct entity kit_entity, tour_entity, stop_entity, custody_entity;

/* At most, and up to how many their order is the shortest there is. */
enum { TOUR_STOPS = 30, TOUR_EXACT = 12 };

struct legs {
    struct stop *stops[TOUR_STOPS];
    size_t n;
    bool by_road;               /* else as the crow flies */
    double way[TOUR_STOPS + 1]; /* to each stop, and home: minutes on the road,
                                   or km; NAN: not known */
    double total;               /* of those that are known */
    size_t lacking; /* times on the road, where some are known: pairs of places
                       that have none */
};

/* The stops of a tour in their order, and how far it is between them: by the
 * times on the road where all of them are known (road.h), else as the crow
 * flies. */
enum status tour_legs(struct conn *c, struct arena *a, const struct tour *t,
                      struct legs *out) MUST_USE;
/* order[i] is the place that comes i-th on a way from home by all n and back;
 * it stays where none shorter is found. Up to TOUR_EXACT places it is the
 * shortest (Held and Karp, 1962), above one that neither another direction of a
 * stretch nor another turn of one place shortens (2-opt and or-opt, Croes 1958,
 * Or 1976). way[i][j]: from i to j, finite; n is home, the last row and column.
 */
void tour_shorten(struct arena *a, size_t n, double way[][TOUR_STOPS + 1],
                  size_t order[]);
/* Inside a write: its stops in the order of tour_shorten. *exact: no order is
 * shorter. ERR_INVALID and *fault: a place is not known, or it is planned
 * already. */
enum status tour_order(struct conn *c, struct arena *a, const struct tour *t,
                       struct actor by, bool *exact,
                       const char **fault) MUST_USE;
/* The first half-day from the one on which it would leave on which the whole
 * chain is free; slot -1: none of the next 60 days. home: that on which it is
 * back if it leaves when it says. */
enum status tour_first_free(struct conn *c, struct arena *a,
                            const struct tour *t, int64_t *slot,
                            int64_t *home) MUST_USE;
/* The tour from then on; of the entity. */
enum status tour_instead(struct conn *c, struct arena *a,
                         const struct instead_ask *ask, void **out,
                         size_t *n) MUST_USE;
/* Of the step "plan". */
const char *tour_refuses(struct conn *c, struct arena *a, const void *row,
                         int64_t person);
enum status tour_plan(struct conn *c, struct arena *a, const void *row,
                      struct str reason, struct actor by);
