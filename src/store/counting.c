/*
 * A school year that is over keeps its figures: what they read of a row is
 * changed by a correction only, whose reason the journal keeps. See
 * docs/decisions/0013-corrections.md.
 */
#include "store/engine.h"
#include "store/row.h"

#include <limits.h>

/* Years that are over and on whose last day a row stands; none where last is
 * before first. */
struct stay {
    int first, last;
};

static int closed(void)
{
    return school_year_of(day_today()) - 1;
}

static int32_t day_at(const struct entity *e, const char *name, const void *row)
{
    const struct value v = name ? field_get(entity_field(e, name), row)
                                : (struct value){.type = V_NULL};
    return v.type == V_NULL ? NO_DAY : (int32_t)v.i;
}

static struct stay stay_of(const struct entity *e, const void *row)
{
    const int32_t from = row ? day_at(e, e->counting->from, row) : NO_DAY,
                  until = row ? day_at(e, e->counting->until, row) : NO_DAY;
    struct stay s = {from == NO_DAY ? INT_MIN : school_year_of(from), closed()};
    if (!row)
        return (struct stay){INT_MAX, INT_MIN};
    if (until == NO_DAY)
        return s;
    const int year = school_year_of(until);
    const int last = until == school_year_last(year) ? year : year - 1;
    if (last < s.last)
        s.last = last;
    return s;
}

static bool is_none(struct stay s)
{
    return s.last < s.first;
}

static bool stays_alike(struct stay a, struct stay b)
{
    return is_none(a) ? is_none(b)
                      : !is_none(b) && a.first == b.first && a.last == b.last;
}

/* Is what figures read of it, besides when it stands, the same in both? */
static bool reads_alike(const struct entity *e, const void *before,
                        const void *after)
{
    for (const struct field *f = e->fields; e->counting->fields && f->name; f++)
        if (word_in(e->counting->fields, f->name) &&
            !value_same(field_get(f, before), field_get(f, after)))
            return false;
    return true;
}

/* On its first day a row is as it came. */
static bool is_of_today(const void *row)
{
    return day_of_time(((const struct row *)row)->created_at) == day_today();
}

static bool moves(const struct entity *e, const void *before, const void *after)
{
    if (!e->counting || is_of_today(before ? before : after))
        return false;
    if (!before || !after)
        return !e->counting->by_others &&
               !is_none(stay_of(e, before ? before : after));
    const struct stay was = stay_of(e, before);
    return !stays_alike(was, stay_of(e, after)) ||
           (was.first <= closed() && !reads_alike(e, before, after));
}

const char *counting_fault(const struct entity *e, const void *row,
                           const char **field)
{
    const struct counting *k = e->counting;
    if (!k || !k->from || !k->until)
        return NULL;
    const int32_t from = day_at(e, k->from, row),
                  until = day_at(e, k->until, row);
    if (from == NO_DAY || until == NO_DAY || from <= until)
        return NULL;
    *field = k->until;
    return "core.ends_before_it_begins";
}

bool row_counted(const struct entity *e, const void *row)
{
    return e->counting && !is_of_today(row) && !is_none(stay_of(e, row));
}

bool row_corrects(const struct entity *e, const void *before, const void *after)
{
    return moves(e, before, after);
}

enum status journal_correction(struct conn *c, struct arena *a,
                               const struct entity *e, int64_t id,
                               const char *what, struct actor by)
{
    struct buf detail = {.mem = a};
    struct json j = {.out = &detail};
    json_object(&j, NULL);
    json_cstr(&j, "what", what);
    json_cstr(&j, "reason", by.why);
    json_end_object(&j);
    return journal_add(c, a, by.person, e, id, "correction", buf_done(&detail));
}

enum status counting_keep(struct conn *c, struct arena *a,
                          const struct entity *e, const void *before,
                          const void *after, struct actor by)
{
    if (!moves(e, before, after))
        return OK;
    if (by.why)
        return journal_correction(
            c, a, e, ((const struct row *)(before ? before : after))->id,
            !after    ? "delete"
            : !before ? "restore"
                      : "update",
            by);
    snprintf(c->refusal, sizeof(c->refusal), "closed");
    return ERR_CONFLICT;
}
