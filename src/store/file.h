/*
 * Files, as the database knows them: rows of core_file, each an upload with its
 * name. The bytes lie in the data folder under their hash (core/file.h), once,
 * however often they were sent.
 */
#pragma once

#include "store/entity.h"

struct file {
    int64_t id;
    const char *hash; /* SHA-256, as 64 digits */
    const char *name; /* cleaned */
    const char *type; /* by content: base/file_type.h */
    int64_t size, person, at;
};

/* ERR_NOT_FOUND. */
enum status file_load(struct conn *c, struct arena *a, int64_t id,
                      struct file *out) MUST_USE;
/* Inside a write; sets id. Until a row names it, it is nobody's and may be
 * swept away after a day. */
enum status file_add(struct conn *c, struct file *f) MUST_USE;
/* Is there a file of that content? */
enum status file_known(struct conn *c, const char *hash, bool *yes) MUST_USE;
/* Inside a write: forgets uploads before that instant which no row has ever
 * named. What a row has named stays, for its history names it for good. */
enum status file_forget(struct conn *c, int64_t before) MUST_USE;
/* Inside a write, for the store itself: this row names them from now on. */
enum status file_use(struct conn *c, const struct entity *e,
                     const void *row) MUST_USE;
