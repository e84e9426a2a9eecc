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

/* One link, as a walk meets it. */
struct kin {
    int64_t id, from, to;
    const char *kind, *why;
};
struct kinship {
    struct kin *links;
    size_t n, up; /* the first .up of them lead to the node */
    bool cut;     /* there are more than asked */
};
/* All that the node came from and all that came of it, the nearest first, most
 * each way: one query, which walks no further than that. */
enum status filiation_walk(struct conn *c, struct arena *a, int64_t node,
                           size_t most, struct kinship *out) MUST_USE;

enum { NODES_TITLED = 64 };
/* What so many nodes are called; NULL stays where there is no such row. */
enum status nodes_title(struct conn *c, struct arena *a, const int64_t *nodes,
                        size_t n, const char **titles) MUST_USE;
