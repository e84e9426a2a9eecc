/* The lines of a register beside each other, before any of them is written: two
 * that tell of the same accueil, and the rooms that those before have taken. */
#include "core/import_seen.h"
#include "modules/network/calendar.h"
#include "modules/network/register.h"

struct weigher {
    struct conn *c;
    struct arena *a;
    const struct register_line *line;
    struct weighing *w;
};

/* What a line says of its accueil: who says the same of the same says nothing
 * new. */
static struct str said_of(struct arena *a, const struct register_line *l,
                          struct str what)
{
    struct visit v = {0};
    struct buf b = {.mem = a};
    (void)register_people(l, &v);
    buf_add(&b, what.p, what.n);
    buf_printf(&b, "\n%s %s", l->part, register_state(l));
    if (same(register_state(l), "held"))
        buf_printf(&b, " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
                   v.present_pupils, v.present_teachers, v.present_parents,
                   v.present_others);
    return buf_done(&b);
}

struct twins {
    struct str what[REGISTER_PARTS]; /* by half-day */
    size_t n;
};

static enum status twins_weigh(const struct weigher *k, struct twins *t)
{
    struct weighing *w = k->w;
    enum half_day parts[REGISTER_PARTS];
    int64_t first = 0;
    t->n = register_parts(k->line, parts);
    for (size_t i = 0; i < t->n; i++) {
        TRY(register_same(k->c, k->a, k->line, parts[i], &t->what[i]));
        if (!first)
            first = seen_line(w->seen, k->a, "accueil", t->what[i]);
    }
    for (size_t i = 0; i < t->n && first; i++)
        w->there |= seen_line(w->seen, k->a, "said",
                              said_of(k->a, k->line, t->what[i])) == first;
    if (first && !w->there)
        w->fault = "network_register.differs";
    return OK;
}

static void twins_keep(const struct weigher *k, const struct twins *t)
{
    for (size_t i = 0; i < t->n; i++) {
        seen_before(k->w->seen, k->a, "accueil", t->what[i], k->w->line);
        seen_before(k->w->seen, k->a, "said",
                    said_of(k->a, k->line, t->what[i]), k->w->line);
    }
}

/* Is the space, or a part of it, another line's then? Else, where it is to be
 * taken, it is this one's. */
static enum status space_weigh(const struct weigher *k, int64_t space,
                               int64_t slot, bool take, bool *taken)
{
    struct hold holds[SPACE_HOLDS];
    size_t n;
    *taken = false;
    TRY(space_holds(k->c, k->a, space, slot, holds, &n));
    for (size_t i = 0; i < n; i++) {
        const struct str key = str_of(
            arena_printf(k->a, "%" PRId64 " %" PRId64, holds[i].thing, slot));
        *taken |= seen_line(k->w->seen, k->a, "space", key) != 0;
        if (take)
            seen_before(k->w->seen, k->a, "space", key, k->w->line);
    }
    return OK;
}

/* The best of those that are left: as room_free says, once the lines before are
 * written. */
static enum status best_weigh(const struct weigher *k, int64_t slot,
                              int64_t people, int64_t *space)
{
    struct free_space free[SPACES_MOST];
    bool taken[SPACES_MOST];
    size_t n;
    TRY(spaces_free(k->c, k->a, k->line->lab, slot, people, free, &n));
    for (size_t i = 0; i < n; i++)
        TRY(space_weigh(k, free[i].id, slot, false, &taken[i]));
    for (size_t i = 0; i < n && *space == NONE; i++) {
        bool whole = false; /* the room of this part is left as a whole */
        for (size_t r = 0; free[i].within != NONE && r < n; r++)
            whole |= free[r].id == free[i].within && !taken[r];
        if (!taken[i] && !whole)
            *space = free[i].id;
    }
    return OK;
}

/* The room that it names, or the best. */
static enum status room_weigh(const struct weigher *k, enum half_day part,
                              int64_t *space)
{
    const struct register_line *l = k->line;
    const int64_t slot = slot_of(l->day, part);
    struct visit who = {0};
    int64_t named;
    bool taken;
    *space = NONE;
    (void)register_people(l, &who);
    if (!l->space)
        return best_weigh(k, slot,
                          who.present_pupils == NONE ? 0 : who.present_pupils,
                          space);
    TRY(register_room(k->c, k->a, l, part, &named));
    TRY(space_weigh(k, named, slot, false, &taken));
    if (!taken || l->override)
        *space = named;
    return OK;
}

/* What did not take place keeps no room. */
static enum status rooms_weigh(const struct weigher *k)
{
    enum half_day parts[REGISTER_PARTS];
    const size_t n = register_parts(k->line, parts);
    int64_t spaces[REGISTER_PARTS];
    bool taken;
    if (register_is_outside(k->line) || !same(register_state(k->line), "held"))
        return OK;
    for (size_t i = 0; i < n; i++) {
        TRY(room_weigh(k, parts[i], &spaces[i]));
        if (spaces[i] == NONE) {
            k->w->field = "space";
            k->w->fault = "network_register.no_room";
            return OK;
        }
    }
    for (size_t i = 0; i < n; i++)
        TRY(space_weigh(k, spaces[i], slot_of(k->line->day, parts[i]), true,
                        &taken));
    return OK;
}

/* Of a school year of which no holidays are loaded no day is closed by them: it
 * is told once. */
static enum status year_weigh(const struct weigher *k)
{
    const struct register_line *l = k->line;
    const int year = school_year_of(l->day);
    const char *text = school_year_text(k->a, year);
    int64_t known;
    TRY(db_int(k->c,
               SQL("SELECT count(*) FROM booking_closure k JOIN network_lab l"
                   " ON l.id = :lab WHERE k.kind = 'holidays' AND"
                   " coalesce(k.zone, l.zone) = l.zone AND k.ends >= :first AND"
                   " k.starts <= :last"),
               ARGS(arg_int("lab", l->lab),
                    arg_day("first", school_year_first(year)),
                    arg_day("last", school_year_last(year))),
               &known));
    if (known ||
        seen_before(k->w->seen, k->a, "holidays", str_of(text), k->w->line))
        return OK;
    k->w->field = "day";
    k->w->note = "network_register.year_unknown";
    k->w->said = text;
    return OK;
}

enum status register_weigh(struct conn *c, struct arena *a, const void *line,
                           struct weighing *w)
{
    const struct weigher k = {c, a, line, w};
    struct twins twins;
    TRY(twins_weigh(&k, &twins));
    if (!w->fault && !w->there)
        TRY(rooms_weigh(&k));
    if (!w->fault && !w->there)
        twins_keep(&k, &twins);
    return w->fault || register_is_outside(line) ? OK : year_weigh(&k);
}
