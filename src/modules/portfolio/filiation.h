/* Filiation: what led to what. A node is one row of one of four kinds, named by
 * one number: 4 * id + kind. */
#pragma once

#include "modules/portfolio/life.h"

enum node_kind { NODE_SIGNAL, NODE_ADVICE, NODE_PROJECT, NODE_DEPLOYMENT };
enum { NODE_KINDS = 4 };

static inline int64_t node_of(enum node_kind kind, int64_t id)
{
    return id * NODE_KINDS + (int64_t)kind;
}
static inline enum node_kind node_kind(int64_t node)
{
    return (enum node_kind)(node % NODE_KINDS);
}
static inline int64_t node_id(int64_t node)
{
    return node / NODE_KINDS;
}
const struct entity *node_entity(enum node_kind kind);

/* Of a deployment that goes to another project: that it came from this one;
 * NULL: it did not, or stays where it was. */
const char *deployment_circle(struct conn *c, const struct deployment *d);

/* One link, as a walk meets it. */
struct kin {
    int64_t from, to;
    const char *kind, *why;
};
struct kinship {
    struct kin *links;
    size_t n, up; /* the first .up of them lead to the node */
    bool cut[2];  /* there are more than asked: up, down */
};
/* All that the node came from and all that came of it, the nearest first, most
 * each way: one query, which walks no further than that. */
enum status filiation_walk(struct conn *c, struct arena *a, int64_t node,
                           size_t most, struct kinship *out) MUST_USE;

enum { NODES_NAMED = 64, USES_MOST = 5 };
/* One tool or resource as which a project is deployed, however many schools
 * have it. */
struct use {
    int64_t project; /* its node */
    const char *tool;
    int64_t n, tools; /* its deployments; how many tools the project has */
    int32_t first;    /* the day on which the first use began */
};
struct named {
    const char **titles; /* NULL: there is no such row */
    struct use *uses;
    size_t use_count;
};
/* What so many nodes are called, and what the projects among them are deployed
 * as: each project's most used first, USES_MOST of each, without the first of
 * the nodes, which stands beside them. One query. */
enum status nodes_name(struct conn *c, struct arena *a, const int64_t *nodes,
                       size_t n, struct named *out) MUST_USE;
