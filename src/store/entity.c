#include "store/row.h"

#include <math.h>

size_t entity_link_count(const struct entity *e)
{
    size_t n = 0;
    while (e->links && e->links[n].name)
        n++;
    return n;
}

const struct link *entity_link(const struct entity *e, const char *name)
{
    for (const struct link *l = e->links; l && l->name; l++)
        if (same(l->name, name))
            return l;
    return NULL;
}

const struct field *entity_field(const struct entity *e, const char *name)
{
    for (const struct field *f = e->fields; f->name; f++)
        if (same(f->name, name))
            return f;
    return NULL;
}

bool field_is_asked(const struct field *f)
{
    return (f->flags & F_REQUIRED) && !(f->flags & (F_LAST | F_SETTLED));
}

const char *field_choice(const struct field *f, struct str key)
{
    for (const char *const *k = f->choices; *k; k++)
        if (str_eq(key, *k))
            return *k;
    return NULL;
}

bool entity_is_under(const struct entity *child, const struct entity *parent)
{
    const struct field *f =
        child->parent ? entity_field(child, child->parent) : NULL;
    return f && f->target == parent;
}

void *row_new(struct arena *a, const struct entity *e)
{
    void *row = arena_alloc(a, e->row_size);
    for (const struct field *f = e->fields; f->name; f++)
        field_set(f, row, (struct value){0});
    return row;
}

/* Members are reached by offset; memcpy says that any type may lie there. */
#define MEMBER_GET(out, f, row)                                                \
    memcpy(&(out), (const char *)(row) + (f)->offset, sizeof(out))
#define MEMBER_SET(f, row, in)                                                 \
    memcpy((char *)(row) + (f)->offset, &(in), sizeof(in))

void *row_copy(struct arena *a, const struct entity *e, const void *row)
{
    return arena_dup(a, row, e->row_size);
}

struct value field_get(const struct field *f, const void *row)
{
    const char *text;
    int64_t whole;
    double real;
    enum yesno yes;
    int32_t day;
    switch (f->type) {
    case F_TEXT:
    case F_PROSE:
    case F_CHOICE:
        MEMBER_GET(text, f, row);
        return value_cstr(text);
    case F_INT:
    case F_MONEY:
    case F_TIME:
    case F_REF:
    case F_FILE:
    case F_SCHOOL_YEAR:
        MEMBER_GET(whole, f, row);
        return value_int(whole);
    case F_REAL:
        MEMBER_GET(real, f, row);
        return value_real(real);
    case F_BOOL:
        MEMBER_GET(yes, f, row);
        return value_int(yes == UNKNOWN ? NONE : yes == YES);
    case F_DATE:
        MEMBER_GET(day, f, row);
        return value_day(day);
    }
    return (struct value){0};
}

static bool is_text(enum field_type t)
{
    return t == F_TEXT || t == F_PROSE || t == F_CHOICE;
}

void field_set(const struct field *f, void *row, struct value v)
{
    const bool null = v.type == V_NULL;
    if (is_text(f->type)) {
        CHECK(null || v.type == V_TEXT);
        const char *text = null ? NULL : v.s.p;
        MEMBER_SET(f, row, text);
    } else if (f->type == F_REAL) {
        CHECK(null || v.type == V_REAL || v.type == V_INT);
        double real = null ? (double)NAN : v.type == V_INT ? (double)v.i : v.d;
        MEMBER_SET(f, row, real);
    } else if (f->type == F_BOOL) {
        CHECK(null || v.type == V_INT);
        enum yesno yes = null ? UNKNOWN : v.i ? YES : NO;
        MEMBER_SET(f, row, yes);
    } else if (f->type == F_DATE) {
        CHECK(null || (v.type == V_INT && v.i > INT32_MIN && v.i <= INT32_MAX));
        int32_t day = null ? NO_DAY : (int32_t)v.i;
        MEMBER_SET(f, row, day);
    } else {
        CHECK(null || v.type == V_INT);
        int64_t whole = null ? NONE : v.i;
        MEMBER_SET(f, row, whole);
    }
}

void row_veil(const struct entity *e, void *row)
{
    for (const struct field *f = e->fields; f->name; f++)
        if (f->flags & F_WRITERS)
            field_set(f, row, (struct value){0});
}

const char *row_title(const struct entity *e, const void *row)
{
    const struct field *f = e->title ? entity_field(e, e->title) : NULL;
    const char *text = NULL;
    if (f && is_text(f->type))
        MEMBER_GET(text, f, row);
    return text ? text : "";
}

bool value_same(struct value a, struct value b)
{
    if (a.type != b.type)
        return false;
    switch (a.type) {
    case V_NULL:
        return true;
    case V_INT:
        return a.i == b.i;
    case V_REAL:
        return a.d == b.d || (a.d != a.d && b.d != b.d);
    case V_TEXT:
    case V_BLOB:
        return a.s.n == b.s.n && !memcmp(a.s.p, b.s.p, a.s.n);
    }
    return false;
}

const char *field_frozen(const struct entity *e, const struct field *f,
                         const void *row)
{
    const struct field *state = e->frozen ? entity_field(e, "state") : NULL;
    if (!state || !((const struct row *)row)->version)
        return NULL;
    const struct value now = field_get(state, row);
    for (const struct frozen *z = e->frozen; z->fields; z++)
        if (now.type == V_TEXT && word_in(z->fields, f->name) &&
            word_in(z->states, now.s.p))
            return z->fault;
    return NULL;
}

bool row_same(const struct entity *e, const void *one, const void *other)
{
    for (const struct field *f = e->fields; f->name; f++)
        if (!value_same(field_get(f, one), field_get(f, other)))
            return false;
    return true;
}
