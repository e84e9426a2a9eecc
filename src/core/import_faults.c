/* What is wrong with the lines of an import, read back; and as a file, to be
 * corrected and sent again. */
#include "core/importing.h"
#include "core/spool.h"
#include "i18n/lang.h"
#include "view/form.h"

static const char *text_of(struct arena *a, const struct json_value *object,
                           const char *name, const char *none)
{
    const struct json_value *v = json_get(object, name);
    return v && v->type == J_TEXT ? str_dup(a, v->s) : none;
}

static int64_t int_of(const struct json_value *object, const char *name)
{
    const struct json_value *v = json_get(object, name);
    return v && v->type == J_INT ? v->i : 0;
}

struct faults {
    struct import_fault *list;
    size_t n, room;
};

static void fault_add(struct arena *a, struct faults *all,
                      struct import_fault one)
{
    if (all->n == all->room) {
        size_t room = all->room ? all->room * 2 : 64;
        struct import_fault *list = NEW_ARRAY(a, struct import_fault, room);
        if (all->n)
            memcpy(list, all->list, all->n * sizeof(*list));
        all->list = list;
        all->room = room;
    }
    all->list[all->n++] = one;
}

/* What the text may mean: titles and numbers. */
static void names_read(struct arena *a, const struct json_value *names,
                       struct import_fault *f)
{
    if (!names || names->type != J_ARRAY)
        return;
    f->candidates = NEW_ARRAY(a, struct linked, names->n + 1);
    for (size_t i = 0; i < names->n; i++) {
        const struct json_value *o = &names->members[i].value;
        f->candidates[f->candidate_count++] = (struct linked){
            .title = text_of(a, o, "title", ""), .target = int_of(o, "id")};
    }
}

/* An older Essaim kept one fault, not a list. */
static void line_read(struct arena *a, struct faults *all,
                      struct import_fault base, struct str text)
{
    const char *why;
    const struct json_value *v = json_parse(a, text, &why);
    size_t n = !v ? 0 : v->type == J_ARRAY ? v->n : 1;
    for (size_t i = 0; i < n; i++) {
        const struct json_value *o =
            v->type == J_ARRAY ? &v->members[i].value : v;
        struct import_fault f = base;
        f.field = text_of(a, o, "field", NULL);
        f.key = text_of(a, o, "key", "form.invalid");
        f.text = text_of(a, o, "text", "");
        f.typed = text_of(a, o, "typed", "");
        f.min = int_of(o, "min");
        f.max = int_of(o, "max");
        names_read(a, json_get(o, "names"), &f);
        fault_add(a, all, f);
        base.raw = NULL;
    }
}

enum status import_faults(struct conn *c, struct arena *a, int64_t id,
                          int64_t after, int most, struct import_fault **out,
                          size_t *n, int64_t *next)
{
    struct rows *rows;
    struct faults all = {0};
    int lines = 0;
    int64_t last = NONE;
    TRY(db_rows(c, a,
                SQL("SELECT line, faults, cells, outcome FROM core_import_line"
                    " WHERE import = :id AND line > :after AND faults IS NOT"
                    " NULL ORDER BY line LIMIT :most"),
                ARGS(arg_int("id", id), arg_int("after", after),
                     arg_int("most", most + 1)),
                &rows));
    *next = NONE;
    while (rows_next(rows)) {
        if (lines++ == most) {
            *next = last;
            break;
        }
        last = row_int(rows, 0);
        const char *outcome = row_text(rows, 3);
        struct import_fault base = {.line = last,
                                    .raw = row_text(rows, 2),
                                    .mild =
                                        outcome && !same(outcome, "refused")};
        line_read(a, &all, base, row_str(rows, 1));
    }
    *out = all.list;
    *n = all.n;
    return rows_end(rows);
}

/* "maternelle, collège": as a page says them, and as a file may. NULL: it is
 * not that which is wrong. */
static const char *choices_of(struct arena *a, const struct lang *lang,
                              const struct entity *e,
                              const struct import_fault *f)
{
    const struct field *field = f->field ? entity_field(e, f->field) : NULL;
    struct buf b = {.mem = a};
    if (!field || field->type != F_CHOICE || !same(f->key, "form.not_in_list"))
        return NULL;
    for (const char *const *k = field->choices; *k; k++)
        buf_printf(&b, "%s%s", b.n ? ", " : "",
                   choice_label(a, lang, e, f->field, *k));
    return buf_done(&b).p;
}

