/* Filiation as people see it: a drawing in layers, each line of it a link, and
 * the same as a list. What projects were deployed as is part of it, a node for
 * each tool however many schools have it. */
#pragma once

#include "core/request.h"
#include "modules/portfolio/filiation.h"

struct lineage_node {
    int64_t node;
    const char *title, *kind; /* in words */
    const char *more, *since; /* of a tool: how many uses; or NULL */
    const char *href;         /* NULL: not for this reader */
    int layer;                /* what came first is 0 */
};
struct lineage_link {
    size_t from, to; /* places among the nodes */
    const char *kind, *why;
};
struct lineage_v {
    const char *label;
    const struct lineage_node *nodes; /* in the order they are drawn */
    size_t node_count;
    const struct lineage_link *links;
    size_t link_count;
    size_t self; /* the place of the node asked */
    bool cut;    /* there is more than is drawn */
};
/* What the reader may see of it; link_count 0: nothing. title is the node's
 * own. Two queries: the links, and what those drawn are called and deployed as;
 * of a deployment two more, of what led to its project. */
enum status lineage_of(struct req *r, int64_t node, const char *title,
                       struct lineage_v *v) MUST_USE;
void lineage_svg(struct html *h, const struct lineage_v *v);
