/* A list as a page: what is asked stands in the address, and each link changes
 * one thing of it. */
#include "view/list_draw.h"

#include "base/utf8.h"
#include "i18n/format.h"
#include "view/pages/list.html.h"

enum { PAGE = 50, SEARCH_MOST = 200 };

/* What the address may hold, in the order in which it is written. */

static bool has_range(const struct field *f)
{
    switch (f->type) {
    case F_INT:
    case F_REAL:
    case F_MONEY:
    case F_DATE:
    case F_TIME:
        return true;
    case F_TEXT:
    case F_PROSE:
    case F_BOOL:
    case F_CHOICE:
    case F_REF:
    case F_FILE:
    case F_SCHOOL_YEAR:
        break;
    }
    return false;
}

static bool is_filter(const struct field *f)
{
    return (f->flags & F_FILTER) && !(f->flags & F_HIDDEN);
}

const char **list_names(struct arena *a, const struct entity *e, size_t *n)
{
    size_t most = 3;
    for (const struct field *f = e->fields; f->name; f++)
        most += 3;
    const char **names = NEW_ARRAY(a, const char *, most);
    *n = 0;
    names[(*n)++] = "q";
    names[(*n)++] = "sort";
    names[(*n)++] = "after";
    for (const struct field *f = e->fields; f->name; f++) {
        if (!is_filter(f))
            continue;
        names[(*n)++] = f->name;
        if (!has_range(f))
            continue;
        names[(*n)++] = arena_printf(a, "%s_from", f->name);
        names[(*n)++] = arena_printf(a, "%s_to", f->name);
    }
    return names;
}

static struct str given(const struct form_input *in, const char *name)
{
    struct str s = in ? in->get(in->data, name, 0) : (struct str){0};
    return s.p ? str_trim(s) : (struct str){"", 0};
}

/* Adds name=value to the address, the change instead where it has that name. */
static void address_add(struct html *h, const struct form_input *in,
                        const char *name, const char *changed,
                        const char *value)
{
    struct str s = given(in, name);
    if (changed && same(name, changed))
        s = str_of(value);
    if (!s.n)
        return;
    html_raw(h, memchr(h->out.p, '?', h->out.n) ? "&" : "?", 1);
    html_raw(h, name, strlen(name));
    html_raw(h, "=", 1);
    html_url_str(h, s);
}

const char *list_address(struct arena *a, const struct entity *e,
                         const struct form_input *in, const char *path,
                         const char *name, const char *value)
{
    struct html h = {.out = {.mem = a}};
    html_raw(&h, path, strlen(path));
    address_add(&h, in, "attente", name, value);
    address_add(&h, in, "q", name, value);
    for (const struct field *f = e->fields; f->name; f++) {
        if (!is_filter(f))
            continue;
        address_add(&h, in, f->name, name, value);
        if (!has_range(f))
            continue;
        address_add(&h, in, arena_printf(a, "%s_from", f->name), name, value);
        address_add(&h, in, arena_printf(a, "%s_to", f->name), name, value);
    }
    address_add(&h, in, "sort", name, value);
    if (name && same(name, "after"))
        address_add(&h, NULL, "after", name, value);
    return h.out.p;
}

/* Reading it. */

struct asking {
    struct arena *mem;
    const struct entity *entity;
    const struct form_input *in;
    const struct form_source *source;
    struct form_errors *errors;
    struct filter *filters;
    size_t n;
};

static enum status filter_read(struct asking *a, const struct field *f,
                               const char *name, enum filter_op op)
{
    struct str s = given(a->in, name);
    struct form_error error = {.field = f->name};
    struct filter *out = &a->filters[a->n];
    *out = (struct filter){.field = f, .op = op};
    if (!s.n)
        return OK;
    if (op == IS && str_eq(s, "~")) {
        out->op = IS_UNKNOWN;
        a->n++;
        return OK;
    }
    if (f->type == F_REF) {
        int64_t id;
        TRY(ref_from_text(a->mem, a->source, f->target, f, 0, s, &id, &error));
        out->value = value_int(id);
    } else {
        const struct lang *lang = a->in->lang ? a->in->lang : lang_default();
        error.key =
            field_parse(a->mem, lang, a->entity, f, s, &out->value, &error);
    }
    error.field = f->name;
    if (error.key)
        form_error_add(a->errors, error);
    else
        a->n++;
    return OK;
}

