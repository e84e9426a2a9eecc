/* The API described by the tables themselves, in two files. */
#pragma once

#include "core/pages.h"
#include "core/request.h"

/* The "schemas" of the document's components. */
void openapi_schemas(struct req *r, struct json *j);
