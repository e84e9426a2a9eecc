/* The rows edited under a row, as lines of its form. */
#include "core/correct.h"
#include "core/edit.h"
#include "store/row.h"

/* What a form has under a line's prefix. */
struct prefixed {
    struct req *r;
    const char *prefix;
};

static struct str line_get(const void *data, const char *name, size_t nth)
{
    const struct prefixed *p = data;
    const char *whole = arena_printf(p->r->mem, "%s%s", p->prefix, name);
    return p->r->in.get(p->r->in.data, whole, nth);
}

static void line_open(struct edit *e, struct edit_kind *k, size_t n)
{
    struct req *r = e->r;
    struct edit_line *l = &k->lines[n];
    struct prefixed *p = NEW(r->mem, struct prefixed);
    *l = (struct edit_line){.id = NONE};
    l->prefix = arena_printf(r->mem, "%s.%zu.", k->entity->api, n);
    *p = (struct prefixed){r, l->prefix};
    l->in = (struct form_input){.get = line_get, .data = p, .lang = r->in.lang};
    l->errors.mem = r->mem;
}

/* Lines that may be changed stand before those that may be read only. */
static size_t line_place(struct edit_kind *k, bool fixed)
{
    size_t n = k->n++;
    for (; !fixed && n > 0 && k->lines[n - 1].fixed; n--)
        k->lines[n] = k->lines[n - 1];
    return n;
}

static void line_new(struct edit *e, struct edit_kind *k, size_t n)
{
    struct edit_line *l = &k->lines[n];
    line_open(e, k, n);
    l->row = row_new(e->r->mem, k->entity);
    row_begin(e->r->mem, k->entity, l->row);
    l->blank = true;
}

static void line_add(struct edit *e, struct edit_kind *k, void *row, bool fixed)
{
    size_t n = line_place(k, fixed);
    struct edit_line *l = &k->lines[n];
    line_open(e, k, n);
    l->now = row;
    l->row = row_copy(e->r->mem, k->entity, row);
    l->id = ((const struct row *)row)->id;
    l->version = ((const struct row *)row)->version;
    l->fixed = fixed;
}

/* A child's fields but the one that says whose it is. */
static const char *fields_drawn(struct arena *a, const struct edit_kind *k)
{
    struct buf b = {.mem = a};
    for (const struct field *f = k->entity->fields; f->name; f++) {
        if (f == k->parent)
            continue;
        buf_str(&b, b.n ? " " : "");
        buf_str(&b, f->name);
    }
    return buf_done(&b).p;
}

/* Where each line is locked, and a new one would be, nothing is offered. */
static void kind_close(struct edit *e, struct edit_kind *k)
{
    struct req *r = e->r;
    if (!k->entity->locked || (k->n && !k->lines[0].fixed))
        return;
    void *row = row_new(r->mem, k->entity);
    row_begin(r->mem, k->entity, row);
    field_set(k->parent, row, value_int(r->id));
    k->writes &= !k->entity->locked(r->conn, r->mem, row);
}

static enum status kind_load(struct edit *e, struct edit_kind *k)
{
    struct req *r = e->r;
    struct reach read = reach_of(r->app, r->mem, r->who, k->entity->read);
    struct reach write = reach_of(r->app, r->mem, r->who, k->entity->write);
    struct filter of = {k->parent, IS, value_int(r->id)};
    struct list_ask ask = {.entity = k->entity,
                           .reach = &read,
                           .filters = &of,
                           .filter_count = 1,
                           .limit = LINES_DRAWN + 1,
                           .no_total = true};
    struct list list = {0};
    k->lines = NEW_ARRAY(r->mem, struct edit_line, LINES_MOST + 1);
    k->only = fields_drawn(r->mem, k);
    if (r->id == NONE)
        return OK;
    TRY(list_load(r->conn, r->mem, &ask, &list));
    k->many = list.n > LINES_DRAWN;
    for (size_t i = 0; !k->many && i < list.n; i++) {
        bool within = k->writes;
        if (within && !reach_is_all(k->entity, &write))
            TRY(row_within(r->conn, r->mem, k->entity, list.rows[i], &write,
                           &within));
        if (within && k->entity->locked)
            within = !k->entity->locked(r->conn, r->mem, list.rows[i]);
        line_add(e, k, list.rows[i], !within);
    }
    kind_close(e, k);
    return OK;
}

