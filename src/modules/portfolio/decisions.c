/* Decisions that everybody may read, and the board of what waits for one. */
#include "modules/portfolio/dossier.h"
#include "modules/portfolio/essaimage.h"
#include "modules/portfolio/stopped.h"

#include "i18n/format.h"
#include "modules/portfolio/pages/gate.html.h"
#include "modules/portfolio/routes.h"

enum { DECISIONS = 50 }; /* of a page */

/* Gates, with the names of their projects. */
static enum status gates_list(struct req *r, const struct list_ask *ask,
                              struct board_v *v, struct list *list)
{
    const struct field *project = entity_field(&gate_entity, "project");
    TRY(list_load(r->conn, r->mem, ask, list));
    struct gate_line_v *out =
        NEW_ARRAY(r->mem, struct gate_line_v, list->n + 1);
    for (size_t i = 0; i < list->n; i++) {
        const struct gate *g = list->rows[i];
        out[i] = gate_line(r, g);
        out[i].project =
            said(r->mem, r->lang, list_ref_title(list, project, g->project));
        out[i].project_href = row_address(r, &project_entity, g->project);
        if (gate_is_decided(g))
            out[i].href = decision_address(r, g->row.id);
    }
    v->gates = out;
    v->gate_count = list->n;
    return OK;
}

/* The latest first, a page at a time. */
enum status decisions_list(struct req *r)
{
    const struct list_ask ask = {
        .entity = &gate_entity,
        .reach = &reach_all,
        .where = SQL("t.published = 1 AND t.state IN (" DECIDED ")"),
        .sort = entity_field(&gate_entity, "decided_on"),
        .down = true,
        .after = page_after(r),
        .limit = DECISIONS,
        .no_total = true};
    struct board_v v = {.lead = tr(r->lang, "portfolio.decisions_lead")};
    struct list list;
    TRY(gates_list(r, &ask, &v, &list));
    v.pages = pages_shown(r, &ask, &list, "/decisions");
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

/* What was known when it was decided, as everybody may read it, and apart what
 * was written down since. */
static enum status evidence_fill(struct req *r, const struct gate *g,
                                 struct decision_v *v)
{
    struct dossier d;
    TRY(dossier_load(r, g, &d));
    struct evidence_v *out = NEW_ARRAY(r->mem, struct evidence_v, d.n + 1);
    struct evidence_v *since =
        NEW_ARRAY(r->mem, struct evidence_v, d.since_count + 1);
    for (size_t i = 0; i < d.n; i++)
        out[i] = filed_shown(r, &d.then[i]);
    for (size_t i = 0; i < d.since_count; i++)
        since[i] = since_shown(r, g, d.since[i]);
    v->evidence = out;
    v->evidence_count = d.n;
    v->since = since;
    v->since_count = d.since_count;
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
    v->essaimage = using_address(r, g->project);
    return OK;
}

static enum status decision_fill(struct req *r, void *view)
{
    TRY(votes_fill(r, r->row, view));
    TRY(evidence_fill(r, r->row, view));
    TRY(uses_fill(r, r->row, view));
    TRY(halt_fill(r, r->row, &((struct decision_v *)view)->halt));
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
        .name = said(r->mem, r->lang, g->name),
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
    struct page p = req_page(r, gate_title(r, g, v.project));
    req_crumb_to(r, &p, tr(r->lang, "portfolio.decisions"), "/decisions");
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
            " (SELECT count(DISTINCT k.kind) FROM (SELECT x.gate, x.kind,"
            " x.level FROM portfolio_gate_criterion x UNION ALL SELECT n.id,"
            " c.kind, c.level FROM portfolio_gate n JOIN portfolio_criterion c"
            " ON c.stage_from = n.stage_from AND c.stage_to = n.stage_to WHERE"
            " n.state = 'prepared') k WHERE k.gate = g.id AND k.kind IS NOT "
            "NULL AND NOT EXISTS"
            " (SELECT 1 FROM portfolio_evidence e WHERE e.project = g.project"
            " AND e.kind = k.kind AND e.level >= coalesce(k.level, 1))),"
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
                           .where = SQL(AWAITED("t")),
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
    v->more_conditions = list.next != NULL;
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
                                 .after = page_after(r),
                                 .limit = LIST_MOST,
                                 .no_total = true};
    struct board_v v = {.lead = tr(r->lang, "portfolio.waiting_lead")};
    struct list list;
    TRY(gates_list(r, &ask, &v, &list));
    v.pages = pages_shown(r, &ask, &list, "/jalons/a-decider");
    TRY(counts_fill(r, &v));
    TRY(conditions_fill(r, &v));
    struct page p = req_page(r, tr(r->lang, "portfolio.waiting_title"));
    struct html h;
    req_html_open(r, &h);
    waiting_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
