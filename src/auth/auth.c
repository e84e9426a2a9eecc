/* Who is there: the sessions of browsers and the tokens of programs, and what a
 * secret is. */
#include "auth/auth.h"

#include "base/random.h"
#include "store/recall.h"

#include <sodium.h>

const struct sql auth_tables[] = {
    {"CREATE TABLE auth_account (person BIGINT PRIMARY KEY,"
     " email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, hash TEXT,"
     " lang TEXT, closed BIGINT NOT NULL DEFAULT 0)"},
    {"CREATE TABLE auth_session (id INTEGER PRIMARY KEY AUTOINCREMENT,"
     " token TEXT NOT NULL UNIQUE, person BIGINT NOT NULL"
     " REFERENCES auth_account (person), csrf TEXT NOT NULL,"
     " started BIGINT NOT NULL, used BIGINT NOT NULL)"},
    {"CREATE TABLE auth_token (id INTEGER PRIMARY KEY AUTOINCREMENT,"
     " token TEXT NOT NULL UNIQUE, person BIGINT NOT NULL"
     " REFERENCES auth_account (person), name TEXT NOT NULL,"
     " created BIGINT NOT NULL)"},
    {"CREATE TABLE auth_grant (id INTEGER PRIMARY KEY AUTOINCREMENT,"
     " person BIGINT NOT NULL REFERENCES auth_account (person),"
     " role TEXT NOT NULL, entity TEXT, row_id BIGINT,"
     " from_day BIGINT NOT NULL, until_day BIGINT)"},
    {"CREATE INDEX auth_grant_person ON auth_grant (person)"},
    {"CREATE INDEX auth_session_used ON auth_session (used)"},
    {0},
};

enum { TOKEN_BYTES = 24, MARK_BYTES = 16, REFRESH = 300 };
static_assert(MARK_BYTES >= crypto_generichash_BYTES_MIN &&
                  TOKEN_KEY == crypto_generichash_KEYBYTES,
              "libsodium's BLAKE2b");

static void token_mark(const unsigned char key[TOKEN_KEY], const char *token,
                       unsigned char out[MARK_BYTES])
{
    CHECK(crypto_generichash(out, MARK_BYTES, (const unsigned char *)token,
                             (size_t)2 * TOKEN_BYTES, key, TOKEN_KEY) == 0);
}

/* Random bytes and their mark, in hexadecimal. */
static const char *token_make(struct arena *a,
                              const unsigned char key[TOKEN_KEY])
{
    unsigned char mark[MARK_BYTES];
    const char *fresh = random_hex(a, TOKEN_BYTES);
    token_mark(key, fresh, mark);
    return arena_printf(a, "%s%s", fresh, hex(a, mark, MARK_BYTES));
}

const char *secret_of(struct arena *a, const unsigned char key[TOKEN_KEY],
                      const char *purpose, const char *name)
{
    unsigned char secret[TOKEN_BYTES];
    const char *of = arena_printf(a, "%s %s", purpose, name);
    CHECK(crypto_generichash(secret, sizeof(secret), (const unsigned char *)of,
                             strlen(of), key, TOKEN_KEY) == 0);
    return hex(a, secret, sizeof(secret));
}

bool token_is_ours(const unsigned char key[TOKEN_KEY], struct str token)
{
    enum { FRESH = 2 * TOKEN_BYTES };
    unsigned char mark[MARK_BYTES], sent[MARK_BYTES];
    if (token.n != FRESH + 2 * MARK_BYTES ||
        !unhex((struct str){token.p + FRESH, (size_t)2 * MARK_BYTES}, sent,
               MARK_BYTES))
        return false;
    token_mark(key, token.p, mark);
    return same_bytes(mark, sent, MARK_BYTES);
}

/* "random-person-mark", of the first two. */
static const char *csrf_make(struct arena *a,
                             const unsigned char key[TOKEN_KEY],
                             struct str random, int64_t person)
{
    unsigned char mark[MARK_BYTES];
    const char *of =
        arena_printf(a, "%.*s-%" PRId64, (int)random.n, random.p, person);
    CHECK(crypto_generichash(mark, MARK_BYTES, (const unsigned char *)of,
                             strlen(of), key, TOKEN_KEY) == 0);
    return arena_printf(a, "%s-%s", of, hex(a, mark, MARK_BYTES));
}

bool csrf_person(const unsigned char key[TOKEN_KEY], struct str csrf,
                 int64_t *person)
{
    struct arena mem = {0};
    struct str rest = csrf, random, number;
    bool ours = csrf.n < 200 && str_next(&rest, '-', &random) &&
                str_next(&rest, '-', &number) && str_int(number, person);
    if (ours) {
        const char *made = csrf_make(&mem, key, random, *person);
        ours = strlen(made) == csrf.n && same_bytes(made, csrf.p, csrf.n);
    }
    arena_reset(&mem);
    return ours;
}

