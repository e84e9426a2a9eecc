/* What stands in a cell of a calendar. */
#include "modules/network/cal.h"

enum status cal_day_asked(struct req *r, int32_t *day)
{
    const struct str given = req_text(r, "jour");
    *day = day_today();
    if (!given.n)
        return OK;
    return day_parse(given, day) && *day >= day_of(2000, 1, 1) &&
                   *day < day_of(2100, 1, 1)
               ? OK
               : ERR_NOT_FOUND;
}

const char *cal_address(struct req *r, int64_t lab, const char *view,
                        int32_t day, bool table)
{
    return arena_printf(
        r->mem, "/laboratoires/%" PRId64 "/calendrier?vue=%s&jour=%s%s", lab,
        view, day_iso(r->mem, day), table ? "&forme=tableau" : "");
}

/* A half-day stands in the grid where some laboratory opens on it in the span,
 * or something is received. */
static void find_used(struct cal *c)
{
    const struct halves *h = &c->halves;
    for (int part = MORNING; part < PARTS; part++) {
        for (size_t i = 0; i < h->n && !c->used[part]; i++)
            for (int32_t day = h->from; day <= h->to; day++)
                c->used[part] |=
                    half_of(h, &h->labs[i], day, part)->state < HALF_NEVER;
        for (size_t i = 0; i < c->taken_count; i++)
            c->used[part] |= (int)c->taken[i].part == part;
        c->part_count += c->used[part];
    }
}

enum status cal_load(struct cal *c, int32_t from, int32_t to)
{
    enum { OVERVIEW = 32 }; /* days: a year tells no visits, nor the network */
    struct taken *taken = NULL;
    size_t n = 0;
    TRY(halves_offered(c->r->conn, c->r->mem, c->lab, from, to, &c->halves));
    TRY(labs_received(c->r, &c->receiving));
    if (c->lab != NONE && to - from < OVERVIEW)
        TRY(taken_load(c->r, c->lab, from, to, &taken, &n));
    c->taken = taken;
    c->taken_count = n;
    find_used(c);
    return OK;
}

static const char *shut_text(const struct cal *c, const struct half_at *at,
                             int32_t day)
{
    const struct lang *l = c->r->lang;
    switch (at->state) {
    case HALF_WEEK:
        return tr(l, week_is_a(day) ? "network.cal.not_week_a"
                                    : "network.cal.not_week_b");
    case HALF_UNKNOWN:
        return tr(l, "network.cal.unknown_year");
    case HALF_NOT_YET:
        return tr(l, "network.cal.not_yet");
    case HALF_NO_MORE:
        return tr(l, "network.cal.no_more");
    default:
        return at->why;
    }
}

/* What is past is neither free nor full: only what was received is told. */
static void open_cell(const struct cal *c, const struct lab_halves *lab,
                      const struct half_at *at, int32_t day, int part,
                      struct cal_cell_v *cell)
{
    struct req *r = c->r;
    if (day < day_today()) {
        cell->mark = "past";
        return;
    }
    const int left = half_left(at);
    cell->mark = !left                             ? "full"
                 : at->free < (int)lab->room_count ? "some"
                                                   : "free";
    cell->label = left           ? left_text(r, at->free, at->parts)
                  : at->promised ? tr(r->lang, "network.promised")
                                 : tr(r->lang, "network.full");
    if (left && day_is_open_to(&c->receiving, lab->lab, day)) {
        cell->href = free_half_address(
            r, &c->receiving,
            (struct free_half){lab->lab, day, (enum half_day)part,
                               left == 1
                                   ? room_of_half(&c->halves, lab, day, part, 0)
                                   : NONE});
        cell->name = half_day_shown(r, day, (enum half_day)part);
    }
}

struct cal_cell_v cal_half(const struct cal *c, const struct lab_halves *lab,
                           int32_t day, int part)
{
    const struct half_at *at = half_of(&c->halves, lab, day, part);
    struct cal_cell_v cell = {
        .rows = 1, .cols = 1, .mark = "none", .today = day == day_today()};
    if (c->lab != NONE)
        cell.visits =
            taken_on(c->r, c->taken, c->taken_count, day, part, NULL, &cell.n);
    if (at->state == HALF_OPEN) {
        open_cell(c, lab, at, day, part, &cell);
        return cell;
    }
    cell.label = shut_text(c, at, day);
    if (cell.label)
        cell.mark = "shut";
    return cell;
}

struct cal_head_v cal_day_head(const struct cal *c, int32_t day,
                               const char *href)
{
    struct req *r = c->r;
    const char *name = format_weekday(r->lang, day_weekday(day));
    return (struct cal_head_v){
        .label = arena_printf(r->mem, "%.3s. %d", name, day_date(day).day),
        .href = href,
        .name = format_day(r->mem, r->lang, day, DAY_LONG),
        .cols = 1,
        .today = day == day_today()};
}

const char *cal_week_title(struct req *r, int32_t monday)
{
    return tr_with(
        r->mem, r->lang,
        week_is_a(monday) ? "network.cal.week_a" : "network.cal.week_b", "days",
        format_days(r->mem, r->lang, monday, monday + 6), NULL);
}

static bool merges(const struct cal_cell_v *a, const struct cal_cell_v *b)
{
    return same(a->mark, "shut") && same(b->mark, "shut") &&
           same(a->label, b->label) && !a->n && !b->n;
}

void cal_merge(struct cal_cell_v *cells, size_t n, size_t step, bool down)
{
    for (size_t i = 0; i < n;) {
        struct cal_cell_v *first = &cells[i * step];
        size_t k = i + 1;
        for (; k < n && merges(first, &cells[k * step]); k++)
            cells[k * step].rows = 0;
        if (down)
            first->rows = (int)(k - i);
        else
            first->cols = (int)(k - i);
        i = k;
    }
}
