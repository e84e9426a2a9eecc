/* A large answer as a file: written whole to a nameless file beside the data,
 * then sent, so that no statement stays open while a client reads. */
#pragma once

#include "core/request.h"

/* Writes what b holds to the file and empties it. */
enum status spool_put(int fd, struct buf *b) MUST_USE;

typedef enum status spool_fn(struct req *r, void *data, int fd);
/* Answers with what write puts, under the name. */
enum status spool_send(struct req *r, spool_fn *write, void *data,
                       const char *type, const char *name);
