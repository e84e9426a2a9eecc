/* The lines of an import's file, read and checked the way of a form. */
#include "base/random.h"
#include "core/import_seen.h"
#include "core/importing.h"
#include "core/request.h"

enum {
    PIECE = 2000, /* lines; the larger, the fewer pages are written twice */
    PIECE_OF_MANY = 100, /* where each line is several rows */
    PIECE_BYTES = 2 << 20,
    PIECE_MEMORY = 256 << 20,
};

/* A column that fills a field, or a link; those of one field stand in the
 * order of its aliases. */
struct filler {
    const char *name;
    const struct field *field; /* NULL: a link */
    size_t at;
    int rank;
};

struct reader {
    const struct import *im;
    struct conn *conn;
    struct reach reach; /* of whoever sent the file */
    struct csv csv;
    struct filler *columns;
    size_t column_count;
    const struct field *code; /* NULL: the file has none */
    const char *key;          /* see import_key; NULL: it has none */
    size_t key_at;
    const struct intake *intake; /* NULL: lines are rows of their own */
    struct seen seen;            /* codes and other unique texts, too */
    int64_t from;
    bool reasoned; /* what corrects may stand */
};

/* One record, looked up by field name. */
struct record {
    const struct reader *reader;
    struct arena *mem;
    const struct str *cells;
    size_t n;
};

static struct str cell_of(const struct record *r, const struct filler *c)
{
    return c->at < r->n ? str_trim(csv_plain(r->cells[c->at])) : STR("");
}

/* May the text stand? Of several columns of a choice, one may hold codes that
 * we do not know, and the next says the same in words. */
static bool understood(const struct record *r, const struct filler *c,
                       struct str text)
{
    struct value v;
    struct form_error error;
    return c->field->type != F_CHOICE ||
           !field_parse(r->mem, NULL, r->reader->im->entity, c->field, text, &v,
                        &error);
}

/* Of several columns, the first that holds a value known; else the first that
 * holds any. */
static struct str first_of(const struct record *r, const struct filler *c,
                           const struct filler *end)
{
    struct str any = STR("");
    for (const struct field *f = c->field; c < end && c->field == f; c++) {
        struct str text = cell_of(r, c);
        if (text.n && understood(r, c, text))
            return text;
        if (!any.n)
            any = text;
    }
    return any;
}

/* "EDU-1 | EDU-4": the nth of them. */
static struct str nth_of(struct str cell, size_t nth)
{
    struct str one = {NULL, 0};
    for (size_t i = 0; i <= nth; i++)
        if (!str_next(&cell, '|', &one))
            return (struct str){NULL, 0};
    return str_trim(one);
}

static struct str record_get(const void *data, const char *name, size_t nth)
{
    const struct record *r = data;
    const struct filler *c = r->reader->columns;
    const struct filler *end = c + r->reader->column_count;
    while (c < end && c->name != name && !same(c->name, name))
        c++;
    if (c < end && !c->field)
        return nth_of(cell_of(r, c), nth);
    if (c == end || nth > 0)
        return (struct str){NULL, 0};
    bool alone = c + 1 == end || c[1].field != c->field;
    return alone ? cell_of(r, c) : first_of(r, c, end);
}

static void fault_write(struct json *j, const struct form_error *e,
                        struct str typed)
{
    json_object(j, NULL);
    json_cstr(j, "field", e->field);
    json_cstr(j, "key", e->key);
    json_int(j, "min", e->min);
    json_int(j, "max", e->max);
    json_text(j, "text", e->text);
    json_text(j, "typed", typed);
    json_end_object(j);
}

static void tell(struct piece *p, const struct import_line *line,
                 const char *outcome, const struct record *record,
                 const struct form_errors *errors)
{
    struct buf b = {.mem = &p->mem};
    struct json j = {.out = &b};
    json_array(&j, NULL);
    for (size_t i = 0; i < errors->n; i++) {
        const struct form_error *e = &errors->list[i];
        struct str typed = {NULL, 0};
        if (record && e->field)
            typed = record_get(record, e->field, 0);
        fault_write(&j, e, typed.p ? typed : STR(""));
    }
    json_end_array(&j);
    if (p->bad_count == p->bad_room) {
        size_t room = p->bad_room ? p->bad_room * 2 : 16;
        struct import_bad *bad = NEW_ARRAY(&p->mem, struct import_bad, room);
        if (p->bad_count)
            memcpy(bad, p->bad, p->bad_count * sizeof(*bad));
        p->bad = bad;
        p->bad_room = room;
    }
    p->bad[p->bad_count++] =
        (struct import_bad){line->number, outcome, line->raw, buf_done(&b)};
}

