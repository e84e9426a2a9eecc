#include "core/archive.h"
#include "base/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 512, NAME = 100, PLAIN = 256 << 10 };

/* Long pieces are digested beside their writing, on a thread of their own. */
struct digester {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    const void *p; /* NULL: at rest */
    size_t n;
    bool started, ending;
    struct digest digest;
};

struct archive {
    struct arena *mem;
    const char *path, *part; /* part: until it is whole; NULL when read */
    int fd;
    struct seal *seal;
    unsigned char *buf, *sealed; /* what waits; a chunk as it is on the disk */
    size_t n, at, room;          /* in buf: its bytes, those taken */
    bool ended;                  /* read: nothing follows what is in buf */
    int64_t passed, size, left;  /* left: of the member */
    struct packed *first, **last, *now;
    struct digester digester;
    const char *why;
};

/* POSIX.1-1988 ustar. */
struct head {
    char name[NAME], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type,
        link[NAME], magic[8], user[32], group[32], major[8], minor[8],
        prefix[155], rest[12];
};
static_assert(sizeof(struct head) == BLOCK, "a block");

static unsigned head_sum(const struct head *h)
{
    struct head copy = *h;
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
    *out = 0;
    for (int i = 4; i < 12; i++)
        *out = *out << 8 | (unsigned char)in[i];
    return *out >= 0;
}

static bool no_room(void)
{
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
}

