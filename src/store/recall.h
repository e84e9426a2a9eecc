/*
 * What a reader remembers from one snapshot to the next: the little that nearly
 * every page asks anew, as who it is. All of it is forgotten as soon as anybody
 * has committed anything, in this process or beside it: the snapshot says so
 * itself. An engine that cannot tell (PostgreSQL) remembers nothing.
 *
 *     const struct thing *known = conn_recall(c, key);
 *     if (known)
 *         return thing_copy(a, known);
 *     … ask the database for it …
 *     struct arena *memory = conn_memory(c);
 *     if (memory)
 *         conn_remember(c, key, thing_copy(memory, t));
 *
 * Only what follows from the database and the key alone may be remembered.
 */
#pragma once

#include "store/db.h"

/* NULL where it is not known. Lives until conn_end: copy what must stay. */
const void *conn_recall(struct conn *c, const char *key);
/* Where to keep what shall be remembered; NULL where nothing is, or where it is
 * enough for one snapshot. */
struct arena *conn_memory(struct conn *c);
void conn_remember(struct conn *c, const char *key, const void *what);
