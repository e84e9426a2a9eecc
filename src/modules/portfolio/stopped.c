/* The board of what stopped and why; what is said of it elsewhere. */
#include "modules/portfolio/stopped.h"

#include "auth/auth.h"
#include "core/app.h"
#include "i18n/format.h"
#include "modules/portfolio/pages/gate.html.h"
#include "modules/portfolio/routes.h"

static bool decides(const struct held *h, const struct halt *halt)
{
    return h->person == halt->person && h->from <= halt->day &&
           (h->grant.until == NO_DAY || h->grant.until >= halt->day) &&
           word_in(right_roles("portfolio.decide"), h->grant.role);
}

enum status halts_tell(struct req *r, struct halt *all, size_t n)
{
    int64_t persons[LIST_MOST];
    struct held *held = NULL;
    size_t asked = 0, count = 0;
    for (size_t i = 0; i < n; i++)
        if (all[i].person != NONE)
            persons[asked++] = all[i].person;
    if (asked)
        TRY(grants_of_all(r->conn, r->mem, persons, asked, &held, &count));
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < count && !decides(&held[k], &all[i]))
            k++;
        all[i].how =
            k < count ? tr_with(r->mem, r->lang, "portfolio.halted_by", "role",
                                tr(r->lang, arena_printf(r->mem, "role.%s",
                                                         held[k].grant.role)),
                                NULL)
                      : tr(r->lang, "portfolio.halted_alone");
    }
    return OK;
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
    v->more_reasons = v->reason_count == MOST;
    return rows_end(rows);
}

/* The projects that stand still, each with its own last step there, and with
 * the last gate that leads there. */
static const struct sql stopped_sql = SQL_CONST(
    "SELECT p.id, p.name, p.state, j.at, j.detail, g.id, g.name, g.state,"
    " g.state_reason, g.decided_on, g.published, j.person FROM"
    " portfolio_project p LEFT JOIN core_journal j ON j.id = (SELECT max(k.id) "
    "FROM core_journal k WHERE"
    " k.entity = 'portfolio_project' AND k.row_id = p.id AND k.what IN ('hold',"
    " 'stop')) LEFT JOIN portfolio_gate g ON g.id = (SELECT n.id FROM"
    " portfolio_gate n WHERE n.project = p.id AND n.state = CASE p.state WHEN"
    " 'stopped' THEN 'stop' ELSE 'hold' END ORDER BY n.decided_on DESC, n.id"
    " DESC LIMIT 1) WHERE p.state IN ('held', 'stopped') AND (j.id IS NOT NULL"
    " OR g.id IS NOT NULL) AND :project IN (0, p.id) ORDER BY coalesce(j.at,"
    " g.decided_on * 86400) DESC, p.id LIMIT :most");

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
static struct gate_line_v stop_read(struct req *r, struct rows *rows,
                                    struct halt *halt)
{
    const char *project = said(r->mem, r->lang, row_text(rows, 1));
    const char *href = row_address(r, &project_entity, row_int(rows, 0));
    const char *state = row_text(rows, 2), *by_gate = gate_reason();
    const char *own = line_text(r, row_text(rows, 4), "reason");
    const struct gate g = read_gate(rows);
    const bool stepped = row_int(rows, 3) != NONE;
    if (!stepped || (own && g.state_reason && same(own, g.state_reason)))
        own = by_gate;
    const bool gated = own && same(own, by_gate);
    halt->day = stepped ? day_of_time(row_int(rows, 3)) : g.decided_on;
    halt->person = gated ? NONE : row_int(rows, 11);
    if (g.row.id != NONE && gated &&
        (g.published == YES || may(r->who, "portfolio.gates"))) {
        struct gate_line_v line = gate_line(r, &g);
        line.href = decision_address(r, g.row.id);
        line.project = project;
        line.project_href = href;
        return line;
    }
    return (struct gate_line_v){
        .name = project,
        .href = href,
        .when = format_day(r->mem, r->lang, halt->day, DAY_PLAIN),
        .iso = day_iso(r->mem, halt->day),
        .state = choice_shown(r, &project_entity, "state", state),
        .tone = tone_of(r, &project_entity, "state", state),
        .how = gated && g.row.id != NONE
                   ? tr(r->lang, "portfolio.halted_secret")
                   : NULL,
        .reason = own};
}

/* Of that project, or with 0 of all: as many lines as there are. */
static enum status stops_read(struct req *r, int64_t project,
                              struct gate_line_v **out, size_t *n)
{
    struct rows *rows;
    const int most = project ? 1 : LIST_MOST;
    struct halt halts[LIST_MOST];
    *out = NEW_ARRAY(r->mem, struct gate_line_v, (size_t)most);
    TRY(db_rows(r->conn, r->mem, stopped_sql,
                ARGS(arg_int("most", most), arg_int("project", project)),
                &rows));
    for (*n = 0; rows_next(rows); ++*n)
        (*out)[*n] = stop_read(r, rows, &halts[*n]);
    TRY(rows_end(rows));
    TRY(halts_tell(r, halts, *n));
    for (size_t i = 0; i < *n; i++)
        if (halts[i].person != NONE)
            (*out)[i].how = halts[i].how;
    return OK;
}

enum status halt_fill(struct req *r, const struct gate *g,
                      const struct gate_line_v **out)
{
    struct gate_line_v *line;
    size_t n;
    TRY(stops_read(r, g->project, &line, &n));
    const bool itself = n && same(line->href, decision_address(r, g->row.id));
    *out = n && !itself ? line : NULL;
    return OK;
}

enum status stopped_board(struct req *r)
{
    struct stopped_v v = {0};
    struct gate_line_v *lines;
    TRY(stops_read(r, 0, &lines, &v.gate_count));
    v.gates = lines;
    v.more_gates = v.gate_count == LIST_MOST;
    TRY(reasons_fill(r, &v));
    struct page p = req_page(r, tr(r->lang, "portfolio.stopped_title"));
    req_crumb_to(r, &p, tr(r->lang, "portfolio.decisions"), "/decisions");
    struct html h;
    req_html_open(r, &h);
    stopped_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
