/* Forms drawn from an entity: what the row has, or what was typed when that was
 * refused. */
#include "i18n/format.h"
#include "store/row.h"
#include "view/form_draw.h"

enum { RADIOS = 4 }; /* so many choices are shown at once */

/* What stands in the control: typed, else the row's. */
static const char *value_of(struct drawing *d, const struct field *f)
{
    const struct form_input *in = d->ask->typed;
    struct str s = {0};
    if (in)
        s = in->get(in->data, f->name, 0);
    if (s.p)
        return str_dup(d->mem, s);
    /* Radios none of which is set send nothing. */
    return in && f->type == F_BOOL
               ? ""
               : field_typed(d->mem, d->lang, f, d->ask->row);
}

static void choices(struct drawing *d, const struct field *f,
                    struct form_field *out)
{
    const struct entity *e = d->ask->entity;
    size_t n = 0;
    while (f->choices[n])
        n++;
    bool required = f->flags & F_REQUIRED;
    bool radios = n <= RADIOS && !d->ask->tight;
    struct form_option *list = options_new(d, n + 1), *at = list;
    if (!required || !radios)
        *at++ = (struct form_option){
            .value = "",
            .label = tr(d->lang, required ? "form.choose" : "view.unknown"),
            .chosen = !*out->value};
    for (size_t i = 0; i < n; i++)
        *at++ = (struct form_option){
            .value = f->choices[i],
            .label = choice_label(d->mem, d->lang, e, f->name, f->choices[i]),
            .chosen = is_typed(out->value, f->choices[i])};
    out->control = radios ? CONTROL_RADIOS : CONTROL_SELECT;
    out->options = list;
    out->option_count = (size_t)(at - list);
}

static void yes_no(struct drawing *d, const struct field *f,
                   struct form_field *out)
{
    static const char *const keys[] = {"oui", "non", ""};
    static const char *const labels[] = {"view.yes", "view.no", "view.unknown"};
    size_t n = f->flags & F_REQUIRED ? 2 : 3;
    struct form_option *list = options_new(d, n);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct form_option){.value = keys[i],
                                       .label = tr(d->lang, labels[i]),
                                       .chosen = same(out->value, keys[i])};
    out->control = CONTROL_RADIOS;
    out->options = list;
    out->option_count = n;
}

static const char *keyboard(const struct field *f)
{
    if (f->type == F_INT)
        return "numeric";
    return f->type == F_REAL || f->type == F_MONEY ? "decimal" : NULL;
}

/* The file there is: sent with the form that was refused, else the row's. */
static enum status file_of(struct drawing *d, const struct field *f,
                           struct form_field *out)
{
    const struct form_input *in = d->ask->typed;
    const struct form_source *src = d->ask->source;
    struct value now = field_get(f, d->ask->row);
    struct form_file *file = NEW(d->mem, struct form_file);
    struct str sent = {0};
    struct file is;
    int64_t id = now.type == V_INT ? now.i : NONE;
    out->control = CONTROL_FILE;
    if (in && !out->error)
        sent = in->get(in->data, f->name, 0);
    if (in && !out->error && !sent.p)
        sent = in->get(in->data, arena_printf(d->mem, "%s_kept", f->name), 0);
    if (sent.p && str_int(sent, &id))
        file->kept = str_dup(d->mem, sent);
    if (!src || !src->conn || id == NONE)
        return OK;
    enum status s = file_load(src->conn, d->mem, id, &is);
    if (s == ERR_NOT_FOUND || (file->kept && is.person != src->person))
        return OK;
    TRY(s);
    const struct entity *e = d->ask->entity;
    file->name = is.name;
    file->about = file_about(d->mem, d->lang, &is);
    if (!file->kept && e->path)
        file->href =
            arena_printf(d->mem, "%s/%" PRId64 "/fichier/%s", e->path,
                         ((const struct row *)d->ask->row)->id, f->name);
    file->removable = !(f->flags & F_REQUIRED);
    file->removed =
        in &&
        in->get(in->data, arena_printf(d->mem, "%s_remove", f->name), 0).p;
    out->file = file;
    return OK;
}

static const char *file_help(struct drawing *d, const struct field *f)
{
    static const char every[] =
        "pdf image office text sound video archive other";
    const struct form_source *src = d->ask->source;
    const char *names[8];
    struct str rest = str_of(f->kinds ? f->kinds : every), kind;
    size_t n = 0;
    while (n < COUNT(names) && str_next(&rest, ' ', &kind))
        names[n++] = file_kind_label(d->lang, kind);
    return tr_with(d->mem, d->lang, "form.file_help", "kinds",
                   format_list(d->mem, d->lang, names, n), "most",
                   format_bytes(d->mem, d->lang, src ? src->file_most : 0),
                   NULL);
}

