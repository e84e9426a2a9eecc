/* Twice is once: a one-time key is kept with its write, and the answer with
 * it, for 48 hours. */
#pragma once

#include "core/request.h"

enum { ONCE_SECONDS = 48 * 3600 };

/* The request's key, if it is one, and a digest of what it asks: method,
 * query and body, or a form's fields. */
void once_ask(struct req *r, struct str key);
/* Was this key used? Then r->done and its answer is read. The same key by
 * another person, for another address or with another content is ERR_CONFLICT,
 * and said. */
enum status once_find(struct conn *c, struct arena *a, struct req *r) MUST_USE;
/* Inside a write: ERR_CONFLICT where it was used meanwhile. */
enum status once_keep(struct conn *c, struct req *r) MUST_USE;
/* Gives the answer of the first time. */
enum status once_answer(struct req *r) MUST_USE;
/* What the request answers, was it kept with its write? True, too, where
 * nothing was written: there is no key to tell it to. */
bool once_is_kept(const struct req *r);
/* After the handler, else: what it answered joins its key. */
enum status once_told(struct req *r) MUST_USE;
/* A key that keeps no answer, of a form that may be sent once: is it one of
 * ours, and younger than what is forgotten? Then, inside the write, it is
 * spent: ERR_CONFLICT when it was before. */
bool once_is_fresh(struct str key);
enum status once_spend(struct conn *c, const char *key, const char *path,
                       int64_t person) MUST_USE;
enum status once_forget(struct conn *c, int64_t before) MUST_USE;
