#include "unit/demo_world.h"

#include "core/module.h"
#include "modules/booking/booking.h"
#include "modules/portfolio/essaimage.h"
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
                " (" BY_COMMITTEE ") AND g.quorum > (SELECT count(*) FROM"
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

/* No link of a filiation contradicts the days of what it joins: what another
 * takes over is not taken before it was stopped, and nothing feeds what is. */
TEST(demo_filiations_keep_their_days)
{
    struct demo_world w;
    demo_world_open(&w, "demo.db");
    OKAY(NUMBER("SELECT count(*) FROM portfolio_filiation f JOIN portfolio_gate"
                " g ON g.project = f.from_project AND g.state = 'stop' WHERE"
                " f.since <> g.decided_on") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_filiation f JOIN"
                " portfolio_project p ON p.id = f.from_project WHERE f.kind ="
                " 'merged' AND (p.ends IS NULL OR p.ends <> f.since)") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_filiation f JOIN"
                " portfolio_project p ON p.id = f.to_project WHERE f.since >="
                " p.ends OR (f.kind = 'became' AND f.since > p.starts)") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_filiation f JOIN"
                " portfolio_project p ON p.id = f.from_project WHERE f.since <"
                " p.starts") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_filiation f JOIN"
                " portfolio_signal s ON s.id = f.from_signal WHERE f.since <"
                " s.seen") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_filiation f JOIN"
                " portfolio_deployment y ON y.id = f.to_deployment WHERE"
                " f.since <> y.starts") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_filiation WHERE since IS NULL"
                " OR kind = 'merged'") == 2);
    demo_world_close(&w);
}

/* The texts fit what they speak of: who asks has such pupils, what a school
 * says is of a school of its kind, what was never used was not given up, and
 * every committee had something to read. */
TEST(demo_texts_fit_their_rows)
{
    struct demo_world w;
    struct rows *r;
    demo_world_open(&w, "demo.db");
    OKAY(NUMBER("SELECT count(*) FROM portfolio_advice a JOIN directory_school"
                " s ON s.id = a.school WHERE NOT (a.level = 'elementary' AND"
                " s.kind IN ('primaire', 'elementaire') OR a.level = s.kind OR"
                " s.kind = 'lycee_poly' AND a.level IN ('lycee',"
                " 'lycee_pro'))") == 0);
    OKAY(NUMBER("SELECT count(*) FROM (SELECT f.text AS said, d.school FROM"
                " portfolio_feedback f JOIN portfolio_deployment d ON d.id ="
                " f.deployment UNION ALL SELECT reason, school FROM"
                " portfolio_deployment) t JOIN directory_school s ON s.id ="
                " t.school WHERE (t.said LIKE '%collège%' OR t.said LIKE"
                " '%cinquièmes%' OR t.said LIKE '%quatrième%') AND s.kind <>"
                " 'college' OR (t.said LIKE '%CM1%' OR t.said LIKE '%CM2%' OR"
                " t.said LIKE '%l’école %' OR t.said LIKE '%motricité%') AND"
                " s.kind NOT IN ('primaire', 'elementaire') OR t.said LIKE"
                " '%seconde%' AND s.kind NOT IN ('lycee', 'lycee_poly',"
                " 'lycee_pro')") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_feedback WHERE use ="
                " 'never'") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_gate g WHERE g.state IN"
                " (" BY_COMMITTEE ") AND NOT EXISTS (SELECT 1 FROM"
                " portfolio_evidence e WHERE e.project = g.project AND e.found"
                " <= g.meets)") == 0);
    OKAY(NUMBER("SELECT count(*) - count(DISTINCT m.state_reason) FROM"
                " portfolio_gate_member m JOIN portfolio_gate g ON g.id ="
                " m.gate WHERE g.state = 'open' AND m.state_reason IS NOT"
                " NULL") == 0);
    /* All but the three that form staff are somewhere. */
    OKAY(NUMBER("SELECT count(*) FROM portfolio_project p WHERE p.state ="
                " 'deployment' AND NOT EXISTS (SELECT 1 FROM"
                " portfolio_deployment d WHERE d.project = p.id)") == 3);
    CHECK(db_rows(w.conn, &w.mem,
                  SQL("SELECT found, statement FROM portfolio_evidence"),
                  NO_ARGS, &r) == OK);
    while (rows_next(r)) {
        int32_t near;
        CHECK(school_day_near(w.conn, "b", row_day(r, 0), 1, &near) == OK);
        if (near != row_day(r, 0))
            printf("  %s %s\n", day_iso(&w.mem, row_day(r, 0)), row_text(r, 1));
        OKAY(near == row_day(r, 0));
    }
    CHECK(rows_end(r) == OK);
    demo_world_close(&w);
}

