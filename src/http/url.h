/* Addresses: percent-encoding (RFC 3986) and form encoding of queries. */
#pragma once

#include "base/str.h"

/* A field of a query, of a form or of a multipart form. What is absent has a
 * NULL p. A repeated name is a repeated field, in the sender's order. */
struct http_param {
    struct str name, value;
    struct str filename; /* p is NULL unless it is a file */
    struct str type;     /* of a multipart field: "text/csv", or p NULL */
    bool odd; /* its value came with a NUL or no UTF-8: U+FFFD stands there */
};

/*
 * Decodes %XX, and + to a space where plus is true, into a. False: a % without
 * two digits, a NUL, or bytes that are no UTF-8.
 */
bool url_decode(struct arena *a, struct str s, bool plus,
                struct str *out) MUST_USE;
/* Appends s, with all but letters, digits and -._~ as %XX. */
void url_encode(struct buf *b, struct str s);
/*
 * Appends a field to an address, after ? or & as it needs:
 *     url_field(&b, "q", STR("été"));   "/projets?q=%C3%A9t%C3%A9"
 */
void url_field(struct buf *b, const char *name, struct str value);

/*
 * Reads name=value&name=value. OK; ERR_INVALID: bad encoding, and what came
 * before it is there; ERR_LIMIT: more than most fields, and none is. Names and
 * values are decoded into a.
 */
enum status url_fields(struct arena *a, struct str text, size_t most,
                       struct http_param **fields, size_t *n) MUST_USE;
/* A text that is none becomes one, and is marked so; a file stays as it is. */
void param_mend(struct arena *a, struct http_param *f);
/* The first value of that name; p is NULL when there is none. */
struct str url_find(const struct http_param *fields, size_t n,
                    const char *name);
