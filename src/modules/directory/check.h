/* The checks of the directory's fields: see struct field, check. */
#pragma once

#include "base/str.h"

const char *check_uai(struct arena *a, struct str in, struct str *out);
extern const char *const postcode_heads[]; /* what files call it */
const char *check_postcode(struct arena *a, struct str in, struct str *out);
/* Five characters of the INSEE, of which Corsica's second is a letter. */
const char *check_commune_code(struct arena *a, struct str in, struct str *out);
/* "54" as "054", as the national files write it since 2023. */
const char *check_departement_code(struct arena *a, struct str in,
                                   struct str *out);
/* "cm1-cm2" as "CM1 CM2", "6ème" as "6e". */
const char *check_levels(struct arena *a, struct str in, struct str *out);