static const char *token_hash(struct arena *a, struct str token)
{
    unsigned char digest[SHA256];
    sha256(digest, token);
    return hex(a, digest, sizeof(digest));
}

/* Those that hold today, in an order of their own. */
#define GRANTS                                                                 \
    "SELECT g.role, g.entity, g.row_id, g.until_day FROM auth_grant g"         \
    " WHERE g.from_day <= :today"                                              \
    " AND (g.until_day IS NULL OR g.until_day >= :today)"
#define IN_ORDER " ORDER BY g.id LIMIT 200"

static enum status grants_take(struct arena *a, struct rows *rows,
                               struct who *who)
{
    struct grant held[200];
    size_t n = 0;
    while (rows_next(rows))
        held[n++] = (struct grant){row_text(rows, 0), row_text(rows, 1),
                                   row_int(rows, 2), row_day(rows, 3)};
    TRY(rows_end(rows));
    who->grants = NEW_ARRAY(a, struct grant, n + 1);
    if (n)
        memcpy(who->grants, held, n * sizeof(*held));
    who->grant_count = n;
    return OK;
}

static enum status grants_read(struct conn *c, struct arena *a, struct who *who)
{
    struct rows *rows;
    TRY(db_rows(
        c, a, SQL(GRANTS " AND g.person = :person" IN_ORDER),
        ARGS(arg_int("person", who->person), arg_day("today", day_today())),
        &rows));
    return grants_take(a, rows, who);
}

static const char *text_copy(struct arena *a, const char *s)
{
    return s ? arena_dup(a, s, strlen(s)) : NULL;
}

static struct who *who_copy(struct arena *a, const struct who *who)
{
    struct who *copy = NEW(a, struct who);
    *copy = *who;
    copy->email = text_copy(a, who->email);
    copy->name = text_copy(a, who->name);
    copy->lang = text_copy(a, who->lang);
    copy->csrf = text_copy(a, who->csrf);
    copy->grants = NEW_ARRAY(a, struct grant, who->grant_count + 1);
    for (size_t i = 0; i < who->grant_count; i++) {
        copy->grants[i] = who->grants[i];
        copy->grants[i].role = text_copy(a, who->grants[i].role);
        copy->grants[i].entity = text_copy(a, who->grants[i].entity);
    }
    return copy;
}

static bool session_lasts(const struct who *who)
{
    const int64_t now = time_now();
    return who->used > now - SESSION_IDLE && who->started > now - SESSION_MOST;
}

static enum status session_read(struct conn *c, struct arena *a,
                                const char *hash, struct who **out)
{
    /* By the token too, so that they come with who it is. */
    const struct sql grants =
        SQL(GRANTS " AND g.person = (SELECT s.person FROM auth_session s"
                   " WHERE s.token = :token)" IN_ORDER);
    struct rows *rows;
    const struct arg *mine =
        ARGS(arg_cstr("token", hash), arg_day("today", day_today()));
    TRY(db_ahead(c, grants, mine));
    TRY(db_rows(c, a,
                SQL("SELECT s.person, s.id, a.email, a.name, a.lang, s.csrf,"
                    " s.started, s.used"
                    " FROM auth_session s"
                    " JOIN auth_account a ON a.person = s.person"
                    " WHERE s.token = :token AND a.closed = 0"),
                ARGS(arg_cstr("token", hash)), &rows));
    struct who *who = NULL;
    if (rows_next(rows)) {
        who = NEW(a, struct who);
        *who = (struct who){.person = row_int(rows, 0),
                            .session = row_int(rows, 1),
                            .email = row_text(rows, 2),
                            .name = row_text(rows, 3),
                            .lang = row_text(rows, 4),
                            .csrf = row_text(rows, 5),
                            .started = row_int(rows, 6),
                            .used = row_int(rows, 7)};
    }
    TRY(rows_end(rows));
    if (!who || !session_lasts(who))
        return ERR_NOT_FOUND;
    TRY(db_rows(c, a, grants, mine, &rows));
    TRY(grants_take(a, rows, who));
    *out = who;
    return OK;
}

enum status session_find(struct conn *c, struct arena *a, struct str token,
                         struct who **out)
{
    /* The grants are those of a day; how long the session lasts is asked at
     * each request. */
    const char *key =
        arena_printf(a, "session %s %d", str_dup(a, token), day_today());
    const struct who *known = conn_recall(c, key);
    if (known && !session_lasts(known))
        return ERR_NOT_FOUND;
    if (known) {
        *out = who_copy(a, known);
        return OK;
    }
    TRY(session_read(c, a, token_hash(a, token), out));
    struct arena *memory = conn_memory(c);
    if (memory)
        conn_remember(c, key, who_copy(memory, *out));
    return OK;
}

