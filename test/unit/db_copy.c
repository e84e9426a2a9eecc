/* A copy of the database while others write to it. */
#include "store/copy.h"

#include "unit/db_kit.h"
#include "unit/test.h"

#include <fcntl.h>
#include <unistd.h>

struct kept {
    struct db_kit *kit;
    int fd;
    int64_t size, got, notes, seen, pieces;
    unsigned failed;
};

static enum status kept_rows(void *data, const char *table, int64_t rows)
{
    struct kept *k = data;
    if (same(table, "note"))
        k->notes = rows;
    return OK;
}

static enum status kept_moment(void *data, struct conn *c)
{
    struct kept *k = data;
    return db_int(c, SQL("SELECT count(*) FROM note"), NO_ARGS, &k->seen);
}

static enum status kept_part(void *data, const char *name, int64_t size)
{
    struct kept *k = data;
    OKAY(same(name, "essaim.db"));
    k->size = size;
    return OK;
}

/* Between two pieces others write, and put the WAL in the file if they can. */
static enum status kept_bytes(void *data, const void *p, size_t n)
{
    struct kept *k = data;
    OKAY(write(k->fd, p, n) == (ssize_t)n);
    k->got += (int64_t)n;
    k->pieces++;
    for (int i = 0; i < 50; i++)
        k->failed += db_write(k->kit->db, &k->kit->mem, db_kit_insert,
                              WORD("later")) != OK;
    return OK;
}

