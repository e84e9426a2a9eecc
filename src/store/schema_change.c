/* A migration's changes, rendered from the entities as they are now. */
#include "store/schema_table.h"

#include "base/utf8.h"
#include "store/dialect.h"
#include "store/entity_shape.h"
#include "store/words.h"

const struct sql store_tables[] = {
    SQL_CONST("CREATE TABLE core_meta (name TEXT NOT NULL PRIMARY KEY, value "
              "INTEGER)"),
    SQL_CONST("CREATE TABLE core_history (entity TEXT NOT NULL, row_id INTEGER "
              "NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, by "
              "INTEGER NOT NULL, import INTEGER, what TEXT NOT NULL, image "
              "TEXT, PRIMARY KEY (entity, row_id, version)) WITHOUT ROWID"),
    SQL_CONST("CREATE INDEX core_history_of_import ON core_history (import, "
              "entity, row_id) WHERE import IS NOT NULL"),
    /* The journal: lines as they happen. */
    SQL_CONST("CREATE TABLE core_journal (id INTEGER PRIMARY KEY AUTOINCREMENT,"
              " at BIGINT NOT NULL, person BIGINT NOT NULL, entity TEXT NOT"
              " NULL, row_id BIGINT NOT NULL, what TEXT NOT NULL, detail TEXT"
              " NOT NULL, salt TEXT NOT NULL{turn_column})"),
    SQL_CONST("CREATE INDEX core_journal_row ON core_journal (entity, row_id,"
              " id)"),
    {0},
};

static struct sql said(struct arena *a, const char *start, const char *table,
                       const char *middle, const char *name)
{
    return (struct sql){
        arena_printf(a, "%s%s%s%s", start, table, middle, name)};
}

/* The names that a query of one column gives. */
static enum status names_of(struct conn *c, struct arena *a, struct sql query,
                            const char *of, const char **out, size_t most,
                            size_t *n)
{
    struct rows *r;
    *n = 0;
    TRY(db_rows(c, a, query, ARGS(arg_cstr("name", of)), &r));
    while (*n < most && rows_next(r))
        out[(*n)++] = row_text(r, 0);
    return rows_end(r);
}

enum { NAMES = 200 };

static enum status has_column(struct conn *c, struct arena *a,
                              const char *table, const char *name, bool *out)
{
    const char *names[NAMES];
    size_t n;
    *out = false;
    TRY(names_of(c, a, dialect_of(c)->columns, table, names, NAMES, &n));
    for (size_t i = 0; i < n; i++)
        *out |= same(names[i], name);
    return OK;
}

/* Drops the table's indexes that hold the column. */
static enum status drop_indexes(struct conn *c, struct arena *a,
                                const char *table, const char *column)
{
    const char *names[NAMES], *parts[NAMES];
    size_t n, m;
    TRY(names_of(c, a, dialect_of(c)->indexes, table, names, NAMES, &n));
    for (size_t i = 0; i < n; i++) {
        bool holds = false;
        TRY(names_of(c, a, dialect_of(c)->index_columns, names[i], parts, NAMES,
                     &m));
        for (size_t k = 0; k < m; k++)
            holds |= same(parts[k], column);
        if (holds)
            TRY(db_exec(c, said(a, "DROP INDEX ", names[i], "", ""), NO_ARGS,
                        NULL));
    }
    return OK;
}

/* Makes the indexes that the entity has and its tables lack; those that other
 * migrations of the list still owe columns to are left to them. */
static enum status make_indexes(struct conn *c, struct arena *a,
                                const struct entity *e, const char *column)
{
    const char *names[NAMES];
    size_t n;
    TRY(names_of(c, a, dialect_of(c)->indexes, e->name, names, NAMES, &n));
    for (const struct named_index *i = table_indexes(a, dialect_of(c), e);
         i->name; i++) {
        const char *from = strchr(i->sql, '(');
        bool there = false;
        for (size_t k = 0; k < n; k++)
            there |= same(names[k], i->name);
        if (there || !from || !strstr(from, column))
            continue;
        struct str rest = {from + 1, strcspn(from + 1, ")")}, part;
        bool all = true, has;
        while (all && str_next(&rest, ',', &part)) {
            TRY(has_column(c, a, e->name, str_dup(a, str_trim(part)), &has));
            all &= has;
        }
        if (all)
            TRY(db_exec(c, (struct sql){i->sql}, NO_ARGS, NULL));
    }
    return OK;
}

