#include "modules/network/open.h"

int32_t visit_horizon(void)
{
    return school_year_last(school_year_of(day_today()) + 1);
}

/* The Thursday of a week is in the year that numbers it. */
bool week_is_a(int32_t day)
{
    const int32_t thursday = day - day_weekday(day) + 3;
    const int32_t first = day_of(day_date(thursday).year, 1, 1);
    return ((thursday - first) / 7 + 1) % 2 == 1;
}

const char *const lab_weekdays[] = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", NULL};

const char *expected_fault(struct conn *c, int64_t lab, int32_t from,
                           int32_t until, const char *fault)
{
    return fault_if(
        c,
        SQL("SELECT count(*) FROM network_slot s JOIN network_visit v"
            " ON v.id = s.visit WHERE s.day >= :from AND (:until IS NULL OR"
            " s.day <= :until) AND v.lab = :lab AND v.place = 'inside' AND"
            " v.state IN ('asked', 'confirmed') AND s.override IS NULL"),
        ARGS(arg_day("from", from), arg_day("until", until),
             arg_int("lab", lab)),
        fault);
}

/* Of the closures that end later few are looked at: coalesce keeps SQLite from
 * all that are holidays. */
enum status lab_closed(struct conn *c, struct arena *a, int64_t lab,
                       int32_t day, enum half_day part, const char **why)
{
    struct rows *rows;
    const char *fault = "network_slot.no_lab";
    CHECK(part < PARTS);
    TRY(db_rows(
        c, a,
        SQL("SELECT CASE WHEN l.opened > :day OR l.closed < :day THEN 1 ELSE 0"
            " END, (SELECT count(*) FROM network_opening o WHERE o.lab = l.id"
            " AND o.weekday = :weekday AND o.part = :part AND o.week IN"
            " ('every', :week)), (SELECT count(*) FROM booking_closure k WHERE"
            " :day >= +k.starts AND :day <= k.ends AND " SHUT_TO_LAB
            "), (SELECT"
            " count(*) FROM network_pause p WHERE p.lab = l.id AND :day"
            " BETWEEN p.starts AND p.ends), CASE WHEN EXISTS (SELECT 1 FROM"
            " booking_closure k WHERE k.ends >= :day AND coalesce(k.kind, '') ="
            " 'holidays' AND coalesce(k.zone, l.zone) = l.zone) THEN 0 ELSE 1"
            " END FROM network_lab l WHERE l.id = :lab"),
        ARGS(arg_int("lab", lab), arg_day("day", day),
             arg_cstr("weekday", lab_weekdays[day_weekday(day)]),
             arg_cstr("part", booking_parts[part]),
             arg_cstr("week", week_is_a(day) ? "a" : "b")),
        &rows));
    while (rows_next(rows))
        fault = row_int(rows, 0)    ? "network_slot.lab_closed"
                : row_int(rows, 2)  ? "network_slot.day_closed"
                : row_int(rows, 3)  ? LAB_PAUSED
                : row_int(rows, 4)  ? "network_slot.year_unknown"
                : !row_int(rows, 1) ? "network_slot.not_open"
                                    : NULL;
    TRY(rows_end(rows));
    *why = fault;
    return OK;
}

enum status lab_pause_name(struct conn *c, struct arena *a, int64_t lab,
                           int32_t day, const char **name)
{
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT p.name FROM network_pause p WHERE p.lab = :lab AND"
                    " :day BETWEEN p.starts AND p.ends ORDER BY p.starts, p.id"
                    " LIMIT 1"),
                ARGS(arg_int("lab", lab), arg_day("day", day)), &rows));
    *name = rows_next(rows) ? row_text(rows, 0) : NULL;
    return rows_end(rows);
}
