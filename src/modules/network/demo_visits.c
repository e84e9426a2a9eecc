/*
 * The demonstration's visits. The closed year 2023-2024 gives the brochure's
 * seven figures by its records alone: every laboratory has its share of the
 * half-days, of the classes and of the trainings; the people present are drawn
 * first, then raised or lowered one by one over all visits, within what a class
 * or a room holds, until their sum is right. No row is there to balance.
 */
#include "modules/network/demo_int.h"

#include "modules/network/open.h"

enum {
    CLOSED_YEAR = 2023,
    MOST_HALF_DAYS = 460, /* of a laboratory in a year */
    MOST_VISITS = 2200,
    MOST_CLASSES = 40, /* that come to one laboratory */
    ROOMS = 2,
    PEOPLE = 35367,
    MOST_SLOTS = 6, /* of one visit */
};

/* What is planned before it is written. */
struct plan {
    int64_t lab, school, class, space;
    const char *kind, *place, *title;
    const char *email; /* of who asked, or NULL */
    int slot_count;
    int32_t days[MOST_SLOTS];
    enum half_day parts[MOST_SLOTS];
    bool with[MOST_SLOTS]; /* the coordinator */
    int64_t coordinator;
    int pupils, teachers, parents, others, stands, headcount;
};

struct coming { /* a class that comes */
    int64_t id, school;
    int headcount;
    const char *label, *name;
};

/* A laboratory's year: its half-days, who has what on each, who comes. */
struct lab_year {
    const struct lab *lab;
    int64_t rooms[ROOMS], coordinator;
    struct {
        int32_t day;
        enum half_day part;
        bool room[ROOMS], coordinator;
    } half[MOST_HALF_DAYS];
    int n;
    struct coming classes[MOST_CLASSES];
    int class_count, next_class;
};

struct plans {
    struct plan all[MOST_VISITS];
    size_t n;
};

/* Whether it ever opens on such a half-day of a week. */
static enum status week_open(struct demo *d, const struct lab *lab,
                             bool open[7][PARTS])
{
    struct rows *rows;
    TRY(db_rows(d->conn, d->mem,
                SQL("SELECT weekday, part FROM network_opening WHERE lab ="
                    " :lab"),
                ARGS(arg_int("lab", lab->row.id)), &rows));
    while (rows_next(rows))
        for (int i = 0; lab_weekdays[i]; i++)
            if (same(lab_weekdays[i], row_text(rows, 0)))
                open[i][part_of(row_text(rows, 1))] = true;
    return rows_end(rows);
}

static enum status year_open(struct demo *d, struct lab_year *y, int32_t from,
                             int32_t to)
{
    bool open[7][PARTS] = {{false}};
    TRY(week_open(d, y->lab, open));
    for (int32_t day = from; day <= to; day++)
        for (int part = MORNING; part < PARTS; part++) {
            const char *why;
            if (!open[day_weekday(day)][part] || y->n == MOST_HALF_DAYS)
                continue;
            TRY(lab_closed(d->conn, d->mem, y->lab->row.id, day,
                           (enum half_day)part, &why));
            if (why)
                continue;
            y->half[y->n].day = day;
            y->half[y->n++].part = (enum half_day)part;
        }
    return OK;
}

static enum status year_classes(struct demo *d, struct lab_year *y, int year,
                                int wanted)
{
    struct rows *rows;
    TRY(db_rows(
        d->conn, d->mem,
        SQL("SELECT k.id, k.school, coalesce(k.headcount, 18), k.label,"
            " s.name FROM directory_class k JOIN directory_school s ON"
            " s.id = k.school WHERE k.year = :year AND s.bassin ="
            " :bassin AND k.id % 2 = :lot ORDER BY CASE WHEN k.school IN"
            " (SELECT p.school FROM directory_person p WHERE p.email IN"
            " ('head@demo.example', 'teacher@demo.example')) THEN 0 ELSE"
            " 1 END, k.label, k.id LIMIT :most"),
        ARGS(arg_int("year", year), arg_int("bassin", y->lab->bassin),
             arg_int("lot", y->lab->row.id % 2), arg_int("most", wanted)),
        &rows));
    while (rows_next(rows))
        y->classes[y->class_count++] = (struct coming){
            row_int(rows, 0), row_int(rows, 1), (int)row_int(rows, 2),
            row_text(rows, 3), row_text(rows, 4)};
    return rows_end(rows);
}

