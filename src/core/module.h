/*
 * A module is one feature of the platform: a struct of tables. The frame reads
 * the tables; no other code knows that a module exists.
 *
 * To add one, see docs/module.md: a folder with its .c and its po/fr.po and
 * po/en.po, two lines in src/modules.c, one line in src/layers.
 */
#pragma once

#include "store/list.h"
#include "store/schema.h"

struct req;         /* one request: core/request.h */
struct app;         /* the running program: core/app.h */
struct demo;        /* the demonstration being made: core/demo.h */
struct form_errors; /* what is wrong with what was typed: view/form.h */
struct weighing;    /* a line of a file beside others: core/import_seen.h */

enum method { GET, POST, PATCH, DELETE };

struct right {
    const char *name;  /* "lending.lend" */
    const char *roles; /* who has it at first: "coordinator admin" */
};

/* Roles, in the order in which people read them. A person holds one by a grant,
 * on everything or on one row ("coordinator of this lab"). */
#define ROLES                                                                  \
    "admin leader inspector ien coordinator expert researcher partner "        \
    "teacher "                                                                 \
    "head host"

enum lane { FAST, HEAVY };

struct route {
    enum method method;
    const char *path;  /* "/projets/:id/jalons"; a GET also answers .csv, .json
                          when its handler asks req_form() */
    const char *right; /* a right's name, or PUBLIC; never NULL */
    enum status (*handle)(struct req *r);
    /* Where set, :id is a row of it: the frame loads it within reach of the
     * right before the handler (404), see req_row(). */
    const struct entity *entity;
    bool loads_row; /* as said at entity; the path must have :id */
    enum lane lane;
    size_t body; /* most bytes of a POST; 0: 1 MiB */
    bool raw;    /* API: the body is a file, and no JSON */
    /* Of a POST: shows its form with what was typed, and saves nothing; so a
     * form whose session was over comes back once its writer has signed in. A
     * form of the frame's own does by itself. NULL: it is not carried. */
    enum status (*again)(struct req *r);
    /* API: names of the shapes of its body and its answer ("[x]": an array),
     * and what its address may ask; see struct api_member. NULL: what the
     * handler is known for. */
    const char *takes, *gives, *asks;
    const char *menu; /* label key: it stands in the main menu, or NULL */
    const char *menu_unless; /* not for who holds this right: another entry is
                                their way there; or NULL */
};

enum period { YEAR, AS_OF, SINCE, EVENT };
enum origin { RECORDS, IMPORTED, STATED };
enum suppress { SHOW_ALL, UNDER_5 };

/*
 * A number of the yearly report. Its value and the rows behind it are two
 * statements, and a test compares them for every year, bassin and role.
 */
struct figure {
    const char *id;      /* "network.people", as in the figures' list */
    const char *unit;    /* "person": label unit.person */
    const char *section; /* "offer": label figure.section.offer */
    enum period period;
    enum origin origin;
    bool front; /* among the first numbers of the house, on its home page */
    bool approx;
    enum suppress suppress; /* and its complement, where a sum would give it */
    /* One number. Names it may use: :year (the one it begins in), :from, :to
     * (its days), :bassin (an area's id or NULL for all). {reach:p} stands for
     * the caller's reach over alias p; a statement without it tells its number
     * to everybody, and of the records behind it each reader is shown those in
     * reach. */
    struct sql value;
    /* The records behind: columns id (of .entity), amount, and for a percentage
     * whole. The foot is sum(amount), or round(100 * sum(amount)/sum(whole)).
     */
    const struct entity *entity;
    struct sql rows;
    const char *source; /* label key: where an imported or stated one is from */
};

/*
 * Something that waits for people: a count on the home page of those who hold
 * the right, leading to the list of what it counts: the entity's own, under the
 * same condition. Shown where it is not zero.
 */
struct waiting {
    const char *label; /* label key, with a plural; what follows its last dot is
                          its name in the address */
    const char *right;
    /* Over the row t of .entity; may use :today (a day) and :me (who asks). */
    struct sql where;
    const struct entity *entity;
    bool late;        /* it goes wrong: shown first, and marked */
    const char *path; /* the page that shows them, instead of the list */
    /* Instead of .where and .entity, for what is no entity: how many. */
    struct sql count;
};

/* What is new, on the home page of whoever holds the right. */
struct news {
    const char *label; /* label key: what it is, "Décision" */
    const char *right;
    const char *base; /* "/decisions": an id is added */
    /* Columns id, title, day; a few, the newest first. May use {reach:t}. */
    struct sql rows;
    const struct entity *entity;
};

