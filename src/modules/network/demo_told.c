/* Around the living year's visits of three laboratories: agreements of heads
 * given, awaited and refused, what was said afterwards, a sheet for the way
 * there, and the mails of these days. */
#include "modules/network/demo_int.h"

#include "modules/network/agree.h"

enum { VISITS = 60 };

struct shown_visit {
    int64_t id, school;
    int32_t day;
    const char *state, *mail;
};

static enum status agreement_add(struct demo *d, const struct shown_visit *v,
                                 const char *state, const char *reason)
{
    struct agreement *g = row_new(d->mem, &agreement_entity);
    g->visit = v->id;
    g->name = "Directrice ou directeur (démo)";
    g->email = v->mail;
    g->asked = d->today - 2;
    g->state = state;
    g->state_reason = reason;
    return demo_add(d, &agreement_entity, g);
}

static enum status outing_add(struct demo *d, const struct shown_visit *v)
{
    struct outing *o = row_new(d->mem, &outing_entity);
    o->visit = v->id;
    o->leaves = "8 h 20, devant le portail";
    o->returns = "11 h 50, avant la cantine";
    o->adults = 3;
    o->transport = "coach";
    o->carrier = "Autocars de la vallée (démo)";
    o->cost = 18500;
    o->paid_by = "Coopérative scolaire";
    o->meal = "à la cantine, au retour";
    o->needs = "Un fauteuil roulant : car avec rampe. Deux PAI, trousses dans"
               " le sac de l’enseignante.";
    return demo_add(d, &outing_entity, o);
}

static enum status review_add(struct demo *d, const struct shown_visit *v,
                              size_t nth)
{
    static const struct {
        const char *went, *other, *blocked;
    } said[] = {
        {"well", NULL, NULL},
        {"partly", "Nos propres tablettes",
         "Le réseau a coupé vingt minutes : les tablettes ne voyaient plus "
         "l’imprimante."},
        {"well", NULL, "Une heure de plus aurait permis de finir le montage."},
    };
    struct review *w = row_new(d->mem, &review_entity);
    w->visit = v->id;
    w->went = said[nth % COUNT(said)].went;
    w->other = said[nth % COUNT(said)].other;
    w->blocked = said[nth % COUNT(said)].blocked;
    w->answered = v->day + 1;
    return demo_add(d, &review_entity, w);
}

static enum status visits_load(struct demo *d, struct shown_visit *out,
                               size_t *n)
{
    struct rows *rows;
    TRY(db_rows(d->conn, d->mem,
                SQL("SELECT v.id, v.school, max(s.day), v.state, e.mail FROM"
                    " network_visit v JOIN network_slot s ON s.visit = v.id"
                    " JOIN directory_school e ON e.id = v.school WHERE v.email"
                    " IS NOT NULL GROUP BY v.id, v.school, v.state, e.mail"
                    " ORDER BY v.id LIMIT :most"),
                ARGS(arg_int("most", VISITS)), &rows));
    for (*n = 0; rows_next(rows); ++*n)
        out[*n] = (struct shown_visit){row_int(rows, 0), row_int(rows, 1),
                                       row_day(rows, 2), row_text(rows, 3),
                                       row_text(rows, 4)};
    return rows_end(rows);
}

/* Of those that are asked, the first waits, the second has it, the third is
 * refused, and so on. */
static enum status add_for(struct demo *d, const struct shown_visit *v,
                           size_t *asked, size_t *held, size_t *outings)
{
    static const char *const states[] = {"asked", "agreed", "refused"};
    if (same(v->state, "asked")) {
        const char *state = states[(*asked)++ % COUNT(states)];
        return agreement_add(d, v, state,
                             same(state, "refused")
                                 ? "La classe part déjà deux fois ce mois-là."
                                 : NULL);
    }
    if (same(v->state, "held") && v->day < d->today)
        return ++*held % 2 ? review_add(d, v, *held) : OK;
    if (v->day <= d->today)
        return OK;
    TRY(agreement_add(d, v, "agreed", NULL));
    return (*outings)++ < 3 ? outing_add(d, v) : OK;
}

enum status demo_told(struct demo *d)
{
    struct shown_visit visits[VISITS];
    size_t n, asked = 0, held = 0, outings = 0;
    TRY(visits_load(d, visits, &n));
    for (size_t i = 0; i < n; i++)
        TRY(add_for(d, &visits[i], &asked, &held, &outings));
    return reminders_write(d->conn, d->mem, d->today);
}
