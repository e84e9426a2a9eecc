/*
 * What is recorded of a project's services, beside the state that somebody
 * typed (docs/decisions/0016-what-a-service-says.md).
 */
#pragma once

#include "modules/portfolio/life_pages.h"
#include "modules/portfolio/project_parts.h"

/* What the records say of that service of the project (PART_SERVICE): sessions
 * of its co-design, evidence of its trial, schools of its deployment. NULL:
 * nothing is recorded by which it could be told. */
const char *service_recorded(struct req *r, const struct parts *parts,
                             const struct essaimage_v *spread,
                             const struct part *service);
/* What contradicts its state today, in words; or NULL. */
const char *service_doubt(struct req *r, const struct part *service,
                          const char *project_state);
/* The same over a row t of portfolio_project_service, for what waits; :today.
 */
#define SERVICE_DOUBTFUL                                                       \
    "((t.state = 'planned' AND t.starts < :today) OR (t.state = 'current' AND" \
    " (t.ends < :today OR EXISTS (SELECT 1 FROM portfolio_project p WHERE"     \
    " p.id = t.project AND p.state IN ('stopped', 'finished')))) OR (t.state"  \
    " IN ('done', 'left') AND (t.ends IS NULL OR t.ends > :today)))"
