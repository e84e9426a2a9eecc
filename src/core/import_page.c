/* The page of one import: how its columns were understood, how far it is, what
 * is wrong with its lines, and what may be done with it. */
#include "base/utf8.h"
#include "core/core_pages.h"
#include "core/importing.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "i18n/format.h"

enum { SAMPLES = 20, SAMPLE = 40, FAULTS = 100, KEPT = 200 };

/* What stands in each column: the first text of the first lines. */
static enum status samples(struct req *r, const struct import *im,
                           const char **out)
{
    struct csv csv;
    struct str *cells;
    size_t n;
    const char *why;
    TRY(sheet_open(r->app, r->mem, im->file, &csv));
    for (int line = 0;
         line <= SAMPLES && csv_next(r->mem, &csv, &cells, &n, &why) == OK;
         line++)
        for (size_t i = 0; line && i < n && i < im->column_count; i++) {
            struct str s = str_trim(cells[i]);
            if (out[i] || !s.n)
                continue;
            bool cut = s.n > SAMPLE;
            s.n = utf8_whole((struct str){s.p, cut ? SAMPLE : s.n});
            out[i] =
                arena_printf(r->mem, "%.*s%s", (int)s.n, s.p, cut ? "…" : "");
        }
    return OK;
}

static struct import_column_v column_of(struct req *r, const struct import *im,
                                        size_t i, const char *sample)
{
    const struct entity *e = im->entity;
    const char *now = im->columns[i].field;
    size_t fields = 0, n = 0;
    while (e->fields[fields].name)
        fields++;
    fields += entity_link_count(e);
    struct form_option *options =
        NEW_ARRAY(r->mem, struct form_option, fields + 2);
    options[n++] =
        (struct form_option){.value = "",
                             .label = tr(r->lang, "core.import_left_out"),
                             .chosen = !now};
    for (const struct field *f = e->fields; f->name; f++)
        if (import_fills(e, f))
            options[n++] = (struct form_option){
                .value = f->name,
                .label = field_label(r->mem, r->lang, e, f->name),
                .chosen = now && same(now, f->name)};
    for (const struct link *l = e->links; l && l->name; l++)
        options[n++] = (struct form_option){
            .value = l->name,
            .label = field_label(r->mem, r->lang, e, l->name),
            .chosen = now && same(now, l->name)};
    const char *key = import_key(e);
    if (key)
        options[n++] = (struct form_option){
            .value = key,
            .label =
                tr(r->lang, e->has_uid ? "import.key.uid" : "import.key.id"),
            .chosen = now && same(now, key)};
    return (struct import_column_v){.id = arena_printf(r->mem, "c-%zu", i),
                                    .name = arena_printf(r->mem, "c%zu", i),
                                    .head = im->columns[i].head,
                                    .sample = sample,
                                    .options = options,
                                    .option_count = n};
}

static enum status columns_fill(struct req *r, const struct import *im,
                                struct import_v *v)
{
    struct import_column_v *used =
        NEW_ARRAY(r->mem, struct import_column_v, im->column_count + 1);
    struct import_column_v *left =
        NEW_ARRAY(r->mem, struct import_column_v, im->column_count + 1);
    const char **sample = NEW_ARRAY(r->mem, const char *, im->column_count + 1);
    TRY(samples(r, im, sample));
    for (size_t i = 0; i < im->column_count; i++) {
        struct import_column_v c = column_of(r, im, i, sample[i]);
        if (im->columns[i].field)
            used[v->column_count++] = c;
        else
            left[v->left_out_count++] = c;
    }
    v->columns = used;
    v->left_out = left;
    return OK;
}

static const char *fault_field(struct req *r, const struct import *im,
                               const struct import_fault *f)
{
    return f->field ? field_label(r->mem, r->lang, im->entity, f->field) : "";
}

/* Those that the address asks for; next: the line to ask on after, or NONE. */
static enum status faults_asked(struct req *r, const struct import *im,
                                struct import_fault **faults, size_t *n,
                                int64_t *next)
{
    struct str text = req_text(r, "apres");
    int64_t after = 0;
    if (text.p && !str_int(text, &after))
        return ERR_NOT_FOUND;
    return import_faults(r->conn, r->mem, im->id, after, FAULTS, faults, n,
                         next);
}

