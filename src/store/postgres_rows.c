/*
 * Statements. Each is prepared once per connection, its arguments go as text
 * (texts and bytes as they are), and its whole answer comes back as text.
 */
#include "base/time.h"
#include "store/dialect.h"
#include "store/postgres.h"

enum { TIMEOUT_STEP = 250, TIMEOUT_SLACK = 1000 }; /* ms */

enum status pg_queue(struct pg_conn *c, const char *text)
{
    if (!PQsendQueryParams(c->pg, text, 0, NULL, NULL, NULL, NULL, 0))
        return pg_fail_lost(c);
    c->queued++;
    return OK;
}

/* The answer of one command; what comes behind it belongs to the next. A COMMIT
 * has no end but that nobody is let in: it waits for a disk. */
static PGresult *take(struct pg_conn *c)
{
    const struct pg_db *db = pg_db(c->conn.db);
    static const struct limit none = {.wall = INT64_MAX};
    const struct limit *limit = c->commits ? &none : &c->conn.limit;
    PGresult *answer = pg_result(db, c->pg, limit), *more;
    while (answer && PQresultStatus(answer) != PGRES_PIPELINE_SYNC &&
           (more = pg_result(db, c->pg, limit)))
        PQclear(more);
    return answer;
}

static void take_owed(struct pg_conn *c)
{
    for (; c->owed; c->owed--)
        PQclear(take(c));
}

static bool went_well(const PGresult *answer)
{
    const ExecStatusType s = PQresultStatus(answer);
    return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
}

void pg_ahead_drop(struct pg_conn *c)
{
    for (int i = 0; i < c->ahead_count; i++)
        PQclear(c->ahead[i].answer);
    c->ahead_count = 0;
    arena_reset(&c->ahead_mem);
}

static void statement_free(struct pg_statement *s)
{
    struct arena mem = s->mem; /* the statement lies in it */
    arena_reset(&mem);
}

static struct arg *args_copy(struct arena *a, const struct arg *args)
{
    size_t n = 0;
    while (args && args[n].name)
        n++;
    struct arg *copy = NEW_ARRAY(a, struct arg, n + 1);
    for (size_t i = 0; i < n; i++) {
        copy[i] = args[i];
        copy[i].name = str_dup(a, str_of(args[i].name));
        if (args[i].value.s.p)
            copy[i].value.s.p = str_dup(a, args[i].value.s);
    }
    return copy;
}

/* Statements that were kept before the server had prepared them, now that it
 * has done as many of the commands sent as went well. */
static void prove(struct pg_conn *c, int well)
{
    struct cache *cache = &c->conn.cache;
    for (size_t i = 0; i < cache->room && c->unproven; i++) {
        struct pg_statement *s = cache->all[i].stmt;
        if (!cache->hashes[i] || s->place < 0)
            continue;
        const bool prepared = s->place < well;
        s->place = -1;
        c->unproven--;
        if (prepared)
            continue;
        statement_free(s);
        cache_drop(cache, &cache->all[i]);
    }
    c->unproven = 0;
}

static void sync_off(struct pg_conn *c)
{
    if (PQpipelineSync(c->pg))
        c->owed += c->queued + 1; /* and the sync's */
    c->queued = 0;
}

/* Of what nobody has heard of, something may have failed: then nothing behind
 * it is done up to a sync, neither a PREPARE nor the COMMIT, and a SET before
 * it goes with the transaction. */
void pg_send_off(struct pg_conn *c)
{
    take_owed(c); /* of a reader before, where this one asked nothing */
    if (c->queued) {
        sync_off(c);
        prove(c, 0);
        c->timeout_ms = -1;
    }
    if (pg_queue(c, "COMMIT") == OK)
        sync_off(c);
}

/* Keeps the answer at that place of the queue for who will ask for it. */
static bool ahead_keep(struct pg_conn *c, int place, PGresult *answer)
{
    for (int i = 0; i < c->ahead_count; i++) {
        if (c->ahead[i].place != place)
            continue;
        c->ahead[i].place = -1;
        c->ahead[i].answer = answer;
        return true;
    }
    return false;
}

