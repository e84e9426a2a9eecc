#include "modules/network/calendar.h"

#include "modules/network/people.h"
#include "modules/network/waiting.h"

enum { MOST_DAYS = 400, MOST_LABS = 400, ROOMS = 40, MOST_SPACES = 4000 };

/* A laboratory while its half-days are made: hours[weekday][part][A or B]. */
struct making {
    int32_t opened, closed, known;
    bool hours[7][PARTS][2];
};
struct make {
    struct conn *c;
    struct arena *a;
    const struct arg *args; /* :lab, :from, :to */
    struct making *making;
    struct halves *out;
    size_t slots;
};

#define ASKED(l)                                                               \
    "(:lab IS NULL OR " l ".id = :lab) AND (:lab IS NOT NULL OR (" l           \
    ".opened <= :to AND (" l ".closed IS NULL OR " l ".closed >= :from)))"

static enum status read_labs(struct make *m)
{
    struct rows *rows;
    struct halves *out = m->out;
    size_t labs_room = 0, making_room = 0;
    TRY(db_rows(
        m->c, m->a,
        SQL("SELECT l.id, l.name, l.opened, l.closed, " HOLIDAYS_KNOWN
            " FROM network_lab l WHERE " ASKED("l") " ORDER BY l.name, l.id"),
        m->args, &rows));
    while (out->n < MOST_LABS && rows_next(rows)) {
        out->labs =
            arena_grow(m->a, out->labs, sizeof(*out->labs), out->n, &labs_room);
        m->making = arena_grow(m->a, m->making, sizeof(*m->making), out->n,
                               &making_room);
        struct lab_halves *lab = &out->labs[out->n];
        lab->lab = row_int(rows, 0);
        lab->name = row_text(rows, 1);
        lab->at = NEW_ARRAY(m->a, struct half_at, m->slots);
        m->making[out->n++] = (struct making){.opened = row_day(rows, 2),
                                              .closed = row_day(rows, 3),
                                              .known = row_day(rows, 4)};
    }
    return rows_end(rows);
}

/* Rows come by laboratory: the one of the last row, or one not far. */
static size_t lab_at(const struct make *m, int64_t id, size_t last)
{
    for (size_t i = 0; i < m->out->n; i++) {
        const size_t at = (last + i) % m->out->n;
        if (m->out->labs[at].lab == id)
            return at;
    }
    return m->out->n;
}

static enum status read_hours(struct make *m)
{
    struct rows *rows;
    size_t at = 0;
    TRY(db_rows(m->c, m->a,
                SQL("SELECT o.lab, o.weekday, o.part, o.week FROM"
                    " network_opening o JOIN network_lab l ON l.id = o.lab"
                    " WHERE " ASKED("l") " ORDER BY o.lab, o.id"),
                m->args, &rows));
    while (rows_next(rows)) {
        const char *day = row_text(rows, 1), *week = row_text(rows, 3);
        const enum half_day part = part_of(row_text(rows, 2));
        at = lab_at(m, row_int(rows, 0), at);
        for (int i = 0; at < m->out->n && lab_weekdays[i] && part < PARTS; i++)
            if (same(lab_weekdays[i], day)) {
                m->making[at].hours[i][part][0] |= !same(week, "b");
                m->making[at].hours[i][part][1] |= !same(week, "a");
            }
        at = at < m->out->n ? at : 0;
    }
    return rows_end(rows);
}

static void shut_days(struct make *m, struct lab_halves *lab, int32_t starts,
                      int32_t ends, const char *why)
{
    const int32_t first = starts > m->out->from ? starts : m->out->from,
                  last = ends < m->out->to ? ends : m->out->to;
    for (int32_t day = first; day <= last; day++)
        for (int part = MORNING; part < PARTS; part++) {
            struct half_at *at = &lab->at[(day - m->out->from) * PARTS + part];
            if (!at->why)
                *at = (struct half_at){.state = HALF_SHUT, .why = why};
        }
}

/* What is closed to all, then what the laboratory itself says. */
static enum status read_shut(struct make *m)
{
    struct rows *rows;
    size_t at = 0;
    TRY(db_rows(
        m->c, m->a,
        SQL("SELECT l.id AS lab, k.starts AS starts, k.ends AS ends, k.name AS"
            " name, 0 AS own FROM booking_closure k JOIN network_lab l ON"
            " " ASKED("l") " WHERE k.ends >= :from AND k.starts <= :to AND"
                           " " SHUT_TO_LAB
                           " UNION ALL SELECT p.lab, p.starts, p.ends, p.name,"
                           " 1 FROM network_pause p JOIN network_lab l ON l.id "
                           "= p.lab WHERE"
                           " p.ends >= :from AND p.starts <= :to AND " ASKED(
                               "l") " ORDER BY lab, own, starts, ends, name"),
        m->args, &rows));
    while (rows_next(rows)) {
        at = lab_at(m, row_int(rows, 0), at);
        if (at < m->out->n)
            shut_days(m, &m->out->labs[at], row_day(rows, 1), row_day(rows, 2),
                      row_text(rows, 3));
        at = at < m->out->n ? at : 0;
    }
    return rows_end(rows);
}

