/* When a laboratory receives: its half-days of the week, within its life, less
 * the days on which its zone or its département is closed. */
#pragma once

#include "modules/network/network.h"

/* *why: NULL when it receives on that half-day, or the label key of why not. */
enum status lab_closed(struct conn *c, struct arena *a, int64_t lab,
                       int32_t day, enum half_day part,
                       const char **why) MUST_USE;

/* A: odd weeks of ISO 8601; B: even ones. */
bool week_is_a(int32_t day);
