/* The writer: what one closure does to another, and what it must not. */
#include "unit/test.h"

#include "base/time.h"
#include "unit/db_kit.h"

#include <unistd.h>

static enum status insert_and_fail(struct conn *c, struct arena *mem,
                                   void *data)
{
    TRY(db_kit_insert(c, mem, data));
    return ERR_INVALID;
}

/* Leaves an answer open where the arena gives out. */
static enum status insert_and_leap(struct conn *c, struct arena *mem,
                                   void *data)
{
    struct rows *r;
    TRY(db_kit_insert(c, mem, data));
    TRY(db_rows(c, mem, SQL("SELECT word FROM note"), NO_ARGS, &r));
    CHECK(rows_next(r));
    for (;;)
        CHECK(arena_alloc(mem, 1000));
}

static enum status read_for_ever(struct conn *c, struct arena *mem, void *data)
{
    int64_t n;
    TRY(db_kit_insert(c, mem, data));
    return db_int(c, ENDLESS, NO_ARGS, &n);
}

/* A statement that writes: stopping it, SQLite undoes the whole group. */
static enum status write_for_ever(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    return db_exec(c,
                   SQL("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
                       "i + 1 FROM n) INSERT INTO note (word) SELECT i FROM n"),
                   NO_ARGS, NULL);
}

static enum status many_small_ones(struct conn *c, struct arena *mem,
                                   void *data)
{
    (void)mem, (void)data;
    for (int64_t n;;)
        TRY(db_int(c, SQL("SELECT 1"), NO_ARGS, &n));
}

static enum status swallow(struct conn *c, struct arena *mem, void *data)
{
    enum status s = write_for_ever(c, mem, data);
    return s == ERR_BUSY ? OK : s;
}

static enum status swallow_reading(struct conn *c, struct arena *mem,
                                   void *data)
{
    enum status s = read_for_ever(c, mem, data);
    return s == ERR_BUSY ? OK : s;
}

/* Nothing that the one before left open is still there. */
static enum status insert_clean(struct conn *c, struct arena *mem, void *data)
{
    TRY(db_kit_insert(c, mem, data));
    return lite_conn(c)->open ? ERR_INVALID : OK;
}

/* A neighbour on each side, in one group; both must be there, once. */
static void between(write_fn *fn, size_t limit, enum status expected)
{
    struct db_kit k = db_kit_open();
    struct db_kit_hold h;
    struct db_kit_write w[] = {
        {.fn = insert_clean, .data = WORD("before")},
        {.fn = fn, .data = WORD("guilty"), .limit = limit},
        {.fn = insert_clean, .data = WORD("after")},
    };
    uint64_t commits = db_stats(k.db).commits;
    db_kit_hold(&h, k.db);
    for (unsigned i = 0; i < COUNT(w); i++) {
        w[i].db = k.db;
        db_kit_start(&w[i]);
        db_kit_wait_for(k.db, i + 1);
    }
    db_kit_let_go(&h);
    for (unsigned i = 0; i < COUNT(w); i++) {
        db_kit_join(&w[i]);
        OKAY(w[i].status == (i == 1 ? expected : OK));
        OKAY(w[i].took_ns < INT64_C(1000000000));
    }
    OKAY(h.write.status == ERR_NOT_FOUND);
    commits = db_stats(k.db).commits - commits;
    OKAY(commits >= 1 && commits <= 2); /* two where the machine was slow */
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 2);
    OKAY(
        db_kit_int(&k, SQL("SELECT count(*) FROM note WHERE word IN ('before', "
                           "'after')")) == 2);
    db_kit_close(&k);
}

TEST_SQLITE(db_counts_the_writes_of_a_commit)
{
    struct db_kit k = db_kit_open();
    struct db_kit_hold hold;
    struct db_kit_write writes[5];
    db_kit_hold(&hold, k.db);
    for (size_t i = 0; i < COUNT(writes); i++) {
        writes[i] = (struct db_kit_write){
            .db = k.db, .fn = db_kit_insert, .data = WORD("x")};
        db_kit_start(&writes[i]);
    }
    db_kit_wait_for(k.db, COUNT(writes));
    struct db_stats before = db_stats(k.db);
    db_kit_let_go(&hold);
    for (size_t i = 0; i < COUNT(writes); i++)
        db_kit_join(&writes[i]);
    struct db_stats after = db_stats(k.db);
    uint64_t groups = 0;
    for (size_t i = 0; i < DB_GROUPS; i++)
        groups += after.groups[i] - before.groups[i];
    /* The one that held changed nothing, and does not count. */
    OKAY(groups >= 1 && groups <= 2);
    OKAY(after.groups[0] == before.groups[0]);
    OKAY(after.grouped == before.grouped + COUNT(writes));
    db_kit_close(&k);
}

