#include "store/entity_shape.h"

#include <stdatomic.h>

bool field_is_text(const struct field *f)
{
    return f->type == F_TEXT || f->type == F_PROSE || f->type == F_CHOICE;
}

bool field_is_ref(const struct field *f)
{
    return f->type == F_REF || f->type == F_FILE;
}

static bool is_title(const struct entity *e, const struct field *f)
{
    return e->title && f->type == F_TEXT && same(e->title, f->name);
}

bool field_is_folded(const struct entity *e, const struct field *f)
{
    bool down;
    return is_title(e, f) ||
           (f->type == F_TEXT &&
            ((f->flags & F_SORT) || entity_sort(e, &down) == f));
}

bool field_is_searched(const struct entity *e, const struct field *f)
{
    return is_title(e, f) || (field_is_text(f) && (f->flags & F_SEARCH));
}

const struct field *entity_sort(const struct entity *e, bool *down)
{
    const char *name = e->sort;
    *down = name && *name == '-';
    return name ? entity_field(e, name + *down) : NULL;
}

const char *shape_sort_column(const struct shape *s, const struct field *f)
{
    const char *fold = s->fold[f - s->entity->fields];
    return fold ? fold : f->name;
}

struct str fold_cut(struct str s)
{
    if (s.n <= FOLD_MOST)
        return s;
    s.n = FOLD_MOST;
    while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
        s.n--;
    return s;
}

/* The store's own columns, which no field may be called. */
static const char head[] =
    "id version created_at created_by changed_at changed_by uid words";

static void look_at_fields(struct shape *s, struct arena *a)
{
    const struct entity *e = s->entity;
    while (e->fields[s->fields].name)
        s->fields++;
    s->fold = NEW_ARRAY(a, const char *, s->fields + 1);
    for (size_t i = 0; i < s->fields; i++) {
        const struct field *f = &e->fields[i];
        CHECK(!word_in(head, f->name));
        if (field_is_folded(e, f))
            s->fold[i] = arena_printf(a, "%s_fold", f->name);
        if (is_title(e, f)) {
            s->title = f;
            s->title_fold = s->fold[i];
        }
        s->searched |= field_is_searched(e, f);
    }
}

static void write_columns(struct shape *s, struct arena *a)
{
    struct buf b = {.mem = a};
    buf_str(&b, "t.id, t.version, t.created_at, t.created_by, t.changed_at, "
                "t.changed_by");
    s->width = 6;
    if (s->entity->has_uid) {
        buf_str(&b, ", t.uid");
        s->width++;
    }
    for (size_t i = 0; i < s->fields; i++) {
        buf_str(&b, ", t.");
        buf_str(&b, s->entity->fields[i].name);
    }
    s->width += (int)s->fields;
    s->columns = buf_done(&b).p;
}

static struct sql write_load(struct shape *s, struct arena *a, bool words)
{
    return (struct sql){
        arena_printf(a, "SELECT %s%s FROM %s t WHERE t.id = :id", s->columns,
                     words && s->searched ? ", t.words" : "", s->entity->name)};
}

/* Calls out for each column that a save writes, in the order of its args. */
static void each_saved(const struct shape *s, struct buf *b,
                       void (*out)(struct buf *b, const char *column))
{
    for (size_t i = 0; i < s->fields; i++) {
        out(b, s->entity->fields[i].name);
        if (s->fold[i])
            out(b, s->fold[i]);
    }
    if (s->searched)
        out(b, "words");
}

static void out_column(struct buf *b, const char *column)
{
    buf_str(b, ", ");
    buf_str(b, column);
}

static void out_param(struct buf *b, const char *column)
{
    buf_str(b, ", :");
    buf_str(b, column);
}

static void out_set(struct buf *b, const char *column)
{
    out_column(b, column);
    buf_str(b, " = :");
    buf_str(b, column);
}

static struct sql write_insert(struct shape *s, struct arena *a, bool with_id)
{
    struct buf b = {.mem = a};
    const char *const uid = s->entity->has_uid ? "uid" : NULL;
    buf_str(&b, "INSERT INTO ");
    buf_str(&b, s->entity->name);
    buf_str(&b, with_id ? " (id, version" : " (version");
    buf_str(&b, ", created_at, created_by, changed_at, changed_by");
    if (uid)
        out_column(&b, uid);
    each_saved(s, &b, out_column);
    buf_str(&b, with_id ? ") VALUES (:id, :version" : ") VALUES (:version");
    buf_str(&b, ", :created_at, :created_by, :changed_at, :changed_by");
    if (uid)
        out_param(&b, uid);
    each_saved(s, &b, out_param);
    buf_str(&b, with_id ? ")" : "){returning}");
    return sql_built(&b);
}

