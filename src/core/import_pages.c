/* Importing with a browser: send a file, see what it is (core/import_page.c),
 * apply, take back. */
#include "base/utf8.h"
#include "core/core_pages.h"
#include "core/correct.h"
#include "core/importing.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "http/exchange.h"
#include "i18n/format.h"
#include "store/row.h"

enum { SHOWN = 20, READ = 500, OPTIONS = 200 };

bool import_may(struct req *r, const struct entity *e)
{
    return (e->path || intake_of(e)) && may(r->who, e->write);
}

/* Its own imports, and those of what one may change everywhere: a file and its
 * mistakes may show rows that are out of reach. */
static bool shown_to(struct req *r, const struct entity *e, int64_t person)
{
    struct reach reach = reach_of(r->app, r->mem, r->who, e->write);
    return import_may(r, e) &&
           (person == r->who->person || reach_is_all(e, &reach));
}

/* "Written: 12 new, 3 changed, 1 refused" */
static const char *outcome_of(struct req *r, const char *state,
                              const struct rows *rows)
{
    const char *said =
        tr(r->lang, arena_printf(r->mem, "import.state.%s", state));
    if (word_in("staged stopped", state))
        return said;
    return tr_with(r->mem, r->lang, "core.import_outcome", "state", said, "new",
                   format_int(r->mem, r->lang, row_int(rows, 7)), "changed",
                   format_int(r->mem, r->lang, row_int(rows, 8)), "refused",
                   format_int(r->mem, r->lang, row_int(rows, 9)), NULL);
}

/* The intake that makes rows of e; NULL: none. */
static const struct intake *intake_for(const struct entity *e)
{
    for (const struct module *const *m = modules; *m; m++)
        for (const struct intake *k = (*m)->intakes; k && k->line; k++)
            if (k->made == e)
                return k;
    return NULL;
}

static const char *kind_label(struct req *r, const struct entity *kind)
{
    return tr(r->lang, arena_printf(r->mem, "%s.list", kind->name));
}

static void option_add(struct req *r, struct import_v *v,
                       struct form_option *options, const struct entity *kind)
{
    const struct str asked = req_text(r, "entity");
    if (import_may(r, kind) && v->option_count < OPTIONS)
        options[v->option_count++] =
            (struct form_option){.value = kind->api,
                                 .label = kind_label(r, kind),
                                 .chosen = asked.p && str_eq(asked, kind->api)};
}

/* Each kind with the other file of which its rows are made behind it. */
static void options_fill(struct req *r, struct import_v *v)
{
    struct form_option *options =
        NEW_ARRAY(r->mem, struct form_option, OPTIONS);
    const struct entity *kind;
    for (size_t i = 0; (kind = sheet_kind(r->app, i)); i++) {
        const struct intake *in = intake_for(kind);
        if (!intake_of(kind))
            option_add(r, v, options, kind);
        if (in)
            option_add(r, v, options, in->line);
    }
    v->options = options;
}

/* Whoever came from the list of such rows is shown that there are two. */
static void ways_fill(struct req *r, struct import_v *v)
{
    const struct str asked = req_text(r, "entity");
    const struct entity *kind =
        asked.p ? sheet_kind_by_api(r->app, str_dup(r->mem, asked)) : NULL;
    const struct intake *in = kind ? intake_of(kind) : NULL;
    if (kind && !in)
        in = intake_for(kind);
    if (!in || !import_may(r, in->line) || !import_may(r, in->made))
        return;
    const struct entity *both[] = {in->made, in->line};
    struct import_way_v *ways =
        NEW_ARRAY(r->mem, struct import_way_v, COUNT(both));
    for (size_t i = 0; i < COUNT(both); i++)
        ways[v->way_count++] = (struct import_way_v){
            .label = kind_label(r, both[i]),
            .how = tr(r->lang, i ? in->how : "core.import_rows_how"),
            .href = both[i] == kind ? NULL
                                    : arena_printf(r->mem, "/imports?entity=%s",
                                                   both[i]->api)};
    v->ways = ways;
}

