/*
 * How often a password may be tried: a few times at once, then one time each
 * so many seconds (the generic cell rate algorithm). So nobody waits longer
 * than that, and the owner of an account that others try does not wait at all
 * in a browser that has signed in to it before.
 *
 * A try counts for the account from that address, for the address, and for the
 * account from everywhere. Kept in memory of a fixed size; where more keys are
 * used than it has room for, those nearest to being free go first.
 */
#pragma once

#include "auth/auth.h"

struct throttle;

struct sign_in_try {
    struct str email;    /* folded */
    const char *address; /* of the client; of IPv6 the network counts, a /64 */
    bool known;          /* account_mark_right */
};

/* May be asked from many threads. */
struct throttle *throttle_make(struct arena *a);
/* 0: go on, and this counts as a wrong one until throttle_right says other;
 * else how many seconds to wait, and nothing was counted. now: monotonic ns. */
unsigned throttle_wait(struct throttle *t, const struct sign_in_try *s,
                       int64_t now);
/* The same for what somebody without an account sends, in a table of its own:
 * forty times at once for an address, and then once each forty minutes. It is
 * known by a hash under a secret that dies with the process, and nothing of it
 * is written. */
unsigned throttle_stranger(struct throttle *t, const char *address,
                           int64_t now);
void throttle_right(struct throttle *t, const struct sign_in_try *s);

/* What a browser keeps that has signed in to an account (OWASP's device
 * cookie). It opens nothing. */
const char *account_mark(struct arena *a, const unsigned char key[TOKEN_KEY],
                         struct str email);
bool account_mark_right(struct arena *a, const unsigned char key[TOKEN_KEY],
                        struct str email, struct str mark);
