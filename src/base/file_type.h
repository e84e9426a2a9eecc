/*
 * What a file is, by its content: a name and a browser's Content-Type say only
 * what somebody believes. What may be shown in a page's place is told apart
 * from what is only ever saved: an image cannot run a script, an SVG can.
 */
#pragma once

#include "base/str.h"

struct file_type {
    const char *mime; /* "application/pdf" */
    const char *kind; /* "pdf image office text sound video archive other":
                         label file.kind.<kind> */
    const char *end;  /* ".pdf": what a name of it ends with */
    bool shown;       /* safe to show in the browser */
};

/* Never NULL. The name decides only between plain text and CSV. */
const struct file_type *file_type_of(struct str bytes, const char *name);
/* By its mime; what is not known is application/octet-stream. */
const struct file_type *file_type_find(const char *mime);

/* A name to keep, in a: what stands after the last / or \, valid UTF-8, no
 * control characters (nor those that turn the direction of writing), 150
 * characters at most with its ending; "fichier" where nothing is left. */
const char *file_name_clean(struct arena *a, struct str name);
