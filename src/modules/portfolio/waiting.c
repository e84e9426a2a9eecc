/* What waits for people in the portfolio, what goes wrong in it, what is new.
 */
#include "modules/portfolio/life.h"

#include "modules/portfolio/service_facts.h"

/* A service t of a project at which the reader works, or their organisation. */
#define IS_MINE                                                                \
    "(EXISTS (SELECT 1 FROM portfolio_project_member m WHERE m.project ="      \
    " t.project AND m.person = :me) OR EXISTS (SELECT 1 FROM"                  \
    " portfolio_project_partner k JOIN directory_person p ON p.organisation =" \
    " k.organisation WHERE k.project = t.project AND p.id = :me))"
/* Or of one that brought something which is in use at their school. */
#define IS_NEAR                                                                \
    "EXISTS (SELECT 1 FROM portfolio_deployment d JOIN directory_person p ON"  \
    " p.school = d.school WHERE " USED_TODAY(                                  \
        "d") " AND d.project = t.project AND p.id = :me)"

/* A deployment t of a project that was stopped. */
#define STOPPED                                                                \
    "EXISTS (SELECT 1 FROM portfolio_project p WHERE p.id = t.project AND"     \
    " p.state = 'stopped')"

/* A condition t of a project that the reader leads or coordinates: who owes it.
 */
#define IS_OWED                                                                \
    "EXISTS (SELECT 1 FROM portfolio_gate g JOIN portfolio_project_member m"   \
    " ON m.project = g.project WHERE g.id = t.gate AND m.person = :me AND"     \
    " m.role IN ('lead', 'coordinator'))"

