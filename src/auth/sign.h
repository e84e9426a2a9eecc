/* Signatures (Ed25519, RFC 8032) by a key that stays in the data folder. */
#pragma once

#include "base/str.h"

enum { SIGN_SECRET = 64, SIGN_PUBLIC = 32, SIGNATURE = 64 };

struct signer {
    unsigned char secret[SIGN_SECRET], public[SIGN_PUBLIC];
};

/* Reads the key of a file, or makes it there, for its owner only. ERR_SYSTEM:
 * the file cannot be read or written, or is none of ours. */
enum status signer_open(const char *path, struct signer *out) MUST_USE;
/* The same, but makes none: ERR_NOT_FOUND. */
enum status signer_read(const char *path, struct signer *out) MUST_USE;
/* In hexadecimal. */
char *sign(struct arena *a, const struct signer *s, struct str text);
bool signature_right(const unsigned char public[SIGN_PUBLIC], struct str text,
                     struct str signature);
