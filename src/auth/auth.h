/*
 * Who is there, and what they may do. Sessions, passwords, API tokens, and the
 * grants: a person holds a role everywhere or on one row, from a day until a
 * day. This floor knows people only by their number.
 */
#pragma once

#include "store/entity.h"

/* The floor's own tables; ends with {0}. */
extern const struct sql auth_tables[];

struct grant {
    const char *role;
    const char *entity; /* NULL: everywhere */
    int64_t row;
    int32_t until; /* its last day; NO_DAY: no end */
};

/* Who asks, as one request sees it; lives in that request's arena. */
struct who {
    int64_t person;
    int64_t session, token; /* by which of them; both 0: the command line */
    int64_t started, used;  /* the session; its last use, as it is kept */
    const char *email, *name, *lang;
    const char *csrf;     /* to be sent back by every form */
    struct grant *grants; /* those valid today */
    size_t grant_count;
};

/* Sessions last 12 hours after their last use, 30 days at the most. */
enum { SESSION_IDLE = 12 * 3600, SESSION_MOST = 30 * 86400 };

/* The key of an instance, under which its tokens bear a mark. It tells a
 * stranger's from ours without the database, before a large body is read; who
 * it is, only the table says. */
enum { TOKEN_KEY = 32 };
bool token_is_ours(const unsigned char key[TOKEN_KEY], struct str token);

/* A secret of this instance, made from a name: nobody else can make it, and
 * nothing of it need be kept. 48 hexadecimal digits. */
const char *secret_of(struct arena *a, const unsigned char key[TOKEN_KEY],
                      const char *purpose, const char *name);

/* The session that a cookie's token names; ERR_NOT_FOUND for none or an old
 * one, and then *out is as it was. Costs two queries, or none while a reader
 * remembers it (recall.h). */
enum status session_find(struct conn *c, struct arena *a, struct str token,
                         struct who **out) MUST_USE;
/* The same for "Authorization: Bearer …". */
enum status token_find(struct conn *c, struct arena *a, struct str token,
                       struct who **out) MUST_USE;
/* A person by number, for work that is done in their name later, without a
 * session; ERR_NOT_FOUND for a closed account. */
enum status who_load(struct conn *c, struct arena *a, int64_t person,
                     struct who **out) MUST_USE;
/* Is that session or token still there, and the account not closed? Asked
 * again inside a write: ERR_SIGN_IN. It reads the grants anew. */
enum status who_again(struct conn *c, struct arena *a,
                      struct who *who) MUST_USE;

/* Whose session gave a form its csrf, also when it has ended since; false: not
 * one of ours, or of an older version. */
bool csrf_person(const unsigned char key[TOKEN_KEY], struct str csrf,
                 int64_t *person);

/* Inside db_write. *token is the cookie's value; only its hash is kept. */
enum status session_start(struct conn *c, struct arena *a,
                          const unsigned char key[TOKEN_KEY], int64_t person,
                          const char **token) MUST_USE;
enum status session_end(struct conn *c, int64_t session) MUST_USE;
/* All those of a person. */
enum status sessions_end(struct conn *c, int64_t person) MUST_USE;
/* Everybody's. */
enum status sessions_end_all(struct conn *c) MUST_USE;
/* Reads do not write but for this, and it only every five minutes: is the last
 * use of the session told anew? */
bool session_is_due(const struct who *who);
enum status session_used(struct conn *c, int64_t session) MUST_USE;
enum status token_add(struct conn *c, struct arena *a,
                      const unsigned char key[TOKEN_KEY], int64_t person,
                      const char *name, const char **token) MUST_USE;

/* All those of a person under a name; how many were ended. */
enum status token_end(struct conn *c, int64_t person, const char *name,
                      int64_t *ended) MUST_USE;

/* Argon2id with 19 MiB and two passes (OWASP Password Storage, 2023). Slow by
 * intent: only on the heavy lane. */
const char *password_hash(struct arena *a, struct str password);
bool password_right(const char *hash, struct str password);

struct account {
    int64_t person;
    const char *email, *name, *hash; /* hash NULL: no password yet */
    bool closed;
};
/* By address, whatever its case; ERR_NOT_FOUND. */
enum status account_find(struct conn *c, struct arena *a, struct str email,
                         struct account *out) MUST_USE;
/* Inside db_write: makes the account or changes its hash. */
enum status account_set(struct conn *c, struct arena *a,
                        const struct account *account) MUST_USE;
/* Inside db_write: the account stays under its name, but nobody comes in by it:
 * no session, token or password is left. False: it is open again, without a
 * password. */
enum status account_shut(struct conn *c, int64_t person, bool shut) MUST_USE;
enum status grant_add(struct conn *c, int64_t person, struct grant g,
                      int32_t from) MUST_USE;

/* One line of a person's grants, past ones too. */
struct held {
    int64_t id, person;
    struct grant grant;
    int32_t from;
};
/* Oldest first, 500 at most. */
enum status grants_of(struct conn *c, struct arena *a, int64_t person,
                      struct held **out, size_t *n) MUST_USE;
/* The same of so many persons, 1 to LIST_MOST: 5,000 at most. */
enum status grants_of_all(struct conn *c, struct arena *a,
                          const int64_t *persons, size_t person_count,
                          struct held **out, size_t *n) MUST_USE;
/* Inside db_write: yesterday was its last day. It stays as a line of the past.
 */
enum status grant_end(struct conn *c, int64_t id) MUST_USE;
/* Is there, without this grant, an open account that is admin everywhere and
 * without end? */
enum status admin_left(struct conn *c, int64_t without, bool *out) MUST_USE;

bool who_has_role(const struct who *who, const char *roles);
