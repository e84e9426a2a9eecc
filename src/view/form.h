/*
 * Forms: drawn from an entity's fields, and read back with every mistake
 * gathered. The same reading serves forms, CSV import and the JSON API, so all
 * three accept and refuse the same.
 *
 * Names of controls are the fields' names. Labels are the keys
 *     <entity>.<field>          what stands before the control
 *     <entity>.<field>.help     a hint, where such a label exists
 *     <entity>.<field>.<key>    a choice
 *     <entity>.<link>           a group of links
 */
#pragma once

#include "store/file.h"
#include "store/list.h"
#include "view/page.h"

/* Typed text by name. */
struct form_input {
    /* The nth text (from 0) given under that name; .p NULL: none. */
    struct str (*get)(const void *data, const char *name, size_t nth);
    const void *data;
    const struct lang *lang; /* how numbers are written, and what a fault names
                                is called; NULL: French */
};

/* What is wrong: a field's name (NULL: the whole form) and a label key, whose
 * placeholders are {min}, {max}, {text} (what was typed, or what the field's
 * own check names) and {path}. */
struct form_error {
    const char *field, *key;
    int64_t min, max;
    struct str text;
    struct linked *candidates; /* what the typed name may mean */
    size_t candidate_count;
    const char *const *path; /* rows, each by its kind and title; NULL: not for
                                this reader */
    size_t path_length;
};
struct form_source;
struct form_errors {
    struct arena *mem;
    struct form_error *list;
    size_t n, room;
    struct form_errors *notes; /* what is told and refuses nothing; or NULL */
};
void form_error(struct form_errors *e, const char *field, const char *key);
void form_error_add(struct form_errors *e, struct form_error error);
/* What row_fault has said on that connection, with the rows that it is about,
 * as far as the source's reader may read them. */
void form_fault(struct arena *a, const struct lang *lang,
                const struct form_source *source, struct form_errors *errors,
                const char *field, const char *fault);
/* The message in words; the first of that field, NULL when there is none. */
const char *form_message(struct arena *a, const struct lang *lang,
                         const struct form_error *error);
const struct form_error *form_error_of(const struct form_errors *e,
                                       const char *field);

/* Where the rows come from that a reference may name: those of target that the
 * reader reaches, and, by field, those it lets its writer name as well (field
 * NULL: none). conn NULL: none are looked up, ids are taken as they are. */
struct form_source {
    struct conn *conn;
    const struct reach *(*reach)(void *data, const struct entity *target,
                                 const struct field *field);
    /* Of whoever writes rows of e: a reference then offers only what brings the
     * row within it. NULL: it offers all that the reader reaches. */
    const struct reach *(*write)(void *data, const struct entity *e);
    void *data;
    int64_t person;    /* whose uploads a FILE may name */
    int64_t file_most; /* the most bytes of one, for the help */
    /* The row under which lines are edited, as it shall be, and of what; or
     * NULL. */
    const struct entity *parent_entity;
    const void *parent;
    /* What form_few has looked up, for the next line of a form; or NULL. */
    struct known_rows **known;
};

enum {
    PARSE_GIVEN = 1 << 0,  /* a name not given leaves the row as it is */
    PARSE_CODES = 1 << 1,  /* from a file: digits are a code before an id, and
                              never an id where the target has a code */
    PARSE_FIELDS = 1 << 2, /* no check of the row: its write does that alone */
    PARSE_NEAR = 1 << 3,   /* a person typed it: the only row that comes near
                              is meant, PARSE_GIVEN or not */
};

