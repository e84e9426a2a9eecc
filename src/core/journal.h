/* The sealed tree over the journal. A line is added with journal_add. */
#pragma once

#include "auth/sign.h"
#include "base/random.h"
#include "core/proof.h"
#include "store/db.h"

/* The Merkle tree hash of RFC 6962, 2.1, as its full left subtrees. */
struct merkle {
    uint64_t size;
    struct node left[64];
};
void merkle_add(struct merkle *m, const unsigned char leaf[SHA256]);
void merkle_root(const struct merkle *m, unsigned char out[SHA256]);

/* The key of a data folder. A journal that was sealed needs the one that sealed
 * it; else ERR_NOT_FOUND, and *why is one line that says what to do. For one
 * that was never sealed it is made, or *why says that nothing is sealed yet. */
enum status journal_signer(struct conn *c, struct arena *a, const char *folder,
                           bool make, struct signer *out,
                           const char **why) MUST_USE;
/* The tree as sealed so far; once at the start. */
enum status journal_load(struct conn *c, struct arena *a,
                         struct merkle *tree) MUST_USE;
/* How many lines are not sealed yet. */
enum status journal_open(struct conn *c, uint64_t *lines) MUST_USE;
/* Seals the lines not sealed yet, in commit order, and signs the new head.
 * One caller at a time. ERR_CONFLICT: another key took the place of this. */
enum status journal_seal(struct db *db, struct arena *a, struct merkle *tree,
                         const struct signer *signer) MUST_USE;
/* The same for a copy that nobody else writes to, of a database of another
 * engine: all lines without a seal, also those below a sealed one. */
enum status journal_seal_copy(struct db *db, struct arena *a,
                              struct merkle *tree,
                              const struct signer *signer) MUST_USE;
/* Computes all again: *fault is the first disagreement, or NULL. Heads that a
 * lost key signed (lost_key.h) are checked by that one's public part. */
enum status journal_verify(struct conn *c, struct arena *a,
                           const unsigned char key[SIGN_PUBLIC],
                           uint64_t *lines, const char **fault) MUST_USE;

/* A sealed line as the tree has it: what it says of a person (who, and the
 * detail) only as a commitment. ERR_NOT_FOUND: none, or not sealed yet. */
struct journal_line {
    uint64_t seq;
    int64_t at, row;
    const char *entity, *what;
    unsigned char commitment[SHA256], leaf[SHA256];
};
enum status journal_line(struct conn *c, struct arena *a, int64_t id,
                         struct journal_line *out) MUST_USE;
/* Every leaf, in order. */
enum status journal_leaves(struct conn *c, struct arena *a, struct node **out,
                           uint64_t *n) MUST_USE;
