/* What the pages of series show. */
#pragma once

#include "view/detail.h"
#include "view/form.h"

/* A date. All but .when may be NULL. */
struct occurrence_v {
    const char *when, *space;
    const char *href, *state, *tone; /* the visit that stands there */
    const char *before;              /* of one that moves: from when */
    const char *change;              /* where it is moved or cancelled */
    const char *why;                 /* it cannot be had */
    const char *by, *by_href;        /* who has it */
    const char *value;               /* of its tick */
    const char *other, *other_value; /* free instead */
    bool ticked, other_ticked;
};
struct dates_v {
    const struct occurrence_v *dates;
    size_t n, can_take; /* how many have a tick */
    const char *action, *csrf, *key, *submit;
};
struct series_v {
    const struct detail_v *detail;
    struct dates_v dates;
    const char *alert;
    const char *now; /* which day, moment and last date it has, once there are
                        any; or NULL */
    bool moved;      /* and they are not those of the row */
    bool manages, closed_too; /* some of the dates are closed */
    size_t booked;
};
struct series_change_v {
    const char *alert, *series, *back, *from; /* from: a day, ISO */
    const char *action;
    const struct form_option *scopes, *weekdays, *parts, *spaces;
    size_t weekday_count, part_count, space_count;
    const char *scope, *weekday, *part, *space; /* as asked */
    bool asked, words;
    struct dates_v dates;
    const char *reason; /* as typed */
    int64_t most;       /* its characters */
    const char *csrf, *key;
};
