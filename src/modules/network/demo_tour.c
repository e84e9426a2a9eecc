/* The demonstration's valises: one on tour these weeks, one that was, one that
 * is being thought of. Without chance. */
#include "modules/network/demo_int.h"
#include "modules/network/tour.h"

static const struct {
    size_t lab;
    const char *name, *contents, *title, *state;
    int after; /* days from today: it leaves */
} given[] = {
    {0, "Valise réalité virtuelle 1", "15 casques, chargeur, fiches",
     "Casques dans le Lunévillois", "planned", -7},
    {2, "Valise robots 1", "12 robots, 6 tablettes, tapis", "Robots au cycle 3",
     "planned", 5},
    {2, "Valise radio 1", "Table de mixage, 4 micros, enregistreur",
     "Radio itinérante", "draft", 20},
    {0, "Valise microscopes 1", "10 microscopes, lames, chargeur",
     "Microscopes dans les écoles", "done", -60},
};

static enum status add_stops(struct demo *d, const struct tour *t,
                             const struct lab *lab)
{
    enum { STOPS = 4 };
    struct rows *rows;
    int64_t schools[STOPS], n = 0;
    static const char *const guests[] = {
        "teacher@demo.example", "head@demo.example", "host@demo.example"};
    TRY(db_rows(d->conn, d->mem,
                SQL("SELECT id FROM directory_school WHERE bassin = :bassin AND"
                    " latitude IS NOT NULL AND state = 'open' ORDER BY uai"
                    " LIMIT :most"),
                ARGS(arg_int("bassin", lab->bassin), arg_int("most", STOPS)),
                &rows));
    while (rows_next(rows))
        schools[n++] = row_int(rows, 0);
    TRY(rows_end(rows));
    for (int64_t i = 0; i < n; i++) {
        struct stop *s = row_new(d->mem, &stop_entity);
        s->tour = t->row.id;
        s->nth = i + 1;
        s->school = schools[i];
        if (i < (int64_t)COUNT(guests))
            TRY(demo_school_of(d, guests[i], lab->bassin, &s->school));
        s->half_days = 4;
        s->contact = "Professeur ou professeure (démo)";
        TRY(demo_add(d, &stop_entity, s));
    }
    return OK;
}

static enum status received(struct demo *d, const struct tour *t)
{
    struct legs l;
    TRY(tour_legs(d->conn, d->mem, t, &l));
    for (size_t i = 0; i < l.n && l.stops[i]->arrives <= d->today; i++) {
        struct custody *k = row_new(d->mem, &custody_entity);
        k->tour = t->row.id;
        k->school = l.stops[i]->school;
        k->day = l.stops[i]->arrives;
        k->handed_by = "Professeur ou professeure (démo)";
        k->received_by = "Professeur ou professeure (démo)";
        k->condition = "good";
        TRY(demo_add(d, &custody_entity, k));
    }
    return OK;
}

static enum status add(struct demo *d, const struct lab *lab, size_t nth)
{
    struct kit *kit = row_new(d->mem, &kit_entity);
    struct tour *t = row_new(d->mem, &tour_entity);
    const char *fault;
    bool exact;
    void *now;
    kit->name = given[nth].name;
    kit->lab = lab->row.id;
    kit->contents = given[nth].contents;
    TRY(demo_add(d, &kit_entity, kit));
    t->title = given[nth].title;
    t->kit = kit->row.id;
    t->starts = d->today + given[nth].after;
    while (day_weekday(t->starts) > 4) /* schools are closed */
        t->starts--;
    t->part = "morning";
    t->transit = 1;
    t->state = "draft";
    TRY(demo_add(d, &tour_entity, t));
    TRY(add_stops(d, t, lab));
    TRY(tour_order(d->conn, d->mem, t, d->by, &exact, &fault));
    if (same(given[nth].state, "draft"))
        return OK;
    t->state = "planned";
    TRY(row_update(d->conn, d->mem, &tour_entity, t, d->by));
    TRY(tour_plan(d->conn, d->mem, t, (struct str){0}, d->by));
    TRY(received(d, t));
    if (same(given[nth].state, "planned"))
        return OK;
    TRY(row_load(d->conn, d->mem, &tour_entity, t->row.id, &reach_all, &now));
    ((struct tour *)now)->state = given[nth].state;
    return row_update(d->conn, d->mem, &tour_entity, now, d->by);
}

enum status demo_tours(struct demo *d, const struct lab *const *labs)
{
    for (size_t i = 0; i < COUNT(given); i++)
        TRY(add(d, labs[given[i].lab], i));
    return OK;
}
