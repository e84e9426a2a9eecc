#include "unit/demo_world.h"

#include "modules/portfolio/filiation.h"

#define NUMBER(sql) demo_number(&w, sql, NO_ARGS)

TEST(demo_gates_have_their_reasons)
{
    struct demo_world w;
    demo_world_open(&w, "demo.db");
    OKAY(NUMBER("SELECT count(*) FROM (SELECT project FROM portfolio_gate WHERE"
                " state IN ('go', 'conditions') GROUP BY project HAVING"
                " count(*) >= 3) x") >= 8);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_project WHERE state = "
                "'stopped'") == 2);
    OKAY(NUMBER("SELECT count(DISTINCT project) FROM portfolio_gate WHERE state"
                " = 'stop'") == 2);
    OKAY(
        NUMBER("SELECT count(*) FROM portfolio_gate WHERE state = 'recycle'") >=
        1);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_gate WHERE state = 'open'") ==
         2);
    /* Every decision has its own words, and each criterion its finding. */
    OKAY(NUMBER("SELECT count(*) - count(DISTINCT state_reason) FROM"
                " portfolio_gate WHERE state IN (" DECIDED ")") == 0);
    OKAY(NUMBER("SELECT count(*) - count(DISTINCT k.reason) FROM"
                " portfolio_gate_criterion k JOIN portfolio_gate g ON g.id ="
                " k.gate WHERE g.state IN (" DECIDED ")") == 0);
    OKAY(NUMBER("SELECT min(length(state_reason)) FROM portfolio_gate WHERE"
                " state IN (" DECIDED ")") > 120);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_gate_member m JOIN"
                " portfolio_gate g ON g.id = m.gate WHERE g.state IN (" DECIDED
                ") AND m.state NOT IN (g.state, 'abstain', 'conflict') AND"
                " m.state_reason IS NOT NULL") >= 5);
    demo_world_close(&w);
}

/* What the demonstration decided is what the program would have let it. */
TEST(demo_gates_keep_the_rules)
{
    struct demo_world w;
    demo_world_open(&w, "demo.db");
    OKAY(NUMBER("SELECT count(*) FROM portfolio_gate g WHERE g.state IN"
                " (" DECIDED ") AND g.quorum > (SELECT count(*) FROM"
                " portfolio_gate_member m WHERE m.gate = g.id AND m.state NOT"
                " IN ('invited', 'conflict'))") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_gate g JOIN"
                " portfolio_gate_criterion k ON k.gate = g.id WHERE g.state IN"
                " ('go', 'conditions') AND k.kind IS NOT NULL AND NOT EXISTS"
                " (SELECT 1 FROM portfolio_evidence e WHERE e.project ="
                " g.project AND e.kind = k.kind AND e.level >= k.level AND"
                " e.found <= g.meets)") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_gate g WHERE g.state ="
                " 'conditions' AND NOT EXISTS (SELECT 1 FROM"
                " portfolio_gate_condition c WHERE c.gate = g.id)") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_evidence WHERE file IS NULL") ==
         0);
    demo_world_close(&w);
}

/* From a note de veille, past a refusal, to every lycée. */
TEST(demo_mia_seconde)
{
    struct demo_world w;
    demo_world_open(&w, "demo.db");
    int64_t signal = NUMBER("SELECT id FROM portfolio_signal WHERE title LIKE"
                            " 'MIA Seconde%'");
    int64_t lycees = NUMBER("SELECT count(*) FROM directory_school WHERE kind"
                            " IN ('lycee', 'lycee_pro', 'lycee_poly')");
    OKAY(lycees > 20);
    OKAY(NUMBER("SELECT count(DISTINCT school) FROM portfolio_deployment WHERE"
                " tool = 'MIA Seconde'") == lycees);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_gate WHERE name LIKE"
                " 'MIA Seconde%' AND state = 'recycle'") == 1);
    struct kinship kin;
    CHECK(filiation_walk(w.conn, &w.mem, node_of(NODE_SIGNAL, signal), 100,
                         &kin) == OK);
    bool project = false, deployed = false;
    for (size_t i = 0; i < kin.n; i++) {
        project |= node_kind(kin.links[i].to) == NODE_PROJECT;
        deployed |= node_kind(kin.links[i].to) == NODE_DEPLOYMENT;
    }
    OKAY(project && deployed);
    demo_world_close(&w);
}
