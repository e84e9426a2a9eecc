/* The rows of a copy put into a database: store/copy.h says how they lie. */
#include "store/fill.h"

#include "base/json.h"
#include "store/copy.h"
#include "store/dialect.h"
#include "store/engine.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { PIECE = 1 << 20, HEAD_MOST = 1 << 20, COLUMNS = 200, TABLES = 1000 };

static const char signature[] = "PGCOPY\n\377\r\n\0\0\0\0\0";
enum { SIGNATURE = sizeof(signature) - 1 }; /* with its flags, none set */

int64_t fill_head(const char *p, size_t n)
{
    uint32_t more;
    static_assert(SIGNATURE == 11 + 4, "what stands there, and flags");
    if (n < SIGNATURE + sizeof(more))
        return 0;
    memcpy(&more, p + SIGNATURE, sizeof(more));
    return memcmp(p, signature, SIGNATURE) == 0 && more == 0
               ? (int64_t)(SIGNATURE + sizeof(more))
               : -1;
}

/* The bytes of one value as what the column is. */
static bool value_of(const char *type, struct str bytes, struct value *out)
{
    uint64_t eight;
    const bool whole = same(type, "INTEGER"), real = same(type, "REAL");
    *out = (struct value){.type = same(type, "BLOB") ? V_BLOB : V_TEXT,
                          .s = bytes};
    if (!whole && !real)
        return same(type, "TEXT") || same(type, "BLOB");
    if (bytes.n != sizeof(eight))
        return false;
    memcpy(&eight, bytes.p, sizeof(eight));
    eight = be64toh(eight);
    *out = (struct value){.type = whole ? V_INT : V_REAL};
    memcpy(whole ? (void *)&out->i : (void *)&out->d, &eight, sizeof(eight));
    return true;
}

enum fill_found fill_row(const struct load_table *t, const char *p, size_t n,
                         struct value *values, size_t *size)
{
    uint16_t count;
    uint32_t bytes;
    size_t at = sizeof(count);
    if (n < at)
        return FILL_CUT;
    memcpy(&count, p, sizeof(count));
    *size = at;
    if (count == UINT16_MAX)
        return FILL_END;
    if (be16toh(count) != t->n)
        return FILL_WRONG;
    for (int i = 0; i < t->n; i++) {
        if (n - at < sizeof(bytes))
            return FILL_CUT;
        memcpy(&bytes, p + at, sizeof(bytes));
        at += sizeof(bytes);
        bytes = be32toh(bytes);
        values[i] = (struct value){.type = V_NULL};
        if (bytes == UINT32_MAX)
            continue;
        if (bytes > INT32_MAX)
            return FILL_WRONG;
        if (n - at < bytes)
            return FILL_CUT;
        if (!value_of(t->types[i], (struct str){p + at, bytes}, &values[i]))
            return FILL_WRONG;
        at += bytes;
    }
    *size = at;
    return FILL_ROW;
}

struct filling {
    struct arena *mem;
    struct db *db;
    const char *folder;
    const struct loader *loader;
    struct load *to;
    struct load_table table;
    int part, file; /* of the table, that is read */
    struct arena bytes;
    char *p; /* what is read and not yet put in */
    size_t at, n, room;
    const char *why;
};

static enum status refuse(struct filling *f, enum status s, const char *what)
{
    f->why = arena_printf(f->mem, "%s: %s",
                          f->table.name ? f->table.name : "rows", what);
    return s;
}

static enum status damaged(struct filling *f)
{
    return refuse(f, ERR_INVALID, "what is there is no copy of its rows");
}

