#include "store/dialect.h"

#include <sqlite3.h>

static struct sql said(struct arena *a, const char *format, const char *one)
{
    struct buf b = {.mem = a};
    for (const char *p = format; *p; p++) {
        if (*p == '$')
            buf_str(&b, one);
        else
            buf_char(&b, *p);
    }
    return (struct sql){buf_done(&b).p};
}

const char *dialect_id(void)
{
    return "INTEGER PRIMARY KEY AUTOINCREMENT";
}

const char *dialect_blob(void)
{
    return "BLOB";
}

const char *dialect_type(enum field_type t)
{
    switch (t) {
    case F_TEXT:
    case F_PROSE:
    case F_CHOICE:
        return "TEXT";
    case F_REAL:
        return "REAL";
    case F_INT:
    case F_MONEY:
    case F_BOOL:
    case F_DATE:
    case F_TIME:
    case F_REF:
    case F_FILE:
    case F_SCHOOL_YEAR:
        return "INTEGER";
    }
    return "";
}

const char *dialect_table_tail(bool keyed)
{
    return keyed ? " STRICT, WITHOUT ROWID" : " STRICT";
}

const char *dialect_index_tail(void)
{
    return ""; /* the rowid ends every index */
}

/*
 * detail=none and columnsize=0: we neither rank nor look for phrases, and the
 * index is a third of the size. The tokenizer "ascii" takes the analyser's
 * words as they are: every byte from 0x80 up is part of a word. A beginning of
 * up to 11 bytes is a list of its own: merging the words that begin with
 * "ecole" took 5 ms over 60,000 schools, reading that list 0.2 ms; the import
 * pays 5 %.
 */
struct sql dialect_search_create(struct arena *a, const struct entity *e)
{
    return said(a,
                "CREATE VIRTUAL TABLE $_search USING fts5(words, content='$', "
                "content_rowid='id', tokenize='ascii', detail=none, "
                "columnsize=0, prefix='1 2 3 4 5 6 7 8 9 10 11')",
                e->name);
}

struct sql dialect_search_drop_table(struct arena *a, const struct entity *e)
{
    return said(a, "DROP TABLE IF EXISTS $_search", e->name);
}

struct sql dialect_search_add(struct arena *a, const struct entity *e)
{
    return said(a, "INSERT INTO $_search (rowid, words) VALUES (:id, :words)",
                e->name);
}

struct sql dialect_search_drop(struct arena *a, const struct entity *e)
{
    return said(a,
                "INSERT INTO $_search ($_search, rowid, words) "
                "VALUES ('delete', :id, :words)",
                e->name);
}

struct sql dialect_search_rebuild(struct arena *a, const struct entity *e)
{
    return said(a, "INSERT INTO $_search ($_search) VALUES ('rebuild')",
                e->name);
}

struct value dialect_search_value(struct arena *a, const struct str *words,
                                  size_t n)
{
    struct buf b = {.mem = a};
    for (size_t i = 0; i < n; i++) {
        buf_str(&b, i ? " \"" : "\"");
        buf_add(&b, words[i].p, words[i].n);
        buf_str(&b, "\"*");
    }
    return value_text(buf_done(&b));
}

/* CROSS JOIN is SQLite's way to fix which table leads. */
void dialect_search_from(struct buf *b, const struct entity *e)
{
    buf_str(b, " FROM ");
    buf_str(b, e->name);
    buf_str(b, "_search s CROSS JOIN ");
    buf_str(b, e->name);
    buf_str(b, " t ON t.id = s.rowid");
}

void dialect_search_match(struct buf *b, const struct entity *e)
{
    buf_str(b, e->name);
    buf_str(b, "_search MATCH :list_words");
}

void dialect_search_test(struct buf *b, const char *param)
{
    buf_str(b, "instr(' ' || t.words, :");
    buf_str(b, param);
    buf_str(b, ") > 0");
}

struct value dialect_search_test_value(struct arena *a, struct str word)
{
    struct buf b = {.mem = a};
    buf_char(&b, ' ');
    buf_add(&b, word.p, word.n);
    return value_text(buf_done(&b));
}

const char *dialect_walk(void)
{
    return "+t"; /* the unary + hides the column from SQLite's planner */
}

struct sql dialect_search_count(struct arena *a, const struct entity *e)
{
    return said(a,
                "SELECT count(*) FROM (SELECT 1 FROM $_search "
                "WHERE $_search MATCH :list_words LIMIT :list_most) x",
                e->name);
}

const char *dialect_search_newest(void)
{
    return " ORDER BY s.rowid DESC";
}

/* Neither SQLite's own tables nor those that FTS5 keeps beneath its index. */
const struct sql dialect_tables = {
    "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' "
    "AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND NOT EXISTS (SELECT 1 "
    "FROM sqlite_master s WHERE s.sql LIKE 'CREATE VIRTUAL TABLE%' AND "
    "m.name IN (s.name || '_data', s.name || '_idx', s.name || '_content', "
    "s.name || '_docsize', s.name || '_config')) ORDER BY 1"};
const struct sql dialect_columns = {
    "SELECT name, type, \"notnull\" FROM pragma_table_info(:name)"};
const struct sql dialect_indexes = {
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND "
    "tbl_name = :name AND sql IS NOT NULL ORDER BY 1"};
const struct sql dialect_index_columns = {
    "SELECT name FROM pragma_index_info(:name) WHERE name IS NOT NULL"};
const struct sql dialect_file = {
    "SELECT file FROM pragma_database_list WHERE name = 'main' AND file <> ''"};

static enum status copy_with(sqlite3 *s, const char *to)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s, "VACUUM INTO ?1", -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(st, 1, to, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    sqlite3_finalize(st);
    return rc == SQLITE_DONE                   ? OK
           : sqlite3_errcode(s) == SQLITE_FULL ? ERR_FULL
                                               : ERR_STORE;
}

enum status dialect_copy(struct arena *a, const char *path, const char *to,
                         const char **why)
{
    sqlite3 *s = NULL;
    enum status status = ERR_STORE;
    if (sqlite3_open_v2(path, &s, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
        sqlite3_busy_timeout(s, 10000);
        status = copy_with(s, to);
    }
    if (status != OK)
        *why = arena_printf(a, "cannot copy the database to %s: %s", to,
                            s ? sqlite3_errmsg(s) : "no memory");
    sqlite3_close(s);
    return status;
}
