/* Why a row cannot go, or cannot come back. */
#pragma once

#include "core/request.h"

/* The rows that refer to it, as one of r->errors: how many of each kind, and
 * the first by name where the reader may read it. None: nothing is added. */
enum status refer_tell(struct req *r) MUST_USE;
/* After ERR_CONFLICT of bringing back a row: what is taken or missing. */
void refer_tell_restore(struct req *r, struct conn *c);
