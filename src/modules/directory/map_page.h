/* What the map's page shows. */
#pragma once

#include "view/list.h"
#include "view/map.h"

struct map_v {
    const char *lead;
    const char *crowded, *outside, *unplaced; /* what is not shown, or NULL */
    const char *source; /* of outlines that were loaded; NULL: ours */
    const struct form_option *bassins, *kinds;
    size_t bassin_count, kind_count;
    struct map *map;
    const struct list_v *table;
};
