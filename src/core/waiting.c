#include "core/waiting.h"

#include "base/time.h"
#include "core/request.h"

static const struct arg *waiting_args(struct req *r, const struct waiting *w)
{
    struct arg *args = NEW_ARRAY(r->mem, struct arg, 3);
    size_t n = 0;
    if (strstr(w->where.text, ":today"))
        args[n++] = arg_day("today", day_today());
    if (strstr(w->where.text, ":me"))
        args[n++] = arg_int("me", r->who->person);
    return args;
}

enum status waiting_count(struct req *r, const struct waiting *w, int64_t *n)
{
    if (w->count.text)
        return db_int(r->conn, w->count, NO_ARGS, n);
    struct reach reach = reach_of(r->app, r->mem, r->who, w->right);
    const struct arg *args;
    struct buf b = {.mem = r->mem};
    buf_printf(&b,
               "SELECT count(*) FROM (SELECT 1 FROM %s t WHERE (%s) AND "
               "{reach:t} LIMIT %d) x",
               w->entity->name, w->where.text, TOTAL_MOST + 1);
    struct sql sql =
        sql_with_reach(r->mem, (struct sql){buf_done(&b).p}, w->entity, &reach,
                       waiting_args(r, w), &args);
    return db_int(r->conn, sql, args, n);
}

static const char *waiting_name(const struct waiting *w)
{
    return strrchr(w->label, '.') + 1;
}

const char *waiting_href(struct arena *a, const struct waiting *w)
{
    return w->path ? w->path
                   : arena_printf(a, "%s?attente=%s", w->entity->path,
                                  waiting_name(w));
}

enum status waiting_read(struct req *r, struct list_ask *ask,
                         const struct waiting **out)
{
    struct str asked = req_text(r, "attente");
    *out = NULL;
    if (!asked.p)
        return OK;
    for (const struct module *const *m = modules; r->who && *m; m++)
        for (const struct waiting *w = (*m)->waiting; w && w->label; w++)
            if (w->entity == ask->entity && str_eq(asked, waiting_name(w)) &&
                may(r->who, w->right))
                *out = w;
    if (!*out)
        return ERR_NOT_FOUND;
    struct reach *reach = NEW(r->mem, struct reach);
    *reach = reach_of(r->app, r->mem, r->who, (*out)->right);
    ask->reach = reach;
    ask->where = (*out)->where;
    ask->args = waiting_args(r, *out);
    return OK;
}
