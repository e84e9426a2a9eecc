/* Where a project's tools are used, since when and until when; and what the
 * schools say of it. */
#include "modules/portfolio/life.h"

static const char *const states[] = {"planned", "configured", "in_use",
                                     "ended",   "abandoned",  NULL};
static const struct field fields[] = {
    REF(deployment, project, &project_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(deployment, tool, .max = 120,
         .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    REF(deployment, school, &school_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    DATE(deployment, starts, .flags = F_REQUIRED | F_LIST | F_SORT),
    DATE(deployment, ends, .flags = F_LIST),
    CHOICE(deployment, state, states,
           .flags = F_REQUIRED | F_LIST | F_FILTER | F_JOURNAL),
    TEXT(deployment, reason, .max = 400, .flags = F_SEARCH),
    TEXT(deployment, support, .max = 200),
    {0},
};
static const struct index indexes[] = {
    {.columns = "project, school, tool, starts", .unique = true},
    /* Counting by school reads this index alone. */
    {.columns = "project, school, state, starts"},
    {.columns = "state, project"},
    {0},
};
static const char *const reach[] = {
    "school", "school.bassin", "school.circonscription", "school.departement",
    NULL,
};

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct deployment *d = row;
    (void)c, (void)a;
    const char *fault = period_fault(d->starts, d->ends, field);
    if (!fault && d->starts > day_today() && d->state &&
        word_in("in_use ended", d->state)) {
        *field = "starts";
        fault = "portfolio_deployment.has_begun";
    }
    if (!fault && same(d->state, "abandoned") && !d->reason) {
        *field = "reason";
        fault = "portfolio_deployment.lacks_reason";
    }
    return fault;
}

const struct entity deployment_entity = {
    .name = "portfolio_deployment",
    .api = "deployment",
    .path = "/deploiements",
    .row_size = sizeof(struct deployment),
    .fields = fields,
    .indexes = indexes,
    .title = "tool",
    .sort = "-starts",
    .reach = reach,
    .read = "portfolio.deployments",
    .write = "portfolio.deploy",
    .has_uid = true,
    .check = check,
};

static const char *const roles[] = {"head", "teacher", "referent", "other",
                                    NULL};
static const char *const uses[] = {"never", "rarely", "weekly", "daily", NULL};
static const struct field feedback_fields[] = {
    REF(feedback, deployment, &deployment_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    CHOICE(feedback, role, roles, .flags = F_REQUIRED | F_LIST | F_FILTER),
    DATE(feedback, given, .flags = F_REQUIRED | F_LIST | F_SORT | F_PAST),
    CHOICE(feedback, use, uses, .flags = F_REQUIRED | F_LIST | F_FILTER),
    INT(feedback, useful, .min = 1, .max = 5, .flags = F_LIST),
    BOOL(feedback, goes_on, .flags = F_LIST | F_FILTER),
    TEXT(feedback, obstacles, .max = 400),
    PROSE(feedback, text, .max = 2000),
    {0},
};
static const char *const feedback_reach[] = {
    "deployment.school",
    "deployment.school.bassin",
    "deployment.school.circonscription",
    "deployment.school.departement",
    NULL,
};

const struct entity feedback_entity = {
    .name = "portfolio_feedback",
    .api = "feedback",
    .path = "/retours",
    .row_size = sizeof(struct feedback),
    .fields = feedback_fields,
    .sort = "-given",
    .reach = feedback_reach,
    .read = "portfolio.deployments",
    .write = "portfolio.give_back",
    .parent = "deployment",
};
