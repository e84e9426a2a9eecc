/* The life of the demonstration: gates with their committees, evidence, watch,
 * advice, deployments and what the schools say of them. */
#include "modules/portfolio/demo_life.h"

#include "core/request.h"
#include "i18n/format.h"
#include "modules/portfolio/demo_int.h"

/* The plans of services. */

static enum status plan_skipped(struct demo *d, const struct demo_plan *p,
                                struct project_service *s)
{
    void *project;
    TRY(row_load(d->conn, d->mem, &project_entity, s->project, &reach_all,
                 &project));
    s->starts = ((const struct project *)project)->starts;
    s->state = "skipped";
    s->note = p->note;
    return demo_add(d, &project_service_entity, s);
}

/* The nth time that the project is in that service. */
static enum status add_plan(struct demo *d, const struct demo_plan *p)
{
    struct project_service *s = row_new(d->mem, &project_service_entity);
    void *row;
    int64_t id;
    TRY(demo_project_id(d, p->project, &s->project));
    TRY(demo_id(d, &service_entity, "code", p->service, &s->service));
    if (p->skipped)
        return plan_skipped(d, p, s);
    TRY(db_int(d->conn,
               SQL("SELECT id FROM portfolio_project_service WHERE project ="
                   " :project AND service = :service ORDER BY starts, id"
                   " LIMIT 1 OFFSET :nth"),
               ARGS(arg_int("project", s->project),
                    arg_int("service", s->service), arg_int("nth", p->nth)),
               &id));
    TRY(row_load(d->conn, d->mem, &project_service_entity, id, &reach_all,
                 &row));
    s = row;
    s->team = p->team;
    s->expected = p->expected;
    s->note = p->note;
    if (p->starts.year)
        s->starts = demo_day(d, p->starts);
    if (p->ends.year)
        s->ends = demo_day(d, p->ends);
    return row_update(d->conn, d->mem, &project_service_entity, s,
                      (struct actor){.person = d->by.person});
}

/* Evidence. */

/* A sheet of results that opens, of what the row says. */
static enum status add_sheet(struct demo *d, const char *project,
                             struct evidence *e)
{
    const struct lang *l = lang_default();
    const char *none = "Effet mesuré : inconnu.";
    const char *paragraphs[] = {
        "Document de démonstration.",
        arena_printf(d->mem, "Projet : %s.", project),
        arena_printf(d->mem, "Ce que l’on sait : %s.", e->statement),
        e->unit ? arena_printf(d->mem, "Effet mesuré : %s (de %s à %s) %s.",
                               format_real(d->mem, l, e->effect, 2),
                               format_real(d->mem, l, e->low, 2),
                               format_real(d->mem, l, e->high, 2), e->unit)
                : none,
        arena_printf(d->mem, "Effectif : %s. Niveau de preuve : %s sur 5.",
                     format_int(d->mem, l, e->sample),
                     format_int(d->mem, l, e->level)),
        arena_printf(d->mem, "Limites : %s",
                     e->limits ? e->limits : "non précisées."),
        arena_printf(d->mem, "Source : %s.", e->source),
        NULL};
    return demo_file(d, "fiche-de-resultats.pdf",
                     demo_pdf(d->mem, "Fiche de résultats", paragraphs),
                     &e->file);
}

static enum status add_evidence(struct demo *d, const struct demo_evidence *e)
{
    if (demo_is_to_come(d, e->found))
        return OK;
    struct evidence *row = row_new(d->mem, &evidence_entity);
    TRY(demo_project_id(d, e->project, &row->project));
    row->statement = e->statement;
    row->kind = e->kind;
    row->level = e->level;
    row->sample = e->sample;
    row->limits = e->limits;
    row->source = e->source;
    TRY(demo_work_day(d, e->found, &row->found));
    if (e->effect) {
        char *rest;
        row->effect = strtod(e->effect, &rest);
        row->low = strtod(rest, &rest);
        row->high = strtod(rest, &rest);
        row->unit = rest + 1;
    }
    TRY(add_sheet(d, e->project, row));
    return demo_add(d, &evidence_entity, row);
}

/* Watch and advice. */

static enum status add_link(struct demo *d, struct filiation *f,
                            const char *kind, const char *why)
{
    f->kind = kind;
    f->why = why;
    return demo_add(d, &filiation_entity, f);
}

static enum status add_signal(struct demo *d, const struct demo_signal *s)
{
    struct signal *row = row_new(d->mem, &signal_entity);
    row->title = s->title;
    row->source = s->source;
    row->country = s->country;
    row->language = s->language;
    row->subject = s->subject;
    row->seen = demo_day(d, s->seen);
    row->state = s->state;
    row->state_reason = s->reason;
    TRY(demo_person_id(d, s->follower, &row->follower));
    TRY(demo_add(d, &signal_entity, row));
    if (!s->project)
        return OK;
    struct filiation *f = row_new(d->mem, &filiation_entity);
    f->from_signal = row->row.id;
    f->since = row->seen;
    TRY(demo_project_id(d, s->project, &f->to_project));
    return add_link(d, f, s->link, s->reason);
}

