#include "core/refer.h"

#include "i18n/format.h"
#include "view/form.h"

/* The rows of one kind that name the row by one column of a table. */
struct naming {
    const struct entity *entity; /* whose rows these are */
    const char *table, *row, *target;
    bool ended;        /* links that stand no more */
    const char *where; /* " AND …" */
};

static enum status first_name(struct req *r, const struct entity *e, int64_t id,
                              const char **out)
{
    void *row;
    *out = NULL;
    if (!e->title || !may(r->who, e->read))
        return OK;
    struct reach reach = reach_of(r->app, r->mem, r->who, e->read);
    enum status s = row_load(r->conn, r->mem, e, id, &reach, &row);
    if (s == OK)
        *out = said(r->mem, r->lang, row_title(e, row));
    return s == ERR_NOT_FOUND ? OK : s;
}

static enum status naming_tell(struct req *r, struct naming from,
                               struct buf *out)
{
    struct buf b = {.mem = r->mem};
    struct rows *rows;
    int64_t n = 0, first = NONE, ended = 0;
    buf_printf(&b,
               "SELECT count(DISTINCT %s), min(%s), %s FROM %s WHERE %s = "
               ":id%s",
               from.row, from.row, from.ended ? "max(until)" : "0", from.table,
               from.target, from.where);
    TRY(db_rows(r->conn, r->mem, (struct sql){buf_done(&b).p},
                ARGS(arg_int("id", r->id)), &rows));
    if (rows_next(rows))
        n = row_int(rows, 0), first = row_int(rows, 1),
        ended = row_int(rows, 2);
    TRY(rows_end(rows));
    if (!n)
        return OK;
    const char *name;
    TRY(first_name(r, from.entity, first, &name));
    buf_printf(out, "%s%s", out->n ? ", " : "",
               entity_count(r->mem, r->lang, from.entity, n));
    if (name)
        buf_printf(out, " (%s%s)", name, n > 1 ? ", \xe2\x80\xa6" : "");
    if (from.ended)
        buf_str(out,
                tr_with(r->mem, r->lang, "core.referred_until", "day",
                        format_day(r->mem, r->lang, (int32_t)ended, DAY_PLAIN),
                        NULL));
    return OK;
}

/* Links that stand; then those that ended, by which a figure still counts. */
static enum status links_tell(struct req *r, const struct entity *e,
                              const struct link *l, struct buf *out)
{
    struct naming from = {.entity = e,
                          .table =
                              arena_printf(r->mem, "%s_%s", e->name, l->name),
                          .row = "row_id",
                          .target = "target_id",
                          .where = " AND until IS NULL"};
    TRY(naming_tell(r, from, out));
    from.ended = true;
    from.where = " AND until IS NOT NULL";
    return naming_tell(r, from, out);
}

enum status refer_tell(struct req *r)
{
    struct buf out = {.mem = r->mem};
    for (const struct entity *const *e = r->app->entities; *e; e++) {
        for (const struct field *f = (*e)->fields; f->name; f++)
            if (f->type == F_REF && f->target == r->entity)
                TRY(naming_tell(r,
                                (struct naming){.entity = *e,
                                                .table = (*e)->name,
                                                .row = "id",
                                                .target = f->name,
                                                .where = ""},
                                &out));
        for (const struct link *l = (*e)->links; l && l->name; l++)
            if (l->target == r->entity)
                TRY(links_tell(r, *e, l, &out));
    }
    if (!r->errors.mem)
        r->errors.mem = r->mem;
    if (out.n)
        form_error_add(&r->errors, (struct form_error){.key = "core.referred",
                                                       .text = buf_done(&out)});
    return OK;
}

void refer_tell_restore(struct req *r, struct conn *c)
{
    const char *why = conn_refusal(c);
    const char *name = strrchr(why, '.') ? strrchr(why, '.') + 1 : "";
    struct form_error error = {.key = NULL};
    if (same(why, "closed"))
        error.key = "core.restore_counted";
    else if (same(why, "reference"))
        error.key = "core.restore_lacks";
    else if (strncmp(why, "unique ", 7) == 0 && strchr(why, ','))
        error.key = "form.taken_together";
    else if (strncmp(why, "unique ", 7) == 0 && entity_field(r->entity, name)) {
        error.key = "core.restore_taken";
        error.text = str_of(field_label(r->mem, r->lang, r->entity, name));
    }
    if (error.key)
        form_error_add(&r->errors, error);
}
