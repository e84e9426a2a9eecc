/* The day, the week, the month and the year of a laboratory, as grids. */
#include "modules/network/cal.h"

enum { WEEK = 7 };

static struct cal_grid_v *grids_new(struct cal *c, size_t n)
{
    struct cal_grid_v *grids = NEW_ARRAY(c->r->mem, struct cal_grid_v, n);
    c->v->grids = grids;
    c->v->grid_count = n;
    return grids;
}

/* Its columns and rows, with cells to be filled. */
static void grid_new(struct arena *a, struct cal_grid_v *g, size_t columns,
                     size_t rows, struct cal_head_v **heads,
                     struct cal_row_v **lines, struct cal_cell_v **cells)
{
    g->columns = *heads = NEW_ARRAY(a, struct cal_head_v, columns);
    g->column_count = columns;
    g->rows = *lines = NEW_ARRAY(a, struct cal_row_v, rows);
    g->row_count = rows;
    *cells = NEW_ARRAY(a, struct cal_cell_v, columns * rows + 1);
    for (size_t i = 0; i < rows; i++)
        (*lines)[i].cells = *cells + i * columns;
}

static int parts_free(const struct room *room, int part)
{
    int free = 0;
    for (size_t i = 0; i < room->part_count; i++)
        free += room->parts[i].use[part] == ROOM_FREE;
    return free;
}

static bool part_is_promised(const struct room *room, int part)
{
    bool is = false;
    for (size_t i = 0; i < room->part_count; i++)
        is |= room->parts[i].use[part] == ROOM_PROMISED;
    return is;
}

/* May the reader see who has it, be it with the whole room? */
static bool is_told(const struct cal *c, int part, int64_t room, int64_t space)
{
    bool told = false;
    for (size_t i = 0; i < c->taken_count; i++) {
        const struct taken *t = &c->taken[i];
        told |= t->day == c->day && (int)t->part == part &&
                (t->space == room || t->space == space);
    }
    return told;
}

/* "Salle créative, côté studio : pris": parts that somebody has of whom the
 * reader is told nothing; or NULL. */
static const char *untold_parts(const struct cal *c, const struct room *room,
                                int part)
{
    struct req *r = c->r;
    const char **names = NEW_ARRAY(r->mem, const char *, room->part_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < room->part_count; i++)
        if (room->parts[i].use[part] == ROOM_HELD &&
            !is_told(c, part, room->id, room->parts[i].id))
            names[n++] = room->parts[i].name;
    return n ? arena_printf(
                   r->mem, "%s%s%s", format_list(r->mem, r->lang, names, n),
                   tr(r->lang, "view.colon"), tr(r->lang, "network.cal.taken"))
             : NULL;
}

/* Where a part is free it is said which are not, as far as no visit does. */
static void room_used(const struct cal *c, const struct lab_halves *lab,
                      const struct room *room, int part,
                      struct cal_cell_v *cell)
{
    struct req *r = c->r;
    const bool all = room->use[part] == ROOM_PROMISED,
               promised = all || part_is_promised(room, part);
    const int free = all ? 0 : parts_free(room, part);
    cell->mark = free ? "some" : "full";
    cell->label =
        free ? arena_printf(r->mem, "%s, %s", tr(r->lang, "network.cal.some"),
                            tr_n(r->mem, r->lang, "network.cal.left", free))
        : promised ? tr(r->lang, "network.promised")
        : cell->n  ? NULL
                   : tr(r->lang, "network.cal.taken");
    if (free || cell->n)
        cell->note = untold_parts(c, room, part);
    if (!free)
        cell->href = NULL;
    for (size_t i = 0; cell->href && i < room->part_count; i++)
        if (room->parts[i].use[part] == ROOM_FREE) {
            cell->href = free_half_address(
                r, &c->receiving,
                (struct free_half){lab->lab, c->day, (enum half_day)part,
                                   room->parts[i].id});
            break;
        }
}

/* Of the half-day of a laboratory what one room has. */
static void room_fill(const struct cal *c, const struct lab_halves *lab,
                      const struct room *room, int part,
                      struct cal_cell_v *cell)
{
    struct req *r = c->r;
    cell->visits =
        taken_on(r, c->taken, c->taken_count, c->day, part, room, &cell->n);
    if (!word_in("free some full", cell->mark))
        return;
    if (room->use[part] != ROOM_FREE) {
        room_used(c, lab, room, part, cell);
        return;
    }
    cell->mark = "free";
    cell->label = tr(r->lang, "network.cal.free");
    if (cell->href)
        cell->href = free_half_address(r, &c->receiving,
                                       (struct free_half){lab->lab, c->day,
                                                          (enum half_day)part,
                                                          room->id});
}

