#include "core/down.h"

#include "store/list.h"

struct lists {
    struct fact *all;
    size_t n;
};
enum { LISTS = 32 };

/* What a list offers to filter by, but for what is not everybody's. */
static bool leads(const struct req *r, const struct entity *e,
                  const struct field *f)
{
    return f->type == F_REF && f->target == r->entity &&
           (f->flags & F_FILTER) && !(f->flags & (F_HIDDEN | F_PERSONAL)) &&
           !(e->parent && same(e->parent, f->name));
}

static enum status list_add(struct req *r, const struct entity *e,
                            const struct field *f, struct lists *to)
{
    const struct reach reach = reach_of(r->app, r->mem, r->who, e->read);
    const struct filter filter = {f, IS, value_int(r->id)};
    const struct list_ask ask = {
        .entity = e, .reach = &reach, .filters = &filter, .filter_count = 1};
    int64_t n;
    TRY(list_count(r->conn, r->mem, &ask, &n));
    if (!n || to->n == LISTS)
        return OK;
    to->all[to->n++] =
        (struct fact){.text = entity_count_most(r->mem, r->lang, e, n),
                      .href = arena_printf(r->mem, "%s?%s=%" PRId64, e->path,
                                           f->name, r->id)};
    return OK;
}

enum status down_add(struct req *r, struct detail_v *v)
{
    struct lists lists = {NEW_ARRAY(r->mem, struct fact, LISTS), 0};
    for (const struct entity *const *e = r->app->entities; *e; e++)
        for (const struct field *f = (*e)->fields; f->name; f++)
            if ((*e)->path && leads(r, *e, f) && may(r->who, (*e)->read))
                TRY(list_add(r, *e, f, &lists));
    if (!lists.n)
        return OK;
    struct fact_group *groups =
        NEW_ARRAY(r->mem, struct fact_group, v->group_count + 1);
    for (size_t i = 0; i < v->group_count; i++)
        groups[i] = v->groups[i];
    groups[v->group_count++] =
        (struct fact_group){tr(r->lang, "detail.down"), lists.all, lists.n};
    v->groups = groups;
    return OK;
}
