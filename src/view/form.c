/* Forms drawn from an entity: what the row has, or what was typed when that was
 * refused. */
#include "i18n/format.h"
#include "store/recall.h"
#include "store/row.h"
#include "view/form.h"

enum {
    RADIOS = 4, /* so many choices are shown at once */
    SPARE = 3,  /* empty lines after the names already linked */
};

struct drawing {
    struct arena *mem;
    const struct lang *lang;
    const struct form_ask *ask;
    struct form_field *out; /* the fields, one after another */
    size_t n;
};

static struct form_option *options_new(struct drawing *d, size_t n)
{
    return NEW_ARRAY(d->mem, struct form_option, n);
}

static bool is_typed(const char *value, const char *key)
{
    return value && same(value, key);
}

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
    return in && f->type == F_BOOL ? "" : field_typed(d->mem, f, d->ask->row);
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

const struct reach *form_reach(const struct form_source *source,
                               const struct entity *target,
                               const struct field *field)
{
    return source && source->reach ? source->reach(source->data, target, field)
                                   : &reach_all;
}

/* The row with which what a reference names is to agree; NONE: not known. */
static int64_t agreed_on(struct arena *a, const struct form_source *source,
                         const struct entity *e, const struct field *f,
                         const void *row)
{
    const struct field *up = entity_field(e, e->parent ? e->parent : "");
    const struct field *own = entity_field(e, f->agrees);
    void *stored = NULL;
    if (!own && up && source->parent_entity == up->target) {
        own = entity_field(up->target, f->agrees);
        row = source->parent;
    } else if (!own && up) {
        const struct value id = field_get(up, row);
        if (id.type != V_INT || row_load(source->conn, a, up->target, id.i,
                                         &reach_all, &stored) != OK)
            return NONE;
        own = entity_field(up->target, f->agrees);
        row = stored;
    }
    const struct value v = own && row ? field_get(own, row) : (struct value){0};
    return v.type == V_INT ? v.i : NONE;
}

static bool agrees(struct arena *a, const struct form_source *source,
                   const struct entity *e, const struct field *f,
                   const void *row, struct reach *out)
{
    const int64_t id = f->agrees ? agreed_on(a, source, e, f, row) : NONE;
    if (id == NONE)
        return false;
    const char **paths = NEW_ARRAY(a, const char *, 2);
    struct scope *scope = NEW(a, struct scope);
    struct through *through = NEW(a, struct through);
    paths[0] = f->agrees;
    *scope = (struct scope){entity_field(f->target, f->agrees)->target, id};
    *through = (struct through){paths, {.scopes = scope, .n = 1}};
    *out = *form_reach(source, f->target, f);
    out->through = through;
    return true;
}

bool form_offers(struct arena *a, const struct form_source *source,
                 const struct entity *e, const struct field *f, const void *row,
                 struct reach *out)
{
    *out = reach_all;
    if (source && source->conn && agrees(a, source, e, f, row, out))
        return true;
    if (!source || !source->conn || !source->write)
        return false;
    const struct reach *read = form_reach(source, f->target, f);
    return reach_through(a, e, f, row, read, source->write(source->data, e),
                         out);
}

enum status form_told_apart(struct arena *a, const struct lang *lang,
                            const struct form_source *source,
                            const struct entity *e, const struct linked *row,
                            const char **out)
{
    enum { TOLD = 2 };
    struct buf b = {.mem = a};
    void *all;
    size_t n = 0;
    enum status s = row_load(source->conn, a, e, row->target,
                             form_reach(source, e, NULL), &all);
    const bool reads = s == OK;
    if (s == ERR_NOT_FOUND)
        s = row_load(source->conn, a, e, row->target, &reach_all, &all);
    TRY(s);
    buf_str(&b, row->title);
    for (const struct field *f = e->fields; f->name && n < TOLD; f++) {
        const bool tells =
            f->type == F_TEXT || f->type == F_REF || f->type == F_SCHOOL_YEAR;
        struct value v = field_get(f, all);
        if (!reads && f->type == F_TEXT && (f->flags & F_PERSONAL))
            continue; /* an address is for who reads the directory */
        if (!tells || !(f->flags & F_LIST) || (f->flags & F_HIDDEN) ||
            same(f->name, e->title) || v.type == V_NULL)
            continue;
        const char *text = field_shown(a, lang, e, f, all);
        if (f->type == F_REF)
            TRY(ref_title(source->conn, a, f, v.i, &text));
        if (text && *text)
            buf_printf(&b, " \xc2\xb7 %s", text), n++;
    }
    *out = buf_done(&b).p;
    return OK;
}

