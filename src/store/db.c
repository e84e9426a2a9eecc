/*
 * The door of the store: what every engine does alike, and the way to the one
 * that a database has.
 */
#include "store/db.h"

#include "base/log.h"
#include "base/time.h"
#include "store/dialect.h"
#include "store/engine.h"

enum { BUDGET_MS = 20 };

bool place_is_postgres(const char *place)
{
    return strncmp(place, "postgresql://", 13) == 0 ||
           strncmp(place, "postgres://", 11) == 0;
}

enum status db_open(struct arena *a, struct db **out,
                    const struct db_options *o, const char **why)
{
    const struct engine *e =
        place_is_postgres(o->path) ? &postgres_engine : &sqlite_engine;
    return e->open(a, out, o, why);
}

const char *db_place(const struct db *db)
{
    return db->shown;
}

const char *db_place_shown(struct arena *a, const char *place)
{
    return place_is_postgres(place) ? postgres_engine.shown(a, place) : place;
}

const char *db_reason(enum status s)
{
    switch (s) {
    case ERR_UNSURE:
        return "the database was lost while it saved: look whether it is done"
               " before you do it again";
    case ERR_AWAY:
        return "the database does not answer: see that its server runs, then"
               " do it again";
    case ERR_BUSY:
        return "the database was too busy: do it again";
    case ERR_FULL:
        return "no room is left on the disk: make room, then do it again";
    case ERR_STORE:
        return "the database failed, see the line above";
    default:
        return status_name(s);
    }
}

const char *db_place_kept(struct arena *a, const char *place)
{
    return place_is_postgres(place) ? postgres_engine.kept(a, place) : place;
}

enum status db_claim(struct db *db, struct arena *a, const char *who,
                     int patience_ms, const char **why)
{
    if (!db->engine->claim)
        return OK;
    return db->engine->claim(db, a, who, patience_ms, why);
}

static void spare_drop(struct conn *c)
{
    if (c)
        c->engine->conn_close(c);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    CHECK(db->readers == 0);
    spare_drop(atomic_exchange(&db->spare, NULL));
    db->engine->close(db);
}

enum status conn_open(struct db *db, struct conn **out)
{
    struct conn *spare = atomic_exchange(&db->spare, NULL);
    if (spare)
        *out = spare;
    else
        TRY(db->engine->conn_open(db, out));
    db->readers++;
    return OK;
}

void conn_close(struct conn *c)
{
    if (!c)
        return;
    CHECK(!c->writer);
    struct db *db = c->db;
    conn_end(c);
    conn_rest(c);
    spare_drop(atomic_exchange(&db->spare, c));
    db->readers--;
}

enum status conn_begin(struct conn *c, int64_t deadline)
{
    CHECK(!c->writer && !c->begun);
    c->limit = (struct limit){.wall = deadline};
    c->late = c->rehearsing = false;
    c->queries = c->trips = 0;
    c->memory.asked = false;
    TRY(c->engine->begin(c));
    c->begun = true;
    return OK;
}

void conn_heed(struct conn *c, const _Atomic int64_t *deadline)
{
    c->limit.nearer = deadline;
}

void conn_end(struct conn *c)
{
    CHECK(!c->writer);
    c->limit = (struct limit){0};
    c->engine->end(c);
    c->begun = false;
}

