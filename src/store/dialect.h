/*
 * All in which the engines differ, but for how a statement is prepared, bound
 * and run, which is behind engine.h. For the files of this folder alone.
 *
 * Tables are described to both in SQLite's words (INTEGER, REAL, TEXT, BLOB,
 * INTEGER PRIMARY KEY AUTOINCREMENT, STRICT, WITHOUT ROWID); PostgreSQL's text
 * is translated where it is prepared (postgres_text.c).
 */
#pragma once

#include "store/entity.h"

struct dialect {
    /* What makes an index of a sort key also ordered by id: ", id", or nothing
     * where every index is. */
    const char *index_tail;
    /* Alias t, before a column that shall not choose the index by which a table
     * is read: for engines that guess wrong without being told. */
    const char *walk;
    /* Its planner knows how many rows a filter finds: they are not counted to
     * choose what leads. */
    bool counts_itself;
    /* What the engine puts for a word in braces (sql.h); ends with {0}. In text
     * "$" is what stands behind the word's first colon, "@" behind the second.
     */
    const struct word {
        const char *name, *text;
    } * words;

    /*
     * Search: an index over the column words of the entity's table. Where it
     * is a table of its own, it is kept by search_add and search_drop, whose
     * statements bind :id and :words; .text NULL where the engine keeps it by
     * itself.
     */
    bool search_is_table;
    struct sql (*search_create)(struct arena *a, const struct entity *e);
    struct sql (*search_drop_all)(struct arena *a, const struct entity *e);
    struct sql (*search_add)(struct arena *a, const struct entity *e);
    struct sql (*search_drop)(struct arena *a, const struct entity *e);
    /* Makes it anew from the column words. */
    struct sql (*search_rebuild)(struct arena *a, const struct entity *e);
    /* The bound value of :list_words that asks for all these beginnings of
     * words. */
    struct value (*search_value)(struct arena *a, const struct str *words,
                                 size_t n);
    /* "FROM e t …" where the rows found lead and are then looked at, and its
     * condition. */
    void (*search_from)(struct buf *b, const struct entity *e);
    void (*search_match)(struct buf *b, const struct entity *e);
    /* Whether one word begins in alias t's words: for rows met on another way;
     * the value bound is " word". */
    void (*search_test)(struct buf *b, const char *param);
    /* How many are found, :list_most at most: one number. */
    struct sql (*search_count)(struct arena *a, const struct entity *e);
    /* ORDER BY of the rows found, newest first. */
    const char *search_newest;

    /* The statements, n = 0, 1, …, that forbid a table's rows to overlap; .text
     * NULL ends them. */
    struct sql (*overlap)(struct arena *a, const struct entity *e, int n);
    /* Those that take what does so away again, where it is there. */
    struct sql (*overlap_drop)(struct arena *a, const struct entity *e, int n);

    /* What the database holds. Tables: name. Columns of :name: name, type,
     * whether NOT NULL, in order. Indexes of :name: name, definition (as far as
     * the engine keeps it: the program's begins so). Columns of the index
     * :name: name. */
    struct sql tables, columns, indexes, index_columns;
    struct sql overlaps; /* of a table: name, and the statement as of overlap */
    /* What stands in the way of tables of ours: of what kind it is; or none. */
    struct sql strange;
    /* Those of the primary key of :name, in its order: name. */
    struct sql keys;
    /* The highest id that the table :name with a column id ever gave. */
    struct sql highest;
    /* Not 0: this user may not make tables there, or change those that are. */
    struct sql refused;
    /* Not 0: Essaim's tables are there, and this user may not read them. */
    struct sql hidden;
    /* How many other processes of Essaim are connected. */
    struct sql others;
    /* The column that {turn_column} makes, or "". */
    const char *turn_column;
    /* The journal's key in the order of its turns, or "". */
    const char *turn_key;
    /* The file behind the database, or no row. */
    struct sql file;
};
extern const struct dialect sqlite_dialect, postgres_dialect;
const struct dialect *dialect_of(const struct conn *c);

/* format with every $ replaced. */
struct sql dialect_said(struct arena *a, const char *format, const char *one);
/* The text with the engine's own for every word in braces, as alloc_plain gives
 * it; NULL where there is none. */
char *dialect_expand(const struct dialect *d, const char *text);
/* Copies the SQLite database at path, as it is committed, to a new file. */
enum status dialect_copy(struct arena *a, const char *path, const char *to,
                         const char **why) MUST_USE;
