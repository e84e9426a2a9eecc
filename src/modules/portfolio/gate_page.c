/* A gate on one page, for its committee to decide from. */
#include "modules/portfolio/gate_page.h"

#include "i18n/format.h"
#include "modules/portfolio/dossier.h"
#include "modules/portfolio/essaimage.h"
#include "modules/portfolio/pages/gate.html.h"
#include "modules/portfolio/routes.h"

const char *const gate_outcomes[] = {"go",      "conditions", "hold",
                                     "recycle", "stop",       NULL};
static const char *const opinions[] = {
    "go", "conditions", "hold", "recycle", "stop", "abstain", "conflict", NULL};

/* Typed, where the form comes back refused; else as it stands. */
static const char *typed_or(struct req *r, const char *name, const char *kept)
{
    struct str typed = req_text(r, name);
    return typed.p ? str_dup(r->mem, typed) : kept ? kept : "";
}

static const struct form_option *options(struct req *r, const struct entity *e,
                                         const char *field,
                                         const char *const *keys,
                                         const char *chosen, size_t *n)
{
    while (keys[*n])
        ++*n;
    struct form_option *list = NEW_ARRAY(r->mem, struct form_option, *n + 1);
    for (size_t i = 0; i < *n; i++)
        list[i] =
            (struct form_option){.value = keys[i],
                                 .label = choice_shown(r, e, field, keys[i]),
                                 .chosen = chosen && same(chosen, keys[i])};
    return list;
}

static int by_position(const void *a, const void *b)
{
    const struct gate_criterion *x = *(void *const *)a, *y = *(void *const *)b;
    return x->position != y->position
               ? (x->position > y->position) - (x->position < y->position)
               : (x->row.id > y->row.id) - (x->row.id < y->row.id);
}

/* Its own; before it opens, with those that opening copies. */
static enum status criteria_load(struct req *r, const struct gate *g,
                                 struct list *out)
{
    struct list own, set;
    TRY(rows_under(r, &gate_criterion_entity, "gate", r->id, out));
    if (!same(g->state, "prepared"))
        return OK;
    own = *out;
    const struct list_ask ask = {
        .entity = &criterion_entity,
        .reach = &reach_all,
        .where = SQL("t.stage_from = :stage_from AND t.stage_to = :stage_to"),
        .args = ARGS(arg_cstr("stage_from", g->stage_from),
                     arg_cstr("stage_to", g->stage_to)),
        .limit = LIST_MOST,
        .no_total = true};
    TRY(list_load(r->conn, r->mem, &ask, &set));
    out->rows = NEW_ARRAY(r->mem, void *, own.n + set.n + 1);
    for (out->n = 0; out->n < own.n; out->n++)
        out->rows[out->n] = own.rows[out->n];
    for (size_t i = 0; i < set.n; i++) {
        const struct criterion *c = set.rows[i];
        struct gate_criterion *k = row_new(r->mem, &gate_criterion_entity);
        k->position = c->position;
        k->label = c->label;
        k->kind = c->kind;
        k->level = c->level;
        out->rows[out->n++] = k;
    }
    qsort(out->rows, out->n, sizeof(*out->rows), by_position);
    return OK;
}

static enum status findings_fill(struct req *r, const struct gate *g,
                                 struct gate_v *v, bool form)
{
    struct list list;
    TRY(criteria_load(r, g, &list));
    struct finding_v *out = NEW_ARRAY(r->mem, struct finding_v, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        const struct gate_criterion *k = list.rows[i];
        out[i] = finding_shown(r, k);
        if (!form)
            continue;
        out[i].met_name = arena_printf(r->mem, "met_%" PRId64, k->row.id);
        out[i].reason_name = arena_printf(r->mem, "reason_%" PRId64, k->row.id);
        out[i].reason = typed_or(r, out[i].reason_name, k->reason);
        out[i].options =
            options(r, &gate_criterion_entity, "met",
                    entity_field(&gate_criterion_entity, "met")->choices,
                    typed_or(r, out[i].met_name, k->met), &out[i].option_count);
    }
    v->findings = out;
    v->finding_count = list.n;
    return OK;
}

/* The level that the criteria of the gate ask of evidence of that kind; 0: they
 * ask for none. */
static int64_t level_asked(const struct list *criteria, const char *kind)
{
    int64_t most = 0;
    for (size_t i = 0; i < criteria->n; i++) {
        const struct gate_criterion *k = criteria->rows[i];
        const int64_t level = k->level == NONE ? 1 : k->level;
        if (k->kind && same(k->kind, kind) && level > most)
            most = level;
    }
    return most;
}

/* Evidence of that kind, and a line that says so where there is none, or none
 * of the level that is asked for. */
