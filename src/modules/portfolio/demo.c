/*
 * The portfolio's part of the demonstration: the strategy and the offer as the
 * brochure prints them, and its 23 projects, each somewhere between a first
 * look and its deployment, in the closed year and today.
 */
#include "i18n/lang.h"
#include "modules/portfolio/demo_int.h"
#include "modules/portfolio/demo_life.h"
#include "modules/portfolio/services.h"

struct ids {
    int64_t axes[3], objectives[12], policies[6], services[SERVICES];
};

/* Labels: the same texts are said in English. */
static const struct {
    const char *name, *aim, *objectives[4];
} axes[3] = {
    {"portfolio.given.axis.success",
     "portfolio.given.axis.success.aim",
     {"portfolio.given.objective.fundamentals",
      "portfolio.given.objective.emerging",
      "portfolio.given.objective.resources",
      "portfolio.given.objective.watch"}},
    {"portfolio.given.axis.everyone",
     "portfolio.given.axis.everyone.aim",
     {"portfolio.given.objective.calls", "portfolio.given.objective.inclusion",
      "portfolio.given.objective.families",
      "portfolio.given.objective.spaces"}},
    {"portfolio.given.axis.staff",
     "portfolio.given.axis.staff.aim",
     {"portfolio.given.objective.training", "portfolio.given.objective.advice",
      "portfolio.given.objective.experts",
      "portfolio.given.objective.innovation"}},
};

static const struct {
    const char *code, *name, *brief;
} policies[6] = {
    {"fondamentaux", "portfolio.given.policy.fondamentaux",
     "portfolio.given.policy.fondamentaux.brief"},
    {"harcelement", "portfolio.given.policy.harcelement",
     "portfolio.given.policy.harcelement.brief"},
    {"terrain", "portfolio.given.policy.terrain",
     "portfolio.given.policy.terrain.brief"},
    {"eac", "portfolio.given.policy.eac", "portfolio.given.policy.eac.brief"},
    {"inclusion", "portfolio.given.policy.inclusion",
     "portfolio.given.policy.inclusion.brief"},
    {"lycee_pro", "portfolio.given.policy.lycee_pro",
     "portfolio.given.policy.lycee_pro.brief"},
};

static enum status add_strategy(struct demo *d, struct ids *ids)
{
    for (size_t i = 0; i < COUNT(axes); i++) {
        struct axis *x = row_new(d->mem, &axis_entity);
        x->position = (int64_t)i + 1;
        x->name = tr(lang_default(), axes[i].name);
        x->aim = tr(lang_default(), axes[i].aim);
        TRY(demo_add(d, &axis_entity, x));
        ids->axes[i] = x->row.id;
        for (size_t k = 0; k < COUNT(axes[i].objectives); k++) {
            struct objective *o = row_new(d->mem, &objective_entity);
            o->axis = x->row.id;
            o->position = (int64_t)k + 1;
            o->name = tr(lang_default(), axes[i].objectives[k]);
            TRY(demo_add(d, &objective_entity, o));
            ids->objectives[4 * i + k] = o->row.id;
        }
    }
    for (size_t i = 0; i < COUNT(policies); i++) {
        struct policy *p = row_new(d->mem, &policy_entity);
        p->code = policies[i].code;
        p->name = tr(lang_default(), policies[i].name);
        p->brief = tr(lang_default(), policies[i].brief);
        p->position = p->colour = (int64_t)i + 1;
        TRY(demo_add(d, &policy_entity, p));
        ids->policies[i] = p->row.id;
    }
    return OK;
}

static enum status add_offer(struct demo *d, struct ids *ids)
{
    static const struct {
        const char *name, *summary;
    } programmes[] = {
        {"CNR « Notre école, faisons-la ensemble »",
         "Projets nés de la concertation dans les écoles et les "
         "établissements, soutenus par le fonds d’innovation pédagogique."},
        {"Territoires numériques éducatifs (TNE)",
         "Équipement, ressources, formation et accompagnement des familles "
         "dans les départements retenus, dont les Vosges."},
        {"Erasmus+", "Coopération et mobilité européennes en éducation."},
        {"Ambition 21", NULL},
    };
    TRY(services_begin(d->conn, d->mem));
    for (size_t i = 0; i < SERVICES; i++) {
        void *found;
        TRY(row_find(d->conn, d->mem, &service_entity, "code",
                     value_cstr(services[i].code), &found));
        ids->services[i] = ((struct row *)found)->id;
    }
    for (size_t i = 0; i < COUNT(programmes); i++) {
        struct programme *p = row_new(d->mem, &programme_entity);
        p->name = programmes[i].name;
        p->summary = programmes[i].summary;
        TRY(demo_add(d, &programme_entity, p));
    }
    return OK;
}

