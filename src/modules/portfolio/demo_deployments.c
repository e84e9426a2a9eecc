/* Where the demonstration's tools are used, and what schools say of them. They
 * spread as tools do: a few schools first, more at each return from holidays.
 */
#include "modules/booking/booking.h"
#include "modules/portfolio/demo_life.h"

static const struct {
    const char *project, *tool, *kinds;
    int every; /* one school in so many */
    struct demo_day starts;
} spread[] = {
    {"Savoirs fondamentaux et IA", "MIA Seconde", "lycee lycee_pro lycee_poly",
     1, ON(2024, 5, 15)},
    {"Inclusion et outils numériques", "Cantoo", "college elementaire", 7,
     ON(2024, 9, 16)},
    {"LyText, CoText", "LyText", "college", 2, ON(2023, 9, 18)},
    {"Catalogue et pack VR", "Pack VR", "college lycee", 5, ON(2023, 10, 2)},
    {"LaboArts numérique", "Valise LaboArts", "college", 6, ON(2024, 10, 7)},
    {"Ambassadeurs du numérique (ADN)", "Groupe d’ambassadeurs",
     "college lycee", 6, ON(2024, 9, 30)},
    {"Oralité", "Studio mobile", "elementaire primaire", 9, ON(2023, 9, 25)},
    {"VR, découverte des métiers", "Films des métiers", "college lycee_pro", 4,
     ON(2024, 10, 14)},
    /* What is lent or followed in few schools; what forms staff alone, as
     * Magistère, CREIA and Moodle, is in none. */
    {"Aménagement des espaces scolaires", "Maquette d’espace",
     "primaire college", 32, ON(2023, 11, 6)},
    {"Bon usage du numérique", "Jeux du bon usage", "primaire college", 25,
     ON(2023, 9, 18)},
    {"Usage pédagogique des drones", "Pack drone", "college lycee_pro", 19,
     ON(2023, 10, 9)},
    {"Planétariums numériques", "Planétarium itinérant", "primaire elementaire",
     15, ON(2023, 10, 2)},
    {"Pack programmation", "Pack programmation", "primaire college", 26,
     ON(2023, 10, 16)},
};

/* How many days after the first of them the nth school begins: of ten, two at
 * once, five in the two months that follow, three in the year. From spring to
 * autumn there is nothing but the return to school. */
static const int waves[10] = {0, 7, 21, 35, 49, 63, 0, 98, 168, 112};
static const int waves_from_spring[10] = {0,   20,  6,   112, 117,
                                          131, 145, 180, 194, 245};

struct spreading {
    struct demo *d;
    size_t of; /* which of the above */
    int64_t project;
    int nth, said, given_up;        /* schools; returns and abandonments told */
    const struct demo_abandon *why; /* of the one given up last */
};

static enum status first_day(const struct spreading *s, int32_t *out)
{
    struct demo *d = s->d;
    const int32_t begins = demo_day(d, spread[s->of].starts);
    const bool spring = spread[s->of].starts.month < 8;
    const int after =
        (spring ? waves_from_spring : waves)[s->nth * 7 % (int)COUNT(waves)];
    return school_day_near(d->conn, DEMO_ZONE, begins + after, 1, out);
}

static enum status say(struct demo *d, const struct deployment *row,
                       const struct demo_return *r, int32_t given)
{
    struct feedback *f = row_new(d->mem, &feedback_entity);
    f->deployment = row->row.id;
    f->role = r->role;
    f->given = given;
    f->use = r->use;
    f->useful = r->useful;
    f->goes_on = r->goes_on;
    f->obstacles = r->obstacles;
    f->text = r->text;
    return demo_add(d, &feedback_entity, f);
}

/* The next that was written of that tool, if there is one. */
static enum status say_next(struct spreading *s, const struct deployment *row)
{
    struct demo *d = s->d;
    int skip = s->said;
    int32_t given = row->starts + 35 + s->nth * 11 % 60;
    if (given > d->today)
        return OK;
    TRY(school_day_near(d->conn, DEMO_ZONE, given, -1, &given));
    for (size_t i = 0; i < demo_return_count; i++)
        if (same(demo_returns[i].tool, row->tool) && skip-- == 0) {
            s->said++;
            return say(d, row, &demo_returns[i], given);
        }
    return OK;
}

