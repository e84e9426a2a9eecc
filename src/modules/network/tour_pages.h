/* What the pages of tours show. */
#pragma once

#include "view/detail.h"

/* One move of a valise; all but .from, .to may be NULL. */
struct leg_v {
    const char *kit, *href;       /* the tour */
    const char *from, *to, *when; /* when it arrives */
    const char *until;            /* and leaves */
    const char *leaves;           /* when it sets out; or NULL */
    int32_t leaves_day;
    const char *address, *phone, *contact, *way;
    const char *received;      /* "le 3 mars, état : bon" */
    const char *by, *taken_by; /* then */
};
struct tour_v {
    const char *measure, *roads; /* how the ways are measured; where times on
                                    the road are told; or NULL */
    const struct detail_v *detail;
    const struct leg_v *legs;
    size_t n;
    const char *total, *where; /* where: who has it now */
    const char *free;          /* of a draft: is the valise free then? */
    bool is_free;
    const char *unknown; /* its school days are not sure; or NULL */
    const char *alert, *order, *csrf, *key; /* order: an action, or NULL */
    const char *receive;                    /* where a custody is entered */
};
struct tour_sheet_v {
    const char *measure, *day, *prev, *next, *pdf;
    const struct leg_v *legs;
    size_t n;
};
