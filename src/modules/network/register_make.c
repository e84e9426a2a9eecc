/* An accueil of a register's line: the visit, its half-days and classes, and
 * how it ended. */
#include "core/request.h"
#include "modules/network/register.h"

struct making {
    struct conn *conn;
    struct arena *mem;
    const struct register_line *line;
    struct actor by;
    struct visit *visit;
};

static enum status class_made(struct making *m, const struct register_class *of,
                              bool alone, int64_t *id)
{
    const struct visit *v = m->visit;
    struct class *k = row_new(m->mem, &class_entity);
    k->school = v->school;
    k->year = v->year;
    k->label = of->label;
    if (alone) {
        k->levels = m->line->levels;
        k->headcount = v->present_pupils > 0 ? v->present_pupils : NONE;
    }
    return class_of_label(m->conn, m->mem, k, m->by, id);
}

static enum status visit_made(struct making *m)
{
    const struct register_line *l = m->line;
    struct register_class classes[REGISTER_CLASSES];
    struct linked linked[REGISTER_CLASSES];
    struct visit *v = row_new(m->mem, &visit_entity);
    size_t n;
    const char *why;
    CHECK(!register_classes(m->mem, l, classes, &n) && !register_people(l, v));
    m->visit = v;
    TRY(register_school(m->conn, m->mem, l, &v->school, &why));
    v->lab = l->lab;
    v->year = school_year_of(l->day);
    v->title = register_title(m->mem, l);
    v->kind = l->kind;
    v->place = register_is_outside(l) ? "outside" : "inside";
    v->project = l->project;
    v->class_label = n == 1 ? classes[0].label : NULL;
    v->need = l->need;
    v->stands = l->stands;
    v->asked = l->day;
    v->state = "confirmed";
    for (size_t i = 0; i < n; i++) {
        linked[i] = (struct linked){.weight = 1};
        TRY(class_made(m, &classes[i], n == 1, &linked[i].target));
    }
    TRY(row_insert(m->conn, m->mem, &visit_entity, v, m->by));
    return links_save(m->conn, m->mem,
                      (struct linking){&visit_entity, visit_links, v->row.id},
                      (struct links){linked, n}, m->by);
}

static enum status slots_made(struct making *m)
{
    const struct register_line *l = m->line;
    enum half_day parts[REGISTER_PARTS];
    const size_t n = register_parts(l, parts);
    for (size_t i = 0; i < n; i++) {
        struct slot *s = row_new(m->mem, &slot_entity);
        s->visit = m->visit->row.id;
        s->day = l->day;
        s->part = booking_parts[parts[i]];
        s->override = l->override;
        TRY(register_room(m->conn, m->mem, l, parts[i], &s->space));
        TRY(row_insert(m->conn, m->mem, &slot_entity, s, m->by));
    }
    return OK;
}

/* How it ended, by a step, which the journal keeps. */
static enum status ended(struct making *m)
{
    const char *state = register_state(m->line), *refusal;
    const bool over = m->visit->year < school_year_of(day_today());
    const char *name = same(state, "cancelled") ? "cancel"
                       : same(state, "missed")  ? "miss"
                       : over                   ? "hold_late"
                                                : "hold";
    return step_take(
        m->conn, m->mem, &visit_entity, step_find(&visit_entity, name),
        m->visit, str_of(same(name, "hold") ? "" : m->by.why), m->by, &refusal);
}

enum status register_make(struct conn *c, struct arena *a, const void *line,
                          struct actor by)
{
    struct making m = {.conn = c, .mem = a, .line = line, .by = by};
    TRY(visit_made(&m));
    if (same(register_state(line), "held"))
        TRY(slots_made(&m));
    TRY(ended(&m));
    /* What did not take place keeps nothing. */
    return same(register_state(line), "held") ? OK : slots_made(&m);
}

bool register_late(const void *made)
{
    const struct visit *v = made;
    return v->year < school_year_of(day_of_time(v->row.created_at));
}