static enum status past_fill(struct req *r, struct import_v *v)
{
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT i.id, i.entity, i.at, i.state, i.person,"
                    " (SELECT min(a.name) FROM auth_account a WHERE"
                    " a.person = i.person), i.name, i.inserted, i.updated,"
                    " i.bad FROM core_import i"
                    " ORDER BY i.id DESC LIMIT :most"),
                ARGS(arg_int("most", READ)), &rows));
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, SHOWN);
    while (rows_next(rows) && v->n < SHOWN) {
        const char *entity = row_text(rows, 1);
        const char *state = row_text(rows, 3), *who = row_text(rows, 5);
        const struct entity *e = sheet_kind_find(r->app, entity);
        if (!e || !shown_to(r, e, row_int(rows, 4)))
            continue;
        items[v->n++] = (struct item_v){
            .href = arena_printf(r->mem, "/imports/%" PRId64, row_int(rows, 0)),
            .label = arena_printf(
                r->mem, "%s, %s, %s",
                tr_with(r->mem, r->lang, "core.import_title", "what",
                        tr(r->lang, arena_printf(r->mem, "%s.list", entity)),
                        "number",
                        arena_printf(r->mem, "%" PRId64, row_int(rows, 0)),
                        NULL),
                format_time(r->mem, r->lang, row_int(rows, 2)),
                who ? said(r->mem, r->lang, who) : tr(r->lang, "core.program")),
            .what = row_text(rows, 6),
            .value = outcome_of(r, state, rows)};
    }
    TRY(rows_end(rows));
    v->items = items;
    return OK;
}

enum status imports_list(struct req *r)
{
    struct import_v v = {.lead = tr(r->lang, "core.import_lead"),
                         .key = req_key(r)};
    options_fill(r, &v);
    ways_fill(r, &v);
    TRY(past_fill(r, &v));
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
    form_error_add(&r->errors, import_refusal(r->mem, r->lang, key));
    return r->api ? ERR_INVALID : imports_list(r);
}

struct asking {
    struct req *r;
    int64_t id;
    const struct import *im; /* NULL: nothing more is asked */
    const char *from, *to;   /* to NULL: stop */
};

/* Known within the write, so that it is kept with the one-time key. */
static enum status ask(struct conn *c, struct arena *mem, void *data)
{
    const struct asking *k = data;
    struct req *r = k->r;
    struct buf out = {.mem = r->mem};
    if (k->im && k->to)
        TRY(import_ask(c, mem, k->im, k->from, k->to, r->who->person));
    else if (k->im)
        TRY(import_stop(c, k->id));
    buf_printf(&out, "{\"id\":%" PRId64 "}", k->id);
    r->code = !r->api ? 303 : k->im ? 200 : 201;
    r->location =
        r->api ? NULL : arena_printf(r->mem, "/imports/%" PRId64, k->id);
    r->told = r->api ? buf_done(&out) : r->told;
    return OK;
}

static enum status asked(struct req *r, struct asking *k)
{
    TRY(req_write(r, ask, k));
    if (req_done(r))
        return OK;
    return r->api ? req_json(r, r->code, r->told)
                  : req_go(r, "%s", r->location);
}

/* The work is done in writes of its own; this one only keeps the form's key, so
 * that sending it again answers as the first time. */
static enum status go_to(struct req *r, int64_t id)
{
    struct asking k = {.r = r, .id = id};
    return asked(r, &k);
}

/* As people know it: without the folders that some browsers send. */
static const char *sheet_name(struct arena *a, struct str name)
{
    enum { MOST = 120 };
    for (size_t i = name.n; i-- > 0;)
        if (name.p[i] == '/' || name.p[i] == '\\') {
            name = (struct str){name.p + i + 1, name.n - i - 1};
            break;
        }
    if (name.n > MOST)
        name.n = MOST;
    return name.p ? arena_dup(a, name.p, utf8_whole(name)) : "";
}

/* A program sends the file as it is: what would be unpacked first is none. */
static bool is_wrapped(const struct req *r)
{
    const struct str type = http_header(r->x, "Content-Type");
    return type.p && (strncasecmp(type.p, "multipart/", 10) == 0 ||
                      strncasecmp(type.p, "application/json", 16) == 0);
}

