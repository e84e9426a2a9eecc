/*
 * Projects: from an idea to its deployment in every school that wants it. A
 * state changes by a step only; the services a project has been through are
 * kept with their dates beside it.
 */
#include "modules/portfolio/life.h"

#include "base/utf8.h"
#include "modules/portfolio/services.h"

static const char *const states[] = {
    "idea",     "study", "design",  "trial", "deployment",
    "finished", "held",  "stopped", NULL,
};
static const char *const stages[] = {"idea",  "study",      "design",
                                     "trial", "deployment", NULL};

/* What the steps of a project look at, in words: the stages to which criteria
 * lead from where it stands, and whether a committee sits on it. */
#define SITS "sits"
static const void *ways_from(struct conn *c, struct arena *a, const void *row)
{
    const struct project *p = row;
    struct buf words = {.mem = a};
    struct rows *r;
    if (db_rows(
            c, a,
            SQL("SELECT DISTINCT k.stage_to FROM portfolio_criterion k"
                " WHERE k.stage_from = :state UNION ALL SELECT '" SITS "'"
                " FROM portfolio_gate g WHERE g.project = :project AND"
                " g.state = 'open'"),
            ARGS(arg_cstr("state", p->state), arg_int("project", p->row.id)),
            &r) != OK)
        return NULL;
    while (rows_next(r))
        buf_printf(&words, "%s ", row_text(r, 0));
    return rows_end(r) == OK ? buf_done(&words).p : NULL;
}

const char *project_gate_sits(const struct step *s, const void *ways)
{
    (void)s;
    return !ways || word_in(ways, SITS) ? "portfolio_project.gate_sits" : NULL;
}

/* Where criteria are written for a pair of stages, a gate leads from one to the
 * other, and nothing else. */
static const char *gate_leads(const struct step *s, const void *ways)
{
    const char *refusal = project_gate_sits(s, ways);
    return refusal                ? refusal
           : word_in(ways, s->to) ? "portfolio_project.needs_gate"
                                  : NULL;
}

static enum status enter_stage(struct conn *c, struct arena *a, const void *row,
                               struct str reason, struct actor by)
{
    const struct project *p = row;
    (void)reason;
    return stage_services(c, a, p->row.id, p->state, by);
}

static const struct step steps[] = {
    {.name = "study",
     .from = "idea",
     .to = "study",
     .right = "portfolio.edit",
     .look = ways_from,
     .deny = gate_leads},
    {.name = "design",
     .from = "study",
     .to = "design",
     .right = "portfolio.decide",
     .effect = enter_stage,
     .look = ways_from,
     .deny = gate_leads},
    {.name = "trial",
     .from = "study design",
     .to = "trial",
     .right = "portfolio.decide",
     .effect = enter_stage,
     .look = ways_from,
     .deny = gate_leads},
    {.name = "deploy",
     .from = "design trial",
     .to = "deployment",
     .right = "portfolio.decide",
     .effect = enter_stage,
     .look = ways_from,
     .deny = gate_leads},
    {.name = "rework",
     .from = "trial deployment",
     .to = "design",
     .right = "portfolio.decide",
     .effect = enter_stage,
     .look = ways_from,
     .deny = project_gate_sits,
     .needs_reason = true,
     .sentences = 1},
    {.name = "finish",
     .from = "trial deployment",
     .to = "finished",
     .right = "portfolio.decide",
     .look = ways_from,
     .deny = gate_leads,
     .needs_reason = true,
     .sentences = 1},
    {.name = "hold",
     .from = "study design trial deployment",
     .to = "held",
     .right = "portfolio.decide",
     .look = ways_from,
     .deny = project_gate_sits,
     .needs_reason = true,
     .sentences = 1},
    {.name = "stop",
     .from = "idea study design trial deployment held",
     .to = "stopped",
     .right = "portfolio.decide",
     .look = ways_from,
     .deny = project_gate_sits,
     .needs_reason = true,
     .sentences = 1},
    {.name = "resume",
     .from = "finished held stopped",
     .to_field = "stage",
     .right = "portfolio.decide",
     .look = ways_from,
     .deny = project_gate_sits,
     .needs_reason = true,
     .sentences = 1},
    {0},
};

