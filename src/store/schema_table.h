/* How an entity becomes tables and indexes; for the files of this folder. */
#pragma once

#include "store/dialect.h"
#include "store/schema.h"

struct statements {
    struct sql *all;
    size_t n, room;
};
void statement_add(struct arena *a, struct statements *s, struct sql one);

/* A column as CREATE TABLE has it; .name NULL ends a list. */
struct column {
    const char *name, *type;
    bool required;
    const struct entity *to; /* REFERENCES it */
    bool to_file;
};
struct column *table_columns(struct arena *a, const struct entity *e);
/* "name TEXT NOT NULL": in CREATE TABLE, and when it is added later. */
void column_write(struct buf *b, const struct column *c, bool later);

struct named_index {
    const char *name, *sql;
};
/* All indexes of the entity's table and link tables; .name NULL ends. */
struct named_index *table_indexes(struct arena *a, const struct dialect *d,
                                  const struct entity *e);

/* The statements that make the entity's table, links, search and indexes. */
void table_create(struct arena *a, const struct dialect *d,
                  struct statements *out, const struct entity *e);
/* The one that makes a link's table. */
struct sql links_create(struct arena *a, const struct entity *e,
                        const struct link *l);
/* The table that a statement creates, or NULL. */
const char *table_created(struct arena *a, struct sql made);
/* The tables of the store itself: core_meta, core_history. */
extern const struct sql store_tables[];

/* Runs a migration's changes. */
enum status schema_migrate(struct conn *c, struct arena *a,
                           const struct migration *m) MUST_USE;
/* Folds and words of every row anew. */
enum status schema_reword(struct conn *c, struct arena *a,
                          const struct entity *e) MUST_USE;
enum status statements_run(struct conn *c, const struct statements *s) MUST_USE;
