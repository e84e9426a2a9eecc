/* Changing what an entity holds: one path for forms and the API, checked
 * outside the transaction for good messages and again inside it. */
#include "core/edit.h"

#include "core/correct.h"
#include "core/file.h"
#include "core/instead.h"
#include "core/pages.h"
#include "http/exchange.h"

/* A value that only the frame or a step may set may be sent back as it was
 * read; another would be lost without a word. */
static void refuse_set(struct req *r, const void *row)
{
    struct buf b = {.mem = r->mem};
    struct json j = {.out = &b};
    const char *why;
    json_object(&j, NULL);
    row_json(&j, r->entity, row);
    json_end_object(&j);
    const struct json_value *now = json_parse(r->mem, buf_done(&b), &why);
    for (const struct field *f = r->entity->fields; f->name; f++) {
        const struct json_value *sent = json_get(r->json, f->name);
        if (!sent || field_is_typed(r->entity, f))
            continue;
        const struct json_value *stands = json_get(now, f->name);
        struct str typed = json_typed(r->mem, stands);
        if (sent->type != stands->type ||
            !str_eq(json_typed(r->mem, sent), str_dup(r->mem, typed)))
            form_error(&r->errors, f->name,
                       same(f->name, "state") ? "form.by_step"
                                              : "form.not_by_hand");
    }
}

/* A member that no field is would be lost without a word. What a row is read
 * with may be sent back. */
static void refuse_unknown(struct req *r)
{
    for (size_t i = 0; r->json && i < r->json->n; i++) {
        const char *name = str_dup(r->mem, r->json->members[i].key);
        enum json_type type = r->json->members[i].value.type;
        if (entity_link(r->entity, name) || correction_is(r->entity, name))
            continue;
        if (!entity_field(r->entity, name) &&
            !(*name && word_in("id uid version", name)))
            form_error(&r->errors, name, "form.no_such_field");
        else if (type == J_ARRAY || type == J_OBJECT)
            form_error(&r->errors, name, "form.one_value");
        else if (same(name, "version") && type != J_INT)
            form_error(&r->errors, name, "form.not_a_number");
    }
}

enum status edit_stale(struct req *r, enum status s)
{
    void *now;
    if (s != ERR_STALE || !r->api || req_version(r) == NONE)
        return s;
    TRY(req_refresh(r, &now));
    form_error_add(&r->errors,
                   (struct form_error){.field = "version",
                                       .key = "form.stale_version",
                                       .min = req_version(r),
                                       .max = ((struct row *)now)->version});
    return s;
}

/* What was typed, into the row and its links; all mistakes gathered. */
static enum status read_typed(struct edit *e, unsigned flags)
{
    struct req *r = e->r;
    struct form_source source = edit_source(r);
    refuse_unknown(r);
    correction_read(r);
    if (r->json)
        refuse_set(r, e->row);
    /* A form says all that is wrong with it and its lines at once; a program
     * has no lines. */
    if (r->api)
        flags |= PARSE_FIELDS;
    enum status s = row_from_input(r->mem, r->entity, &r->in, &source, flags,
                                   e->row, &r->errors);
    if (s != OK && s != ERR_INVALID)
        return s;
    for (size_t i = 0; i < entity_link_count(r->entity); i++) {
        struct links_typed typed;
        const struct link *l = &r->entity->links[i];
        s = links_from_input(r->mem, l, &r->in, &source, flags,
                             link_near(r->mem, &source, r->entity, l, e->row),
                             &typed, &r->errors);
        if (s != OK && s != ERR_INVALID)
            return s;
        e->given[i] = typed.given;
        if (s == OK && typed.given)
            e->links[i] = typed.links;
        /* A form's list has an order of its own, and says nothing by it. */
        if (!r->api && links_same_set(e->links[i], e->stood[i]))
            e->given[i] = false;
    }
    if (r->api)
        return r->errors.n ? ERR_INVALID : OK;
    TRY(lines_load(e));
    TRY(lines_read(e));
    return r->errors.n || lines_faulty(e) ? ERR_INVALID : OK;
}

