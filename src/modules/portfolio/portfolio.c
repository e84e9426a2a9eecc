/*
 * The strategy and the offer: axes, objectives, policies, programmes, services;
 * and the module itself. Projects are in project.c, figures in figures.c.
 */
#include "core/pages.h"
#include "modules/portfolio/life.h"
#include "modules/portfolio/routes.h"
#include "modules/portfolio/services.h"

const struct counting dated_counting = {.from = "starts", .until = "ends"};
#define STANDS(s) DATE(s, starts, .flags = F_BEGINS), DATE(s, ends, .flags = 0)

static const struct field axis_fields[] = {
    INT(axis, position, .min = 1, .max = 99, .flags = F_REQUIRED | F_SORT),
    TEXT(axis, name, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH),
    TEXT(axis, aim, .max = 300, .flags = F_LIST),
    STANDS(axis),
    {0},
};
const struct entity axis_entity = {
    .name = "portfolio_axis",
    .api = "axis",
    .path = "/axes",
    .row_size = sizeof(struct axis),
    .fields = axis_fields,
    .title = "name",
    .code = "name",
    .sort = "position",
    .read = PUBLIC,
    .write = "portfolio.edit_strategy",
    .counting = &dated_counting,
};

static const struct field objective_fields[] = {
    REF(objective, axis, &axis_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    INT(objective, position, .min = 1, .max = 99, .flags = F_REQUIRED | F_SORT),
    TEXT(objective, name, .max = 300,
         .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH),
    STANDS(objective),
    {0},
};
const struct entity objective_entity = {
    .name = "portfolio_objective",
    .api = "objective",
    .path = "/objectifs",
    .row_size = sizeof(struct objective),
    .fields = objective_fields,
    .title = "name",
    .code = "name",
    .sort = "position",
    .read = PUBLIC,
    .write = "portfolio.edit_strategy",
    .parent = "axis",
    .counting = &dated_counting,
};

static const struct field policy_fields[] = {
    TEXT(policy, code, .max = 30, .flags = F_REQUIRED | F_UNIQUE),
    TEXT(policy, name, .flags = F_REQUIRED | F_LIST | F_SEARCH),
    TEXT(policy, brief, .max = 40, .flags = F_REQUIRED | F_LIST),
    INT(policy, position, .min = 1, .max = 99, .flags = F_REQUIRED | F_SORT),
    INT(policy, colour, .min = 1, .max = 8, .flags = F_REQUIRED),
    {0},
};
/* A figure is of a policy by its code. */
static const struct counting policy_counting = {.fields = "code",
                                                .by_others = true};
const struct entity policy_entity = {
    .name = "portfolio_policy",
    .api = "policy",
    .path = "/politiques",
    .row_size = sizeof(struct policy),
    .fields = policy_fields,
    .title = "name",
    .code = "code",
    .sort = "position",
    .read = PUBLIC,
    .write = "portfolio.edit_strategy",
    .counting = &policy_counting,
};

static const struct field programme_fields[] = {
    TEXT(programme, name,
         .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SORT | F_SEARCH),
    PROSE(programme, summary, .flags = F_SEARCH),
    DATE(programme, starts, .flags = F_LIST | F_SORT),
    DATE(programme, ends, .flags = F_LIST),
    TEXT(programme, web, .check = check_web),
    {0},
};
static const char *programme_check(struct conn *c, struct arena *a,
                                   const void *row, const char **field)
{
    const struct programme *p = row;
    (void)c, (void)a;
    return period_fault(p->starts, p->ends, field);
}
const struct entity programme_entity = {
    .name = "portfolio_programme",
    .api = "programme",
    .path = "/programmes",
    .row_size = sizeof(struct programme),
    .fields = programme_fields,
    .title = "name",
    .code = "name",
    .sort = "name",
    .read = PUBLIC,
    .write = "portfolio.edit_strategy",
    .check = programme_check,
};

static const char *const blocks[] = {"research", "projects", "change", NULL};
static const struct field service_fields[] = {
    TEXT(service, code, .max = 30, .flags = F_REQUIRED | F_UNIQUE),
    TEXT(service, name, .flags = F_REQUIRED | F_LIST | F_SEARCH),
    CHOICE(service, block, blocks, .flags = F_REQUIRED | F_LIST | F_FILTER),
    INT(service, position, .min = 1, .max = 99, .flags = F_REQUIRED | F_SORT),
    PROSE(service, summary, .flags = F_SEARCH),
    STANDS(service),
    {0},
};
const struct entity service_entity = {
    .name = "portfolio_service",
    .api = "service",
    .path = "/services",
    .row_size = sizeof(struct service),
    .fields = service_fields,
    .title = "name",
    .code = "code",
    .sort = "position",
    .read = PUBLIC,
    .write = "portfolio.edit_strategy",
    .counting = &dated_counting,
};

/* The module. */

static const char *const needs[] = {"directory", "booking", NULL};
static const struct entity *const entities[] = {
    &axis_entity,
    &objective_entity,
    &policy_entity,
    &programme_entity,
    &service_entity,
    &project_entity,
    &project_service_entity,
    &project_member_entity,
    &project_partner_entity,
    &document_entity,
    &signal_entity,
    &advice_entity,
    &design_entity,
    &evidence_entity,
    &criterion_entity,
    &gate_entity,
    &gate_criterion_entity,
    &gate_member_entity,
    &gate_condition_entity,
    &deployment_entity,
    &feedback_entity,
    &filiation_entity,
    NULL,
};
#define TEAM "admin leader inspector coordinator expert researcher"
static const struct right rights[] = {
    {"portfolio.edit_strategy", "admin leader"},
    {"portfolio.edit", "admin leader coordinator"},
    {"portfolio.decide", "admin leader"},
    {"portfolio.oversee", "admin inspector ien"},
    {"portfolio.members", "admin leader inspector ien coordinator expert"},
    {"portfolio.documents", "admin leader inspector ien coordinator expert "
                            "researcher partner teacher head host"},
    {"portfolio.watch", TEAM},
    {"portfolio.edit_watch", "admin leader coordinator expert"},
    {"portfolio.advice", TEAM " ien teacher head host"},
    {"portfolio.edit_advice", "admin leader coordinator expert"},
    {"portfolio.edit_evidence", "admin leader coordinator expert researcher"},
    {"portfolio.gates", TEAM " ien"},
    {"portfolio.vote", TEAM " ien"},
    {"portfolio.deployments", TEAM " ien teacher head host"},
    {"portfolio.deploy", "admin leader coordinator"},
    {"portfolio.give_back", "admin coordinator teacher head"},
    {0},
};

static const struct route routes[] = {
    {.method = GET,
     .path = "/strategie",
     .right = PUBLIC,
     .handle = strategy,
     .menu = "portfolio.strategy"},
    {.method = GET,
     .path = "/projets",
     .right = PUBLIC,
     .handle = rows_list,
     .entity = &project_entity,
     .menu = "portfolio.menu"},
    {.method = GET,
     .path = "/projets/:id",
     .right = PUBLIC,
     .handle = project_show,
     .entity = &project_entity,
     .loads_row = true},
    {.method = GET,
     .path = "/projets/:id/essaimage",
     .right = PUBLIC,
     .handle = essaimage_show,
     .entity = &project_entity,
     .loads_row = true},
    {.method = GET,
     .path = "/projets/:id/essaimage/etablissements",
     .right = PUBLIC,
     .handle = essaimage_schools,
     .entity = &project_entity,
     .loads_row = true},
    {.method = GET,
     .path = "/veille",
     .right = "portfolio.watch",
     .handle = rows_list,
     .entity = &signal_entity,
     .menu = "portfolio.menu_watch"},
    {.method = GET,
     .path = "/veille/:id",
     .right = "portfolio.watch",
     .handle = origin_show,
     .entity = &signal_entity,
     .loads_row = true},
    {.method = POST,
     .path = "/veille/:id/projet",
     .right = "portfolio.edit",
     .handle = origin_becomes,
     .again = origin_show,
     .entity = &signal_entity,
     .loads_row = true},
    {.method = GET,
     .path = "/documents-remis/:secret/:document/file",
     .right = PUBLIC,
     .handle = document_given,
     .entity = &document_entity},
    {.method = GET,
     .path = "/documents-remis/:secret/file",
     .right = PUBLIC,
     .handle = answer_given,
     .entity = &advice_entity},
    {.method = GET,
     .path = "/conseils/file",
     .right = "portfolio.advice",
     .handle = advice_queue,
     .entity = &advice_entity,
     .menu = "portfolio.menu_advice"},
    {.method = GET,
     .path = "/conseils/:id",
     .right = "portfolio.advice",
     .handle = origin_show,
     .entity = &advice_entity,
     .loads_row = true},
    {.method = POST,
     .path = "/conseils/:id/projet",
     .right = "portfolio.edit_advice",
     .handle = origin_becomes,
     .again = origin_show,
     .entity = &advice_entity,
     .loads_row = true},
    {.method = GET,
     .path = "/demander-conseil",
     .right = PUBLIC,
     .handle = ask_form,
     .menu = "portfolio.ask",
     .menu_unless = "portfolio.advice"},
    {.method = POST,
     .path = "/demander-conseil",
     .right = PUBLIC,
     .handle = ask_send,
     .again = ask_again},
    {.method = GET,
     .path = "/demander-conseil/merci",
     .right = PUBLIC,
     .handle = ask_thanks},
    {.method = GET,
     .path = "/deploiements/liste",
     .right = "portfolio.deploy",
     .handle = deploy_many_form,
     .entity = &deployment_entity},
    {.method = POST,
     .path = "/deploiements/liste",
     .right = "portfolio.deploy",
     .handle = deploy_many,
     .again = deploy_many_again,
     .entity = &deployment_entity,
     .lane = HEAVY},
    {.method = GET,
     .path = "/deploiements/:id",
     .right = "portfolio.deployments",
     .handle = deployment_show,
     .entity = &deployment_entity,
     .loads_row = true},
    {.method = GET,
     .path = "/projets/arretes",
     .right = PUBLIC,
     .handle = stopped_board},
    {.method = GET,
     .path = "/decisions",
     .right = PUBLIC,
     .handle = decisions_list,
     .menu = "portfolio.decisions"},
    {.method = GET,
     .path = "/decisions/:id",
     .right = PUBLIC,
     .handle = decision_show,
     .entity = &gate_entity,
     .loads_row = true},
    {.method = GET,
     .path = "/jalons/a-decider",
     .right = "portfolio.gates",
     .handle = gates_waiting,
     .menu = "portfolio.menu_waiting"},
    {.method = GET,
     .path = "/jalons/:id",
     .right = "portfolio.gates",
     .handle = gate_show,
     .entity = &gate_entity,
     .loads_row = true},
    {.method = POST,
     .path = "/jalons/:id/avis",
     .right = "portfolio.vote",
     .handle = gate_vote,
     .again = gate_show,
     .entity = &gate_entity,
     .loads_row = true},
    {.method = POST,
     .path = "/jalons/:id/decision",
     .right = "portfolio.decide",
     .handle = gate_decide,
     .again = gate_show,
     .entity = &gate_entity,
     .loads_row = true},
    {.method = POST,
     .path = "/api/v1/gate_criterion/:id/constat",
     .right = "portfolio.decide",
     .handle = gate_find,
     .entity = &gate_criterion_entity,
     .loads_row = true,
     .takes = "finding",
     .gives = "made"},
    {0},
};

static const struct change dated_links[] = {
    {.op = DATE_LINKS, .entity = &project_entity},
    {.op = DATE_LINKS, .entity = &advice_entity},
    {.op = DATE_LINKS, .entity = &design_entity},
    {.op = RUN},
};
static const struct change decided_gates[] = {
    {.op = ADD_FIELD, .entity = &gate_entity, .field = "decided_on"},
    {.op = RUN,
     .sql = SQL_CONST("UPDATE portfolio_gate SET decided_on = coalesce((SELECT"
                      " CAST(max(j.at) / 86400 AS BIGINT) FROM core_journal j"
                      " WHERE j.entity = 'portfolio_gate' AND j.row_id ="
                      " portfolio_gate.id AND j.what = portfolio_gate.state),"
                      " meets) WHERE state IN (" DECIDED ")")},
    {.op = RUN},
};
/* What is over is known by the index that counts by school. */
static const struct change deployments_over[] = {
    {.op = ADD_INDEX, .entity = &deployment_entity, .number = 1},
    {.op = RUN},
};
static const struct change dated_strategy[] = {
    {.op = ADD_FIELD, .entity = &axis_entity, .field = "starts"},
    {.op = ADD_FIELD, .entity = &axis_entity, .field = "ends"},
    {.op = ADD_FIELD, .entity = &objective_entity, .field = "starts"},
    {.op = ADD_FIELD, .entity = &objective_entity, .field = "ends"},
    {.op = ADD_FIELD, .entity = &service_entity, .field = "starts"},
    {.op = ADD_FIELD, .entity = &service_entity, .field = "ends"},
    {.op = RUN},
};
/* What was held, stopped or finished stood where the step that did it began:
 * its own line of the journal says so, else the gate that decided it. */
#define STOOD_OF(row, stage)                                                   \
    " WHEN EXISTS (SELECT 1 FROM core_journal j WHERE j.id = (SELECT"          \
    " max(k.id) FROM core_journal k WHERE k.entity = 'portfolio_project' AND"  \
    " k.row_id = " row " AND k.what IN ('hold', 'stop',"                       \
    " 'finish') AND k.detail NOT LIKE '%\"from\":\"held\"%') AND j.detail "    \
    "LIKE"                                                                     \
    " '%\"from\":\"" stage "\"%') THEN '" stage "'"
#define STOOD(stage) STOOD_OF("portfolio_project.id", stage)
static const struct change staged_projects[] = {
    {.op = ADD_FIELD, .entity = &project_entity, .field = "stage"},
    {.op = RUN,
     .sql = SQL_CONST(
         "UPDATE portfolio_project SET stage = CASE WHEN state NOT IN ('held',"
         " 'stopped', 'finished') THEN state" STOOD("idea") STOOD("study")
             STOOD("design") STOOD("trial")
                 STOOD("deployment") " ELSE coalesce((SELECT g.stage_from FROM "
                                     "portfolio_gate g WHERE g.id ="
                                     " (SELECT max(h.id) FROM portfolio_gate h "
                                     "WHERE h.project ="
                                     " portfolio_project.id AND h.state IN "
                                     "('hold', 'stop'))), 'study')"
                                     " END")},
    {.op = RUN},
};
static const struct change deployed_tools[] = {
    {.op = ADD_INDEX, .entity = &deployment_entity, .number = 3},
    {.op = RUN},
};
/* Walks, and reasons counted, read an index alone. */
static const struct change read_alone[] = {
    {.op = ADD_INDEX, .entity = &filiation_entity, .number = 1},
    {.op = ADD_INDEX, .entity = &filiation_entity, .number = 2},
    {.op = ADD_INDEX, .entity = &deployment_entity, .number = 2},
    {.op = RUN},
};
/* Deployments are counted a state at a time, and what is over with its tools
 * and days. */
static const struct change counted_by_state[] = {
    {.op = ADD_INDEX, .entity = &deployment_entity, .number = 1},
    {.op = ADD_INDEX, .entity = &deployment_entity, .number = 2},
    {.op = RUN},
};
/* What was given up before it began is told apart: the last line of the journal
 * says where it stood. */
static const struct change dropped_plans[] = {
    {.op = RUN,
     .sql = SQL_CONST(
         "UPDATE portfolio_deployment SET state = 'dropped' WHERE state ="
         " 'abandoned' AND EXISTS (SELECT 1 FROM core_journal j WHERE j.id ="
         " (SELECT max(k.id) FROM core_journal k WHERE k.entity ="
         " 'portfolio_deployment' AND k.row_id = portfolio_deployment.id AND"
         " k.what = 'abandoned') AND (j.detail LIKE '%\"from\":\"planned\"%' OR"
         " j.detail LIKE '%\"from\":\"configured\"%'))")},
    {.op = RUN},
};
static const struct change dated_filiation[] = {
    {.op = ADD_FIELD, .entity = &filiation_entity, .field = "since"},
    {.op = RUN,
     .sql = SQL_CONST(
         "UPDATE portfolio_filiation SET since = created_at / 86400")},
    {.op = RUN},
};
/* What its history keeps from before the stage was a field is brought back with
 * the stage it had; where the state says it, that is done by itself. */
#define PAST(stage)                                                            \
    STOOD_OF("core_history.row_id AND k.at <= core_history.at", stage)
static const struct change staged_past[] = {
    {.op = RUN,
     .sql = SQL_CONST(
         "UPDATE core_history SET image = substr(image, 1, 1) ||"
         " '\"stage\":\"' || CASE" PAST("idea") PAST("study") PAST("design")
             PAST("trial")
                 PAST("deployment") " ELSE 'study' END || '\",' || "
                                    "substr(image, 2) WHERE entity ="
                                    " 'portfolio_project' AND image NOT LIKE "
                                    "'%\"stage\":%' AND"
                                    " (image LIKE '%\"state\":\"held\"%' OR "
                                    "image LIKE"
                                    " '%\"state\":\"stopped\"%' OR image LIKE"
                                    " '%\"state\":\"finished\"%')")},
    {.op = RUN},
};
/* What an earlier program showed under a decision is kept with it: all that was
 * dated until its day, as it stood when the program was replaced. */
#define FILED                                                                  \
    "portfolio_evidence e WHERE e.project = portfolio_gate.project AND"        \
    " e.found <= portfolio_gate.decided_on"
static const struct change kept_dossiers[] = {
    {.op = ADD_FIELD, .entity = &gate_entity, .field = "dossier"},
    {.op = RUN,
     .sql = SQL_CONST(
         "UPDATE portfolio_gate SET dossier = (WITH RECURSIVE d (id, text) AS"
         " (SELECT CAST(0 AS BIGINT), CAST('' AS TEXT) UNION ALL SELECT n.id,"
         " d.text || n.id || ':' || n.version || ' ' FROM d JOIN"
         " portfolio_evidence n ON n.id = (SELECT min(e.id) FROM " FILED
         " AND e.id > d.id)) SELECT d.text FROM d ORDER BY d.id DESC LIMIT 1)"
         " WHERE state IN (" DECIDED ")")},
    {.op = RUN},
};
static const struct change answers_with_file[] = {
    {.op = ADD_FIELD, .entity = &advice_entity, .field = "file"},
    {.op = RUN},
};
static const struct migration migrations[] = {
    {1, dated_links},        {3, decided_gates},
    {4, deployments_over},   {30, dated_strategy},
    {41, staged_projects},   {42, deployed_tools},
    {43, read_alone},        {51, counted_by_state},
    {60, dropped_plans},     {62, dated_filiation},
    {80, staged_past},       {93, kept_dossiers},
    {94, answers_with_file}, {0},
};

static const struct task_kind tasks[] = {
    {.name = "portfolio.remind", .every_minutes = 60, .run = conditions_remind},
    {0},
};

static const struct api_member shapes[] = {
    {"finding", "met", "string"},
    {"finding", "reason", "string"},
    {0},
};

const struct module portfolio_module = {
    .name = "portfolio",
    .needs = needs,
    .entities = entities,
    .rights = rights,
    .routes = routes,
    .shapes = shapes,
    .tasks = tasks,
    .migrations = migrations,
    .figures = portfolio_figures,
    .waiting = portfolio_waiting,
    .news = portfolio_news,
    .begin = services_begin,
    .demo = portfolio_demo,
};
