/* The chain of a tour: its shortest order, its half-days, what holds it. */
#include "modules/network/distance.h"
#include "modules/network/road.h"

#include <math.h>

enum { MOST_SHUT = 200, SPAN = 400 };

/* The half-days on which there is school, from a day on. */
struct schooldays {
    struct {
        int32_t starts, ends;
    } shut[MOST_SHUT];
    size_t n;
};

struct planning {
    struct conn *c;
    struct arena *a;
    const struct tour *t;
    const struct kit *kit;
    struct schooldays days;
    struct legs legs;
    struct hold holds[2 * TOUR_STOPS + 2];
    size_t hold_count;
    int64_t home;
};

static enum status shut_load(struct planning *p)
{
    struct rows *rows;
    TRY(db_rows(p->c, p->a,
                SQL("SELECT k.starts, k.ends FROM booking_closure k JOIN"
                    " network_lab l ON l.id = :lab WHERE k.ends >= :from "
                    "AND " SHUT_TO_LAB " ORDER BY k.starts, k.id LIMIT :most"),
                ARGS(arg_int("lab", p->kit->lab), arg_day("from", p->t->starts),
                     arg_int("most", MOST_SHUT)),
                &rows));
    for (p->days.n = 0; rows_next(rows); p->days.n++) {
        p->days.shut[p->days.n].starts = row_day(rows, 0);
        p->days.shut[p->days.n].ends = row_day(rows, 1);
    }
    return rows_end(rows);
}

static bool is_school(const struct schooldays *d, int64_t slot)
{
    const int32_t day = day_of_slot(slot);
    const int weekday = day_weekday(day);
    if (slot % PARTS == EVENING || weekday > 4 ||
        (weekday == 2 && slot % PARTS == AFTERNOON))
        return false;
    for (size_t i = 0; i < d->n; i++)
        if (d->shut[i].starts <= day && day <= d->shut[i].ends)
            return false;
    return true;
}

/* The half-day that comes n of them later; none is skipped for n 0. */
static int64_t later(const struct schooldays *d, int64_t slot, int64_t n)
{
    const int64_t end = slot + (int64_t)SPAN * PARTS;
    while (slot < end && !is_school(d, slot))
        slot++;
    for (; n > 0 && slot < end; n--)
        do
            slot++;
        while (slot < end && !is_school(d, slot));
    return slot;
}

static void hold_add(struct planning *p, int64_t starts, int64_t until,
                     const char *why)
{
    p->holds[p->hold_count++] = (struct hold){.kind = "kit",
                                              .thing = p->kit->row.id,
                                              .starts = starts,
                                              .until = until,
                                              .why = why};
}

/* Each stop gets its half-days; without a gap. */
static void lay_out(struct planning *p, int64_t from)
{
    int64_t at = later(&p->days, from, 0);
    p->hold_count = 0;
    for (size_t i = 0; i < p->legs.n; i++) {
        struct stop *s = p->legs.stops[i];
        const int64_t arrives = later(&p->days, at, p->t->transit);
        const int64_t last = later(&p->days, arrives, s->half_days - 1);
        hold_add(p, at, arrives, "transit");
        at = later(&p->days, last, 1);
        hold_add(p, arrives, at, "visit");
        s->arrives = day_of_slot(arrives);
        s->arrives_part = booking_parts[arrives % PARTS];
        s->leaves = day_of_slot(last);
        s->leaves_part = booking_parts[last % PARTS];
    }
    p->home = later(&p->days, at, p->t->transit);
    hold_add(p, at, p->home, "transit");
}

/* In their order. */
static enum status stops_load(struct conn *c, struct arena *a,
                              const struct tour *t, struct legs *l)
{
    struct list list;
    TRY(list_under(c, a, &stop_entity, "tour", t->row.id, &list));
    for (l->n = 0; l->n < list.n && l->n < TOUR_STOPS; l->n++)
        l->stops[l->n] = list.rows[l->n];
    return OK;
}

