/*
 * What the network costs after ten years: 50,000 visits in 16 laboratories,
 * 150,000 holds. The free half-days of all of them over a year, the figures of
 * a year beside a recount of every row, an agenda of 2,000 events.
 * `build/test/bench/network FOLDER [ADDRESS]`: a folder whose database holds
 * the demonstration; what is made stays there, for a server to be asked
 * (test/bench/network.mjs).
 */
#include "core/app.h"
#include "core/figure.h"
#include "modules/booking/agenda.h"
#include "modules/network/calendar.h"
#include "bench/measure.h"

enum {
    VISITS = 50000,
    FIRST_YEAR = 2017,
    YEARS = 10,
    MOST_LABS = 16,
    A_YEAR = VISITS / YEARS,
    EVENTS = 2000
};

struct filling {
    struct app *app;
    int64_t schools[200], classes[200], coordinators[MOST_LABS];
    int school_count, class_count;
    int year;
};

static const struct actor me = {0};

static int ids(struct conn *c, struct arena *a, struct sql sql, int64_t *out,
               int most)
{
    struct rows *rows;
    int n = 0;
    must(db_rows(c, a, sql, NO_ARGS, &rows), "ids");
    while (n < most && rows_next(rows))
        out[n++] = row_int(rows, 0);
    must(rows_end(rows), "ids");
    return n;
}

/* Rooms of our own, for the demonstration's are nearly full in its closed year.
 */
static enum status add_rooms(struct conn *c, struct arena *a)
{
    int64_t labs[MOST_LABS];
    const int n = ids(c, a, SQL("SELECT id FROM network_lab ORDER BY id"), labs,
                      MOST_LABS);
    for (int i = 0; i < n * 2; i++) {
        struct space *s = row_new(a, &space_entity);
        s->lab = labs[i / 2];
        s->name = i % 2 ? "Mesure 2" : "Mesure 1";
        s->capacity = 30;
        TRY(row_insert(c, a, &space_entity, s, me));
    }
    return OK;
}

/* Beside what the demonstration has. */
static enum status prepare(struct conn *c, struct arena *a, void *data)
{
    struct filling *f = data;
    TRY(db_exec(c, SQL("UPDATE network_lab SET opened = 16000"), NO_ARGS,
                NULL));
    TRY(add_rooms(c, a));
    f->school_count = ids(c, a,
                          SQL("SELECT id FROM directory_school ORDER BY"
                              " id"),
                          f->schools, (int)COUNT(f->schools));
    f->class_count = ids(c, a,
                         SQL("SELECT id FROM directory_class ORDER BY"
                             " id"),
                         f->classes, (int)COUNT(f->classes));
    for (int i = 0; i < MOST_LABS; i++) {
        struct person *p = row_new(a, &person_entity);
        p->name = arena_printf(a, "Mesure %d", i);
        p->state = "active";
        TRY(row_insert(c, a, &person_entity, p, me));
        f->coordinators[i] = p->row.id;
    }
    return OK;
}

/* The half-days of a laboratory's year, one after another, room after room. */
struct cursor {
    const struct halves *h;
    const struct lab_halves *lab;
    size_t at, room;
};

static bool next_free(struct cursor *k, int32_t *day, enum half_day *part,
                      int64_t *space)
{
    const size_t slots = (size_t)(k->h->to - k->h->from + 1) * PARTS;
    for (; k->room < k->lab->room_count; k->room++, k->at = 0)
        for (; k->at < slots; k->at++)
            if (k->lab->at[k->at].state == HALF_OPEN &&
                k->lab->rooms[k->room].use[k->at] == ROOM_FREE) {
                *day = k->h->from + (int32_t)(k->at / PARTS);
                *part = (enum half_day)(k->at % PARTS);
                *space = k->lab->rooms[k->room].id;
                k->at++;
                return true;
            }
    return false;
}

static enum status add_slot(struct conn *c, struct arena *a, struct cursor *k,
                            const struct visit *visit, int64_t coordinator)
{
    struct slot *s = row_new(a, &slot_entity);
    enum half_day part;
    if (!next_free(k, &s->day, &part, &s->space))
        return ERR_LIMIT;
    s->visit = visit->row.id;
    if (same(visit->place, "outside"))
        s->space = NONE;
    s->part = booking_parts[part];
    s->coordinator = k->room ? NONE : coordinator;
    return row_insert(c, a, &slot_entity, s, me);
}

static struct visit *visit_new(struct arena *a, const struct filling *f,
                               int64_t lab, int i)
{
    struct visit *v = row_new(a, &visit_entity);
    v->lab = lab;
    v->year = f->year;
    v->title = arena_printf(a, "Accueil %d", i);
    v->kind = i % 25 ? "workshop" : "training";
    v->place = i % 17 ? "inside" : "outside";
    v->school = f->schools[i % f->school_count];
    v->asked = school_year_first(f->year);
    v->state = i % 20 ? "held" : "confirmed";
    v->present_pupils = i % 20 ? 20 + i % 9 : NONE;
    v->present_teachers = i % 20 ? 1 + i % 2 : NONE;
    return v;
}