/*
 * Typed text into the row, by the field table. Fields F_HIDDEN, F_COMPUTED,
 * "state" of an entity with steps, are never set. ERR_INVALID with all mistakes
 * in *errors; else OK, or a failure of the store. Runs the entity's settle and,
 * when each field alone is right, its check, unless a line of a file says what
 * stands. Accepts
 *     days      2024-03-01, 01/03/2024, 1/3/24, 1er mars 2024, March 1, 2024
 *     numbers   15 495, 12,5, 12.5, 1 234,50 €
 *     yes/no    oui, non, yes, no, vrai, faux, true, false, 1, 0
 *               (empty: unknown)
 *     choices   the key, or its label in either language
 *     refs      the id, a unique field's value (a UAI), the title, or the
 *               title with the number behind it (FORM_NUMBER); in a form also
 *               words that only one title has
 *     files     the id of a stored file that this person has sent;
 *               "<name>_remove" takes it away, not given is unchanged
 */
enum status row_from_input(struct arena *a, const struct entity *e,
                           const struct form_input *in,
                           const struct form_source *source, unsigned flags,
                           void *row, struct form_errors *errors) MUST_USE;
/* What link.near says of a row of e, of what its reader may name; NULL:
 * nothing.
 */
const struct reach *link_near(struct arena *a, const struct form_source *source,
                              const struct entity *e, const struct link *l,
                              const void *row);
/*
 * The links named under l->name, as ids or titles; near: see link_near. A
 * weight stands under
 * "<link>_weight_<id>", or under "<link>_weight" with the same nth; else it is
 * LINK_AS_IT_STANDS.
 * .given tells whether the form had them at all ("<link>_given" or any).
 */
struct links_typed {
    struct links links;
    bool given;
};
enum status links_from_input(struct arena *a, const struct link *l,
                             const struct form_input *in,
                             const struct form_source *source, unsigned flags,
                             const struct reach *near, struct links_typed *out,
                             struct form_errors *errors) MUST_USE;
/* The row of target that a text names. error->key, with its candidates, tells
 * what is wrong; NULL when *id is it. field may be NULL. */
enum status ref_from_text(struct arena *a, const struct form_source *source,
                          const struct entity *target,
                          const struct field *field, unsigned flags,
                          struct str text, int64_t *id,
                          struct form_error *error) MUST_USE;
/* All rows of target that the reader may name (by field, which may be NULL),
 * when they are few; else *n is FORM_FEW + 1. */
enum { FORM_FEW = 30 };
enum status form_few(struct arena *a, const struct form_source *source,
                     const struct entity *target, const struct field *field,
                     struct linked **out, size_t *n) MUST_USE;
/* What the reader may name of target; reach_all without a source. */
const struct reach *form_reach(const struct form_source *source,
                               const struct entity *target,
                               const struct field *field);
/* The most characters of a text; NULL: of prose that has no bound of its own.
 */
int64_t text_most(const struct field *f);
bool text_is_long(const struct field *f, struct str text); /* beyond that */
/* What brings a row of e within its writer's reach by that reference, or agrees
 * with the row; only: it offers nothing else. */
struct offer {
    struct reach reach;
    bool only;
};
enum status form_offers(struct arena *a, const struct form_source *source,
                        const struct entity *e, const struct field *f,
                        const void *row, struct offer *out) MUST_USE;
/* "École du Parc · 0540012K · Nancy": what tells a row from others of its
 * title. With its number behind it is a name to type: it is that row. */
enum { FORM_NAMES = 6 }; /* of those that a name may mean, so many are told */
#define FORM_NUMBER " \xc2\xb7 #"
enum status form_told_apart(struct arena *a, const struct lang *lang,
                            const struct form_source *source,
                            const struct entity *e, const struct linked *row,
                            const char **out) MUST_USE;
/* Is it set by a form? Else by the frame, a handler or a step. */
bool field_is_typed(const struct entity *e, const struct field *f);
/* One value: NULL, or the label key of what is wrong with it; error then has
 * its bounds. Text that is empty or blank is no value. */
const char *field_parse(struct arena *a, const struct lang *lang,
                        const struct entity *e, const struct field *f,
                        struct str text, struct value *out,
                        struct form_error *error) MUST_USE;
