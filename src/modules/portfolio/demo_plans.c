/* The plans of the services that projects with gates are in: who sees to it by
 * role, what is expected, what is to be known; and services skipped, and why.
 */
#include "modules/portfolio/demo_life.h"

static const struct {
    const char *project, *service, *state, *team, *expected, *note;
} plans[] = {
    {"Savoirs fondamentaux et IA", "deployment", "current",
     "Équipe projet, 6 inspecteurs et l’assistance académique",
     "MIA Seconde ouverte dans tous les lycées ; huit classes de seconde sur "
     "dix y reviennent chaque semaine ; une réponse en deux jours.",
     "Étude d’impact prévue l’année suivante."},
    {"Inclusion et outils numériques", "deployment", "current",
     "Enseignants référents et 2 mi-temps du laboratoire",
     "Toutes les unités localisées qui le demandent sont équipées ; six "
     "robots prêtés, chacun accueilli par une personne nommée.",
     "Délai de remplacement d’un robot à fixer."},
    {"LyText, CoText", "deployment", "current",
     "Laboratoire partenaire et 18 professeurs de lettres",
     "Un collège sur deux lit au moins quatre textes enrichis dans l’année.",
     "Les textes sont livrés enrichis."},
    {"Ambassadeurs du numérique (ADN)", "deployment", "current",
     "3 coordonnateurs et les référents numériques",
     "Un groupe d’ambassadeurs dans un établissement sur six, formé avant "
     "la Toussaint.",
     NULL},
    {"Oralité", "prototype", "skipped", NULL, NULL,
     "Les studios mobiles existaient déjà : rien à fabriquer."},
    {"Ambassadeurs du numérique (ADN)", "prototype", "skipped", NULL, NULL,
     "Le projet repose sur des élèves, non sur un outil."},
};

static enum status add_plan(struct demo *d, size_t i)
{
    void *project, *service, *row;
    int64_t id;
    TRY(row_find(d->conn, d->mem, &project_entity, "name",
                 value_cstr(plans[i].project), &project));
    TRY(row_find(d->conn, d->mem, &service_entity, "code",
                 value_cstr(plans[i].service), &service));
    const struct project *p = project;
    const struct service *of = service;
    TRY(db_int(
        d->conn,
        SQL("SELECT max(id) FROM portfolio_project_service WHERE project"
            " = :project AND service = :service"),
        ARGS(arg_int("project", p->row.id), arg_int("service", of->row.id)),
        &id));
    bool skipped = same(plans[i].state, "skipped");
    if (skipped != (id == NONE)) /* it is elsewhere on its way */
        return OK;
    row = row_new(d->mem, &project_service_entity);
    if (!skipped)
        TRY(row_load(d->conn, d->mem, &project_service_entity, id, &reach_all,
                     &row));
    struct project_service *s = row;
    s->team = plans[i].team;
    s->expected = plans[i].expected;
    s->note = plans[i].note;
    if (!skipped)
        return row_update(d->conn, d->mem, &project_service_entity, s,
                          (struct actor){d->by.person, 0});
    s->project = p->row.id;
    s->service = of->row.id;
    s->starts = p->starts;
    s->state = "skipped";
    return demo_add(d, &project_service_entity, s);
}

enum status plans_demo(struct demo *d)
{
    for (size_t i = 0; i < COUNT(plans); i++)
        TRY(add_plan(d, i));
    return OK;
}
