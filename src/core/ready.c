/* /readyz: may a proxy send people here? */
#include "core/pages.h"
#include "core/request.h"
#include "http/server.h"

#include <errno.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum status disk_room(const char *folder, int64_t *mb)
{
    struct statvfs s;
    if (statvfs(folder, &s) != 0)
        return ERR_SYSTEM;
    *mb = (int64_t)((uint64_t)s.f_bavail * s.f_frsize >> 20);
    return OK;
}

int64_t disk_room_least(const struct app *app)
{
    int64_t mb;
    return str_int(str_of(conf_get(&app->conf, "room_mb")), &mb) ? mb : 0;
}

/* Changes nothing, but where nothing can be changed it is refused. */
static enum status write_nothing(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    return db_exec(
        c, SQL("UPDATE core_meta SET value = value WHERE name = 'nothing'"),
        NO_ARGS, NULL);
}

/* A lane that is full for the moment, or a busy disk, passes. */
static bool takes_writes(struct req *r)
{
    const enum status s = req_write_bare(r, write_nothing, NULL);
    return s == OK || s == ERR_BUSY;
}

/* NULL: ready. A folder on a disk that was made read-only is found by asking
 * for the right to write: a file that is open already says nothing. */
static const char *hindrance(struct req *r)
{
    int64_t mb = 0;
    bool current;
    if (http_load(http_exchange_server(r->x)).stopping)
        return "it is stopping";
    if (schema_current(r->conn, &r->app->schema, &current) != OK)
        return "the database does not answer";
    if (!current)
        return "the database is of another version: restart the program";
    if (r->app->rival)
        return "another Essaim serves this database: see the log";
    if (!takes_writes(r))
        return "the database takes no writes";
    if (disk_room(r->app->folder, &mb) != OK)
        return "the data folder is not there";
    if (access(r->app->folder, W_OK | X_OK) != 0)
        return arena_printf(r->mem,
                            "the data folder takes no files (%s): mend its"
                            " disk or its rights",
                            strerror(errno));
    if (mb < disk_room_least(r->app))
        return arena_printf(r->mem,
                            "the disk has room for %" PRId64 " MB, less than"
                            " the %" PRId64 " of ESSAIM_ROOM_MB",
                            mb, disk_room_least(r->app));
    return NULL;
}

enum status ready_show(struct req *r)
{
    const char *why = hindrance(r);
    req_header(r, "Cache-Control", "no-store");
    if (!why)
        return req_send(r, 200, "text/plain; charset=utf-8", STR("ready\n"));
    return req_send(r, 503, "text/plain; charset=utf-8",
                    str_of(arena_printf(r->mem, "not ready: %s\n", why)));
}
