/* The timeline of a project's page. */
#pragma once

#include "modules/portfolio/life_pages.h"
#include "modules/portfolio/project_parts.h"

/* v->timeline, of the gates, sessions, services and steps among its parts. */
void timeline_fill(struct req *r, const struct parts *parts,
                   struct project_v *v);
/* Of a project that stands still: since when, and that no committee decided it;
 * NULL where one did. Asks in which role who did could. */
enum status project_halted(struct req *r, const struct parts *parts,
                           const char **out) MUST_USE;
