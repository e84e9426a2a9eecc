#include "modules/network/network.h"
#include "unit/demo_world.h"

/* How many laboratories are called so; of one its name. */
static size_t called(struct demo_world *w, const char *text, const char **name)
{
    int64_t ids[MEANT_MOST];
    size_t n;
    void *row;
    CHECK(lab_meant(w->conn, &w->mem, str_of(text), ids, &n) == OK);
    CHECK(n <= MEANT_MOST);
    *name = "";
    if (n == 1) {
        CHECK(row_load(w->conn, &w->mem, &lab_entity, ids[0], &reach_all,
                       &row) == OK);
        *name = ((const struct lab *)row)->name;
    }
    return n;
}

TEST(demo_labs_are_found_as_people_call_them)
{
    static const struct {
        const char *text, *name; /* NULL: not one */
    } rows[] = {
        {"Lunéville", "Laboratoire numérique de Lunéville (démo)"},
        {"LUNEVILLE", "Laboratoire numérique de Lunéville (démo)"},
        {"labo de Lunéville", "Laboratoire numérique de Lunéville (démo)"},
        {"le labo numérique de lunéville",
         "Laboratoire numérique de Lunéville (démo)"},
        {"Saint Dié des Vosges",
         "Laboratoire numérique de Saint-Dié-des-Vosges (démo)"},
        /* By who hosts it. */
        {"0579009h", "Laboratoire numérique de Courcelles-Chaussy (démo)"},
        {"Collège de l’Observatoire",
         "Laboratoire numérique de Courcelles-Chaussy (démo)"},
        {"collège de l'observatoire",
         "Laboratoire numérique de Courcelles-Chaussy (démo)"},
        {"Commune 1", "Laboratoire numérique de Vandœuvre-lès-Nancy (démo)"},
        {"labo", NULL},
        {"Laboratoire numérique de la", NULL},
        {"(démo)", NULL},
        {"", NULL},
        {"Nulle part", NULL},
    };
    struct demo_world w;
    const char *name;
    demo_world_open(&w, "labs.db");
    for (size_t i = 0; i < COUNT(rows); i++) {
        const size_t n = called(&w, rows[i].text, &name);
        const bool right =
            rows[i].name ? n == 1 && same(name, rows[i].name) : n == 0;
        OKAY(right);
        if (!right)
            printf("  %s: %zu %s\n", rows[i].text, n, name);
    }
    demo_world_close(&w);
}
