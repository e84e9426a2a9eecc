/* PostgreSQL's part of what the engines do not do alike. */
#include "store/dialect.h"
#include "store/list.h"

/*
 * The analyser's words become lexemes as they are: PostgreSQL's own parser,
 * which would cut them again by its locale, is not asked.
 */

static struct sql search_create(struct arena *a, const struct entity *e)
{
    return (struct sql){
        arena_printf(a,
                     "CREATE INDEX %s_search ON %s USING gin "
                     "(array_to_tsvector(string_to_array(words, ' ')))",
                     e->name, e->name)};
}

static struct sql search_drop_all(struct arena *a, const struct entity *e)
{
    return dialect_said(a, "DROP INDEX IF EXISTS $_search", e->name);
}

/* The index follows the column by itself. */
static struct sql nothing(struct arena *a, const struct entity *e)
{
    (void)a, (void)e;
    return (struct sql){NULL};
}

/* Words are letters and digits: nothing in them means anything to tsquery. */
static struct value search_value(struct arena *a, const struct str *words,
                                 size_t n)
{
    struct buf b = {.mem = a};
    for (size_t i = 0; i < n; i++) {
        buf_str(&b, i ? " & '" : "'");
        buf_add(&b, words[i].p, words[i].n);
        buf_str(&b, "':*");
    }
    return value_text(buf_done(&b));
}

#define MATCH                                                                  \
    "array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:list_words AS "   \
    "tsquery)"

/* So many rows of $ have the word, as the server's statistics tell of a single
 * one that is among the common ones; else NULL. */
#define COMMON                                                                 \
    "(SELECT max(x.part) * max(c.reltuples) FROM pg_class c JOIN "             \
    "pg_namespace n ON n.oid = c.relnamespace JOIN pg_stats s ON "             \
    "s.schemaname = n.nspname AND s.tablename = '$_search', unnest("           \
    "CAST(CAST(s.most_common_elems AS text) AS text[]), "                      \
    "s.most_common_elem_freqs) x (word, part) WHERE n.nspname = "              \
    "current_schema() AND c.relname = '$' AND strpos(:list_words, '&') = 0 "   \
    "AND starts_with(x.word, split_part(:list_words, '''', 2)))"

/* Of more than FOUND_MANY it is not asked, but for guesses, which then find
 * nothing at once. LIMIT also keeps the order out of it: else the server, which
 * guesses that one row in 200 has a word it has not seen, walks a small table
 * in its order and cuts the words of every row anew (150 ms of 10,000). */
static void search_from(struct buf *b, const struct entity *e)
{
    struct arena mem = {0};
    const struct sql from = dialect_said(
        &mem,
        " FROM (SELECT * FROM $ WHERE coalesce(" COMMON ", 0) <= ", e->name);
    buf_printf(b, "%s%d AND " MATCH " LIMIT %d) t", from.text, FOUND_MANY + 1,
               FOUND_MANY + 1);
    arena_reset(&mem);
}

static void search_match(struct buf *b, const struct entity *e)
{
    (void)e;
    buf_str(b, "1=1");
}

static void search_test(struct buf *b, const char *param)
{
    buf_str(b, "strpos(' ' || t.words, :");
    buf_str(b, param);
    buf_str(b, ") > 0");
}

/* The index finds all that there are before one is counted: of a common word
 * the statistics say that it is too many. */
static struct sql search_count(struct arena *a, const struct entity *e)
{
    return dialect_said(a,
                        "SELECT CASE WHEN " COMMON
                        " > :list_most THEN :list_most ELSE (SELECT count(*) "
                        "FROM (SELECT 1 FROM "
                        "$ WHERE " MATCH " LIMIT :list_most) y) END",
                        e->name);
}

