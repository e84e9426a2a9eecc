/* The same calendars as plain tables. */
#include "modules/network/cal.h"

enum { WEEK = 7 };

static void heads_set(struct cal *c, const char *const *keys, size_t n)
{
    const char **heads = NEW_ARRAY(c->r->mem, const char *, n);
    for (size_t i = 0; i < n; i++)
        heads[i] = tr(c->r->lang, keys[i]);
    c->v->heads = heads;
    c->v->head_count = n;
}

/* Days that are closed and on which nothing is received. */
static bool day_is_off(const struct cal *c, int32_t day, const char **why)
{
    const struct lab_halves *lab = &c->halves.labs[0];
    *why = NULL;
    for (int part = MORNING; part < PARTS; part++) {
        const struct half_at *at = half_of(&c->halves, lab, day, part);
        size_t n;
        taken_on(c->r, c->taken, c->taken_count, day, part, NULL, &n);
        if (n || at->state == HALF_OPEN || at->state == HALF_WEEK)
            return false;
        if (!*why)
            *why = cal_half(c, lab, day, part).label;
    }
    return true;
}

/* Days off that follow each other for one reason stand together; Sundays and
 * the like go without saying. */
static int32_t off_line(struct cal *c, int32_t day, const char *why,
                        struct cal_line_v *line, size_t *n)
{
    int32_t last = day;
    const char *next;
    while (last < c->halves.to && day_is_off(c, last + 1, &next) && why &&
           next && same(next, why))
        last++;
    if (why)
        line[(*n)++] = (struct cal_line_v){
            .cells = {format_days(c->r->mem, c->r->lang, day, last),
                      tr(c->r->lang, "network.cal.all_day"), why}};
    return last;
}

void cal_lines_fill(struct cal *c)
{
    static const char *const heads[] = {"network_slot.day", "network_slot.part",
                                        "network.cal.what"};
    struct req *r = c->r;
    const struct lab_halves *lab = &c->halves.labs[0];
    const size_t most = (size_t)(c->halves.to - c->halves.from + 1) * PARTS;
    struct cal_line_v *lines = NEW_ARRAY(r->mem, struct cal_line_v, most + 1);
    heads_set(c, heads, COUNT(heads));
    c->v->lines = lines;
    c->v->visits = r->who && may(r->who, "network.visits");
    for (int32_t day = c->halves.from; day <= c->halves.to; day++) {
        const char *why;
        if (day_is_off(c, day, &why)) {
            day = off_line(c, day, why, lines, &c->v->line_count);
            continue;
        }
        for (int part = MORNING; part < PARTS; part++) {
            const struct cal_cell_v cell = cal_half(c, lab, day, part);
            if (same(cell.mark, "none") && !cell.n)
                continue;
            lines[c->v->line_count++] = (struct cal_line_v){
                .cells = {format_day(r->mem, r->lang, day, DAY_LONG),
                          format_half(r->lang, (enum half_day)part),
                          cell.label},
                .href = cell.href,
                .visits = cell.visits,
                .n = cell.n};
        }
    }
}

/* Open half-days of a week, rooms of them and what is held of those. */
struct sums {
    int open, free, rooms;
};

static struct sums week_sums(const struct cal *c, int32_t from, int32_t to,
                             const char **why)
{
    const struct lab_halves *lab = &c->halves.labs[0];
    struct sums s = {0};
    const char *seen[WEEK];
    size_t n = 0;
    for (int32_t day = from; day <= to; day++) {
        const char *off = NULL;
        for (int part = MORNING; part < PARTS; part++) {
            const struct half_at *at = half_of(&c->halves, lab, day, part);
            if (at->state == HALF_OPEN) {
                s.open++;
                s.free += at->free;
                s.rooms += (int)lab->room_count;
            }
            off = off ? off : at->why;
        }
        for (size_t i = 0; off && i < n; i++)
            if (same(seen[i], off))
                off = NULL;
        if (off)
            seen[n++] = off;
    }
    *why = n ? format_list(c->r->mem, c->r->lang, seen, n) : NULL;
    return s;
}

void cal_weeks_fill(struct cal *c)
{
    static const char *const heads[] = {
        "network.cal.week", "network.cal.open", "network.cal.rooms_taken",
        "network.cal.rooms_free", "network.cal.closures"};
    enum { WEEKS = 54 };
    struct req *r = c->r;
    struct cal_line_v *lines = NEW_ARRAY(r->mem, struct cal_line_v, WEEKS);
    const int32_t first = c->halves.from - day_weekday(c->halves.from);
    heads_set(c, heads, COUNT(heads));
    c->v->lines = lines;
    for (int32_t monday = first; monday <= c->halves.to; monday += WEEK) {
        const int32_t last = monday + WEEK - 1;
        const char *why;
        const struct sums s =
            week_sums(c, monday < c->halves.from ? c->halves.from : monday,
                      last > c->halves.to ? c->halves.to : last, &why);
        lines[c->v->line_count++] = (struct cal_line_v){
            .cells = {cal_week_title(r, monday),
                      format_int(r->mem, r->lang, s.open),
                      format_int(r->mem, r->lang, s.rooms - s.free),
                      format_int(r->mem, r->lang, s.free), why},
            .href = cal_address(r, c->lab, "semaine", monday, false)};
    }
}
