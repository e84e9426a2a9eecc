/* The rows edited under a row, drawn as lines of its form. */
#include "core/edit.h"
#include "i18n/format.h"

/* A row in few words: what its columns in a list say. */
static enum status brief(struct req *r, const struct edit_kind *k,
                         const void *row, const char **out)
{
    const struct entity *e = k->entity;
    struct buf b = {.mem = r->mem};
    const char *title = row_title(e, row);
    for (const struct field *f = e->fields; f->name && !*title; f++) {
        const char *text = field_shown(r->mem, r->lang, e, f, row);
        struct value v = field_get(f, row);
        if (f == k->parent || !(f->flags & F_LIST) || !text ||
            f->type == F_FILE)
            continue;
        if (f->type == F_REF)
            TRY(ref_title(r->conn, r->mem, f, v.i, &text));
        buf_str(&b, b.n ? " · " : "");
        buf_str(&b, said(r->mem, r->lang, text));
    }
    *out = *title ? said(r->mem, r->lang, title)
           : b.n  ? b.p
                  : tr(r->lang, "view.untitled");
    return OK;
}

static struct form_ask line_ask(const struct edit_kind *k,
                                const struct edit_line *l, bool typed,
                                const struct form_source *source)
{
    return (struct form_ask){.entity = k->entity,
                             .row = l->row,
                             .typed = typed && !l->fixed ? &l->in : NULL,
                             .errors = &l->errors,
                             .source = source,
                             .only = k->only,
                             .tight = true};
}

enum status lines_stale(struct edit *e, struct form_conflict **out)
{
    struct req *r = e->r;
    struct form_source source = edit_source(r);
    *out = NULL;
    for (size_t i = 0; i < e->kind_count; i++)
        for (size_t n = 0; n < e->kinds[i].n; n++) {
            struct edit_kind *k = &e->kinds[i];
            struct edit_line *l = &k->lines[n];
            void *now;
            if (!l->stale)
                continue;
            enum status s =
                row_load(r->conn, r->mem, k->entity, l->id, &reach_all, &now);
            if (s == ERR_NOT_FOUND) {
                l->gone = true;
                continue;
            }
            TRY(s);
            const struct row *theirs = now;
            struct form_ask ask = line_ask(k, l, true, &source);
            *out = NEW(r->mem, struct form_conflict);
            TRY(form_conflict_of(r->mem, r->lang, &ask, now, NULL, *out));
            TRY(brief(r, k, now, &(*out)->what));
            (*out)->by = req_name_of(r, theirs->changed_by);
            (*out)->when = format_time(r->mem, r->lang, theirs->changed_at);
            l->now = now;
            l->version = theirs->version;
        }
    return OK;
}

/* "f-document-0-file", for a control named "document.0.file". */
static const char *line_id(struct arena *a, const char *prefix,
                           const char *name)
{
    char *id = arena_printf(a, "f-%s%s", prefix, name);
    for (char *p = id; *p; p++)
        if (*p == '.')
            *p = '-';
    return id;
}

static enum status line_draw(struct edit *e, const struct edit_kind *k,
                             const struct edit_line *l, bool typed,
                             struct form_line *out)
{
    struct req *r = e->r;
    struct form_source source = edit_line_source(e);
    struct form_ask ask = line_ask(k, l, typed, &source);
    struct form part = {0};
    bool is_new = l->id == NONE || l->gone;
    *out = (struct form_line){.prefix = l->prefix,
                              .id = line_id(r->mem, l->prefix, "line"),
                              .row = is_new ? 0 : l->id,
                              .version = l->version,
                              .fixed = l->fixed,
                              .changed = typed && l->now &&
                                         !row_same(k->entity, l->row, l->now),
                              .removed = l->remove};
    out->title = tr(r->lang, "form.line_new");
    if (l->now)
        TRY(brief(r, k, l->now, &out->title));
    if (l->fixed)
        return OK;
    TRY(form_of_entity(r->mem, r->lang, &ask, &part));
    struct form_field *fields =
        NEW_ARRAY(r->mem, struct form_field, part.field_count + 1);
    for (size_t i = 0; i < part.field_count; i++) {
        fields[i] = part.fields[i];
        fields[i].id = line_id(r->mem, l->prefix, fields[i].name);
        fields[i].name =
            arena_printf(r->mem, "%s%s", l->prefix, fields[i].name);
    }
    out->fields = fields;
    out->n = part.field_count;
    out->alert = l->gone ? tr(r->lang, "form.line_gone") : part.alert;
    out->has_file = part.has_file;
    return OK;
}

static enum status kind_draw(struct edit *e, const struct edit_kind *k,
                             bool typed, struct form *form,
                             struct form_lines *out)
{
    struct req *r = e->r;
    const struct entity *c = k->entity;
    struct form_line *lines = NEW_ARRAY(r->mem, struct form_line, k->n + 1);
    *out = (struct form_lines){.name = c->api,
                               .title = field_label(r->mem, r->lang, c, "list"),
                               .writes = k->writes && !k->many,
                               .lines = lines,
                               .n = k->n};
    if (k->many && c->path)
        out->all =
            arena_printf(r->mem, "%s?%s=%" PRId64, c->path, c->parent, r->id);
    for (size_t i = 0; i < k->n; i++) {
        TRY(line_draw(e, k, &k->lines[i], typed && k->given, &lines[i]));
        form->has_file |= lines[i].has_file;
        out->brought += !lines[i].fixed;
    }
    const char *next = arena_printf(r->mem, "%s.%zu.", c->api, out->brought);
    if (out->writes && k->n < LINES_MOST)
        out->more = arena_printf(r->mem, "%s#%s", form->action,
                                 line_id(r->mem, next, "line"));
    return OK;
}

/* What the form begins with, its lines are to agree with as well. */
static void parent_begins(struct edit *e, const struct form *form)
{
    e->row = row_copy(e->r->mem, e->r->entity, e->row);
    for (size_t i = 0; i < form->field_count; i++)
        if (form->fields[i].given)
            field_set(entity_field(e->r->entity, form->fields[i].name), e->row,
                      value_int(form->fields[i].given));
}

enum status lines_draw(struct edit *e, bool typed, struct form *form)
{
    struct form_lines *out =
        NEW_ARRAY(e->r->mem, struct form_lines, e->kind_count + 1);
    parent_begins(e, form);
    for (size_t i = 0; i < e->kind_count; i++) {
        const struct edit_kind *k = &e->kinds[i];
        if (k->n || k->writes)
            TRY(kind_draw(e, k, typed, form, &out[form->lines_count++]));
    }
    form->lines = out;
    return OK;
}
