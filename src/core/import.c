/* Staging an import: its heads and what they mean, its states. */
#include "base/random.h"
#include "base/utf8.h"
#include "core/importing.h"
#include "core/task.h"
#include "i18n/lang.h"

static void apply_map(struct import *im, const struct import_map *map, size_t n)
{
    for (size_t i = 0; i < im->column_count; i++)
        for (size_t k = 0; k < n; k++)
            if (same(map[k].head, im->columns[i].head))
                im->columns[i].field = *map[k].field ? map[k].field : NULL;
}

static const char *map_json(struct arena *a, const struct import *im)
{
    struct buf out = {.mem = a};
    struct json j = {.out = &out};
    json_array(&j, NULL);
    for (size_t i = 0; i < im->column_count; i++) {
        json_object(&j, NULL);
        json_cstr(&j, "head", im->columns[i].head);
        json_cstr(&j, "field", im->columns[i].field);
        json_end_object(&j);
    }
    json_end_array(&j);
    return str_dup(a, buf_done(&out));
}

static void map_read(struct arena *a, struct import *im, struct str text)
{
    const char *why;
    const struct json_value *v = json_parse(a, text, &why);
    CHECK(v && v->type == J_ARRAY); /* our own writing */
    im->columns = NEW_ARRAY(a, struct import_column, v->n + 1);
    im->column_count = v->n;
    for (size_t i = 0; i < v->n; i++) {
        const struct json_value *o = &v->members[i].value;
        const struct json_value *head = json_get(o, "head");
        const struct json_value *field = json_get(o, "field");
        im->columns[i].head = str_dup(a, head->s);
        if (field->type == J_TEXT)
            im->columns[i].field = str_dup(a, field->s);
    }
}

/* What names these heads, to remember their mapping by. */
static const char *heads_key(struct arena *a, const struct import *im)
{
    struct buf all = {.mem = a};
    unsigned char digest[SHA256];
    for (size_t i = 0; i < im->column_count; i++) {
        buf_str(&all, im->columns[i].head);
        buf_char(&all, '\n');
    }
    sha256(digest, buf_done(&all));
    return hex(a, digest, sizeof(digest));
}

static enum status read_heads(struct arena *a, struct csv *csv,
                              const struct entity *e, struct import *im,
                              const char **why)
{
    struct str *cells;
    size_t n;
    enum status s = csv_next(a, csv, &cells, &n, why);
    if (s == ERR_NOT_FOUND)
        *why = "import.empty";
    if (s != OK)
        return ERR_INVALID;
    if (n > IMPORT_COLUMNS) {
        *why = "import.too_wide";
        return ERR_INVALID;
    }
    im->columns = NEW_ARRAY(a, struct import_column, n + 1);
    im->column_count = n;
    const char **folds = NEW_ARRAY(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        im->columns[i].head = str_dup(a, str_trim(cells[i]));
        /* "Nom" and "NOM" are one name, to who reads them and to us. */
        folds[i] = utf8_fold(a, str_of(im->columns[i].head)).p;
        for (size_t k = 0; k < i; k++)
            if (*folds[i] && same(folds[i], folds[k])) {
                *why = arena_printf(a, "%s:%s", "import.same_head",
                                    im->columns[i].head);
                return ERR_INVALID;
            }
        im->columns[i].field = head_field(a, e, im->columns[i].head);
    }
    import_key_head(im);
    return OK;
}

/* No key: each change of state adds one, and a task finds what to do by the
 * state; one too many does nothing. */
static enum status import_task_add(struct conn *c, struct arena *a, int64_t id,
                                   int64_t person)
{
    const char *payload = arena_printf(a, "%" PRId64 " %" PRId64, id, person);
    return task_add(c, "core.import", payload, NULL, 0);
}

struct staging {
    struct import *im;
    const char *mapping;
    bool task;
};

static enum status stage(struct conn *c, struct arena *a, void *data)
{
    struct staging *s = data;
    TRY(db_exec(
        c,
        SQL("INSERT INTO core_import (entity, file, name, person, at,"
            " state, mapping, note, reason) VALUES (:entity, :file,"
            " :name, :person, :at, 'staged', :mapping, :note,"
            " :reason){returning}"),
        ARGS(arg_cstr("entity", s->im->entity->name),
             arg_cstr("file", s->im->file), arg_cstr("name", s->im->name),
             arg_int("person", s->im->person), arg_int("at", s->im->at),
             arg_cstr("mapping", s->mapping), arg_cstr("note", s->im->note),
             arg_cstr("reason", s->im->reason)),
        NULL));
    s->im->id = conn_last_id(c);
    return s->task ? import_task_add(c, a, s->im->id, s->im->person) : OK;
}