static enum status faults_fill(struct req *r, const struct import *im,
                               struct import_v *v)
{
    struct import_fault *faults;
    int64_t next;
    TRY(faults_asked(r, im, &faults, &v->fault_count, &next));
    struct import_fault_v *out =
        NEW_ARRAY(r->mem, struct import_fault_v, v->fault_count + 1);
    const size_t all = v->fault_count;
    v->fault_count = 0;
    for (size_t i = 0; i < all; i++) {
        if (v->missing && same(faults[i].key, "import.column_missing"))
            continue;
        out[v->fault_count++] = (struct import_fault_v){
            .line = faults[i].line,
            .mild = faults[i].mild,
            .field = fault_field(r, im, &faults[i]),
            .text = faults[i].typed,
            .message = import_message(r->mem, r->lang, im->entity, &faults[i])};
    }
    v->faults_title =
        tr(r->lang, im->bad ? "core.import_faults" : "core.import_notes");
    v->faults_help = tr(r->lang, im->bad ? "core.import_faults_help"
                                         : "core.import_notes_help");
    v->refused = im->bad > 0;
    v->faults = out;
    v->faults_csv = arena_printf(r->mem, "%s.csv", v->self);
    if (next != NONE)
        v->faults_next =
            arena_printf(r->mem, "%s?apres=%" PRId64 "#faults", v->self, next);
    return OK;
}

/* The rows that an undoing left, those that the reader reaches by name. */
static enum status kept_fill(struct req *r, const struct import *im,
                             struct import_v *v)
{
    const struct entity *e = import_made(im);
    struct reach reach = reach_of(r->app, r->mem, r->who, e->read);
    int64_t *ids;
    size_t n;
    TRY(import_kept(r->conn, r->mem, im->id, KEPT, &ids, &n));
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, n + 1);
    for (size_t i = 0; i < n; i++) {
        void *row;
        enum status s = row_load(r->conn, r->mem, e, ids[i], &reach, &row);
        if (s == ERR_NOT_FOUND)
            continue;
        TRY(s);
        items[v->kept_count++] = (struct item_v){
            .href = arena_printf(r->mem, "%s/%" PRId64, e->path, ids[i]),
            .label = said(r->mem, r->lang, row_title(e, row))};
    }
    v->kept = items;
    return OK;
}

static void counts_fill(struct req *r, const struct import *im,
                        struct import_v *v)
{
    const bool known = !word_in("staged stopped", im->state);
    const struct {
        const char *key;
        int64_t n;
        bool always;
    } counts[] = {
        {"core.import_lines", im->lines, true},
        {"core.import_right", im->lines - im->bad - im->repeated,
         same(im->state, "checked")},
        {"core.import_bad", im->bad, true},
        {"core.import_repeated", im->repeated, false},
        {"core.import_inserted", im->inserted, known},
        {"core.import_updated", im->updated, known},
        {"core.import_same", im->unchanged, known},
        {"core.import_corrects", im->corrects, false},
        {"core.import_kept_count", im->kept, false},
    };
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, COUNT(counts));
    for (size_t i = 0; i < COUNT(counts); i++)
        if (counts[i].always ||
            (counts[i].n && !same(counts[i].key, "core.import_right")))
            items[v->n++] = (struct item_v){
                .label = tr_n(r->mem, r->lang, counts[i].key, counts[i].n),
                .value = format_int(r->mem, r->lang, counts[i].n)};
    v->items = items;
}

static bool is_running(const struct import *im)
{
    return word_in("staged applying undoing", im->state);
}

static int64_t percent_of(const struct import *im)
{
    if (same(im->state, "undoing"))
        return -1;
    return im->lines ? im->done * 100 / im->lines : 0;
}

/* What the state is, and while work goes on how far it is. */
const char *import_lead(struct req *r, const struct import *im)
{
    const char *state =
        tr(r->lang, arena_printf(r->mem, "import.state.%s", im->state));
    if (!is_running(im) || !im->lines || same(im->state, "undoing"))
        return state;
    return tr_with(r->mem, r->lang, "core.import_how_far", "state", state,
                   "done", format_int(r->mem, r->lang, im->done), "lines",
                   format_int(r->mem, r->lang, im->lines), NULL);
}

