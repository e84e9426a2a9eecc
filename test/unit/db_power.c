/* Power loss: two hundred cuts while four threads write. What was answered is
 * there, and no closure is there by half. */
#include "unit/test.h"

#include "unit/db_kit.h"
#include "unit/db_pairs.h"
#include "unit/vfs_power.h"

#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 4, EPOCHS = 20, SOME_EPOCHS = 5, CUTS = 10 };

static struct {
    struct db *db;
    atomic_int stop;
    atomic_llong answered[THREADS]; /* each thread counts from 1 */
    atomic_int tables;
    int64_t told[THREADS]; /* the same, at the cut */
    int told_tables;
} world;

static void told(void)
{
    world.told_tables = world.tables;
    for (int i = 0; i < THREADS; i++)
        world.told[i] = world.answered[i];
}

static void *pair_writer(void *data)
{
    struct arena mem = {.limit = 1 << 20};
    struct pair p = {*(int *)data, 0};
    while (!world.stop) {
        p.n++;
        if (db_write(world.db, &mem, pair_write, &p) != OK)
            break;
        world.answered[p.thread] = p.n;
        arena_reset(&mem);
    }
    arena_reset(&mem);
    return NULL;
}

/* 0: all is well, 1: something answered is not there, 2: worse. */
static int look(struct arena *a, const char *folder)
{
    struct db *db;
    struct conn *c = NULL;
    struct pair last[THREADS];
    const char *why;
    int64_t n;
    struct db_options o = {.path = arena_printf(a, "%s/essaim.db", folder)};
    if (db_open(a, &db, &o, &why) != OK) {
        printf("  %s\n", why);
        return 2;
    }
    int fault = 2;
    if (conn_open(db, &c) == OK && pairs_sound(c, a) &&
        db_int(c, SQL("SELECT count(*) FROM sqlite_schema"), NO_ARGS, &n) == OK)
        fault = n == 0 ? world.told_tables : 0;
    else
        n = 0;
    if (n > 0 && !pairs_last(c, last, THREADS))
        fault = 2;
    for (int t = 0; t < THREADS && n > 0 && !fault; t++)
        fault = last[t].n < world.told[t];
    conn_close(c);
    db_close(db);
    return fault;
}

static int picture(const char *folder)
{
    struct arena a = {0};
    static const char *const names[] = {"", "-wal", "-journal", "-shm"};
    for (size_t i = 0; i < COUNT(names); i++)
        unlink(arena_printf(&a, "%s/essaim.db%s", folder, names[i]));
    int fault = 2;
    if (power_picture(folder))
        fault = look(&a, folder);
    arena_reset(&a);
    return fault;
}

/* How many of the epoch's cuts lost something, -1 where one did worse. */
static int epoch(int number, bool unsafe, bool until_lost)
{
    struct arena a = {0};
    static int threads[THREADS] = {0, 1, 2, 3};
    pthread_t t[THREADS];
    const char *why = "",
               *at = arena_printf(&a, "%s/%d", test_folder(), number);
    const char *cut = arena_printf(&a, "%s/cut", test_folder());
    struct db_options o = {.path = arena_printf(&a, "%s/essaim.db", at),
                           .vfs = "power",
                           .unsafe_normal = unsafe};
    int lost = 0;
    mkdir(at, 0700);
    mkdir(cut, 0700);
    memset(&world, 0, sizeof(world));
    power_start((uint64_t)number, told);
    power_cut_after(1 + number * 2); /* the first while it is being made */
    CHECK(db_open(&a, &world.db, &o, &why) == OK);
    lite_db(world.db)->checkpoint_step = 30;
    CHECK(db_write(world.db, &a, pairs_make, NULL) == OK);
    world.tables = 1;
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&t[i], NULL, pair_writer, &threads[i]) == 0);
    for (int i = 0; i < CUTS && lost >= 0 && !(until_lost && lost); i++) {
        int fault = picture(cut);
        lost = fault == 2 ? -1 : lost + fault;
        power_cut_after(20 + (number * 37 + i * 101) % 400);
    }
    world.stop = 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    db_close(world.db);
    power_stop();
    arena_reset(&a);
    return lost;
}

TEST_SQLITE(db_power_loss_keeps_what_was_answered)
{
    const int epochs = test_is_full() ? EPOCHS : SOME_EPOCHS;
    int losses = 0;
    for (int i = 0; i < epochs; i++) {
        OKAY(epoch(i, false, false) == 0);
        losses += power_losses();
    }
    /* The disk did lose what was not synced, in most of the pictures. */
    OKAY(losses > epochs * CUTS / 4);
}

TEST_SQLITE(db_power_loss_is_seen_without_syncs)
{
    int lost = 0;
    for (int i = 0; i < EPOCHS && lost == 0; i++)
        lost = epoch(i, true, true);
    OKAY(lost > 0);
}
