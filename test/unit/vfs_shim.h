/*
 * An SQLite VFS that hands everything to the usual one. A test VFS copies its
 * methods and puts its own in the place of those that it watches.
 */
#pragma once

#include "base/base.h"

#include <sqlite3.h>

struct shim_file {
    sqlite3_file base;
    sqlite3_file *real;
    const char *name;
    int flags;  /* SQLITE_OPEN_WAL, … */
    void *data; /* the test's own, of this file */
};

struct shim {
    const char *name;
    sqlite3_io_methods methods; /* begins as shim_methods */
    void (*opened)(struct shim_file *f, bool made);
    int (*deleting)(const char *name); /* SQLITE_OK lets it go on */
    sqlite3_vfs vfs, *usual;
};

extern const sqlite3_io_methods shim_methods;
void shim_register(struct shim *s);
void shim_unregister(struct shim *s);

static inline struct shim_file *shim_of(sqlite3_file *f)
{
    return (struct shim_file *)f;
}
/* The usual VFS's own methods, for what stands in their place. */
#define USUAL(f, method, ...)                                                  \
    shim_of(f)->real->pMethods->method(shim_of(f)->real, __VA_ARGS__)
