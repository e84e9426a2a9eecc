/* Disks that are full or fail: nobody is told "kept" of what is not, nobody
 * pays for another, and afterwards everything goes on. */
#include "unit/test.h"

#include "base/time.h"
#include "store/copy.h"
#include "unit/db_kit.h"
#include "unit/vfs_shim.h"

#include <sys/mount.h>
#include <unistd.h>

/* A disk of so many bytes whose WAL can be told to fail. */
static struct disk {
    struct shim shim;
    atomic_llong room;
    atomic_int bad_syncs, bad_writes; /* so many more fail */
    atomic_int bad_file_syncs;
    atomic_int slow; /* the file's syncs wait for it to end */
} disk;

static bool take_one(atomic_int *n)
{
    int had = *n;
    while (had > 0 && !atomic_compare_exchange_weak(n, &had, had - 1))
        continue;
    return had > 0;
}

static int disk_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    sqlite3_int64 size = 0;
    bool is_wal = shim_of(f)->flags & SQLITE_OPEN_WAL;
    USUAL(f, xFileSize, &size);
    if (is_wal && take_one(&disk.bad_writes))
        return SQLITE_IOERR_WRITE;
    if (at + n > size) {
        if (disk.room < at + n - size)
            return SQLITE_FULL;
        disk.room -= at + n - size;
    }
    return USUAL(f, xWrite, p, n, at);
}

static int disk_truncate(sqlite3_file *f, sqlite3_int64 to)
{
    sqlite3_int64 size = 0;
    USUAL(f, xFileSize, &size);
    disk.room += size - to;
    return USUAL(f, xTruncate, to);
}

static int disk_sync(sqlite3_file *f, int flags)
{
    bool is_wal = shim_of(f)->flags & SQLITE_OPEN_WAL;
    if (is_wal && take_one(&disk.bad_syncs))
        return SQLITE_IOERR_FSYNC;
    if (!is_wal && take_one(&disk.bad_file_syncs))
        return SQLITE_IOERR_FSYNC;
    for (int i = 0; !is_wal && disk.slow && i < 20000; i++)
        usleep(1000);
    return USUAL(f, xSync, flags);
}

static struct db_kit disk_open(long long room)
{
    disk.shim = (struct shim){.name = "disk", .methods = shim_methods};
    disk.shim.methods.xWrite = disk_write;
    disk.shim.methods.xTruncate = disk_truncate;
    disk.shim.methods.xSync = disk_sync;
    disk.room = room;
    disk.bad_syncs = disk.bad_writes = disk.bad_file_syncs = disk.slow = 0;
    shim_register(&disk.shim);
    return db_kit_open_with(test_folder(), "disk", false);
}

static void disk_close(struct db_kit *k)
{
    db_kit_close(k);
    shim_unregister(&disk.shim);
}

/* A note of so many bytes and a mark, or neither. */
struct weight {
    int64_t bytes;
    int64_t id; /* of the mark */
};

static enum status put_weight(struct conn *c, struct arena *mem, void *data)
{
    const struct weight *l = data;
    (void)mem;
    TRY(db_exec(c, SQL("INSERT INTO mark (id, name) VALUES (:id, :id)"),
                ARGS(arg_int("id", l->id)), NULL));
    return db_exec(
        c, SQL("INSERT INTO note (id, word) VALUES (:id, zeroblob(:n))"),
        ARGS(arg_int("id", l->id), arg_int("n", l->bytes)), NULL);
}

static void nothing_is_half(struct db_kit *k)
{
    struct arena a = {0};
    struct rows *r;
    OKAY(db_kit_int(k,
                    SQL("SELECT count(*) FROM mark WHERE id NOT IN (SELECT id "
                        "FROM note)")) == 0);
    OKAY(db_kit_int(k,
                    SQL("SELECT count(*) FROM note WHERE id NOT IN (SELECT id "
                        "FROM mark)")) == 0);
    OKAY(db_rows(k->reader, &a, SQL("PRAGMA integrity_check"), NO_ARGS, &r) ==
         OK);
    OKAY(rows_next(r) && str_eq(row_str(r, 0), "ok"));
    arena_reset(&a);
}

/* Fills the disk, then asks that all kept is there, that reading goes on, and
 * that room makes writing go on. */