static enum status planning_open(struct conn *c, struct arena *a,
                                 const struct tour *t, struct planning *p)
{
    void *row;
    *p = (struct planning){.c = c, .a = a, .t = t};
    TRY(row_load(c, a, &kit_entity, t->kit, &reach_all, &row));
    p->kit = row;
    TRY(shut_load(p));
    return stops_load(c, a, t, &p->legs);
}

const char *tour_refuses(struct conn *c, struct arena *a, const void *row,
                         int64_t person)
{
    const struct tour *t = row;
    (void)a, (void)person;
    return fault_unless(
        c, SQL("SELECT count(*) FROM network_stop WHERE tour = :tour"),
        ARGS(arg_int("tour", t->row.id)), "network_tour.no_stop");
}

enum status tour_plan(struct conn *c, struct arena *a, const void *row,
                      struct str reason, struct actor by)
{
    struct planning p;
    void *now;
    const struct tour *t = row;
    (void)reason;
    TRY(planning_open(c, a, t, &p));
    lay_out(&p, slot_of(t->starts, part_of(t->part)));
    for (size_t i = 0; i < p.legs.n; i++)
        TRY(row_update(c, a, &stop_entity, p.legs.stops[i], by));
    TRY(holds_set(c, a, &tour_entity, t->row.id, p.holds, p.hold_count, by));
    TRY(row_load(c, a, &tour_entity, t->row.id, &reach_all, &now));
    ((struct tour *)now)->home = day_of_slot(p.home);
    ((struct tour *)now)->home_part = booking_parts[p.home % PARTS];
    return row_update(c, a, &tour_entity, now, by);
}

static enum status is_free(const struct planning *p, bool *is)
{
    int64_t n;
    TRY(db_int(p->c,
               SQL("SELECT count(*) FROM booking_hold WHERE kind = 'kit' AND"
                   " thing = :kit AND starts < :until AND until > :starts AND"
                   " NOT (owner = 'network_tour' AND owner_id = :tour)"),
               ARGS(arg_int("kit", p->kit->row.id),
                    arg_int("starts", p->holds[0].starts),
                    arg_int("until", p->holds[p->hold_count - 1].until),
                    arg_int("tour", p->t->row.id)),
               &n));
    *is = n == 0;
    return OK;
}

enum status tour_first_free(struct conn *c, struct arena *a,
                            const struct tour *t, int64_t *slot, int64_t *home)
{
    enum { AHEAD = 60 };
    struct planning p;
    bool is = false;
    const int64_t from = slot_of(t->starts, part_of(t->part));
    TRY(planning_open(c, a, t, &p));
    lay_out(&p, from);
    *home = p.home;
    for (*slot = from; *slot < from + (int64_t)AHEAD * PARTS; ++*slot) {
        if (!is_school(&p.days, *slot))
            continue;
        lay_out(&p, *slot);
        TRY(is_free(&p, &is));
        if (is)
            return OK;
    }
    *slot = -1;
    return OK;
}

enum status tour_instead(struct conn *c, struct arena *a,
                         const struct instead_ask *ask, void **out, size_t *n)
{
    int64_t slot, home;
    *n = 0;
    TRY(tour_first_free(c, a, ask->row, &slot, &home));
    if (slot < 0 || !ask->most)
        return OK;
    struct tour *other = row_copy(a, &tour_entity, ask->row);
    other->starts = day_of_slot(slot);
    other->part = booking_parts[slot % PARTS];
    out[(*n)++] = other;
    return OK;
}

/* Places: those of the schools, and the laboratory's own or its host's. */

struct spot {
    double latitude, longitude;
};