enum status edit_refused(struct conn *c, const struct entity *e,
                         const struct form_input *in,
                         struct form_errors *errors, enum status s)
{
    const char *why = conn_refusal(c);
    if (s == ERR_CONFLICT && correction_lacks(c, errors, "correction"))
        return ERR_INVALID;
    if (s == ERR_CONFLICT && strncmp(why, "overlap ", 8) == 0)
        form_error(errors, NULL, "form.overlap");
    if (s == ERR_CONFLICT && same(why, "reference"))
        form_error(errors, NULL, "form.reference_gone");
    if (s != ERR_CONFLICT || strncmp(why, "unique ", 7) != 0)
        return s;
    const char *name = strrchr(why, '.') ? strrchr(why, '.') + 1 : "";
    const struct field *f = entity_field(e, name);
    if (strchr(why, ',') || !f)
        form_error(errors, NULL, "form.taken_together");
    else
        form_error_add(
            errors, (struct form_error){.field = f->name,
                                        .key = "form.taken",
                                        .text = in->get(in->data, f->name, 0)});
    return ERR_INVALID;
}

static enum status save_links(struct edit *e, struct conn *c, int64_t id)
{
    const struct entity *entity = e->r->entity;
    for (size_t i = 0; i < entity_link_count(entity); i++)
        if (e->given[i])
            TRY(links_save(c, e->r->mem,
                           (struct linking){entity, &entity->links[i], id},
                           e->links[i], req_actor(e->r)));
    return OK;
}

/* The reference of a form that says where its row stands. */
static const char *place_field(struct arena *a, const struct entity *e)
{
    for (const char *const *p = e->reach; p && *p; p++) {
        struct str rest = str_of(*p), first;
        if (!str_next(&rest, '.', &first) || !first.n)
            continue;
        const struct field *f = entity_field(e, str_dup(a, first));
        if (field_is_typed(e, f))
            return f->name;
    }
    return NULL;
}

enum status edit_in_reach(struct edit *e, struct conn *c, int64_t id)
{
    void *row;
    struct req *r = e->r;
    if (req_reaches_all(r))
        return OK;
    enum status s = row_load(c, r->mem, r->entity, id, &r->reach, &row);
    if (s != ERR_NOT_FOUND)
        return s;
    form_error(&r->errors, place_field(r->mem, r->entity), "form.out_of_reach");
    return ERR_FORBIDDEN;
}

static enum status check_again(struct edit *e, struct conn *c)
{
    struct req *r = e->r;
    const char *field = NULL;
    const char *fault = row_fault(c, r->mem, r->entity, e->row, &field);
    if (!fault)
        return OK;
    req_fault(r, c, &r->errors, field, fault);
    return ERR_INVALID;
}

void edit_plan(struct req *r, int code, int64_t id, const void *made)
{
    r->code = r->api ? code : 303;
    if (!r->api) {
        r->location = edit_parent_path(r, made);
        if (!r->location)
            r->location =
                arena_printf(r->mem, "%s/%" PRId64, r->entity->path, id);
        return;
    }
    struct buf out = {.mem = r->mem};
    struct json j = {.out = &out};
    json_object(&j, NULL);
    json_int(&j, "id", id);
    json_end_object(&j);
    r->told = buf_done(&out);
}

static enum status insert(struct conn *c, struct arena *mem, void *data)
{
    struct edit *e = data;
    struct req *r = e->r;
    r->errors = (struct form_errors){.mem = r->mem};
    TRY(check_again(e, c));
    struct row *row = row_copy(mem, r->entity, e->row);
    enum status s = row_insert(c, mem, r->entity, row, req_actor(r));
    if (s != OK)
        return edit_refused(c, r->entity, &r->in, &r->errors, s);
    e->id = row->id;
    TRY(save_links(e, c, e->id));
    TRY(edit_in_reach(e, c, e->id));
    TRY(lines_save(e, c, e->id));
    if (!r->api && r->entity->entered)
        TRY(r->entity->entered(c, mem, e->id, req_actor(r)));
    edit_plan(r, 201, e->id, row);
    return OK;
}