static enum status add_column(struct conn *c, struct arena *a,
                              const struct entity *e, const char *name)
{
    bool there;
    /* A table that an earlier migration makes, is made as it is today. */
    TRY(has_column(c, a, e->name, name, &there));
    if (there)
        return OK;
    for (const struct column *k = table_columns(a, e); k->name; k++) {
        if (!same(k->name, name))
            continue;
        struct buf b = {.mem = a};
        buf_str(&b, "ALTER TABLE ");
        buf_str(&b, e->name);
        buf_str(&b, " ADD COLUMN ");
        column_write(&b, k, true);
        TRY(db_exec(c, sql_built(&b), NO_ARGS, NULL));
    }
    return OK;
}

static enum status add_field(struct conn *c, struct arena *a,
                             const struct entity *e, const char *name)
{
    const struct field *f = entity_field(e, name);
    const struct shape *s = shape_of(e);
    CHECK(f);
    TRY(add_column(c, a, e, name));
    if (s->fold[f - e->fields])
        TRY(add_column(c, a, e, s->fold[f - e->fields]));
    return make_indexes(c, a, e, name);
}

static enum status add_own_column(struct conn *c, struct arena *a,
                                  const struct change *g)
{
    bool there;
    TRY(has_column(c, a, g->to, g->field, &there));
    return there ? OK : db_exec(c, g->sql, NO_ARGS, NULL);
}

static enum status drop_field(struct conn *c, struct arena *a,
                              const struct entity *e, const char *name)
{
    const char *columns[] = {name, arena_printf(a, "%s_fold", name)};
    for (size_t i = 0; i < COUNT(columns); i++) {
        bool there;
        TRY(has_column(c, a, e->name, columns[i], &there));
        if (!there)
            continue;
        TRY(drop_indexes(c, a, e->name, columns[i]));
        TRY(db_exec(
            c, said(a, "ALTER TABLE ", e->name, " DROP COLUMN ", columns[i]),
            NO_ARGS, NULL));
    }
    return OK;
}

static enum status rename_column(struct conn *c, struct arena *a,
                                 const struct entity *e, const char *from,
                                 const char *to)
{
    bool there;
    TRY(has_column(c, a, e->name, from, &there));
    if (!there)
        return OK;
    TRY(drop_indexes(c, a, e->name, from));
    return db_exec(
        c,
        (struct sql){arena_printf(a, "ALTER TABLE %s RENAME COLUMN %s TO %s",
                                  e->name, from, to)},
        NO_ARGS, NULL);
}

static enum status rename_field(struct conn *c, struct arena *a,
                                const struct change *h)
{
    TRY(rename_column(c, a, h->entity, h->field, h->to));
    TRY(rename_column(c, a, h->entity, arena_printf(a, "%s_fold", h->field),
                      arena_printf(a, "%s_fold", h->to)));
    return make_indexes(c, a, h->entity, h->to);
}

static enum status add_index(struct conn *c, struct arena *a,
                             const struct change *h)
{
    char *name = arena_printf(a, "%s_index_%d", h->entity->name, h->number);
    for (const struct named_index *i =
             table_indexes(a, dialect_of(c), h->entity);
         i->name; i++)
        if (same(i->name, name)) {
            TRY(db_exec(c, said(a, "DROP INDEX IF EXISTS ", name, "", ""),
                        NO_ARGS, NULL));
            return db_exec(c, (struct sql){i->sql}, NO_ARGS, NULL);
        }
    check_failed("the entity has the index of its migration", __FILE__,
                 __LINE__);
}

