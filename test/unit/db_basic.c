/* Opening, reading, writing: what db.h promises to one caller at a time. */
#include "unit/test.h"

#include "base/time.h"
#include "unit/db_kit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

TEST(db_reads_what_it_wrote)
{
    struct db_kit k = db_kit_open();
    struct conn *c = k.reader;
    struct rows *r;
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("école")) == OK);
    OKAY(conn_begin(c, 0) == OK);
    OKAY(db_rows(c, &k.mem,
                 SQL("SELECT word, NULL, 1.5, :bytes, 7 AS seven FROM note "
                     "WHERE word = :word AND id > :least"),
                 ARGS(arg_int("least", 0), arg_cstr("word", "école"),
                      arg_blob("bytes", "\0\xff", 2)),
                 &r) == OK);
    OKAY(row_columns(r) == 5 && same(row_column_name(r, 4), "seven"));
    OKAY(rows_next(r));
    OKAY(same(row_text(r, 0), "école") && row_str(r, 0).n == 6);
    OKAY(row_int(r, 1) == NONE && row_day(r, 1) == NO_DAY && !row_text(r, 1));
    OKAY(row_real(r, 1) != row_real(r, 1) && !row_str(r, 1).p);
    OKAY(row_real(r, 2) == 1.5 && row_value(r, 2).type == V_REAL);
    OKAY(row_value(r, 3).type == V_BLOB && row_value(r, 3).s.n == 2);
    OKAY(row_int(r, 4) == 7 && row_value(r, 4).i == 7);
    OKAY(!rows_next(r) && !rows_next(r));
    OKAY(rows_end(r) == OK && rows_end(r) == OK);
    OKAY(conn_queries(c) == 1);
    conn_end(c);
    db_kit_close(&k);
}

static enum status take_ids(struct conn *c, struct arena *mem, void *data)
{
    int64_t changed = -1, *id = data;
    TRY(db_kit_insert(c, mem, WORD("a")));
    *id = conn_last_id(c);
    TRY(db_exec(c, SQL("UPDATE note SET word = 'b' WHERE word = 'none'"),
                NO_ARGS, &changed));
    CHECK(changed == 0 && conn_is_writer(c));
    TRY(db_exec(c, SQL("UPDATE note SET word = 'b'"), NO_ARGS, &changed));
    CHECK(changed == 1);
    return OK;
}

TEST(db_counts_changes_and_generations)
{
    struct db_kit k = db_kit_open();
    int64_t id = 0, n = 0;
    uint64_t before = db_generation(k.db);
    OKAY(db_write(k.db, &k.mem, take_ids, &id) == OK && id == 1);
    OKAY(db_generation(k.db) == before + 1);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    OKAY(db_kit_int(&k, SQL("SELECT id FROM note WHERE id > 5")) == NONE);
    OKAY(db_generation(k.db) == before + 1);
    OKAY(db_int(k.reader, SQL("SELECT nothing FROM nowhere"), NO_ARGS, &n) ==
         ERR_STORE);
    OKAY(db_exec(k.reader, SQL("DELETE FROM note"), NO_ARGS, NULL) ==
         ERR_STORE);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    db_kit_close(&k);
}

static enum status change_nothing(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    return db_exec(c, SQL("DELETE FROM note WHERE id < 0"), NO_ARGS, NULL);
}

TEST_SQLITE(db_counts_no_commit_of_what_changed_nothing)
{
    struct db_kit k = db_kit_open();
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("one")) == OK);
    const struct db_stats before = db_stats(k.db);
    for (int i = 0; i < 5; i++)
        OKAY(db_write(k.db, &k.mem, change_nothing, NULL) == OK);
    const struct db_stats after = db_stats(k.db);
    OKAY(after.grouped == before.grouped && after.commits == before.commits);
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("two")) == OK);
    OKAY(db_stats(k.db).grouped == before.grouped + 1);
    db_kit_close(&k);
}

TEST(db_keeps_what_was_closed)
{
    struct db_kit k = db_kit_open();
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("kept")) == OK);
    db_kit_close(&k);
    OKAY(access(k.wal, F_OK) != 0); /* all of it is in the file */
    k = db_kit_again();
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    db_kit_close(&k);
}

