#include "core/once.h"

#include "base/digest.h"
#include "base/random.h"
#include "http/exchange.h"

/* A text's length goes before it, so that none runs into the next. */
static void digest_text(struct digest *d, struct str s)
{
    const uint64_t n = s.n;
    digest_add(d, &n, sizeof(n));
    digest_add(d, s.p, s.n);
}

/* A form by its fields, for a browser parts them anew each time; but for the
 * token, which is of the session. */
static void digest_form(struct req *r, struct digest *d)
{
    size_t n;
    const struct http_param *all = http_form_read(r->x, &n);
    for (size_t i = 0; i < n; i++) {
        if (str_eq(all[i].name, "_csrf"))
            continue;
        digest_text(d, all[i].name);
        digest_text(d, all[i].filename);
        digest_text(d, all[i].value);
    }
}

void once_ask(struct req *r, struct str key)
{
    struct digest d;
    unsigned char out[DIGEST];
    if (!key.n || key.n >= 100)
        return;
    r->once = str_dup(r->mem, key);
    digest_begin(&d);
    digest_text(&d, str_of(http_method_name(r->x->method)));
    digest_text(&d, r->x->query);
    if (r->api)
        digest_text(&d, r->x->body);
    else
        digest_form(r, &d);
    digest_end(&d, out);
    r->asked = hex(r->mem, out, sizeof(out));
}

/* Kept before a program of ours knew what was asked: by its address alone. */
static bool asked_so(const struct req *r, const char *asked)
{
    return !asked || same(asked, r->asked);
}

enum status once_find(struct conn *c, struct arena *a, struct req *r)
{
    struct rows *rows;
    r->done = false;
    TRY(db_rows(c, a,
                SQL("SELECT person, path, code, location, body, asked"
                    " FROM core_once"
                    " WHERE key = :key"),
                ARGS(arg_cstr("key", r->once)), &rows));
    const bool used = rows_next(rows);
    r->done = used && row_int(rows, 0) == req_actor(r).person &&
              str_eq(row_str(rows, 1), req_path(r)) &&
              asked_so(r, row_text(rows, 5));
    if (r->done) {
        r->code = (int)row_int(rows, 2);
        r->location = row_text(rows, 3);
        r->told = str_of(row_text(rows, 4));
    }
    TRY(rows_end(rows));
    if (!used || r->done)
        return OK;
    form_error(&r->errors, NULL,
               r->api ? "form.key_used.api" : "form.key_used");
    return ERR_CONFLICT;
}

static struct str body(const struct req *r)
{
    return r->told.n ? r->told : (struct str){NULL, 0};
}

enum status once_keep(struct conn *c, struct req *r)
{
    r->kept = (struct kept){true, r->code, r->location, r->told};
    return db_exec(
        c,
        SQL("INSERT INTO core_once (key, person, path, code, at,"
            " location, body, asked)"
            " VALUES (:key, :person, :path, :code, :at, :location, :body,"
            " :asked)"),
        ARGS(arg_cstr("key", r->once), arg_int("person", req_actor(r).person),
             arg_cstr("path", req_path(r)), arg_int("at", time_now()),
             arg_int("code", r->code ? r->code : 303),
             arg_cstr("location", r->location), arg_text("body", body(r)),
             arg_cstr("asked", r->asked)),
        NULL);
}

bool once_is_kept(const struct req *r)
{
    const struct kept *k = &r->kept;
    if (!k->there)
        return true;
    return r->code == k->code && r->told.n == k->told.n &&
           same_bytes(r->told.p, k->told.p, k->told.n) &&
           (r->location ? k->location && same(r->location, k->location)
                        : !k->location);
}

static enum status tell(struct conn *c, struct arena *a, void *data)
{
    struct req *r = data;
    (void)a;
    return db_exec(c,
                   SQL("UPDATE core_once SET code = :code,"
                       " location = :location, body = :body WHERE key = :key"),
                   ARGS(arg_int("code", r->code),
                        arg_cstr("location", r->location),
                        arg_text("body", body(r)), arg_cstr("key", r->once)),
                   NULL);
}

enum status once_told(struct req *r)
{
    return req_write_bare(r, tell, r);
}

/* Where the first answer was lost between the write and its telling, the way
 * on is where such an address always leads: back to what it is about. */
enum status once_answer(struct req *r)
{
    if (r->told.n)
        return req_json(r, r->code, r->told);
    if (r->api)
        return req_send(r, r->code == 303 ? 200 : r->code, "application/json",
                        r->code == 204 ? STR("") : STR("{}"));
    if (r->location)
        return req_go(r, "%s", r->location);
    return req_go(r, "%s",
                  r->entity && r->entity->path ? r->entity->path : "/");
}

bool once_is_fresh(struct str key)
{
    const int64_t made = uuid7_time(key);
    return made >= 0 && made > time_now() - ONCE_SECONDS;
}

enum status once_spend(struct conn *c, const char *key, const char *path,
                       int64_t person)
{
    int64_t first;
    TRY(db_exec(c,
                SQL("INSERT INTO core_once (key, person, path, code, at)"
                    " VALUES (:key, :person, :path, 303, :at)"
                    " ON CONFLICT (key) DO NOTHING"),
                ARGS(arg_cstr("key", key), arg_int("person", person),
                     arg_cstr("path", path), arg_int("at", time_now())),
                &first));
    return first ? OK : ERR_CONFLICT;
}

enum status once_forget(struct conn *c, int64_t before)
{
    return db_exec(c, SQL("DELETE FROM core_once WHERE at < :before"),
                   ARGS(arg_int("before", before)), NULL);
}