static struct sql overlap(struct arena *a, const struct entity *e, int n)
{
    const struct overlap *o = e->no_overlap;
    if (!o || n > 1)
        return (struct sql){NULL};
    if (n == 0)
        return (struct sql){"CREATE EXTENSION IF NOT EXISTS btree_gist"};
    struct buf b = {.mem = a};
    struct str rest = str_of(o->keys), part;
    buf_printf(&b,
               "ALTER TABLE %s ADD CONSTRAINT %s_overlap EXCLUDE USING gist (",
               e->name, e->name);
    while (str_next(&rest, ',', &part)) {
        part = str_trim(part);
        buf_add(&b, part.p, part.n);
        buf_str(&b, " WITH =, ");
    }
    buf_printf(&b, "int8range(%s, %s) WITH &&)", o->from, o->until);
    if (o->where.text)
        buf_printf(&b, " WHERE (%s)", o->where.text);
    return (struct sql){buf_done(&b).p};
}

static struct sql overlap_drop(struct arena *a, const struct entity *e, int n)
{
    return n == 0 ? dialect_said(a,
                                 "ALTER TABLE $ DROP CONSTRAINT IF EXISTS "
                                 "$_overlap",
                                 e->name)
                  : (struct sql){NULL};
}

#define TURN_KEY "core_journal_txid_id_key"

/*
 * Transactions end in another order than that of the ids they took. A line
 * keeps the number of its transaction: those below the oldest that still runs
 * are all there are. Numbers that have not been given yet are of a server that
 * the database was copied from, and over. (CASE, not OR: the index in the order
 * of the turns is then walked until there are enough.)
 */
static const struct word words[] = {
    {"returning", " RETURNING id"},
    {"turn_column", ", txid xid8 NOT NULL DEFAULT pg_current_xact_id(), "
                    "CONSTRAINT " TURN_KEY " UNIQUE (txid, id)"},
    {"since",
     "CASE WHEN @.txid < pg_snapshot_xmin(pg_current_snapshot()) THEN true "
     "ELSE @.txid >= pg_snapshot_xmax(pg_current_snapshot()) END AND (@.txid, "
     "@.id) > (coalesce((SELECT w.txid FROM $ w WHERE w.id = :last AND w.txid "
     "< pg_snapshot_xmin(pg_current_snapshot())), '0'::xid8), :last)"},
    {"turn", "$.txid, $.id"},
    {"led", "CROSS JOIN LATERAL (SELECT * FROM $ WHERE @"},
    {"in_order", " ORDER BY $ OFFSET 0) f"},
    {0},
};

#define HERE "n.oid = c.relnamespace AND n.nspname = current_schema()"
#define OF_TABLE                                                               \
    "(SELECT c.oid FROM pg_class c, pg_namespace n WHERE " HERE                \
    " AND c.relname = :name)"

