#include "core/import.h"

#include "base/csv.h"
#include "base/random.h"
#include "base/utf8.h"
#include "core/importing.h"
#include "i18n/lang.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* "Nom de l'établissement" gives "nom_de_l_etablissement". */
static const char *head_key(struct arena *a, struct str head)
{
    struct str fold = utf8_fold(a, head);
    char *out = arena_alloc(a, fold.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < fold.n; i++) {
        char c = fold.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                     (unsigned char)c >= 0x80;
        if (plain)
            out[n++] = c;
        else if (n && out[n - 1] != '_')
            out[n++] = '_';
    }
    while (n && out[n - 1] == '_')
        n--;
    out[n] = 0;
    return out;
}

static bool may_fill(const struct entity *e, const struct field *f)
{
    return !(f->flags & (F_HIDDEN | F_COMPUTED)) && f->type != F_FILE &&
           !(e->steps && same(f->name, "state"));
}

/* Does this head mean that field: its name, an alias, its label? */
static bool means(struct arena *a, const struct entity *e,
                  const struct field *f, const char *key)
{
    if (same(key, f->name))
        return true;
    for (const char *const *alias = f->aliases; alias && *alias; alias++)
        if (same(*alias, key))
            return true;
    const char *label = arena_printf(a, "%s.%s", e->name, f->name);
    static const char *const langs[] = {"fr", "en"};
    for (size_t i = 0; i < COUNT(langs); i++) {
        const char *text = tr(lang_find(langs[i]), label);
        if (same(key, head_key(a, str_of(text))))
            return true;
    }
    return false;
}

static const char *guess(struct arena *a, const struct entity *e,
                         const char *head)
{
    const char *key = head_key(a, str_of(head));
    for (const struct field *f = e->fields; f->name; f++)
        if (may_fill(e, f) && means(a, e, f, key))
            return f->name;
    return NULL;
}

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
    for (size_t i = 0; i < n; i++) {
        im->columns[i].head = str_dup(a, str_trim(cells[i]));
        for (size_t k = 0; k < i; k++)
            if (*im->columns[i].head &&
                same(im->columns[i].head, im->columns[k].head)) {
                *why = "import.same_head";
                return ERR_INVALID;
            }
        im->columns[i].field = guess(a, e, im->columns[i].head);
    }
    return OK;
}

/* The file goes to the disk before the row that names it. */
static enum status keep_file(struct app *app, struct arena *a, struct str text,
                             const char **name)
{
    unsigned char digest[SHA256];
    sha256(digest, text);
    *name = arena_printf(a, "import-%s.csv", hex(a, digest, 16));
    const char *path = arena_printf(a, "%s/%s", app->folder, *name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return ERR_SYSTEM;
    for (size_t at = 0; at < text.n;) {
        ssize_t n = write(fd, text.p + at, text.n - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            enum status s = errno == ENOSPC ? ERR_FULL : ERR_SYSTEM;
            close(fd);
            unlink(path);
            return s;
        }
        at += (size_t)n;
    }
    bool kept = fsync(fd) == 0;
    return close(fd) == 0 && kept ? OK : ERR_SYSTEM;
}

struct staging {
    struct import *im;
    const char *mapping;
};

static enum status stage(struct conn *c, struct arena *a, void *data)
{
    struct staging *s = data;
    (void)a;
    TRY(db_exec(c,
                SQL("INSERT INTO core_import (entity, file, person, at, state,"
                    " mapping) VALUES (:entity, :file, :person, :at, 'staged',"
                    " :mapping){returning}"),
                ARGS(arg_cstr("entity", s->im->entity->name),
                     arg_cstr("file", s->im->file),
                     arg_int("person", s->im->person), arg_int("at", s->im->at),
                     arg_cstr("mapping", s->mapping)),
                NULL));
    s->im->id = conn_last_id(c);
    return OK;
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

enum status import_stage(struct app *app, struct arena *a,
                         const struct entity *e, struct str text,
                         const struct import_map *map, size_t map_count,
                         int64_t person, struct import *out, const char **why)
{
    struct csv csv;
    struct import im = {
        .entity = e, .person = person, .at = time_now(), .state = "staged"};
    csv_open(a, &csv, text);
    im.was_latin1 = csv.was_latin1;
    TRY(read_heads(a, &csv, e, &im, why));
    TRY(remembered(app, a, &im));
    apply_map(&im, map, map_count);
    bool any = false;
    for (size_t i = 0; i < im.column_count; i++)
        any |= im.columns[i].field != NULL;
    if (!any) {
        *why = "import.no_column";
        return ERR_INVALID;
    }
    TRY(keep_file(app, a, text, &im.file));
    struct staging s = {&im, map_json(a, &im)};
    TRY(db_write(app->db, a, stage, &s));
    *out = im;
    return OK;
}

enum status import_load(struct app *app, struct conn *c, struct arena *a,
                        int64_t id, struct import *out)
{
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT entity, file, state, mapping, lines, bad, applied,"
                    " inserted, updated, same, person, at FROM core_import"
                    " WHERE id = :id"),
                ARGS(arg_int("id", id)), &rows));
    struct import im = {.id = id};
    bool found = rows_next(rows);
    if (found) {
        im.entity = entity_find(app, row_text(rows, 0));
        im.file = row_text(rows, 1);
        im.state = row_text(rows, 2);
        im.lines = row_int(rows, 4);
        im.bad = row_int(rows, 5);
        im.applied = row_int(rows, 6);
        im.inserted = row_int(rows, 7);
        im.updated = row_int(rows, 8);
        im.unchanged = row_int(rows, 9);
        im.person = row_int(rows, 10);
        im.at = row_int(rows, 11);
        map_read(a, &im, str_of(row_text(rows, 3)));
    }
    TRY(rows_end(rows));
    if (!found || !im.entity)
        return ERR_NOT_FOUND;
    *out = im;
    return OK;
}

struct remapping {
    const struct import *im;
    const char *mapping, *heads;
};

static enum status remap(struct conn *c, struct arena *a, void *data)
{
    const struct remapping *r = data;
    (void)a;
    int64_t changed;
    TRY(db_exec(c,
                SQL("UPDATE core_import SET mapping = :mapping,"
                    " state = 'staged' WHERE id = :id"
                    " AND state IN ('staged', 'checked')"),
                ARGS(arg_cstr("mapping", r->mapping), arg_int("id", r->im->id)),
                &changed));
    if (!changed)
        return ERR_CONFLICT;
    return db_exec(c,
                   SQL("INSERT INTO core_mapping (entity, heads, mapping)"
                       " VALUES (:entity, :heads, :mapping)"
                       " ON CONFLICT (entity, heads)"
                       " DO UPDATE SET mapping = excluded.mapping"),
                   ARGS(arg_cstr("entity", r->im->entity->name),
                        arg_cstr("heads", r->heads),
                        arg_cstr("mapping", r->mapping)),
                   NULL);
}

enum status import_remap(struct app *app, struct arena *a, struct import *im,
                         const struct import_map *map, size_t map_count)
{
    for (size_t i = 0; i < map_count; i++) {
        const struct field *f =
            *map[i].field ? entity_field(im->entity, map[i].field) : NULL;
        if (*map[i].field && (!f || !may_fill(im->entity, f)))
            return ERR_INVALID;
    }
    apply_map(im, map, map_count);
    struct remapping r = {im, map_json(a, im), heads_key(a, im)};
    return db_write(app->db, a, remap, &r);
}
