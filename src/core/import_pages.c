/* Importing with a browser: send a file, see how its columns were understood
 * and what is wrong with its lines, apply, take back. */
#include "core/core_pages.h"
#include "core/import.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "core/task.h"
#include "http/exchange.h"
#include "i18n/format.h"
#include "store/row.h"

enum { SHOWN = 20, READ = 500, OPTIONS = 200 };

static bool importable(struct req *r, const struct entity *e)
{
    return e->path && may(r->who, e->write);
}

/* Its own imports, and those of what one may change everywhere: a file and its
 * mistakes may show rows that are out of reach. */
static bool shown_to(struct req *r, const struct entity *e, int64_t person)
{
    struct reach reach = reach_of(r->app, r->mem, r->who, e->write);
    return importable(r, e) &&
           (person == r->who->person || reach_is_all(e, &reach));
}

enum status imports_list(struct req *r)
{
    struct import_v v = {.lead = tr(r->lang, "core.import_lead"),
                         .key = req_key(r)};
    struct form_option *options =
        NEW_ARRAY(r->mem, struct form_option, OPTIONS);
    struct str asked = req_text(r, "entity");
    for (const struct entity *const *e = r->app->entities; *e; e++)
        if (importable(r, *e) && v.option_count < OPTIONS)
            options[v.option_count++] = (struct form_option){
                .value = (*e)->api,
                .label =
                    tr(r->lang, arena_printf(r->mem, "%s.list", (*e)->name)),
                .chosen = asked.p && str_eq(asked, (*e)->api)};
    v.options = options;
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT id, entity, at, state, person FROM core_import"
                    " ORDER BY id DESC LIMIT :most"),
                ARGS(arg_int("most", READ)), &rows));
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, SHOWN);
    while (rows_next(rows) && v.n < SHOWN) {
        const char *entity = row_text(rows, 1);
        const char *state = row_text(rows, 3);
        const struct entity *e = entity_find(r->app, entity);
        if (!e || !shown_to(r, e, row_int(rows, 4)))
            continue;
        items[v.n++] = (struct item_v){
            .href = arena_printf(r->mem, "/imports/%" PRId64, row_int(rows, 0)),
            .label = arena_printf(
                r->mem, "%s, %s",
                tr(r->lang, arena_printf(r->mem, "%s.list", entity)),
                format_time(r->mem, r->lang, row_int(rows, 2))),
            .value =
                tr(r->lang, arena_printf(r->mem, "import.state.%s", state))};
    }
    TRY(rows_end(rows));
    v.items = items;
    struct page p = req_page(r, tr(r->lang, "core.import"));
    if (r->errors.n)
        p.alert = form_message(r->mem, r->lang, &r->errors.list[0]);
    struct html h;
    req_html_open(r, &h);
    imports_page(&h, &p, &v);
    return req_html(r, r->errors.n ? 422 : 200, &h);
}

static enum status refuse(struct req *r, const char *key)
{
    form_error(&r->errors, NULL, key);
    return imports_list(r);
}

/* The work is done in writes of its own; this one only keeps the form's key, so
 * that sending it again answers as the first time. */
static enum status keep_key(struct conn *c, struct arena *mem, void *data)
{
    (void)c, (void)mem, (void)data;
    return OK;
}

static enum status go_to(struct req *r, int64_t id)
{
    TRY(req_write(r, keep_key, NULL));
    return req_done(r) ? OK : req_go(r, "/imports/%" PRId64, id);
}

enum status import_send(struct req *r)
{
    const struct http_param *all;
    size_t n;
    struct str file = {NULL, 0};
    struct str api = req_text(r, "entity");
    TRY(http_form(r->x, &all, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq(all[i].name, "file") && all[i].filename.p)
            file = all[i].value;
    const struct entity *e =
        api.p ? entity_by_api(r->app, str_dup(r->mem, api)) : NULL;
    if (!e || !importable(r, e))
        return ERR_FORBIDDEN;
    if (!file.n)
        return refuse(r, "import.empty");
    struct import im;
    const char *why = NULL;
    enum status s = import_stage(r->app, r->mem, e, file, NULL, 0,
                                 r->who->person, &im, &why);
    if (s == ERR_INVALID)
        return refuse(r, why);
    TRY(s);
    TRY(import_check(r->app, r->mem, &im, NULL, NULL));
    return go_to(r, im.id);
}

static enum status load(struct req *r, struct import *im)
{
    int64_t id;
    if (!str_int(str_of(req_param(r, "import")), &id))
        return ERR_NOT_FOUND;
    TRY(import_load(r->app, r->conn, r->mem, id, im));
    if (!importable(r, im->entity))
        return ERR_FORBIDDEN;
    return shown_to(r, im->entity, im->person) ? OK : ERR_NOT_FOUND;
}

static void columns_fill(struct req *r, const struct import *im,
                         struct import_v *v)
{
    const struct entity *e = im->entity;
    struct import_column_v *columns =
        NEW_ARRAY(r->mem, struct import_column_v, im->column_count + 1);
    size_t fields = 0;
    while (e->fields[fields].name)
        fields++;
    for (size_t i = 0; i < im->column_count; i++) {
        struct form_option *options =
            NEW_ARRAY(r->mem, struct form_option, fields + 1);
        size_t n = 0;
        const char *now = im->columns[i].field;
        options[n++] =
            (struct form_option){.value = "",
                                 .label = tr(r->lang, "core.import_left_out"),
                                 .chosen = !now};
        for (const struct field *f = e->fields; f->name; f++)
            if (!(f->flags & (F_HIDDEN | F_COMPUTED)))
                options[n++] = (struct form_option){
                    .value = f->name,
                    .label = field_label(r->mem, r->lang, e, f->name),
                    .chosen = now && same(now, f->name)};
        columns[i] =
            (struct import_column_v){.id = arena_printf(r->mem, "c-%zu", i),
                                     .name = arena_printf(r->mem, "c%zu", i),
                                     .head = im->columns[i].head,
                                     .options = options,
                                     .option_count = n};
    }
    v->columns = columns;
    v->column_count = im->column_count;
}

static enum status faults_fill(struct req *r, const struct import *im,
                               struct import_v *v)
{
    struct import_fault *faults;
    TRY(import_faults(r->conn, r->mem, im->id, &faults, &v->fault_count));
    struct import_fault_v *out =
        NEW_ARRAY(r->mem, struct import_fault_v, v->fault_count + 1);
    for (size_t i = 0; i < v->fault_count; i++) {
        struct form_error e = {.field = faults[i].field,
                               .key = faults[i].key,
                               .text = str_of(faults[i].text)};
        out[i] = (struct import_fault_v){
            .line = faults[i].line,
            .field = e.field ? field_label(r->mem, r->lang, im->entity, e.field)
                             : "",
            .text = faults[i].typed,
            .message = form_message(r->mem, r->lang, &e)};
    }
    v->faults = out;
    return OK;
}

static void counts_fill(struct req *r, const struct import *im,
                        struct import_v *v)
{
    const struct {
        const char *key;
        int64_t n;
    } counts[] = {
        {"core.import_lines", im->lines},
        {"core.import_bad", im->bad},
        {"core.import_inserted", im->inserted},
        {"core.import_updated", im->updated},
        {"core.import_same", im->unchanged},
    };
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, COUNT(counts));
    for (size_t i = 0; i < COUNT(counts); i++)
        items[i] =
            (struct item_v){.label = tr(r->lang, counts[i].key),
                            .value = format_int(r->mem, r->lang, counts[i].n)};
    v->items = items;
    v->n = COUNT(counts);
}

