/*
 * Who may give whom which role where, and take it back. Nobody gives more than
 * he has: each right of the role, over that row, at least as long. And one
 * admin of everything always stays.
 */
#pragma once

#include "core/request.h"

/* What grants are given on: the rows that entities are reached by. Ends with
 * NULL. */
const struct entity *const *grant_scopes(struct app *app, struct arena *a);
/* Has who all that the grant would give? */
enum status grant_within(struct conn *c, struct arena *a, const struct app *app,
                         const struct who *who, const struct grant *g,
                         bool *out) MUST_USE;
/* May one who holds that role anywhere give the other somewhere? For the form.
 */
bool grant_may_give(const struct who *who, const char *role);
/* "Enseignant · Collège Prévert", in the reader's language. */
const char *grant_title(struct conn *c, struct arena *a, const struct app *app,
                        const struct lang *lang, const struct grant *g);
/* Is it valid today? */
bool grant_is_valid(const struct held *h);

/* Inside a write, with its line in the journal. */
enum status grant_give(struct conn *c, struct arena *a, int64_t by,
                       int64_t person, const struct held *given) MUST_USE;
/* Ends all that a person has: roles, sessions, tokens, password. What they did
 * keeps their name. ERR_CONFLICT: the last admin (*last). */
enum status grants_close(struct conn *c, struct arena *a, int64_t by,
                         int64_t person, bool *last) MUST_USE;
/* ERR_CONFLICT: it has ended already, or it is the last admin's (*last). */
enum status grant_take_back(struct conn *c, struct arena *a, int64_t by,
                            int64_t person, const struct held *held,
                            bool *last) MUST_USE;