enum status db_read(struct db *db, struct arena *mem,
                    enum status (*fn)(struct conn *c, struct arena *mem,
                                      void *data),
                    void *data)
{
    struct conn *c;
    TRY(conn_open(db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = fn(c, mem, data);
    conn_end(c);
    conn_close(c);
    return s;
}

enum status conn_renew(struct conn *c)
{
    const unsigned queries = c->queries, trips = c->trips;
    const struct limit limit = c->limit;
    conn_end(c);
    TRY(conn_begin(c, limit.wall));
    c->limit = limit;
    c->queries = queries;
    c->trips = trips;
    return OK;
}

void conn_rest(struct conn *c)
{
    CHECK(!c->begun);
    memory_drop(&c->memory);
    c->engine->rest(c);
}

unsigned db_rest_seconds(const struct db *db)
{
    return db->engine->rest_seconds;
}

unsigned conn_queries(const struct conn *c)
{
    return c->queries;
}

unsigned conn_trips(const struct conn *c)
{
    return c->trips;
}

enum status db_ahead(struct conn *c, struct sql sql, const struct arg *args)
{
    CHECK(!c->writer);
    return c->engine->ahead ? c->engine->ahead(c, sql, args) : OK;
}

bool conn_asks_ahead(const struct conn *c)
{
    return c->engine->ahead != NULL;
}

void db_rehearse(struct conn *c, struct arena *mem, int times,
                 enum status (*fn)(void *data), void *data)
{
    const struct arena_mark mark = arena_mark(mem);
    if (!c->engine->ahead || c->rehearsing || c->writer)
        return;
    c->unheard = 1;
    for (int i = 0; i < times && c->unheard; i++) {
        if (i)
            c->engine->hear(c);
        c->unheard = 0;
        c->rehearsing = true;
        (void)fn(data);
        c->rehearsing = false;
        arena_rewind(mem, mark);
    }
}

bool conn_rehearses(const struct conn *c)
{
    return c->rehearsing;
}

bool conn_is_writer(const struct conn *c)
{
    return c->writer;
}

const struct dialect *dialect_of(const struct conn *c)
{
    return c->engine->dialect;
}

bool limit_passed(const struct conn *c)
{
    const struct limit *l = &c->limit;
    const int64_t wall = l->nearer ? *l->nearer : l->wall;
    if (!wall)
        return false;
    int64_t now = time_monotonic_ns();
    if (now < wall || !l->cpu)
        return now >= wall;
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return now >= l->hard ||
           (int64_t)t.tv_sec * 1000000000 + t.tv_nsec >= l->cpu;
}

/* Ready for a statement. */
static enum status start(struct conn *c)
{
    c->refusal[0] = 0;
    c->queries += !c->rehearsing;
    if (!limit_passed(c))
        return OK;
    c->late = true;
    return ERR_BUSY;
}

enum status fall(struct conn *c, enum status s)
{
    if (s != OK && c->writer && !c->depth && c->fallen == OK)
        c->fallen = s;
    return s;
}

enum status db_rows(struct conn *c, struct arena *a, struct sql sql,
                    const struct arg *args, struct rows **out)
{
    TRY(start(c));
    return fall(c, c->engine->rows(c, a, sql, args, out));
}

enum status db_exec(struct conn *c, struct sql sql, const struct arg *args,
                    int64_t *changed)
{
    TRY(start(c));
    return fall(c, c->engine->exec(c, sql, args, changed));
}

enum status db_int(struct conn *c, struct sql sql, const struct arg *args,
                   int64_t *out)
{
    TRY(start(c));
    return fall(c, c->engine->one(c, sql, args, out));
}

int64_t conn_last_id(const struct conn *c)
{
    return c->engine->last_id(c);
}

const char *conn_refusal(const struct conn *c)
{
    return c->refusal;
}

void fault_tells(struct conn *c, struct fault_rows f)
{
    c->told = f;
}

struct fault_rows fault_told(const struct conn *c)
{
    return c->told;
}

bool rows_next(struct rows *r)
{
    return !r->done && r->conn->engine->next(r);
}

enum status rows_end(struct rows *r)
{
    r->done = true;
    r->conn->engine->rows_close(r);
    return fall(r->conn, r->status);
}

int row_columns(const struct rows *r)
{
    return r->conn->engine->columns(r);
}

const char *row_column_name(const struct rows *r, int column)
{
    CHECK(column >= 0 && column < row_columns(r));
    return r->conn->engine->name(r, column);
}

int64_t row_int(const struct rows *r, int column)
{
    return r->conn->engine->whole(r, column);
}

int32_t row_day(const struct rows *r, int column)
{
    const int64_t day = r->conn->engine->whole(r, column);
    return day == NONE ? NO_DAY : (int32_t)day;
}

double row_real(const struct rows *r, int column)
{
    return r->conn->engine->real(r, column);
}

struct str row_str(const struct rows *r, int column)
{
    return r->conn->engine->text(r, column);
}

const char *row_text(struct rows *r, int column)
{
    struct str s = row_str(r, column);
    return s.p ? arena_dup(r->mem, s.p, s.n) : NULL;
}

struct value row_value(const struct rows *r, int column)
{
    return r->conn->engine->value(r, column);
}

enum status db_write_within(struct db *db, struct arena *mem, write_fn *fn,
                            void *data, int64_t budget_ms)
{
    return db->engine->write(db, mem, fn, data, budget_ms * 1000000);
}

enum status db_write(struct db *db, struct arena *mem, write_fn *fn, void *data)
{
    return db_write_within(db, mem, fn, data, BUDGET_MS);
}

/* Values stay out of the log: they are people's. */
void slow_count(struct conn *c, int64_t ns, const char *text)
{
    struct db *db = c->db;
    if (!db->slow_ms || ns < db->slow_ms * INT64_C(1000000))
        return;
    char ms[24];
    snprintf(ms, sizeof(ms), "%" PRId64, ns / 1000000);
    db->slow++;
    log_line(LOG_WARN, "slow query", "#ms", ms, "sql", text, NULL);
}

void group_count(struct db *db, unsigned writes)
{
    unsigned i = 0;
    while (i < DB_GROUPS - 1 && 1u << i < writes)
        i++;
    db->groups[i]++;
    db->grouped += writes;
}

enum status db_attempt(struct conn *c, struct arena *mem, write_fn *fn,
                       void *data)
{
    CHECK(c->writer && c->depth < 9);
    char mark[] = "SAVEPOINT attempt0", back[] = "ROLLBACK TO attempt0",
         done[] = "RELEASE attempt0", refusal[REFUSAL];
    const char digit = (char)('0' + c->depth);
    mark[sizeof(mark) - 2] = back[sizeof(back) - 2] = done[sizeof(done) - 2] =
        digit;
    TRY(fall(c, c->engine->run(c, mark)));
    c->depth++;
    enum status s = fn(c, mem, data);
    c->depth--;
    snprintf(refusal, sizeof(refusal), "%s", c->refusal);
    if (s != OK)
        TRY(fall(c, c->engine->run(c, back)));
    TRY(fall(c, c->engine->run(c, done)));
    snprintf(c->refusal, sizeof(c->refusal), "%s", refusal);
    return s;
}

enum status conn_lock(struct conn *c, const char *name)
{
    CHECK(c->writer);
    return fall(c, c->engine->lock(c, name));
}

struct db_stats db_stats(const struct db *db)
{
    struct db_stats s = {
        .writes = db->writes,
        .commits = db->commits,
        .refused = db->refused,
        .waiting = db->waiting,
        .slow = db->slow,
        .grouped = db->grouped,
    };
    for (size_t i = 0; i < DB_GROUPS; i++)
        s.groups[i] = db->groups[i];
    return s;
}

enum status db_wal_bytes(struct conn *c, int64_t *out)
{
    return c->engine->wal_bytes(c, out);
}

uint64_t db_generation(const struct db *db)
{
    return db->generation;
}

void wrong_args(const char *text, const char *name)
{
    log_line(LOG_ERROR, "arguments differ from the SQL", "sql", text, "name",
             name, NULL);
    check_failed("arguments name what the SQL names", __FILE__, __LINE__);
}

const struct arg *arg_named(const struct arg *args, int given, int from,
                            const char *name, const char *text)
{
    for (int tries = 0, at = from; tries < given; tries++, at++) {
        while (at >= given)
            at -= given;
        if (same(args[at].name, name))
            return &args[at];
    }
    wrong_args(text, name);
}