/* The table is made anew: neither engine adds a column to a key. */
static enum status date_links(struct conn *c, struct arena *a,
                              const struct entity *e, const struct link *l)
{
    const char *table = arena_printf(a, "%s_%s", e->name, l->name);
    const char *on = arena_printf(a, " ON %s (", table);
    struct statements all = {0};
    bool dated;
    TRY(has_column(c, a, table, "since", &dated));
    if (dated)
        return OK;
    statement_add(
        a, &all,
        said(a, "CREATE TABLE core_undated AS SELECT * FROM ", table, "", ""));
    statement_add(a, &all, said(a, "DROP TABLE ", table, "", ""));
    statement_add(a, &all, links_create(a, e, l));
    statement_add(a, &all,
                  said(a, "INSERT INTO ", table,
                       " (row_id, target_id, weight, position, since) SELECT "
                       "row_id, target_id, weight, position, 0 FROM "
                       "core_undated",
                       ""));
    statement_add(a, &all, SQL("DROP TABLE core_undated"));
    for (const struct named_index *i = table_indexes(a, dialect_of(c), e);
         i->name; i++)
        if (strstr(i->sql, on))
            statement_add(a, &all, (struct sql){i->sql});
    return statements_run(c, &all);
}

static enum status keep_apart(struct conn *c, struct arena *a,
                              const struct entity *e)
{
    const struct dialect *d = dialect_of(c);
    struct sql sql;
    for (int n = 0; (sql = d->overlap_drop(a, e, n)).text; n++)
        TRY(db_exec(c, sql, NO_ARGS, NULL));
    for (int n = 0; (sql = d->overlap(a, e, n)).text; n++)
        TRY(db_exec(c, sql, NO_ARGS, NULL));
    return OK;
}

/* Databases of the same version may be older or younger than the key. */
static enum status order_journal(struct conn *c, struct arena *a)
{
    const struct dialect *d = dialect_of(c);
    const char *columns[NAMES];
    size_t n;
    TRY(names_of(c, a, d->index_columns, d->turn_key, columns, NAMES, &n));
    if (!*d->turn_key || n)
        return OK;
    return db_exec(
        c,
        (struct sql){arena_printf(
            a, "ALTER TABLE core_journal ADD CONSTRAINT %s UNIQUE (%s, id)",
            d->turn_key, d->turn_column)},
        NO_ARGS, NULL);
}

static enum status change_run(struct conn *c, struct arena *a,
                              const struct change *h)
{
    struct statements all = {0};
    bool there;
    switch (h->op) {
    case CREATE_TABLE: /* an earlier one needed it, and has made it */
        TRY(has_column(c, a, h->entity->name, "id", &there));
        if (there)
            return OK;
        table_create(a, dialect_of(c), &all, h->entity);
        return statements_run(c, &all);
    case ADD_FIELD:
        return add_field(c, a, h->entity, h->field);
    case DROP_FIELD:
        return drop_field(c, a, h->entity, h->field);
    case RENAME_FIELD:
        return rename_field(c, a, h);
    case ADD_INDEX:
        return add_index(c, a, h);
    case DATE_LINKS:
        for (const struct link *l = h->entity->links; l && l->name; l++)
            TRY(date_links(c, a, h->entity, l));
        return OK;
    case ADD_COLUMN:
        return add_own_column(c, a, h);
    case RUN:
        return db_exec(c, h->sql, NO_ARGS, NULL);
    case REWORD:
        return schema_reword(c, a, h->entity);
    case KEEP_APART:
        return keep_apart(c, a, h->entity);
    case ORDER_JOURNAL:
        return order_journal(c, a);
    }
    return ERR_STORE;
}

enum status schema_migrate(struct conn *c, struct arena *a,
                           const struct migration *m)
{
    for (const struct change *h = m->changes; h->op != RUN || h->sql.text; h++)
        TRY(change_run(c, a, h));
    return OK;
}

