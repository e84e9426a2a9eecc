/* What the page shows of who asked for something and has no account. */
#pragma once

#include "view/detail.h"

struct visit_said;

/* Whom a waiting list has. */
struct wish_v {
    const char *lab, *lab_href, *from, *to, *part, *kind, *class_label;
};
struct withdraw_v {
    const struct visit_said *said; /* one of both */
    const struct wish_v *wish;
    const char *state, *tone;
    const char *note;   /* what to know of it; or NULL */
    const char *action; /* NULL: there is nothing to withdraw */
    const char *button, *help, *csrf, *key;
};
