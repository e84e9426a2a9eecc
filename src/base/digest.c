/* A state that nobody need free, which OpenSSL 3 calls the older way. */
#define OPENSSL_API_COMPAT 0x10100000L
#include "base/digest.h"

#include <openssl/sha.h>

static_assert(sizeof(SHA256_CTX) <= sizeof(struct digest) &&
                  _Alignof(SHA256_CTX) <= _Alignof(struct digest),
              "OpenSSL's state");

void digest_begin(struct digest *d)
{
    SHA256_Init((SHA256_CTX *)d->room);
}

void digest_add(struct digest *d, const void *p, size_t n)
{
    SHA256_Update((SHA256_CTX *)d->room, p, n);
}

void digest_end(struct digest *d, unsigned char out[DIGEST])
{
    SHA256_Final(out, (SHA256_CTX *)d->room);
}
