/*
 * Search over one entity. The engines' own ranks cost 50 ms over common words,
 * so the order is ours, and made of three short statements: titles that are
 * what was typed, titles that begin so, other rows, each the newest first.
 */
#include "base/utf8.h"
#include "store/dialect.h"
#include "store/list.h"
#include "store/row.h"
#include "store/words.h"

struct hunt {
    struct conn *conn;
    struct arena *mem;
    const struct dialect *dialect;
    const struct entity *entity;
    const struct shape *shape;
    const struct reach *reach;
    struct value words, typed, upper;
    const struct str *asked;
    size_t asked_count;
    size_t limit, n;
    int64_t count; /* by the index; NONE: not asked, or not yet known */
    struct hit *hits;
};

static enum status collect(struct hunt *h, struct buf *b, struct args *args)
{
    struct rows *r;
    buf_str(b, " LIMIT :limit");
    args_add(h->mem, args, arg_int("limit", (int64_t)h->limit));
    TRY(db_rows(h->conn, h->mem, sql_built(b), args->all, &r));
    while (h->n < h->limit && rows_next(r)) {
        const char *title = row_text(r, 1);
        h->hits[h->n++] = (struct hit){row_int(r, 0), title ? title : ""};
    }
    return rows_end(r);
}

static void reach_part(struct hunt *h, struct buf *b, struct args *args,
                       const char *alias)
{
    if (reach_is_all(h->entity, h->reach))
        return;
    buf_str(b, " AND ");
    reach_clause(h->mem, b, str_of(alias), h->entity, h->reach, args);
}

static enum status equal_titles(struct hunt *h)
{
    struct buf b = {.mem = h->mem};
    struct args args = {0};
    buf_printf(&b, "SELECT t.id, t.%s FROM %s t WHERE t.%s = :typed",
               h->entity->title, h->entity->name, h->shape->title_fold);
    args_add(h->mem, &args, (struct arg){"typed", h->typed});
    reach_part(h, &b, &args, "t");
    buf_str(&b, " ORDER BY t.id DESC");
    return collect(h, &b, &args);
}

/* The newest of the first FOUND_MANY are found in the index alone, then their
 * titles are read. The unary + keeps SQLite from walking all rows by id
 * instead. */
static enum status titles_begun(struct hunt *h)
{
    struct buf b = {.mem = h->mem};
    struct args args = {0};
    const char *fold = h->shape->title_fold;
    buf_printf(&b,
               "SELECT t.id, t.%s FROM (SELECT y.id AS id FROM (SELECT p.id "
               "AS id FROM %s p WHERE p.%s > :typed AND p.%s < :upper",
               h->entity->title, h->entity->name, fold, fold);
    args_add(h->mem, &args, (struct arg){"typed", h->typed});
    args_add(h->mem, &args, (struct arg){"upper", h->upper});
    reach_part(h, &b, &args, "p");
    buf_printf(&b,
               " ORDER BY p.%s, p.id LIMIT :many) y ORDER BY +y.id DESC LIMIT "
               ":most) x JOIN ",
               fold);
    args_add(h->mem, &args, arg_int("many", FOUND_MANY));
    args_add(h->mem, &args, arg_int("most", (int64_t)h->limit));
    buf_printf(&b, "%s t ON t.id = x.id ORDER BY t.id DESC", h->entity->name);
    return collect(h, &b, &args);
}

/* An index that knows no order finds all that have the words, to give the
 * newest: where that is too many, the rows are walked instead. */
static enum status too_many(struct hunt *h, bool *yes)
{
    *yes = false;
    if (h->dialect->search_is_table)
        return OK;
    TRY(db_int(
        h->conn, h->dialect->search_count(h->mem, h->entity),
        ARGS({"list_words", h->words}, arg_int("list_most", FOUND_MANY + 1)),
        &h->count));
    *yes = h->count > FOUND_MANY;
    return OK;
}

static void rows_walked(struct hunt *h, struct buf *b, struct args *args)
{
    buf_printf(b, " FROM %s t WHERE 1=1", h->entity->name);
    for (size_t i = 0; i < h->asked_count; i++) {
        const char *name = arena_printf(h->mem, "word%zu", i);
        buf_str(b, " AND ");
        h->dialect->search_test(b, name);
        args_add(
            h->mem, args,
            arg_cstr(name, arena_printf(h->mem, " %.*s", (int)h->asked[i].n,
                                        h->asked[i].p)));
    }
}

static enum status others(struct hunt *h)
{
    struct buf b = {.mem = h->mem};
    struct args args = {0};
    const char *fold = h->shape->title_fold;
    buf_str(&b, "SELECT t.id, ");
    buf_str(&b, fold ? "t." : "''");
    buf_str(&b, fold ? h->entity->title : "");
    bool walked = false;
    TRY(too_many(h, &walked));
    if (conn_rehearses(h->conn) && h->count == NONE)
        return OK; /* how it is asked depends on that */
    if (walked) {
        rows_walked(h, &b, &args);
    } else {
        h->dialect->search_from(&b, h->entity);
        buf_str(&b, " WHERE ");
        h->dialect->search_match(&b, h->entity);
        args_add(h->mem, &args, (struct arg){"list_words", h->words});
    }
    if (fold) {
        buf_printf(&b, " AND (t.%s IS NULL OR t.%s < :typed OR t.%s >= :upper)",
                   fold, fold, fold);
        args_add(h->mem, &args, (struct arg){"typed", h->typed});
        args_add(h->mem, &args, (struct arg){"upper", h->upper});
    }
    reach_part(h, &b, &args, "t");
    buf_str(&b, walked ? " ORDER BY t.id DESC" : h->dialect->search_newest);
    return collect(h, &b, &args);
}

enum status search_entity(struct conn *c, struct arena *a,
                          const struct entity *e, const struct reach *reach,
                          struct str typed, int limit, struct hit **out,
                          size_t *n)
{
    struct hunt h = {.conn = c,
                     .dialect = dialect_of(c),
                     .mem = a,
                     .entity = e,
                     .shape = shape_of(e),
                     .reach = reach,
                     .count = NONE,
                     .limit = (size_t)limit};
    struct str words[WORDS_ASKED];
    CHECK(limit >= 1 && limit <= LIST_MOST);
    h.hits = NEW_ARRAY(a, struct hit, h.limit);
    size_t asked = h.shape->searched ? words_ask(a, typed, words) : 0;
    if (asked) {
        struct str fold = fold_cut(utf8_fold(a, typed));
        h.words = h.dialect->search_value(a, words, asked);
        h.asked = words;
        h.asked_count = asked;
        h.typed = value_text(fold);
        /* U+10FFFF: behind everything that begins so. */
        h.upper = value_cstr(
            arena_printf(a, "%.*s\xf4\x8f\xbf\xbf", (int)fold.n, fold.p));
        if (h.shape->title_fold) {
            TRY(equal_titles(&h));
            if (h.n < h.limit)
                TRY(titles_begun(&h));
        }
        if (h.n < h.limit)
            TRY(others(&h));
    }
    *out = h.hits;
    *n = h.n;
    return OK;
}
