#include "unit/vfs_power.h"

#include "unit/vfs_shim.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

enum { SECTOR = 512, NAMES = 8, NAME = 32 };

/* A write not yet synced, or a truncation (data NULL). */
struct op {
    struct op *next;
    const unsigned char *data;
    size_t n, at;
};

struct bytes {
    unsigned char *p;
    size_t n, room;
};

struct inode {
    struct bytes sure;
    struct op *first, **last;
};

/* A name of the folder: what it stands for now, and surely. */
struct entry {
    char name[NAME];
    struct inode *now, *sure;
};

static struct power {
    struct shim shim;
    struct arena mem; /* this and what follows under the lock */
    pthread_mutex_t lock;
    pthread_cond_t taken;
    struct entry entries[NAMES];
    struct bytes picture[NAMES];
    bool present[NAMES], ready;
    int until_cut, losses;
    uint64_t seed;
    void (*told)(void);
} power;

/* SQLite syncs a folder inside the sync of a file made in it. */
static _Thread_local bool folder_was_synced;

static uint32_t chance(uint32_t below)
{
    power.seed = power.seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(power.seed >> 33) % below;
}

static void grow(struct bytes *b, size_t n)
{
    if (n > b->room) {
        unsigned char *p = NEW_ARRAY(&power.mem, unsigned char, n * 2 + 4096);
        if (b->n)
            memcpy(p, b->p, b->n);
        b->p = p;
        b->room = n * 2 + 4096;
    }
    if (n > b->n)
        memset(b->p + b->n, 0, n - b->n);
    b->n = n;
}

static void put(struct bytes *b, const unsigned char *data, size_t n, size_t at)
{
    if (n == 0)
        return;
    if (at + n > b->n)
        grow(b, at + n);
    CHECK(b->p);
    memcpy(b->p + at, data, n);
}

static void apply(struct bytes *b, const struct op *op)
{
    if (op->data)
        put(b, op->data, op->n, op->at);
    else if (op->at < b->n)
        b->n = op->at;
}

static struct entry *entry_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    for (int i = 0; i < NAMES; i++) {
        struct entry *e = &power.entries[i];
        if (!*e->name)
            snprintf(e->name, NAME, "%s", name);
        if (strcmp(e->name, name) == 0)
            return e;
    }
    check_failed("more files than a database has", __FILE__, __LINE__);
}

enum fate { LOST, KEPT, SOME, TORN, CUT_SHORT, FATES };

/* One unsynced write, as the disk may have it: a sector at a time. */
static void tear(struct bytes *b, const struct op *op)
{
    if (!op->data) {
        if (chance(2))
            apply(b, op);
        return;
    }
    for (size_t i = 0; i < op->n;) {
        size_t n = SECTOR - (op->at + i) % SECTOR;
        if (n > op->n - i)
            n = op->n - i;
        if (chance(2))
            put(b, op->data + i, n, op->at + i);
        i += n;
    }
}

static void develop(struct bytes *b, const struct inode *node, enum fate fate)
{
    size_t ops = 0, i = 0;
    *b = (struct bytes){0};
    put(b, node->sure.p, node->sure.n, 0);
    for (const struct op *op = node->first; op; op = op->next)
        ops++;
    size_t whole = ops ? chance((uint32_t)ops) : 0;
    for (const struct op *op = node->first; op; op = op->next, i++) {
        bool keep = fate == KEPT || (fate == SOME && chance(2)) ||
                    (fate == CUT_SHORT && i < whole);
        if (keep)
            apply(b, op);
        else if (fate == TORN || (fate == CUT_SHORT && i == whole))
            tear(b, op);
    }
}

static void take_picture(void)
{
    if (power.told)
        power.told();
    bool lost = false;
    for (int i = 0; i < NAMES; i++) {
        const struct entry *e = &power.entries[i];
        enum fate fate = chance(FATES);
        struct inode *node =
            fate == LOST || (fate != KEPT && chance(2)) ? e->sure : e->now;
        lost |= e->now && (node != e->now || (e->now->first && fate != KEPT));
        power.present[i] = node;
        if (node)
            develop(&power.picture[i], node, fate);
    }
    power.losses += lost;
    power.ready = true;
    pthread_cond_signal(&power.taken);
}

/* Under the lock, before each operation is done. */
static void count_down(void)
{
    if (power.until_cut > 0 && --power.until_cut == 0)
        take_picture();
}

