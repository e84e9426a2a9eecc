/* Serving: the way of a request from the socket to its handler. */
#pragma once

#include "core/request.h"
#include "http/server.h"

/* The callbacks for http_start; data is the struct app. */
extern const struct http_app serve_app;

/* What the reader has chosen, or else what the browser or program asks for. */
const struct lang *serve_language(struct http_exchange *x);

/* core/refuse.c: the answer to what the server refuses, x->status telling why.
 * most: the bytes that it would have taken, or 0. */
void refuse_answer(struct http_exchange *x, size_t most);
