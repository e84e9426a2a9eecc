/*
 * An entity is one table, described once. From the description come the table,
 * typed load and save, the form and its checks, the list, CSV and JSON both
 * ways, the API, history, labels and help.
 *
 *     struct loan {
 *         struct row row;
 *         const char *purpose;
 *         int32_t due;
 *         int64_t person;
 *     };
 *     static const struct field loan_fields[] = {
 *         TEXT(loan, purpose, .max = 200, .flags = F_REQUIRED | F_LIST),
 *         DATE(loan, due, .flags = F_LIST),
 *         REF(loan, person, &person_entity, .flags = F_REQUIRED),
 *         {0},
 *     };
 *
 * Each macro checks at compile time that the member has the C type of its kind.
 * A row struct begins with struct row. Nothing entered is NULL, NONE, NO_DAY,
 * NAN or UNKNOWN, and NULL in the database.
 */
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "store/db.h"

enum yesno { NO, YES, UNKNOWN = -1 };

enum field_type {
    F_TEXT,        /* const char *: one line */
    F_PROSE,       /* const char *: several lines, Markdown without HTML */
    F_INT,         /* int64_t */
    F_REAL,        /* double */
    F_MONEY,       /* int64_t: cents of euro */
    F_BOOL,        /* enum yesno */
    F_DATE,        /* int32_t: a day */
    F_TIME,        /* int64_t: an instant */
    F_CHOICE,      /* const char *: one of .choices */
    F_REF,         /* int64_t: the id of a row of .target */
    F_FILE,        /* int64_t: the id of a row of core_file */
    F_SCHOOL_YEAR, /* int64_t: 2023 is 2023-2024, and is written so */
};

enum field_flag {
    F_REQUIRED = 1 << 0,
    F_UNIQUE = 1 << 1,    /* bytewise, where there is a value */
    F_PERSONAL = 1 << 2,  /* exported and erased with its person */
    F_HIDDEN = 1 << 3,    /* never in a form, list or export */
    F_LIST = 1 << 4,      /* a column of the list */
    F_SORT = 1 << 5,      /* the list sorts by it: it gets an index */
    F_FILTER = 1 << 6,    /* the list filters by it: it gets an index */
    F_SEARCH = 1 << 7,    /* its words are found by the search */
    F_COMPUTED = 1 << 8,  /* set by the frame or a handler, never by a form */
    F_JOURNAL = 1 << 10,  /* by whatever path it changes, form, list, file or
                             undo, the journal has a line with what it was and
                             is; of a CHOICE also when the row is made */
    F_PAST = 1 << 11,     /* DATE: today or before, for what was seen or done */
    F_BEGINS = 1 << 12,   /* a new form has today in it, the school year of
                             today, the first of the choices, the least
                             number, who fills it in */
    F_WRITERS = 1 << 13,  /* shown to whoever may write such rows, and to nobody
                             else who reads them */
    F_ATTESTED = 1 << 14, /* where it is known, fields NAME_source and NAME_date
                             say where from and of which day */
    F_LAST = 1 << 15,     /* INT, F_REQUIRED: its place among those under the
                             same parent. Where none is given it comes last */
    F_RARE = 1 << 16,     /* a form folds it away with its like, behind what it
                             asks of everybody, until it holds something */
    F_NAMED = 1 << 17,    /* REF: whoever writes such rows and reads all of them
                             may name those whom they name already, though not
                             read in the directory */
    F_SETTLED = 1 << 18,  /* F_REQUIRED: where none is given the entity's settle
                             says it */
    F_LENIENT = 1 << 9,   /* REF: a file may write a code that is not here (the
                             département of another académie): what stands stays,
                             and the reader is told */
};

struct entity;

/* Another way in which files write a choice. */
struct code {
    const char *written, *key;
};

