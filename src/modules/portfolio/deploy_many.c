/* One tool in many schools at once: ticked from a list, or pasted as UAI. What
 * cannot be in some of them is told school by school before anything is
 * written; the rest is taken once the reader has said so. */
#include "base/random.h"
#include "modules/directory/check.h"
#include "modules/portfolio/pages/many.html.h"
#include "modules/portfolio/routes.h"
#include "modules/portfolio/shown.h"

enum { SCHOOLS = 400, PASTED = 20000 };

/* One line of the list: why not there, a label key; NULL: it may be. */
struct target {
    int64_t school;    /* NONE: what was pasted names none in reach */
    const char *typed; /* then; else NULL */
    const char *why;
};
struct deploying {
    struct req *r;
    struct deployment model; /* what all have in common */
    int64_t *ticked;         /* as the form brings them, in order of id */
    size_t ticked_count;
    struct target targets[SCHOOLS];
    size_t n, refused;
    const char *alert;
};

static int by_id(const void *a, const void *b)
{
    const int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

static bool is_ticked(const struct deploying *d, int64_t id)
{
    return bsearch(&id, d->ticked, d->ticked_count, sizeof(id), by_id) != NULL;
}

/* What was ticked and is not in the list now is sent again with the rest. */
static void kept_fill(const struct deploying *d, const struct list *shown,
                      struct many_v *v)
{
    struct req *r = d->r;
    const char **out = NEW_ARRAY(r->mem, const char *, d->ticked_count + 1);
    for (size_t i = 0; i < d->ticked_count; i++) {
        size_t k = 0;
        while (k < shown->n &&
               ((const struct row *)shown->rows[k])->id != d->ticked[i])
            k++;
        if (k == shown->n)
            out[v->kept_count++] =
                arena_printf(r->mem, "%" PRId64, d->ticked[i]);
    }
    v->kept = out;
}

static const char only[] = "project tool starts ends state reason support";

/* Many bear the same name. */
static const char *school_shown(struct req *r, const struct school *s)
{
    return said(r->mem, r->lang,
                arena_printf(r->mem, "%s, %s (%s)", s->name,
                             s->commune ? s->commune : "–", s->uai));
}

static enum status choices_fill(const struct deploying *d, struct many_v *v)
{
    struct req *r = d->r;
    struct str bassin = req_text(r, "bassin"), kind = req_text(r, "kind");
    int64_t id = NONE;
    const struct field *kinds = entity_field(&school_entity, "kind");
    struct filter filters[2];
    struct list list = {0};
    size_t n = 0;
    if (bassin.n && str_int(bassin, &id))
        filters[n++] = (struct filter){entity_field(&school_entity, "bassin"),
                                       IS, value_int(id)};
    const char *chosen = field_choice(kinds, kind);
    if (chosen)
        filters[n++] = (struct filter){kinds, IS, value_cstr(chosen)};
    struct list_ask ask = {.entity = &school_entity,
                           .reach = &r->reach,
                           .filters = filters,
                           .filter_count = n,
                           .limit = LIST_MOST,
                           .no_total = true};
    if (n)
        TRY(list_load(r->conn, r->mem, &ask, &list));
    struct form_option *out = NEW_ARRAY(r->mem, struct form_option, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        const struct school *s = list.rows[i];
        out[i] = (struct form_option){
            .value = arena_printf(r->mem, "%" PRId64, s->row.id),
            .label = school_shown(r, s),
            .chosen = is_ticked(d, s->row.id)};
    }
    v->schools = out;
    v->school_count = list.n;
    v->asked = n > 0;
    kept_fill(d, &list, v);
    return OK;
}

static const struct form_option *options(struct req *r, const char *name,
                                         struct rows *rows, size_t *n)
{
    enum { MOST = 80 };
    struct form_option *out = NEW_ARRAY(r->mem, struct form_option, MOST);
    struct str now = req_text(r, name);
    out[(*n)++] =
        (struct form_option){.value = "", .label = tr(r->lang, "core.all")};
    while (*n < MOST && rows_next(rows)) {
        const char *value = row_text(rows, 0);
        out[(*n)++] = (struct form_option){
            .value = value,
            .label = said(r->mem, r->lang, row_text(rows, 1)),
            .chosen = str_eq(now, value)};
    }
    return out;
}

static enum status filters_fill(struct req *r, struct many_v *v)
{
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT CAST(id AS TEXT), name FROM directory_area"
                    " WHERE kind = 'bassin' ORDER BY name, id"),
                NO_ARGS, &rows));
    v->bassins = options(r, "bassin", rows, &v->bassin_count);
    TRY(rows_end(rows));
    const struct field *kind = entity_field(&school_entity, "kind");
    struct form_option *out = NEW_ARRAY(r->mem, struct form_option, 20);
    out[v->kind_count++] =
        (struct form_option){.value = "", .label = tr(r->lang, "core.all")};
    for (const char *const *k = kind->choices; *k; k++)
        out[v->kind_count++] = (struct form_option){
            .value = *k,
            .label = choice_shown(r, &school_entity, "kind", *k),
            .chosen = str_eq(req_text(r, "kind"), *k)};
    v->kinds = out;
    return OK;
}

