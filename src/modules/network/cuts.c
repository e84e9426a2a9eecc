#include "modules/network/cuts.h"

#include "modules/network/network.h"

const char *const cut_figures[MEASURES] = {
    [HOSTED] = "network.halfdays_hosted",
    [OUTSIDE] = "network.halfdays_outside",
    [PEOPLE] = "network.people",
    [CLASSES] = "network.classes",
    [TRAININGS] = "network.trainings_hosted",
    [LABS] = "network.labs",
    [BASSINS] = "network.bassins",
};

/* Every statement gives id, name, and the measures that it says. What a line is
 * of is joined to the visit v: the laboratory l, its bassin b, the school e,
 * and x, where the line is of a place that b or e lies in. */
#define LAB " JOIN network_lab l ON l.id = v.lab"
#define BASSIN LAB " JOIN directory_area b ON b.id = l.bassin"
#define SCHOOL " LEFT JOIN directory_school e ON e.id = v.school"
#define PLACE(of) " LEFT JOIN directory_area x ON x.id = " of
#define TRAINING "v.kind = 'training' AND v.place = 'inside'"
#define HELD " WHERE v.state = 'held' AND v.year = :year" HAS_HALVES " "
#define HALF_DAYS(place_)                                                      \
    "CAST(sum(CASE WHEN v.place = '" place_ "' THEN (SELECT count(*) FROM "    \
    "network_slot s WHERE s.visit = v.id) ELSE 0 END) AS BIGINT)"
#define VISITS(id, name, joins)                                                \
    SQL_CONST("SELECT " id ", " name ", CAST(sum(" PRESENT ") AS BIGINT), "    \
              "count(CASE WHEN " TRAINING                                      \
              " THEN 1 END), " HALF_DAYS("inside") ", " HALF_DAYS(             \
                  "outside") " "                                               \
                             "FROM network_visit v" joins HELD "GROUP BY " id  \
                             ", " name)
#define COME(id, name, joins)                                                  \
    SQL_CONST("SELECT " id ", " name ", count(DISTINCT c.target_id) FROM "     \
              "network_visit v" joins                                          \
              " JOIN network_visit_classes c ON c.row_id = v.id "              \
              "AND " LINK_STOOD("c", ":to") HELD "GROUP BY " id ", " name)
#define CUT(id, name, joins)                                                   \
    {                                                                          \
        .visits = VISITS(id, name, joins), .classes = COME(id, name, joins)    \
    }
#define LABS_OPEN                                                              \
    " FROM network_lab l JOIN directory_area b ON b.id = l.bassin LEFT JOIN "  \
    "directory_area x ON x.id = b.parent WHERE l.opened <= :to AND (l.closed " \
    "IS NULL OR l.closed >= :to)"

/* What a visit brings is counted in one line, by .visits, but where its
 * half-days go to lines of their own, by .slots. */
struct statements {
    struct sql visits, slots, classes;
};
static const struct statements whole = CUT("0 * v.year", "v.state", "");
/* By day, since the engines agree on no calendar. People count in the month of
 * the visit's first half-day, a class in that in which it came first. */
static const struct statements months = {
    SQL_CONST("SELECT q.day, v.state, CAST(sum(" PRESENT ") AS BIGINT),"
              " count(CASE WHEN " TRAINING " THEN 1 END) FROM (SELECT s.visit"
              " AS id, min(s.day) AS day FROM network_slot s JOIN"
              " network_visit v ON v.id = s.visit" HELD "GROUP BY s.visit) q"
              " JOIN network_visit v ON v.id = q.id GROUP BY q.day, v.state"),
    SQL_CONST("SELECT s.day, v.state, count(CASE WHEN v.place = 'inside' THEN"
              " 1 END), count(CASE WHEN v.place = 'outside' THEN 1 END) FROM"
              " network_visit v JOIN network_slot s ON s.visit = v.id" HELD
              "GROUP BY s.day, v.state"),
    SQL_CONST("SELECT q.day, '', count(*) FROM (SELECT c.target_id AS id,"
              " min(s.day) AS day FROM network_visit v JOIN network_slot s ON"
              " s.visit = v.id JOIN network_visit_classes c ON c.row_id = v.id"
              " AND " LINK_STOOD("c", ":to") HELD "GROUP BY c.target_id) q"
                                                  " GROUP BY q.day"),
};

