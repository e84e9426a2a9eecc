/*
 * Archives as they are written: see archive.h. What is packed lies in slots, by
 * turns: this thread seals it, another digests it, a third waits for the disk,
 * past the system's cache (through which it would have to pass from one
 * processor's cache to another's, which costs more than the digest).
 */
#include "core/archive_internal.h"

#include "base/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LONG = 64 << 10,
    ALIGN = 4096,
    /* A sealed slot and what was left over, in whole pages. */
    SEALED = SLOT + 2 * ALIGN,
};
static_assert((int)SLOT / (int)SEAL_CHUNK * (int)SEAL_OVER < (int)ALIGN,
              "room for the seals");

unsigned archive_head_sum(const struct archive_head *h)
{
    struct archive_head copy = *h;
    unsigned sum = 0;
    memset(copy.sum, ' ', sizeof(copy.sum));
    for (size_t i = 0; i < BLOCK; i++)
        sum += ((const unsigned char *)&copy)[i];
    return sum;
}

/* Eleven octal digits, or from 8 GiB on eight bytes after 0x80 (as GNU does).
 */
static void size_write(char out[12], int64_t size)
{
    if (size < INT64_C(1) << 33) {
        snprintf(out, 12, "%011" PRIo64, size);
        return;
    }
    memset(out, 0, 12);
    out[0] = (char)0x80;
    for (int i = 0; i < 8; i++)
        out[11 - i] = (char)(size >> 8 * i);
}

static bool no_room(void)
{
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
}

/* What is written whole goes to the disk past the system's cache: it costs
 * less, and what the server reads stays there. Where that cannot be, by it. */
static void go_direct(struct archive *ar, bool direct)
{
    ar->direct = fcntl(ar->fd, F_SETFL, direct ? O_DIRECT : 0) == 0 && direct;
}

static enum status write_all(struct archive *ar, const void *p, size_t n)
{
    const char *from = p;
    while (n) {
        const ssize_t did = write(ar->fd, from, n);
        if (did < 0 && errno == EINVAL && ar->direct) {
            go_direct(ar, false);
            continue;
        }
        if (did < 0 && errno == EINTR)
            continue;
        if (did <= 0)
            return no_room() ? ERR_FULL : ERR_SYSTEM;
        from += did;
        n -= (size_t)did;
        ar->passed += did;
    }
    return OK;
}

static enum status write_piece(void *data, const void *p, size_t n)
{
    return write_all(data, p, n);
}

/* The last is no whole page, and waits for those before. */
static enum status write_out(struct archive *ar, const void *p, size_t n,
                             bool last)
{
    if (!last)
        return belt_give(&ar->writes, p, n);
    TRY(belt_wait(&ar->writes, 0));
    go_direct(ar, false);
    return write_all(ar, p, n);
}

/* Seals a slot behind what is left over of the one before. */
static enum status seal_out(struct archive *ar, bool last)
{
    const unsigned char *over = ar->sealed + ar->whole;
    unsigned char *to = ar->seals + ar->turn % SLOTS * SEALED;
    size_t n = ar->over;
    TRY(belt_wait(&ar->writes, SLOTS - 1));
    memmove(to, over, n);
    for (size_t at = 0, some; at < ar->n; at += some) {
        some = ar->n - at < SEAL_CHUNK ? ar->n - at : (size_t)SEAL_CHUNK;
        seal_push(ar->seal, to + n, ar->buf + at, some,
                  last && at + some == ar->n);
        n += some + SEAL_OVER;
    }
    ar->sealed = to;
    ar->whole = last ? n : n & ~(size_t)(ALIGN - 1);
    ar->over = n - ar->whole;
    return write_out(ar, to, ar->whole, last);
}

static enum status write_slot(struct archive *ar, bool last)
{
    return ar->seal ? seal_out(ar, last) : write_out(ar, ar->buf, ar->n, last);
}

