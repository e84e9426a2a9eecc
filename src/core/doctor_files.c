/* The files that people sent: each that a row names is there, as it was sent;
 * what no row names is swept away after a day, so it should not be there. */
#include "base/digest.h"
#include "base/disk.h"
#include "base/random.h"
#include "core/doctor.h"
#include "core/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY = 86400, PIECE = 1 << 20 };

/* Its content's own name, computed again. */
static bool is_itself(struct arena *a, const char *path, const char *hash)
{
    struct arena_mark mark = arena_mark(a);
    char *piece = arena_alloc(a, PIECE);
    unsigned char is[DIGEST];
    struct digest digest;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = -1;
    digest_begin(&digest);
    while (fd >= 0 && (n = read(fd, piece, PIECE)) > 0)
        digest_add(&digest, piece, (size_t)n);
    if (fd >= 0)
        close(fd);
    digest_end(&digest, is);
    const bool yes = n == 0 && same(hex(a, is, DIGEST), hash);
    arena_rewind(a, mark);
    return yes;
}

static enum status look_for_named(struct doctor *d, size_t *named,
                                  size_t *missing)
{
    struct rows *rows;
    TRY(db_rows(d->conn, d->mem,
                SQL("SELECT DISTINCT f.hash, f.size FROM core_file f"
                    " ORDER BY f.hash"),
                NO_ARGS, &rows));
    for (; rows_next(rows); ++*named) {
        struct stat st;
        struct arena_mark mark = arena_mark(d->mem);
        const char *hash = row_text(rows, 0);
        const char *path = file_path(d->mem, d->folder, hash);
        bool there = stat(path, &st) == 0 && st.st_size == row_int(rows, 1) &&
                     (!d->cli->full || is_itself(d->mem, path, hash));
        if (there || (*missing)++)
            arena_rewind(d->mem, mark);
        else
            doctor_say(d, FAIL, "files", "bring it back from a backup",
                       "%s is not there, or not as it was sent", path);
    }
    return rows_end(rows);
}

static enum status look_for_orphans(struct doctor *d, size_t *orphans)
{
    for (int i = 0; i < 256; i++) {
        const char *path = arena_printf(d->mem, "%s/files/%02x", d->folder, i);
        DIR *dir = opendir(path);
        enum status s = OK;
        for (const struct dirent *e; s == OK && dir && (e = readdir(dir));) {
            struct stat st;
            bool known = true;
            if (strlen(e->d_name) == (size_t)2 * SHA256 &&
                fstatat(dirfd(dir), e->d_name, &st, 0) == 0 &&
                st.st_mtime < time(NULL) - (time_t)2 * DAY)
                s = file_known(d->conn, e->d_name, &known);
            *orphans += !known;
        }
        if (dir)
            closedir(dir);
        TRY(s);
    }
    return OK;
}

enum status doctor_files(struct doctor *d)
{
    size_t named = 0, missing = 0, orphans = 0;
    const char *files = arena_printf(d->mem, "%s/files", d->folder);
    if (access(files, R_OK | W_OK | X_OK) != 0 && errno == EACCES) {
        doctor_say(d, FAIL, "files", disk_refusal(d->mem, files),
                   "%s cannot be used", files);
        return OK;
    }
    TRY(look_for_named(d, &named, &missing));
    TRY(look_for_orphans(d, &orphans));
    if (missing > 1)
        doctor_say(d, FAIL, "files", "bring them back from a backup",
                   "%zu of %zu are not there, or not as they were sent",
                   missing, named);
    if (orphans)
        doctor_say(d, WARN, "files", "the server sweeps them: does it run",
                   "%zu that no row names", orphans);
    if (!missing && !orphans)
        doctor_say(d, WELL, "files", NULL, "%zu, each where its row says%s",
                   named, d->cli->full ? " and as it was sent" : "");
    return OK;
}
