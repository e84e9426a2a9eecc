/* One row as a page, with what is linked to it, what may be done, and its
 * history. */
#pragma once

#include "view/form.h"
#include "view/list.h"

struct fact {
    const char *name; /* the field's; NULL of a link */
    const char *label;
    const char *text;       /* NULL: unknown */
    const char *href;       /* or NULL */
    const char *tag;        /* a tone: it is a state; else NULL */
    struct html_safe prose; /* instead of text, when .text.p */
};

struct fact_group {
    const char *title;
    const struct fact *facts; /* label NULL: one link after another */
    size_t n;
};

struct step_v {
    const char *label, *action;
    const char *refusal;         /* why it may not be taken now, or NULL */
    const char *note;            /* what to know before it is taken, or NULL */
    const char *way, *way_label; /* where what it lacks is made, or NULL */
    const char *key;             /* one-time */
    bool needs_reason, danger;
    const struct form_field *fields; /* that it asks for besides */
    size_t field_count;
    const char *reason, *error; /* as typed, and what is wrong with it; NULL */
    int64_t reason_least, reason_most; /* least: of a sentence, or 0 */
    bool reason_own; /* not everybody reads it: it goes with its person */
};

struct detail_v {
    const char *title, *kind;       /* kind: "Établissement" */
    const char *state, *state_tone; /* or NULL */
    const struct fact *facts;
    size_t fact_count;
    const struct fact_group *groups; /* links */
    size_t group_count;
    const struct list_v *children; /* drawn without their filters */
    size_t child_count;
    const struct step_v *steps;
    size_t step_count;
    const char *csrf, *edit, *history, *delete_, *delete_key;
    const char *roles; /* of a person: where they are given; or NULL */
    int64_t version;
    const char *changed; /* "Modifié le 3 mars 2024 par …", or NULL */
};

struct detail_ask {
    const struct entity *entity;
    const void *row;
    const struct links *links; /* of each of entity->links, or NULL */
    struct conn *conn; /* for the titles of references; NULL: their ids */
    /* Who reads: a reference is a link where they read such rows. NULL: all */
    const struct form_source *source;
};
/* title, kind, state, facts, groups, version; the rest is the caller's. */
enum status detail_of_entity(struct arena *a, const struct lang *lang,
                             const struct detail_ask *ask,
                             struct detail_v *out) MUST_USE;

struct change_v {
    const char *label, *before, *after;   /* NULL: unknown */
    const char *before_href, *after_href; /* or NULL */
};
struct version_v {
    int64_t version;
    const char *when, *who, *what; /* in words */
    const struct change_v *changes;
    size_t n;
    const char *restore,
        *key; /* where to POST, one-time key; NULL: it stands */
};
struct history_v {
    const char *title, *back, *csrf, *older; /* older: the next page */
    const char *locked; /* why no version may be brought back, or NULL */
    const struct version_v *versions; /* newest first */
    size_t n;
};
/*
 * From row_history's lines and the row as it stands (NULL: deleted). who names
 * the person of an id, key makes a one-time key. A version is brought back by a
 * POST of _version to "<path>/<id>/restauration".
 */
struct history_ask {
    const struct entity *entity;
    const void *row;
    int64_t id;
    const struct past *past;
    size_t n;
    bool more; /* the last of them is only what stood before the others */
    const struct json_value *links; /* as they stand; NULL: there are none */
    struct conn *conn; /* for the titles of references; NULL: their ids */
    const char *(*who)(void *data, int64_t person);
    const char *(*key)(void *data); /* NULL: nothing may be restored */
    void *data;
};
enum status history_of_entity(struct arena *a, const struct lang *lang,
                              const struct history_ask *ask,
                              struct history_v *out) MUST_USE;
