/*
 * What the store's lane costs: durable writes of one row by 1, 32 and 64
 * threads against a bare loop that commits the same rows in groups of the same
 * size, and point reads against bare SQLite; in turns, the best of five rounds
 * each, as ratios.
 * `build/test/bench/db [SECONDS [FOLDER]]`
 */
#include "store/db.h"

#include "base/time.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_THREADS = 64, ROWS = 20000, ROUNDS = 5 };

static const char table[] = "CREATE TABLE IF NOT EXISTS note (id INTEGER "
                            "PRIMARY KEY, word TEXT, n INT)";
static const char insert[] = "INSERT INTO note (word, n) VALUES (:word, :n)";
static const char point[] = "SELECT word, n FROM note WHERE id = :id";
static const char word[] = "a row of the usual size, some eighty bytes, as "
                           "they are written by a form";

struct load {
    struct db *db;
    atomic_int stop;
    atomic_llong done, longest_ns;
};

static enum status make_table(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    return db_exec(c, (struct sql){table}, NO_ARGS, NULL);
}

static enum status insert_one(struct conn *c, struct arena *mem, void *data)
{
    (void)mem;
    return db_exec(c, (struct sql){insert},
                   ARGS(arg_cstr("word", word), arg_int("n", *(int64_t *)data)),
                   NULL);
}

static void *client(void *data)
{
    struct load *l = data;
    struct arena mem = {.limit = 1 << 20};
    for (int64_t n = 0; !l->stop; n++) {
        int64_t began = time_monotonic_ns();
        CHECK(db_write(l->db, &mem, insert_one, &n) == OK);
        int64_t took = time_monotonic_ns() - began;
        if (took > l->longest_ns)
            l->longest_ns = took;
        l->done++;
        arena_reset(&mem);
    }
    arena_reset(&mem);
    return NULL;
}

static double since(int64_t began)
{
    return (double)(time_monotonic_ns() - began) / 1e9;
}

/* Of some rounds the best counts: others use the machine too. */
static double more(double a, double b)
{
    return a > b ? a : b;
}

/* Rows a second; *group: rows a commit. */
static double lane(struct db *db, int threads, double seconds, double *group,
                   double *longest_ms)
{
    struct load l = {.db = db};
    pthread_t t[MOST_THREADS];
    struct db_stats before = db_stats(db);
    int64_t began = time_monotonic_ns();
    for (int i = 0; i < threads; i++)
        CHECK(pthread_create(&t[i], NULL, client, &l) == 0);
    while (since(began) < seconds)
        usleep(1000);
    l.stop = 1;
    for (int i = 0; i < threads; i++)
        pthread_join(t[i], NULL);
    double rate = (double)l.done / since(began);
    struct db_stats after = db_stats(db);
    *group = (double)(after.writes - before.writes) /
             (double)(after.commits - before.commits);
    if ((double)l.longest_ns / 1e6 > *longest_ms)
        *longest_ms = (double)l.longest_ns / 1e6;
    return rate;
}

static sqlite3 *bare_open(const char *path)
{
    sqlite3 *lite;
    CHECK(sqlite3_open(path, &lite) == SQLITE_OK);
    CHECK(sqlite3_exec(lite,
                       "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                       "PRAGMA cache_size = -4000; PRAGMA mmap_size = "
                       "1073741824; PRAGMA wal_autocheckpoint = 2000",
                       NULL, NULL, NULL) == SQLITE_OK);
    CHECK(sqlite3_exec(lite, table, NULL, NULL, NULL) == SQLITE_OK);
    return lite;
}

static void bare_run(sqlite3_stmt *s)
{
    CHECK(sqlite3_step(s) == SQLITE_DONE);
    sqlite3_reset(s);
}

/* The same rows, one thread, nobody waiting for anybody. */
static double bare(sqlite3 *lite, int group, double seconds)
{
    sqlite3_stmt *begin, *commit, *one;
    sqlite3_prepare_v2(lite, "BEGIN IMMEDIATE", -1, &begin, NULL);
    sqlite3_prepare_v2(lite, "COMMIT", -1, &commit, NULL);
    sqlite3_prepare_v2(lite, insert, -1, &one, NULL);
    int64_t began = time_monotonic_ns(), n = 0;
    do {
        bare_run(begin);
        for (int i = 0; i < group; i++) {
            sqlite3_bind_text(one, 1, word, -1, SQLITE_STATIC);
            sqlite3_bind_int64(one, 2, n++);
            bare_run(one);
        }
        bare_run(commit);
    } while (since(began) < seconds);
    double rate = (double)n / since(began);
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    sqlite3_finalize(one);
    return rate;
}

