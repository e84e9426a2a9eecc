/* Inside the drawing of forms: what form.c, form_ref.c, form_few.c and
 * form_conflict.c share. */
#pragma once

#include "view/form.h"

struct drawing {
    struct arena *mem;
    const struct lang *lang;
    const struct form_ask *ask;
    const void *begun;      /* what a new form has in it */
    struct form_field *out; /* the fields, one after another */
    size_t n;
};

static inline struct form_option *options_new(struct drawing *d, size_t n)
{
    return NEW_ARRAY(d->mem, struct form_option, n);
}
static inline bool is_typed(const char *value, const char *key)
{
    return value && same(value, key);
}

/* Is the field one that this form asks? */
bool form_draws(const struct form_ask *ask, const struct field *f);
/* To a reader of another language what people write is French. */
bool form_is_french(const struct drawing *d, bool written);
/* A row to choose: among few by a list, among many by its name, and among those
 * that the name typed may mean. */
enum status form_ref_draw(struct drawing *d, const struct field *f,
                          struct form_field *out) MUST_USE;
/* The link of that number: a box for each of few, a line for each of many. */
enum status form_link_draw(struct drawing *d, size_t which) MUST_USE;
/* Those within a reach of one reference alone. */
enum status form_few_within(struct arena *a, const struct form_source *source,
                            const struct entity *target,
                            const struct reach *reach, struct linked **rows,
                            size_t *n) MUST_USE;
