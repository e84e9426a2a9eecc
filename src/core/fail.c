/* The answer when something is not possible: a page that says what to do, or
 * RFC 9457 for machines. */
#include "base/log.h"
#include "base/random.h"
#include "core/carry.h"
#include "core/instead.h"
#include "core/pages.h"
#include "core/request.h"
#include "http/exchange.h"
#include "http/router.h"
#include "view/pages/error.html.h"

/* The fewest decimals that read back as the same number; people type no
 * exponents, so a form knows none. */
static struct str real_typed(struct arena *a, double d)
{
    enum { MOST = 30 };
    char *text = arena_printf(a, "%.0f", d);
    for (int n = 1; n <= MOST && strtod(text, NULL) != d; n++)
        text = arena_printf(a, "%.*f", n, d);
    return str_of(text);
}

struct str json_typed(struct arena *a, const struct json_value *v)
{
    struct buf b = {.mem = a};
    switch (v->type) {
    case J_NULL:
        return STR("");
    case J_BOOL:
        return v->i ? STR("1") : STR("0");
    case J_INT:
        buf_int(&b, v->i);
        return buf_done(&b);
    case J_REAL:
        return real_typed(a, v->d);
    case J_TEXT:
        return v->s;
    case J_ARRAY:
    case J_OBJECT:
        break;
    }
    return STR("{}"); /* no field takes it: its own message follows */
}

static void faults_json(struct req *r, struct json *j)
{
    json_array(j, "errors");
    for (size_t i = 0; i < r->errors.n; i++) {
        const struct form_error *e = &r->errors.list[i];
        json_object(j, NULL);
        json_cstr(j, "field", e->field);
        json_cstr(j, "code", e->key);
        json_cstr(j, "message", form_message(r->mem, r->lang, e));
        json_end_object(j);
    }
    json_end_array(j);
}

static enum status problem(struct req *r, enum status s, int code)
{
    struct buf out = {.mem = r->mem};
    struct json j = {.out = &out};
    json_object(&j, NULL);
    json_cstr(&j, "type", "about:blank");
    json_cstr(&j, "title", error_label(r->lang, status_name(s), code, true));
    if (!r->errors.n)
        json_cstr(&j, "detail",
                  s == ERR_UNSURE
                      ? tr(r->lang, "error.unsure.api")
                      : error_label(r->lang, status_name(s), code, false));
    json_int(&j, "status", code);
    json_cstr(&j, "code", status_name(s));
    json_cstr(&j, "instance", r->number);
    if (r->errors.n)
        faults_json(r, &j);
    if (r->instead.n)
        instead_json(r, &j);
    json_end_object(&j);
    return req_json(r, code, buf_done(&out));
}

void req_fault(struct req *r, struct conn *c, struct form_errors *errors,
               const char *field, const char *fault)
{
    struct form_source source = req_source(r);
    source.conn = c;
    form_fault(r->mem, r->lang, &source, errors, field, fault);
}

/* To sign in, and then back here. */
static enum status to_sign_in(struct req *r)
{
    struct buf b = {.mem = r->mem}, back = {.mem = r->mem};
    buf_str(&b, "/entrer");
    buf_add(&back, r->x->path.p, r->x->path.n);
    if (r->x->query.n) {
        buf_char(&back, '?');
        buf_add(&back, r->x->query.p, r->x->query.n);
    }
    url_field(&b, "retour", buf_done(&back));
    return req_go(r, "%s", b.p);
}

/* The session is not the form's: the reader came in anew elsewhere. */
static enum status form_again(struct req *r, int code)
{
    struct carried_v v;
    carry_take(r, &v);
    carry_to(&v, r->who->person);
    return carry_page(r, code, &v);
}

/* The words before what was typed under a name; NULL: nobody gave it some. */
static const char *typed_label(struct req *r, const char *name)
{
    const struct entity *e = r->entity;
    const char *last = strrchr(name, '.');
    if (last) { /* a line: "document.0.title" */
        struct str rest = str_of(name), api;
        e = str_next(&rest, '.', &api)
                ? entity_by_api(r->app, str_dup(r->mem, api))
                : NULL;
        name = last + 1;
    }
    return e && (entity_field(e, name) || entity_link(e, name))
               ? field_label(r->mem, r->lang, e, name)
               : NULL;
}

