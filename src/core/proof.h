/*
 * Proofs over the journal's tree (RFC 6962, 2.1.1 and 2.1.2; checked as RFC
 * 9162, 2.1.3.2 and 2.1.4.2 say): that a line is in it, and that a tree of
 * today holds the tree of then.
 */
#pragma once

#include "base/random.h"

struct node {
    unsigned char hash[SHA256];
};
struct proof {
    struct node *nodes;
    size_t n;
};

/* The hash of two subtrees together. */
struct node node_join(struct node left, struct node right);
/* The root over the first n leaves; n 0: that of nothing. */
struct node tree_root(const struct node *leaves, uint64_t n);
/* For leaf number index of n; index < n. */
struct proof proof_of_leaf(struct arena *a, const struct node *leaves,
                           uint64_t n, uint64_t index);
/* From the first `old` leaves to all n; old <= n. */
struct proof proof_of_growth(struct arena *a, const struct node *leaves,
                             uint64_t n, uint64_t old);
/* Without the leaves, as a stranger checks them. */
bool leaf_is_in(struct node leaf, uint64_t index, uint64_t n,
                const struct proof *p, struct node root);
bool tree_has_grown(uint64_t old, struct node old_root, uint64_t n,
                    struct node root, const struct proof *p);