/* What ends the answers of one way: none was taken for another's. A server that
 * ends may say so in its place. */
static void take_sync(struct pg_conn *c)
{
    PGresult *answer = take(c);
    const ExecStatusType kind = PQresultStatus(answer);
    if (!answer || kind == PGRES_FATAL_ERROR)
        c->lost = true;
    else
        CHECK(PQstatus(c->pg) == CONNECTION_BAD || kind == PGRES_PIPELINE_SYNC);
    PQclear(answer);
}

/* Sends what is queued and waits: the answer of the last, or the first error.
 */
static enum status finish(struct pg_conn *c, const char *text,
                          PGresult **answer)
{
    enum status s = OK;
    PGresult *got = NULL;
    take_owed(c);
    c->conn.trips++;
    const int all = c->queued;
    int well = 0;
    for (bool sent = PQpipelineSync(c->pg); sent && c->queued; c->queued--) {
        PQclear(got);
        got = take(c);
        if (s == OK && !went_well(got))
            s = got ? pg_fail(c, got, text) : pg_fail_lost(c);
        well += s == OK;
        if (went_well(got) && ahead_keep(c, all - c->queued, got))
            got = NULL;
        if (c->lost)
            break;
    }
    if (!c->lost && c->queued)
        s = pg_fail_lost(c);
    if (!c->lost)
        take_sync(c);
    c->queued = 0;
    if (c->unproven)
        prove(c, well);
    if (s != OK) {
        PQclear(got);
        got = NULL;
    }
    *answer = got;
    return s;
}

enum status pg_ask(struct pg_conn *c, const char *text, PGresult **answer)
{
    *answer = NULL;
    TRY(pg_queue(c, text));
    return finish(c, text, answer);
}

void pg_forget(struct pg_conn *c)
{
    struct cache *cache = &c->conn.cache;
    for (size_t i = 0; i < cache->room; i++) {
        if (!cache->hashes[i])
            continue;
        statement_free(cache->all[i].stmt);
        cache_drop(cache, &cache->all[i]);
    }
    c->unproven = 0;
}

static enum status statement_drop(struct pg_conn *c, struct cached *at)
{
    struct pg_statement *s = at->stmt;
    enum status status =
        pg_queue(c, arena_printf(&c->scratch, "DEALLOCATE %s", s->name));
    statement_free(s);
    cache_drop(&c->conn.cache, at);
    return status;
}

static Oid type_of(const struct value *v)
{
    switch (v->type) {
    case V_INT:
        return OID_INT8;
    case V_REAL:
        return OID_FLOAT8;
    case V_TEXT:
        return OID_TEXT;
    case V_BLOB:
        return OID_BYTEA;
    case V_NULL:
        break;
    }
    /* What a NULL would be: see value_int and value_real. */
    return v->i == NONE ? OID_INT8 : v->d != v->d ? OID_FLOAT8 : 0;
}

struct sending {
    const char **values;
    int *lengths, *formats;
    Oid *types;
};

static void put_value(struct arena *a, const struct value *v, struct sending *s,
                      int i)
{
    s->types[i] = type_of(v);
    switch (v->type) {
    case V_NULL:
        return;
    case V_INT:
        s->values[i] = arena_printf(a, "%" PRId64, v->i);
        return;
    case V_REAL:
        s->values[i] = arena_printf(a, "%.17g", v->d);
        return;
    case V_TEXT:
    case V_BLOB:
        s->values[i] = v->s.p ? v->s.p : "";
        s->lengths[i] = (int)v->s.n;
        s->formats[i] = 1;
        return;
    }
}

