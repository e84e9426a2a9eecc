/* What a restore proves before anything takes its place: each member, and the
 * database with its journal, are as the manifest says. */
#include "core/restore.h"

#include "core/journal.h"
#include "store/copy.h"

#include <sys/statvfs.h>
#include <unistd.h>

int64_t told_number(const struct json_value *object, const char *key)
{
    const struct json_value *v = object ? json_get(object, key) : NULL;
    return v && v->type == J_INT ? v->i : NONE;
}

struct str told_text(const struct json_value *object, const char *key)
{
    const struct json_value *v = object ? json_get(object, key) : NULL;
    return v && v->type == J_TEXT ? v->s : STR("");
}

/* Has the manifest m the digest that stands last? */
static bool vouched(struct restoring *r, const struct packed *m)
{
    while (m && !same(m->name, MANIFEST))
        m = m->next;
    const struct str line = str_of(backup_sums(r->mem, m)), is = r->digest;
    return is.n >= line.n && memcmp(is.p + is.n - line.n, line.p, line.n) == 0;
}

/* Members as the manifest names them: each, in order, and no other. */
enum status restore_check_members(struct restoring *r)
{
    const char *why;
    const struct packed *m = archive_packed(r->from);
    if (!r->manifest.p || !r->digest.p)
        return restore_refuse(
            r, ERR_INVALID,
            "%s is no backup: it has no manifest; name a file that"
            " essaim backup made",
            r->file);
    if (!vouched(r, m))
        return restore_damaged(r, "its manifest is another");
    r->told = json_parse(r->mem, r->manifest, &why);
    const struct json_value *list =
        r->told ? json_get(r->told, "members") : NULL;
    if (told_number(r->told, "format") != BACKUP_FORMAT || !list ||
        list->type != J_ARRAY)
        return restore_refuse(
            r, ERR_INVALID,
            "%s is of another kind: restore it with the Essaim that"
            " made it",
            r->file);
    for (size_t i = 0; i < list->n; i++, m = m->next) {
        const struct json_value *v = &list->members[i].value;
        if (!m || !str_eq(told_text(v, "name"), m->name) ||
            told_number(v, "size") != m->size ||
            !str_eq(told_text(v, "sha256"), hex(r->mem, m->digest, DIGEST)))
            return restore_damaged(r, "a member is not as the manifest says");
    }
    if (!m || !same(m->name, MANIFEST))
        return restore_damaged(r, "a member is not in the manifest");
    /* Earlier ones name the manifest alone, which names the others. */
    if (!str_eq(r->digest, backup_sums(r->mem, archive_packed(r->from))) &&
        !str_eq(r->digest, backup_sums(r->mem, m)))
        return restore_damaged(r, MANIFEST_DIGEST " is another");
    return OK;
}

bool restore_has_rows(const struct restoring *r)
{
    return str_eq(told_text(r->told, "engine"), "postgresql");
}

/* Not what every database is given anew. */
static bool is_moved(const char *table)
{
    const char *last = strrchr(table, '_');
    return !same(table, "core_meta") && !(last && same(last, "_search"));
}

static enum status count_same(void *data, const char *table, int64_t rows)
{
    struct restoring *r = data;
    if (!is_moved(table) && restore_has_rows(r))
        return OK;
    r->tables++;
    if (is_moved(table)) {
        r->moved++;
        r->rows += rows;
    }
    return rows == told_number(json_get(r->told, "tables"), table)
               ? OK
               : restore_damaged(
                     r, arena_printf(r->mem, "%s has another number of rows",
                                     table));
}

static enum status check_journal(struct restoring *r, struct conn *c)
{
    struct signer signer;
    struct rows *rows;
    uint64_t lines;
    const char *fault, *path = arena_printf(r->mem, "%s/journal.key", r->place);
    const struct json_value *head = json_get(r->told, "journal");
    bool right = told_number(head, "size") == 0;
    /* A laboratory that never served has neither key nor head. */
    if (right && access(path, F_OK) != 0)
        return OK;
    if (access(path, F_OK) != 0)
        return restore_refuse(
            r, ERR_INVALID,
            "%s has no journal.key, so its journal cannot be proven:"
            " restore a backup that has it",
            r->file);
    TRY(signer_open(path, &signer));
    TRY(journal_verify(c, r->mem, signer.public, &lines, &fault));
    if (fault) /* though every member is as it was written */
        return restore_refuse(
            r, ERR_INVALID,
            "the journal in %s was altered before it was backed up (%s):"
            " restore an older backup; essaim journal verify says the same"
            " where it was made",
            r->file, fault);
    TRY(db_rows(c, r->mem, SQL("SELECT root FROM core_head WHERE size = :size"),
                ARGS(arg_int("size", told_number(head, "size"))), &rows));
    if (rows_next(rows))
        right =
            str_eq(row_str(rows, 0), str_dup(r->mem, told_text(head, "root")));
    TRY(rows_end(rows));
    return right ? OK
                 : restore_damaged(r, "its journal does not end as it did");
}

static enum status check_in(struct restoring *r, struct conn *c)
{
    const char *fault;
    bool full = true;
    TRY(db_integrity(c, r->mem, &full, &fault));
    if (fault)
        return restore_damaged(r, fault);
    const struct copy_to counts = {.data = r, .rows = count_same};
    TRY(db_count_rows(c, r->mem, &counts));
    const struct json_value *tables = json_get(r->told, "tables");
    if (!tables || tables->n != r->tables)
        return restore_damaged(r, "a table is missing");
    if (json_get(tables, "core_file")) /* none in the oldest */
        TRY(backup_names(c, r->mem, &r->files));
    return check_journal(r, c);
}

/* Who was signed in then may have been shut out since. */
static enum status end_sessions(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    return sessions_end_all(c);
}

/* SQLite calls it an I/O error that what it shares has no room. */
static bool is_full(const char *path)
{
    enum { SHARED = 64 << 10 };
    struct statvfs disk;
    return statvfs(path, &disk) == 0 &&
           (uint64_t)disk.f_bavail * disk.f_frsize < SHARED;
}

enum status restore_check_database(struct restoring *r)
{
    struct db *db;
    struct conn *c = NULL;
    struct db_options o = {.path =
                               arena_printf(r->mem, "%s/essaim.db", r->place)};
    if (!restore_has_rows(r) && !str_eq(told_text(r->told, "engine"), "sqlite"))
        return restore_refuse(r, ERR_INVALID,
                              "%s is of another database: restore it there",
                              r->file);
    enum status s = db_open(r->mem, &db, &o, &r->why);
    if (s != OK)
        return is_full(r->place) ? restore_no_room(r) : s;
    s = conn_open(db, &c);
    if (s == OK)
        s = conn_begin(c, 0);
    if (s == OK)
        s = check_in(r, c);
    if (c)
        conn_end(c);
    conn_close(c);
    if (s == OK)
        s = db_write(db, r->mem, end_sessions, NULL);
    db_close(db);
    if (s == ERR_FULL)
        return restore_no_room(r);
    if (s != OK && !r->why)
        return restore_refuse(r, s, "%s: its database cannot be read (%s)",
                              r->file, status_name(s));
    return s;
}
