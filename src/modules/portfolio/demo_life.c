/* The life of the demonstration: gates with their committees, evidence, watch,
 * advice, deployments and what the schools say of them. */
#include "modules/portfolio/demo_life.h"

#include "core/request.h"
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

/* A sheet of results that opens. */
static enum status add_sheet(struct demo *d, const struct demo_evidence *e,
                             int64_t *file)
{
    struct buf b = {.mem = d->mem};
    buf_printf(&b,
               "Fiche de résultats (démonstration)\n\nProjet : %s\n"
               "Ce que l’on sait : %s.\nNiveau de preuve : %d sur 5\n"
               "Effectif : %d\n",
               e->project, e->statement, e->level, e->sample);
    if (e->effect)
        buf_printf(&b, "Effet, bornes, unité : %s\n", e->effect);
    buf_printf(&b, "Limites : %s\nSource : %s\n",
               e->limits ? e->limits : "non précisées", e->source);
    return demo_file(d, "fiche-de-resultats.txt", buf_done(&b), file);
}

static enum status add_evidence(struct demo *d, const struct demo_evidence *e)
{
    struct evidence *row = row_new(d->mem, &evidence_entity);
    TRY(demo_project_id(d, e->project, &row->project));
    row->statement = e->statement;
    row->kind = e->kind;
    row->level = e->level;
    row->sample = e->sample;
    row->limits = e->limits;
    row->source = e->source;
    row->found = demo_day(d, e->found);
    TRY(add_sheet(d, e, &row->file));
    if (e->effect) {
        char *rest;
        row->effect = strtod(e->effect, &rest);
        row->low = strtod(rest, &rest);
        row->high = strtod(rest, &rest);
        row->unit = rest + 1;
    }
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
    TRY(demo_project_id(d, w->project, &f->to_project));
    return add_link(d, f, "fed", NULL);
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
        TRY(add_link(d, f, links[i].kind, links[i].why));
    }
    return OK;
}

/* Deployments. */

static const struct {
    const char *project, *tool, *kinds;
    int every; /* one school in so many */
    struct demo_day starts;
} spread[] = {
    {"Savoirs fondamentaux et IA", "MIA Seconde", "lycee lycee_pro lycee_poly",
     1, ON(2024, 5, 15)},
    {"Inclusion et outils numériques", "Cantoo", "college elementaire", 7,
     ON(2024, 9, 16)},
    {"LyText, CoText", "LyText", "college", 2, ON(2023, 9, 18)},
    {"Catalogue et pack VR", "Pack VR", "college lycee", 5, ON(2023, 10, 2)},
    {"LaboArts numérique", "Valise LaboArts", "college", 6, ON(2024, 10, 7)},
    {"Ambassadeurs du numérique (ADN)", "Groupe d’ambassadeurs",
     "college lycee", 6, ON(2024, 9, 30)},
    {"Oralité", "Studio mobile", "elementaire primaire", 9, ON(2023, 9, 25)},
    {"VR, découverte des métiers", "Films des métiers", "college lycee_pro", 4,
     ON(2024, 10, 14)},
};

static const char *abandons[] = {
    "Le professeur qui portait l’usage a changé d’établissement.",
    "Le réseau de l’établissement ne suit pas à vingt-huit postes.",
    "L’équipe préfère l’outil qu’elle avait déjà.",
    "Personne n’a pu être libéré pour la formation.",
};

static const char *deployed_state(struct demo *d, int32_t starts)
{
    if (starts > d->today)
        return "planned";
    uint32_t chance = demo_random(d, 100);
    return chance < 7 ? "abandoned" : chance < 12 ? "configured" : "in_use";
}

static enum status add_feedback(struct demo *d, const struct deployment *row,
                                int nth)
{
    static const char *const said[] = {
        "Les élèves s’y mettent sans qu’on le leur demande.",
        "Bien pour la remédiation, moins pour la classe entière.",
        "Il nous faudrait une heure de formation de plus.",
        "Les comptes ont tardé, l’usage a commencé en novembre.",
    };
    struct feedback *f = row_new(d->mem, &feedback_entity);
    f->deployment = row->row.id;
    f->role = nth % 3 ? "teacher" : "head";
    f->given = row->starts + 35 > d->today ? d->today : row->starts + 35;
    f->use = nth % 4 == 2 ? "rarely" : nth % 4 == 3 ? "daily" : "weekly";
    f->useful = 3 + nth % 3;
    f->goes_on = nth % 4 == 2 ? UNKNOWN : YES;
    f->text = said[nth % 4];
    if (nth % 4 == 2)
        f->obstacles = "Le temps de prise en main";
    return demo_add(d, &feedback_entity, f);
}

static enum status add_deployment(struct demo *d, size_t of, int64_t project,
                                  int64_t school, int nth)
{
    struct deployment *row = row_new(d->mem, &deployment_entity);
    row->project = project;
    row->school = school;
    row->tool = spread[of].tool;
    row->starts = demo_day(d, spread[of].starts) + nth % 4 * 30 * (of > 0);
    row->state = deployed_state(d, row->starts);
    row->support = "Assistance académique (démo)";
    if (same(row->state, "abandoned")) {
        row->reason = abandons[demo_random(d, COUNT(abandons))];
        row->ends = row->starts + 60;
    }
    TRY(demo_add(d, &deployment_entity, row));
    if (nth == 0) {
        struct filiation *f = row_new(d->mem, &filiation_entity);
        f->from_project = project;
        f->to_deployment = row->row.id;
        TRY(add_link(d, f, "deployed_as", "Premier établissement livré."));
    }
    return nth % 5 == 1 && same(row->state, "in_use")
               ? add_feedback(d, row, nth)
               : OK;
}

/* Whoever comes in as a head or a teacher finds something to answer. */
static enum status add_awaited(struct demo *d)
{
    static const char *const who[] = {"head", "teacher"};
    for (size_t i = 0; i < COUNT(who); i++) {
        void *person;
        const char *mail = arena_printf(d->mem, "%s@demo.example", who[i]);
        struct deployment *row = row_new(d->mem, &deployment_entity);
        TRY(row_find(d->conn, d->mem, &person_entity, "email", value_cstr(mail),
                     &person));
        TRY(demo_project_id(d, "Inclusion et outils numériques",
                            &row->project));
        row->school = ((const struct person *)person)->school;
        row->tool = "MYdys";
        row->starts = demo_day(d, (struct demo_day){0, 0, -60});
        row->state = "in_use";
        row->support = "Assistance académique (démo)";
        TRY(demo_add(d, &deployment_entity, row));
    }
    return OK;
}

static enum status add_deployments(struct demo *d)
{
    for (size_t i = 0; i < COUNT(spread); i++) {
        struct rows *r;
        int64_t project;
        int seen = 0, nth = 0;
        TRY(demo_project_id(d, spread[i].project, &project));
        TRY(db_rows(d->conn, d->mem,
                    SQL("SELECT id, kind FROM directory_school ORDER BY id"),
                    NO_ARGS, &r));
        while (rows_next(r))
            if (word_in(spread[i].kinds, row_text(r, 1)) &&
                seen++ % spread[i].every == 0)
                TRY(add_deployment(d, i, project, row_int(r, 0), nth++));
        TRY(rows_end(r));
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
    TRY(add_deployments(d));
    return add_awaited(d);
}
