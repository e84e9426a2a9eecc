/* The table of a list: its columns, and each row's cells. */
#include "view/list_draw.h"

/* What names a row: where no field does, the first that a list shows. */
static const struct field *title_of(const struct entity *e, const char *fixed)
{
    if (e->title)
        return entity_field(e, e->title);
    for (const struct field *f = e->fields; f->name; f++)
        if (!(f->flags & F_HIDDEN) && !(fixed && same(f->name, fixed)))
            return f;
    return NULL;
}

static bool is_column(const struct field *f, const char *only,
                      const char *fixed)
{
    return !(f->flags & F_HIDDEN) && !(fixed && same(f->name, fixed)) &&
           (only ? word_in(only, f->name) : (f->flags & F_LIST) != 0);
}

const struct field *const *list_fields(struct arena *a, const struct entity *e,
                                       const char *only, const char *fixed)
{
    const struct field *const title = title_of(e, fixed), **out;
    size_t n = 0, most = 2;
    CHECK(title);
    for (const struct field *f = e->fields; f->name; f++)
        most += is_column(f, only, fixed);
    out = NEW_ARRAY(a, const struct field *, most);
    out[n++] = title;
    for (const struct field *f = e->fields; f->name; f++)
        if (f != title && is_column(f, only, fixed))
            out[n++] = f;
    return out;
}

static bool is_number(const struct field *f)
{
    return f->type == F_INT || f->type == F_REAL || f->type == F_MONEY;
}

static void column(struct drawing *d, const struct field *f, struct column *out)
{
    const struct list_ask *ask = d->page->ask;
    const char *usual = d->entity->sort ? d->entity->sort : "";
    bool usual_down = *usual == '-', mine, down = ask->down;
    if (ask->sort) {
        mine = ask->sort == f;
    } else {
        mine = same(usual + usual_down, f->name);
        down = usual_down != ask->down;
    }
    mine &= !d->page->list->newest;
    *out =
        (struct column){.label = field_label(d->mem, d->lang, d->entity,
                                             f->one_of ? f->one_of : f->name),
                        .sorted = !mine  ? NOT_SORTED
                                  : down ? SORTED_DOWN
                                         : SORTED_UP,
                        .number = is_number(f)};
    if (!(f->flags & F_SORT))
        return;
    char *value =
        arena_printf(d->mem, "%s%s", mine && !down ? "-" : "", f->name);
    out->href =
        list_address(d->mem, d->entity, d->page->in, d->path, "sort", value);
}

/* A column's field, with the words of its choices once a cell has had them. */
struct shown {
    const struct field *field;
    const struct field *const *others; /* of which one is given instead */
    size_t other_count;
    struct {
        const char *label, *tone;
    } * words;
    bool tagged;      /* a state is a tag, though without a tone */
    const char *none; /* what an empty one says; NULL: it is unknown */
};

static void cell_choice(struct drawing *d, struct shown *s, const char *key,
                        struct cell *out)
{
    const struct field *f = s->field;
    size_t i = 0;
    while (f->choices[i] && !same(f->choices[i], key))
        i++;
    if (!s->words[i].label || !f->choices[i]) {
        s->words[i].label =
            choice_label(d->mem, d->lang, d->entity, f->name, key);
        s->words[i].tone =
            choice_tone(d->mem, d->lang, d->entity, f->name, key);
    }
    out->text = s->words[i].label;
    out->tag = s->words[i].tone;
    if (*out->tag || s->tagged)
        out->kind = CELL_TAG;
}

static void cell_ref(struct drawing *d, const struct field *f, int64_t id,
                     struct cell *out)
{
    const char *title = list_ref_title(d->page->list, f, id);
    if (!*title)
        return;
    out->text = said(d->mem, d->lang, title);
    out->href = f->target->path;
    out->id = id;
}