enum { BY_LAB, BY_BASSIN, BY_DEPARTEMENT, BY_CIRCONSCRIPTION };
enum { BY_MONTH = 7, BY_YEAR };
const char *const cut_names[] = {
    "laboratoire", "bassin",      "departement", "circonscription", "type",
    "rural",       "prioritaire", "mois",        "annee",           NULL};
static const struct statements cuts[] = {
    CUT("l.id", "l.name", LAB),
    CUT("b.id", "b.name", BASSIN),
    CUT("x.id", "x.name", BASSIN PLACE("b.parent")),
    CUT("x.id", "x.name", SCHOOL PLACE("e.circonscription")),
    CUT("0 * v.year", "e.kind", SCHOOL),
    CUT("e.rural", "v.state", SCHOOL),
    CUT("0 * v.year", "e.priority", SCHOOL),
};

bool cut_is_of_schools(size_t by)
{
    return by >= BY_CIRCONSCRIPTION && by < BY_MONTH;
}

struct loading {
    struct conn *c;
    struct arena *a;
    const struct arg *args;
    struct cut *out;
    size_t room;
    bool months;
};

static struct cut_line *line_of(struct loading *k, int64_t id, const char *name)
{
    struct cut *out = k->out;
    if (k->months) {
        const struct date d = day_date((int32_t)id);
        id = day_of(d.year, d.month, 1);
        name = "";
    }
    for (size_t i = 0; i < out->n; i++)
        if (out->lines[i].id == id &&
            (name && out->lines[i].name ? same(out->lines[i].name, name)
                                        : out->lines[i].name == name))
            return &out->lines[i];
    out->lines =
        arena_grow(k->a, out->lines, sizeof(*out->lines), out->n, &k->room);
    out->lines[out->n] = (struct cut_line){
        .id = id, .name = name, .n = {[LABS] = NONE, [BASSINS] = NONE}};
    return &out->lines[out->n++];
}

/* id, name, then as many of the n measures as there are columns. */
static enum status read_into(struct loading *k, struct sql sql,
                             const enum measure *measures, int n)
{
    struct rows *rows;
    struct arg args[2] = {k->args[0], {0}};
    /* Classes are asked as they stood on the last day. */
    TRY(db_rows(k->c, k->a, sql, *measures == CLASSES ? k->args : args, &rows));
    while (rows_next(rows)) {
        struct cut_line *line = line_of(k, row_int(rows, 0), row_text(rows, 1));
        for (int i = 0; i < n && i + 2 < row_columns(rows); i++)
            line->n[measures[i]] += row_int(rows, i + 2);
    }
    return rows_end(rows);
}

static enum status statements_run(struct loading *k, const struct statements *s)
{
    static const enum measure visits[] = {PEOPLE, TRAININGS, HOSTED, OUTSIDE},
                              slots[] = {HOSTED, OUTSIDE},
                              classes[] = {CLASSES};
    TRY(read_into(k, s->visits, visits, COUNT(visits)));
    if (s->slots.text)
        TRY(read_into(k, s->slots, slots, COUNT(slots)));
    return read_into(k, s->classes, classes, COUNT(classes));
}

/* Where a line is of a place, the laboratories that are open on the last day
 * there, also where nobody came. */