void piece_refuse(struct piece *p, const struct import_line *line,
                  const char *outcome, const struct form_errors *errors)
{
    tell(p, line, outcome, NULL, errors);
}

static void refuse_for(struct piece *p, const struct import_line *line,
                       const char *outcome, struct form_error error)
{
    struct form_errors errors = {.mem = &p->mem};
    form_error_add(&errors, error);
    tell(p, line, outcome, NULL, &errors);
}

/* A file changes nothing that its sender could not change by a form: neither
 * the row as it stands nor as it would be may lie out of reach. */
static enum status check_reach(struct reader *r, struct arena *a,
                               const void *row, struct form_errors *errors)
{
    bool within;
    TRY(row_within(r->conn, a, r->im->entity, row, &r->reach, &within));
    if (!within)
        form_error(errors, NULL, "import.out_of_reach");
    return OK;
}

static bool has_column(const struct reader *r, const struct field *f)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (r->columns[i].field == f)
            return true;
    return false;
}

/* A new row needs what the file has no column for: one is told for the line,
 * all of them once for the file. */
static void check_absent(const struct reader *r, const void *row,
                         struct form_errors *errors)
{
    const struct entity *e = r->im->entity;
    for (const struct field *f = e->fields; f->name; f++)
        if ((f->flags & F_REQUIRED) && import_fills(e, f) &&
            !has_column(r, f) && field_get(f, row).type == V_NULL) {
            form_error(errors, f->name, "import.column_missing");
            return;
        }
}

/* Unique texts but the code: the database would refuse the second line. */
static void check_twice(struct reader *r, struct arena *a, const void *row,
                        int64_t number, struct form_errors *errors)
{
    for (const struct field *f = r->im->entity->fields; f->name; f++) {
        if (!(f->flags & F_UNIQUE) || f->type != F_TEXT || f == r->code)
            continue;
        struct value v = field_get(f, row);
        int64_t before = v.type == V_TEXT
                             ? seen_before(&r->seen, a, f->name, v.s, number)
                             : 0;
        if (before)
            form_error_add(errors,
                           (struct form_error){.field = f->name,
                                               .key = "import.twice",
                                               .text = str_of(arena_printf(
                                                   a, "%" PRId64, before))});
    }
}

/* What the database would refuse, or the entity once the lines before are
 * there: the check foresees it. */
static enum status check_rivals(struct reader *r, struct arena *a,
                                struct import_line *line, const void *now,
                                struct form_errors *errors)
{
    const struct entity *e = r->im->entity;
    struct form_error error = {0};
    bool taken;
    int64_t before = 0;
    line->corrects = line->exists && row_corrects(e, now, line->row);
    TRY(row_taken(r->conn, a, e, line->row, &taken));
    if (taken)
        error.key = "form.taken_together";
    else if ((before = seen_twin(&r->seen, a, e, line->row, line->number)))
        error.key = "import.twice_together";
    else if ((before = seen_turn(&r->seen, a, e, line->row, line->number)))
        error = (struct form_error){.key = "import.same_days",
                                    .field = e->turns->from};
    else if (line->corrects && !r->reasoned)
        error.key = "import.year_closed";
    if (!error.key)
        return OK;
    if (before)
        error.text = str_of(arena_printf(a, "%" PRId64, before));
    form_error_add(errors, error);
    return OK;
}

/* Against the lines before it, of which those that were refused do not count:
 * what it says is kept once it may stand. */
static enum status check_lines(struct reader *r, struct arena *a,
                               struct import_line *line, const void *now,
                               struct form_errors *errors)
{
    const struct entity *e = r->im->entity;
    r->seen.looks = true;
    check_twice(r, a, line->row, line->number, errors);
    const enum status s =
        errors->n ? OK : check_rivals(r, a, line, now, errors);
    r->seen.looks = false;
    if (s != OK || errors->n)
        return s;
    check_twice(r, a, line->row, line->number, errors);
    (void)seen_twin(&r->seen, a, e, line->row, line->number);
    (void)seen_turn(&r->seen, a, e, line->row, line->number);
    return OK;
}

static bool code_of(const struct reader *r, const struct record *record,
                    struct value *v)
{
    struct form_error error;
    if (!r->code)
        return false;
    struct str typed = record_get(record, r->code->name, 0);
    return typed.n &&
           !field_parse(record->mem, NULL, r->im->entity, r->code, typed, v,
                        &error) &&
           v->type == V_TEXT;
}

