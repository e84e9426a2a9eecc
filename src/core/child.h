/*
 * A program of its own for a piece of work that is not to be trusted with this
 * process: a document to be drawn, an image to be scaled. It is given a text on
 * its standard input, answers on its standard output, and has so much time and
 * memory.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

struct child {
    const char *const *argv; /* argv[0]: the program's path; ends with NULL */
    struct str in;
    int ms;        /* then it is killed; of a processor it has no more either */
    size_t most;   /* bytes of its answer */
    size_t memory; /* bytes of its own that it may have; 0: as many as there are
                    */
};
/* Its answer, in a. ERR_BUSY: its time was over. ERR_LIMIT: it said more than
 * that. ERR_SYSTEM: it could not be started, or failed, perhaps for want of
 * memory. It is gone in any case. */
enum status child_run(struct arena *a, const struct child *c,
                      struct str *out) MUST_USE;