static void fill(struct db_kit *k, void (*make_room)(const char *),
                 const char *at)
{
    int64_t kept = 0;
    enum status s = OK;
    for (struct weight l = {20000, 1}; l.id < 2000 && s == OK; l.id++) {
        s = db_write(k->db, &k->mem, put_weight, &l);
        kept += s == OK;
    }
    OKAY(s == ERR_FULL && kept > 10);
    struct weight more = {20000, 5000};
    OKAY(db_write(k->db, &k->mem, put_weight, &more) == ERR_FULL);
    OKAY(db_kit_int(k, SQL("SELECT count(*) FROM note")) == kept);
    nothing_is_half(k);
    struct conn *other;
    OKAY(conn_open(k->db, &other) == OK); /* a new reader, too */
    conn_close(other);
    make_room(at);
    OKAY(db_write(k->db, &k->mem, put_weight, &more) == OK);
    OKAY(db_kit_int(k, SQL("SELECT count(*) FROM note")) == kept + 1);
    nothing_is_half(k);
}

static void give_room(const char *at)
{
    (void)at;
    disk.room += 1000000;
}

TEST_SQLITE(db_full_disk)
{
    struct db_kit k = disk_open(1500000);
    fill(&k, give_room, NULL);
    disk_close(&k);
    k = db_kit_again();
    nothing_is_half(&k);
    db_kit_close(&k);
}

static void drop_ballast(const char *at)
{
    OKAY(unlink(at) == 0);
}

TEST_SQLITE(db_full_disk_of_the_system)
{
    struct arena a = {0};
    const char *folder = test_folder();
    if (mount("essaim-test", folder, "tmpfs", 0, "size=4m") != 0) {
        test_skip("no right to mount a small disk");
        return;
    }
    const char *ballast = arena_printf(&a, "%s/ballast", folder);
    FILE *f = fopen(ballast, "w");
    CHECK(f);
    for (int i = 0; i < 1000000; i++)
        putc('x', f);
    fclose(f);
    struct db_kit k = db_kit_open_with(folder, NULL, false);
    fill(&k, drop_ballast, ballast);
    db_kit_close(&k);
    OKAY(umount(folder) == 0);
    arena_reset(&a);
}

TEST_SQLITE(db_read_only_folder_is_refused)
{
    struct arena a = {0};
    const char *folder = test_folder(), *why = "";
    struct db *db;
    struct db_options o = {.path = arena_printf(&a, "%s/essaim.db", folder)};
    if (mount("essaim-test", folder, "tmpfs", MS_RDONLY, "size=1m") != 0) {
        test_skip("no right to mount a small disk");
        return;
    }
    OKAY(db_open(&a, &db, &o, &why) == ERR_SYSTEM);
    OKAY(strstr(why, "cannot be written (Read-only file system)"));
    OKAY(umount(folder) == 0);
    arena_reset(&a);
}

/* Three in one group, the middle one too large for what is left. */
static void large_between_small(int64_t bytes)
{
    struct db_kit k = disk_open(600000);
    struct db_kit_hold h;
    struct weight l[] = {{100, 1}, {bytes, 2}, {100, 3}};
    struct db_kit_write w[3];
    db_kit_hold(&h, k.db);
    for (unsigned i = 0; i < 3; i++) {
        w[i] =
            (struct db_kit_write){.db = k.db, .fn = put_weight, .data = &l[i]};
        db_kit_start(&w[i]);
        db_kit_wait_for(k.db, i + 1);
    }
    db_kit_let_go(&h);
    for (unsigned i = 0; i < 3; i++) {
        db_kit_join(&w[i]);
        OKAY(w[i].status == (i == 1 ? ERR_FULL : OK));
    }
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 2);
    nothing_is_half(&k);
    disk_close(&k);
}

TEST_SQLITE(db_full_disk_met_while_committing)
{
    large_between_small(1000000);
}

TEST_SQLITE(
    db_full_disk_met_while_running) /* what does not fit the page cache */
{
    large_between_small(9000000);
}

TEST_SQLITE(db_failing_disk)
{
    struct db_kit k = disk_open(1 << 30);
    struct weight l = {5000, 1};
    disk.bad_writes = 1; /* once: it runs again, and nobody sees it */
    OKAY(db_write(k.db, &k.mem, put_weight, &l) == OK);
    disk.bad_writes = 1000;
    l.id = 2;
    OKAY(db_write(k.db, &k.mem, put_weight, &l) == ERR_STORE);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    disk.bad_writes = 0;
    disk.bad_syncs = 1000;
    l.id = 3;
    OKAY(db_write(k.db, &k.mem, put_weight, &l) == ERR_UNSURE);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    disk.bad_syncs = 0;
    l.id = 4;
    OKAY(db_write(k.db, &k.mem, put_weight, &l) == OK);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 2);
    nothing_is_half(&k);
    disk_close(&k);
}

