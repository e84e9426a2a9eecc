/* What the server's errors mean to us: https://www.postgresql.org/docs/15/
 * errcodes-appendix.html */
#include "base/log.h"
#include "base/time.h"
#include "store/postgres.h"

static const char *field(const PGresult *answer, int code)
{
    const char *said = PQresultErrorField(answer, code);
    return said ? said : "";
}

/* "Key (name, bassin)=(…) already exists." in whatever language: the columns
 * stand between the first parenthesis and ")=". */
static void unique(struct pg_conn *c, const PGresult *answer)
{
    const char *table = field(answer, PG_DIAG_TABLE_NAME);
    const char *from = strchr(field(answer, PG_DIAG_MESSAGE_DETAIL), '(');
    const char *end = from ? strstr(from, ")=") : NULL;
    struct arena mem = {0};
    struct buf b = {.mem = &mem};
    struct str rest = {from ? from + 1 : "",
                       end ? (size_t)(end - from - 1) : 0},
               part;
    buf_str(&b, "unique ");
    for (int n = 0; rest.n && str_next(&rest, ',', &part); n++) {
        part = str_trim(part);
        buf_printf(&b, "%s%s.%.*s", n ? ", " : "", table, (int)part.n, part.p);
    }
    snprintf(c->conn.refusal, REFUSAL, "%s", buf_done(&b).p);
    snprintf(c->taken, REFUSAL, "%s", field(answer, PG_DIAG_MESSAGE_DETAIL));
    arena_reset(&mem);
}

static enum status constraint(struct pg_conn *c, const PGresult *answer,
                              const char *state)
{
    const char *table = field(answer, PG_DIAG_TABLE_NAME);
    char *out = c->conn.refusal;
    if (same(state, "23505"))
        unique(c, answer);
    else if (same(state, "23502"))
        snprintf(out, REFUSAL, "required %s.%s", table,
                 field(answer, PG_DIAG_COLUMN_NAME));
    else if (same(state, "23503"))
        snprintf(out, REFUSAL, "reference");
    else if (same(state, "23P01"))
        snprintf(out, REFUSAL, "overlap %s", table);
    else
        snprintf(out, REFUSAL, "%s", field(answer, PG_DIAG_MESSAGE_PRIMARY));
    return ERR_CONFLICT;
}

static enum status unexpected(struct pg_conn *c, const PGresult *answer,
                              const char *state, const char *text)
{
    const char *said = field(answer, PG_DIAG_MESSAGE_PRIMARY);
    snprintf(c->conn.refusal, REFUSAL, "%s", said);
    log_line(LOG_ERROR, "database", "error", said, "state", state, "sql", text,
             NULL);
    return ERR_STORE;
}

void pg_say_away(struct pg_db *db, const char *error)
{
    enum { AGAIN_S = 10 };
    const int64_t now = time_monotonic_ns();
    int_least64_t last = db->away;
    if ((last && now - last < AGAIN_S * INT64_C(1000000000)) ||
        !atomic_compare_exchange_strong(&db->away, &last, now))
        return;
    log_line(LOG_WARN, "the database server is away", "server", db->db.shown,
             "error", error, NULL);
}

void pg_say_back(struct pg_db *db)
{
    if (!db->away || !atomic_exchange(&db->away, 0))
        return;
    db->back = time_monotonic_ns();
    log_line(LOG_INFO, "the database server is back", "server", db->db.shown,
             NULL);
}

enum status pg_fail_lost(struct pg_conn *c)
{
    struct arena mem = {0};
    c->lost = true;
    /* One of before it came back was lost as it went, which was told. */
    if (c->opened >= pg_db(c->conn.db)->back)
        pg_say_away(pg_db(c->conn.db), pg_said(&mem, c->pg));
    arena_reset(&mem);
    return ERR_AWAY;
}

/* A writer whose server has come to take no writes: a standby, or set so. What
 * a session was told when it began stays, so the next try is a new one. */
static enum status read_only(struct pg_conn *c)
{
    c->lost = true;
    log_line(LOG_ERROR, "the database takes no writes", "server",
             c->conn.db->shown, NULL);
    return ERR_AWAY;
}

enum status pg_fail(struct pg_conn *c, const PGresult *answer, const char *text)
{
    const char *state = field(answer, PG_DIAG_SQLSTATE);
    static const struct {
        const char *state; /* or its class */
        enum status means;
    } known[] = {
        {"57014", ERR_BUSY},    /* statement_timeout */
        {"53100", ERR_FULL},    /* disk full */
        {"54", ERR_LIMIT},      /* larger than the server takes */
        {"22001", ERR_LIMIT},   /* too long */
        {"22021", ERR_INVALID}, /* a text with a byte of zero */
        {"25P02", ERR_STORE},   /* the transaction has failed before */
    };
    c->broken = true;
    if (PQstatus(c->pg) == CONNECTION_BAD || strncmp(state, "57P", 3) == 0)
        return pg_fail_lost(c);
    if (same(state, "25006") && c->conn.writer)
        return read_only(c);
    /* Not to be put in order, a deadlock, a lock that is held too long. */
    if (same(state, "40001") || same(state, "40P01") || same(state, "55P03")) {
        c->clash = true;
        return ERR_BUSY;
    }
    if (strncmp(state, "23", 2) == 0 || same(state, "P0001"))
        return constraint(c, answer, state);
    for (size_t i = 0; i < COUNT(known); i++) {
        if (strncmp(state, known[i].state, strlen(known[i].state)) != 0)
            continue;
        c->conn.late |= known[i].means == ERR_BUSY;
        return known[i].means;
    }
    return unexpected(c, answer, state, text);
}
