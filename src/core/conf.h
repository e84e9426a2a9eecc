/*
 * Settings of an instance: a flag, else an ESSAIM_ variable, else a line of
 * essaim.conf in the data folder, else what the program brings. One table has
 * them all; "essaim settings" prints what holds and where it is from.
 */
#pragma once

#include "base/str.h"

struct conf_key {
    const char *name;    /* "listen": --listen, ESSAIM_LISTEN, listen = … */
    const char *initial; /* when nobody says; "" is nothing */
    const char *value;   /* what to write, for help and completion */
    const char *help;
};
enum { CONF_MOST = 32 };
extern const struct conf_key conf_keys[]; /* ends with {0} */

enum conf_from { FROM_PROGRAM, FROM_FILE, FROM_VARIABLE, FROM_FLAG };
struct conf {
    struct {
        const char *value;
        enum conf_from from;
    } at[CONF_MOST]; /* in the order of conf_keys */
};

/* The key of a flag "journal-head-dir" or a line "journal_head_dir"; -1. */
int conf_find(struct str name);
const char *conf_get(const struct conf *c, const char *name); /* never NULL */
/* "listen" as --listen: - for _. As a variable: ESSAIM_LISTEN. */
char *conf_flag(struct arena *a, const char *name);
char *conf_variable(struct arena *a, const char *name);
/* May the value of that key be a secret, or hold one? */
bool conf_is_secret(const char *name);
/* What may be told of the value of conf_keys[i]: addresses without a password;
 * NULL: nothing may. */
const char *conf_told(const struct conf *c, struct arena *a, int i);
/* After the flags are in *c: variables, then the file of the folder, then what
 * the program brings. False: *why names the line and what is wrong. */
bool conf_read(struct conf *c, struct arena *a, const char **why);
/* The text of a file at most as long as one may be; absent, "". */
bool conf_file(struct arena *a, const char *path, struct str *out,
               const char **why);
/* The file's text alone, for tests; name is for *why. */
bool conf_text(struct conf *c, struct arena *a, const char *name,
               struct str text, const char **why);
