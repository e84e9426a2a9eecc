/* What stands over the columns of a file is understood as people write it. */
#include "core/app.h"
#include "core/importing.h"
#include "i18n/lang.h"
#include "modules/network/network.h"
#include "modules/portfolio/life.h"
#include "unit/test.h"

#include <ctype.h>

/* Is another field of the entity called the same? */
static bool is_shared(struct arena *a, const struct lang *l,
                      const struct entity *e, const char *name)
{
    const char *label = field_label(a, l, e, name);
    for (const struct field *f = e->fields; f->name; f++)
        if (!same(f->name, name) && import_fills(e, f) &&
            same(field_label(a, l, e, f->name), label))
            return true;
    return false;
}

static void head_is(struct arena *a, const struct entity *e, const char *head,
                    const char *name)
{
    const char *got = head_field(a, e, head);
    if (!got || !same(got, name))
        printf("  %s: \"%s\" is %s, not %s\n", e->name, head,
               got ? got : "nothing", name);
    OKAY(got && same(got, name));
}

/* The labels that forms show, in both languages and in capitals, and the
 * export's own heads: for every field of every entity. */
TEST(heads_are_the_labels_of_forms)
{
    static const char *const langs[] = {"fr", "en"};
    struct app app = {0};
    struct arena a = {0};
    app_init(&app);
    OKAY(!i18n_open(&a, files_embedded, files_embedded_count));
    for (const struct entity *const *e = app.entities; *e; e++)
        for (const struct field *f = (*e)->fields; (*e)->path && f->name; f++) {
            if (!import_fills(*e, f))
                continue;
            head_is(&a, *e, f->name, f->name);
            for (size_t i = 0; i < COUNT(langs); i++) {
                const struct lang *l = lang_find(langs[i]);
                char *label =
                    str_dup(&a, str_of(field_label(&a, l, *e, f->name)));
                if (is_shared(&a, l, *e, f->name))
                    continue;
                head_is(&a, *e, label, f->name);
                for (char *p = label; *p; p++)
                    *p = (char)toupper((unsigned char)*p);
                head_is(&a, *e, label, f->name);
            }
        }
    OKAY(!i18n_open(&a, NULL, 0));
    arena_reset(&a);
    arena_reset(&app.mem);
}

TEST(heads_as_people_write_them)
{
    static const struct {
        const struct entity *entity;
        const char *head, *field; /* NULL: asked for by hand */
    } heads[] = {
        {&deployment_entity, "établissement", "school"},
        {&deployment_entity, "Etablissement", "school"},
        {&deployment_entity, "École", "school"},
        {&deployment_entity, "UAI", "school"},
        {&deployment_entity, "Code UAI", "school"},
        {&deployment_entity, "Nom de l’établissement", "school"},
        {&deployment_entity, "début", "starts"},
        {&deployment_entity, "DEBUT", "starts"},
        {&deployment_entity, "Date de début", "starts"},
        {&deployment_entity, "Depuis le", "starts"},
        {&deployment_entity, "fin", "ends"},
        {&deployment_entity, "Date de fin", "ends"},
        {&deployment_entity, "état", "state"},
        {&deployment_entity, "Statut", "state"},
        {&deployment_entity, "contact", "support"},
        {&deployment_entity, "Contact d’assistance", NULL},
        {&deployment_entity, "Outil", "tool"},
        {&deployment_entity, "Ressource", "tool"},
        {&deployment_entity, "Nom du projet", "project"},
        {&deployment_entity, "Motif", "reason"},
        {&deployment_entity, "Observations", NULL},
        {&signal_entity, "titre", "title"},
        {&signal_entity, "URL", "web"},
        {&feedback_entity, "Utilité", "useful"},
        {&class_entity, "Etablissement", "school"},
        {&class_entity, "Année", "year"},
        {&visit_entity, "École", "school"},
        {&person_entity, "Courriel", "email"},
        {&project_entity, "Début", "starts"},
    };
    struct arena a = {0};
    struct app app = {0};
    app_init(&app);
    OKAY(!i18n_open(&a, files_embedded, files_embedded_count));
    for (size_t i = 0; i < COUNT(heads); i++)
        if (heads[i].field)
            head_is(&a, heads[i].entity, heads[i].head, heads[i].field);
        else
            OKAY(!head_field(&a, heads[i].entity, heads[i].head));
    OKAY(!i18n_open(&a, NULL, 0));
    arena_reset(&a);
    arena_reset(&app.mem);
}
