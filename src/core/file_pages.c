/* Files coming and going over HTTP: with a form, by the API, under their row.
 */
#include "base/file_type.h"
#include "core/file.h"
#include "core/pages.h"
#include "http/exchange.h"
#include "http/form.h"

static bool upload_fault(struct req *r, const char *name, struct str bytes)
{
    struct form_error e = {.field = name, .max = file_most(r->app) / 1000000};
    e.key = r->x->sieved || (int64_t)bytes.n > file_most(r->app)
                ? "file.too_large"
            : !bytes.n ? "file.empty"
                       : NULL;
    if (e.key)
        form_error_add(&r->errors, e);
    return e.key != NULL;
}

static enum status file_take(struct req *r, const struct http_param *part)
{
    struct staged *one = NEW(r->mem, struct staged);
    struct file f = {.name = file_name_clean(r->mem, part->filename),
                     .person = r->who ? r->who->person : 0};
    one->name = str_dup(r->mem, part->name);
    if (upload_fault(r, one->name, part->value))
        return OK;
    TRY(file_store(r->app, r->mem, part->value, &f));
    one->id = arena_printf(r->mem, "%" PRId64, f.id);
    one->next = r->staged;
    r->staged = one;
    return OK;
}

enum status files_take(struct req *r)
{
    const struct http_param *all;
    size_t n;
    if (r->api)
        return OK;
    TRY(http_form(r->x, &all, &n));
    /* A control without a choice comes with an empty name. */
    for (size_t i = 0; i < n; i++)
        if (all[i].filename.n)
            TRY(file_take(r, &all[i]));
    if (!r->staged)
        return OK;
    return req_renew(r); /* a snapshot that has them */
}

/* The API: the bytes alone, their name in Content-Disposition or ?name=. */

static struct str posted_name(struct req *r)
{
    struct str name = http_query(r->x, "name"), text;
    struct str head = http_header(r->x, "Content-Disposition");
    if (!name.p && head.p && header_param(r->mem, head, "filename*", &text) &&
        text.n > 7 && strncasecmp(text.p, "UTF-8''", 7) == 0) {
        text = (struct str){text.p + 7, text.n - 7};
        if (url_decode(r->mem, text, false, &name))
            return name;
    }
    if (!name.p && head.p && header_param(r->mem, head, "filename", &text))
        name = text;
    return name.p ? name : STR("");
}

static enum status add_posted(struct conn *c, struct arena *mem, void *data)
{
    struct req *r = data;
    struct file *f = r->row;
    struct buf out = {.mem = mem};
    struct json j = {.out = &out};
    TRY(file_name_kept(c, mem, r->app->folder, f));
    json_object(&j, NULL);
    json_int(&j, "id", f->id);
    json_cstr(&j, "name", f->name);
    json_cstr(&j, "type", f->type);
    json_int(&j, "size", f->size);
    json_cstr(&j, "sha256", f->hash);
    json_end_object(&j);
    r->code = 201;
    r->told = buf_done(&out);
    return OK;
}

enum status file_post(struct req *r)
{
    struct file *f = NEW(r->mem, struct file);
    *f = (struct file){.name = file_name_clean(r->mem, posted_name(r)),
                       .person = r->who->person,
                       .at = time_now()};
    if (upload_fault(r, "file", r->x->body))
        return ERR_INVALID;
    enum status s = ERR_STALE;
    r->row = f;
    for (int i = 0; i < FILE_TRIES && s == ERR_STALE; i++) {
        TRY(file_keep(r->app->folder, r->mem, r->x->body, f));
        s = req_write(r, add_posted, r);
    }
    TRY(s);
    return req_done(r) ? OK : req_json(r, r->code, r->told);
}

/* Sending. */

/* RFC 6266: a name that every browser reads, and the true one (RFC 8187). */
static const char *disposition(struct arena *a, const struct file *f)
{
    struct buf b = {.mem = a};
    buf_str(&b, file_type_find(f->type)->shown ? "inline" : "attachment");
    buf_str(&b, "; filename=\"");
    for (const char *p = f->name; *p; p++)
        if ((unsigned char)*p < 128)
            buf_char(&b, (char)(strchr("\"\\%;", *p) ? '_' : *p));
        else if (((unsigned char)*p & 0xc0) != 0x80)
            buf_char(&b, '_');
    buf_str(&b, "\"; filename*=UTF-8''");
    url_encode(&b, str_of(f->name));
    return b.p;
}

/* One range of bytes, as players of sound and video ask for (RFC 9110, 14.2).
 * False: the whole; *none: it lies outside. */
static bool range_read(struct str head, int64_t size, int64_t *from, int64_t *n,
                       bool *none)
{
    struct str first;
    int64_t a = NONE, b = NONE;
    *none = false;
    if (!str_starts(head, "bytes=") || memchr(head.p, ',', head.n))
        return false;
    struct str rest = {head.p + 6, head.n - 6};
    if (!memchr(rest.p, '-', rest.n) || !str_next(&rest, '-', &first))
        return false;
    if ((first.n && (!str_int(first, &a) || a < 0)) ||
        (rest.n && (!str_int(rest, &b) || b < 0)) || (!first.n && !rest.n))
        return false;
    if (a == NONE)
        a = b < size ? size - b : 0, b = b ? size - 1 : -1;
    else if (b == NONE || b >= size)
        b = size - 1;
    *none = a >= size || b < a;
    *from = a;
    *n = b - a + 1;
    return true;
}

