/* Where a valise goes, as an agenda: each arrival at a school, and home. */
#include "modules/network/feed.h"
#include "modules/network/routes.h"
#include "modules/network/tour.h"

/* What a planned tour's stops and its way home are, by the half-day of arrival;
 * home is the one until which the valise is held. Nobody is named. */
static const struct sql moves_sql = SQL_CONST(
    "SELECT t.uid, s.id, s.version + t.version, CASE WHEN s.changed_at >"
    " t.changed_at THEN s.changed_at ELSE t.changed_at END, s.arrives * 3 +"
    " CASE s.arrives_part WHEN 'morning' THEN 0 WHEN 'afternoon' THEN 1 ELSE 2"
    " END, t.id, t.state, e.name, e.commune, s.leaves, s.leaves_part FROM"
    " network_tour t JOIN network_stop s ON s.tour = t.id JOIN"
    " directory_school e ON e.id = s.school WHERE t.kit = :kit AND t.state IN"
    " ('planned', 'done', 'cancelled') AND s.arrives >= :from AND {reach:t}"
    " UNION ALL SELECT t.uid, 0, t.version + 1, t.changed_at,"
    " (SELECT max(h.until) FROM booking_hold h WHERE h.owner ="
    " 'network_tour' AND h.owner_id = t.id), t.id, t.state, NULL, NULL, NULL,"
    " NULL FROM network_tour t WHERE t.kit = :kit AND t.state = 'planned' AND"
    " t.home >= :from AND {reach:t} ORDER BY 5, 6, 2 LIMIT :most");

struct valise {
    struct req *r;
    const struct kit *kit;
    const char *home, *base;
};

static struct event move_read(const struct valise *k, struct rows *rows)
{
    struct req *r = k->r;
    const char *school = row_text(rows, 7), *commune = row_text(rows, 8),
               *part = row_text(rows, 10);
    const char *to = school ? school : k->home;
    return (struct event){
        .uid = arena_printf(r->mem, "%s-%" PRId64, row_text(rows, 0),
                            row_int(rows, 1)),
        .sequence = row_int(rows, 2) - 2,
        .changed = row_int(rows, 3),
        .day = day_of_slot(row_int(rows, 4)),
        .part = (enum half_day)(row_int(rows, 4) % PARTS),
        .state =
            same(row_text(rows, 6), "cancelled") ? EVENT_CANCELLED : EVENT_FIRM,
        .title = arena_printf(r->mem, "%s \xe2\x86\x92 %s", k->kit->name, to),
        .place = commune ? arena_printf(r->mem, "%s, %s", to, commune) : to,
        .text =
            part ? tr_with(r->mem, r->lang, "network.tour_until", "when",
                           half_day_shown(r, row_day(rows, 9), part_of(part)),
                           NULL)
                 : NULL,
        .url = arena_printf(r->mem, "%s/tournees/%" PRId64, k->base,
                            row_int(rows, 5))};
}

enum status moves_told(struct req *r, struct agenda *k)
{
    struct rows *rows;
    const struct arg *args;
    void *kit, *lab;
    TRY(row_load(r->conn, r->mem, &kit_entity, k->feed->kit, &reach_all, &kit));
    struct valise of = {.r = r, .kit = kit, .base = req_site(r)};
    TRY(row_load(r->conn, r->mem, &lab_entity, of.kit->lab, &reach_all, &lab));
    of.home = ((const struct lab *)lab)->name;
    const struct sql sql = sql_with_reach(
        r->mem, moves_sql, &tour_entity, &k->reach,
        ARGS(arg_int("kit", of.kit->row.id), arg_day("from", k->from),
             arg_int("most", (int64_t)k->most)),
        &args);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    for (; k->n < k->most && rows_next(rows); k->n++)
        k->events[k->n] = move_read(&of, rows);
    return rows_end(rows);
}