struct field {
    const char *name; /* column, form key, JSON key, CSV head, label key */
    enum field_type type;
    unsigned flags;
    size_t offset;               /* in the row struct */
    int64_t min, max;            /* of a value, or of a text's length; both 0:
                                    no bound but 200 for a text, 20,000 for prose */
    const char *const *choices;  /* F_CHOICE: keys, NULL-terminated */
    const struct entity *target; /* F_REF */
    /* REF: of those beside it under one name, one alone is given, as what
     * something comes from: in a list they are one column, whose label ends
     * with that name. */
    const char *one_of;
    /* REF to a person: the right whose holders of today may be named by whoever
     * writes the row, though not read in the directory. NULL: whom they read.
     */
    const char *holders;
    /* REF: the row it names has, in its reference of this name, what this row
     * has in its own, or else the row that this one is edited under: a
     * half-day's space is of its visit's "lab". Only such rows are offered. */
    const char *agrees;
    /* REF: only rows of its target that are of this "kind" are found. */
    const char *kind;
    /* A further check of a value given: NULL, or a label key of what is wrong.
     * It may canonise into *out (upper case of a UAI), in a. With a key, *out
     * is what the message names (the letter expected). For a REF it sees the
     * code as written, before the row is looked for. */
    const char *(*check)(struct arena *a, struct str in, struct str *out);
    /* CSV heads that mean it, folded and with _ for what is neither letter nor
     * digit, NULL-ended. Several may stand in one file: the first of this list
     * that holds a value known wins. */
    const char *const *aliases;
    /* FILE: the kinds taken (base/file_type.h), by spaces; NULL: all. */
    const char *kinds;
    /* CHOICE: what files write for a key, folded: {"340", "college"}; ends
     * with {0}. The keys themselves are always understood. */
    const struct code *codes;
};

#define MEMBER_OFFSET(name, member, ctype)                                     \
    (offsetof(struct name, member) +                                           \
     0 * sizeof(char[_Generic(((struct name *)0)->member, ctype : 1, default   \
                              : -1)]))
#define FIELD(kind, name_, member, ctype, ...)                                 \
    {                                                                          \
        .name = #member, .type = (kind),                                       \
        .offset = MEMBER_OFFSET(name_, member, ctype), __VA_ARGS__             \
    }
#define TEXT(s, m, ...) FIELD(F_TEXT, s, m, const char *, __VA_ARGS__)
#define PROSE(s, m, ...) FIELD(F_PROSE, s, m, const char *, __VA_ARGS__)
#define INT(s, m, ...) FIELD(F_INT, s, m, int64_t, __VA_ARGS__)
#define REAL(s, m, ...) FIELD(F_REAL, s, m, double, __VA_ARGS__)
#define MONEY(s, m, ...) FIELD(F_MONEY, s, m, int64_t, __VA_ARGS__)
#define BOOL(s, m, ...) FIELD(F_BOOL, s, m, enum yesno, __VA_ARGS__)
#define DATE(s, m, ...) FIELD(F_DATE, s, m, int32_t, __VA_ARGS__)
#define TIME(s, m, ...) FIELD(F_TIME, s, m, int64_t, __VA_ARGS__)
#define CHOICE(s, m, keys, ...)                                                \
    FIELD(F_CHOICE, s, m, const char *, .choices = (keys), __VA_ARGS__)
#define REF(s, m, to, ...)                                                     \
    FIELD(F_REF, s, m, int64_t, .target = (to), __VA_ARGS__)
#define FILE_REF(s, m, ...) FIELD(F_FILE, s, m, int64_t, __VA_ARGS__)
#define SCHOOL_YEAR(s, m, ...) FIELD(F_SCHOOL_YEAR, s, m, int64_t, __VA_ARGS__)

/* What every row begins with; kept by the store alone. */
struct row {
    int64_t id;      /* never used again */
    const char *uid; /* UUIDv7, where the entity leaves the program */
    int64_t version; /* 1, 2, … */
    int64_t created_at, created_by, changed_at, changed_by;
};

/* Who does it, and under which import; 0 is the program itself. .why: the
 * reason of who corrects what counts in a school year that is over, or NULL. */
struct actor {
    int64_t person, import;
    const char *why;
    bool tells; /* whoever is concerned is told by the caller itself */
};

