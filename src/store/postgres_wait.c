/*
 * Waiting for a server's answer. One whose process stands still keeps its
 * connections open and says nothing for ever: who has a deadline waits little
 * longer, for each statement had it from us; who has none, as what works long,
 * asks from time to time whether the server lets anybody in.
 */
#include "base/time.h"
#include "store/postgres.h"

#include <poll.h>
#include <sys/socket.h>

enum {
    STEP_MS = 1000,
    AFTER_MS = 3000, /* behind a deadline, that statement_timeout comes first */
    SILENT_MS = 4000,       /* then it is asked: 5 s, within a page's 10 */
    SILENT_LONG_MS = 10000, /* where there is no deadline */
    MISSED_MOST = 2,        /* there, so often */
};

struct wait {
    const struct pg_db *db;
    PGconn *pg;
    const struct limit *limit;
    int64_t heard; /* when it last said something, or was asked */
    int missed;    /* how often it has not let us in */
};

/* Not the nearer one of a server of ours that ends: theirs was told of this. */
static int64_t deadline(const struct limit *l)
{
    return l ? l->wall : 0;
}

static bool stands_still(struct wait *w)
{
    const int64_t now = time_monotonic_ns(), wall = deadline(w->limit),
                  silent = now - w->heard, after = AFTER_MS * INT64_C(1000000);
    /* Another has found it so a moment ago. */
    const bool soon = wall || w->db->away;
    if (wall && now - wall > after && silent > after)
        return true;
    if (silent < (soon ? SILENT_MS : SILENT_LONG_MS) * INT64_C(1000000))
        return false;
    if (pg_lets_in(w->db, w->pg))
        w->missed = 0;
    else
        w->missed++;
    w->heard = time_monotonic_ns();
    return w->missed >= (soon ? 1 : MISSED_MOST);
}

/* False: it stands still, or the connection is lost. */
static bool step(struct wait *w, short events)
{
    struct pollfd p = {.fd = PQsocket(w->pg), .events = events};
    if (p.fd < 0)
        return false;
    if (poll(&p, 1, STEP_MS) > 0) {
        w->heard = time_monotonic_ns();
        w->missed = 0;
    } else if (stands_still(w)) {
        pg_db(&w->db->db)->still = true;
        pg_say_away(pg_db(&w->db->db), "timeout expired");
        /* Whatever is asked of it from here on fails as on one that is lost. */
        shutdown(p.fd, SHUT_RDWR);
        PQconsumeInput(w->pg);
        return false;
    }
    return PQconsumeInput(w->pg) == 1;
}

static struct wait begin(const struct pg_db *db, PGconn *pg,
                         const struct limit *limit)
{
    return (struct wait){db, pg, limit, time_monotonic_ns(), 0};
}

PGresult *pg_result(const struct pg_db *db, PGconn *pg,
                    const struct limit *limit)
{
    struct wait w = begin(db, pg, limit);
    while (PQisBusy(pg) && step(&w, POLLIN))
        continue;
    return PQgetResult(pg);
}

PGresult *pg_do(const struct pg_db *db, PGconn *pg, const char *text)
{
    PGresult *last = NULL, *next;
    if (!PQsendQuery(pg, text))
        return NULL;
    while ((next = pg_result(db, pg, NULL))) {
        const ExecStatusType is = PQresultStatus(next);
        PQclear(last);
        last = next;
        if (is == PGRES_COPY_IN || is == PGRES_COPY_OUT ||
            PQstatus(pg) == CONNECTION_BAD)
            break;
    }
    return last;
}

int pg_copy_out(const struct pg_db *db, PGconn *pg, char **line)
{
    struct wait w = begin(db, pg, NULL);
    int n;
    while ((n = PQgetCopyData(pg, line, 1)) == 0)
        if (!step(&w, POLLIN))
            return -2;
    return n;
}

bool pg_copy_in(const struct pg_db *db, PGconn *pg, const char *p, size_t n)
{
    struct wait w = begin(db, pg, NULL);
    int left;
    if (PQsetnonblocking(pg, 1) != 0)
        return false;
    bool sent = PQputCopyData(pg, p, (int)n) == 1;
    while (sent && (left = PQflush(pg)) != 0)
        sent = left > 0 && step(&w, POLLIN | POLLOUT);
    return PQsetnonblocking(pg, 0) == 0 && sent;
}
