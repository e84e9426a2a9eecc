/* A whole form, a record of a file or a JSON object into a row, with every
 * mistake gathered. */
#include "base/file_type.h"
#include "i18n/format.h"
#include "store/row.h"
#include "view/parse_ref.h"

void form_error_add(struct form_errors *e, struct form_error error)
{
    e->list = arena_grow(e->mem, e->list, sizeof(*e->list), e->n, &e->room);
    e->list[e->n++] = error;
}

void form_error(struct form_errors *e, const char *field, const char *key)
{
    form_error_add(e, (struct form_error){.field = field, .key = key});
}

const struct form_error *form_error_of(const struct form_errors *e,
                                       const char *field)
{
    for (size_t i = 0; e && i < e->n; i++) {
        const char *f = e->list[i].field;
        if (field ? f && same(f, field) : !f)
            return &e->list[i];
    }
    return NULL;
}

/* What the typed name may mean, a few of them. */
static const char *names_of(struct arena *a, const struct lang *lang,
                            const struct form_error *error)
{
    const char *between = tr(lang, "view.semicolon");
    struct buf b = {.mem = a};
    buf_str(&b, "");
    for (size_t i = 0; i < error->candidate_count && i < FORM_NAMES; i++)
        buf_printf(&b, "%s%s" FORM_NUMBER "%" PRId64, i ? between : "",
                   error->candidates[i].title, error->candidates[i].target);
    if (error->candidate_count > FORM_NAMES)
        buf_printf(&b, "%s\xe2\x80\xa6", between);
    return buf_done(&b).p;
}

/* "Projet : ESCALE" */
static const char *row_named(struct arena *a, const struct lang *lang,
                             const struct form_source *source,
                             const struct about *row)
{
    void *is;
    const struct entity *e = row->entity;
    if (!e)
        return "\xe2\x80\xa6";
    const struct reach *reach = form_reach(source, e, NULL);
    if (row_load(source->conn, a, e, row->id, reach, &is) != OK)
        return NULL;
    return arena_printf(a, "%s%s%s", tr(lang, e->name), tr(lang, "view.colon"),
                        row_title(e, is));
}

void form_fault(struct arena *a, const struct lang *lang,
                const struct form_source *source, struct form_errors *errors,
                const char *field, const char *fault)
{
    const struct fault_rows told = fault_told(source->conn);
    const char **path = NEW_ARRAY(a, const char *, told.n + 1);
    for (size_t i = 0; told.key && i < told.n; i++)
        path[i] = row_named(a, lang, source, &told.rows[i]);
    form_error_add(errors,
                   (struct form_error){.field = field,
                                       .key = told.key ? told.key : fault,
                                       .path = path,
                                       .path_length = told.n});
}

static const char *path_of(struct arena *a, const struct lang *lang,
                           const struct form_error *error)
{
    struct buf b = {.mem = a};
    buf_str(&b, "");
    for (size_t i = 0; i < error->path_length; i++)
        buf_printf(&b, "%s%s", i ? " \xe2\x86\x92 " : "",
                   error->path[i] ? error->path[i]
                                  : tr(lang, "form.not_for_you"));
    return buf_done(&b).p;
}

const char *form_message(struct arena *a, const struct lang *lang,
                         const struct form_error *error)
{
    if (!error)
        return NULL;
    bool date = same(error->key, "form.date_out_of_bounds");
    char *min = date ? format_day(a, lang, (int32_t)error->min, DAY_PLAIN)
                     : format_int(a, lang, error->min);
    char *max = date ? format_day(a, lang, (int32_t)error->max, DAY_PLAIN)
                     : format_int(a, lang, error->max);
    return tr_with(a, lang, error->key, "min", min, "max", max, "text",
                   str_dup(a, error->text), "names", names_of(a, lang, error),
                   "path", path_of(a, lang, error), NULL);
}

/* What was given under a name, or anew under <name>_search where the reader was
 * asked to choose and typed something else. */
static struct str given(struct arena *a, const struct form_input *in,
                        const struct field *f)
{
    struct str s = in->get(in->data, f->name, 0);
    if (f->type == F_FILE && !s.p) {
        char *name = arena_printf(a, "%s_remove", f->name);
        if (in->get(in->data, name, 0).p)
            return STR("");
        return in->get(in->data, arena_printf(a, "%s_kept", f->name), 0);
    }
    if (f->type == F_REF) {
        char *name = arena_printf(a, "%s_search", f->name);
        struct str again = in->get(in->data, name, 0);
        if (again.p && str_trim(again).n)
            return again;
    }
    return s;
}