/* None while work goes on: then a browser asks every other second how far. */
static enum status faults_json(struct req *r, const struct import *im,
                               struct json *j)
{
    struct import_fault *faults = NULL;
    size_t n = 0;
    int64_t next = NONE;
    if (!is_running(im))
        TRY(faults_asked(r, im, &faults, &n, &next));
    json_array(j, "faults");
    for (size_t i = 0; i < n; i++) {
        const struct import_fault *f = &faults[i];
        json_object(j, NULL);
        json_int(j, "line", f->line);
        json_bool(j, "refused", !f->mild);
        json_cstr(j, "field", f->field);
        json_cstr(j, "code", f->key);
        json_cstr(j, "value", f->typed);
        json_cstr(j, "message", import_message(r->mem, r->lang, im->entity, f));
        json_end_object(j);
    }
    json_end_array(j);
    if (next == NONE)
        json_null(j, "next");
    else
        json_int(j, "next", next);
    return OK;
}

enum status import_json(struct req *r, const struct import *im)
{
    struct buf out = {.mem = r->mem};
    struct json j = {.out = &out};
    json_object(&j, NULL);
    json_int(&j, "id", im->id);
    json_cstr(&j, "entity", im->entity->api);
    json_cstr(&j, "name", im->name);
    json_cstr(&j, "state", im->state);
    if (percent_of(im) < 0)
        json_null(&j, "percent");
    else
        json_int(&j, "percent", percent_of(im));
    json_cstr(&j, "text", import_lead(r, im));
    json_bool(&j, "done", !is_running(im));
    json_int(&j, "lines", im->lines);
    json_int(&j, "refused", im->bad);
    json_int(&j, "repeated", im->repeated);
    json_int(&j, "inserted", im->inserted);
    json_int(&j, "updated", im->updated);
    json_int(&j, "same", im->unchanged);
    json_int(&j, "kept", im->kept);
    json_int(&j, "corrects", im->corrects);
    json_cstr(&j, "note",
              im->note ? import_note(r->mem, r->lang, im->note) : NULL);
    TRY(faults_json(r, im, &j));
    json_end_object(&j);
    return req_json(r, 200, buf_done(&out));
}

static void act(struct req *r, struct import_v *v, struct import_act_v *acts,
                const char *what, const char *label)
{
    acts[v->act_count++] = (struct import_act_v){
        .action = arena_printf(r->mem, "%s/%s", v->self, what),
        .label = tr(r->lang, label)};
}

bool import_lacks_reason(const struct import *im)
{
    return same(im->state, "checked") && im->corrects && !im->reason;
}

static void act_write(struct req *r, const struct import *im,
                      struct import_v *v, struct import_act_v *acts)
{
    act(r, v, acts, "application", "core.import_apply");
    if (!import_lacks_reason(im))
        return;
    struct import_act_v *write = &acts[v->act_count - 1];
    write->corrects = true;
    write->reason = str_dup(r->mem, req_text(r, "correction"));
    write->error =
        form_message(r->mem, r->lang, form_error_of(&r->errors, "correction"));
}

/* What taking it back would do, said before it is asked for. */
static const char *undo_text(struct req *r, const struct import *im)
{
    return tr_with(r->mem, r->lang, "core.import_undo_what", "new",
                   format_int(r->mem, r->lang, im->inserted), "changed",
                   format_int(r->mem, r->lang, im->updated), NULL);
}

