/* Accounts with their passwords, and the roles that they are given: what is
 * kept of somebody, whether they are there or not. */
#include "auth/auth.h"

#include "base/utf8.h"
#include "store/list.h"

#include <sodium.h>

enum { HASH_PASSES = 2, HASH_BYTES = 19 << 20 };

const char *password_hash(struct arena *a, struct str password)
{
    char *out = arena_alloc(a, crypto_pwhash_STRBYTES);
    CHECK(sodium_init() >= 0);
    CHECK(crypto_pwhash_str(out, password.p, password.n, HASH_PASSES,
                            HASH_BYTES) == 0);
    return out;
}

bool password_right(const char *hash, struct str password)
{
    return sodium_init() >= 0 && hash &&
           crypto_pwhash_str_verify(hash, password.p, password.n) == 0;
}

enum status account_find(struct conn *c, struct arena *a, struct str email,
                         struct account *out)
{
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT person, email, name, hash, closed"
                    " FROM auth_account WHERE email = :email"),
                ARGS(arg_text("email", utf8_fold(a, email))), &rows));
    bool found = rows_next(rows);
    if (found)
        *out = (struct account){row_int(rows, 0), row_text(rows, 1),
                                row_text(rows, 2), row_text(rows, 3),
                                row_int(rows, 4) == 1};
    TRY(rows_end(rows));
    return found ? OK : ERR_NOT_FOUND;
}

enum status account_set(struct conn *c, struct arena *a,
                        const struct account *account)
{
    return db_exec(c,
                   SQL("INSERT INTO auth_account (person, email, name, hash,"
                       " closed) VALUES (:person, :email, :name, :hash,"
                       " :closed) ON CONFLICT (person) DO UPDATE SET"
                       " email = excluded.email, name = excluded.name,"
                       " hash = excluded.hash, closed = excluded.closed"),
                   ARGS(arg_int("person", account->person),
                        arg_text("email", utf8_fold(a, str_of(account->email))),
                        arg_cstr("name", account->name),
                        arg_cstr("hash", account->hash),
                        arg_int("closed", account->closed)),
                   NULL);
}

enum status grant_add(struct conn *c, int64_t person, struct grant g,
                      int32_t from)
{
    return db_exec(c,
                   SQL("INSERT INTO auth_grant (person, role, entity, row_id,"
                       " from_day, until_day) VALUES (:person, :role, :entity,"
                       " :row, :from, :until)"),
                   ARGS(arg_int("person", person), arg_cstr("role", g.role),
                        arg_cstr("entity", g.entity),
                        arg_int("row", g.entity ? g.row : NONE),
                        arg_day("from", from), arg_day("until", g.until)),
                   NULL);
}

/* Of whom the condition says, oldest first. */
static enum status grants_held(struct conn *c, struct arena *a,
                               const char *which, const struct arg *args,
                               int most, struct held **out, size_t *n)
{
    const struct sql sql = {arena_printf(
        a,
        "SELECT id, person, role, entity, row_id, until_day, from_day FROM"
        " auth_grant WHERE person %s ORDER BY id LIMIT %d",
        which, most)};
    struct rows *rows;
    size_t room = 0;
    *out = NULL;
    TRY(db_rows(c, a, sql, args, &rows));
    for (*n = 0; rows_next(rows); ++*n) {
        *out = arena_grow(a, *out, sizeof(**out), *n, &room);
        (*out)[*n] = (struct held){row_int(rows, 0),
                                   row_int(rows, 1),
                                   {row_text(rows, 2), row_text(rows, 3),
                                    row_int(rows, 4), row_day(rows, 5)},
                                   row_day(rows, 6)};
    }
    return rows_end(rows);
}

enum status grants_of(struct conn *c, struct arena *a, int64_t person,
                      struct held **out, size_t *n)
{
    return grants_held(c, a, "= :person", ARGS(arg_int("person", person)), 500,
                       out, n);
}

enum status grants_of_all(struct conn *c, struct arena *a,
                          const int64_t *persons, size_t person_count,
                          struct held **out, size_t *n)
{
    const char *which;
    const struct arg *args = ids_bound(a, persons, person_count, &which);
    return grants_held(c, a, which, args, 5000, out, n);
}

enum status account_shut(struct conn *c, int64_t person, bool shut)
{
    const struct arg *whose = ARGS(arg_int("person", person));
    if (!shut)
        return db_exec(c,
                       SQL("UPDATE auth_account SET closed = 0"
                           " WHERE person = :person AND closed <> 0"),
                       whose, NULL);
    TRY(sessions_end(c, person));
    TRY(db_exec(c, SQL("DELETE FROM auth_token WHERE person = :person"), whose,
                NULL));
    return db_exec(c,
                   SQL("UPDATE auth_account SET closed = 1, hash = NULL"
                       " WHERE person = :person"),
                   whose, NULL);
}

enum status grant_end(struct conn *c, int64_t id)
{
    return db_exec(
        c, SQL("UPDATE auth_grant SET until_day = :until WHERE id = :id"),
        ARGS(arg_day("until", day_today() - 1), arg_int("id", id)), NULL);
}

enum status admin_left(struct conn *c, int64_t without, bool *out)
{
    int64_t n;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM auth_grant g JOIN auth_account a"
                   " ON a.person = g.person WHERE g.role = 'admin'"
                   " AND g.entity IS NULL AND g.until_day IS NULL"
                   " AND g.from_day <= :today AND a.closed = 0"
                   " AND g.id <> :without"),
               ARGS(arg_day("today", day_today()), arg_int("without", without)),
               &n));
    *out = n > 0;
    return OK;
}
