/* The head of a request, checked before anything else looks at it: what two
 * programs could read in two ways is refused. Pure functions. */
#pragma once

#include "http/exchange.h"

enum { HEAD_COUNT = 100 }; /* most headers */

/* GET … OPTIONS, or 0. */
enum http_method head_method(const char *name);
/* The first header of that name, in any case; p is NULL when absent. */
struct str head_find(const struct http_pair *headers, const char *name);
/* 0, or the status that refuses these headers: 400, 431, 501. */
unsigned head_check(const struct http_pair *headers, bool http_1_0);
/* "HTTP/1.1" and "HTTP/1.0" are 0; else 505. */
unsigned head_version(const char *version);
/*
 * Splits and decodes a request's target. 0 with *path and *query; else 400:
 * not beginning with "/", controls or spaces, bad encoding, an encoded slash, a
 * backslash, or a segment "." or "..".
 */
unsigned head_target(struct arena *a, struct str target, struct str *path,
                     struct str *query);
/* The value of a cookie in a Cookie header; p is NULL when absent. */
struct str cookie_find(struct str header, const char *name);
