/*
 * Who serves a database, or changes all of it: a session of its own has an
 * advisory lock as long as the process lives, under the name of the schema, for
 * each is a database of its own. The server gives it back when that session
 * ends, however it does.
 */
#include "store/postgres.h"

/* A machine that went without a word is given up after a minute. */
static const char lasting[] =
    "SET idle_session_timeout = 0; SET statement_timeout = 0; "
    "SET tcp_keepalives_idle = 30; "
    "SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

#define KEY "hashtext('serve ' || current_schema())"

/* The holder, whom only its own user and an administrator see. */
static const char holder[] =
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a"
    " ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted"
    " AND l.database = (SELECT oid FROM pg_database"
    " WHERE datname = current_database()) AND l.classid = 1165194081"
    " AND l.objid = CAST(CAST(" KEY " AS bigint) & 4294967295 AS oid)";

static bool done(PGresult *answer)
{
    const ExecStatusType s = PQresultStatus(answer);
    PQclear(answer);
    return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
}

static bool dial(struct pg_db *db, const char *who)
{
    db->claimed = false;
    PQfinish(db->claim);
    db->claim = pg_dial(db->url, "essaim serves");
    return PQstatus(db->claim) == CONNECTION_OK &&
           done(pg_do(db, db->claim, lasting)) &&
           PQsendQueryParams(db->claim,
                             "SELECT set_config('application_name', $1, false)",
                             1, NULL, &who, NULL, NULL, 0) &&
           done(pg_result(db, db->claim, NULL)) && !PQgetResult(db->claim);
}

static enum status away(const struct pg_db *db, struct arena *a,
                        const char **why)
{
    *why = arena_printf(a, "%s does not answer (%s): see that its server runs",
                        db->db.shown, pg_said(a, db->claim));
    return ERR_AWAY;
}

/* Waits so long for one that has it. */
static enum status take(struct pg_db *db, struct arena *a, int patience_ms,
                        const char **why)
{
    PGresult *answer =
        pg_do(db, db->claim,
              arena_printf(a,
                           "SET lock_timeout = %d; SELECT"
                           " pg_advisory_lock(1165194081, " KEY ")",
                           patience_ms));
    const char *state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    const bool held = state && same(state, "55P03");
    db->claimed = done(answer);
    if (db->claimed)
        return OK;
    if (!held)
        return away(db, a, why);
    const char *who = pg_asked(a, db, db->claim, holder);
    *why = arena_printf(a,
                        "%s is served already%s%s: stop that one, or name"
                        " another database",
                        db->db.shown, *who ? " by the Essaim of " : "", who);
    return ERR_CONFLICT;
}

enum status pg_claim(struct db *base, struct arena *a, const char *who,
                     int patience_ms, const char **why)
{
    struct pg_db *db = pg_db(base);
    if (db->claimed && done(pg_do(db, db->claim, "SELECT 1")))
        return OK;
    const bool fresh = !db->claimed && PQstatus(db->claim) == CONNECTION_OK;
    if (!fresh && !dial(db, who))
        return away(db, a, why);
    return take(db, a, patience_ms, why);
}
