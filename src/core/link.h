/*
 * One-time links: an address that nobody can guess, sent to one person, to do
 * one thing without an account. Only the secret's hash is kept. A link is found
 * until its last day, and once what it was for is done it opens nothing any
 * more, but still tells what was answered.
 */
#pragma once

#include "store/entity.h"

/* Inside a write. what: "agreement"; row: of which; until: its last day.
 * Several may be open for one row: a reminder does not spoil the first mail. */
enum status link_add(struct conn *c, struct arena *a, const char *what,
                     int64_t row, int32_t until, const char **secret) MUST_USE;
/* The row, and whether the link is spent; ERR_NOT_FOUND for a secret that is
 * none, or past. */
enum status link_find(struct conn *c, struct arena *a, const char *what,
                      struct str secret, int64_t *row, bool *spent) MUST_USE;
/* And that row itself, within reach of everybody who has the link. spent NULL:
 * it does not matter. */
enum status link_row(struct conn *c, struct arena *a, const char *what,
                     struct str secret, const struct entity *e, void **row,
                     bool *spent) MUST_USE;
/* Inside a write: all those for that row are spent. */
enum status link_end(struct conn *c, const char *what, int64_t row) MUST_USE;
enum status links_sweep(struct conn *c) MUST_USE;
