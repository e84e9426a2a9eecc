/*
 * The database. Many readers, each with its own snapshot; one writer that runs
 * everybody's closures in order and commits them together, once, on the disk.
 */
#pragma once

#include "store/sql.h"

struct db;   /* an open database */
struct conn; /* one connection: a reader's snapshot, or the writer inside */
struct rows; /* an answer being read */

struct db_options {
    /* The SQLite file, made when absent; or postgresql://… */
    const char *path;
    const char *vfs;   /* tests: another SQLite VFS; NULL is the usual */
    bool shared;       /* beside another process that may have it open: takes no
                          lock, makes nothing, and leaves the other its turns */
    int slow_ms;       /* statements that last so long are counted and logged
                          by their text, never with values; 0: none */
    int least_version; /* tests: of a PostgreSQL server, as libpq has it, where
                          it is not the program's own; 150000 is 15 */
    bool scratch;      /* an SQLite file of one user, which nobody needs after a
                          power loss: no WAL, no sync; opened again without, it is as
                          any other */
    bool unsafe_normal; /* tests: synchronous=NORMAL, the negative control */
};

/* On failure *why is one line that says what to do (ERR_SYSTEM, ERR_STORE). */
enum status db_open(struct arena *a, struct db **out,
                    const struct db_options *o, const char **why) MUST_USE;
/* The place as people may see it: without a password. */
const char *db_place(const struct db *db);
const char *db_place_shown(struct arena *a, const char *place);
/* As it was given, but for the password: what may be kept in a file. */
const char *db_place_kept(struct arena *a, const char *place);
/* What a failure means for an administrator, and what to do. */
const char *db_reason(enum status s);
/* For who serves, or changes all of it: one process at a time. who: how others
 * are told of it, on a line. Waits so long for one that ends. ERR_CONFLICT:
 * another has it, and *why says what to do. Called again, from one thread at a
 * time, it sees that it is still so, and after a server was away takes it anew.
 */
enum status db_claim(struct db *db, struct arena *a, const char *who,
                     int patience_ms, const char **why) MUST_USE;
void db_close(struct db *db); /* runs what waits, checkpoints, closes */

/* A reader for one thread, opened once and kept by it. The last that was closed
 * is the next to be opened: to open one, SQLite reads the whole schema. */
enum status conn_open(struct db *db, struct conn **out) MUST_USE;
void conn_close(struct conn *c);
/* One consistent snapshot until conn_end. Past the deadline (time_monotonic_ns;
 * 0 is none) queries end with ERR_BUSY. */
enum status conn_begin(struct conn *c, int64_t deadline) MUST_USE;
/* The deadline until conn_end: another thread may bring it nearer, though what
 * a server has begun to answer is not cut short for that. */
void conn_heed(struct conn *c, const _Atomic int64_t *deadline);
void conn_end(struct conn *c);
/* fn in a snapshot of its own, with a reader opened for it: what fn returns, or
 * why there was none. */
enum status db_read(struct db *db, struct arena *mem,
                    enum status (*fn)(struct conn *c, struct arena *mem,
                                      void *data),
                    void *data) MUST_USE;
/* Lets the snapshot go: what is asked next is asked of a new one. What was
 * counted since conn_begin, and the deadline, go on. */
enum status conn_renew(struct conn *c) MUST_USE;
/* Gives back the page cache, or the connection to a server: for a reader that
 * has rested for as long as this database's readers may keep it. */
void conn_rest(struct conn *c);
unsigned db_rest_seconds(const struct db *db);
/* Queries run on this connection since conn_begin: the cost of a page. */
unsigned conn_queries(const struct conn *c);

/* How often it waited for a server's answer since conn_begin; 0 where there is
 * none. */
unsigned conn_trips(const struct conn *c);

/* A reader says that it is going to ask this: a server answers it with what is
 * asked next, in one round trip, and db_rows with the same text and arguments
 * then waits for nobody. */
enum status db_ahead(struct conn *c, struct sql sql,
                     const struct arg *args) MUST_USE;
/* Is that of use here? Where no server has to be waited for, it is not. */
bool conn_asks_ahead(const struct conn *c);
/* A reader hears what fn will ask: all of it goes ahead, and nothing is
 * answered yet (no rows, NONE), so that fn, run again, waits but once. Where
 * answers lead to further questions it is run so often, each time with the
 * answers of the one before. What fn says is not heeded, what it took from mem
 * is given back. Where an answer costs no way, and within another rehearsal, fn
 * is not run. */
void db_rehearse(struct conn *c, struct arena *mem, int times,
                 enum status (*fn)(void *data), void *data);
