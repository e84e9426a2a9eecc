/* An accueil that took place before it was entered: its form says who was
 * there, and nothing is left to be pressed; else its page says what is. */
#include "core/request.h"
#include "modules/network/routes.h"
#include "modules/network/visit.h"

static const char *const past_steps[] = {"confirm", "hold"};

/* *why: what keeps it from being confirmed and held by that person, a label
 * key; NULL: nothing. */
static enum status past_open(struct conn *c, struct arena *a,
                             const struct visit *v, int64_t person,
                             const char **why)
{
    bool unsure;
    *why = NULL;
    for (size_t i = 0; i < COUNT(past_steps) && !*why; i++)
        *why = step_refusal(c, a, step_find(&visit_entity, past_steps[i]), v,
                            person, NULL);
    if (*why && same(*why, UNANSWERED))
        return ERR_BUSY;
    if (*why && !same(*why, "network_visit.nobody_counted"))
        return OK;
    TRY(visit_class_unsure(c, a, v, &unsure));
    if (unsure)
        *why = "network_visit.class_unsure";
    return OK;
}

enum status visit_past_alert(struct req *r, const char **alert)
{
    const struct visit *v = r->row;
    const char *why;
    int64_t last;
    TRY(db_int(r->conn,
               SQL("SELECT max(day) FROM network_slot WHERE visit = :visit"),
               ARGS(arg_int("visit", v->row.id)), &last));
    /* Today it is over once somebody was counted. */
    if (!same(v->state, "asked") || last == NONE ||
        last >= day_today() + visit_is_counted(v))
        return OK;
    TRY(past_open(r->conn, r->mem, v, r->who->person, &why));
    if (!may(r->who, "network.receive") ||
        (why && same(why, "network_visit.other_lab"))) {
        *alert = tr(r->lang, "network.past_awaited");
        return OK;
    }
    const char *more = !why ? *alert
                       : same(why, "network_visit.nobody_counted")
                           ? *alert
                           : tr(r->lang, why);
    *alert = arena_printf(r->mem, "%s%s%s", tr(r->lang, "network.past_asked"),
                          more ? " " : "", more ? more : "");
    return OK;
}

/* Whoever may not confirm it, or has to say which class is meant or why a year
 * that is over changes, finds it asked for, as ever. */
enum status visit_entered(struct conn *c, struct arena *a, int64_t id,
                          struct actor by)
{
    const char *refusal, *why;
    void *row;
    TRY(row_load(c, a, &visit_entity, id, &reach_all, &row));
    const struct visit *v = row;
    if (!same(v->state, "asked") || !visit_is_counted(v))
        return OK;
    TRY(past_open(c, a, v, by.person, &why));
    by.tells = true; /* who was there need not be told that they may come */
    for (size_t i = 0; i < COUNT(past_steps) && !why; i++)
        TRY(step_take(c, a, &visit_entity,
                      step_find(&visit_entity, past_steps[i]), row, STR(""), by,
                      &refusal));
    return OK;
}