/* What goes its own way, step by step, has a page for it. */
static bool is_line(const struct entity *child, const struct entity *parent)
{
    return entity_is_under(child, parent) && !child->steps;
}

enum status lines_load(struct edit *e)
{
    struct req *r = e->r;
    size_t most = 0;
    for (const struct entity *const *c = r->app->entities; *c; c++)
        most += is_line(*c, r->entity);
    e->kinds = NEW_ARRAY(r->mem, struct edit_kind, most + 1);
    for (const struct entity *const *c = r->app->entities; *c; c++) {
        if (!is_line(*c, r->entity) || !may(r->who, (*c)->read) ||
            ((*c)->later && r->id == NONE))
            continue;
        struct edit_kind *k = &e->kinds[e->kind_count++];
        *k = (struct edit_kind){
            .entity = *c,
            .parent = entity_field(*c, (*c)->parent),
            .writes = may(r->who, (*c)->write),
        };
        TRY(kind_load(e, k));
    }
    return OK;
}

/* Reading. */

static int64_t number_of(const struct edit_line *l, const char *name)
{
    int64_t n;
    struct str s = l->in.get(l->in.data, name, 0);
    return s.p && str_int(str_trim(s), &n) ? n : NONE;
}

/* Faults that were found before the line was known: a file that is too large.
 */
static void faults_take(struct req *r, struct edit_line *l)
{
    size_t kept = 0, n = strlen(l->prefix);
    for (size_t i = 0; i < r->errors.n; i++) {
        struct form_error one = r->errors.list[i];
        if (one.field && strncmp(one.field, l->prefix, n) == 0) {
            one.field += n;
            form_error_add(&l->errors, one);
        } else {
            r->errors.list[kept++] = one;
        }
    }
    r->errors.n = kept;
}

/* Whose child it is, the form does not say: the frame does. */
static void parent_faults_drop(const struct edit_kind *k, struct edit_line *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->errors.n; i++)
        if (!l->errors.list[i].field ||
            !same(l->errors.list[i].field, k->parent->name))
            l->errors.list[kept++] = l->errors.list[i];
    l->errors.n = kept;
}

static bool is_blank(const struct edit_kind *k, const struct edit_line *l)
{
    for (const struct field *f = k->entity->fields; f->name; f++)
        if (f != k->parent && str_trim(l->in.get(l->in.data, f->name, 0)).n)
            return false;
    return !l->errors.n;
}

struct form_source edit_line_source(const struct edit *e)
{
    struct form_source source = edit_source(e->r);
    source.parent_entity = e->r->entity;
    source.parent = e->row;
    return source;
}

static enum status line_read(struct edit *e, struct edit_kind *k,
                             const struct edit_line *was, size_t was_count,
                             size_t n)
{
    struct req *r = e->r;
    struct form_source source = edit_line_source(e);
    struct edit_line *l = &k->lines[n];
    line_new(e, k, n);
    l->id = number_of(l, "_id");
    for (size_t i = 0; i < was_count; i++)
        if (was[i].id == l->id && l->id != NONE) {
            l->now = was[i].now;
            l->fixed = was[i].fixed;
            l->row = row_copy(r->mem, k->entity, l->now);
        }
    int64_t version = number_of(l, "_version");
    l->version = version == NONE ? 0 : version;
    ((struct row *)l->row)->version = l->version;
    l->gone = l->id != NONE && !l->now;
    l->remove = l->in.get(l->in.data, "_remove", 0).p != NULL;
    faults_take(r, l);
    l->blank = l->id == NONE && is_blank(k, l);
    if (l->blank || l->remove || l->fixed)
        return OK;
    enum status s = row_from_input(r->mem, k->entity, &l->in, &source, 0,
                                   l->row, &l->errors);
    parent_faults_drop(k, l);
    return s == ERR_INVALID ? OK : s;
}

