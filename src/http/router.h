/*
 * From a path to what answers it. Patterns are compiled once into a tree of
 * segments, read only from then on.
 *
 *     {HTTP_GET, "/projets/:id/jalons", &data}
 *
 * A literal segment goes before a parameter; a parameter is never empty. Where
 * no pattern has the last segment as it stands, a ".csv" or ".json" at its end
 * is cut off and told as the form. GET rules answer HEAD too.
 */
#pragma once

#include "http/exchange.h"

struct http_rule {
    unsigned methods; /* mask of enum http_method */
    const char *pattern;
    const void *data;
};

struct http_router;

enum { ROUTER_PARAMS = 8 };
struct http_match {
    const void *data;
    const char *form; /* "csv", "json", or "" */
    unsigned allowed; /* methods that the path knows */
    size_t n;
    struct {
        struct str name, value; /* value borrows the path */
    } params[ROUTER_PARAMS];
};

enum http_found { HTTP_FOUND, HTTP_NO_PATH, HTTP_NO_METHOD };

/* NULL when two rules meet or one is malformed; *fault then says which, in
 * English. Borrows the rules. */
const struct http_router *router_build(struct arena *a,
                                       const struct http_rule *rules, size_t n,
                                       const char **fault) MUST_USE;
/* HTTP_NO_METHOD fills allowed alone: 405. */
enum http_found router_match(const struct http_router *r,
                             enum http_method method, struct str path,
                             struct http_match *m) MUST_USE;
/* The value of :name; p is NULL when the pattern has none. */
struct str router_param(const struct http_match *m, const char *name);
/* "GET, HEAD, POST": the value of an Allow header. */
const char *router_allow(struct arena *a, unsigned methods);