static enum status digest_piece(void *data, const void *p, size_t n)
{
    digest_add(data, p, n);
    return OK;
}

enum status archive_digest(struct archive *ar, const void *p, size_t n)
{
    if (n >= LONG)
        return belt_give(&ar->digests, p, n);
    TRY(belt_wait(&ar->digests, 0));
    return digest_piece(&ar->digest, p, n);
}

/* The member's bytes in this slot that nobody has digested yet. */
static enum status digest_slot(struct archive *ar)
{
    const size_t from = ar->from;
    ar->from = ar->n;
    return ar->now ? archive_digest(ar, ar->buf + from, ar->n - from) : OK;
}

/* The slot is full: on to the next, once it is free. */
static enum status turn(struct archive *ar)
{
    TRY(digest_slot(ar));
    TRY(write_slot(ar, false));
    TRY(belt_wait(&ar->digests, SLOTS - 1));
    TRY(belt_wait(&ar->writes, SLOTS - 1));
    ar->buf = ar->slots + ++ar->turn % SLOTS * SLOT;
    ar->n = ar->from = 0;
    return OK;
}

/* A full slot stays until more comes: the last is written otherwise. */
static enum status put(struct archive *ar, const void *p, size_t n)
{
    const char *from = p;
    while (n) {
        if (ar->n == SLOT)
            TRY(turn(ar));
        size_t some = n < SLOT - ar->n ? n : SLOT - ar->n;
        memcpy(ar->buf + ar->n, from, some);
        ar->n += some;
        from += some;
        n -= some;
    }
    return OK;
}

struct archive *archive_make(struct arena *a, const char *path)
{
    struct archive *ar = NEW(a, struct archive);
    ar->mem = a;
    ar->path = arena_printf(a, "%s", path);
    ar->last = &ar->first;
    ar->fd = -1;
    belt_begin(&ar->digests, digest_piece, &ar->digest);
    belt_begin(&ar->writes, write_piece, ar);
    return ar;
}

static unsigned char *room_aligned(struct arena *a, size_t n)
{
    const uintptr_t at = (uintptr_t)arena_room(a, n + ALIGN);
    return (unsigned char *)((at + ALIGN - 1) & ~(uintptr_t)(ALIGN - 1));
}

static enum status begin_sealed(struct archive *ar, const struct seal_key *key)
{
    ar->seals = ar->sealed = room_aligned(ar->mem, (size_t)SLOTS * SEALED);
    ar->over = SEAL_HEAD;
    return seal_begin(ar->mem, key, ar->sealed, &ar->seal);
}

