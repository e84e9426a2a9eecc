#include "core/link.h"

#include "base/random.h"

enum { SECRET_BYTES = 20 };

static const char *hash_of(struct arena *a, struct str secret)
{
    unsigned char digest[SHA256];
    sha256(digest, secret);
    return hex(a, digest, sizeof digest);
}

enum status link_add(struct conn *c, struct arena *a, const char *what,
                     int64_t row, int32_t until, const char **secret)
{
    *secret = random_hex(a, SECRET_BYTES);
    return db_exec(c,
                   SQL("INSERT INTO core_link (hash, what, row_id, until)"
                       " VALUES (:hash, :what, :row, :until)"),
                   ARGS(arg_cstr("hash", hash_of(a, str_of(*secret))),
                        arg_cstr("what", what), arg_int("row", row),
                        arg_day("until", until)),
                   NULL);
}

enum status link_find(struct conn *c, struct arena *a, const char *what,
                      struct str secret, int64_t *row)
{
    TRY(db_int(c,
               SQL("SELECT row_id FROM core_link WHERE hash = :hash AND what ="
                   " :what AND until >= :today"),
               ARGS(arg_cstr("hash", hash_of(a, secret)),
                    arg_cstr("what", what), arg_day("today", day_today())),
               row));
    return *row == NONE ? ERR_NOT_FOUND : OK;
}

enum status link_end(struct conn *c, const char *what, int64_t row)
{
    return db_exec(
        c, SQL("DELETE FROM core_link WHERE what = :what AND row_id = :row"),
        ARGS(arg_cstr("what", what), arg_int("row", row)), NULL);
}

enum status links_sweep(struct conn *c)
{
    return db_exec(c, SQL("DELETE FROM core_link WHERE until < :today"),
                   ARGS(arg_day("today", day_today())), NULL);
}
