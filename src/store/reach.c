/* Reach: grants and paths of references, compiled into one WHERE clause. */
#include "store/row.h"

static const struct scope everywhere[] = {{NULL, 0}};
const struct reach reach_all = {.scopes = everywhere, .n = COUNT(everywhere)};

void args_add(struct arena *a, struct args *args, struct arg one)
{
    /* One place is kept for the {0} that ends the list. */
    args->all =
        arena_grow(a, args->all, sizeof(*args->all), args->n + 1, &args->room);
    args->all[args->n++] = one;
}

static bool is_everywhere(const struct reach *reach)
{
    for (size_t i = 0; i < reach->n; i++)
        if (!reach->scopes[i].entity)
            return true;
    return false;
}

/* But for what is asked besides. */
static bool is_all_by_own(const struct entity *e, const struct reach *reach)
{
    CHECK(reach);
    return e->reach || e->within ? is_everywhere(reach) : reach->n > 0;
}

bool reach_is_all(const struct entity *e, const struct reach *reach)
{
    return is_all_by_own(e, reach) && !reach->through;
}

/* What a path leads to; its steps are references (CHECK). */
static const struct entity *path_end(const struct entity *e, const char *path)
{
    struct str rest = str_of(path), part;
    char name[64];
    while (str_next(&rest, '.', &part) && part.n) {
        CHECK(part.n < sizeof(name));
        memcpy(name, part.p, part.n);
        name[part.n] = 0;
        const struct field *f = entity_field(e, name);
        CHECK(f && f->type == F_REF);
        e = f->target;
    }
    return e;
}

static void bind_one(struct arena *a, struct buf *b, struct args *args,
                     int64_t id)
{
    char *name = arena_printf(a, "reach%zu", args->n);
    args_add(a, args, arg_int(name, id));
    buf_str(b, b->n ? ", :" : "(:");
    buf_str(b, name);
}

/*
 * "(:reach0, :reach1)": the ids granted on an entity, NULL for none. Filled up
 * to a power of two with the last one, so that few texts are ever prepared.
 */
static const char *id_list(struct arena *a, const struct entity *end,
                           const struct reach *reach, struct args *args)
{
    struct buf b = {.mem = a};
    size_t n = 0;
    int64_t last = 0;
    for (size_t i = 0; i < reach->n; i++) {
        if (reach->scopes[i].entity != end)
            continue;
        bind_one(a, &b, args, last = reach->scopes[i].id);
        n++;
    }
    for (; n & (n - 1); n++)
        bind_one(a, &b, args, last);
    if (!n)
        return NULL;
    buf_char(&b, ')');
    return buf_done(&b).p;
}

static void path_clause(struct buf *b, struct str alias, const struct entity *e,
                        const char *path, const char *list)
{
    struct str rest = str_of(path), part;
    size_t deep = 0;
    buf_add(b, alias.p, alias.n);
    buf_char(b, '.');
    while (str_next(&rest, '.', &part)) {
        if (deep++) {
            buf_str(b, " IN (SELECT id FROM ");
            buf_str(b, e->name);
            buf_str(b, " WHERE ");
        }
        buf_str(b, part.n ? "" : "id");
        buf_add(b, part.p, part.n);
        if (part.n)
            e = path_end(e, arena_dup(b->mem, part.p, part.n));
    }
    buf_str(b, " IN ");
    buf_str(b, list);
    while (--deep)
        buf_char(b, ')');
}

static void paths_clause(struct arena *a, struct buf *b, struct str alias,
                         const struct entity *e, const char *const *paths,
                         const struct reach *reach, struct args *args)
{
    const size_t most = 32;
    const struct entity *ends[32];
    const char *lists[32];
    size_t known = 0, clauses = 0;
    for (const char *const *path = paths; path && *path; path++) {
        const struct entity *end = path_end(e, *path);
        size_t at = 0;
        while (at < known && ends[at] != end)
            at++;
        if (at == known) {
            CHECK(known < most);
            ends[known] = end;
            lists[known++] = id_list(a, end, reach, args);
        }
        if (!lists[at])
            continue;
        buf_str(b, clauses++ ? " OR " : "(");
        path_clause(b, alias, e, *path, lists[at]);
    }
    buf_str(b, clauses ? ")" : "1=0");
}

/* " OR …)" */
static void also_clause(struct buf *b, struct str alias, const char *text)
{
    static const char token[] = "{row}";
    buf_str(b, " OR ");
    for (const char *at; (at = strstr(text, token)) != NULL;
         text = at + sizeof(token) - 1) {
        buf_add(b, text, (size_t)(at - text));
        buf_add(b, alias.p, alias.n);
    }
    buf_str(b, text);
    buf_char(b, ')');
}

static void own_clause(struct arena *a, struct buf *b, struct str alias,
                       const struct entity *e, const struct reach *reach,
                       struct args *args);

/* " AND (t.school IS NULL OR t.school IN (SELECT …))" for each of them. */
static void within_clause(struct arena *a, struct buf *b, struct str alias,
                          const struct entity *e, const struct reach *reach,
                          struct args *args)
{
    struct str rest = str_of(e->within), name;
    while (str_next(&rest, ' ', &name)) {
        const struct field *f = entity_field(e, str_dup(a, name));
        CHECK(f && f->type == F_REF);
        const char *column =
            arena_printf(a, "%.*s.%s", (int)alias.n, alias.p, f->name);
        buf_printf(b,
                   " AND (%s IS NULL OR %s IN (SELECT near.id FROM %s near"
                   " WHERE ",
                   column, column, f->target->name);
        own_clause(a, b, STR("near"), f->target, reach, args);
        buf_str(b, "))");
    }
}

