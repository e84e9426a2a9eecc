/* The dates of a series: which there are, what stands in their way, and what is
 * free instead. */
#include "modules/network/people.h"
#include "modules/network/series.h"

struct looking {
    struct conn *c;
    struct arena *a;
    const struct series *s;
    const struct reach *seen;
    int64_t not_of; /* a visit whose own holds are not in its way; NONE */
    struct occurrence *out;
    size_t n;
    struct halves around; /* of the last half-day that was looked around */
};

/* Nobody has the thing then; of a room, neither it nor a part of it. */
static enum status is_free(const struct looking *k, const char *kind,
                           int64_t thing, int64_t slot, bool *is)
{
    int64_t n;
    TRY(db_int(k->c,
               SQL("SELECT count(*) FROM booking_hold h WHERE h.kind = :kind"
                   " AND (h.thing = :thing OR (:kind = 'space' AND h.thing IN"
                   " (SELECT p.id FROM network_space p WHERE p.within ="
                   " :thing))) AND h.starts <= :slot AND h.until > :slot AND"
                   " NOT (h.owner = 'network_slot' AND h.owner_id IN (SELECT"
                   " s.id FROM network_slot s WHERE s.visit = :visit))"),
               ARGS(arg_cstr("kind", kind), arg_int("thing", thing),
                    arg_int("slot", slot), arg_int("visit", k->not_of)),
               &n));
    *is = n == 0;
    return OK;
}

/* How many the room must hold. */
static int64_t people(const struct looking *k)
{
    return k->s->pupils == NONE ? 0 : k->s->pupils;
}

static enum status has_coordinator(const struct looking *k, int64_t slot,
                                   bool *has)
{
    *has = true;
    return k->s->coordinator == NONE
               ? OK
               : is_free(k, "person", k->s->coordinator, slot, has);
}

/* The room wanted, or one that is free; NONE also where the coordinator is not.
 */
static enum status room_for(const struct looking *k, int64_t wanted,
                            int64_t slot, int64_t *space)
{
    bool is;
    *space = NONE;
    TRY(has_coordinator(k, slot, &is));
    if (!is)
        return OK;
    if (wanted == NONE)
        return room_fitting(k->c, k->s->lab, slot, people(k), space);
    TRY(is_free(k, "space", wanted, slot, &is));
    if (is)
        *space = wanted;
    return OK;
}

/* Who has the room or the coordinator then, as far as the reader may see. */
static enum status who_has(const struct looking *k, int64_t wanted,
                           struct occurrence *o)
{
    struct rows *rows;
    const struct arg *args;
    const struct sql sql = sql_with_reach(
        k->a,
        SQL("SELECT v.id, v.title FROM booking_hold h JOIN network_slot s ON"
            " h.owner = 'network_slot' AND s.id = h.owner_id JOIN network_visit"
            " v ON v.id = s.visit WHERE h.starts <= :slot AND h.until > :slot"
            " AND v.id <> coalesce(:visit, 0) AND ((h.kind = 'person' AND"
            " h.thing = :person) OR (h.kind = 'space' AND h.thing IN (SELECT"
            " p.id FROM network_space p WHERE p.id = :space OR p.within ="
            " :space OR (CAST(:space AS BIGINT) IS NULL AND p.lab = :lab))))"
            " AND {reach:v} ORDER BY v.id LIMIT 1"),
        &visit_entity, k->seen,
        ARGS(arg_int("slot", slot_of(o->at.day, o->at.part)),
             arg_int("visit", k->not_of), arg_int("person", k->s->coordinator),
             arg_int("space", wanted), arg_int("lab", k->s->lab)),
        &args);
    o->taken = true;
    o->taken_by = NONE;
    TRY(db_rows(k->c, k->a, sql, args, &rows));
    if (rows_next(rows)) {
        o->taken_by = row_int(rows, 0);
        o->taken_what = row_text(rows, 1);
    }
    return rows_end(rows);
}

static bool is_offered(const struct looking *k, const struct place *p)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->out[i].other.space == p->space &&
            k->out[i].other.day == p->day && k->out[i].other.part == p->part)
            return true;
    return false;
}

/* That half-day, where a room is free and none of this was offered before. */
static enum status try_other(const struct looking *k, int32_t day,
                             enum half_day part, struct place *out)
{
    const struct halves *h = &k->around;
    const struct place p = {
        day, part, room_of_half(h, &h->labs[0], day, (int)part, people(k))};
    bool has;
    if (p.space == NONE || is_offered(k, &p))
        return OK;
    TRY(has_coordinator(k, slot_of(day, part), &has));
    if (has)
        *out = p;
    return OK;
}