static struct sending values_for(struct pg_conn *c,
                                 const struct pg_statement *s,
                                 const struct arg *args, const char *text)
{
    struct arena *a = &c->scratch;
    const size_t n = (size_t)s->params + 1;
    struct sending out = {NEW_ARRAY(a, const char *, n), NEW_ARRAY(a, int, n),
                          NEW_ARRAY(a, int, n), NEW_ARRAY(a, Oid, n)};
    int given = 0;
    while (args && args[given].name)
        given++;
    for (int i = 0; i < s->params; i++) {
        const struct arg *one = arg_named(args, given, i, s->names[i], text);
        put_value(a, &one->value, &out, i);
    }
    if (given != s->params)
        wrong_args(text, "one that the SQL does not name");
    return out;
}

/* Was it prepared for values of other types? */
static bool fits(const struct pg_statement *s, const struct sending *v)
{
    for (int i = 0; i < s->params; i++)
        if (v->values[i] && s->types[i] && v->types[i] != s->types[i])
            return false;
    return true;
}

static struct pg_statement *statement_new(struct pg_conn *c, const char *text)
{
    struct arena mem = {0};
    struct pg_statement *s = NEW(&mem, struct pg_statement);
    s->mem = mem;
    snprintf(s->name, sizeof(s->name), "s%u", ++c->serial);
    pg_translate(s, text);
    return s;
}

/* What fails when it runs is prepared all the same, and kept: the server keeps
 * it, too. */
static enum status prepare(struct pg_conn *c, struct pg_statement *s,
                           const struct sending *v, const char *text,
                           uint64_t hash)
{
    struct cached *at = cache_place(&c->conn.cache);
    const enum status dropped = at->stmt ? statement_drop(c, at) : OK;
    cache_put(&c->conn.cache, at, hash, text, s);
    s->place = c->queued;
    c->unproven++;
    memcpy(s->types, v->types, (size_t)s->params * sizeof(Oid));
    if (dropped != OK ||
        !PQsendPrepare(c->pg, s->name, s->text, s->params, s->types))
        return pg_fail_lost(c);
    c->queued++;
    return OK;
}

/* A statement's answer may take as long as the transaction has left. */
static enum status queue_timeout(struct pg_conn *c)
{
    int64_t left = 0;
    if (c->conn.limit.wall) {
        left = (c->conn.limit.wall - time_monotonic_ns()) / 1000000;
        left = (left / TIMEOUT_STEP + 1) * TIMEOUT_STEP;
        if (left < TIMEOUT_STEP)
            left = TIMEOUT_STEP;
    }
    if (c->timeout_ms == left ||
        (left && c->timeout_ms > left && c->timeout_ms < left + TIMEOUT_SLACK))
        return OK;
    c->timeout_ms = left;
    return pg_queue(
        c, arena_printf(&c->scratch, "SET statement_timeout = %" PRId64, left));
}

/* A plan is kept that was made when the table was small, and reads all of it
 * until the server has counted the table anew, a minute later at the earliest:
 * in new tables that fill, by then every row a thousand times. Where little is
 * written plans stay, for a page pays for them. */
static enum status queue_replan(struct pg_conn *c)
{
    enum { PLANNED_FOR_S = 2, PLANNED_FOR_ROWS = 1000 };
    const int64_t now = time_monotonic_ns();
    const int64_t rows = pg_db(c->conn.db)->changed;
    if (now - c->planned < PLANNED_FOR_S * INT64_C(1000000000) ||
        rows - c->planned_rows < PLANNED_FOR_ROWS)
        return OK;
    c->planned = now;
    c->planned_rows = rows;
    return pg_queue(c, "DISCARD PLANS");
}

static enum status queue_begin(struct pg_conn *c)
{
    if (c->conn.begun && !c->inside) {
        c->inside = true;
        TRY(queue_replan(c));
        TRY(pg_queue(c, "BEGIN")); /* its kind is the session's */
    }
    return queue_timeout(c);
}

