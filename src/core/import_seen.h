/* What the lines of a file share with those before them, none of which the
 * database has yet. */
#pragma once

#include "store/entity.h"

/* Zeroed, it has seen nothing; its memory is given back by arena_reset(&s.mem).
 */
struct seen {
    struct arena mem;
    bool looks; /* what is asked is not kept: the line may be refused yet */
    struct seen_slot {
        struct str key;
        int64_t line;
    } * slots;
    size_t n, room;
    /* The days on which rows take turns: those of one key in a chain, which
     * ends with 0. */
    struct seen_turn {
        struct days days;
        int64_t line;
        size_t next;
    } * turns;
    size_t turn_count, turn_room;
};

/* The line that said this of `what` first (a field's name); 0: this one has,
 * or, where s only looks, none. */
int64_t seen_before(struct seen *s, struct arena *a, const char *what,
                    struct str text, int64_t line);
/* The same, and nothing is kept; 0: none has. */
int64_t seen_line(const struct seen *s, struct arena *a, const char *what,
                  struct str text);
/* The line of the first whose values it shares, which are unique together; 0:
 * none. */
int64_t seen_twin(struct seen *s, struct arena *a, const struct entity *e,
                  const void *row, int64_t line);
/* The line with which it would share a day; 0: none, and its own days are kept
 * for the lines to come, unless s only looks. */
int64_t seen_turn(struct seen *s, struct arena *a, const struct entity *e,
                  const void *row, int64_t line);

/* A line of an intake beside those before it: see struct intake. */
struct weighing {
    struct seen *seen;
    int64_t line;
    /* Why it would be refused, and of which field; or that one before it is
     * already what it says. */
    const char *field, *fault;
    bool there;
    /* What is to be told of it, though it is right: a label key, and its
     * {text}.
     */
    const char *note, *said;
};