static enum status write_all(struct archive *ar, const void *p, size_t n)
{
    const char *from = p;
    while (n) {
        const ssize_t did = write(ar->fd, from, n);
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

static enum status flush(struct archive *ar, bool last)
{
    size_t n = ar->n;
    ar->n = 0;
    if (!ar->seal)
        return write_all(ar, ar->buf, n);
    seal_push(ar->seal, ar->sealed, ar->buf, n, last);
    return write_all(ar, ar->sealed, n + SEAL_OVER);
}

static void *digester_run(void *data)
{
    struct digester *d = data;
    pthread_mutex_lock(&d->lock);
    for (;;) {
        while (!d->p && !d->ending)
            pthread_cond_wait(&d->moved, &d->lock);
        if (!d->p)
            break;
        pthread_mutex_unlock(&d->lock);
        digest_add(&d->digest, d->p, d->n);
        pthread_mutex_lock(&d->lock);
        d->p = NULL;
        pthread_cond_signal(&d->moved);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

static void digester_wait(struct digester *d)
{
    if (!d->started)
        return;
    pthread_mutex_lock(&d->lock);
    while (d->p)
        pthread_cond_wait(&d->moved, &d->lock);
    pthread_mutex_unlock(&d->lock);
}

/* p stays as it is until the next call, or digester_wait. */
static void digester_add(struct digester *d, const void *p, size_t n)
{
    digester_wait(d);
    if (!d->started && n >= PLAIN) {
        pthread_mutex_init(&d->lock, NULL);
        pthread_cond_init(&d->moved, NULL);
        d->started = pthread_create(&d->thread, NULL, digester_run, d) == 0;
    }
    if (!d->started || n < PLAIN) {
        digest_add(&d->digest, p, n);
        return;
    }
    pthread_mutex_lock(&d->lock);
    d->p = p;
    d->n = n;
    pthread_cond_signal(&d->moved);
    pthread_mutex_unlock(&d->lock);
}

static void digester_end(struct digester *d)
{
    if (!d->started)
        return;
    pthread_mutex_lock(&d->lock);
    d->ending = true;
    pthread_cond_signal(&d->moved);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    d->started = false;
}

static enum status put(struct archive *ar, const void *p, size_t n)
{
    const char *from = p;
    while (n) {
        /* Long pieces need no stop on their way. */
        bool direct = !ar->seal && n >= ar->room;
        if (ar->n == ar->room || (direct && ar->n))
            TRY(flush(ar, false));
        if (direct)
            return write_all(ar, from, n);
        size_t some = n < ar->room - ar->n ? n : ar->room - ar->n;
        memcpy(ar->buf + ar->n, from, some);
        ar->n += some;
        from += some;
        n -= some;
    }
    return OK;
}

static struct archive *make(struct arena *a, const char *path)
{
    struct archive *ar = NEW(a, struct archive);
    ar->mem = a;
    ar->path = arena_printf(a, "%s", path);
    ar->last = &ar->first;
    ar->fd = -1;
    return ar;
}

static void room_make(struct archive *ar)
{
    ar->room = ar->seal ? SEAL_CHUNK : PLAIN;
    ar->buf = arena_alloc(ar->mem, ar->room);
    if (ar->seal)
        ar->sealed = arena_alloc(ar->mem, SEAL_CHUNK + SEAL_OVER);
}

enum status archive_create(struct arena *a, const char *path,
                           const struct seal_key *key, struct archive **out,
                           const char **why)
{
    unsigned char head[SEAL_HEAD];
    struct archive *ar = make(a, path);
    ar->part = arena_printf(a, "%s.part-%d", path, (int)getpid());
    ar->fd = open(ar->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (ar->fd < 0) {
        *why =
            arena_printf(a, "%s cannot be written: %s", path, strerror(errno));
        return ERR_SYSTEM;
    }
    enum status s = key ? seal_begin(a, key, head, &ar->seal) : OK;
    room_make(ar);
    if (s == OK && key)
        s = write_all(ar, head, SEAL_HEAD);
    if (s != OK) {
        *why = s == ERR_SYSTEM ? "no memory to make the key" : status_name(s);
        archive_drop(ar);
        return s;
    }
    *out = ar;
    return OK;
}

static void member_begin(struct archive *ar, const char *name, int64_t size)
{
    ar->now = NEW(ar->mem, struct packed);
    ar->now->name = name;
    ar->now->size = ar->left = size;
    digest_begin(&ar->digester.digest);
}

static void member_end(struct archive *ar)
{
    digester_wait(&ar->digester);
    digest_end(&ar->digester.digest, ar->now->digest);
    *ar->last = ar->now;
    ar->last = &ar->now->next;
    ar->now = NULL;
}

static enum status pad(struct archive *ar)
{
    static const char zeros[BLOCK];
    TRY(put(ar, zeros, (size_t)(-ar->now->size & (BLOCK - 1))));
    member_end(ar);
    return OK;
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
    struct head h = {.mode = "0000600",
                     .uid = "0000000",
                     .gid = "0000000",
                     .type = '0',
                     .magic = {'u', 's', 't', 'a', 'r', 0, '0', '0'}};
    CHECK(!ar->now && size >= 0 && archive_takes(name));
    memcpy(h.name, name, strlen(name));
    size_write(h.size, size);
    snprintf(h.mtime, sizeof(h.mtime), "%011" PRIo64, (int64_t)time(NULL));
    snprintf(h.sum, sizeof(h.sum), "%06o", head_sum(&h));
    h.sum[7] = ' ';
    TRY(put(ar, &h, BLOCK));
    member_begin(ar, arena_printf(ar->mem, "%s", name), size);
    return size ? OK : pad(ar);
}

enum status archive_add(struct archive *ar, const void *p, size_t n)
{
    CHECK(ar->now && (int64_t)n <= ar->left);
    digester_add(&ar->digester, p, n);
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
    TRY(flush(ar, true));
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
    digester_end(&ar->digester);
    if (ar->fd >= 0)
        close(ar->fd);
    ar->fd = -1;
    if (ar->part)
        unlink(ar->part);
}

/* Reading. */

static enum status fault(struct archive *ar, const char *what)
{
    ar->why = arena_printf(ar->mem, "%s %s", ar->path, what);
    return ERR_INVALID;
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
        return ar->n ? OK : fault(ar, "ends early: it is not whole");
    }
    if (ar->ended)
        return fault(ar, "ends early: it is not whole");
    bool first = ar->passed == SEAL_HEAD;
    TRY(read_all(ar, ar->sealed, SEAL_CHUNK + SEAL_OVER, &got));
    if (!got)
        return fault(ar, "ends early: it is not whole");
    if (!seal_pull(ar->seal, ar->buf, ar->sealed, got, &ar->ended))
        return fault(ar, first ? "does not open with this key, or is damaged"
                               : "is damaged or ends early");
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
        return fault(ar, "does not open with this key, or is damaged");
    if (s != OK)
        ar->why = "no memory to make the key";
    room_make(ar);
    return s;
}

enum status archive_open(struct arena *a, const char *path, archive_key *key,
                         void *data, struct archive **out, const char **why)
{
    struct archive *ar = make(a, path);
    struct stat st;
    ar->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (ar->fd < 0 || fstat(ar->fd, &st) != 0) {
        *why = arena_printf(a, "%s cannot be read: %s", path, strerror(errno));
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
        return fault(ar, "is damaged at its end");
    return ERR_NOT_FOUND;
}

enum status archive_next(struct archive *ar, const char **name, int64_t *size)
{
    struct head h;
    int64_t sum;
    CHECK(!ar->now);
    TRY(get(ar, &h, BLOCK));
    if (all_zero(&h, BLOCK))
        return end(ar);
    if (memcmp(h.magic, "ustar", 6) != 0 || !octal(h.sum, 8, &sum) ||
        sum != head_sum(&h) || h.type != '0' || !size_read(h.size, size) ||
        h.name[NAME - 1] || !archive_takes(h.name))
        return fault(ar, "is no backup, or is damaged");
    *name = arena_printf(ar->mem, "%s", h.name);
    member_begin(ar, *name, *size);
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
    digester_add(&ar->digester, p, n);
    ar->left -= (int64_t)n;
    *got = n;
    if (ar->left)
        return OK;
    size_t zeros = (size_t)(-ar->now->size & (BLOCK - 1));
    TRY(get(ar, rest, zeros));
    if (!all_zero(rest, zeros))
        return fault(ar, "is damaged");
    member_end(ar);
    return OK;
}

const char *archive_why(const struct archive *ar)
{
    return ar->why ? ar->why : "it cannot be read";
}

int64_t archive_size(const struct archive *ar)
{
    return ar->size;
}
