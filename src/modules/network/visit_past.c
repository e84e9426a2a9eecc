/* An accueil that took place before it was entered: its form says who was
 * there, and nothing is left to be pressed. */
#include "core/request.h"
#include "modules/network/visit.h"

/* Whoever may not confirm it, or has to say which class is meant or why a year
 * that is over changes, finds it asked for, as ever. */
enum status visit_entered(struct conn *c, struct arena *a, int64_t id,
                          struct actor by)
{
    static const char *const steps[] = {"confirm", "hold"};
    const char *refusal;
    void *row;
    bool open;
    TRY(row_load(c, a, &visit_entity, id, &reach_all, &row));
    const struct visit *v = row;
    if (!same(v->state, "asked") || !visit_is_counted(v))
        return OK;
    TRY(visit_class_unsure(c, a, v, &open));
    for (size_t i = 0; i < COUNT(steps) && !open; i++) {
        refusal = step_refusal(c, a, step_find(&visit_entity, steps[i]), row,
                               by.person, NULL);
        open = refusal != NULL;
        if (open && same(refusal, UNANSWERED))
            return ERR_BUSY;
    }
    by.tells = true; /* who was there need not be told that they may come */
    for (size_t i = 0; i < COUNT(steps) && !open; i++)
        TRY(step_take(c, a, &visit_entity, step_find(&visit_entity, steps[i]),
                      row, STR(""), by, &refusal));
    return OK;
}