static enum status remembered(struct app *app, struct arena *a,
                              struct import *im)
{
    struct conn *c;
    struct rows *rows;
    TRY(conn_open(app->db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = db_rows(c, a,
                    SQL("SELECT mapping FROM core_mapping"
                        " WHERE entity = :entity AND heads = :heads"),
                    ARGS(arg_cstr("entity", im->entity->name),
                         arg_cstr("heads", heads_key(a, im))),
                    &rows);
    if (s == OK && rows_next(rows)) {
        struct str text = row_str(rows, 0);
        map_read(a, im, (struct str){str_dup(a, text), text.n});
    }
    if (s == OK)
        s = rows_end(rows);
    conn_end(c);
    conn_close(c);
    return s;
}

static bool any_column(const struct import *im)
{
    bool any = false;
    for (size_t i = 0; i < im->column_count; i++)
        any |= im->columns[i].field != NULL;
    return any;
}

/* The heads of the stored file, and what its columns mean. */
static enum status understand(struct app *app, struct arena *a,
                              const struct import_sent *sent, struct import *im,
                              const char **why)
{
    struct csv csv;
    TRY(sheet_open(app, a, im->file, &csv));
    TRY(read_heads(a, &csv, im->entity, im, why));
    if (csv.at >= csv.text.n) {
        *why = "import.only_heads";
        return ERR_INVALID;
    }
    TRY(remembered(app, a, im));
    apply_map(im, sent->map, sent->map_count);
    if (any_column(im))
        return OK;
    const struct entity *other = import_kind(app, a, im);
    *why = other ? arena_printf(a, "import.other_kind:%s", other->name)
                 : "import.no_column";
    return ERR_INVALID;
}

struct form_error import_refusal(struct arena *a, const struct lang *lang,
                                 const char *why)
{
    struct str rest = str_of(why), key;
    (void)str_next(&rest, ':', &key);
    if (str_eq(key, "import.other_kind"))
        rest = str_of(tr(lang, arena_printf(a, "%s.list", rest.p)));
    return (struct form_error){.key = str_dup(a, key), .text = rest};
}

enum status import_stage(struct app *app, struct arena *a,
                         const struct import_sent *sent, struct import *out,
                         const char **why)
{
    struct import im = {.entity = sent->entity,
                        .person = sent->person,
                        .name = sent->name ? sent->name : "",
                        .reason = sent->reason,
                        .at = time_now(),
                        .state = "staged"};
    *why = sheet_refused(sent->text);
    if (*why)
        return ERR_INVALID;
    TRY(sheet_keep(app, a, sent->text, &im.file, &im.note));
    enum status s = understand(app, a, sent, &im, why);
    if (s == OK) {
        struct staging staging = {&im, map_json(a, &im), sent->task};
        s = db_write(app->db, a, stage, &staging);
    }
    /* What no import came to name, as on a full disk, is not kept. */
    if (s != OK)
        (void)!sheet_drop(app, a, im.file);
    TRY(s);
    /* Somebody else took it away while no import named it yet. */
    if (!sheet_is_there(app, a, im.file))
        TRY(sheet_keep(app, a, sent->text, &im.file, &im.note));
    *out = im;
    return OK;
}

enum status import_take(struct conn *c, struct import *im)
{
    TRY(db_exec(c, SQL("UPDATE core_import SET run = run + 1 WHERE id = :id"),
                ARGS(arg_int("id", im->id)), NULL));
    TRY(db_int(c, SQL("SELECT run FROM core_import WHERE id = :id"),
               ARGS(arg_int("id", im->id)), &im->run));
    return db_int(c, SQL("SELECT applied FROM core_import WHERE id = :id"),
                  ARGS(arg_int("id", im->id)), &im->applied);
}

enum status import_load(struct app *app, struct conn *c, struct arena *a,
                        int64_t id, struct import *out)
{
    struct rows *rows;
    TRY(db_rows(
        c, a,
        SQL("SELECT i.entity, i.file, i.state, i.mapping, i.note, i.lines,"
            " i.checked, i.bad, i.applied, i.inserted, i.updated, i.same,"
            " i.person, i.at, (SELECT count(*) FROM core_import_line l WHERE"
            " l.import = i.id AND l.outcome = 'repeated'), (SELECT count(*)"
            " FROM core_import_line l WHERE l.import = i.id AND"
            " l.outcome = 'kept'), i.name,"
            " i.reason, i.corrects FROM core_import i WHERE i.id = :id"),
        ARGS(arg_int("id", id)), &rows));
    struct import im = {.id = id};
    bool found = rows_next(rows);
    if (found) {
        im.entity = sheet_kind_find(app, row_text(rows, 0));
        im.file = row_text(rows, 1);
        im.state = row_text(rows, 2);
        im.note = row_text(rows, 4);
        int64_t *const numbers[] = {&im.lines,     &im.done,     &im.bad,
                                    &im.applied,   &im.inserted, &im.updated,
                                    &im.unchanged, &im.person,   &im.at,
                                    &im.repeated,  &im.kept};
        for (size_t i = 0; i < COUNT(numbers); i++)
            *numbers[i] = row_int(rows, (int)i + 5);
        im.name = row_text(rows, 16);
        im.reason = row_text(rows, 17);
        im.corrects = row_int(rows, 18);
        map_read(a, &im, str_of(row_text(rows, 3)));
    }
    TRY(rows_end(rows));
    if (!found || !im.entity)
        return ERR_NOT_FOUND;
    *out = im;
    return OK;
}

const struct entity *import_made(const struct import *im)
{
    const struct intake *k = intake_of(im->entity);
    return k ? k->made : im->entity;
}

struct remapping {
    const struct import *im;
    const char *mapping, *heads;
};

static enum status remap(struct conn *c, struct arena *a, void *data)
{
    const struct remapping *r = data;
    int64_t changed;
    TRY(db_exec(c,
                SQL("UPDATE core_import SET mapping = :mapping,"
                    " state = 'staged', checked = 0, lines = 0 WHERE id = :id"
                    " AND state IN ('checked', 'stopped')"),
                ARGS(arg_cstr("mapping", r->mapping), arg_int("id", r->im->id)),
                &changed));
    if (!changed)
        return ERR_CONFLICT;
    TRY(db_exec(c,
                SQL("INSERT INTO core_mapping (entity, heads, mapping)"
                    " VALUES (:entity, :heads, :mapping)"
                    " ON CONFLICT (entity, heads)"
                    " DO UPDATE SET mapping = excluded.mapping"),
                ARGS(arg_cstr("entity", r->im->entity->name),
                     arg_cstr("heads", r->heads),
                     arg_cstr("mapping", r->mapping)),
                NULL));
    return import_task_add(c, a, r->im->id, r->im->person);
}

enum status import_remap(struct app *app, struct arena *a, struct import *im,
                         const struct import_map *map, size_t map_count)
{
    for (size_t i = 0; i < map_count; i++) {
        if (*map[i].field && !import_takes(im->entity, map[i].field))
            return ERR_INVALID;
    }
    apply_map(im, map, map_count);
    struct remapping r = {im, map_json(a, im), heads_key(a, im)};
    return db_write(app->db, a, remap, &r);
}

enum status import_ask(struct conn *c, struct arena *a, const struct import *im,
                       const char *from, const char *to, int64_t person)
{
    struct str rest = str_of(from), one;
    int64_t changed = 0;
    if (same(to, "undoing"))
        TRY(import_mark_kept(c, im->id));
    while (!changed && str_next(&rest, ' ', &one))
        TRY(db_exec(
            c,
            SQL("UPDATE core_import SET state = :to, applied = CASE WHEN"
                " (state = 'paused' AND :to = 'applying') OR state = 'halted'"
                " THEN applied ELSE 0 END, note = CASE WHEN note ="
                " 'import.given_up' THEN NULL ELSE note END, reason ="
                " COALESCE(:reason, reason)" FROM_ZERO
                " WHERE id = :id AND state = :from AND (:from <> 'undone' OR"
                " EXISTS (SELECT 1 FROM core_import_line l WHERE l.import = :id"
                " AND l.outcome = 'again'))"),
            ARGS(arg_cstr("to", to), arg_int("id", im->id),
                 arg_cstr("reason", im->reason), arg_text("from", one)),
            &changed));
    return changed ? import_task_add(c, a, im->id, person) : ERR_CONFLICT;
}

enum status import_stop(struct conn *c, int64_t id)
{
    int64_t changed;
    TRY(db_exec(c,
                SQL("UPDATE core_import SET state = CASE state WHEN 'staged'"
                    " THEN 'stopped' WHEN 'applying' THEN 'paused' ELSE"
                    " 'halted' END WHERE id = :id"
                    " AND state IN ('staged', 'applying', 'undoing')"),
                ARGS(arg_int("id", id)), &changed));
    return changed ? OK : ERR_CONFLICT;
}
