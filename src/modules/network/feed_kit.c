/* Where a valise goes, as an agenda: each arrival at a school, and home. */
#include "modules/network/feed.h"
#include "modules/network/routes.h"
#include "modules/network/tour.h"

/* What a tour's stops and its way home are, by the half-day of arrival. Nobody
 * is named. */
#define TOLD " t.state IN ('planned', 'done', 'cancelled')"
#define ARRIVAL SLOT_NUMBER("s.arrives", "s.arrives_part")
#define HOME SLOT_NUMBER("t.home", "coalesce(t.home_part, 'afternoon')")
#define STOPS                                                                  \
    "SELECT t.uid, s.id, s.version + t.version, CASE WHEN s.changed_at >"      \
    " t.changed_at THEN s.changed_at ELSE t.changed_at END, " ARRIVAL          \
    ", t.id, t.state, e.name, e.commune, s.leaves, s.leaves_part, k.name FROM" \
    " network_tour t JOIN network_kit k ON k.id = t.kit JOIN network_stop s"   \
    " ON s.tour = t.id JOIN directory_school e ON e.id = s.school WHERE" TOLD  \
    " AND s.arrives >= :from"
#define IN_ORDER " ORDER BY 5, 6, 2 LIMIT :most"
static const struct sql moves_sql = SQL_CONST(
    STOPS " AND t.kit = :kit AND {reach:t} UNION ALL SELECT t.uid, 0,"
          " t.version + 1, t.changed_at, " HOME ", t.id, t.state, NULL, NULL,"
          " NULL, NULL, k.name FROM network_tour t JOIN network_kit k ON k.id ="
          " t.kit WHERE" TOLD " AND t.home >= :from AND t.kit = :kit AND"
          " {reach:t}" IN_ORDER);
static const struct sql stops_sql = SQL_CONST(
    STOPS " AND s.school = (SELECT p.school FROM directory_person p WHERE p.id"
          " = :me)" IN_ORDER);

struct valise {
    struct req *r;
    const char *home, *base; /* home: its laboratory's name */
    bool guest;              /* told to a school, which reads no tours */
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
        .title =
            arena_printf(r->mem, "%s \xe2\x86\x92 %s", row_text(rows, 11), to),
        .place = commune ? arena_printf(r->mem, "%s, %s", to, commune) : to,
        .text =
            part ? tr_with(r->mem, r->lang, "network.tour_until", "when",
                           half_day_shown(r, row_day(rows, 9), part_of(part)),
                           NULL)
                 : NULL,
        .url = k->guest ? arena_printf(r->mem, "%s/mon-etablissement", k->base)
                        : arena_printf(r->mem, "%s/tournees/%" PRId64, k->base,
                                       row_int(rows, 5))};
}

enum status stops_told(struct req *r, struct agenda *k)
{
    struct rows *rows;
    const struct valise of = {.r = r, .base = req_site(r), .guest = true};
    TRY(db_rows(r->conn, r->mem, stops_sql,
                ARGS(arg_int("me", k->feed->person), arg_day("from", k->from),
                     arg_int("most", (int64_t)(k->most - k->n))),
                &rows));
    for (; k->n < k->most && rows_next(rows); k->n++)
        k->events[k->n] = move_read(&of, rows);
    return rows_end(rows);
}

enum status moves_told(struct req *r, struct agenda *k)
{
    struct rows *rows;
    const struct arg *args;
    void *kit, *lab;
    TRY(row_load(r->conn, r->mem, &kit_entity, k->feed->kit, &reach_all, &kit));
    const struct kit *its = kit;
    TRY(row_load(r->conn, r->mem, &lab_entity, its->lab, &reach_all, &lab));
    const struct valise of = {
        .r = r, .base = req_site(r), .home = ((const struct lab *)lab)->name};
    const struct sql sql = sql_with_reach(
        r->mem, moves_sql, &tour_entity, &k->reach,
        ARGS(arg_int("kit", its->row.id), arg_day("from", k->from),
             arg_int("most", (int64_t)k->most)),
        &args);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    for (; k->n < k->most && rows_next(rows); k->n++)
        k->events[k->n] = move_read(&of, rows);
    return rows_end(rows);
}