/* By the grants, through the entity's own paths. */
static void own_clause(struct arena *a, struct buf *b, struct str alias,
                       const struct entity *e, const struct reach *reach,
                       struct args *args)
{
    if (is_all_by_own(e, reach)) {
        buf_str(b, "1=1");
        return;
    }
    if (e->reach || !reach->n)
        paths_clause(a, b, alias, e, e->reach, reach, args);
    else
        buf_str(b, "1=1");
    if (e->within)
        within_clause(a, b, alias, e, reach, args);
}

void reach_clause(struct arena *a, struct buf *b, struct str alias,
                  const struct entity *e, const struct reach *reach,
                  struct args *args)
{
    const struct through *through = reach->through;
    const bool also = reach->also.text && !is_all_by_own(e, reach);
    buf_str(b, also ? "(" : "");
    own_clause(a, b, alias, e, reach, args);
    if (also)
        also_clause(b, alias, reach->also.text);
    if (!through)
        return;
    buf_str(b, " AND ");
    paths_clause(a, b, alias, e, through->paths, &through->reach, args);
}

struct sql sql_with_reach(struct arena *a, struct sql text,
                          const struct entity *e, const struct reach *reach,
                          const struct arg *args, const struct arg **out)
{
    static const char token[] = "{reach:";
    const char *from = text.text, *at;
    struct buf b = {.mem = a};
    struct args all = {0}, bound = {0};
    *out = args;
    if (!strstr(from, token))
        return text;
    for (const struct arg *g = args; g && g->name; g++)
        args_add(a, &all, *g);
    for (; (at = strstr(from, token)); from = strchr(at, '}') + 1) {
        struct str alias = {at + sizeof(token) - 1, 0};
        CHECK(strchr(at, '}'));
        alias.n = (size_t)(strchr(at, '}') - alias.p);
        buf_add(&b, from, (size_t)(at - from));
        bound.n = 0; /* the same names mean the same ids */
        reach_clause(a, &b, alias, e, reach, &bound);
    }
    buf_str(&b, from);
    for (size_t i = 0; i < bound.n; i++)
        args_add(a, &all, bound.all[i]);
    *out = all.all;
    return sql_built(&b);
}

static bool granted(const struct reach *reach, const struct entity *e,
                    int64_t id)
{
    for (size_t i = 0; i < reach->n; i++)
        if (reach->scopes[i].entity == e && reach->scopes[i].id == id)
            return true;
    return false;
}

static enum status path_within(struct conn *c, struct arena *a,
                               const struct entity *e, const void *row,
                               const char *path, const struct reach *reach,
                               bool *within)
{
    struct str rest = str_of(path), part;
    int64_t id = ((const struct row *)row)->id;
    while (str_next(&rest, '.', &part) && part.n) {
        void *next;
        enum status s = row ? OK : row_load(c, a, e, id, &reach_all, &next);
        if (s == ERR_NOT_FOUND)
            return OK;
        TRY(s);
        const struct field *f = entity_field(e, str_dup(a, part));
        struct value v = field_get(f, row ? row : next);
        if (v.type == V_NULL)
            return OK;
        e = f->target;
        id = v.i;
        row = NULL;
    }
    *within |= granted(reach, e, id);
    return OK;
}

/* Are the references within reach too that a row stands or falls with? */
static enum status refs_within(struct conn *c, struct arena *a,
                               const struct entity *e, const void *row,
                               const struct reach *reach, bool *within)
{
    struct str rest = str_of(e->within), name;
    while (*within && str_next(&rest, ' ', &name)) {
        const struct field *f = entity_field(e, str_dup(a, name));
        const struct value v = field_get(f, row);
        void *end;
        if (v.type == V_NULL)
            continue;
        const enum status s = row_load(c, a, f->target, v.i, reach, &end);
        *within = s == OK;
        if (s != ERR_NOT_FOUND)
            TRY(s);
    }
    return OK;
}

enum status row_within(struct conn *c, struct arena *a, const struct entity *e,
                       const void *row, const struct reach *reach, bool *within)
{
    CHECK(!reach->through && !reach->also.text);
    *within = reach_is_all(e, reach);
    if (*within)
        return OK;
    *within = !e->reach && reach->n > 0;
    for (const char *const *p = e->reach; p && *p && !*within; p++)
        TRY(path_within(c, a, e, row, *p, reach, within));
    return *within && e->within ? refs_within(c, a, e, row, reach, within) : OK;
}

static bool has_grant_on(const struct reach *reach, const struct entity *e)
{
    for (size_t i = 0; i < reach->n; i++)
        if (reach->scopes[i].entity == e)
            return true;
    return false;
}

bool reach_through(struct arena *a, const struct entity *e,
                   const struct field *f, const void *row,
                   const struct reach *read, const struct reach *write,
                   struct reach *out)
{
    size_t n = 0, most = 0;
    bool others = false;
    *out = *read;
    if (f->type != F_REF || !e->reach || reach_is_all(e, write))
        return false;
    while (e->reach[most])
        most++;
    const char **paths = NEW_ARRAY(a, const char *, most + 1);
    for (size_t i = 0; i < most; i++) {
        struct str rest = str_of(e->reach[i]), first;
        if (str_next(&rest, '.', &first) && str_eq(first, f->name))
            paths[n++] = rest.p ? rest.p : "";
        else if (first.n)
            others |= has_grant_on(write, path_end(e, e->reach[i]));
        else
            others |= granted(write, e, ((const struct row *)row)->id);
    }
    if (!n)
        return false;
    struct through *through = NEW(a, struct through);
    *through = (struct through){paths, *write};
    out->through = through;
    return !others;
}
