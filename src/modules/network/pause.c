/* Days on which one laboratory is closed: works, a training of its coordinator.
 * It is refused while somebody is expected on them. */
#include "modules/network/waiting.h"

static const struct field fields[] = {
    REF(pause, lab, &lab_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(pause, name, .max = 100,
         .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    DATE(pause, starts, .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    DATE(pause, ends, .flags = F_REQUIRED | F_LIST),
    {0},
};
static const struct index indexes[] = {
    {.columns = "lab, ends"},
    {0},
};
static const char *const reach[] = {REACH_LAB(""), NULL};

/* Who comes on one of these days finds a closed door: the visits come first. */
static const char *visits_fault(struct conn *c, const struct pause *p)
{
    return fault_if(
        c,
        SQL("SELECT count(*) FROM network_slot s JOIN network_visit v"
            " ON v.id = s.visit WHERE s.day BETWEEN :starts AND :ends"
            " AND v.lab = :lab AND v.place = 'inside' AND v.state IN"
            " ('asked', 'confirmed') AND s.override IS NULL"),
        ARGS(arg_day("starts", p->starts), arg_day("ends", p->ends),
             arg_int("lab", p->lab)),
        "network_pause.somebody_comes");
}

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct pause *p = row;
    (void)a;
    *field = "ends";
    if (p->ends < p->starts)
        return "network_pause.ends_before_starts";
    *field = "starts";
    return visits_fault(c, p);
}

WAKES(pause)
const struct entity pause_entity = {
    .name = "network_pause",
    .api = "pause",
    .path = "/fermetures",
    .row_size = sizeof(struct pause),
    .fields = fields,
    .indexes = indexes,
    .title = "name",
    .sort = "-starts",
    .reach = reach,
    .read = PUBLIC,
    .write = "network.edit_labs",
    .parent = "lab",
    .check = check,
    .follow = pause_wakes,
};
