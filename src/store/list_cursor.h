/* The place of a row in an order, as text; for list.c alone. */
#pragma once

#include "store/entity_shape.h"

struct place {
    struct value key; /* V_NULL: among those without */
    int64_t id;
};
/* order: what tells one order from another; a cursor is good in its own. */
const char *place_write(struct arena *a, const char *order,
                        const struct place *p);
/* ERR_INVALID: not ours, or of another order. */
enum status place_read(struct arena *a, const char *order, const char *cursor,
                       struct place *out) MUST_USE;
