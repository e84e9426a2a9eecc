#include "core/lost_key.h"

#include "base/json.h"
#include "base/random.h"
#include "base/time.h"
#include "core/app.h"

enum { REPLACE_MS = 10000, MOST = 1000 };

enum status journal_keys_load(struct conn *c, struct arena *a,
                              struct journal_keys *out)
{
    struct rows *rows;
    *out = (struct journal_keys){.lost = NEW_ARRAY(a, struct lost_key, MOST)};
    TRY(setting_get(c, a, "journal.key", &out->now));
    TRY(db_rows(c, a,
                SQL("SELECT size, at, key FROM core_lost_key ORDER BY size"
                    " LIMIT :most"),
                ARGS(arg_int("most", MOST)), &rows));
    while (rows_next(rows))
        out->lost[out->n++] = (struct lost_key){
            (uint64_t)row_int(rows, 0), row_int(rows, 1), row_text(rows, 2)};
    return rows_end(rows);
}

const char *journal_key_of(const struct journal_keys *k, uint64_t size)
{
    for (size_t i = 0; i < k->n; i++)
        if (size <= k->lost[i].size)
            return k->lost[i].key;
    return k->now;
}

struct replacing {
    const char *key; /* the new one */
    struct lost_key lost;
    const char *why;
};

static enum status refuse(struct replacing *r, const char *why)
{
    r->why = why;
    return ERR_CONFLICT;
}

/* A key that was replaced before it signed anything leaves no range. */
static enum status replace(struct conn *c, struct arena *a, void *data)
{
    struct replacing *r = data;
    struct buf detail = {.mem = a};
    struct json j = {.out = &detail};
    int64_t size;
    TRY(conn_lock(c, "core_journal"));
    TRY(setting_get(c, a, "journal.key", &r->lost.key));
    TRY(db_int(c, SQL("SELECT coalesce(max(size), 0) FROM core_head"), NO_ARGS,
               &size));
    if (!size || !r->lost.key)
        return refuse(r, "nothing is sealed yet, and no key is lost");
    if (same(r->lost.key, r->key))
        return refuse(r, "the key that sealed this journal is in its place:"
                         " nothing is lost");
    r->lost.size = (uint64_t)size;
    r->lost.at = time_now();
    TRY(db_exec(c,
                SQL("INSERT INTO core_lost_key (size, at, key) VALUES (:size,"
                    " :at, :key) ON CONFLICT (size) DO NOTHING"),
                ARGS(arg_int("size", size), arg_int("at", r->lost.at),
                     arg_cstr("key", r->lost.key)),
                NULL));
    TRY(setting_set(c, "journal.key", r->key));
    json_object(&j, NULL);
    json_cstr(&j, "lost", r->lost.key);
    json_int(&j, "lines", size);
    json_cstr(&j, "key", r->key);
    json_end_object(&j);
    return journal_add(c, a, 0, NULL, 0, "journal_key", buf_done(&detail));
}

/* Asked before a key is made; the same is asked again inside the write. */
static enum status is_sealed(struct db *db, struct arena *a, bool *out)
{
    struct journal_keys keys = {0};
    struct conn *c;
    TRY(conn_open(db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = journal_keys_load(c, a, &keys);
    conn_end(c);
    conn_close(c);
    *out = keys.now != NULL;
    return s;
}

enum status journal_key_replace(struct db *db, struct arena *a,
                                const char *folder, struct signer *out,
                                struct lost_key *lost, const char **why)
{
    const char *path = arena_printf(a, "%s/journal.key", folder);
    bool sealed;
    TRY(is_sealed(db, a, &sealed));
    *why = "nothing is sealed yet, and no key is lost";
    if (!sealed)
        return ERR_CONFLICT;
    *why = arena_printf(a, "%s cannot be read or made", path);
    if (signer_open(path, out) != OK)
        return ERR_CONFLICT;
    struct replacing r = {.key = hex(a, out->public, SIGN_PUBLIC)};
    enum status s = db_write_within(db, a, replace, &r, REPLACE_MS);
    *lost = r.lost;
    *why = r.why;
    return s;
}