/* Where a decision leaves a project that stood at the gate's first stage. */
static const char *left_by(const struct gate *g)
{
    return same(g->state, "stop")                       ? "stopped"
           : same(g->state, "hold")                     ? "held"
           : !same(g->state, "recycle")                 ? g->stage_to
           : word_in("trial deployment", g->stage_from) ? "design"
                                                        : g->stage_from;
}

/* Every project has walked to where it stands by its gates alone, from where an
 * idea is studied; the criteria ask for each of them. */
static void projects_walked(struct demo_world *w)
{
    struct list projects, gates;
    struct list_ask ask = {
        .entity = &project_entity, .reach = &reach_all, .limit = LIST_MOST};
    CHECK(list_load(w->conn, &w->mem, &ask, &projects) == OK);
    OKAY(projects.n == 23);
    for (size_t i = 0; i < projects.n; i++) {
        const struct project *p = projects.rows[i];
        const char *stands = "study";
        ask = (struct list_ask){
            .entity = &gate_entity,
            .reach = &reach_all,
            .where = SQL("t.project = :project AND t.state IN (" DECIDED ")"),
            .args = ARGS(arg_int("project", p->row.id)),
            .sort = entity_field(&gate_entity, "decided_on"),
            .limit = LIST_MOST};
        CHECK(list_load(w->conn, &w->mem, &ask, &gates) == OK);
        OKAY(gates.n > 0);
        for (size_t k = 0; k < gates.n; k++) {
            const struct gate *g = gates.rows[k];
            if (!same(g->stage_from, stands))
                printf("  %s: %s\n", p->name, g->name);
            OKAY(same(g->stage_from, stands));
            stands = left_by(g);
        }
        OKAY(same(p->state, stands));
    }
    OKAY(demo_number(
             w,
             "SELECT count(*) FROM portfolio_gate g WHERE NOT EXISTS (SELECT"
             " 1 FROM portfolio_criterion k WHERE k.stage_from ="
             " g.stage_from AND k.stage_to = g.stage_to)",
             NO_ARGS) == 0);
    OKAY(demo_number(
             w,
             "SELECT count(*) FROM portfolio_gate WHERE state = 'waived' AND"
             " published = 0",
             NO_ARGS) == 0);
}

/* Each service of a project has a plan of its own, and none of the trial or of
 * what follows it begins before a gate let the project there. */
TEST(demo_services_have_plans)
{
    struct demo_world w;
    demo_world_open(&w, "demo.db");
    OKAY(NUMBER("SELECT count(*) FROM portfolio_project_service WHERE state <>"
                " 'skipped' AND (team IS NULL OR expected IS NULL)") == 0);
    OKAY(NUMBER("SELECT count(*) - count(DISTINCT expected) FROM"
                " portfolio_project_service WHERE state <> 'skipped'") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_project_service s JOIN"
                " portfolio_service v ON v.id = s.service WHERE s.state IN"
                " ('current', 'done', 'left') AND v.code IN ('trial',"
                " 'deployment', 'training', 'support') AND NOT EXISTS (SELECT 1"
                " FROM portfolio_gate g WHERE g.project = s.project AND g.state"
                " IN ('go', 'conditions', 'waived') AND g.decided_on <="
                " s.starts AND (g.stage_to = 'deployment' OR (g.stage_to ="
                " 'trial' AND v.code = 'trial')))") == 0);
    demo_world_close(&w);
}