/* Tells the schools that are accepted from any others. */
static const char *accepted_digest(const struct deploying *d)
{
    struct buf b = {.mem = d->r->mem};
    int64_t ids[SCHOOLS] = {0};
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++)
        if (!d->targets[i].why)
            ids[n++] = d->targets[i].school;
    qsort(ids, n, sizeof(*ids), by_id);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%" PRId64 " ", ids[i]);
    unsigned char digest[SHA256];
    sha256(digest, buf_done(&b));
    return hex(d->r->mem, digest, sizeof(digest));
}

/* Those that are refused first: they are what is to be read. */
static enum status places_shown(const struct deploying *d, struct many_v *v)
{
    struct req *r = d->r;
    struct place_v *out = NEW_ARRAY(r->mem, struct place_v, d->n + 1);
    for (int refused = 1; refused >= 0; refused--)
        for (size_t i = 0; i < d->n; i++) {
            const struct target *p = &d->targets[i];
            const char *name = p->typed;
            if ((p->why != NULL) != refused)
                continue;
            void *school;
            if (!name) {
                TRY(row_load(r->conn, r->mem, &school_entity, p->school,
                             &r->reach, &school));
                name = school_shown(r, school);
            }
            out[v->place_count++] = (struct place_v){
                .name = name,
                .what = tr(r->lang, !p->why    ? "portfolio.many_accepted"
                                    : p->typed ? "portfolio.many_refused"
                                               : "portfolio.many_there"),
                .why = p->why ? tr(r->lang, p->why) : NULL,
                .tone = !p->why    ? "go"
                        : p->typed ? "stop"
                                   : "wait"};
        }
    v->places = out;
    v->digest = accepted_digest(d);
    v->accepted = (int64_t)(d->n - d->refused);
    v->refused = (int64_t)d->refused;
    return OK;
}

static enum status show(struct deploying *d, int code, bool refused)
{
    struct req *r = d->r;
    struct form_source source = req_source(r);
    struct form_ask ask = {.entity = &deployment_entity,
                           .row = &d->model,
                           .typed = refused ? &r->in : NULL,
                           .errors = &r->errors,
                           .source = &source,
                           .only = only};
    struct form *form = NEW(r->mem, struct form);
    struct many_v v = {.form = form, .alert = d->alert};
    TRY(form_of_entity(r->mem, r->lang, &ask, form));
    form->csrf = r->who->csrf;
    form->key = req_key(r);
    struct str pasted = req_text(r, "uais");
    v.uais = pasted.p ? str_dup(r->mem, pasted) : "";
    v.project = str_dup(r->mem, req_text(r, "project"));
    v.kind = str_dup(r->mem, req_text(r, "kind"));
    v.bassin = str_dup(r->mem, req_text(r, "bassin"));
    TRY(choices_fill(d, &v));
    TRY(filters_fill(r, &v));
    if (d->refused && !d->alert)
        TRY(places_shown(d, &v));
    struct page p = req_page(r, tr(r->lang, "portfolio.deploy_many"));
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    many_page(&h, &p, &v);
    return req_html(r, code, &h);
}

