/*
 * What the calendars show. All of them are grids of cells: the week of one
 * laboratory (half-days by day), its day (by room), its month (days), its year
 * (twelve small ones), the week of the network (laboratories by half-day); and
 * each is a plain table as well.
 */
#pragma once

#include "view/page.h"

/* What is received there, for those who may see it. */
struct cal_visit_v {
    const char *title, *href, *what; /* what: school and room; or NULL */
    const char *state, *tone;
    bool person; /* the title is the name of one: not for a paper on a door */
};
/* A half-day inside of a day's cell: a letter, and what it means. */
struct cal_mark_v {
    const char *mark, *letter, *name;
};
struct cal_cell_v {
    int rows, cols;    /* how many it covers; 0: another covers it */
    const char *mark;  /* "free", "some", "full", "shut", "none", "past" */
    const char *label; /* "libre", "Vacances d'hiver", "12"; or NULL */
    const char *href;  /* or NULL */
    const char *name;  /* said before the label to who does not see the grid */
    const char *note;  /* why a day is closed, parts that are taken; or NULL */
    const struct cal_mark_v *marks;
    size_t mark_count;
    const struct cal_visit_v *visits;
    size_t n;
    bool today;
};
struct cal_head_v {
    const char *label, *href, *name; /* name: in full; href, name: or NULL */
    int cols;                        /* 0 is 1 */
    bool today;
};
struct cal_row_v {
    struct cal_head_v head;
    const struct cal_cell_v *cells; /* one for each column */
};
struct cal_grid_v {
    const char *title;               /* its caption */
    const struct cal_head_v *groups; /* above the columns, or NULL */
    size_t group_count;
    const struct cal_head_v *columns;
    size_t column_count;
    const struct cal_row_v *rows;
    size_t row_count;
};
/* A line of the plain table: cells of text, the first names the line. */
struct cal_line_v {
    const char *cells[5], *href;
    const struct cal_visit_v *visits; /* after the cells */
    size_t n;
};
struct cal_v {
    const char *kind;  /* "jour", "semaine", "mois", "annee", "reseau" */
    const char *title; /* "Semaine du 8 au 13 décembre 2026" */
    const char *lead;  /* or NULL */
    const char *prev, *next, *today;
    const struct page_link *views, *forms;
    size_t view_count, form_count;
    bool table;
    const struct cal_grid_v *grids;
    size_t grid_count;
    const char *const *heads; /* of the plain table */
    size_t head_count;
    const struct cal_line_v *lines;
    size_t line_count;
    bool visits; /* the plain table has a column for them */
    const char *empty;
    const char *paper; /* the week as PDF; or NULL */
    const char *feed;  /* where one subscribes to it; or NULL */
};
