/* The links that stand, of one row or of a page of them. */
#include "store/list.h"
#include "store/row.h"

static size_t most_of(const struct link *l)
{
    return l->most ? (size_t)l->most : 200;
}

/* Columns row_id, target_id, weight, title, code; the rows come whole, one
 * after the other. */
static struct sql links_of(struct arena *a, const struct entity *e,
                           const struct link *l, const char *which)
{
    const struct entity *o = l->target;
    return (struct sql){arena_printf(
        a,
        "SELECT l.row_id, l.target_id, l.weight, %s%s, %s%s FROM %s_%s l JOIN"
        " %s o ON o.id = l.target_id WHERE l.row_id %s AND " LINK_STANDS(
            "l") " ORDER BY l.row_id, l.position, l.target_id",
        o->title ? "o." : "", o->title ? o->title : "''", o->code ? "o." : "",
        o->code ? o->code : "''", e->name, l->name, o->name, which)};
}

static struct linked link_at(struct rows *r)
{
    const char *title = row_text(r, 3), *code = row_text(r, 4);
    return (struct linked){.target = row_int(r, 1),
                           .weight = row_int(r, 2),
                           .title = title ? title : "",
                           .code = code ? code : ""};
}

enum status links_load(struct conn *c, struct arena *a, struct linking of,
                       struct links *out)
{
    const size_t most = most_of(of.link);
    struct links links = {NEW_ARRAY(a, struct linked, most), 0};
    struct rows *r;
    TRY(db_rows(c, a, links_of(a, of.entity, of.link, "= :id"),
                ARGS(arg_int("id", of.id)), &r));
    while (links.n < most && rows_next(r))
        links.all[links.n++] = link_at(r);
    TRY(rows_end(r));
    *out = links;
    return OK;
}

const struct arg *ids_bound(struct arena *a, const int64_t *ids, size_t n,
                            const char **which)
{
    struct buf b = {.mem = a};
    struct arg *args = NEW_ARRAY(a, struct arg, LIST_MOST + 1);
    CHECK(n && n <= LIST_MOST);
    buf_str(&b, "IN (");
    for (size_t i = 0; i < LIST_MOST; i++) {
        const char *name = arena_printf(a, "one%zu", i);
        buf_printf(&b, "%s:%s", i ? ", " : "", name);
        args[i] = arg_int(name, ids[i < n ? i : n - 1]);
    }
    buf_char(&b, ')');
    *which = buf_done(&b).p;
    return args;
}

static int64_t id_at(const struct list *page, size_t i)
{
    return ((const struct row *)page->rows[i])->id;
}

/* Where the row stands in the page. */
static size_t place_of(const struct list *page, int64_t id)
{
    size_t i = 0;
    while (i < page->n && id_at(page, i) != id)
        i++;
    CHECK(i < page->n);
    return i;
}

/* Of kind k: those of row i at out[i * kinds + k]. */
static enum status kind_load(struct conn *c, struct arena *a,
                             const struct entity *e, const struct list *page,
                             size_t k, struct links *out)
{
    const struct link *l = &e->links[k];
    const size_t kinds = entity_link_count(e);
    int64_t ids[LIST_MOST], last = NONE;
    const char *which;
    struct links *at = NULL;
    struct rows *r;
    size_t room = 0;
    for (size_t i = 0; i < page->n; i++)
        ids[i] = id_at(page, i);
    const struct arg *args = ids_bound(a, ids, page->n, &which);
    TRY(db_rows(c, a, links_of(a, e, l, which), args, &r));
    while (rows_next(r)) {
        const int64_t id = row_int(r, 0);
        if (!at || id != last) {
            at = &out[place_of(page, id) * kinds + k];
            last = id;
            room = 0;
        }
        if (at->n == most_of(l))
            continue;
        at->all = arena_grow(a, at->all, sizeof(*at->all), at->n, &room);
        at->all[at->n++] = link_at(r);
    }
    return rows_end(r);
}

enum status links_of_page(struct conn *c, struct arena *a,
                          const struct entity *e, const struct list *page,
                          struct links **out)
{
    const size_t kinds = entity_link_count(e);
    *out = NEW_ARRAY(a, struct links, page->n * kinds + 1);
    for (size_t k = 0; page->n && k < kinds; k++)
        TRY(kind_load(c, a, e, page, k, *out));
    return OK;
}

void links_members(struct json *j, const struct entity *e,
                   const struct links *of_each)
{
    for (size_t k = 0; k < entity_link_count(e); k++) {
        json_array(j, e->links[k].name);
        for (size_t i = 0; i < of_each[k].n; i++)
            json_int(j, NULL, of_each[k].all[i].target);
        json_end_array(j);
    }
}
