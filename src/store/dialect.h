/*
 * All in which the engines differ, for the files of this folder alone. SQLite
 * today; a second engine adds its answers here and nowhere else. (How a
 * statement is prepared, bound and run is db.c's.)
 */
#pragma once

#include "store/entity.h"

/* Column types, in CREATE TABLE. */
const char *dialect_id(void);
const char *dialect_type(enum field_type t);
const char *dialect_blob(void);
/* After the closing parenthesis of a table: typed strictly; and, where keyed,
 * kept in the order of its primary key. */
const char *dialect_table_tail(bool keyed);
/* What makes an index of a sort key also ordered by id: ", id", or nothing
 * where every index is. */
const char *dialect_index_tail(void);

/*
 * Search: an index over the column words of the entity's table, kept by
 * dialect_search_add and _drop, whose statements bind :id and :words; .text
 * NULL where the engine keeps it by itself.
 */
struct sql dialect_search_create(struct arena *a, const struct entity *e);
struct sql dialect_search_drop_table(struct arena *a, const struct entity *e);
struct sql dialect_search_add(struct arena *a, const struct entity *e);
struct sql dialect_search_drop(struct arena *a, const struct entity *e);
/* Makes it anew from the column words. */
struct sql dialect_search_rebuild(struct arena *a, const struct entity *e);
/* The bound value of :list_words that asks for all these beginnings of words.
 */
struct value dialect_search_value(struct arena *a, const struct str *words,
                                  size_t n);
/* "FROM e t …" where the rows found lead and are then looked at, and its
 * condition. */
void dialect_search_from(struct buf *b, const struct entity *e);
void dialect_search_match(struct buf *b, const struct entity *e);
/* Whether one word begins in alias t's words: for rows met on another way. */
void dialect_search_test(struct buf *b, const char *param);
struct value dialect_search_test_value(struct arena *a, struct str word);
/* How many are found, :list_most at most: one number. */
struct sql dialect_search_count(struct arena *a, const struct entity *e);
/* ORDER BY of the rows found, newest first. */
const char *dialect_search_newest(void);

/* Alias t, before a column that shall not choose the index by which a table is
 * read: for engines that guess wrong without being told. */
const char *dialect_walk(void);

/*
 * What the database holds. Tables: name. Columns of :name: name, type, whether
 * NOT NULL, in order. Indexes of :name: name, definition. Columns of the index
 * :name: name.
 */
extern const struct sql dialect_tables, dialect_columns, dialect_indexes,
    dialect_index_columns;
/* The file behind the database, or no row. */
extern const struct sql dialect_file;
/* Copies the database at path, as it is committed, to a new file. */
enum status dialect_copy(struct arena *a, const char *path, const char *to,
                         const char **why) MUST_USE;
