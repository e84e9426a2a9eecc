/* What a reader remembers, and when it no longer does. */
#include "store/recall.h"

#include "unit/db_kit.h"
#include "unit/test.h"

static void begin_again(struct conn *c)
{
    conn_end(c);
    CHECK(conn_begin(c, 0) == OK);
}

static bool keep(struct conn *c, const char *key, const char *text)
{
    struct arena *memory = conn_memory(c);
    if (memory)
        conn_remember(c, key, arena_dup(memory, text, strlen(text)));
    return memory;
}

static bool knows(struct conn *c, const char *key, const char *text)
{
    const char *known = conn_recall(c, key);
    return known && same(known, text);
}

TEST_SQLITE(db_reader_remembers_until_somebody_commits)
{
    struct db_kit k = db_kit_open();
    struct conn *c = k.reader;
    OKAY(!conn_recall(c, "a") && !conn_memory(c)); /* no snapshot yet */
    CHECK(conn_begin(c, 0) == OK);
    OKAY(!conn_recall(c, "a"));
    OKAY(keep(c, "a", "one") && keep(c, "b", "two"));
    OKAY(knows(c, "a", "one") && knows(c, "b", "two") && !conn_recall(c, "c"));
    begin_again(c);
    OKAY(knows(c, "a", "one") && knows(c, "b", "two"));
    /* What is committed meanwhile is not of this snapshot. */
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("x")) == OK);
    OKAY(knows(c, "a", "one"));
    begin_again(c);
    OKAY(!conn_recall(c, "a") && !conn_recall(c, "b"));
    OKAY(keep(c, "a", "three"));
    begin_again(c);
    OKAY(knows(c, "a", "three"));
    conn_end(c);
    conn_rest(c);
    CHECK(conn_begin(c, 0) == OK);
    OKAY(!conn_recall(c, "a"));
    conn_end(c);
    db_kit_close(&k);
}

TEST_SQLITE(db_reader_forgets_what_a_process_beside_changed)
{
    struct db_kit k = db_kit_open();
    struct db *beside = NULL;
    const char *why = "";
    struct db_options o = {.path = k.path, .shared = true};
    CHECK(db_open(&k.mem, &beside, &o, &why) == OK);
    CHECK(conn_begin(k.reader, 0) == OK);
    OKAY(keep(k.reader, "a", "one"));
    begin_again(k.reader);
    OKAY(knows(k.reader, "a", "one"));
    OKAY(db_write(beside, &k.mem, db_kit_insert, WORD("beside")) == OK);
    begin_again(k.reader);
    OKAY(!conn_recall(k.reader, "a"));
    conn_end(k.reader);
    db_close(beside);
    db_kit_close(&k);
}

TEST_SQLITE(db_reader_remembers_only_so_much)
{
    struct db_kit k = db_kit_open();
    struct conn *c = k.reader;
    int kept = 0;
    CHECK(conn_begin(c, 0) == OK);
    while (kept < 1000 && keep(c, arena_printf(&k.mem, "%d", kept), "x"))
        kept++;
    OKAY(kept > 2 && kept < 1000 && knows(c, "0", "x"));
    begin_again(c);
    OKAY(!conn_recall(c, "0")); /* anew, from nothing */
    const char *large = memset(arena_room(&k.mem, 100001), 'x', 100000);
    ((char *)(uintptr_t)large)[100000] = 0;
    OKAY(keep(c, "large", large) && !keep(c, "more", "x"));
    OKAY(knows(c, "large", large));
    begin_again(c);
    OKAY(!conn_recall(c, "large") && keep(c, "more", "x"));
    conn_end(c);
    db_kit_close(&k);
}

/* Its own changes are not committed yet, and no snapshot tells of them. */
static enum status ask_memory(struct conn *c, struct arena *mem, void *data)
{
    (void)mem;
    *(bool *)data = conn_recall(c, "a") || conn_memory(c);
    return OK;
}

TEST(db_writer_remembers_nothing)
{
    struct db_kit k = db_kit_open();
    bool any = true;
    OKAY(db_write(k.db, &k.mem, ask_memory, &any) == OK && !any);
    db_kit_close(&k);
}

TEST_POSTGRES(db_reader_remembers_nothing_where_it_cannot_tell)
{
    struct db_kit k = db_kit_open();
    CHECK(conn_begin(k.reader, 0) == OK);
    OKAY(!conn_recall(k.reader, "a") && !conn_memory(k.reader));
    conn_end(k.reader);
    db_kit_close(&k);
}
