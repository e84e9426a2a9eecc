/* What the page of one's agendas shows. */
#pragma once

#include "view/page.h"

struct feed_v {
    const char *id, *name, *what; /* what: in a few words, or NULL */
    const char *value;            /* of the form: "mine", "lab-3" */
    const char *address, *made;   /* NULL: it has none yet */
    bool lost;                    /* made under another key: not shown again */
    const char *end;              /* where to POST that it is taken back */
    const char *key;
};
struct feeds_v {
    const char *lead, *csrf;
    const struct feed_v *items;
    size_t n;
};
