/* Between the files of the import: staging, reading, running. */
#pragma once

#include "base/csv.h"
#include "core/import.h"
#include "view/form.h"

/* Why import_stage did not take a file, as a message. */
struct form_error import_refusal(struct arena *a, const struct lang *lang,
                                 const char *why);
/* Does a file fill this field? */
bool import_fills(const struct entity *e, const struct field *f);
/* Must a file that brings new ones have a column of it? */
bool import_needs(const struct entity *e, const struct field *f);
/* Has the file one that fills it? */
bool import_has(const struct import *im, const char *field);
/* What is taken for want of a column, in words; NULL: nothing is. */
const char *import_absent(struct arena *a, const struct lang *lang,
                          const struct import *im);
/* Is that the name of such a field, or of a link? */
bool import_takes(const struct entity *e, const char *name);
/* How well a head names the field or link: 0 its name, 1… its aliases in their
 * order, then its label, then what people usually write ("Début", "Contact"),
 * then a part of its label ("École" of "École ou établissement"); -1 not at
 * all. */
int head_rank(struct arena *a, const struct entity *e, const char *name,
              const char *head);

/* The field or link that a head names best; NULL: none, or several as
 * loosely. */
const char *head_field(struct arena *a, const struct entity *e,
                       const char *head);
/* import_key.c: the column that names rows besides their code, "uid" or "id";
 * NULL: none. */
const char *import_key(const struct entity *e);
/* Maps it, where the heads let no doubt. */
void import_key_head(struct import *im);
/* The row of that code (or NULL), else of that key ("" for none). For
 * ERR_NOT_FOUND it is a new one; of a key that names no row, or another than
 * the code does, errors has the words. */
enum status import_row(struct conn *c, struct arena *a, const struct entity *e,
                       const struct value *code, struct str key, void **row,
                       struct form_errors *errors) MUST_USE;
enum { KIND_HEADS = 80 };
/* The kind that knows more of these heads than the file's own does, and all
 * that it needs; of the first KIND_HEADS. NULL: none. */
const struct entity *import_kind(struct app *app, struct arena *a,
                                 const struct import *im);

/* import_file.c: keeps it as UTF-8, by its content. Of the notes, what is said
 * of its encoding. */
enum status sheet_keep(struct app *app, struct arena *a, struct str text,
                       const char **name, const char **note) MUST_USE;
bool sheet_is_there(struct app *app, struct arena *a, const char *name);
/* import_sweep.c: takes it away again, unless an import names it. */
enum status sheet_drop(struct app *app, struct arena *a,
                       const char *name) MUST_USE;
/* NULL, or the label key of why this is no CSV file at all. */
const char *sheet_refused(struct str text);
/* The stored file, mapped until a is reset. */
enum status sheet_open(struct app *app, struct arena *a, const char *name,
                       struct csv *csv) MUST_USE;

struct req;
/* import_pages.c: may the reader send files of that kind? */
bool import_may(struct req *r, const struct entity *e);
/* import_page.c: its page, alert being NULL or what is said above it; the same
 * for a program. */
enum status import_page_show(struct req *r, const struct import *im, int code,
                             const char *alert) MUST_USE;
enum status import_json(struct req *r, const struct import *im) MUST_USE;
/* "Being checked: line 40 of 100" */
const char *import_lead(struct req *r, const struct import *im);
/* Is one to be given before it is written? */
bool import_lacks_reason(const struct import *im);
/* What stayed when it was taken back is to be taken back once more. */
enum status import_mark_kept(struct conn *c, int64_t id) MUST_USE;
/* import_faults.c: answers with the faulty lines as a CSV file. */
enum status import_faults_send(struct req *r, struct import *im) MUST_USE;

/* import_read.c. A piece of the file, read and checked, in memory of its own.
 */
struct import_line {
    int64_t number;
    void *row;
    struct links *links; /* of each of the entity's, where the file has it */
    bool *given;
    bool exists;   /* a row with its code stands already */
    bool alike;    /* and says the same */
    bool corrects; /* it changes what counts in a school year that is over */
    struct str raw;
};
struct import_bad {
    int64_t line;
    const char *outcome; /* refused, repeated, noted: right, and told */
    struct str raw, faults;
};
struct piece {
    struct arena mem;
    struct import_line *lines; /* those that are right */
    size_t count;
    struct import_bad *bad;
    size_t bad_count, bad_room;
    int64_t records, next; /* how many; the line of the file after it */
    bool end;
    enum status status;
};
void piece_refuse(struct piece *p, const struct import_line *line,
                  const char *outcome, const struct form_errors *errors);

/* import_run.c: has the row the links that the line brings? */
enum status links_alike(struct conn *c, struct arena *a, const struct entity *e,
                        const struct import_line *line, int64_t id,
                        bool *out) MUST_USE;

/* Whoever sent the file, and what they may write now. Nobody (*who NULL): the
 * command line, which may everything. ERR_FORBIDDEN: nothing any more. */
enum status import_sender(const struct app *app, struct conn *c,
                          struct arena *a, const struct import *im,
                          struct who **who, struct reach *reach) MUST_USE;

/* Inside the write that begins some work: whoever began last goes on alone,
 * from where the last left off; what an earlier one still does is stale. */
enum status import_take(struct conn *c, struct import *im) MUST_USE;

/* Of an UPDATE: what the check foresaw gives way to what is written. */
#define FROM_ZERO                                                              \
    ", inserted = CASE WHEN state = 'checked' THEN 0 ELSE inserted END,"       \
    " updated = CASE WHEN state = 'checked' THEN 0 ELSE updated END,"          \
    " same = CASE WHEN state = 'checked' THEN 0 ELSE same END"

struct reader;
/* For one thread at a time. To be written: lines before im->applied are only
 * looked at for their codes, and what corrects takes a reason. */
enum status reader_open(struct reader **out, struct app *app, struct arena *a,
                        const struct import *im, bool write) MUST_USE;
void reader_close(struct reader *r);
/* Fills an empty piece; its status says what became of it. */
void piece_read(struct reader *r, struct piece *p);
/* How many lines follow the heads. ERR_INVALID: a quote, opened in line
 * *lines, is never closed. */
enum status reader_count(struct app *app, struct arena *a,
                         const struct import *im, int64_t *lines) MUST_USE;
