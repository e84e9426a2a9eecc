/*
 * Private to the store: how rows come into an engine in bulk, for move.c.
 */
#pragma once

#include "store/db.h"

struct load {
    struct arena *mem;
    const char *why; /* after a failure: one line, or NULL */
};

/* A table of the target, as its rows are going to come. */
struct load_table {
    const char *name;
    const char **columns, **types; /* "INTEGER", "TEXT", "REAL", "BLOB" */
    int n;
    int64_t highest; /* the highest id ever given there, or NONE */
};

struct loader {
    /* Nobody else loads into it until load_close. */
    enum status (*open)(struct db *db, struct arena *a, struct load **out);
    void (*close)(struct load *l);
    /* All of them empty, and none noted as moved; whence, and that it is a
     * restore, stays noted. */
    enum status (*clear)(struct load *l, const struct load_table *tables,
                         size_t n);
    /* The table, empty or of a load that was broken off, is begun; then its
     * rows; then all of it is there at once, noted in core_moving. */
    enum status (*begin)(struct load *l, const struct load_table *t);
    enum status (*row)(struct load *l, const struct value *row);
    enum status (*end)(struct load *l, const char *digest);
    /* What helps the engine to read what it was given. */
    enum status (*settle)(struct load *l);
};
extern const struct loader sqlite_loader, postgres_loader;

/* Writes (write_fn) around a load. load_begun makes core_moving, which keeps
 * others from the database; load_search makes anew what is searched of the rows
 * that came; load_ended drops core_moving. */
enum status load_begun(struct conn *c, struct arena *a, void *data) MUST_USE;
enum status load_search(struct conn *c, struct arena *a, void *data) MUST_USE;
enum status load_ended(struct conn *c, struct arena *a, void *data) MUST_USE;