static int part_open(const struct filling *f, const char *name)
{
    return open(arena_printf(f->mem, "%s/" COPY_ROWS "/%s/%s", f->folder,
                             f->table.name, name),
                O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

/* More behind what is there; *more false: nothing follows. */
static enum status more_bytes(struct filling *f, bool *more)
{
    char name[16];
    if (f->at) {
        f->n -= f->at;
        memmove(f->p, f->p + f->at, f->n);
        f->at = 0;
    }
    if (f->room - f->n < PIECE) {
        const size_t room = 2 * f->room + PIECE;
        char *p = arena_alloc(&f->bytes, room);
        if (f->n)
            memcpy(p, f->p, f->n);
        f->p = p;
        f->room = room;
    }
    for (;;) {
        if (f->file < 0) {
            snprintf(name, sizeof(name), "%d", ++f->part);
            f->file = part_open(f, name);
        }
        *more = f->file >= 0;
        if (!*more)
            return errno == ENOENT ? OK
                                   : refuse(f, ERR_SYSTEM, strerror(errno));
        const ssize_t n = read(f->file, f->p + f->n, f->room - f->n);
        if (n < 0)
            return refuse(f, ERR_SYSTEM, strerror(errno));
        if (n > 0) {
            f->n += (size_t)n;
            return OK;
        }
        close(f->file);
        f->file = -1;
    }
}

static enum status put_head(struct filling *f)
{
    bool more = true;
    int64_t size = 0;
    while (!size) {
        TRY(more_bytes(f, &more));
        size = more ? fill_head(f->p, f->n) : -1;
    }
    f->at = size > 0 ? (size_t)size : 0;
    return size > 0 ? OK : damaged(f);
}

static enum status put_rows(struct filling *f)
{
    struct value values[COLUMNS];
    bool more = true;
    size_t size;
    TRY(put_head(f));
    for (;;) {
        switch (
            fill_row(&f->table, f->p + f->at, f->n - f->at, values, &size)) {
        case FILL_ROW:
            TRY(f->loader->row(f->to, values));
            f->at += size;
            break;
        case FILL_CUT:
            TRY(more_bytes(f, &more));
            if (!more)
                return damaged(f);
            break;
        case FILL_END:
            f->at += size;
            if (f->at < f->n)
                return damaged(f);
            TRY(more_bytes(f, &more));
            return more ? damaged(f) : OK;
        case FILL_WRONG:
            return damaged(f);
        }
    }
}

static enum status read_head(struct filling *f, const struct json_value **out)
{
    const char *why;
    char *text = arena_alloc(f->mem, HEAD_MOST);
    const int fd = part_open(f, "head");
    const ssize_t n = fd < 0 ? -1 : read(fd, text, HEAD_MOST);
    if (fd >= 0)
        close(fd);
    *out =
        n < 0 ? NULL : json_parse(f->mem, (struct str){text, (size_t)n}, &why);
    return *out ? OK : damaged(f);
}

static enum status take_columns(struct filling *f,
                                const struct json_value *columns)
{
    struct load_table *t = &f->table;
    t->columns = NEW_ARRAY(f->mem, const char *, COLUMNS);
    t->types = NEW_ARRAY(f->mem, const char *, COLUMNS);
    if (!columns || columns->type != J_ARRAY || columns->n > COLUMNS)
        return damaged(f);
    for (t->n = 0; (size_t)t->n < columns->n; t->n++) {
        const struct json_value *column = &columns->members[t->n].value,
                                *name = json_get(column, "name"),
                                *type = json_get(column, "type");
        if (!name || name->type != J_TEXT || !type || type->type != J_TEXT)
            return damaged(f);
        t->columns[t->n] = str_dup(f->mem, name->s);
        t->types[t->n] = str_dup(f->mem, type->s);
    }
    return OK;
}

/* Each of them as the table has it, and no other. */
static enum status match(struct filling *f, struct conn *c)
{
    const struct load_table *t = &f->table;
    struct rows *r;
    int there = 0, known = 0;
    TRY(db_rows(c, f->mem, dialect_of(c)->columns,
                ARGS(arg_cstr("name", t->name)), &r));
    while (rows_next(r)) {
        const char *name = row_text(r, 0);
        there += !same(name, dialect_of(c)->turn_column);
        for (int i = 0; i < t->n; i++)
            known += same(t->columns[i], name);
    }
    TRY(rows_end(r));
    return there && there == t->n && known == t->n ? OK : damaged(f);
}

static enum status look(struct filling *f)
{
    const struct json_value *head, *highest;
    struct conn *c;
    TRY(read_head(f, &head));
    highest = json_get(head, "highest");
    f->table.highest = highest && highest->type == J_INT ? highest->i : NONE;
    TRY(take_columns(f, json_get(head, "columns")));
    TRY(conn_open(f->db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = match(f, c);
    conn_end(c);
    conn_close(c);
    return s;
}

static enum status put_table(struct filling *f, const char *name)
{
    f->table = (struct load_table){.name = name};
    f->part = 0;
    f->file = -1;
    f->at = f->n = 0;
    TRY(look(f));
    TRY(f->loader->begin(f->to, &f->table));
    enum status s = put_rows(f);
    if (f->file >= 0)
        close(f->file);
    TRY(s);
    TRY(f->loader->end(f->to, "copied"));
    f->table.name = NULL;
    return OK;
}

static enum status put_tables(struct filling *f)
{
    const char *path = arena_printf(f->mem, "%s/" COPY_ROWS, f->folder),
               **names = NEW_ARRAY(f->mem, const char *, TABLES);
    const struct dirent *e;
    size_t n = 0;
    DIR *d = opendir(path);
    if (!d)
        return errno == ENOENT ? damaged(f)
                               : refuse(f, ERR_SYSTEM, strerror(errno));
    while (n < TABLES && (e = readdir(d)))
        if (*e->d_name != '.')
            names[n++] = arena_printf(f->mem, "%s", e->d_name);
    closedir(d);
    for (size_t i = 0; i < n; i++)
        TRY(put_table(f, names[i]));
    return OK;
}

static enum status fill(struct filling *f)
{
    enum { HOUR_MS = 3600000 };
    TRY(db_write(f->db, f->mem, load_begun, NULL));
    enum status s = f->loader->open(f->db, f->mem, &f->to);
    if (s == OK)
        s = put_tables(f);
    if (s == OK)
        s = f->loader->settle(f->to);
    if (s != OK && !f->why && f->to)
        f->why = f->to->why;
    if (f->to)
        f->loader->close(f->to);
    if (s == OK)
        s = db_write_within(f->db, f->mem, load_search, NULL, HOUR_MS);
    return s == OK ? db_write(f->db, f->mem, load_ended, NULL) : s;
}

enum status db_fill(struct db *db, struct arena *a, const char *folder,
                    const char **why)
{
    struct filling f = {.mem = a,
                        .db = db,
                        .folder = folder,
                        .loader = db->engine->loader,
                        .file = -1};
    const enum status s = fill(&f);
    arena_reset(&f.bytes);
    if (s != OK && f.why)
        *why = f.why;
    return s;
}