/* No committee sits on a week-end or while schools are closed. */
static void committees_work(struct demo_world *w)
{
    struct rows *r;
    int n = 0;
    CHECK(db_rows(w->conn, &w->mem, SQL("SELECT meets FROM portfolio_gate"),
                  NO_ARGS, &r) == OK);
    while (rows_next(r)) {
        int32_t near;
        const int32_t meets = row_day(r, 0);
        CHECK(school_day_near(w->conn, "b", meets, 1, &near) == OK);
        if (near != meets)
            printf("  %s\n", day_iso(&w->mem, meets));
        OKAY(near == meets);
        n++;
    }
    CHECK(rows_end(r) == OK);
    OKAY(n > 50);
    OKAY(demo_number(w,
                     "SELECT count(*) FROM portfolio_project_service WHERE"
                     " ends < starts",
                     NO_ARGS) == 0);
}

/* Is there a day of school in the month of that day? */
static bool month_works(struct demo_world *w, int32_t today)
{
    const struct date now = day_date(today);
    int32_t near;
    CHECK(school_day_near(w->conn, "b", day_of(now.year, now.month, 1), 1,
                          &near) == OK);
    return day_date(near).month == now.month;
}

/* Two gates wait, both this month. */
static void gates_wait(struct demo_world *w, int32_t today)
{
    const struct date now = day_date(today);
    struct rows *r;
    int n = 0;
    CHECK(db_rows(w->conn, &w->mem,
                  SQL("SELECT meets FROM portfolio_gate WHERE state = 'open'"),
                  NO_ARGS, &r) == OK);
    while (rows_next(r)) {
        const struct date at = day_date(row_day(r, 0));
        OKAY(!month_works(w, today) ||
             (at.year == now.year && at.month == now.month));
        n++;
    }
    CHECK(rows_end(r) == OK);
    OKAY(n == 2);
}

/* No term of school goes by without a decision, and each was taken. */
static void decisions_follow(struct demo_world *w, int32_t today)
{
    enum { TERM = 200 };
    struct rows *r;
    int32_t last = NO_DAY;
    CHECK(db_rows(w->conn, &w->mem,
                  SQL("SELECT decided_on FROM portfolio_gate WHERE state IN"
                      " (" DECIDED ") ORDER BY decided_on, id"),
                  NO_ARGS, &r) == OK);
    while (rows_next(r)) {
        const int32_t day = row_day(r, 0);
        if (last != NO_DAY && day - last > TERM)
            printf("  nothing from %s to %s\n", day_iso(&w->mem, last),
                   day_iso(&w->mem, day));
        OKAY(last == NO_DAY || day - last <= TERM);
        OKAY(day <= today);
        last = day;
    }
    CHECK(rows_end(r) == OK);
    OKAY(today - last < TERM);
}

