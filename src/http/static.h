/*
 * Embedded files of view/assets under /statique/. Asked for with the tag of its
 * content (/statique/1f3a…/essaim.css or /statique/essaim.css?v=1f3a…) a file
 * may be kept for good; without it, or with another tag, it is asked for again
 * by its ETag.
 */
#pragma once

#include "http/exchange.h"

/* Answers and returns true when the path begins with /statique/; a file that
 * does not exist is 404. Waits for nothing: made for plan(). */
bool http_static(struct http_exchange *x);
/* "text/css; charset=utf-8" for "a/b.css"; unknown: application/octet-stream.
 */
const char *http_type_of(const char *name);