/* What one that was killed has left: nobody writes it, for its lock is free. */
static void sweep(struct arena *a, const char *path)
{
    const char *head =
        arena_printf(a, "%s.part-", basename(arena_printf(a, "%s", path)));
    const struct dirent *e;
    DIR *d = opendir(dirname(arena_printf(a, "%s", path)));
    while (d && (e = readdir(d))) {
        if (strncmp(e->d_name, head, strlen(head)) != 0)
            continue;
        const int fd = openat(dirfd(d), e->d_name,
                              O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            unlinkat(dirfd(d), e->d_name, 0);
        if (fd >= 0)
            close(fd);
    }
    if (d)
        closedir(d);
}

enum status archive_create(struct arena *a, const char *path,
                           const struct seal_key *key, struct archive **out,
                           const char **why)
{
    struct archive *ar = archive_make(a, path);
    ar->part = arena_printf(a, "%s.part-%d", path, (int)getpid());
    sweep(a, path);
    ar->fd = open(ar->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (ar->fd < 0 || flock(ar->fd, LOCK_EX | LOCK_NB) != 0) {
        *why = arena_printf(
            a,
            "%s cannot be written (%s): name a folder that is there"
            " and that this user may write",
            path, strerror(errno));
        return ERR_SYSTEM;
    }
    go_direct(ar, true);
    ar->slots = ar->buf = room_aligned(a, (size_t)SLOTS * SLOT);
    enum status s = key ? begin_sealed(ar, key) : OK;
    if (s != OK) {
        *why = s == ERR_SYSTEM ? "no memory to make the key" : status_name(s);
        archive_drop(ar);
        return s;
    }
    *out = ar;
    return OK;
}

void archive_member_begin(struct archive *ar, const char *name, int64_t size)
{
    ar->now = NEW(ar->mem, struct packed);
    ar->now->name = name;
    ar->now->size = ar->left = size;
    ar->from = ar->n;
    digest_begin(&ar->digest);
}

enum status archive_member_end(struct archive *ar)
{
    TRY(belt_wait(&ar->digests, 0));
    digest_end(&ar->digest, ar->now->digest);
    *ar->last = ar->now;
    ar->last = &ar->now->next;
    ar->now = NULL;
    return OK;
}

static enum status pad(struct archive *ar)
{
    static const char zeros[BLOCK];
    const size_t n = (size_t)(-ar->now->size & (BLOCK - 1));
    TRY(digest_slot(ar));
    TRY(archive_member_end(ar));
    return put(ar, zeros, n);
}

bool archive_takes(const char *name)
{
    struct str rest = str_of(name), part;
    if (!*name || strlen(name) >= NAME ||
        name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "0123456789._-/")])
        return false;
    while (str_next(&rest, '/', &part))
        if (!part.n || str_eq(part, ".") || str_eq(part, ".."))
            return false;
    return true;
}

enum status archive_member(struct archive *ar, const char *name, int64_t size)
{
    struct archive_head h = {.mode = "0000600",
                             .uid = "0000000",
                             .gid = "0000000",
                             .type = '0',
                             .magic = {'u', 's', 't', 'a', 'r', 0, '0', '0'}};
    CHECK(!ar->now && size >= 0 && archive_takes(name));
    memcpy(h.name, name, strlen(name));
    size_write(h.size, size);
    snprintf(h.mtime, sizeof(h.mtime), "%011" PRIo64, (int64_t)time(NULL));
    snprintf(h.sum, sizeof(h.sum), "%06o", archive_head_sum(&h));
    h.sum[7] = ' ';
    TRY(put(ar, &h, BLOCK));
    archive_member_begin(ar, arena_printf(ar->mem, "%s", name), size);
    return size ? OK : pad(ar);
}

enum status archive_add(struct archive *ar, const void *p, size_t n)
{
    CHECK(ar->now && (int64_t)n <= ar->left);
    TRY(put(ar, p, n));
    ar->left -= (int64_t)n;
    return ar->left ? OK : pad(ar);
}

const struct packed *archive_packed(const struct archive *ar)
{
    return ar->first;
}

int64_t archive_passed(const struct archive *ar)
{
    return ar->passed;
}

void archive_rename(struct archive *ar, const char *path)
{
    ar->path = arena_printf(ar->mem, "%s", path);
}

static enum status beside_sync(struct archive *ar)
{
    char *copy = arena_printf(ar->mem, "%s", ar->path);
    return folder_sync(dirname(copy)) ? OK : ERR_SYSTEM;
}

enum status archive_close(struct archive *ar)
{
    static const char end[2 * BLOCK];
    CHECK(!ar->now);
    TRY(put(ar, end, sizeof(end)));
    TRY(write_slot(ar, true));
    if (fsync(ar->fd) != 0)
        return no_room() ? ERR_FULL : ERR_SYSTEM;
    if (rename(ar->part, ar->path) != 0)
        return ERR_SYSTEM;
    ar->part = NULL;
    return beside_sync(ar);
}

void archive_drop(struct archive *ar)
{
    if (!ar)
        return;
    belt_end(&ar->digests);
    belt_end(&ar->writes);
    if (ar->fd >= 0)
        close(ar->fd);
    ar->fd = -1;
    if (ar->part)
        unlink(ar->part);
}
