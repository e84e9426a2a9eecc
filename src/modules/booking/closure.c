/*
 * The calendar: school holidays and public holidays as rows, which an operator
 * completes each year, or takes from a file.
 *
 * School holidays: arrêté du 7 décembre 2022 (2023-2024 to 2025-2026); those of
 * 2026-2027 were not compared with the text of their arrêté, and say so in
 * their source until somebody has. Public holidays: Code du travail, art.
 * L3133-1; in Moselle, Bas-Rhin and Haut-Rhin also Good Friday and 26 December,
 * art. L3134-13.
 */
#include "modules/booking/booking.h"

#include "modules/directory/directory.h"

const char *const booking_zones[] = {"a", "b", "c", NULL};
static const char *const kinds[] = {"holidays", "public", "bridge", "other",
                                    NULL};
static const struct field fields[] = {
    TEXT(closure, name, .max = 100,
         .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    CHOICE(closure, kind, kinds, .flags = F_REQUIRED | F_LIST | F_FILTER),
    DATE(closure, starts, .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    DATE(closure, ends, .flags = F_REQUIRED | F_LIST),
    CHOICE(closure, zone, booking_zones, .flags = F_LIST | F_FILTER),
    REF(closure, area, &area_entity, .flags = F_LIST | F_FILTER),
    TEXT(closure, source, .max = 200, .flags = F_LIST),
    {0},
};
static const struct index indexes[] = {
    {.columns = "ends, starts"},
    {0},
};

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct closure *k = row;
    (void)c, (void)a;
    if (k->ends >= k->starts)
        return NULL;
    *field = "ends";
    return "booking_closure.ends_before_starts";
}

const struct entity closure_entity = {
    .name = "booking_closure",
    .api = "closure",
    .path = "/calendrier-scolaire",
    .row_size = sizeof(struct closure),
    .fields = fields,
    .indexes = indexes,
    .title = "name",
    .sort = "starts",
    .read = PUBLIC,
    .write = "booking.edit_calendar",
    .check = check,
};

struct span {
    int year, month, day, to_year, to_month, to_day;
};
#define TO(y, m, d, ty, tm, td)                                                \
    {                                                                          \
        y, m, d, ty, tm, td                                                    \
    }
/* First and last day without school. */
static const struct {
    const char *name, *zone;
    struct span days;
    const char *kind;
} holidays[] = {
    {"Vacances de la Toussaint", NULL, TO(2023, 10, 21, 2023, 11, 5),
     "holidays"},
    {"Vacances de Noël", NULL, TO(2023, 12, 23, 2024, 1, 7), "holidays"},
    {"Vacances d’hiver", "a", TO(2024, 2, 17, 2024, 3, 3), "holidays"},
    {"Vacances d’hiver", "b", TO(2024, 2, 24, 2024, 3, 10), "holidays"},
    {"Vacances d’hiver", "c", TO(2024, 2, 10, 2024, 2, 25), "holidays"},
    {"Vacances de printemps", "a", TO(2024, 4, 13, 2024, 4, 28), "holidays"},
    {"Vacances de printemps", "b", TO(2024, 4, 20, 2024, 5, 5), "holidays"},
    {"Vacances de printemps", "c", TO(2024, 4, 6, 2024, 4, 21), "holidays"},
    {"Pont de l’Ascension", NULL, TO(2024, 5, 10, 2024, 5, 11), "bridge"},
    {"Vacances d’été", NULL, TO(2024, 7, 6, 2024, 8, 31), "holidays"},
    {"Vacances de la Toussaint", NULL, TO(2024, 10, 19, 2024, 11, 3),
     "holidays"},
    {"Vacances de Noël", NULL, TO(2024, 12, 21, 2025, 1, 5), "holidays"},
    {"Vacances d’hiver", "a", TO(2025, 2, 22, 2025, 3, 9), "holidays"},
    {"Vacances d’hiver", "b", TO(2025, 2, 8, 2025, 2, 23), "holidays"},
    {"Vacances d’hiver", "c", TO(2025, 2, 15, 2025, 3, 2), "holidays"},
    {"Vacances de printemps", "a", TO(2025, 4, 19, 2025, 5, 4), "holidays"},
    {"Vacances de printemps", "b", TO(2025, 4, 5, 2025, 4, 21), "holidays"},
    {"Vacances de printemps", "c", TO(2025, 4, 12, 2025, 4, 27), "holidays"},
    {"Pont de l’Ascension", NULL, TO(2025, 5, 30, 2025, 5, 31), "bridge"},
    {"Vacances d’été", NULL, TO(2025, 7, 5, 2025, 8, 31), "holidays"},
    {"Vacances de la Toussaint", NULL, TO(2025, 10, 18, 2025, 11, 2),
     "holidays"},
    {"Vacances de Noël", NULL, TO(2025, 12, 20, 2026, 1, 4), "holidays"},
    {"Vacances d’hiver", "a", TO(2026, 2, 7, 2026, 2, 22), "holidays"},
    {"Vacances d’hiver", "b", TO(2026, 2, 14, 2026, 3, 1), "holidays"},
    {"Vacances d’hiver", "c", TO(2026, 2, 21, 2026, 3, 8), "holidays"},
    {"Vacances de printemps", "a", TO(2026, 4, 4, 2026, 4, 19), "holidays"},
    {"Vacances de printemps", "b", TO(2026, 4, 11, 2026, 4, 26), "holidays"},
    {"Vacances de printemps", "c", TO(2026, 4, 18, 2026, 5, 3), "holidays"},
    {"Pont de l’Ascension", NULL, TO(2026, 5, 15, 2026, 5, 16), "bridge"},
    {"Vacances d’été", NULL, TO(2026, 7, 4, 2026, 8, 31), "holidays"},
    {"Vacances de la Toussaint", NULL, TO(2026, 10, 17, 2026, 11, 1),
     "holidays"},
    {"Vacances de Noël", NULL, TO(2026, 12, 19, 2027, 1, 3), "holidays"},
    {"Vacances d’hiver", "a", TO(2027, 2, 13, 2027, 2, 28), "holidays"},
    {"Vacances d’hiver", "b", TO(2027, 2, 20, 2027, 3, 7), "holidays"},
    {"Vacances d’hiver", "c", TO(2027, 2, 6, 2027, 2, 21), "holidays"},
    {"Vacances de printemps", "a", TO(2027, 4, 10, 2027, 4, 25), "holidays"},
    {"Vacances de printemps", "b", TO(2027, 4, 17, 2027, 5, 2), "holidays"},
    {"Vacances de printemps", "c", TO(2027, 4, 3, 2027, 4, 18), "holidays"},
    {"Pont de l’Ascension", NULL, TO(2027, 5, 7, 2027, 5, 8), "bridge"},
    {"Vacances d’été", NULL, TO(2027, 7, 3, 2027, 8, 31), "holidays"},
};

static const char known[] = "Arrêté du 7 décembre 2022",
                  by_law[] = "Code du travail, art. L3133-1",
                  by_local_law[] = "Code du travail, art. L3134-13",
                  to_check[] =
                      "Calendrier national 2026-2027, à vérifier par la"
                      " direction du laboratoire avec l’arrêté",
                  invented[] = "Dates inventées pour la démonstration";

static const char *source_of(int32_t starts)
{
    return starts < day_of(2026, 9, 1) ? known : to_check;
}

/* Easter Sunday of the Gregorian calendar (J.-M. Oudin, 1940). */
static int32_t easter(int year)
{
    const int g = year % 19, c = year / 100;
    const int h = (c - c / 4 - (8 * c + 13) / 25 + 19 * g + 15) % 30;
    const int i = h - (h / 28) * (1 - (29 / (h + 1)) * ((21 - g) / 11));
    const int j = (year + year / 4 + i + 2 - c + c / 4) % 7;
    const int p = i - j, month = 3 + (p + 40) / 44;
    return day_of(year, month, p + 28 - 31 * (month / 4));
}

/* month 0: so many days after Easter. */
static const struct {
    const char *name;
    int month, day;
    bool local; /* in the three départements of local law only */
} publics[] = {
    {"Jour de l’an", 1, 1, false},        {"Vendredi saint", 0, -2, true},
    {"Lundi de Pâques", 0, 1, false},     {"Fête du travail", 5, 1, false},
    {"Victoire de 1945", 5, 8, false},    {"Ascension", 0, 39, false},
    {"Lundi de Pentecôte", 0, 50, false}, {"Fête nationale", 7, 14, false},
    {"Assomption", 8, 15, false},         {"Toussaint", 11, 1, false},
    {"Armistice de 1918", 11, 11, false}, {"Noël", 12, 25, false},
    {"Saint-Étienne", 12, 26, true},
};
static const char *const local_law[] = {"057", "067", "068"};
enum { FIRST_YEAR = 2023, LAST_YEAR = 2030, KNOWN = 2026 };

static enum status add(struct conn *c, struct arena *a, struct closure wanted)
{
    int64_t there;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM booking_closure WHERE name = :name AND"
                   " starts = :starts AND coalesce(zone, '') = :zone AND"
                   " coalesce(area, 0) = :area"),
               ARGS(arg_cstr("name", wanted.name),
                    arg_day("starts", wanted.starts),
                    arg_cstr("zone", wanted.zone ? wanted.zone : ""),
                    arg_int("area", wanted.area == NONE ? 0 : wanted.area)),
               &there));
    if (there)
        return OK;
    struct closure *row = row_new(a, &closure_entity);
    wanted.row = row->row;
    *row = wanted;
    return row_insert(c, a, &closure_entity, row, (struct actor){0});
}

