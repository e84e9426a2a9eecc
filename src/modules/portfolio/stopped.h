/* What stopped: a project, by its committee or without one, and uses. */
#pragma once

#include "modules/portfolio/shown.h"

/* A stop that no committee decided: who took the step, or NONE, and when. */
struct halt {
    int64_t person;
    int32_t day;
    const char *how; /* in words, once it is told */
};
/* « Sans réunir de comité ; rôle de qui a décidé : pilotage »: by the role in
 * which that person could decide on the day. One query for all of them,
 * LIST_MOST at most. */
enum status halts_tell(struct req *r, struct halt *all, size_t n) MUST_USE;
/* What has stopped or held the project of a decision since; NULL: nothing, or
 * this decision itself. */
enum status halt_fill(struct req *r, const struct gate *g,
                      const struct gate_line_v **out) MUST_USE;
