#include "modules/network/taken.h"

#include "modules/network/waiting.h"

enum { MOST = 2000 };

/* "Collège Simone-Veil · Salle créative" */
static const char *what_shown(struct req *r, struct rows *rows)
{
    const char *school = row_text(rows, 7), *space = row_text(rows, 8);
    if (school && space)
        return arena_printf(r->mem, "%s \xc2\xb7 %s", school, space);
    return school ? school : space;
}

static struct taken taken_read(struct req *r, const struct entity *e,
                               struct rows *rows)
{
    const char *state = row_text(rows, 6);
    return (struct taken){
        .lab = row_int(rows, 0),
        .space = row_int(rows, 1),
        .day = row_day(rows, 2),
        .part = part_of(row_text(rows, 3)),
        .shown = {.person = e == &waiter_entity,
                  .title = row_text(rows, 5),
                  .href = path_of_id(r->mem, e->path, row_int(rows, 4)),
                  .what = what_shown(r, rows),
                  .state = choice_label(r->mem, r->lang, e, "state", state),
                  .tone = choice_tone(r->mem, r->lang, e, "state", state)}};
}

struct taken_list {
    struct taken *all;
    size_t n;
};

static enum status taken_add(struct req *r, struct sql text,
                             const struct entity *e, const struct arg *asked,
                             struct taken_list *out)
{
    struct rows *rows;
    const struct arg *args;
    const struct reach reach =
        reach_of(r->app, r->mem, r->who, "network.visits");
    const struct sql sql =
        sql_with_reach(r->mem, text, e, &reach, asked, &args);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    while (rows_next(rows) && out->n < MOST)
        out->all[out->n++] = taken_read(r, e, rows);
    return rows_end(rows);
}

static int by_half(const void *one, const void *other)
{
    const struct taken *a = one, *b = other;
    const int64_t x = slot_of(a->day, a->part), y = slot_of(b->day, b->part);
    return (x > y) - (x < y);
}

/* What is kept by visits, and what by offers to those who wait. */
enum status taken_load(struct req *r, int64_t lab, int32_t from, int32_t to,
                       struct taken **out, size_t *n)
{
    struct taken_list list = {0};
    *n = 0;
    *out = NULL;
    if (!r->who || !may(r->who, "network.visits"))
        return OK;
    const struct arg *asked = ARGS(arg_day("from", from), arg_day("to", to),
                                   arg_int("lab", lab), arg_int("most", MOST));
    list.all = NEW_ARRAY(r->mem, struct taken, MOST);
    TRY(taken_add(
        r,
        SQL("SELECT v.lab, s.space, s.day, s.part, v.id, v.title, v.state,"
            " e.name, p.name FROM network_slot s CROSS JOIN network_visit v "
            "LEFT JOIN directory_school e ON e.id = v.school LEFT JOIN"
            " network_space p ON p.id = s.space WHERE v.id = s.visit AND s.day "
            "BETWEEN :from AND"
            " :to AND (:lab IS NULL OR v.lab = :lab) AND v.state IN (" KEEPING
            ") AND {reach:v} ORDER BY s.day, " PART_NUMBER(
                "s.part") ", s.id LIMIT :most"),
        &visit_entity, asked, &list));
    const size_t visits = list.n;
    TRY(taken_add(
        r,
        SQL("SELECT w.lab, w.offer_space, w.offer_day, w.offer_part, w.id,"
            " w.asker, w.state, e.name, p.name FROM network_waiting w LEFT JOIN"
            " directory_school e ON e.id = w.school LEFT JOIN network_space p"
            " ON p.id = w.offer_space WHERE w.state = 'offered' AND w.offer_day"
            " BETWEEN :from AND :to AND (:lab IS NULL OR w.lab = :lab) AND"
            " {reach:w} ORDER BY w.offer_day, w.id LIMIT :most"),
        &waiter_entity, asked, &list));
    if (list.n > visits)
        qsort(list.all, list.n, sizeof(*list.all), by_half);
    *out = list.all;
    *n = list.n;
    return OK;
}

static bool room_has(const struct room *room, int64_t space)
{
    bool has = !room || room->id == space;
    for (size_t i = 0; !has && i < room->part_count; i++)
        has = room->parts[i].id == space;
    return has;
}

const struct cal_visit_v *taken_on(struct req *r, const struct taken *all,
                                   size_t n, int32_t day, int part,
                                   const struct room *room, size_t *count)
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
        if ((int)all[from].part == part && room_has(room, all[from].space))
            out[(*count)++] = all[from].shown;
    return out;
}