static enum status add_local(struct conn *c, struct arena *a,
                             struct closure wanted)
{
    for (size_t i = 0; i < COUNT(local_law); i++) {
        void *area;
        enum status s = row_find(c, a, &area_entity, "code",
                                 value_cstr(local_law[i]), &area);
        if (s == ERR_NOT_FOUND)
            continue;
        TRY(s);
        wanted.area = ((const struct area *)area)->row.id;
        TRY(add(c, a, wanted));
    }
    return OK;
}

enum status school_day_near(struct conn *c, const char *zone, int32_t day,
                            int way, int32_t *out)
{
    enum { SATURDAY = 5 };
    int64_t closed;
    CHECK(way == 1 || way == -1);
    for (closed = 1; closed; day += closed ? way : 0) {
        TRY(db_int(c,
                   SQL("SELECT count(*) FROM booking_closure WHERE :day BETWEEN"
                       " starts AND ends AND (zone IS NULL OR zone = :zone)"),
                   ARGS(arg_day("day", day), arg_cstr("zone", zone)), &closed));
        closed += day_weekday(day) >= SATURDAY;
    }
    *out = day;
    return OK;
}

/* The holidays of the last year that is known (KNOWN), whole weeks later. */
static enum status invent_year(struct conn *c, struct arena *a, int year)
{
    const int32_t first = school_year_first(year),
                  last = school_year_last(year),
                  later = (first - school_year_first(KNOWN)) / 7 * 7;
    for (size_t i = 0; i < COUNT(holidays); i++) {
        const struct span *s = &holidays[i].days;
        const int32_t starts = day_of(s->year, s->month, s->day),
                      ends = day_of(s->to_year, s->to_month, s->to_day);
        if (school_year_of(starts) != KNOWN ||
            !same(holidays[i].kind, "holidays"))
            continue;
        TRY(add(c, a,
                (struct closure){.name = holidays[i].name,
                                 .kind = holidays[i].kind,
                                 .zone = holidays[i].zone,
                                 .area = NONE,
                                 .source = invented,
                                 .starts = starts + later,
                                 .ends = ends == school_year_last(KNOWN)
                                             ? last
                                             : ends + later}));
    }
    return OK;
}