static size_t service_place(struct str code)
{
    size_t i = 0;
    while (i < SERVICES && !str_eq(code, services[i].code))
        i++;
    CHECK(i < SERVICES);
    return i;
}

/* The id of a row by its code, which must be there. */
static enum status find(struct demo *d, const struct entity *e,
                        const char *field, const char *code, int64_t *id)
{
    void *row;
    TRY(row_find(d->conn, d->mem, e, field, value_cstr(code), &row));
    *id = ((struct row *)row)->id;
    return OK;
}

static enum status add_passage(struct demo *d, const struct ids *ids,
                               int64_t project, size_t service, int32_t starts,
                               int32_t ends, const char *state)
{
    struct project_service *s = row_new(d->mem, &project_service_entity);
    s->project = project;
    s->service = ids->services[service];
    s->starts = starts;
    s->ends = ends;
    s->state = state;
    return demo_add(d, &project_service_entity, s);
}

/* Several services share a span of time, one after the other. */
static enum status add_passages(struct demo *d, const struct ids *ids,
                                int64_t project, const char *codes,
                                int32_t starts, int32_t ends)
{
    struct str rest = str_of(codes), code;
    int32_t many = 1, i = 0;
    for (const char *p = codes; *p; p++)
        many += *p == ' ';
    for (; str_next(&rest, ' ', &code); i++)
        TRY(add_passage(d, ids, project, service_place(code),
                        starts + (ends + 1 - starts) * i / many,
                        starts + (ends + 1 - starts) * (i + 1) / many - 1,
                        "done"));
    return OK;
}

static enum status add_life(struct demo *d, const struct ids *ids, int64_t id,
                            const struct demo_project *p)
{
    const int32_t living = p->since_2024 ? day_of(2024, 9, 1) : demo_living(d);
    TRY(add_passages(d, ids, id, p->before, day_of(2022, 9, 1),
                     day_of(2023, 8, 31)));
    TRY(add_passages(d, ids, id, p->closed, day_of(2023, 9, 1), living - 1));
    int32_t day;
    if (p->stopped) {
        TRY(demo_work_day(d, (struct demo_day)AWAY(p->stopped), &day));
        return add_passage(d, ids, id, service_place(str_of(p->living)), living,
                           day, "left");
    }
    TRY(add_passage(d, ids, id, service_place(str_of(p->living)), living,
                    NO_DAY, "current"));
    if (!p->next)
        return OK;
    TRY(demo_work_day(d, (struct demo_day)AWAY(45), &day));
    return add_passage(d, ids, id, service_place(str_of(p->next)), day, NO_DAY,
                       "planned");
}

static enum status join(struct demo *d, int64_t project, int link,
                        struct linked *to, size_t n)
{
    return links_save(
        d->conn, d->mem,
        (struct linking){&project_entity, &project_links[link], project},
        (struct links){to, n}, d->by);
}

static enum status add_links(struct demo *d, const struct ids *ids, int64_t id,
                             const struct demo_project *p)
{
    struct linked to[6];
    size_t n = 0;
    for (size_t i = 0; i < COUNT(policies); i++)
        if (word_in(p->policies, policies[i].code))
            to[n++] = (struct linked){.target = ids->policies[i], .weight = 1};
    TRY(join(d, id, PROJECT_POLICIES, to, n));
    struct str rest = str_of(p->objectives), word;
    for (n = 0; str_next(&rest, ' ', &word); n++)
        to[n] = (struct linked){
            .target =
                ids->objectives[4 * (word.p[0] - '1') + (word.p[1] - '1')],
            .weight = 1};
    TRY(join(d, id, PROJECT_OBJECTIVES, to, n));
    to[0].weight = 1;
    if (p->programme) {
        TRY(find(d, &programme_entity, "name", p->programme, &to[0].target));
        TRY(join(d, id, PROJECT_PROGRAMMES, to, 1));
    }
    if (!p->area)
        return OK;
    TRY(find(d, &area_entity, "code", p->area, &to[0].target));
    return join(d, id, PROJECT_AREAS, to, 1);
}