TEST_SQLITE(db_failure_is_undone_alone)
{
    between(insert_and_fail, 0, ERR_INVALID);
}

static enum status insert_wait_fail(struct conn *c, struct arena *mem,
                                    void *data)
{
    atomic_int *state = data;
    TRY(db_kit_insert(c, mem, WORD("guilty")));
    *state = 1;
    while (*state != 2)
        usleep(100);
    return ERR_INVALID;
}

TEST_SQLITE(db_first_of_a_group_is_undone_alone)
{
    struct db_kit k = db_kit_open();
    atomic_int state = 0;
    struct db_kit_write first = {.fn = insert_wait_fail, .data = &state},
                        after = {.fn = insert_clean, .data = WORD("after")};
    first.db = after.db = k.db;
    db_kit_start(&first);
    while (state != 1)
        usleep(100);
    db_kit_start(&after);
    db_kit_wait_for(k.db, 1);
    state = 2;
    db_kit_join(&first);
    db_kit_join(&after);
    OKAY(first.status == ERR_INVALID && after.status == OK);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note WHERE word = "
                            "'after'")) == 1);
    db_kit_close(&k);
}

TEST_SQLITE(db_ceiling_is_undone_alone)
{
    between(insert_and_leap, 20000, ERR_LIMIT);
}

TEST_SQLITE(db_slow_reading_is_stopped)
{
    between(read_for_ever, 0, ERR_BUSY);
}

TEST_SQLITE(db_slow_writing_is_stopped_and_the_innocent_run_again)
{
    between(write_for_ever, 0, ERR_BUSY);
}

TEST_SQLITE(db_many_small_statements_are_stopped)
{
    between(many_small_ones, 0, ERR_BUSY);
}

TEST_SQLITE(db_swallowed_stop_is_still_one)
{
    between(swallow, 0, ERR_BUSY);
}

TEST_SQLITE(db_swallowed_stop_of_reading_is_still_one)
{
    between(swallow_reading, 0, ERR_BUSY);
}

/* What a first run took from the arena is given back before the second. */
struct twice {
    int runs;
    size_t used[2];
};

static enum status note_use(struct conn *c, struct arena *mem, void *data)
{
    struct twice *t = data;
    if (t->runs < 2)
        t->used[t->runs] = mem->used;
    t->runs++;
    TRY(db_kit_insert(c, mem, WORD(arena_printf(mem, "a word of the arena"))));
    return OK;
}

TEST_SQLITE(db_second_run_starts_clean)
{
    struct db_kit k = db_kit_open();
    struct db_kit_hold h;
    struct twice t = {0};
    struct db_kit_write w = {.db = k.db, .fn = note_use, .data = &t};
    struct db_kit_write bad = {.db = k.db, .fn = write_for_ever};
    db_kit_hold(&h, k.db);
    db_kit_start(&w);
    db_kit_wait_for(k.db, 1);
    db_kit_start(&bad);
    db_kit_wait_for(k.db, 2);
    db_kit_let_go(&h);
    db_kit_join(&w);
    db_kit_join(&bad);
    OKAY(w.status == OK && bad.status == ERR_BUSY);
    OKAY(t.runs == 2 && t.used[0] == t.used[1]);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    db_kit_close(&k);
}

static enum status take_long(struct conn *c, struct arena *mem, void *data)
{
    int64_t n;
    (void)mem, (void)data;
    return db_int(c,
                  SQL("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
                      "i + 1 FROM n WHERE i < 600000) SELECT count(*) FROM n"),
                  NO_ARGS, &n);
}

TEST_SQLITE(db_budget_can_be_longer)
{
    struct db_kit k = db_kit_open();
    OKAY(db_write(k.db, &k.mem, take_long, NULL) == ERR_BUSY);
    OKAY(db_write_within(k.db, &k.mem, take_long, NULL, 60000) == OK);
    db_kit_close(&k);
}

