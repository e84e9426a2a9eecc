/* Loading and saving single rows. */
#include "store/row.h"

#include "base/random.h"
#include "base/utf8.h"
#include "store/dialect.h"
#include "store/file.h"
#include "store/words.h"

/* The first row that a statement gives; ERR_NOT_FOUND for none. */
static enum status first_row(struct conn *c, struct arena *a,
                             const struct shape *s, struct sql sql,
                             const struct arg *args, void **row,
                             const char **words)
{
    struct rows *r;
    void *found = NULL;
    TRY(db_rows(c, a, sql, args, &r));
    if (rows_next(r)) {
        found = row_read(a, s, r);
        if (words)
            *words = row_text(r, s->width);
    }
    TRY(rows_end(r));
    if (!found)
        return ERR_NOT_FOUND;
    *row = found;
    return OK;
}

enum status row_load(struct conn *c, struct arena *a, const struct entity *e,
                     int64_t id, const struct reach *reach, void **row)
{
    const struct shape *s = shape_of(e);
    if (reach_is_all(e, reach))
        return first_row(c, a, s, s->load, ARGS(arg_int("id", id)), row, NULL);
    struct buf b = {.mem = a};
    struct args args = {0};
    buf_str(&b, s->load.text);
    buf_str(&b, " AND ");
    args_add(a, &args, arg_int("id", id));
    reach_clause(a, &b, STR("t"), e, reach, &args);
    return first_row(c, a, s, sql_built(&b), args.all, row, NULL);
}

enum status row_find(struct conn *c, struct arena *a, const struct entity *e,
                     const char *field, struct value v, void **row)
{
    const struct shape *s = shape_of(e);
    const struct field *f = entity_field(e, field);
    const bool uid = e->has_uid && same(field, "uid");
    CHECK(uid || (f && (f->flags & F_UNIQUE)));
    if (v.type == V_NULL)
        return ERR_NOT_FOUND;
    struct buf b = {.mem = a};
    buf_str(&b, "SELECT ");
    buf_str(&b, s->columns);
    buf_str(&b, " FROM ");
    buf_str(&b, e->name);
    buf_str(&b, " t WHERE t.");
    buf_str(&b, uid ? "uid" : f->name);
    buf_str(&b, " = :value");
    return first_row(c, a, s, sql_built(&b), ARGS({"value", v}), row, NULL);
}

enum status row_load_old(struct conn *c, struct arena *a, const struct shape *s,
                         int64_t id, void **row, const char **words)
{
    *words = NULL;
    return first_row(c, a, s, s->load_old, ARGS(arg_int("id", id)), row,
                     s->searched ? words : NULL);
}

/* Fields, their folds and the words, in the order of the statements. */
static size_t fill_fields(struct arena *a, const struct shape *s,
                          const void *row, struct arg *args, struct str *words)
{
    const struct entity *e = s->entity;
    struct buf found = {.mem = a};
    size_t n = 0;
    for (size_t i = 0; i < s->fields; i++) {
        const struct field *f = &e->fields[i];
        struct value v = field_get(f, row), fold = v;
        args[n++] = (struct arg){f->name, v};
        const bool search = s->searched && field_is_searched(e, f);
        if (v.type == V_TEXT && (search || s->fold[i]))
            fold.s = utf8_fold(a, v.s);
        if (s->fold[i]) {
            args[n] = (struct arg){s->fold[i], fold};
            args[n++].value.s = fold_cut(fold.s);
        }
        if (search && v.type == V_TEXT)
            words_add(&found, fold.s);
    }
    if (s->searched) {
        *words = buf_done(&found);
        args[n++] = arg_text("words", *words);
    }
    return n;
}

static struct arg *args_for(struct arena *a, const struct shape *s)
{
    return NEW_ARRAY(a, struct arg, s->fields * 2 + 10);
}

/* Search forgets the old words and learns the new ones. */
static enum status search_again(struct conn *c, struct arena *a,
                                const struct shape *s, int64_t id,
                                const char *old, struct str new)
{
    const struct dialect *d = dialect_of(c);
    if (!s->searched || !d->search_is_table || (old && str_eq(new, old)))
        return OK;
    if (old && *old)
        TRY(db_exec(c, d->search_drop(a, s->entity),
                    ARGS(arg_int("id", id), arg_cstr("words", old)), NULL));
    if (!new.n)
        return OK;
    return db_exec(c, d->search_add(a, s->entity),
                   ARGS(arg_int("id", id), arg_text("words", new)), NULL);
}

