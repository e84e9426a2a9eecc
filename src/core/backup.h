/* What a backup's manifest is, and its key; for backup.c, restore.c and
 * doctor.c. */
#pragma once

#include "core/archive.h"
#include "core/command.h"

enum { BACKUP_FORMAT = 2 };
/* The exit status of a restore that made all but files that the backup has
 * not. */
enum { RESTORED_IN_PART = 3 };
/* The members that stand last: what the others must be, and its own digest. */
#define MANIFEST "manifest.json"
#define MANIFEST_DIGEST "manifest.sha256"
/* In a data folder: a restore goes on, or did not end. */
#define RESTORING "restoring"

/* Is it none of what a copy of the data folder has: the database, locks, copies
 * before a migration, what is not complete yet? */
bool backup_passes_over(const char *name);
/* The key of --key, of the variable ESSAIM_PASSPHRASE or typed. words: the
 * passphrase is meant. */
enum status backup_key(struct cli *cli, bool words, struct seal_key *out,
                       const char **why) MUST_USE;

/* A line a member, as sha256sum reads it, from first to the manifest. */
const char *backup_sums(struct arena *a, const struct packed *first);
/* The files that records name, as members, and how many of them a backup has
 * not, or not as they were sent. */
struct backup_files {
    const char **names;
    size_t named, gone, altered;
};
enum status backup_names(struct conn *c, struct arena *a,
                         struct backup_files *out) MUST_USE;
/* Against the members; names on standard error the first that lack. */
void backup_compare(struct arena *a, struct backup_files *f,
                    const struct packed *first);
/* What it lacks, in words; NULL: nothing. */
const char *backup_lack(struct arena *a, const struct backup_files *f);

/* An empty database of this program's shape in a file of the data folder, for
 * the rows of a server. */
struct rows_file {
    struct arena *mem;
    const char *folder;
    int lock;
    struct db *db;
};
/* Whatever it answers, rows_file_drop ends it. Not OK: *why is one line. */
enum status rows_file_make(struct app *app, struct rows_file *out,
                           const char **why) MUST_USE;
void rows_file_drop(struct rows_file *f);
/* The rows unpacked in place into its database file, which has their shape.
 * Once they are proven, what of their journal was not sealed yet is. Not OK:
 * *why is one line, or as it was. */
enum status rows_fill(struct arena *a, const char *place,
                      const char **why) MUST_USE;
enum status rows_seal(struct arena *a, const char *place,
                      const char **why) MUST_USE;
/* The database file at path into the empty database of a server. */
enum status rows_give(struct app *app, const char *path, const char *place,
                      struct cli_bar *bar, const char **why) MUST_USE;
