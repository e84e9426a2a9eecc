#include "core/served.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char *note_path(struct arena *a, const char *folder)
{
    return arena_printf(a, "%s/" SERVED_NOTE, folder);
}

static const char *folder_of(const struct app *app)
{
    return conf_get(&app->conf, "data");
}

static const char *db_of(const struct conf *c, struct arena *a)
{
    const char *db = conf_get(c, "db");
    return *db ? db_place_shown(a, db) : db;
}

/* As lines of essaim.conf; a value that none can hold is left out. */
static struct str note_text(const struct app *app, struct arena *a)
{
    struct buf b = {.mem = a};
    buf_str(&b,
            "# Written by the server: what it has. Not read as settings.\n");
    for (int i = 1; conf_keys[i].name; i++) { /* 0 is data */
        const bool set = app->conf.at[i].from != FROM_PROGRAM;
        const char *value = set ? conf_told(&app->conf, a, i) : NULL;
        if (value && !strchr(value, '\n'))
            buf_printf(&b, "%s = %s\n", conf_keys[i].name, value);
    }
    return buf_done(&b);
}

static struct flock whole(short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

void served_note(struct app *app)
{
    struct arena mem = {0};
    struct flock lock = whole(F_WRLCK);
    const char *path = note_path(&mem, app->folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && fcntl(fd, F_SETLK, &lock) != 0) {
        close(fd);
        arena_reset(&mem);
        return;
    }
    const struct str text = note_text(app, &mem);
    /* Open, and so held, until the process ends. */
    if (fd < 0 || ftruncate(fd, 0) != 0 ||
        pwrite(fd, text.p, text.n, 0) != (ssize_t)text.n)
        log_line(LOG_WARN, "what is served is not noted for the commands",
                 "file", path, "error", strerror(errno), NULL);
    arena_reset(&mem);
}

void served_read(const struct app *app, struct arena *a, struct served *out)
{
    struct flock lock = whole(F_RDLCK);
    const char *path = note_path(a, folder_of(app)), *why;
    struct str text;
    *out = (struct served){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
        out->process = (int)lock.l_pid;
    close(fd);
    /* One that had no room to write its own leaves an empty one. */
    out->known = conf_file(a, path, &text, &why) && text.n &&
                 conf_text(&out->conf, a, path, text, &why);
}

const char *served_fault(const struct app *app, struct arena *a)
{
    struct served is;
    const char *folder = folder_of(app), *db = db_of(&app->conf, a);
    served_read(app, a, &is);
    const char *was = conf_get(&is.conf, "db");
    if (!is.known || app->conf.at[conf_find(STR("db"))].from == FROM_FLAG ||
        same(was, db))
        return NULL;
    if (is.process)
        return arena_printf(
            a,
            "the server of %s (process %d) has its rows in %s, and this would"
            " open %s: say in %s/essaim.conf where they are (db = …), and"
            " restart the server",
            folder, is.process, *was ? was : "the file of that folder",
            *db ? db : "the file of that folder", folder);
    if (*db)
        return NULL;
    return arena_printf(a,
                        "%s was last served with its rows in %s, and nothing"
                        " says so now: write db = … into %s/essaim.conf; if the"
                        " file of that folder is meant, remove %s",
                        folder, was, folder, note_path(a, folder));
}

void served_forget(struct arena *a, const char *folder)
{
    unlink(note_path(a, folder));
}
