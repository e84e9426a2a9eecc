#include "unit/db_kit.h"

#include "unit/test.h"

enum status kit_tables(struct conn *c, struct arena *mem, void *data)
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

struct kit kit_again(void)
{
    struct kit k = {0};
    const char *why = "";
    snprintf(k.path, sizeof(k.path), "%s/essaim.db", test_folder());
    snprintf(k.wal, sizeof(k.wal), "%s-wal", k.path);
    struct db_options o = {.path = k.path};
    if (db_open(&k.mem, &k.db, &o, &why) != OK)
        test_failed(why, __FILE__, __LINE__);
    CHECK(k.db && conn_open(k.db, &k.reader) == OK);
    return k;
}

struct kit kit_open(void)
{
    struct kit k = kit_again();
    CHECK(db_write(k.db, &k.mem, kit_tables, NULL) == OK);
    return k;
}

void kit_close(struct kit *k)
{
    conn_close(k->reader);
    db_close(k->db);
    arena_reset(&k->mem);
}

int64_t kit_int(struct kit *k, struct sql sql)
{
    int64_t n = -1;
    OKAY(db_int(k->reader, sql, NO_ARGS, &n) == OK);
    return n;
}