enum status import_show(struct req *r)
{
    struct import im;
    TRY(load(r, &im));
    const char *self = arena_printf(r->mem, "/imports/%" PRId64, im.id);
    struct import_v v = {
        .lead = tr(r->lang, arena_printf(r->mem, "import.state.%s", im.state)),
        .key = req_key(r),
        .self = self,
        .running = same(im.state, "applying"),
        .done = im.inserted + im.updated + im.unchanged,
        .most = im.lines ? im.lines : 1,
    };
    if (same(im.state, "checked") && im.lines > im.bad)
        v.apply = arena_printf(r->mem, "%s/application", self);
    if (same(im.state, "applied"))
        v.undo = arena_printf(r->mem, "%s/annulation", self);
    if (word_in("staged checked", im.state)) {
        v.remap = arena_printf(r->mem, "%s/colonnes", self);
        columns_fill(r, &im, &v);
    }
    counts_fill(r, &im, &v);
    TRY(faults_fill(r, &im, &v));
    struct page p = req_page(
        r,
        tr_with(r->mem, r->lang, "core.import_title", "what",
                tr(r->lang, arena_printf(r->mem, "%s.list", im.entity->name)),
                "number", arena_printf(r->mem, "%" PRId64, im.id), NULL));
    if (v.running)
        req_header(r, "Refresh", "2");
    struct html h;
    req_html_open(r, &h);
    import_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

enum status import_columns(struct req *r)
{
    struct import im;
    TRY(load(r, &im));
    struct import_map *map =
        NEW_ARRAY(r->mem, struct import_map, im.column_count + 1);
    for (size_t i = 0; i < im.column_count; i++) {
        struct str field = req_text(r, arena_printf(r->mem, "c%zu", i));
        map[i] = (struct import_map){im.columns[i].head,
                                     field.p ? str_dup(r->mem, field) : ""};
    }
    TRY(import_remap(r->app, r->mem, &im, map, im.column_count));
    TRY(import_check(r->app, r->mem, &im, NULL, NULL));
    return go_to(r, im.id);
}

static enum status ask_apply(struct conn *c, struct arena *mem, void *data)
{
    const struct import *im = data;
    int64_t changed;
    TRY(db_exec(c,
                SQL("UPDATE core_import SET state = 'applying'"
                    " WHERE id = :id AND state = 'checked'"),
                ARGS(arg_int("id", im->id)), &changed));
    if (!changed)
        return ERR_CONFLICT;
    const char *payload = arena_printf(mem, "%" PRId64, im->id);
    return task_add(c, "core.import", payload,
                    arena_printf(mem, "core.import %s", payload), 0);
}

enum status import_start(struct req *r)
{
    struct import im;
    TRY(load(r, &im));
    TRY(req_write(r, ask_apply, &im));
    return req_done(r) ? OK : req_go(r, "/imports/%" PRId64, im.id);
}

enum status import_take_back(struct req *r)
{
    struct import im;
    int64_t kept;
    TRY(load(r, &im));
    if (!same(im.state, "applied"))
        return ERR_CONFLICT;
    TRY(import_undo(r->app, r->mem, &im, r->who->person, &kept));
    return go_to(r, im.id);
}

enum status import_task(struct app *app, struct arena *a, const char *payload)
{
    struct import im;
    struct conn *c;
    int64_t id;
    if (!str_int(str_of(payload), &id))
        return ERR_NOT_FOUND;
    TRY(conn_open(app->db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = import_load(app, c, a, id, &im);
    conn_end(c);
    conn_close(c);
    if (s != OK || same(im.state, "applied"))
        return s;
    return import_apply(app, a, &im, NULL, NULL);
}
