/* Rows as JSON: what the API gives and what history keeps. */
#include "base/time.h"
#include "store/row.h"

static void put_day(struct json *j, const char *key, struct buf *b, int64_t day)
{
    struct date d = day_date((int32_t)day);
    if (d.year < 1000 || d.year > 9999)
        json_int(j, key, day); /* day_parse would not read it back */
    else
        json_cstr(j, key, day_iso(b->mem, (int32_t)day));
}

static void put_time(struct json *j, const char *key, struct buf *b, int64_t at)
{
    char *text = time_iso(b->mem, at);
    int64_t again;
    if (time_parse(str_of(text), &again) && again == at)
        json_cstr(j, key, text);
    else
        json_int(j, key, at);
}

static void put_year(struct json *j, const char *key, struct buf *b, int64_t y)
{
    if (y < 1000 || y > 9998)
        json_int(j, key, y);
    else
        json_cstr(j, key, school_year_text(b->mem, (int)y));
}

void field_json(struct json *j, const char *key, const struct field *f,
                const void *row)
{
    struct value v = field_get(f, row);
    if (v.type == V_NULL)
        json_null(j, key);
    else if (v.type == V_TEXT)
        json_text(j, key, v.s);
    else if (v.type == V_REAL)
        json_real(j, key, v.d);
    else if (f->type == F_BOOL)
        json_bool(j, key, v.i != 0);
    else if (f->type == F_DATE)
        put_day(j, key, j->out, v.i);
    else if (f->type == F_TIME)
        put_time(j, key, j->out, v.i);
    else if (f->type == F_SCHOOL_YEAR)
        put_year(j, key, j->out, v.i);
    else
        json_int(j, key, v.i);
}

static void members(struct json *j, const struct entity *e, const void *row,
                    unsigned without)
{
    const struct row *head = row;
    json_int(j, "id", head->id);
    if (e->has_uid)
        json_cstr(j, "uid", head->uid);
    json_int(j, "version", head->version);
    for (const struct field *f = e->fields; f->name; f++)
        if (!(f->flags & without))
            field_json(j, f->name, f, row);
}

void row_json(struct json *j, const struct entity *e, const void *row)
{
    members(j, e, row, F_HIDDEN);
}

void row_json_whole(struct json *j, const struct entity *e, const void *row)
{
    members(j, e, row, 0);
}

void row_json_changes(struct json *j, const struct entity *e, const void *from,
                      const void *row)
{
    for (const struct field *f = e->fields; f->name; f++)
        if (!value_same(field_get(f, from), field_get(f, row)))
            field_json(j, f->name, f, row);
}

static bool text_value(struct arena *a, const struct field *f, struct str s,
                       struct value *out)
{
    int64_t at;
    int32_t day;
    int year;
    switch (f->type) {
    case F_TEXT:
    case F_PROSE:
    case F_CHOICE:
        *out = value_text((struct str){str_dup(a, s), s.n});
        return true;
    case F_DATE:
        if (!day_parse(s, &day))
            return false;
        *out = value_day(day);
        return true;
    case F_TIME:
        if (!time_parse(s, &at))
            return false;
        *out = value_int(at);
        return true;
    case F_SCHOOL_YEAR:
        if (!school_year_parse(s, &year))
            return false;
        *out = value_int(year);
        return true;
    case F_INT:
    case F_REAL:
    case F_MONEY:
    case F_BOOL:
    case F_REF:
    case F_FILE:
        break;
    }
    return false;
}

static bool whole_value(const struct field *f, int64_t i, struct value *out)
{
    if (f->type == F_TEXT || f->type == F_PROSE || f->type == F_CHOICE ||
        f->type == F_BOOL || i == NONE)
        return false;
    if (f->type == F_DATE && (i <= INT32_MIN || i > INT32_MAX))
        return false;
    *out = f->type == F_REAL ? value_real((double)i) : value_int(i);
    return true;
}

static bool member_value(struct arena *a, const struct field *f,
                         const struct json_value *v, struct value *out)
{
    switch (v->type) {
    case J_NULL:
        *out = (struct value){0};
        return true;
    case J_BOOL:
        *out = value_int(v->i != 0);
        return f->type == F_BOOL;
    case J_INT:
        return whole_value(f, v->i, out);
    case J_REAL:
        *out = value_real(v->d);
        return f->type == F_REAL;
    case J_TEXT:
        return text_value(a, f, v->s, out);
    case J_ARRAY:
    case J_OBJECT:
        break;
    }
    return false;
}

const char *row_from_json(struct arena *a, const struct entity *e,
                          const struct json_value *object, void *row)
{
    for (const struct field *f = e->fields; f->name; f++) {
        const struct json_value *member = json_get(object, f->name);
        struct value v;
        if (!member)
            continue;
        if (!member_value(a, f, member, &v))
            return f->name;
        field_set(f, row, v);
    }
    return NULL;
}