static void note(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    struct inode *node = shim_of(f)->data;
    struct op *op = NEW(&power.mem, struct op);
    op->data = p ? (void *)arena_dup(&power.mem, p, (size_t)n) : NULL;
    op->n = (size_t)n;
    op->at = (size_t)at;
    *node->last = op;
    node->last = &op->next;
}

static int power_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    pthread_mutex_lock(&power.lock);
    count_down();
    int rc = USUAL(f, xWrite, p, n, at);
    if (shim_of(f)->data && rc == SQLITE_OK)
        note(f, p, n, at);
    pthread_mutex_unlock(&power.lock);
    return rc;
}

static int power_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    pthread_mutex_lock(&power.lock);
    count_down();
    int rc = USUAL(f, xTruncate, size);
    if (shim_of(f)->data && rc == SQLITE_OK)
        note(f, NULL, 0, size);
    pthread_mutex_unlock(&power.lock);
    return rc;
}

static int power_sync(sqlite3_file *f, int flags)
{
    struct inode *node = shim_of(f)->data;
    pthread_mutex_lock(&power.lock);
    count_down();
    folder_was_synced = false;
    int rc = USUAL(f, xSync, flags);
    if (rc == SQLITE_OK && node) {
        for (const struct op *op = node->first; op; op = op->next)
            apply(&node->sure, op);
        node->first = NULL;
        node->last = &node->first;
    }
    for (int i = 0; folder_was_synced && i < NAMES; i++)
        power.entries[i].sure = power.entries[i].now;
    pthread_mutex_unlock(&power.lock);
    return rc;
}

static void power_opened(struct shim_file *f, bool made)
{
    if (!f->name || !(f->flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL |
                                  SQLITE_OPEN_MAIN_JOURNAL)))
        return;
    pthread_mutex_lock(&power.lock);
    struct entry *e = entry_of(f->name);
    if (made || !e->now) {
        e->now = NEW(&power.mem, struct inode);
        e->now->last = &e->now->first;
    }
    f->data = e->now;
    pthread_mutex_unlock(&power.lock);
}

static int power_deleting(const char *name)
{
    pthread_mutex_lock(&power.lock);
    count_down();
    entry_of(name)->now = NULL;
    pthread_mutex_unlock(&power.lock);
    return SQLITE_OK;
}

static int open_folder(const char *file, int *out)
{
    char folder[256];
    snprintf(folder, sizeof(folder), "%s", file);
    char *slash = strrchr(folder, '/');
    CHECK(slash);
    *slash = 0;
    folder_was_synced = true;
    *out = open(folder, O_RDONLY | O_CLOEXEC);
    return *out < 0 ? SQLITE_CANTOPEN : SQLITE_OK;
}

void power_start(uint64_t seed, void (*told)(void))
{
    power = (struct power){.seed = seed, .told = told};
    pthread_mutex_init(&power.lock, NULL);
    pthread_cond_init(&power.taken, NULL);
    power.shim = (struct shim){.name = "power",
                               .methods = shim_methods,
                               .opened = power_opened,
                               .deleting = power_deleting};
    power.shim.methods.xWrite = power_write;
    power.shim.methods.xTruncate = power_truncate;
    power.shim.methods.xSync = power_sync;
    shim_register(&power.shim);
    sqlite3_vfs *usual = power.shim.usual;
    CHECK(usual->xSetSystemCall(usual, "openDirectory",
                                (sqlite3_syscall_ptr)open_folder) == SQLITE_OK);
}

void power_stop(void)
{
    sqlite3_vfs *usual = power.shim.usual;
    usual->xSetSystemCall(usual, "openDirectory", NULL);
    shim_unregister(&power.shim);
    arena_reset(&power.mem);
}

void power_cut_after(int operations)
{
    pthread_mutex_lock(&power.lock);
    power.ready = false;
    power.until_cut = operations;
    pthread_mutex_unlock(&power.lock);
}

static void print_to(const char *folder, const char *name, struct bytes b)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && write(fd, b.p ? b.p : (void *)"", b.n) == (ssize_t)b.n);
    close(fd);
}

bool power_picture(const char *folder)
{
    struct timespec until;
    int rc = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&power.lock);
    while (!power.ready && rc == 0)
        rc = pthread_cond_timedwait(&power.taken, &power.lock, &until);
    for (int i = 0; power.ready && i < NAMES; i++)
        if (power.present[i])
            print_to(folder, power.entries[i].name, power.picture[i]);
    pthread_mutex_unlock(&power.lock);
    return rc == 0;
}

int power_losses(void)
{
    pthread_mutex_lock(&power.lock);
    int n = power.losses;
    pthread_mutex_unlock(&power.lock);
    return n;
}
