/* What the files of the directory's demonstration share. */
#pragma once

#include "core/demo.h"
#include "modules/directory/demo_places.h"
#include "modules/directory/directory.h"

struct demo_ids {
    int64_t academie, departements[4], bassins[17], circonscriptions[23],
        grappes[3];
    int64_t schools[400];
    size_t school_count;
};

/* The place of a bassin's code in demo_bassins; it must be there (CHECK). */
size_t demo_bassin_place(const char *code);

/* The pattern with its %d, if it has one, replaced. */
const char *demo_numbered(struct arena *a, const char *pattern, int number);

/* The schools and their classes, of 2023-2024 and of today's school year. */
enum status demo_schools(struct demo *d, struct demo_ids *ids);
