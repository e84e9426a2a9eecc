/*
 * What the server of a data folder has: it leaves its settings there, but no
 * secret, in essaim.served, and holds that file as long as it lives. They may
 * have come to it by flags or variables that a command does not see, and a
 * command that took another database for that of the folder would read what
 * nobody writes any more, and write what nobody reads.
 */
#pragma once

#include "core/app.h"

#define SERVED_NOTE "essaim.served" /* of one folder on one machine */

struct served {
    struct conf conf; /* without secrets: db without user and password; "" of a
                         file */
    int process;      /* the server that runs; 0: none does */
    bool known;       /* one has run */
};

/* For a server, which holds it to its end; a folder that takes no file is
 * logged. Another server that has it keeps it. */
void served_note(struct app *app);
void served_read(const struct app *app, struct arena *a, struct served *out);
/* Why a command, or another server, must not open the database that it would:
 * one line with what to do, or NULL. What --db names is meant. */
const char *served_fault(const struct app *app, struct arena *a);
/* The folder has its rows in its own file from now on. */
void served_forget(struct arena *a, const char *folder);
