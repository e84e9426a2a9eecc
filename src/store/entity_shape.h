/*
 * An entity's statements, written once per process. For the files of this
 * folder alone.
 */
#pragma once

#include "store/entity.h"

/* Most bytes of a fold column: longer texts sort by id behind these. An index
 * entry of PostgreSQL holds 2,700. */
enum { FOLD_MOST = 300 };

struct shape {
    const struct entity *entity;
    size_t fields;     /* how many */
    const char **fold; /* per field: its fold column, or NULL */
    const struct field *title;
    const char *title_fold; /* NULL: no title */
    bool searched;          /* it has a column words, and an index of them */
    const char *columns;    /* "t.id, t.version, …": what row_read expects */
    int width;              /* how many columns these are */
    struct sql load;        /* :id */
    struct sql load_old;    /* the same and the column words */
    struct sql insert;      /* shape_args */
    struct sql insert_as;   /* the same with :id first */
    struct sql update;      /* changed_at, changed_by, fields, id, version */
    struct sql delete;      /* id, version */
};

/* Lives as long as the program. */
const struct shape *shape_of(const struct entity *e);
/* Reads the columns that shape->columns asked for into a new row. */
void *row_read(struct arena *a, const struct shape *s, struct rows *r);
/* The same of "t.id" and some fields: a copy of blank, and these. */
void *row_read_some(struct arena *a, const struct shape *s,
                    const struct field *const *fields, const void *blank,
                    struct rows *r);

/* A field's or an entity's part in a statement. */
bool field_is_text(const struct field *f);
bool field_is_folded(const struct entity *e, const struct field *f);
bool field_is_searched(const struct entity *e, const struct field *f);
bool field_is_ref(const struct field *f);
/* The field an entity is sorted by when nobody says; NULL: by id. */
const struct field *entity_sort(const struct entity *e, bool *down);
/* The column that sorts a field: its fold, or itself. */
const char *shape_sort_column(const struct shape *s, const struct field *f);
struct str fold_cut(struct str folded);

static inline struct sql sql_built(const struct buf *b)
{
    return (struct sql){buf_done(b).p};
}
