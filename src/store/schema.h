/*
 * Tables and their changes. A database is born from the entities; a released
 * table changes only by a numbered migration, a list of operations that is
 * rendered for either engine.
 */
#pragma once

#include "store/entity.h"

enum change_op {
    CREATE_TABLE, /* .entity, as it is described now */
    ADD_FIELD,    /* .entity .field */
    DROP_FIELD,
    RENAME_FIELD, /* .field to .to */
    ADD_INDEX,    /* .entity's index .number, in the place of what it was */
    DATE_LINKS,   /* .entity's links get since and until: those that are there
                     always stood */
    ADD_COLUMN,   /* .sql, unless .to, a table that is no entity's, has .field:
                     a table may be there before its migration */
    RUN,          /* .sql */
    REWORD, /* folds and search words of .entity anew: it searches or sorts by
               other fields than before */
    KEEP_APART, /* what keeps the rows of .entity from overlapping is made anew,
                   as this program says it */
    ORDER_JOURNAL, /* core_journal gets the key of its turns, where the engine
                      has one and the table was made before it */
};
/* A required field added later begins as 0 or an empty text (a required
 * reference as nothing, which the forms alone then refuse): RUN fills it. */
struct change {
    enum change_op op;
    const struct entity *entity;
    const char *field, *to;
    int number;
    struct sql sql;
};
struct migration {
    int number; /* grows over the whole program; never edited once released */
    const struct change *changes; /* ends with op RUN and no sql */
};

struct schema {
    const struct entity *const *entities; /* all, referred ones first */
    const struct sql *tables; /* the frame's own tables, ends with {0} */
    const struct migration *migrations; /* by number, ends with {0} */
};

/* Brings the database to this program's shape, in one transaction: makes it
 * when empty, else runs the migrations it lacks, after a copy of the file
 * beside it (<file>.before-<number>). ERR_CONFLICT and *why for a database of a
 * newer Essaim. */
enum status schema_open(struct db *db, struct arena *a, const struct schema *s,
                        const char **why) MUST_USE;
/* Empty, or of Essaim in whatever state; ERR_CONFLICT and *why for one with
 * tables of another program, which are not read. */
enum status schema_ours(struct db *db, struct arena *a,
                        const char **why) MUST_USE;
/* ERR_NOT_FOUND and *why, what to do, for one in which nothing was made yet. */
enum status schema_made(struct db *db, struct arena *a,
                        const char **why) MUST_USE;
/* For a database opened beside another process: changes nothing. ERR_CONFLICT
 * and *why, what to do, when it is not of this program's version. */
enum status schema_agrees(struct db *db, struct arena *a,
                          const struct schema *s, const char **why) MUST_USE;
/* Is the database of this program's version? */
enum status schema_current(struct conn *c, const struct schema *s,
                           bool *out) MUST_USE;
/* What the database has other than the program says: one line each. */
enum status schema_check(struct conn *c, struct arena *a,
                         const struct schema *s, const char ***differences,
                         size_t *n) MUST_USE;