static struct list_ask few_ask(const struct reach *reach,
                               const struct entity *target,
                               const struct field *title[2])
{
    title[0] = target->title ? entity_field(target, target->title) : NULL;
    title[1] = NULL;
    return (struct list_ask){.entity = target,
                             .reach = reach,
                             .fields = title,
                             .limit = FORM_FEW + 1,
                             .no_total = true};
}

static struct known_rows *known_copy(struct arena *a,
                                     const struct known_rows *k)
{
    struct known_rows *copy = NEW(a, struct known_rows);
    *copy = *k;
    copy->next = NULL;
    copy->rows = NEW_ARRAY(a, struct linked, k->n);
    for (size_t i = 0; i < k->n; i++) {
        copy->rows[i] = k->rows[i];
        copy->rows[i].title = str_dup(a, str_of(k->rows[i].title));
    }
    return copy;
}

static enum status few_load(struct arena *a, const struct form_source *source,
                            const struct list_ask *ask, struct known_rows **out)
{
    struct list list;
    TRY(list_load(source->conn, a, ask, &list));
    struct known_rows *k = *out = NEW(a, struct known_rows);
    k->entity = ask->entity;
    k->n = list.n;
    k->whole = list.n <= FORM_FEW && reach_is_all(ask->entity, ask->reach);
    k->rows = NEW_ARRAY(a, struct linked, list.n);
    for (size_t i = 0; i < list.n; i++)
        k->rows[i] =
            (struct linked){.target = ((const struct row *)list.rows[i])->id,
                            .weight = 1,
                            .title = row_title(ask->entity, list.rows[i])};
    return OK;
}

/* What everybody sees alike is remembered for others. */
static enum status few_find(struct arena *a, const struct form_source *source,
                            const struct entity *target,
                            struct known_rows **out)
{
    const struct field *title[2];
    const struct list_ask ask =
        few_ask(form_reach(source, target, NULL), target, title);
    if (!reach_is_all(target, ask.reach))
        return few_load(a, source, &ask, out);
    const char *key = arena_printf(a, "few %s", target->name);
    const struct known_rows *known = conn_recall(source->conn, key);
    if (known) {
        *out = known_copy(a, known);
        return OK;
    }
    TRY(few_load(a, source, &ask, out));
    struct arena *memory = conn_memory(source->conn);
    if (memory)
        conn_remember(source->conn, key, known_copy(memory, *out));
    return OK;
}

/* Those within a reach of one reference alone. */
static enum status few_within(struct arena *a, const struct form_source *source,
                              const struct entity *target,
                              const struct reach *reach, struct linked **rows,
                              size_t *n)
{
    struct known_rows *k;
    const struct field *title[2];
    const struct list_ask ask = few_ask(reach, target, title);
    TRY(few_load(a, source, &ask, &k));
    *rows = k->rows;
    *n = k->n;
    return OK;
}

enum status form_few(struct arena *a, const struct form_source *source,
                     const struct entity *target, const struct field *field,
                     struct linked **out, size_t *n)
{
    *n = FORM_FEW + 1;
    if (!source || !source->conn)
        return OK;
    if (field && field->holders)
        return few_within(a, source, target, form_reach(source, target, field),
                          out, n);
    struct known_rows *k = source->known ? *source->known : NULL;
    while (k && k->entity != target)
        k = k->next;
    if (!k) {
        TRY(few_find(a, source, target, &k));
        if (source->known) {
            k->next = *source->known;
            *source->known = k;
        }
    }
    *out = k->rows;
    *n = k->n;
    return OK;
}

/* Several of one title are told apart. */
static enum status option_label(struct drawing *d, const struct entity *target,
                                const struct linked *rows, size_t n, size_t i,
                                const char **out)
{
    bool alone = true;
    *out = rows[i].title;
    for (size_t k = 0; k < n; k++)
        alone &= k == i || !same(rows[k].title, rows[i].title);
    if (!alone)
        TRY(form_told_apart(d->mem, d->lang, d->ask->source, target, &rows[i],
                            out));
    *out = said(d->mem, d->lang, *out);
    return OK;
}