/* Somebody else's already: told before the database refuses it. */
static enum status taken(struct arena *a, const struct entity *e,
                         const struct field *f, const struct form_source *src,
                         struct value v, const void *row, bool *yes)
{
    void *other;
    *yes = false;
    if (!(f->flags & F_UNIQUE) || !src || !src->conn || v.type == V_NULL)
        return OK;
    enum status s = row_find(src->conn, a, e, f->name, v, &other);
    if (s == ERR_NOT_FOUND)
        return OK;
    TRY(s);
    *yes = ((const struct row *)other)->id != ((const struct row *)row)->id;
    return OK;
}

/* A file may be named by who sent it, or where it stands already: else its
 * number alone would open somebody else's. */
static enum status file_fault(struct arena *a, const struct field *f,
                              const struct form_source *src, struct value v,
                              const void *row, const char **key)
{
    struct file file;
    struct value now = field_get(f, row);
    if (v.type == V_NULL || !src || !src->conn ||
        (now.type == V_INT && now.i == v.i))
        return OK;
    enum status s = file_load(src->conn, a, v.i, &file);
    if (s == ERR_NOT_FOUND || (s == OK && file.person != src->person))
        *key = "form.not_found";
    else if (s == OK && f->kinds &&
             !word_in(f->kinds, file_type_find(file.type)->kind))
        *key = "file.wrong_kind";
    return s == ERR_NOT_FOUND ? OK : s;
}

bool field_is_typed(const struct entity *e, const struct field *f)
{
    return !(f->flags & (F_HIDDEN | F_COMPUTED)) &&
           !(e->steps && same(f->name, "state"));
}

/* A code that is not here leaves what stands, or nothing, and is told. */
static void note_unknown(struct form_errors *errors, const struct field *f,
                         const void *row, struct form_error note)
{
    note.field = f->name;
    if (field_get(f, row).type == V_NULL)
        note.key = "import.unknown_code_new";
    if (errors->notes)
        form_error_add(errors->notes, note);
}

static enum status field_read(struct arena *a, const struct entity *e,
                              const struct field *f,
                              const struct form_input *in,
                              const struct form_source *source, unsigned flags,
                              void *row, struct form_errors *errors)
{
    struct str text = given(a, in, f);
    if (!text.p &&
        (f->type == F_FILE || (flags & PARSE_GIVEN) || field_frozen(e, f, row)))
        return OK;
    struct form_error error = {.field = f->name};
    struct value v = {0};
    bool used = false;
    text = str_trim(text.p ? text : STR(""));
    if (f->type == F_REF && text.n) {
        int64_t id;
        const struct reading r = {.mem = a,
                                  .source = source,
                                  .target = f->target,
                                  .field = f,
                                  .flags = flags,
                                  .error = &error,
                                  .notes = errors->notes};
        TRY(ref_of_row(&r, e, row, text, &id));
        if (error.key && same(error.key, "import.unknown_code")) {
            note_unknown(errors, f, row, error);
            return OK;
        }
        v = value_int(id);
    } else {
        const struct lang *lang = in->lang ? in->lang : lang_default();
        error.key = field_parse(a, lang, e, f, text, &v, &error);
    }
    if (!error.key && f->type == F_FILE)
        TRY(file_fault(a, f, source, v, row, &error.key));
    if (!error.key && v.type == V_NULL && field_is_asked(f))
        error.key = "form.required";
    if (!error.key) {
        TRY(taken(a, e, f, source, v, row, &used));
        error.key = used ? "form.taken" : NULL;
    }
    error.field = f->name;
    if (error.key)
        form_error_add(errors, error);
    else
        field_set(f, row, v);
    return OK;
}

/* Where a known value is from, and of which day. A file that says neither is
 * taken as it is; and what stood there without them need not be mended by who
 * changes something else. */