static enum status year_make(struct demo *d, struct lab_year *y,
                             const struct lab *lab, int year, int classes)
{
    struct rows *rows;
    int n = 0;
    memset(y, 0, sizeof *y);
    y->lab = lab;
    TRY(db_rows(d->conn, d->mem,
                SQL("SELECT id FROM network_space WHERE lab = :lab AND within"
                    " IS NULL ORDER BY id LIMIT 2"),
                ARGS(arg_int("lab", lab->row.id)), &rows));
    while (rows_next(rows))
        y->rooms[n++] = row_int(rows, 0);
    TRY(rows_end(rows));
    CHECK(n == ROOMS);
    TRY(db_int(d->conn,
               SQL("SELECT min(person) FROM network_team WHERE lab = :lab"),
               ARGS(arg_int("lab", lab->row.id)), &y->coordinator));
    return year_classes(d, y, year, classes);
}

/* The next half-day from there on on which that room is free; -1: none. */
static int free_from(const struct lab_year *y, int from, int room)
{
    for (int i = from; i < y->n; i++)
        if (!y->half[i].room[room])
            return i;
    return -1;
}

static void take_slot(struct lab_year *y, struct plan *p, int at)
{
    const int n = p->slot_count++;
    p->days[n] = y->half[at].day;
    p->parts[n] = y->half[at].part;
    p->with[n] = !y->half[at].coordinator;
    y->half[at].coordinator = true;
}

/* At most so many half-days of one room, a week apart where that is free. */
static void take_room(struct demo *d, struct lab_year *y, struct plan *p,
                      int wanted)
{
    enum { WEEK = 10 };
    const int first = demo_random(d, 3) ? 0 : 1;
    const int from = (int)demo_random(d, (uint32_t)y->n);
    for (int turn = 0; turn < ROOMS && !p->slot_count; turn++) {
        const int room = (first + turn) % ROOMS;
        int at = free_from(y, from, room);
        if (at < 0)
            at = free_from(y, 0, room);
        p->space = y->rooms[room];
        while (at >= 0 && p->slot_count < wanted) {
            y->half[at].room[room] = true;
            take_slot(y, p, at);
            at = free_from(y, at + WEEK, room);
        }
    }
}

/* At most so many half-days elsewhere, with the coordinator. */
static void take_outside(struct demo *d, struct lab_year *y, struct plan *p,
                         int wanted)
{
    const int from = (int)demo_random(d, (uint32_t)y->n);
    for (int i = 0; i < y->n && p->slot_count < wanted; i++)
        if (!y->half[(from + i) % y->n].coordinator)
            take_slot(y, p, (from + i) % y->n);
    CHECK(p->slot_count);
}

static struct plan *plan_add(struct plans *plans, const struct lab_year *y,
                             const char *kind, const char *place,
                             const char *title)
{
    CHECK(plans->n < MOST_VISITS);
    struct plan *p = &plans->all[plans->n++];
    *p = (struct plan){.lab = y->lab->row.id,
                       .school = NONE,
                       .class = NONE,
                       .space = NONE,
                       .coordinator = y->coordinator,
                       .kind = kind,
                       .place = place,
                       .title = title};
    return p;
}

static const struct {
    const char *kind, *title;
} themes[] = {
    {"coanimation", "Programmer un robot"},
    {"workshop", "Fabriquer un objet en 3D"},
    {"discovery", "Découvrir la réalité virtuelle"},
    {"coanimation", "Écrire et dire : l’oral au studio"},
    {"workshop", "Une émission de radio"},
    {"discovery", "Les métiers en réalité virtuelle"},
    {"coanimation", "Le ciel au planétarium"},
    {"workshop", "Filmer, monter, raconter"},
    {"coanimation", "Mesurer avec des capteurs"},
    {"discovery", "Première séance d’intelligence artificielle"},
};

/* Of the same kinds, for those who do not read yet. */
static const struct {
    const char *kind, *title;
} first_themes[] = {
    {"coanimation", "Programmer un robot de sol"},
    {"workshop", "Modeler et imprimer un jouet"},
    {"discovery", "Toucher, trier, photographier"},
    {"coanimation", "Un conte raconté au studio"},
    {"workshop", "Les bruits de l’école à la radio"},
    {"discovery", "Regarder de très près au microscope"},
    {"coanimation", "Le jour et la nuit au planétarium"},
};

static bool is_nursery(const struct coming *k)
{
    static const char *const levels[] = {"PS", "MS", "GS"};
    for (size_t i = 0; i < COUNT(levels); i++)
        if (strstr(k->label, levels[i]))
            return true;
    return false;
}