/* What a critical reader would hold against it. */
static void life_is_in_order(struct demo_world *w, int32_t today)
{
    const struct arg *now = ARGS(arg_int("today", today));
    OKAY(demo_number(w,
                     "SELECT count(*) FROM portfolio_gate_condition WHERE"
                     " state = 'open' AND due < :today",
                     now) == 0);
    OKAY(demo_number(w,
                     "SELECT count(*) FROM portfolio_gate_condition n JOIN"
                     " portfolio_gate g ON g.id = n.gate WHERE n.due <="
                     " g.decided_on",
                     NO_ARGS) == 0);
    OKAY(demo_number(w,
                     "SELECT count(*) FROM portfolio_filiation f JOIN"
                     " portfolio_signal s ON s.id = f.from_signal WHERE f.kind"
                     " = 'became' AND s.seen > (SELECT min(g.meets) FROM"
                     " portfolio_gate g WHERE g.project = f.to_project)",
                     NO_ARGS) == 0);
    OKAY(demo_number(w,
                     "SELECT count(*) FROM portfolio_deployment d WHERE d.state"
                     " IN ('in_use', 'ended', 'abandoned') AND NOT EXISTS"
                     " (SELECT 1 FROM portfolio_gate g WHERE g.project ="
                     " d.project AND g.stage_to = 'deployment' AND g.state IN"
                     " ('go', 'conditions', 'waived') AND g.decided_on <="
                     " d.starts)",
                     NO_ARGS) == 0);
    OKAY(demo_number(w,
                     "SELECT count(*) FROM portfolio_project p WHERE p.state ="
                     " 'stopped' AND NOT EXISTS (SELECT 1 FROM portfolio_gate"
                     " g WHERE g.project = p.id AND g.state = 'stop' AND"
                     " g.decided_on = p.ends)",
                     NO_ARGS) == 0);
}

TEST(demo_committees_sit_in_order)
{
    /* In the Christmas holidays, in March, on a Sunday, in the summer, at the
     * return, on the last days of a month. */
    static const struct {
        const char *name;
        int year, month, day;
    } days[] = {{"christmas.db", 2024, 12, 26}, {"march.db", 2025, 3, 12},
                {"sunday.db", 2026, 11, 22},    {"summer.db", 2025, 8, 3},
                {"return.db", 2025, 9, 8},      {"november.db", 2026, 11, 28},
                {"spring.db", 2026, 4, 30}};
    for (size_t i = 0; i < (test_is_full() ? COUNT(days) : 2); i++) {
        struct demo_world w;
        const int32_t today = day_of(days[i].year, days[i].month, days[i].day);
        demo_world_open_on(&w, test_place(days[i].name), today);
        committees_work(&w);
        gates_wait(&w, today);
        decisions_follow(&w, today);
        life_is_in_order(&w, today);
        projects_walked(&w);
        demo_world_close(&w);
    }
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
    /* Delivered after the committee said so, in the service it is in then. */
    OKAY(NUMBER("SELECT count(*) FROM portfolio_deployment d WHERE d.tool ="
                " 'MIA Seconde' AND NOT EXISTS (SELECT 1 FROM portfolio_gate g"
                " JOIN portfolio_project_service s ON s.project = g.project"
                " JOIN portfolio_service v ON v.id = s.service WHERE g.project"
                " = d.project AND g.name LIKE 'MIA Seconde%' AND g.state = 'go'"
                " AND g.stage_to = 'deployment' AND v.code = 'deployment' AND"
                " g.decided_on <= s.starts AND s.starts <= d.starts)") == 0);
    demo_world_close(&w);
}

/* Tools spread over months, on days on which schools are open; what was given
 * up says when and why; and no school says what another said. */
