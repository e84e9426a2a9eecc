/* What is told to whoever may not use a file: whose it is, and what to do. */
#include "unit/test.h"

#include "base/disk.h"
#include "base/str.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void tells(struct arena *a, const char *path, const char *what)
{
    const char *said = disk_refusal(a, path);
    OKAY(
        same(said, arena_printf(a, "its owner may not: chmod u+rwX %s", what)));
}

TEST(disk_refusal_tells_what_is_in_the_way)
{
    struct arena mem = {0};
    const char *folder = arena_printf(&mem, "%s/mine", test_folder());
    const char *file = arena_printf(&mem, "%s/essaim.db", folder);
    CHECK(mkdir(folder, 0500) == 0);
    tells(&mem, file, folder); /* which is not there, and cannot be made */
    CHECK(chmod(folder, 0700) == 0);
    const int fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0);
    CHECK(fd >= 0);
    close(fd);
    tells(&mem, file, file);
    CHECK(chmod(folder, 0500) == 0);
    tells(&mem, file, folder);
    CHECK(chmod(folder, 0700) == 0);
    arena_reset(&mem);
}