/* Nothing that a person wrote is lost: where no form can take it again, it is
 * there to be copied. */
static void typed_fill(struct req *r, enum status s, struct error_v *v)
{
    enum { MOST = 100 };
    const struct http_param *all;
    size_t n;
    int64_t number;
    if (!req_is_post(r) || req_sent_from(r) == FROM_ELSEWHERE)
        return;
    all = http_form_read(r->x, &n);
    struct typed_v *typed = NEW_ARRAY(r->mem, struct typed_v, MOST);
    for (size_t i = 0; i < n && v->typed_count < MOST; i++) {
        struct str text = str_trim(all[i].value);
        const char *name = str_dup(r->mem, all[i].name);
        if (all[i].filename.p || !text.n || *name == '_' ||
            strstr(name, "._") || !carry_takes(name) || str_int(text, &number))
            continue;
        typed[v->typed_count++] =
            (struct typed_v){typed_label(r, name), str_dup(r->mem, text)};
    }
    v->typed = typed;
    v->typed_what = tr(r->lang, s == ERR_UNSURE ? "error.unsure.typed"
                                                : "error.typed_what");
}

/* All that is wrong, one after the other. */
static const char *messages(struct req *r)
{
    struct buf b = {.mem = r->mem};
    for (size_t i = 0; i < r->errors.n; i++) {
        const struct form_error *e = &r->errors.list[i];
        const char *label = e->field ? typed_label(r, e->field) : NULL;
        buf_printf(&b, "%s%s%s%s", i ? " " : "", label ? label : "",
                   label ? tr(r->lang, "view.colon") : "",
                   form_message(r->mem, r->lang, e));
    }
    return buf_done(&b).p;
}

/* Of a mailed link nobody can say more than that it is none any more. */
static bool by_secret(const struct req *r)
{
    return r->route && strstr(r->route->path, ":secret") != NULL;
}

enum status req_fail(struct req *r, enum status s)
{
    int code = status_code(s);
    r->number = random_hex(r->mem, 6);
    http_answer_drop(r->x);
    if (code >= 500)
        log_line(LOG_ERROR, "request failed", "route",
                 r->route ? r->route->path : "-", "status", status_name(s),
                 "number", r->number, NULL);
    if (code == 401 && r->api) /* RFC 9110 §11.6.1; a browser would ask */
        http_header_add(r->x, "WWW-Authenticate", "Bearer");
    if (code == 405)
        http_header_add(r->x, "Allow", router_allow(r->mem, r->match->allowed));
    if (code == 503)
        http_header_add(r->x, "Retry-After", "2");
    if (r->api)
        return problem(r, s, code);
    if (s == ERR_SIGN_IN)
        return req_is_post(r) ? sign_in_again(r) : to_sign_in(r);
    if (r->old_form)
        return form_again(r, code);
    struct error_v v = {.code = code, .number = r->number};
    /* Nobody filled in a form: it is the address that asks for what is not. */
    const bool asked = s == ERR_INVALID && !req_is_post(r);
    v.title = asked ? tr(r->lang, "error.address.title")
                    : error_label(r->lang, status_name(s), code, true);
    v.what = asked ? tr(r->lang, "error.address.what")
                   : error_label(r->lang, status_name(s), code, false);
    if (s == ERR_NOT_FOUND && by_secret(r)) {
        v.title = tr(r->lang, "error.link.title");
        v.what = tr(r->lang, "error.link.what");
    }
    if (r->errors.n)
        v.detail = messages(r);
    /* Refused for a reason that is told: nobody was faster, nothing broke. */
    if (code == 409 && v.detail) {
        v.title = tr(r->lang, "error.refused");
        v.what = v.number = NULL;
    }
    if (r->entity && r->entity->path)
        v.back = code == 409 && r->row
                     ? path_of_id(r->mem, r->entity->path, r->id)
                     : r->entity->path;
    const char *past = s == ERR_NOT_FOUND ? row_deleted_past(r) : NULL;
    if (past) {
        v.detail = tr(r->lang, "core.row_deleted");
        v.back = past;
    }
    typed_fill(r, s, &v);
    struct page p = req_page(r, v.title);
    struct html h;
    req_html_open(r, &h);
    error_page(&h, &p, &v);
    return req_html(r, code, &h);
}