/* The browser's own names for what forms ask again and again (WCAG 1.3.5). */
static void purpose(const struct field *f, struct form_field *out)
{
    static const struct {
        const char *name, *type;
    } known[] = {{"email", "email"},
                 {"mail", "email"},
                 {"phone", "tel"},
                 {"web", "url"}};
    for (size_t i = 0; i < COUNT(known); i++)
        if (f->type == F_TEXT && same(f->name, known[i].name))
            out->type = known[i].type;
}

static enum status control(struct drawing *d, const struct field *f,
                           struct form_field *out)
{
    out->type = "text";
    switch (f->type) {
    case F_PROSE:
        out->control = CONTROL_PROSE;
        out->longest = f->max ? f->max : 20000;
        return OK;
    case F_BOOL:
        yes_no(d, f, out);
        return OK;
    case F_CHOICE:
        choices(d, f, out);
        return OK;
    case F_REF:
        return form_ref_draw(d, f, out);
    case F_FILE:
        return file_of(d, f, out);
    case F_DATE:
        out->type = "date";
        return OK;
    case F_TIME:
        out->type = "datetime-local";
        return OK;
    case F_TEXT:
        out->longest = f->max ? f->max : 200;
        purpose(f, out);
        return OK;
    case F_MONEY:
        out->unit = "€";
        break;
    case F_INT:
    case F_REAL:
    case F_SCHOOL_YEAR:
        break;
    }
    out->inputmode = keyboard(f);
    out->longest = 40;
    return OK;
}

/* What is not written as 2024-03-01 would be lost in <input type=date>. */
static void keep_typed(struct form_field *f)
{
    bool date = same(f->type, "date") || same(f->type, "datetime-local");
    bool plain = !*f->value || (strlen(f->value) >= 10 && f->value[4] == '-');
    if (f->control == CONTROL_INPUT && date && (f->error || !plain))
        f->type = "text";
}

void fields_begin(const struct entity *e, int64_t person, void *row)
{
    for (const struct field *f = e->fields; f->name; f++) {
        const bool begins = f->flags & F_BEGINS;
        if (f->type == F_DATE &&
            (begins || ((f->flags & F_PAST) && (f->flags & F_REQUIRED))))
            field_set(f, row, value_day(day_today()));
        if (f->type == F_SCHOOL_YEAR && begins)
            field_set(f, row, value_int(school_year_of(day_today())));
        if (f->type == F_INT && begins)
            field_set(f, row, value_int(f->min));
        if (f->type == F_CHOICE && begins)
            field_set(f, row, value_cstr(f->choices[0]));
        if (f->type == F_REF && begins && person != NONE)
            field_set(f, row, value_int(person));
    }
}

/* Does the control hold what a form does not begin with? */
static bool is_held(const struct drawing *d, const struct field *f,
                    const struct form_field *out)
{
    if (out->error || out->file)
        return true;
    return *out->value && !out->given &&
           !same(out->value, field_typed(d->mem, d->lang, f, d->begun));
}

bool form_is_french(const struct drawing *d, bool written)
{
    return written && d->lang != lang_default();
}

/* What is frozen is shown, with the reason, and not sent. */
static enum status fixed_draw(struct drawing *d, const struct field *f,
                              const char *why, struct form_field *out)
{
    const struct form_ask *ask = d->ask;
    const struct value v = field_get(f, ask->row);
    out->control = CONTROL_FIXED;
    out->required = false;
    out->help = tr(d->lang, why);
    out->value = field_shown(d->mem, d->lang, ask->entity, f, ask->row);
    if (f->type == F_REF && v.type == V_INT && ask->source && ask->source->conn)
        TRY(ref_title(ask->source->conn, d->mem, f, v.i, &out->value));
    out->value = out->value ? said(d->mem, d->lang, out->value)
                            : tr(d->lang, "view.unknown");
    return OK;
}

