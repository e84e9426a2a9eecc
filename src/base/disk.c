#include "base/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool folder_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool done = fsync(fd) == 0;
    int why = errno;
    close(fd);
    errno = why;
    return done;
}