static const struct reach *whole_reach(void *data, const struct entity *e,
                                       const struct field *f)
{
    (void)data, (void)e, (void)f;
    return &reach_all;
}

/* Its links, where the file has a column of them. */
static enum status links_read(struct reader *r, struct arena *a,
                              const struct form_input *in,
                              const struct form_source *source,
                              struct import_line *line,
                              struct form_errors *errors)
{
    const struct entity *e = r->im->entity;
    size_t n = entity_link_count(e);
    if (!n)
        return OK;
    line->links = NEW_ARRAY(a, struct links, n);
    line->given = NEW_ARRAY(a, bool, n);
    for (size_t i = 0; i < n; i++) {
        struct links_typed typed;
        enum status s = links_from_input(a, &e->links[i], in, source,
                                         PARSE_CODES, &typed, errors);
        if (s != OK && s != ERR_INVALID)
            return s;
        line->links[i] = typed.links;
        line->given[i] = typed.given;
    }
    return OK;
}

/* Whole regions may be unknown here: what leaves a field empty is told at the
 * first line that has it. */
static void notes_once(struct reader *r, struct arena *a, int64_t number,
                       struct form_errors *notes)
{
    size_t kept = 0;
    for (size_t i = 0; i < notes->n; i++) {
        const struct form_error *e = &notes->list[i];
        if (same(e->key, "import.unknown_code_new") &&
            seen_before(&r->seen, a, e->field, e->text, number))
            continue;
        notes->list[kept++] = *e;
    }
    notes->n = kept;
}

/* "" where the line has none. */
static struct str key_of(const struct reader *r, const struct record *record)
{
    return r->key && r->key_at < record->n
               ? str_trim(csv_plain(record->cells[r->key_at]))
               : STR("");
}

/* The line before it that is about the same row; 0: none. */
static int64_t row_before(struct reader *r, struct arena *a,
                          const struct record *record, const struct value *code,
                          int64_t number)
{
    const struct str key = key_of(r, record);
    const int64_t coded =
        code ? seen_before(&r->seen, a, r->code->name, code->s, number) : 0;
    const int64_t keyed =
        key.n ? seen_before(&r->seen, a, r->key, key, number) : 0;
    return coded ? coded : keyed;
}

/* As it stands; or a new one, under the uid that the file gives it. */
static enum status row_begun(struct reader *r, struct arena *a,
                             const struct record *record,
                             const struct value *code, struct import_line *line,
                             struct form_errors *errors)
{
    const struct entity *e = r->im->entity;
    const struct str key = key_of(r, record);
    const enum status s =
        import_row(r->conn, a, e, code, key, &line->row, errors);
    line->exists = s == OK;
    if (s != ERR_NOT_FOUND)
        return s;
    struct row *row = line->row = row_new(a, e);
    if (e->has_uid && key.n)
        row->uid = str_dup(a, key);
    row_begin(a, e, row);
    return OK;
}

/* A line of an intake has no code: it is the one before it when it says the
 * same, and what stands already when the intake finds it. *before: that line's
 * number, or 0. */
static enum status line_recognise(struct reader *r, struct arena *a,
                                  struct import_line *line, int64_t *before)
{
    const struct entity *e = r->im->entity;
    unsigned char digest[SHA256];
    struct buf said = {.mem = a};
    struct json j = {.out = &said};
    int64_t stands;
    json_object(&j, NULL);
    row_json(&j, e, line->row);
    json_end_object(&j);
    sha256(digest, buf_done(&said));
    *before = seen_before(&r->seen, a, "line",
                          str_of(hex(a, digest, sizeof(digest))), line->number);
    TRY(r->intake->find(r->conn, a, line->row, &stands));
    line->exists = line->alike = stands != NONE;
    return OK;
}

/* What the writer will find once the lines before it are written. */
static enum status line_weigh(struct reader *r, struct arena *a,
                              struct import_line *line,
                              struct form_errors *errors)
{
    struct weighing w = {.seen = &r->seen, .line = line->number};
    if (line->exists || !r->im->dry || !r->intake->weigh)
        return OK;
    TRY(r->intake->weigh(r->conn, a, line->row, &w));
    line->exists = line->alike = w.there;
    if (w.fault)
        form_error_add(errors,
                       (struct form_error){.key = w.fault, .field = w.field});
    return OK;
}