static struct sql write_update(struct shape *s, struct arena *a)
{
    struct buf b = {.mem = a};
    buf_str(&b, "UPDATE ");
    buf_str(&b, s->entity->name);
    buf_str(&b, " SET changed_at = :changed_at, changed_by = :changed_by");
    each_saved(s, &b, out_set);
    buf_str(&b, ", version = version + 1 WHERE id = :id AND version = "
                ":version");
    return sql_built(&b);
}

/* The arena is the shape's own, for good. */
static struct shape *shape_make(const struct entity *e, struct arena *a)
{
    struct shape *s = NEW(a, struct shape);
    s->entity = e;
    look_at_fields(s, a);
    write_columns(s, a);
    s->load = write_load(s, a, false);
    s->load_old = write_load(s, a, true);
    s->insert = write_insert(s, a, false);
    s->insert_as = write_insert(s, a, true);
    s->update = write_update(s, a);
    s->delete = (struct sql){arena_printf(
        a, "DELETE FROM %s WHERE id = :id AND version = :version", e->name)};
    return s;
}

/*
 * The one table that grows: shapes follow from the constant entities alone, so
 * two threads that make the same one make equals, and the first stays.
 */
enum { SHAPES = 512 };
static _Atomic(const struct shape *) shapes[SHAPES];

const struct shape *shape_of(const struct entity *e)
{
    size_t at = (size_t)((uintptr_t)e / sizeof(void *)) % SHAPES;
    struct arena mem = {0};
    const struct shape *mine = NULL;
    for (size_t tries = 0; tries < SHAPES; tries++, at = (at + 1) % SHAPES) {
        const struct shape *there =
            atomic_load_explicit(&shapes[at], memory_order_acquire);
        if (!there) {
            if (!mine)
                mine = shape_make(e, &mem);
            if (atomic_compare_exchange_strong(&shapes[at], &there, mine))
                return mine;
        }
        if (there->entity == e) {
            arena_reset(&mem);
            return there;
        }
    }
    check_failed("no more than 512 entities", __FILE__, __LINE__);
}

static void read_field(const struct field *f, void *row, struct rows *r, int at)
{
    char *const member = (char *)row + f->offset;
    if (field_is_text(f)) {
        const char *text = row_text(r, at);
        memcpy(member, &text, sizeof(text));
    } else if (f->type == F_REAL) {
        double real = row_real(r, at);
        memcpy(member, &real, sizeof(real));
    } else if (f->type == F_DATE) {
        int32_t day = row_day(r, at);
        memcpy(member, &day, sizeof(day));
    } else if (f->type == F_BOOL) {
        int64_t whole = row_int(r, at);
        enum yesno yes = whole == NONE ? UNKNOWN : whole ? YES : NO;
        memcpy(member, &yes, sizeof(yes));
    } else {
        int64_t whole = row_int(r, at);
        memcpy(member, &whole, sizeof(whole));
    }
}

void *row_read(struct arena *a, const struct shape *s, struct rows *r)
{
    void *row = arena_alloc(a, s->entity->row_size);
    struct row *h = row;
    h->id = row_int(r, 0);
    h->version = row_int(r, 1);
    h->created_at = row_int(r, 2);
    h->created_by = row_int(r, 3);
    h->changed_at = row_int(r, 4);
    h->changed_by = row_int(r, 5);
    int at = 6;
    if (s->entity->has_uid)
        h->uid = row_text(r, at++);
    for (size_t i = 0; i < s->fields; i++)
        read_field(&s->entity->fields[i], row, r, at++);
    return row;
}

void *row_read_some(struct arena *a, const struct shape *s,
                    const struct field *const *fields, const void *blank,
                    struct rows *r)
{
    void *row = arena_dup(a, blank, s->entity->row_size);
    ((struct row *)row)->id = row_int(r, 0);
    for (int i = 0; fields[i]; i++)
        read_field(fields[i], row, r, i + 1);
    return row;
}