TEST(demo_deployments_are_plausible)
{
    struct demo_world w;
    struct rows *r;
    demo_world_open(&w, "demo.db");
    OKAY(NUMBER("SELECT count(*) FROM portfolio_deployment WHERE state ="
                " 'abandoned' AND (ends IS NULL OR reason IS NULL OR ends <"
                " starts)") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_deployment WHERE state ="
                " 'abandoned'") >= 4);
    OKAY(NUMBER("SELECT count(*) - count(DISTINCT reason) FROM"
                " portfolio_deployment WHERE state = 'abandoned'") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_deployment WHERE ends > 0 AND"
                " state = 'in_use'") == 0);
    /* More than ten schools of a tool begin on six days at least, more than
     * two months apart. */
    OKAY(NUMBER("SELECT count(*) FROM (SELECT tool FROM portfolio_deployment"
                " GROUP BY tool HAVING count(*) > 10 AND (count(DISTINCT"
                " starts) < 6 OR max(starts) - min(starts) < 62)) x") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_feedback") > 20);
    OKAY(NUMBER("SELECT count(*) - count(DISTINCT text) FROM"
                " portfolio_feedback") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_feedback WHERE text IS NULL OR"
                " (useful >= 4 AND (goes_on IS NULL OR goes_on = 0 OR use ="
                " 'never')) OR (useful <= 2 AND goes_on = 1)") == 0);
    OKAY(NUMBER("SELECT count(DISTINCT useful) FROM portfolio_feedback") == 5);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_feedback f JOIN"
                " portfolio_deployment d ON d.id = f.deployment WHERE f.given"
                " < d.starts OR d.state NOT IN (" BEGUN ") OR f.given >"
                " d.ends") == 0);
    CHECK(db_rows(w.conn, &w.mem,
                  SQL("SELECT DISTINCT starts FROM portfolio_deployment WHERE"
                      " tool <> 'MYdys' UNION SELECT given FROM"
                      " portfolio_feedback"),
                  NO_ARGS, &r) == OK);
    while (rows_next(r)) {
        int32_t near;
        CHECK(school_day_near(w.conn, "b", row_day(r, 0), 1, &near) == OK);
        OKAY(near == row_day(r, 0));
    }
    CHECK(rows_end(r) == OK);
    demo_world_close(&w);
}

enum { A, B, C, D, E, NOTES };

static enum status link_notes(struct conn *c, struct arena *a, void *data)
{
    static const struct {
        int from, to;
    } links[] = {{C, D}, {A, C}, {D, E}, {B, D}, {A, B}};
    int64_t *notes = data;
    for (int i = 0; i < NOTES; i++) {
        struct signal *s = row_new(a, &signal_entity);
        s->title = arena_printf(a, "%c", 'A' + i);
        s->source = "Test";
        s->state = "kept";
        s->seen = day_of(2026, 1, 1);
        TRY(row_insert(c, a, &signal_entity, s, (struct actor){0}));
        notes[i] = node_of(NODE_SIGNAL, s->row.id);
    }
    for (size_t i = 0; i < COUNT(links); i++) {
        struct filiation *l = row_new(a, &filiation_entity);
        l->kind = "inspired";
        l->from_signal = node_id(notes[links[i].from]);
        l->to_signal = node_id(notes[links[i].to]);
        TRY(row_insert(c, a, &filiation_entity, l, (struct actor){0}));
    }
    return OK;
}

/* "AB AC …" as a walk met them, " > " before those that lead away. */
static const char *walked(struct demo_world *w, const int64_t *notes, int from,
                          size_t most, bool *cut)
{
    struct buf b = {.mem = &w->mem};
    struct kinship kin;
    struct named named;
    CHECK(filiation_walk(w->conn, &w->mem, notes[from], most, &kin) == OK);
    for (size_t i = 0; i < kin.n; i++) {
        const int64_t ends[] = {kin.links[i].from, kin.links[i].to};
        CHECK(nodes_name(w->conn, &w->mem, ends, 2, &named) == OK);
        buf_printf(&b, "%s%s%s ", i == kin.up ? "> " : "", named.titles[0],
                   named.titles[1]);
    }
    *cut = kin.cut[0] || kin.cut[1];
    return buf_done(&b).p;
}

TEST(lineage_walks_the_nearest_first_and_no_link_twice)
{
    struct demo_world w;
    int64_t notes[NOTES];
    bool cut;
    demo_world_open(&w, "demo.db");
    conn_end(w.conn);
    CHECK(db_write(w.db, &w.mem, link_notes, notes) == OK);
    CHECK(conn_begin(w.conn, 0) == OK);
    OKAY(same(walked(&w, notes, A, 9, &cut), "> AB AC BD CD DE "));
    OKAY(!cut);
    OKAY(same(walked(&w, notes, D, 9, &cut), "BD CD AB AC > DE "));
    OKAY(!cut);
    OKAY(same(walked(&w, notes, A, 3, &cut), "> AB AC BD "));
    OKAY(cut);
    OKAY(same(walked(&w, notes, D, 3, &cut), "BD CD AB > DE "));
    OKAY(cut);
    demo_world_close(&w);
}

