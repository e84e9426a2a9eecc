/*
 * Who answers on a listening socket while the server waits for what it cannot
 * begin without, its database: whoever asks meanwhile would be told nothing.
 * /healthz says that the program lives, /readyz that it is not ready, all else
 * 503.
 */
#pragma once

#include "base/arena.h"

struct stand_in;
/* By a thread of its own, until it is ended; NULL where there is none to be
 * had. why: it is not ready; page: what it says to who wants a page. Both live
 * as long. */
struct stand_in *stand_in_start(struct arena *a, int socket, const char *why,
                                const char *page);
void stand_in_end(struct stand_in *s); /* NULL does nothing */