/* What a module adds to the map of schools: a shape, and where it stands. */
struct place_layer {
    const char *label, *shape; /* a label key; view/map.h */
    const char *base;          /* "/laboratoires/": an id is added */
    struct sql rows;           /* columns id, title, longitude, latitude */
};

/* Run beside a server. It prints its own words, on failure too: one line that
 * says why (cli_fail). ERR_NOT_FOUND: wrong use, exit status 2. */
struct command {
    const char *name, *usage, *what; /* "lending replay", "[--lab L]" */
    enum status (*run)(struct app *app, int argc, char **argv);
};

/* Work that outlives its request. Kept in a durable table, run at least once;
 * so what it does twice must be as if once. */
struct task_kind {
    const char *name;       /* "directory.locate" */
    unsigned every_minutes; /* 0: only when asked with task_add */
    enum status (*run)(struct app *app, struct arena *a, const char *payload);
    /* Inside a write, when its last try has failed: what it worked at says so.
     * NULL: the list of what was given up is enough. */
    enum status (*given_up)(struct conn *c, struct arena *a,
                            const char *payload);
    const char *page; /* "/imports": of the number its payload begins with */
    int first_wait;   /* seconds after a first try that failed, and twice as
                         long after each; 0: 1 */
};

/*
 * A file of which each line becomes several rows: an accueil with its
 * half-days and its classes. One line is made whole, or not at all; taking the
 * file back takes back all that it made.
 */
struct intake {
    /* What is taken where a file has no column of a field, told before anything
     * is written; ends with {0}; NULL: nothing. */
    const struct absent {
        const char *field, *key; /* a label */
    } * absent;
    const char *how; /* a label: of what file it is read, where another way of
                        sending such rows is offered beside it */
    const struct entity *line; /* what a line says: no table, but fields, reach,
                                  checks, labels and the name of the file */
    const struct entity *made; /* what is made of it, with rows under it */
    const struct entity *const *besides; /* what it links and makes where it is
                                            missing; taken back unless used */
    /* Of a line in which something is wrong: what else is, of what is not among
     * the errors. NULL: its own check tells all. */
    enum status (*faults)(struct conn *c, struct arena *a, const void *line,
                          struct form_errors *errors);
    /* The row that says what the line says already; NONE. */
    enum status (*find)(struct conn *c, struct arena *a, const void *line,
                        int64_t *id);
    /* While nothing is written, of a line that is right and not there yet: what
     * the lines before it leave to it (core/import_seen.h), as make would find.
     * What it takes is kept for the lines to come. NULL: they share nothing. */
    enum status (*weigh)(struct conn *c, struct arena *a, const void *line,
                         struct weighing *w);
    /* Inside a write, where the line's own check found nothing and find nobody;
     * by.why says which import. */
    enum status (*make)(struct conn *c, struct arena *a, const void *line,
                        struct actor by);
    /* Came what was made into a year that was over by then? Undoing the import
     * takes it out of it again; else it is locked like any row. */
    bool (*late)(const void *made);
};

/* A member of what the API takes or gives that is no row. A type ending with
 * "?" may be null, one beginning with "~" may be absent; "[x]" is an array of
 * x, "[string]" of texts. */
struct api_member {
    const char *of, *name, *type;
};

struct module {
    const char *name;         /* prefix of its tables, rights and labels */
    const char *const *needs; /* modules it includes; ends with NULL */
    const struct entity *const *entities; /* ends with NULL */
    const struct right *rights; /* this and what follows end with {0} */
    const struct route *routes;
    const struct figure *figures;
    const struct waiting *waiting;
    const struct news *news;
    const struct place_layer *places; /* public ones */
    const struct intake *intakes;
    const struct api_member *shapes; /* those of one shape stand together */
    const struct command *commands;
    const struct task_kind *tasks;
    const struct migration *migrations;
    /* Inside a write: the rows that every laboratory has (essaim begin). Those
     * that are there stay as they are. */
    enum status (*begin)(struct conn *c, struct arena *a);
    enum status (*demo)(struct demo *d); /* its part of the demonstration */
};

extern const struct module *const modules[]; /* src/modules.c; ends with NULL */

/* The first thing that contradicts itself in the tables, as one line; NULL when
 * all is well. Run at every start. */
const char *modules_fault(struct arena *mem);
