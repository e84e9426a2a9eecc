/* Decisions that everybody may read, and the boards: what waits for one, what
 * was stopped and why. */
#include "modules/portfolio/shown.h"

#include "i18n/format.h"
#include "modules/portfolio/pages/gate.html.h"
#include "modules/portfolio/routes.h"

/* Gates by a further condition, with the names of their projects: those decided
 * latest, or whose committee meets soonest, first. */
static enum status gates_where(struct req *r, struct sql where, bool soonest,
                               struct gate_line_v **out, size_t *n)
{
    const struct field *project = entity_field(&gate_entity, "project");
    struct list list;
    struct list_ask ask = {
        .entity = &gate_entity,
        .reach = &reach_all,
        .where = where,
        .sort = entity_field(&gate_entity, soonest ? "meets" : "decided_on"),
        .down = !soonest,
        .limit = LIST_MOST,
        .no_total = true};
    TRY(list_load(r->conn, r->mem, &ask, &list));
    *out = NEW_ARRAY(r->mem, struct gate_line_v, list.n + 1);
    for (*n = 0; *n < list.n; ++*n) {
        const struct gate *g = list.rows[*n];
        struct gate_line_v *v = &(*out)[*n];
        *v = gate_line(r, g);
        v->project =
            said(r->mem, r->lang, list_ref_title(&list, project, g->project));
        v->project_href = row_address(r, &project_entity, g->project);
    }
    return OK;
}

static void to_decisions(struct req *r, struct gate_line_v *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        list[i].href = arena_printf(r->mem, "/decisions/%s",
                                    strrchr(list[i].href, '/') + 1);
}

enum status decisions_list(struct req *r)
{
    struct board_v v = {.lead = tr(r->lang, "portfolio.decisions_lead")};
    struct gate_line_v *gates;
    TRY(gates_where(r, SQL("t.published = 1 AND t.state IN (" DECIDED ")"),
                    false, &gates, &v.gate_count));
    to_decisions(r, gates, v.gate_count);
    v.gates = gates;
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
            " WHERE d.project = :project AND d.state = 'in_use' AND"
            " (d.ends IS NULL OR d.ends >= :today)"),
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
static enum status counts_fill(struct req *r, struct gate_line_v *list,
                               size_t n)
{
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
        for (size_t i = 0; i < n; i++) {
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
    struct board_v v = {.lead = tr(r->lang, "portfolio.waiting_lead")};
    struct gate_line_v *gates;
    TRY(gates_where(r, SQL("t.state IN ('prepared', 'open')"), true, &gates,
                    &v.gate_count));
    TRY(counts_fill(r, gates, v.gate_count));
    v.gates = gates;
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

/* The projects that stand still, and what stopped each: its own step, or its
 * gate, of which this tells only that there was one. */
static const struct sql stopped_sql = SQL_CONST(
    "SELECT p.id, p.name, p.state, j.at, j.detail FROM portfolio_project p JOIN"
    " core_journal j ON j.id = (SELECT max(k.id) FROM core_journal k WHERE"
    " k.entity = 'portfolio_project' AND k.row_id = p.id AND k.what IN ('hold',"
    " 'stop')) WHERE p.state IN ('held', 'stopped') ORDER BY j.id DESC LIMIT"
    " :most");

static struct gate_line_v stop_line(struct req *r, struct rows *rows)
{
    const int32_t day = day_of_time(row_int(rows, 3));
    const char *state = row_text(rows, 2), *detail = row_text(rows, 4);
    return (struct gate_line_v){
        .name = said(r->mem, r->lang, row_text(rows, 1)),
        .href = row_address(r, &project_entity, row_int(rows, 0)),
        .when = format_day(r->mem, r->lang, day, DAY_PLAIN),
        .iso = day_iso(r->mem, day),
        .state = choice_shown(r, &project_entity, "state", state),
        .tone = tone_of(r, &project_entity, "state", state),
        .reason = said(r->mem, r->lang, line_text(r, detail, "reason"))};
}

/* The line of its gate goes, where it was stopped by a step of its own since;
 * it stays, where that step was the gate's. */
static void stop_add(struct req *r, struct stopped_v *v,
                     struct gate_line_v *all, struct gate_line_v own)
{
    const bool by_gate = same(own.reason, tr(r->lang, DECIDED_AT_GATE));
    size_t kept = 0;
    bool told = false;
    for (size_t i = 0; i < v->gate_count; i++) {
        const bool its = all[i].project && same(all[i].project_href, own.href);
        told |= its && by_gate;
        if (!its || by_gate)
            all[kept++] = all[i];
    }
    v->gate_count = kept;
    if (!told)
        all[v->gate_count++] = own;
}

static int latest_line(const void *a, const void *b)
{
    const struct gate_line_v *x = a, *y = b;
    const int order = strcmp(y->iso, x->iso);
    return order ? order : strcmp(x->href, y->href);
}

/* Of a project that went on since, nothing is stopped; of several gates the
 * last one tells why. */
static enum status stops_fill(struct req *r, struct stopped_v *v)
{
    struct rows *rows;
    struct gate_line_v *gates, *all;
#define STILL                                                                  \
    "EXISTS (SELECT 1 FROM portfolio_project p WHERE p.id = t.project AND"     \
    " p.state = CASE t.state WHEN 'stop' THEN 'stopped' ELSE 'held' END) AND"  \
    " t.state IN ('stop', 'hold') AND NOT EXISTS (SELECT 1 FROM"               \
    " portfolio_gate n WHERE n.project = t.project AND n.state IN ('stop',"    \
    " 'hold') AND (n.decided_on > t.decided_on OR (n.decided_on ="             \
    " t.decided_on AND n.id > t.id)))"
    TRY(gates_where(r,
                    may(r->who, "portfolio.gates")
                        ? SQL(STILL)
                        : SQL(STILL " AND t.published = 1"),
                    false, &gates, &v->gate_count));
#undef STILL
    to_decisions(r, gates, v->gate_count);
    all = NEW_ARRAY(r->mem, struct gate_line_v, v->gate_count + LIST_MOST + 1);
    for (size_t i = 0; i < v->gate_count; i++)
        all[i] = gates[i];
    TRY(db_rows(r->conn, r->mem, stopped_sql, ARGS(arg_int("most", LIST_MOST)),
                &rows));
    while (rows_next(rows))
        stop_add(r, v, all, stop_line(r, rows));
    TRY(rows_end(rows));
    qsort(all, v->gate_count, sizeof(*all), latest_line);
    v->gates = all;
    return OK;
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