enum { STEP_REFUSALS = 8 };
/* One allowed change of state. What is not in the table cannot happen. */
struct step {
    const char *name, *from; /* from: space-separated states */
    const char *to; /* NULL: the state and its reason stay; the effect is all,
                       and writes the row */
    /* Instead of .to: the field whose value is the state it leads to, as where
     * a row stood before it was held. F_COMPUTED, by the entity's settle. */
    const char *to_field;
    const char *right;
    /* Told why it may not be taken now: a label key, or NULL when it may. Asked
     * before, for the button, and again inside the transaction. */
    const char *(*refuse)(struct conn *c, struct arena *a, const void *row,
                          int64_t person);
    /* Or all that refuses it, where that may be several things: how many
     * (STEP_REFUSALS at the most) go to out. The button says the first, who is
     * refused is told them together. */
    size_t (*refuse_all)(struct conn *c, struct arena *a, const void *row,
                         int64_t person, const char **out);
    /* Or in two, where several steps look at the same: it is asked of the
     * database once for all that follow each other (NULL: it did not answer),
     * and each says what it makes of it. */
    const void *(*look)(struct conn *c, struct arena *a, const void *row);
    const char *(*deny)(const struct step *s, const void *seen);
    /* What it brings about besides, in the same transaction: the row has its
     * new state, and nothing of it all is kept unless this is OK. */
    enum status (*effect)(struct conn *c, struct arena *a, const void *row,
                          struct str reason, struct actor by);
    /* The form asks for one; kept in the journal, and in the row's field
     * "state_reason" (F_COMPUTED) where there is one. */
    bool needs_reason;
    /* And in so many sentences at least (utf8_sentences), whole ones
     * (utf8_is_sentence): everybody reads it. */
    size_t sentences;
    /* Fields that its form asks for too, and writes with the state
     * ("present_pupils present_teachers"; NULL: none); and the refusal that
     * they may mend: the button stands all the same. A program writes them
     * before. */
    const char *asks, *mends;
    /* The refusal with which it is not shown at all: another is its twin. */
    const char *hides;
    /* Told where its effect finds a place or a unique value taken: a label key,
     * or NULL for the frame's own words. */
    const char *conflict;
    /* And the row that could stand elsewhere instead, of an entity that has
     * .instead; *taken NULL: none. NULL: the row itself. */
    enum status (*taken)(struct conn *c, struct arena *a, const void *row,
                         const struct entity **e, void **taken);
};

struct index {
    const char *columns; /* "school, label" */
    bool unique;
    struct sql where; /* .text NULL: all rows; else a partial index */
    bool names; /* unique, of an entity without a code: a line of a file that
                   has these values is about the row that has them */
};

/* Rows that share the keys may not overlap: from is of a row, until is not any
 * more. All are F_REQUIRED whole numbers; a row ends after it begins. An index
 * that begins with the keys and until finds the one row that is to be looked
 * at. */
struct overlap {
    const char *keys; /* "resource": fields, with commas */
    const char *from, *until;
    struct sql where; /* .text NULL: all rows; else only these: "state = 'held'"
                       */
};

/* What could be had instead of a row. */
struct instead_ask {
    const void *row;
    const void *under; /* what it is a line of, as it would be saved; NULL: that
                          stands, and the row names it */
    size_t most;
};

/* Rows that share the keys take turns: no two on one day. From and until are
 * fields DATE, until is of it still; nothing entered: for ever, or, in the
 * states that .brief names, the first day alone. Told by row_fault, and between
 * the lines of a file before any is written. */
struct turns {
    const char *keys; /* "project, school, tool" */
    const char *from, *until, *brief;
    const char *fault; /* a label key */
};

/* Fields that stay as they are while their row is in one of those states: a
 * form shows them with the fault as the reason, and no control. */
struct frozen {
    const char *fields, *states; /* by spaces */
    const char *fault;           /* a label key */
};

/*
 * A weighted many-to-many, in a table of its own "<entity>_<name>" with columns
 * row_id, target_id, weight, position, since, until; edited, kept and shown
 * with its row. A link stands from the day since, and no more from the day
 * until: what is taken away stays in the table with its end, for the figures of
 * the time before. Whoever reads the table says which links are meant.
 */