static enum status send_one(struct pg_conn *c, const char *text,
                            const struct arg *args)
{
    uint64_t hash;
    TRY(queue_begin(c));
    struct cached *at = cache_find(&c->conn.cache, text, &hash);
    struct pg_statement *s = at ? at->stmt : statement_new(c, text);
    const struct sending v = values_for(c, s, args, text);
    if (at && !fits(s, &v)) {
        TRY(statement_drop(c, at));
        at = NULL;
        s = statement_new(c, text);
    }
    if (!at)
        TRY(prepare(c, s, &v, text, hash));
    if (!PQsendQueryPrepared(c->pg, s->name, s->params, v.values, v.lengths,
                             v.formats, 0))
        return pg_fail_lost(c);
    c->queued++;
    return OK;
}

static enum status run_once(struct pg_conn *c, const char *text,
                            const struct arg *args, PGresult **answer)
{
    *answer = NULL;
    TRY(send_one(c, text, args));
    return finish(c, text, answer);
}

/* A server that went away before anything was done is asked once more. */
static enum status run(struct pg_conn *c, const char *text,
                       const struct arg *args, PGresult **answer)
{
    const bool first = !c->inside;
    const int64_t began = c->conn.db->slow_ms ? time_monotonic_ns() : 0;
    enum status s = ERR_BUSY;
    for (int tries = 0; tries < 2; tries++) {
        if (first && (!c->pg || c->lost)) {
            pg_disconnect(c);
            TRY(pg_connect(c));
        }
        if (!c->pg || c->lost)
            return ERR_AWAY;
        s = run_once(c, text, args, answer);
        arena_reset(&c->scratch);
        if (!c->lost || !first || pg_db(c->conn.db)->still)
            break;
        c->inside = false;
    }
    if (began)
        slow_count(&c->conn, time_monotonic_ns() - began, text);
    return s;
}

static bool same_args(const struct arg *one, const struct arg *other)
{
    for (; one && other && one->name && other->name; one++, other++) {
        const struct value *v = &one->value, *w = &other->value;
        if (!same(one->name, other->name) || v->type != w->type ||
            v->i != w->i || v->s.n != w->s.n || v->d < w->d || v->d > w->d ||
            (v->s.n && memcmp(v->s.p, w->s.p, v->s.n) != 0))
            return false;
    }
    return !(one && one->name) && !(other && other->name);
}

/* The statement that was sent ahead, or NULL. Its answer stays what it is to
 * the end of the snapshot. */
static const struct pg_ahead *
ahead_find(const struct pg_conn *c, const char *text, const struct arg *args)
{
    if (!c->ahead_count)
        return NULL;
    const uint64_t hash = text_hash(text, strlen(text));
    for (int i = 0; i < c->ahead_count; i++) {
        const struct pg_ahead *a = &c->ahead[i];
        if (a->hash == hash && same(a->text, text) && same_args(a->args, args))
            return a;
    }
    return NULL;
}

/* Puts it among those to be sent; what is new is prepared on the way. */
static enum status ahead_send(struct pg_conn *c, const char *text,
                              const struct arg *args)
{
    const enum status s = send_one(c, text, args);
    const int place = c->queued - 1;
    arena_reset(&c->scratch);
    if (s == OK)
        c->ahead[c->ahead_count++] = (struct pg_ahead){
            text_hash(text, strlen(text)), str_dup(&c->ahead_mem, str_of(text)),
            args_copy(&c->ahead_mem, args), place, NULL};
    return s;
}

enum status pg_ahead(struct conn *conn, struct sql sql, const struct arg *args)
{
    struct pg_conn *c = pg_conn(conn);
    if (!c->pg && !c->inside && c->heard == OK && pg_connect(c) != OK)
        return OK; /* said by what is asked */
    if (!c->pg || c->lost || c->broken || c->ahead_count == AHEAD ||
        ahead_find(c, sql.text, args))
        return OK;
    return ahead_send(c, sql.text, args);
}

