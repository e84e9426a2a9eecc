/*
 * The life of the portfolio: what a project came from, why it went on, where it
 * is used now. On paper:
 *
 *   signal      a note de veille: a source seen, sorted (keep, watch, drop,
 *               each with its reason), followed by somebody
 *   advice      a request for advice: the need, its answer, what came of it;
 *               the queue begins with who has waited longest
 *   design      a co-design session of a project: who was there, by role
 *   evidence    what is known of a project, and how well: kind, level 1 to 5,
 *               effect with its interval where there is one, n, limits
 *   criterion   what a committee looks at between two stages: data, not code.
 *               One that names a kind of evidence asks for it to pass
 *   gate        a jalon: a committee decides whether a project goes on
 *     gate_criterion   the criteria as they stood when the gate opened (copied,
 *                      then closed to everybody), each with its finding
 *     gate_member      who sits, in which role, and the vote: its state
 *     gate_condition   what "on conditions" asks, until when
 *   deployment  a tool of a project in a school, from a day until a day;
 *               essaimage is counted from them
 *   feedback    what a school says of a deployment, from the day its use began
 *   filiation   which of these led to which, and in what way; no circles.
 *               What a project was deployed as follows from its deployments,
 *               a line for each tool
 *
 * Steps of a gate
 *
 *   prepared --open--> open --go, conditions, hold, recycle, stop--> decided
 *    |  \__ cancel __ /
 *    waive --> waived
 *
 * open copies the criteria of the pair of stages, and closes the committee: who
 * sits, in which role, how many must vote. The project must stand where the
 * gate begins. A decision is refused unless as many members have voted as
 * the quorum says, one of them for it, each criterion has its finding with a
 * reason, and, to go on, each kind of evidence asked for is there. In
 * the same transaction the project takes its own step. From then on the gate is
 * locked, with what it asked for and with what was known (dossier.h); only
 * publishing and unpublishing it is left, each with its reason in the journal.
 * While a gate sits, nobody moves its project by hand.
 *
 * Nor does anybody, at any time, between two stages for which criteria are
 * written: there a gate leads and nothing else, each time anew (a project that
 * was sent back passes it again). What was held, stopped or finished is resumed
 * at the stage where it stood, which is no way past a gate. To waive is to let
 * a project through without a committee: its reason is public, and stays so.
 *
 * A member votes for themselves alone, while the gate is open; whoever has
 * declared a conflict of interest neither votes nor decides. The reason of a
 * vote is kept, and stands as a dissent where the decision was another.
 *
 * Nor does what belongs to a project run ahead of it: before a gate has led to
 * the deployment nothing is in use (a pilot school is "configured"), and
 * neither the trial nor the deployment is a service that runs, ran or was left.
 *
 * Reach: deployments, feedback and requests for advice by their school, as in
 * the directory; the rest is the laboratory's, and reached by whoever has the
 * right. Public: evidence, sessions, criteria, and the decisions marked so.
 */
#pragma once

#include "modules/portfolio/portfolio.h"

struct signal {
    struct row row;
    const char *title, *source, *web, *country, *language, *subject;
    int32_t seen;
    int64_t follower;
    const char *state, *state_reason;
};

/* Asked by a person we know, or by somebody with a name and an address. */
struct advice {
    struct row row;
    const char *need, *detail, *topic, *discipline, *level;
    int32_t asked;
    int64_t school, person;
    const char *asker, *email, *state, *state_reason, *answer;
    int64_t file;
    const char *outcome;
};

struct design {
    struct row row;
    int64_t project;
    const char *title;
    int32_t held;
    int64_t teachers, pupils, researchers, designers, others;
    const char *outcome, *web;
};

/* .effect in .unit, within .low and .high: NAN where nobody knows. */
struct evidence {
    struct row row;
    int64_t project;
    const char *statement, *kind;
    int64_t level;
    double effect, low, high;
    const char *unit;
    int64_t sample;
    const char *limits, *source, *web;
    int64_t file;
    int32_t found;
};

struct criterion {
    struct row row;
    const char *stage_from, *stage_to;
    int64_t position;
    const char *label, *help, *kind;
    int64_t level;
};

/* .published: everybody may read its decision; .decided_on: NO_DAY until then.
 */