#define LINK_ALWAYS 0 /* since: it came with its row */
#define LINK_STANDS(t) t ".until IS NULL"
#define LINK_STOOD(t, day)                                                     \
    t ".since <= " day " AND (" t ".until IS NULL OR " t ".until > " day ")"
struct link {
    const char *name; /* "policies" */
    const struct entity *target;
    int most;      /* at most so many; 0: 200 */
    bool weighted; /* else weight is 1 */
    bool rare;     /* as F_RARE */
    /* The reference that both have: a title means one that has there what the
     * row has, where there is one; any other is chosen, and never guessed. */
    const char *near;
};

/*
 * What figures read of a row. Those of a school year that is over must not move
 * by the work of today: what would change them is refused (ERR_CONFLICT,
 * conn_refusal "closed") unless it is a correction, whose reason the journal
 * keeps. A row stands in a year when it stands on its last day. On its first
 * day it is as it came, whenever it counts.
 */
struct counting {
    const char *from, *until; /* fields DATE, until is of it still; NULL, or
                                 nothing entered: always */
    const char *fields;       /* what else of it they read; or NULL */
    bool by_others; /* not counted itself: rows that refer to it are, and keep
                       it from being deleted */
};

enum { MEANT_MOST = 12 };

struct entity {
    const char *name; /* "directory_school": its table and label prefix */
    const char *api;  /* "school": command line, API, import */
    const char *path; /* "/etablissements"; NULL: no pages of its own */
    size_t row_size;
    const struct field *fields; /* ends with {0} */
    const struct step *steps;   /* NULL, or ends with {0}; acts on "state" */
    const struct index *indexes;
    const struct link *links;
    const struct overlap *no_overlap; /* NULL: they may */
    const struct turns *turns;        /* NULL: none take turns */
    const struct counting *counting;  /* NULL: no figure reads it */
    const struct frozen *frozen;      /* NULL, or ends with {0} */
    const char *title; /* the field that names a row to people: F_TEXT */
    /* The field by which files and the API name a row ("uai"): F_UNIQUE, and
     * the import updates by it. NULL: the uid or the id only. */
    const char *code;
    const char *sort; /* usual order: "name", "-due" */
    /*
     * Reach, as paths of references to what grants are given on:
     * "school.bassin" reaches by a grant on that area; "" by a grant on the row
     * itself. NULL: everyone who has the right reaches every row. Ends with
     * NULL.
     */
    const char *const *reach;
    /* References of which a row tells ("from_advice to_advice"): it is in reach
     * only where those are too that it has. NULL: none. */
    const char *within;
    const char *read, *write; /* rights; read may be PUBLIC */
    const char *parent; /* field: the row this one is edited under, or NULL */
    bool at_once;       /* the form of a new parent begins with a line of it */
    bool later;         /* none begins there: it is of a parent that stands */
    bool has_uid;
    int keep_years; /* after the last change; 0: for good */
    /* The rows that people call so in a file, though none has that title: ids,
     * at most MEANT_MOST, in reach or not; whoever asks leaves out what the
     * reader may not see. NULL: none is. */
    enum status (*meant)(struct conn *c, struct arena *a, struct str text,
                         int64_t *ids, size_t *n);
    /* Fills the F_COMPUTED fields that follow from the others, in a, and of a
     * line that becomes rows what it leaves unsaid; before every check and
     * save. */
    void (*settle)(struct arena *a, void *row);
    /* Chooses what a row leaves open and only the other rows tell, as a room
     * that is free: before its check. */
    enum status (*choose)(struct conn *c, struct arena *a, void *row);
    /* Told why a row that stands may no longer be changed, deleted or brought
     * back by hand (steps still may): a label key, or NULL. Asked inside the
     * transaction. */
    const char *(*locked)(struct conn *c, struct arena *a, const void *row);
    /* Checks across fields, when each alone is right: the field at fault and
     * the label key of the message, or NULL. */
    const char *(*check)(struct conn *c, struct arena *a, const void *row,
                         const char **field);
    /* What else follows from a row that was written, whoever wrote it (form,
     * API, import, step, restore), in the same transaction: before is NULL for
     * one that was not there, after for one that is gone. Unless it is OK, the
     * row is not written either. Its links are not there yet. */
    enum status (*follow)(struct conn *c, struct arena *a, const void *before,
                          const void *after, struct actor by);
    /* What a form that brings a new row brings about besides, once its lines
     * and links stand, in the same transaction. */
    enum status (*entered)(struct conn *c, struct arena *a, int64_t id,
                           struct actor by);
    /* Where the database refused a row because another overlaps it: rows that
     * could be written instead, the nearest first. NULL: nothing is offered. */
    enum status (*instead)(struct conn *c, struct arena *a,
                           const struct instead_ask *ask, void **out,
                           size_t *n);
    /* Faults of its own check for which these are offered too
     * ("network_slot.room_too_small"); NULL: none. */
    const char *instead_of;
};

