/* Private to the archive: what its writing (archive.c) and its reading
 * (archive_read.c) share. */
#pragma once

#include "base/belt.h"
#include "core/archive.h"

/* A plain archive waits in slots, by turns; a sealed one in chunks of them. */
enum { BLOCK = 512, NAME = 100, SLOT = 1 << 20, SLOTS = 6 };
static_assert((int)SLOTS < (int)BELT && (int)SLOT % (int)SEAL_CHUNK == 0,
              "slots on a belt");

struct archive {
    struct arena *mem;
    const char *path, *part; /* part: until it is whole; NULL when read */
    int fd;
    struct seal *seal;
    unsigned char *buf, *sealed; /* what waits; as it is on the disk */
    size_t n, at, room;          /* in buf: its bytes, those taken */
    bool ended;                  /* read: nothing follows what is in buf */
    int64_t passed, size, left;  /* passed: of the file; left: of the member */
    struct packed *first, **last, *now;
    struct digest digest;
    struct belt digests, writes;
    /* Written: buf is one of the slots, sealed one of the seals. */
    unsigned char *slots, *seals;
    size_t turn, from;  /* from: of the slot, where undigested bytes begin */
    size_t whole, over; /* in sealed: what is written, what waits behind it */
    bool direct;        /* past the system's cache */
    const char *why;
};

/* POSIX.1-1988 ustar. */
struct archive_head {
    char name[NAME], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type,
        link[NAME], magic[8], user[32], group[32], major[8], minor[8],
        prefix[155], rest[12];
};
static_assert(sizeof(struct archive_head) == BLOCK, "a block");
unsigned archive_head_sum(const struct archive_head *h);

struct archive *archive_make(struct arena *a, const char *path);
void archive_member_begin(struct archive *ar, const char *name, int64_t size);
/* Small ones at once, large ones beside the caller: p stays as it is until
 * they are waited for. */
enum status archive_digest(struct archive *ar, const void *p,
                           size_t n) MUST_USE;
enum status archive_member_end(struct archive *ar) MUST_USE;
