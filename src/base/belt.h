/*
 * Pieces that a thread works on beside who gives them, in the order in which
 * they are given. A belt that stands still costs nothing: its thread is made
 * with the first piece.
 */
#pragma once

#include "base/base.h"

#include <pthread.h>

enum { BELT = 16 }; /* pieces that may lie on it */

/* What is done with a piece. After one that is not OK no other is worked on. */
typedef enum status belt_fn(void *data, const void *p, size_t n);

struct belt {
    belt_fn *fn;
    void *data;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct {
        const void *p;
        size_t n;
    } pieces[BELT];
    unsigned given, done;
    bool started, ending;
    enum status status;
};

/* Neither copied nor moved from here to its end. */
void belt_begin(struct belt *b, belt_fn *fn, void *data);
/* p stays as it is until it is done; waits while the belt is full. The answer
 * is of the pieces done so far. */
enum status belt_give(struct belt *b, const void *p, size_t n) MUST_USE;
/* Waits until at most so many are not done. */
enum status belt_wait(struct belt *b, unsigned left) MUST_USE;
/* Drops what is not begun, and waits for what is. Once more is harmless. */
void belt_end(struct belt *b);
