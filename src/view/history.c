/* What was changed, by whom, field by field, and the way back. */
#include "base/utf8.h"
#include "i18n/format.h"
#include "view/detail.h"

struct drawing {
    struct arena *mem;
    const struct lang *lang;
    const struct history_ask *ask;
};

/* A row as a version had it, and its links as the image has them. */
struct state {
    const void *row;
    const struct json_value *links; /* NULL: none */
    bool known;
};

static struct state state_of(struct drawing *d, size_t i)
{
    const struct history_ask *ask = d->ask;
    struct state out = {0};
    out.known = true; /* before it was made, after it was deleted: nothing */
    if (i >= ask->n || same(ask->past[i].what, "delete"))
        return out;
    if (i == 0 && !ask->past[0].image) {
        out.row = ask->row;
        out.links = ask->links;
        return out;
    }
    out.known = false;
    const char *why;
    const struct json_value *image =
        ask->past[i].image
            ? json_parse(d->mem, str_of(ask->past[i].image), &why)
            : NULL;
    if (!image || image->type != J_OBJECT)
        return out;
    void *row = row_new(d->mem, ask->entity);
    if (row_from_json(d->mem, ask->entity, image, row))
        return out;
    out.row = row;
    out.links = json_get(image, "links");
    out.known = true;
    return out;
}

static enum status shown(struct drawing *d, const struct field *f,
                         const void *row, const char **out)
{
    *out = NULL;
    if (!row)
        return OK;
    struct value v = field_get(f, row);
    *out = field_shown(d->mem, d->lang, d->ask->entity, f, row);
    if (f->type == F_FILE && v.type == V_INT && d->ask->conn) {
        struct file file;
        enum status s = file_load(d->ask->conn, d->mem, v.i, &file);
        if (s == OK)
            *out = arena_printf(d->mem, "%s (%s)",
                                said(d->mem, d->lang, file.name),
                                file_about(d->mem, d->lang, &file));
        return s == ERR_NOT_FOUND ? OK : s;
    }
    if (f->type == F_REF && v.type == V_INT && d->ask->conn) {
        const char *title;
        TRY(ref_title(d->ask->conn, d->mem, f, v.i, &title));
        if (*title) /* else it is gone: its number stays */
            *out = said(d->mem, d->lang, title);
    }
    return OK;
}

static enum status links_were(struct drawing *d, const struct link *l,
                              const struct json_value *links, const char **out)
{
    const struct json_value *list = links ? json_get(links, l->name) : NULL;
    struct links had = {
        NEW_ARRAY(d->mem, struct linked, (list ? list->n : 0) + 1), 0};
    for (size_t i = 0; list && i < list->n; i++)
        had.n += link_stood(&list->members[i].value, &had.all[had.n]);
    return links_shown(d->ask->conn, d->mem, d->lang, l, had, out);
}

/* Where a version's file is: also one that was replaced since. */
static const char *file_href(struct drawing *d, const struct field *f,
                             const void *row)
{
    struct value v = {0};
    if (row && f->type == F_FILE)
        v = field_get(f, row);
    if (v.type != V_INT || !d->ask->entity->path)
        return NULL;
    return arena_printf(d->mem, "%s/%" PRId64 "/historique/fichiers/%" PRId64,
                        d->ask->entity->path, d->ask->id, v.i);
}

static bool differ(const char *one, const char *other)
{
    return one ? !other || !same(one, other) : other != NULL;
}

static enum status changes_of(struct drawing *d, struct state now,
                              struct state before, struct version_v *out)
{
    const struct entity *e = d->ask->entity;
    size_t most = 0, n = 0;
    for (const struct field *f = e->fields; f->name; f++)
        most++;
    for (const struct link *l = e->links; l && l->name; l++)
        most++;
    struct change_v *list = NEW_ARRAY(d->mem, struct change_v, most);
    for (const struct field *f = e->fields; f->name && now.row; f++) {
        struct change_v c = {.label = field_label(d->mem, d->lang, e, f->name)};
        if (f->flags & F_HIDDEN)
            continue;
        TRY(shown(d, f, before.row, &c.before));
        TRY(shown(d, f, now.row, &c.after));
        c.before_href = file_href(d, f, before.row);
        c.after_href = file_href(d, f, now.row);
        if (differ(c.before, c.after))
            list[n++] = c;
    }
    bool links = now.row && now.known && before.known;
    for (const struct link *l = e->links; links && l && l->name; l++) {
        struct change_v c = {.label = field_label(d->mem, d->lang, e, l->name)};
        TRY(links_were(d, l, before.links, &c.before));
        TRY(links_were(d, l, now.links, &c.after));
        if (differ(c.before, c.after))
            list[n++] = c;
    }
    out->changes = list;
    out->n = n;
    return OK;
}

static const char *what_of(struct drawing *d, const struct past *p)
{
    static const struct {
        const char *what, *key;
    } own[] = {{"insert", "history.insert"},
               {"update", "history.update"},
               {"delete", "history.delete"},
               {"restore", "history.restore"},
               {"undo", "history.undo"}};
    for (size_t i = 0; i < COUNT(own); i++)
        if (same(p->what, own[i].what))
            return tr(d->lang, own[i].key);
    return field_label(d->mem, d->lang, d->ask->entity,
                       arena_printf(d->mem, "step.%s", p->what));
}

enum status history_of_entity(struct arena *a, const struct lang *lang,
                              const struct history_ask *ask,
                              struct history_v *out)
{
    const struct entity *e = ask->entity;
    struct drawing d = {a, lang, ask};
    const size_t shown = ask->n - ask->more;
    struct version_v *list = NEW_ARRAY(a, struct version_v, shown);
    struct state now = state_of(&d, 0);
    const char *title = now.row ? row_title(e, now.row) : "";
    for (size_t i = 0; i < shown; i++) {
        const struct past *p = &ask->past[i];
        struct state before = state_of(&d, i + 1);
        if (!*title && before.row)
            title = row_title(e, before.row);
        list[i].version = p->version;
        list[i].when = format_time(a, lang, p->at);
        list[i].who = p->by && ask->who ? ask->who(ask->data, p->by)
                                        : tr(lang, "history.program");
        list[i].what = what_of(&d, p);
        if (p->import)
            list[i].what =
                tr_with(a, lang, "history.import", "what", list[i].what, "n",
                        format_int(a, lang, p->import), NULL);
        TRY(changes_of(&d, now, before, &list[i]));
        if (p->image && now.row && ask->key) {
            list[i].restore = arena_printf(a, "%s/%" PRId64 "/restauration",
                                           e->path, ask->id);
            list[i].key = ask->key(ask->data);
        }
        now = before;
    }
    out->title = *title ? said(a, lang, title) : tr(lang, "view.untitled");
    out->versions = list;
    out->n = shown;
    return OK;
}