static enum status kind_read(struct edit *e, struct edit_kind *k)
{
    struct req *r = e->r;
    const char *name = arena_printf(r->mem, "%s._lines", k->entity->api);
    struct str typed = req_text(r, name);
    int64_t n;
    k->given = k->writes && !k->many && typed.p && str_int(typed, &n);
    if (!k->given)
        return OK;
    if (n < 0 || n > LINES_MOST) {
        form_error_add(&r->errors, (struct form_error){.key = "form.too_many",
                                                       .max = LINES_MOST});
        n = LINES_MOST;
    }
    const struct edit_line *was = k->lines;
    size_t was_count = k->n;
    k->lines = NEW_ARRAY(r->mem, struct edit_line, LINES_MOST + 1);
    for (k->n = 0; k->n < (size_t)n; k->n++)
        TRY(line_read(e, k, was, was_count, k->n));
    /* What may be read only is not in the form, and stays. */
    for (size_t i = 0; i < was_count && k->n < LINES_MOST; i++)
        if (was[i].fixed)
            k->lines[k->n++] = was[i];
    return OK;
}

enum status lines_read(struct edit *e)
{
    for (size_t i = 0; i < e->kind_count; i++)
        TRY(kind_read(e, &e->kinds[i]));
    return OK;
}

bool lines_faulty(const struct edit *e)
{
    for (size_t i = 0; i < e->kind_count; i++)
        for (size_t n = 0; n < e->kinds[i].n; n++)
            if (e->kinds[i].lines[n].errors.n)
                return true;
    return false;
}

void lines_more(struct edit *e, struct str api)
{
    for (size_t i = 0; i < e->kind_count; i++) {
        struct edit_kind *k = &e->kinds[i];
        if (k->writes && !k->many && str_eq(api, k->entity->api) &&
            k->n < LINES_MOST)
            line_new(e, k, line_place(k, false));
    }
}

/* Saving. */

struct saving {
    struct edit *edit;
    struct conn *conn;
    const struct edit_kind *kind;
    struct reach reach; /* of the child's own right */
    int64_t parent;
};

static bool is_child(const struct saving *s, const void *row)
{
    struct value v = field_get(s->kind->parent, row);
    return v.type == V_INT && v.i == s->parent;
}

/* The row as the writer has it, if it is still this parent's and in reach. */
static enum status line_again(struct saving *s, struct edit_line *l, void **row)
{
    struct arena *a = s->edit->r->mem;
    const struct entity *e = s->kind->entity;
    enum status status = row_load(s->conn, a, e, l->id, &reach_all, row);
    if (status == ERR_NOT_FOUND || (status == OK && !is_child(s, *row))) {
        l->stale = true;
        return ERR_STALE;
    }
    TRY(status);
    status = row_load(s->conn, a, e, l->id, &s->reach, row);
    if (status == ERR_NOT_FOUND) {
        form_error(&l->errors, NULL, "form.out_of_reach");
        return ERR_FORBIDDEN;
    }
    TRY(status);
    const char *why = e->locked ? e->locked(s->conn, a, *row) : NULL;
    if (!why)
        return OK;
    form_error(&l->errors, NULL, why);
    return ERR_INVALID;
}

static enum status line_refused(struct saving *s, struct edit_line *l,
                                enum status status)
{
    if (status == ERR_STALE)
        l->stale = true;
    if (status == ERR_CONFLICT && correction_lacks(s->conn, &l->errors, NULL))
        return ERR_INVALID;
    if (status == ERR_CONFLICT && l->remove) {
        form_error(&l->errors, NULL, "form.still_used");
        return ERR_INVALID;
    }
    return edit_refused(s->conn, s->kind->entity, &l->in, &l->errors, status);
}

