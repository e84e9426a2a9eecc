/* Between core/restore.c and core/restore_proof.c: a restore that goes on. */
#pragma once

#include "base/json.h"
#include "core/backup.h"

#include <sys/types.h>

struct restoring {
    struct cli *cli;
    struct arena *mem;
    struct archive *from;
    const char *file, *dir, *place; /* place: DIR/restoring */
    const char *server; /* postgresql://…, where the rows go; or NULL */
    bool made;          /* dir was not there before */
    uid_t user;         /* whose it shall be when root restores; 0: root's */
    gid_t group;
    const char *why;
    struct cli_bar bar;
    char *pieces; /* two, by turns */
    size_t turn;
    struct str manifest, digest; /* members read, as they stand */
    const struct json_value *told;
    size_t tables; /* seen to have as many rows as told */
    size_t moved;  /* of them, those that a move would take, and their rows */
    int64_t rows;
    struct backup_files files;
};

/* Says why, and returns s. */
enum status restore_refuse(struct restoring *r, enum status s, const char *fmt,
                           ...) PRINTF(3, 4);
enum status restore_no_room(struct restoring *r);
enum status restore_damaged(struct restoring *r, const char *what);

/* Members as the manifest names them, which is r->told from then on. */
enum status restore_check_members(struct restoring *r) MUST_USE;
/* Are the database's rows beside it, as a server sent them? */
bool restore_has_rows(const struct restoring *r);
/* The database in the place: whole, with as many rows as told and the journal's
 * head; who was signed in no longer is. */
enum status restore_check_database(struct restoring *r) MUST_USE;
/* Of the manifest, or an object in it; NONE and "" where it does not say. */
int64_t told_number(const struct json_value *object, const char *key);
struct str told_text(const struct json_value *object, const char *key);
