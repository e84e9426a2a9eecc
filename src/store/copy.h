/*
 * A copy of the whole database as it is committed at one moment, taken while
 * others go on writing. What a copy is made of is the engine's: of SQLite it is
 * the file. It is handed on piece by piece, so that whoever takes it can pack,
 * encrypt and send it without room for a second one.
 */
#pragma once

#include "store/db.h"

/* Any of these may fail; the copy then ends with that status. */
struct copy_to {
    void *data;
    /* How many rows a table has: all tables first. */
    enum status (*rows)(void *data, const char *table, int64_t rows);
    /* A reader of that moment, for who keeps more of it: once, after the
     * tables. */
    enum status (*moment)(void *data, struct conn *c);
    /* A part begins, of so many bytes; then those bytes. */
    enum status (*part)(void *data, const char *name, int64_t size);
    /* p stays as it is until the next call returns. */
    enum status (*bytes)(void *data, const void *p, size_t n);
};

/* Can it be copied so? A server's rows can not: move.h brings them into a file
 * that can. */
bool db_copies(const struct db *db);
/* Of one that can (CHECK). On failure that is the store's own, *why is one
 * line; else it is not touched. */
enum status db_copy(struct db *db, struct arena *a, const struct copy_to *to,
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
