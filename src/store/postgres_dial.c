/* Reaching a PostgreSQL server, and whether the database there will do. */
#include "base/time.h"
#include "store/postgres.h"

#include <ctype.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>

enum { STATE = 5, STATE_MS = 3000 };

static const char *line_of(struct arena *a, const char *text)
{
    struct str said = str_of(text ? text : ""), line;
    if (!str_next(&said, '\n', &line))
        return "no answer";
    return str_dup(a, line);
}

bool pg_is_late(const PGconn *pg)
{
    return PQstatus(pg) != CONNECTION_OK && PQstatus(pg) != CONNECTION_BAD;
}

const char *pg_said(struct arena *a, const PGconn *pg)
{
    return pg_is_late(pg) ? "timeout expired" : line_of(a, PQerrorMessage(pg));
}

/* A file that others may read is taken for none by libpq, which says so in
 * lines of its own; to be given none, it says nothing. */
static const char *passwords(char room[PATH_MAX])
{
    const char *file = getenv("PGPASSFILE"), *home = getenv("HOME");
    struct stat st;
    if (!file)
        snprintf(room, PATH_MAX, "%s/.pgpass", home ? home : "");
    if (stat(file ? file : room, &st) == 0 &&
        (!S_ISREG(st.st_mode) || st.st_mode & 077))
        return "/nonexistent";
    return file;
}

/* What stands in the URL wins over what stands before it. */
static const char *const names[] = {
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "passfile",
    "dbname",
    "client_encoding",
    "fallback_application_name",
    "host", /* what stands behind the URL wins over what stands in it */
    "hostaddr",
    "port",
    NULL};
/* A machine that went without a word is given up after a minute. */
#define PATIENCE(seconds) seconds, "15000", "30", "10", "3"

static bool is_several(const char *url)
{
    return strchr(url, ',') != NULL;
}

/* A message of the server that nobody asked for. */
static void on_notice(void *data, const PGresult *answer)
{
    (void)data, (void)answer;
}