/* A room, or a part of one (.own): what is held of it is held of the room. */
struct known_space {
    int64_t id;
    unsigned char *use, *own;
};

static unsigned char *part_add(const struct make *m, struct room *room,
                               int64_t id, const char *name, int64_t capacity)
{
    if (!room->parts)
        room->parts = NEW_ARRAY(m->a, struct room_part, SPACE_HOLDS);
    if (room->part_count == SPACE_HOLDS)
        return NULL;
    unsigned char *own = NEW_ARRAY(m->a, unsigned char, m->slots);
    room->parts[room->part_count++] =
        (struct room_part){id, name, capacity, own};
    return own;
}

/* Rooms come before their parts. */
static enum status read_spaces(struct make *m, struct known_space **out,
                               size_t *n)
{
    struct rows *rows;
    struct known_space *spaces = NULL;
    size_t at = 0, room = 0;
    *n = 0;
    TRY(db_rows(
        m->c, m->a,
        SQL("SELECT s.lab, s.id, s.within, s.name, s.capacity FROM"
            " network_space s"
            " JOIN network_lab l ON l.id = s.lab WHERE " ASKED(
                "l") " ORDER BY CASE WHEN s.within IS NULL THEN 0 ELSE 1 END,"
                     " s.lab, s.id"),
        m->args, &rows));
    while (*n < MOST_SPACES && rows_next(rows)) {
        const int64_t id = row_int(rows, 1), within = row_int(rows, 2);
        unsigned char *use = NULL, *own = NULL;
        at = lab_at(m, row_int(rows, 0), at);
        if (at == m->out->n) {
            at = 0;
            continue;
        }
        struct lab_halves *lab = &m->out->labs[at];
        if (!lab->rooms)
            lab->rooms = NEW_ARRAY(m->a, struct room, ROOMS);
        for (size_t i = 0; within != NONE && i < lab->room_count; i++)
            if (lab->rooms[i].id == within) {
                use = lab->rooms[i].use;
                own = part_add(m, &lab->rooms[i], id, row_text(rows, 3),
                               row_int(rows, 4));
            }
        if (within == NONE && lab->room_count < ROOMS) {
            use = NEW_ARRAY(m->a, unsigned char, m->slots);
            lab->rooms[lab->room_count++] =
                (struct room){.id = id,
                              .name = row_text(rows, 3),
                              .capacity = row_int(rows, 4),
                              .use = use};
        }
        if (!use)
            continue;
        spaces = arena_grow(m->a, spaces, sizeof(*spaces), *n, &room);
        spaces[(*n)++] = (struct known_space){id, use, own};
    }
    *out = spaces;
    return rows_end(rows);
}

static int space_order(const void *x, const void *y)
{
    const struct known_space *a = x, *b = y;
    return (a->id > b->id) - (a->id < b->id);
}

/* A room of which a part is held is not free as a whole. */
static enum status read_held(struct make *m)
{
    struct rows *rows;
    struct known_space *spaces = NULL;
    size_t n;
    const int64_t first = slot_of(m->out->from, MORNING);
    TRY(read_spaces(m, &spaces, &n));
    if (!n)
        return OK;
    qsort(spaces, n, sizeof(*spaces), space_order);
    TRY(db_rows(m->c, m->a,
                /* Spaces first: CROSS JOIN is an order to SQLite, and none to
                 * PostgreSQL. */
                SQL("SELECT h.thing, h.starts, h.until FROM network_lab l CROSS"
                    " JOIN network_space s CROSS JOIN booking_hold h WHERE"
                    " s.lab = l.id AND h.kind = 'space' AND h.thing = s.id AND"
                    " " ASKED("l") " AND h.until > :from * 3 AND h.starts <"
                                   " (:to + 1) * 3"),
                m->args, &rows));
    while (rows_next(rows)) {
        const struct known_space key = {.id = row_int(rows, 0)},
                                 *s = bsearch(&key, spaces, n, sizeof(key),
                                              space_order);
        const int64_t until = row_int(rows, 2) - first;
        int64_t at = row_int(rows, 1) - first;
        for (at = at < 0 ? 0 : at; s && at < until && at < (int64_t)m->slots;
             at++) {
            s->use[at] = ROOM_HELD;
            if (s->own)
                s->own[at] = ROOM_HELD;
        }
    }
    return rows_end(rows);
}

