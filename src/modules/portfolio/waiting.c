/* What waits for people in the portfolio, what goes wrong in it, what is new.
 */
#include "modules/portfolio/life.h"

const struct waiting portfolio_waiting[] = {
    {"portfolio.waiting.begins", "portfolio.members",
     SQL_CONST("t.starts BETWEEN :today - 7 AND :today + 14"),
     &project_service_entity, false},
    {"portfolio.waiting.next", "portfolio.documents",
     SQL_CONST("t.state = 'planned' AND t.starts BETWEEN :today"
               " AND :today + 61"),
     &project_service_entity, false},
    {"portfolio.waiting.current", "portfolio.documents",
     SQL_CONST("t.state = 'current'"), &project_service_entity, false},
    {"portfolio.waiting.ideas", "portfolio.decide",
     SQL_CONST("t.state IN ('idea', 'study')"), &project_entity, false},
    {"portfolio.waiting.vote", "portfolio.vote",
     SQL_CONST("t.state = 'open' AND EXISTS (SELECT 1 FROM"
               " portfolio_gate_member m WHERE m.gate = t.id AND"
               " m.state = 'invited' AND m.person = :me)"),
     &gate_entity, false},
    {"portfolio.waiting.gates", "portfolio.decide",
     SQL_CONST("t.state = 'open' OR (t.state = 'prepared'"
               " AND t.meets <= :today + 31)"),
     &gate_entity, false},
    {"portfolio.waiting.conditions", "portfolio.gates",
     SQL_CONST("t.state = 'open' AND t.due BETWEEN :today AND :today + 30"),
     &gate_condition_entity, false},
    {"portfolio.waiting.late", "portfolio.gates",
     SQL_CONST("t.state = 'open' AND t.due < :today"), &gate_condition_entity,
     true},
    {"portfolio.waiting.advice", "portfolio.edit_advice",
     SQL_CONST("t.state IN ('new', 'taken')"), &advice_entity, false},
    {"portfolio.waiting.asked", "portfolio.advice",
     SQL_CONST("t.state IN ('new', 'taken') AND t.person = :me"),
     &advice_entity, false},
    {"portfolio.waiting.signals", "portfolio.edit_watch",
     SQL_CONST("t.state = 'new'"), &signal_entity, false},
    {"portfolio.waiting.returns", "portfolio.give_back",
     SQL_CONST("t.state = 'in_use' AND t.starts <= :today - 30 AND NOT EXISTS"
               " (SELECT 1 FROM portfolio_feedback f WHERE f.deployment ="
               " t.id)"),
     &deployment_entity, false},
    {"portfolio.waiting.planned", "portfolio.deploy",
     SQL_CONST("t.state IN ('planned', 'configured') AND t.starts < :today"),
     &deployment_entity, true},
    {0},
};

const struct news portfolio_news[] = {
    {"portfolio.decisions_one", PUBLIC, "/decisions",
     SQL_CONST("SELECT t.id, p.name || ' · ' || t.name, t.meets FROM"
               " portfolio_gate t JOIN portfolio_project p ON p.id = t.project"
               " WHERE t.published = 1 AND t.state IN (" DECIDED ")"
               " ORDER BY t.meets DESC, t.id DESC LIMIT 3"),
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
