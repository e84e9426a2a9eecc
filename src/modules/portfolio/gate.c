/* A jalon: prepared, opened with its criteria closed, decided by a committee.
 */
#include "modules/portfolio/life.h"

#include "core/app.h"
#include "core/request.h"
#include "modules/portfolio/dossier.h"

enum { COMMITTEE = 2 }; /* votes: one person alone decides as none */
static const char *const states[] = {
    "prepared", "open", "go",        "conditions", "hold",
    "recycle",  "stop", "cancelled", "waived",     NULL,
};

bool gate_is_decided(const struct gate *g)
{
    return g->state && !word_in("prepared open cancelled", g->state);
}

int32_t gate_day(const struct gate *g)
{
    return g->decided_on == NO_DAY ? g->meets : g->decided_on;
}

const char *gate_reason(void)
{
    return tr(lang_default(), "portfolio.given.decided_at_gate");
}

/* What the conditions of a gate's steps look at, all in one question: a page
 * asks it for each step, and none waits for another. */
struct standing {
    int64_t conflict; /* has that person declared one */
    int64_t seats, votes, votes_for;
    int64_t criteria, of_the_pair, unreasoned, lacks_evidence;
    int64_t conditions, unmet;
    int64_t outvoted; /* decisions with more votes than this one */
    int64_t awaited;  /* members who have said nothing yet */
    bool there;       /* the project stands where the gate begins */
    bool answered;    /* by the database; else none of it is known */
};

static const struct sql standing_sql =
    SQL_CONST("SELECT"
              " (SELECT count(*) FROM portfolio_gate_member m WHERE m.gate ="
              " g.id AND m.person = :person AND m.state = 'conflict'),"
              " (SELECT count(*) FROM portfolio_gate_member m WHERE m.gate ="
              " g.id),"
              " (SELECT count(*) FROM portfolio_gate_member m WHERE m.gate ="
              " g.id AND m.state NOT IN ('invited', 'conflict')),"
              " (SELECT count(*) FROM portfolio_gate_member m WHERE m.gate ="
              " g.id AND m.state = :outcome),"
              " (SELECT count(*) FROM portfolio_gate_criterion k WHERE"
              " k.gate = g.id),"
              " (SELECT count(*) FROM portfolio_criterion k WHERE"
              " k.stage_from = g.stage_from AND k.stage_to = g.stage_to),"
              " (SELECT count(*) FROM portfolio_gate_criterion k WHERE"
              " k.gate = g.id AND (k.met IS NULL OR k.reason IS NULL)),"
              " (SELECT count(*) FROM portfolio_gate_criterion k WHERE"
              " k.gate = g.id AND k.kind IS NOT NULL AND NOT EXISTS (SELECT"
              " 1 FROM portfolio_evidence e WHERE e.project = g.project AND"
              " e.kind = k.kind AND e.level >= coalesce(k.level, 1))),"
              " (SELECT count(*) FROM portfolio_gate_condition n WHERE"
              " n.gate = g.id),"
              " (SELECT count(*) FROM portfolio_project p WHERE p.id ="
              " g.project AND p.state = g.stage_from),"
              " (SELECT count(*) FROM portfolio_gate_criterion k WHERE"
              " k.gate = g.id AND k.met = 'no'),"
              " (SELECT count(*) FROM (SELECT m.state FROM"
              " portfolio_gate_member m WHERE m.gate = :gate AND m.state NOT"
              " IN ('invited', 'conflict') GROUP BY m.state HAVING count(*) >"
              " (SELECT count(*) FROM portfolio_gate_member o WHERE o.gate ="
              " :gate AND o.state = :outcome)) x),"
              " (SELECT count(*) FROM portfolio_gate_member m WHERE m.gate ="
              " g.id AND m.state = 'invited')"
              " FROM portfolio_gate g WHERE g.id = :gate");

static struct standing standing_of(struct conn *c, struct arena *a,
                                   const struct gate *g, int64_t person,
                                   const char *outcome)
{
    struct standing s = {0};
    struct rows *r;
    if (db_rows(c, a, standing_sql,
                ARGS(arg_int("gate", g->row.id), arg_int("person", person),
                     arg_cstr("outcome", outcome)),
                &r) != OK)
        return s;
    while (rows_next(r))
        s = (struct standing){.conflict = row_int(r, 0),
                              .seats = row_int(r, 1),
                              .votes = row_int(r, 2),
                              .votes_for = row_int(r, 3),
                              .criteria = row_int(r, 4),
                              .of_the_pair = row_int(r, 5),
                              .unreasoned = row_int(r, 6),
                              .lacks_evidence = row_int(r, 7),
                              .conditions = row_int(r, 8),
                              .there = row_int(r, 9) > 0,
                              .unmet = row_int(r, 10),
                              .outvoted = row_int(r, 11),
                              .awaited = row_int(r, 12)};
    s.answered = rows_end(r) == OK;
    return s;
}

