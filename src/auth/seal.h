/*
 * Sealed streams: what was written can be read only with its key, in its order
 * and to its end: chunks under ChaCha20-Poly1305 (RFC 8439, by OpenSSL, twice
 * as fast as libsodium's secretstream, which older ones are read by). The key
 * is a file, or words, from which Argon2id makes one; each stream's own is made
 * of it by HChaCha20.
 */
#pragma once

#include "base/str.h"

enum {
    SEAL_HEAD = 64,        /* what a sealed stream begins with */
    SEAL_CHUNK = 64 << 10, /* pushed at a time; only the last is shorter */
    SEAL_OVER = 17,        /* what sealing adds to a chunk */
    SEAL_KEY = 32,
};

struct seal_key {
    bool words; /* else .secret is the content of a key file */
    struct str secret;
};
struct seal;

/* The bytes of a key file: 32 of them, or 64 hexadecimal digits. Otherwise
 * ERR_INVALID. */
enum status seal_key_file(struct arena *a, struct str content,
                          struct seal_key *out) MUST_USE;
bool seal_is(struct str beginning); /* is this the head of a sealed stream? */
bool seal_by_words(const unsigned char head[SEAL_HEAD]);

/* ERR_SYSTEM: no memory for the derivation. */
enum status seal_begin(struct arena *a, const struct seal_key *key,
                       unsigned char head[SEAL_HEAD],
                       struct seal **out) MUST_USE;
/* out has room for n + SEAL_OVER. */
void seal_push(struct seal *s, unsigned char *out, const void *p, size_t n,
               bool last);
/* ERR_INVALID: no head of ours, or the key is of the other kind. */
enum status seal_open(struct arena *a, const struct seal_key *key,
                      const unsigned char head[SEAL_HEAD],
                      struct seal **out) MUST_USE;
/* n is that of the sealed chunk, out has room for n - SEAL_OVER. False: the key
 * is another, or the chunk is not as it was written. */
bool seal_pull(struct seal *s, unsigned char *out, const unsigned char *p,
               size_t n, bool *last) MUST_USE;
