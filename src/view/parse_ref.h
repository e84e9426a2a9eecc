/* Inside the reading of forms: a reference of a row. */
#pragma once

#include "view/form.h"

/* One reference being read. */
struct reading {
    struct arena *mem;
    const struct form_source *source;
    const struct entity *target;
    const struct field *field; /* NULL: a link's target */
    unsigned flags;
    const struct reach *offered; /* by its form; NULL: what is read */
    const struct reach *near;    /* see link_near; NULL: no such rule */
    struct form_error *error;
    struct form_errors *notes; /* where it is told as what a text of a file is
                                  taken; or NULL */
};

/* ref_from_text for a field of a row of e: a title means one that its form
 * offers, and what is left as it was the row that it meant. */
enum status ref_of_row(const struct reading *r, const struct entity *e,
                       const void *row, struct str text, int64_t *id) MUST_USE;
/* The same for the target of a link. */
enum status ref_of_link(struct reading *r, struct str text,
                        int64_t *id) MUST_USE;
