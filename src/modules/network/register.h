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

/* What register_read.c makes of a line's texts. */
enum { REGISTER_CLASSES = 10, REGISTER_PARTS = 2 };
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