#define PUBLIC "public"

/* Fields. */
const struct field *entity_field(const struct entity *e, const char *name);
/* Must whoever writes a row give it? */
bool field_is_asked(const struct field *f);
/* The choice that has this key; NULL: none of them. */
const char *field_choice(const struct field *f, struct str key);
const struct link *entity_link(const struct entity *e, const char *name);
size_t entity_link_count(const struct entity *e);
void *row_new(struct arena *a, const struct entity *e); /* nothing entered */
/* The same values, and other members: for a closure, which may run again and
 * must find the row as it was. Texts are shared. */
void *row_copy(struct arena *a, const struct entity *e, const void *row);
struct value field_get(const struct field *f, const void *row);
/* Are rows of child edited under one of parent? */
bool entity_is_under(const struct entity *child, const struct entity *parent);
/* The value must have the field's kind (CHECK); text is borrowed. */
void field_set(const struct field *f, void *row, struct value v);
/* Takes away what is for writers of such rows alone. */
void row_veil(const struct entity *e, void *row);
/* What names the row to people; "" where nothing does. */
const char *row_title(const struct entity *e, const void *row);
/* Do both have the same values in every field (not version and the like)? */
bool row_same(const struct entity *e, const void *one, const void *other);

/*
 * Reach, compiled: the scopes of the grants, valid today, whose role holds the
 * right asked for. The store makes one WHERE clause of it, the same for row,
 * list, search, export and the records behind a figure.
 */
struct scope {
    const struct entity *entity; /* NULL: everywhere */
    int64_t id;
};
struct reach {
    const struct scope *scopes;
    size_t n;
    const struct through *through; /* asked besides; or NULL */
    /* Rows that are reached as well: a condition over the row, whose alias it
     * writes as {row}. .text NULL: none. */
    struct sql also;
};
/* A reach by other paths than the entity's own, which end with NULL. */
struct through {
    const char *const *paths;
    struct reach reach;
};
extern const struct reach reach_all; /* the program itself, and PUBLIC */

/*
 * The text with every {reach:p} replaced by the reach over alias p of e's table
 * ("1=1" everywhere, "1=0" where no grant leads), and *out = args and what that
 * clause binds (names "reach0", "reach1", …). A text without the token is given
 * back with its own args.
 */
struct sql sql_with_reach(struct arena *a, struct sql text,
                          const struct entity *e, const struct reach *reach,
                          const struct arg *args, const struct arg **out);

/* Is a row within reach as it stands in memory, saved or not? The same rule as
 * the clause, for rows that a file would bring. */
enum status row_within(struct conn *c, struct arena *a, const struct entity *e,
                       const void *row, const struct reach *reach,
                       bool *within) MUST_USE;

/*
 * The rows that a reference of a row may name: those that read reaches, and
 * that bring the row within write. The same as read where the reference has no
 * part in that. False: it need not be one of them, for something else may bring
 * the row there.
 */
bool reach_through(struct arena *a, const struct entity *e,
                   const struct field *f, const void *row,
                   const struct reach *read, const struct reach *write,
                   struct reach *out) MUST_USE;

/* Why a field of the row as it stands does not change now: a label key, or
 * NULL. Of a new one all may be given. */
const char *field_frozen(const struct entity *e, const struct field *f,
                         const void *row);

/* Rows. Out of reach is ERR_NOT_FOUND. */
enum status row_load(struct conn *c, struct arena *a, const struct entity *e,
                     int64_t id, const struct reach *reach,
                     void **row) MUST_USE;
