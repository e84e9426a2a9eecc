/*
 * Weighted many-to-many links, edited and kept with their row. A link that is
 * taken away is ended and stays, so that a figure of last year reads the links
 * of last year: docs/decisions/0007-dated-links.md.
 */
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

static enum status drop(struct conn *c, struct arena *a, const struct entity *e,
                        const struct link *l, int64_t id)
{
    return db_exec(c, links_sql(a, "DELETE FROM $ WHERE row_id = :id", e, l),
                   ARGS(arg_int("id", id)), NULL);
}

/* A line of the table: the link stands while until is NONE. */
struct line_of_link {
    int64_t target, weight, since, until, position;
    bool kept; /* it is among those wanted */
};

struct changing {
    struct conn *conn;
    struct arena *mem;
    const struct entity *entity;
    const struct link *link;
    int64_t id, today;
    bool fresh; /* the row was made today, or is corrected: its links are from
                   the beginning */
    bool changed;
    struct line_of_link *lines;
    size_t n;
};

/* All lines of a row, those first that stand. */
static enum status lines_load(struct changing *g)
{
    struct rows *r;
    size_t room = 0;
    TRY(db_rows(g->conn, g->mem,
                links_sql(g->mem,
                          "SELECT l.target_id, l.weight, l.since, l.until, "
                          "l.position FROM $ l WHERE l.row_id = :id "
                          "ORDER BY CASE WHEN l.until IS NULL THEN 0 ELSE 1 "
                          "END, l.position, l.target_id, l.since",
                          g->entity, g->link),
                ARGS(arg_int("id", g->id)), &r));
    while (rows_next(r)) {
        g->lines = arena_grow(g->mem, g->lines, sizeof(*g->lines), g->n, &room);
        g->lines[g->n++] =
            (struct line_of_link){row_int(r, 0), row_int(r, 1), row_int(r, 2),
                                  row_int(r, 3), row_int(r, 4), false};
    }
    return rows_end(r);
}

static enum status line_add(struct changing *g, const struct line_of_link *one)
{
    g->changed = true;
    return db_exec(
        g->conn,
        links_sql(g->mem,
                  "INSERT INTO $ (row_id, target_id, weight, position, since, "
                  "until) VALUES (:id, :target, :weight, :position, :since, "
                  ":until)",
                  g->entity, g->link),
        ARGS(arg_int("id", g->id), arg_int("target", one->target),
             arg_int("weight", one->weight), arg_int("position", one->position),
             arg_int("since", one->since), arg_int("until", one->until)),
        NULL);
}

static enum status line_set(struct changing *g, const struct line_of_link *one)
{
    return db_exec(g->conn,
                   links_sql(g->mem,
                             "UPDATE $ SET position = :position, until = "
                             ":until WHERE row_id = :id AND target_id = "
                             ":target AND since = :since",
                             g->entity, g->link),
                   ARGS(arg_int("position", one->position),
                        arg_int("until", one->until), arg_int("id", g->id),
                        arg_int("target", one->target),
                        arg_int("since", one->since)),
                   NULL);
}

/* From today on it is not; what began today has then never been, as what came
 * today with its row. */
static enum status line_end(struct changing *g, struct line_of_link *one)
{
    one->until = g->today;
    g->changed = true;
    if (one->since < g->today && !g->fresh)
        return line_set(g, one);
    return db_exec(g->conn,
                   links_sql(g->mem,
                             "DELETE FROM $ WHERE row_id = :id AND target_id = "
                             ":target AND since = :since",
                             g->entity, g->link),
                   ARGS(arg_int("id", g->id), arg_int("target", one->target),
                        arg_int("since", one->since)),
                   NULL);
}

/* What a row has by the end of its first day is its own from the beginning,
 * whenever that was; what is added to it later begins on the day. */
static enum status fresh_of(struct changing *g, struct actor by)
{
    int64_t created;
    g->fresh = by.why != NULL;
    if (g->fresh)
        return OK;
    TRY(db_int(g->conn,
               (struct sql){arena_printf(
                   g->mem, "SELECT t.created_at FROM %s t WHERE t.id = :id",
                   g->entity->name)},
               ARGS(arg_int("id", g->id)), &created));
    g->fresh = day_of_time(created) == g->today;
    return OK;
}

/* The wanted link as a line that stands already, or that ended today and stands
 * again; else a new one. */
static enum status line_want(struct changing *g, const struct linked *want,
                             int64_t position)
{
    for (size_t i = 0; i < g->n; i++) {
        struct line_of_link *one = &g->lines[i];
        if (one->kept || one->target != want->target ||
            one->weight != want->weight ||
            (one->until != NONE && one->until != g->today))
            continue;
        one->kept = true;
        if (one->until == NONE && one->position == position)
            return OK;
        one->until = NONE;
        one->position = position;
        return line_set(g, one);
    }
    return line_add(g, &(struct line_of_link){want->target, want->weight,
                                              g->fresh ? LINK_ALWAYS : g->today,
                                              NONE, position, true});
}

static const struct linked *linked_to(const struct linked *links, size_t n,
                                      int64_t target)
{
    for (size_t i = 0; i < n; i++)
        if (links[i].target == target)
            return &links[i];
    return NULL;
}

bool links_same_set(struct links one, struct links other)
{
    bool same = one.n == other.n;
    for (size_t i = 0; same && i < one.n; i++) {
        const struct linked *to =
            linked_to(other.all, other.n, one.all[i].target);
        same = to && (one.all[i].weight == LINK_AS_IT_STANDS ||
                      to->weight == one.all[i].weight);
    }
    return same;
}

