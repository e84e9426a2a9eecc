/* What visits and their half-days ask of each other. */
#pragma once

#include "modules/network/network.h"

/* visit.c: does it keep its half-days, as its state says? */
bool visit_keeps(const struct visit *v);
/* Its fields that say who was there. */
#define VISIT_PRESENT                                                          \
    "present_pupils present_teachers present_parents present_others"
/* What it is called where nobody says what it is about: "atelier, 5e B". */
const char *visit_title(struct arena *a, const struct visit *v);
/* The step withdraw as it is taken by the link of who asked. */
extern const struct step visit_withdraw;
const char *visit_locked(struct conn *c, struct arena *a, const void *row);

/* visit_past.c: what already took place when its form brings it is confirmed
 * and held at once; see entity.entered. */
enum status visit_entered(struct conn *c, struct arena *a, int64_t id,
                          struct actor by) MUST_USE;

/* visit_label.c: is a class that it names not on its school's list, which has
 * one that may be meant? */
enum status visit_class_unsure(struct conn *c, struct arena *a,
                               const struct visit *v, bool *is) MUST_USE;

/* slot.c: inside a write, the space with its parts, and the coordinator, for
 * that half-day. */
enum status slot_keep(struct conn *c, struct arena *a, const struct slot *s,
                      struct actor by) MUST_USE;
/* The first of a visit's half-days that somebody else has: see struct step. */
enum status visit_taken(struct conn *c, struct arena *a, const void *row,
                        const struct entity **e, void **taken) MUST_USE;
