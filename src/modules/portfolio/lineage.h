/* Filiation as people see it: a drawing by generations, each line of it a link,
 * and the same as a list. What projects were deployed as is part of it, a node
 * for each tool however many schools have it. */
#pragma once

#include "core/request.h"
#include "modules/portfolio/filiation.h"

#include <limits.h>

/* Boxes of a generation, before « et N autres ». */
enum { LINEAGE_ABREAST = 6, LINEAGE_NOWHERE = INT_MAX };
struct lineage_node {
    int64_t node;
    const char *title; /* NULL: too many to be named, and only counted */
    size_t others;     /* then: how many it stands for, where not for one */
    const char *kind;  /* in words */
    const char *more, *since; /* of a tool: how many uses; or NULL */
    const char *href;         /* NULL: not for this reader */
    bool through;             /* links lead to it and on */
    int layer; /* generations behind the node asked, before it below 0;
                  LINEAGE_NOWHERE: no link read leads there */
};
struct lineage_link {
    size_t from, to; /* places among the nodes */
    const char *kind, *why;
};
struct lineage_v {
    const char *label;
    const struct lineage_node *nodes; /* the one asked, then the nearest */
    size_t node_count;
    const struct lineage_link *links;
    size_t link_count;
    bool cut[2];     /* there is more than is counted: up, down */
    bool untold;     /* or than the list has */
    const char *all; /* then: where all links are, or NULL */
};
/* What the reader may see of it; link_count 0: nothing. title is the node's
 * own. Two queries: the links, and what the nearest are called and deployed as;
 * of a deployment two more, of what led to its project. */
enum status lineage_of(struct req *r, int64_t node, const char *title,
                       struct lineage_v *v) MUST_USE;
void lineage_svg(struct html *h, const struct lineage_v *v);