static void sort_read(struct asking *a, struct list_ask *ask)
{
    struct str s = given(a->in, "sort");
    const struct str typed = s;
    ask->down = s.n && *s.p == '-';
    if (ask->down)
        s.p++, s.n--;
    for (const struct field *f = a->entity->fields; f->name && s.n; f++)
        if (str_eq(s, f->name) && (f->flags & F_SORT) && !(f->flags & F_HIDDEN))
            ask->sort = f;
    if (s.n && !ask->sort)
        form_error_add(a->errors, (struct form_error){.field = "sort",
                                                      .key = "form.not_in_list",
                                                      .text = typed});
    if (!ask->sort)
        ask->down = false;
}

enum status list_ask_read(struct arena *mem, const struct entity *e,
                          const struct form_input *in,
                          const struct form_source *source,
                          struct list_ask *ask, struct form_errors *errors)
{
    size_t most = 0;
    for (const struct field *f = e->fields; f->name; f++)
        most += is_filter(f) ? 3 : 0;
    struct asking a = {.mem = mem,
                       .entity = e,
                       .in = in,
                       .source = source,
                       .errors = errors,
                       .filters = NEW_ARRAY(mem, struct filter, most + 1)};
    if (!errors->mem)
        errors->mem = mem;
    ask->entity = e;
    ask->limit = PAGE;
    struct str q = given(in, "q");
    if (q.n && q.n <= SEARCH_MOST && utf8_ok(q))
        ask->search = q;
    else if (q.n)
        form_error(errors, "q", "form.too_long_search");
    for (const struct field *f = e->fields; f->name; f++) {
        if (!is_filter(f))
            continue;
        TRY(filter_read(&a, f, f->name, IS));
        if (!has_range(f))
            continue;
        TRY(filter_read(&a, f, arena_printf(mem, "%s_from", f->name), FROM));
        TRY(filter_read(&a, f, arena_printf(mem, "%s_to", f->name), UPTO));
    }
    sort_read(&a, ask);
    struct str after = given(in, "after");
    ask->after = after.n && utf8_ok(after) ? str_dup(mem, after) : NULL;
    ask->filters = a.filters;
    ask->filter_count = a.n;
    return OK;
}

/* Drawing it. */

static struct form_field *control(struct drawing *d, struct form_field *out,
                                  const char *name, const char *label)
{
    *out = (struct form_field){
        .name = name,
        .id = arena_printf(d->mem, "l-%s", name),
        .label = label,
        .type = "text",
        .value = str_dup(d->mem, given(d->page->in, name)),
        .longest = 40,
    };
    return out;
}

/* "All" and, at the end, "unknown"; between both the n that follow. */
static struct form_option *options(struct form_field *out, struct drawing *d,
                                   size_t n, bool may_be_unknown)
{
    const char *none = field_none(d->mem, d->lang, d->entity, out->name);
    struct form_option *list = NEW_ARRAY(d->mem, struct form_option, n + 2);
    list[0] = (struct form_option){
        .value = "", .label = tr(d->lang, "list.all"), .chosen = !*out->value};
    out->control = CONTROL_SELECT;
    out->options = list;
    out->option_count = n + 1;
    if (may_be_unknown)
        list[out->option_count++] = (struct form_option){
            .value = "~",
            .label = none ? none : tr(d->lang, "view.unknown"),
            .chosen = same(out->value, "~")};
    return list + 1;
}

static struct form_option option(const struct form_field *f, const char *value,
                                 const char *label)
{
    return (struct form_option){
        .value = value, .label = label, .chosen = same(f->value, value)};
}

static enum status filter_control(struct drawing *d, const struct field *f,
                                  struct form_field *out)
{
    bool optional = !(f->flags & F_REQUIRED);
    struct form_option *list;
    size_t n = 0;
    if (f->type == F_CHOICE) {
        while (f->choices[n])
            n++;
        list = options(out, d, n, optional);
        for (size_t i = 0; i < n; i++)
            list[i] = option(out, f->choices[i],
                             choice_label(d->mem, d->lang, d->entity, f->name,
                                          f->choices[i]));
    } else if (f->type == F_BOOL) {
        list = options(out, d, 2, optional);
        list[0] = option(out, "oui", tr(d->lang, "view.yes"));
        list[1] = option(out, "non", tr(d->lang, "view.no"));
    } else if (f->type == F_REF) {
        struct linked *rows;
        TRY(form_few(d->mem, d->page->source, f->target, f, &rows, &n));
        out->type = "search";
        out->longest = SEARCH_MOST;
        if (n > FORM_FEW)
            return OK;
        list = options(out, d, n, optional);
        for (size_t i = 0; i < n; i++)
            list[i] =
                option(out, arena_printf(d->mem, "%" PRId64, rows[i].target),
                       said(d->mem, d->lang, rows[i].title));
    }
    return OK;
}

