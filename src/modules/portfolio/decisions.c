/* Decisions that everybody may read, and the boards: what waits for one, what
 * was stopped and why. */
#include "modules/portfolio/shown.h"

#include "i18n/format.h"
#include "modules/portfolio/pages/gate.html.h"
#include "modules/portfolio/routes.h"

enum { DECISIONS = 50 }; /* of a page */

/* Gates, with the names of their projects. */
static enum status gates_list(struct req *r, const struct list_ask *ask,
                              struct board_v *v)
{
    const struct field *project = entity_field(&gate_entity, "project");
    struct list list;
    TRY(list_load(r->conn, r->mem, ask, &list));
    struct gate_line_v *out = NEW_ARRAY(r->mem, struct gate_line_v, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        const struct gate *g = list.rows[i];
        out[i] = gate_line(r, g);
        out[i].project =
            said(r->mem, r->lang, list_ref_title(&list, project, g->project));
        out[i].project_href = row_address(r, &project_entity, g->project);
        if (gate_is_decided(g))
            out[i].href = decision_address(r, g->row.id);
    }
    v->gates = out;
    v->gate_count = list.n;
    v->pages.next = list.next ? list_address(r->mem, &gate_entity, &r->in,
                                             "/decisions", "after", list.next)
                              : NULL;
    return OK;
}