const struct waiting portfolio_waiting[] = {
    {.label = "portfolio.waiting.mine",
     .right = "portfolio.documents",
     .where = SQL_CONST("t.state = 'current' AND " IS_MINE),
     .entity = &project_service_entity},
    {.label = "portfolio.waiting.unproven",
     .right = "portfolio.documents",
     .where = SQL_CONST("t.state = 'current' AND t.starts <= :today - 30 AND"
                        " NOT EXISTS (SELECT 1 FROM portfolio_evidence e WHERE"
                        " e.project = t.project AND e.found >= t.starts)"
                        " AND " IS_MINE),
     .entity = &project_service_entity},
    {.label = "portfolio.waiting.soon",
     .right = "portfolio.documents",
     .where = SQL_CONST("t.state = 'planned' AND t.starts BETWEEN :today AND"
                        " :today + 92 AND (" IS_MINE " OR " IS_NEAR ")"),
     .entity = &project_service_entity},
    {.label = "portfolio.waiting.near",
     .right = "portfolio.documents",
     .where = SQL_CONST("t.state = 'current' AND " IS_NEAR),
     .entity = &project_service_entity},
    {.label = "portfolio.waiting.used",
     .right = "portfolio.deployments",
     .where = SQL_CONST(
         USED_TODAY("t") " AND t.school = (SELECT p.school"
                         " FROM directory_person p WHERE p.id = :me)"),
     .entity = &deployment_entity},
    {.label = "portfolio.waiting.begins",
     .right = "portfolio.oversee",
     .where = SQL_CONST("t.starts BETWEEN :today - 7 AND :today + 14"),
     .entity = &project_service_entity},
    {.label = "portfolio.waiting.doubtful",
     .right = "portfolio.edit",
     .where = SQL_CONST(SERVICE_DOUBTFUL),
     .entity = &project_service_entity,
     .late = true},
    {.label = "portfolio.waiting.next",
     .right = "portfolio.oversee",
     .where = SQL_CONST("t.state = 'planned' AND t.starts BETWEEN :today"
                        " AND :today + 92"),
     .entity = &project_service_entity},
    {.label = "portfolio.waiting.current",
     .right = "portfolio.oversee",
     .where = SQL_CONST("t.state = 'current'"),
     .entity = &project_service_entity},
    {.label = "portfolio.waiting.ideas",
     .right = "portfolio.decide",
     .where = SQL_CONST("t.state IN ('idea', 'study')"),
     .entity = &project_entity},
    {.label = "portfolio.waiting.vote",
     .right = "portfolio.vote",
     .where = SQL_CONST("t.state = 'open' AND EXISTS (SELECT 1 FROM"
                        " portfolio_gate_member m WHERE m.gate = t.id AND"
                        " m.state = 'invited' AND m.person = :me)"),
     .entity = &gate_entity},
    {.label = "portfolio.waiting.gates",
     .right = "portfolio.decide",
     .where = SQL_CONST("t.state = 'open' OR (t.state = 'prepared'"
                        " AND t.meets <= :today + 31)"),
     .entity = &gate_entity},
    {.label = "portfolio.waiting.owed",
     .right = "portfolio.gates",
     .where = SQL_CONST("t.due BETWEEN :today AND :today + 30 AND " AWAITED(
         "t") " AND " IS_OWED),
     .entity = &gate_condition_entity},
    {.label = "portfolio.waiting.overdue",
     .right = "portfolio.gates",
     .where = SQL_CONST("t.due < :today AND " AWAITED("t") " AND " IS_OWED),
     .entity = &gate_condition_entity,
     .late = true},
    {.label = "portfolio.waiting.conditions",
     .right = "portfolio.gates",
     .where = SQL_CONST("t.due BETWEEN :today AND :today + 30 AND " AWAITED(
         "t") " AND NOT " IS_OWED),
     .entity = &gate_condition_entity},
    {.label = "portfolio.waiting.late",
     .right = "portfolio.gates",
     .where = SQL_CONST("t.due < :today AND " AWAITED("t") " AND NOT " IS_OWED),
     .entity = &gate_condition_entity,
     .late = true},
    {.label = "portfolio.waiting.advice",
     .right = "portfolio.edit_advice",
     .where = SQL_CONST("t.state IN ('new', 'taken')"),
     .entity = &advice_entity},
    {.label = "portfolio.waiting.asked",
     .right = "portfolio.advice",
     .where = SQL_CONST("t.state IN ('new', 'taken') AND t.person = :me"),
     .entity = &advice_entity},
    {.label = "portfolio.waiting.signals",
     .right = "portfolio.edit_watch",
     .where = SQL_CONST("t.state = 'new'"),
     .entity = &signal_entity},
    {.label = "portfolio.waiting.returns",
     .right = "portfolio.give_back",
     .where = SQL_CONST(
         "t.state = 'in_use' AND t.starts <= :today - 30 AND NOT EXISTS"
         " (SELECT 1 FROM portfolio_feedback f WHERE f.deployment ="
         " t.id)"),
     .entity = &deployment_entity},
    {.label = "portfolio.waiting.over",
     .right = "portfolio.deploy",
     .where = SQL_CONST("t.state = 'in_use' AND t.ends < :today"),
     .entity = &deployment_entity,
     .late = true},
    {.label = "portfolio.waiting.left",
     .right = "portfolio.deploy",
     .where = SQL_CONST("(" USED_TODAY("t") " OR t.state IN ('planned',"
                                            " 'configured')) AND " STOPPED),
     .entity = &deployment_entity,
     .late = true},
    {.label = "portfolio.waiting.planned",
     .right = "portfolio.deploy",
     .where =
         SQL_CONST("t.state IN ('planned', 'configured') AND t.starts < :today"
                   " AND NOT " STOPPED),
     .entity = &deployment_entity,
     .late = true},
    {0},
};

const struct news portfolio_news[] = {
    {"portfolio.decisions_one", PUBLIC, "/decisions",
     SQL_CONST("SELECT t.id, p.name || ' · ' || t.name, t.decided_on FROM"
               " portfolio_gate t JOIN portfolio_project p ON p.id = t.project"
               " WHERE t.published = 1 AND t.state IN (" DECIDED ")"
               " ORDER BY t.decided_on DESC, t.id DESC LIMIT 3"),
     &gate_entity},
    {"portfolio_evidence", PUBLIC, "/preuves",
     SQL_CONST("SELECT t.id, t.statement, t.found FROM portfolio_evidence t"
               " ORDER BY t.found DESC, t.id DESC LIMIT 3"),
     &evidence_entity},
    {"portfolio_signal", "portfolio.watch", "/veille",
     SQL_CONST("SELECT t.id, t.title, t.seen FROM portfolio_signal t"
               " WHERE {reach:t} ORDER BY t.seen DESC, t.id DESC LIMIT 3"),
     &signal_entity},
    {"portfolio_feedback", "portfolio.deployments", "/retours",
     SQL_CONST("SELECT t.id, d.tool, t.given FROM portfolio_feedback t JOIN"
               " portfolio_deployment d ON d.id = t.deployment WHERE {reach:t}"
               " ORDER BY t.given DESC, t.id DESC LIMIT 3"),
     &feedback_entity},
    {0},
};
