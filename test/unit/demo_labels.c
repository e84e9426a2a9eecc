/* Every label that the modules' tables ask for is there, in both languages. */
#include "core/module.h"
#include "i18n/lang.h"
#include "unit/test.h"

static void asked(const char *key)
{
    bool known =
        tr_known(lang_find("fr"), key) && tr_known(lang_find("en"), key);
    if (!known)
        printf("  no label %s\n", key);
    OKAY(known);
}

static void entity_asks(struct arena *a, const struct entity *e)
{
    static const char *const own[] = {"", ".list", ".new", ".empty", ".count"};
    /* The last four are those of its pages. */
    for (size_t i = 0; i < (e->path ? COUNT(own) : 1); i++)
        asked(arena_printf(a, "%s%s", e->name, own[i]));
    for (const struct field *f = e->fields; f->name; f++) {
        if (f->flags & F_HIDDEN)
            continue;
        asked(arena_printf(a, "%s.%s", e->name, f->name));
        for (const char *const *k = f->choices; k && *k; k++)
            asked(arena_printf(a, "%s.%s.%s", e->name, f->name, *k));
    }
    for (const struct step *s = e->steps; s && s->name; s++)
        asked(arena_printf(a, "%s.step.%s", e->name, s->name));
    for (const struct link *l = e->links; l && l->name; l++)
        asked(arena_printf(a, "%s.%s", e->name, l->name));
}

TEST(demo_labels)
{
    struct arena a = {0};
    OKAY(!i18n_open(&a, files_embedded, files_embedded_count));
    for (const struct module *const *m = modules; *m; m++) {
        for (const struct entity *const *e = (*m)->entities; e && *e; e++)
            entity_asks(&a, *e);
        for (const struct intake *k = (*m)->intakes; k && k->line; k++)
            entity_asks(&a, k->line);
        for (const struct right *r = (*m)->rights; r && r->name; r++)
            asked(arena_printf(&a, "right.%s", r->name));
        for (const struct figure *f = (*m)->figures; f && f->id; f++) {
            asked(arena_printf(&a, "figure.%s", f->id));
            asked(arena_printf(&a, "figure.section.%s", f->section));
            asked(arena_printf(&a, "unit.%s", f->unit));
        }
    }
    OKAY(!i18n_open(&a, NULL, 0));
    arena_reset(&a);
}
