/*
 * Times on the road, as the operator has them from whoever computes routes: a
 * table, one line from a place to another. A place is a commune by its code, a
 * school by its UAI, or a laboratory by its name; what is known of the one way
 * holds for the way back, unless that is known too.
 */
#include "base/utf8.h"
#include "modules/directory/check.h"
#include "modules/network/road.h"

/* A code in the way it is written here; else a name, as it is. */
static const char *check_place(struct arena *a, struct str in, struct str *out)
{
    if (check_commune_code(a, in, out) && check_uai(a, in, out))
        *out = in;
    return NULL;
}

static const char *const start_heads[] = {"depart", "origine", "de", "from",
                                          NULL};
static const char *const finish_heads[] = {"arrivee", "destination", "vers",
                                           "to", NULL};
static const char *const minute_heads[] = {"duree", "temps", "temps_minutes",
                                           "temps_de_route", NULL};
static const struct field fields[] = {
    TEXT(road, start, .max = 120, .check = check_place, .aliases = start_heads,
         .flags = F_REQUIRED | F_LIST | F_SORT),
    TEXT(road, finish, .max = 120, .check = check_place,
         .aliases = finish_heads, .flags = F_REQUIRED | F_LIST),
    INT(road, minutes, .min = 0, .max = 1440, .aliases = minute_heads,
        .flags = F_REQUIRED | F_LIST),
    {0},
};
static const struct index indexes[] = {
    {.columns = "start, finish", .unique = true},
    {0},
};

static const char *place_fault(struct conn *c, struct arena *a,
                               const char *place)
{
    struct str code;
    return !check_commune_code(a, str_of(place), &code) ||
                   !check_uai(a, str_of(place), &code)
               ? NULL
               : fault_unless(
                     c,
                     SQL("SELECT count(*) FROM network_lab WHERE name = :name"),
                     ARGS(arg_cstr("name", place)), "network_road.no_place");
}

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct road *r = row;
    *field = "start";
    const char *fault = place_fault(c, a, r->start);
    if (fault)
        return fault;
    *field = "finish";
    return same(r->start, r->finish) ? "network_road.same_place"
                                     : place_fault(c, a, r->finish);
}

const struct entity road_entity = {
    .name = "network_road",
    .api = "road",
    .path = "/temps-de-route",
    .row_size = sizeof(struct road),
    .fields = fields,
    .indexes = indexes,
    .sort = "start",
    .read = "network.visits",
    .write = "network.roads",
    .check = check,
};

/* Codes by which a place may be named, the most exact first. */
enum { NAMES = 3 };
struct named {
    const char *names[NAMES];
    const char *commune;
};
struct known {
    const char *start, *finish;
    int64_t minutes;
};
struct roads {
    struct named places[TOUR_STOPS + 1];
    struct known *all;
    size_t n;
};

static void place_read(struct rows *rows, struct named *p)
{
    *p = (struct named){0};
    for (int i = 0; i < NAMES; i++)
        p->names[i] = row_text(rows, i);
    p->commune = p->names[NAMES - 1];
}

static enum status places_load(struct conn *c, struct arena *a,
                               const struct tour *t, size_t n, struct roads *k)
{
    struct rows *rows;
    size_t i = 0;
    TRY(db_rows(c, a,
                SQL("SELECT e.uai, e.uai, e.commune_code FROM network_stop s"
                    " JOIN directory_school e ON e.id = s.school WHERE s.tour ="
                    " :tour ORDER BY s.nth, s.id LIMIT :most"),
                ARGS(arg_int("tour", t->row.id), arg_int("most", TOUR_STOPS)),
                &rows));
    for (; rows_next(rows); i++)
        place_read(rows, &k->places[i]);
    TRY(rows_end(rows));
    TRY(db_rows(c, a,
                SQL("SELECT l.name, h.uai, h.commune_code FROM network_kit k"
                    " JOIN network_lab l ON l.id = k.lab LEFT JOIN"
                    " directory_school h ON h.id = l.school WHERE k.id = :kit"),
                ARGS(arg_int("kit", t->kit)), &rows));
    k->places[n] = (struct named){0};
    while (rows_next(rows))
        place_read(rows, &k->places[n]);
    return rows_end(rows);
}

