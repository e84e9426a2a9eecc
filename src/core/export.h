/* A whole list as a file: written by key pages to a spool (core/spool.h). */
#pragma once

#include "store/list.h"

struct req;
struct lang;

/* Answers with the list as "csv" or "json"; ERR_NOT_FOUND for another form. */
enum status export_send(struct req *r, const struct list_ask *ask,
                        const char *form);
/* Writes all rows of the ask to an open file. */
enum status export_write(struct conn *c, struct arena *a,
                         const struct list_ask *ask, const char *form,
                         int fd) MUST_USE;
