/*
 * The HTTP server: loop threads that do sockets only, and worker threads that
 * answer. Behind this header is libmicrohttpd; nothing else sees it.
 *
 * Before plan() is called, a request has passed the guards: one Host, at most
 * one Content-Length or Transfer-Encoding and never both, well-formed headers
 * and no more than 100, lines that end with CR LF, HTTP/1.0 or 1.1, a
 * well-encoded address without "..". What does not pass is answered 400, 431,
 * 501 or 505 and the connection closed, before any body is read. Only whole
 * bodies reach answer().
 *
 * Time limits: heads in head_seconds; bodies and answers at least least_rate
 * bytes a second over any ten seconds; between requests idle_seconds.
 */
#pragma once

#include "http/exchange.h"
#include "http/proxy.h"

enum http_lane { HTTP_NONE, HTTP_FAST, HTTP_HEAVY };
enum { HTTP_LANES = 3 };

struct http_plan {
    enum http_lane lane;
    size_t body;  /* most bytes of a body; more is 413 */
    size_t sieve; /* up to so many more are read of a multipart form, without
                     its files (sieve.h): x->sieved; [none] */
    void *route;  /* becomes x->route */
};

struct http_app {
    /*
     * On a loop thread, when the head is in and no body yet: decides who will
     * answer. With HTTP_NONE it has itself made the answer, from memory and
     * without waiting for anything (static file, /healthz, 404, 405); a body
     * that was coming is then not read and the connection closes. It must not
     * allocate without bound: outside answer() the ceiling of x->mem is a
     * CHECK.
     */
    struct http_plan (*plan)(void *app, struct http_exchange *x);
    /* On a worker thread, the connection resting meanwhile: makes the answer.
     * worker is what worker_open gave to this thread. */
    void (*answer)(void *app, void *worker, struct http_exchange *x);
    /* State of a worker thread: opened before its first exchange, so a thread
     * that never works has none; idle once after rest_seconds of rest. Each
     * may be NULL, and so may the state. */
    void *(*worker_open)(void *app);
    void (*worker_idle)(void *app, void *worker);
    void (*worker_close)(void *app, void *worker);
    /* May dress what the server itself refuses (x->status is 400, 413, 431,
     * 500, 501, 503, 505 or 507), by http_answer with constant text; may be
     * NULL. On a loop thread, and x->path may be empty. */
    void (*refuse)(void *app, struct http_exchange *x);
    /* Told of every answer once it is handed to the socket, with its status
     * and the time since the head was in; may be NULL. On a loop thread, while
     * a worker may still have x: only x->route, as plan() gave it (NULL: it
     * never came to plan), may be looked at. */
    void (*answered)(void *app, const struct http_exchange *x, unsigned status,
                     int64_t took_ns);
};

/* What is 0 or NULL takes the value in brackets. */
struct http_options {
    int socket; /* listening; stays the caller's, so a supervisor can keep it */
    const struct http_app *app;
    void *data;                           /* first parameter of the app */
    unsigned loops;                       /* [processors] */
    unsigned fast, heavy;                 /* workers [32; processors] */
    unsigned fast_at_once;                /* compute [2 × processors] */
    unsigned rest_seconds;                /* until worker_idle [1] */
    unsigned fast_queue, heavy_queue;     /* waiting exchanges [512; 64] */
    unsigned fast_seconds, heavy_seconds; /* deadlines [10; 120] */
    unsigned connections;                 /* most at once [4000] */
    unsigned head_seconds, idle_seconds;  /* [10; 30] */
    unsigned least_rate;                  /* bytes a second [2048] */
    unsigned grace_seconds;               /* of http_stop [5] */
    size_t memory;                        /* ceiling of x->mem [32 MiB] */
    struct http_proxies proxies;          /* whose word is taken [none's] */
    const char *spool; /* folder for bodies over 256 kB ["/tmp"] */
};

struct http_server;

/* A listening socket on "127.0.0.1:8080", "[::1]:8080" or ":8080" (all); port 0
 * takes a free one. -1 with *why, in English, in a. */
int http_listen(struct arena *a, const char *where, const char **why) MUST_USE;
int http_port(int socket);

/* NULL with errno when threads or sockets are refused. */
struct http_server *http_start(const struct http_options *o) MUST_USE;
/*
 * Accepts nobody more, answers 503 to those who wait for a worker, cuts within
 * half a second who has not ended asking, lets what runs end within the grace,
 * then brings the deadlines of the rest to now and answers them 503. Returns
 * when all workers are closed.
 */
void http_stop(struct http_server *s);

struct http_load {
    unsigned connections, running[HTTP_LANES], waiting[HTTP_LANES];
    uint64_t refused[HTTP_LANES]; /* since the start: the lane was full */
    bool stopping;
};
/* From any thread. */
struct http_load http_load(struct http_server *s);