static const struct field project_fields[] = {
    TEXT(project, name,
         .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SORT | F_SEARCH),
    PROSE(project, summary, .max = 2000, .flags = F_SEARCH),
    CHOICE(project, state, states, .flags = F_REQUIRED | F_LIST | F_FILTER),
    CHOICE(project, stage, stages, .flags = F_COMPUTED),
    REF(project, axis, &axis_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(project, axis_note, .max = 300),
    REF(project, service, &service_entity, .flags = F_FILTER),
    DATE(project, starts, .flags = F_REQUIRED | F_LIST | F_SORT),
    DATE(project, ends, .flags = F_SORT),
    {0},
};
const struct link project_links[] = {
    [PROJECT_POLICIES] = {.name = "policies",
                          .target = &policy_entity,
                          .most = 3},
    [PROJECT_OBJECTIVES] = {.name = "objectives",
                            .target = &objective_entity,
                            .most = 6},
    [PROJECT_PROGRAMMES] = {.name = "programmes",
                            .target = &programme_entity,
                            .most = 6},
    [PROJECT_AREAS] = {.name = "areas", .target = &area_entity, .most = 60},
    {0},
};

const char *period_fault(int32_t starts, int32_t ends, const char **field)
{
    if (starts == NO_DAY || ends == NO_DAY || ends >= starts)
        return NULL;
    *field = "ends";
    return "portfolio.ends_before_starts";
}

const char *project_behind(struct conn *c, int64_t project, const char *stage,
                           const char *fault)
{
    return fault_unless(
        c,
        SQL("SELECT count(*) FROM portfolio_project p WHERE p.id ="
            " :project AND (p.stage IN (:stage, 'deployment') OR EXISTS"
            " (SELECT 1 FROM portfolio_gate g WHERE g.project = p.id AND"
            " g.stage_to IN (:stage, 'deployment') AND g.state IN ('go',"
            " 'conditions', 'waived')))"),
        ARGS(arg_int("project", project), arg_cstr("stage", stage)), fault);
}

static const char *project_check(struct conn *c, struct arena *a,
                                 const void *row, const char **field)
{
    const struct project *p = row;
    (void)c, (void)a;
    if (p->starts != NO_DAY && p->starts > day_today() && p->state &&
        word_in("trial deployment finished", p->state)) {
        *field = "starts";
        return "portfolio_project.has_begun";
    }
    return NULL;
}

/* Where it goes on when it is resumed: where it stood. */
static void project_settle(struct arena *a, void *row)
{
    struct project *p = row;
    (void)a;
    for (const char *const *s = stages; *s; s++)
        if (p->state && same(p->state, *s))
            p->stage = *s;
    if (!p->stage)
        p->stage = "study";
}

const struct entity project_entity = {
    .name = "portfolio_project",
    .api = "project",
    .path = "/projets",
    .row_size = sizeof(struct project),
    .fields = project_fields,
    .steps = steps,
    .links = project_links,
    .title = "name",
    .code = "name",
    .sort = "name",
    .read = PUBLIC,
    .write = "portfolio.edit",
    .has_uid = true,
    .settle = project_settle,
    .check = project_check,
    .counting = &dated_counting,
};

/* Where it stands in the offer, and stood. */

/* "left": begun and not finished; "skipped": never meant to be; and why. */
static const char *const passage_states[] = {"planned", "current", "done",
                                             "left",    "skipped", NULL};
static const struct field project_service_fields[] = {
    REF(project_service, project, &project_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    REF(project_service, service, &service_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    DATE(project_service, starts,
         .flags = F_REQUIRED | F_BEGINS | F_LIST | F_SORT),
    DATE(project_service, ends, .flags = F_LIST),
    CHOICE(project_service, state, passage_states,
           .flags = F_REQUIRED | F_LIST | F_FILTER | F_JOURNAL),
    TEXT(project_service, team, .flags = F_LIST),
    PROSE(project_service, expected, .max = 2000),
    TEXT(project_service, note, .flags = F_LIST),
    {0},
};
static const struct index project_service_indexes[] = {
    {.columns = "project, service, starts", .unique = true},
    {0},
};
/* Neither the trial nor the deployment runs, ran or was left before a gate led
 * there. What stood so before is left alone. */
static const char *ahead_fault(struct conn *c, struct arena *a,
                               const struct project_service *s)
{
    void *row;
    if (!s->state || !word_in("current done left", s->state))
        return NULL;
    const enum status loaded =
        row_load(c, a, &service_entity, s->service, &reach_all, &row);
    if (loaded != OK)
        return status_fault(loaded);
    const char *stage = ((const struct service *)row)->code;
    if (!word_in("trial deployment", stage))
        return NULL;
    const char *fault = project_behind(c, s->project, stage,
                                       "portfolio_project_service.needs_gate");
    if (fault && s->row.version &&
        row_load(c, a, &project_service_entity, s->row.id, &reach_all, &row) ==
            OK) {
        const struct project_service *was = row;
        if (was->project == s->project && was->service == s->service &&
            word_in("current done left", was->state))
            return NULL;
    }
    return fault;
}

/* What runs, ran or was left has begun; and a service runs once at a time. */
static const char *running_fault(struct conn *c,
                                 const struct project_service *s,
                                 const char **field)
{
    *field = "starts";
    if (s->state && word_in("current done left", s->state) &&
        s->starts > day_today())
        return "portfolio_project_service.not_begun";
    if (!same(s->state, "current"))
        return NULL;
    return fault_if(
        c,
        SQL("SELECT count(*) FROM portfolio_project_service o WHERE"
            " o.project = :project AND o.service = :service AND"
            " o.state = 'current' AND o.id <> :id AND (o.ends IS"
            " NULL OR o.ends >= :starts) AND o.starts <= :ends"),
        ARGS(arg_int("project", s->project), arg_int("service", s->service),
             arg_int("id", s->row.id), arg_int("starts", s->starts),
             arg_int("ends", s->ends == NO_DAY ? INT32_MAX : s->ends)),
        "portfolio_project_service.runs_twice");
}

static const char *project_service_check(struct conn *c, struct arena *a,
                                         const void *row, const char **field)
{
    const struct project_service *s = row;
    *field = "state";
    const char *ahead = ahead_fault(c, a, s);
    if (ahead)
        return ahead;
    if (word_in("left skipped", s->state) &&
        !(s->note && utf8_is_sentence(str_of(s->note)))) {
        *field = "note";
        return s->note ? "core.reason_short"
                       : "portfolio_project_service.lacks_reason";
    }
    const char *fault = period_fault(s->starts, s->ends, field);
    return fault ? fault : running_fault(c, s, field);
}
const struct entity project_service_entity = {
    .name = "portfolio_project_service",
    .api = "project_service",
    .path = "/passages",
    .row_size = sizeof(struct project_service),
    .fields = project_service_fields,
    .indexes = project_service_indexes,
    .sort = "starts",
    .read = PUBLIC,
    .write = "portfolio.edit",
    .parent = "project",
    .check = project_service_check,
};

static const char *const member_roles[] = {"lead", "coordinator", "expert",
                                           "designer", NULL};
static const struct field project_member_fields[] = {
    REF(project_member, project, &project_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    REF(project_member, person, &person_entity,
        .flags = F_REQUIRED | F_PERSONAL | F_LIST | F_FILTER),
    CHOICE(project_member, role, member_roles,
           .flags = F_REQUIRED | F_LIST | F_FILTER),
    {0},
};
static const struct index project_member_indexes[] = {
    {.columns = "project, person, role", .unique = true},
    {0},
};
const struct entity project_member_entity = {
    .name = "portfolio_project_member",
    .api = "project_member",
    .path = "/membres-de-projet",
    .row_size = sizeof(struct project_member),
    .fields = project_member_fields,
    .indexes = project_member_indexes,
    .read = "portfolio.members",
    .write = "portfolio.edit",
    .parent = "project",
};

static const char *const partner_roles[] = {"research", "publisher", "host",
                                            "funder",   "other",     NULL};
static const struct field project_partner_fields[] = {
    REF(project_partner, project, &project_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    REF(project_partner, organisation, &organisation_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    CHOICE(project_partner, role, partner_roles,
           .flags = F_REQUIRED | F_LIST | F_FILTER),
    {0},
};
static const struct index project_partner_indexes[] = {
    {.columns = "project, organisation, role", .unique = true},
    {0},
};
const struct entity project_partner_entity = {
    .name = "portfolio_project_partner",
    .api = "project_partner",
    .path = "/partenaires-de-projet",
    .row_size = sizeof(struct project_partner),
    .fields = project_partner_fields,
    .indexes = project_partner_indexes,
    .read = PUBLIC,
    .write = "portfolio.edit",
    .parent = "project",
};

static const struct field document_fields[] = {
    REF(document, project, &project_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(document, title, .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    TEXT(document, web, .check = check_web, .flags = F_LIST),
    FILE_REF(document, file, .flags = F_LIST,
             .kinds = "pdf image office text sound video archive"),
    {0},
};
static const char *document_check(struct conn *c, struct arena *a,
                                  const void *row, const char **field)
{
    const struct document *d = row;
    (void)c, (void)a;
    if (d->web || d->file != NONE)
        return NULL;
    *field = "web";
    return "portfolio_document.empty_handed";
}
const struct entity document_entity = {
    .name = "portfolio_document",
    .api = "document",
    .path = "/documents",
    .row_size = sizeof(struct document),
    .fields = document_fields,
    .title = "title",
    .sort = "title",
    .read = "portfolio.documents",
    .write = "portfolio.edit",
    .parent = "project",
    .has_uid = true,
    .check = document_check,
};