/* A value as a form of that language shows it, for field_parse to read back the
 * same: days as 2024-03-01, amounts as 1234,50 or 1234.50. "" for none. */
const char *field_typed(struct arena *a, const struct lang *lang,
                        const struct field *f, const void *row);
/* A value as a page shows it: in the reader's language; NULL for none. A
 * reference gives its id: the caller knows its title. */
const char *value_shown(struct arena *a, const struct lang *lang,
                        const struct entity *e, const struct field *f,
                        struct value v);
const char *field_shown(struct arena *a, const struct lang *lang,
                        const struct entity *e, const struct field *f,
                        const void *row);
/* The titles of the linked rows, in their order, or the word for none. NULL for
 * the connection: their numbers. */
enum status links_shown(struct conn *c, struct arena *a,
                        const struct lang *lang, const struct link *l,
                        struct links links, const char **out) MUST_USE;
/* The words for a kind of base/file_type.h; "" for what is none. */
const char *file_kind_label(const struct lang *lang, struct str kind);
/* "PDF, 34 ko" */
const char *file_about(struct arena *a, const struct lang *lang,
                       const struct file *f);
/* The words for a field, a link, a step, or "list", "new", "empty"; "" is what
 * one row is called. */
const char *field_label(struct arena *a, const struct lang *lang,
                        const struct entity *e, const char *name);
/* What an empty field says where that is no lack of knowledge, as a use without
 * an end: its label "….none"; NULL where it has none, and is unknown. */
const char *field_none(struct arena *a, const struct lang *lang,
                       const struct entity *e, const char *name);
const char *choice_label(struct arena *a, const struct lang *lang,
                         const struct entity *e, const char *field,
                         const char *key);

/* What a new form of that person has in it: what was seen or done is mostly
 * told the same day, and F_BEGINS. */
void fields_begin(const struct entity *e, int64_t person, void *row);
/* <entity>.<field>.help, or NULL. */
const char *field_help(struct arena *a, const struct lang *lang,
                       const struct entity *e, const char *name);
/* "42 projets": <entity>.count. */
const char *entity_count(struct arena *a, const struct lang *lang,
                         const struct entity *e, int64_t n);
/* The same of what is counted no further than TOTAL_MOST: "plus de …". */
const char *entity_count_most(struct arena *a, const struct lang *lang,
                              const struct entity *e, int64_t n);
/* "go", "stop", "wait" or "": the shape beside the word of a state, from the
 * label <entity>.<field>.<key>.tone where there is one. */
const char *choice_tone(struct arena *a, const struct lang *lang,
                        const struct entity *e, const char *field,
                        const char *key);

/* Drawing. */
enum control {
    CONTROL_INPUT, /* one line; .type says which keyboard */
    CONTROL_PROSE,
    CONTROL_SELECT,
    CONTROL_RADIOS,
    CONTROL_CHECKS, /* several of few, with a weight each where weighted */
    CONTROL_NAMES,  /* several of many, a line each */
    CONTROL_FILE,
    CONTROL_HIDDEN,
    CONTROL_FIXED, /* frozen: its value as a page shows it */
};

struct form_option {
    const char *value, *label;
    const char *weight; /* CONTROL_CHECKS and _NAMES, when weighted */
    bool chosen;
    const char *group; /* CONTROL_SELECT: it begins one of that name; or NULL */
    bool ends;         /* and ends it */
};

/* The file that a row has, or that was sent with a form that was refused. */
struct form_file {
    const char *name, *about; /* "PDF, 34 ko" */
    const char *href;         /* or NULL */
    const char *kept;         /* its id, to be posted back; or NULL */
    bool removable, removed;  /* a tick takes it away; it is set */
};