/* Of a room that is free as a whole the parts are not counted besides. */
static int parts_left(const struct room *room, size_t at)
{
    int n = 0;
    for (size_t i = 0; room->use[at] == ROOM_HELD && i < room->part_count; i++)
        n += room->parts[i].use[at] == ROOM_FREE;
    return n;
}

static void settle_half(const struct make *m, size_t i, int32_t day, int part)
{
    struct lab_halves *lab = &m->out->labs[i];
    const struct making *k = &m->making[i];
    const bool *open = k->hours[day_weekday(day)][part];
    const size_t at = (size_t)(day - m->out->from) * PARTS + (size_t)part;
    const int week = week_is_a(day) ? 0 : 1;
    struct half_at *h = &lab->at[at];
    if (day < k->opened)
        h->state = HALF_NOT_YET;
    else if (k->closed != NO_DAY && day > k->closed)
        h->state = HALF_NO_MORE;
    else if (!open[0] && !open[1])
        h->state = HALF_NEVER;
    else if (h->why)
        h->state = HALF_SHUT;
    else if (day > k->known)
        h->state = HALF_UNKNOWN;
    else if (!open[week])
        h->state = HALF_WEEK;
    for (size_t r = 0; h->state == HALF_OPEN && r < lab->room_count; r++) {
        h->free += lab->rooms[r].use[at] == ROOM_FREE;
        h->parts += parts_left(&lab->rooms[r], at);
    }
}

enum status halves_make(struct conn *c, struct arena *a, int64_t lab,
                        int32_t from, int32_t to, struct halves *out)
{
    CHECK(from <= to && to - from < MOST_DAYS);
    *out = (struct halves){.from = from, .to = to};
    struct make m = {.c = c,
                     .a = a,
                     .out = out,
                     .slots = (size_t)(to - from + 1) * PARTS,
                     .args = ARGS(arg_int("lab", lab), arg_day("from", from),
                                  arg_day("to", to))};
    TRY(read_labs(&m));
    if (!out->n)
        return OK;
    TRY(read_hours(&m));
    TRY(read_shut(&m));
    TRY(read_held(&m));
    for (size_t i = 0; i < out->n; i++)
        for (int32_t day = from; day <= to; day++)
            for (int part = MORNING; part < PARTS; part++)
                settle_half(&m, i, day, part);
    return OK;
}

enum status halves_offered(struct conn *c, struct arena *a, int64_t lab,
                           int32_t from, int32_t to, struct halves *out)
{
    TRY(halves_make(c, a, lab, from, to, out));
    return waiting_withhold(c, a, out);
}

/* Why nothing of that day: of several reasons the first that has a name. */
static bool day_opens(const struct halves *h, const struct lab_halves *lab,
                      struct day_off *off)
{
    bool opens = false;
    for (int part = MORNING; part < PARTS; part++) {
        const struct half_at *at = half_of(h, lab, off->day, part);
        opens |= at->state == HALF_OPEN;
        off->unknown |= at->state == HALF_UNKNOWN;
        if (!off->why)
            off->why = at->why;
    }
    return opens;
}

enum status calendar_make(struct conn *c, struct arena *a,
                          const struct lab *lab, int32_t from, int32_t to,
                          struct calendar *out)
{
    struct halves all;
    TRY(halves_offered(c, a, lab->row.id, from, to, &all));
    CHECK(all.n == 1);
    const size_t days = (size_t)(to - from) + 1;
    const struct lab_halves *one = &all.labs[0];
    struct half *half = NEW_ARRAY(a, struct half, days * PARTS);
    struct day_off *off = NEW_ARRAY(a, struct day_off, days);
    *out = (struct calendar){.half = half, .off = off};
    for (int32_t day = from; day <= to; day++) {
        off[out->off_count] = (struct day_off){.day = day};
        if (!day_opens(&all, one, &off[out->off_count]))
            out->off_count++;
        for (int part = MORNING; part < PARTS; part++) {
            const struct half_at *at = half_of(&all, one, day, part);
            if (at->state == HALF_OPEN)
                half[out->n++] = (struct half){day,
                                               (enum half_day)part,
                                               (int64_t)one->room_count,
                                               at->free,
                                               one->lab,
                                               at->parts,
                                               at->promised};
        }
    }
    return OK;
}