static void refuse_repeated(struct piece *p, const struct import_line *line,
                            const char *field, int64_t before)
{
    refuse_for(p, line, "repeated",
               (struct form_error){
                   .field = field,
                   .key = "import.repeated",
                   .text = str_of(arena_printf(&p->mem, "%" PRId64, before))});
}

/* The row as it will be: the one with that code as it stands, or a new one. */
static enum status line_read(struct reader *r, struct piece *p,
                             const struct record *record,
                             const struct value *code, struct import_line *line)
{
    const struct entity *e = r->im->entity;
    struct arena *a = &p->mem;
    struct form_input in = {record_get, record, NULL};
    struct form_source source = {.conn = r->conn, .reach = whole_reach};
    struct form_errors notes = {.mem = a};
    struct form_errors errors = {.mem = a, .notes = &notes};
    TRY(row_begun(r, a, record, code, line, &errors));
    if (line->exists)
        TRY(check_reach(r, a, line->row, &errors));
    const void *now = row_copy(a, e, line->row);
    enum status s = row_from_input(
        a, e, &in, &source, PARSE_GIVEN | PARSE_CODES, line->row, &errors);
    if (s != OK && s != ERR_INVALID)
        return s;
    TRY(links_read(r, a, &in, &source, line, &errors));
    if (!line->exists)
        check_absent(r, line->row, &errors);
    if (!errors.n)
        TRY(check_reach(r, a, line->row, &errors));
    if (!errors.n)
        TRY(check_lines(r, a, line, now, &errors));
    if (!errors.n && line->exists && row_same(e, now, line->row))
        TRY(links_alike(r->conn, a, e, line, ((struct row *)line->row)->id,
                        &line->alike));
    int64_t before = 0;
    if (!errors.n && r->intake)
        TRY(line_recognise(r, a, line, &before));
    if (!errors.n && r->intake && !before)
        TRY(line_weigh(r, a, line, &errors));
    if (errors.n)
        tell(p, line, "refused", record, &errors);
    else if (before)
        refuse_repeated(p, line, NULL, before);
    else
        p->lines[p->count++] = *line;
    if (!errors.n)
        notes_once(r, a, line->number, &notes);
    if (!errors.n && notes.n)
        tell(p, line, "noted", record, &notes);
    return OK;
}

/* Cells beyond the heads, or a last line that ends too early: something was
 * moved or cut, and no cell can be trusted. */
static const char *shape_fault(const struct reader *r,
                               const struct record *record)
{
    const size_t heads = r->im->column_count;
    for (size_t i = heads; i < record->n; i++)
        if (str_trim(record->cells[i]).n)
            return "import.too_many_cells";
    const struct str all = r->csv.text;
    bool last = r->csv.at >= all.n && !memchr("\r\n", all.p[all.n - 1], 2);
    return last && record->n < heads ? "import.cut" : NULL;
}

static enum status record_read(struct reader *r, struct piece *p,
                               const struct record *record,
                               struct import_line *line)
{
    struct value code;
    bool coded = code_of(r, record, &code);
    int64_t before =
        row_before(r, &p->mem, record, coded ? &code : NULL, line->number);
    if (line->number < r->from)
        return OK;
    const char *wrong = shape_fault(r, record);
    if (wrong)
        refuse_for(p, line, "refused", (struct form_error){.key = wrong});
    else if (before)
        refuse_repeated(p, line, coded ? r->code->name : NULL, before);
    else
        return line_read(r, p, record, coded ? &code : NULL, line);
    return OK;
}

/* The next record into the piece; *p->end at the file's end. */
static enum status next_record(struct reader *r, struct piece *p)
{
    struct record record = {.reader = r, .mem = &p->mem};
    struct import_line line = {.number = r->csv.line};
    const char *why;
    struct str *cells = NULL;
    size_t at = r->csv.at;
    enum status s = csv_next(&p->mem, &r->csv, &cells, &record.n, &why);
    p->end = s == ERR_NOT_FOUND;
    p->next = r->csv.line;
    if (p->end)
        return OK;
    p->records++;
    line.raw = str_trim((struct str){r->csv.text.p + at, r->csv.at - at});
    record.cells = cells;
    if (s == OK)
        return record_read(r, p, &record, &line);
    if (s == ERR_INVALID && line.number >= r->from)
        refuse_for(p, &line, "refused", (struct form_error){.key = why});
    return s == ERR_INVALID ? OK : s;
}

struct filling {
    struct reader *reader;
    struct piece *piece;
};

