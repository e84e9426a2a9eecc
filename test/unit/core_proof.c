/* The tree of RFC 6962 over the eight leaves that the Certificate Transparency
 * tests know, and every proof over trees of up to 70. */
#include "core/journal.h"
#include "core/proof.h"
#include "unit/test.h"

static const struct {
    const char *bytes;
    size_t n;
} data[] = {
    {"", 0},
    {"\x00", 1},
    {"\x10", 1},
    {"\x20\x21", 2},
    {"\x30\x31", 2},
    {"\x40\x41\x42\x43", 4},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
};

static struct node leaf_of(const void *p, size_t n)
{
    unsigned char all[64] = {0};
    struct node out;
    memcpy(all + 1, p, n);
    sha256(out.hash, (struct str){(const char *)all, n + 1});
    return out;
}

static bool is(struct arena *a, struct node node, const char *digits)
{
    return same(hex(a, node.hash, SHA256), digits);
}

TEST(core_proof_known)
{
    struct arena a = {.limit = 1 << 20};
    struct node leaves[8];
    for (size_t i = 0; i < 8; i++)
        leaves[i] = leaf_of(data[i].bytes, data[i].n);
    OKAY(is(&a, tree_root(leaves, 0),
            "e3b0c44298fc1c149afbf4c8996fb924"
            "27ae41e4649b934ca495991b7852b855"));
    OKAY(is(&a, tree_root(leaves, 1),
            "6e340b9cffb37a989ca544e6bb780a2c"
            "78901d3fb33738768511a30617afa01d"));
    OKAY(is(&a, tree_root(leaves, 8),
            "5dc9da79a70659a9ad559cb701ded9a2"
            "ab9d823aad2f4960cfe370eff4604328"));
    struct proof p = proof_of_growth(&a, leaves, 8, 6);
    OKAY(p.n == 3);
    OKAY(is(&a, p.nodes[0],
            "0ebc5d3437fbe2db158b9f126a1d118e"
            "308181031d0a949f8dededebc558ef6a"));
    OKAY(is(&a, p.nodes[2],
            "d37ee418976dd95753c1c73862b9398f"
            "a2a2cf9b4ff0fdfe8b30cd95209614b7"));
    arena_reset(&a);
}

/* Every proof holds, and none with a bit of it changed. */
TEST(core_proof_all)
{
    enum { MOST = 70 };
    struct arena a = {.limit = 1 << 20};
    struct node leaves[MOST];
    struct merkle tree = {0};
    for (uint64_t n = 1; n <= MOST; n++) {
        leaves[n - 1] = leaf_of(&n, sizeof(n));
        merkle_add(&tree, leaves[n - 1].hash);
        struct node root = tree_root(leaves, n), sealed;
        merkle_root(&tree, sealed.hash);
        OKAY(same_bytes(root.hash, sealed.hash, SHA256));
        for (uint64_t i = 0; i < n; i++) {
            struct arena_mark mark = arena_mark(&a);
            struct proof p = proof_of_leaf(&a, leaves, n, i);
            OKAY(leaf_is_in(leaves[i], i, n, &p, root));
            OKAY(!leaf_is_in(leaves[i], i + 1, n, &p, root));
            OKAY(n == 1 || !leaf_is_in(leaves[(i + 1) % n], i, n, &p, root));
            struct node then = tree_root(leaves, i + 1);
            p = proof_of_growth(&a, leaves, n, i + 1);
            OKAY(tree_has_grown(i + 1, then, n, root, &p));
            then.hash[3] ^= 1;
            OKAY(!tree_has_grown(i + 1, then, n, root, &p));
            then.hash[3] ^= 1;
            for (size_t k = 0; k < p.n; k++) {
                p.nodes[k].hash[k] ^= 64;
                OKAY(!tree_has_grown(i + 1, then, n, root, &p));
                p.nodes[k].hash[k] ^= 64;
            }
            OKAY(!p.n || (p.n--, !tree_has_grown(i + 1, then, n, root, &p)));
            arena_rewind(&a, mark);
        }
    }
    arena_reset(&a);
}
