#include "store/file.h"

enum status file_load(struct conn *c, struct arena *a, int64_t id,
                      struct file *out)
{
    struct rows *r;
    bool found = false;
    TRY(db_rows(c, a,
                SQL("SELECT hash, name, type, size, person, at FROM core_file"
                    " WHERE id = :id"),
                ARGS(arg_int("id", id)), &r));
    if (rows_next(r)) {
        found = true;
        *out = (struct file){.id = id,
                             .hash = row_text(r, 0),
                             .name = row_text(r, 1),
                             .type = row_text(r, 2),
                             .size = row_int(r, 3),
                             .person = row_int(r, 4),
                             .at = row_int(r, 5)};
    }
    TRY(rows_end(r));
    return found ? OK : ERR_NOT_FOUND;
}

enum status file_add(struct conn *c, struct file *f)
{
    TRY(db_exec(c,
                SQL("INSERT INTO core_file (hash, name, type, size, person, at)"
                    " VALUES (:hash, :name, :type, :size, :person, :at)"
                    "{returning}"),
                ARGS(arg_cstr("hash", f->hash), arg_cstr("name", f->name),
                     arg_cstr("type", f->type), arg_int("size", f->size),
                     arg_int("person", f->person), arg_int("at", f->at)),
                NULL));
    f->id = conn_last_id(c);
    return OK;
}

enum status file_known(struct conn *c, const char *hash, bool *yes)
{
    int64_t n;
    TRY(db_int(c, SQL("SELECT count(*) FROM core_file WHERE hash = :hash"),
               ARGS(arg_cstr("hash", hash)), &n));
    *yes = n > 0;
    return OK;
}

enum status file_forget(struct conn *c, int64_t before)
{
    return db_exec(c,
                   SQL("DELETE FROM core_file WHERE used = 0 AND at < :before"),
                   ARGS(arg_int("before", before)), NULL);
}

enum status file_use(struct conn *c, const struct entity *e, const void *row)
{
    for (const struct field *f = e->fields; f->name; f++) {
        if (f->type != F_FILE)
            continue;
        struct value v = field_get(f, row);
        if (v.type != V_NULL)
            TRY(db_exec(c,
                        SQL("UPDATE core_file SET used = 1"
                            " WHERE id = :id AND used = 0"),
                        ARGS(arg_int("id", v.i)), NULL));
    }
    return OK;
}
