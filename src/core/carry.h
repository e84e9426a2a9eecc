/*
 * What was typed into a form whose session is over, or whose token is of
 * another one. Nothing of it is stored: the page that answers carries the
 * fields as hidden controls, through signing in and a wrong password, to a page
 * from which they are sent again with a token that holds.
 *
 * Only what a page of ours has sent is carried, as the browser itself says
 * (Sec-Fetch-Site, Origin): else another site could have its own fields sent
 * under the reader's name. Passwords and files are never carried. Nor is what
 * acts at once, as roles, deletions and imports. So only a form that can be
 * shown again as it was (route.again), and a step with its reason, told by its
 * name on the page that sends it.
 *
 * Whoever signs in here may be another than who typed: the form's token says
 * whose session gave it (csrf_person), and another is shown nothing of it.
 */
#pragma once

#include "core/request.h"

struct carried_v {
    const char *action; /* the address that it was sent to; NULL: nothing */
    const struct item_v *fields; /* key, value */
    size_t n;
    bool files;     /* some were chosen: they must be chosen again */
    bool too_long;  /* for the pages to carry; nothing is */
    bool others;    /* somebody else has typed it; nothing is shown */
    int64_t by;     /* who typed it; NONE: nobody knows */
    bool multipart; /* as it was sent */
    bool can_show;  /* the form itself can be shown again, with all of it */
    const struct route *route;         /* what answers there */
    int64_t row;                       /* of the address; NONE */
    const char *key;                   /* the sign-in form's: it is sent once */
    const char *act, *button, *reason; /* for the page: what sending it does */
};

/* A secret is carried nowhere. */
bool carry_takes(const char *name);
/* What this refused form brought. */
void carry_take(struct req *r, struct carried_v *v);
/* What this sign-in form carries from before. */
void carry_on(struct req *r, struct carried_v *v);
/* Nothing is left of it but for who typed it. */
void carry_to(struct carried_v *v, int64_t person);
/* The page to send it again from; r->who is set. */
enum status carry_page(struct req *r, int code, const struct carried_v *v);
