/* Where a valise goes, as an agenda: each arrival at a school, and home. */
#include "modules/network/feed.h"
#include "modules/network/routes.h"
#include "modules/network/tour.h"

/* What a planned tour's stops and its way home are; home is the
 * half-day until which the valise is held. Nobody is named. */
static const struct sql moves_sql = SQL_CONST(
    "SELECT t.uid, s.id, s.version + t.version, CASE WHEN s.changed_at >"
    " t.changed_at THEN s.changed_at ELSE t.changed_at END, s.arrives,"
    " s.arrives_part, t.state, e.name, e.commune, s.leaves, s.leaves_part,"
    " t.id FROM network_tour t JOIN network_stop s ON s.tour = t.id JOIN"
    " directory_school e ON e.id = s.school WHERE t.kit = :kit AND t.state IN"
    " ('planned', 'done', 'cancelled') AND s.arrives >= :from AND {reach:t}"
    " UNION ALL SELECT t.uid, 0, t.version + 1, t.changed_at,"
    " (SELECT max(h.until) FROM booking_hold h WHERE h.owner ="
    " 'network_tour' AND h.owner_id = t.id) / 3, CASE (SELECT max(h.until)"
    " FROM booking_hold h WHERE h.owner = 'network_tour' AND h.owner_id ="
    " t.id) % 3 WHEN 0 THEN 'morning' WHEN 1 THEN 'afternoon' ELSE 'evening'"
    " END, t.state, NULL, NULL, NULL, NULL, t.id FROM network_tour t WHERE"
    " t.kit = :kit AND t.state = 'planned' AND t.home >= :from AND {reach:t}"
    " ORDER BY 5, 12, 2 LIMIT :most");

struct telling {
    struct req *r;
    const struct kit *kit;
    const char *home, *base;
};

static struct event move_read(const struct telling *k, struct rows *rows)
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
        .day = row_day(rows, 4),
        .part = part_of(row_text(rows, 5)),
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
                            row_int(rows, 11))};
}

enum status moves_told(struct req *r, const struct feed *f,
                       const struct reach *reach, int32_t from,
                       struct event *out, size_t most, size_t *n)
{
    struct rows *rows;
    const struct arg *args;
    void *kit, *lab;
    TRY(row_load(r->conn, r->mem, &kit_entity, f->kit, &reach_all, &kit));
    struct telling k = {.r = r, .kit = kit, .base = req_site(r)};
    TRY(row_load(r->conn, r->mem, &lab_entity, k.kit->lab, &reach_all, &lab));
    k.home = ((const struct lab *)lab)->name;
    const struct sql sql =
        sql_with_reach(r->mem, moves_sql, &tour_entity, reach,
                       ARGS(arg_int("kit", f->kit), arg_day("from", from),
                            arg_int("most", (int64_t)most)),
                       &args);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    for (*n = 0; *n < most && rows_next(rows); ++*n)
        out[*n] = move_read(&k, rows);
    return rows_end(rows);
}
