/*
 * A school year that is over is changed by a correction only (struct counting
 * in store/entity.h). Its reason is one control more of the form of a row that
 * counts there, and one member more of the API: "correction".
 */
#pragma once

#include "core/edit.h"

/* Is that its name, and no field's? */
bool correction_is(const struct entity *e, const char *name);
/* The reason as sent; empty: none, or the entity has none. */
struct str correction_of(const struct req *r);
/* What is wrong with it, among r->errors. */
void correction_read(struct req *r);
/* The one reason of a whole file that corrects; NULL: it lacks or is too long,
 * and r->errors says so. */
const char *correction_of_file(struct req *r);
/* After ERR_CONFLICT inside the write: was it for want of a reason? Then the
 * field, or the whole row, is told so. */
bool correction_lacks(const struct conn *c, struct form_errors *errors,
                      const char *field);
/* Adds the control, where the row counts in such a year or the reason lacks. */
void correction_draw(const struct edit *e, struct form *form);