static enum status places_add(struct loading *k, size_t by)
{
    static const struct sql sql[] = {
        SQL_CONST("SELECT l.id, l.name, 1, 1" LABS_OPEN),
        SQL_CONST("SELECT b.id, b.name, count(*), 1" LABS_OPEN
                  " GROUP BY b.id, b.name"),
        SQL_CONST(
            "SELECT x.id, x.name, count(*), count(DISTINCT b.id)" LABS_OPEN
            " GROUP BY x.id, x.name"),
        SQL_CONST("SELECT 0, 'held', count(*), count(DISTINCT b.id)" LABS_OPEN),
    };
    struct rows *rows;
    TRY(db_rows(k->c, k->a, sql[by], &k->args[1], &rows));
    while (rows_next(rows)) {
        struct cut_line *line = line_of(k, row_int(rows, 0), row_text(rows, 1));
        line->n[LABS] = row_int(rows, 2);
        line->n[BASSINS] = row_int(rows, 3);
    }
    return rows_end(rows);
}

static int line_order(const void *x, const void *y)
{
    const struct cut_line *a = x, *b = y;
    if (!a->name || !b->name || (!*a->name && !*b->name))
        return !a->name && b->name   ? 1
               : a->name && !b->name ? -1
                                     : (a->id > b->id) - (a->id < b->id);
    const int names = strcmp(a->name, b->name);
    return names ? names : (a->id > b->id) - (a->id < b->id);
}

enum status cut_whole(struct conn *c, struct arena *a, int year,
                      struct cut_line *out)
{
    enum { WHOLE = 3 };
    struct cut one = {0};
    const int32_t last = school_year_last(year), now = day_today();
    struct loading k = {.c = c, .a = a, .out = &one};
    const struct arg classes[] = {
        arg_int("year", year), arg_day("to", last), {0}};
    k.args = classes;
    TRY(statements_run(&k, &whole));
    const struct arg open[] = {
        arg_int("year", year), arg_day("to", last > now ? now : last), {0}};
    k.args = open;
    TRY(places_add(&k, WHOLE));
    CHECK(one.n); /* there is always one: that of the laboratories */
    *out = one.lines[0];
    return OK;
}

/* One line for each school year that has a visit held, twelve at most. */
static enum status years_load(struct conn *c, struct arena *a, struct cut *out)
{
    enum { MOST = 12 };
    struct rows *rows;
    out->lines = NEW_ARRAY(a, struct cut_line, MOST);
    TRY(db_rows(c, a,
                SQL("SELECT DISTINCT year FROM network_visit WHERE state ="
                    " 'held' ORDER BY year DESC LIMIT 12"),
                NO_ARGS, &rows));
    while (rows_next(rows))
        out->lines[out->n++].id = row_int(rows, 0);
    TRY(rows_end(rows));
    for (size_t i = 0; i < out->n / 2; i++) { /* the oldest first */
        struct cut_line one = out->lines[i];
        out->lines[i] = out->lines[out->n - 1 - i];
        out->lines[out->n - 1 - i] = one;
    }
    for (size_t i = 0; i < out->n; i++) {
        const int64_t year = out->lines[i].id;
        TRY(cut_whole(c, a, (int)year, &out->lines[i]));
        out->lines[i].id = year;
        out->lines[i].name = NULL;
    }
    return OK;
}

enum status cut_load(struct conn *c, struct arena *a, size_t by, int year,
                     struct cut *out)
{
    const int32_t last = school_year_last(year), now = day_today();
    const struct arg args[] = {arg_int("year", year), arg_day("to", last), {0}};
    const struct arg open[] = {
        arg_int("year", year), arg_day("to", last > now ? now : last), {0}};
    *out = (struct cut){0};
    if (by == BY_YEAR)
        return years_load(c, a, out);
    struct loading k = {
        .c = c, .a = a, .args = args, .out = out, .months = by == BY_MONTH};
    TRY(statements_run(&k, by == BY_MONTH ? &months : &cuts[by]));
    k.args = open;
    if (by <= BY_DEPARTEMENT)
        TRY(places_add(&k, by));
    if (out->n)
        qsort(out->lines, out->n, sizeof(*out->lines), line_order);
    return OK;
}