const struct dialect postgres_dialect = {
    .index_tail = ", id",
    .walk = "t",
    .counts_itself = true,
    .words = words,
    .search_create = search_create,
    .search_drop_all = search_drop_all,
    .search_add = nothing,
    .search_drop = nothing,
    .search_rebuild = nothing,
    .search_value = search_value,
    .search_from = search_from,
    .search_match = search_match,
    .search_test = search_test,
    .search_count = search_count,
    .search_newest = " ORDER BY t.id DESC",
    .overlap = overlap,
    .overlap_drop = overlap_drop,
    .tables = {"SELECT c.relname FROM pg_class c, pg_namespace n WHERE " HERE
               " AND c.relkind = 'r' ORDER BY 1"},
    /* But what an extension brings; and an Essaim whose schema would hide this
     * one from whoever is called like it. */
    .strange =
        {"SELECT t.what FROM (SELECT CASE c.relkind WHEN 'r' THEN 1 WHEN 'p' "
         "THEN 1 ELSE 2 END AS place, CASE c.relkind WHEN 'S' THEN 'sequences' "
         "WHEN 'v' THEN 'views' WHEN 'm' THEN 'views' ELSE 'tables' END AS what"
         " FROM pg_class c, pg_namespace n WHERE " HERE
         " AND c.relkind IN ('r',"
         " 'p', 'v', 'm', 'S', 'f') AND NOT EXISTS (SELECT 1 FROM pg_depend d"
         " WHERE d.classid = CAST('pg_class' AS regclass) AND d.objid = c.oid"
         " AND d.deptype = 'e') UNION ALL SELECT 3, 'functions' FROM pg_proc p,"
         " pg_namespace n WHERE n.oid = p.pronamespace AND n.nspname ="
         " current_schema AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE"
         " d.classid = CAST('pg_proc' AS regclass) AND d.objid = p.oid AND"
         " d.deptype = 'e') UNION ALL SELECT 4, 'the tables, in its schema '"
         " || quote_ident(n.nspname) || ',' FROM pg_class c, pg_namespace n"
         " WHERE c.relnamespace = n.oid AND c.relname = 'core_meta' AND"
         " n.nspname <> current_schema AND current_schema = 'public') t"
         " ORDER BY t.place, t.what LIMIT 1"},
    .columns = {"SELECT a.attname, CASE format_type(a.atttypid, NULL) WHEN "
                "'bigint' THEN 'INTEGER' WHEN 'text' THEN 'TEXT' WHEN 'double "
                "precision' THEN 'REAL' WHEN 'bytea' THEN 'BLOB' ELSE "
                "format_type(a.atttypid, NULL) END, CAST(a.attnotnull AS "
                "integer) FROM pg_attribute a WHERE a.attrelid = " OF_TABLE
                " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"},
    /* Neither those of keys and constraints, nor the search's. */
    .indexes =
        {"SELECT i.relname, 'CREATE ' || CASE WHEN x.indisunique THEN "
         "'UNIQUE ' ELSE '' END || 'INDEX ' || i.relname || ' ON ' || "
         "CAST(:name AS text) || ' (' || (SELECT string_agg("
         "pg_get_indexdef(x.indexrelid, k, true), ', ' ORDER BY k) FROM "
         "generate_series(1, x.indnkeyatts) k) || ')' || coalesce(' WHERE ' || "
         "pg_get_expr(x.indpred, x.indrelid), '') FROM pg_index x "
         "JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid "
         "= i.relam WHERE x.indrelid = " OF_TABLE
         " AND m.amname = 'btree' AND NOT EXISTS (SELECT 1 FROM "
         "pg_constraint o WHERE o.conindid = x.indexrelid AND "
         "o.contype IN ('p', 'u', 'x')) ORDER BY 1"},
    .overlaps = {"SELECT o.conname, 'ALTER TABLE ' || CAST(:name AS text) || "
                 "' ADD CONSTRAINT ' || o.conname || ' ' || "
                 "pg_get_constraintdef(o.oid) FROM pg_constraint o WHERE "
                 "o.conrelid = " OF_TABLE " AND o.contype = 'x' ORDER BY 1"},
    .index_columns = {"SELECT a.attname FROM pg_attribute a WHERE a.attrelid "
                      "= " OF_TABLE " ORDER BY a.attnum"},
    .keys = {"SELECT a.attname FROM pg_index x JOIN pg_attribute a ON "
             "a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey) WHERE "
             "x.indisprimary AND x.indrelid = " OF_TABLE " ORDER BY "
             "array_position(CAST(x.indkey AS int2[]), a.attnum)"},
    .highest = {"SELECT s.last_value FROM pg_sequences s WHERE s.schemaname = "
                "current_schema() AND s.sequencename = (SELECT c.relname FROM "
                "pg_class c WHERE c.oid = CAST(pg_get_serial_sequence("
                "quote_ident(:name), 'id') AS regclass))"},
    .refused = {"SELECT CASE WHEN has_schema_privilege(current_schema(), "
                "'CREATE') AND (has_database_privilege(current_database(), "
                "'CREATE') OR EXISTS (SELECT 1 FROM pg_extension x WHERE "
                "x.extname = 'btree_gist')) AND NOT EXISTS (SELECT 1 FROM "
                "pg_class c, pg_namespace n WHERE " HERE " AND c.relkind = 'r' "
                "AND NOT pg_has_role(c.relowner, 'USAGE')) THEN 0 ELSE 1 END"},
    .hidden =
        {"SELECT count(*) FROM pg_class c, pg_namespace n WHERE " HERE
         " AND c.relname = 'core_meta' AND NOT has_table_privilege(c.oid, "
         "'SELECT')"},
    .others = {"SELECT count(*) FROM pg_stat_activity a WHERE a.datname = "
               "current_database() AND a.application_name = 'essaim' AND "
               "a.pid <> pg_backend_pid()"},
    .turn_column = "txid",
    .turn_key = TURN_KEY,
    .file = {"SELECT '' WHERE 1 = 0"},
};