static void with_class(struct demo *d, struct lab_year *y, struct plan *p)
{
    const struct coming *k = &y->classes[y->next_class++ % y->class_count];
    p->class = k->id;
    p->school = k->school;
    p->headcount = k->headcount;
    p->pupils = k->headcount - (int)demo_random(d, 3);
    if (p->pupils < 1)
        p->pupils = 1;
    p->teachers = 1 + (int)demo_random(d, 2);
    p->parents = (int)demo_random(d, 2);
}

static struct plan *plan_class(struct demo *d, struct plans *plans,
                               struct lab_year *y, const char *place)
{
    const size_t theme = demo_random(d, COUNT(themes));
    struct plan *p =
        plan_add(plans, y, themes[theme].kind, place, themes[theme].title);
    with_class(d, y, p);
    const struct coming *k = &y->classes[(y->next_class - 1) % y->class_count];
    if (is_nursery(k)) {
        const size_t first = theme % COUNT(first_themes);
        p->kind = first_themes[first].kind;
        p->title = first_themes[first].title;
    }
    p->title = arena_printf(d->mem, "%s, %s", p->title, k->label);
    return p;
}

/* The trainings, an evening for parents, teachers who come alone. */
static int plan_others(struct demo *d, struct plans *plans, struct lab_year *y,
                       int trainings)
{
    int taken = 0;
    for (int i = 0; i < trainings; i++) {
        struct plan *p = plan_add(plans, y, "training", "inside",
                                  "Prendre en main le laboratoire");
        p->teachers = 8 + (int)demo_random(d, 10);
        p->others = (int)demo_random(d, 3);
        take_room(d, y, p, 2);
        taken += p->slot_count;
    }
    for (int i = 0; i < 2; i++) {
        struct plan *p = plan_add(plans, y, "discovery", "inside",
                                  "Le numérique expliqué aux parents");
        p->parents = 9 + (int)demo_random(d, 18);
        p->teachers = 2;
        take_room(d, y, p, 1);
        taken += p->slot_count;
    }
    for (int i = 0; i < 5; i++) {
        struct plan *p = plan_add(plans, y, "individual", "inside",
                                  "Préparer une séance avec le coordonnateur");
        p->teachers = 1 + (int)demo_random(d, 2);
        take_room(d, y, p, 1);
        taken += p->slot_count;
    }
    return taken;
}

/* In schools, and once in the year of some a fair of practices. */
static void plan_outside(struct demo *d, struct plans *plans,
                         struct lab_year *y, int half_days, bool fair)
{
    while (half_days > 0) {
        struct plan *p;
        if (fair) {
            p = plan_add(plans, y, "fair", "outside",
                         "Salon des usages en territoire");
            p->stands = 6 + (int)demo_random(d, 12);
            p->pupils = 40 + (int)demo_random(d, 60);
            p->teachers = 30 + (int)demo_random(d, 40);
            p->parents = 20 + (int)demo_random(d, 60);
            p->others = 10 + (int)demo_random(d, 40);
        } else {
            p = plan_class(d, plans, y, "outside");
        }
        fair = false;
        take_outside(d, y, p, half_days < 2 ? half_days : 2);
        half_days -= p->slot_count;
    }
}

static void plan_year(struct demo *d, struct plans *plans, struct lab_year *y,
                      const struct demo_share *share, bool fair)
{
    int left = share->half_days - plan_others(d, plans, y, share->trainings);
    while (left > 0) {
        struct plan *p = plan_class(d, plans, y, "inside");
        int wanted = 2 + (int)demo_random(d, 4);
        take_room(d, y, p, wanted < left ? wanted : left);
        CHECK(p->slot_count);
        left -= p->slot_count;
    }
    plan_outside(d, plans, y, share->outside, fair);
}

/* One more or one less at a visit of a class, within its bounds. */
static bool nudge(struct plan *p, int by)
{
    enum { MOST_PARENTS = 4, MOST_AWAY = 5 };
    if (p->class == NONE)
        return false;
    const int pupils = p->pupils + by, parents = p->parents + by;
    if (pupils >= 1 && pupils <= p->headcount &&
        pupils >= p->headcount - MOST_AWAY)
        p->pupils = pupils;
    else if (parents >= 0 && parents <= MOST_PARENTS)
        p->parents = parents;
    else
        return false;
    return true;
}

static void plans_count(struct plans *plans, int people)
{
    int left = people;
    for (size_t i = 0; i < plans->n; i++) {
        const struct plan *p = &plans->all[i];
        left -= p->pupils + p->teachers + p->parents + p->others;
    }
    while (left) {
        const int by = left > 0 ? 1 : -1;
        int moved = 0;
        for (size_t i = 0; i < plans->n && left; i++)
            if (nudge(&plans->all[i], by))
                left -= by, moved++;
        CHECK(moved);
    }
}