/* The one row whose field (F_UNIQUE) has that value; ERR_NOT_FOUND. */
enum status row_find(struct conn *c, struct arena *a, const struct entity *e,
                     const char *field, struct value v, void **row) MUST_USE;
/* Inside db_write only. They settle the row, and keep history, fold columns and
 * search words. insert sets id, uid (where it has none), version and the rest;
 * update changes what version says it read, else ERR_STALE, and then sets
 * version: a closure that may run again gives it a copy, or reads the row
 * itself. ERR_CONFLICT: a unique value or a reference, see conn_refusal. */
enum status row_insert(struct conn *c, struct arena *a, const struct entity *e,
                       void *row, struct actor by) MUST_USE;
enum status row_update(struct conn *c, struct arena *a, const struct entity *e,
                       void *row, struct actor by) MUST_USE;
/* The same as row_update; history calls it what: the name of a step. */
enum status row_update_as(struct conn *c, struct arena *a,
                          const struct entity *e, void *row, struct actor by,
                          const char *what) MUST_USE;
/* ERR_CONFLICT while something refers to it. Its links go with it. */
enum status row_delete(struct conn *c, struct arena *a, const struct entity *e,
                       int64_t id, int64_t version, struct actor by) MUST_USE;

/* A line of the journal; inside a write. e: NULL for what is about no row.
 * detail is JSON. Deleting a row leaves one by itself, and so does a new value
 * of a field F_JOURNAL. */
enum status journal_add(struct conn *c, struct arena *a, int64_t person,
                        const struct entity *e, int64_t id, const char *what,
                        struct str detail) MUST_USE;

/* Does it end before it begins? See row_fault, which asks it. */
const char *counting_fault(const struct entity *e, const void *row,
                           const char **field);
/* Does the row count in a school year that is over, so that some of it is
 * changed by a correction only? */
bool row_counted(const struct entity *e, const void *row);
/* Is that change of a row a correction, if it is to be? */
bool row_corrects(const struct entity *e, const void *before,
                  const void *after);

/*
 * What checks, locks and conditions of steps answer with. Where the database
 * does not answer, nobody knows whether all is well: that is a fault as well,
 * never none.
 */
#define UNANSWERED "core.unanswered"
/* The fault where a query of one number gives any but 0, or where it gives 0;
 * else NULL. */
const char *fault_if(struct conn *c, struct sql sql, const struct arg *args,
                     const char *fault);
const char *fault_unless(struct conn *c, struct sql sql, const struct arg *args,
                         const char *fault);
/* UNANSWERED, or NULL. Of a row that is not there as well: who refers to it is
 * refused as it is saved. */
const char *status_fault(enum status s);

/* Why the row may not be saved as it is: what the entity's own check says of
 * it, once settled, and its turns. NULL: it may. Inside the write, before it.
 */
const char *row_fault(struct conn *c, struct arena *a, const struct entity *e,
                      void *row, const char **field);

/* What two rows of one key share: the columns ("school, year") and the row's
 * values in them. False: one has no value, which equals none. */
bool row_key(struct arena *a, const struct entity *e, const void *row,
             const char *columns, struct str *out);
/* Has another row the values that are unique together? Partial indexes are left
 * to the database. */
enum status row_taken(struct conn *c, struct arena *a, const struct entity *e,
                      const void *row, bool *yes) MUST_USE;
/* The row of the values that name one (struct index), which are those of this
 * one; ERR_NOT_FOUND: there is none, or nothing names rows of that kind. */
enum status row_by_name(struct conn *c, struct arena *a, const struct entity *e,
                        const void *row, void **out) MUST_USE;
/* The days of a row whose entity has turns, both included. */
struct days {
    int32_t from, until;
};
struct days row_days(const struct entity *e, const void *row);

/* Of who tells no weight, as a file with a column of names: the one that the
 * link has already, or 1. */