/* One and two half-days by turns. */
static enum status add_year(struct conn *c, struct arena *a, void *data)
{
    struct filling *f = data;
    struct halves h;
    TRY(halves_make(c, a, NONE, school_year_first(f->year),
                    school_year_last(f->year), &h));
    CHECK(h.n >= MOST_LABS);
    for (int l = 0; l < MOST_LABS; l++) {
        struct cursor k = {.h = &h, .lab = &h.labs[l]};
        for (int i = 0; i < A_YEAR / MOST_LABS; i++) {
            struct visit *v = visit_new(a, f, k.lab->lab, i);
            struct linked class = {
                .target = f->classes[(l * 40 + i) % f->class_count],
                .weight = 1};
            TRY(row_insert(c, a, &visit_entity, v, me));
            TRY(links_save(
                c, a, (struct linking){&visit_entity, visit_links, v->row.id},
                (struct links){&class, 1}, me));
            for (int n = 0; n < 1 + i % 2; n++)
                TRY(add_slot(c, a, &k, v, f->coordinators[l]));
        }
    }
    return OK;
}

enum { MEASURED = 2024 }; /* the school year */

static size_t free_halves(void *data, struct conn *c, struct arena *a)
{
    (void)data;
    struct halves h;
    size_t free = 0;
    must(halves_make(c, a, NONE, school_year_first(MEASURED),
                     school_year_last(MEASURED), &h),
         "halves");
    for (size_t i = 0; i < h.n; i++)
        for (int32_t k = 0; k < (h.to - h.from + 1) * PARTS; k++)
            free += h.labs[i].at[k].free > 0;
    return free;
}

static double figure_of(struct app *app, struct conn *c, struct arena *a,
                        const char *id)
{
    struct figure_value v;
    const struct figure_ask ask = {figure_find(app, id), MEASURED, NONE,
                                   reach_all};
    must(figure_value(c, a, &ask, &v), id);
    return v.value;
}

enum { LABS, BASSINS, PEOPLE, CLASSES, HOSTED, OUTSIDE, TRAININGS };
static const char *const figures[] = {
    [LABS] = "network.labs",
    [BASSINS] = "network.bassins",
    [PEOPLE] = "network.people",
    [CLASSES] = "network.classes",
    [HOSTED] = "network.halfdays_hosted",
    [OUTSIDE] = "network.halfdays_outside",
    [TRAININGS] = "network.trainings_hosted",
};

static size_t all_figures(void *data, struct conn *c, struct arena *a)
{
    struct filling *f = data;
    for (size_t i = 0; i < COUNT(figures); i++)
        figure_of(f->app, c, a, figures[i]);
    return COUNT(figures);
}

/* The year, counted here row by row, without a WHERE, a sum or a join of the
 * database's. */
enum { MOST_ROWS = VISITS * 2, MOST_CLASSES = 200000 };
struct recount {
    struct conn *c;
    struct arena *a;
    double of[COUNT(figures)]; /* in the order of figures[] */
    int64_t visits;
    bool inside[MOST_ROWS], outside[MOST_ROWS]; /* held that year, by visit */
};

static void recount_labs(struct recount *k)
{
    const int32_t last = school_year_last(MEASURED);
    int64_t bassins[MOST_LABS * 2];
    size_t n = 0;
    struct rows *rows;
    must(db_rows(k->c, k->a,
                 SQL("SELECT opened, closed, bassin FROM network_lab"), NO_ARGS,
                 &rows),
         "recount");
    while (rows_next(rows)) {
        const int32_t closed = row_day(rows, 1);
        const int64_t bassin = row_int(rows, 2);
        size_t i = 0;
        if (row_day(rows, 0) > last || (closed != NO_DAY && closed < last))
            continue;
        k->of[LABS]++;
        while (i < n && bassins[i] != bassin)
            i++;
        if (i < n || bassin == NONE)
            continue;
        CHECK(n < COUNT(bassins));
        bassins[n++] = bassin;
        k->of[BASSINS]++;
    }
    must(rows_end(rows), "recount");
}

static void recount_visits(struct recount *k)
{
    struct rows *rows;
    must(db_rows(k->c, k->a,
                 SQL("SELECT id, state, year, kind, place, present_pupils,"
                     " present_teachers, present_parents, present_others FROM"
                     " network_visit"),
                 NO_ARGS, &rows),
         "recount");
    for (; rows_next(rows); k->visits++) {
        const int64_t id = row_int(rows, 0);
        const bool inside = same(row_text(rows, 4), "inside");
        if (!same(row_text(rows, 1), "held") || row_int(rows, 2) != MEASURED)
            continue;
        CHECK(id < MOST_ROWS);
        k->inside[id] = inside;
        k->outside[id] = same(row_text(rows, 4), "outside");
        for (int column = 5; column < 9; column++)
            if (row_int(rows, column) != NONE)
                k->of[PEOPLE] += (double)row_int(rows, column);
        k->of[TRAININGS] += inside && same(row_text(rows, 3), "training");
    }
    must(rows_end(rows), "recount");
}

