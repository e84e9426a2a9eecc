/*
 * What the server counts of itself, told at /metrics in Prometheus' text
 * format. Counting is a few atomic additions on the loop that has just
 * answered; labels are route patterns and families, never what a user sent.
 */
#pragma once

#include "core/app.h"
#include "http/router.h"
#include "http/server.h"

enum { METER_BUCKETS = 13, METER_CLASSES = 5 };

/* Answers of one route, or of a family that has none; by code class. */
struct counted {
    const struct route *route; /* NULL for a family */
    const char *name;          /* "/projets/:id", "static" */
    struct {
        _Atomic uint64_t buckets[METER_BUCKETS + 1], sum_us;
    } classes[METER_CLASSES];
};

/* Answers that no route makes. */
enum family { F_STATIC, F_PROBE, F_UNKNOWN, F_REFUSED, FAMILIES };

/* What the tasks' thread saw last: the tables are read there, so that a scrape
 * waits for nothing. */
enum gauge {
    G_TASKS_DUE,
    G_TASKS_RUNNING,
    G_TASKS_FAILED,
    G_SEALED,
    G_UNSEALED,
    G_UNSEALED_SECONDS,
    G_WAL, /* bytes, or NONE */
    GAUGES
};

/* What became of passwords typed. */
enum sign_in_end { SIGN_IN_RIGHT, SIGN_IN_WRONG, SIGN_IN_HELD, SIGN_INS };

struct meter {
    struct counted *counted; /* as app->routes, then the families */
    size_t n;
    struct http_match families[FAMILIES]; /* for what plan() answers itself */
    _Atomic uint64_t queries, sign_ins[SIGN_INS];
    _Atomic int64_t gauges[GAUGES];
};

/* After app->routes is complete. */
struct meter *meter_make(struct app *app);
/* counted NULL: the server itself refused it. */
void meter_answered(struct meter *m, const struct counted *counted,
                    unsigned status, int64_t took_ns);
/* May this one read the metrics: a neighbour on this machine and no proxy in
 * between, or who has the token ("": nobody has). */
bool meter_readable(const struct http_exchange *x, const char *token);
struct str meter_text(struct app *app, struct arena *a, struct http_load load);
/* Fills the gauges from the tables. */
enum status meter_look(struct app *app, struct conn *c) MUST_USE;
