#include "modules/network/taken.h"

enum { MOST = 2000 };

/* "Collège Simone-Veil · Salle créative" */
static const char *what_shown(struct req *r, struct rows *rows)
{
    const char *school = row_text(rows, 7), *space = row_text(rows, 8);
    if (school && space)
        return arena_printf(r->mem, "%s \xc2\xb7 %s", school, space);
    return school ? school : space;
}

static struct taken taken_read(struct req *r, struct rows *rows)
{
    const char *state = row_text(rows, 6);
    return (struct taken){
        .lab = row_int(rows, 0),
        .space = row_int(rows, 1),
        .day = row_day(rows, 2),
        .part = part_of(row_text(rows, 3)),
        .shown = {.title = row_text(rows, 5),
                  .href = arena_printf(r->mem, "/accueils/%" PRId64,
                                       row_int(rows, 4)),
                  .what = what_shown(r, rows),
                  .state = choice_label(r->mem, r->lang, &visit_entity, "state",
                                        state),
                  .tone = choice_tone(r->mem, r->lang, &visit_entity, "state",
                                      state)}};
}

enum status taken_load(struct req *r, int64_t lab, int32_t from, int32_t to,
                       struct taken **out, size_t *n)
{
    struct rows *rows;
    const struct arg *args;
    *n = 0;
    *out = NULL;
    if (!r->who || !may(r->who, "network.visits"))
        return OK;
    const struct reach reach =
        reach_of(r->app, r->mem, r->who, "network.visits");
    const struct sql sql = sql_with_reach(
        r->mem,
        SQL("SELECT v.lab, s.space, s.day, s.part, v.id, v.title, v.state,"
            " e.name, p.name FROM network_slot s CROSS JOIN network_visit v "
            "LEFT JOIN directory_school e ON e.id = v.school LEFT JOIN"
            " network_space p ON p.id = s.space WHERE v.id = s.visit AND s.day "
            "BETWEEN :from AND"
            " :to AND (:lab IS NULL OR v.lab = :lab) AND v.state IN (" KEEPING
            ") AND {reach:v} ORDER BY s.day, CASE s.part WHEN 'morning' THEN 0"
            " WHEN 'afternoon' THEN 1 ELSE 2 END, s.id LIMIT :most"),
        &visit_entity, &reach,
        ARGS(arg_day("from", from), arg_day("to", to), arg_int("lab", lab),
             arg_int("most", MOST)),
        &args);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    *out = NEW_ARRAY(r->mem, struct taken, MOST);
    while (rows_next(rows))
        (*out)[(*n)++] = taken_read(r, rows);
    return rows_end(rows);
}

const struct cal_visit_v *taken_on(struct req *r, const struct taken *all,
                                   size_t n, int32_t day, int part,
                                   int64_t space, size_t *count)
{
    size_t from = 0, to = n;
    *count = 0;
    while (from < to) { /* the first of that day */
        const size_t at = (from + to) / 2;
        if (all[at].day < day)
            from = at + 1;
        else
            to = at;
    }
    for (to = from; to < n && all[to].day == day; to++)
        continue;
    struct cal_visit_v *out =
        NEW_ARRAY(r->mem, struct cal_visit_v, to - from + 1);
    for (; from < to; from++)
        if ((int)all[from].part == part &&
            (space == NONE || all[from].space == space))
            out[(*count)++] = all[from].shown;
    return out;
}
