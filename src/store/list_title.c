#include "store/list_title.h"

#include "store/entity_shape.h"

struct ref_title *list_title_at(const struct list *l, const struct field *f,
                                int64_t id)
{
    size_t at = (size_t)id * 31 + (size_t)((uintptr_t)f / sizeof(void *));
    for (;; at++) {
        struct ref_title *t = &l->refs[at & (l->ref_count - 1)];
        if (!t->field || (t->field == f && t->id == id))
            return t;
    }
}

const char *list_ref_title(const struct list *l, const struct field *f,
                           int64_t id)
{
    const struct ref_title *t = l->ref_count ? list_title_at(l, f, id) : NULL;
    return t && t->field ? t->title : "";
}

const struct known_rows *known_of(const struct known_rows *known,
                                  const struct field *f)
{
    while (known && !(known->whole && known->entity == f->target))
        known = known->next;
    return known;
}

void list_titles_take(struct list *l, const struct field *f,
                      const struct known_rows *known)
{
    for (size_t i = 0; i < known->n; i++) {
        const struct linked *row = &known->rows[i];
        *list_title_at(l, f, row->target) =
            (struct ref_title){f, row->target, row->title};
    }
}

enum status ref_title(struct conn *c, struct arena *a, const struct field *f,
                      int64_t id, const char **out)
{
    struct rows *r;
    struct buf b = {.mem = a};
    const char *title = NULL;
    CHECK(f->type == F_REF);
    if (id != NONE && f->target->title) {
        buf_str(&b, "SELECT ");
        buf_str(&b, f->target->title);
        buf_str(&b, " FROM ");
        buf_str(&b, f->target->name);
        buf_str(&b, " WHERE id = :id");
        TRY(db_rows(c, a, sql_built(&b), ARGS(arg_int("id", id)), &r));
        if (rows_next(r))
            title = row_text(r, 0);
        TRY(rows_end(r));
    }
    *out = title ? title : "";
    return OK;
}
