/*
 * Keys of the journal that were lost for good. The tree grows on under another
 * key: what the lost one signed can still be checked by its public part, and
 * nothing more can ever be signed by it.
 */
#pragma once

#include "auth/sign.h"
#include "store/db.h"

struct lost_key {
    uint64_t size; /* it signed the heads of at most so many lines */
    int64_t at;    /* when another took its place */
    const char *key;
};
/* Every key of a journal, in hexadecimal. */
struct journal_keys {
    struct lost_key *lost; /* oldest first */
    size_t n;
    const char *now; /* NULL: never sealed */
};
enum status journal_keys_load(struct conn *c, struct arena *a,
                              struct journal_keys *out) MUST_USE;
/* The one that signs the head of so many lines. */
const char *journal_key_of(const struct journal_keys *k, uint64_t size);
/* Gives a sealed journal whose key is not in the folder another: the one that
 * is there, or one made now; a line of the journal says so. ERR_CONFLICT: *why
 * is one line, and nothing was changed. */
enum status journal_key_replace(struct db *db, struct arena *a,
                                const char *folder, struct signer *out,
                                struct lost_key *lost,
                                const char **why) MUST_USE;
