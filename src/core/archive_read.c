/* Archives as they are read: see archive.h. */
#include "core/archive_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRONG_KEY                                                              \
    "does not open with this key, or is damaged: name the key that sealed it," \
    " or another backup"

static bool octal(const char *p, size_t n, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < n && p[i] && p[i] != ' '; i++) {
        if (p[i] < '0' || p[i] > '7')
            return false;
        *out = *out * 8 + (p[i] - '0');
    }
    return true;
}

static bool size_read(const char in[12], int64_t *out)
{
    if ((unsigned char)in[0] != 0x80)
        return octal(in, 12, out);
    uint64_t n = 0;
    for (int i = 4; i < 12; i++)
        n = n << 8 | (unsigned char)in[i];
    *out = n <= INT64_MAX ? (int64_t)n : 0;
    return n <= INT64_MAX;
}

static enum status fault(struct archive *ar, const char *what)
{
    ar->why = arena_printf(ar->mem, "%s %s", ar->path, what);
    return ERR_INVALID;
}

static enum status damaged(struct archive *ar, const char *what)
{
    return fault(ar, arena_printf(ar->mem,
                                  "%s: copy it anew from where it was kept, or"
                                  " take another backup",
                                  what));
}

/* As many of n as there are. */
static enum status read_all(struct archive *ar, unsigned char *p, size_t n,
                            size_t *got)
{
    for (*got = 0; *got < n;) {
        const ssize_t some = read(ar->fd, p + *got, n - *got);
        if (some < 0 && errno == EINTR)
            continue;
        if (some < 0) {
            ar->why = arena_printf(ar->mem, "%s cannot be read: %s", ar->path,
                                   strerror(errno));
            return ERR_SYSTEM;
        }
        if (!some)
            break;
        *got += (size_t)some;
    }
    ar->passed += (int64_t)*got;
    return OK;
}

static enum status fill(struct archive *ar)
{
    size_t got;
    ar->at = ar->n = 0;
    if (!ar->seal) {
        TRY(read_all(ar, ar->buf, ar->room, &ar->n));
        return ar->n ? OK : damaged(ar, "ends early, so it is not whole");
    }
    if (ar->ended)
        return damaged(ar, "ends early, so it is not whole");
    bool first = ar->passed == SEAL_HEAD;
    TRY(read_all(ar, ar->sealed, SEAL_CHUNK + SEAL_OVER, &got));
    if (!got)
        return damaged(ar, "ends early, so it is not whole");
    if (!seal_pull(ar->seal, ar->buf, ar->sealed, got, &ar->ended))
        return first ? fault(ar, WRONG_KEY)
                     : damaged(ar, "is damaged or ends early");
    ar->n = got - SEAL_OVER;
    return OK;
}

static enum status get(struct archive *ar, void *p, size_t n)
{
    unsigned char *to = p;
    while (n) {
        if (ar->at == ar->n)
            TRY(fill(ar));
        size_t some = n < ar->n - ar->at ? n : ar->n - ar->at;
        memcpy(to, ar->buf + ar->at, some);
        ar->at += some;
        to += some;
        n -= some;
    }
    return OK;
}

static void room_make(struct archive *ar)
{
    ar->room = ar->seal ? SEAL_CHUNK : SLOT;
    ar->buf = arena_alloc(ar->mem, ar->room);
    if (ar->seal)
        ar->sealed = arena_alloc(ar->mem, SEAL_CHUNK + SEAL_OVER);
}

/* The stream's head, or the first bytes of a plain archive, which stay. */
static enum status begin(struct archive *ar, archive_key *key, void *data)
{
    unsigned char head[SEAL_HEAD];
    struct seal_key k;
    size_t got;
    TRY(read_all(ar, head, SEAL_HEAD, &got));
    if (!seal_is((struct str){(const char *)head, got})) {
        room_make(ar);
        memcpy(ar->buf, head, got);
        ar->n = got;
        return OK;
    }
    TRY(key(data, seal_by_words(head), &k, &ar->why));
    enum status s = seal_open(ar->mem, &k, head, &ar->seal);
    if (s == ERR_INVALID)
        return fault(ar, WRONG_KEY);
    if (s != OK)
        ar->why = "no memory to make the key";
    room_make(ar);
    return s;
}

