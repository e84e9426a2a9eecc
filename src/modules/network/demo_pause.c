/* The demonstration's laboratories close on days of their own. */
#include "modules/network/demo_int.h"

static const struct {
    size_t lab;
    const char *name;
    int week, days; /* so many weeks from this one; from its Monday on */
} pauses[] = {
    {1, "Inventaire du matériel", 4, 2},
    {4, "Travaux dans la grande salle", -3, 5},
    {7, "Formation du coordonnateur", 2, 1},
};

enum status demo_pauses(struct demo *d, const struct lab *const *labs, size_t n)
{
    enum { WEEK = 7 };
    const int32_t monday = d->today - day_weekday(d->today);
    for (size_t i = 0; i < COUNT(pauses); i++) {
        struct pause *p = row_new(d->mem, &pause_entity);
        CHECK(pauses[i].lab < n);
        p->lab = labs[pauses[i].lab]->row.id;
        p->name = pauses[i].name;
        p->starts = monday + pauses[i].week * WEEK;
        p->ends = p->starts + pauses[i].days - 1;
        TRY(demo_add(d, &pause_entity, p));
    }
    return OK;
}
