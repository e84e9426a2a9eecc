/* What a row shares with no other: values that are unique together, and days on
 * which rows take turns. */
#include "store/row.h"

/* After every day. */
enum { EVER = INT32_MAX };

static const struct field *part_field(struct arena *a, const struct entity *e,
                                      struct str part)
{
    const struct field *f = entity_field(e, str_dup(a, str_trim(part)));
    CHECK(f);
    return f;
}

bool row_key(struct arena *a, const struct entity *e, const void *row,
             const char *columns, struct str *out)
{
    struct buf b = {.mem = a};
    struct str rest = str_of(columns), part;
    buf_str(&b, columns);
    while (str_next(&rest, ',', &part)) {
        struct value v = field_get(part_field(a, e, part), row);
        if (v.type == V_TEXT)
            buf_printf(&b, "\n%zu %.*s", v.s.n, (int)v.s.n, v.s.p);
        else if (v.type == V_INT)
            buf_printf(&b, "\n%" PRId64, v.i);
        else
            return false;
    }
    *out = buf_done(&b);
    return true;
}

/* " FROM … o WHERE o.id <> :self AND o.school = :school": other rows of the
 * same values. False: one has no value, which equals none. */
static bool others(struct arena *a, const struct entity *e, const void *row,
                   const char *columns, struct buf *b, struct args *args)
{
    const struct row *h = row;
    struct str rest = str_of(columns), part;
    buf_printf(b, " FROM %s o WHERE o.id <> :self", e->name);
    args_add(a, args, arg_int("self", h->id > 0 ? h->id : 0));
    while (str_next(&rest, ',', &part)) {
        const struct field *f = part_field(a, e, part);
        const struct value v = field_get(f, row);
        if (v.type == V_NULL)
            return false;
        buf_printf(b, " AND o.%s = :%s", f->name, f->name);
        args_add(a, args, (struct arg){f->name, v});
    }
    return true;
}

enum status row_taken(struct conn *c, struct arena *a, const struct entity *e,
                      const void *row, bool *yes)
{
    *yes = false;
    for (const struct index *i = e->indexes; !*yes && i && i->columns; i++) {
        struct buf b = {.mem = a};
        struct args args = {0};
        int64_t n;
        buf_str(&b, "SELECT count(*)");
        if (!i->unique || i->where.text ||
            !others(a, e, row, i->columns, &b, &args))
            continue;
        buf_done(&b);
        TRY(db_int(c, sql_built(&b), args.all, &n));
        *yes = n > 0;
    }
    return OK;
}

enum status row_by_name(struct conn *c, struct arena *a, const struct entity *e,
                        const void *row, void **out)
{
    for (const struct index *i = e->indexes; i && i->columns; i++) {
        struct buf b = {.mem = a};
        struct args args = {0};
        int64_t id;
        buf_str(&b, "SELECT min(o.id)");
        if (!i->names || !others(a, e, row, i->columns, &b, &args))
            continue;
        buf_done(&b);
        TRY(db_int(c, sql_built(&b), args.all, &id));
        if (id != NONE)
            return row_load(c, a, e, id, &reach_all, out);
    }
    return ERR_NOT_FOUND;
}

struct days row_days(const struct entity *e, const void *row)
{
    const struct turns *t = e->turns;
    const struct value from = field_get(entity_field(e, t->from), row),
                       until = field_get(entity_field(e, t->until), row),
                       state = field_get(entity_field(e, "state"), row);
    const bool brief = until.type == V_NULL && state.type == V_TEXT &&
                       word_in(t->brief, state.s.p);
    return (struct days){.from = (int32_t)from.i,
                         .until = until.type != V_NULL ? (int32_t)until.i
                                  : brief              ? (int32_t)from.i
                                                       : EVER};
}

/* "'ended', 'abandoned'" */
static void words_list(struct buf *b, const char *words)
{
    struct str rest = str_of(words), word;
    const char *before = "";
    for (; str_next(&rest, ' ', &word); before = ", ")
        buf_printf(b, "%s'%.*s'", before, (int)word.n, word.p);
}

const char *turns_fault(struct conn *c, struct arena *a, const struct entity *e,
                        const void *row, const char **field)
{
    const struct turns *t = e->turns;
    struct buf b = {.mem = a};
    struct args args = {0};
    buf_str(&b, "SELECT count(*)");
    if (!t || !others(a, e, row, t->keys, &b, &args))
        return NULL;
    const struct days turn = row_days(e, row);
    buf_printf(&b,
               " AND o.%s <= :turn_until AND coalesce(o.%s, CASE WHEN o.state"
               " IN (",
               t->from, t->until);
    words_list(&b, t->brief);
    buf_printf(&b, ") THEN o.%s ELSE :turn_ever END) >= :turn_from", t->from);
    args_add(a, &args, arg_int("turn_until", turn.until));
    args_add(a, &args, arg_int("turn_ever", EVER));
    args_add(a, &args, arg_int("turn_from", turn.from));
    buf_done(&b);
    *field = t->from;
    return fault_if(c, sql_built(&b), args.all, t->fault);
}