/* Writes folds and words of one row anew, without a version or history. */
static struct sql reword_sql(struct arena *a, const struct shape *s)
{
    struct buf b = {.mem = a};
    size_t n = 0;
    buf_str(&b, "UPDATE ");
    buf_str(&b, s->entity->name);
    for (size_t i = 0; i < s->fields; i++)
        if (s->fold[i])
            buf_printf(&b, "%s%s = :%s", n++ ? ", " : " SET ", s->fold[i],
                       s->fold[i]);
    if (s->searched)
        buf_str(&b, n++ ? ", words = :words" : " SET words = :words");
    buf_str(&b, " WHERE id = :id");
    return n ? sql_built(&b) : (struct sql){NULL};
}

static enum status reword_row(struct conn *c, struct arena *a,
                              const struct shape *s, struct sql sql,
                              const void *row)
{
    struct buf words = {.mem = a};
    struct arg *args = NEW_ARRAY(a, struct arg, s->fields + 3);
    size_t n = 0;
    for (size_t i = 0; i < s->fields; i++) {
        const struct field *f = &s->entity->fields[i];
        struct value v = field_get(f, row);
        const bool search = field_is_searched(s->entity, f);
        if (v.type == V_TEXT && (search || s->fold[i]))
            v.s = utf8_fold(a, v.s);
        if (search && v.type == V_TEXT)
            words_add(&words, v.s);
        if (s->fold[i]) {
            v.s = fold_cut(v.s);
            args[n++] = (struct arg){s->fold[i], v};
        }
    }
    if (s->searched)
        args[n++] = arg_text("words", buf_done(&words));
    args[n++] = arg_int("id", ((const struct row *)row)->id);
    return db_exec(c, sql, args, NULL);
}

/* The columns that sorting and searching need and the table lacks. */
static enum status missing_columns(struct conn *c, struct arena *a,
                                   const struct entity *e)
{
    const struct shape *s = shape_of(e);
    bool there;
    for (size_t i = 0; i < s->fields; i++) {
        if (!s->fold[i])
            continue;
        TRY(has_column(c, a, e->name, s->fold[i], &there));
        if (!there)
            TRY(add_column(c, a, e, s->fold[i]));
        TRY(make_indexes(c, a, e, s->fold[i]));
    }
    if (!s->searched)
        return OK;
    TRY(has_column(c, a, e->name, "words", &there));
    return there ? OK : add_column(c, a, e, "words");
}

enum status schema_reword(struct conn *c, struct arena *a,
                          const struct entity *e)
{
    enum { PIECE = 500 };
    const struct dialect *d = dialect_of(c);
    const struct shape *s = shape_of(e);
    struct sql update = reword_sql(a, s);
    struct sql select = {arena_printf(
        a, "SELECT %s FROM %s t WHERE t.id > :after ORDER BY t.id LIMIT :most",
        s->columns, e->name)};
    TRY(missing_columns(c, a, e));
    for (int64_t after = 0, n = PIECE; update.text && n == PIECE;) {
        struct arena_mark mark = arena_mark(a);
        struct rows *r;
        void *rows[PIECE];
        TRY(db_rows(c, a, select,
                    ARGS(arg_int("after", after), arg_int("most", PIECE)), &r));
        for (n = 0; n < PIECE && rows_next(r); n++)
            rows[n] = row_read(a, s, r);
        TRY(rows_end(r));
        for (int64_t i = 0; i < n; i++)
            TRY(reword_row(c, a, s, update, rows[i]));
        if (n)
            after = ((struct row *)rows[n - 1])->id;
        arena_rewind(a, mark);
    }
    if (!s->searched)
        return OK;
    TRY(db_exec(c, d->search_drop_all(a, e), NO_ARGS, NULL));
    TRY(db_exec(c, d->search_create(a, e), NO_ARGS, NULL));
    struct sql rebuild = d->search_rebuild(a, e);
    return rebuild.text ? db_exec(c, rebuild, NO_ARGS, NULL) : OK;
}