/* Together they lasted so long: the server does not say which of them did. */
static void ahead_count(struct pg_conn *c, int first, int64_t ns)
{
    struct arena mem = {0};
    struct buf b = {.mem = &mem};
    for (int i = first; i < c->ahead_count; i++)
        buf_printf(&b, "%s%s", b.n ? "; " : "", c->ahead[i].text);
    slow_count(&c->conn, ns, b.n ? buf_done(&b).p : "BEGIN");
    arena_reset(&mem);
}

/* What failed is said to who asks next. */
void pg_hear(struct conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    PGresult *last = NULL;
    const int64_t began = conn->db->slow_ms ? time_monotonic_ns() : 0;
    int first = 0;
    if (!c->pg || c->lost || c->broken || !c->queued)
        return;
    while (first < c->ahead_count && c->ahead[first].place < 0)
        first++;
    c->heard = finish(c, "what was asked ahead", &last);
    PQclear(last);
    arena_reset(&c->scratch);
    const int64_t took = began ? time_monotonic_ns() - began : 0;
    if (began && took >= conn->db->slow_ms * INT64_C(1000000))
        ahead_count(c, first, took);
}

/* The answer that is there already. In a rehearsal one that is not is asked
 * for, and *asked says that nothing more is to be done. */
static PGresult *answer_ahead(struct pg_conn *c, struct sql sql,
                              const struct arg *args, enum status *asked)
{
    const struct pg_ahead *a = ahead_find(c, sql.text, args);
    *asked = OK;
    if (a && !a->answer && !c->conn.rehearsing)
        pg_hear(&c->conn);
    if (a && a->answer)
        return a->answer;
    *asked = c->heard;
    if (c->conn.rehearsing && c->heard == OK) {
        c->conn.unheard++;
        *asked = pg_ahead(&c->conn, sql, args);
    }
    return NULL;
}

static void answer_drop(void *data)
{
    pg_rows_close(data);
}

enum status pg_rows(struct conn *c, struct arena *a, struct sql sql,
                    const struct arg *args, struct rows **out)
{
    struct pg_rows *r = NEW(a, struct pg_rows);
    enum status asked;
    *r = (struct pg_rows){.rows = {.conn = c, .mem = a}, .at = -1};
    *out = &r->rows;
    r->answer = answer_ahead(pg_conn(c), sql, args, &asked);
    r->ahead = r->answer != NULL;
    if (!r->answer && (c->rehearsing || asked != OK)) {
        r->rows.done = true;
        return asked;
    }
    if (!r->answer) {
        arena_defer(a, answer_drop, r);
        TRY(run(pg_conn(c), sql.text, args, &r->answer));
    }
    r->count = PQntuples(r->answer);
    return OK;
}

enum status pg_exec(struct conn *conn, struct sql sql, const struct arg *args,
                    int64_t *changed)
{
    struct pg_conn *c = pg_conn(conn);
    PGresult *answer;
    c->last_id = NONE;
    TRY(run(c, sql.text, args, &answer));
    const char *rows = PQcmdTuples(answer); /* "": of tables, not of rows */
    const int64_t n = strtoll(rows, NULL, 10);
    c->changed |= !same(rows, "0");
    pg_db(conn->db)->changed += n;
    if (changed)
        *changed = n;
    if (PQntuples(answer) == 1 && PQnfields(answer) == 1)
        c->last_id = pg_cell_whole(answer, 0, 0);
    PQclear(answer);
    return OK;
}

enum status pg_one(struct conn *conn, struct sql sql, const struct arg *args,
                   int64_t *out)
{
    enum status asked;
    *out = NONE;
    PGresult *answer = answer_ahead(pg_conn(conn), sql, args, &asked),
             *own = NULL;
    if (!answer && (conn->rehearsing || asked != OK))
        return asked;
    if (!answer) {
        TRY(run(pg_conn(conn), sql.text, args, &own));
        answer = own;
    }
    if (PQntuples(answer))
        *out = pg_cell_whole(answer, 0, 0);
    PQclear(own);
    return OK;
}