/* The latest first, a page at a time. */
enum status decisions_list(struct req *r)
{
    const struct str after = req_text(r, "after");
    const struct list_ask ask = {
        .entity = &gate_entity,
        .reach = &reach_all,
        .where = SQL("t.published = 1 AND t.state IN (" DECIDED ")"),
        .sort = entity_field(&gate_entity, "decided_on"),
        .down = true,
        .after = after.n ? str_dup(r->mem, after) : NULL,
        .limit = DECISIONS,
        .no_total = true};
    struct board_v v = {.lead = tr(r->lang, "portfolio.decisions_lead"),
                        .pages.first = after.n ? "/decisions" : NULL};
    TRY(gates_list(r, &ask, &v));
    struct page p = req_page(r, tr(r->lang, "portfolio.decisions"));
    struct html h;
    req_html_open(r, &h);
    decisions_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

/* By what they say: the order of the seats would tell whose it is. */
static int by_words(const void *a, const void *b)
{
    const struct vote_v *one = a, *other = b;
    return strcmp(one->reason ? one->reason : "",
                  other->reason ? other->reason : "");
}

/* How many voted what, and the dissents: neither name nor seat, for a
 * committee has one chair. */
static enum status votes_fill(struct req *r, const struct gate *g,
                              struct decision_v *v)
{
    struct list list;
    TRY(rows_under(r, &gate_member_entity, "gate", g->row.id, &list));
    struct vote_v *out = NEW_ARRAY(r->mem, struct vote_v, list.n + 1);
    int64_t votes = 0, with = 0, conflicts = 0;
    for (size_t i = 0; i < list.n; i++) {
        const struct gate_member *m = list.rows[i];
        conflicts += same(m->state, "conflict");
        if (word_in("invited conflict", m->state))
            continue;
        votes++;
        with += same(m->state, g->state);
        if (same(m->state, g->state) || same(m->state, "abstain"))
            continue;
        out[v->dissent_count++] = (struct vote_v){
            .vote = choice_shown(r, &gate_member_entity, "state", m->state),
            .tone = tone_of(r, &gate_member_entity, "state", m->state),
            .reason = m->state_reason};
    }
    qsort(out, v->dissent_count, sizeof(*out), by_words);
    v->dissents = out;
    v->votes = same(g->state, "waived")
                   ? tr(r->lang, "portfolio.no_committee")
                   : tr_with(r->mem, r->lang, "portfolio.votes_for", "n",
                             format_int(r->mem, r->lang, votes), "with",
                             format_int(r->mem, r->lang, with), NULL);
    v->conflicts = conflicts
                       ? tr_n(r->mem, r->lang, "portfolio.conflicts", conflicts)
                       : NULL;
    return OK;
}

static enum status parts_fill(struct req *r, const struct gate *g,
                              struct decision_v *v)
{
    struct list criteria, asked;
    TRY(rows_under(r, &gate_criterion_entity, "gate", g->row.id, &criteria));
    TRY(rows_under(r, &gate_condition_entity, "gate", g->row.id, &asked));
    struct finding_v *findings =
        NEW_ARRAY(r->mem, struct finding_v, criteria.n + 1);
    struct condition_v *conditions =
        NEW_ARRAY(r->mem, struct condition_v, asked.n + 1);
    for (size_t i = 0; i < criteria.n; i++)
        findings[i] = finding_shown(r, criteria.rows[i]);
    for (size_t i = 0; i < asked.n; i++) {
        conditions[i] = condition_shown(r, asked.rows[i]);
        conditions[i].href = NULL;
    }
    v->findings = findings;
    v->finding_count = criteria.n;
    v->conditions = conditions;
    v->condition_count = asked.n;
    return OK;
}

/* What was known on the day, as everybody may read it. */
static enum status evidence_fill(struct req *r, const struct gate *g,
                                 struct decision_v *v)
{
    struct list list;
    TRY(rows_under(r, &evidence_entity, "project", g->project, &list));
    struct evidence_v *out = NEW_ARRAY(r->mem, struct evidence_v, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        const struct evidence *e = list.rows[i];
        if (e->found <= gate_day(g))
            out[v->evidence_count++] = evidence_shown(r, e);
    }
    v->evidence = out;
    return OK;
}

/* Where the project is in use now. */
static enum status uses_fill(struct req *r, const struct gate *g,
                             struct decision_v *v)
{
    int64_t n;
    TRY(db_int(
        r->conn,
        SQL("SELECT count(DISTINCT d.school) FROM portfolio_deployment d"
            " WHERE d.project = :project AND " USED_TODAY("d")),
        ARGS(arg_int("project", g->project), arg_day("today", day_today())),
        &n));
    if (n > 0)
        v->uses = tr_n(r->mem, r->lang, "portfolio.used_now", n);
    v->essaimage = arena_printf(r->mem, "%s/essaimage",
                                row_address(r, &project_entity, g->project));
    return OK;
}

static enum status decision_fill(struct req *r, void *view)
{
    TRY(votes_fill(r, r->row, view));
    TRY(evidence_fill(r, r->row, view));
    TRY(uses_fill(r, r->row, view));
    return parts_fill(r, r->row, view);
}

enum status decision_show(struct req *r)
{
    const struct gate *g = r->row;
    bool team = may(r->who, "portfolio.gates");
    void *row;
    if (!gate_is_decided(g) || (g->published != YES && !team))
        return ERR_NOT_FOUND;
    TRY(row_load(r->conn, r->mem, &project_entity, g->project, &reach_all,
                 &row));
    struct decision_v v = {
        .project = ((const struct project *)row)->name,
        .project_href = row_address(r, &project_entity, g->project),
        .stages = stages_shown(r, g),
        .when = format_day(r->mem, r->lang, gate_day(g), DAY_PLAIN),
        .meets = gate_day(g) == g->meets || same(g->state, "waived")
                     ? NULL
                     : format_day(r->mem, r->lang, g->meets, DAY_PLAIN),
        .state = choice_shown(r, &gate_entity, "state", g->state),
        .tone = tone_of(r, &gate_entity, "state", g->state),
        .reason = g->state_reason,
        .secret = g->published != YES,
        .back = team ? row_address(r, &gate_entity, r->id) : NULL};
    TRY(req_fill(r, decision_fill, &v, sizeof(v)));
    struct page p = req_page(r, said(r->mem, r->lang, g->name));
    const struct page_link crumb = {tr(r->lang, "portfolio.decisions"),
                                    "/decisions", false};
    p.crumbs = &crumb;
    p.crumb_count = 1;
    struct html h;
    req_html_open(r, &h);
    decision_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

/* Votes, and kinds of evidence asked for and not there, of each gate that
 * waits; in their order. */
static enum status counts_fill(struct req *r, struct board_v *v)
{
    struct gate_line_v *list = v->gates;
    struct rows *rows;
    TRY(db_rows(
        r->conn, r->mem,
        SQL("SELECT g.id,"
            " (SELECT count(*) FROM portfolio_gate_member m WHERE m.gate = g.id"
            " AND m.state NOT IN ('invited', 'conflict')),"
            " (SELECT count(*) FROM portfolio_gate_criterion k WHERE k.gate ="
            " g.id AND k.kind IS NOT NULL AND NOT EXISTS (SELECT 1 FROM"
            " portfolio_evidence e WHERE e.project = g.project AND e.kind ="
            " k.kind AND e.level >= coalesce(k.level, 1))),"
            " (SELECT count(*) FROM portfolio_gate_member m WHERE m.gate = g.id"
            " AND m.state = 'invited' AND m.person = :me AND g.state = 'open')"
            " FROM portfolio_gate g WHERE g.state IN ('prepared', 'open')"),
        ARGS(arg_int("me", r->who->person)), &rows));
    while (rows_next(rows)) {
        const char *href = row_address(r, &gate_entity, row_int(rows, 0));
        for (size_t i = 0; i < v->gate_count; i++) {
            if (!same(list[i].href, href))
                continue;
            list[i].votes = row_int(rows, 1);
            list[i].missing = row_int(rows, 2);
            list[i].mine = row_int(rows, 3) > 0;
        }
    }
    return rows_end(rows);
}

/* Of the gates that asked for something: whose project it is about. */
static enum status projects_named(struct req *r, const struct list *list,
                                  struct condition_v *out)
{
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT g.id, p.name FROM portfolio_gate g JOIN"
                    " portfolio_project p ON p.id = g.project WHERE EXISTS"
                    " (SELECT 1 FROM portfolio_gate_condition k WHERE k.gate ="
                    " g.id AND k.state = 'open')"),
                NO_ARGS, &rows));
    while (rows_next(rows))
        for (size_t i = 0; i < list->n; i++) {
            const struct gate_condition *c = list->rows[i];
            if (c->gate == row_int(rows, 0))
                out[i].of = arena_printf(r->mem, "%s \xc2\xb7 %s",
                                         row_text(rows, 1), out[i].of);
        }
    return rows_end(rows);
}

