#include "core/proof.h"

enum { DEEP = 64 };

static bool same_node(struct node a, struct node b)
{
    return same_bytes(a.hash, b.hash, SHA256);
}

struct node node_join(struct node left, struct node right)
{
    unsigned char pair[1 + 2 * SHA256] = {1};
    struct node out;
    memcpy(pair + 1, left.hash, SHA256);
    memcpy(pair + 1 + SHA256, right.hash, SHA256);
    sha256(out.hash, (struct str){(const char *)pair, sizeof(pair)});
    return out;
}

/* The largest power of two below n, for n > 1. */
static uint64_t half_of(uint64_t n)
{
    uint64_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

struct node tree_root(const struct node *leaves, uint64_t n)
{
    struct node none;
    if (n == 1)
        return leaves[0];
    if (!n) {
        sha256(none.hash, STR(""));
        return none;
    }
    uint64_t k = half_of(n);
    return node_join(tree_root(leaves, k), tree_root(leaves + k, n - k));
}

static struct proof proof_new(struct arena *a)
{
    return (struct proof){NEW_ARRAY(a, struct node, DEEP + 1), 0};
}

static void path_add(struct proof *p, const struct node *leaves, uint64_t n,
                     uint64_t index)
{
    if (n <= 1)
        return;
    uint64_t k = half_of(n);
    if (index < k) {
        path_add(p, leaves, k, index);
        p->nodes[p->n++] = tree_root(leaves + k, n - k);
    } else {
        path_add(p, leaves + k, n - k, index - k);
        p->nodes[p->n++] = tree_root(leaves, k);
    }
}

struct proof proof_of_leaf(struct arena *a, const struct node *leaves,
                           uint64_t n, uint64_t index)
{
    struct proof p = proof_new(a);
    CHECK(index < n);
    path_add(&p, leaves, n, index);
    return p;
}

/* whole: the old tree is a subtree of its own here, which its owner knows. */
static void growth_add(struct proof *p, const struct node *leaves, uint64_t n,
                       uint64_t old, bool whole)
{
    if (old == n) {
        if (!whole)
            p->nodes[p->n++] = tree_root(leaves, n);
        return;
    }
    uint64_t k = half_of(n);
    if (old <= k) {
        growth_add(p, leaves, k, old, whole);
        p->nodes[p->n++] = tree_root(leaves + k, n - k);
    } else {
        growth_add(p, leaves + k, n - k, old - k, false);
        p->nodes[p->n++] = tree_root(leaves, k);
    }
}

struct proof proof_of_growth(struct arena *a, const struct node *leaves,
                             uint64_t n, uint64_t old)
{
    struct proof p = proof_new(a);
    CHECK(old <= n);
    if (old && old < n)
        growth_add(&p, leaves, n, old, true);
    return p;
}

bool leaf_is_in(struct node leaf, uint64_t index, uint64_t n,
                const struct proof *p, struct node root)
{
    if (index >= n)
        return false;
    uint64_t at = index, last = n - 1;
    struct node r = leaf;
    for (size_t i = 0; i < p->n; i++) {
        if (!last)
            return false;
        if (at & 1 || at == last) {
            r = node_join(p->nodes[i], r);
            while (!(at & 1) && at)
                at >>= 1, last >>= 1;
        } else {
            r = node_join(r, p->nodes[i]);
        }
        at >>= 1, last >>= 1;
    }
    return !last && same_node(r, root);
}

bool tree_has_grown(uint64_t old, struct node old_root, uint64_t n,
                    struct node root, const struct proof *p)
{
    if (old > n)
        return false;
    if (!old || old == n)
        return !p->n && (!old || same_node(old_root, root));
    uint64_t at = old - 1, last = n - 1;
    size_t i = 0;
    while (at & 1)
        at >>= 1, last >>= 1;
    if (at && !p->n)
        return false;
    /* Where the old tree is a subtree, its root begins the proof. */
    struct node then = at ? p->nodes[i++] : old_root, now = then;
    for (; i < p->n; i++) {
        if (!last)
            return false;
        if (at & 1 || at == last) {
            then = node_join(p->nodes[i], then);
            now = node_join(p->nodes[i], now);
            while (!(at & 1) && at)
                at >>= 1, last >>= 1;
        } else {
            now = node_join(now, p->nodes[i]);
        }
        at >>= 1, last >>= 1;
    }
    return !last && same_node(then, old_root) && same_node(now, root);
}