static enum status line_remove(struct saving *s, struct edit_line *l)
{
    struct req *r = s->edit->r;
    const struct entity *e = s->kind->entity;
    void *now;
    if (l->gone)
        return OK; /* somebody else has, too */
    TRY(line_again(s, l, &now));
    enum status status =
        row_delete(s->conn, r->mem, e, l->id, l->version, req_actor(r));
    return status == OK ? OK : line_refused(s, l, status);
}

/* Did the editor leave the row as it was in the version that they saw? */
static enum status untouched(struct saving *s, const struct edit_line *l,
                             const void *row, bool *yes)
{
    struct req *r = s->edit->r;
    const struct entity *e = s->kind->entity;
    const char *text, *why;
    *yes = l->now && row_same(e, row, l->now);
    if (*yes || !l->now || ((const struct row *)l->now)->version == l->version)
        return OK;
    enum status found = row_image(s->conn, r->mem, e, l->id, l->version, &text);
    if (found != OK)
        return found == ERR_NOT_FOUND ? OK : found;
    const struct json_value *image = json_parse(r->mem, str_of(text), &why);
    void *seen = row_new(r->mem, e);
    if (image && !row_from_json(r->mem, e, image, seen))
        *yes = row_same(e, row, seen);
    return OK;
}

static enum status line_check(struct saving *s, struct edit_line *l, void *row)
{
    const struct entity *e = s->kind->entity;
    const char *field = NULL;
    const char *fault = row_fault(s->conn, s->edit->r->mem, e, row, &field);
    if (!fault)
        return OK;
    req_fault(s->edit->r, s->conn, &l->errors, field, fault);
    return ERR_INVALID;
}

static enum status line_write(struct saving *s, struct edit_line *l)
{
    struct req *r = s->edit->r;
    const struct entity *e = s->kind->entity;
    void *row = row_copy(r->mem, e, l->row), *now;
    bool same_again = false;
    field_set(s->kind->parent, row, value_int(s->parent));
    if (l->id != NONE) {
        TRY(untouched(s, l, row, &same_again));
        if (same_again)
            return OK;
        TRY(line_again(s, l, &now));
    }
    TRY(line_check(s, l, row));
    enum status status =
        l->id == NONE ? row_insert(s->conn, r->mem, e, row, req_actor(r))
                      : row_update(s->conn, r->mem, e, row, req_actor(r));
    if (status != OK)
        return line_refused(s, l, status);
    status =
        row_load(s->conn, r->mem, e, ((struct row *)row)->id, &s->reach, &now);
    return status == ERR_NOT_FOUND ? ERR_FORBIDDEN : status;
}

/* Those taken away first: what they held may be held anew. */
static enum status kind_save(struct saving *s)
{
    const struct edit_kind *k = s->kind;
    enum { REMOVED, CHANGED, MADE, PASSES };
    for (int pass = REMOVED; pass < PASSES; pass++)
        for (size_t i = 0; i < k->n; i++) {
            struct edit_line *l = &k->lines[i];
            int due = l->remove ? REMOVED : l->id != NONE ? CHANGED : MADE;
            if (due != pass || l->blank || l->fixed ||
                (l->remove && l->id == NONE))
                continue;
            if (due == REMOVED)
                TRY(line_remove(s, l));
            else
                TRY(line_write(s, l));
        }
    return OK;
}

enum status lines_save(struct edit *e, struct conn *c, int64_t id)
{
    struct req *r = e->r;
    for (size_t i = 0; i < e->kind_count; i++) {
        struct edit_kind *k = &e->kinds[i];
        if (!k->given)
            continue;
        for (size_t n = 0; n < k->n; n++) {
            k->lines[n].errors = (struct form_errors){.mem = r->mem};
            k->lines[n].stale = false;
        }
        if (!may(r->who, k->entity->write))
            return ERR_FORBIDDEN;
        struct saving s = {
            .edit = e,
            .conn = c,
            .kind = k,
            .reach = reach_of(r->app, r->mem, r->who, k->entity->write),
            .parent = id};
        TRY(kind_save(&s));
    }
    return OK;
}
