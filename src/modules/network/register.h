/*
 * The registers of earlier years: what a laboratory kept in a spreadsheet, one
 * line an accueil. A file of them is an import (core/import.h) whose lines
 * become visits that took place, with their half-days, classes and those who
 * were present.
 *
 *     Date;Créneau;Laboratoire;UAI;Classe;Effectif;Type
 *     12/03/2022;matin;Lab de Nancy;0540038B;6e B;24;atelier
 *
 * A line that is there already is left as it is. One that is not is counted in
 * the school year of its day; where that is over, the step "hold_late" says the
 * import's number as its reason. It takes nobody's place: a half-day on which
 * the laboratory is closed or full is refused, but for one with a reason.
 */
#pragma once

#include "modules/network/network.h"

struct register_line {
    struct row row;
    int32_t day;
    const char
        *part; /* as booking_parts, or "day": its morning and afternoon */
    int64_t lab, project;
    const char *school,
        *commune; /* its UAI, or its name with or without where */
    const char *classes, *levels, *kind, *title, *place, *space, *need;
    const char *public; /* of whom people is the number */
    int64_t people, pupils, teachers, parents, others, stands;
    const char *outcome, *override;
};

extern const struct entity register_entity;
extern const struct intake network_intakes[];

/* register_read.c: what the texts of a line mean. */
enum { REGISTER_CLASSES = 10, REGISTER_PARTS = 2, REGISTER_TITLE = 160 };
struct register_class {
    const char *label, *key;
};

/* Canonises "9h-12h", "Matin", "PM", "journée"; or the label key of why not. */
const char *register_part(struct arena *a, struct str in, struct str *out);
/* The half-days of the line; their number. */
size_t register_parts(const struct register_line *l,
                      enum half_day out[REGISTER_PARTS]);
/* Its classes, each once, by their keys; or the label key of what is wrong. */
const char *register_classes(struct arena *a, const struct register_line *l,
                             struct register_class out[REGISTER_CLASSES],
                             size_t *n);
/* Who was there, into the visit's members: what the columns of each public say,
 * and people for its own. NULL, or the label key of what is wrong. */
const char *register_people(const struct register_line *l, struct visit *v);
bool register_is_outside(const struct register_line *l);
/* How it ended: "held" where the line does not say. */
const char *register_state(const struct register_line *l);
/* In French, as rows are: "Atelier, 6e B, 6e C". */
const char *register_title(struct arena *a, const struct register_line *l);

/* register_find.c: what of a line is there already. */

/* Its school by its UAI; else the one of that name, in that commune where the
 * line says it. *why: the label key of why there is none. */
enum status register_school(struct conn *c, struct arena *a,
                            const struct register_line *l, int64_t *id,
                            const char **why) MUST_USE;
/* The room that the line names, or one that is free: the first that is large
 * enough. NONE: none. */
enum status register_room(struct conn *c, struct arena *a,
                          const struct register_line *l, enum half_day part,
                          int64_t *space) MUST_USE;
/* The accueil that it tells of: see struct intake. */
enum status register_find(struct conn *c, struct arena *a, const void *line,
                          int64_t *id) MUST_USE;
/* Does that accueil say what the line says? */
enum status register_alike(struct conn *c, struct arena *a, int64_t id,
                           const struct register_line *l, bool *yes) MUST_USE;

/* All that two lines share that tell of the same accueil on that half-day. */
enum status register_same(struct conn *c, struct arena *a,
                          const struct register_line *l, enum half_day part,
                          struct str *out) MUST_USE;

/* register_weigh.c: see struct intake. */
enum status register_weigh(struct conn *c, struct arena *a, const void *line,
                           struct weighing *w) MUST_USE;

/* register_make.c: see struct intake. */
enum status register_make(struct conn *c, struct arena *a, const void *line,
                          struct actor by) MUST_USE;
bool register_late(const void *made);