static enum status spots_load(struct conn *c, struct arena *a,
                              const struct tour *t, struct legs *l,
                              struct spot spots[TOUR_STOPS + 1])
{
    struct rows *rows;
    size_t n = 0;
    for (size_t i = 0; i <= TOUR_STOPS; i++)
        spots[i] = (struct spot){NAN, NAN};
    TRY(stops_load(c, a, t, l));
    TRY(db_rows(c, a,
                SQL("SELECT e.latitude, e.longitude FROM network_stop s JOIN"
                    " directory_school e ON e.id = s.school WHERE s.tour ="
                    " :tour ORDER BY s.nth, s.id LIMIT :most"),
                ARGS(arg_int("tour", t->row.id), arg_int("most", TOUR_STOPS)),
                &rows));
    for (; rows_next(rows); n++)
        spots[n] = (struct spot){row_real(rows, 0), row_real(rows, 1)};
    TRY(rows_end(rows));
    TRY(db_rows(c, a,
                SQL("SELECT coalesce(l.latitude, h.latitude),"
                    " coalesce(l.longitude, h.longitude) FROM network_kit k"
                    " JOIN network_lab l ON l.id = k.lab LEFT JOIN"
                    " directory_school h ON h.id = l.school WHERE k.id = :kit"),
                ARGS(arg_int("kit", t->kit)), &rows));
    while (rows_next(rows))
        spots[l->n] = (struct spot){row_real(rows, 0), row_real(rows, 1)};
    return rows_end(rows);
}

/* How far it is between all of them. */
struct measure {
    double way[TOUR_STOPS + 1][TOUR_STOPS + 1];
    bool by_road;
    size_t lacking;
};

static enum status measure_make(struct conn *c, struct arena *a,
                                const struct tour *t, const struct legs *l,
                                const struct spot *spots, struct measure *out)
{
    struct road_times *roads = NEW(a, struct road_times);
    TRY(roads_measure(c, a, t, l->n, roads));
    out->by_road = roads->any && !roads->lacking;
    out->lacking = roads->any ? roads->lacking : 0;
    for (size_t i = 0; i <= l->n; i++)
        for (size_t k = 0; k <= l->n; k++)
            out->way[i][k] =
                out->by_road
                    ? roads->minutes[i][k]
                    : distance_km(spots[i].latitude, spots[i].longitude,
                                  spots[k].latitude, spots[k].longitude);
    return OK;
}

enum status tour_legs(struct conn *c, struct arena *a, const struct tour *t,
                      struct legs *out)
{
    struct spot spots[TOUR_STOPS + 1];
    struct measure m;
    TRY(spots_load(c, a, t, out, spots));
    TRY(measure_make(c, a, t, out, spots, &m));
    out->total = 0;
    out->by_road = m.by_road;
    out->lacking = m.lacking;
    for (size_t i = 0; i <= out->n; i++) {
        out->way[i] = out->n ? m.way[i ? i - 1 : out->n][i] : 0;
        if (!isnan(out->way[i]))
            out->total += out->way[i];
    }
    return OK;
}

enum status tour_order(struct conn *c, struct arena *a, const struct tour *t,
                       struct actor by, bool *exact, const char **fault)
{
    struct spot spots[TOUR_STOPS + 1];
    struct measure m;
    size_t order[TOUR_STOPS];
    struct legs l;
    *fault = same(t->state, "draft") ? NULL : "network_tour.is_planned";
    if (*fault)
        return ERR_INVALID;
    TRY(spots_load(c, a, t, &l, spots));
    TRY(measure_make(c, a, t, &l, spots, &m));
    for (size_t i = 0; i <= l.n; i++)
        for (size_t k = 0; k <= l.n; k++)
            if (isnan(m.way[i][k]))
                *fault = "network_tour.no_place";
    if (*fault)
        return ERR_INVALID;
    for (size_t i = 0; i < l.n; i++)
        order[i] = i;
    tour_shorten(a, l.n, m.way, order);
    *exact = l.n <= TOUR_EXACT;
    for (size_t i = 0; i < l.n; i++) {
        struct stop *s = l.stops[order[i]];
        if (s->nth == (int64_t)i + 1)
            continue;
        s->nth = (int64_t)i + 1;
        TRY(row_update(c, a, &stop_entity, s, by));
    }
    return OK;
}