static void attested_check(struct arena *a, const struct entity *e,
                           const struct field *f, unsigned flags,
                           const void *before, const void *row,
                           struct form_errors *errors)
{
    static const struct {
        const char *suffix, *fault;
    } parts[] = {{"source", "form.no_source"}, {"date", "form.no_source_date"}};
    const struct value now = field_get(f, row);
    if (now.type == V_NULL)
        return;
    const struct field *part[COUNT(parts)];
    bool is_new = !value_same(now, field_get(f, before)), any = false;
    for (size_t i = 0; i < COUNT(parts); i++) {
        part[i] =
            entity_field(e, arena_printf(a, "%s_%s", f->name, parts[i].suffix));
        any |= field_get(part[i], row).type != V_NULL;
        is_new |=
            !value_same(field_get(part[i], row), field_get(part[i], before));
    }
    if (!is_new || ((flags & PARSE_CODES) && !any))
        return;
    for (size_t i = 0; i < COUNT(parts); i++)
        if (field_get(part[i], row).type == V_NULL)
            form_error(errors, part[i]->name, parts[i].fault);
}

enum status row_from_input(struct arena *a, const struct entity *e,
                           const struct form_input *in,
                           const struct form_source *source, unsigned flags,
                           void *row, struct form_errors *errors)
{
    size_t before = errors->n;
    const void *stood = row_copy(a, e, row);
    if (!errors->mem)
        errors->mem = a;
    for (const struct field *f = e->fields; f->name; f++)
        if (field_is_typed(e, f))
            TRY(field_read(a, e, f, in, source, flags, row, errors));
    for (const struct field *f = e->fields; !errors->n && f->name; f++)
        if (f->flags & F_ATTESTED)
            attested_check(a, e, f, flags, stood, row, errors);
    if (!errors->n && e->settle)
        e->settle(a, row);
    /* A line of a file that says what stands asks for nothing. */
    const bool idle = (flags & PARSE_FIELDS) ||
                      ((flags & PARSE_CODES) && row_same(e, stood, row));
    if (!errors->n && !idle && source && source->conn) {
        const char *field = NULL;
        const char *wrong = row_fault(source->conn, a, e, row, &field);
        if (wrong && (flags & PARSE_CODES)) /* it keeps the key alone */
            form_error(errors, field, wrong);
        else if (wrong)
            form_fault(a, in->lang ? in->lang : lang_default(), source, errors,
                       field, wrong);
    }
    return errors->n == before ? OK : ERR_INVALID;
}

static const char *weight_read(struct arena *a, const struct link *l,
                               const struct form_input *in, int64_t id,
                               size_t nth, int64_t *weight)
{
    char *own = arena_printf(a, "%s_weight_%" PRId64, l->name, id);
    char *list = arena_printf(a, "%s_weight", l->name);
    struct str s = in->get(in->data, own, 0);
    if (!s.p)
        s = in->get(in->data, list, nth);
    *weight = s.p ? 1 : LINK_AS_IT_STANDS;
    s = str_trim(s.p ? s : STR(""));
    if (!l->weighted || !s.n)
        return NULL;
    return str_int(s, weight) && *weight > 0 && *weight <= 1000
               ? NULL
               : "form.not_a_weight";
}

enum status links_from_input(struct arena *a, const struct link *l,
                             const struct form_input *in,
                             const struct form_source *source, unsigned flags,
                             const struct reach *near, struct links_typed *out,
                             struct form_errors *errors)
{
    size_t most = l->most ? (size_t)l->most : 200, before = errors->n;
    struct linked *list = NEW_ARRAY(a, struct linked, most);
    char *flag = arena_printf(a, "%s_given", l->name);
    if (!errors->mem)
        errors->mem = a;
    size_t n = 0;
    bool given = in->get(in->data, flag, 0).p != NULL;
    for (size_t nth = 0; nth < 1000; nth++) {
        struct str text = in->get(in->data, l->name, nth);
        if (!text.p)
            break;
        given = true;
        text = str_trim(text);
        if (!text.n)
            continue;
        struct form_error error = {0};
        struct linked one = {0};
        struct reading r = {.mem = a,
                            .source = source,
                            .target = l->target,
                            .flags = flags,
                            .near = near,
                            .error = &error};
        TRY(ref_of_link(&r, text, &one.target));
        if (!error.key)
            error.key = weight_read(a, l, in, one.target, nth, &one.weight);
        for (size_t i = 0; !error.key && i < n; i++)
            if (list[i].target == one.target)
                error.key = "form.twice";
        bool full = !error.key && n == most;
        if (full)
            error.key = "form.too_many", error.max = (int64_t)most;
        error.field = l->name;
        if (error.key)
            form_error_add(errors, error);
        else
            list[n++] = one;
        if (full)
            break;
    }
    *out = (struct links_typed){{list, n}, given};
    return errors->n == before ? OK : ERR_INVALID;
}
