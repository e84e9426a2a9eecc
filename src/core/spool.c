#include "core/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum status spool_put(int fd, struct buf *b)
{
    for (size_t at = 0; at < b->n;) {
        ssize_t n = write(fd, b->p + at, b->n - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == ENOSPC ? ERR_FULL : ERR_SYSTEM;
        at += (size_t)n;
    }
    b->n = 0;
    return OK;
}

enum status spool_send(struct req *r, spool_fn *write, void *data,
                       const char *type, const char *name)
{
    int fd = open(r->app->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return ERR_SYSTEM;
    enum status s = write(r, data, fd);
    off_t size = s == OK ? lseek(fd, 0, SEEK_END) : -1;
    if (size < 0) {
        close(fd);
        return s == OK ? ERR_SYSTEM : s;
    }
    return req_file(r, fd, (uint64_t)size, type, name);
}
