/* What nobody can guess, and what identifies content. */
#pragma once

#include "base/str.h"

void random_bytes(void *p, size_t n);
/* n random bytes as lower-case hexadecimal. */
char *random_hex(struct arena *a, size_t n);
/* A UUID version 7 (RFC 9562): sorts by time. */
char *uuid7(struct arena *a);
/* When such a text was made, in UTC seconds; -1: it is none. */
int64_t uuid7_time(struct str uuid);
void uuid7_bytes(unsigned char out[16]);
bool uuid_ok(struct str s);

enum { SHA256 = 32 };
void sha256(unsigned char out[SHA256], struct str s);
char *hex(struct arena *a, const void *p, size_t n);
bool unhex(struct str s, void *out, size_t n);
/* In constant time. */
bool same_bytes(const void *a, const void *b, size_t n);
