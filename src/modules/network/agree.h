/*
 * What follows from a visit besides its half-days: mails to who asked, the
 * agreement of the head, reminders, the form of one minute afterwards.
 */
#pragma once

#include "core/mail.h"
#include "modules/network/network.h"

enum {
    REMIND_DAYS = 3,  /* before, where the laboratory says nothing else */
    AGREE_DAYS = 30,  /* so long the link of an agreement is good, */
    AGREE_EVERY = 3,  /* reminded of every so many days, */
    AGREE_TIMES = 3,  /* so often */
    REVIEW_DAYS = 21, /* so long one is asked, and may answer, afterwards */
};
#define LINK_AGREEMENT "agreement"
#define LINK_SHEET "sheet" /* of the sortie scolaire, of a visit */
#define LINK_REVIEW "review"
#define LINK_ASKED "asked" /* of who asked for a visit */

/* A visit in words, for mails and for who has a link and no account. */
struct visit_said {
    int32_t day; /* told to visit_say: only its half-days; NO_DAY: all */
    const char *title, *lab, *place, *who, *asker, *need;
    const char *when;    /* a line for each half-day */
    const char *contact; /* "03 …, labo@…", or "" */
    const char *kind, *people;
    const char *outside; /* where, of what is not in the laboratory; or NULL */
    int32_t first;       /* NO_DAY: it has no half-day */
};
enum status visit_say(struct conn *c, struct arena *a, const struct lang *l,
                      const struct visit *v, struct visit_said *out) MUST_USE;

/* The addresses of its half-days of that day (NO_DAY: of all); of a visit that
 * is outside and has none, that it is; NULL: it is in the laboratory. */
enum status visit_outside(struct conn *c, struct arena *a, const struct lang *l,
                          const struct visit *v, int32_t day,
                          const char **out) MUST_USE;

/* What is sent about one. */
enum told {
    TOLD_ASKED,
    TOLD_CONFIRMED,
    TOLD_DECLINED,
    TOLD_CANCELLED,
    TOLD_CANCELLED_ALL, /* several at once */
    TOLD_BOOKED,        /* dates of a series */
    TOLD_MOVED,
    TOLD_NEW,       /* to who coordinates: somebody asks */
    TOLD_WITHDRAWN, /* to the same: they do not come */
    TOLD_AGREED,
    TOLD_DISAGREED,
    TOLD_REMINDER,
    TOLD_COMING, /* the reminder of who coordinates */
    TOLD_REVIEW,
    TOLD_AGREEMENT,
    TOLD_AGREEMENT_AGAIN,
};
struct telling {
    enum told told;
    const struct visit *visit;
    const char *to;
    const struct lang *lang;
    int32_t day;      /* NO_DAY: all its half-days */
    const char *link; /* "/accord/…"; or NULL */
    const char *once, *page;
    const char *seen;      /* where its reader sees it; NULL: on its page */
    const char *reason;    /* NULL: that of the visit's state */
    const int64_t *others; /* visits whose half-days it is about as well */
    size_t other_count;
};
/* Inside a write. */
enum status visit_tell(struct conn *c, struct arena *a,
                       const struct telling *t) MUST_USE;
/* The same to who asked, in their language; nothing without an address. */
enum status asker_tell(struct conn *c, struct arena *a, const struct visit *v,
                       enum told told) MUST_USE;
/* Where whoever asked without an account sees how it stands, by a secret. */
enum status asked_link(struct conn *c, struct arena *a, const struct visit *v,
                       const char **out) MUST_USE;
/* The same to who coordinates then, or to the laboratory's own address; what is
 * told, of which day, once and why are as given. */
enum status team_tell(struct conn *c, struct arena *a, const struct visit *v,
                      const struct telling *what) MUST_USE;
/* From visit_follow: the row as it was and as it is. */
enum status visit_changed(struct conn *c, struct arena *a,
                          const struct visit *before, const struct visit *after,
                          struct actor by) MUST_USE;
bool slot_moved(const struct slot *before, const struct slot *after);

/* Inside a write: a task asks the head, unless it was done. */
enum status agreement_ask(struct conn *c, struct arena *a,
                          int64_t visit) MUST_USE;
/* What was asked or given holds no more; again: it is asked anew. */
enum status agreement_revoke(struct conn *c, struct arena *a, int64_t visit,
                             struct actor by, bool again) MUST_USE;
/* Of the steps confirm and reopen: does the laboratory's rule want it first? */
const char *agreement_lacks(struct conn *c, struct arena *a, const void *row,
                            int64_t person);
struct head_known {
    const char *name, *email;
    int64_t person; /* NONE: an address alone */
};
/* Who is asked: the head whom the directory knows, the school at its address
 * there; only where it has neither, the address given with the visit, for who
 * asks could give their own. .email NULL: nobody. */
enum status school_head_find(struct conn *c, struct arena *a,
                             const struct visit *v,
                             struct head_known *out) MUST_USE;

/* Inside a write: the mail of one that waits once more, with another link. */
enum status agreement_remind(struct conn *c, struct arena *a,
                             const struct agreement *g,
                             const char *once) MUST_USE;

enum status agree_task(struct app *app, struct arena *a, const char *payload);
enum status remind_task(struct app *app, struct arena *a, const char *payload);
/* Inside a write: all that is due on that day; for the demonstration. */
enum status reminders_write(struct conn *c, struct arena *a,
                            int32_t today) MUST_USE;
