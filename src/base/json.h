/*
 * JSON (RFC 8259). Reading is strict and goes straight into the arena, so that
 * its limit bounds what a document may take; writing is a buffer and commas.
 */
#pragma once

#include "base/str.h"

/* Writing. */
struct json {
    struct buf *out;
    bool comma;
};
void json_object(struct json *j, const char *key); /* key NULL in an array */
void json_array(struct json *j, const char *key);
void json_end_object(struct json *j);
void json_end_array(struct json *j);
void json_text(struct json *j, const char *key, struct str s);
void json_cstr(struct json *j, const char *key, const char *s); /* NULL: null */
void json_int(struct json *j, const char *key, int64_t i);
void json_real(struct json *j, const char *key, double d); /* NAN: null */
void json_bool(struct json *j, const char *key, bool yes);
void json_null(struct json *j, const char *key);
void json_raw(struct json *j, const char *key, struct str s); /* JSON already */

/*
 * Reading. Values live as long as the arena and borrow nothing. Refused: a key
 * twice in an object, an integer out of int64_t, a real out of double, what is
 * not UTF-8, NUL (\u0000) and half a surrogate pair, over JSON_DEPTH deep.
 */
enum { JSON_DEPTH = 64 };
enum json_type { J_NULL, J_BOOL, J_INT, J_REAL, J_TEXT, J_ARRAY, J_OBJECT };
struct json_value {
    enum json_type type;
    int64_t i; /* J_INT, J_BOOL; never NONE */
    double d;  /* J_REAL, and J_INT too */
    struct str s;
    size_t n; /* of an array or object */
    struct json_member *members;
};
struct json_member {
    struct str key; /* empty in an array */
    struct json_value value;
};
/* NULL when the text is no JSON; *why then tells, in English, with line:column
 * (in bytes, from 1). */
const struct json_value *json_parse(struct arena *a, struct str text,
                                    const char **why);
const struct json_value *json_get(const struct json_value *object,
                                  const char *key); /* NULL: absent */
