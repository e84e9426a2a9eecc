/* What only a server can do to a write: put it out of order, or go away. */
#include "unit/place.h"

#include "base/time.h"
#include "unit/db_kit.h"

#include <unistd.h>

struct moving {
    atomic_int runs;
    int lost_runs; /* the first runs lose their server */
    struct db *db;
};

/* Reads what the others write: serialised, or the sum is wrong. */
static enum status add_all(struct conn *c, struct arena *mem, void *data)
{
    struct moving *m = data;
    int64_t n;
    (void)mem;
    m->runs++;
    TRY(db_int(c, SQL("SELECT count(*) FROM note"), NO_ARGS, &n));
    usleep(2000);
    return db_exec(c, SQL("INSERT INTO mark (name) VALUES (:n)"),
                   ARGS(arg_cstr("n", arena_printf(mem, "%d", (int)n))), NULL)
               ? ERR_CONFLICT
               : db_exec(c, SQL("INSERT INTO note (word) VALUES ('x')"),
                         NO_ARGS, NULL);
}

static void *mover(void *data)
{
    struct moving *m = data;
    struct arena mem = {0};
    for (int i = 0; i < 10; i++)
        OKAY(db_write(m->db, &mem, add_all, m) == OK);
    arena_reset(&mem);
    return NULL;
}

TEST_POSTGRES(postgres_runs_again_what_it_cannot_order)
{
    struct db_kit k = db_kit_open();
    struct moving m = {.db = k.db};
    pthread_t t[4];
    for (size_t i = 0; i < COUNT(t); i++)
        CHECK(pthread_create(&t[i], NULL, mover, &m) == 0);
    for (size_t i = 0; i < COUNT(t); i++)
        pthread_join(t[i], NULL);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM mark")) == 40);
    OKAY(m.runs > 40);
    db_kit_close(&k);
}

static enum status lose(struct conn *c)
{
    int64_t n;
    return db_int(c,
                  SQL("SELECT 1 WHERE pg_terminate_backend("
                      "pg_backend_pid())"),
                  NO_ARGS, &n);
}

static enum status lost_inside(struct conn *c, struct arena *mem, void *data)
{
    struct moving *m = data;
    TRY(db_kit_insert(c, mem, WORD("once")));
    return m->runs++ < m->lost_runs ? lose(c) : OK;
}

TEST_POSTGRES(postgres_lost_before_the_commit_runs_again)
{
    struct db_kit k = db_kit_open();
    struct moving m = {.lost_runs = 1};
    OKAY(db_write(k.db, &k.mem, lost_inside, &m) == OK && m.runs == 2);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    m = (struct moving){.lost_runs = 100};
    OKAY(db_write(k.db, &k.mem, lost_inside, &m) == ERR_AWAY && m.runs < 10);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    db_kit_close(&k);
}

/* The server goes away while it commits. */
static enum status arm(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    TRY(db_exec(c,
                SQL("CREATE FUNCTION go() RETURNS trigger LANGUAGE plpgsql AS "
                    "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); "
                    "RETURN NULL; END'"),
                NO_ARGS, NULL));
    return db_exec(c,
                   SQL("CREATE CONSTRAINT TRIGGER go AFTER INSERT ON mark "
                       "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE "
                       "FUNCTION go()"),
                   NO_ARGS, NULL);
}

static enum status mark_it(struct conn *c, struct arena *mem, void *data)
{
    struct moving *m = data;
    (void)mem;
    m->runs++;
    return db_exec(c, SQL("INSERT INTO mark (name) VALUES ('a')"), NO_ARGS,
                   NULL);
}

TEST_POSTGRES(postgres_lost_in_the_commit_is_said)
{
    struct db_kit k = db_kit_open();
    struct moving m = {0};
    OKAY(db_write(k.db, &k.mem, arm, NULL) == OK);
    OKAY(db_write(k.db, &k.mem, mark_it, &m) == ERR_UNSURE && m.runs == 1);
    OKAY(db_write(k.db, &k.mem, db_kit_insert, WORD("after")) == OK);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 1);
    db_kit_close(&k);
}

