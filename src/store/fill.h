/*
 * Private to the store: what a COPY of PostgreSQL sends in its binary form
 * (https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format"), read
 * from memory.
 */
#pragma once

#include "store/load.h"

enum fill_found {
    FILL_ROW,  /* values are of the row; they lie in p */
    FILL_CUT,  /* p ends before it does */
    FILL_END,  /* no row follows */
    FILL_WRONG /* this is no row of that table */
};

/* What stands before the first row: its size, 0 where p ends before it does,
 * -1 where it is something else. */
int64_t fill_head(const char *p, size_t n);
/* The row at p, whose size is in *size. */
enum fill_found fill_row(const struct load_table *t, const char *p, size_t n,
                         struct value *values, size_t *size);