/* What is wanted, with the weights that stand where none is told. */
static struct links weighed(const struct changing *g, struct links to)
{
    struct linked *all = NEW_ARRAY(g->mem, struct linked, to.n + 1);
    for (size_t i = 0; i < to.n; i++) {
        all[i] = to.all[i];
        if (g->link->weighted && all[i].weight != LINK_AS_IT_STANDS)
            continue;
        all[i].weight = 1;
        for (size_t k = 0; g->link->weighted && k < g->n; k++)
            if (g->lines[k].until == NONE &&
                g->lines[k].target == all[i].target)
                all[i].weight = g->lines[k].weight;
    }
    return (struct links){all, to.n};
}

enum status links_save(struct conn *c, struct arena *a, struct linking of,
                       struct links to, struct actor by)
{
    struct changing g = {.conn = c,
                         .mem = a,
                         .entity = of.entity,
                         .link = of.link,
                         .id = of.id,
                         .today = day_today()};
    CHECK(conn_is_writer(c));
    if (to.n > (of.link->most ? (size_t)of.link->most : 200))
        return ERR_INVALID;
    for (size_t i = 1; i < to.n; i++)
        if (linked_to(to.all, i, to.all[i].target))
            return ERR_INVALID;
    TRY(fresh_of(&g, by));
    TRY(lines_load(&g));
    to = weighed(&g, to);
    /* First those that end: the same target may come back with another weight,
     * on the same day. */
    for (size_t i = 0; i < g.n; i++) {
        struct line_of_link *one = &g.lines[i];
        const struct linked *want = linked_to(to.all, to.n, one->target);
        if (one->until != NONE || (want && want->weight == one->weight))
            continue;
        one->kept = true;
        TRY(line_end(&g, one));
    }
    for (size_t i = 0; i < to.n; i++)
        TRY(line_want(&g, &to.all[i], (int64_t)i));
    return g.changed && by.why
               ? journal_correction(c, a, of.entity, of.id, of.link->name, by)
               : OK;
}

enum status links_drop(struct conn *c, struct arena *a, const struct entity *e,
                       int64_t id)
{
    for (const struct link *l = e->links; l && l->name; l++)
        TRY(drop(c, a, e, l, id));
    return OK;
}

/* "links": {"policies": [[3, 1], [5, 1, 20706, null], [6, 1, 0, 20706]]}:
 * target and weight, those that stand first and in order; then, unless it
 * always stood, the days since when and until when. */
enum status links_json(struct conn *c, struct arena *a, const struct entity *e,
                       int64_t id, struct json *j)
{
    if (!e->links || !e->links->name)
        return OK;
    json_object(j, "links");
    for (const struct link *l = e->links; l->name; l++) {
        struct changing g = {
            .conn = c, .mem = a, .entity = e, .link = l, .id = id};
        TRY(lines_load(&g));
        json_array(j, l->name);
        for (size_t i = 0; i < g.n; i++) {
            const struct line_of_link *one = &g.lines[i];
            json_array(j, NULL);
            json_int(j, NULL, one->target);
            json_int(j, NULL, one->weight);
            if (one->since != LINK_ALWAYS || one->until != NONE) {
                json_int(j, NULL, one->since);
                if (one->until == NONE)
                    json_null(j, NULL);
                else
                    json_int(j, NULL, one->until);
            }
            json_end_array(j);
        }
        json_end_array(j);
    }
    json_end_object(j);
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

static int64_t whole_at(const struct json_value *line, size_t i, int64_t other)
{
    const bool there = i < line->n && line->members[i].value.type == J_INT;
    return there ? line->members[i].value.i : other;
}

bool link_stood(const struct json_value *line, struct linked *out)
{
    if (line->type != J_ARRAY || line->n < 2 ||
        line->members[0].value.type != J_INT || whole_at(line, 3, NONE) != NONE)
        return false;
    *out = (struct linked){.target = line->members[0].value.i,
                           .weight = whole_at(line, 1, 1)};
    return true;
}

enum status links_from_json(struct conn *c, struct arena *a,
                            const struct entity *e, int64_t id,
                            const struct json_value *object, struct actor by)
{
    const struct json_value *links = json_get(object, "links");
    for (const struct link *l = e->links; links && l && l->name; l++) {
        const struct json_value *lines = json_get(links, l->name);
        size_t most = lines && lines->type == J_ARRAY ? lines->n : 0, n = 0;
        struct linked *all = NEW_ARRAY(a, struct linked, most + 1);
        for (size_t i = 0; i < most; i++)
            n += link_stood(&lines->members[i].value, &all[n]);
        TRY(links_save(c, a, (struct linking){e, l, id}, (struct links){all, n},
                       by));
    }
    return OK;
}

enum status links_put_back(struct conn *c, struct arena *a,
                           const struct entity *e, int64_t id,
                           const struct json_value *object)
{
    const struct json_value *links = json_get(object, "links");
    for (const struct link *l = e->links; links && l && l->name; l++) {
        const struct json_value *lines = json_get(links, l->name);
        struct changing g = {
            .conn = c, .mem = a, .entity = e, .link = l, .id = id};
        TRY(drop(c, a, e, l, id));
        for (size_t i = 0; lines && lines->type == J_ARRAY && i < lines->n;
             i++) {
            const struct json_value *line = &lines->members[i].value;
            if (line->type != J_ARRAY || whole_at(line, 0, NONE) == NONE)
                continue;
            TRY(line_add(&g, &(struct line_of_link){
                                 whole_at(line, 0, NONE), whole_at(line, 1, 1),
                                 whole_at(line, 2, LINK_ALWAYS),
                                 whole_at(line, 3, NONE), (int64_t)i, true}));
        }
    }
    return OK;
}
