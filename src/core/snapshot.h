/* A figure as it stood one day: its value and the rows it came from, so that a
 * later difference names the rows added, changed or removed. */
#pragma once

#include "core/figure.h"

struct snapshot {
    int64_t id, at;
    double value;
};
/* A row that came, went, or counts for another amount since. */
enum how { ADDED, REMOVED, CHANGED };
struct changed {
    enum how how;
    int64_t id;
    const char *title; /* "n° 12" where the reader does not reach it */
};
struct difference {
    size_t count[3];      /* by enum how */
    struct changed *list; /* in the order of the ids */
    size_t n;
};

/* Inside a write. */
enum status snapshot_take(struct conn *c, struct arena *a,
                          const struct figure_ask *ask,
                          int64_t person) MUST_USE;
/* Those of the same figure, year and bassin; newest first, 20 at most. */
enum status snapshot_list(struct conn *c, struct arena *a,
                          const struct figure_ask *ask, struct snapshot **out,
                          size_t *n) MUST_USE;
/* Asked as it was taken; rows are named within reach of `named`. */
enum status snapshot_difference(struct conn *c, struct arena *a,
                                const struct snapshot *s,
                                const struct figure_ask *ask,
                                const struct reach *named,
                                struct difference *out) MUST_USE;