TEST_POSTGRES(postgres_reader_finds_a_server_that_came_back)
{
    struct db_kit k = db_kit_open();
    int64_t n;
    OKAY(conn_begin(k.reader, 0) == OK);
    OKAY(db_int(k.reader, SQL("SELECT count(*) FROM note"), NO_ARGS, &n) == OK);
    conn_end(k.reader);
    test_server_run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND datname = "
                    "current_database()");
    OKAY(conn_begin(k.reader, 0) == OK);
    OKAY(db_int(k.reader, SQL("SELECT count(*) FROM note"), NO_ARGS, &n) == OK);
    /* Lost inside a snapshot: what was read before may not go with it. */
    OKAY(lose(k.reader) == ERR_AWAY);
    OKAY(db_int(k.reader, SQL("SELECT count(*) FROM note"), NO_ARGS, &n) ==
         ERR_AWAY);
    conn_end(k.reader);
    OKAY(conn_begin(k.reader, 0) == OK);
    OKAY(db_int(k.reader, SQL("SELECT count(*) FROM note"), NO_ARGS, &n) == OK);
    conn_end(k.reader);
    db_kit_close(&k);
}

static enum status too_long(struct conn *c, struct arena *mem, void *data)
{
    int64_t n;
    (void)data;
    TRY(db_kit_insert(c, mem, WORD("never")));
    return db_int(c, ENDLESS, NO_ARGS, &n) == ERR_BUSY ? OK : ERR_STORE;
}

/* What was asked ahead and never looked at is nobody else's answer. */
TEST_POSTGRES(postgres_keeps_answers_apart)
{
    struct db_kit k = db_kit_open();
    struct conn *c;
    int64_t n;
    OKAY(conn_open(k.db, &c) == OK);
    for (int i = 0; i < 40; i++) {
        const struct arg args[] = {arg_int("n", i), {0}};
        OKAY(conn_begin(c, 0) == OK);
        OKAY(db_ahead(c, SQL("SELECT CAST(:n AS BIGINT) + 1000"), args) == OK);
        if (i % 8 == 7) {
            OKAY(db_int(c, SQL("SELECT CAST(:n AS BIGINT)"), args, &n) == OK);
            OKAY(n == i);
        }
        conn_end(c);
    }
    conn_close(c);
    db_kit_close(&k);
}

TEST_POSTGRES(postgres_stops_a_write_that_lasts)
{
    struct db_kit k = db_kit_open();
    int64_t began = time_monotonic_ns();
    OKAY(db_write(k.db, &k.mem, too_long, NULL) == ERR_BUSY);
    OKAY(time_monotonic_ns() - began < INT64_C(6000000000));
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 0);
    db_kit_close(&k);
}

/* Fails inside an attempt, and goes on. */
static enum status twice(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    for (int i = 0; i < 2; i++)
        TRY(db_exec(c, SQL("INSERT INTO mark (name) VALUES ('same')"), NO_ARGS,
                    NULL));
    return OK;
}

static enum status attempts(struct conn *c, struct arena *mem, void *data)
{
    const bool swallow = *(bool *)data;
    TRY(db_kit_insert(c, mem, WORD("before")));
    enum status s =
        swallow ? twice(c, mem, NULL) : db_attempt(c, mem, twice, NULL);
    CHECK(s == ERR_CONFLICT && same(conn_refusal(c), "unique mark.name"));
    if (!swallow)
        TRY(db_kit_insert(c, mem, WORD("after")));
    return OK;
}

TEST(db_attempt_is_undone_and_nothing_else)
{
    struct db_kit k = db_kit_open();
    bool swallow = false;
    OKAY(db_write(k.db, &k.mem, attempts, &swallow) == OK);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 2);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM mark")) == 0);
    swallow = true; /* without one, the closure fails as its statement did */
    OKAY(db_write(k.db, &k.mem, attempts, &swallow) == ERR_CONFLICT);
    OKAY(db_kit_int(&k, SQL("SELECT count(*) FROM note")) == 2);
    db_kit_close(&k);
}