static enum status try_day(const struct looking *k, int32_t day,
                           struct place *out)
{
    const struct halves *h = &k->around;
    if (day < h->from || day > h->to)
        return OK;
    for (int part = MORNING; part < PARTS && out->space == NONE; part++)
        if (half_left(half_of(h, &h->labs[0], day, part)))
            TRY(try_other(k, day, (enum half_day)part, out));
    return OK;
}

/* The same half-day in another room; else of the same week the nearest; else
 * the first of the weeks that follow. */
static enum status find_other(struct looking *k, struct occurrence *o)
{
    enum { WEEK = 7, AHEAD = 42 };
    const int32_t monday = o->at.day - day_weekday(o->at.day);
    const int32_t year = school_year_of(k->s->starts);
    int32_t first = monday, last = monday + (o->taken ? AHEAD : WEEK) - 1;
    if (first < school_year_first(year))
        first = school_year_first(year);
    if (last > school_year_last(year))
        last = school_year_last(year);
    if (o->at.day >= day_today() && first < day_today())
        first = day_today(); /* what is gone helps nobody who is to come */
    if (last < first)
        return OK;
    if (!k->around.n || first != k->around.from || last != k->around.to)
        TRY(halves_make(k->c, k->a, k->s->lab, first, last, &k->around));
    if (!k->around.n)
        return OK;
    for (int far = 0; far <= AHEAD && o->other.space == NONE; far++) {
        if (far)
            TRY(try_day(k, o->at.day - far, &o->other));
        if (o->other.space == NONE)
            TRY(try_day(k, o->at.day + far, &o->other));
    }
    return OK;
}

static enum status closure_name(const struct looking *k, struct occurrence *o)
{
    struct rows *rows;
    TRY(db_rows(k->c, k->a,
                SQL("SELECT k.name FROM booking_closure k JOIN network_lab l ON"
                    " l.id = :lab WHERE :day BETWEEN k.starts AND k.ends"
                    " AND " SHUT_TO_LAB " ORDER BY k.starts, k.id LIMIT 1"),
                ARGS(arg_int("lab", k->s->lab), arg_day("day", o->at.day)),
                &rows));
    if (rows_next(rows))
        o->closure = row_text(rows, 0);
    return rows_end(rows);
}

/* May it be had, and what else may? */
static enum status look(struct looking *k, struct occurrence *o, int64_t wanted)
{
    const int64_t slot = slot_of(o->at.day, o->at.part);
    o->at.space = o->other.space = NONE;
    k->not_of = o->visit;
    TRY(lab_closed(k->c, k->a, k->s->lab, o->at.day, o->at.part, &o->closed));
    if (o->closed && same(o->closed, LAB_PAUSED))
        TRY(lab_pause_name(k->c, k->a, k->s->lab, o->at.day, &o->closure));
    else if (o->closed)
        TRY(closure_name(k, o));
    else
        TRY(room_for(k, wanted, slot, &o->at.space));
    if (o->at.space != NONE)
        return OK;
    if (!o->closed)
        TRY(who_has(k, wanted, o));
    return find_other(k, o);
}

static bool week_fits(const struct series *s, int32_t day)
{
    return same(s->week, "every") || week_is_a(day) == same(s->week, "a");
}

/* Its visits, as they stand. */
static enum status visits_load(struct looking *k, int32_t from, int32_t to)
{
    struct rows *rows;
    TRY(db_rows(
        k->c, k->a,
        SQL("SELECT v.id, v.state, s.day, s.part, s.space FROM"
            " network_visit v JOIN network_slot s ON s.visit = v.id"
            " WHERE v.series = :series AND s.day BETWEEN :from AND :to"
            " ORDER BY s.day, " PART_NUMBER("s.part") ", s.id LIMIT :most"),
        ARGS(arg_int("series", k->s->row.id), arg_day("from", from),
             arg_day("to", to), arg_int("most", SERIES_MOST)),
        &rows));
    while (rows_next(rows)) {
        struct occurrence *o = &k->out[k->n++];
        o->visit = row_int(rows, 0);
        o->state = row_text(rows, 1);
        o->at = (struct place){row_day(rows, 2), part_of(row_text(rows, 3)),
                               row_int(rows, 4)};
        o->other.space = o->taken_by = NONE;
    }
    return rows_end(rows);
}

static void looking_open(struct looking *k)
{
    k->not_of = NONE;
    k->out = NEW_ARRAY(k->a, struct occurrence, (size_t)SERIES_MOST * 2);
}

static bool has_week(const struct occurrence *all, size_t n, int32_t day)
{
    const int32_t monday = day - day_weekday(day);
    for (size_t i = 0; i < n; i++)
        if (all[i].at.day >= monday && all[i].at.day < monday + 7)
            return true;
    return false;
}

