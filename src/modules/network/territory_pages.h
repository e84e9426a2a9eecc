/* What « Mon territoire » and « Mon établissement » show. */
#pragma once

#include "view/chart.h"
#include "view/form.h"
#include "view/map.h"
#include "view/page.h"

struct reached_v { /* a school of the list */
    const char *name, *href, *commune, *kind, *rural, *priority, *bassin;
    const char *state, *tone;   /* "jamais accueilli", "3 accueils" */
    const char *lab, *lab_href; /* the laboratory of its bassin; or NULL */
};
struct territory_v {
    const char *lead, *csv;
    const struct form_option *years, *kinds, *rurals, *priorities, *shown;
    size_t year_count, kind_count, rural_count, priority_count, shown_count;
    const struct figure_v *figures;
    size_t figure_count;
    struct map *map;
    const struct bars *charts[3]; /* by kind, rural, priority: share reached */
    const struct bars *bassins;
    const struct reached_v *list;
    size_t n;
    const char *first, *next; /* pages of the list; or NULL */
    const char *more;         /* how many come after; or NULL */
    const char *unplaced;     /* how many the map leaves out; or NULL */
};

struct own_visit_v {
    const char *title, *href, *when, *lab, *state, *tone;
    const char *hands; /* of a valise: whence and whither; or NULL */
};
struct own_line_v {
    const char *name, *own, *mean, *whole;
};
struct own_school_v {
    const char *lead, *name, *href;
    const struct form_option *schools, *years;
    size_t school_count, year_count;
    const struct own_line_v *figures;
    size_t figure_count;
    const struct own_visit_v *coming, *past;
    size_t coming_count, past_count;
    const struct own_visit_v *kits; /* that come: title, when, lab */
    size_t kit_count;
    const struct own_visit_v *uses; /* deployments: title, when, state */
    size_t use_count;
    const struct page_link *projects, *labs;
    size_t project_count, lab_count;
};
