/* What waits for a person: its count, and the list of what is counted, under
 * one condition and within one reach, that of the waiting's right. */
#pragma once

#include "core/module.h"

enum status waiting_count(struct req *r, const struct waiting *w,
                          int64_t *n) MUST_USE;
/* "/deploiements?attente=returns", or its own page. */
const char *waiting_href(struct arena *a, const struct waiting *w);
/* The waiting that a list's address names, put into *ask; NULL: it names none.
 * ERR_NOT_FOUND: there is none such for who asks. */
enum status waiting_read(struct req *r, struct list_ask *ask,
                         const struct waiting **out) MUST_USE;
