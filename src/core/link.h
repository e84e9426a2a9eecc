/*
 * One-time links: an address that nobody can guess, sent to one person, to do
 * one thing without an account. Only the secret's hash is kept. A link is found
 * until its last day, and until what it was for is done.
 */
#pragma once

#include "store/entity.h"

/* Inside a write. what: "agreement"; row: of which; until: its last day.
 * Several may be open for one row: a reminder does not spoil the first mail. */
enum status link_add(struct conn *c, struct arena *a, const char *what,
                     int64_t row, int32_t until, const char **secret) MUST_USE;
/* The row; ERR_NOT_FOUND for a secret that is none, spent or past. */
enum status link_find(struct conn *c, struct arena *a, const char *what,
                      struct str secret, int64_t *row) MUST_USE;
/* Inside a write: all those for that row are spent. */
enum status link_end(struct conn *c, const char *what, int64_t row) MUST_USE;
enum status links_sweep(struct conn *c) MUST_USE;
