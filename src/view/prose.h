/*
 * The prose of F_PROSE: paragraphs, lists (- or 1.), ## and ### headings,
 * **bold**, *emphasis*, `code`, [links](https://…) and bare addresses. Nothing
 * typed comes out as HTML: the drawer writes the few tags itself and escapes
 * the rest.
 */
#pragma once

#include "view/html.h"

struct html_safe prose_html(struct arena *a, struct str typed);
/* What stands in a row, as said has it: French to others is in a <div>. */
struct html_safe prose_said(struct arena *a, const struct lang *lang,
                            const char *typed);
