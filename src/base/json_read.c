/*
 * Reading JSON. jansson builds a tree with malloc, which no arena's limit
 * bounds and which a longjmp out of the arena would leave behind; and its names
 * (json_object, json_array) would be taken for ours by the dynamic linker.
 */
#include "base/json.h"

#include "base/utf8.h"

#include <math.h>

struct reader {
    struct arena *a;
    const char *start, *p, *end;
    const char *why;
};

static bool value_read(struct reader *r, int depth, struct json_value *v);

static bool wrong(struct reader *r, const char *why)
{
    if (!r->why)
        r->why = why;
    return false;
}

static void pass_space(struct reader *r)
{
    while (r->p < r->end &&
           (*r->p == ' ' || *r->p == '\n' || *r->p == '\t' || *r->p == '\r'))
        r->p++;
}

static bool pass(struct reader *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static bool four_digits(struct reader *r, unsigned *out)
{
    unsigned n = 0;
    if (r->end - r->p < 4)
        return wrong(r, "\\u needs four hexadecimal digits");
    for (int i = 0; i < 4; i++) {
        char c = *r->p;
        if (c >= '0' && c <= '9')
            n = n << 4 | (unsigned)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            n = n << 4 | (unsigned)((c | 32) - 'a' + 10);
        else
            return wrong(r, "\\u needs four hexadecimal digits");
        r->p++;
    }
    *out = n;
    return true;
}

static char *put_utf8(char *to, unsigned c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xE0 | c >> 12);
        } else {
            *to++ = (char)(0xF0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
    }
    *to++ = (char)(0x80 | (c & 0x3F));
    return to;
}

