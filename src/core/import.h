/*
 * Imports. The file as it came is the stage: kept by its content, checked
 * whole, then applied piece by piece under a number, which a restart resumes
 * and which undoes it. Every line goes the way of a form: same parsing, same
 * checks. Each of these is a task (core/task.h) when a browser asks for it.
 *
 *   staged → checked → applying → applied → undoing → undone
 *      ↓                  ↓                   ↓
 *   stopped             paused              halted     by import_stop, or by
 *                                                      what note says
 */
#pragma once

#include "core/app.h"

struct lang;

/* IMPORT_DAYS: the setting import_days, where it says nothing else. */
enum { IMPORT_COLUMNS = 500, IMPORT_DAYS = 90 };

struct import_column {
    const char *head;  /* as the file has it */
    const char *field; /* or link that it fills; NULL: left out */
};

struct import {
    int64_t id;
    const struct entity *entity;
    const char *file; /* name of the stored file in the data folder */
    const char *state;
    const char *note; /* what is to be said of the file: label keys parted by
                         spaces, each with :NUMBER for its {text} or without */
    struct import_column *columns;
    size_t column_count;
    int64_t lines, done, bad, repeated, applied, inserted, updated, unchanged,
        kept, person, at;
    int64_t corrects; /* lines that change what counts in a closed year; as the
                         check found */
    const char *reason; /* of whoever sent it, for those; NULL: none given */
    int64_t run;        /* how often work on it has begun */
    const char *name;   /* of the file as it was sent; "" when nobody said */
};

struct import_fault {
    int64_t line;
    bool mild;               /* refuses nothing: a code that is on a line
                                before, or that nothing here has */
    const char *field, *key; /* label of what is wrong */
    int64_t min, max;        /* for the message: see struct form_error */
    const char *text;
    const char *typed;         /* what stood there */
    struct linked *candidates; /* what stood there may mean these */
    size_t candidate_count;
    const char *raw; /* the line as the file has it; in the first fault of a
                        line, else NULL */
};

/* A column the caller maps himself: head=field, or head= to leave it out. */
struct import_map {
    const char *head, *field;
};

/* A file as it was sent. */
struct import_sent {
    const struct entity *entity;
    struct str text;
    const struct import_map *map; /* the mapping that is asked */
    size_t map_count;
    int64_t person;
    bool task;          /* the task that checks it is added with it */
    const char *name;   /* of the file, without its folders; or NULL */
    const char *reason; /* see struct import */
};

/*
 * Reads the file's heads and stores it as UTF-8. The mapping is the one asked,
 * else the one remembered for these heads, else what the fields' names, labels
 * and aliases say. ERR_INVALID and *why (label key, :TEXT): import.empty,
 * import.only_heads, import.no_column, import.same_head, import.too_wide,
 * import.is_workbook, import.is_binary, csv.…,
 * import.other_kind; nothing is kept then.
 */
enum status import_stage(struct app *app, struct arena *a,
                         const struct import_sent *sent, struct import *out,
                         const char **why) MUST_USE;
enum status import_load(struct app *app, struct conn *c, struct arena *a,
                        int64_t id, struct import *out) MUST_USE;
/* Of which its rows are: those of the file's kind, or what its lines make. */
const struct entity *import_made(const struct import *im);
/* Changes the mapping, and remembers it for files with these heads; the file is
 * to be checked anew, by a task. ERR_INVALID: no such field. */
enum status import_remap(struct app *app, struct arena *a, struct import *im,
                         const struct import_map *map,
                         size_t map_count) MUST_USE;
/* Inside a write: from one of these states to the one that asks for work, with
 * its task, and im's reason where it has one. ERR_CONFLICT from any other. */
enum status import_ask(struct conn *c, struct arena *a, const struct import *im,
                       const char *from, const char *to,
                       int64_t person) MUST_USE;
/* Inside a write: the work ends with the piece at hand. */
enum status import_stop(struct conn *c, int64_t id) MUST_USE;

/* Told how far it is; false ends it (to be resumed: ERR_BUSY). May be NULL. */
typedef bool import_progress(void *data, int64_t done, int64_t lines);
/* Both: ERR_INVALID when the file cannot be read to its end (im->note says
 * why), ERR_STALE when it was stopped, ERR_FORBIDDEN when its sender may no
 * longer. Checks every line and keeps what is wrong with them; writes no row.
 */
enum status import_check(struct app *app, struct arena *a, struct import *im,
                         import_progress *progress, void *data) MUST_USE;
/* Checks and applies the lines that are right, from where it stopped. */
enum status import_apply(struct app *app, struct arena *a, struct import *im,
                         import_progress *progress, void *data) MUST_USE;
/* Takes everything back, but rows that somebody changed or uses since: those
 * are kept, and listed by import_kept. Of an import that has been taken back,
 * those are taken back once more; ERR_CONFLICT where there are none. */
enum status import_undo(struct app *app, struct arena *a, struct import *im,
                        int64_t person, import_progress *progress,
                        void *data) MUST_USE;
enum status import_kept(struct conn *c, struct arena *a, int64_t id, int most,
                        int64_t **rows, size_t *n) MUST_USE;
/* What is wrong, from after that line on, of at most so many lines; *next is
 * the line to go on after, NONE at the end. */
enum status import_faults(struct conn *c, struct arena *a, int64_t id,
                          int64_t after, int most, struct import_fault **out,
                          size_t *n, int64_t *next) MUST_USE;
/* Takes away the files that were sent more than import_days ago, and the lines
 * of theirs that were refused; what no import names after a day. */
enum status imports_sweep(struct app *app, struct arena *a) MUST_USE;
/* What is wrong, with what a column of e may have where a line has none of it.
 */
const char *import_message(struct arena *a, const struct lang *lang,
                           const struct entity *e,
                           const struct import_fault *f);
/* The notes in words, one sentence after the other; NULL: none. */
const char *import_note(struct arena *a, const struct lang *lang,
                        const char *note);