static enum status conditions_fill(struct req *r, struct board_v *v)
{
    const struct field *gate = entity_field(&gate_condition_entity, "gate");
    struct list list;
    struct list_ask ask = {.entity = &gate_condition_entity,
                           .reach = &reach_all,
                           .where = SQL("t.state = 'open'"),
                           .limit = LIST_MOST,
                           .no_total = true};
    TRY(list_load(r->conn, r->mem, &ask, &list));
    struct condition_v *out = NEW_ARRAY(r->mem, struct condition_v, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        const struct gate_condition *c = list.rows[i];
        out[i] = condition_shown(r, c);
        out[i].of = list_ref_title(&list, gate, c->gate);
    }
    v->conditions = out;
    v->condition_count = list.n;
    return projects_named(r, &list, out);
}

enum status gates_waiting(struct req *r)
{
    /* Whose committee meets soonest comes first. */
    const struct list_ask ask = {.entity = &gate_entity,
                                 .reach = &reach_all,
                                 .where =
                                     SQL("t.state IN ('prepared', 'open')"),
                                 .sort = entity_field(&gate_entity, "meets"),
                                 .limit = LIST_MOST,
                                 .no_total = true};
    struct board_v v = {.lead = tr(r->lang, "portfolio.waiting_lead")};
    TRY(gates_list(r, &ask, &v));
    TRY(counts_fill(r, &v));
    TRY(conditions_fill(r, &v));
    struct page p = req_page(r, tr(r->lang, "portfolio.waiting_title"));
    struct html h;
    req_html_open(r, &h);
    waiting_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

static enum status reasons_fill(struct req *r, struct stopped_v *v)
{
    enum { MOST = 100 };
    struct rows *rows;
    struct reason_v *out = NEW_ARRAY(r->mem, struct reason_v, MOST);
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT d.reason, p.id, p.name, count(*) AS n, min(d.ends)"
                    " AS first_day, max(d.ends) AS last_day FROM"
                    " portfolio_deployment d JOIN portfolio_project p ON"
                    " p.id = d.project WHERE d.state IN ('abandoned',"
                    " 'dropped')"
                    " GROUP BY d.reason, p.id, p.name"
                    " ORDER BY coalesce(max(d.ends), 0) DESC, n DESC,"
                    " coalesce(d.reason, ''), p.id LIMIT :most"),
                ARGS(arg_int("most", MOST)), &rows));
    while (rows_next(rows))
        out[v->reason_count++] = (struct reason_v){
            row_text(rows, 0), row_text(rows, 2),
            row_address(r, &project_entity, row_int(rows, 1)),
            days_shown(r, "portfolio.from_until", row_day(rows, 4),
                       row_day(rows, 5), DAY_MEDIUM),
            row_int(rows, 3)};
    v->reasons = out;
    return rows_end(rows);
}

