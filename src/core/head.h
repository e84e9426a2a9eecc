/*
 * The signed head of the journal, as it leaves the machine: how many lines, the
 * root over them, when, signed. Whoever keeps one can tell later whether
 * anything before it was changed.
 */
#pragma once

#include "core/app.h"
#include "core/journal.h"
#include "core/proof.h"

struct head {
    uint64_t size;
    int64_t at;
    const char *root, *signature, *key; /* hexadecimal */
};
/* What the signature covers: "size root at". */
struct str head_signed(struct arena *a, uint64_t size, const char *root,
                       int64_t at);
/* The newest; ERR_NOT_FOUND before anything is sealed. */
enum status head_load(struct conn *c, struct arena *a,
                      struct head *out) MUST_USE;
/* {"size": 12, "root": "…", "at": "2026-11-24T10:00:00Z", …} and a newline. */
struct str head_json(struct arena *a, const struct head *h);
/* False: *why. It reads what head_json wrote, and checks the signature by the
 * key that stands in it. */
bool head_read(struct arena *a, struct str text, struct head *out,
               const char **why);
/* Where the settings journal_head_dir and journal_head_command say; neither:
 * nowhere. ERR_SYSTEM: it did not arrive; told in the log. */
enum status head_send(struct app *app, struct arena *a, const char *payload);