static void connect_within(PGconn *pg, int64_t ms)
{
    const int64_t until = time_monotonic_ns() + INT64_C(1000000) * ms;
    PostgresPollingStatusType now = PGRES_POLLING_WRITING;
    while (PQstatus(pg) != CONNECTION_BAD && time_monotonic_ns() < until &&
           (now == PGRES_POLLING_READING || now == PGRES_POLLING_WRITING)) {
        struct pollfd p = {.fd = PQsocket(pg),
                           .events =
                               now == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        if (poll(&p, 1, 100) > 0)
            now = PQconnectPoll(pg);
    }
}

/* "connect_timeout", which has a value of ours unless the URL has one; 0 is no
 * end, as libpq has it. */
static int64_t patience_ms(PGconn *pg)
{
    PQconninfoOption *all = PQconninfo(pg);
    int64_t seconds = 0;
    for (const PQconninfoOption *o = all; o && o->keyword; o++)
        if (o->val && same(o->keyword, "connect_timeout") &&
            !str_int(str_of(o->val), &seconds))
            seconds = 0;
    PQconninfoFree(all);
    return (seconds > 0 && seconds < INT_MAX ? seconds : INT_MAX) * 1000;
}

/* What the server says while one connects would go to our log as it is: libpq
 * is told before. Of several servers it alone gives each its time. */
PGconn *pg_dial(const char *url, const char *as)
{
    char room[PATH_MAX];
    const bool several = is_several(url);
    const char *const values[] = {PATIENCE(several ? "3" : "5"),
                                  passwords(room),
                                  url,
                                  "UTF8",
                                  as,
                                  NULL,
                                  NULL,
                                  NULL,
                                  NULL};
    PGconn *pg = several ? PQconnectdbParams(names, values, 1)
                         : PQconnectStartParams(names, values, 1);
    PQsetNoticeReceiver(pg, on_notice, NULL);
    if (!several)
        connect_within(pg, patience_ms(pg));
    return pg;
}

/* Of several servers, that one. */
bool pg_lets_in(const struct pg_db *db, const PGconn *pg)
{
    char room[PATH_MAX];
    const char *const values[] = {PATIENCE("5"),  passwords(room), db->url,
                                  "UTF8",         "essaim looks",  PQhost(pg),
                                  PQhostaddr(pg), PQport(pg),      NULL};
    PGconn *other = PQconnectStartParams(names, values, 1);
    PQsetNoticeReceiver(other, on_notice, NULL);
    connect_within(other, patience_ms(other));
    const bool answers = !pg_is_late(other);
    PQfinish(other);
    return answers;
}

bool pg_is_gone(const PGconn *pg)
{
    struct pollfd p = {.fd = PQsocket(pg), .events = POLLRDHUP};
    return p.fd < 0 || poll(&p, 1, 0) > 0;
}

/* What libpq says of an address, but for what it repeats of it: that may be the
 * password. */
static const char *unquoted(struct arena *a, const char *text)
{
    struct str said = str_of(line_of(a, text)), part;
    str_next(&said, '"', &part);
    part = str_trim(part);
    part.n -= part.n && part.p[part.n - 1] == ':';
    return str_dup(a, part);
}

/* A bare / or @ in a password makes its rest a port, a database or a server for
 * libpq, which then tells them to everybody. */
static bool is_cut(const char *url)
{
    const char *at = strstr(url, "://");
    struct str rest = {at ? at + 3 : "", at ? strcspn(at + 3, "?") : 0};
    bool slash = false, seen = false;
    for (size_t i = 0; i < rest.n; i++) {
        if (rest.p[i] == '@' && (slash || seen))
            return true;
        seen |= rest.p[i] == '@';
        slash |= rest.p[i] == '/';
    }
    return false;
}

enum { HOST, PORT, NAME, OPTIONS, TIMEOUT, PARTS };

/* Why nobody is asked at that address, NULL where it can be read; *part, in a:
 * what it says, or "". */
static const char *address_fault(struct arena *a, const char *url,
                                 const char *part[PARTS])
{
    static const char *const keys[] = {"host", "port", "dbname", "options",
                                       "connect_timeout"};
    int64_t seconds;
    char *fault = NULL;
    PQconninfoOption *all = PQconninfoParse(url, &fault);
    const char *why = all ? NULL : unquoted(a, fault);
    PQfreemem(fault);
    for (int i = 0; i < PARTS; i++)
        part[i] = "";
    for (const PQconninfoOption *o = all; o && o->keyword; o++)
        for (int i = 0; i < PARTS; i++)
            if (same(o->keyword, keys[i]) && o->val)
                part[i] = arena_printf(a, "%s", o->val);
    PQconninfoFree(all);
    if (!why && is_cut(url))
        why = "in a password / is written %2F, and @ is written %40";
    if (!why && part[PORT][strspn(part[PORT], "0123456789,")])
        why = "what follows the colon is no port, and a password stands before"
              " an @";
    if (!why && *part[TIMEOUT] && !str_int(str_of(part[TIMEOUT]), &seconds))
        why = "connect_timeout is a number of seconds";
    return why;
}

static void escaped(struct buf *b, struct str s, const char *plain)
{
    for (size_t i = 0; i < s.n; i++)
        if (isalnum((unsigned char)s.p[i]) || strchr(plain, s.p[i]))
            buf_char(b, s.p[i]);
        else
            buf_printf(b, "%%%02X", (unsigned char)s.p[i]);
}

/* "a:5432,[::1]:5433": servers to be tried in turn; a port alone is that of
 * each, and a folder is one of sockets. */
static void hosts(struct buf *b, const char *servers, const char *ports)
{
    struct str host_rest = str_of(servers), port_rest = str_of(ports);
    struct str host, port = {"", 0};
    const char *before = "";
    for (; str_next(&host_rest, ',', &host); before = ",") {
        const bool v6 = host.n && memchr(host.p, ':', host.n);
        if (!str_next(&port_rest, ',', &port) && strchr(ports, ','))
            port.n = 0;
        buf_str(b, before);
        buf_str(b, v6 ? "[" : "");
        escaped(b, host, v6 ? "-._:" : "-._");
        buf_str(b, v6 ? "]" : "");
        if (port.n)
            buf_printf(b, ":%.*s", (int)port.n, port.p);
    }
}

const char *pg_shown(struct arena *a, const char *url)
{
    const char *part[PARTS];
    struct buf b = {.mem = a};
    if (address_fault(a, url, part))
        return "the address given";
    buf_str(&b, "postgresql://");
    hosts(&b, part[HOST], part[PORT]);
    buf_char(&b, '/');
    escaped(&b, str_of(part[NAME]), "-._");
    /* Each schema of a database is one of its own. */
    if (strstr(part[OPTIONS], "search_path")) {
        buf_str(&b, "?options=");
        escaped(&b, str_of(part[OPTIONS]), "-._,");
    }
    return buf_done(&b).p;
}

/* The password stands before the first @, if that comes before a slash, as
 * libpq reads it (a ? may be part of it); or in what follows the ?. */
const char *pg_kept(struct arena *a, const char *url)
{
    struct buf b = {.mem = a};
    const char *at = strstr(url, "://"), *rest = at ? at + 3 : url;
    const size_t who = strcspn(rest, "@/");
    buf_add(&b, url, (size_t)(rest - url));
    if (rest[who] == '@') {
        buf_add(&b, rest, strcspn(rest, ":@"));
        rest += who;
    }
    struct str query = str_of(rest), part;
    str_next(&query, '?', &part);
    buf_add(&b, part.p, part.n);
    for (char before = '?'; str_next(&query, '&', &part);) {
        if (str_starts(part, "password=") || str_starts(part, "sslpassword="))
            continue;
        buf_char(&b, before);
        buf_add(&b, part.p, part.n);
        before = '&';
    }
    return buf_done(&b).p;
}

/* The SQLSTATE with which a server refused us, or "": what it says besides is
 * in its own language. libpq tells it of an attempt whose errors are asked for
 * in that form, which only one that is not waited for can be. */
static void refusal_state(const char *url, char out[STATE + 1])
{
    char room[PATH_MAX];
    const char *const values[] = {PATIENCE("5"),
                                  passwords(room),
                                  url,
                                  "UTF8",
                                  "essaim looks",
                                  NULL,
                                  NULL,
                                  NULL,
                                  NULL};
    PGconn *pg = PQconnectStartParams(names, values, 1);
    struct str said, line;
    out[0] = 0;
    PQsetErrorVerbosity(pg, PQERRORS_SQLSTATE);
    connect_within(pg, STATE_MS);
    said = str_of(PQerrorMessage(pg));
    while (str_next(&said, '\n', &line))
        if (line.n > STATE + 2 && line.p[line.n - STATE - 1] == ' ' &&
            line.p[line.n - STATE - 3] == ':')
            snprintf(out, STATE + 1, "%.*s", STATE, line.p + line.n - STATE);
    PQfinish(pg);
}

/* Of several servers each its own: libpq tells them one line after the other,
 * and what it adds to one is indented. */
static const char *reasons(struct arena *a, const struct pg_db *db,
                           const PGconn *pg)
{
    struct str said = str_of(PQerrorMessage(pg)), line;
    struct buf b = {.mem = a};
    if (!is_several(db->url))
        return pg_said(a, pg);
    while (str_next(&said, '\n', &line))
        if (line.n && *line.p != '\t')
            buf_printf(&b, "%s%.*s", b.n ? "; " : "", (int)line.n, line.p);
    return b.n ? buf_done(&b).p : "no answer";
}

/* Why there is no connection, and what to do. */
static const char *no_connection(struct arena *a, const struct pg_db *db,
                                 const PGconn *pg)
{
    static const struct {
        const char *state, *is, *todo;
    } known[] = {
        {"53300", "has no connection left",
         "raise its max_connections, or end some"},
        {"3D000", "is not there",
         "make it with createdb, or mend the database in the address"},
        {"57P03", "takes nobody yet", "wait until its server has started"},
        {"28", "refuses us",
         "mend the user, the password (in ~/.pgpass or PGPASSWORD) or"
         " pg_hba.conf"},
    };
    char state[STATE + 1];
    const char *said = reasons(a, db, pg);
    if (PQconnectionNeedsPassword(pg))
        return arena_printf(a,
                            "%s asks for a password: put it in ~/.pgpass, which"
                            " nobody else may read (chmod 600), or in"
                            " PGPASSWORD",
                            db->db.shown);
    state[0] = 0;
    /* Who says nothing does not say why. */
    if (!pg_is_late(pg) && !strstr(said, "timeout expired"))
        refusal_state(db->url, state);
    for (size_t i = 0; i < COUNT(known); i++)
        if (str_starts(str_of(state), known[i].state))
            return arena_printf(a, "%s %s (%s): %s", db->db.shown, known[i].is,
                                said, known[i].todo);
    return arena_printf(a,
                        "%s does not answer (%s): see that the server runs and "
                        "lets us in, or mend the address",
                        db->db.shown, said);
}

const char *pg_asked(struct arena *a, const struct pg_db *db, PGconn *pg,
                     const char *query)
{
    PGresult *answer = pg_do(db, pg, query);
    const char *value =
        PQresultStatus(answer) == PGRES_TUPLES_OK && PQntuples(answer) == 1
            ? PQgetvalue(answer, 0, 0)
            : "";
    value = arena_dup(a, value, strlen(value));
    PQclear(answer);
    return value;
}

/* Why that database will not do; NULL when it will. *s: ERR_AWAY where it may
 * do a moment later. */
static const char *fault_of(struct arena *a, const struct pg_db *db, PGconn *pg,
                            int least, enum status *s)
{
    const int version = PQserverVersion(pg);
    *s = ERR_AWAY;
    if (PQstatus(pg) != CONNECTION_OK)
        return no_connection(a, db, pg);
    if (!same(pg_asked(a, db, pg, "SHOW transaction_read_only"), "off"))
        return arena_printf(a,
                            "%s can only be read (a standby, or set so): name "
                            "the server that takes writes%s, or take "
                            "default_transaction_read_only back",
                            db->db.shown,
                            is_several(db->url)
                                ? " (of several, target_session_attrs="
                                  "read-write in the address finds it)"
                                : "");
    *s = ERR_SYSTEM;
    if (version < least)
        return arena_printf(a, "%s is PostgreSQL %d: install %d or a later one",
                            db->db.shown, version / 10000, least / 10000);
    if (!same(pg_asked(a, db, pg, "SHOW server_encoding"), "UTF8"))
        return arena_printf(a,
                            "%s is not written in UTF-8: make another with "
                            "createdb --encoding=UTF8 --template=template0",
                            db->db.shown);
    if (!*pg_asked(a, db, pg, "SELECT current_schema()"))
        return arena_printf(a,
                            "%s has no schema for this user: CREATE SCHEMA "
                            "AUTHORIZATION CURRENT_USER",
                            db->db.shown);
    return NULL;
}

enum status pg_look(struct arena *a, const struct pg_db *db, int least,
                    const char **why)
{
    const char *part[PARTS], *fault = address_fault(a, db->url, part);
    enum status s = OK;
    if (fault) {
        *why = arena_printf(a,
                            "the database's address cannot be read (%s): write"
                            " postgresql://user@server/database",
                            fault);
        return ERR_SYSTEM;
    }
    PGconn *pg = pg_dial(db->url, "essaim looks");
    *why = fault_of(a, db, pg, least, &s);
    PQfinish(pg);
    return *why ? s : OK;
}
