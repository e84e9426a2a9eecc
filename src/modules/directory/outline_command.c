/* essaim outlines: other outlines for the map, or ours again. */
#include "core/command.h"
#include "core/request.h"
#include "modules/directory/outline_load.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status keep(struct conn *c, struct arena *a, void *data)
{
    const struct outlines *o = data;
    struct buf detail = {.mem = a};
    struct json j = {.out = &detail};
    json_object(&j, NULL);
    json_cstr(&j, "source", o ? o->source : NULL);
    json_end_object(&j);
    TRY(outlines_keep(c, a, o));
    return journal_add(c, a, 0, NULL, 0, "outlines", buf_done(&detail));
}

/* The whole file, or NULL: *why. */
static char *file_read(struct arena *a, const char *path, size_t *n,
                       const char **why)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        *why = strerror(errno);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    char *text = NULL;
    ssize_t got = -1;
    *why = "it is empty, no file, or over 32 MB";
    if (S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= OUTLINE_BYTES) {
        text = arena_alloc(a, (size_t)st.st_size);
        got = read(fd, text, (size_t)st.st_size);
    }
    close(fd);
    *n = got > 0 ? (size_t)got : 0;
    return got > 0 ? text : NULL;
}

static enum status load(struct app *app, const char *path, const char *source)
{
    const char *why = "";
    size_t n;
    char *text = file_read(&app->mem, path, &n, &why);
    struct outlines *o =
        text ? outlines_read(&app->mem, (struct str){text, n}, &why) : NULL;
    if (!o) {
        cli_fail("%s: %s", path, why);
        return ERR_INVALID;
    }
    o->source = source;
    enum status s = db_write_within(app->db, &app->mem, keep, o, 1000);
    size_t points = 0;
    for (size_t i = 0; i < o->n; i++)
        points += o->list[i].n;
    if (s == OK)
        printf("%zu outlines of %zu points; \"essaim outlines undo\" brings "
               "ours back\n",
               o->n, points);
    return s;
}

enum status outlines_command(struct app *app, int argc, char **argv)
{
    if (argc == 1 && same(argv[0], "undo"))
        return db_write(app->db, &app->mem, keep, NULL);
    if (argc == 2 && *argv[1] && strlen(argv[1]) <= 300)
        return load(app, argv[0], argv[1]);
    cli_fail("outlines FILE \"whose they are, and the licence\" |"
             " outlines undo");
    return ERR_NOT_FOUND;
}
