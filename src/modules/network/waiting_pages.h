/* What the pages of the waiting list show. */
#pragma once

#include "view/detail.h"
#include "view/form.h"

struct waiting_ask_v {
    const struct form *form;
    const char *alert, *lab, *back, *rule; /* rule: how it is ordered */
    const char *free, *when; /* an href, what is free though; or NULL */
    const char *privacy;     /* told to strangers; or NULL */
};
struct waiting_sent_v {
    const char *lab, *lab_href, *entry; /* entry: a href, or NULL */
};
struct offer_v {
    const char *alert, *lab, *lab_href, *when, *space, *place;
    const char *until, *why; /* why it is theirs */
    const char *state, *tone;
    const char *action, *csrf, *key; /* action NULL: it is answered */
};
/* On the page of an entry: what is offered, and where it is answered. */
struct waiting_row_v {
    const struct detail_v *detail;
    const struct offer_v *offer; /* or NULL */
    const char *promote;         /* action; or NULL */
    const char *stuck;           /* why nothing is offered; or NULL */
    int64_t entry;
    const char *csrf, *key;
};