#define LINK_AS_IT_STANDS 0
struct linked {
    int64_t target, weight;
    const char *title, *code; /* of the target, or ""; on load */
};
struct links {
    struct linked *all;
    size_t n;
};
/* Those of one kind of one row. */
struct linking {
    const struct entity *entity;
    const struct link *link;
    int64_t id;
};
enum status links_load(struct conn *c, struct arena *a, struct linking of,
                       struct links *out) MUST_USE;
/* To the same rows, with the weights that one tells, in whatever order. */
bool links_same_set(struct links one, struct links other);
/* From today on they are these, in this order; what stood before keeps its
 * begin, what is left out ends. On the row's first day they are these from the
 * beginning, as though it had come so; by a correction, what is left out has
 * never been and what is new has always been. Part of the same change as the
 * row_insert or row_update called just before, whose history holds the links as
 * they were. */
enum status links_save(struct conn *c, struct arena *a, struct linking of,
                       struct links to, struct actor by) MUST_USE;

/* Members of j: "policies": [3, 5], the targets in their order; of_each: those
 * of a row of each of the entity's kinds. */
void links_members(struct json *j, const struct entity *e,
                   const struct links *of_each);
/* A line of links_image: does it stand in the image, and to what? */
bool link_stood(const struct json_value *line, struct linked *out);
/* All of them as history keeps them: {"policies": [[3, 1]]}, lines that
 * link_stood reads, in their order; NULL where the entity has no links. */
enum status links_image(struct conn *c, struct arena *a, const struct entity *e,
                        int64_t id, const struct json_value **out) MUST_USE;

/* History, newest first: each line is the row as it was from then on. Those
 * below a version (NONE: from the newest), so many at most. */
struct past {
    int64_t version, at, by, import;
    const char *what;  /* "insert", "update", "delete", or a step's name */
    const char *image; /* the row as JSON, or NULL for the row as it stands */
};
enum status row_history(struct conn *c, struct arena *a, const struct entity *e,
                        int64_t id, int64_t below, int most, struct past **out,
                        size_t *n) MUST_USE;
/* The row as that version had it, as JSON; ERR_NOT_FOUND for none, and for the
 * one that stands. */
enum status row_image(struct conn *c, struct arena *a, const struct entity *e,
                      int64_t id, int64_t version, const char **image) MUST_USE;
/* Puts a row back as that version had it, deleted or not: a new version, its
 * links with it, its state (of an entity with steps) as it last was.
 * ERR_NOT_FOUND: no such version. ERR_CONFLICT: what it refers to is gone, or a
 * unique value is taken. ERR_INVALID: row_fault, or that the row is so already,
 * told in *fault. */
struct fault {
    const char *field, *key;
};
enum status row_restore(struct conn *c, struct arena *a, const struct entity *e,
                        int64_t id, int64_t version, struct actor by,
                        struct fault *fault) MUST_USE;
/* Takes back what an import did to this row; ERR_STALE when somebody has
 * changed it since, ERR_NOT_FOUND when the import did not touch it,
 * ERR_CONFLICT and ERR_INVALID as above, or when the row is locked; it need not
 * be open where by.import says that the import itself brought it closed. */
enum status row_undo(struct conn *c, struct arena *a, const struct entity *e,
                     int64_t id, int64_t import, struct actor by) MUST_USE;
/* Ids of the rows that an import touched, the highest first, below `below`
 * (NONE: from the top), at most `most`: what undoing it walks, so that rows go
 * before those they refer to. */
enum status import_rows(struct conn *c, struct arena *a, const struct entity *e,
                        int64_t import, int64_t below, int most, int64_t **ids,
                        size_t *n) MUST_USE;

/* One member per field under its name, after id, uid and version: days and
 * instants as ISO text, school years as "2023-2024", money in cents, references
 * as ids, nothing as null. What is F_HIDDEN is told to nobody. */
void row_json(struct json *j, const struct entity *e, const void *row);
/* The fields in which a row differs from another, as row_json has them. */
void row_json_changes(struct json *j, const struct entity *e, const void *from,
                      const void *row);
/* The members that are fields of e, set into the row; what is absent stays.
 * NULL, or the name of the first member of a wrong type. */
const char *row_from_json(struct arena *a, const struct entity *e,
                          const struct json_value *object, void *row);
