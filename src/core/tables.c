#include "core/tables.h"

#include "core/mail.h"
#include "core/task.h"

const struct right core_rights[] = {
    {"core.import", "admin leader coordinator"},
    {"core.figures", "admin leader inspector ien coordinator researcher"},
    {"core.snapshot", "admin leader"},
    {"core.grant", "admin leader coordinator"},
    {"core.operate", "admin"},
    {"core.signed_in", ROLES},
    {0},
};

const struct waiting core_waiting[] = {
    {.label = "core.waiting.tasks",
     .right = "core.operate",
     .count = SQL_CONST("SELECT count(*) FROM core_task t"
                        " WHERE " TASK_GIVEN_UP),
     .path = "/travaux",
     .late = true},
    {.label = "core.waiting.mails",
     .right = "core.operate",
     .count = SQL_CONST("SELECT count(*) FROM core_mail m WHERE " MAIL_LOST),
     .path = "/courriels",
     .late = true},
    {0},
};

/* once: of such a key there is one mail for ever. What was sent has no address,
 * subject or text any more. */
#define CREATE_MAIL                                                            \
    "CREATE TABLE core_mail (uid TEXT PRIMARY KEY, once TEXT UNIQUE,"          \
    " what TEXT NOT NULL, address TEXT, subject TEXT, text TEXT,"              \
    " lang TEXT NOT NULL, page TEXT, at BIGINT NOT NULL, state TEXT NOT NULL," \
    " tried BIGINT, answer TEXT, stop TEXT)"
#define CREATE_MAIL_STATE "CREATE INDEX core_mail_state ON core_mail (state)"
#define CREATE_LINK                                                            \
    "CREATE TABLE core_link (hash TEXT PRIMARY KEY, what TEXT NOT NULL,"       \
    " row_id BIGINT NOT NULL, until BIGINT NOT NULL,"                          \
    " spent BIGINT NOT NULL DEFAULT 0)"
#define CREATE_LINK_ROW "CREATE INDEX core_link_row ON core_link (what, row_id)"

/* Who wants none of what can be done without: hashes alone, of the secret of
 * each link that was sent and of its address. */
#define CREATE_STOP                                                            \
    "CREATE TABLE core_stop (secret TEXT PRIMARY KEY, address TEXT NOT NULL,"  \
    " stopped BIGINT NOT NULL DEFAULT 0, at BIGINT NOT NULL)"
#define CREATE_STOP_ADDRESS                                                    \
    "CREATE INDEX core_stop_address ON core_stop (address)"

static const struct change mail_tables[] = {
    {.op = RUN, .sql = SQL_CONST(CREATE_MAIL)},
    {.op = RUN, .sql = SQL_CONST(CREATE_MAIL_STATE)},
    {.op = RUN, .sql = SQL_CONST(CREATE_LINK)},
    {.op = RUN, .sql = SQL_CONST(CREATE_LINK_ROW)},
    {.op = RUN, .sql = SQL_CONST(CREATE_STOP)},
    {.op = RUN, .sql = SQL_CONST(CREATE_STOP_ADDRESS)},
    {.op = RUN},
};
/* core/lost_key.h */
#define CREATE_LOST_KEY                                                        \
    "CREATE TABLE core_lost_key (size BIGINT PRIMARY KEY, at BIGINT NOT NULL," \
    " key TEXT NOT NULL)"

static const struct change lost_keys[] = {
    {.op = RUN, .sql = SQL_CONST(CREATE_LOST_KEY)},
    {.op = RUN},
};
static const struct change journal_order[] = {
    {.op = ORDER_JOURNAL},
    {.op = RUN},
};
#define NEW_COLUMN(table, name, type)                                          \
    {                                                                          \
        .op = ADD_COLUMN, .to = table, .field = name,                          \
        .sql = SQL_CONST("ALTER TABLE " table " ADD COLUMN " name " " type)    \
    }
static const struct change asked_once[] = {
    NEW_COLUMN("core_once", "asked", "TEXT"),
    {.op = RUN},
};
static const struct change reasoned_imports[] = {
    NEW_COLUMN("core_import", "corrects", "BIGINT NOT NULL DEFAULT 0"),
    NEW_COLUMN("core_import", "reason", "TEXT"),
    {.op = RUN},
};
const struct migration core_migrations[] = {
    {20, mail_tables}, {31, journal_order},    {32, lost_keys},
    {70, asked_once},  {71, reasoned_imports}, {0},
};

