/*
 * The bare loop that form posts are compared with: replay BEFORE AFTER [GROUP].
 * Every row that AFTER has and BEFORE has not is inserted again into a copy of
 * BEFORE, table by table as one post does it, with the words of the search, in
 * groups of that many posts (32) per durable commit. No HTTP, no checks, one
 * thread: what SQLite and the disk cost alone.
 */
#include "base/arena.h"
#include "base/str.h"
#include "base/time.h"

#include <sqlite3.h>
#include <unistd.h>

enum { TABLES = 64 };

struct table {
    const char *name;
    sqlite3_stmt *read, *write, *words;
    int64_t rows;
    int columns;
};

struct replay {
    struct arena mem;
    sqlite3 *db;
    struct table tables[TABLES];
    size_t n;
};

static void run(struct replay *r, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(r->db, sql, NULL, NULL, &why) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, why);
        exit(1);
    }
}

static sqlite3_stmt *prepare(struct replay *r, const char *sql)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(r->db));
        exit(1);
    }
    return s;
}

static int64_t number(struct replay *r, const char *sql)
{
    sqlite3_stmt *s = prepare(r, sql);
    int64_t n = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    return n;
}

static void table_open(struct replay *r, const char *name)
{
    struct arena *a = &r->mem;
    struct table *t = &r->tables[r->n];
    int64_t last = number(
        r, arena_printf(a, "SELECT coalesce(max(rowid), 0) FROM \"%s\"", name));
    *t = (struct table){.name = str_dup(a, str_of(name))};
    t->rows = number(r, arena_printf(a,
                                     "SELECT count(*) FROM after.\"%s\""
                                     " WHERE rowid > %" PRId64,
                                     name, last));
    if (!t->rows)
        return;
    t->read = prepare(
        r, arena_printf(a,
                        "SELECT rowid, * FROM after.\"%s\" WHERE rowid >"
                        " %" PRId64 " ORDER BY rowid",
                        name, last));
    t->columns = sqlite3_column_count(t->read) - 1;
    struct buf marks = {.mem = a};
    for (int i = 0; i < t->columns; i++)
        buf_str(&marks, i ? ", ?" : "?");
    t->write = prepare(r, arena_printf(a, "INSERT INTO main.\"%s\" VALUES (%s)",
                                       name, marks.p));
    if (number(r, arena_printf(a,
                               "SELECT count(*) FROM sqlite_schema"
                               " WHERE name = '%s_search'",
                               name)))
        t->words = prepare(r, arena_printf(a,
                                           "INSERT INTO \"%s_search\" (rowid,"
                                           " words) SELECT id, words FROM"
                                           " main.\"%s\" WHERE id = ?",
                                           name, name));
    r->n++;
}

/* Tables of rows; neither indexes of the search nor those beneath them. */
static void tables_open(struct replay *r)
{
    sqlite3_stmt *s =
        prepare(r, "SELECT name FROM sqlite_schema m WHERE type = 'table'"
                   " AND sql NOT LIKE 'CREATE VIRTUAL%' AND sql NOT LIKE"
                   " '%WITHOUT ROWID%' AND name NOT LIKE 'sqlite_%'"
                   " AND name NOT LIKE '%~_search~_%' ESCAPE '~'");
    while (sqlite3_step(s) == SQLITE_ROW && r->n < TABLES)
        table_open(r, (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
}

static void row_again(struct table *t)
{
    if (sqlite3_step(t->read) != SQLITE_ROW)
        return;
    for (int i = 0; i < t->columns; i++)
        sqlite3_bind_value(t->write, i + 1,
                           sqlite3_column_value(t->read, i + 1));
    if (sqlite3_step(t->write) != SQLITE_DONE)
        fprintf(stderr, "%s: a row was refused\n", t->name);
    sqlite3_reset(t->write);
    if (!t->words)
        return;
    sqlite3_bind_int64(t->words, 1, sqlite3_column_int64(t->read, 0));
    sqlite3_step(t->words);
    sqlite3_reset(t->words);
}

static void replay(struct replay *r, int64_t posts, int64_t group)
{
    for (int64_t i = 0; i < posts; i++) {
        if (i % group == 0)
            run(r, "BEGIN IMMEDIATE; PRAGMA defer_foreign_keys=ON");
        for (size_t t = 0; t < r->n; t++) {
            struct table *of = &r->tables[t];
            for (int64_t k = of->rows * i / posts;
                 k < of->rows * (i + 1) / posts; k++)
                row_again(of);
        }
        if (i % group == group - 1 || i == posts - 1)
            run(r, "COMMIT");
    }
}

static int64_t processor_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int main(int argc, char **argv)
{
    struct replay r = {0};
    int64_t group = 32;
    if (argc < 3 || (argc > 3 && !str_int(str_of(argv[3]), &group))) {
        fprintf(stderr, "replay BEFORE AFTER [GROUP]\n");
        return 2;
    }
    char *copy = arena_printf(&r.mem, "%s.replay", argv[1]);
    if (sqlite3_open(argv[1], &r.db) != SQLITE_OK)
        return 1;
    unlink(copy);
    run(&r, arena_printf(&r.mem, "VACUUM INTO '%s'", copy));
    sqlite3_close(r.db);
    if (sqlite3_open(copy, &r.db) != SQLITE_OK)
        return 1;
    run(&r, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            " PRAGMA foreign_keys=ON; PRAGMA cache_size=-8000");
    run(&r, arena_printf(&r.mem, "ATTACH '%s' AS after", argv[2]));
    tables_open(&r);
    int64_t posts = 0;
    for (size_t i = 0; i < r.n; i++)
        if (same(r.tables[i].name, "core_once"))
            posts = r.tables[i].rows;
    if (!posts) {
        fprintf(stderr, "AFTER has no post that BEFORE has not\n");
        return 1;
    }
    int64_t start = time_monotonic_ns(), worked = processor_ns();
    replay(&r, posts, group);
    double s = (double)(time_monotonic_ns() - start) / 1e9;
    printf("%.0f posts/s, %.1f us of processor each (%" PRId64
           " posts, %zu tables, groups of %" PRId64 ")\n",
           (double)posts / s,
           (double)(processor_ns() - worked) / 1e3 / (double)posts, posts, r.n,
           group);
    unlink(copy);
    return 0;
}