static enum status fill(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    return db_exec(c,
                   SQL("INSERT INTO note (word) WITH RECURSIVE n(i) AS (SELECT"
                       " 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                       " SELECT hex(randomblob(100)) FROM n"),
                   NO_ARGS, NULL);
}

static void check_copy(struct kept *k, const char *path)
{
    struct arena mem = {0};
    struct db *db;
    struct conn *c;
    const char *why = "", *fault;
    int64_t notes = 0;
    struct db_options o = {.path = path};
    CHECK(db_open(&mem, &db, &o, &why) == OK && conn_open(db, &c) == OK);
    OKAY(conn_begin(c, 0) == OK);
    bool whole = true;
    OKAY(db_integrity(c, &mem, &whole, &fault) == OK && !fault && whole);
    OKAY(db_int(c, SQL("SELECT count(*) FROM note"), NO_ARGS, &notes) == OK);
    OKAY(notes == k->notes);
    conn_end(c);
    conn_close(c);
    db_close(db);
    arena_reset(&mem);
}

TEST_SQLITE(db_copy_is_one_moment)
{
    struct db_kit kit = db_kit_open();
    const char *why = NULL;
    char path[512];
    struct conn *after;
    int64_t mapped = 0;
    lite_db(kit.db)->checkpoint_step = 100;
    CHECK(db_write_within(kit.db, &kit.mem, fill, NULL, 60000) == OK);
    snprintf(path, sizeof(path), "%s/copy.db", test_folder());
    struct kept k = {.kit = &kit,
                     .fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    struct copy_to to = {&k,          NULL,      kept_rows,
                         kept_moment, kept_part, kept_bytes};
    OKAY(db_copy(kit.db, &kit.mem, &to, &why) == OK);
    if (why)
        printf("  %s\n", why);
    OKAY(k.notes == 20000 && k.seen == k.notes && k.failed == 0);
    OKAY(k.size == k.got && k.pieces > 3);
    close(k.fd);
    OKAY(conn_begin(kit.reader, 0) == OK);
    OKAY(db_kit_int(&kit, SQL("SELECT count(*) FROM note")) ==
         20000 + 50 * k.pieces);
    conn_end(kit.reader);
    CHECK(conn_open(kit.db, &after) == OK && conn_begin(after, 0) == OK);
    OKAY(db_int(after, SQL("PRAGMA mmap_size"), NO_ARGS, &mapped) == OK);
    OKAY(mapped > 0); /* as any reader: the copy's own is gone */
    conn_end(after);
    conn_close(after);
    db_kit_close(&kit);
    check_copy(&k, path);
}

static enum status only_kept(void *data, const void *p, size_t n)
{
    struct kept *k = data;
    k->got += (int64_t)n;
    return write(k->fd, p, n) == (ssize_t)n ? OK : ERR_SYSTEM;
}

/* What is written there is in the file, once, and copied whole; opened again it
 * is as any other. */
TEST_SQLITE(db_scratch_has_no_wal)
{
    struct db_kit kit = db_kit_open();
    const char *why = NULL;
    char path[512], from[512], wal[516];
    memcpy(from, kit.path, sizeof(from));
    memcpy(wal, kit.wal, sizeof(wal));
    db_kit_close(&kit);
    struct arena mem = {0};
    const struct db_options o = {.path = from, .scratch = true};
    struct db *db;
    CHECK(db_open(&mem, &db, &o, &why) == OK);
    OKAY(db_write_within(db, &mem, fill, NULL, 60000) == OK);
    OKAY(access(wal, F_OK) != 0);
    snprintf(path, sizeof(path), "%s/copy.db", test_folder());
    struct kept k = {.fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    struct copy_to to = {&k,          NULL,      kept_rows,
                         kept_moment, kept_part, only_kept};
    OKAY(db_copy(db, &mem, &to, &why) == OK && !why);
    OKAY(k.notes == 20000 && k.seen == k.notes && k.size == k.got);
    close(k.fd);
    db_close(db);
    check_copy(&k, path);
    kit = db_kit_again();
    OKAY(db_write(kit.db, &kit.mem, db_kit_insert, WORD("a")) == OK);
    OKAY(access(wal, F_OK) == 0);
    db_kit_close(&kit);
    arena_reset(&mem);
}

static enum status refuses(void *data, const void *p, size_t n)
{
    (void)data, (void)p, (void)n;
    return ERR_FULL;
}

TEST_SQLITE(db_copy_ends_with_its_taker)
{
    struct db_kit kit = db_kit_open();
    const char *why = NULL;
    struct kept k = {.kit = &kit};
    struct copy_to to = {&k, NULL, kept_rows, kept_moment, kept_part, refuses};
    OKAY(db_copy(kit.db, &kit.mem, &to, &why) == ERR_FULL && !why);
    OKAY(db_write(kit.db, &kit.mem, db_kit_insert, WORD("after")) == OK);
    db_kit_close(&kit);
}

TEST_SQLITE(db_integrity_finds_a_torn_page)
{
    struct db_kit kit = db_kit_open();
    const char *fault = NULL;
    CHECK(db_write_within(kit.db, &kit.mem, fill, NULL, 60000) == OK);
    char path[sizeof(kit.path)];
    snprintf(path, sizeof(path), "%s", kit.path);
    db_kit_close(&kit);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    char junk[4096];
    memset(junk, 0x5a, sizeof(junk));
    OKAY(pwrite(fd, junk, sizeof(junk), (off_t)40 * 4096) == sizeof(junk));
    close(fd);
    kit = db_kit_again();
    OKAY(conn_begin(kit.reader, 0) == OK);
    bool full = false;
    enum status s = db_integrity(kit.reader, &kit.mem, &full, &fault);
    OKAY(s != OK || fault);
    conn_end(kit.reader);
    db_kit_close(&kit);
}

TEST(db_says_what_it_is)
{
    struct db_kit kit = db_kit_open();
    const char *text = NULL, *fault = NULL;
    bool on_server = same(db_engine(kit.db), "postgresql");
    OKAY(conn_begin(kit.reader, 0) == OK);
    OKAY(db_describe(kit.reader, &kit.mem, &text, &fault) == OK);
    OKAY(text && strstr(text, on_server ? "PostgreSQL " : "SQLite 3."));
    for (int full = 0; full < 2; full++) {
        bool compared = full;
        OKAY(db_integrity(kit.reader, &kit.mem, &compared, &fault) == OK);
        OKAY(on_server || compared == full);
        OKAY(!fault);
    }
    struct kept k = {.kit = &kit, .notes = -1};
    struct copy_to to = {.data = &k, .rows = kept_rows};
    OKAY(db_count_rows(kit.reader, &kit.mem, &to) == OK && k.notes == 0);
    conn_end(kit.reader);
    db_kit_close(&kit);
}