/* What takes place on the day away from the laboratory is in none of its rooms.
 */
static bool has_outside(const struct cal *c)
{
    bool has = false;
    for (size_t i = 0; c->halves.labs[0].room_count && i < c->taken_count; i++)
        has |= c->taken[i].day == c->day && c->taken[i].space == NONE;
    return has;
}

static struct cal_cell_v outside_cell(const struct cal *c, int part)
{
    static const struct room outside = {.id = NONE};
    struct cal_cell_v cell = {.rows = 1, .cols = 1, .mark = "none"};
    cell.visits = taken_on(c->r, c->taken, c->taken_count, c->day, part,
                           &outside, &cell.n);
    return cell;
}

/* A column for each room, and one for what is outside; a row for each half-day.
 */
void cal_day_fill(struct cal *c)
{
    struct req *r = c->r;
    const struct lab_halves *lab = &c->halves.labs[0];
    struct cal_head_v *heads;
    struct cal_row_v *rows;
    struct cal_cell_v *cells;
    const size_t n = lab->room_count ? lab->room_count : 1;
    const bool outside = has_outside(c);
    const size_t columns = n + outside;
    grid_new(r->mem, grids_new(c, 1), columns, (size_t)c->part_count, &heads,
             &rows, &cells);
    ((struct cal_grid_v *)c->v->grids)->title = c->v->title;
    for (size_t i = 0; i < n; i++)
        heads[i].label =
            lab->room_count ? lab->rooms[i].name : tr(r->lang, "network_space");
    if (outside)
        heads[n].label =
            choice_label(r->mem, r->lang, &visit_entity, "place", "outside");
    for (int part = MORNING, row = 0; part < PARTS; part++) {
        if (!c->used[part])
            continue;
        rows[row].head.label = format_half(r->lang, (enum half_day)part);
        for (size_t i = 0; i < n; i++) {
            struct cal_cell_v cell = cal_half(c, lab, c->day, part);
            if (lab->room_count)
                room_fill(c, lab, &lab->rooms[i], part, &cell);
            cells[(size_t)row * columns + i] = cell;
        }
        cal_merge(&cells[(size_t)row * columns], n, 1, false);
        if (outside)
            cells[(size_t)row * columns + n] = outside_cell(c, part);
        row++;
    }
}

int cal_week_days(const struct cal *c)
{
    const struct halves *h = &c->halves;
    int days = 5;
    for (int k = 5; k < WEEK; k++) {
        for (size_t i = 0; i < h->n; i++)
            for (int part = MORNING; part < PARTS; part++)
                if (half_of(h, &h->labs[i], h->from + k, part)->state <
                    HALF_NEVER)
                    days = k + 1;
        for (size_t i = 0; i < c->taken_count; i++)
            if (c->taken[i].day == h->from + k)
                days = k + 1;
    }
    return days;
}

void cal_week_fill(struct cal *c)
{
    struct req *r = c->r;
    const struct lab_halves *lab = &c->halves.labs[0];
    struct cal_head_v *heads;
    struct cal_row_v *rows;
    struct cal_cell_v *cells;
    struct cal_grid_v *grid = grids_new(c, 1);
    const int days = cal_week_days(c);
    grid_new(r->mem, grid, (size_t)days, (size_t)c->part_count, &heads, &rows,
             &cells);
    grid->title = c->v->title;
    for (int k = 0; k < days; k++) {
        const int32_t day = c->halves.from + k;
        int row = 0;
        heads[k] =
            cal_day_head(c, day, cal_address(r, c->lab, "jour", day, false));
        for (int part = MORNING; part < PARTS; part++)
            if (c->used[part])
                cells[row++ * days + k] = cal_half(c, lab, day, part);
        cal_merge(&cells[k], (size_t)row, (size_t)days, true);
    }
    for (int part = MORNING, row = 0; part < PARTS; part++)
        if (c->used[part])
            rows[row++].head.label = format_half(r->lang, (enum half_day)part);
}

/* A day in one mark: what the best of its half-days can offer. */
static const char *day_mark(const struct cal *c, const struct lab_halves *lab,
                            int32_t day, const char **why)
{
    int open = 0, free = 0, parts = 0, rooms = 0;
    *why = NULL;
    for (int part = MORNING; part < PARTS; part++) {
        const struct half_at *at = half_of(&c->halves, lab, day, part);
        if (at->state == HALF_OPEN) {
            open++;
            free += at->free;
            parts += at->parts;
            rooms += (int)lab->room_count;
        } else if (!*why) {
            *why = at->why;
        }
    }
    if (!open)
        return *why ? "shut" : "none";
    *why = NULL;
    return !free && !parts ? "full" : free < rooms ? "some" : "free";
}

