/* For doctor.c and doctor_files.c. */
#pragma once

#include "base/json.h"
#include "core/command.h"

enum verdict { WELL, WARN, FAIL, VERDICTS };
struct doctor {
    struct cli *cli;
    struct arena *mem;
    const char *folder;
    struct conn *conn;
    struct json json;
    size_t count[VERDICTS];
};
/* One line: what was looked at, what was seen, and what to do or NULL. */
void doctor_say(struct doctor *d, enum verdict v, const char *check,
                const char *todo, const char *fmt, ...) PRINTF(5, 6);
/* The files that people sent, against the rows that name them. */
enum status doctor_files(struct doctor *d) MUST_USE;