/* What the row refers to and the reader may not name stays where it is. */
static enum status stands_option(struct drawing *d, const struct field *f,
                                 struct form_field *out,
                                 struct form_option *option)
{
    const struct form_source *source = d->ask->source;
    struct value now = field_get(f, d->ask->row);
    if (now.type != V_INT || !source || !source->conn ||
        !same(out->value, field_typed(d->mem, f, d->ask->row)))
        return OK;
    *option = (struct form_option){.value = out->value, .chosen = true};
    TRY(ref_title(source->conn, d->mem, f, now.i, &option->label));
    option->label = said(d->mem, d->lang, option->label);
    out->option_count++;
    return OK;
}

static enum status ref_options(struct drawing *d, const struct field *f,
                               const struct linked *rows, size_t n,
                               struct form_field *out, const char *none)
{
    struct form_option *list = options_new(d, n + 2);
    bool chosen = !*out->value;
    list[0] = (struct form_option){
        .value = "", .label = tr(d->lang, none), .chosen = chosen};
    for (size_t i = 0; i < n; i++) {
        const char *id = arena_printf(d->mem, "%" PRId64, rows[i].target);
        list[i + 1] =
            (struct form_option){.value = id,
                                 .chosen = is_typed(out->value, id) ||
                                           is_typed(out->value, rows[i].title)};
        TRY(option_label(d, f->target, rows, n, i, &list[i + 1].label));
        chosen |= list[i + 1].chosen;
    }
    out->control = CONTROL_SELECT;
    out->options = list;
    out->option_count = n + 1;
    return chosen ? OK : stands_option(d, f, out, &list[n + 1]);
}

/* A reference that a new row cannot do without, and that is to be the only one
 * within reach, is so already. */
static bool is_given(const struct drawing *d, const struct field *f,
                     const struct form_field *out, bool within)
{
    return !*out->value && !d->ask->typed && !d->ask->tight &&
           !((const struct row *)d->ask->row)->version &&
           (within || (f->flags & F_REQUIRED));
}

/* The rows that a reference offers, when they are few; what it is already. */
static enum status few_offered(struct drawing *d, const struct field *f,
                               struct form_field *out, struct linked **rows,
                               size_t *n)
{
    const struct form_source *source = d->ask->source;
    struct reach offered;
    struct linked *near;
    size_t near_count = 0;
    const bool within =
        form_offers(d->mem, source, d->ask->entity, f, d->ask->row, &offered);
    const bool given = is_given(d, f, out, within);
    if (within || (given && offered.through))
        TRY(few_within(d->mem, source, f->target, &offered, &near,
                       &near_count));
    if (within)
        *rows = near, *n = near_count;
    else
        TRY(form_few(d->mem, source, f->target, f, rows, n));
    if (!offered.through)
        near = *rows, near_count = *n;
    if (given && near_count == 1) {
        out->given = near[0].target;
        out->value = *n > FORM_FEW
                         ? near[0].title
                         : arena_printf(d->mem, "%" PRId64, near[0].target);
    }
    return OK;
}

/* A row to choose: among few by a list, among many by its name, and among those
 * that the name typed may mean. */
static enum status reference(struct drawing *d, const struct field *f,
                             struct form_field *out)
{
    const struct form_error *error = form_error_of(d->ask->errors, f->name);
    struct linked *rows;
    size_t n;
    if (error && error->candidate_count) {
        out->again = out->value;
        return ref_options(d, f, error->candidates, error->candidate_count, out,
                           "form.choose");
    }
    TRY(few_offered(d, f, out, &rows, &n));
    if (n <= FORM_FEW) {
        /* Typed by its code, it is the row that was read of it. */
        struct value read = field_get(f, d->ask->row);
        if (d->ask->typed && !error && *out->value && read.type == V_INT)
            out->value = arena_printf(d->mem, "%" PRId64, read.i);
        return ref_options(d, f, rows, n, out,
                           f->flags & F_REQUIRED ? "form.choose" : "view.none");
    }
    out->control = CONTROL_INPUT;
    out->type = "search";
    out->longest = 200;
    struct value v = field_get(f, d->ask->row);
    const struct form_source *src = d->ask->source;
    if (v.type == V_INT && src && src->conn &&
        same(out->value, field_typed(d->mem, f, d->ask->row)))
        TRY(ref_title(src->conn, d->mem, f, v.i, &out->value));
    return OK;
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
        return reference(d, f, out);
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

/* To a reader of another language what people write is French. */
static bool is_french(const struct drawing *d, bool written)
{
    return written && d->lang != lang_default();
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
        .required = f->flags & F_REQUIRED,
    };
    if (ask->under && same(f->name, ask->entity->parent) && *out->value &&
        !out->error) {
        out->control = CONTROL_HIDDEN; /* edited under its parent */
        return OK;
    }
    TRY(control(d, f, out));
    if (!out->help && f->type == F_SCHOOL_YEAR)
        out->help = tr(d->lang, "form.school_year_help");
    if (!out->help && !ask->tight && out->type && same(out->type, "search"))
        out->help = tr(d->lang, "form.search_help");
    if (f->type == F_FILE)
        out->help = out->help ? arena_printf(d->mem, "%s %s", out->help,
                                             file_help(d, f))
                              : file_help(d, f);
    if (!out->help && !ask->tight && f->type == F_PROSE)
        out->help = tr(d->lang, "form.prose_help");
    out->french =
        *out->value && is_french(d, f->type == F_TEXT || f->type == F_PROSE ||
                                        f->type == F_REF);
    keep_typed(out);
    return OK;
}