TEST_SQLITE(db_slow_file_holds_no_write_up)
{
    struct db_kit k = disk_open(1 << 30);
    const int64_t began = time_monotonic_ns();
    int64_t wal;
    lite_db(k.db)->checkpoint_step = 40;
    disk.slow = 1;
    for (int64_t i = 1; i <= 80; i++)
        OKAY(db_write(k.db, &k.mem, put_weight,
                      &(struct weight){.bytes = 8000, .id = i}) == OK);
    OKAY(time_monotonic_ns() - began < INT64_C(15000000000));
    /* The pages of several checkpoints wait. */
    OKAY(db_wal_bytes(k.reader, &wal) == OK && wal > INT64_C(80) * 8000);
    disk.slow = 0;
    disk_close(&k);
}

static void put_many(struct db_kit *k, int64_t from, int64_t to)
{
    for (int64_t i = from; i <= to; i++)
        OKAY(db_write(k->db, &k->mem, put_weight,
                      &(struct weight){.bytes = 8000, .id = i}) == OK);
}

/* Nothing leaves the WAL that a failed sync may have lost, though all later
 * ones are well. */
TEST_SQLITE(db_file_that_is_not_synced_keeps_its_wal)
{
    struct db_kit k = disk_open(1 << 30);
    const struct copy_to nowhere = {0};
    const char *why = NULL;
    int64_t wal, at = 1;
    lite_db(k.db)->checkpoint_step = 10;
    disk.bad_file_syncs = 1;
    for (; disk.bad_file_syncs && at < 2000; at++)
        put_many(&k, at, at);
    OKAY(!disk.bad_file_syncs);
    put_many(&k, at, at + 200);
    OKAY(db_wal_bytes(k.reader, &wal) == OK && wal > INT64_C(200) * 8000);
    /* Nor for a backup, which would have it all in the file. */
    OKAY(db_copy(k.db, &k.mem, &nowhere, &why) == ERR_STORE);
    OKAY(why && strstr(why, "sync"));
    disk_close(&k);
    k = db_kit_again();
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == at + 200);
    nothing_is_half(&k);
    put_many(&k, at + 201, at + 201);
    OKAY(db_wal_bytes(k.reader, &wal) == OK && wal > INT64_C(200) * 8000);
    db_kit_close(&k); /* which puts it all in the file */
    k = db_kit_again();
    put_many(&k, at + 202, at + 202);
    OKAY(db_wal_bytes(k.reader, &wal) == OK && wal < INT64_C(20) * 8000);
    db_kit_close(&k);
}

/* A backup's own checkpoint is told of it as well, and the next is well. */
TEST_SQLITE(db_copy_keeps_the_wal_of_a_file_that_is_not_synced)
{
    struct db_kit k = disk_open(1 << 30);
    const struct copy_to nowhere = {0};
    const char *why = NULL;
    int64_t wal;
    lite_db(k.db)->checkpoint_step = 100000;
    disk.bad_file_syncs = 1;
    put_many(&k, 1, 200);
    OKAY(db_copy(k.db, &k.mem, &nowhere, &why) == ERR_STORE);
    OKAY(!disk.bad_file_syncs && why && strstr(why, "sync"));
    put_many(&k, 201, 201);
    OKAY(db_wal_bytes(k.reader, &wal) == OK && wal > INT64_C(200) * 8000);
    disk_close(&k);
}

/* Who is the last to close a file beside a server that went leaves its WAL. */
TEST_SQLITE(db_shared_file_that_is_not_synced_keeps_its_wal)
{
    struct db_kit k = disk_open(1 << 30);
    const char *why = NULL;
    const struct db_options o = {.path = k.path, .vfs = "disk", .shared = true};
    db_kit_close(&k);
    CHECK(db_open(&k.mem, &k.db, &o, &why) == OK);
    lite_db(k.db)->checkpoint_step = 10;
    disk.bad_file_syncs = 1;
    for (int64_t at = 1; disk.bad_file_syncs && at < 2000; at++)
        put_many(&k, at, at);
    OKAY(!disk.bad_file_syncs);
    for (int i = 0; !lite_db(k.db)->unsynced && i < 1000; i++)
        usleep(1000);
    db_close(k.db);
    OKAY(access(k.wal, F_OK) == 0);
    arena_reset(&k.mem);
    shim_unregister(&disk.shim);
}
