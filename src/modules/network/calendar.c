#include "modules/network/calendar.h"

/* A week's hours: week_open[weekday][part][A or B]. */
struct hours {
    bool open[7][PARTS][2];
};
struct shut {
    int32_t starts, ends;
    const char *name;
};
struct making {
    struct conn *c;
    struct arena *a;
    const struct lab *lab;
    int32_t from, to;
    struct hours hours;
    struct shut *shut;
    size_t shut_count;
    int64_t *taken; /* rooms held, by half-day from the first */
    int64_t rooms;
};

enum { MOST_DAYS = 400, MOST_SHUT = 200 };

static enum status read_hours(struct making *m)
{
    struct rows *rows;
    TRY(db_rows(m->c, m->a,
                SQL("SELECT weekday, part, week FROM network_opening WHERE lab"
                    " = :lab"),
                ARGS(arg_int("lab", m->lab->row.id)), &rows));
    while (rows_next(rows)) {
        const char *day = row_text(rows, 0), *week = row_text(rows, 2);
        const enum half_day part = part_of(row_text(rows, 1));
        for (int i = 0; lab_weekdays[i] && part < PARTS; i++)
            if (same(lab_weekdays[i], day)) {
                m->hours.open[i][part][0] |= !same(week, "b");
                m->hours.open[i][part][1] |= !same(week, "a");
            }
    }
    return rows_end(rows);
}

static enum status read_shut(struct making *m)
{
    struct rows *rows;
    m->shut = NEW_ARRAY(m->a, struct shut, MOST_SHUT);
    TRY(db_rows(
        m->c, m->a,
        SQL("SELECT k.starts, k.ends, k.name FROM booking_closure k JOIN"
            " network_lab l ON l.id = :lab WHERE k.ends >= :from AND k.starts"
            " <= :to AND " SHUT_TO_LAB " ORDER BY k.starts, k.id LIMIT :most"),
        ARGS(arg_int("lab", m->lab->row.id), arg_day("from", m->from),
             arg_day("to", m->to), arg_int("most", MOST_SHUT)),
        &rows));
    while (rows_next(rows))
        m->shut[m->shut_count++] = (struct shut){
            row_day(rows, 0), row_day(rows, 1), row_text(rows, 2)};
    return rows_end(rows);
}

/* A room of which a part is held is not free as a whole; one that is held
 * together with its parts counts once. */
static enum status read_taken(struct making *m)
{
    struct rows *rows;
    const int64_t first = slot_of(m->from, MORNING),
                  last = slot_of(m->to + 1, MORNING);
    m->taken = NEW_ARRAY(m->a, int64_t, (size_t)(last - first));
    TRY(db_int(m->c,
               SQL("SELECT count(*) FROM network_space WHERE lab = :lab AND"
                   " within IS NULL"),
               ARGS(arg_int("lab", m->lab->row.id)), &m->rooms));
    TRY(db_rows(m->c, m->a,
                SQL("SELECT DISTINCT coalesce(s.within, s.id), h.starts,"
                    " h.until FROM network_space s JOIN booking_hold h ON"
                    " h.kind = 'space' AND h.thing = s.id WHERE s.lab = :lab"
                    " AND h.starts < :last AND h.until > :first"),
                ARGS(arg_int("lab", m->lab->row.id), arg_int("first", first),
                     arg_int("last", last)),
                &rows));
    while (rows_next(rows)) {
        const int64_t until = row_int(rows, 2);
        for (int64_t at = row_int(rows, 1); at < until && at < last; at++)
            if (at >= first)
                m->taken[at - first]++;
    }
    return rows_end(rows);
}

static const char *shut_on(const struct making *m, int32_t day)
{
    for (size_t i = 0; i < m->shut_count; i++)
        if (m->shut[i].starts <= day && day <= m->shut[i].ends)
            return m->shut[i].name;
    return NULL;
}

/* The half-days of one day; false: there are none. */
static bool add_day(const struct making *m, int32_t day, struct half *out,
                    size_t *n)
{
    const struct lab *lab = m->lab;
    const int week = week_is_a(day) ? 0 : 1;
    const size_t before = *n;
    if (shut_on(m, day) || day < lab->opened ||
        (lab->closed != NO_DAY && day > lab->closed))
        return false;
    for (int part = MORNING; part < PARTS; part++) {
        if (!m->hours.open[day_weekday(day)][part][week])
            continue;
        const int64_t at = slot_of(day, (enum half_day)part) -
                           slot_of(m->from, MORNING),
                      free = m->rooms - m->taken[at];
        out[(*n)++] = (struct half){day, (enum half_day)part, m->rooms,
                                    free > 0 ? free : 0};
    }
    return *n > before;
}

enum status calendar_make(struct conn *c, struct arena *a,
                          const struct lab *lab, int32_t from, int32_t to,
                          struct calendar *out)
{
    struct making m = {.c = c, .a = a, .lab = lab, .from = from, .to = to};
    CHECK(from <= to && to - from < MOST_DAYS);
    TRY(read_hours(&m));
    TRY(read_shut(&m));
    TRY(read_taken(&m));
    const size_t days = (size_t)(to - from + 1);
    struct half *half = NEW_ARRAY(a, struct half, days * PARTS);
    struct day_off *off = NEW_ARRAY(a, struct day_off, days);
    *out = (struct calendar){.half = half, .off = off};
    for (int32_t day = from; day <= to; day++)
        if (!add_day(&m, day, half, &out->n))
            off[out->off_count++] = (struct day_off){day, shut_on(&m, day)};
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
        if (all.half[i].free)
            (*out)[(*n)++] = all.half[i];
    return OK;
}

enum status room_free(struct conn *c, int64_t lab, int64_t slot, int64_t people,
                      int64_t *space)
{
    return db_int(
        c,
        SQL("SELECT s.id FROM network_space s WHERE s.lab = :lab AND s.within"
            " IS NULL AND NOT EXISTS (SELECT 1 FROM network_space p JOIN"
            " booking_hold h ON h.kind = 'space' AND h.thing = p.id WHERE"
            " (p.id = s.id OR p.within = s.id) AND h.starts <= :slot AND"
            " h.until > :slot) ORDER BY CASE WHEN coalesce(s.capacity, 0) >="
            " :people THEN 0 ELSE 1 END, CASE WHEN coalesce(s.capacity, 0) >="
            " :people THEN s.capacity ELSE -s.capacity END, s.id LIMIT 1"),
        ARGS(arg_int("lab", lab), arg_int("slot", slot),
             arg_int("people", people)),
        space);
}
