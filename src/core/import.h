/*
 * Imports. The file as it came is the stage: kept by its content, checked
 * whole, then applied piece by piece under a number, which a restart resumes
 * and which undoes it. Every line goes the way of a form: same parsing, same
 * checks.
 */
#pragma once

#include "core/app.h"

struct lang;

enum { IMPORT_COLUMNS = 500, IMPORT_FAULTS = 1000 };

struct import_column {
    const char *head;  /* as the file has it */
    const char *field; /* that it fills, or NULL: left out */
};

struct import {
    int64_t id;
    const struct entity *entity;
    const char *file;  /* name of the stored file in the data folder */
    const char *state; /* staged, checked, applying, applied, undone */
    struct import_column *columns;
    size_t column_count;
    int64_t lines, bad, applied, inserted, updated, unchanged, person, at;
    bool was_latin1;
};

struct import_fault {
    int64_t line;
    const char *field, *key; /* label of what is wrong */
    const char *text;        /* for the message: see struct form_error */
    const char *typed;       /* what stood there */
};

/* A column the caller maps himself: head=field, or head= to leave it out. */
struct import_map {
    const char *head, *field;
};

/*
 * Reads the file's heads and stores it. The mapping is the one asked, else the
 * one remembered for these heads, else what the fields' names, labels and
 * aliases say. ERR_INVALID and *why (label key): import.empty,
 * import.no_column, import.same_head, import.too_wide, csv.…
 */
enum status import_stage(struct app *app, struct arena *a,
                         const struct entity *e, struct str text,
                         const struct import_map *map, size_t map_count,
                         int64_t person, struct import *out,
                         const char **why) MUST_USE;
enum status import_load(struct app *app, struct conn *c, struct arena *a,
                        int64_t id, struct import *out) MUST_USE;
/* Changes the mapping, and remembers it for files with these heads. */
enum status import_remap(struct app *app, struct arena *a, struct import *im,
                         const struct import_map *map,
                         size_t map_count) MUST_USE;

/* Told how far it is; false stops it (to be resumed). May be NULL. */
typedef bool import_progress(void *data, int64_t done, int64_t lines);
/* Checks every line and keeps what is wrong with them; writes no row. */
enum status import_check(struct app *app, struct arena *a, struct import *im,
                         import_progress *progress, void *data) MUST_USE;
/* Applies the lines that are right, from where it stopped. */
enum status import_apply(struct app *app, struct arena *a, struct import *im,
                         import_progress *progress, void *data) MUST_USE;
/* Takes everything back, but rows that somebody changed since: *kept. */
enum status import_undo(struct app *app, struct arena *a, struct import *im,
                        int64_t person, int64_t *kept) MUST_USE;
enum status import_faults(struct conn *c, struct arena *a, int64_t id,
                          struct import_fault **out, size_t *n) MUST_USE;
