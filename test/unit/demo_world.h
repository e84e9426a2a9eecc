/* The demonstration in a database of its own, for the tests of its content. */
#pragma once

#include "core/demo.h"
#include "modules/portfolio/portfolio.h"
#include "unit/test.h"

struct demo_world {
    struct arena mem;
    struct db *db;
    struct conn *conn; /* a reader, its snapshot begun */
};
/* As on the 24 November 2026, under that name in the test's folder: a copy of
 * the one that the first test made (SQLite; its files are not copied). */
void demo_world_open(struct demo_world *w, const char *name);
/* One that is made anew. */
void demo_world_open_at(struct demo_world *w, const char *path);
void demo_world_open_on(struct demo_world *w, const char *path, int32_t today);
void demo_world_close(struct demo_world *w);
/* The number that a query of one number gives. */
int64_t demo_number(struct demo_world *w, const char *sql,
                    const struct arg *args);
