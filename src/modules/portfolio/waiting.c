/* What waits for people in the portfolio, what goes wrong in it, what is new.
 */
#include "modules/portfolio/life.h"

const struct waiting portfolio_waiting[] = {
    {"portfolio.waiting.begins", "portfolio.members", "/passages?sort=-starts",
     SQL_CONST("SELECT count(*) FROM portfolio_project_service t"
               " WHERE t.starts BETWEEN :today - 7 AND :today + 14"
               " AND {reach:t}"),
     &project_service_entity, false},
    {"portfolio.waiting.current", "portfolio.documents",
     "/passages?state=current",
     SQL_CONST("SELECT count(*) FROM portfolio_project_service t"
               " WHERE t.state = 'current' AND {reach:t}"),
     &project_service_entity, false},
    {"portfolio.waiting.ideas", "portfolio.decide", "/projets?state=study",
     SQL_CONST("SELECT count(*) FROM portfolio_project t"
               " WHERE t.state IN ('idea', 'study') AND {reach:t}"),
     &project_entity, false},
    {"portfolio.waiting.vote", "portfolio.vote", "/jalons/a-decider",
     SQL_CONST("SELECT count(*) FROM portfolio_gate_member t JOIN"
               " portfolio_gate g ON g.id = t.gate WHERE t.state = 'invited'"
               " AND g.state = 'open' AND t.person = :me AND {reach:t}"),
     &gate_member_entity, false},
    {"portfolio.waiting.gates", "portfolio.decide", "/jalons/a-decider",
     SQL_CONST("SELECT count(*) FROM portfolio_gate t WHERE (t.state = 'open'"
               " OR (t.state = 'prepared' AND t.meets <= :today + 31))"
               " AND {reach:t}"),
     &gate_entity, false},
    {"portfolio.waiting.conditions", "portfolio.gates", "/jalons/a-decider",
     SQL_CONST("SELECT count(*) FROM portfolio_gate_condition t WHERE t.state"
               " = 'open' AND t.due BETWEEN :today AND :today + 30 AND"
               " {reach:t}"),
     &gate_condition_entity, false},
    {"portfolio.waiting.late", "portfolio.gates", "/jalons/a-decider",
     SQL_CONST("SELECT count(*) FROM portfolio_gate_condition t WHERE t.state"
               " = 'open' AND t.due < :today AND {reach:t}"),
     &gate_condition_entity, true},
    {"portfolio.waiting.advice", "portfolio.edit_advice", "/conseils/file",
     SQL_CONST("SELECT count(*) FROM portfolio_advice t"
               " WHERE t.state IN ('new', 'taken') AND {reach:t}"),
     &advice_entity, false},
    {"portfolio.waiting.signals", "portfolio.edit_watch", "/veille?state=new",
     SQL_CONST("SELECT count(*) FROM portfolio_signal t"
               " WHERE t.state = 'new' AND {reach:t}"),
     &signal_entity, false},
    {"portfolio.waiting.returns", "portfolio.give_back",
     "/deploiements?state=in_use",
     SQL_CONST("SELECT count(*) FROM portfolio_deployment t WHERE t.state ="
               " 'in_use' AND t.starts <= :today - 30 AND NOT EXISTS (SELECT"
               " 1 FROM portfolio_feedback f WHERE f.deployment = t.id)"
               " AND {reach:t}"),
     &deployment_entity, false},
    {"portfolio.waiting.planned", "portfolio.deploy",
     "/deploiements?state=planned",
     SQL_CONST("SELECT count(*) FROM portfolio_deployment t WHERE t.state IN"
               " ('planned', 'configured') AND t.starts < :today"
               " AND {reach:t}"),
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
