#include "base/json.h"

#include <math.h>
#include <unistr.h>

/* What stands before a value: the comma, the key. */
static void lead(struct json *j, const char *key)
{
    if (j->comma)
        buf_char(j->out, ',');
    j->comma = true;
    if (key) {
        j->comma = false;
        json_text(j, NULL, str_of(key));
        buf_char(j->out, ':');
    }
}

void json_object(struct json *j, const char *key)
{
    lead(j, key);
    buf_char(j->out, '{');
    j->comma = false;
}

void json_array(struct json *j, const char *key)
{
    lead(j, key);
    buf_char(j->out, '[');
    j->comma = false;
}

void json_end_object(struct json *j)
{
    buf_char(j->out, '}');
    j->comma = true;
}

void json_end_array(struct json *j)
{
    buf_char(j->out, ']');
    j->comma = true;
}

static void put_escaped(struct buf *b, char c)
{
    static const char from[] = "\"\\\n\r\t\b\f", to[] = "\"\\nrtbf";
    const char *at = memchr(from, c, sizeof(from) - 1);
    if (at) {
        buf_char(b, '\\');
        buf_char(b, to[at - from]);
    } else {
        buf_printf(b, "\\u%04x", (unsigned)(unsigned char)c);
    }
}

/* Bytes that are no UTF-8 become U+FFFD: what we write is always JSON. */
void json_text(struct json *j, const char *key, struct str s)
{
    lead(j, key);
    buf_char(j->out, '"');
    if (!s.p)
        s = STR("");
    for (size_t i = 0, plain = 0; i <= s.n;) {
        unsigned char c = i < s.n ? (unsigned char)s.p[i] : 0;
        int wide = 1;
        ucs4_t point;
        if (c >= 0x80)
            wide = u8_mbtoucr(&point, (const uint8_t *)s.p + i, s.n - i);
        if (c >= 0x20 && c != '"' && c != '\\' && wide > 0) {
            i += (size_t)wide;
            continue;
        }
        buf_add(j->out, s.p + plain, i - plain);
        if (i < s.n && wide <= 0)
            buf_str(j->out, "\uFFFD");
        else if (i < s.n)
            put_escaped(j->out, (char)c);
        plain = ++i;
    }
    buf_char(j->out, '"');
    j->comma = true;
}

void json_cstr(struct json *j, const char *key, const char *s)
{
    if (s)
        json_text(j, key, str_of(s));
    else
        json_null(j, key);
}

void json_int(struct json *j, const char *key, int64_t i)
{
    lead(j, key);
    buf_int(j->out, i);
}

/* The shortest of 15, 16 and 17 digits that reads back as the same number. */
void json_real(struct json *j, const char *key, double d)
{
    char text[40];
    if (!isfinite(d)) {
        json_null(j, key);
        return;
    }
    if (d == 0) /* "-0" would be read back as the integer 0 */
        d = 0;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, d);
        if (strtod(text, NULL) == d)
            break;
    }
    json_raw(j, key, str_of(text));
}

void json_bool(struct json *j, const char *key, bool yes)
{
    json_raw(j, key, yes ? STR("true") : STR("false"));
}

void json_null(struct json *j, const char *key)
{
    json_raw(j, key, STR("null"));
}

void json_raw(struct json *j, const char *key, struct str s)
{
    lead(j, key);
    buf_add(j->out, s.p, s.n);
}