static void acts_fill(struct req *r, const struct import *im,
                      struct import_v *v)
{
    struct import_act_v *acts = NEW_ARRAY(r->mem, struct import_act_v, 3);
    if (is_running(im))
        act(r, v, acts, "arret", "core.import_stop");
    if (same(im->state, "checked") && !v->gone &&
        im->lines > im->bad + im->repeated)
        act_write(r, im, v, acts);
    if (same(im->state, "paused") && !v->gone)
        act(r, v, acts, "application", "core.import_resume");
    const bool again = same(im->state, "undone") && im->kept;
    if (again || word_in("applied paused halted", im->state)) {
        act(r, v, acts, "annulation",
            again ? "core.import_undo_kept" : "core.import_undo");
        acts[v->act_count - 1].ask =
            again ? tr_with(r->mem, r->lang, "core.import_undo_kept_what",
                            "kept", format_int(r->mem, r->lang, im->kept), NULL)
                  : undo_text(r, im);
    }
    v->acts = acts;
}

/* What every new row lacks for want of a column, told once; perhaps the file is
 * of another kind. */
static const char *missing_of(struct req *r, const struct import *im)
{
    const struct entity *e = im->entity;
    struct buf b = {.mem = r->mem};
    for (const struct field *f = e->fields; im->bad && f->name; f++)
        if (import_needs(e, f) && !import_has(im, f->name))
            buf_printf(&b, "%s%s", b.n ? ", " : "",
                       field_label(r->mem, r->lang, e, f->name));
    const char *what = tr(r->lang, arena_printf(r->mem, "%s.list", e->name));
    return b.n ? tr_with(r->mem, r->lang, "core.import_missing", "text",
                         buf_done(&b).p, "what", what, NULL)
               : NULL;
}

/* Columns that fill nothing, and what is taken for those that are not there:
 * told while the file can still be changed. */
static void unread_fill(struct req *r, const struct import *im,
                        struct import_v *v)
{
    enum { TOLD = 8 };
    struct buf heads = {.mem = r->mem};
    for (size_t i = 0; i < v->left_out_count && i < TOLD; i++)
        buf_printf(&heads, "%s%s", i ? ", " : "", v->left_out[i].head);
    if (v->left_out_count > TOLD)
        buf_str(&heads, ", …");
    if (heads.n)
        v->ignored = tr_with(r->mem, r->lang, "core.import_ignored", "text",
                             buf_done(&heads).p, NULL);
    v->absent = import_absent(r->mem, r->lang, im);
}

/* Perhaps it is of another kind, by its heads; to send it there. */
static void kind_fill(struct req *r, const struct import *im,
                      struct import_v *v)
{
    const struct entity *e = import_kind(r->app, r->mem, im);
    if (!e || !import_may(r, e))
        return;
    v->kind =
        tr_with(r->mem, r->lang, "core.import_kind", "what",
                tr(r->lang, arena_printf(r->mem, "%s.list", e->name)), NULL);
    v->kind_href = arena_printf(r->mem, "/imports?entity=%s", e->api);
}

enum status import_page_show(struct req *r, const struct import *im, int code,
                             const char *alert)
{
    const char *self = arena_printf(r->mem, "/imports/%" PRId64, im->id);
    struct import_v v = {
        .lead = import_lead(r, im),
        .key = req_key(r),
        .self = self,
        .text = arena_printf(r->mem, "%s.json", self),
        .note = im->note ? import_note(r->mem, r->lang, im->note) : NULL,
        .missing = missing_of(r, im),
        .name = im->name,
        .gone = !sheet_is_there(r->app, r->mem, im->file),
        .running = is_running(im),
        .percent = percent_of(im),
    };
    if (im->bad)
        kind_fill(r, im, &v);
    acts_fill(r, im, &v);
    counts_fill(r, im, &v);
    TRY(kept_fill(r, im, &v));
    TRY(faults_fill(r, im, &v));
    if (word_in("checked stopped", im->state) && !v.gone) {
        v.remap = arena_printf(r->mem, "%s/colonnes", self);
        TRY(columns_fill(r, im, &v));
        unread_fill(r, im, &v);
    }
    struct page p = req_page(
        r,
        tr_with(r->mem, r->lang, "core.import_title", "what",
                tr(r->lang, arena_printf(r->mem, "%s.list", im->entity->name)),
                "number", arena_printf(r->mem, "%" PRId64, im->id), NULL));
    p.refresh = v.running ? 2 : 0;
    p.alert = alert;
    struct html h;
    req_html_open(r, &h);
    import_page(&h, &p, &v);
    return req_html(r, code, &h);
}
