/*
 * Lists: sorted, filtered, searched, paged by key, within a reach. One way to
 * ask serves the page, the API, the export and the records behind a figure.
 */
#pragma once

#include "store/entity.h"

enum filter_op { IS, FROM, UPTO, IS_UNKNOWN };

struct filter {
    const struct field *field;
    enum filter_op op;
    struct value value;
};

/* Rows of an entity that were looked up before, with their titles. */
struct known_rows {
    const struct entity *entity;
    struct linked *rows;
    size_t n;
    bool whole; /* there are no others */
    struct known_rows *next;
};

struct list_ask {
    const struct entity *entity;
    const struct reach *reach;
    const struct filter *filters;
    size_t filter_count;
    struct str search;        /* words the user typed; .p NULL: none */
    const struct field *sort; /* NULL: the entity's own */
    bool down;                /* the other way round */
    const char *after;        /* the cursor of the last row seen, or NULL */
    int limit;                /* 1 to 200 */
    /* What to load, ending with NULL: a page shows few columns. The rest of a
     * row is then as row_new has it, but for its id. NULL: all. */
    const struct field *const *fields;
    /* Further condition: "t.id IN (…)" over the row, each column of it by its
     * alias t, with its args, all of them used, whose names do not begin with
     * "list_" or "reach". */
    struct sql where;
    const struct arg *args;
    bool no_total;
    bool veiled;     /* the reader writes no such rows: row_veil */
    bool all_titles; /* of every reference, not only those of the list: exports.
                        With fields: of those, always */
    const struct known_rows *known; /* where titles need not be asked; or NULL
                                     */
};

struct list {
    void **rows;
    size_t n;
    const char *next; /* cursor of the next page, NULL at the end; shorter
                         than LIST_CURSOR */
    int64_t total;    /* exact to 1,000; 1,001 stands for more */
    bool newest; /* more rows have the words than can be sorted: they come by
                    their age, whatever was asked */
    struct ref_title *refs; /* opened by list_ref_title */
    size_t ref_count;
};

enum {
    LIST_MOST = 200,
    TOTAL_MOST = 1000,
    FOUND_MANY = 40000, /* rows that words find and an order sorts */
    LIST_CURSOR = 1024
};

/*
 * Rows in the order of (sort key, id), what has no key last both ways. A text's
 * key is its fold. ERR_INVALID: a cursor that was not ours, or of another
 * order.
 */
enum status list_load(struct conn *c, struct arena *a,
                      const struct list_ask *ask, struct list *out) MUST_USE;
/* The same, page by page until there are no more, or `most` of them; of
 * ask->limit nothing is read, and the list has no titles. */
enum status list_load_most(struct conn *c, struct arena *a,
                           const struct list_ask *ask, size_t most,
                           struct list *out) MUST_USE;
/* The rows of e whose reference of that name is to the row, in reach or not;
 * LIST_MOST at most. */
enum status list_under(struct conn *c, struct arena *a, const struct entity *e,
                       const char *field, int64_t id,
                       struct list *out) MUST_USE;
/* How many rows an ask finds of each class, exactly: an expression over the
 * row t that gives 0 to n - 1, and may use ask->args. */
enum status list_tally(struct conn *c, struct arena *a,
                       const struct list_ask *ask, struct sql class, size_t n,
                       int64_t *counts) MUST_USE;
/* The total alone, without the rows' order: what is common is not sorted. */
enum status list_count(struct conn *c, struct arena *a,
                       const struct list_ask *ask, int64_t *total) MUST_USE;
/* Those of some rows that are in reach, by id; ask says what of them. */
enum { LIST_SOME = 8 };
enum status list_some(struct conn *c, struct arena *a,
                      const struct list_ask *ask, const int64_t *ids, size_t n,
                      struct list *out) MUST_USE;
/* What a reference of a loaded row shows: loaded with the list. "" if none. Of
 * a file "type size". */
const char *list_ref_title(const struct list *l, const struct field *f,
                           int64_t id);
/* The links of a page's rows, one query for each kind: those of row i of the
 * entity's kind k are (*out)[i * entity_link_count(e) + k]. */
enum status links_of_page(struct conn *c, struct arena *a,
                          const struct entity *e, const struct list *page,
                          struct links **out) MUST_USE;
/* "IN (…)" for 1 to LIST_MOST ids, and what it binds (names "one0", "one1", …).
 * One text for any number of them, that its statement be prepared once. */
const struct arg *ids_bound(struct arena *a, const int64_t *ids, size_t n,
                            const char **which);
/* The same for single rows; one query per field asked. */
enum status ref_title(struct conn *c, struct arena *a, const struct field *f,
                      int64_t id, const char **out) MUST_USE;

/* Search over one entity: best first (title equal, title begins, other; then
 * newest). */
struct hit {
    int64_t id;
    const char *title;
};
enum status search_entity(struct conn *c, struct arena *a,
                          const struct entity *e, const struct reach *reach,
                          struct str words, int limit, struct hit **out,
                          size_t *n) MUST_USE;
