/*
 * Lists as pages: a table with sort links, filters, a search box and the next
 * page. Everything stands in the address, so a list can be kept as a link:
 *
 *     ?q=words  ?sort=name  ?sort=-name  ?after=<cursor>  ?state=open
 *     ?attente=returns (what waits for the reader: core/waiting.h)
 *     ?state=~ (unknown)  ?due_from=2024-09-01  ?due_to=2025-08-31
 */
#pragma once

#include "view/form.h"

enum cell_kind {
    CELL_TEXT,
    CELL_NUMBER,
    CELL_TAG, /* a state: .tag is its tone: "go", "stop", "wait" or "" */
};
struct cell {
    const char *text; /* NULL: unknown */
    const char *href; /* or NULL */
    int64_t id;       /* where that is an entity's path: its row; else 0 */
    const char *tag;
    enum cell_kind kind;
};

enum sorted { NOT_SORTED, SORTED_UP, SORTED_DOWN };
struct column {
    const char *label;
    const char *href; /* sorts by it; NULL: it cannot */
    enum sorted sorted;
    bool number;
};

struct list_v {
    const char *title, *lead, *caption; /* caption and lead: or NULL */
    const char *path;                   /* the form of filters goes there */
    const struct column *columns;
    size_t column_count;
    const struct cell *cells; /* row after row; the first names its row */
    size_t row_count;
    const struct cell *foot; /* column_count cells, or NULL */
    const struct form_field *filters;
    size_t filter_count;
    const char *alert; /* a filter that was not understood, or NULL */
    const char
        *waiting;     /* what waits for the reader, kept by the form; or NULL */
    bool is_filtered; /* there is something to take away */
    const char *total;                      /* "42 écoles", "plus de 1 000" */
    const char *next, *first;               /* hrefs, or NULL */
    const char *csv, *json, *new_, *import; /* hrefs, or NULL */
    const char *deleted; /* where the deleted rows are; or NULL */
    const char *new_label;
    const char *empty; /* what to do first, where there is nothing */
};

/* How the cells of each column begin, written once for all rows; lives in the
 * page's arena. */
const struct html_safe *list_cells_open(struct html *h, const struct list_v *v);

/* So many filters are shown at once; the others fold, open when one is set. */
enum { LIST_FILTERS = 4 };
size_t list_first_filters(const struct list_v *v);
bool list_more_is_set(const struct list_v *v);

/* The address read into *ask (search, filters, sort, after); limit 50. What
 * does not parse is left out, and named in *errors. The reach is the caller's.
 */
enum status list_ask_read(struct arena *a, const struct entity *e,
                          const struct form_input *in,
                          const struct form_source *source,
                          struct list_ask *ask,
                          struct form_errors *errors) MUST_USE;

/* Every name that such an address may have. */
const char **list_names(struct arena *a, const struct entity *e, size_t *n);

struct list_page {
    const struct list_ask *ask;
    const struct list *list;
    const struct form_input *in; /* the address, kept by links */
    const struct form_source *source;
    const char *path;   /* NULL: the entity's own */
    const char *only;   /* columns by name; NULL: those F_LIST */
    const char *fixed;  /* a filter given by the path: neither offered nor a
                           column; or NULL */
    const char *import; /* where a file is taken in; or NULL */
    const struct form_errors *errors; /* of list_ask_read, or NULL */
    bool can_write;
};
/* What such a page shows, for list_ask.fields: what names a row, then the
 * columns; ends with NULL. */
const struct field *const *list_fields(struct arena *a, const struct entity *e,
                                       const char *only, const char *fixed);
/* Looks up what filters offer, so that the list need not ask for these titles.
 */
enum status list_filters_known(struct arena *a, const struct entity *e,
                               const struct form_source *source) MUST_USE;
/* Everything but lead, caption and foot. Labels: <entity>.list (title), .new,
 * .empty, .count (plural). A new row is made at <path>/nouveau. */
enum status list_of_entity(struct arena *a, const struct lang *lang,
                           const struct list_page *p,
                           struct list_v *out) MUST_USE;
/* The address with one thing changed: name=value, or without name when value is
 * NULL. The cursor is dropped unless name is "after". */
const char *list_address(struct arena *a, const struct entity *e,
                         const struct form_input *in, const char *path,
                         const char *name, const char *value);