static enum status filters(struct drawing *d, struct list_v *out)
{
    size_t most = 1, n = 0;
    bool words = false;
    for (const struct field *f = d->entity->fields; f->name; f++) {
        most += is_filter(f) ? 2 : 0;
        words |= (f->flags & F_SEARCH) != 0;
    }
    struct form_field *list = NEW_ARRAY(d->mem, struct form_field, most);
    if (words) {
        struct form_field *q =
            control(d, &list[n++], "q", tr(d->lang, "list.words"));
        q->id = "l-q";
        q->type = "search";
        q->longest = SEARCH_MOST;
    }
    for (const struct field *f = d->entity->fields; f->name; f++) {
        if (!is_filter(f) || (d->page->fixed && same(f->name, d->page->fixed)))
            continue;
        const char *label = field_label(d->mem, d->lang, d->entity, f->name);
        if (!has_range(f)) {
            control(d, &list[n], f->name, label);
            TRY(filter_control(d, f, &list[n++]));
            continue;
        }
        const char *type = f->type == F_DATE ? "date" : "text";
        char *from = arena_printf(d->mem, "%s_from", f->name);
        char *to = arena_printf(d->mem, "%s_to", f->name);
        control(d, &list[n++], from,
                tr_with(d->mem, d->lang, "list.from", "what", label, NULL))
            ->type = type;
        control(d, &list[n++], to,
                tr_with(d->mem, d->lang, "list.upto", "what", label, NULL))
            ->type = type;
    }
    out->filters = list;
    out->filter_count = n;
    return OK;
}

enum status list_filters_known(struct arena *a, const struct entity *e,
                               const struct form_source *source)
{
    struct linked *rows;
    size_t n;
    for (const struct field *f = e->fields; f->name; f++)
        if (is_filter(f) && f->type == F_REF)
            TRY(form_few(a, source, f->target, f, &rows, &n));
    return OK;
}

const struct html_safe *list_cells_open(struct html *h, const struct list_v *v)
{
    struct arena *a = h->out.mem;
    struct html_safe *opens = NEW_ARRAY(a, struct html_safe, v->column_count);
    for (size_t i = 0; i < v->column_count; i++) {
        struct html one = {.out = {.mem = a}, .lang = h->lang};
        list_cell_open(&one, &v->columns[i], i == 0);
        opens[i].text = buf_done(&one.out);
    }
    return opens;
}

size_t list_first_filters(const struct list_v *v)
{
    /* One alone is not worth a fold. */
    return v->filter_count <= LIST_FILTERS + 1 ? v->filter_count : LIST_FILTERS;
}

bool list_more_is_set(const struct list_v *v)
{
    for (size_t i = list_first_filters(v); i < v->filter_count; i++)
        if (*v->filters[i].value)
            return true;
    return false;
}

static void total(struct drawing *d, struct list_v *out)
{
    int64_t n = d->page->list->total;
    if (d->page->list->newest)
        out->lead = tr_with(d->mem, d->lang, "list.newest", "n",
                            format_int(d->mem, d->lang, FOUND_MANY), NULL);
    if (d->page->ask->no_total)
        return;
    out->total = entity_count_most(d->mem, d->lang, d->entity, n);
}

enum status list_of_entity(struct arena *a, const struct lang *lang,
                           const struct list_page *p, struct list_v *out)
{
    const struct entity *e = p->ask->entity;
    struct drawing d = {a, lang, p, e, p->path ? p->path : e->path};
    CHECK(d.path);
    *out = (struct list_v){.title = field_label(a, lang, e, "list"),
                           .path = d.path,
                           .import = p->import};
    TRY(filters(&d, out));
    TRY(list_rows(&d, out));
    total(&d, out);
    out->is_filtered =
        p->ask->search.p || p->ask->filter_count > (p->fixed ? 1 : 0);
    if (p->ask->where.text && given(p->in, "attente").n) {
        out->waiting = str_dup(a, given(p->in, "attente"));
        out->is_filtered = true;
    }
    if (p->errors && p->errors->n)
        out->alert = form_message(a, lang, &p->errors->list[0]);
    if (p->list->next)
        out->next = list_address(a, e, p->in, d.path, "after", p->list->next);
    if (p->ask->after)
        out->first = list_address(a, e, p->in, d.path, NULL, NULL);
    char *csv = arena_printf(a, "%s.csv", d.path);
    char *json = arena_printf(a, "%s.json", d.path);
    out->csv = list_address(a, e, p->in, csv, NULL, NULL);
    out->json = list_address(a, e, p->in, json, NULL, NULL);
    if (p->can_write) {
        out->new_ = arena_printf(a, "%s/nouveau", d.path);
        out->new_label = field_label(a, lang, e, "new");
    }
    out->empty = out->is_filtered ? tr(lang, "list.nothing_found")
                                  : field_label(a, lang, e, "empty");
    return OK;
}
