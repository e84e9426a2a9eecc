/* One line of JSON per event on standard error; only edges log. */
#pragma once

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_threshold(enum log_level least);
/* Names and values alternate and end with NULL; safe from every thread.
 *     log_line(LOG_WARN, "request failed", "path", path, "status", "stale",
 * NULL) */
void log_line(enum log_level level, const char *what, ...)
    __attribute__((sentinel));