enum status row_put(struct conn *c, struct arena *a, const struct shape *s,
                    void *row, bool with_id)
{
    struct row *h = row;
    struct arg *args = args_for(a, s);
    struct str words = {0};
    size_t n = 0;
    if (with_id)
        args[n++] = arg_int("id", h->id);
    args[n++] = arg_int("version", h->version);
    args[n++] = arg_int("created_at", h->created_at);
    args[n++] = arg_int("created_by", h->created_by);
    args[n++] = arg_int("changed_at", h->changed_at);
    args[n++] = arg_int("changed_by", h->changed_by);
    if (s->entity->has_uid)
        args[n++] = arg_cstr("uid", h->uid);
    fill_fields(a, s, row, args + n, &words);
    TRY(db_exec(c, with_id ? s->insert_as : s->insert, args, NULL));
    if (!with_id)
        h->id = conn_last_id(c);
    return search_again(c, a, s, h->id, NULL, words);
}

const char *status_fault(enum status s)
{
    return s == OK || s == ERR_NOT_FOUND ? NULL : UNANSWERED;
}

/* What a number that is not 0 means, and what 0 does. */
static const char *number_fault(struct conn *c, struct sql sql,
                                const struct arg *args, const char *some,
                                const char *none)
{
    int64_t n;
    if (db_int(c, sql, args, &n) != OK)
        return UNANSWERED;
    return n ? some : none;
}

const char *fault_if(struct conn *c, struct sql sql, const struct arg *args,
                     const char *fault)
{
    return number_fault(c, sql, args, fault, NULL);
}

const char *fault_unless(struct conn *c, struct sql sql, const struct arg *args,
                         const char *fault)
{
    return number_fault(c, sql, args, NULL, fault);
}

/* Does it change what is frozen as the row stands? */
static const char *frozen_fault(struct conn *c, struct arena *a,
                                const struct entity *e, const void *row,
                                const char **field)
{
    void *was;
    const struct row *r = row;
    if (!e->frozen || !r->version)
        return NULL;
    const enum status s = row_load(c, a, e, r->id, &reach_all, &was);
    if (s != OK)
        return status_fault(s);
    for (const struct field *f = e->fields; f->name; f++) {
        const char *why = field_frozen(e, f, was);
        if (!why || value_same(field_get(f, was), field_get(f, row)))
            continue;
        *field = f->name;
        return why;
    }
    return NULL;
}

const char *row_fault(struct conn *c, struct arena *a, const struct entity *e,
                      void *row, const char **field)
{
    *field = NULL;
    fault_tells(c, (struct fault_rows){0});
    if (e->settle)
        e->settle(a, row);
    const char *fault = counting_fault(e, row, field);
    if (!fault)
        fault = frozen_fault(c, a, e, row, field);
    if (!fault && e->choose) {
        const enum status s = e->choose(c, a, row);
        fault = s == OK ? NULL : status_fault(s);
    }
    if (!fault && e->check)
        fault = e->check(c, a, row, field);
    return fault ? fault : turns_fault(c, a, e, row, field);
}

enum status row_follow(struct conn *c, struct arena *a, const struct entity *e,
                       const void *before, const void *after, struct actor by)
{
    return e->follow ? e->follow(c, a, before, after, by) : OK;
}

/* See F_LAST. */
static enum status come_last(struct conn *c, struct arena *a,
                             const struct entity *e, void *row)
{
    for (const struct field *f = e->fields; f->name; f++) {
        int64_t last;
        if (!(f->flags & F_LAST) || field_get(f, row).type != V_NULL)
            continue;
        const struct sql sql = {arena_printf(
            a, "SELECT coalesce(max(%s), 0) FROM %s WHERE %s = :under", f->name,
            e->name, e->parent)};
        TRY(db_int(c, sql,
                   ARGS({"under", field_get(entity_field(e, e->parent), row)}),
                   &last));
        field_set(f, row, value_int(last < f->max ? last + 1 : f->max));
    }
    return OK;
}

