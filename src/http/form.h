/* Bodies of forms: application/x-www-form-urlencoded and multipart/form-data
 * (RFC 7578). */
#pragma once

#include "http/url.h"

enum { FORM_FIELDS = 5000 }; /* most fields of a form */

/*
 * Reads a body by its Content-Type. OK; ERR_INVALID: malformed, cut short, or
 * of another type, and what came before is there; ERR_LIMIT: over FORM_FIELDS.
 * An empty body of any type is a form without fields. Values of files borrow
 * the body; texts are UTF-8, or made so (param_mend).
 */
enum status form_parse(struct arena *a, struct str type, struct str body,
                       struct http_param **fields, size_t *n) MUST_USE;
/*
 * A parameter of a header's value, as boundary in
 * 'multipart/form-data; boundary="x"'; unquoted into a. False: absent.
 */
bool header_param(struct arena *a, struct str value, const char *name,
                  struct str *out) MUST_USE;
