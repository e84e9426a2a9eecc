/* The tables of the demonstration's life: gates and their reasons, evidence,
 * watch, advice, deployments. Written by hand; nobody in them is real. */
#pragma once

#include "core/demo.h"
#include "modules/portfolio/life.h"

/* A day; with year 0 counted from the demonstration's today. */
struct demo_day {
    int year, month, day;
};
#define ON(y, m, d)                                                            \
    {                                                                          \
        y, m, d                                                                \
    }
#define AWAY(days)                                                             \
    {                                                                          \
        0, 0, days                                                             \
    }
enum status plans_demo(struct demo *d) MUST_USE;
int32_t demo_day(const struct demo *d, struct demo_day day);

/* .found: a letter for each criterion (y p n u). .dissent: the vote of one
 * member against the decision, with its reason. .due in days after the gate. */
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
extern const struct demo_gate demo_gates[];
extern const size_t demo_gate_count;

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