/* Links. */

static const char *weight_typed(struct drawing *d, const struct link *l,
                                int64_t id, size_t nth, int64_t weight)
{
    const struct form_input *in = d->ask->typed;
    if (!l->weighted)
        return NULL;
    if (in) {
        char *own = arena_printf(d->mem, "%s_weight_%" PRId64, l->name, id);
        char *list = arena_printf(d->mem, "%s_weight", l->name);
        struct str s = in->get(in->data, own, 0);
        if (!s.p)
            s = in->get(in->data, list, nth);
        if (s.p)
            return str_dup(d->mem, s);
    }
    return arena_printf(d->mem, "%" PRId64, weight);
}

/* Was this id typed under the link's name? */
static bool link_typed(struct drawing *d, const struct link *l,
                       const char *value)
{
    const struct form_input *in = d->ask->typed;
    for (size_t i = 0; i < 1000; i++) {
        struct str s = in->get(in->data, l->name, i);
        if (!s.p)
            return false;
        if (str_eq(str_trim(s), value))
            return true;
    }
    return false;
}

static enum status checks(struct drawing *d, const struct link *l,
                          const struct linked *rows, size_t n,
                          const struct linked *have, size_t have_count,
                          struct form_field *out)
{
    struct form_option *list = options_new(d, n);
    for (size_t i = 0; i < n; i++) {
        const struct linked *now = NULL;
        for (size_t k = 0; k < have_count; k++)
            if (have[k].target == rows[i].target)
                now = &have[k];
        const char *id = arena_printf(d->mem, "%" PRId64, rows[i].target);
        list[i] = (struct form_option){
            .value = id,
            .weight =
                weight_typed(d, l, rows[i].target, i, now ? now->weight : 1),
            .chosen = d->ask->typed ? link_typed(d, l, id) : now != NULL};
        TRY(option_label(d, l->target, rows, n, i, &list[i].label));
    }
    out->control = CONTROL_CHECKS;
    out->options = list;
    out->option_count = n;
    return OK;
}

/* What stands is named so that it can be sent back, be there namesakes. */
static enum status names(struct drawing *d, const struct link *l,
                         const struct linked *have, size_t have_count,
                         struct form_field *out)
{
    const struct form_input *in = d->ask->typed;
    size_t typed = 0, most = l->most ? (size_t)l->most : 200;
    while (in && typed < most && in->get(in->data, l->name, typed).p)
        typed++;
    size_t n = in ? typed : have_count, all = n + SPARE;
    if (all > most)
        all = most > n ? most : n;
    struct form_option *list = options_new(d, all);
    for (size_t i = 0; i < all; i++) {
        const char *text = "";
        if (in && i < typed)
            text = str_dup(d->mem, in->get(in->data, l->name, i));
        else if (!in && i < have_count) {
            TRY(form_told_apart(d->mem, d->lang, d->ask->source, l->target,
                                &have[i], &text));
            text = arena_printf(d->mem, "%s" FORM_NUMBER "%" PRId64, text,
                                have[i].target);
        }
        int64_t weight = !in && i < have_count ? have[i].weight : 1;
        list[i] = (struct form_option){
            .value = text, .weight = weight_typed(d, l, 0, i, weight)};
    }
    out->control = CONTROL_NAMES;
    out->french = is_french(d, true);
    out->options = list;
    out->option_count = all;
    out->help = out->help ? out->help : tr(d->lang, "form.names_help");
    return OK;
}

