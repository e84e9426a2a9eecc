/*
 * The waiting list of a laboratory: who would come on any half-day of a span on
 * which nothing is free yet.
 *
 *   waiting --offer--> offered --accept--> accepted
 *      |                  |  \-- lapse --> lapsed --wait_again--> waiting
 *       \--- withdraw ---/---> withdrawn
 *
 * Who is next is said by the laboratory's rule, a row of weights; without one,
 * by who came first. What is offered is held for them until an instant, and a
 * visit from the moment they accept, on their page or by the link that they
 * were sent: confirmed, or still asked for where the laboratory wants the
 * agreement of the head before a class comes. The reason why it was theirs
 * stands in the row.
 */
#pragma once

#include "modules/network/calendar.h"

/* Points: for a school that no laboratory has received yet, a rural one, one of
 * priority education; for each 10 km of distance, for each week of waiting.
 * .hours: how long an offer stands. */
struct queue_rule {
    struct row row;
    int64_t lab, never_served, rural, priority, distance, waited, hours;
};

/* .part: "any", or as slots have it. .offer_*, .offer_until, .why: what is
 * offered, until when, and why to them. */
struct waiter {
    struct row row;
    int64_t lab;
    int32_t starts, ends;
    const char *part, *kind;
    int64_t school;
    const char *class_label;
    int64_t pupils;
    const char *need;
    int64_t person;
    const char *asker, *email, *phone;
    int32_t asked;
    const char *state, *state_reason;
    int32_t offer_day;
    const char *offer_part;
    int64_t offer_space, offer_until;
    const char *why;
    int64_t visit; /* what came of it */
};

extern const struct entity queue_rule_entity, waiter_entity;

/*
 * Inside a write: offers what is free of a laboratory to those who wait for it,
 * the first by its rule first, each the earliest half-day of their span. The
 * only way in which an offer is made. *n: how many.
 */
enum status waiting_promote(struct conn *c, struct arena *a, int64_t lab,
                            struct actor by, int *n) MUST_USE;

/*
 * What is free and fits somebody who waits is theirs before it is anybody's who
 * asks: those who wait are served in their order, each with the earliest that
 * fits, and of these rooms nothing is free any more in h. So it is before they
 * are told (waiting_promote), and nobody comes between.
 */
enum status waiting_withhold(struct conn *c, struct arena *a,
                             struct halves *h) MUST_USE;
/* A room that fits so many people then (room_fitting) and is promised to
 * nobody: *space, or another; NONE where all that fit are promised. */
enum status room_unpromised(struct conn *c, struct arena *a, int64_t lab,
                            int64_t slot, int64_t people,
                            int64_t *space) MUST_USE;

/* Why nothing is offered to who waits: a label key, whose {when} is .half; of a
 * label without one, .half.lab is 0. */
struct stuck {
    const char *key;
    struct half half;
};
enum status waiting_stuck(struct conn *c, struct arena *a,
                          const struct waiter *w, struct stuck *out) MUST_USE;

/* The first half-day of their span that is free and has a room that holds them,
 * for which they need not wait; NULL: there is none. */
enum status waiting_free(struct conn *c, struct arena *a, const struct lab *lab,
                         const struct waiter *w,
                         const struct half **half) MUST_USE;

/* Inside a write: something of a laboratory was given back; if somebody waits
 * there, it is looked at soon. */
enum status waiting_wake(struct conn *c, int64_t lab) MUST_USE;
/* struct_wakes, a follow for what opens a laboratory, or shuts it, as a struct
 * with its .lab: there may be room now for who waits. */
#define WAKES(struct_)                                                         \
    static enum status struct_##_wakes(struct conn *c, struct arena *a,        \
                                       const void *before, const void *after,  \
                                       struct actor by)                        \
    {                                                                          \
        const struct struct_ *row = after ? after : before;                    \
        (void)a, (void)by;                                                     \
        return waiting_wake(c, row->lab);                                      \
    }

/* The task: offers past their time lapse, and what is free is offered on. */
enum status offers_task(struct app *app, struct arena *a, const char *payload);

/* The entry that was sent that link; ERR_NOT_FOUND for one that is not ours, or
 * is past. It stays until then, to be read again: the entry is answered once.
 */
#define OFFER_LINK "offer"
enum status offer_find(struct conn *c, struct arena *a, struct str secret,
                       struct waiter **out) MUST_USE;

/* Of who waits, to see how it stands and withdraw, without an account. */
#define WAIT_LINK "wait"
