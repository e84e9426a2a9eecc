/*
 * Which numbers of a table that adds up are not told, so that none under 5 can
 * be had by subtracting what is told from the whole.
 */
#pragma once

#include "base/base.h"

struct cell {
    double value;
    bool hidden;
    bool small; /* hidden for itself: 1 to 4; else to protect one that is */
};

/*
 * Marks cells. Hidden are those of 1 to 4, and with them the smallest others,
 * until the sum of what is hidden leaves each small one all of 1 to 4. The last
 * `untold` cells are told nowhere anyhow: they are hidden first. True: the sum
 * itself must be hidden too, there being not enough others.
 */
bool suppress_cells(struct cell *cells, size_t n, size_t untold);
