/* What the files that draw calendars share. */
#pragma once

#include "modules/network/receive.h"
#include "modules/network/taken.h"

/* A span of a calendar that is being drawn. */
struct cal {
    struct req *r;
    int64_t lab; /* NONE: the network */
    int32_t day; /* the one asked for */
    struct halves halves;
    struct receiving receiving;
    const struct taken *taken;
    size_t taken_count;
    bool used[PARTS]; /* half-days that stand in the grid */
    int part_count;
    struct cal_v *v;
};

/* ?jour=2026-12-01; else today. ERR_NOT_FOUND: no day, or none of 2000-2100. */
enum status cal_day_asked(struct req *r, int32_t *day) MUST_USE;
/* Reads all of it, from the one day to the other. */
enum status cal_load(struct cal *c, int32_t from, int32_t to) MUST_USE;
/* "libre", "complet", or why not, of a half-day of a laboratory. */
struct cal_cell_v cal_half(const struct cal *c, const struct lab_halves *lab,
                           int32_t day, int part);
/* The same, narrow: "2 libres" for the rooms. */
struct cal_cell_v cal_half_short(const struct cal *c,
                                 const struct lab_halves *lab, int32_t day,
                                 int part);
/* "lun. 8", in full for who does not see the grid. */
struct cal_head_v cal_day_head(const struct cal *c, int32_t day,
                               const char *href);
const char *cal_week_title(struct req *r, int32_t monday);
/* How many days of a week are shown: Saturday and Sunday only where something
 * is on them. */
int cal_week_days(const struct cal *c);
/* Neighbours that are closed for one reason become one, along a row or down a
 * column (step: from a cell to the next). */
void cal_merge(struct cal_cell_v *cells, size_t n, size_t step, bool down);

/* The views; each fills v's grids, or its lines where v->table. */
void cal_day_fill(struct cal *c);
void cal_week_fill(struct cal *c);
void cal_month_fill(struct cal *c);
void cal_year_fill(struct cal *c);
/* Of any span: a line for each half-day, days closed together. */
void cal_lines_fill(struct cal *c);
/* Of a year: a line for each week. */
void cal_weeks_fill(struct cal *c);

/* A span's address under the laboratory's calendar. */
const char *cal_address(struct req *r, int64_t lab, const char *view,
                        int32_t day, bool table);
