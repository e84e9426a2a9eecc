#include "core/link.h"

#include "base/random.h"
#include "store/row.h"

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
                      struct str secret, int64_t *row, bool *spent)
{
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT row_id, spent FROM core_link WHERE hash = :hash AND"
                    " what = :what AND until >= :today"),
                ARGS(arg_cstr("hash", hash_of(a, secret)),
                     arg_cstr("what", what), arg_day("today", day_today())),
                &rows));
    const bool found = rows_next(rows);
    if (found) {
        *row = row_int(rows, 0);
        *spent = row_int(rows, 1) != 0;
    }
    TRY(rows_end(rows));
    return found ? OK : ERR_NOT_FOUND;
}

enum status link_row(struct conn *c, struct arena *a, const char *what,
                     struct str secret, const struct entity *e, void **row,
                     bool *spent)
{
    int64_t id;
    bool was;
    TRY(link_find(c, a, what, secret, &id, spent ? spent : &was));
    return row_load(c, a, e, id, &reach_all, row);
}

enum status link_end(struct conn *c, const char *what, int64_t row)
{
    return db_exec(
        c,
        SQL("UPDATE core_link SET spent = 1 WHERE what = :what AND row_id ="
            " :row"),
        ARGS(arg_cstr("what", what), arg_int("row", row)), NULL);
}

enum status links_sweep(struct conn *c)
{
    return db_exec(c, SQL("DELETE FROM core_link WHERE until < :today"),
                   ARGS(arg_day("today", day_today())), NULL);
}