static int by_day(const void *one, const void *other)
{
    const struct occurrence *a = one, *b = other;
    const int64_t x = slot_of(a->at.day, a->at.part),
                  y = slot_of(b->at.day, b->at.part);
    return x != y ? (x > y) - (x < y)
                  : (a->visit > b->visit) - (a->visit < b->visit);
}

enum status series_dates(struct conn *c, struct arena *a,
                         const struct series *s, const struct reach *seen,
                         struct occurrence **out, size_t *n)
{
    struct looking k = {.c = c, .a = a, .s = s, .seen = seen};
    looking_open(&k);
    const int32_t year = school_year_of(s->starts);
    TRY(visits_load(&k, school_year_first(year), school_year_last(year)));
    const size_t there = k.n;
    for (int32_t day = s->starts; day <= s->ends; day += 7) {
        if (!week_fits(s, day) || has_week(k.out, there, day))
            continue;
        struct occurrence *o = &k.out[k.n];
        o->visit = NONE;
        o->at = (struct place){.day = day, .part = part_of(s->part)};
        TRY(look(&k, o, s->space));
        k.n++;
    }
    qsort(k.out, k.n, sizeof(*k.out), by_day);
    *out = k.out;
    *n = k.n;
    return OK;
}

enum status series_moved(struct conn *c, struct arena *a,
                         const struct series *s, const struct series_move *m,
                         const struct reach *seen, struct occurrence **out,
                         size_t *n)
{
    struct looking k = {.c = c, .a = a, .s = s, .seen = seen};
    const int32_t today = day_today();
    looking_open(&k);
    TRY(visits_load(&k, m->from < today ? today : m->from, m->to));
    const size_t there = k.n;
    struct occurrence *all = k.out;
    k.out = NEW_ARRAY(a, struct occurrence, SERIES_MOST);
    k.n = 0;
    for (size_t i = 0; i < there; i++) {
        const struct place before = all[i].at;
        struct occurrence *o = &k.out[k.n];
        if (!word_in("asked confirmed", all[i].state))
            continue;
        *o = all[i];
        o->before = before;
        o->at.day += m->weekday - day_weekday(before.day);
        o->at.part = m->part;
        TRY(look(&k, o, m->space == NONE ? before.space : m->space));
        k.n++;
    }
    *out = k.out;
    *n = k.n;
    return OK;
}

/* Has the visit that half-day already, with another slot? */
static enum status has_half(const struct looking *k, const struct slot *slot,
                            const struct place *p, bool *has)
{
    int64_t n;
    TRY(db_int(k->c,
               SQL("SELECT count(*) FROM network_slot s WHERE s.visit = :visit"
                   " AND s.day = :day AND s.part = :part AND s.id <> :id"),
               ARGS(arg_int("visit", slot->visit), arg_day("day", p->day),
                    arg_cstr("part", booking_parts[p->part]),
                    arg_int("id", slot->row.id)),
               &n));
    *has = n != 0;
    return OK;
}

enum status slot_instead(struct conn *c, struct arena *a,
                         const struct instead_ask *ask, void **out, size_t *n)
{
    enum { TRIES = 6 };
    const struct slot *slot = ask->row;
    void *visit = NULL;
    bool has;
    *n = 0;
    if (!ask->under)
        TRY(row_load(c, a, &visit_entity, slot->visit, &reach_all, &visit));
    const struct visit *v = ask->under ? ask->under : visit;
    if (!same(v->place, "inside")) /* elsewhere nobody knows what is free */
        return OK;
    const struct series s = {.lab = v->lab,
                             .starts = slot->day,
                             .coordinator = slot->coordinator,
                             .pupils = visit_seats(v)};
    struct looking k = {.c = c, .a = a, .s = &s, .seen = &reach_all};
    looking_open(&k);
    for (; k.n < TRIES + ask->most && *n < ask->most; k.n++) {
        struct occurrence *o = &k.out[k.n];
        o->at = (struct place){slot->day, part_of(slot->part), NONE};
        o->other.space = NONE;
        o->taken = true;
        TRY(find_other(&k, o));
        if (o->other.space == NONE)
            return OK;
        TRY(has_half(&k, slot, &o->other, &has));
        if (!has && !slot->override)
            TRY(class_elsewhere(c, a, v, o->other.day,
                                booking_parts[o->other.part], &has));
        if (has)
            continue;
        struct slot *other = row_copy(a, &slot_entity, slot);
        other->day = o->other.day;
        other->part = booking_parts[o->other.part];
        other->space = o->other.space;
        out[(*n)++] = other;
    }
    return OK;
}
