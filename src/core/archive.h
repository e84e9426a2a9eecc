/*
 * One file that holds many: a tar archive (ustar), so that it can be read
 * without this program, or the same as a sealed stream. It is written under
 * another name, synced, and only then takes its own.
 */
#pragma once

#include "auth/seal.h"
#include "base/digest.h"
#include "base/random.h"

/* A member and what it was, in the order in which they stand. */
struct packed {
    const char *name;
    int64_t size;
    unsigned char digest[DIGEST];
    struct packed *next;
};

struct archive;

/* key NULL: as it is. ERR_SYSTEM and *why, one line. */
enum status archive_create(struct arena *a, const char *path,
                           const struct seal_key *key, struct archive **out,
                           const char **why) MUST_USE;
/* A member begins; exactly size bytes follow by archive_add. Its name is
 * one that archive_takes (CHECK). ERR_FULL: no room. */
enum status archive_member(struct archive *ar, const char *name,
                           int64_t size) MUST_USE;
/* ERR_FULL may be of bytes that came before. */
enum status archive_add(struct archive *ar, const void *p, size_t n) MUST_USE;
/* May a member have this name: relative, below, nothing but letters, digits,
 * ".", "_" and "-", at most 99 bytes. */
bool archive_takes(const char *name);
/* Those complete so far, of either kind of archive. */
const struct packed *archive_packed(const struct archive *ar);
int64_t archive_passed(const struct archive *ar); /* bytes in the file so far */
/* It takes another name when it is closed, in the same folder. */
void archive_rename(struct archive *ar, const char *path);
enum status archive_close(struct archive *ar) MUST_USE;

/* Asks for the key when the archive is sealed: words, or else a key file. Not
 * OK ends archive_open with that status, and with its *why. */
typedef enum status archive_key(void *data, bool words, struct seal_key *out,
                                const char **why);
/* Failures to read: ERR_INVALID, and archive_why says in a line what is wrong
 * with the file; ERR_SYSTEM. */
enum status archive_open(struct arena *a, const char *path, archive_key *key,
                         void *data, struct archive **out,
                         const char **why) MUST_USE;
/* The next member, its name checked to lie below; ERR_NOT_FOUND: the end, and
 * nothing follows it. */
enum status archive_next(struct archive *ar, const char **name,
                         int64_t *size) MUST_USE;
/* The member's next bytes; *got 0 at its end. They stay as they are until the
 * next call returns, which may be given another p. */
enum status archive_read(struct archive *ar, void *p, size_t n,
                         size_t *got) MUST_USE;
const char *archive_why(const struct archive *ar);
int64_t archive_size(const struct archive *ar); /* of the file being read */

/* Closes it; a file not closed whole is removed. */
void archive_drop(struct archive *ar);