enum status calendar_next(struct conn *c, struct arena *a,
                          const struct lab *lab, int32_t from, size_t most,
                          struct half **out, size_t *n)
{
    enum { SPAN = 60 };
    struct calendar all;
    TRY(calendar_make(c, a, lab, from, from + SPAN, &all));
    *out = NEW_ARRAY(a, struct half, most);
    *n = 0;
    for (size_t i = 0; i < all.n && *n < most; i++)
        if (all.half[i].free || all.half[i].parts)
            (*out)[(*n)++] = all.half[i];
    return OK;
}

/* The smallest that holds them; or else one that does not say how many it
 * holds. */
static bool suits_better(int64_t capacity, int64_t than)
{
    return capacity != NONE && (than == NONE || capacity < than);
}

struct best {
    int64_t people, id, capacity;
};
static void try_space(struct best *b, int64_t id, int64_t capacity)
{
    if ((capacity != NONE && capacity < b->people) ||
        (b->id != NONE && !suits_better(capacity, b->capacity)))
        return;
    b->id = id;
    b->capacity = capacity;
}

int64_t room_of_half(const struct halves *h, const struct lab_halves *lab,
                     int32_t day, int part, int64_t people)
{
    const size_t at = (size_t)(day - h->from) * PARTS + (size_t)part;
    struct best best = {people, NONE, NONE};
    for (size_t i = 0; i < lab->room_count; i++) {
        const struct room *room = &lab->rooms[i];
        if (room->use[at] == ROOM_FREE)
            try_space(&best, room->id, room->capacity);
        for (size_t k = 0; room->use[at] == ROOM_HELD && k < room->part_count;
             k++)
            if (room->parts[k].use[at] == ROOM_FREE)
                try_space(&best, room->parts[k].id, room->parts[k].capacity);
    }
    return best.id;
}

enum { NEAR_DAYS = 60, NEAR_LABS = 8 };

static void try_near(const struct halves *all, const struct near *k,
                     int64_t slot, struct half *out, size_t most, size_t *n)
{
    const int32_t day = (int32_t)(slot / PARTS);
    const int part = (int)(slot % PARTS);
    if (*n == most || !all->n || day < all->from || day > all->to ||
        day > visit_horizon() ||
        !half_left(half_of(all, &all->labs[0], day, part)) ||
        room_of_half(all, &all->labs[0], day, part, k->people) == NONE)
        return;
    out[(*n)++] = (struct half){
        .day = day, .part = (enum half_day)part, .lab = all->labs[0].lab};
}

static enum status near_among(struct conn *c, struct arena *a,
                              const struct near *k, const int64_t *labs,
                              size_t lab_count, struct half *out, size_t most,
                              size_t *n)
{
    struct halves all[NEAR_LABS];
    const int32_t tomorrow = day_today() + 1, last = visit_horizon();
    const int32_t later = k->day < tomorrow ? tomorrow : k->day;
    const int32_t day = later > last ? last : later;
    const int64_t wanted = slot_of(day, k->part);
    for (size_t i = 0; i < lab_count; i++)
        TRY(halves_offered(c, a, labs[i],
                           day - NEAR_DAYS < tomorrow ? tomorrow
                                                      : day - NEAR_DAYS,
                           day + NEAR_DAYS, &all[i]));
    for (int64_t far = 0; far <= (int64_t)NEAR_DAYS * PARTS; far++)
        for (size_t i = 0; i < lab_count; i++) {
            try_near(&all[i], k, wanted + far, out, most, n);
            if (far)
                try_near(&all[i], k, wanted - far, out, most, n);
        }
    return OK;
}

/* The other laboratories of its bassin, or else of its département. */
static enum status labs_beside(struct conn *c, struct arena *a, int64_t lab,
                               int64_t out[NEAR_LABS], size_t *n)
{
    struct rows *rows;
    bool bassin = false;
    *n = 0;
    TRY(db_rows(c, a,
                SQL("SELECT l.id, CASE WHEN l.bassin = o.bassin THEN 1 ELSE 0"
                    " END FROM network_lab o JOIN directory_area b ON b.id ="
                    " o.bassin JOIN network_lab l ON l.id <> o.id JOIN"
                    " directory_area d ON d.id = l.bassin WHERE o.id = :lab AND"
                    " (l.bassin = o.bassin OR d.parent = b.parent) AND"
                    " (l.closed IS NULL OR l.closed > :today) ORDER BY CASE"
                    " WHEN l.bassin = o.bassin THEN 0 ELSE 1 END, l.name, l.id"
                    " LIMIT :most"),
                ARGS(arg_int("lab", lab), arg_day("today", day_today()),
                     arg_int("most", NEAR_LABS)),
                &rows));
    while (rows_next(rows)) {
        const bool here = row_int(rows, 1);
        bassin |= here;
        if (here || !bassin)
            out[(*n)++] = row_int(rows, 0);
    }
    return rows_end(rows);
}