const char *import_message(struct arena *a, const struct lang *lang,
                           const struct entity *e, const struct import_fault *f)
{
    const char *choices = choices_of(a, lang, e, f);
    if (choices)
        return tr_with(a, lang, "import.not_in_list", "text", f->text, "names",
                       choices, NULL);
    const struct form_error error = {.field = f->field,
                                     .key = f->key,
                                     .min = f->min,
                                     .max = f->max,
                                     .text = str_of(f->text),
                                     .candidates = f->candidates,
                                     .candidate_count = f->candidate_count};
    return form_message(a, lang, &error);
}

const char *import_note(struct arena *a, const struct lang *lang,
                        const char *note)
{
    struct str rest = str_of(note), one;
    struct buf b = {.mem = a};
    while (str_next(&rest, ' ', &one)) {
        struct str key;
        if (!one.n || !str_next(&one, ':', &key))
            continue;
        buf_str(&b, b.n ? " " : "");
        buf_str(&b, tr_with(a, lang, str_dup(a, key), "text",
                            one.p ? str_dup(a, one) : "", NULL));
    }
    return b.n ? buf_done(&b).p : NULL;
}

enum { LINES = 200 };

/* The cells of a line as the file has it, in as many columns as its heads. */
static void cells_out(struct arena *a, struct buf *b, const char *raw, char sep,
                      size_t heads)
{
    struct csv csv;
    struct str *cells;
    size_t n = 0;
    const char *why;
    csv_open(a, &csv, str_of(raw));
    csv.sep = sep;
    if (csv_next(a, &csv, &cells, &n, &why) != OK)
        n = 0;
    for (size_t i = 0; i < (n > heads ? n : heads); i++)
        csv_cell(b, i < n ? csv_plain(cells[i]) : STR(""), i == 0);
}

/* A line of the file once, with all that is wrong with it behind. */
static void lines_out(struct req *r, const struct import *im,
                      const struct import_fault *f, size_t n, char sep,
                      struct buf *b)
{
    for (size_t i = 0; i < n;) {
        struct buf told = {.mem = r->mem};
        cells_out(r->mem, b, f[i].raw ? f[i].raw : "", sep, im->column_count);
        csv_cell(b, str_of(arena_printf(r->mem, "%" PRId64, f[i].line)), false);
        int64_t line = f[i].line;
        for (; i < n && f[i].line == line; i++)
            buf_printf(&told, "%s%s", told.n ? " " : "",
                       import_message(r->mem, r->lang, im->entity, &f[i]));
        csv_cell(b, buf_done(&told), false);
        buf_str(b, "\r\n");
    }
}

static enum status faults_write(struct req *r, void *data, int fd)
{
    const struct import *im = data;
    struct csv csv;
    struct buf head = {.mem = r->mem};
    TRY(sheet_open(r->app, r->mem, im->file, &csv));
    buf_str(&head, "\xef\xbb\xbf");
    for (size_t i = 0; i < im->column_count; i++)
        csv_cell(&head, str_of(im->columns[i].head), i == 0);
    csv_cell(&head, str_of(tr(r->lang, "core.import_line")), false);
    csv_cell(&head, str_of(tr(r->lang, "core.import_message")), false);
    buf_str(&head, "\r\n");
    TRY(spool_put(fd, &head));
    for (int64_t after = 0; after != NONE;) {
        struct arena_mark mark = arena_mark(r->mem);
        struct import_fault *faults;
        struct buf b = {.mem = r->mem};
        size_t n;
        TRY(import_faults(r->conn, r->mem, im->id, after, LINES, &faults, &n,
                          &after));
        lines_out(r, im, faults, n, csv.sep, &b);
        TRY(spool_put(fd, &b));
        arena_rewind(r->mem, mark);
    }
    return OK;
}

enum status import_faults_send(struct req *r, struct import *im)
{
    return spool_send(r, faults_write, im, "text/csv; charset=utf-8",
                      arena_printf(r->mem, "import-%" PRId64 ".csv", im->id));
}
