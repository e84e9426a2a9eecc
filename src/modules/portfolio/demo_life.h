/* The tables of the demonstration's life: gates and their reasons, evidence,
 * watch, advice, deployments. Written by hand; nobody in them is real. */
#pragma once

#include "core/demo.h"
#include "modules/portfolio/life.h"

/* A day; with year 0 counted from the demonstration's today, or, with a month,
 * that day of the spring before its living year. */
struct demo_day {
    int year, month, day;
};
/* So many days from today, on a day of this month if there is one to work on.
 */
#define THIS_MONTH(days)                                                       \
    {                                                                          \
        0, -1, days                                                            \
    }
#define BEFORE_LIVING(m, d)                                                    \
    {                                                                          \
        0, m, d                                                                \
    }
#define ON(y, m, d)                                                            \
    {                                                                          \
        y, m, d                                                                \
    }
#define AWAY(days)                                                             \
    {                                                                          \
        0, 0, days                                                             \
    }
int32_t demo_day(const struct demo *d, struct demo_day day);
/* Is that day of a year that is not over, and not five months past? What the
 * living year is about would else have been decided in it already. */
bool demo_is_to_come(const struct demo *d, struct demo_day day);
/* The first day of the school year in which it lives: the one of its today, and
 * not before the one after the closed year. */
int32_t demo_living(const struct demo *d);
/* Where it bears no year, the nearest one further away from today on which
 * schools are open. */
#define DEMO_ZONE "b" /* of school holidays */
enum status demo_work_day(struct demo *d, struct demo_day day,
                          int32_t *out) MUST_USE;
/* The id of the row whose field has that value; NONE for none asked. People by
 * the part of their address before the @. */
enum status demo_id(struct demo *d, const struct entity *e, const char *field,
                    const char *value, int64_t *id) MUST_USE;
enum status demo_person_id(struct demo *d, const char *name,
                           int64_t *id) MUST_USE;
enum status demo_project_id(struct demo *d, const char *name,
                            int64_t *id) MUST_USE;
enum status committees_demo(struct demo *d) MUST_USE;

/* Of the nth time (0: the first) that a project is in that service; .starts and
 * .ends where its decisions say when. .skipped: it never was, and .note says
 * why. */
struct demo_plan {
    const char *project, *service;
    int nth;
    struct demo_day starts, ends;
    const char *team, *expected, *note;
    bool skipped;
};
extern const struct demo_plan demo_plans[];
extern const size_t demo_plan_count;

/* .found: a letter for each criterion (y p n u); none while it is not decided,
 * or where no committee was. .dissent: the vote of one
 * member against the decision, with its reason. .due in days after the gate, of
 * what is open from today. A gate of a year after the closed one is there once
 * that year is over, or the gate five months old. */
struct demo_gate {
    const char *project, *name, *from, *to;
    struct demo_day meets;
    const char *state, *reason;
    const char *found, *findings[3];
    const char *dissent, *dissent_why;
    struct {
        const char *text, *state, *how;
        int due;
    } conditions[2];
    bool secret;
};
extern const struct demo_gate demo_gates[], demo_past_gates[],
    demo_living_gates[];
extern const size_t demo_gate_count, demo_past_gate_count,
    demo_living_gate_count;

struct demo_evidence {
    const char *project, *statement, *kind;
    int level;
    const char *effect; /* "effect low high unit", or NULL */
    int sample;
    const char *limits, *source;
    struct demo_day found;
};
extern const struct demo_evidence demo_evidence[];
extern const size_t demo_evidence_count;

struct demo_signal {
    const char *title, *source, *country, *language, *subject, *state, *reason;
    struct demo_day seen;
    const char *follower, *project, *link; /* what it led to, and how */
};
extern const struct demo_signal demo_signals[];
extern const size_t demo_signal_count;

struct demo_advice {
    const char *need, *detail, *topic, *discipline, *level;
    struct demo_day asked;
    const char *asker; /* a person's address, or NULL: a school alone */
    const char *state, *answer, *outcome, *project;
};
extern const struct demo_advice demo_advice[];
extern const size_t demo_advice_count;

/* What a school says of a tool; goes_on: do they go on with it. */
struct demo_return {
    const char *tool, *role, *use;
    int useful;
    enum yesno goes_on;
    const char *obstacles, *text;
};
extern const struct demo_return demo_returns[];
extern const size_t demo_return_count;
/* Why one was given up, and what the school says of it; .said.text NULL:
 * nothing. Those of one tool stand together. */
struct demo_abandon {
    const char *tool, *reason;
    struct demo_return said;
};
extern const struct demo_abandon demo_abandons[];
extern const size_t demo_abandon_count;
/* demo_deployments.c */
enum status deployments_demo(struct demo *d) MUST_USE;