enum status edit_answer(struct req *r, int code, int64_t id, const void *made)
{
    edit_plan(r, code, id, made);
    return r->api ? req_json(r, r->code, r->told)
                  : req_go(r, "%s", r->location);
}

/* Only what is wrong with a file is told at once: it is not kept. */
static void not_yet(struct form_errors *errors)
{
    size_t kept = 0;
    for (size_t i = 0; i < errors->n; i++)
        if (strncmp(errors->list[i].key, "file.", 5) == 0)
            errors->list[kept++] = errors->list[i];
    errors->n = kept;
}

/* One line more, and nothing saved: what was typed is not yet looked at. */
static bool asks_more(struct edit *e)
{
    struct str kind = req_text(e->r, "_more");
    if (e->r->api || !kind.p)
        return false;
    not_yet(&e->r->errors);
    for (size_t i = 0; i < e->kind_count; i++)
        for (size_t n = 0; n < e->kinds[i].n; n++)
            not_yet(&e->kinds[i].lines[n].errors);
    lines_more(e, kind);
    return true;
}

/* Refused for a reason that the form says beside its field, or above all, and
 * keeps what was typed. */
static bool is_told(const struct edit *e, enum status s)
{
    return !e->r->api &&
           (s == ERR_INVALID || ((s == ERR_CONFLICT || s == ERR_FORBIDDEN) &&
                                 (e->r->errors.n || lines_faulty(e))));
}

/* Is something else offered for what is wrong with it? */
static bool is_offered(const struct entity *e, const struct form_errors *errors)
{
    const char *key = errors->n ? errors->list[0].key : NULL;
    return key && (same(key, "form.overlap") ||
                   (e->instead_of && word_in(e->instead_of, key)));
}

/* The lines of a kind that shall stand besides the one of that number. */
static struct beside lines_beside(struct arena *a, const struct edit_kind *k,
                                  size_t but)
{
    struct beside out = {.parent = k->parent,
                         .prefix = k->lines[but].prefix,
                         .rows = NEW_ARRAY(a, const void *, k->n + 1)};
    for (size_t i = 0; i < k->n; i++)
        if (i != but && !k->lines[i].remove && !k->lines[i].blank)
            out.rows[out.n++] = k->lines[i].row;
    return out;
}

/* What is taken, or cannot be, is refused with what could be had instead: of
 * the row, else of the first such line. */
static enum status instead_find(struct edit *e, enum status s)
{
    struct req *r = e->r;
    if (s != ERR_CONFLICT && s != ERR_INVALID)
        return OK;
    if (is_offered(r->entity, &r->errors)) {
        TRY(req_renew(r));
        return instead_look(r, r->entity, e->row);
    }
    for (size_t i = 0; i < e->kind_count; i++)
        for (size_t n = 0; n < e->kinds[i].n; n++) {
            const struct edit_kind *k = &e->kinds[i];
            if (!is_offered(k->entity, &k->lines[n].errors))
                continue;
            void *row = row_copy(r->mem, k->entity, k->lines[n].row);
            if (r->id != NONE)
                field_set(k->parent, row, value_int(r->id));
            struct beside beside = lines_beside(r->mem, k, n);
            beside.under = e->row;
            TRY(req_renew(r));
            return instead_look_beside(r, k->entity, row, &beside);
        }
    return OK;
}