/* Of those who sit on it, who declared a conflict cannot vote, nor who has no
 * right to. */
static const char *voters_fault(struct conn *c, struct arena *a,
                                const struct gate *g)
{
    const struct reach able = {.also = holders_of(a, "portfolio.vote")};
    const struct list_ask ask = {
        .entity = &person_entity,
        .reach = &able,
        .where = SQL("t.id IN (SELECT m.person FROM portfolio_gate_member m"
                     " WHERE m.gate = :gate AND m.state <> 'conflict')"),
        .args = ARGS(arg_int("gate", g->row.id))};
    int64_t n;
    return list_count(c, a, &ask, &n) != OK ? UNANSWERED
           : n < g->quorum                  ? "portfolio_gate.too_few_voters"
                                            : NULL;
}

static const char *conflict_fault(const struct standing *s)
{
    return !s->answered  ? UNANSWERED
           : s->conflict ? "portfolio_gate.has_conflict"
                         : NULL;
}

const char *gate_refuses_person(struct conn *c, struct arena *a,
                                const void *row, int64_t person)
{
    const struct standing s = standing_of(c, a, row, person, NULL);
    return conflict_fault(&s);
}

static const char *open_refuses(struct conn *c, struct arena *a,
                                const void *row, int64_t person)
{
    const struct gate *g = row;
    const struct standing s = standing_of(c, a, g, person, NULL);
    const char *conflict = conflict_fault(&s);
    return conflict                ? conflict
           : !s.there              ? "portfolio_gate.project_elsewhere"
           : g->quorum < COMMITTEE ? "portfolio_gate.no_committee"
           : s.seats < g->quorum   ? "portfolio_gate.too_few_members"
           : s.criteria + s.of_the_pair == 0 ? "portfolio_gate.no_criteria"
                                             : voters_fault(c, a, g);
}

/* Copies the criteria: what is changed in the set later does not move them. */
static enum status open_gate(struct conn *c, struct arena *a, const void *row,
                             struct str reason, struct actor by)
{
    const struct gate *g = row;
    struct rows *r;
    (void)reason;
    TRY(db_rows(c, a,
                SQL("SELECT k.position, k.label, k.kind, k.level FROM"
                    " portfolio_criterion k WHERE k.stage_from = :stage_from"
                    " AND k.stage_to = :stage_to ORDER BY k.position, k.id"),
                ARGS(arg_cstr("stage_from", g->stage_from),
                     arg_cstr("stage_to", g->stage_to)),
                &r));
    while (rows_next(r)) {
        struct gate_criterion *k = row_new(a, &gate_criterion_entity);
        k->gate = g->row.id;
        k->position = row_int(r, 0);
        k->label = row_text(r, 1);
        k->kind = row_text(r, 2);
        k->level = row_int(r, 3);
        TRY(row_insert(c, a, &gate_criterion_entity, k, by));
    }
    return rows_end(r);
}

struct refusals {
    const char **all;
    size_t n;
};

static void refuse_if(struct refusals *r, bool so, const char *key)
{
    CHECK(r->n < STEP_REFUSALS);
    if (so)
        r->all[r->n++] = key;
}

/* All that stands in the way of that decision. Every one asks for the quorum, a
 * reason for each criterion, a vote for it and none with more votes (of two
 * that have as many, who decides chooses). To go on, the evidence asked for is
 * there, and the project where it was; under conditions, what is not met may be
 * met later. */
static size_t refusals_of(const struct gate *g, const struct standing *s,
                          const char *outcome, const char **out)
{
    struct refusals r = {out, 0};
    const char *conflict = conflict_fault(s);
    const bool goes = word_in("go conditions", outcome);
    refuse_if(&r, conflict, conflict);
    if (conflict)
        return r.n;
    refuse_if(&r, s->votes < g->quorum,
              s->votes + s->awaited < g->quorum ? "portfolio_gate.quorum_lost"
                                                : "portfolio_gate.no_quorum");
    refuse_if(&r, s->unreasoned, "portfolio_gate.lacks_reasons");
    refuse_if(&r, !s->votes_for, "portfolio_gate.no_vote_for");
    refuse_if(&r, goes && s->lacks_evidence, "portfolio_gate.lacks_evidence");
    refuse_if(&r, goes && !s->there, "portfolio_gate.project_elsewhere");
    refuse_if(&r, s->votes_for && s->outvoted, "portfolio_gate.outvoted");
    refuse_if(&r, same(outcome, "go") && s->unmet, "portfolio_gate.unmet");
    refuse_if(&r, same(outcome, "conditions") && !s->conditions,
              "portfolio_gate.no_conditions");
    return r.n;
}

