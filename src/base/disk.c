#include "base/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pwd.h>
#include <sys/stat.h>
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

static const char *user_name(struct arena *a, uid_t id)
{
    enum { ENTRY = 4096 };
    struct passwd entry, *found = NULL;
    char *room = arena_alloc(a, ENTRY);
    if (getpwuid_r(id, &entry, room, ENTRY, &found) == 0 && found)
        return entry.pw_name;
    return arena_printf(a, "%u", (unsigned)id);
}

/* A service's folder that root has made is the service's to have, and one that
 * nobody may write in is in the way of all that it holds; what a service has is
 * used by the service. */
const char *disk_refusal(struct arena *a, const char *path)
{
    enum { USED = S_IWUSR | S_IXUSR };
    struct stat is, in;
    const char *folder = dirname(arena_printf(a, "%s", path));
    const bool seen = stat(path, &is) == 0;
    if (stat(folder, &in) != 0)
        return arena_printf(a, "see the rights of the folders above %s", path);
    const uid_t me = geteuid();
    const bool self = seen && in.st_uid == me && (in.st_mode & USED) == USED;
    const uid_t owner = self ? is.st_uid : in.st_uid;
    const char *what = self ? path : folder;
    if (owner == me)
        return arena_printf(a, "its owner may not: chmod u+rwX %s", what);
    const char *fact =
        arena_printf(a, "%s belongs to %s, and this runs as %s",
                     self ? "it" : what, user_name(a, owner), user_name(a, me));
    if (owner)
        return arena_printf(a, "%s: call it by sudo -u %s", fact,
                            user_name(a, owner));
    return arena_printf(a,
                        self ? "%s: sudo chown -R %s: %s"
                             : "%s: if it is Essaim's alone, sudo chown -R %s:"
                               " %s; else name another with --data",
                        fact, user_name(a, me), what);
}