const struct sql core_tables[] = {
    {"CREATE TABLE core_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)"},
    /* One-time keys: the answer to a write is kept 48 h with it. */
    {"CREATE TABLE core_once (key TEXT PRIMARY KEY, person BIGINT NOT NULL,"
     " path TEXT NOT NULL, code BIGINT NOT NULL, location TEXT, body TEXT,"
     " at BIGINT NOT NULL, asked TEXT)"},
    {"CREATE INDEX core_once_at ON core_once (at)"},
    /* The sealer gives each line of the store's core_journal its place. */
    {"CREATE TABLE core_leaf (seq BIGINT PRIMARY KEY,"
     " line BIGINT NOT NULL UNIQUE REFERENCES core_journal (id),"
     " hash TEXT NOT NULL)"},
    {"CREATE TABLE core_head (size BIGINT PRIMARY KEY, root TEXT NOT NULL,"
     " at BIGINT NOT NULL, signature TEXT NOT NULL)"},
    {CREATE_LOST_KEY},
    /* Files, named by their content; used: a row names it, or did once. */
    {"CREATE TABLE core_file (id INTEGER PRIMARY KEY AUTOINCREMENT,"
     " hash TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,"
     " size BIGINT NOT NULL, person BIGINT NOT NULL, at BIGINT NOT NULL,"
     " used BIGINT NOT NULL DEFAULT 0)"},
    {"CREATE INDEX core_file_hash ON core_file (hash)"},
    /* Work that outlives its request. */
    {"CREATE TABLE core_task (id INTEGER PRIMARY KEY AUTOINCREMENT,"
     " kind TEXT NOT NULL, payload TEXT NOT NULL, unique_key TEXT UNIQUE,"
     " due BIGINT NOT NULL, attempts BIGINT NOT NULL DEFAULT 0,"
     " lease BIGINT NOT NULL DEFAULT 0, done BIGINT, result TEXT)"},
    {"CREATE INDEX core_task_due ON core_task (due) WHERE done IS NULL"},
    /* Mail and one-time links: core/mail.h, core/link.h. */
    {CREATE_MAIL},
    {CREATE_MAIL_STATE},
    {CREATE_LINK},
    {CREATE_LINK_ROW},
    {CREATE_STOP},
    {CREATE_STOP_ADDRESS},
    /* Imports: staged whole, checked whole, applied in small pieces. */
    {"CREATE TABLE core_import (id INTEGER PRIMARY KEY AUTOINCREMENT,"
     " entity TEXT NOT NULL, file TEXT NOT NULL, person BIGINT NOT NULL,"
     " at BIGINT NOT NULL, state TEXT NOT NULL, mapping TEXT NOT NULL,"
     " lines BIGINT NOT NULL DEFAULT 0, checked BIGINT NOT NULL DEFAULT 0,"
     " bad BIGINT NOT NULL DEFAULT 0, applied BIGINT NOT NULL DEFAULT 0,"
     " inserted BIGINT NOT NULL DEFAULT 0, updated BIGINT NOT NULL DEFAULT 0,"
     " same BIGINT NOT NULL DEFAULT 0, note TEXT,"
     " name TEXT NOT NULL DEFAULT '', run BIGINT NOT NULL DEFAULT 0,"
     " corrects BIGINT NOT NULL DEFAULT 0, reason TEXT)"},
    {"CREATE TABLE core_import_line (import BIGINT NOT NULL"
     " REFERENCES core_import (id), line BIGINT NOT NULL, cells TEXT NOT NULL,"
     " row_id BIGINT, outcome TEXT, faults TEXT,"
     " PRIMARY KEY (import, line))"},
    {"CREATE INDEX core_import_bad ON core_import_line (import, line)"
     " WHERE faults IS NOT NULL"},
    /* The columns of a file as somebody mapped them, by its heads. */
    {"CREATE TABLE core_mapping (entity TEXT NOT NULL, heads TEXT NOT NULL,"
     " mapping TEXT NOT NULL, PRIMARY KEY (entity, heads))"},
    /* Figures as they stood, with the rows behind. */
    {"CREATE TABLE core_snapshot (id INTEGER PRIMARY KEY AUTOINCREMENT,"
     " figure TEXT NOT NULL, from_day BIGINT NOT NULL,"
     " to_day BIGINT NOT NULL, bassin BIGINT, value DOUBLE PRECISION,"
     " query TEXT NOT NULL, digest TEXT NOT NULL, at BIGINT NOT NULL,"
     " person BIGINT NOT NULL)"},
    {"CREATE INDEX core_snapshot_figure ON core_snapshot (figure, at)"},
    {"CREATE TABLE core_snapshot_row (snapshot BIGINT NOT NULL"
     " REFERENCES core_snapshot (id), row_id BIGINT NOT NULL,"
     " amount DOUBLE PRECISION NOT NULL, whole DOUBLE PRECISION,"
     " version BIGINT NOT NULL, PRIMARY KEY (snapshot, row_id))"},
    {0},
};
