/* What the files of the network's demonstration share. */
#pragma once

#include "core/demo.h"
#include "modules/network/network.h"

/* A laboratory's share of the closed year. */
struct demo_share {
    int half_days, classes, trainings, outside;
};

/* Days on which some laboratories are closed by themselves. */
enum status demo_pauses(struct demo *d, const struct lab *const *labs,
                        size_t n) MUST_USE;
/* Inside the demonstration's write: the visits of that laboratory, the nth, in
 * both of its times. */
enum status demo_visits(struct demo *d, const struct lab *const *labs,
                        const struct demo_share *shares, size_t n) MUST_USE;
/* The same of what comes back each week. */
enum status demo_series(struct demo *d, const struct lab *const *labs) MUST_USE;
/* A visit of this week, or as soon as one can be, of the schools of those who
 * sign in. */
enum status demo_week(struct demo *d) MUST_USE;
/* The school of who has that address; NULL: the first collège of the bassin. */
enum status demo_school_of(struct demo *d, const char *email, int64_t bassin,
                           int64_t *school) MUST_USE;
/* Who waits, and by what rule, in the n laboratories. */
enum status demo_waiting(struct demo *d, const struct lab *const *labs,
                         size_t n) MUST_USE;
/* Valises, and their tours. */
enum status demo_tours(struct demo *d, const struct lab *const *labs) MUST_USE;

/* After them: agreements, reviews, sheets, mails. */
enum status demo_told(struct demo *d) MUST_USE;
