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
/* Fills it as on the 24 November 2026, under that name in the test's folder. */
void demo_world_open(struct demo_world *w, const char *name);
void demo_world_open_at(struct demo_world *w, const char *path);
void demo_world_open_on(struct demo_world *w, const char *path, int32_t today);
void demo_world_close(struct demo_world *w);
/* The number that a query of one number gives. */
int64_t demo_number(struct demo_world *w, const char *sql,
                    const struct arg *args);
