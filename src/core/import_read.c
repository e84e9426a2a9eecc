/* The records of an import's file, by pieces. */
#include "core/import_reader.h"
#include "core/request.h"

enum {
    PIECE = 2000, /* lines; the larger, the fewer pages are written twice */
    PIECE_OF_MANY = 100, /* where each line is several rows */
    PIECE_BYTES = 2 << 20,
    PIECE_MEMORY = 256 << 20,
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

struct str record_get(const void *data, const char *name, size_t nth)
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

struct str record_key(const struct record *record)
{
    const struct reader *r = record->reader;
    return r->key && r->key_at < record->n
               ? str_trim(csv_plain(record->cells[r->key_at]))
               : STR("");
}

bool reader_has(const struct reader *r, const struct field *f)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (r->columns[i].field == f)
            return true;
    return false;
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

/* The line before it that is about the same row; 0: none. */
static int64_t row_before(struct reader *r, struct arena *a,
                          const struct record *record, const struct value *code,
                          int64_t number)
{
    const struct str key = record_key(record);
    const int64_t coded =
        code ? seen_before(&r->seen, a, r->code->name, code->s, number) : 0;
    const int64_t keyed =
        key.n ? seen_before(&r->seen, a, r->key, key, number) : 0;
    return coded ? coded : keyed;
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
        piece_refuse_for(p, line, "refused", (struct form_error){.key = wrong});
    else if (before)
        piece_refuse_repeated(p, line, coded ? r->code->name : NULL, before);
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
        piece_refuse_for(p, &line, "refused", (struct form_error){.key = why});
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
    if (r->code && !reader_has(r, r->code))
        r->code = NULL;
}

static enum status heads_pass(struct arena *a, struct csv *csv)
{
    struct str *cells;
    size_t n;
    const char *why;
    return csv_next(a, csv, &cells, &n, &why);
}

enum status import_sender(const struct app *app, struct conn *c,
                          struct arena *a, const struct import *im,
                          struct who **who, struct reach *reach)
{
    const char *right = im->entity->write;
    *who = NULL;
    *reach = reach_all;
    if (!im->person)
        return OK;
    enum status s = who_load(c, a, im->person, who);
    if (s == ERR_NOT_FOUND || (s == OK && !may(*who, right)))
        return ERR_FORBIDDEN;
    TRY(s);
    *reach = reach_of(app, a, *who, right);
    return OK;
}

enum status reader_open(struct reader **out, struct app *app, struct arena *a,
                        const struct import *im, bool write)
{
    struct reader *r = NEW(a, struct reader);
    *r = (struct reader){.im = im,
                         .from = write ? im->applied : 0,
                         .looks = !write,
                         .app = app,
                         .intake = intake_of(im->entity)};
    TRY(sheet_open(app, a, im->file, &r->csv));
    TRY(heads_pass(a, &r->csv));
    columns_order(r, a);
    TRY(conn_open(app->db, &r->conn));
    enum status s = conn_begin(r->conn, 0);
    if (s == OK)
        s = import_sender(app, r->conn, a, im, &r->who, &r->reach);
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
