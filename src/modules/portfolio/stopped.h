/* What stopped: a project, by its committee or without one, and uses. */
#pragma once

#include "modules/portfolio/shown.h"

/* "Sans comité. Décidé par : Direction": by the role in which that person could
 * decide on the day. */
const char *halt_how(struct req *r, int64_t person, int32_t day);
/* What has stopped or held the project of a decision since; NULL: nothing, or
 * this decision itself. */
enum status halt_fill(struct req *r, const struct gate *g,
                      const struct gate_line_v **out) MUST_USE;
