/* A file named on the command line. */
#pragma once

#include "base/str.h"

/* The whole of it; .p NULL: *why. */
struct str file_read(struct arena *a, const char *path, size_t most,
                     const char **why);