static void kind_fill(struct req *r, const struct dossier *d, const char *kind,
                      int64_t asked, struct gate_v *v, struct evidence_v *out)
{
    int64_t best = 0;
    for (size_t i = 0; i < d->n; i++) {
        const struct evidence *e = d->then[i].evidence;
        if (!same(e->kind, kind))
            continue;
        out[v->evidence_count++] = filed_shown(r, &d->then[i]);
        best = e->level > best ? e->level : best;
    }
    if (best && best >= asked)
        return;
    out[v->evidence_count++] = (struct evidence_v){
        .kind = choice_shown(r, &evidence_entity, "kind", kind),
        .missing = asked > 0,
        .note = asked > 1
                    ? tr_with(r->mem, r->lang, "portfolio.level_asked", "n",
                              format_int(r->mem, r->lang, asked), NULL)
                    : NULL};
}

/* By kind. A committee is read by what was known when it decided: what was
 * written down since stands apart. */
static enum status evidence_fill(struct req *r, const struct gate *g,
                                 struct gate_v *v)
{
    struct dossier d;
    struct list criteria;
    TRY(dossier_load(r, g, &d));
    TRY(criteria_load(r, g, &criteria));
    struct evidence_v *out = NEW_ARRAY(r->mem, struct evidence_v, d.n + 8);
    struct evidence_v *since =
        NEW_ARRAY(r->mem, struct evidence_v, d.since_count + 1);
    for (const char *const *kind = evidence_kinds; *kind; kind++)
        kind_fill(r, &d, *kind, level_asked(&criteria, *kind), v, out);
    for (size_t i = 0; i < d.since_count; i++)
        since[v->since_count++] = since_shown(r, g, d.since[i]);
    v->evidence = out;
    v->since = since;
    return OK;
}

static enum status votes_fill(struct req *r, const struct gate *g,
                              struct gate_v *v)
{
    struct list list;
    TRY(rows_under(r, &gate_member_entity, "gate", r->id, &list));
    struct vote_v *out = NEW_ARRAY(r->mem, struct vote_v, list.n + 1);
    int64_t able = 0; /* all were, as it opened */
    const struct field *person = entity_field(&gate_member_entity, "person");
    for (size_t i = 0; i < list.n; i++) {
        const struct gate_member *m = list.rows[i];
        bool spoken = !word_in("invited conflict", m->state);
        out[i] = (struct vote_v){
            .who = list_ref_title(&list, person, m->person),
            .href = row_address(r, &gate_member_entity, m->row.id),
            .role = choice_shown(r, &gate_member_entity, "role", m->role),
            .vote =
                gate_is_decided(g) && same(m->state, "invited")
                    ? tr(r->lang, "portfolio.did_not_vote")
                    : choice_shown(r, &gate_member_entity, "state", m->state),
            .tone = tone_of(r, &gate_member_entity, "state", m->state),
            .reason = m->state_reason,
            .dissent = spoken && gate_is_decided(g) &&
                       !same(m->state, g->state) && !same(m->state, "abstain")};
        v->voted += spoken;
        able += !same(m->state, "conflict");
        if (m->person != r->who->person || !may(r->who, "portfolio.vote"))
            continue;
        if (same(g->state, "open"))
            v->vote_action = arena_printf(r->mem, "%s/avis",
                                          row_address(r, &gate_entity, r->id));
        if (same(m->state, "conflict"))
            v->opinion_refusal =
                tr(r->lang, "portfolio_gate_member.has_conflict");
        v->opinion_count = 0;
        v->opinions =
            options(r, &gate_member_entity, "state", opinions,
                    gate_votes(r) ? typed_or(r, "opinion", m->state) : m->state,
                    &v->opinion_count);
    }
    v->votes = out;
    v->vote_count = list.n;
    v->lost = same(g->state, "open") && able < g->quorum;
    v->typed_vote = gate_votes(r) ? typed_or(r, "reason", "") : "";
    return OK;
}

static enum status conditions_asked(struct req *r, const struct gate *g,
                                    struct list *out)
{
    const struct list_ask ask = {
        .entity = &gate_condition_entity,
        .reach = &reach_all,
        .where = SQL("t.gate IN (SELECT g.id FROM portfolio_gate g WHERE "
                     "g.project = :project)"),
        .args = ARGS(arg_int("project", g->project)),
        .limit = LIST_MOST,
        .no_total = true};
    return list_load(r->conn, r->mem, &ask, out);
}

