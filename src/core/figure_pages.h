/* What the pages of figures share. */
#pragma once

#include "core/figure.h"
#include "core/request.h"

/* The year and the bassin that the address asks for; ERR_INVALID: no year, or
 * one that has not begun, named in r->errors. */
struct ask {
    int year;
    int64_t bassin;
};
enum status ask_read(struct req *r, struct ask *ask) MUST_USE;
/* The path with them. */
const char *ask_address(struct req *r, const char *path, struct ask ask);
/* "année 2023-2024 · relevés" */
const char *figure_note(struct req *r, const struct figure *f, int year);
/* As a machine reads it: "" where it is hidden or unknown. */
const char *figure_number(struct arena *a, struct figure_value v);
/* Members of the object being written; a hidden value is null. */
void figure_json(struct json *j, const struct figure *f, const char *label,
                 struct figure_value v);