enum status token_find(struct conn *c, struct arena *a, struct str token,
                       struct who **out)
{
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT t.person, a.email, a.name, a.lang, t.id"
                    " FROM auth_token t"
                    " JOIN auth_account a ON a.person = t.person"
                    " WHERE t.token = :token AND a.closed = 0"),
                ARGS(arg_cstr("token", token_hash(a, token))), &rows));
    struct who *who = NULL;
    if (rows_next(rows)) {
        who = NEW(a, struct who);
        *who = (struct who){.person = row_int(rows, 0),
                            .email = row_text(rows, 1),
                            .name = row_text(rows, 2),
                            .lang = row_text(rows, 3),
                            .token = row_int(rows, 4)};
    }
    TRY(rows_end(rows));
    if (!who)
        return ERR_NOT_FOUND;
    TRY(grants_read(c, a, who));
    *out = who;
    return OK;
}

enum status who_load(struct conn *c, struct arena *a, int64_t person,
                     struct who **out)
{
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT email, name, lang FROM auth_account"
                    " WHERE person = :person AND closed = 0"),
                ARGS(arg_int("person", person)), &rows));
    struct who *who = NULL;
    if (rows_next(rows)) {
        who = NEW(a, struct who);
        *who = (struct who){.person = person,
                            .email = row_text(rows, 0),
                            .name = row_text(rows, 1),
                            .lang = row_text(rows, 2)};
    }
    TRY(rows_end(rows));
    if (!who)
        return ERR_NOT_FOUND;
    TRY(grants_read(c, a, who));
    *out = who;
    return OK;
}

enum status who_again(struct conn *c, struct arena *a, struct who *who)
{
    int64_t open;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM auth_account a"
                   " WHERE a.person = :person AND a.closed = 0"
                   " AND (:session = 0 OR EXISTS (SELECT 1 FROM auth_session s"
                   " WHERE s.id = :session AND s.person = a.person))"
                   " AND (:token = 0 OR EXISTS (SELECT 1 FROM auth_token t"
                   " WHERE t.id = :token AND t.person = a.person))"),
               ARGS(arg_int("person", who->person),
                    arg_int("session", who->session),
                    arg_int("token", who->token)),
               &open));
    if (!open)
        return ERR_SIGN_IN;
    return grants_read(c, a, who);
}

enum status session_start(struct conn *c, struct arena *a,
                          const unsigned char key[TOKEN_KEY], int64_t person,
                          const char **token)
{
    int64_t now = time_now();
    const char *fresh = token_make(a, key);
    TRY(db_exec(c, SQL("DELETE FROM auth_session WHERE used < :old"),
                ARGS(arg_int("old", now - SESSION_MOST)), NULL));
    TRY(db_exec(
        c,
        SQL("INSERT INTO auth_session (token, person, csrf, started,"
            " used) VALUES (:token, :person, :csrf, :now, :now)"),
        ARGS(arg_cstr("token", token_hash(a, str_of(fresh))),
             arg_int("person", person),
             arg_cstr(
                 "csrf",
                 csrf_make(a, key, str_of(random_hex(a, TOKEN_BYTES)), person)),
             arg_int("now", now)),
        NULL));
    *token = fresh;
    return OK;
}

bool session_is_due(const struct who *who)
{
    return who->session && time_now() - who->used >= REFRESH;
}

enum status session_used(struct conn *c, int64_t session)
{
    return db_exec(c, SQL("UPDATE auth_session SET used = :now WHERE id = :id"),
                   ARGS(arg_int("now", time_now()), arg_int("id", session)),
                   NULL);
}

enum status session_end(struct conn *c, int64_t session)
{
    return db_exec(c, SQL("DELETE FROM auth_session WHERE id = :id"),
                   ARGS(arg_int("id", session)), NULL);
}

enum status sessions_end(struct conn *c, int64_t person)
{
    return db_exec(c, SQL("DELETE FROM auth_session WHERE person = :person"),
                   ARGS(arg_int("person", person)), NULL);
}

enum status sessions_end_all(struct conn *c)
{
    return db_exec(c, SQL("DELETE FROM auth_session"), NO_ARGS, NULL);
}

enum status token_add(struct conn *c, struct arena *a,
                      const unsigned char key[TOKEN_KEY], int64_t person,
                      const char *name, const char **token)
{
    const char *fresh = token_make(a, key);
    TRY(db_exec(c,
                SQL("INSERT INTO auth_token (token, person, name, created)"
                    " VALUES (:token, :person, :name, :now)"),
                ARGS(arg_cstr("token", token_hash(a, str_of(fresh))),
                     arg_int("person", person), arg_cstr("name", name),
                     arg_int("now", time_now())),
                NULL));
    *token = fresh;
    return OK;
}

enum status token_end(struct conn *c, int64_t person, const char *name,
                      int64_t *ended)
{
    return db_exec(c,
                   SQL("DELETE FROM auth_token WHERE person = :person"
                       " AND name = :name"),
                   ARGS(arg_int("person", person), arg_cstr("name", name)),
                   ended);
}

bool who_has_role(const struct who *who, const char *roles)
{
    for (size_t i = 0; who && i < who->grant_count; i++)
        if (word_in(roles, who->grants[i].role))
            return true;
    return false;
}
