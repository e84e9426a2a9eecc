/* The lines of an import: checked, applied, taken back. */
#include "base/csv.h"
#include "core/importing.h"
#include "core/request.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 500, PIECE_MS = 5000 };

struct mapped {
    void *p;
    size_t n;
};

static void unmap(void *data)
{
    struct mapped *m = data;
    munmap(m->p, m->n);
}

static enum status file_open(struct app *app, struct arena *a,
                             const struct import *im, struct csv *csv)
{
    const char *path = arena_printf(a, "%s/%s", app->folder, im->file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM;
    if (fstat(fd, &st) != 0 || st.st_size == 0) {
        close(fd);
        return ERR_SYSTEM;
    }
    struct mapped *m = NEW(a, struct mapped);
    m->n = (size_t)st.st_size;
    m->p = mmap(NULL, m->n, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (m->p == MAP_FAILED)
        return ERR_SYSTEM;
    arena_defer(a, unmap, m);
    csv_open(a, csv, (struct str){m->p, m->n});
    return OK;
}

/* One record, looked up by field name: the columns that fill it, in the order
 * of the field's aliases. */
struct record {
    const struct import *im;
    struct str *cells;
    size_t n;
};

static struct str record_get(const void *data, const char *name, size_t nth)
{
    const struct record *r = data;
    size_t seen = 0;
    struct str first = {NULL, 0};
    for (size_t i = 0; i < r->im->column_count; i++) {
        const char *field = r->im->columns[i].field;
        if (!field || !same(field, name))
            continue;
        struct str cell = i < r->n ? r->cells[i] : STR("");
        if (seen++ == nth)
            first = cell;
        /* Several columns fill one field: the first with a text counts. */
        if (nth == 0 && first.p && !str_trim(first).n && str_trim(cell).n)
            first = cell;
    }
    return first;
}

struct line {
    int64_t number;
    void *row;   /* NULL: it was refused */
    bool exists; /* a row with its code stands already */
};

struct run {
    struct app *app;
    struct import *im;
    struct conn *conn;
    struct reach reach; /* of whoever sent the file */
    struct csv csv;
    struct line lines[PIECE];
    size_t count;
    bool end, write;
    struct form_errors errors; /* of the piece */
    int64_t error_line[4096];
    struct str error_typed[4096];
    int64_t inserted, updated, unchanged, bad;
};

static void refuse(struct run *r, int64_t line, const struct record *record,
                   const struct form_errors *e)
{
    r->bad++;
    for (size_t i = 0; i < e->n; i++) {
        if (r->errors.n >= COUNT(r->error_line))
            return;
        const char *field = e->list[i].field;
        r->error_line[r->errors.n] = line;
        r->error_typed[r->errors.n] =
            record && field ? record_get(record, field, 0) : STR("");
        form_error_add(&r->errors, e->list[i]);
    }
}

/* The row as it will be: the one with that code as it stands, or a new one. */
static enum status line_row(struct run *r, struct arena *a,
                            const struct form_input *in, struct line *line)
{
    const struct entity *e = r->im->entity;
    line->row = row_new(a, e);
    row_begin(a, e, line->row);
    if (!e->code)
        return OK;
    const struct field *code = entity_field(e, e->code);
    struct form_error error;
    struct value v;
    struct str typed = in->get(in->data, e->code, 0);
    if (!typed.p || field_parse(a, NULL, e, code, typed, &v, &error) ||
        v.type == V_NULL)
        return OK;
    enum status s = row_find(r->conn, a, e, e->code, v, &line->row);
    if (s == ERR_NOT_FOUND)
        return OK;
    line->exists = s == OK;
    return s;
}

static const struct reach *whole_reach(void *data, const struct entity *e)
{
    (void)data, (void)e;
    return &reach_all;
}

/* A file changes nothing that its sender could not change by a form: neither
 * the row as it stands nor as it would be may lie out of reach. */
static enum status check_reach(struct run *r, struct arena *a, const void *row,
                               struct form_errors *errors)
{
    bool within;
    TRY(row_within(r->conn, a, r->im->entity, row, &r->reach, &within));
    if (!within)
        form_error(errors, NULL, "import.out_of_reach");
    return OK;
}

static enum status read_line(struct run *r, struct arena *a, int64_t number,
                             struct record *record)
{
    const struct entity *e = r->im->entity;
    struct form_input in = {record_get, record, NULL};
    struct form_source source = {.conn = r->conn, .reach = whole_reach};
    struct form_errors errors = {.mem = a};
    struct line line = {.number = number};
    TRY(line_row(r, a, &in, &line));
    if (line.exists)
        TRY(check_reach(r, a, line.row, &errors));
    enum status s = row_from_input(
        a, e, &in, &source, PARSE_GIVEN | PARSE_CODES, line.row, &errors);
    if (s != OK && s != ERR_INVALID)
        return s;
    if (!errors.n)
        TRY(check_reach(r, a, line.row, &errors));
    if (errors.n)
        refuse(r, number, record, &errors);
    else
        r->lines[r->count++] = line;
    return OK;
}

static enum status read_piece(struct run *r, struct arena *a)
{
    r->count = 0;
    r->errors = (struct form_errors){.mem = a};
    for (int i = 0; i < PIECE; i++) {
        struct record record = {.im = r->im};
        const char *why = NULL;
        int64_t number = r->csv.line;
        enum status s = csv_next(a, &r->csv, &record.cells, &record.n, &why);
        if (s == ERR_NOT_FOUND) {
            r->end = true;
            return OK;
        }
        if (s == ERR_INVALID) {
            struct form_errors broken = {.mem = a};
            form_error(&broken, NULL, why);
            refuse(r, number, NULL, &broken);
            /* What follows a quote that never closes cannot be read. */
            r->end = true;
            return OK;
        }
        TRY(s);
        TRY(read_line(r, a, number, &record));
    }
    return OK;
}

static enum status keep_faults(struct run *r, struct conn *c, struct arena *a)
{
    (void)a;
    for (size_t i = 0; i < r->errors.n; i++) {
        const struct form_error *e = &r->errors.list[i];
        struct buf fault = {.mem = a};
        struct json j = {.out = &fault};
        json_object(&j, NULL);
        json_cstr(&j, "field", e->field);
        json_cstr(&j, "key", e->key);
        json_text(&j, "text", e->text);
        json_text(&j, "typed", r->error_typed[i]);
        json_end_object(&j);
        TRY(db_exec(c,
                    SQL("INSERT INTO core_import_line (import, line, cells,"
                        " faults) VALUES (:import, :line, '', :fault)"
                        " ON CONFLICT (import, line) DO NOTHING"),
                    ARGS(arg_int("import", r->im->id),
                         arg_int("line", r->error_line[i]),
                         arg_text("fault", buf_done(&fault))),
                    NULL));
    }
    return OK;
}

/* A code may stand on several lines of one file: the first makes the row, the
 * others find it. */
static enum status apply_line(struct run *r, struct conn *c, struct arena *a,
                              const struct line *line)
{
    const struct entity *e = r->im->entity;
    struct actor by = {r->im->person, r->im->id};
    void *now = NULL;
    enum status s = ERR_NOT_FOUND;
    if (e->code)
        s = row_find(c, a, e, e->code,
                     field_get(entity_field(e, e->code), line->row), &now);
    if (s == ERR_NOT_FOUND) {
        r->inserted++;
        return row_insert(c, a, e, line->row, by);
    }
    TRY(s);
    struct row *to = line->row, *from = now;
    if (!line->exists || row_same(e, now, line->row)) {
        r->unchanged++;
        return OK;
    }
    *to = *from;
    r->updated++;
    return row_update(c, a, e, line->row, by);
}

static enum status apply_piece(struct conn *c, struct arena *a, void *data)
{
    struct run *r = data;
    r->inserted = r->updated = r->unchanged = 0;
    for (size_t i = 0; r->write && i < r->count; i++) {
        struct arena_mark mark = arena_mark(a);
        TRY(apply_line(r, c, a, &r->lines[i]));
        arena_rewind(a, mark);
    }
    if (!r->write)
        TRY(keep_faults(r, c, a));
    return db_exec(
        c,
        SQL("UPDATE core_import SET state = :state, applied = :applied,"
            " inserted = inserted + :inserted, updated = updated + :updated,"
            " same = same + :unchanged, bad = CASE WHEN :write = 1 THEN bad"
            " ELSE bad + :bad END, lines = :lines WHERE id = :id"),
        ARGS(arg_cstr("state", !r->write ? r->end ? "checked" : "staged"
                               : r->end  ? "applied"
                                         : "applying"),
             arg_int("applied", r->write ? r->csv.line : 0),
             arg_int("inserted", r->inserted), arg_int("updated", r->updated),
             arg_int("unchanged", r->unchanged), arg_int("write", r->write),
             arg_int("bad", r->bad), arg_int("lines", r->im->lines),
             arg_int("id", r->im->id)),
        NULL);
}

static enum status forget_faults(struct conn *c, struct arena *a, void *data)
{
    const struct import *im = data;
    (void)a;
    TRY(db_exec(c, SQL("DELETE FROM core_import_line WHERE import = :id"),
                ARGS(arg_int("id", im->id)), NULL));
    return db_exec(c, SQL("UPDATE core_import SET bad = 0 WHERE id = :id"),
                   ARGS(arg_int("id", im->id)), NULL);
}

static enum status count_lines(struct arena *a, struct csv csv, int64_t *lines)
{
    enum status s;
    int64_t n = -1; /* the heads */
    do {
        struct arena_mark mark = arena_mark(a);
        struct str *cells;
        size_t count;
        const char *why;
        s = csv_next(a, &csv, &cells, &count, &why);
        arena_rewind(a, mark);
        n += s == OK;
    } while (s == OK);
    *lines = n < 0 ? 0 : n;
    return OK;
}

static enum status run_pieces(struct run *r, struct arena *a,
                              import_progress *progress, void *data)
{
    int64_t done = 0;
    while (!r->end) {
        struct arena_mark mark = arena_mark(a);
        r->bad = 0;
        TRY(conn_begin(r->conn, 0));
        enum status s = read_piece(r, a);
        conn_end(r->conn);
        TRY(s);
        TRY(db_write_within(r->app->db, a, apply_piece, r, PIECE_MS));
        done += (int64_t)r->count + r->bad;
        r->im->inserted += r->inserted;
        r->im->updated += r->updated;
        r->im->unchanged += r->unchanged;
        r->im->bad += r->write ? 0 : r->bad;
        arena_rewind(a, mark);
        if (progress && !progress(data, done, r->im->lines))
            return ERR_BUSY;
    }
    r->im->state = r->write ? "applied" : "checked";
    return OK;
}

/* Nobody: the command line, which may everything. */
static enum status sender_reach(struct run *r, struct arena *a)
{
    struct who *who;
    const char *right = r->im->entity->write;
    r->reach = reach_all;
    if (!r->im->person)
        return OK;
    enum status s = who_load(r->conn, a, r->im->person, &who);
    if (s == ERR_NOT_FOUND || (s == OK && !may(who, right)))
        return ERR_FORBIDDEN;
    TRY(s);
    r->reach = reach_of(r->app, a, who, right);
    return OK;
}

static enum status run(struct app *app, struct arena *a, struct import *im,
                       bool write, import_progress *progress, void *data)
{
    struct run *r = NEW(a, struct run);
    *r = (struct run){.app = app, .im = im, .write = write};
    TRY(file_open(app, a, im, &r->csv));
    if (!write)
        TRY(count_lines(a, r->csv, &im->lines));
    /* The heads, and what was applied already. */
    do {
        struct arena_mark mark = arena_mark(a);
        struct str *cells;
        size_t n;
        const char *why;
        TRY(csv_next(a, &r->csv, &cells, &n, &why));
        arena_rewind(a, mark);
    } while (write && r->csv.line < im->applied);
    TRY(conn_open(app->db, &r->conn));
    enum status s = conn_begin(r->conn, 0);
    if (s == OK)
        s = sender_reach(r, a);
    conn_end(r->conn);
    if (s == OK)
        s = run_pieces(r, a, progress, data);
    conn_close(r->conn);
    return s;
}

enum status import_check(struct app *app, struct arena *a, struct import *im,
                         import_progress *progress, void *data)
{
    TRY(db_write(app->db, a, forget_faults, im));
    im->bad = 0;
    return run(app, a, im, false, progress, data);
}

enum status import_apply(struct app *app, struct arena *a, struct import *im,
                         import_progress *progress, void *data)
{
    return run(app, a, im, true, progress, data);
}

struct undoing {
    struct import *im;
    int64_t below, kept, person, at;
    size_t n;
    int64_t *ids;
};

static enum status undo_one(struct conn *c, struct arena *a, void *data)
{
    const struct undoing *u = data;
    struct actor by = {u->person, 0};
    return row_undo(c, a, u->im->entity, u->at, u->im->id, by);
}

static enum status undo_piece(struct conn *c, struct arena *a, void *data)
{
    struct undoing *u = data;
    u->kept = 0;
    TRY(import_rows(c, a, u->im->entity, u->im->id, u->below, PIECE, &u->ids,
                    &u->n));
    for (size_t i = 0; i < u->n; i++) {
        u->at = u->ids[i];
        enum status s = db_attempt(c, a, undo_one, u);
        if (s == ERR_STALE || s == ERR_CONFLICT)
            u->kept++;
        else
            TRY(s);
    }
    if (u->n)
        return OK;
    return db_exec(c,
                   SQL("UPDATE core_import SET state = 'undone'"
                       " WHERE id = :id"),
                   ARGS(arg_int("id", u->im->id)), NULL);
}

enum status import_undo(struct app *app, struct arena *a, struct import *im,
                        int64_t person, int64_t *kept)
{
    struct undoing u = {.im = im, .below = NONE, .person = person};
    *kept = 0;
    do {
        struct arena_mark mark = arena_mark(a);
        TRY(db_write_within(app->db, a, undo_piece, &u, PIECE_MS));
        *kept += u.kept;
        if (u.n)
            u.below = u.ids[u.n - 1];
        arena_rewind(a, mark);
    } while (u.n);
    im->state = "undone";
    return OK;
}

enum status import_faults(struct conn *c, struct arena *a, int64_t id,
                          struct import_fault **out, size_t *n)
{
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT line, faults FROM core_import_line"
                    " WHERE import = :id ORDER BY line LIMIT :most"),
                ARGS(arg_int("id", id), arg_int("most", IMPORT_FAULTS)),
                &rows));
    struct import_fault *list =
        NEW_ARRAY(a, struct import_fault, IMPORT_FAULTS);
    size_t found = 0;
    while (rows_next(rows)) {
        const char *why;
        struct str text = row_str(rows, 1);
        const struct json_value *v = json_parse(a, text, &why);
        if (!v)
            continue;
        const struct json_value *f = json_get(v, "field");
        const struct json_value *k = json_get(v, "key");
        const struct json_value *t = json_get(v, "text");
        const struct json_value *typed = json_get(v, "typed");
        list[found++] = (struct import_fault){
            row_int(rows, 0), f && f->type == J_TEXT ? str_dup(a, f->s) : NULL,
            k && k->type == J_TEXT ? str_dup(a, k->s) : "form.invalid",
            t && t->type == J_TEXT ? str_dup(a, t->s) : "",
            typed && typed->type == J_TEXT ? str_dup(a, typed->s) : ""};
    }
    *out = list;
    *n = found;
    return rows_end(rows);
}
