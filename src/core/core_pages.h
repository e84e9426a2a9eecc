/* What the frame's own pages show. */
#pragma once

#include "view/form.h"
#include "view/page.h"

struct item_v {
    const char *key, *label, *value, *href, *what;
    bool late;
};
struct home_v {
    const char *hello;
    const struct item_v *waits;
    size_t waits_count;
    const struct item_v *news; /* value: when */
    size_t news_count;
    const struct figure_v *figures;
    size_t figure_count; /* 0: no record is there yet to be counted */
    bool imports;        /* the reader may import */
};
struct carried_v;
struct sign_in_v {
    const char *lead, *back, *email;
    const struct carried_v *carried;
    const struct item_v *roles;
    size_t role_count;
};
struct search_group {
    const char *id, *title, *more;
    const char *count; /* in words; or NULL */
    const struct item_v *items;
    size_t n;
};
struct search_v {
    const char *lead, *empty;
    const struct search_group *groups;
    size_t group_count;
};
struct section_v {
    const char *id, *title;
    struct figure_v *figures;
    size_t n;
};
struct figures_v {
    const char *lead, *csv, *json;
    const struct form_option *years, *bassins;
    size_t year_count, bassin_count;
    const struct section_v *sections;
    size_t section_count;
};
struct figure_page_v {
    const char *lead, *name_head, *foot, *next;
    const char *sum, *whole; /* what a share's rows add up to; or NULL */
    const struct figure_v *figure;
    const struct item_v *rows; /* what: a share's whole */
    size_t n;
    bool withheld; /* a hidden number: its records would tell it */
    bool partial;  /* the reader is shown some of the records only */
    const char *csv, *json, *snapshot_action, *key;
    const struct item_v *snapshots;
    size_t snapshot_count;
};
struct import_column_v {
    const char *id, *name, *head, *sample; /* sample: what stands there */
    const struct form_option *options;
    size_t option_count;
};
struct import_fault_v {
    int64_t line;
    const char *field, *text, *message;
    bool mild;
};
/* A button of a form of its own; ask: what it takes away, said first. */
struct import_act_v {
    const char *action, *label, *ask;
    bool corrects; /* asks for the reason; what was typed, and what it lacks */
    const char *reason, *error;
};
/* One of several files of which the same rows are made; href NULL: the one that
 * is chosen. */
struct import_way_v {
    const char *label, *how, *href;
};
struct import_v {
    const char *lead, *key, *self, *note, *missing, *remap, *faults_csv,
        *faults_next, *faults_title, *faults_help, *text, *name;
    const char *ignored; /* columns of which nothing is written; or NULL */
    const char *absent;  /* what is taken for want of a column; or NULL */
    bool refused;        /* of the lines told some, and not only noted */
    const char *kind, *kind_href; /* what the file may be instead; NULL */
    bool running;
    bool gone;       /* the file has been swept */
    int64_t percent; /* -1: nobody knows */
    const struct import_act_v *acts;
    size_t act_count;
    const struct import_way_v *ways;
    size_t way_count;
    const struct form_option *options;
    size_t option_count;
    const struct item_v *items;
    size_t n;
    const struct item_v *kept;
    size_t kept_count;
    const struct import_fault_v *faults;
    size_t fault_count;
    const struct import_column_v *columns, *left_out;
    size_t column_count, left_out_count;
};
struct grant_v {
    const char *title, *days, *state, *tone;
    const char *end, *key; /* where to POST its end; NULL: not the reader's */
};
struct grants_v {
    const char *lead, *csrf, *back;
    const struct form *form;
    const struct grant_v *items; /* newest first */
    size_t n;
    const char *close, *close_key; /* where the account is closed; or NULL */
    const char *close_error;
    bool closed;
};
struct rights_v {
    const char *lead;
    const struct search_group *groups; /* a role each; more: what it is */
    size_t n;
};
struct task_v {
    const char *what, *href, *when, *why;
    const char *see, *key; /* where to POST that it was seen */
};
struct tasks_v {
    const char *lead, *csrf;
    const struct task_v *items;
    size_t n;
};
/* Of a mail that was sent, .to, .subject and .text are NULL. */
struct mail_v {
    const char *href, *what, *to, *subject, *text, *state, *tone;
    const char *when, *tried, *answer, *page; /* the last three may be NULL */
    const char *lang;                         /* of its text */
    const char *link; /* the first to a page of ours, of one only shown */
    const char *key, *other_key;
    bool lost;
};
struct stop_v {
    const char *action, *key, *csrf;
    bool stopped;
};
struct mails_v {
    const char *lead, *other, *other_label, *next; /* next may be NULL */
    const struct mail_v *items;
    size_t n;
};
/* "/courriels/…/renvoi" */
const char *mail_action(struct html *h, const struct mail_v *v,
                        const char *what);
struct head_v {
    const char *lead;
    const struct item_v *items; /* none: nothing is sealed yet */
    size_t n;
};
