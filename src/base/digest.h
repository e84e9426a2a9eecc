/*
 * SHA-256 of what comes in pieces, as `sha256sum` has it: OpenSSL's, which uses
 * what the processor has for it (1.7 GB/s where libsodium's does 0.4).
 */
#pragma once

#include "base/base.h"

enum { DIGEST = 32 };
struct digest { /* need not be ended */
    uint64_t room[14];
};
void digest_begin(struct digest *d);
void digest_add(struct digest *d, const void *p, size_t n);
void digest_end(struct digest *d, unsigned char out[DIGEST]);
