/*
 * The directory's part of the demonstration: the areas of an académie,
 * organisations, people known by role and number only, and the schools with
 * their classes (demo_schools.c). Everything in it says that it is invented,
 * but for the areas.
 */
#include "modules/directory/demo_int.h"

static enum status add_area(struct demo *d, const char *kind, const char *code,
                            const char *name, int64_t parent, int64_t *id)
{
    struct area *area = row_new(d->mem, &area_entity);
    area->kind = kind;
    area->code = code;
    area->name = name;
    area->parent = parent;
    TRY(demo_add(d, &area_entity, area));
    *id = area->row.id;
    return OK;
}

static enum status add_areas(struct demo *d, struct demo_ids *ids)
{
    int64_t region;
    TRY(add_area(d, "region_academique", "44", "Grand Est", NONE, &region));
    TRY(add_area(d, "academie", "12", "Nancy-Metz", region, &ids->academie));
    for (size_t i = 0; i < COUNT(demo_departements); i++)
        TRY(add_area(d, "departement", demo_departements[i].code,
                     demo_departements[i].name, ids->academie,
                     &ids->departements[i]));
    for (size_t i = 0; i < COUNT(demo_bassins); i++)
        TRY(add_area(d, "bassin", demo_bassins[i].code, demo_bassins[i].name,
                     ids->departements[demo_bassins[i].departement],
                     &ids->bassins[i]));
    for (size_t i = 0; i < COUNT(demo_circonscriptions); i++)
        TRY(add_area(d, "circonscription", demo_circonscriptions[i].code,
                     demo_circonscriptions[i].name,
                     ids->departements[demo_circonscriptions[i].departement],
                     &ids->circonscriptions[i]));
    return OK;
}

/* A grappe is made of bassins; the schools that belong to it name it. */
static enum status add_grappes(struct demo *d, struct demo_ids *ids)
{
    static const struct {
        const char *code, *name, *bassins[3];
    } grappes[] = {
        {"G1", "Grappe des Hautes-Vosges (démo)", {"12802", NULL}},
        {"G2", "Grappe du Pays-Haut (démo)", {"12456", "12724", NULL}},
        {"G3", "Grappe de la Meuse (démo)", {"12503", "12512", NULL}},
    };
    for (size_t g = 0; g < COUNT(grappes); g++) {
        struct linked bassins[2];
        size_t n = 0;
        TRY(add_area(d, "grappe", grappes[g].code, grappes[g].name,
                     ids->academie, &ids->grappes[g]));
        for (; grappes[g].bassins[n]; n++)
            bassins[n] = (struct linked){
                .target =
                    ids->bassins[demo_bassin_place(grappes[g].bassins[n])],
                .weight = 1};
        TRY(links_save(
            d->conn, d->mem,
            (struct linking){&area_entity, &area_links[0], ids->grappes[g]},
            (struct links){bassins, n}, d->by));
    }
    return OK;
}

static const struct {
    const char *kind, *name;
    int many;
} organisations[] = {
    {"research_lab", "Laboratoire universitaire %d (démo)", 7},
    {"edtech", "Entreprise EdTech %d (démo)", 6},
    {"association", "Association éducative %d (démo)", 3},
    {"commune", "Commune %d (démo)", 2},
    {"departement", "Conseil départemental (démo)", 1},
    {"region", "Conseil régional (démo)", 1},
    {"rectorat_service", "Service du rectorat %d (démo)", 3},
};

static enum status add_organisations(struct demo *d)
{
    for (size_t i = 0; i < COUNT(organisations); i++)
        for (int k = 1; k <= organisations[i].many; k++) {
            struct organisation *o = row_new(d->mem, &organisation_entity);
            o->name = demo_numbered(d->mem, organisations[i].name, k);
            o->kind = organisations[i].kind;
            const struct demo_commune *c = &demo_communes[demo_random(d, 90)];
            o->town = c->name;
            o->postcode = c->postcode;
            TRY(demo_add(d, &organisation_entity, o));
        }
    return OK;
}

