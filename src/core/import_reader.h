/* Between import_read.c and import_line.c: the file being read, and one of its
 * lines. */
#pragma once

#include "core/import_seen.h"
#include "core/importing.h"

/* A column that fills a field, or a link; those of one field stand in the
 * order of its aliases. */
struct filler {
    const char *name;
    const struct field *field; /* NULL: a link */
    size_t at;
    int rank;
};

struct reader {
    const struct import *im;
    struct conn *conn;
    struct reach reach; /* of whoever sent the file */
    const struct app *app;
    struct who *who; /* who did; NULL: the command line */
    struct csv csv;
    struct filler *columns;
    size_t column_count;
    const struct field *code; /* NULL: the file has none */
    const char *key;          /* see import_key; NULL: it has none */
    size_t key_at;
    const struct intake *intake; /* NULL: lines are rows of their own */
    struct seen seen;            /* codes and other unique texts, too */
    int64_t from;
    bool looks; /* nothing is written: lines are weighed against each other,
                   and what corrects may get its reason yet */
};

/* One record, looked up by field name. */
struct record {
    const struct reader *reader;
    struct arena *mem;
    const struct str *cells;
    size_t n;
};

/* For a struct form_input: what the record has for a field or a link. */
struct str record_get(const void *record, const char *name, size_t nth);
/* What it says by import_key; "" where the line has none. */
struct str record_key(const struct record *record);
bool reader_has(const struct reader *r, const struct field *f);

/* import_line.c: the row as it will be, that with this code (or NULL) as it
 * stands or a new one, into the piece; or why it is refused. */
enum status line_read(struct reader *r, struct piece *p,
                      const struct record *record, const struct value *code,
                      struct import_line *line) MUST_USE;
void piece_refuse_for(struct piece *p, const struct import_line *line,
                      const char *outcome, struct form_error error);
/* It is the one of that line before it; field: by which, or NULL. */
void piece_refuse_repeated(struct piece *p, const struct import_line *line,
                           const char *field, int64_t before);