/* What db_open says of a place that will not do. */
static bool refused_of(const char *url, enum status as, const char *word,
                       int least)
{
    struct arena mem = {0};
    struct db *db = NULL;
    const char *why = "";
    const struct db_options o = {.path = url, .least_version = least};
    enum status s = db_open(&mem, &db, &o, &why);
    bool right = s == as && strstr(why, word) && strlen(why) > 20 &&
                 !strchr(why, '\n') && !strstr(why, "secret");
    if (!right)
        printf("  %s: %s\n", url, why);
    arena_reset(&mem);
    return right;
}

static bool refused(const char *url, const char *word)
{
    return refused_of(url, ERR_SYSTEM, word, 0);
}

/* Waiting may help. */
static bool away(const char *url, const char *word)
{
    return refused_of(url, ERR_AWAY, word, 0);
}

TEST_POSTGRES(postgres_says_why_a_place_will_not_do)
{
    const char *place = getenv("ESSAIM_TEST_DB");
    CHECK(place != NULL); /* without a server this is not asked */
    char url[600];
    OKAY(
        away("postgresql://user:secret@127.0.0.1:1/essaim", "does not answer"));
    OKAY(away("postgresql://127.0.0.1:99999999/essaim", "mend the address"));
    OKAY(refused("postgresql://127.0.0.1/essaim?foo=1", "cannot be read"));
    /* libpq repeats such an address whole, or a part of it. */
    OKAY(refused("postgresql://user:secret@[::1/essaim", "cannot be read"));
    OKAY(refused("postgresql://u:secret@[::1]x/essaim", "cannot be read"));
    OKAY(refused("postgresql://u:se/secret@127.0.0.1/essaim", "%2F"));
    OKAY(refused("postgresql://u:5432/secret@127.0.0.1/essaim", "%2F"));
    OKAY(refused("postgresql://u:x@secret@127.0.0.1/essaim", "%40"));
    OKAY(refused("postgresql://u:secret/essaim", "is no port"));
    snprintf(url, sizeof(url), "%s%cdbname=not_there", place,
             strchr(place, '?') ? '&' : '?');
    OKAY(away(url, "make it with createdb"));
    snprintf(url, sizeof(url), "%s%cpassword=secret", place,
             strchr(place, '?') ? '&' : '?');
    OKAY(away(url, "refuses us"));
    snprintf(url, sizeof(url),
             "%s%coptions=-cdefault_transaction_read_only%%3Don", place,
             strchr(place, '?') ? '&' : '?');
    OKAY(away(url, "can only be read"));
    snprintf(url, sizeof(url), "%s%coptions=-csearch_path%%3Dnone", place,
             strchr(place, '?') ? '&' : '?');
    OKAY(refused(url, "has no schema"));
    /* Debian has no older server: this one is too old for a later program. */
    OKAY(refused_of(place, ERR_SYSTEM, "install 99 or a later one", 990000));
}

TEST(db_place_kept_has_no_password)
{
    static const char *const places[][2] = {
        {"postgresql://e:s3cret@h:5432/lab", "postgresql://e@h:5432/lab"},
        {"postgresql://e:a?b@h/lab?sslmode=require",
         "postgresql://e@h/lab?sslmode=require"},
        {"postgresql://h/lab?sslpassword=x&sslmode=require&password=y",
         "postgresql://h/lab?sslmode=require"},
        {"postgresql://h/lab?sslmode=require&password=y",
         "postgresql://h/lab?sslmode=require"},
        {"postgresql://h/lab?password=y", "postgresql://h/lab"},
        {"postgresql:///lab?host=/run/a@b", "postgresql:///lab?host=/run/a@b"},
        {"postgres://e@h1,h2:2/lab", "postgres://e@h1,h2:2/lab"},
        {"/srv/e:x@y/essaim.db", "/srv/e:x@y/essaim.db"},
    };
    struct arena mem = {0};
    for (size_t i = 0; i < COUNT(places); i++)
        OKAY(same(db_place_kept(&mem, places[i][0]), places[i][1]));
    arena_reset(&mem);
}

