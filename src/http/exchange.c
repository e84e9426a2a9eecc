#include "http/exchange.h"

#include "http/form.h"
#include "http/head.h"
#include "http/internal.h"

#include <unistd.h>

static struct exchange *whole(const struct http_exchange *x)
{
    return (struct exchange *)(uintptr_t)x; /* its first member */
}

struct http_server *http_exchange_server(const struct http_exchange *x)
{
    return whole(x)->server;
}

struct str http_header(const struct http_exchange *x, const char *name)
{
    return head_find(whole(x)->heads, name);
}

struct str http_cookie(const struct http_exchange *x, const char *name)
{
    /* HTTP/2 proxies may split cookies over several headers. */
    for (const struct http_pair *h = whole(x)->heads; h; h = h->next) {
        if (h->name.n != 6 || strncasecmp(h->name.p, "Cookie", 6) != 0)
            continue;
        struct str value = cookie_find(h->value, name);
        if (value.p)
            return value;
    }
    return (struct str){NULL, 0};
}

const struct http_param *http_queries(struct http_exchange *x, size_t *n)
{
    struct exchange *e = whole(x);
    /* The guards have checked its encoding; a head of 16 kB has fewer fields
     * than the most. */
    if (!e->queries && url_fields(&x->mem, x->query, FORM_FIELDS, &e->queries,
                                  &e->queries_n) != OK) {
        e->queries = NEW(&x->mem, struct http_param);
        e->queries_n = 0;
    }
    *n = e->queries_n;
    return e->queries;
}

struct str http_query(struct http_exchange *x, const char *name)
{
    size_t n;
    const struct http_param *all = http_queries(x, &n);
    return url_find(all, n, name);
}

enum status http_form(struct http_exchange *x, const struct http_param **fields,
                      size_t *n)
{
    struct exchange *e = whole(x);
    if (!e->form_read) {
        e->form_read = true;
        e->form_status = ERR_LIMIT; /* stays, when memory ends in there */
        e->form_status = form_parse(&x->mem, http_header(x, "Content-Type"),
                                    x->body, &e->fields, &e->fields_n);
    }
    TRY(e->form_status);
    *fields = e->fields;
    *n = e->fields_n;
    return OK;
}

const struct http_param *http_form_read(struct http_exchange *x, size_t *n)
{
    const struct exchange *e = whole(x);
    const struct http_param *all;
    if (http_form(x, &all, n) != OK)
        *n = e->form_status == ERR_INVALID ? e->fields_n : 0;
    return e->fields;
}

static void file_drop(struct http_exchange *x)
{
    if (x->file >= 0)
        close(x->file);
    x->file = -1;
}

void http_answer_drop(struct http_exchange *x)
{
    file_drop(x);
    x->headers = NULL;
    x->answer = (struct str){NULL, 0};
    x->status = 0;
    whole(x)->type = NULL;
}

void http_answer(struct http_exchange *x, unsigned status, const char *type,
                 struct str body)
{
    file_drop(x);
    x->status = status;
    x->answer = body;
    whole(x)->type = type;
}

void http_answer_file(struct http_exchange *x, unsigned status,
                      const char *type, int fd, int64_t size)
{
    http_answer(x, status, type, (struct str){NULL, 0});
    x->file = fd;
    x->file_size = size;
    x->file_from = 0;
}

bool http_is_fresh(const struct http_exchange *x, const char *etag)
{
    struct str list = http_header(x, "If-None-Match"), part;
    while (str_next(&list, ',', &part)) {
        part = str_trim(part);
        if (str_starts(part, "W/"))
            part = (struct str){part.p + 2, part.n - 2};
        if (str_eq(part, etag) || str_eq(part, "*"))
            return true;
    }
    return false;
}

void http_header_add(struct http_exchange *x, const char *name,
                     const char *value)
{
    struct http_pair *h = NEW(&x->mem, struct http_pair);
    const size_t n = strlen(value);
    char *text = arena_dup(&x->mem, value, n);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] >= ' ' && text[i] != 127)
            text[kept++] = text[i];
    text[kept] = 0;
    h->name = (struct str){str_dup(&x->mem, str_of(name)), strlen(name)};
    h->value = (struct str){text, kept};
    struct http_pair **end = &x->headers;
    while (*end)
        end = &(*end)->next;
    *end = h;
}

void http_redirect(struct http_exchange *x, const char *location)
{
    http_answer(x, 303, "text/plain; charset=utf-8", STR(""));
    http_header_add(x, "Location", location);
}
