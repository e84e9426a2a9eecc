#include "unit/db_kit.h"

#include "base/time.h"
#include "unit/test.h"

#include <unistd.h>

enum status db_kit_tables(struct conn *c, struct arena *mem, void *data)
{
    static const char *const tables[] = {
        "CREATE TABLE note (id INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT)",
        "CREATE TABLE mark (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
        "CREATE TABLE part (id INTEGER PRIMARY KEY, note INTEGER NOT NULL "
        "REFERENCES note (id))",
        "CREATE TABLE later (id INTEGER PRIMARY KEY, note INTEGER NOT NULL "
        "REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED)",
    };
    (void)mem, (void)data;
    for (size_t i = 0; i < COUNT(tables); i++)
        TRY(db_exec(c, (struct sql){tables[i]}, NO_ARGS, NULL));
    return OK;
}

static struct db_kit open_at(const char *path, const char *vfs, bool unsafe)
{
    struct db_kit k = {0};
    const char *why = "";
    snprintf(k.path, sizeof(k.path), "%s", path);
    snprintf(k.wal, sizeof(k.wal), "%s-wal", k.path);
    struct db_options o = {.path = k.path, .vfs = vfs, .unsafe_normal = unsafe};
    if (db_open(&k.mem, &k.db, &o, &why) != OK)
        test_failed(why, __FILE__, __LINE__);
    CHECK(k.db && conn_open(k.db, &k.reader) == OK);
    return k;
}

static struct db_kit with_tables(struct db_kit k)
{
    CHECK(db_write(k.db, &k.mem, db_kit_tables, NULL) == OK);
    return k;
}

struct db_kit db_kit_open_with(const char *folder, const char *vfs, bool unsafe)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/essaim.db", folder);
    return with_tables(open_at(path, vfs, unsafe));
}

struct db_kit db_kit_open(void)
{
    return with_tables(open_at(test_place("essaim.db"), NULL, false));
}

struct db_kit db_kit_again(void)
{
    return open_at(test_place("essaim.db"), NULL, false);
}

void db_kit_close(struct db_kit *k)
{
    conn_close(k->reader);
    db_close(k->db);
    arena_reset(&k->mem);
}

int64_t db_kit_int(struct db_kit *k, struct sql sql)
{
    int64_t n = -1;
    OKAY(db_int(k->reader, sql, NO_ARGS, &n) == OK);
    return n;
}

enum status db_kit_insert(struct conn *c, struct arena *mem, void *data)
{
    (void)mem;
    return db_exec(c, SQL("INSERT INTO note (word) VALUES (:word){returning}"),
                   ARGS(arg_cstr("word", *(const char **)data)), NULL);
}

static void *write_main(void *data)
{
    struct db_kit_write *w = data;
    struct arena mem = {.limit = w->limit};
    int64_t began = time_monotonic_ns();
    w->status = db_write(w->db, &mem, w->fn, w->data);
    w->took_ns = time_monotonic_ns() - began;
    arena_reset(&mem);
    return NULL;
}

void db_kit_start(struct db_kit_write *w)
{
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 128 << 10);
    CHECK(pthread_create(&w->thread, &attr, write_main, w) == 0);
    pthread_attr_destroy(&attr);
}

void db_kit_join(struct db_kit_write *w)
{
    pthread_join(w->thread, NULL);
}

/* Longer than a group lasts, so that the next group is of others. */
enum { HOLD_NS = 60000000 };

static enum status hold(struct conn *c, struct arena *mem, void *data)
{
    struct db_kit_hold *h = data;
    (void)c, (void)mem;
    int64_t least = time_monotonic_ns() + HOLD_NS;
    h->state = 1;
    while (h->state != 2 || time_monotonic_ns() < least)
        usleep(100);
    return ERR_NOT_FOUND;
}

void db_kit_hold(struct db_kit_hold *h, struct db *db)
{
    h->state = 0;
    h->write = (struct db_kit_write){.db = db, .fn = hold, .data = h};
    db_kit_start(&h->write);
    while (h->state != 1)
        usleep(100);
}

void db_kit_let_go(struct db_kit_hold *h)
{
    h->state = 2;
    db_kit_join(&h->write);
}

void db_kit_wait_for(struct db *db, unsigned waiting)
{
    while (db_stats(db).waiting < waiting)
        usleep(100);
}