static void writes(struct db *db, sqlite3 *lite, double seconds)
{
    static const int threads[] = {1, 32, 64};
    for (size_t k = 0; k < COUNT(threads); k++) {
        double ours = 0, theirs = 0, group = 0, longest = 0;
        for (int i = 0; i < ROUNDS; i++) {
            double part;
            ours = more(ours, lane(db, threads[k], seconds, &part, &longest));
            group += part / ROUNDS;
            theirs = more(theirs, bare(lite, (int)(part + 0.5), seconds));
        }
        printf("durable writes, %2d threads: %6.0f/s, %4.1f a commit, longest "
               "wait %.1f ms; bare loop in the same groups %6.0f/s; ratio "
               "%.2f\n",
               threads[k], ours, group, longest, theirs, ours / theirs);
    }
}

static double read_ours(struct conn *c, double seconds)
{
    struct arena mem = {.limit = 1 << 20};
    int64_t began = time_monotonic_ns(), n = 0;
    CHECK(conn_begin(c, began + INT64_C(60000000000)) == OK);
    for (; since(began) < seconds; n++) {
        struct rows *r;
        CHECK(db_rows(c, &mem, (struct sql){point},
                      ARGS(arg_int("id", 1 + n * 7919 % ROWS)), &r) == OK);
        CHECK(rows_next(r) && row_str(r, 0).n > 0 && row_int(r, 1) >= 0);
        CHECK(rows_end(r) == OK);
        if (n % 50 == 0)
            arena_reset(&mem);
    }
    conn_end(c);
    arena_reset(&mem);
    return (double)n / since(began);
}

static double read_bare(sqlite3 *lite, double seconds)
{
    sqlite3_stmt *s;
    int64_t n = 0;
    sqlite3_exec(lite, "BEGIN", NULL, NULL, NULL);
    CHECK(sqlite3_prepare_v2(lite, point, -1, &s, NULL) == SQLITE_OK);
    int64_t began = time_monotonic_ns();
    for (; since(began) < seconds; n++) {
        sqlite3_bind_int64(s, 1, 1 + n * 7919 % ROWS);
        CHECK(sqlite3_step(s) == SQLITE_ROW);
        CHECK(sqlite3_column_text(s, 0) && sqlite3_column_bytes(s, 0) > 0 &&
              sqlite3_column_int64(s, 1) >= 0);
        sqlite3_reset(s);
    }
    double rate = (double)n / since(began);
    sqlite3_finalize(s);
    sqlite3_exec(lite, "COMMIT", NULL, NULL, NULL);
    return rate;
}

static enum status fill(struct conn *c, struct arena *mem, void *data)
{
    for (int64_t n = 0; n < ROWS; n++)
        TRY(insert_one(c, mem, &n));
    (void)data;
    return OK;
}

static void reads(struct db *db, sqlite3 *lite, double seconds)
{
    struct conn *c;
    double ours = 0, theirs = 0;
    CHECK(conn_open(db, &c) == OK);
    for (int i = 0; i < ROUNDS; i++) {
        ours = more(ours, read_ours(c, seconds));
        theirs = more(theirs, read_bare(lite, seconds));
    }
    printf("point reads: %.0f/s; bare SQLite %.0f/s; ratio %.2f\n", ours,
           theirs, ours / theirs);
    conn_close(c);
}

int main(int argc, char **argv)
{
    struct arena mem = {0};
    double seconds = 1;
    if (argc > 1 && (!str_real(str_of(argv[1]), &seconds) || seconds <= 0))
        return 2;
    char made[] = "/tmp/essaim-bench-XXXXXX";
    const char *folder = argc > 2 ? argv[2] : mkdtemp(made), *why = "";
    CHECK(folder);
    const char *path = arena_printf(&mem, "%s/ours.db", folder);
    const char *other = arena_printf(&mem, "%s/bare.db", folder);
    struct db *db;
    if (db_open(&mem, &db, &(struct db_options){.path = path}, &why) != OK) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    CHECK(db_write(db, &mem, make_table, NULL) == OK);
    CHECK(db_write_within(db, &mem, fill, NULL, 60000) == OK);
    sqlite3 *lite = bare_open(other);
    for (int i = 0; i < 1 + ROWS / 1000; i++)
        bare(lite, 1000, 0);
    reads(db, lite, seconds);
    writes(db, lite, seconds);
    sqlite3_close(lite);
    db_close(db);
    unlink(path);
    unlink(other);
    unlink(arena_printf(&mem, "%s-lock", path));
    if (argc <= 2)
        rmdir(folder);
    arena_reset(&mem);
    return 0;
}