/* Near a day of which nothing is known is the last one before the last holidays
 * that are. */
static enum status near_known(struct conn *c, struct near *k)
{
    int64_t last;
    TRY(db_int(c,
               SQL("SELECT max(k.starts) FROM booking_closure k JOIN"
                   " network_lab l ON l.id = :lab WHERE k.kind = 'holidays' AND"
                   " coalesce(k.zone, l.zone) = l.zone"),
               ARGS(arg_int("lab", k->lab)), &last));
    if (last != NONE && last <= k->day)
        k->day = (int32_t)last - 1;
    return OK;
}

enum status calendar_near(struct conn *c, struct arena *a,
                          const struct near *wanted, struct half *out,
                          size_t most, size_t *n)
{
    int64_t labs[NEAR_LABS];
    size_t count;
    struct near known = *wanted, *k = &known;
    *n = 0;
    TRY(near_known(c, k));
    TRY(near_among(c, a, k, &k->lab, 1, out, most, n));
    if (*n == most)
        return OK;
    TRY(labs_beside(c, a, k->lab, labs, &count));
    return near_among(c, a, k, labs, count, out, most, n);
}

/* A room and its parts first, as above: else every hold there is would be
 * looked at. */
#define HELD(space)                                                            \
    "EXISTS (SELECT 1 FROM network_space p CROSS JOIN booking_hold h WHERE"    \
    " (p.id = " space " OR p.within = " space ") AND h.kind = 'space' AND"     \
    " h.thing = p.id AND h.starts <= :slot AND h.until > :slot)"

/* What is free on a half-day, the best for so many people first. */
#define FREE_SPACES                                                            \
    "SELECT s.id, s.within FROM network_space s WHERE s.lab = :lab AND "       \
    "NOT " HELD("s.id")
#define BEST_FIRST                                                             \
    " ORDER BY CASE WHEN s.capacity IS NULL THEN 1"                            \
    " WHEN s.capacity >= :people THEN 0 ELSE 2 END, CASE WHEN"                 \
    " s.capacity >= :people THEN s.capacity ELSE -s.capacity END, s.id LIMIT"

/* Whole rooms, and parts of those that are not free. */
enum status room_free(struct conn *c, int64_t lab, int64_t slot, int64_t people,
                      int64_t *space)
{
    return db_int(c,
                  SQL(FREE_SPACES " AND (s.within IS NULL OR " HELD(
                      "s.within") ")" BEST_FIRST " 1"),
                  ARGS(arg_int("lab", lab), arg_int("slot", slot),
                       arg_int("people", people)),
                  space);
}

enum status spaces_free(struct conn *c, struct arena *a, int64_t lab,
                        int64_t slot, int64_t people,
                        struct free_space out[SPACES_MOST], size_t *n)
{
    struct rows *rows;
    *n = 0;
    TRY(db_rows(c, a, SQL(FREE_SPACES BEST_FIRST " :most"),
                ARGS(arg_int("lab", lab), arg_int("slot", slot),
                     arg_int("people", people), arg_int("most", SPACES_MOST)),
                &rows));
    while (rows_next(rows))
        out[(*n)++] = (struct free_space){row_int(rows, 0), row_int(rows, 1)};
    return rows_end(rows);
}

/* The first that is free is too small only where all that are free are. */
enum status room_fitting(struct conn *c, int64_t lab, int64_t slot,
                         int64_t people, int64_t *space)
{
    bool small;
    TRY(room_free(c, lab, slot, people, space));
    TRY(room_small(c, *space, people, &small));
    if (small)
        *space = NONE;
    return OK;
}

enum status space_holds(struct conn *c, struct arena *a, int64_t space,
                        int64_t slot, struct hold out[SPACE_HOLDS], size_t *n)
{
    struct rows *rows;
    *n = 0;
    TRY(db_rows(c, a,
                SQL("SELECT id FROM network_space WHERE id = :space OR within ="
                    " :space ORDER BY id LIMIT :most"),
                ARGS(arg_int("space", space), arg_int("most", SPACE_HOLDS)),
                &rows));
    while (rows_next(rows))
        out[(*n)++] = (struct hold){.kind = "space",
                                    .thing = row_int(rows, 0),
                                    .starts = slot,
                                    .until = slot + 1,
                                    .why = "visit"};
    return rows_end(rows);
}
