/*
 * One line per event on standard error: JSON, or logfmt (key=value). Only edges
 * log. Under systemd each line begins with its priority ("<4>"), which the
 * journal takes off again.
 */
#pragma once

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_threshold(enum log_level least);
/* "json" or "logfmt"; "debug", "info", "warn" or "error". False: no such name,
 * and nothing has changed. NULL: as it is. Before other threads log. */
bool log_set_up(const char *format, const char *level);
/* Names and values alternate and end with NULL; safe from every thread. A name
 * that begins with # has a number, which JSON has without quotes.
 *     log_line(LOG_WARN, "slow query", "#ms", "12.5", "sql", text, NULL) */
void log_line(enum log_level level, const char *what, ...)
    __attribute__((sentinel));