/* The projects that stand still, each with its own last step there, and with
 * the last gate that leads there. */
static const struct sql stopped_sql = SQL_CONST(
    "SELECT p.id, p.name, p.state, j.at, j.detail, g.id, g.name, g.state,"
    " g.state_reason, g.decided_on, g.published FROM portfolio_project p LEFT"
    " JOIN core_journal j ON j.id = (SELECT max(k.id) FROM core_journal k WHERE"
    " k.entity = 'portfolio_project' AND k.row_id = p.id AND k.what IN ('hold',"
    " 'stop')) LEFT JOIN portfolio_gate g ON g.id = (SELECT n.id FROM"
    " portfolio_gate n WHERE n.project = p.id AND n.state = CASE p.state WHEN"
    " 'stopped' THEN 'stop' ELSE 'hold' END ORDER BY n.decided_on DESC, n.id"
    " DESC LIMIT 1) WHERE p.state IN ('held', 'stopped') AND (j.id IS NOT NULL"
    " OR g.id IS NOT NULL) ORDER BY coalesce(j.at, g.decided_on * 86400) DESC,"
    " p.id LIMIT :most");

static struct gate read_gate(struct rows *rows)
{
    return (struct gate){.row = {.id = row_int(rows, 5)},
                         .name = row_text(rows, 6),
                         .state = row_text(rows, 7),
                         .state_reason = row_text(rows, 8),
                         .decided_on = row_day(rows, 9),
                         .published = (enum yesno)row_int(rows, 10)};
}

/* What stopped it: the gate, for who may read its decision; else its own step,
 * which tells of a gate only that there was one. */
static struct gate_line_v stop_line(struct req *r, struct rows *rows)
{
    const char *project = said(r->mem, r->lang, row_text(rows, 1));
    const char *href = row_address(r, &project_entity, row_int(rows, 0));
    const char *state = row_text(rows, 2), *by_gate = gate_reason();
    const char *own = line_text(r, row_text(rows, 4), "reason");
    const struct gate g = read_gate(rows);
    const bool stepped = row_int(rows, 3) != NONE;
    if (!stepped || (own && g.state_reason && same(own, g.state_reason)))
        own = by_gate;
    if (g.row.id != NONE && own && same(own, by_gate) &&
        (g.published == YES || may(r->who, "portfolio.gates"))) {
        struct gate_line_v line = gate_line(r, &g);
        line.href = decision_address(r, g.row.id);
        line.project = project;
        line.project_href = href;
        return line;
    }
    const int32_t day = stepped ? day_of_time(row_int(rows, 3)) : g.decided_on;
    return (struct gate_line_v){
        .name = project,
        .href = href,
        .when = format_day(r->mem, r->lang, day, DAY_PLAIN),
        .iso = day_iso(r->mem, day),
        .state = choice_shown(r, &project_entity, "state", state),
        .tone = tone_of(r, &project_entity, "state", state),
        .reason = said(r->mem, r->lang, own)};
}

static enum status stops_fill(struct req *r, struct stopped_v *v)
{
    struct rows *rows;
    struct gate_line_v *out = NEW_ARRAY(r->mem, struct gate_line_v, LIST_MOST);
    TRY(db_rows(r->conn, r->mem, stopped_sql, ARGS(arg_int("most", LIST_MOST)),
                &rows));
    while (rows_next(rows))
        out[v->gate_count++] = stop_line(r, rows);
    v->gates = out;
    return rows_end(rows);
}

enum status stopped_board(struct req *r)
{
    struct stopped_v v = {0};
    TRY(stops_fill(r, &v));
    TRY(reasons_fill(r, &v));
    struct page p = req_page(r, tr(r->lang, "portfolio.stopped_title"));
    struct html h;
    req_html_open(r, &h);
    stopped_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
