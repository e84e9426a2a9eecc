/* A row as a page: its fields as facts, its links as groups. */
#include "view/detail.h"

#include "i18n/format.h"
#include "view/prose.h"

struct drawing {
    struct arena *mem;
    const struct lang *lang;
    const struct detail_ask *ask;
};

static bool is_fact(const struct entity *e, const void *row,
                    const struct field *f)
{
    bool is_state = e->steps && same(f->name, "state");
    const bool veiled = ((f->flags & F_WRITERS) || f->one_of) &&
                        field_get(f, row).type == V_NULL;
    return !(f->flags & F_HIDDEN) && !is_state && !veiled &&
           !(e->title && same(f->name, e->title));
}

static const char *row_href(struct drawing *d, const struct entity *e,
                            int64_t id)
{
    const bool reads = form_reach(d->ask->source, e, NULL)->n > 0;
    return e->path && reads ? path_of_id(d->mem, e->path, id) : NULL;
}

static enum status file_fact(struct drawing *d, const struct field *f,
                             int64_t id, struct fact *out)
{
    const struct entity *e = d->ask->entity;
    struct file file;
    out->text = tr(d->lang, "view.file");
    if (e->path)
        out->href =
            arena_printf(d->mem, "%s/%" PRId64 "/fichier/%s", e->path,
                         ((const struct row *)d->ask->row)->id, f->name);
    if (!d->ask->conn)
        return OK;
    TRY(file_load(d->ask->conn, d->mem, id, &file));
    out->text =
        arena_printf(d->mem, "%s (%s)", said(d->mem, d->lang, file.name),
                     file_about(d->mem, d->lang, &file));
    return OK;
}

static enum status fact_of(struct drawing *d, const struct field *f,
                           struct fact *out)
{
    const struct entity *e = d->ask->entity;
    struct value v = field_get(f, d->ask->row);
    *out =
        (struct fact){.name = f->name,
                      .label = field_label(d->mem, d->lang, e, f->name),
                      .text = field_shown(d->mem, d->lang, e, f, d->ask->row)};
    if (v.type == V_NULL) {
        out->text = field_none(d->mem, d->lang, e, f->name);
        return OK;
    }
    if (f->type == F_REF) {
        if (d->ask->conn)
            TRY(ref_title(d->ask->conn, d->mem, f, v.i, &out->text));
        out->text = said(d->mem, d->lang, out->text);
        out->href = row_href(d, f->target, v.i);
    } else if (f->type == F_FILE) {
        return file_fact(d, f, v.i, out);
    } else if (f->type == F_PROSE) {
        out->prose = prose_said(d->mem, d->lang, v.s.p);
    } else if (f->type == F_CHOICE) {
        const char *tone =
            choice_tone(d->mem, d->lang, e, f->name, str_dup(d->mem, v.s));
        out->tag = *tone ? tone : NULL;
    } else if (f->type == F_TEXT &&
               (str_starts(v.s, "https://") || str_starts(v.s, "http://"))) {
        out->href = v.s.p;
    } else if (f->type == F_TEXT &&
               (same(f->name, "email") || same(f->name, "mail"))) {
        out->href = arena_printf(d->mem, "mailto:%s", v.s.p);
    }
    return OK;
}

static void groups_of(struct drawing *d, struct detail_v *out)
{
    const struct entity *e = d->ask->entity;
    size_t n = 0;
    while (e->links && e->links[n].name)
        n++;
    struct fact_group *groups = NEW_ARRAY(d->mem, struct fact_group, n);
    for (size_t i = 0; i < n; i++) {
        const struct link *l = &e->links[i];
        size_t count = d->ask->links ? d->ask->links[i].n : 0;
        struct fact *facts = NEW_ARRAY(d->mem, struct fact, count);
        for (size_t k = 0; k < count; k++) {
            const struct linked *to = &d->ask->links[i].all[k];
            facts[k].text = said(d->mem, d->lang, to->title);
            facts[k].href = row_href(d, l->target, to->target);
            if (l->weighted)
                facts[k].label = format_int(d->mem, d->lang, to->weight);
        }
        groups[i] = (struct fact_group){
            field_label(d->mem, d->lang, e, l->name), facts, count};
    }
    out->groups = groups;
    out->group_count = n;
}

/* May that row name this one? The one that it must refer to beside its parent,
 * as a member's person; or one of those of which one is given. */
static bool is_name(const struct entity *e, const struct field *f)
{
    return f->type == F_REF &&
           (f->one_of || ((f->flags & F_REQUIRED) &&
                          !(e->parent && same(e->parent, f->name))));
}

/* What names the row; where no field does, the first row that may, and behind
 * one of several those given with it, as both ends of a link; else its kind. */
static enum status title_of(struct drawing *d, const char **out)
{
    const struct entity *e = d->ask->entity;
    const char *name = row_title(e, d->ask->row);
    bool goes_on = !e->title && d->ask->conn;
    *out = said(d->mem, d->lang, name);
    for (const struct field *f = e->fields; goes_on && f->name; f++) {
        struct value v = field_get(f, d->ask->row);
        if (!is_name(e, f) || v.type != V_INT)
            continue;
        TRY(ref_title(d->ask->conn, d->mem, f, v.i, &name));
        if (!name || !*name)
            continue;
        name = said(d->mem, d->lang, name);
        *out = **out ? arena_printf(d->mem, "%s → %s", *out, name) : name;
        goes_on = f->one_of != NULL;
    }
    if (!**out)
        *out = e->title ? tr(d->lang, "view.untitled")
                        : field_label(d->mem, d->lang, e, "");
    return OK;
}

enum status detail_of_entity(struct arena *a, const struct lang *lang,
                             const struct detail_ask *ask, struct detail_v *out)
{
    const struct entity *e = ask->entity;
    struct drawing d = {a, lang, ask};
    size_t most = 0, n = 0;
    for (const struct field *f = e->fields; f->name; f++)
        most++;
    struct fact *facts = NEW_ARRAY(a, struct fact, most);
    *out =
        (struct detail_v){.kind = field_label(a, lang, e, ""),
                          .version = ((const struct row *)ask->row)->version};
    TRY(title_of(&d, &out->title));
    for (const struct field *f = e->fields; f->name; f++) {
        if (is_fact(e, d.ask->row, f))
            TRY(fact_of(&d, f, &facts[n++]));
        if (!e->steps || !same(f->name, "state"))
            continue;
        struct value v = field_get(f, ask->row);
        out->state = field_shown(a, lang, e, f, ask->row);
        if (out->state)
            out->state_tone = choice_tone(a, lang, e, f->name, str_dup(a, v.s));
    }
    out->facts = facts;
    out->fact_count = n;
    groups_of(&d, out);
    return OK;
}