static enum status link_draw(struct drawing *d, size_t which)
{
    const struct form_ask *ask = d->ask;
    const struct link *l = &ask->entity->links[which];
    struct form_field *out = &d->out[d->n++];
    const struct linked *have = ask->links ? ask->links[which].all : NULL;
    size_t have_count = have ? ask->links[which].n : 0, n;
    struct linked *rows;
    *out = (struct form_field){
        .name = l->name,
        .id = arena_printf(d->mem, "f-%s", l->name),
        .label = field_label(d->mem, d->lang, ask->entity, l->name),
        .help = field_help(d->mem, d->lang, ask->entity, l->name),
        .error =
            form_message(d->mem, d->lang, form_error_of(ask->errors, l->name)),
        .value = "",
        .weighted = l->weighted,
    };
    if (!out->help && l->most)
        out->help = tr_n(d->mem, d->lang, "form.at_most", l->most);
    TRY(form_few(d->mem, ask->source, l->target, NULL, &rows, &n));
    if (n <= FORM_FEW)
        return checks(d, l, rows, n, have, have_count, out);
    return names(d, l, have, have_count, out);
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

static bool is_drawn(const struct form_ask *ask, const struct field *f)
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
    struct drawing d = {a, lang, ask, NEW_ARRAY(a, struct form_field, most + 1),
                        0};
    for (const struct field *f = e->fields; f->name; f++) {
        if (!is_drawn(ask, f))
            continue;
        TRY(field_draw(&d, f));
        form->has_file |= f->type == F_FILE;
    }
    for (size_t i = 0; e->links && e->links[i].name; i++)
        if (!ask->only || word_in(ask->only, e->links[i].name))
            TRY(link_draw(&d, i));
    form->fields = d.out;
    form->field_count = d.n;
    form->version = ((const struct row *)ask->row)->version;
    if (!form->alert)
        form->alert = form_message(a, lang, form_error_of(ask->errors, NULL));
    return OK;
}

static enum status ref_shown(const struct form_ask *ask, struct arena *a,
                             const struct field *f, const void *row,
                             const char **out)
{
    const struct value v = field_get(f, row);
    return f->type == F_REF && ask->source && ask->source->conn &&
                   v.type == V_INT
               ? ref_title(ask->source->conn, a, f, v.i, out)
               : OK;
}

static enum status links_compare(struct arena *a, const struct lang *lang,
                                 const struct form_ask *ask,
                                 const struct links *theirs,
                                 struct form_conflict *out,
                                 struct form_difference *rows)
{
    struct conn *c = ask->source ? ask->source->conn : NULL;
    for (size_t i = 0;
         theirs && ask->links && i < entity_link_count(ask->entity); i++) {
        const struct link *l = &ask->entity->links[i];
        struct form_difference *d = &rows[out->n++];
        d->label = field_label(a, lang, ask->entity, l->name);
        d->differs = !links_same_set(ask->links[i], theirs[i]);
        TRY(links_shown(c, a, lang, l, ask->links[i], &d->mine));
        TRY(links_shown(c, a, lang, l, theirs[i], &d->theirs));
    }
    return OK;
}

enum status form_conflict_of(struct arena *a, const struct lang *lang,
                             const struct form_ask *ask, const void *theirs,
                             const struct links *their_links,
                             struct form_conflict *out)
{
    const struct entity *e = ask->entity;
    size_t n = entity_link_count(e);
    for (const struct field *f = e->fields; f->name; f++)
        n++;
    struct form_difference *rows = NEW_ARRAY(a, struct form_difference, n);
    out->n = 0;
    for (const struct field *f = e->fields; f->name; f++) {
        if (!is_drawn(ask, f))
            continue;
        const char *mine = field_shown(a, lang, e, f, ask->row);
        const char *other = field_shown(a, lang, e, f, theirs);
        TRY(ref_shown(ask, a, f, ask->row, &mine));
        TRY(ref_shown(ask, a, f, theirs, &other));
        bool differs = !mine != !other || (mine && !same(mine, other));
        rows[out->n++] = (struct form_difference){
            field_label(a, lang, e, f->name), said(a, lang, mine),
            said(a, lang, other), differs};
    }
    out->rows = rows;
    return links_compare(a, lang, ask, their_links, out, rows);
}
