#include "store/dialect.h"

#include <sqlite3.h>

/*
 * detail=none and columnsize=0: we neither rank nor look for phrases, and the
 * index is a third of the size. The tokenizer "ascii" takes the analyser's
 * words as they are: every byte from 0x80 up is part of a word. A beginning of
 * up to 11 bytes is a list of its own: merging the words that begin with
 * "ecole" took 5 ms over 60,000 schools, reading that list 0.2 ms; the import
 * pays 5 %.
 */
static struct sql search_create(struct arena *a, const struct entity *e)
{
    return dialect_said(
        a,
        "CREATE VIRTUAL TABLE $_search USING fts5(words, content='$', "
        "content_rowid='id', tokenize='ascii', detail=none, "
        "columnsize=0, prefix='1 2 3 4 5 6 7 8 9 10 11')",
        e->name);
}

static struct sql search_drop_all(struct arena *a, const struct entity *e)
{
    return dialect_said(a, "DROP TABLE IF EXISTS $_search", e->name);
}

static struct sql search_add(struct arena *a, const struct entity *e)
{
    return dialect_said(
        a, "INSERT INTO $_search (rowid, words) VALUES (:id, :words)", e->name);
}

static struct sql search_drop(struct arena *a, const struct entity *e)
{
    return dialect_said(a,
                        "INSERT INTO $_search ($_search, rowid, words) "
                        "VALUES ('delete', :id, :words)",
                        e->name);
}

static struct sql search_rebuild(struct arena *a, const struct entity *e)
{
    return dialect_said(a, "INSERT INTO $_search ($_search) VALUES ('rebuild')",
                        e->name);
}

static struct value search_value(struct arena *a, const struct str *words,
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
static void search_from(struct buf *b, const struct entity *e)
{
    buf_str(b, " FROM ");
    buf_str(b, e->name);
    buf_str(b, "_search s CROSS JOIN ");
    buf_str(b, e->name);
    buf_str(b, " t ON t.id = s.rowid");
}

static void search_match(struct buf *b, const struct entity *e)
{
    buf_str(b, e->name);
    buf_str(b, "_search MATCH :list_words");
}

static void search_test(struct buf *b, const char *param)
{
    buf_str(b, "instr(' ' || t.words, :");
    buf_str(b, param);
    buf_str(b, ") > 0");
}

static struct sql search_count(struct arena *a, const struct entity *e)
{
    return dialect_said(a,
                        "SELECT count(*) FROM (SELECT 1 FROM $_search "
                        "WHERE $_search MATCH :list_words LIMIT :list_most) x",
                        e->name);
}

/* RAISE gives the words that conn_refusal says. An AFTER trigger, so that the
 * condition is asked of rows that stand, in its own words. Those that stand lie
 * apart: of all that end after this one begins, the first to end begins first
 * too, so that no other is read. */
static struct sql overlap(struct arena *a, const struct entity *e, int n)
{
    static const char *const when[] = {"INSERT", "UPDATE"};
    const struct overlap *o = e->no_overlap;
    if (!o || n >= (int)COUNT(when))
        return (struct sql){NULL};
    const char *where = o->where.text ? o->where.text : "1=1";
    struct buf b = {.mem = a};
    buf_printf(&b,
               "CREATE TRIGGER %s_overlap_%d AFTER %s ON %s BEGIN SELECT "
               "RAISE(ABORT, 'overlap %s') FROM (SELECT * FROM %s WHERE %s) n "
               "WHERE n.id = NEW.id AND n.%s > (SELECT o.%s FROM (SELECT * "
               "FROM %s WHERE %s) o WHERE o.id <> n.id AND o.%s > n.%s",
               e->name, n, when[n], e->name, e->name, e->name, where, o->until,
               o->from, e->name, where, o->until, o->from);
    struct str rest = str_of(o->keys), part;
    while (str_next(&rest, ',', &part)) {
        const char *key = str_dup(a, str_trim(part));
        buf_printf(&b, " AND o.%s = n.%s", key, key);
    }
    buf_printf(&b, " ORDER BY o.%s LIMIT 1); END", o->until);
    return (struct sql){buf_done(&b).p};
}

static struct sql overlap_drop(struct arena *a, const struct entity *e, int n)
{
    if (!overlap(a, e, n).text)
        return (struct sql){NULL};
    return (struct sql){
        arena_printf(a, "DROP TRIGGER IF EXISTS %s_overlap_%d", e->name, n)};
}

/* There is one writer: ids are given in the order of the commits. */
static const struct word words[] = {
    {"returning", ""},         {"turn_column", ""},
    {"since", "@.id > :last"}, {"turn", "$.id"},
    {"led", "JOIN $ ON @"}, /* in the order of its index */
    {"in_order", ""},          {0},
};

const struct dialect sqlite_dialect = {
    .index_tail = "", /* the rowid ends every index */
    .walk = "+t",     /* the unary + hides the column from the planner */
    .words = words,
    .search_is_table = true,
    .search_create = search_create,
    .search_drop_all = search_drop_all,
    .search_add = search_add,
    .search_drop = search_drop,
    .search_rebuild = search_rebuild,
    .search_value = search_value,
    .search_from = search_from,
    .search_match = search_match,
    .search_test = search_test,
    .search_count = search_count,
    .search_newest = " ORDER BY s.rowid DESC",
    .overlap = overlap,
    .overlap_drop = overlap_drop,
    /* Neither SQLite's own tables nor those that FTS5 keeps beneath its index.
     */
    .tables = {"SELECT name FROM pragma_table_list WHERE schema = 'main' AND "
               "type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\\_%' "
               "ESCAPE '\\' ORDER BY 1"},
    .strange = {"SELECT type || 's' FROM sqlite_master WHERE type IN ('table', "
                "'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1 "
                "LIMIT 1"},
    .columns = {"SELECT name, type, \"notnull\" FROM "
                "pragma_table_info(:name)"},
    .indexes = {"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND "
                "tbl_name = :name AND sql IS NOT NULL ORDER BY 1"},
    .overlaps = {"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
                 "AND tbl_name = :name AND name LIKE '%_overlap_%' ORDER BY "
                 "1"},
    .index_columns = {"SELECT name FROM pragma_index_info(:name) WHERE name IS "
                      "NOT NULL"},
    .keys = {"SELECT name FROM pragma_table_info(:name) WHERE pk > 0 ORDER BY "
             "pk"},
    .highest = {"SELECT seq FROM sqlite_sequence WHERE name = :name"},
    .refused = {"SELECT 0"},
    .hidden = {"SELECT 0"},
    .others = {"SELECT 0"},
    .turn_column = "",
    .turn_key = "",
    .file = {"SELECT file FROM pragma_database_list WHERE name = 'main' AND "
             "file <> ''"},
};

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
