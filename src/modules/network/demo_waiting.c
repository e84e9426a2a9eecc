/* The demonstration's waiting lists: two half-days that are full, who waits for
 * them, one offer that stands, and the rules of all
 * laboratories but one. Without chance. */
#include "modules/network/demo_int.h"
#include "modules/network/waiting.h"

static const struct {
    size_t lab;
    const char *of; /* NULL: of the bassin's first collège */
    const char *label;
    int ago; /* days */
    const char *state;
} given[] = {
    {0, NULL, "6e A", 20, "waiting"},
    {0, "teacher@demo.example", "CM1", 9, "waiting"},
    {0, "head@demo.example", NULL, 4, "offered"},
    {2, "host@demo.example", "4e C", 15, "waiting"},
    {2, "teacher@demo.example", "CM2", 6, "waiting"},
    {2, NULL, "3e A", 40, "lapsed"},
};

static enum status add_rule(struct demo *d, const struct lab *lab)
{
    struct queue_rule *r = row_new(d->mem, &queue_rule_entity);
    r->lab = lab->row.id;
    r->never_served = 40;
    r->rural = 20;
    r->priority = 20;
    r->distance = 2;
    r->waited = 1;
    r->hours = 48;
    return demo_add(d, &queue_rule_entity, r);
}

static enum status first_free(struct demo *d, const struct lab *lab,
                              struct half *out)
{
    struct half *free;
    size_t n;
    TRY(calendar_next(d->conn, d->mem, lab, d->today + 8, 1, &free, &n));
    out->part = PARTS;
    if (n)
        *out = free[0];
    return OK;
}

static enum status fill_one(struct demo *d, const struct lab *lab,
                            const struct half *h, int64_t space)
{
    struct visit *v = row_new(d->mem, &visit_entity);
    struct slot *s = row_new(d->mem, &slot_entity);
    v->lab = lab->row.id;
    v->year = school_year_of(h->day);
    v->title = "Découvrir le laboratoire";
    v->kind = "discovery";
    v->place = "inside";
    v->asker = "Professeur ou professeure (démo)";
    v->asked = d->today - 30;
    v->state = "confirmed";
    TRY(demo_add(d, &visit_entity, v));
    s->visit = v->row.id;
    s->day = h->day;
    s->part = booking_parts[h->part];
    s->space = space;
    return demo_add(d, &slot_entity, s);
}

static enum status fill(struct demo *d, const struct lab *lab,
                        const struct half *h)
{
    for (;;) {
        int64_t space;
        TRY(room_free(d->conn, lab->row.id, slot_of(h->day, h->part), 0,
                      &space));
        if (space == NONE)
            return OK;
        TRY(fill_one(d, lab, h, space));
    }
}

static enum status add(struct demo *d, const struct lab *lab,
                       const struct half *h, size_t nth)
{
    struct waiter *w = row_new(d->mem, &waiter_entity);
    int64_t held;
    w->lab = lab->row.id;
    w->starts = w->ends = h->day;
    w->part = booking_parts[h->part];
    w->kind = "discovery";
    w->class_label = given[nth].label;
    w->pupils = 22;
    w->asker = "Professeur ou professeure (démo)";
    w->asked = d->today - given[nth].ago;
    w->state = given[nth].state;
    TRY(demo_school_of(d, given[nth].of, lab->bassin, &w->school));
    if (same(w->state, "offered")) {
        w->offer_day = h->day;
        w->offer_part = w->part;
        w->offer_until = ((int64_t)d->today + 3) * DAY_SECONDS;
        TRY(db_int(d->conn,
                   SQL("SELECT count(*) FROM network_visit WHERE school ="
                       " :school AND state = 'held'"),
                   ARGS(arg_int("school", w->school)), &held));
        w->why = held ? "2 points, 1er de 3 : à 12 km (+2)"
                      : "42 points, 1er de 3 : école jamais accueillie (+40),"
                        " à 12 km (+2)";
        TRY(room_free(d->conn, w->lab, slot_of(h->day, h->part), w->pupils,
                      &w->offer_space));
    }
    return demo_add(d, &waiter_entity, w);
}

enum status demo_waiting(struct demo *d, const struct lab *const *labs,
                         size_t n)
{
    for (size_t i = 0; i + 1 < n; i++) /* the last has none */
        TRY(add_rule(d, labs[i]));
    struct half full = {.part = PARTS};
    for (size_t i = 0; i < COUNT(given); i++) {
        const struct lab *lab = labs[given[i].lab];
        struct half h = full;
        const bool waits = same(given[i].state, "waiting");
        if (!i || given[i].lab != given[i - 1].lab || !waits)
            TRY(first_free(d, lab, &h));
        if (h.part == PARTS) /* a summer without any */
            continue;
        if (waits) {
            TRY(fill(d, lab, &h));
            full = h;
        }
        TRY(add(d, lab, &h, i));
    }
    return OK;
}