static int64_t counted(int n)
{
    return n ? n : NONE;
}

static enum status write_slots(struct demo *d, const struct plan *p,
                               int64_t visit)
{
    for (int i = 0; i < p->slot_count; i++) {
        struct slot *s = row_new(d->mem, &slot_entity);
        s->visit = visit;
        s->day = p->days[i];
        s->part = booking_parts[p->parts[i]];
        s->space = p->space;
        s->coordinator = p->with[i] ? p->coordinator : NONE;
        TRY(demo_add(d, &slot_entity, s));
    }
    return OK;
}

static enum status write_visit(struct demo *d, const struct plan *p,
                               const char *state)
{
    struct visit *v = row_new(d->mem, &visit_entity);
    const bool held = same(state, "held");
    v->lab = p->lab;
    v->year = school_year_of(p->days[0]);
    v->title = p->title;
    v->kind = p->kind;
    v->place = p->place;
    v->school = p->school;
    v->asked = p->days[0] - 20 - (int32_t)demo_random(d, 40);
    if (v->asked > d->today)
        v->asked = d->today - p->days[0] % 7;
    v->pupils = counted(p->class == NONE ? p->pupils : p->headcount);
    v->teachers = counted(p->teachers);
    v->stands = counted(p->stands);
    v->asker = "Professeur ou professeure (démo)";
    v->email = p->email;
    if (held) {
        v->present_pupils = p->pupils;
        v->present_teachers = p->teachers;
        v->present_parents = p->parents;
        v->present_others = p->others;
    }
    v->state = state;
    TRY(demo_add(d, &visit_entity, v));
    struct linked class = {.target = p->class, .weight = 1};
    if (p->class != NONE)
        TRY(links_save(d->conn, d->mem,
                       (struct linking){&visit_entity, visit_links, v->row.id},
                       (struct links){&class, 1}, d->by));
    return write_slots(d, p, v->row.id);
}

static enum status closed_year(struct demo *d, struct lab_year *y,
                               const struct lab *const *labs,
                               const struct demo_share *shares, size_t n)
{
    struct plans *plans = NEW(d->mem, struct plans);
    for (size_t i = 0; i < n; i++) {
        TRY(year_make(d, y, labs[i], CLOSED_YEAR, shares[i].classes));
        TRY(year_open(d, y, school_year_first(CLOSED_YEAR),
                      school_year_last(CLOSED_YEAR)));
        CHECK(y->class_count == shares[i].classes);
        plan_year(d, plans, y, &shares[i], i % 3 == 0);
    }
    plans_count(plans, PEOPLE);
    for (size_t i = 0; i < plans->n; i++)
        TRY(write_visit(d, &plans->all[i], "held"));
    return OK;
}

/* Around today: what took place these weeks, what is agreed, what is asked. */
static enum status living_year(struct demo *d, struct lab_year *y,
                               const struct lab *const *labs, size_t n)
{
    enum { BACK = 42, AHEAD = 56, VISITS = 9, TOLD = 3 };
    const int32_t first = day_of(2024, 9, 20),
                  today = d->today < first ? first : d->today;
    for (size_t i = 0; i < n; i++) {
        struct plans *plans = NEW(d->mem, struct plans);
        TRY(year_make(d, y, labs[i], school_year_of(d->today), 12));
        TRY(year_open(d, y, today - BACK, today + AHEAD));
        for (int k = 0; k < VISITS && y->n && y->class_count; k++)
            take_room(d, y, plan_class(d, plans, y, "inside"), 1);
        for (size_t k = 0; i < TOLD && k < plans->n; k++)
            plans->all[k].email = arena_printf(
                d->mem, "professeur%zu@demo.example", i * VISITS + k + 1);
        for (size_t k = 0; k < plans->n; k++) {
            const struct plan *p = &plans->all[k];
            if (p->slot_count)
                TRY(write_visit(d, p,
                                p->days[0] >= today
                                    ? (k % 3 ? "confirmed" : "asked")
                                : k % 5 ? "held"
                                        : "confirmed"));
        }
    }
    return OK;
}

enum status demo_visits(struct demo *d, const struct lab *const *labs,
                        const struct demo_share *shares, size_t n)
{
    struct lab_year *y = NEW(d->mem, struct lab_year);
    TRY(closed_year(d, y, labs, shares, n));
    return living_year(d, y, labs, n);
}
