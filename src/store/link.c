/* Weighted many-to-many links, edited and kept with their row. */
#include "store/row.h"

static struct sql links_sql(struct arena *a, const char *format,
                            const struct entity *e, const struct link *l)
{
    struct buf b = {.mem = a};
    for (const char *p = format; *p; p++) {
        if (*p == '$') {
            buf_str(&b, e->name);
            buf_char(&b, '_');
            buf_str(&b, l->name);
        } else {
            buf_char(&b, *p);
        }
    }
    return sql_built(&b);
}

static enum status load(struct conn *c, struct arena *a, const struct entity *e,
                        const struct link *l, int64_t id, struct linked **out,
                        size_t *n)
{
    const size_t most = l->most ? (size_t)l->most : 200;
    const char *title = l->target->title;
    struct linked *all = NEW_ARRAY(a, struct linked, most);
    struct rows *r;
    size_t count = 0;
    const char *text = arena_printf(
        a,
        "SELECT l.target_id, l.weight, %s%s FROM $ l JOIN %s o ON "
        "o.id = l.target_id WHERE l.row_id = :id ORDER BY l.position, "
        "l.target_id",
        title ? "o." : "''", title ? title : "", l->target->name);
    TRY(db_rows(c, a, links_sql(a, text, e, l), ARGS(arg_int("id", id)), &r));
    while (count < most && rows_next(r)) {
        const char *found = row_text(r, 2);
        all[count++] =
            (struct linked){row_int(r, 0), row_int(r, 1), found ? found : ""};
    }
    TRY(rows_end(r));
    *out = all;
    *n = count;
    return OK;
}

enum status links_load(struct conn *c, struct arena *a, const struct entity *e,
                       const struct link *l, int64_t id, struct linked **out,
                       size_t *n)
{
    return load(c, a, e, l, id, out, n);
}

static enum status drop(struct conn *c, struct arena *a, const struct entity *e,
                        const struct link *l, int64_t id)
{
    return db_exec(c, links_sql(a, "DELETE FROM $ WHERE row_id = :id", e, l),
                   ARGS(arg_int("id", id)), NULL);
}

enum status links_save(struct conn *c, struct arena *a, const struct entity *e,
                       const struct link *l, int64_t id,
                       const struct linked *links, size_t n)
{
    CHECK(conn_is_writer(c));
    if (n > (l->most ? (size_t)l->most : 200))
        return ERR_INVALID;
    TRY(drop(c, a, e, l, id));
    struct sql add = links_sql(a,
                               "INSERT INTO $ (row_id, target_id, weight, "
                               "position) VALUES (:id, :target, :weight, "
                               ":position)",
                               e, l);
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(c, add,
                    ARGS(arg_int("id", id), arg_int("target", links[i].target),
                         arg_int("weight", l->weighted ? links[i].weight : 1),
                         arg_int("position", (int64_t)i)),
                    NULL));
    return OK;
}

enum status links_drop(struct conn *c, struct arena *a, const struct entity *e,
                       int64_t id)
{
    for (const struct link *l = e->links; l && l->name; l++)
        TRY(drop(c, a, e, l, id));
    return OK;
}

/* "links": {"policies": [[3, 1], [5, 1]]}: target and weight, in order. */
enum status links_json(struct conn *c, struct arena *a, const struct entity *e,
                       int64_t id, struct json *j)
{
    if (!e->links || !e->links->name)
        return OK;
    json_object(j, "links");
    for (const struct link *l = e->links; l->name; l++) {
        struct linked *all;
        size_t n;
        TRY(load(c, a, e, l, id, &all, &n));
        json_array(j, l->name);
        for (size_t i = 0; i < n; i++) {
            json_array(j, NULL);
            json_int(j, NULL, all[i].target);
            json_int(j, NULL, all[i].weight);
            json_end_array(j);
        }
        json_end_array(j);
    }
    json_end_object(j);
    return OK;
}

enum status links_members(struct conn *c, struct arena *a,
                          const struct entity *e, int64_t id, struct json *j)
{
    for (const struct link *l = e->links; l && l->name; l++) {
        struct linked *all;
        size_t n;
        TRY(load(c, a, e, l, id, &all, &n));
        json_array(j, l->name);
        for (size_t i = 0; i < n; i++)
            json_int(j, NULL, all[i].target);
        json_end_array(j);
    }
    return OK;
}

enum status links_image(struct conn *c, struct arena *a, const struct entity *e,
                        int64_t id, const struct json_value **out)
{
    struct buf b = {.mem = a};
    struct json j = {.out = &b};
    const char *why;
    json_object(&j, NULL);
    TRY(links_json(c, a, e, id, &j));
    json_end_object(&j);
    const struct json_value *image = json_parse(a, buf_done(&b), &why);
    *out = image ? json_get(image, "links") : NULL;
    return OK;
}

static struct linked linked_of(const struct json_value *pair)
{
    struct linked one = {0, 1, NULL};
    if (pair->type == J_ARRAY && pair->n == 2) {
        one.target = pair->members[0].value.i;
        one.weight = pair->members[1].value.i;
    }
    return one;
}

enum status links_from_json(struct conn *c, struct arena *a,
                            const struct entity *e, int64_t id,
                            const struct json_value *object)
{
    const struct json_value *links = json_get(object, "links");
    for (const struct link *l = e->links; links && l && l->name; l++) {
        const struct json_value *pairs = json_get(links, l->name);
        size_t n = pairs && pairs->type == J_ARRAY ? pairs->n : 0;
        struct linked *all = NEW_ARRAY(a, struct linked, n + 1);
        for (size_t i = 0; i < n; i++)
            all[i] = linked_of(&pairs->members[i].value);
        TRY(links_save(c, a, e, l, id, all, n));
    }
    return OK;
}
