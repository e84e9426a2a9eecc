#include "core/file.h"

#include "base/disk.h"
#include "base/file_type.h"
#include "base/log.h"
#include "base/random.h"
#include "base/time.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEGABYTE = 1000000, MOST_MB = 50 };

int64_t file_most(const struct app *app)
{
    int64_t mb;
    const char *set = conf_get(&app->conf, "file_mb");
    if (!str_int(str_of(set), &mb) || mb < 1 || mb > 4000)
        mb = MOST_MB;
    return mb * MEGABYTE;
}

static const char *file_folder(struct arena *a, const char *folder,
                               const char *hash)
{
    return arena_printf(a, "%s/files/%.2s", folder, hash);
}

const char *file_path(struct arena *a, const char *folder, const char *hash)
{
    return arena_printf(a, "%s/%s", file_folder(a, folder, hash), hash);
}

static enum status failed(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_SYSTEM;
}

static enum status write_whole(int fd, struct str bytes)
{
    for (size_t at = 0; at < bytes.n;) {
        ssize_t n = write(fd, bytes.p + at, bytes.n - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed();
        at += (size_t)n;
    }
    return fsync(fd) == 0 ? OK : failed();
}

static enum status named(const char *folder)
{
    return folder_sync(folder) ? OK : failed();
}

static enum status folder_make(const char *path, const char *above)
{
    if (mkdir(path, 0750) == 0)
        return named(above);
    return errno == EEXIST ? OK : failed();
}

static enum status folders_make(struct arena *a, const char *folder,
                                const char *hash)
{
    const char *files = arena_printf(a, "%s/files", folder);
    TRY(folder_make(files, folder));
    return folder_make(file_folder(a, folder, hash), files);
}

enum status file_keep(const char *folder, struct arena *a, struct str bytes,
                      struct file *f)
{
    unsigned char digest[SHA256];
    struct stat there;
    sha256(digest, bytes);
    f->hash = hex(a, digest, SHA256);
    f->size = (int64_t)bytes.n;
    f->type = file_type_of(bytes, f->name)->mime;
    const char *path = file_path(a, folder, f->hash);
    const char *into = file_folder(a, folder, f->hash);
    if (stat(path, &there) == 0 && there.st_size == f->size &&
        utimensat(AT_FDCWD, path, NULL, 0) == 0)
        return named(into);
    TRY(folders_make(a, folder, f->hash));
    char *part = arena_printf(a, "%s/files/part-XXXXXX", folder);
    int fd = mkostemp(part, O_CLOEXEC);
    if (fd < 0)
        return failed();
    enum status s = write_whole(fd, bytes);
    if (close(fd) != 0 && s == OK)
        s = failed();
    if (s == OK && rename(part, path) != 0)
        s = failed();
    if (s != OK) {
        unlink(part);
        return s;
    }
    return named(into);
}

/* The sweep may come between the bytes and their row: both ask inside a write,
 * and under one lock, so that one of them sees what the other did. */
static enum status content_lock(struct conn *c, struct arena *a,
                                const char *hash)
{
    return conn_lock(c, arena_printf(a, "file %s", hash));
}

enum status file_name_kept(struct conn *c, struct arena *a, const char *folder,
                           struct file *f)
{
    TRY(content_lock(c, a, f->hash));
    if (access(file_path(a, folder, f->hash), R_OK) != 0)
        return ERR_STALE;
    return file_add(c, f);
}

struct storing {
    struct app *app;
    struct file *file;
};

static enum status add(struct conn *c, struct arena *a, void *data)
{
    struct storing *s = data;
    return file_name_kept(c, a, s->app->folder, s->file);
}

enum status file_store(struct app *app, struct arena *a, struct str bytes,
                       struct file *f)
{
    struct storing s = {app, f};
    enum status status = ERR_STALE;
    f->at = time_now();
    for (int i = 0; i < FILE_TRIES && status == ERR_STALE; i++) {
        TRY(file_keep(app->folder, a, bytes, f));
        status = db_write(app->db, a, add, &s);
    }
    return status;
}

int file_open(const struct app *app, struct arena *a, const struct file *f)
{
    int fd = open(file_path(a, app->folder, f->hash), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        log_line(LOG_ERROR, "a file is missing", "hash", f->hash, NULL);
    return fd;
}

void files_clear(const char *folder)
{
    static const struct {
        const char *in, *name;
    } left[] = {{"", "body-"}, {"/files", "part-"}};
    struct arena a = {0};
    for (size_t i = 0; i < COUNT(left); i++) {
        const char *path = arena_printf(&a, "%s%s", folder, left[i].in);
        DIR *d = opendir(path);
        for (struct dirent *e; d && (e = readdir(d));)
            if (strncmp(e->d_name, left[i].name, strlen(left[i].name)) == 0)
                unlink(arena_printf(&a, "%s/%s", path, e->d_name));
        if (d)
            closedir(d);
    }
    arena_reset(&a);
}

static enum status forget(struct conn *c, struct arena *a, void *data)
{
    (void)a;
    return file_forget(c, *(const int64_t *)data);
}

/* Taking bytes away is done inside the writer, after all that it has written:
 * done again it does the same. */
struct sweeping {
    const char *hash, *path;
};

/* Not if it was sent once more meanwhile: then it soon has a row. */
static bool is_old(const char *path)
{
    struct stat is;
    return stat(path, &is) == 0 && is.st_mtime < time(NULL) - DAY_SECONDS;
}

static enum status remove_unknown(struct conn *c, struct arena *a, void *data)
{
    const struct sweeping *s = data;
    bool known;
    TRY(content_lock(c, a, s->hash));
    TRY(file_known(c, s->hash, &known));
    if (!known && is_old(s->path) && unlink(s->path) != 0 && errno != ENOENT)
        return ERR_SYSTEM;
    return OK;
}

static enum status folder_sweep(struct app *app, struct conn *c,
                                struct arena *a, const char *path)
{
    DIR *d = opendir(path);
    enum status s = OK;
    for (struct dirent *e; s == OK && d && (e = readdir(d));) {
        struct arena_mark mark = arena_mark(a);
        struct sweeping one = {e->d_name,
                               arena_printf(a, "%s/%s", path, e->d_name)};
        bool known = true;
        if (strlen(e->d_name) == (size_t)2 * SHA256 && is_old(one.path))
            s = file_known(c, one.hash, &known);
        if (s == OK && !known)
            s = db_write(app->db, a, remove_unknown, &one);
        arena_rewind(a, mark);
    }
    if (d)
        closedir(d);
    return s;
}

static enum status folders_sweep(struct app *app, struct conn *c,
                                 struct arena *a)
{
    TRY(conn_begin(c, 0));
    for (int i = 0; i < 256; i++)
        TRY(folder_sweep(app, c, a,
                         arena_printf(a, "%s/files/%02x", app->folder, i)));
    return OK;
}

static int files_lock(struct arena *a, const char *folder, int how)
{
    int fd = open(arena_printf(a, "%s/files", folder),
                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, how) == 0)
        return fd;
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

enum status files_hold(struct arena *a, const char *folder, int *fd)
{
    *fd = files_lock(a, folder, LOCK_SH);
    return *fd >= 0 || errno == ENOENT ? OK : ERR_SYSTEM;
}

enum status files_sweep(struct app *app, struct arena *a)
{
    int64_t before = time_now() - DAY_SECONDS;
    struct conn *c;
    TRY(db_write(app->db, a, forget, &before));
    int fd = files_lock(a, app->folder, LOCK_EX | LOCK_NB);
    if (fd < 0)
        return OK;
    enum status s = conn_open(app->db, &c);
    if (s == OK) {
        s = folders_sweep(app, c, a);
        conn_end(c);
        conn_close(c);
    }
    close(fd);
    return s;
}