struct form_field {
    const char *name, *id, *label;
    const char *help, *error; /* or NULL */
    enum control control;
    const char *type;  /* text, search, email, tel, password, date, … */
    const char *value; /* as typed */
    const char *autocomplete, *inputmode, *unit, *list; /* or NULL */
    int64_t longest;                                    /* 0: no bound */
    int64_t given; /* REF: the row that a new form begins with; 0: none */
    const struct form_file *file; /* CONTROL_FILE: or NULL */
    const char *again; /* CONTROL_SELECT of candidates: the text typed, which
               may be typed anew under "<name>_search" */
    bool required, focus, weighted;
    bool rare, held; /* F_RARE; it holds a fault, or what no form begins with */
    bool french;     /* the value is, and the reader is not */
    const struct form_option *options;
    size_t option_count;
};

/* Two editors of one row: what each has. */
struct form_difference {
    const char *label, *mine, *theirs;
    bool differs;
};
struct form_conflict {
    const char *what;      /* the line of the form that it is about, or NULL */
    const char *by, *when; /* who saved meanwhile, and when; or NULL */
    const struct form_difference *rows;
    size_t n;
};

/* One of the rows that are edited in the form of their parent. */
struct form_line {
    const char *prefix; /* "document.0.": its _id, _version and _remove */
    const char *id, *title, *alert; /* alert: or NULL */
    int64_t row, version;           /* row 0: a new one */
    bool fixed, removed, has_file;  /* fixed: shown by its title alone */
    bool changed;                   /* typed other than it stands */
    const struct form_field *fields;
    size_t n;
};
/* Those of one kind. */
struct form_lines {
    const char *name, *title;
    bool writes;
    const struct form_line *lines;
    size_t n, brought; /* all; those with controls, which come first */
    const char *more;  /* where one more is asked for, or NULL */
    const char *all;   /* too many for a form: their list, or NULL */
};

/* Posted back as _csrf, _key and _version beside the fields. */
struct form {
    const char *action, *title, *lead, *submit, *cancel; /* cancel: a href */
    const char *csrf, *key; /* key: used once, so twice is once */
    int64_t version;        /* that the reader saw; 0: a new row */
    bool has_file, danger;
    bool to_parent; /* afterwards to the parent's page: _parent */
    const struct form_field *fields; /* the drawer groups nothing */
    size_t field_count;
    const char *alert;                 /* about the whole form, or NULL */
    const struct form_option *instead; /* what could be had, each a button */
    size_t instead_count;
    const struct form_conflict *conflict;
    const struct form_lines *lines;
    size_t lines_count;
};

size_t form_error_count(const struct form *f); /* fields that have an error */
/* Has it fields that are rare, and does one of them hold anything? */
bool fields_fold(const struct form_field *fields, size_t n);
bool fields_unfold(const struct form_field *fields, size_t n);
bool line_is_wrong(const struct form_line *l);
bool line_is_open(const struct form_line *l); /* wrong, changed, or new */
bool form_has_required(const struct form *f);
/* The ids of what describes a control, for aria-describedby; NULL: nothing. */
const char *field_described(struct html *h, const struct form_field *f);

/* How a form of an entity is asked for. */
struct form_ask {
    const struct entity *entity;
    const void *row; /* as it stands; never NULL (row_new for a new one) */
    const struct links *links;        /* of each of entity->links, or NULL */
    const struct form_input *typed;   /* what was refused, or NULL */
    const struct form_errors *errors; /* or NULL */
    const struct form_source *source;
    const char *only; /* NULL, or the names of the fields and links drawn */
    bool tight;       /* one line of many: short controls, no common help */
    bool under;       /* edited under its parent, which is not asked for */
};
/* Fills form->fields, has_file and version; the rest is the caller's. */
enum status form_of_entity(struct arena *a, const struct lang *lang,
                           const struct form_ask *ask,
                           struct form *form) MUST_USE;
/* Mine as typed, theirs as the row stands now; and their links, of each of
 * entity->links, or NULL: links are not compared. */
enum status form_conflict_of(struct arena *a, const struct lang *lang,
                             const struct form_ask *ask, const void *theirs,
                             const struct links *their_links,
                             struct form_conflict *out) MUST_USE;
