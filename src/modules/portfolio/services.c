#include "modules/portfolio/services.h"

#include "modules/portfolio/portfolio.h"

const struct service_given services[SERVICES] = {
    {"research", "Recherche", "research",
     "Travailler avec les laboratoires de recherche et évaluer ce que les "
     "outils numériques apportent aux apprentissages.",
     "study"},
    {"watch", "Veille", "research",
     "Suivre les technologies et les pratiques nouvelles, ici et ailleurs, "
     "pour que l’offre reste à jour.",
     "study"},
    {"advice", "Conseil", "research",
     "Recommander, pour un besoin précis d’une équipe ou d’une discipline, ce "
     "que la recherche et la veille ont montré.",
     "study"},
    {"design", "Conception", "projects",
     "Partir des objectifs pédagogiques et des besoins des élèves pour dire à "
     "quoi servira l’outil et comment.",
     "design"},
    {"prototype", "Prototypage", "projects",
     "Construire des maquettes que l’on peut manipuler, avant de développer.",
     "design"},
    {"trial", "Expérimentation", "projects",
     "Essayer avec des classes, écouter leurs retours, améliorer.", "trial"},
    {"deployment", "Déploiement", "change",
     "Installer et faire connaître l’outil dans les établissements, avec un "
     "accès qui marche pour tous.",
     "deployment"},
    {"training", "Formation", "change",
     "Former à une utilisation efficace, par des ateliers, des séminaires, des "
     "sessions en ligne et des tutoriels.",
     "deployment"},
    {"support", "Suivi et support", "change",
     "Suivre les usages, recueillir les retours d’expérience, résoudre les "
     "difficultés techniques ou pédagogiques.",
     "deployment"},
};

enum status services_begin(struct conn *c, struct arena *a)
{
    for (size_t i = 0; i < SERVICES; i++) {
        void *found;
        enum status s = row_find(c, a, &service_entity, "code",
                                 value_cstr(services[i].code), &found);
        if (s == OK)
            continue;
        if (s != ERR_NOT_FOUND)
            return s;
        struct service *row = row_new(a, &service_entity);
        row->code = services[i].code;
        row->name = services[i].name;
        row->block = services[i].block;
        row->position = (int64_t)i + 1;
        row->summary = services[i].summary;
        TRY(row_insert(c, a, &service_entity, row, (struct actor){0}));
    }
    return OK;
}
