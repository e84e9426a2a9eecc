/*
 * Memory by lifetime. An arena hands out memory and takes it all back at once;
 * nothing is freed piece by piece. A function that allocates takes the arena as
 * its first parameter, and what it returns lives exactly as long as that arena.
 *
 *     struct arena mem = {.limit = 1 << 20};
 *     char *s = arena_printf(&mem, "%d schools", 12);
 *     arena_reset(&mem);
 *
 * An arena is used by one thread at a time.
 */
#pragma once

#include "base/base.h"

#include <stdarg.h>

struct arena {
    struct arena_block *block;
    struct arena_defer *defer;
    size_t used, limit; /* bytes; a limit of 0 is none */
    void *full;         /* set by arena_run while it runs */
};

/* Never returns NULL, and the memory is zeroed. Past the limit the arena_run
 * that runs on it ends with ERR_LIMIT; without one it is our bug (CHECK). */
void *arena_alloc(struct arena *a, size_t size) MUST_USE;
void *arena_room(struct arena *a, size_t size) MUST_USE; /* not zeroed */
char *arena_dup(struct arena *a, const char *p, size_t n) MUST_USE;
char *arena_printf(struct arena *a, const char *fmt, ...) MUST_USE PRINTF(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list args) MUST_USE
    PRINTF(2, 0);

/* Calls fn(data) when the arena is reset, or rewound past here; the last
 * deferred runs first. It closes what is not memory: statements, files. */
void arena_defer(struct arena *a, void (*fn)(void *data), void *data);
void arena_reset(struct arena *a);

/* One turn of a long loop: what was taken since the mark is given back. */
struct arena_mark {
    struct arena_block *block;
    struct arena_defer *defer;
    size_t in_block, used;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);
/* Runs what was deferred since the mark, and keeps the memory. */
void arena_settle(struct arena *a, struct arena_mark m);

/*
 * Runs fn(data) and returns its status, or ERR_LIMIT when the arena's limit was
 * reached inside, however deep. What fn opened is closed by what it deferred on
 * this arena, when its owner resets it; so code under arena_run holds no lock
 * while it allocates. The edge of a request, of a write and of a command use
 * it.
 */
enum status arena_run(struct arena *a, enum status (*fn)(void *data),
                      void *data) MUST_USE;

/* How often a limit ended an arena_run since the start. */
uint64_t arena_ceilings(void);

/* For a server: few heaps, which keep what requests give back, so that it is
 * not asked of the system again for each. At the start, before any thread. */
void alloc_tune(void);

/* Lives until free_plain: for what crosses threads and has no arena. */
void *alloc_plain(size_t size) MUST_USE;
void free_plain(void *p);

#define NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define NEW_ARRAY(a, type, n) ((type *)arena_array((a), sizeof(type), (n)))
void *arena_array(struct arena *a, size_t size, size_t n) MUST_USE;
/* An array of *room items, which has place for one more than n of them: old
 * itself, or a copy of it that has twice the room.
 *     list = arena_grow(a, list, sizeof(*list), n, &room);
 */
void *arena_grow(struct arena *a, void *old, size_t size, size_t n,
                 size_t *room) MUST_USE;