/* Odd numbers read in the masculine, even ones in the feminine. */
static const struct {
    const char *mail, *odd, *even, *job;
    int many;
    enum {
        NOWHERE,
        ACADEMIE,
        BASSIN,
        CIRCONSCRIPTION,
        SCHOOL,
        LAB,
        FIRM
    } place;
} people[] = {
    {"admin", "Administrateur %d", "Administratrice %d", "Administration", 1,
     NOWHERE},
    {"leader", "Directeur de projet %d", "Directrice de projet %d",
     "Personnel d’encadrement", 2, ACADEMIE},
    {"inspector", "Inspecteur %d", "Inspectrice %d", "IA-IPR", 3, ACADEMIE},
    {"ien", "Inspecteur de circonscription %d",
     "Inspectrice de circonscription %d", "IEN", 3, CIRCONSCRIPTION},
    {"coordinator", "Coordonnateur %d", "Coordonnatrice %d",
     "Coordination de laboratoire numérique", 17, BASSIN},
    {"expert", "Expert %d", "Experte %d", "Communauté d’experts", 12, SCHOOL},
    {"researcher", "Chercheur %d", "Chercheuse %d", "Recherche", 6, LAB},
    {"partner", "Représentant de partenaire %d",
     "Représentante de partenaire %d", "EdTech", 6, FIRM},
    {"teacher", "Professeur %d", "Professeure %d", "Enseignement", 16, SCHOOL},
    {"head", "Chef d’établissement %d", "Cheffe d’établissement %d",
     "Direction", 6, SCHOOL},
    {"host", "Référent d’accueil %d", "Référente d’accueil %d",
     "Accueil d’un laboratoire numérique", 4, SCHOOL},
};

static enum status place_person(struct demo *d, const struct demo_ids *ids,
                                struct person *p, size_t role, int k)
{
    size_t i = (size_t)k - 1;
    bool lab = people[role].place == LAB;
    switch (people[role].place) {
    case NOWHERE:
        return OK;
    case ACADEMIE:
        p->area = ids->academie;
        return OK;
    case BASSIN:
        p->area = ids->bassins[i % COUNT(ids->bassins)];
        return OK;
    case CIRCONSCRIPTION:
        p->area = ids->circonscriptions[i % COUNT(ids->circonscriptions)];
        return OK;
    case SCHOOL:
        p->school = ids->schools[(i * 7 + role) % ids->school_count];
        return OK;
    case LAB:
    case FIRM:
        break;
    }
    const char *name =
        demo_numbered(d->mem, organisations[lab ? 0 : 1].name, k);
    void *found;
    TRY(row_find(d->conn, d->mem, &organisation_entity, "name",
                 value_cstr(name), &found));
    p->organisation = ((struct organisation *)found)->row.id;
    return OK;
}

static enum status add_people(struct demo *d, const struct demo_ids *ids)
{
    for (size_t i = 0; i < COUNT(people); i++)
        for (int k = 1; k <= people[i].many; k++) {
            struct person *p = row_new(d->mem, &person_entity);
            p->name = demo_numbered(d->mem,
                                    k % 2 ? people[i].odd : people[i].even, k);
            p->email =
                k == 1 ? arena_printf(d->mem, "%s@demo.example", people[i].mail)
                       : arena_printf(d->mem, "%s%d@demo.example",
                                      people[i].mail, k);
            p->job = people[i].job;
            p->state = "active";
            TRY(place_person(d, ids, p, i, k));
            TRY(demo_add(d, &person_entity, p));
        }
    return OK;
}

enum status directory_demo(struct demo *d)
{
    struct demo_ids ids = {0};
    TRY(add_areas(d, &ids));
    TRY(add_grappes(d, &ids));
    TRY(add_organisations(d));
    TRY(demo_schools(d, &ids));
    return add_people(d, &ids);
}
