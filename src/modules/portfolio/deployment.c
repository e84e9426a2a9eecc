/* Where a project's tools are used, since when and until when. */
#include "modules/portfolio/filiation.h"
#include "modules/portfolio/life.h"

#include "base/utf8.h"

static const char *const states[] = {
    "planned", "configured", "in_use", "ended", "abandoned", "dropped", NULL};
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
    {.columns = "project, school, tool, starts", .unique = true, .names = true},
    /* Counting by school reads this index alone. */
    {.columns = "project, state, school, starts, ends"},
    /* So does counting the reasons of what is over. */
    {.columns = "state, project, reason, tool, ends"},
    /* What a project is deployed as reads this index alone. */
    {.columns = "project, tool, state, starts"},
    {0},
};
static const char *const reach[] = {
    "school", "school.bassin", "school.circonscription", "school.departement",
    NULL,
};

/* A school has a tool of a project once at a time. */
static const struct turns turns = {
    .keys = "project, school, tool",
    .from = "starts",
    .until = "ends",
    .brief = "ended abandoned dropped",
    .fault = "portfolio_deployment.overlaps",
};

/* What schools said of it stays true: its use had begun by then. */
static const char *returns_fault(struct conn *c, const struct deployment *d,
                                 const char **field)
{
    const bool begun = word_in(USE_BEGUN, d->state);
    *field = begun ? "starts" : "state";
    return d->row.version
               ? fault_if(c,
                          SQL("SELECT count(*) FROM portfolio_feedback WHERE"
                              " deployment = :id AND (:begun = 0 OR given <"
                              " :starts)"),
                          ARGS(arg_int("id", d->row.id),
                               arg_int("begun", begun),
                               arg_int("starts", d->starts)),
                          "portfolio_deployment.has_returns")
               : NULL;
}

/* That use had begun already: what was written before its gate was asked for
 * can still be corrected. */
static bool had_begun(struct conn *c, struct arena *a,
                      const struct deployment *d)
{
    void *row;
    if (!d->row.version ||
        row_load(c, a, &deployment_entity, d->row.id, &reach_all, &row) != OK)
        return false;
    const struct deployment *was = row;
    return word_in(USE_BEGUN, was->state) && was->project == d->project &&
           was->school == d->school && was->tool && d->tool &&
           same(was->tool, d->tool);
}

/* Nothing of a project is used before a gate lets it. */
static const char *gate_fault(struct conn *c, struct arena *a,
                              const struct deployment *d, const char **field)
{
    *field = "state";
    const char *fault = project_behind(c, d->project, "deployment",
                                       "portfolio_deployment.needs_gate");
    return fault && had_begun(c, a, d) ? NULL : fault;
}

/* In use is what has not ended. */
static const char *use_fault(const struct deployment *d, const char **field)
{
    *field = "state";
    return d->ends != NO_DAY && d->ends < day_today()
               ? "portfolio_deployment.is_over"
               : NULL;
}

/* A project that was stopped brings nothing any more, be it now or later. */
static const char *stopped_fault(struct conn *c, const struct deployment *d,
                                 const char **field)
{
    *field = "state";
    return fault_if(c,
                    SQL("SELECT count(*) FROM portfolio_project WHERE id ="
                        " :project AND state = 'stopped'"),
                    ARGS(arg_int("project", d->project)),
                    "portfolio_deployment.project_stopped");
}

/* Everybody reads why it was given up, be it in the middle or before it began.
 */
static const char *reason_fault(const struct deployment *d, const char **field)
{
    *field = "reason";
    if (!d->reason)
        return word_in("abandoned dropped", d->state)
                   ? "portfolio_deployment.lacks_reason"
                   : NULL;
    return utf8_is_sentence(str_of(d->reason)) ? NULL : "core.reason_short";
}

/* Over is what has an end, and that not to come. */
static const char *end_fault(const struct deployment *d, const char **field)
{
    *field = "ends";
    return d->state && word_in("ended abandoned", d->state) &&
                   (d->ends == NO_DAY || d->ends > day_today())
               ? "portfolio_deployment.lacks_end"
               : NULL;
}

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct deployment *d = row;
    const char *fault = period_fault(d->starts, d->ends, field);
    if (!fault && d->starts > day_today() && d->state &&
        word_in(USE_BEGUN, d->state)) {
        *field = "starts";
        fault = "portfolio_deployment.has_begun";
    }
    if (!fault)
        fault = reason_fault(d, field);
    if (!fault && d->state && same(d->state, "in_use"))
        fault = use_fault(d, field);
    if (!fault && d->state && word_in("planned configured in_use", d->state))
        fault = stopped_fault(c, d, field);
    if (!fault && d->state && word_in(USE_BEGUN, d->state))
        fault = gate_fault(c, a, d, field);
    if (!fault)
        fault = end_fault(d, field);
    if (!fault)
        fault = returns_fault(c, d, field);
    if (!fault && d->row.version) {
        *field = "project";
        fault = deployment_circle(c, d);
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
    .turns = &turns,
    .title = "tool",
    .sort = "-starts",
    .reach = reach,
    .read = "portfolio.deployments",
    .write = "portfolio.deploy",
    .has_uid = true,
    .check = check,
};
