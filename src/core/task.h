/*
 * Tasks: work that outlives its request, in one durable table, added in the
 * transaction that causes it. Each runs at least once; a lease keeps two from
 * running it at a time, and a failure is tried again, later each time. A long
 * one looks at app->ending and then returns ERR_BUSY.
 */
#pragma once

#include "core/app.h"

/* Inside a write. unique: NULL, or a key that a task which has not run yet may
 * already bear (then nothing is added); one that runs has left it. due: an
 * instant, 0 for now. */
enum status task_add(struct conn *c, const char *kind, const char *payload,
                     const char *unique, int64_t due) MUST_USE;

/* NULL: a kind that is no more. */
const struct task_kind *task_kind_of(const char *name);

/* Then it is given up, also when the process dies in the last: what it worked
 * at says so (task_kind.given_up), and so does /travaux. Condition of core_task
 * t. */
enum { TASK_TRIES = 8 };
#define TASK_GIVEN_UP "t.done IS NULL AND t.lease < 0"

struct tasks;
/* Three threads of their own: one runs what is due, and takes up at once what
 * the last process left in the middle, one does so with mail; one seals the
 * journal and forgets old one-time keys. NULL: the folder's key cannot be read
 * or made (logged). */
struct tasks *tasks_start(struct app *app);
void tasks_stop(struct tasks *t);

enum status import_task(struct app *app, struct arena *a, const char *payload);
enum status import_given_up(struct conn *c, struct arena *a,
                            const char *payload);