enum status row_insert(struct conn *c, struct arena *a, const struct entity *e,
                       void *row, struct actor by)
{
    struct row *h = row;
    CHECK(conn_is_writer(c));
    if (e->settle)
        e->settle(a, row);
    if (e->has_uid && !h->uid)
        h->uid = uuid7(a);
    h->version = 1;
    h->created_at = h->changed_at = time_now();
    h->created_by = h->changed_by = by.person;
    TRY(come_last(c, a, e, row));
    struct arena_mark mark = arena_mark(a);
    enum status status = row_put(c, a, shape_of(e), row, false);
    if (status == OK)
        status = journal_changes(c, a, e, NULL, row, by);
    arena_rewind(a, mark);
    TRY(status);
    TRY(file_use(c, e, row));
    struct line line = {h->id, 1, h->created_at, "insert", {0}};
    TRY(history_add(c, e, &line, by));
    return row_follow(c, a, e, NULL, row, by);
}

static enum status update_in(struct conn *c, struct arena *a,
                             const struct shape *s, void *row, struct actor by,
                             const char *what)
{
    struct row *h = row, *old;
    void *before;
    const char *old_words;
    enum status found = row_load_old(c, a, s, h->id, &before, &old_words);
    if (found != OK)
        return found == ERR_NOT_FOUND ? ERR_STALE : found;
    old = before;
    if (old->version != h->version)
        return ERR_STALE;
    TRY(counting_keep(c, a, s->entity, before, row, by));
    struct line line = {h->id, h->version + 1, time_now(), what, {0}};
    TRY(history_image(c, a, s->entity, before, &line.image));
    TRY(come_last(c, a, s->entity, row));
    struct arg *args = args_for(a, s);
    struct str words = {0};
    int64_t changed;
    size_t n = 0;
    args[n++] = arg_int("changed_at", line.at);
    args[n++] = arg_int("changed_by", by.person);
    n += fill_fields(a, s, row, args + n, &words);
    args[n++] = arg_int("id", h->id);
    args[n++] = arg_int("version", h->version);
    TRY(db_exec(c, s->update, args, &changed));
    if (!changed)
        return ERR_STALE;
    TRY(search_again(c, a, s, h->id, old_words, words));
    TRY(file_use(c, s->entity, row));
    TRY(journal_changes(c, a, s->entity, before, row, by));
    TRY(history_add(c, s->entity, &line, by));
    h->version = line.version;
    h->changed_at = line.at;
    h->changed_by = by.person;
    return row_follow(c, a, s->entity, before, row, by);
}

enum status row_update_as(struct conn *c, struct arena *a,
                          const struct entity *e, void *row, struct actor by,
                          const char *what)
{
    CHECK(conn_is_writer(c));
    if (e->settle)
        e->settle(a, row);
    struct arena_mark mark = arena_mark(a);
    enum status status = update_in(c, a, shape_of(e), row, by, what);
    arena_rewind(a, mark);
    return status;
}

enum status row_update(struct conn *c, struct arena *a, const struct entity *e,
                       void *row, struct actor by)
{
    return row_update_as(c, a, e, row, by, "update");
}

static enum status delete_in(struct conn *c, struct arena *a,
                             const struct shape *s, int64_t id, int64_t version,
                             struct actor by)
{
    void *before;
    const char *words;
    enum status found = row_load_old(c, a, s, id, &before, &words);
    if (found != OK)
        return found == ERR_NOT_FOUND ? ERR_STALE : found;
    if (((struct row *)before)->version != version)
        return ERR_STALE;
    TRY(counting_keep(c, a, s->entity, before, NULL, by));
    struct line line = {id, version + 1, time_now(), "delete", {0}};
    TRY(history_image(c, a, s->entity, before, &line.image));
    TRY(links_drop(c, a, s->entity, id));
    TRY(db_exec(c, s->delete,
                ARGS(arg_int("id", id), arg_int("version", version)), NULL));
    TRY(search_again(c, a, s, id, words, (struct str){"", 0}));
    TRY(journal_add(c, a, by.person, s->entity, id, "delete", STR("{}")));
    TRY(history_add(c, s->entity, &line, by));
    return row_follow(c, a, s->entity, before, NULL, by);
}

enum status row_delete(struct conn *c, struct arena *a, const struct entity *e,
                       int64_t id, int64_t version, struct actor by)
{
    CHECK(conn_is_writer(c));
    struct arena_mark mark = arena_mark(a);
    enum status status = delete_in(c, a, shape_of(e), id, version, by);
    arena_rewind(a, mark);
    return status;
}
