#include "modules/directory/file_read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct str file_read(struct arena *a, const char *path, size_t most,
                     const char **why)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        *why = strerror(errno);
        if (fd >= 0)
            close(fd);
        return (struct str){0};
    }
    char *text = NULL;
    ssize_t got = -1;
    *why = arena_printf(a, "it is empty, no file, or over %zu MB", most >> 20);
    if (S_ISREG(st.st_mode) && st.st_size > 0 && (size_t)st.st_size <= most) {
        text = arena_alloc(a, (size_t)st.st_size);
        got = read(fd, text, (size_t)st.st_size);
    }
    close(fd);
    return got > 0 ? (struct str){text, (size_t)got} : (struct str){0};
}
