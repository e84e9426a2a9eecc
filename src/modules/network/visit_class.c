/* The classes of a visit: those that a label names, found at its school or
 * made.
 */
#include "modules/network/people.h"

enum { CLASSES_MOST = 10 }; /* of a visit */
const struct link visit_links[] = {
    {.name = "classes",
     .target = &class_entity,
     .most = CLASSES_MOST,
     .rare = true,
     .near = "school"},
    {0},
};

static enum status class_find(struct conn *c, struct arena *a,
                              const struct class *k, struct str label,
                              int64_t *id)
{
    return db_int(c,
                  SQL("SELECT id FROM directory_class WHERE school = :school"
                      " AND year = :year AND key = :key"),
                  ARGS(arg_int("school", k->school), arg_int("year", k->year),
                       arg_text("key", class_key(a, label))),
                  id);
}

enum status class_of_label(struct conn *c, struct arena *a, struct class *k,
                           struct actor by, int64_t *id)
{
    TRY(class_find(c, a, k, str_of(k->label), id));
    if (*id != NONE)
        return OK;
    class_tell(a, k);
    TRY(row_insert(c, a, &class_entity, k, by));
    *id = k->row.id;
    return OK;
}

struct joining {
    struct conn *c;
    struct arena *a;
    const struct visit *v;
    struct actor by;
    struct linked all[CLASSES_MOST];
    size_t n;
};

static struct class *class_asked(const struct joining *k, struct str label)
{
    struct class *one = row_new(k->a, &class_entity);
    one->school = k->v->school;
    one->year = k->v->year;
    one->label = str_dup(k->a, label);
    return one;
}

/* Each class once; what a label names that is none is left out. */
static enum status class_join(struct joining *k, struct str label, bool alone)
{
    struct linked one = {.weight = 1};
    struct class *of = class_asked(k, label);
    if (!class_key(k->a, label).n || k->n == CLASSES_MOST)
        return OK;
    if (alone && k->v->pupils >= 1 && k->v->pupils <= CLASS_PEOPLE)
        of->headcount = k->v->pupils;
    TRY(class_of_label(k->c, k->a, of, k->by, &one.target));
    for (size_t i = 0; i < k->n; i++)
        if (k->all[i].target == one.target)
            return OK;
    k->all[k->n++] = one;
    return OK;
}

/* "4e A/4e B" is two classes where the school has both of them, and "CM1/CM2"
 * one where it has not. */
static enum status classes_between(struct joining *k, struct str label,
                                   bool alone)
{
    struct str parts[CLASSES_MOST], rest = label, part;
    struct class *of = class_asked(k, label);
    int64_t id;
    size_t n = 0;
    TRY(class_find(k->c, k->a, of, label, &id));
    while (id == NONE && n < CLASSES_MOST && str_next(&rest, '/', &part)) {
        TRY(class_find(k->c, k->a, of, part = str_trim(part), &id));
        if (id == NONE || !part.n)
            return class_join(k, label, alone);
        parts[n++] = part;
        id = NONE;
    }
    for (size_t i = 0; i < n; i++)
        TRY(class_join(k, parts[i], false));
    return n ? OK : class_join(k, label, alone);
}

enum status visit_class_joins(struct conn *c, struct arena *a,
                              const struct visit *v, struct actor by)
{
    const struct linking of = {&visit_entity, visit_links, v->row.id};
    struct joining k = {.c = c, .a = a, .v = v, .by = by};
    struct str labels[CLASSES_MOST];
    struct links there;
    int64_t whole;
    if (!v->class_label || v->school == NONE)
        return OK;
    TRY(links_load(c, a, of, &there));
    if (there.n)
        return OK;
    /* The school may have one of that very name: "CE1 et CE2". */
    labels[0] = str_of(v->class_label);
    size_t n = 1;
    TRY(class_find(c, a, class_asked(&k, labels[0]), labels[0], &whole));
    if (whole == NONE)
        n = labels_part(v->class_label, labels, CLASSES_MOST);
    for (size_t i = 0; i < n && i < CLASSES_MOST; i++)
        TRY(classes_between(&k, labels[i], n == 1));
    return links_save(c, a, of, (struct links){k.all, k.n}, by);
}
