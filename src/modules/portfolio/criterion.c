/* What committees look at, between one stage and the next: rows, so that the
 * laboratory changes them without a programmer. A gate copies them. */
#include "modules/portfolio/life.h"

const char *const stages_from[] = {"idea",  "study",      "design",
                                   "trial", "deployment", NULL};
const char *const stages_to[] = {"study",      "design",   "trial",
                                 "deployment", "finished", NULL};

static const struct field fields[] = {
    CHOICE(criterion, stage_from, stages_from,
           .flags = F_REQUIRED | F_LIST | F_FILTER),
    CHOICE(criterion, stage_to, stages_to,
           .flags = F_REQUIRED | F_LIST | F_FILTER),
    INT(criterion, position, .min = 1, .max = 99, .flags = F_REQUIRED | F_SORT),
    TEXT(criterion, label, .max = 300, .flags = F_REQUIRED | F_LIST | F_SEARCH),
    PROSE(criterion, help, .max = 1000),
    CHOICE(criterion, kind, evidence_kinds, .flags = F_LIST | F_FILTER),
    INT(criterion, level, .min = 1, .max = 5, .flags = F_LIST),
    {0},
};
static const struct index indexes[] = {
    {.columns = "stage_from, stage_to, position", .unique = true},
    {0},
};

const char *stages_fault(const char *from, const char *to)
{
    return same(from, to)            ? "portfolio_criterion.same_stage"
           : !project_step(from, to) ? "portfolio_gate.leads_nowhere"
                                     : NULL;
}

/* No committee would ever look at it. */
static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct criterion *k = row;
    (void)c, (void)a;
    *field = "stage_to";
    return stages_fault(k->stage_from, k->stage_to);
}

const struct entity criterion_entity = {
    .name = "portfolio_criterion",
    .api = "criterion",
    .path = "/criteres",
    .row_size = sizeof(struct criterion),
    .fields = fields,
    .indexes = indexes,
    .title = "label",
    .sort = "position",
    .read = PUBLIC,
    .write = "portfolio.edit_strategy",
    .check = check,
};
