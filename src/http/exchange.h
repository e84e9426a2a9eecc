/*
 * One request and its answer. It belongs to one thread at a time: to a loop
 * while the head and the body are read and the answer is sent, to a worker
 * between. What it hands out lives as long as the exchange.
 *
 *     struct str q = http_query(x, "q");
 *     http_header_add(x, "Cache-Control", "no-store");
 *     http_answer(x, 200, "text/html; charset=utf-8", page);
 */
#pragma once

#include "http/url.h"

/* One bit each, so that a set of them is a mask. */
enum http_method {
    HTTP_GET = 1,
    HTTP_HEAD = 2,
    HTTP_POST = 4,
    HTTP_PATCH = 8,
    HTTP_PUT = 16,
    HTTP_DELETE = 32,
    HTTP_OPTIONS = 64,
};
const char *http_method_name(enum http_method m); /* "GET" */

struct http_pair {
    struct str name, value;
    struct http_pair *next;
};

struct http_server;

struct http_exchange {
    /* Has a ceiling (http_options.memory); passing it ends answer() and the
     * client gets 413. What is deferred on it runs on the worker's thread right
     * after answer(), so a database statement may be closed there; the memory
     * lives until the answer has been sent. */
    struct arena mem;
    enum http_method method;
    struct str target;   /* as it came, and checked by nobody */
    struct str path;     /* decoded, UTF-8, begins with "/", has no "..", NUL */
    struct str query;    /* as sent, without "?"; its encoding is checked */
    const char *address; /* of the client: "127.0.0.1", "unix"; what a trusted
                            proxy says that it is */
    bool secure;         /* by TLS, as a trusted proxy says */
    struct str host; /* by which the client knows us: Host, or what a trusted
                        proxy says that it was */
    void *route;     /* what the plan gave */
    struct str body; /* whole; NUL-terminated unless in a file */
    bool sieved;     /* too long: its files are there by their names alone */
    /* time_monotonic_ns() after which the handler gives up; it may come nearer
     * while the handler runs, when the server stops. */
    _Atomic int64_t deadline;

    /* The answer, made by the functions below; to be read, not written. */
    unsigned status; /* 0: none yet, which becomes 500 */
    struct http_pair *headers;
    struct str answer;
    int file; /* sent instead of answer when >= 0; closed with the exchange */
    int64_t file_size, file_from; /* so many bytes, from that one on */
};

/* Who serves it: there from the first request on, before http_start returns. */
struct http_server *http_exchange_server(const struct http_exchange *x);
/* The first header of that name, in any case; p is NULL when absent. */
struct str http_header(const struct http_exchange *x, const char *name);
struct str http_cookie(const struct http_exchange *x, const char *name);
/* The first field of the query of that name; p is NULL when absent. */
struct str http_query(struct http_exchange *x, const char *name);
const struct http_param *http_queries(struct http_exchange *x, size_t *n);
/* The fields of the body, parsed at the first call: see form_parse. */
enum status http_form(struct http_exchange *x, const struct http_param **fields,
                      size_t *n) MUST_USE;
/* What could be read of it, however it ends. */
const struct http_param *http_form_read(struct http_exchange *x, size_t *n);

/*
 * Sets the answer; a later call replaces it. The body is borrowed: it must live
 * in x->mem or be constant. A HEAD gets the same headers and no body.
 */
void http_answer(struct http_exchange *x, unsigned status, const char *type,
                 struct str body);
/* The same from a file, size bytes from its start; takes the descriptor over.
 */
void http_answer_file(struct http_exchange *x, unsigned status,
                      const char *type, int fd, int64_t size);
/* Is etag ("1f3a…", with its quotes) in the If-None-Match of the request? */
bool http_is_fresh(const struct http_exchange *x, const char *etag);
/* 303 See Other, for after a POST. */
void http_redirect(struct http_exchange *x, const char *location);
/* Adds a header, a repeated name repeats it (Set-Cookie); both are copied, and
 * control characters are left out of the value. */
void http_header_add(struct http_exchange *x, const char *name,
                     const char *value);
/* Forgets the answer, its file and its headers. */
void http_answer_drop(struct http_exchange *x);

/* Around what a handler waits for that is not a processor (the writer, a child
 * process): others may compute meanwhile. On the worker's thread, in pairs. */
void http_pause(struct http_exchange *x);
void http_resume(struct http_exchange *x);