static enum status add_partners(struct demo *d, int64_t project,
                                const char *partners)
{
    static const struct {
        char letter;
        const char *name, *role;
    } kinds[] = {
        {'L', "Laboratoire universitaire %c (démo)", "research"},
        {'E', "Entreprise EdTech %c (démo)", "publisher"},
        {'A', "Association éducative %c (démo)", "other"},
        {'C', "Commune %c (démo)", "host"},
        {'S', "Service du rectorat %c (démo)", "other"},
        {'D', "Conseil départemental (démo)", "funder"},
        {'R', "Conseil régional (démo)", "funder"},
    };
    struct str rest = str_of(partners), word;
    while (str_next(&rest, ' ', &word)) {
        size_t k = 0;
        while (kinds[k].letter != word.p[0])
            k++;
        char *name = str_dup(d->mem, str_of(kinds[k].name));
        char *number = strstr(name, "%c");
        if (number) {
            number[0] = word.p[1];
            memmove(number + 1, number + 2, strlen(number + 2) + 1);
        }
        struct project_partner *p = row_new(d->mem, &project_partner_entity);
        p->project = project;
        p->role = kinds[k].role;
        TRY(find(d, &organisation_entity, "name", name, &p->organisation));
        TRY(demo_add(d, &project_partner_entity, p));
    }
    return OK;
}

static enum status add_members(struct demo *d, int64_t project, int place)
{
    static const struct {
        const char *role, *mail;
        int of;
    } team[] = {
        {"lead", "leader", 2},
        {"coordinator", "coordinator", 17},
        {"expert", "expert", 12},
    };
    for (size_t i = 0; i < COUNT(team); i++) {
        int k = place % team[i].of + 1;
        const char *mail =
            k == 1 ? arena_printf(d->mem, "%s@demo.example", team[i].mail)
                   : arena_printf(d->mem, "%s%d@demo.example", team[i].mail, k);
        struct project_member *m = row_new(d->mem, &project_member_entity);
        m->project = project;
        m->role = team[i].role;
        TRY(find(d, &person_entity, "email", mail, &m->person));
        TRY(demo_add(d, &project_member_entity, m));
    }
    return OK;
}

static enum status add_project(struct demo *d, const struct ids *ids, int place)
{
    const struct demo_project *p = &demo_projects[place];
    struct str rest = str_of(p->before), first;
    str_next(&rest, ' ', &first);
    struct project *row = row_new(d->mem, &project_entity);
    row->name = p->name;
    row->summary = p->summary;
    row->stage = services[service_place(str_of(p->living))].state;
    row->state = p->stopped ? "stopped" : row->stage;
    row->axis = ids->axes[p->axis - 1];
    if (place < DEMO_READ_AXES)
        row->axis_note = "L’axe est notre lecture : la brochure range les "
                         "douze premiers projets sous deux axes à la fois.";
    row->service = ids->services[service_place(first)];
    row->starts = day_of(2022, 9, 1);
    if (p->stopped)
        TRY(demo_work_day(d, (struct demo_day)AWAY(p->stopped), &row->ends));
    TRY(demo_add(d, &project_entity, row));
    TRY(add_life(d, ids, row->row.id, p));
    TRY(add_links(d, ids, row->row.id, p));
    TRY(add_partners(d, row->row.id, p->partners));
    TRY(add_members(d, row->row.id, place));
    return demo_documents(d, row, place);
}

enum status portfolio_demo(struct demo *d)
{
    struct ids ids;
    TRY(add_strategy(d, &ids));
    TRY(add_offer(d, &ids));
    for (int i = 0; i < (int)demo_project_count; i++)
        TRY(add_project(d, &ids, i));
    return life_demo(d);
}