/* Is it one now? Then an answer that holds nothing may not have come yet. */
bool conn_rehearses(const struct conn *c);
/* Statements are prepared once per connection and text. Failures: ERR_BUSY past
 * the deadline, ERR_CONFLICT where a unique or a reference forbids (see
 * conn_refusal), ERR_FULL, ERR_STORE. An argument that the text does not name,
 * or a name without argument, is our bug (CHECK). */
enum status db_rows(struct conn *c, struct arena *a, struct sql sql,
                    const struct arg *args, struct rows **out) MUST_USE;
bool rows_next(struct rows *r); /* false at the end, or when it failed */
enum status rows_end(struct rows *r) MUST_USE; /* OK, or why it failed */
int row_columns(const struct rows *r);
const char *row_column_name(const struct rows *r, int column);
int64_t row_int(const struct rows *r, int column);    /* NULL gives NONE */
int32_t row_day(const struct rows *r, int column);    /* NULL gives NO_DAY */
double row_real(const struct rows *r, int column);    /* NULL gives NAN */
struct str row_str(const struct rows *r, int column); /* until rows_next */
/* A copy in the arena given to db_rows; NULL for NULL. */
const char *row_text(struct rows *r, int column);
struct value row_value(const struct rows *r, int column); /* until rows_next */

/* Runs it to its end; *changed, where not NULL, gets the rows it changed. */
enum status db_exec(struct conn *c, struct sql sql, const struct arg *args,
                    int64_t *changed) MUST_USE;
/* The first column of the first row, NONE where there is none. */
enum status db_int(struct conn *c, struct sql sql, const struct arg *args,
                   int64_t *out) MUST_USE;
/* Of the INSERT just run, which ends with {returning}. */
int64_t conn_last_id(const struct conn *c);
/* After ERR_CONFLICT: "unique directory_school.uai" ("unique t.a, t.b" over
 * several), "reference", "required directory_school.name", "overlap
 * booking_hold", or what a check says; "" else. */
const char *conn_refusal(const struct conn *c);

/* A row that a refusal is about; entity NULL: here some are left out. */
struct entity;
struct about {
    const struct entity *entity;
    int64_t id;
};
/* A check that refuses a row (row_fault) may name others, in the order in which
 * they are told, by another label that has them as {path}: who may read them is
 * the teller's to ask (form_fault). They stand until the next row_fault or
 * row_restore, and lie in the arena of the check. */
struct fault_rows {
    const char *key; /* NULL: none are named */
    const struct about *rows;
    size_t n;
};
void fault_tells(struct conn *c, struct fault_rows f);
struct fault_rows fault_told(const struct conn *c);

/*
 * Writes. fn runs on the writer's thread inside a savepoint, with the caller's
 * own arena, under its ceiling; the caller waits until it is on the disk. What
 * fn returns is returned, and nothing of it is kept unless that is OK. fn is
 * pure but for the database and *data, it may run several times (what it took
 * from mem is then given back first), and it has 20 ms of the writer's
 * processor, in 200 ms at most (then ERR_BUSY). ERR_BUSY also when the lane is
 * full; ERR_UNSURE when the disk failed while committing. A closure writes
 * nothing through db_write (CHECK).
 */
typedef enum status write_fn(struct conn *c, struct arena *mem, void *data);
enum status db_write(struct db *db, struct arena *mem, write_fn *fn,
                     void *data) MUST_USE;
/* The same with a longer budget: a piece of an import, a migration. */
enum status db_write_within(struct db *db, struct arena *mem, write_fn *fn,
                            void *data, int64_t budget_ms) MUST_USE;
bool conn_is_writer(const struct conn *c);
/* Inside a closure. Where a statement failed, so does the closure, whatever it
 * returns; unless it ran inside of an attempt: then what fn did is undone, its
 * status returned, and the closure may go on. */
enum status db_attempt(struct conn *c, struct arena *mem, write_fn *fn,
                       void *data) MUST_USE;
/* Inside a closure: who asks for the same name elsewhere waits until this one
 * is committed. */
enum status conn_lock(struct conn *c, const char *name) MUST_USE;

enum { DB_GROUPS = 9 };
struct db_stats {
    uint64_t writes, commits, refused, slow; /* since db_open */
    unsigned waiting;
    /* Commits by how many writes each held: groups[i], of at most 2^i and more
     * than half of that; and those writes. */
    uint64_t groups[DB_GROUPS], grouped;
};
struct db_stats db_stats(const struct db *db);
/* A reader asks how much of the write-ahead log is kept for the next recovery:
 * on a server that of all its databases. NONE: this user may not know. */
enum status db_wal_bytes(struct conn *c, int64_t *out) MUST_USE;
/* Grows by one whenever a commit of this process changed anything: caches
 * compare it. What a process beside wrote does not show in it. */
uint64_t db_generation(const struct db *db);