TEST(db_place_shown_is_an_address)
{
    static const char *const places[][2] = {
        {"postgresql://e:s3cret@h:5432/lab", "postgresql://h:5432/lab"},
        {"postgresql://a:5439,b:5432/lab", "postgresql://a:5439,b:5432/lab"},
        {"postgresql://a,b:5432/lab", "postgresql://a,b:5432/lab"},
        {"postgresql://a:5432,b/lab", "postgresql://a:5432,b/lab"},
        {"postgresql://e@[::1]:5433,c/lab", "postgresql://[::1]:5433,c/lab"},
        {"postgresql:///lab?host=a,b&port=1,2", "postgresql://a:1,b:2/lab"},
        {"postgresql:///lab?host=a,b&port=7", "postgresql://a:7,b:7/lab"},
        {"postgresql:///lab?host=/run/pg", "postgresql://%2Frun%2Fpg/lab"},
        {"postgresql:///lab?port=7", "postgresql://:7/lab"},
        {"postgresql://h/lab?options=-csearch_path%3Dlab,public&password=x",
         "postgresql://h/lab?options=-csearch_path%3Dlab,public"},
        {"postgresql://h/lab?options=-cjit%3Doff", "postgresql://h/lab"},
    };
    struct arena mem = {0};
    for (size_t i = 0; i < COUNT(places); i++) {
        const char *shown = db_place_shown(&mem, places[i][0]);
        OKAY(same(shown, places[i][1]));
        OKAY(same(db_place_shown(&mem, shown), shown));
    }
    arena_reset(&mem);
}

static enum status mark_there(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    return db_exec(c, SQL("INSERT INTO mark VALUES (900, 'there')"), NO_ARGS,
                   NULL);
}

static enum status refused_mark(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    return db_exec(c, SQL("INSERT INTO mark (name) VALUES ('there')"), NO_ARGS,
                   NULL);
}

static enum status statements_count(struct conn *c, struct arena *mem,
                                    void *data)
{
    (void)mem;
    return db_int(c,
                  SQL("SELECT count(*) FROM pg_prepared_statements WHERE"
                      " statement LIKE 'INSERT INTO mark (%'"),
                  NO_ARGS, data);
}

/* What a server refuses it has prepared all the same, and keeps. */
TEST_POSTGRES(postgres_prepares_once_what_is_refused)
{
    struct db_kit k = db_kit_open();
    int64_t n = NONE;
    OKAY(db_write(k.db, &k.mem, mark_there, NULL) == OK);
    for (int i = 0; i < 20; i++)
        OKAY(db_write(k.db, &k.mem, refused_mark, NULL) == ERR_CONFLICT);
    OKAY(db_write(k.db, &k.mem, statements_count, &n) == OK);
    OKAY(n == 1);
    db_kit_close(&k);
}

/* Nobody has heard that it could not be prepared: behind one that fails. */
TEST_POSTGRES(postgres_believes_no_statement_that_nobody_heard_of)
{
    struct db_kit k = db_kit_open();
    int64_t n;
    OKAY(conn_begin(k.reader, 0) == OK);
    OKAY(db_ahead(k.reader, SQL("SELECT 1 / count(*) FROM part"), NO_ARGS) ==
         OK);
    OKAY(db_ahead(k.reader, SQL("SELECT 7"), NO_ARGS) == OK);
    conn_end(k.reader);
    OKAY(db_kit_int(&k, SQL("SELECT 6")) == 6);
    for (int i = 0; i < 2; i++) {
        OKAY(conn_begin(k.reader, 0) == OK);
        OKAY(db_int(k.reader, SQL("SELECT 7"), NO_ARGS, &n) == OK && n == 7);
        conn_end(k.reader);
    }
    db_kit_close(&k);
}