/* What all returns of the project say in sum. */
static enum status returns_sum(struct req *r, int64_t project, const char **out)
{
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT count(*), count(f.useful), CAST(coalesce(sum("
                    "f.useful), 0) AS BIGINT) FROM portfolio_feedback f JOIN"
                    " portfolio_deployment d ON d.id = f.deployment WHERE"
                    " d.project = :project"),
                ARGS(arg_int("project", project)), &rows));
    while (rows_next(rows)) {
        const int64_t rated = row_int(rows, 1);
        *out = tr_n(r->mem, r->lang, "portfolio.returns", row_int(rows, 0));
        if (rated)
            *out = tr_with(
                r->mem, r->lang, "portfolio.returns_useful", "all", *out, "n",
                format_real(r->mem, r->lang,
                            (double)row_int(rows, 2) / (double)rated, 1),
                NULL);
    }
    return rows_end(rows);
}

/* Where its tools are in use now, and what those schools say of them. */
static enum status lived_fill(struct req *r, const struct gate *g,
                              struct gate_v *v)
{
    enum { LAST = 6 };
    const struct field *tool = entity_field(&feedback_entity, "deployment");
    const struct list_ask ask = {
        .entity = &feedback_entity,
        .reach = &reach_all,
        .where = SQL("t.deployment IN (SELECT d.id FROM portfolio_deployment d"
                     " WHERE d.project = :project)"),
        .args = ARGS(arg_int("project", g->project)),
        .limit = LAST,
        .no_total = true};
    struct essaimage_v *spread = NEW(r->mem, struct essaimage_v);
    struct list list;
    TRY(spread_of(r, g->project, spread));
    v->essaimage = spread;
    TRY(list_load(r->conn, r->mem, &ask, &list));
    struct said_v *said = NEW_ARRAY(r->mem, struct said_v, LAST);
    for (size_t i = 0; i < list.n; i++) {
        const struct feedback *f = list.rows[i];
        said[i] = said_shown(r, f, list_ref_title(&list, tool, f->deployment));
    }
    v->said = said;
    v->said_count = list.n;
    return list.n ? returns_sum(r, g->project, &v->said_all) : OK;
}

/* The day on which it was cancelled; its committee's, where nobody knows. */
static enum status cancelled_on(struct req *r, const struct gate *g,
                                int32_t *day)
{
    int64_t at;
    TRY(db_int(r->conn,
               SQL("SELECT max(w.at) FROM core_journal w WHERE w.entity ="
                   " 'portfolio_gate' AND w.row_id = :id AND w.what ="
                   " 'cancel'"),
               ARGS(arg_int("id", g->row.id)), &at));
    *day = at == NONE ? g->meets : day_of_time(at);
    return OK;
}

static enum status other_line(struct req *r, const struct gate *other,
                              struct gate_line_v *line)
{
    int32_t day;
    *line = gate_line(r, other);
    if (!same(other->state, "cancelled"))
        return OK;
    TRY(cancelled_on(r, other, &day));
    line->when = format_day(r->mem, r->lang, day, DAY_PLAIN);
    line->iso = day_iso(r->mem, day);
    return OK;
}

/* The project's other gates, and what all of them still ask for. */
static enum status before_fill(struct req *r, const struct gate *g,
                               struct gate_v *v)
{
    struct list gates, asked;
    TRY(rows_under(r, &gate_entity, "project", g->project, &gates));
    TRY(conditions_asked(r, g, &asked));
    struct gate_line_v *out =
        NEW_ARRAY(r->mem, struct gate_line_v, gates.n + 1);
    struct condition_v *conditions =
        NEW_ARRAY(r->mem, struct condition_v, asked.n + 1);
    for (size_t i = 0; i < gates.n; i++) {
        const struct gate *other = gates.rows[i];
        if (other->row.id != r->id)
            TRY(other_line(r, other, &out[v->before_count++]));
        for (size_t k = 0; k < asked.n; k++) {
            const struct gate_condition *c = asked.rows[k];
            if (c->gate != other->row.id)
                continue;
            conditions[v->condition_count] = condition_shown(r, c);
            conditions[v->condition_count++].of = other->name;
        }
    }
    v->before = out;
    v->conditions = conditions;
    return OK;
}

static void decide_fill(struct req *r, const struct gate *g, struct gate_v *v)
{
    v->decide_action = arena_printf(r->mem, "%s/decision",
                                    row_address(r, &gate_entity, r->id));
    v->outcomes = options(r, &gate_entity, "state", gate_outcomes,
                          typed_or(r, "outcome", ""), &v->outcome_count);
    v->typed_reason = gate_decides(r) ? typed_or(r, "reason", "") : "";
    for (int i = 0; i < NEW_CONDITIONS; i++) {
        const char *text = arena_printf(r->mem, "condition_%d", i + 1),
                   *due = arena_printf(r->mem, "due_%d", i + 1);
        v->add[i] = (struct new_condition_v){text, due, typed_or(r, text, ""),
                                             typed_or(r, due, "")};
    }
    v->published = gate_decides(r) ? req_text(r, "published").p != NULL
                                   : g->published == YES;
}