static void file_cell(struct drawing *d, const struct field *f, const void *row,
                      int64_t id, struct cell *out)
{
    struct str rest = str_of(list_ref_title(d->page->list, f, id)), type;
    struct file file = {0};
    out->text = tr(d->lang, "view.file");
    if (d->entity->path)
        out->href =
            arena_printf(d->mem, "%s/%" PRId64 "/fichier/%s", d->entity->path,
                         ((const struct row *)row)->id, f->name);
    if (!str_next(&rest, ' ', &type) || !str_int(rest, &file.size))
        return;
    file.type = str_dup(d->mem, type);
    out->text = file_about(d->mem, d->lang, &file);
}

/* "Projet : ESCALE", of several fields the one that is given. */
static void cell_one_of(struct drawing *d, struct shown *s, const void *row,
                        struct cell *out)
{
    for (size_t i = 0; i <= s->other_count; i++) {
        const struct field *f = i ? s->others[i - 1] : s->field;
        CHECK(f != NULL);
        const struct value v = field_get(f, row);
        if (v.type == V_NULL)
            continue;
        cell_ref(d, f, v.i, out);
        if (out->text)
            out->text =
                arena_printf(d->mem, "%s%s%s", tr(d->lang, f->target->name),
                             tr(d->lang, "view.colon"), out->text);
        return;
    }
}

static void cell(struct drawing *d, struct shown *s, const void *row,
                 struct cell *out)
{
    const struct field *f = s->field;
    if (f->one_of) {
        cell_one_of(d, s, row, out);
        return;
    }
    struct value v = field_get(f, row);
    if (v.type == V_NULL)
        out->text = s->none;
    else if (f->type == F_REF)
        cell_ref(d, f, v.i, out);
    else if (f->type == F_FILE)
        file_cell(d, f, row, v.i, out);
    else if (f->type == F_CHOICE)
        cell_choice(d, s, v.s.p, out);
    else
        out->text = value_shown(d->mem, d->lang, d->entity, f, v);
}

static void row_cells(struct drawing *d, struct shown *shown, size_t n,
                      const void *row, struct cell *out)
{
    for (size_t i = 0; i < n; i++) {
        if (is_number(shown[i].field))
            out[i].kind = CELL_NUMBER;
        cell(d, &shown[i], row, &out[i]);
    }
    if (d->entity->path) {
        out->href = d->entity->path;
        out->id = ((const struct row *)row)->id;
    }
    if (!out->text)
        out->text = tr(d->lang, "view.untitled");
}

static size_t choice_count(const struct field *f)
{
    size_t n = 0;
    while (f->type == F_CHOICE && f->choices[n])
        n++;
    return n;
}

enum status list_rows(struct drawing *d, struct list_v *out)
{
    const struct list *list = d->page->list;
    const struct field *const *fields =
        list_fields(d->mem, d->entity, d->page->only, d->page->fixed);
    size_t n = 0;
    while (fields[n])
        n++;
    struct shown *shown = NEW_ARRAY(d->mem, struct shown, n);
    struct column *heads = NEW_ARRAY(d->mem, struct column, n);
    struct cell *cells = NEW_ARRAY(d->mem, struct cell, n * list->n);
    size_t columns = 0;
    for (size_t i = 0; i < n; i++) {
        const char *last = columns ? shown[columns - 1].field->one_of : NULL;
        if (fields[i]->one_of && last && same(fields[i]->one_of, last)) {
            shown[columns - 1].other_count++;
            continue;
        }
        struct shown *s = &shown[columns];
        s->field = fields[i];
        s->others = &fields[i + 1];
        s->tagged = same(fields[i]->name, "state");
        s->none = field_none(d->mem, d->lang, d->entity, fields[i]->name);
        s->words =
            arena_array(d->mem, sizeof(*s->words), choice_count(fields[i]) + 1);
        column(d, fields[i], &heads[columns++]);
    }
    n = columns;
    for (size_t r = 0; r < list->n; r++)
        row_cells(d, shown, n, list->rows[r], &cells[r * n]);
    out->columns = heads;
    out->column_count = n;
    out->cells = cells;
    out->row_count = list->n;
    return OK;
}