/* After the visits. */
static void recount_of_visits(struct recount *k)
{
    static bool came[MOST_CLASSES];
    struct rows *rows;
    must(db_rows(k->c, k->a, SQL("SELECT visit FROM network_slot"), NO_ARGS,
                 &rows),
         "recount");
    while (rows_next(rows)) {
        k->of[HOSTED] += k->inside[row_int(rows, 0)];
        k->of[OUTSIDE] += k->outside[row_int(rows, 0)];
    }
    must(rows_end(rows), "recount");
    must(db_rows(k->c, k->a,
                 SQL("SELECT row_id, target_id FROM network_visit_classes"),
                 NO_ARGS, &rows),
         "recount");
    while (rows_next(rows)) {
        const int64_t visit = row_int(rows, 0), class = row_int(rows, 1);
        CHECK(class < MOST_CLASSES);
        if (came[class] || !(k->inside[visit] || k->outside[visit]))
            continue;
        came[class] = true;
        k->of[CLASSES]++;
    }
    must(rows_end(rows), "recount");
}

static void recount(struct filling *f, struct conn *c, struct arena *a)
{
    static struct recount k;
    k.c = c;
    k.a = a;
    recount_labs(&k);
    recount_visits(&k);
    recount_of_visits(&k);
    for (size_t i = 0; i < COUNT(figures); i++) {
        const double said = figure_of(f->app, c, a, figures[i]);
        if (said != k.of[i]) {
            printf("%s recounted: %.0f, NOT EQUAL to %.0f\n", figures[i],
                   k.of[i], said);
            exit(1);
        }
    }
    printf("figures recounted from %" PRId64 " visits: %zu of %zu, equal"
           " (%.0f people, %.0f half-days, %.0f outside, %.0f classes) (aim"
           " equal)\n",
           k.visits, COUNT(figures), COUNT(figures), k.of[PEOPLE], k.of[HOSTED],
           k.of[OUTSIDE], k.of[CLASSES]);
}

static size_t agenda(void *data, struct conn *c, struct arena *a)
{
    struct event *events = NEW_ARRAY(a, struct event, EVENTS);
    struct str out;
    (void)data, (void)c;
    for (int i = 0; i < EVENTS; i++)
        events[i] = (struct event){
            .uid =
                arena_printf(a, "018a4e0a-1c00-7%03d-a446-%012d", i % 999, i),
            .sequence = i % 7,
            .changed = 1741766400 + i,
            .day = day_of(2024, 9, 2) + i % 300,
            .part = (enum half_day)(i % 2),
            .state = EVENT_FIRM,
            .title = "Découvrir la réalité virtuelle, 5e B",
            .place = "Laboratoire numérique de Lunéville, Salle créative",
            .text = "Collège du Ruisseau\n24 annoncés\nconfirmé\nDemi-journée :"
                    " matin. Les heures sont indicatives.",
            .url = "https://essaim.example/accueils/12"};
    must(agenda_write(a, "Ma semaine", events, EVENTS, &out), "agenda");
    return EVENTS;
}

int main(int argc, char **argv)
{
    static struct app app;
    static struct filling f = {.app = &app};
    const char *why = "";
    struct arena mem = {0};
    struct conn *c;
    int64_t holds;
    app_init(&app);
    app.place = argc > 2 ? argv[2] : NULL;
    if (argc < 2 || app_open(&app, argv[1], &why) != OK) {
        fprintf(stderr, "network: %s\n", argc < 2 ? "FOLDER" : why);
        return 1;
    }
    must(db_write_within(app.db, &mem, prepare, &f, 600000), "prepare");
    for (f.year = FIRST_YEAR; f.year < FIRST_YEAR + YEARS; f.year++) {
        struct arena one = {0};
        must(db_write_within(app.db, &one, add_year, &f, 600000), "a year");
        arena_reset(&one);
    }
    must(conn_open(app.db, &c), "open");
    must(conn_begin(c, 0), "begin");
    must(db_int(c, SQL("SELECT count(*) FROM booking_hold"), NO_ARGS, &holds),
         "holds");
    recount(&f, c, &mem);
    conn_end(c);
    conn_close(c);
    printf("holds: %" PRId64 ", kept (aim 150,000)\n", holds);
    measure(app.db, "free half-days of all laboratories over a year",
            "p95 ≤ 30 ms", free_halves, &f);
    measure(app.db, "all figures of a year", "≤ 100 ms", all_figures, &f);
    measure(app.db, "agenda written, events", "≤ 50 ms", agenda, &f);
    app_close(&app);
    arena_reset(&mem);
    return 0;
}
