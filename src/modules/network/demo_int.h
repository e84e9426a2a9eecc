/* What the files of the network's demonstration share. */
#pragma once

#include "core/demo.h"
#include "modules/network/network.h"

/* A laboratory's share of the closed year. */
struct demo_share {
    int half_days, classes, trainings, outside;
};

/* Inside the demonstration's write: the visits of that laboratory, the nth, in
 * both of its times. */
enum status demo_visits(struct demo *d, const struct lab *const *labs,
                        const struct demo_share *shares, size_t n) MUST_USE;
