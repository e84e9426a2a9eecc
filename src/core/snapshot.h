/* A figure as it stood one day: its value and the rows it came from, so that a
 * later difference names the rows added, changed or removed. */
#pragma once

#include "core/figure.h"

struct snapshot {
    int64_t id, at;
    double value;
};
struct difference {
    size_t added, changed, removed;
    const char *text; /* "+ Oralité, − Moodle", the first few; NULL: none */
};

/* Inside a write. */
enum status snapshot_take(struct conn *c, struct arena *a,
                          const struct figure_ask *ask,
                          int64_t person) MUST_USE;
/* Newest first, 20 at most. */
enum status snapshot_list(struct conn *c, struct arena *a,
                          const struct figure *f, struct snapshot **out,
                          size_t *n) MUST_USE;
enum status snapshot_difference(struct conn *c, struct arena *a,
                                const struct snapshot *s,
                                const struct figure_ask *ask,
                                struct difference *out) MUST_USE;