enum status row_create(struct req *r)
{
    struct edit e = edit_open(r, row_new(r->mem, r->entity));
    row_begin(r->mem, r->entity, e.row);
    if (r->route->body)
        TRY(files_take(r));
    instead_take(r);
    enum status s = read_typed(&e, 0);
    if (asks_more(&e))
        return edit_show(&e, 200, true, NULL);
    if (s == OK)
        s = req_write(r, insert, &e);
    TRY(instead_find(&e, s));
    if (is_told(&e, s))
        return edit_show(&e, r->x->sieved ? 413 : status_code(s), true, NULL);
    TRY(s);
    return req_done(r) ? OK : edit_answer(r, 201, e.id, e.row);
}

enum status edit_lock(struct req *r, struct conn *c)
{
    void *now;
    if (!r->entity->locked)
        return OK;
    enum status s = row_load(c, r->mem, r->entity, r->id, &reach_all, &now);
    if (s == ERR_NOT_FOUND)
        return OK; /* deleted: there is nothing to lock */
    TRY(s);
    const char *why = r->entity->locked(c, r->mem, now);
    if (!why)
        return OK;
    form_error(&r->errors, NULL, why);
    return ERR_CONFLICT;
}

/* Is there anything to keep? What is saved as it stands is no new version, and
 * nobody else's form is made old by it. */
static enum status is_changed(const struct edit *e, struct conn *c,
                              struct arena *mem, void *row, bool *is)
{
    const struct entity *entity = e->r->entity;
    void *now;
    *is = true;
    for (size_t i = 0; i < entity_link_count(entity); i++)
        if (e->given[i])
            return OK;
    enum status s = row_load(c, mem, entity, e->r->id, &reach_all, &now);
    if (s == ERR_NOT_FOUND)
        return OK; /* the update says so */
    TRY(s);
    if (entity->settle)
        entity->settle(mem, row);
    *is = ((struct row *)now)->version != ((struct row *)row)->version ||
          !row_same(entity, now, row);
    return OK;
}

static enum status update(struct conn *c, struct arena *mem, void *data)
{
    struct edit *e = data;
    struct req *r = e->r;
    bool changed;
    r->errors = (struct form_errors){.mem = r->mem};
    /* What is wrong beside a field is told before what is closed as a whole. */
    TRY(check_again(e, c));
    TRY(edit_lock(r, c));
    void *row = row_copy(mem, r->entity, e->row);
    TRY(is_changed(e, c, mem, row, &changed));
    enum status s =
        changed ? row_update(c, mem, r->entity, row, req_actor(r)) : OK;
    if (s != OK)
        return edit_refused(c, r->entity, &r->in, &r->errors, s);
    TRY(save_links(e, c, r->id));
    TRY(edit_in_reach(e, c, r->id));
    TRY(lines_save(e, c, r->id));
    edit_plan(r, 200, r->id, NULL);
    return OK;
}

enum status row_change(struct req *r)
{
    struct edit e = edit_open(r, r->row);
    if (r->route->body)
        TRY(files_take(r));
    TRY(edit_links_read(&e));
    struct row *row = e.row;
    int64_t version = req_version(r);
    const void *theirs = NULL;
    r->typed = true;
    instead_take(r);
    enum status s = read_typed(&e, r->api ? PARSE_GIVEN : 0);
    if (version != NONE)
        row->version = version;
    else if (!r->api)
        return ERR_INVALID;
    if (asks_more(&e))
        return edit_show(&e, 200, true, NULL);
    if (s == OK)
        s = req_write(r, update, &e);
    if (s == ERR_STALE && !r->api) {
        void *now;
        TRY(req_refresh(r, &now));
        if (((struct row *)now)->version != version)
            theirs = now;
        TRY(edit_links_stand(&e));
        return edit_show(&e, 409, true, theirs);
    }
    TRY(instead_find(&e, s));
    if (is_told(&e, s))
        return edit_show(&e, r->x->sieved ? 413 : status_code(s), true, NULL);
    TRY(edit_stale(r, s));
    return req_done(r) ? OK : edit_answer(r, 200, r->id, NULL);
}
