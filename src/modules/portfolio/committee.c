/* What belongs to a gate: its criteria as they were frozen, who sits and how
 * they voted, what a decision asks for. */
#include "core/app.h"
#include "modules/portfolio/life.h"

/* The state of a gate; "" where it is not there. */
static const char *gate_state(struct conn *c, struct arena *a, int64_t id)
{
    void *row;
    if (row_load(c, a, &gate_entity, id, &reach_all, &row) != OK)
        return "";
    return ((const struct gate *)row)->state;
}

/* Criteria. */

static const char *const findings[] = {"yes", "partly", "no", "unknown", NULL};
static const struct field criterion_fields[] = {
    REF(gate_criterion, gate, &gate_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    INT(gate_criterion, position, .min = 1, .max = 99,
        .flags = F_REQUIRED | F_LAST | F_SORT),
    TEXT(gate_criterion, label, .max = 300, .flags = F_REQUIRED | F_LIST),
    CHOICE(gate_criterion, kind, evidence_kinds, .flags = F_LIST),
    INT(gate_criterion, level, .min = 1, .max = 5, .flags = 0),
    CHOICE(gate_criterion, met, findings, .flags = F_LIST | F_COMPUTED),
    TEXT(gate_criterion, reason, .max = 1000, .flags = F_LIST | F_COMPUTED),
    {0},
};
static const char *criterion_locked(struct conn *c, struct arena *a,
                                    const void *row)
{
    const struct gate_criterion *k = row;
    return same(gate_state(c, a, k->gate), "prepared")
               ? NULL
               : "portfolio_gate_criterion.frozen";
}
static const char *criterion_check(struct conn *c, struct arena *a,
                                   const void *row, const char **field)
{
    *field = "gate";
    return criterion_locked(c, a, row);
}

const struct entity gate_criterion_entity = {
    .name = "portfolio_gate_criterion",
    .api = "gate_criterion",
    .path = "/criteres-de-jalon",
    .row_size = sizeof(struct gate_criterion),
    .fields = criterion_fields,
    .title = "label",
    .sort = "position",
    .read = "portfolio.gates",
    .write = "portfolio.decide",
    .parent = "gate",
    .locked = criterion_locked,
    .check = criterion_check,
};

/* Members and their votes. */

static const char *const roles[] = {"chair", "member", "expert", "rapporteur",
                                    NULL};
static const char *const votes[] = {
    "invited", "conflict", "go",      "conditions", "hold",
    "recycle", "stop",     "abstain", NULL,
};

static const char *may_speak(struct conn *c, struct arena *a, const void *row,
                             int64_t person)
{
    const struct gate_member *m = row;
    if (m->person != person)
        return "portfolio_gate_member.not_you";
    const char *state = gate_state(c, a, m->gate);
    return same(state, "open")       ? NULL
           : same(state, "prepared") ? "portfolio_gate_member.not_open"
                                     : "portfolio_gate_member.closed";
}

static const char *may_vote(struct conn *c, struct arena *a, const void *row,
                            int64_t person)
{
    const struct gate_member *m = row;
    const char *refusal = may_speak(c, a, row, person);
    if (refusal)
        return refusal;
    return same(m->state, "conflict") ? "portfolio_gate_member.has_conflict"
                                      : NULL;
}

static const char *may_declare(struct conn *c, struct arena *a, const void *row,
                               int64_t person)
{
    const struct gate_member *m = row;
    if (m->person != person)
        return "portfolio_gate_member.not_you";
    return word_in("prepared open", gate_state(c, a, m->gate))
               ? NULL
               : "portfolio_gate_member.closed";
}

#define VOTE(name_)                                                            \
    {                                                                          \
        .name = "vote_" name_,                                                 \
        .from = "invited conflict go conditions hold recycle stop abstain",    \
        .to = name_, .right = "portfolio.vote", .refuse = may_vote,            \
        .needs_reason = true, .sentences = 1                                   \
    }
static const struct step member_steps[] = {
    {.name = "declare",
     .from = "invited go conditions hold recycle stop abstain",
     .to = "conflict",
     .right = "portfolio.vote",
     .refuse = may_declare,
     .needs_reason = true,
     .sentences = 1},
    VOTE("go"),
    VOTE("conditions"),
    VOTE("hold"),
    VOTE("recycle"),
    VOTE("stop"),
    VOTE("abstain"),
    {0},
};
static const struct field member_fields[] = {
    REF(gate_member, gate, &gate_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    REF(gate_member, person, &person_entity,
        .flags = F_REQUIRED | F_PERSONAL | F_LIST | F_FILTER),
    CHOICE(gate_member, role, roles, .flags = F_REQUIRED | F_LIST | F_FILTER),
    CHOICE(gate_member, state, votes, .flags = F_REQUIRED | F_LIST | F_FILTER),
    PROSE(gate_member, state_reason, .max = 2000,
          .flags = F_COMPUTED | F_PERSONAL),
    {0},
};
static const struct index member_indexes[] = {
    {.columns = "gate, person", .unique = true},
    {0},
};
/* Who sits is settled when the gate opens: who could add a seat while votes are
 * cast, or take one away, would decide alone. Who has declared a conflict
 * before keeps their seat, and their name on it. */
static const char *member_locked(struct conn *c, struct arena *a,
                                 const void *row)
{
    const struct gate_member *m = row;
    const char *state = gate_state(c, a, m->gate);
    if (same(state, "open"))
        return "portfolio_gate_member.frozen";
    if (!same(state, "prepared"))
        return "portfolio_gate_member.closed";
    return same(m->state, "invited") ? NULL
                                     : "portfolio_gate_member.has_declared";
}
static const char *member_check(struct conn *c, struct arena *a,
                                const void *row, const char **field)
{
    const struct gate_member *m = row;
    struct who *who;
    *field = "gate";
    const char *refusal = member_locked(c, a, row);
    if (refusal || m->person == NONE)
        return refusal;
    *field = "person";
    const enum status s = who_load(c, a, m->person, &who);
    if (status_fault(s))
        return UNANSWERED;
    if (s != OK || !may(who, "portfolio.vote"))
        return "portfolio_gate_member.cannot_vote";
    return fault_if(c,
                    SQL("SELECT count(*) FROM portfolio_gate_member m WHERE"
                        " m.gate = :gate AND m.person = :person AND m.id <>"
                        " :id"),
                    ARGS(arg_int("gate", m->gate), arg_int("person", m->person),
                         arg_int("id", m->row.id)),
                    "portfolio_gate_member.sits_already");
}

const struct entity gate_member_entity = {
    .name = "portfolio_gate_member",
    .api = "gate_member",
    .path = "/membres-de-jalon",
    .row_size = sizeof(struct gate_member),
    .fields = member_fields,
    .steps = member_steps,
    .indexes = member_indexes,
    .read = "portfolio.gates",
    .write = "portfolio.decide",
    .parent = "gate",
    .locked = member_locked,
    .check = member_check,
};

/* Conditions. */

static const char *const condition_states[] = {"open", "met", "dropped", NULL};
static const struct step condition_steps[] = {
    {.name = "meet",
     .from = "open",
     .to = "met",
     .right = "portfolio.edit",
     .needs_reason = true,
     .sentences = 1},
    {.name = "drop",
     .from = "open",
     .to = "dropped",
     .right = "portfolio.decide",
     .needs_reason = true,
     .sentences = 1},
    {.name = "reopen",
     .from = "met dropped",
     .to = "open",
     .right = "portfolio.decide",
     .needs_reason = true,
     .sentences = 1},
    {0},
};
static const struct field condition_fields[] = {
    REF(gate_condition, gate, &gate_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(gate_condition, text, .max = 400,
         .flags = F_REQUIRED | F_LIST | F_SEARCH),
    DATE(gate_condition, due, .flags = F_REQUIRED | F_LIST | F_SORT),
    CHOICE(gate_condition, state, condition_states,
           .flags = F_REQUIRED | F_LIST | F_FILTER),
    PROSE(gate_condition, state_reason, .max = 2000, .flags = F_COMPUTED),
    {0},
};

/* What a decision asks for stays as it was decided; its steps still move. */
static const char *condition_locked(struct conn *c, struct arena *a,
                                    const void *row)
{
    const struct gate_condition *k = row;
    return word_in("prepared open", gate_state(c, a, k->gate))
               ? NULL
               : "portfolio_gate.decided";
}
static const char *condition_check(struct conn *c, struct arena *a,
                                   const void *row, const char **field)
{
    const char *locked = condition_locked(c, a, row);
    const struct gate_condition *k = row;
    *field = locked ? "gate" : "due";
    return locked ? locked
           : same(k->state, "open") && k->due != NO_DAY && k->due < day_today()
               ? "portfolio_gate_condition.due_past"
               : NULL;
}

const struct entity gate_condition_entity = {
    .name = "portfolio_gate_condition",
    .api = "gate_condition",
    .path = "/conditions-de-jalon",
    .row_size = sizeof(struct gate_condition),
    .fields = condition_fields,
    .steps = condition_steps,
    .title = "text",
    .sort = "due",
    .read = "portfolio.gates",
    .write = "portfolio.decide",
    .parent = "gate",
    .locked = condition_locked,
    .check = condition_check,
};