/* One in twelve is given up after some weeks, for a reason of its own. */
static enum status give_up(struct spreading *s, struct deployment *row)
{
    size_t first = 0, n = 0;
    while (first < demo_abandon_count &&
           !same(demo_abandons[first].tool, row->tool))
        first++;
    while (first + n < demo_abandon_count &&
           same(demo_abandons[first + n].tool, row->tool))
        n++;
    CHECK(n > 0);
    s->why = &demo_abandons[first + (size_t)s->given_up++ % n];
    row->state = "abandoned";
    row->reason = s->why->reason;
    return school_day_near(s->d->conn, DEMO_ZONE,
                           row->starts + 40 + s->nth * 13 % 70, -1, &row->ends);
}

static enum status state_choose(struct spreading *s, struct deployment *row)
{
    enum { LONGEST = 110 }; /* give_up's days */
    const int32_t today = s->d->today;
    row->state = row->starts > today        ? "planned"
                 : row->starts + 12 > today ? "configured"
                                            : "in_use";
    return s->nth % 12 == 7 && row->starts + LONGEST <= today ? give_up(s, row)
                                                              : OK;
}

/* What a school says as it gives up, where it says something. */
static enum status say_why(struct spreading *s, const struct deployment *row)
{
    return s->why->said.text ? say(s->d, row, &s->why->said, row->ends) : OK;
}

static enum status add_deployment(struct spreading *s, int64_t school)
{
    struct demo *d = s->d;
    struct deployment *row = row_new(d->mem, &deployment_entity);
    row->project = s->project;
    row->school = school;
    row->tool = spread[s->of].tool;
    TRY(first_day(s, &row->starts));
    TRY(state_choose(s, row));
    row->support = "Assistance académique (démo)";
    TRY(demo_add(d, &deployment_entity, row));
    if (s->nth == 0) {
        struct filiation *f = row_new(d->mem, &filiation_entity);
        f->from_project = s->project;
        f->to_deployment = row->row.id;
        f->kind = "deployed_as";
        f->since = row->starts;
        f->why = "Premier établissement livré.";
        TRY(demo_add(d, &filiation_entity, f));
    }
    if (same(row->state, "abandoned"))
        return say_why(s, row);
    return s->nth % 4 == 1 && same(row->state, "in_use") ? say_next(s, row)
                                                         : OK;
}

/* Whoever comes in as a head or a teacher finds something to answer. */
static enum status add_awaited(struct demo *d)
{
    static const char *const who[] = {"head", "teacher"};
    for (size_t i = 0; i < COUNT(who); i++) {
        void *person;
        const char *mail = arena_printf(d->mem, "%s@demo.example", who[i]);
        struct deployment *row = row_new(d->mem, &deployment_entity);
        TRY(row_find(d->conn, d->mem, &person_entity, "email", value_cstr(mail),
                     &person));
        TRY(demo_project_id(d, "Inclusion et outils numériques",
                            &row->project));
        row->school = ((const struct person *)person)->school;
        row->tool = "MYdys";
        row->starts = demo_day(d, (struct demo_day){0, 0, -60});
        row->state = "in_use";
        row->support = "Assistance académique (démo)";
        TRY(demo_add(d, &deployment_entity, row));
    }
    return OK;
}

static enum status spread_one(struct demo *d, size_t of)
{
    struct rows *r;
    struct spreading s = {.d = d, .of = of};
    int seen = 0;
    TRY(demo_project_id(d, spread[of].project, &s.project));
    TRY(db_rows(d->conn, d->mem,
                SQL("SELECT id, kind FROM directory_school ORDER BY id"),
                NO_ARGS, &r));
    while (rows_next(r))
        if (word_in(spread[of].kinds, row_text(r, 1)) &&
            seen++ % spread[of].every == 0) {
            TRY(add_deployment(&s, row_int(r, 0)));
            s.nth++;
        }
    return rows_end(r);
}

enum status deployments_demo(struct demo *d)
{
    for (size_t i = 0; i < COUNT(spread); i++)
        TRY(spread_one(d, i));
    return add_awaited(d);
}
