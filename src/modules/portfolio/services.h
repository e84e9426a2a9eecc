/* The nine services of the offer, which every laboratory has. */
#pragma once

#include "core/module.h"

enum { SERVICES = 9 };

struct service_given {
    const char *code, *name, *block, *summary; /* name and summary: labels */
    const char *state;                         /* of a project that is in it */
};
extern const struct service_given services[SERVICES];

/* Inside a write: adds those whose code is not there; what a laboratory has
 * made of the others stays. */
enum status services_begin(struct conn *c, struct arena *a) MUST_USE;