#define REFUSES(outcome_)                                                      \
    static size_t refuses_##outcome_(struct conn *c, struct arena *a,          \
                                     const void *row, int64_t person,          \
                                     const char **out)                         \
    {                                                                          \
        const struct standing s = standing_of(c, a, row, person, #outcome_);   \
        return refusals_of(row, &s, #outcome_, out);                           \
    }
REFUSES(go)
REFUSES(conditions)
REFUSES(hold)
REFUSES(recycle)
REFUSES(stop)

const struct step *project_step(const char *from, const char *to)
{
    for (const struct step *s = project_entity.steps; s->name; s++)
        if (s->to && word_in(s->from, from) && same(s->to, to))
            return s;
    return NULL;
}

static const char *waive_refuses(struct conn *c, struct arena *a,
                                 const void *row, int64_t person)
{
    const struct gate *g = row;
    const struct standing s = standing_of(c, a, g, person, NULL);
    const char *conflict = conflict_fault(&s);
    return conflict   ? conflict
           : !s.there ? "portfolio_gate.project_elsewhere"
           : !project_step(g->stage_from, g->stage_to)
               ? "portfolio_gate.leads_nowhere"
               : NULL;
}

/* Where a decision leads its project; NULL: nowhere. */
static const char *gate_leads_to(const struct gate *g)
{
    return word_in("go conditions waived", g->state) ? g->stage_to
           : same(g->state, "hold")                  ? "held"
           : same(g->state, "stop")                  ? "stopped"
           /* Back to the drawing board, when it had left it. */
           : word_in("trial deployment", g->stage_from) ? "design"
                                                        : NULL;
}

/* Where only a gate leads, it is this one: it has been decided. */
static enum status move_project(struct conn *c, struct arena *a,
                                const void *row, struct str reason,
                                struct actor by)
{
    const struct gate *g = row;
    const char *refusal, *to = gate_leads_to(g);
    void *project;
    (void)reason; /* see gate_reason */
    TRY(dossier_keep(c, a, g, NO_DAY));
    TRY(row_load(c, a, &project_entity, g->project, &reach_all, &project));
    const struct project *p = project;
    const struct step *step = to ? project_step(p->state, to) : NULL;
    if (!step)
        return OK;
    struct step by_gate = *step;
    by_gate.deny = project_gate_sits;
    return step_take(c, a, &project_entity, &by_gate, project,
                     str_of(gate_reason()), by, &refusal);
}

/* What everybody may read of a decision changes by a step of its own. */
static enum status turn_public(struct conn *c, struct arena *a, const void *row,
                               struct str reason, struct actor by)
{
    struct gate *g = row_copy(a, &gate_entity, row);
    const bool was = g->published == YES;
    (void)reason;
    g->published = was ? NO : YES;
    return row_update_as(c, a, &gate_entity, g, by,
                         was ? "unpublish" : "publish");
}

static const char *refuses_publishing(struct conn *c, struct arena *a,
                                      const void *row, int64_t person)
{
    const struct gate *g = row;
    (void)c, (void)a, (void)person;
    return g->published == YES ? "portfolio_gate.is_public" : NULL;
}

static const char *refuses_unpublishing(struct conn *c, struct arena *a,
                                        const void *row, int64_t person)
{
    const struct gate *g = row;
    (void)c, (void)a, (void)person;
    return g->published == YES ? NULL : "portfolio_gate.not_public";
}

#define DECISION(name_)                                                        \
    {                                                                          \
        .name = #name_, .from = "open", .to = #name_,                          \
        .right = "portfolio.decide", .refuse_all = refuses_##name_,            \
        .effect = move_project, .needs_reason = true, .sentences = 2           \
    }
static const struct step steps[] = {
    {.name = "open",
     .from = "prepared",
     .to = "open",
     .right = "portfolio.decide",
     .refuse = open_refuses,
     .effect = open_gate},
    {.name = "waive",
     .from = "prepared",
     .to = "waived",
     .right = "portfolio.decide",
     .refuse = waive_refuses,
     .effect = move_project,
     .needs_reason = true,
     .sentences = 1},
    DECISION(go),
    DECISION(conditions),
    DECISION(hold),
    DECISION(recycle),
    DECISION(stop),
    {.name = "cancel",
     .from = "prepared open",
     .to = "cancelled",
     .right = "portfolio.decide",
     .refuse = gate_refuses_person,
     .needs_reason = true},
    {.name = "publish",
     .from = "go conditions hold recycle stop",
     .right = "portfolio.decide",
     .refuse = refuses_publishing,
     .effect = turn_public,
     .needs_reason = true},
    {.name = "unpublish",
     .from = "go conditions hold recycle stop",
     .right = "portfolio.decide",
     .refuse = refuses_unpublishing,
     .effect = turn_public,
     .needs_reason = true},
    {0},
};

static const struct field fields[] = {
    REF(gate, project, &project_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(gate, name, .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    CHOICE(gate, stage_from, stages_from, .flags = F_REQUIRED | F_FILTER),
    CHOICE(gate, stage_to, stages_to, .flags = F_REQUIRED | F_LIST | F_FILTER),
    DATE(gate, meets, .flags = F_REQUIRED | F_LIST | F_SORT),
    INT(gate, quorum, .min = COMMITTEE, .max = 30, .flags = F_REQUIRED),
    BOOL(gate, published, .flags = F_FILTER | F_COMPUTED),
    DATE(gate, decided_on, .flags = F_LIST | F_SORT | F_COMPUTED),
    CHOICE(gate, state, states, .flags = F_REQUIRED | F_LIST | F_FILTER),
    PROSE(gate, state_reason, .max = 4000, .flags = F_COMPUTED),
    TEXT(gate, dossier, .max = 20000, .flags = F_COMPUTED | F_HIDDEN),
    {0},
};

/* The day of the decision, kept from the step that took it. What no committee
 * decided is public. */
static void settle(struct arena *a, void *row)
{
    struct gate *g = row;
    (void)a;
    if (g->state && same(g->state, "waived"))
        g->published = YES;
    if (!gate_is_decided(g))
        g->decided_on = NO_DAY;
    else if (g->decided_on == NO_DAY)
        g->decided_on = day_today();
}

static const char *locked(struct conn *c, struct arena *a, const void *row)
{
    (void)c, (void)a;
    return gate_is_decided(row) ? "portfolio_gate.decided" : NULL;
}

/* Once it has been opened, nothing moves any more but the day and the name;
 * once it is decided, nothing at all (locked). */
#define FROZEN "project stage_from stage_to quorum"
static const struct frozen frozen[] = {
    {FROZEN, "open", "portfolio_gate.frozen"},
    {FROZEN, "cancelled", "portfolio_gate.frozen_cancelled"},
    {0},
};

static int place_of(const char *stage)
{
    int place = 0;
    while (stages_from[place] && !same(stages_from[place], stage))
        place++;
    return place;
}

/* What could never open. A project may be sent back to its design, and no
 * further; where it has not come yet, a gate is prepared ahead. */
static const char *never_fault(struct conn *c, struct arena *a,
                               const struct gate *g, const char **field)
{
    void *row;
    *field = "project";
    const enum status s =
        row_load(c, a, &project_entity, g->project, &reach_all, &row);
    if (s != OK)
        return status_fault(s);
    const struct project *p = row;
    if (word_in("stopped finished", p->state))
        return "portfolio_gate.project_over";
    *field = "stage_to";
    const char *fault = stages_fault(g->stage_from, g->stage_to);
    if (fault)
        return fault;
    *field = "stage_from";
    const int from = place_of(g->stage_from);
    return from < place_of("design") && from < place_of(p->stage)
               ? "portfolio_gate.stage_passed"
               : NULL;
}

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    enum { A_YEAR = 366 };
    const struct gate *g = row, *was = NULL;
    void *before;
    if (g->row.version) {
        const enum status s =
            row_load(c, a, &gate_entity, g->row.id, &reach_all, &before);
        if (s != OK)
            return status_fault(s);
        was = before;
    }
    if (was && !same(was->state, "prepared"))
        return NULL;
    *field = "meets";
    if ((!was || was->meets != g->meets) && g->meets < day_today() - A_YEAR)
        return "portfolio_gate.long_ago";
    return was && was->project == g->project &&
                   same(was->stage_from, g->stage_from) &&
                   same(was->stage_to, g->stage_to)
               ? NULL
               : never_fault(c, a, g, field);
}

const struct entity gate_entity = {
    .name = "portfolio_gate",
    .api = "gate",
    .path = "/jalons",
    .row_size = sizeof(struct gate),
    .fields = fields,
    .steps = steps,
    .title = "name",
    .sort = "-meets",
    .frozen = frozen,
    .read = "portfolio.gates",
    .write = "portfolio.decide",
    .parent = "project",
    .has_uid = true,
    .settle = settle,
    .locked = locked,
    .check = check,
};