enum status calendar_invent(struct conn *c, struct arena *a, int32_t until)
{
    for (int year = KNOWN + 1; year <= school_year_of(until); year++)
        TRY(invent_year(c, a, year));
    return OK;
}

enum status calendar_begin(struct conn *c, struct arena *a)
{
    for (size_t i = 0; i < COUNT(holidays); i++) {
        const struct span *s = &holidays[i].days;
        TRY(add(c, a,
                (struct closure){
                    .name = holidays[i].name,
                    .kind = holidays[i].kind,
                    .zone = holidays[i].zone,
                    .area = NONE,
                    .source = source_of(day_of(s->year, s->month, s->day)),
                    .starts = day_of(s->year, s->month, s->day),
                    .ends = day_of(s->to_year, s->to_month, s->to_day)}));
    }
    for (int year = FIRST_YEAR; year <= LAST_YEAR; year++)
        for (size_t i = 0; i < COUNT(publics); i++) {
            const int32_t day =
                publics[i].month
                    ? day_of(year, publics[i].month, publics[i].day)
                    : easter(year) + publics[i].day;
            const struct closure one = {
                .name = publics[i].name,
                .kind = "public",
                .area = NONE,
                .source = publics[i].local ? by_local_law : by_law,
                .starts = day,
                .ends = day};
            TRY(publics[i].local ? add_local(c, a, one) : add(c, a, one));
        }
    return OK;
}
