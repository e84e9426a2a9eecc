#include "unit/vfs_shim.h"

#include <unistd.h>

static int on_close(sqlite3_file *f)
{
    struct shim_file *s = shim_of(f);
    return s->real->pMethods ? s->real->pMethods->xClose(s->real) : SQLITE_OK;
}

static int on_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    return USUAL(f, xRead, p, n, at);
}

static int on_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    return USUAL(f, xWrite, p, n, at);
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return USUAL(f, xTruncate, size);
}

static int on_sync(sqlite3_file *f, int flags)
{
    return USUAL(f, xSync, flags);
}

static int on_size(sqlite3_file *f, sqlite3_int64 *out)
{
    return USUAL(f, xFileSize, out);
}

static int on_lock(sqlite3_file *f, int lock)
{
    return USUAL(f, xLock, lock);
}

static int on_unlock(sqlite3_file *f, int lock)
{
    return USUAL(f, xUnlock, lock);
}

static int on_reserved(sqlite3_file *f, int *out)
{
    return USUAL(f, xCheckReservedLock, out);
}

static int on_control(sqlite3_file *f, int op, void *arg)
{
    return USUAL(f, xFileControl, op, arg);
}

static int on_sector(sqlite3_file *f)
{
    struct shim_file *s = shim_of(f);
    return s->real->pMethods->xSectorSize(s->real);
}

static int on_traits(sqlite3_file *f)
{
    struct shim_file *s = shim_of(f);
    return s->real->pMethods->xDeviceCharacteristics(s->real);
}

static int on_shm_map(sqlite3_file *f, int page, int size, int extend,
                      void volatile **out)
{
    return USUAL(f, xShmMap, page, size, extend, out);
}

static int on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return USUAL(f, xShmLock, offset, n, flags);
}

static void on_shm_barrier(sqlite3_file *f)
{
    struct shim_file *s = shim_of(f);
    s->real->pMethods->xShmBarrier(s->real);
}

static int on_shm_unmap(sqlite3_file *f, int drop)
{
    return USUAL(f, xShmUnmap, drop);
}

/* Version 2: shared memory, and no pages mapped behind our back. */
const sqlite3_io_methods shim_methods = {
    .iVersion = 2,
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_reserved,
    .xFileControl = on_control,
    .xSectorSize = on_sector,
    .xDeviceCharacteristics = on_traits,
    .xShmMap = on_shm_map,
    .xShmLock = on_shm_lock,
    .xShmBarrier = on_shm_barrier,
    .xShmUnmap = on_shm_unmap,
};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f,
                   int flags, int *out)
{
    struct shim *shim = vfs->pAppData;
    struct shim_file *s = shim_of(f);
    bool made = name && access(name, F_OK) != 0;
    *s = (struct shim_file){
        .real = (sqlite3_file *)(s + 1), .name = name, .flags = flags};
    memset(s->real, 0, (size_t)shim->usual->szOsFile);
    int rc = shim->usual->xOpen(shim->usual, name, s->real, flags, out);
    if (rc != SQLITE_OK)
        return rc;
    s->base.pMethods = &shim->methods;
    if (shim->opened)
        shim->opened(s, made);
    return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    struct shim *shim = vfs->pAppData;
    int rc = shim->deleting ? shim->deleting(name) : SQLITE_OK;
    return rc ? rc : shim->usual->xDelete(shim->usual, name, sync);
}

void shim_register(struct shim *s)
{
    s->usual = sqlite3_vfs_find(NULL);
    CHECK(s->usual);
    s->vfs = *s->usual;
    s->vfs.zName = s->name;
    s->vfs.pNext = NULL;
    s->vfs.pAppData = s;
    s->vfs.szOsFile = (int)sizeof(struct shim_file) + s->usual->szOsFile;
    s->vfs.xOpen = on_open;
    s->vfs.xDelete = on_delete;
    CHECK(sqlite3_vfs_register(&s->vfs, 0) == SQLITE_OK);
}

void shim_unregister(struct shim *s)
{
    sqlite3_vfs_unregister(&s->vfs);
}
