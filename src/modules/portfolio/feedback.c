/* What schools say of a deployment, once they use it. */
#include "modules/portfolio/life.h"

static const char *const roles[] = {"head", "teacher", "referent", "other",
                                    NULL};
static const char *const uses[] = {"never", "rarely", "weekly", "daily", NULL};
static const struct field fields[] = {
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
static const char *const reach[] = {
    "deployment.school",
    "deployment.school.bassin",
    "deployment.school.circonscription",
    "deployment.school.departement",
    NULL,
};

/* Nobody can say of a tool whether it serves before its use began. */
static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct feedback *f = row;
    void *found;
    const enum status s =
        row_load(c, a, &deployment_entity, f->deployment, &reach_all, &found);
    if (s != OK)
        return status_fault(s);
    const struct deployment *d = found;
    *field = "deployment";
    if (!word_in(USE_BEGUN, d->state))
        return "portfolio_feedback.not_begun";
    *field = "given";
    return f->given < d->starts ? "portfolio_feedback.before_use" : NULL;
}

const struct entity feedback_entity = {
    .name = "portfolio_feedback",
    .api = "feedback",
    .path = "/retours",
    .row_size = sizeof(struct feedback),
    .fields = fields,
    .sort = "-given",
    .reach = reach,
    .read = "portfolio.deployments",
    .write = "portfolio.give_back",
    .parent = "deployment",
    .check = check,
};
