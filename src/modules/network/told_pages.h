/* What the pages behind a one-time link, and the sheet, show. */
#pragma once

#include "view/detail.h"

struct visit_said;

struct linked_v {
    const struct visit_said *said;
    const char *alert, *csrf, *key, *action, *typed;
    const char *day; /* its last day; once answered, when */
    /* Answered already: how, or NULL. */
    const char *state, *tone, *reason;
    bool revoked;
};
struct choice_v {
    const char *value, *label;
    bool chosen;
};
struct review_v {
    const struct visit_said *said;
    const char *alert, *csrf, *key, *action;
    const struct choice_v *went, *used;
    size_t went_count, used_count;
    const char *other, *blocked; /* as typed */
    bool done;
};
/* Of a laboratory: what those say who came. */
struct said_v {
    const char *text, *href, *title, *day, *went;
};
struct reviews_v {
    const char *lab, *all;
    const struct figure_v *figures; /* how it went */
    size_t figure_count;
    const struct choice_v *used; /* value: how often */
    size_t used_count;
    const struct said_v *blocked; /* newest first */
    size_t n;
};
/* A class that the school's list of the year has not, and those that it has and
 * that may be meant: .value their ids. */
struct new_class_v {
    const char *label, *text;
    const struct choice_v *near;
    size_t n;
};
/* A half-day that was taken all the same: when, and why. */
struct despite_v {
    const char *when, *reason;
};
struct visit_v {
    const struct detail_v *detail;
    const struct new_class_v *new_classes;
    size_t new_count;
    const char *name, *csrf, *key; /* where one is chosen for such a class */
    const char *sheet, *outing;    /* the latter NULL for who may not fill it */
    const char *alert; /* what the head has not said, or against it; or NULL */
    const struct despite_v *despite;
    size_t despite_count;
};
/* A line of the sheet: text NULL is written by hand on the paper. */
struct sheet_line_v {
    const char *label, *text;
    bool tall;
};
struct sheet_v {
    const char *edit; /* where to fill in what is missing; or NULL */
    const char *pdf;
    const char *agreed; /* by the head; NULL: signed on the paper */
    struct sheet_line_v *lines;
    size_t n;
    const char *visit;
};