struct gate {
    struct row row;
    int64_t project;
    const char *name, *stage_from, *stage_to;
    int32_t meets;
    int64_t quorum;
    enum yesno published;
    int32_t decided_on;
    const char *state, *state_reason;
    const char *dossier; /* "12:3 15:1": see dossier.h */
};

struct gate_criterion {
    struct row row;
    int64_t gate, position;
    const char *label, *kind;
    int64_t level;
    const char *met, *reason;
};

struct gate_member {
    struct row row;
    int64_t gate, person;
    const char *role, *state, *state_reason;
};

struct gate_condition {
    struct row row;
    int64_t gate;
    const char *text;
    int32_t due;
    const char *state, *state_reason;
};

/* Is that condition still to be met? Of a project that was stopped nobody waits
 * for it. */
#define AWAITED(k)                                                             \
    k ".state = 'open' AND NOT EXISTS (SELECT 1 FROM portfolio_gate asked"     \
      " JOIN portfolio_project told ON told.id = asked.project WHERE asked.id" \
      " = " k ".gate AND told.state = 'stopped')"

struct deployment {
    struct row row;
    int64_t project, school;
    const char *tool;
    int32_t starts, ends;
    const char *state, *reason, *support;
};

/* The states of a deployment that has been used, be it over: only then there
 * are returns. "dropped": given up before it began. */
#define USE_BEGUN "in_use ended abandoned"
#define BEGUN "'in_use', 'ended', 'abandoned'"
/* Is that deployment in use today, which :today is? */
#define USED_TODAY(d)                                                          \
    d ".state = 'in_use' AND (" d ".ends IS NULL OR " d ".ends >= :today)"

struct feedback {
    struct row row;
    int64_t deployment;
    const char *role;
    int32_t given;
    const char *use;
    int64_t useful;
    enum yesno goes_on;
    const char *obstacles, *text;
};

/* From one of the four kinds to one of them; .from_node and .to_node name both
 * in one number (filiation.h). */
struct filiation {
    struct row row;
    const char *kind;
    int64_t from_signal, from_advice, from_project, from_deployment;
    int64_t to_signal, to_advice, to_project, to_deployment;
    int32_t since; /* the day on which it did */
    const char *why;
    int64_t gate;
    int64_t from_node, to_node;
};

extern const struct entity signal_entity, advice_entity, design_entity,
    evidence_entity, criterion_entity, gate_entity, gate_criterion_entity,
    gate_member_entity, gate_condition_entity, deployment_entity,
    feedback_entity, filiation_entity;

extern const char *const evidence_kinds[];
extern const char *const stages_from[], *const stages_to[];
/* The project's own step from one stage to another; NULL: there is none. */
const struct step *project_step(const char *from, const char *to);
/* Why no gate leads from one to the other: a label key, or NULL. */
const char *stages_fault(const char *from, const char *to);

/* The day of its decision, or of its committee. */
int32_t gate_day(const struct gate *g);
/* A gate's state, once its committee has decided. */
#define DECIDED BY_COMMITTEE ", 'waived'"
#define BY_COMMITTEE "'go', 'conditions', 'hold', 'recycle', 'stop'"
/* What a project's own step says that a gate brought about: everybody reads it,
 * and why the committee decided so only where its decision is public. Earlier
 * programs wrote the gate's reason there, which is told as this. */
const char *gate_reason(void);
bool gate_is_decided(const struct gate *g);
/* Who declared a conflict of interest moves nothing in the gate: a label key,
 * or NULL. */
const char *gate_refuses_person(struct conn *c, struct arena *a,
                                const void *row, int64_t person);

/* What a step of a project makes of what it looks at: a committee sits on it.
 */
const char *project_gate_sits(const struct step *s, const void *ways);

/* The fault, unless it stands at that stage ("trial", "deployment") or beyond
 * it, did when it was held, or a gate has ever led it there. */
const char *project_behind(struct conn *c, int64_t project, const char *stage,
                           const char *fault);

/* A start after its end: the field at fault and the label key; or NULL. */
const char *period_fault(int32_t starts, int32_t ends, const char **field);

/* remind.c: the task. */
enum status conditions_remind(struct app *app, struct arena *a,
                              const char *payload);

extern const struct waiting portfolio_waiting[];
extern const struct news portfolio_news[];

enum status life_demo(struct demo *d);
