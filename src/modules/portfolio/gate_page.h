/* The page of a gate, drawn anew where a vote or a decision is refused. */
#pragma once

#include "modules/portfolio/shown.h"

/* alert: what was refused, in words; NULL: nothing. */
enum status gate_page_show(struct req *r, int code, const char *alert) MUST_USE;
extern const char
    *const gate_outcomes[]; /* the five decisions; ends with NULL */

/* What was typed under "name_12", without white space around it; .p is NULL
 * where the form had no such control. */
struct str gate_typed(struct req *r, const char *name, int64_t number);
/* Does the request vote, or decide? */
bool gate_votes(const struct req *r);
bool gate_decides(const struct req *r);
/* Of what was typed all that no form of the page can hold any more. */
enum status typed_fill(struct req *r, struct gate_v *v) MUST_USE;
