/* A small world of every kind of field, for the tests of the store. */
#pragma once

#include "store/list.h"
#include "store/schema.h"
#include "unit/test.h"

struct t_area {
    struct row row;
    const char *name;
    int64_t parent;
};
struct t_school {
    struct row row;
    const char *uai, *name, *note, *kind;
    int64_t pupils, budget, seen, bassin, document, year;
    double rate;
    enum yesno rural;
    int32_t opened;
};
struct t_class {
    struct row row;
    const char *label;
    int64_t school;
};
extern const struct entity t_area_entity, t_school_entity, t_class_entity;
extern const struct link t_school_links[];
extern const struct schema t_schema;

struct world {
    struct arena mem;
    struct db *db;
    struct conn *conn; /* a reader */
};
void world_open(struct world *w);
void world_close(struct world *w);
/* Runs fn in a write; the reader then sees what it did. */
enum status world_write(struct world *w, write_fn *fn, void *data);

/* One thing done in one write each, by person 7. */
enum status put(struct world *w, const struct entity *e, void *row,
                int64_t import);
enum status change(struct world *w, const struct entity *e, void *row,
                   int64_t import);
enum status drop_row(struct world *w, const struct entity *e, int64_t id,
                     int64_t version);
enum status undo_row(struct world *w, const struct entity *e, int64_t id,
                     int64_t import);
enum status restore_row(struct world *w, const struct entity *e, int64_t id,
                        int64_t version);
/* The row, new or changed, with these links; import_links: by that import. */
enum status put_links(struct world *w, const struct entity *e, void *row,
                      const struct link *l, const struct linked *all, size_t n);
enum status import_links(struct world *w, const struct entity *e, void *row,
                         const struct link *l, const struct linked *all,
                         size_t n, int64_t import);
struct t_school *a_school(struct world *w, const char *uai, const char *name);
int64_t an_area(struct world *w, const char *name, int64_t parent);