TEST(db_opens_again_the_reader_that_was_closed)
{
    struct db_kit k = db_kit_open();
    struct conn *one = NULL, *two = NULL, *again = NULL;
    int64_t n = 0;
    OKAY(conn_open(k.db, &one) == OK && conn_open(k.db, &two) == OK);
    OKAY(conn_begin(one, 0) == OK);
    OKAY(db_int(one, SQL("SELECT count(*) FROM note"), NO_ARGS, &n) == OK);
    OKAY(n == 0);
    conn_close(one); /* within its snapshot */
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("later")) == OK);
    OKAY(conn_open(k.db, &again) == OK && again == one);
    OKAY(conn_begin(again, 0) == OK);
    OKAY(db_int(again, SQL("SELECT count(*) FROM note"), NO_ARGS, &n) == OK);
    OKAY(n == 1);
    conn_end(again);
    conn_close(again);
    conn_close(two); /* one of the two is kept */
    db_kit_close(&k);
}

/* Each closure's failure, and what it must say. */
static enum status insert_both(struct conn *c, struct arena *mem, void *data)
{
    TRY(db_kit_insert(c, mem, WORD("first")));
    enum status s = db_exec(c, SQL("INSERT INTO mark (name) VALUES (:n)"),
                            ARGS(arg_cstr("n", "one")), NULL);
    *(const char **)data = arena_printf(mem, "%s", conn_refusal(c));
    return s;
}

static enum status orphan(struct conn *c, struct arena *mem, void *data)
{
    enum status s =
        db_exec(c, SQL("INSERT INTO part (note) VALUES (999)"), NO_ARGS, NULL);
    *(const char **)data = arena_printf(mem, "%s", conn_refusal(c));
    return s;
}

static enum status orphan_later(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    return db_exec(c, SQL("INSERT INTO later (note) VALUES (999)"), NO_ARGS,
                   NULL);
}

TEST(db_names_what_refuses)
{
    struct db_kit k = db_kit_open();
    const char *said = NULL;
    OKAY(db_write(k.db, &k.mem, insert_both, &said) == OK && same(said, ""));
    OKAY(db_write(k.db, &k.mem, insert_both, &said) == ERR_CONFLICT);
    OKAY(said && same(said, "unique mark.name"));
    OKAY(db_write(k.db, &k.mem, orphan, &said) == ERR_CONFLICT);
    OKAY(said && same(said, "reference"));
    OKAY(db_write(k.db, &k.mem, orphan_later, NULL) == ERR_CONFLICT);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM later")) == 0);
    db_kit_close(&k);
}

TEST(db_snapshot_stands_still)
{
    struct db_kit k = db_kit_open();
    OKAY(conn_begin(k.reader, 0) == OK);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 0);
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("new")) == OK);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 0);
    conn_end(k.reader);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    db_kit_close(&k);
}

static enum status leave_open(void *data)
{
    struct db_kit *k = data;
    struct rows *r;
    for (;;) {
        TRY(db_rows(k->reader, &k->mem, SQL("SELECT id FROM note"), NO_ARGS,
                    &r));
        CHECK(rows_next(r));
    }
}

/* Answers that a longjmp leaves behind are closed by their arena. */
TEST_SQLITE(db_rows_end_with_their_arena)
{
    struct db_kit k = db_kit_open();
    struct arena mem = {.limit = 50000};
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("a")) == OK);
    struct arena other = k.mem;
    k.mem = mem;
    OKAY(arena_run(&k.mem, leave_open, &k) == ERR_LIMIT);
    OKAY(lite_conn(k.reader)->open);
    arena_reset(&k.mem);
    OKAY(!lite_conn(k.reader)->open);
    k.mem = other;
    conn_rest(k.reader);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    db_kit_close(&k);
}

/* More texts than a connection keeps, some of them being read. */
TEST(db_keeps_only_so_many_statements)
{
    struct db_kit k = db_kit_open();
    struct rows *held[100];
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < 100; i++) {
            struct sql sql = {arena_printf(&k.mem, "SELECT %d AS n", i)};
            OKAY(db_rows(k.reader, &k.mem, sql, NO_ARGS, &held[i]) == OK);
            OKAY(rows_next(held[i]));
        }
        for (int i = 0; i < 100; i++) {
            OKAY(row_int(held[i], 0) == i);
            OKAY(rows_end(held[i]) == OK);
        }
    }
    db_kit_close(&k);
}