static void month_cell(struct cal *c, int32_t day, struct cal_cell_v *cell)
{
    struct req *r = c->r;
    const struct lab_halves *lab = &c->halves.labs[0];
    struct cal_mark_v *marks = NEW_ARRAY(r->mem, struct cal_mark_v, PARTS);
    struct cal_visit_v *visits = NULL;
    const char *why, *mark = day_mark(c, lab, day, &why);
    *cell = (struct cal_cell_v){
        .rows = 1,
        .cols = 1,
        .mark = same(mark, "shut") || same(mark, "none") ? mark : "day",
        .label = arena_printf(r->mem, "%d", day_date(day).day),
        .href = same(mark, "none") ? NULL
                                   : cal_address(r, c->lab, "jour", day, false),
        .note = why,
        .marks = marks,
        .today = day == day_today()};
    for (int part = MORNING; part < PARTS; part++) {
        const struct cal_cell_v half = cal_half(c, lab, day, part);
        const char *name = format_half(r->lang, (enum half_day)part);
        if (half.n && !visits)
            visits = NEW_ARRAY(r->mem, struct cal_visit_v, c->taken_count);
        for (size_t i = 0; i < half.n; i++)
            visits[cell->n++] = half.visits[i];
        if (word_in("free some full", half.mark))
            marks[cell->mark_count++] = (struct cal_mark_v){
                .mark = half.mark,
                .letter = arena_printf(r->mem, "%.1s", name),
                .name = arena_printf(r->mem, "%s%s%s", name,
                                     tr(r->lang, "view.colon"), half.label)};
    }
    cell->visits = visits;
}

static void year_cell(struct cal *c, int32_t day, struct cal_cell_v *cell)
{
    struct req *r = c->r;
    const char *why, *mark = day_mark(c, &c->halves.labs[0], day, &why);
    *cell = (struct cal_cell_v){
        .rows = 1,
        .cols = 1,
        .mark = mark,
        .label = arena_printf(r->mem, "%d", day_date(day).day),
        .name = why ? why
                : same(mark, "none")
                    ? NULL
                    : tr(r->lang, arena_printf(r->mem, "network.cal.%s", mark)),
        .today = day == day_today()};
}

/* A month as weeks; a week's row leads to it. */
static void month_grid(struct cal *c, struct cal_grid_v *g, int32_t first,
                       int32_t last,
                       void (*fill)(struct cal *, int32_t, struct cal_cell_v *))
{
    struct req *r = c->r;
    struct cal_head_v *heads;
    struct cal_row_v *rows;
    struct cal_cell_v *cells;
    const int32_t from = first - day_weekday(first);
    const size_t weeks = (size_t)(last - from) / WEEK + 1;
    grid_new(r->mem, g, WEEK, weeks, &heads, &rows, &cells);
    g->title = format_day(r->mem, r->lang, first, DAY_MONTH);
    for (int k = 0; k < WEEK; k++) {
        heads[k].name = format_weekday(r->lang, k);
        heads[k].label = arena_printf(r->mem, "%.3s.", heads[k].name);
    }
    for (size_t w = 0; w < weeks; w++) {
        const int32_t monday = from + (int32_t)w * WEEK;
        rows[w].head = (struct cal_head_v){
            .label = week_is_a(monday) ? "A" : "B",
            .name = cal_week_title(r, monday),
            .href = cal_address(r, c->lab, "semaine", monday, false)};
        for (int k = 0; k < WEEK; k++) {
            struct cal_cell_v *cell = &cells[w * WEEK + (size_t)k];
            *cell = (struct cal_cell_v){.rows = 1, .cols = 1, .mark = "out"};
            if (monday + k >= first && monday + k <= last)
                fill(c, monday + k, cell);
        }
    }
}

static int32_t month_end(int32_t first)
{
    const struct date d = day_date(first);
    return day_of(d.year + d.month / 12, d.month % 12 + 1, 1) - 1;
}

void cal_month_fill(struct cal *c)
{
    month_grid(c, grids_new(c, 1), c->halves.from, c->halves.to, month_cell);
}

void cal_year_fill(struct cal *c)
{
    enum { MONTHS = 12 };
    struct cal_grid_v *grids = grids_new(c, MONTHS);
    int32_t first = c->halves.from;
    for (int i = 0; i < MONTHS; i++) {
        const int32_t last = month_end(first);
        month_grid(c, &grids[i], first, last, year_cell);
        first = last + 1;
    }
}
