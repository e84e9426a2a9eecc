/* What the portfolio's own pages show. */
#pragma once

#include "view/chart.h"
#include "view/detail.h"

struct named_v {
    const char *name, *href, *what;
};
struct axis_v {
    const char *name, *aim, *href;
    int64_t projects;
    const struct named_v *objectives;
    size_t objective_count;
};
/* A service on a path: css "done", "now" or "off". */
struct passage_v {
    const char *name, *css, *icon, *state, *when;
};
struct block_v {
    const char *title;
    struct passage_v steps[9];
    size_t n;
};
struct nine_v {
    const char *label;
    const struct passage_v *steps;
    size_t n;
};
struct strategy_v {
    const struct axis_v *axes;
    size_t n;
    const struct bars *policies;
    const struct block_v *blocks;
    size_t block_count;
    bool may_edit; /* the reader may add what is missing */
};