static enum status fill(void *data)
{
    struct filling *f = data;
    struct reader *r = f->reader;
    struct piece *p = f->piece;
    p->lines = NEW_ARRAY(&p->mem, struct import_line, PIECE);
    TRY(conn_begin(r->conn, 0));
    size_t from = r->csv.at;
    const size_t most = r->intake ? PIECE_OF_MANY : PIECE;
    while (!p->end && p->count + p->bad_count < most &&
           r->csv.at - from < PIECE_BYTES) {
        bool passed = r->csv.line < r->from;
        struct arena_mark mark = arena_mark(&p->mem);
        TRY(next_record(r, p));
        if (passed) {
            arena_rewind(&p->mem, mark);
            from = r->csv.at;
        }
    }
    return OK;
}

void piece_read(struct reader *r, struct piece *p)
{
    arena_reset(&p->mem);
    *p = (struct piece){.mem = {.limit = PIECE_MEMORY}};
    struct filling f = {r, p};
    p->status = arena_run(&p->mem, fill, &f);
    conn_end(r->conn);
}

static int by_field(const void *a, const void *b)
{
    const struct filler *x = a, *y = b;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

static void columns_order(struct reader *r, struct arena *a)
{
    const struct import *im = r->im;
    r->columns = NEW_ARRAY(a, struct filler, im->column_count + 1);
    for (size_t i = 0; i < im->column_count; i++) {
        const char *name = im->columns[i].field;
        const struct field *f = name ? entity_field(im->entity, name) : NULL;
        const struct link *l = name ? entity_link(im->entity, name) : NULL;
        if (!f && !l && name) {
            r->key = import_key(im->entity);
            r->key_at = i;
        }
        if (!f && !l)
            continue;
        name = f ? f->name : l->name;
        int rank = head_rank(a, im->entity, name, im->columns[i].head);
        r->columns[r->column_count++] =
            (struct filler){name, f, i, rank < 0 ? INT16_MAX : rank};
    }
    qsort(r->columns, r->column_count, sizeof(*r->columns), by_field);
    const char *code = im->entity->code;
    r->code = code ? entity_field(im->entity, code) : NULL;
    if (r->code && !has_column(r, r->code))
        r->code = NULL;
}

static enum status heads_pass(struct arena *a, struct csv *csv)
{
    struct str *cells;
    size_t n;
    const char *why;
    return csv_next(a, csv, &cells, &n, &why);
}

enum status import_reach(struct app *app, struct conn *c, struct arena *a,
                         const struct import *im, struct reach *out)
{
    struct who *who;
    const char *right = im->entity->write;
    *out = reach_all;
    if (!im->person)
        return OK;
    enum status s = who_load(c, a, im->person, &who);
    if (s == ERR_NOT_FOUND || (s == OK && !may(who, right)))
        return ERR_FORBIDDEN;
    TRY(s);
    *out = reach_of(app, a, who, right);
    return OK;
}

enum status reader_open(struct reader **out, struct app *app, struct arena *a,
                        const struct import *im, bool write)
{
    struct reader *r = NEW(a, struct reader);
    *r = (struct reader){.im = im,
                         .from = write ? im->applied : 0,
                         .reasoned = !write || im->reason,
                         .intake = intake_of(im->entity)};
    TRY(sheet_open(app, a, im->file, &r->csv));
    TRY(heads_pass(a, &r->csv));
    columns_order(r, a);
    TRY(conn_open(app->db, &r->conn));
    enum status s = conn_begin(r->conn, 0);
    if (s == OK)
        s = import_reach(app, r->conn, a, im, &r->reach);
    conn_end(r->conn);
    if (s != OK)
        reader_close(r);
    else
        *out = r;
    return s;
}

void reader_close(struct reader *r)
{
    conn_close(r->conn);
    arena_reset(&r->seen.mem);
}

enum status reader_count(struct app *app, struct arena *a,
                         const struct import *im, int64_t *lines)
{
    struct csv csv;
    enum status s = OK;
    int64_t n = -1, line = 0; /* the heads */
    const char *why = "";
    TRY(sheet_open(app, a, im->file, &csv));
    for (; s != ERR_NOT_FOUND; n += s != ERR_NOT_FOUND) {
        struct arena_mark mark = arena_mark(a);
        struct str *cells;
        size_t count;
        line = csv.line;
        s = csv_next(a, &csv, &cells, &count, &why);
        arena_rewind(a, mark);
        if (s == ERR_INVALID && same(why, "csv.quote_open")) {
            *lines = line;
            return s;
        }
    }
    *lines = n;
    return OK;
}