static enum status add_advice(struct demo *d, const struct demo_advice *w,
                              int nth)
{
    struct advice *row = row_new(d->mem, &advice_entity);
    row->need = w->need;
    row->detail = w->detail;
    row->topic = w->topic;
    row->discipline = w->discipline;
    row->level = w->level;
    row->asked = demo_day(d, w->asked);
    row->state = w->state;
    row->answer = w->answer;
    row->outcome = w->outcome;
    if (w->asker) {
        void *person;
        const char *mail = arena_printf(d->mem, "%s@demo.example", w->asker);
        TRY(row_find(d->conn, d->mem, &person_entity, "email", value_cstr(mail),
                     &person));
        row->person = ((const struct person *)person)->row.id;
        row->school = ((const struct person *)person)->school;
    } else {
        row->asker = arena_printf(d->mem, "Personne %d (démo)", nth);
        row->email = arena_printf(d->mem, "personne%d@demo.example", nth);
    }
    TRY(demo_add(d, &advice_entity, row));
    if (!w->project)
        return OK;
    struct filiation *f = row_new(d->mem, &filiation_entity);
    f->from_advice = row->row.id;
    f->since = row->asked;
    TRY(demo_project_id(d, w->project, &f->to_project));
    return add_link(d, f, "fed", NULL);
}

/* What a project leaves to another it leaves on the day of the decision that
 * stopped it; else the other began with it. */
static enum status lineage_since(struct demo *d, const struct filiation *f,
                                 int32_t *out)
{
    int64_t day;
    TRY(db_int(
        d->conn,
        SQL("SELECT coalesce((SELECT max(g.decided_on) FROM"
            " portfolio_gate g WHERE g.project = :from AND g.state ="
            " 'stop'), p.starts) FROM portfolio_project p WHERE p.id ="
            " :to"),
        ARGS(arg_int("from", f->from_project), arg_int("to", f->to_project)),
        &day));
    *out = day == NONE ? NO_DAY : (int32_t)day;
    return OK;
}

/* What projects owe each other. */
static enum status add_lineage(struct demo *d)
{
    static const struct {
        const char *from, *to, *kind, *why;
    } links[] = {
        {"VR et oralité", "Oralité", "merged",
         "Les équipes rejoignent les webradios, qui font progresser autant."},
        {"VR et oralité", "Catalogue et pack VR", "merged",
         "Les casques rejoignent le pack prêté par les laboratoires."},
        {"Blockchain", "Modules d'autoformation sur l'IA (CREIA)", "fed",
         "Les supports sur la confiance et la preuve y sont repris."},
        {"Catalogue et pack VR", "VR, découverte des métiers", "inspired",
         "Le même matériel, d’autres films."},
        {"Bon usage du numérique", "Bon usage du numérique au lycée", "split",
         "Les jeux de collège ne parlaient pas aux lycéens."},
        {"Savoirs fondamentaux - français (Plume)",
         "Savoirs fondamentaux et IA", "fed",
         "La grille d’observation de l’écrit a été reprise."},
    };
    for (size_t i = 0; i < COUNT(links); i++) {
        struct filiation *f = row_new(d->mem, &filiation_entity);
        TRY(demo_project_id(d, links[i].from, &f->from_project));
        TRY(demo_project_id(d, links[i].to, &f->to_project));
        TRY(lineage_since(d, f, &f->since));
        TRY(add_link(d, f, links[i].kind, links[i].why));
    }
    return OK;
}

/* Co-design sessions. */

static enum status add_sessions(struct demo *d)
{
    static const struct {
        const char *project, *title, *outcome;
        int teachers, pupils, researchers, designers;
        struct demo_day held;
    } held[] = {
        {"LyText, CoText", "Choisir les couches d’un texte",
         "Trois couches gardées sur sept : le sens des mots, qui parle, où "
         "l’on est.",
         8, 0, 3, 2, ON(2022, 11, 8)},
        {"ESCALE", "Ce que doit contenir la mallette",
         "Les élèves ont écarté les jeux trop bavards.", 6, 14, 2, 0,
         ON(2023, 10, 18)},
        {"Pack de ressources pour allophones", "Les premiers jours en classe",
         "Le pack s’ouvre sur les lieux de l’école, photographiés par les "
         "élèves.",
         9, 11, 1, 2, ON(2023, 12, 6)},
        {"Accompagnement en territoire de suivi de projets",
         "Une journée d’un coordonnateur",
         "Liste de ce qui est saisi deux fois aujourd’hui.", 0, 0, 0, 3,
         ON(2024, 2, 1)},
        {"Savoirs fondamentaux et IA", "Lire les résultats de MIA Seconde",
         "Un tableau de bord par classe, sans classement des élèves.", 7, 0, 1,
         2, ON(2024, 3, 27)},
    };
    for (size_t i = 0; i < COUNT(held); i++) {
        struct design *s = row_new(d->mem, &design_entity);
        TRY(demo_project_id(d, held[i].project, &s->project));
        s->title = held[i].title;
        s->outcome = held[i].outcome;
        s->held = demo_day(d, held[i].held);
        s->teachers = held[i].teachers;
        s->pupils = held[i].pupils;
        s->researchers = held[i].researchers;
        s->designers = held[i].designers;
        TRY(demo_add(d, &design_entity, s));
    }
    return OK;
}

enum status life_demo(struct demo *d)
{
    for (size_t i = 0; i < demo_plan_count; i++)
        TRY(add_plan(d, &demo_plans[i]));
    for (size_t i = 0; i < demo_evidence_count; i++)
        TRY(add_evidence(d, &demo_evidence[i]));
    TRY(committees_demo(d));
    for (size_t i = 0; i < demo_signal_count; i++)
        TRY(add_signal(d, &demo_signals[i]));
    for (size_t i = 0; i < demo_advice_count; i++)
        TRY(add_advice(d, &demo_advice[i], (int)i + 1));
    TRY(add_lineage(d));
    TRY(add_sessions(d));
    return deployments_demo(d);
}
