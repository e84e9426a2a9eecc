/* The titles of references that came with a list; for list*.c alone. */
#pragma once

#include "store/list.h"

struct ref_title {
    const struct field *field; /* NULL: empty */
    int64_t id;
    const char *title;
};
/* The titles are a hash table that never fills, of a power of two: the place of
 * one, or of the emptiness where it belongs. */
struct ref_title *list_title_at(const struct list *l, const struct field *f,
                                int64_t id);
/* Where all titles that a reference may show are known; NULL: nowhere. */
const struct known_rows *known_of(const struct known_rows *known,
                                  const struct field *f);
void list_titles_take(struct list *l, const struct field *f,
                      const struct known_rows *known);