/* All that is known between any two names of these places. */
static enum status known_load(struct conn *c, struct arena *a,
                              const struct tour *t, struct roads *k)
{
    enum { MOST = (NAMES * (TOUR_STOPS + 1)) * (NAMES * (TOUR_STOPS + 1)) };
    struct rows *rows;
    k->all = NEW_ARRAY(a, struct known, MOST);
    TRY(db_rows(
        c, a,
        SQL("WITH k (name) AS (SELECT e.uai FROM network_stop s JOIN"
            " directory_school e ON e.id = s.school WHERE s.tour = :tour UNION"
            " SELECT e.commune_code FROM network_stop s JOIN directory_school"
            " e ON e.id = s.school WHERE s.tour = :tour UNION SELECT l.name"
            " FROM network_kit x JOIN network_lab l ON l.id = x.lab WHERE x.id"
            " = :kit UNION SELECT h.uai FROM network_kit x JOIN network_lab l"
            " ON l.id = x.lab JOIN directory_school h ON h.id = l.school WHERE"
            " x.id = :kit UNION SELECT h.commune_code FROM network_kit x JOIN"
            " network_lab l ON l.id = x.lab JOIN directory_school h ON h.id ="
            " l.school WHERE x.id = :kit) SELECT r.start, r.finish, r.minutes"
            " FROM k CROSS JOIN network_road r WHERE r.start = k.name AND"
            " r.finish IN (SELECT name FROM k) ORDER BY r.id LIMIT :most"),
        ARGS(arg_int("tour", t->row.id), arg_int("kit", t->kit),
             arg_int("most", MOST)),
        &rows));
    while (rows_next(rows))
        k->all[k->n++] = (struct known){row_text(rows, 0), row_text(rows, 1),
                                        row_int(rows, 2)};
    return rows_end(rows);
}

static int known_order(const void *one, const void *other)
{
    const struct known *a = one, *b = other;
    const int by_start = strcmp(a->start, b->start);
    return by_start ? by_start : strcmp(a->finish, b->finish);
}

static double one_way(const struct roads *k, const char *from, const char *to)
{
    const struct known asked = {.start = from, .finish = to}, *is = NULL;
    if (from && to && k->n)
        is = bsearch(&asked, k->all, k->n, sizeof(*k->all), known_order);
    return is ? (double)is->minutes : NAN;
}

/* Within one commune no time is counted, unless it is told. */
static double minutes_between(const struct roads *k, const struct named *from,
                              const struct named *to)
{
    for (int i = 0; i < NAMES; i++)
        for (int n = 0; n < NAMES; n++) {
            double way = one_way(k, from->names[i], to->names[n]);
            if (isnan(way))
                way = one_way(k, to->names[n], from->names[i]);
            if (!isnan(way))
                return way;
        }
    return from->commune && to->commune && same(from->commune, to->commune)
               ? 0
               : NAN;
}

enum status roads_measure(struct conn *c, struct arena *a, const struct tour *t,
                          size_t n, struct road_times *out)
{
    struct roads *k = NEW(a, struct roads);
    TRY(places_load(c, a, t, n, k));
    TRY(known_load(c, a, t, k));
    qsort(k->all, k->n, sizeof(*k->all), known_order);
    *out = (struct road_times){.any = k->n > 0};
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= n; j++) {
            out->minutes[i][j] =
                i == j ? 0 : minutes_between(k, &k->places[i], &k->places[j]);
            out->lacking += i < j && isnan(out->minutes[i][j]);
        }
    return OK;
}
