/* What was sent to be imported is not kept for ever: its files, and the lines
 * that were refused with what stood in them. Numbers and states stay, and so
 * does the undoing, which needs neither. */
#include "base/time.h"
#include "core/importing.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAYS_MOST = 36500, PIECE = 2000, PIECE_MS = 1000 };

static int64_t oldest(const struct app *app)
{
    int64_t days;
    if (!str_int(str_of(conf_get(&app->conf, "import_days")), &days) ||
        days < 1 || days > DAYS_MOST)
        days = IMPORT_DAYS;
    return time_now() - days * DAY_SECONDS;
}

struct forgetting {
    int64_t before, gone;
};

static enum status lines_forget(struct conn *c, struct arena *a, void *data)
{
    struct forgetting *f = data;
    (void)a;
    return db_exec(
        c,
        SQL("DELETE FROM core_import_line WHERE (import, line) IN"
            " (SELECT l.import, l.line FROM core_import_line l"
            " JOIN core_import i ON i.id = l.import"
            " WHERE i.at < :before AND i.state NOT IN ('staged', 'applying')"
            " AND l.outcome NOT IN ('kept', 'again')"
            " ORDER BY l.import, l.line LIMIT :most)"),
        ARGS(arg_int("before", f->before), arg_int("most", PIECE)), &f->gone);
}

/* In pieces, between which others write. */
static enum status lines_forget_all(struct app *app, struct arena *a,
                                    int64_t before)
{
    struct forgetting f = {.before = before, .gone = PIECE};
    while (f.gone == PIECE && !app->ending)
        TRY(db_write_within(app->db, a, lines_forget, &f, PIECE_MS));
    return OK;
}

/* Named by no import sent since `before`, nor sent again since `sent`. */
struct sweeping {
    const char *name, *path;
    int64_t before, sent;
};

/* Inside the writer, after all that it has written. */
static enum status sheet_forget(struct conn *c, struct arena *a, void *data)
{
    const struct sweeping *s = data;
    struct stat is;
    int64_t named;
    (void)a;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM core_import WHERE file = :file"
                   " AND (at >= :before OR state IN ('staged', 'applying'))"),
               ARGS(arg_cstr("file", s->name), arg_int("before", s->before)),
               &named));
    if (named || lstat(s->path, &is) != 0 || !S_ISREG(is.st_mode) ||
        is.st_mtime > s->sent)
        return OK;
    return unlink(s->path) != 0 && errno != ENOENT ? ERR_SYSTEM : OK;
}

enum status sheet_drop(struct app *app, struct arena *a, const char *name)
{
    struct sweeping s = {.name = name,
                         .path = arena_printf(a, "%s/%s", app->folder, name),
                         .before = 0,
                         .sent = INT64_MAX};
    return db_write(app->db, a, sheet_forget, &s);
}

enum status imports_sweep(struct app *app, struct arena *a)
{
    struct sweeping s = {.before = oldest(app),
                         .sent = time_now() - DAY_SECONDS};
    TRY(lines_forget_all(app, a, s.before));
    DIR *d = opendir(app->folder);
    enum status status = OK;
    for (struct dirent *e; status == OK && d && (e = readdir(d));) {
        struct arena_mark mark = arena_mark(a);
        s.name = e->d_name;
        s.path = arena_printf(a, "%s/%s", app->folder, e->d_name);
        if (strncmp(s.name, "import-", 7) == 0)
            status = db_write(app->db, a, sheet_forget, &s);
        arena_rewind(a, mark);
    }
    if (d)
        closedir(d);
    return status;
}