TEST(db_stops_at_the_deadline)
{
    struct db_kit k = db_kit_open();
    int64_t began = time_monotonic_ns(), n;
    OKAY(conn_begin(k.reader, began + 30000000) == OK);
    OKAY(db_int(k.reader, ENDLESS, NO_ARGS, &n) == ERR_BUSY);
    int64_t took = time_monotonic_ns() - began;
    OKAY(took >= 30000000 && took < 1000000000);
    OKAY(db_int(k.reader, SQL("SELECT 1"), NO_ARGS, &n) == ERR_BUSY);
    conn_end(k.reader);
    OKAY(conn_begin(k.reader, 0) == OK);
    OKAY(db_int(k.reader, SQL("SELECT 1"), NO_ARGS, &n) == OK && n == 1);
    conn_end(k.reader);
    db_kit_close(&k);
}

static void *bring_near(void *data)
{
    usleep(50000);
    *(_Atomic int64_t *)data = 1;
    return NULL;
}

/* As a server that stops does with what it still answers. */
TEST_SQLITE(db_stops_when_the_deadline_is_brought_near)
{
    struct db_kit k = db_kit_open();
    pthread_t other;
    const int64_t began = time_monotonic_ns();
    _Atomic int64_t deadline = began + INT64_C(5000000000);
    int64_t n;
    OKAY(conn_begin(k.reader, deadline) == OK);
    conn_heed(k.reader, &deadline);
    OKAY(conn_renew(k.reader) == OK);
    CHECK(pthread_create(&other, NULL, bring_near, &deadline) == 0);
    OKAY(db_int(k.reader, ENDLESS, NO_ARGS, &n) == ERR_BUSY);
    pthread_join(other, NULL);
    OKAY(time_monotonic_ns() - began < INT64_C(3000000000));
    conn_end(k.reader);
    OKAY(conn_begin(k.reader, 0) == OK);
    OKAY(db_int(k.reader, SQL("SELECT 1"), NO_ARGS, &n) == OK);
    conn_end(k.reader);
    db_kit_close(&k);
}

static const char *refusal(struct arena *a, const char *path)
{
    struct db *db;
    const char *why = NULL;
    struct db_options o = {.path = path};
    if (db_open(a, &db, &o, &why) == OK) {
        db_close(db);
        return "";
    }
    return why ? why : "(no reason)";
}

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0);
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static void lite(const char *path, const char *sql)
{
    sqlite3 *l;
    OKAY(sqlite3_open(path, &l) == SQLITE_OK);
    OKAY(sqlite3_exec(l, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(l);
}

TEST_SQLITE(db_refuses_what_is_not_ours)
{
    struct arena a = {0};
    const char *path = arena_printf(&a, "%s/other.db", test_folder());
    OKAY(strstr(refusal(&a, "/nowhere/at/all.db"), "does not exist"));
    put(path, "This is a letter, and long enough to be no database at all: "
              "one hundred bytes and more, without the header that SQLite "
              "writes.");
    OKAY(strstr(refusal(&a, path), "is not a database"));
    put(path, "");
    lite(path, "PRAGMA application_id = 7");
    OKAY(strstr(refusal(&a, path), "belongs to another program"));
    lite(path, "PRAGMA application_id = 0");
    OKAY(same(refusal(&a, path), "")); /* empty: it becomes ours */
    put(path, "");
    lite(path, "CREATE TABLE t (x)");
    OKAY(strstr(refusal(&a, path), "belongs to another program"));
    arena_reset(&a);
}

TEST_SQLITE(db_refuses_a_second_server)
{
    struct db_kit k = db_kit_open();
    const char *why = refusal(&k.mem, k.path);
    const char *pid = arena_printf(&k.mem, "process %d)", (int)getpid());
    OKAY(strstr(why, "in use by another Essaim"));
    OKAY(strstr(why, pid));
    db_kit_close(&k);
    OKAY(same(refusal(&k.mem, k.path), ""));
    arena_reset(&k.mem);
}
