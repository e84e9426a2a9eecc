/* What the network's figures show, line by line. */
#pragma once

#include "view/chart.h"
#include "view/form.h"
#include "view/page.h"

struct cut_cell_v {
    const char *value, *href; /* value NULL: not of such a line */
};
struct cut_line_v {
    const char *name, *href; /* href: to its accueils; or NULL */
    struct cut_cell_v cells[7];
};
struct cuts_v {
    const char *lead, *csv;
    const struct form_option *years, *cuts, *measures;
    size_t year_count, cut_count, measure_count;
    const char *heads[7];
    const struct cut_line_v *lines;
    size_t n;
    struct cut_line_v whole;
    bool twice;    /* classes of several lines count once in the whole */
    bool of_today; /* lines go by what the schools are now */
    bool in_time;
    const struct bars *chart;
};
