/*
 * A copy of the whole database as it is committed at one moment, taken while
 * others go on writing. What a copy is made of is the engine's: of SQLite it is
 * the file; of PostgreSQL it is the rows, as its COPY sends them in its binary
 * form. It is handed on piece by piece, so that whoever takes it can pack,
 * encrypt and send it without room for a second one.
 *
 * Rows are parts "rows/TABLE/head", a JSON object of "columns", each with
 * "name" and "type", and "highest", the highest id ever given there or null;
 * then "rows/TABLE/1", "2", …: what COPY sends, cut anywhere.
 */
#pragma once

#include "store/db.h"

/* The folder of a copy's rows. */
#define COPY_ROWS "rows"

/* Any of these may fail; the copy then ends with that status. */
struct copy_to {
    void *data;
    /* About so many bytes come; NULL: nobody waits for them. */
    void (*expect)(void *data, int64_t bytes);
    /* How many rows a table has, each table once; NULL as well. */
    enum status (*rows)(void *data, const char *table, int64_t rows);
    /* A reader of that moment, for who keeps more of it: once, after the
     * tables; NULL as well. */
    enum status (*moment)(void *data, struct conn *c);
    /* A part begins, of so many bytes; then those bytes. */
    enum status (*part)(void *data, const char *name, int64_t size);
    /* p stays as it is until the next call returns. */
    enum status (*bytes)(void *data, const void *p, size_t n);
};

/* Is a copy of it rows, which need a database of the same shape to be put into?
 */
bool db_copies_rows(const struct db *db);
/* On failure that is the store's own, *why is one line; else it is not
 * touched. */
enum status db_copy(struct db *db, struct arena *a, const struct copy_to *to,
                    const char **why) MUST_USE;
/* Has each table of `shape` in c the same columns? *why is the first that has
 * not, or NULL: a copy of its rows would not go into that shape. */
enum status db_copy_fits(struct conn *c, struct conn *shape, struct arena *a,
                         const char **why) MUST_USE;
/* Puts a copy's rows, the parts below "rows/" as files of this folder, into a
 * database that has their tables, empty, and nothing else that is not empty.
 * Nobody opens it before that is done. ERR_INVALID: they are not what a copy
 * has. *why is one line, or as it was. */
enum status db_fill(struct db *db, struct arena *a, const char *folder,
                    const char **why) MUST_USE;
/* "sqlite": a copy can be put back by the same engine. */
const char *db_engine(const struct db *db);
/* Is the database whole in itself? *fault is the first that is wrong, or NULL;
 * full: compares every index with its table, which lasts; afterwards, whether
 * that could be done. */
enum status db_integrity(struct conn *c, struct arena *a, bool *full,
                         const char **fault) MUST_USE;
/* The engine's version and what it was told, "SQLite 3.40.1, …", and *fault
 * what of that is not as it must be, or NULL. */
enum status db_describe(struct conn *c, struct arena *a, const char **text,
                        const char **fault) MUST_USE;
/* How many rows each table has; told one by one. */
enum status db_count_rows(struct conn *c, struct arena *a,
                          const struct copy_to *to) MUST_USE;