enum status archive_open(struct arena *a, const char *path, archive_key *key,
                         void *data, struct archive **out, const char **why)
{
    struct archive *ar = archive_make(a, path);
    struct stat st;
    ar->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (ar->fd < 0 || fstat(ar->fd, &st) != 0) {
        *why = arena_printf(a,
                            "%s cannot be read (%s): name a backup that is"
                            " there and that this user may read",
                            path, strerror(errno));
        archive_drop(ar);
        return ERR_SYSTEM;
    }
    ar->size = st.st_size;
    enum status s = begin(ar, key, data);
    if (s != OK) {
        *why = ar->why;
        archive_drop(ar);
        return s;
    }
    *out = ar;
    return OK;
}

static bool all_zero(const void *p, size_t n)
{
    const char *c = p;
    for (size_t i = 0; i < n; i++)
        if (c[i])
            return false;
    return true;
}

static enum status end(struct archive *ar)
{
    char more[BLOCK];
    size_t got = 0;
    TRY(get(ar, more, BLOCK));
    if (!ar->seal)
        TRY(read_all(ar, ar->buf, 1, &got));
    if (!all_zero(more, BLOCK) || ar->at != ar->n || got ||
        (ar->seal && !ar->ended))
        return damaged(ar, "is damaged at its end");
    return ERR_NOT_FOUND;
}

/* Any file may be given for a backup; a sealed one has shown that it is one. */
static enum status head_get(struct archive *ar, struct archive_head *h)
{
    enum status s = get(ar, h, BLOCK);
    if (ar->first || ar->seal || s == ERR_SYSTEM)
        return s;
    if (s == OK && (all_zero(h, BLOCK) || memcmp(h->magic, "ustar", 6) == 0))
        return OK;
    return fault(ar, "is no backup, or is damaged from its beginning: name a"
                     " file that essaim backup made");
}

enum status archive_next(struct archive *ar, const char **name, int64_t *size)
{
    struct archive_head h;
    int64_t sum;
    CHECK(!ar->now);
    TRY(head_get(ar, &h));
    if (all_zero(&h, BLOCK))
        return end(ar);
    if (memcmp(h.magic, "ustar", 6) != 0 || !octal(h.sum, 8, &sum) ||
        sum != archive_head_sum(&h) || h.type != '0' ||
        !size_read(h.size, size) || h.name[NAME - 1] || !archive_takes(h.name))
        return damaged(ar, "is damaged");
    *name = arena_printf(ar->mem, "%s", h.name);
    archive_member_begin(ar, *name, *size);
    return OK;
}

enum status archive_read(struct archive *ar, void *p, size_t n, size_t *got)
{
    char rest[BLOCK];
    *got = 0;
    if (!ar->now)
        return OK;
    if ((int64_t)n > ar->left)
        n = (size_t)ar->left;
    TRY(get(ar, p, n));
    TRY(belt_wait(&ar->digests, 0));
    TRY(archive_digest(ar, p, n));
    ar->left -= (int64_t)n;
    *got = n;
    if (ar->left)
        return OK;
    size_t zeros = (size_t)(-ar->now->size & (BLOCK - 1));
    TRY(get(ar, rest, zeros));
    if (!all_zero(rest, zeros))
        return damaged(ar, "is damaged");
    return archive_member_end(ar);
}

const char *archive_why(const struct archive *ar)
{
    return ar->why ? ar->why : "it cannot be read";
}

int64_t archive_size(const struct archive *ar)
{
    return ar->size;
}
