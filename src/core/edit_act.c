/* What is done with a row that is not typed: it is deleted, brought back, or
 * takes a step. */
#include "core/derive.h"
#include "core/edit.h"
#include "core/instead.h"
#include "core/pages.h"
#include "core/refer.h"

static enum status delete_it(struct conn *c, struct arena *mem, void *data)
{
    struct edit *e = data;
    struct req *r = e->r;
    int64_t version = req_version(r);
    const struct row *row = r->row;
    r->errors = (struct form_errors){.mem = r->mem};
    TRY(edit_lock(r, c));
    enum status s =
        row_delete(c, mem, r->entity, r->id,
                   version == NONE ? row->version : version, req_actor(r));
    if (s == ERR_CONFLICT && same(conn_refusal(c), "closed"))
        e->kept = true, form_error(&r->errors, NULL, "core.counted");
    TRY(s);
    r->code = r->api ? 204 : 303;
    r->location = r->api ? NULL : r->entity->path;
    return OK;
}

enum status row_remove(struct req *r)
{
    struct edit e = edit_open(r, r->row);
    enum status s = req_write(r, delete_it, &e);
    if (s == ERR_CONFLICT && (!r->errors.n || e.kept))
        TRY(refer_tell(r));
    if (s != OK && !r->api)
        return row_refused(r, s);
    TRY(edit_stale(r, s));
    if (req_done(r))
        return OK;
    if (r->api)
        return req_send(r, 204, "application/json", STR(""));
    req_notice(r, "core.deleted");
    return req_go(r, "%s", r->entity->path);
}

static enum status restore(struct conn *c, struct arena *mem, void *data)
{
    struct edit *e = data;
    struct req *r = e->r;
    r->errors = (struct form_errors){.mem = r->mem};
    TRY(edit_lock(r, c));
    struct fault fault;
    enum status s = row_restore(c, mem, r->entity, r->id, req_version(r),
                                req_actor(r), &fault);
    if (s == ERR_INVALID) { /* nothing was typed that could be mended */
        req_fault(r, c, &r->errors, fault.field, fault.key);
        return ERR_CONFLICT;
    }
    if (s == ERR_CONFLICT)
        refer_tell_restore(r, c);
    TRY(s);
    TRY(edit_in_reach(e, c, r->id));
    edit_plan(r, 200, r->id, NULL);
    return OK;
}

enum status row_put_back(struct req *r)
{
    struct edit e = edit_open(r, NULL);
    if (req_version(r) == NONE)
        return ERR_INVALID;
    enum status s = req_write(r, restore, &e);
    if (s != OK)
        return past_refused(r, s);
    return req_done(r) ? OK : edit_answer(r, 200, r->id, NULL);
}

struct taking {
    struct req *r;
    const struct step *step;
    struct str reason;
    const char *refusal, *all[STEP_REFUSALS]; /* the first; all of them */
    size_t n;
    bool taken; /* its place is another's */
};

static struct str asks_get(const void *data, const char *name, size_t nth)
{
    const struct taking *t = data;
    return word_in(t->step->asks, name) ? t->r->in.get(t->r->in.data, name, nth)
                                        : (struct str){0};
}

/* The row with what the step's form asks for, as it was typed. */
static enum status asks_read(struct taking *t, struct conn *c, void **row)
{
    struct req *r = t->r;
    struct form_source source = req_source(r);
    const struct form_input in = {asks_get, t, r->lang};
    const char *field = NULL;
    *row = row_copy(r->mem, r->entity, r->row);
    if (!t->step->asks || r->api)
        return OK;
    r->errors = (struct form_errors){.mem = r->mem};
    source.conn = c;
    TRY(row_from_input(r->mem, r->entity, &in, &source, PARSE_GIVEN, *row,
                       &r->errors));
    const char *fault = row_fault(c, r->mem, r->entity, *row, &field);
    if (!fault)
        return OK;
    req_fault(r, c, &r->errors, field, fault);
    return ERR_INVALID;
}

static enum status take(struct conn *c, struct arena *mem, void *data)
{
    struct taking *t = data;
    struct req *r = t->r;
    void *row;
    TRY(asks_read(t, c, &row));
    enum status s = step_take(c, mem, r->entity, t->step, row, t->reason,
                              req_actor(r), &t->refusal);
    if (s == ERR_CONFLICT && !t->refusal && *conn_refusal(c))
        t->refusal = t->step->conflict;
    t->taken = strncmp(conn_refusal(c), "overlap ", 8) == 0;
    t->n = 0;
    if (t->refusal && t->step->refuse_all && !*conn_refusal(c))
        t->n = t->step->refuse_all(c, mem, row, req_actor(r).person, t->all);
    TRY(s);
    edit_plan(r, 200, r->id, NULL);
    return OK;
}

/* Several lines of the table may bear the step's name, from other states. */
static const struct step *step_from(const struct req *r, const char *name)
{
    const struct field *state = entity_field(r->entity, "state");
    struct value now = field_get(state, r->row);
    const char *key = now.type == V_TEXT ? str_dup(r->mem, now.s) : "";
    for (const struct step *s = r->entity->steps; s->name; s++)
        if (same(s->name, name) && word_in(s->from, key))
            return s;
    return NULL;
}

static enum status reason_check(struct req *r, const struct taking *t)
{
    const char *fault = step_reason_fault(r->entity, t->step, t->reason);
    if (fault)
        form_error_add(&r->errors,
                       (struct form_error){.field = "reason",
                                           .key = fault,
                                           .max = step_reason_most(r->entity)});
    return r->errors.n ? ERR_INVALID : OK;
}

enum status row_step(struct req *r)
{
    const struct step *named = route_step(r->route);
    struct taking t = {.r = r, .step = step_from(r, named->name)};
    t.reason = str_trim(req_text(r, "reason"));
    enum status s = t.step ? reason_check(r, &t) : ERR_CONFLICT;
    if (s == ERR_INVALID && t.step->refuse_all)
        t.n =
            t.step->refuse_all(r->conn, r->mem, r->row, r->who->person, t.all);
    if (s == OK)
        s = req_write(r, take, &t);
    if (s == ERR_CONFLICT && !t.n)
        form_error(&r->errors, NULL, t.refusal ? t.refusal : "core.step_gone");
    for (size_t i = 0; s != OK && i < t.n; i++)
        form_error(&r->errors, NULL, t.all[i]);
    if (s == ERR_CONFLICT && t.taken)
        TRY(instead_of_step(r, t.step));
    if (s != OK)
        return row_refused(r, s);
    return req_done(r) ? OK : edit_answer(r, 200, r->id, NULL);
}
