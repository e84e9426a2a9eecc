/* Days on which one laboratory is closed: works, a training of its coordinator.
 * It is refused while somebody is expected on them. */
#include "modules/network/open.h"
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

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct pause *p = row;
    (void)a;
    *field = "ends";
    if (p->ends < p->starts)
        return "network_pause.ends_before_starts";
    *field = "starts";
    return expected_fault(c, p->lab, p->starts, p->ends,
                          "network_pause.somebody_comes");
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