TEST_SQLITE(db_lane_is_bounded)
{
    struct db_kit k = db_kit_open();
    struct db_kit_hold h;
    static struct db_kit_write w[LANE_MOST];
    db_kit_hold(&h, k.db);
    for (unsigned i = 0; i < LANE_MOST; i++) {
        w[i] = (struct db_kit_write){
            .db = k.db, .fn = db_kit_insert, .data = WORD("waiting")};
        db_kit_start(&w[i]);
    }
    db_kit_wait_for(k.db, LANE_MOST);
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("too many")) == ERR_BUSY);
    OKAY(db_stats(k.db).refused == 1);
    db_kit_let_go(&h);
    for (unsigned i = 0; i < LANE_MOST; i++) {
        db_kit_join(&w[i]);
        OKAY(w[i].status == OK);
    }
    OKAY(db_stats(k.db).waiting == 0);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == LANE_MOST);
    db_kit_close(&k);
}

TEST_SQLITE(db_close_runs_what_waits)
{
    struct db_kit k = db_kit_open();
    struct db_kit_hold h;
    struct db_kit_write w[20];
    db_kit_hold(&h, k.db);
    for (unsigned i = 0; i < COUNT(w); i++) {
        w[i] = (struct db_kit_write){
            .db = k.db, .fn = db_kit_insert, .data = WORD("late")};
        db_kit_start(&w[i]);
    }
    db_kit_wait_for(k.db, COUNT(w));
    h.state = 2;
    db_kit_close(&k);
    db_kit_join(&h.write);
    for (unsigned i = 0; i < COUNT(w); i++) {
        db_kit_join(&w[i]);
        OKAY(w[i].status == OK);
    }
    k = db_kit_again();
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == COUNT(w));
    db_kit_close(&k);
}

/* Somebody looks into the file with another program, and holds its lock. */
TEST_SQLITE(db_lock_of_another_program)
{
    struct db_kit k = db_kit_open();
    sqlite3 *lite;
    int64_t began = time_monotonic_ns();
    OKAY(sqlite3_open(k.path, &lite) == SQLITE_OK);
    OKAY(sqlite3_exec(lite, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("held up")) == ERR_BUSY);
    OKAY(time_monotonic_ns() - began < INT64_C(5000000000));
    sqlite3_exec(lite, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(lite);
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("free")) == OK);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    db_kit_close(&k);
}

/* Writers move a count from one row to another; readers must never see the sum
 * change, nor one snapshot answer twice differently. */
enum { ACCOUNTS = 8, WRITERS = 6, READERS = 4, MOVES = 120 };

struct moving {
    struct db *db;
    atomic_int moving;
    atomic_int wrong;
};

struct move {
    int64_t from, to;
    bool fail;
};

static enum status move_one(struct conn *c, struct arena *mem, void *data)
{
    const struct move *m = data;
    (void)mem;
    TRY(db_exec(c, SQL("UPDATE mark SET name = name - 1 WHERE id = :id"),
                ARGS(arg_int("id", m->from)), NULL));
    TRY(db_exec(c, SQL("UPDATE mark SET name = name + 1 WHERE id = :id"),
                ARGS(arg_int("id", m->to)), NULL));
    return m->fail ? ERR_STALE : OK;
}

static void *mover(void *data)
{
    struct moving *s = data;
    struct arena mem = {.limit = 1 << 20};
    for (int i = 0; i < MOVES; i++) {
        struct move m = {i % ACCOUNTS, (i * 3 + 1) % ACCOUNTS, i % 5 == 0};
        enum status got = db_write(s->db, &mem, move_one, &m);
        if (got != (m.fail ? ERR_STALE : OK) && got != ERR_CONFLICT)
            s->wrong++;
        arena_reset(&mem);
    }
    s->moving--;
    return NULL;
}

static void *watcher(void *data)
{
    struct moving *s = data;
    struct arena mem = {.limit = 1 << 20};
    struct conn *c;
    CHECK(conn_open(s->db, &c) == OK);
    while (s->moving > 0) {
        int64_t sum[2] = {-1, -2};
        s->wrong += conn_begin(c, 0) != OK;
        for (int i = 0; i < 2; i++)
            s->wrong += db_int(c, SQL("SELECT sum(name) FROM mark"), NO_ARGS,
                               &sum[i]) != OK;
        conn_end(c);
        s->wrong += sum[0] != sum[1] || sum[0] != ACCOUNTS * 1000L;
        if (sum[0] % 7 == 0)
            conn_rest(c);
    }
    conn_close(c);
    arena_reset(&mem);
    return NULL;
}

static enum status accounts(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    TRY(db_exec(c, SQL("DROP TABLE mark"), NO_ARGS, NULL));
    TRY(db_exec(c, SQL("CREATE TABLE mark (id INTEGER PRIMARY KEY, name INT)"),
                NO_ARGS, NULL));
    for (int64_t i = 0; i < ACCOUNTS; i++)
        TRY(db_exec(c, SQL("INSERT INTO mark VALUES (:id, 1000)"),
                    ARGS(arg_int("id", i)), NULL));
    return OK;
}

