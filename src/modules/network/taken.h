/* What is received on which half-days, as far as the reader may see it. */
#pragma once

#include "modules/network/calendar.h"
#include "modules/network/calendar_pages.h"
#include "modules/network/routes.h"

struct taken {
    int64_t lab, space; /* NONE: outside */
    int32_t day;
    enum half_day part;
    struct cal_visit_v shown;
};
/* Of one laboratory or of all (NONE), both days of it, by day and half-day;
 * 2,000 at most. Nothing for who may see no visits. */
enum status taken_load(struct req *r, int64_t lab, int32_t from, int32_t to,
                       struct taken **out, size_t *n) MUST_USE;
/* Those of one half-day, as cells show them: in a room and its parts, or in
 * whatever room (NULL). */
const struct cal_visit_v *taken_on(struct req *r, const struct taken *all,
                                   size_t n, int32_t day, int part,
                                   const struct room *room, size_t *count);
