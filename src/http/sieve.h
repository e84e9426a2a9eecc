/*
 * A multipart body that is too long, read all the same: its texts are kept and
 * the bytes of its files dropped as they come, so that the answer can give a
 * form back. A file then stands in it by its name, empty.
 */
#pragma once

#include "base/str.h"

struct sieve;

/* By the Content-Type of the body; NULL: it is no multipart form. */
struct sieve *sieve_make(struct arena *a, struct str type) MUST_USE;
/* Takes bytes of the body; calls keep for what stays, in its order, and gives
 * back what that returns unless it is 0. */
unsigned sieve_add(struct sieve *s, const char *p, size_t n,
                   unsigned (*keep)(void *data, const char *p, size_t n),
                   void *data);
