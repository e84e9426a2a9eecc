/*
 * What could be had instead of what was refused because it is taken: told by
 * forms, by the page of a row whose step was refused, and by the API, which
 * names each alternative by the row that it changes.
 */
#pragma once

#include "core/request.h"

/* Asks the entity what it would have instead of that row, by the connection as
 * it is: renew it first. */
enum status instead_look(struct req *r, const struct entity *e,
                         const void *row) MUST_USE;
/* The same of a line of a form: nothing that has what is unique to another line
 * of it. rows: the others; parent: the field that names whose lines they are;
 * under: that row, as typed; prefix: of the line's controls.
 */
struct beside {
    const struct field *parent;
    const void **rows;
    size_t n;
    const void *under;
    const char *prefix;
};
enum status instead_look_beside(struct req *r, const struct entity *e,
                                const void *row,
                                const struct beside *beside) MUST_USE;
/* The same of a step of r->row that found its place taken. */
enum status instead_of_step(struct req *r, const struct step *s) MUST_USE;

/* As buttons of the form that was refused, and what is typed from one on: as
 * before, but for what the button chosen has instead. */
#define INSTEAD_TAKEN "_instead"
const struct form_option *instead_options(struct req *r);
void instead_take(struct req *r);
/* " Libre à la place : …", behind a message; "" where there is none. */
const char *instead_said(struct req *r);
void instead_json(struct req *r, struct json *j);
