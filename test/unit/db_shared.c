/* Two that have one database open: a server, and a command beside it. Within
 * one process SQLite's locks stand between connections as between processes. */
#include "base/time.h"
#include "unit/db_kit.h"
#include "unit/test.h"

#include <unistd.h>

static struct db *beside(struct db_kit *k)
{
    struct db *db = NULL;
    const char *why = "";
    struct db_options o = {.path = k->path, .shared = true};
    if (db_open(&k->mem, &db, &o, &why) != OK)
        test_failed(why, __FILE__, __LINE__);
    return db;
}

TEST_SQLITE(db_shared_writes_beside_the_one_who_has_it)
{
    struct db_kit k = db_kit_open();
    struct db *other = beside(&k);
    OKAY(db_write(other, &k.mem, db_kit_insert, WORD("beside")) == OK);
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("here")) == OK);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 2);
    db_close(other);
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("after")) == OK);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 3);
    db_kit_close(&k);
}

enum { EACH = 100 };

struct many {
    struct db *db;
    int written;
    int64_t longest_ns;
};

static void *write_many(void *data)
{
    struct many *m = data;
    struct arena mem = {0};
    for (int i = 0; i < EACH; i++) {
        int64_t start = time_monotonic_ns();
        m->written += db_write(m->db, &mem, db_kit_insert, WORD("x")) == OK;
        int64_t took = time_monotonic_ns() - start;
        if (took > m->longest_ns)
            m->longest_ns = took;
    }
    arena_reset(&mem);
    return NULL;
}

TEST_SQLITE(db_shared_each_waits_for_the_other)
{
    struct db_kit k = db_kit_open();
    struct many sides[2] = {{.db = k.db}, {.db = beside(&k)}};
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, write_many, &sides[i]) == 0);
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    OKAY(sides[0].written == EACH && sides[1].written == EACH);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 2L * EACH);
    OKAY(sides[0].longest_ns < 1000000000);
    db_close(sides[1].db);
    db_kit_close(&k);
}

TEST_SQLITE(db_shared_makes_nothing)
{
    struct arena mem = {0};
    struct db *db = NULL;
    const char *why = NULL;
    char *path = arena_printf(&mem, "%s/none.db", test_folder());
    struct db_options o = {.path = path, .shared = true};
    OKAY(db_open(&mem, &db, &o, &why) == ERR_SYSTEM && !db);
    OKAY(why && strstr(why, "with --db the server that has its rows"));
    OKAY(access(path, F_OK) != 0);
    arena_reset(&mem);
}

TEST_SQLITE(db_alone_is_refused_beside_another)
{
    struct db_kit k = db_kit_open();
    struct db *db = NULL;
    const char *why = NULL;
    struct db_options o = {.path = k.path};
    OKAY(db_open(&k.mem, &db, &o, &why) == ERR_SYSTEM && !db);
    OKAY(why && strstr(why, "in use"));
    db_kit_close(&k);
}