/* By a form, or by the API as the whole body. */
static enum status sheet_sent(struct req *r, struct str *file, struct str *name)
{
    const struct http_param *all;
    size_t n;
    *file = r->x->body;
    *name = req_text(r, "name");
    if (r->api)
        return OK;
    *file = *name = (struct str){NULL, 0};
    TRY(http_form(r->x, &all, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq(all[i].name, "file") && all[i].filename.p)
            *file = all[i].value, *name = all[i].filename;
    return OK;
}

enum status import_send(struct req *r)
{
    struct str file, name;
    struct str api = req_text(r, "entity");
    TRY(sheet_sent(r, &file, &name));
    const struct entity *e =
        api.p ? sheet_kind_by_api(r->app, str_dup(r->mem, api)) : NULL;
    if (!e) {
        form_error_add(&r->errors,
                       (struct form_error){.field = "entity",
                                           .key = api.n ? "form.not_in_list"
                                                        : "form.required",
                                           .text = api});
        return r->api ? ERR_INVALID : imports_list(r);
    }
    if (!import_may(r, e))
        return ERR_FORBIDDEN;
    if (r->api && is_wrapped(r)) {
        form_error(&r->errors, NULL, "import.as_it_is");
        return ERR_TYPE;
    }
    if (r->x->sieved) {
        form_error_add(&r->errors, (struct form_error){.field = "file",
                                                       .key = "file.too_large",
                                                       .max = 128});
        r->told_code = 413;
        return imports_list(r);
    }
    struct import im;
    const struct import_sent sent = {.entity = e,
                                     .text = file,
                                     .person = r->who->person,
                                     .task = true,
                                     .name = sheet_name(r->mem, name)};
    const char *why = NULL;
    enum status s = import_stage(r->app, r->mem, &sent, &im, &why);
    if (s == ERR_INVALID)
        return refuse(r, why);
    TRY(s);
    return go_to(r, im.id);
}

static enum status load(struct req *r, struct import *im)
{
    int64_t id;
    if (!str_int(str_of(req_param(r, "import")), &id))
        return ERR_NOT_FOUND;
    TRY(import_load(r->app, r->conn, r->mem, id, im));
    if (!import_may(r, im->entity))
        return ERR_FORBIDDEN;
    return shown_to(r, im->entity, im->person) ? OK : ERR_NOT_FOUND;
}

enum status import_show(struct req *r)
{
    struct import im;
    TRY(load(r, &im));
    if (r->api || same(r->form, "json"))
        return import_json(r, &im);
    if (same(r->form, "csv"))
        return import_faults_send(r, &im);
    return *r->form ? ERR_NOT_FOUND : import_page_show(r, &im, 200, NULL);
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
    return go_to(r, im.id);
}

/* Somebody was faster, or the page is an old one: how it stands now. */
static enum status moved_on(struct req *r)
{
    struct import im;
    TRY(req_renew(r));
    TRY(load(r, &im));
    return import_page_show(r, &im, 409,
                            tr_with(r->mem, r->lang, "core.import_moved_on",
                                    "state", import_lead(r, &im), NULL));
}

static enum status ask_for(struct req *r, const char *from, const char *to)
{
    struct import im;
    TRY(load(r, &im));
    if (to && same(to, "applying") && import_lacks_reason(&im)) {
        im.reason = correction_of_file(r);
        if (!im.reason)
            return r->api ? ERR_INVALID : import_page_show(r, &im, 422, NULL);
    }
    struct asking k = {r, im.id, &im, from, to};
    enum status s = asked(r, &k);
    return s == ERR_CONFLICT && !r->api ? moved_on(r) : s;
}

enum status import_start(struct req *r)
{
    return ask_for(r, "checked paused", "applying");
}

enum status import_take_back(struct req *r)
{
    return ask_for(r, "applied paused halted undone", "undoing");
}

enum status import_halt(struct req *r)
{
    return ask_for(r, NULL, NULL);
}