/* After "\u"; writes at *to what it stands for. */
static bool unicode_read(struct reader *r, char **to)
{
    unsigned c, low;
    if (!four_digits(r, &c))
        return false;
    if (c == 0)
        return wrong(r, "NUL in a string");
    if (c >= 0xDC00 && c <= 0xDFFF)
        return wrong(r, "half a surrogate pair");
    if (c >= 0xD800 && c <= 0xDBFF) {
        if (!pass(r, '\\') || !pass(r, 'u') || !four_digits(r, &low) ||
            low < 0xDC00 || low > 0xDFFF)
            return wrong(r, "half a surrogate pair");
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    *to = put_utf8(*to, c);
    return true;
}

static bool escape_read(struct reader *r, char **to)
{
    static const char from[] = "\"\\/nrtbf", as[] = "\"\\/\n\r\t\b\f";
    if (r->p == r->end)
        return wrong(r, "string without its end");
    char c = *r->p++;
    if (c == 'u')
        return unicode_read(r, to);
    const char *at = memchr(from, c, sizeof(from) - 1);
    if (!at)
        return wrong(r, "unknown escape");
    *(*to)++ = as[at - from];
    return true;
}

/* After its opening quote. An escape is never shorter than what it means. */
static bool text_read(struct reader *r, struct str *out)
{
    const char *close = r->p;
    while (close < r->end && *close != '"')
        close += *close == '\\' && close + 1 < r->end ? 2 : 1;
    if (close >= r->end)
        return wrong(r, "string without its end");
    char *text = arena_alloc(r->a, (size_t)(close - r->p) + 1), *to = text;
    while (r->p < close) {
        unsigned char c = (unsigned char)*r->p++;
        if (c < 0x20)
            return wrong(r, "control character in a string");
        if (c != '\\')
            *to++ = (char)c;
        else if (!escape_read(r, &to))
            return false;
    }
    r->p = close + 1;
    *out = (struct str){text, (size_t)(to - text)};
    return true;
}

static bool digits(struct reader *r)
{
    const char *from = r->p;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
        r->p++;
    return r->p > from || wrong(r, "number without its digits");
}

static bool number_read(struct reader *r, struct json_value *v)
{
    const char *from = r->p;
    bool real = false;
    pass(r, '-');
    if (!pass(r, '0') && !digits(r))
        return false;
    if (pass(r, '.')) {
        real = true;
        if (!digits(r))
            return false;
    }
    if (pass(r, 'e') || pass(r, 'E')) {
        real = true;
        if (!pass(r, '+'))
            pass(r, '-');
        if (!digits(r))
            return false;
    }
    struct str text = {from, (size_t)(r->p - from)};
    if (real) {
        v->type = J_REAL;
        v->d = strtod(str_dup(r->a, text), NULL);
        return isfinite(v->d) || wrong(r, "number out of range");
    }
    v->type = J_INT;
    if (!str_int(text, &v->i))
        return wrong(r, "integer out of range");
    v->d = (double)v->i;
    return true;
}

static struct json_member *member_add(struct reader *r, struct json_value *v,
                                      size_t *room)
{
    v->members = arena_grow(r->a, v->members, sizeof(*v->members), v->n, room);
    return &v->members[v->n++];
}

static int key_order(const void *left, const void *right)
{
    const struct str *a = left, *b = right;
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    return a->n ? memcmp(a->p, b->p, a->n) : 0;
}

static bool has_twins(struct reader *r, const struct json_value *v)
{
    enum { FEW = 8 };
    if (v->n <= FEW) {
        for (size_t i = 1; i < v->n; i++)
            for (size_t k = 0; k < i; k++)
                if (key_order(&v->members[i].key, &v->members[k].key) == 0)
                    return true;
        return false;
    }
    struct str *keys = NEW_ARRAY(r->a, struct str, v->n);
    for (size_t i = 0; i < v->n; i++)
        keys[i] = v->members[i].key;
    qsort(keys, v->n, sizeof(*keys), key_order);
    for (size_t i = 1; i < v->n; i++)
        if (key_order(&keys[i - 1], &keys[i]) == 0)
            return true;
    return false;
}

static bool array_read(struct reader *r, int depth, struct json_value *v)
{
    size_t room = 0;
    v->type = J_ARRAY;
    pass_space(r);
    if (pass(r, ']'))
        return true;
    do {
        struct json_value item;
        if (!value_read(r, depth, &item))
            return false;
        *member_add(r, v, &room) = (struct json_member){STR(""), item};
    } while (pass(r, ','));
    return pass(r, ']') || wrong(r, "',' or ']' expected");
}

static bool object_read(struct reader *r, int depth, struct json_value *v)
{
    size_t room = 0;
    v->type = J_OBJECT;
    pass_space(r);
    if (pass(r, '}'))
        return true;
    do {
        struct json_member m;
        pass_space(r);
        if (!pass(r, '"'))
            return wrong(r, "a key in quotes expected");
        if (!text_read(r, &m.key))
            return false;
        pass_space(r);
        if (!pass(r, ':'))
            return wrong(r, "':' expected");
        if (!value_read(r, depth, &m.value))
            return false;
        *member_add(r, v, &room) = m;
    } while (pass(r, ','));
    if (!pass(r, '}'))
        return wrong(r, "',' or '}' expected");
    return !has_twins(r, v) || wrong(r, "a key twice in one object");
}

static bool word_read(struct reader *r, struct json_value *v)
{
    static const struct {
        struct str text;
        enum json_type type;
        int64_t i;
    } words[] = {
        {{"null", 4}, J_NULL, 0},
        {{"true", 4}, J_BOOL, 1},
        {{"false", 5}, J_BOOL, 0},
    };
    for (size_t k = 0; k < COUNT(words); k++)
        if (str_starts((struct str){r->p, (size_t)(r->end - r->p)},
                       words[k].text.p)) {
            r->p += words[k].text.n;
            v->type = words[k].type;
            v->i = words[k].i;
            return true;
        }
    return wrong(r, "a value expected");
}

/* A value with the white space around it. */
static bool value_read(struct reader *r, int depth, struct json_value *v)
{
    bool ok;
    *v = (struct json_value){.s = {"", 0}};
    pass_space(r);
    if (r->p == r->end)
        return wrong(r, "it ends too early");
    if (*r->p == '-' || (*r->p >= '0' && *r->p <= '9')) {
        ok = number_read(r, v);
    } else if (pass(r, '"')) {
        v->type = J_TEXT;
        ok = text_read(r, &v->s);
    } else if (*r->p == '[' || *r->p == '{') {
        if (depth == JSON_DEPTH)
            return wrong(r, "nested too deeply");
        ok = *r->p++ == '[' ? array_read(r, depth + 1, v)
                            : object_read(r, depth + 1, v);
    } else {
        ok = word_read(r, v);
    }
    pass_space(r);
    return ok;
}

static char *with_place(struct reader *r)
{
    int line = 1;
    const char *begin = r->start;
    for (const char *p = r->start; p < r->p; p++)
        if (*p == '\n') {
            line++;
            begin = p + 1;
        }
    return arena_printf(r->a, "%d:%d: %s", line, (int)(r->p - begin) + 1,
                        r->why);
}

const struct json_value *json_parse(struct arena *a, struct str text,
                                    const char **why)
{
    struct reader r = {a, text.p, text.p, text.p + text.n, NULL};
    struct json_value *v = NEW(a, struct json_value);
    if (!text.n)
        wrong(&r, "it is empty");
    else if (!utf8_ok(text))
        wrong(&r, "it is not UTF-8");
    else if (value_read(&r, 0, v) && r.p < r.end)
        wrong(&r, "more after the end");
    *why = r.why ? with_place(&r) : NULL;
    return r.why ? NULL : v;
}

const struct json_value *json_get(const struct json_value *object,
                                  const char *key)
{
    if (!object || object->type != J_OBJECT)
        return NULL;
    for (size_t i = 0; i < object->n; i++)
        if (str_eq(object->members[i].key, key))
            return &object->members[i].value;
    return NULL;
}
