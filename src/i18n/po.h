/* A catalogue as gettext writes it: msgid, msgid_plural, msgstr. */
#pragma once

#include "base/str.h"

struct po_entry {
    const char *key;
    const char *text[2]; /* the second is NULL where there is no plural */
    int64_t line;        /* of its msgid, from 1 */
};

/*
 * Reads a catalogue; what it gives lives as long as the arena and borrows
 * nothing. NULL when all is well, else the first fault, "path:line: what": no
 * UTF-8, a line that is none of the format's, a text that is missing or empty,
 * a plural without its two forms. The head (msgid "") is passed over.
 */
const char *po_read(struct arena *a, const char *path, struct str text,
                    struct po_entry **entries, size_t *n);
