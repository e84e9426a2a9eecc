/*
 * The demonstration's places. Bassins and communes are real, so that the map
 * and the territories are those that people know; circonscriptions and schools
 * are not. Coordinates are those of the commune's middle, to 0.01 degree.
 */
#pragma once

#include "store/entity.h"

struct demo_area {
    const char *code, *name;
    int departement; /* place in demo_departements */
};
extern const struct demo_area demo_departements[4], demo_bassins[17],
    demo_circonscriptions[23];

/* .schools has one letter for each: m maternelle, e élémentaire, p primaire,
 * c collège, l lycée, r lycée polyvalent, t lycée professionnel, a EREA,
 * s section d'enseignement professionnel. */
struct demo_commune {
    const char *bassin, *name, *code, *postcode;
    double latitude, longitude;
    int circonscription; /* from 1, of its schools of the first degree */
    const char *schools;
    enum yesno rural, qpv;
};
extern const struct demo_commune demo_communes[];
extern const size_t demo_commune_count;

/* "du Ruisseau": what follows "Collège". */
extern const char *const demo_names[];
extern const size_t demo_name_count;