static struct deploying deploying_open(struct req *r)
{
    struct deploying d = {.r = r};
    struct deployment *model = row_new(r->mem, &deployment_entity);
    int64_t project;
    model->starts = day_today();
    model->state = "planned";
    if (str_int(req_text(r, "project"), &project))
        model->project = project;
    d.model = *model;
    size_t n;
    int64_t id;
    const struct str *ticked = req_texts(r, "school", &n);
    d.ticked = NEW_ARRAY(r->mem, int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        if (str_int(ticked[i], &id))
            d.ticked[d.ticked_count++] = id;
    qsort(d.ticked, d.ticked_count, sizeof(*d.ticked), by_id);
    return d;
}

enum status deploy_many_form(struct req *r)
{
    struct deploying d = deploying_open(r);
    return show(&d, 200, false);
}

enum status deploy_many_again(struct req *r)
{
    struct deploying d = deploying_open(r);
    return show(&d, 200, true);
}

static void target_add(struct deploying *d, struct target p)
{
    for (size_t i = 0; i < d->n; i++)
        if (p.school != NONE && d->targets[i].school == p.school)
            return;
    if (d->n < SCHOOLS)
        d->targets[d->n++] = p;
    else
        d->alert = tr(d->r->lang, "portfolio.many_too_many");
}

/* One UAI, which names a school in reach or is told among those that do not. */
static enum status uai_add(struct deploying *d, struct str typed)
{
    struct req *r = d->r;
    struct str uai;
    void *row = NULL;
    const char *fault = check_uai(r->mem, typed, &uai);
    enum status s = ERR_NOT_FOUND;
    bool within = false;
    if (!fault)
        s = row_find(r->conn, r->mem, &school_entity, "uai", value_text(uai),
                     &row);
    if (s != OK && s != ERR_NOT_FOUND)
        return s;
    if (s == OK)
        TRY(row_within(r->conn, r->mem, &school_entity, row, &r->reach,
                       &within));
    target_add(
        d, within ? (struct target){((const struct row *)row)->id, NULL, NULL}
                  : (struct target){NONE, str_dup(r->mem, typed),
                                    "portfolio.many_no_school"});
    return OK;
}

static enum status schools_read(struct deploying *d)
{
    struct req *r = d->r;
    for (size_t i = 0; i < d->ticked_count && !d->alert; i++)
        target_add(d, (struct target){d->ticked[i], NULL, NULL});
    struct str pasted = str_trim(req_text(r, "uais"));
    if (pasted.n > PASTED)
        pasted.n = 0, d->alert = tr(r->lang, "portfolio.many_too_many");
    char *words = pasted.p ? str_dup(r->mem, pasted) : NULL;
    for (char *p = words; p && *p; p++)
        if (strchr("\r\n\t,;", *p))
            *p = ' ';
    struct str rest = str_of(words ? words : ""), word;
    while (!d->alert && str_next(&rest, ' ', &word))
        if (word.n)
            TRY(uai_add(d, word));
    if (!d->n && !d->alert)
        d->alert = tr(r->lang, "portfolio.many_nobody");
    return OK;
}

/* Where it may not be, and why. What is wrong for all is told at once. */
static enum status targets_look(struct deploying *d, struct conn *c,
                                struct arena *a)
{
    d->refused = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct target *p = &d->targets[i];
        struct deployment row = d->model;
        const char *field;
        row.school = p->school;
        if (!p->typed)
            p->why = row_fault(c, a, &deployment_entity, &row, &field);
        if (p->why && !p->typed &&
            !same(p->why, "portfolio_deployment.overlaps")) {
            d->alert = tr(d->r->lang, p->why);
            return ERR_INVALID;
        }
        d->refused += p->why != NULL;
    }
    return OK;
}

/* The reader has seen which are left out, and which that leaves. */
static bool is_confirmed(const struct deploying *d)
{
    return d->n > d->refused &&
           str_eq(req_text(d->r, "confirmed"), accepted_digest(d));
}

/* One transaction. The reach is asked of each, as it is saved. */
static enum status deploy(struct conn *c, struct arena *a, void *data)
{
    struct deploying *d = data;
    struct req *r = d->r;
    TRY(targets_look(d, c, a));
    if (d->refused && !is_confirmed(d))
        return ERR_INVALID;
    for (size_t i = 0; i < d->n; i++) {
        struct deployment row = d->model;
        bool within;
        if (d->targets[i].why)
            continue;
        row.school = d->targets[i].school;
        TRY(row_insert(c, a, &deployment_entity, &row, req_actor(r)));
        TRY(row_within(c, a, &deployment_entity, &row, &r->reach, &within));
        if (!within)
            return ERR_FORBIDDEN;
    }
    r->location = arena_printf(r->mem, "/deploiements?project=%" PRId64,
                               d->model.project);
    return OK;
}

/* What all have in common: the schools are read apart. */
static struct str common(const void *data, const char *name, size_t nth)
{
    const struct req *r = data;
    return word_in(only, name) ? r->in.get(r->in.data, name, nth)
                               : (struct str){0};
}

static enum status model_read(struct deploying *d)
{
    struct req *r = d->r;
    struct form_source source = req_source(r);
    const struct form_input in = {common, r, r->lang};
    enum status s = row_from_input(r->mem, &deployment_entity, &in, &source,
                                   PARSE_GIVEN, &d->model, &r->errors);
    if (s != OK && s != ERR_INVALID)
        return s;
    if (!r->errors.n && d->model.project == NONE)
        form_error(&r->errors, "project", "form.required");
    if (!r->errors.n && !d->model.tool)
        form_error(&r->errors, "tool", "form.required");
    return OK;
}

enum status deploy_many(struct req *r)
{
    struct deploying d = deploying_open(r);
    TRY(model_read(&d));
    TRY(schools_read(&d));
    if (r->errors.n || d.alert)
        return show(&d, 422, true);
    enum status s = req_write(r, deploy, &d);
    if (s == ERR_INVALID && (d.alert || d.refused))
        return show(&d, 422, true);
    TRY(s);
    return req_done(r) ? OK : req_go(r, "%s", r->location);
}
