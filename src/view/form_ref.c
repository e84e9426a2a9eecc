/* Controls that name other rows: references and links. */
#include "store/row.h"
#include "view/form_draw.h"

enum { SPARE = 3 }; /* empty lines after the names already linked */

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
        !same(out->value, field_typed(d->mem, d->lang, f, d->ask->row)))
        return OK;
    *option = (struct form_option){.value = out->value, .chosen = true};
    TRY(ref_title(source->conn, d->mem, f, now.i, &option->label));
    option->label = said(d->mem, d->lang, option->label);
    out->option_count++;
    return OK;
}

/* The first so many are the writer's own: they stand in a group before the
 * others. */
static void options_group(struct drawing *d, struct form_option *list, size_t n,
                          size_t own)
{
    if (!own || own == n)
        return;
    list[0].group = tr(d->lang, "form.within");
    list[own - 1].ends = true;
    list[own].group = tr(d->lang, "form.beyond");
    list[n - 1].ends = true;
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

/* Several fit what was typed: until one is chosen it is asked again, and what
 * may be left empty is so by a choice of its own. */
static enum status again_options(struct drawing *d, const struct field *f,
                                 const struct form_error *error,
                                 struct form_field *out)
{
    const size_t n = error->candidate_count;
    const bool optional = !(f->flags & F_REQUIRED);
    struct form_option *list = options_new(d, n + 2);
    list[0] = (struct form_option){.value = out->value,
                                   .label = tr(d->lang, "form.choose"),
                                   .chosen = true};
    for (size_t i = 0; i < n; i++) {
        list[i + 1] = (struct form_option){
            .value =
                arena_printf(d->mem, "%" PRId64, error->candidates[i].target)};
        TRY(option_label(d, f->target, error->candidates, n, i,
                         &list[i + 1].label));
    }
    if (optional)
        list[n + 1] = (struct form_option){.value = "",
                                           .label = tr(d->lang, "view.none")};
    out->again = out->value;
    out->control = CONTROL_SELECT;
    out->options = list;
    out->option_count = n + 1 + optional;
    return OK;
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

static bool is_among(const struct linked *rows, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].target == id)
            return true;
    return false;
}

/* Those that bring the row within its writer's reach first. */
static size_t own_first(struct arena *a, const struct linked *near,
                        size_t near_count, struct linked **rows, size_t n)
{
    struct linked *all = NEW_ARRAY(a, struct linked, n + 1);
    size_t own = 0, other = 0;
    for (size_t i = 0; i < n; i++)
        own += is_among(near, near_count, (*rows)[i].target);
    for (size_t i = 0, at = 0; i < n; i++)
        if (is_among(near, near_count, (*rows)[i].target))
            all[at++] = (*rows)[i];
        else
            all[own + other++] = (*rows)[i];
    *rows = all;
    return own;
}

/* The rows that a reference offers, when they are few; what it is already. */
static enum status few_offered(struct drawing *d, const struct field *f,
                               struct form_field *out, struct linked **rows,
                               size_t *n, size_t *own)
{
    const struct form_source *source = d->ask->source;
    struct offer offer;
    struct linked *near = NULL;
    size_t near_count = 0;
    TRY(form_offers(d->mem, source, d->ask->entity, f, d->ask->row, &offer));
    const bool given = is_given(d, f, out, offer.only);
    *rows = NULL;
    *n = *own = 0;
    if (!offer.only)
        TRY(form_few(d->mem, source, f->target, f, rows, n));
    const bool grouped =
        !offer.only && offer.reach.through && !d->ask->tight && *n <= FORM_FEW;
    if (offer.only || grouped || (given && offer.reach.through))
        TRY(form_few_within(d->mem, source, f->target, &offer.reach, &near,
                            &near_count));
    if (offer.only)
        *rows = near, *n = near_count;
    else if (!offer.reach.through)
        near = *rows, near_count = *n;
    if (grouped)
        *own = own_first(d->mem, near, near_count, rows, *n);
    if (given && near_count == 1) {
        out->given = near[0].target;
        out->value = *n > FORM_FEW
                         ? near[0].title
                         : arena_printf(d->mem, "%" PRId64, near[0].target);
    }
    return OK;
}

/* Of a laboratory that has just begun: what to make first, or its reader looks
 * for a choice that is not there. */
static const char *none_yet(struct drawing *d, const struct entity *target)
{
    return tr_with(d->mem, d->lang, "form.none_yet", "what",
                   field_label(d->mem, d->lang, target, "list"), NULL);
}

enum status form_ref_draw(struct drawing *d, const struct field *f,
                          struct form_field *out)
{
    const struct form_error *error = form_error_of(d->ask->errors, f->name);
    struct linked *rows;
    size_t n, own;
    if (error && error->candidate_count) {
        /* Their names stand in the list: told twice they are read by nobody. */
        out->error = tr_with(d->mem, d->lang, "form.several_listed", "text",
                             out->value, NULL);
        return again_options(d, f, error, out);
    }
    TRY(few_offered(d, f, out, &rows, &n, &own));
    if (n <= FORM_FEW) {
        /* Typed by its code, it is the row that was read of it. */
        struct value read = field_get(f, d->ask->row);
        if (d->ask->typed && !error && *out->value && read.type == V_INT)
            out->value = arena_printf(d->mem, "%" PRId64, read.i);
        TRY(ref_options(d, f, rows, n, out,
                        f->flags & F_REQUIRED ? "form.choose" : "view.none"));
        options_group(d, (struct form_option *)out->options + 1, n, own);
        if (!n && !*out->value && !d->ask->tight && f->target->path)
            out->help = none_yet(d, f->target);
        return OK;
    }
    out->control = CONTROL_INPUT;
    out->type = "search";
    out->longest = 200;
    struct value v = field_get(f, d->ask->row);
    const struct form_source *src = d->ask->source;
    if (v.type == V_INT && src && src->conn &&
        same(out->value, field_typed(d->mem, d->lang, f, d->ask->row)))
        TRY(ref_title(src->conn, d->mem, f, v.i, &out->value));
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
    out->french = form_is_french(d, true);
    out->options = list;
    out->option_count = all;
    out->help = out->help ? out->help : tr(d->lang, "form.names_help");
    return OK;
}

enum status form_link_draw(struct drawing *d, size_t which)
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
    if (!n && l->target->path)
        out->help = none_yet(d, l->target);
    if (n <= FORM_FEW)
        TRY(checks(d, l, rows, n, have, have_count, out));
    else
        TRY(names(d, l, have, have_count, out));
    out->rare = l->rare;
    out->held = out->error != NULL;
    for (size_t i = 0; i < out->option_count; i++)
        out->held |= out->control == CONTROL_CHECKS ? out->options[i].chosen
                                                    : *out->options[i].value;
    return OK;
}