static enum status field_draw(struct drawing *d, const struct field *f)
{
    const struct form_ask *ask = d->ask;
    struct form_field *out = &d->out[d->n++];
    *out = (struct form_field){
        .name = f->name,
        .id = arena_printf(d->mem, "f-%s", f->name),
        .label = field_label(d->mem, d->lang, ask->entity, f->name),
        .help = field_help(d->mem, d->lang, ask->entity, f->name),
        .error =
            form_message(d->mem, d->lang, form_error_of(ask->errors, f->name)),
        .value = value_of(d, f),
        .required = field_is_asked(f),
    };
    if (ask->under && same(f->name, ask->entity->parent) && *out->value &&
        !out->error) {
        out->control = CONTROL_HIDDEN; /* edited under its parent */
        return OK;
    }
    const char *frozen = field_frozen(ask->entity, f, ask->row);
    if (frozen)
        return fixed_draw(d, f, frozen, out);
    TRY(control(d, f, out));
    if (!out->help && f->type == F_SCHOOL_YEAR)
        out->help = tr(d->lang, "form.school_year_help");
    if (!out->help && !ask->tight && same(out->type, "search"))
        out->help = tr(d->lang, "form.search_help");
    if (f->type == F_FILE)
        out->help = out->help ? arena_printf(d->mem, "%s %s", out->help,
                                             file_help(d, f))
                              : file_help(d, f);
    if (!out->help && !ask->tight && f->type == F_PROSE)
        out->help = tr(d->lang, "form.prose_help");
    out->french = *out->value &&
                  form_is_french(d, f->type == F_TEXT || f->type == F_PROSE ||
                                        f->type == F_REF);
    keep_typed(out);
    out->rare = f->flags & F_RARE;
    out->held = out->rare && is_held(d, f, out);
    return OK;
}

size_t form_error_count(const struct form *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->field_count; i++)
        n += f->fields[i].error != NULL;
    for (size_t k = 0; k < f->lines_count; k++)
        for (size_t i = 0; i < f->lines[k].n; i++) {
            const struct form_line *l = &f->lines[k].lines[i];
            n += l->alert != NULL;
            for (size_t x = 0; x < l->n; x++)
                n += l->fields[x].error != NULL;
        }
    return n;
}

bool line_is_wrong(const struct form_line *l)
{
    bool wrong = l->alert != NULL;
    for (size_t i = 0; i < l->n; i++)
        wrong |= l->fields[i].error != NULL;
    return wrong;
}

bool fields_fold(const struct form_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fields[i].rare)
            return true;
    return false;
}

bool fields_unfold(const struct form_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fields[i].rare && fields[i].held)
            return true;
    return false;
}

bool form_has_required(const struct form *f)
{
    for (size_t i = 0; i < f->field_count; i++)
        if (f->fields[i].required)
            return true;
    return false;
}

bool line_is_open(const struct form_line *l)
{
    return !l->row || l->removed || l->changed || line_is_wrong(l);
}

const char *field_described(struct html *h, const struct form_field *f)
{
    if (!f->help && !f->error)
        return NULL;
    return arena_printf(h->out.mem, "%s%s%s%s%s", f->help ? f->id : "",
                        f->help ? "-h" : "", f->help && f->error ? " " : "",
                        f->error ? f->id : "", f->error ? "-e" : "");
}

bool form_draws(const struct form_ask *ask, const struct field *f)
{
    return !(f->flags & (F_HIDDEN | F_COMPUTED)) &&
           !(ask->entity->steps && same(f->name, "state")) &&
           (!ask->only || word_in(ask->only, f->name));
}

enum status form_of_entity(struct arena *a, const struct lang *lang,
                           const struct form_ask *ask, struct form *form)
{
    const struct entity *e = ask->entity;
    size_t most = 0;
    for (const struct field *f = e->fields; f->name; f++)
        most++;
    for (const struct link *l = e->links; l && l->name; l++)
        most++;
    void *begun = row_new(a, e);
    fields_begin(e, ask->source ? ask->source->person : NONE, begun);
    struct drawing d = {
        a, lang, ask, begun, NEW_ARRAY(a, struct form_field, most + 1), 0};
    for (const struct field *f = e->fields; f->name; f++) {
        if (!form_draws(ask, f))
            continue;
        TRY(field_draw(&d, f));
        form->has_file |= f->type == F_FILE;
    }
    for (size_t i = 0; e->links && e->links[i].name; i++)
        if (!ask->only || word_in(ask->only, e->links[i].name))
            TRY(form_link_draw(&d, i));
    form->fields = d.out;
    form->field_count = d.n;
    form->version = ((const struct row *)ask->row)->version;
    if (!form->alert)
        form->alert = form_message(a, lang, form_error_of(ask->errors, NULL));
    return OK;
}
