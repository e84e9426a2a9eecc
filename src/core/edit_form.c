/* The form of a row: as it begins, as it stands, and as it was refused. */
#include "core/correct.h"
#include "core/edit.h"
#include "core/instead.h"
#include "core/pages.h"
#include "i18n/format.h"
#include "view/pages/form.html.h"

struct edit edit_open(struct req *r, void *row)
{
    size_t n = entity_link_count(r->entity);
    return (struct edit){.r = r,
                         .row = row,
                         .counted = r->row && row_counted(r->entity, r->row),
                         .links = NEW_ARRAY(r->mem, struct links, n + 1),
                         .stood = NEW_ARRAY(r->mem, struct links, n + 1),
                         .given = NEW_ARRAY(r->mem, bool, n + 1)};
}

enum status edit_links_stand(struct edit *e)
{
    struct req *r = e->r;
    for (size_t i = 0; i < entity_link_count(r->entity); i++)
        TRY(links_load(r->conn, r->mem,
                       (struct linking){r->entity, &r->entity->links[i], r->id},
                       &e->stood[i]));
    return OK;
}

enum status edit_links_read(struct edit *e)
{
    TRY(edit_links_stand(e));
    for (size_t i = 0; i < entity_link_count(e->r->entity); i++)
        e->links[i] = e->stood[i];
    return OK;
}

const char *edit_parent_path(struct req *r, const void *row)
{
    const struct field *f =
        r->entity->parent ? entity_field(r->entity, r->entity->parent) : NULL;
    struct value v = {0};
    if (f && row && req_text(r, "_parent").p)
        v = field_get(f, row);
    return v.type == V_INT && f->target->path
               ? arena_printf(r->mem, "%s/%" PRId64, f->target->path, v.i)
               : NULL;
}

static void addresses(struct edit *e, struct form *form)
{
    struct req *r = e->r;
    const char *path = r->entity->path;
    const char *back = edit_parent_path(r, e->row);
    bool is_new = r->id == NONE;
    const char *one = arena_printf(r->mem, "%s/%" PRId64, path, r->id);
    form->action = is_new ? path : arena_printf(r->mem, "%s/modifier", one);
    form->cancel = back ? back : is_new ? path : one;
    form->to_parent = back != NULL;
}

static const struct reach *write_reach(void *data, const struct entity *e)
{
    struct req *r = data;
    struct reach *reach = NEW(r->mem, struct reach);
    *reach = reach_of(r->app, r->mem, r->who, e->write);
    return reach;
}

struct form_source edit_source(struct req *r)
{
    struct form_source source = req_source(r);
    source.write = write_reach;
    return source;
}

enum status edit_show(struct edit *e, int code, bool refused,
                      const void *theirs)
{
    struct req *r = e->r;
    bool is_new = r->id == NONE;
    struct form_source source = edit_source(r);
    struct form_ask ask = {.entity = r->entity,
                           .row = e->row,
                           .links = e->links,
                           .typed = refused ? &r->in : NULL,
                           .errors = &r->errors,
                           .source = &source,
                           .under = r->entity->parent &&
                                    (!is_new || req_text(r, "_parent").p)};
    struct form form = {.instead = instead_options(r),
                        .instead_count = r->instead.n};
    struct form_conflict conflict = {0}, *of_line = NULL;
    addresses(e, &form);
    TRY(form_of_entity(r->mem, r->lang, &ask, &form));
    correction_draw(e, &form);
    if (code == 409 && !theirs) {
        TRY(lines_stale(e, &of_line));
        form.conflict = of_line;
    }
    TRY(lines_draw(e, refused, &form));
    if (theirs) {
        const struct row *now = theirs;
        conflict.by = req_name_of(r, now->changed_by);
        conflict.when = format_time(r->mem, r->lang, now->changed_at);
        TRY(form_conflict_of(r->mem, r->lang, &ask, theirs, e->stood,
                             &conflict));
        form.conflict = &conflict;
        form.version = now->version;
    }
    const char *name = r->entity->name;
    form.title =
        is_new ? tr(r->lang, arena_printf(r->mem, "%s.new", name))
               : tr_with(r->mem, r->lang, "core.edit_title", "title",
                         said(r->mem, r->lang, row_title(r->entity, e->row)),
                         NULL);
    form.submit = tr(r->lang, is_new ? "core.create" : "core.save");
    form.csrf = r->who->csrf;
    form.key = req_key(r);
    struct page p = req_page(r, form.title);
    struct html h;
    req_html_open(r, &h);
    form_page(&h, &p, &form);
    return req_html(r, code, &h);
}

/* An address may say with what a new row begins, and its first lines:
 * "/jalons/nouveau?project=12&stage_from=design", "…&slot.0.day=2026-12-01". A
 * row is named by its number, and is one that its reader may name. */
static enum status field_addressed(struct req *r, const struct entity *e,
                                   const struct form_input *in,
                                   const struct form_source *source,
                                   const struct field *f, void *row)
{
    const struct str given = in->get(in->data, f->name, 0);
    struct form_error error = {0};
    struct value v;
    int64_t id;
    void *named;
    if (!str_trim(given).n || !field_is_typed(e, f) || f->type == F_FILE)
        return OK;
    if (f->type != F_REF) {
        if (!field_parse(r->mem, r->lang, e, f, given, &v, &error))
            field_set(f, row, v);
        return OK;
    }
    if (!str_int(given, &id))
        return OK;
    const enum status s = row_load(r->conn, r->mem, f->target, id,
                                   form_reach(source, f->target, f), &named);
    if (s == OK)
        field_set(f, row, value_int(id));
    return s == ERR_NOT_FOUND ? OK : s;
}

static enum status row_addressed(struct req *r, const struct entity *e,
                                 const struct form_input *in,
                                 const struct form_source *source, void *row)
{
    for (const struct field *f = e->fields; f->name; f++)
        TRY(field_addressed(r, e, in, source, f, row));
    return OK;
}

static enum status lines_begin(struct edit *e)
{
    const struct form_source source = edit_line_source(e);
    for (size_t i = 0; i < e->kind_count; i++) {
        const struct edit_kind *k = &e->kinds[i];
        if (!k->entity->at_once)
            continue;
        lines_more(e, str_of(k->entity->api));
        for (size_t n = 0; n < k->n; n++) {
            fields_begin(k->entity, e->r->who->person, k->lines[n].row);
            TRY(row_addressed(e->r, k->entity, &k->lines[n].in, &source,
                              k->lines[n].row));
        }
    }
    return OK;
}

enum status row_form_new(struct req *r)
{
    struct edit e = edit_open(r, row_new(r->mem, r->entity));
    const struct form_source source = edit_source(r);
    fields_begin(r->entity, r->who->person, e.row);
    TRY(row_addressed(r, r->entity, &r->in, &source, e.row));
    TRY(lines_load(&e));
    TRY(lines_begin(&e));
    return edit_show(&e, 200, false, NULL);
}

enum status row_form_edit(struct req *r)
{
    struct edit e = edit_open(r, r->row);
    const enum status s = edit_lock(r, r->conn);
    if (s != OK) /* nothing is typed that could not be saved */
        return row_refused(r, s);
    TRY(edit_links_read(&e));
    TRY(lines_load(&e));
    return edit_show(&e, 200, false, NULL);
}
