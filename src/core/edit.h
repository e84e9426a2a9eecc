/*
 * Changing a row and what is edited under it, as core/edit_form.c (its form),
 * core/edit.c (the row, its links), core/edit_lines.c and
 * core/edit_lines_draw.c (its children) and core/edit_act.c (what is done with
 * it) share it.
 *
 * Each kind of child is a list of lines in the form of its parent: one
 * transaction saves them all. A line's controls are named
 * "<kind>.<n>.<field>", beside "<kind>.<n>._id", "._version" and "._remove";
 * "<kind>._lines" says how many there are. A kind whose lines a form does not
 * bring is left alone.
 */
#pragma once

#include "core/request.h"

struct edit_line {
    int64_t id, version; /* NONE, 0: a new row; the version that was read */
    void *row;           /* as it shall be */
    const void *now;     /* as it stands; NULL: a new row, or one gone */
    const char *prefix;  /* "project_member.0." */
    struct form_input in;
    struct form_errors errors;
    bool fixed;       /* may be read only */
    bool blank;       /* a new line in which nothing was typed */
    bool remove;      /* its tick is set */
    bool stale, gone; /* changed, or deleted, since it was read */
};

struct edit_kind {
    const struct entity *entity;
    const struct field *parent;
    bool writes;      /* the right is held; each row's reach is the line's */
    bool many;        /* too many for a form */
    bool given;       /* the form brought its lines */
    const char *only; /* the fields drawn: all but the parent */
    struct edit_line *lines;
    size_t n;
};

struct edit {
    struct req *r;
    void *row;           /* as it shall be */
    bool counted;        /* as it stands, in a school year that is over */
    bool kept;           /* it may not be deleted: a closed year counts it */
    struct links *links; /* of each of the entity's, as they shall be */
    struct links *stood; /* as they stand */
    bool *given;
    int64_t id;
    struct edit_kind *kinds;
    size_t kind_count;
};

enum { LINES_DRAWN = 50, LINES_MOST = 100 };

/* Of r->row, to become row. */
struct edit edit_open(struct req *r, void *row);
/* Fills stood; and links with the same. */
enum status edit_links_stand(struct edit *e) MUST_USE;
enum status edit_links_read(struct edit *e) MUST_USE;
/* The form as an answer. refused: with what was typed; theirs: the row as
 * somebody else has saved it meanwhile, or NULL. */
enum status edit_show(struct edit *e, int code, bool refused,
                      const void *theirs) MUST_USE;
/* Where a row under another leads back to: its parent, when the form was asked
 * for from there; NULL. */
const char *edit_parent_path(struct req *r, const void *row);

/* A program that changes a version that no longer stands is told both. */
enum status edit_stale(struct req *r, enum status s) MUST_USE;
/* Inside the write. A row that is closed is not changed by hand any more. */
enum status edit_lock(struct req *r, struct conn *c) MUST_USE;
/* Is the row, as it would be saved, within the reach of the right? Else a
 * coordinator could give a row away, or make one elsewhere. */
enum status edit_in_reach(struct edit *e, struct conn *c, int64_t id) MUST_USE;
/* Known within the write, the answer is kept with it: a later telling would
 * cost a second commit. made: the row under whose parent the form was. */
void edit_plan(struct req *r, int code, int64_t id, const void *made);
/* The same, answered. */
enum status edit_answer(struct req *r, int code, int64_t id,
                        const void *made) MUST_USE;

/* Where the form looks for references: what brings its row within reach. */
struct form_source edit_source(struct req *r);
/* The same for a line: what it names may have to agree with its parent. */
struct form_source edit_line_source(const struct edit *e);
/* The children as they stand, of every kind that the reader may read. */
enum status lines_load(struct edit *e) MUST_USE;
/* As the form brings them, mistakes in each line's errors. */
enum status lines_read(struct edit *e) MUST_USE;
bool lines_faulty(const struct edit *e);
/* One empty line more of the kind whose api name is given. */
void lines_more(struct edit *e, struct str api);
/* Inside the write: removes, changes, makes; rights and reach asked again.
 * ERR_INVALID and ERR_STALE are told in the line. */
enum status lines_save(struct edit *e, struct conn *c, int64_t id) MUST_USE;
/* After ERR_STALE: the line as it stands now, for the reader to compare; NULL
 * where no line was. */
enum status lines_stale(struct edit *e, struct form_conflict **out) MUST_USE;
/* Their part of the form; typed: what was typed, else what stands. */
enum status lines_draw(struct edit *e, bool typed, struct form *form) MUST_USE;

/* A unique value taken meanwhile is the user's mistake, by its field; several
 * that are taken together are the whole form's, for none alone is wrong. */
enum status edit_refused(struct conn *c, const struct entity *e,
                         const struct form_input *in,
                         struct form_errors *errors, enum status s) MUST_USE;
