/* What the tests of pages share: labels, an address or form by name, and a
 * reader of HTML that says what is wrong with it. */
#pragma once

#include "unit/entity_world.h"
#include "view/list.h"

struct pair {
    const char *name, *value;
};
/* What was typed, from pairs that end with {0}. */
struct form_input typed(const struct pair *pairs);

/* Opens the program's labels; NULL on failure. */
const struct lang *labels(struct arena *a, const char *code);

/*
 * The first fault of a page or of a part: an element not closed or closed
 * twice, an unquoted attribute, an id given twice, a control without a label, a
 * reference (for, aria-describedby, aria-labelledby, #link) to no id, an inline
 * style or script. NULL when there is none.
 */
const char *html_fault(struct arena *a, struct str html);

bool has(const struct html *h, const char *text);