/* Nothing of ours runs in it, and it runs nothing. A PDF is drawn by the
 * browser's own reader, which a sandbox would keep from starting. */
static void guard(struct req *r, const struct file *f)
{
    bool pdf = same(f->type, "application/pdf");
    req_header(r, "X-Content-Type-Options", "nosniff");
    req_header(r, "Content-Security-Policy",
               pdf ? "default-src 'none'; object-src 'self'; style-src "
                     "'unsafe-inline'; frame-ancestors 'none'"
                   : "default-src 'none'; img-src 'self'; media-src 'self'; "
                     "style-src 'unsafe-inline'; frame-ancestors 'none'; "
                     "sandbox");
    req_header(r, "Referrer-Policy", "same-origin");
    req_header(r, "Cross-Origin-Resource-Policy", "same-origin");
    /* Whoever loses its reach loses it at the next look. */
    req_header(r, "Cache-Control", "private, no-cache");
}

static enum status file_send(struct req *r, const struct file *f)
{
    const char *etag = arena_printf(r->mem, "\"%s\"", f->hash);
    int64_t from = 0, n = f->size;
    bool none = false;
    guard(r, f);
    req_header(r, "ETag", etag);
    req_header(r, "Accept-Ranges", "bytes");
    if (http_is_fresh(r->x, etag)) {
        r->code = 304;
        http_answer(r->x, 304, f->type, STR(""));
        return OK;
    }
    req_header(r, "Content-Disposition", disposition(r->mem, f));
    struct str same_as = http_header(r->x, "If-Range");
    struct str range = http_header(r->x, "Range");
    bool part = range.p && (!same_as.p || str_eq(same_as, etag)) &&
                range_read(range, f->size, &from, &n, &none);
    r->code = none ? 416 : part ? 206 : 200;
    if (none)
        req_header(r, "Content-Range",
                   arena_printf(r->mem, "bytes */%" PRId64, f->size));
    else if (part)
        req_header(r, "Content-Range",
                   arena_printf(r->mem,
                                "bytes %" PRId64 "-%" PRId64 "/%" PRId64, from,
                                from + n - 1, f->size));
    if (none) {
        http_answer(r->x, 416, f->type, STR(""));
        return OK;
    }
    int fd = file_open(r->app, r->mem, f);
    if (fd < 0)
        return ERR_SYSTEM;
    http_answer_file(r->x, (unsigned)r->code, f->type, fd, n);
    r->x->file_from = from;
    return OK;
}

/* …/12/fichier/photo: the field is the address's last part. */
enum status file_show(struct req *r)
{
    struct file f;
    const struct field *field =
        entity_field(r->entity, strrchr(r->route->path, '/') + 1);
    struct value v = field_get(field, r->row);
    if (v.type == V_NULL)
        return ERR_NOT_FOUND;
    TRY(file_load(r->conn, r->mem, v.i, &f));
    return file_send(r, &f);
}

static bool image_names(struct req *r, const char *image, int64_t id)
{
    const char *why;
    const struct json_value *row =
        image ? json_parse(r->mem, str_of(image), &why) : NULL;
    for (const struct field *f = r->entity->fields; row && f->name; f++) {
        const struct json_value *v =
            f->type == F_FILE ? json_get(row, f->name) : NULL;
        if (v && v->type == J_INT && v->i == id)
            return true;
    }
    return false;
}

/* Did any version of the row name the file? */
static enum status past_names(struct req *r, int64_t file, bool *named)
{
    enum { MOST = 100 };
    struct past *past;
    size_t n = MOST;
    for (int64_t below = NONE; n == MOST && !*named;) {
        struct arena_mark mark = arena_mark(r->mem);
        TRY(row_history(r->conn, r->mem, r->entity, r->id, below, MOST, &past,
                        &n));
        for (size_t i = 0; i < n && !*named; i++)
            *named = image_names(r, past[i].image, file);
        below = n ? past[n - 1].version : NONE;
        arena_rewind(r->mem, mark);
    }
    return OK;
}

/* …/12/historique/fichiers/7: a file that this row has or had. */
enum status file_past(struct req *r)
{
    int64_t id;
    void *row = NULL;
    struct file f;
    bool named = false;
    if (!str_int(str_of(req_param(r, "file")), &id))
        return ERR_NOT_FOUND;
    enum status s =
        row_load(r->conn, r->mem, r->entity, r->id, &r->reach, &row);
    if (s == ERR_NOT_FOUND && req_reaches_all(r))
        s = OK;
    TRY(s);
    for (const struct field *k = r->entity->fields; row && k->name; k++)
        named |= k->type == F_FILE && field_get(k, row).type == V_INT &&
                 field_get(k, row).i == id;
    TRY(past_names(r, id, &named));
    if (!named)
        return ERR_NOT_FOUND;
    TRY(file_load(r->conn, r->mem, id, &f));
    return file_send(r, &f);
}