/* A decision is taken by its own form, and what is public is not published;
 * what belongs to a gate is edited while it is prepared, and shown in words
 * afterwards. */
static void manage_fill(const struct gate *g, struct gate_v *v,
                        struct detail_v *detail)
{
    struct step_v *steps = (struct step_v *)detail->steps;
    size_t kept = 0;
    for (size_t i = 0; i < detail->step_count; i++) {
        const char *name = strrchr(steps[i].action, '/') + 1;
        bool elsewhere =
            same(name, g->published == YES ? "publish" : "unpublish");
        for (const char *const *o = gate_outcomes; *o; o++)
            elsewhere |= same(*o, name);
        if (!elsewhere)
            steps[kept++] = steps[i];
    }
    detail->step_count = kept;
    if (same(g->state, "prepared")) {
        v->vote_count = 0;
    } else {
        detail->child_count = 0;
        detail->delete_ = NULL; /* it is cancelled, and kept */
    }
}

static enum status project_fill(struct req *r, const struct gate *g,
                                struct gate_v *v)
{
    void *row;
    TRY(row_load(r->conn, r->mem, &project_entity, g->project, &reach_all,
                 &row));
    const struct project *p = row;
    v->project = p->name;
    v->project_href = row_address(r, &project_entity, p->row.id);
    v->summary = p->summary;
    v->project_state = choice_shown(r, &project_entity, "state", p->state);
    return OK;
}

/* Who would decide but for a conflict of interest is told so. */
static bool may_decide(struct req *r, const struct gate *g, struct gate_v *v)
{
    if (!may(r->who, "portfolio.decide") || !same(g->state, "open"))
        return false;
    const char *refusal =
        gate_refuses_person(r->conn, r->mem, g, r->who->person);
    v->decide_refusal = refusal ? tr(r->lang, refusal) : NULL;
    return !refusal;
}

struct gate_filling {
    struct gate_v v;
    struct detail_v detail;
};

/* The project comes last: where nothing is answered, there is none. */
static enum status gate_fill(struct req *r, void *view)
{
    const struct gate *g = r->row;
    struct gate_filling *f = view;
    struct gate_v *v = &f->v;
    TRY(row_detail(r, &f->detail));
    if (same(g->state, "cancelled")) {
        int32_t day;
        TRY(cancelled_on(r, g, &day));
        v->cancelled = format_day(r->mem, r->lang, day, DAY_LONG);
    }
    v->decides = may_decide(r, g, v);
    TRY(findings_fill(r, g, v, v->decides));
    TRY(evidence_fill(r, g, v));
    TRY(lived_fill(r, g, v));
    TRY(before_fill(r, g, v));
    TRY(votes_fill(r, g, v));
    TRY(typed_fill(r, v));
    return project_fill(r, g, v);
}

enum status gate_page_show(struct req *r, int code, const char *alert)
{
    const struct gate *g = r->row;
    struct gate_filling f = {0};
    TRY(req_fill(r, gate_fill, &f, sizeof(f)));
    struct gate_v *v = &f.v;
    v->detail = &f.detail;
    v->stages = stages_shown(r, g);
    if (!same(g->state, "waived")) /* no committee sat on it */
        v->when = format_day(r->mem, r->lang, g->meets, DAY_LONG);
    v->state = f.detail.state;
    v->tone = f.detail.state_tone;
    v->reason = g->state_reason;
    v->alert = alert;
    v->quorum = g->quorum;
    v->csrf = r->who->csrf;
    v->key = req_key(r);
    v->key2 = req_key(r);
    v->version = g->row.version;
    v->ahead = same(g->state, "prepared");
    v->sits = same(g->state, "open") && f.detail.edit;
    if (gate_is_decided(g)) {
        v->decided = format_day(r->mem, r->lang, gate_day(g), DAY_LONG);
        v->letter = decision_address(r, r->id);
    }
    if (v->decides)
        decide_fill(r, g, v);
    manage_fill(g, v, &f.detail);
    v->name = said(r->mem, r->lang, g->name);
    struct page page = req_page(r, gate_title(r, g, v->project));
    req_crumb(r, &page);
    struct html h;
    req_html_open(r, &h);
    gate_page(&h, &page, v);
    return req_html(r, code, &h);
}

enum status gate_show(struct req *r)
{
    return *r->form ? row_page(r) : gate_page_show(r, 200, NULL);
}
