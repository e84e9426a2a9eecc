/* How an exchange comes, takes its body in, and goes. */
#include "http/internal.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { IN_MEMORY = 256 << 10, FIRST_ROOM = 8192 };

struct exchange *exchange_make(struct http_server *s, struct client *k,
                               struct MHD_Connection *c, struct str target)
{
    struct exchange *e = alloc_plain(sizeof(*e));
    e->x.mem.limit = s->o.memory;
    e->x.address = k->address;
    e->x.file = e->spool = -1;
    e->x.body = e->x.path = e->x.query = STR("");
    e->server = s;
    e->client = k;
    e->connection = c;
    e->holders = 1;
    e->x.target =
        (struct str){arena_dup(&e->x.mem, target.p, target.n), target.n};
    return e;
}

void exchange_release(struct exchange *e)
{
    if (--e->holders)
        return;
    if (e->spool >= 0) {
        if (e->x.body.n)
            munmap((void *)(uintptr_t)e->x.body.p, e->x.body.n);
        close(e->spool);
    }
    http_answer_drop(&e->x);
    free_plain(e->bytes);
    arena_reset(&e->x.mem);
    free_plain(e);
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        const ssize_t did = write(fd, p, n);
        if (did <= 0)
            return false;
        p += did;
        n -= (size_t)did;
    }
    return true;
}

static bool spool_open(struct exchange *e)
{
    char *path = arena_printf(&e->x.mem, "%s/body-XXXXXX", e->server->o.spool);
    e->spool = mkostemp(path, O_CLOEXEC);
    if (e->spool < 0)
        return false;
    unlink(path);
    return write_all(e->spool, e->bytes, e->got);
}

static void room_make(struct exchange *e, size_t need)
{
    size_t room = e->room ? e->room : FIRST_ROOM;
    if (e->length && e->length <= IN_MEMORY)
        room = e->length;
    while (room < need)
        room *= 2;
    char *bytes = alloc_plain(room + 1); /* a NUL follows the last byte */
    if (e->got)
        memcpy(bytes, e->bytes, e->got);
    free_plain(e->bytes);
    e->bytes = bytes;
    e->room = room;
}

static unsigned body_keep(void *data, const char *p, size_t n)
{
    struct exchange *e = data;
    if (n > e->most - e->got)
        return 413;
    if (e->spool < 0 && e->got + n > IN_MEMORY && !spool_open(e))
        return 507;
    if (e->spool >= 0) {
        if (!write_all(e->spool, p, n))
            return 507;
    } else {
        if (e->got + n > e->room)
            room_make(e, e->got + n);
        memcpy(e->bytes + e->got, p, n);
    }
    e->got += n;
    return 0;
}

unsigned body_add(struct exchange *e, const char *p, size_t n)
{
    return e->sieve ? sieve_add(e->sieve, p, n, body_keep, e)
                    : body_keep(e, p, n);
}

bool body_done(struct exchange *e)
{
    if (!e->got)
        return true;
    if (e->spool < 0) {
        e->x.body = (struct str){e->bytes, e->got};
        return true;
    }
    void *p = mmap(NULL, e->got, PROT_READ, MAP_PRIVATE, e->spool, 0);
    if (p == MAP_FAILED)
        return false;
    free_plain(e->bytes);
    e->bytes = NULL;
    e->x.body = (struct str){p, e->got};
    return true;
}