TEST(db_readers_and_writers_together)
{
    struct db_kit k = db_kit_open();
    struct moving s = {.db = k.db, .moving = WRITERS};
    pthread_t t[WRITERS + READERS];
    if (!test_on_postgres())
        lite_db(k.db)->checkpoint_step = 20;
    OKAY(db_write(k.db, &k.mem, accounts, NULL) == OK);
    for (int i = 0; i < WRITERS + READERS; i++)
        CHECK(pthread_create(&t[i], NULL, i < WRITERS ? mover : watcher, &s) ==
              0);
    for (int i = 0; i < WRITERS + READERS; i++)
        pthread_join(t[i], NULL);
    OKAY(s.wrong == 0);
    db_kit_close(&k);
}

/* Readers come and go, one is always somewhere in the WAL, and yet it begins
 * again. */
static void *passer_by(void *data)
{
    struct moving *s = data;
    struct conn *c;
    CHECK(conn_open(s->db, &c) == OK);
    while (s->moving > 0) {
        int64_t n;
        s->wrong += conn_begin(c, 0) != OK;
        s->wrong +=
            db_int(c, SQL("SELECT count(*) FROM note"), NO_ARGS, &n) != OK;
        usleep(5000);
        conn_end(c);
    }
    conn_close(c);
    return NULL;
}

static enum status insert_page(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    return db_exec(c, SQL("INSERT INTO note (word) VALUES (zeroblob(8000))"),
                   NO_ARGS, NULL);
}

TEST_SQLITE(db_wal_stays_bounded)
{
    enum { STEP = 20, PASSERS = 3 };
    struct db_kit k = db_kit_open();
    struct moving s = {.db = k.db, .moving = 1};
    struct conn *c;
    pthread_t t[PASSERS];
    int64_t most = 0, now;
    lite_db(k.db)->checkpoint_step = STEP;
    CHECK(conn_open(k.db, &c) == OK);
    for (int i = 0; i < PASSERS; i++)
        CHECK(pthread_create(&t[i], NULL, passer_by, &s) == 0);
    for (int i = 0; i < 800; i++) {
        OKAY(db_write(k.db, &k.mem, insert_page, NULL) == OK);
        OKAY(db_wal_bytes(c, &now) == OK);
        most = now > most ? now : most;
    }
    s.moving = 0;
    for (int i = 0; i < PASSERS; i++)
        pthread_join(t[i], NULL);
    conn_close(c);
    OKAY(s.wrong == 0);
    /* 16 steps, and one more for each try that a reader which the machine does
     * not run has slept through; without any it would be 120. */
    OKAY(most > INT64_C(4120) * STEP && most < INT64_C(4120) * STEP * 20);
    db_kit_close(&k);
}

/* Eight hundred writes beside a reader that has looked, or as many as show that
 * it keeps the WAL, for which the writer waits at each step: steps of WAL. */
static int64_t wal_beside(bool renewed)
{
    enum { STEP = 20, WRITES = 800, KEPT = 42 };
    struct db_kit k = db_kit_open();
    int64_t most = 0, now;
    lite_db(k.db)->checkpoint_step = STEP;
    OKAY(db_write(k.db, &k.mem, insert_page, NULL) == OK);
    OKAY(conn_begin(k.reader, 0) == OK);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    if (renewed)
        OKAY(conn_renew(k.reader) == OK);
    for (int i = 0; i < WRITES && (renewed || most / 4120 / STEP < KEPT); i++) {
        OKAY(db_write(k.db, &k.mem, insert_page, NULL) == OK);
        OKAY(db_wal_bytes(k.reader, &now) == OK);
        most = now > most ? now : most;
    }
    /* Not at every step does the writer wait for a reader that stays. */
    OKAY(renewed || lite_db(k.db)->restart_from >= 32 * STEP);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) ==
         (renewed ? WRITES + 1 : 1));
    OKAY(conn_queries(k.reader) == 2);
    conn_end(k.reader);
    db_kit_close(&k);
    return most / 4120 / STEP;
}

TEST_SQLITE(db_renewed_reader_keeps_no_wal)
{
    OKAY(wal_beside(true) < 20);
}

/* So the bound above tells them apart. */
TEST_SQLITE(db_reader_keeps_the_wal)
{
    OKAY(wal_beside(false) > 40);
}