/* Some in use beyond their last day, some schools that nobody has counted. */
static enum status uses_vary(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    TRY(db_exec(c,
                SQL("UPDATE portfolio_deployment SET ends = starts"
                    " WHERE state = 'in_use' AND id % 3 = 0"),
                NO_ARGS, NULL));
    TRY(db_exec(c,
                SQL("UPDATE directory_class SET year = year - 40"
                    " WHERE school % 4 = 0"),
                NO_ARGS, NULL));
    return db_exec(c,
                   SQL("UPDATE directory_school SET pupils = NULL"
                       " WHERE id % 2 = 0"),
                   NO_ARGS, NULL);
}

static void spreads_agree(struct demo_world *w, int64_t project,
                          struct spread *sum)
{
    struct spread whole, by_school;
    CHECK(spread_sum(w->conn, &w->mem, project, &whole) == OK);
    CHECK(spread_load(w->conn, &w->mem, project, &by_school) == OK);
    OKAY(memcmp(whole.states, by_school.states, sizeof(whole.states)) == 0);
    OKAY(whole.all == by_school.all && whole.used == by_school.used);
    OKAY(whole.pupils == by_school.pupils);
    OKAY(whole.unknown == by_school.unknown && !whole.schools);
    for (int i = 0; i < ESSAIMAGE_STATES; i++)
        sum->states[i] += whole.states[i];
    sum->used += whole.used;
    sum->pupils += whole.pupils;
    sum->unknown += whole.unknown;
}

TEST(a_spread_without_its_schools_is_the_same)
{
    struct demo_world w;
    struct spread sum = {0};
    demo_world_open(&w, "demo.db");
    conn_end(w.conn);
    CHECK(db_write_within(w.db, &w.mem, uses_vary, NULL, 60000) == OK);
    CHECK(conn_begin(w.conn, 0) == OK);
    int64_t projects =
        demo_number(&w, "SELECT max(id) FROM portfolio_project", NO_ARGS);
    for (int64_t i = 1; i <= projects + 1; i++) /* and one that is not there */
        spreads_agree(&w, i, &sum);
    OKAY(sum.used > 10 && sum.pupils > 1000 && sum.unknown > 0);
    OKAY(sum.used > sum.unknown && sum.states[2] && sum.states[3]);
    demo_world_close(&w);
}

extern const struct module portfolio_module;

/* What an earlier program left, as its migration finds it: each word for word
 * beside what this program kept. */
static enum status dossiers_again(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    TRY(db_exec(c,
                SQL("UPDATE portfolio_gate SET state_reason = coalesce(dossier,"
                    " ''), dossier = NULL"),
                NO_ARGS, NULL));
    for (const struct migration *m = portfolio_module.migrations; m->number;
         m++)
        for (const struct change *k = m->changes;
             m->number == 93 && (k->op != RUN || k->sql.text); k++)
            if (k->op == RUN)
                TRY(db_exec(c, k->sql, NO_ARGS, NULL));
    return OK;
}

TEST(decisions_of_an_earlier_program_keep_their_dossiers)
{
    struct demo_world w;
    demo_world_open(&w, "demo.db");
    conn_end(w.conn);
    CHECK(db_write(w.db, &w.mem, dossiers_again, NULL) == OK);
    CHECK(conn_begin(w.conn, 0) == OK);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_gate WHERE length(dossier) > 3"
                " AND dossier = state_reason") > 10);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_gate WHERE coalesce(dossier,"
                " '') <> state_reason") == 0);
    OKAY(NUMBER("SELECT count(*) FROM portfolio_gate WHERE state NOT IN"
                " (" DECIDED ") AND dossier IS NOT NULL") == 0);
    demo_world_close(&w);
}
