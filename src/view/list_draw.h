/* Inside the drawing of lists: what list.c and list_table.c share. */
#pragma once

#include "view/list.h"

struct drawing {
    struct arena *mem;
    const struct lang *lang;
    const struct list_page *page;
    const struct entity *entity;
    const char *path;
};

/* Fills the columns and rows. */
enum status list_rows(struct drawing *d, struct list_v *out) MUST_USE;
