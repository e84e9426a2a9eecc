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

/* NONE: the laboratory has no such service. */
enum status service_find(struct conn *c, struct arena *a, const char *code,
                         int64_t *id) MUST_USE;

struct passage {
    const char *state;
    int32_t starts, ends;
};
/* Inside a write, what the program knows of a project's way: it is, or was, in
 * the service of that code. The first that was planned becomes so, else there
 * is a new one; where one is under way, or the laboratory has no such service,
 * nothing is done. */
enum status service_begins(struct conn *c, struct arena *a, int64_t project,
                           const char *code, struct passage p,
                           struct actor by) MUST_USE;
/* What a step says of the services: that of the stage to which it led, design,
 * trial or deployment, is under way from today, and those of the others that
 * were so are over: done, or left where it leads back. */
enum status stage_services(struct conn *c, struct arena *a, int64_t project,
                           const char *stage, struct actor by) MUST_USE;
