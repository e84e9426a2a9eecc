/*
 * CSV as the world writes it: ";" or "," or tab (found from the first line),
 * quotes, CR LF or LF or CR, a BOM or none, UTF-8 or Windows-1252.
 */
#pragma once

#include "base/str.h"

struct csv {
    struct str text; /* whole file, UTF-8, without its BOM */
    size_t at;
    int64_t line; /* of the file, from 1, where the next record begins */
    char sep;
    bool was_latin1; /* it was converted, and the user is told so */
};

enum { CSV_CELLS = 2000, CSV_CELL = 1 << 20 }; /* most of each */

/* Borrows text where it is UTF-8. Cells are parted by what a first line "sep=;"
 * tells, else by the one of ; , and tab that the first line has most of. */
void csv_open(struct arena *a, struct csv *c, struct str text);
/*
 * Reads a record: *cells and *n. OK, or ERR_NOT_FOUND at the end, or
 * ERR_INVALID with *why one of the label keys "csv.quote_open" (a quote opened
 * and never closed), "csv.too_wide", "csv.cell_too_long". Blank lines,
 * and those of separators alone, are skipped.
 */
enum status csv_next(struct arena *a, struct csv *c, struct str **cells,
                     size_t *n, const char **why) MUST_USE;

/* Writes a cell, quoted where needed. A text that a spreadsheet would take for
 * a formula (= + - @ tab at its start, and not a number) is given a leading
 * apostrophe, and one that stands so already gets another. */
void csv_cell(struct buf *b, struct str s, bool first);
/* The text of a cell that csv_cell, or a spreadsheet, marked so. */
struct str csv_plain(struct str s);
