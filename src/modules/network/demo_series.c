/* The demonstration's series: clubs and a workshop of each second week, around
 * today; and what the schools of those who sign in have this week. Without
 * chance: what comes after draws as it did. */
#include "modules/network/demo_int.h"
#include "modules/network/series.h"

static const struct {
    size_t lab;
    const char *title, *kind, *part, *week, *label;
    int weekday; /* 0: Monday */
    int64_t pupils;
    const char *of; /* who is of that school; NULL: the nearest one */
} given[] = {
    {0, "Club radio", "workshop", "afternoon", "every", "Club radio", 1, 14,
     NULL},
    {2, "Atelier robotique", "workshop", "morning", "a", "6e robotique", 3, 22,
     "host@demo.example"},
    {2, "Club réalité virtuelle", "discovery", "afternoon", "every", NULL, 4,
     16, "teacher@demo.example"},
};

enum status demo_school_of(struct demo *d, const char *email, int64_t bassin,
                           int64_t *school)
{
    return db_int(d->conn,
                  SQL("SELECT coalesce((SELECT p.school FROM directory_person p"
                      " WHERE p.email = :email), (SELECT min(s.id) FROM"
                      " directory_school s WHERE s.bassin = :bassin AND s.kind"
                      " = 'college'))"),
                  ARGS(arg_cstr("email", email), arg_int("bassin", bassin)),
                  school);
}

struct booking {
    const struct series *what;
    const struct place *at;
    int64_t series, person; /* of which it is a date; who asked; NONE */
};

static enum status book(struct demo *d, const struct booking *b)
{
    const struct series *s = b->what;
    const struct place *at = b->at;
    struct visit *v = row_new(d->mem, &visit_entity);
    v->lab = s->lab;
    v->year = school_year_of(at->day);
    v->title = s->title;
    v->kind = s->kind;
    v->place = "inside";
    v->school = s->school;
    v->series = b->series;
    v->person = b->person;
    v->class_label = s->class_label;
    v->pupils = s->pupils;
    v->asker = s->asker;
    v->asked = d->today - 12;
    v->state = "confirmed";
    TRY(demo_add(d, &visit_entity, v));
    struct slot *slot = row_new(d->mem, &slot_entity);
    slot->visit = v->row.id;
    slot->day = at->day;
    slot->part = booking_parts[at->part];
    slot->space = at->space;
    return demo_add(d, &slot_entity, slot);
}

static enum status add(struct demo *d, const struct lab *lab, size_t nth)
{
    enum { WEEKS = 9 };
    const int32_t today = d->today < lab->opened ? lab->opened : d->today + 1;
    struct series *s = row_new(d->mem, &series_entity);
    struct occurrence *all;
    size_t n;
    s->lab = lab->row.id;
    s->title = given[nth].title;
    s->kind = given[nth].kind;
    s->part = given[nth].part;
    s->week = given[nth].week;
    s->class_label = given[nth].label;
    s->pupils = given[nth].pupils;
    s->asker = "Professeur ou professeure (démo)";
    s->starts = today + (given[nth].weekday - day_weekday(today) + 7) % 7;
    s->ends = s->starts + WEEKS * 7;
    if (s->ends > school_year_last(school_year_of(s->starts)))
        s->ends = school_year_last(school_year_of(s->starts));
    TRY(demo_school_of(d, given[nth].of, lab->bassin, &s->school));
    TRY(demo_add(d, &series_entity, s));
    TRY(series_dates(d->conn, d->mem, s, &reach_all, &all, &n));
    for (size_t i = 0; i < n; i++)
        if (all[i].at.space != NONE)
            TRY(book(d, &(struct booking){s, &all[i].at, s->row.id, NONE}));
    return OK;
}

enum status demo_series(struct demo *d, const struct lab *const *labs)
{
    for (size_t i = 0; i < COUNT(given); i++)
        TRY(add(d, labs[given[i].lab], i));
    return OK;
}

static const struct {
    const char *of, *title, *kind, *label;
    bool asks; /* whose school it is, by their account */
} this_week[] = {
    {"teacher@demo.example", "Le ciel au planétarium, CM2", "coanimation",
     "CM2", true},
    {"head@demo.example", "Programmer un robot, CM1", "workshop", "CM1", false},
    {"host@demo.example", "Filmer, monter, raconter, 5e A", "workshop", "5e A",
     false},
};

/* The first half-day from a day on on which the laboratory has a room. */
static enum status first_place(struct demo *d, struct series *s, int32_t from,
                               struct place *at)
{
    enum { AHEAD = 28 };
    struct occurrence *all;
    size_t n;
    at->space = NONE;
    for (int32_t day = from; day < from + AHEAD && at->space == NONE; day++)
        for (int part = MORNING; part <= AFTERNOON && at->space == NONE;
             part++) {
            s->starts = s->ends = day;
            s->part = booking_parts[part];
            TRY(series_dates(d->conn, d->mem, s, &reach_all, &all, &n));
            if (n)
                *at = all[0].at;
        }
    return OK;
}

static enum status school_lab(struct demo *d, int64_t school, int64_t *lab)
{
    return db_int(d->conn,
                  SQL("SELECT coalesce((SELECT min(l.id) FROM network_lab l"
                      " JOIN directory_school s ON s.bassin = l.bassin WHERE"
                      " s.id = :school), (SELECT min(id) FROM network_lab))"),
                  ARGS(arg_int("school", school)), lab);
}

static enum status person_of(struct demo *d, const char *email, int64_t *id)
{
    return db_int(d->conn,
                  SQL("SELECT id FROM directory_person WHERE email = :email"),
                  ARGS(arg_cstr("email", email)), id);
}

/* One a day while the week lasts. */
enum status demo_week(struct demo *d)
{
    const int32_t sunday = d->today - day_weekday(d->today) + 6;
    for (size_t i = 0; i < COUNT(this_week); i++) {
        const int32_t day = d->today + (int32_t)i;
        struct series *s = row_new(d->mem, &series_entity);
        struct place at;
        s->title = this_week[i].title;
        s->kind = this_week[i].kind;
        s->week = "every";
        s->class_label = this_week[i].label;
        s->pupils = 22;
        s->asker = "Professeur ou professeure (démo)";
        TRY(demo_school_of(d, this_week[i].of, NONE, &s->school));
        TRY(school_lab(d, s->school, &s->lab));
        TRY(first_place(d, s, day < sunday - 1 ? day : d->today, &at));
        struct booking b = {s, &at, NONE, NONE};
        if (this_week[i].asks)
            TRY(person_of(d, this_week[i].of, &b.person));
        if (at.space != NONE)
            TRY(book(d, &b));
    }
    return OK;
}
