#include "http/url.h"

#include "base/utf8.h"

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A % without its two digits is refused; what the bytes say is not looked at.
 */
static bool bytes_decode(struct arena *a, struct str s, bool plus,
                         struct str *out)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            if (s.n - i < 3 || digit(s.p[i + 1]) < 0 || digit(s.p[i + 2]) < 0)
                return false;
            c = (char)(digit(s.p[i + 1]) * 16 + digit(s.p[i + 2]));
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        p[n++] = c;
    }
    *out = (struct str){p, n};
    return true;
}

bool url_decode(struct arena *a, struct str s, bool plus, struct str *out)
{
    struct str text;
    if (!bytes_decode(a, s, plus, &text) || !utf8_ok(text))
        return false;
    *out = text;
    return true;
}

void url_encode(struct buf *b, struct str s)
{
    static const char hex_digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        if ((unsigned)(c | 0x20) - 'a' < 26 || (unsigned)c - '0' < 10 ||
            (c && strchr("-._~", c))) {
            buf_char(b, (char)c);
        } else {
            buf_char(b, '%');
            buf_char(b, hex_digits[c >> 4]);
            buf_char(b, hex_digits[c & 15]);
        }
    }
}

void url_field(struct buf *b, const char *name, struct str value)
{
    buf_char(b, b->n && memchr(b->p, '?', b->n) ? '&' : '?');
    url_encode(b, str_of(name));
    buf_char(b, '=');
    url_encode(b, value);
}

void param_mend(struct arena *a, struct http_param *f)
{
    f->odd = !f->filename.p && !utf8_ok(f->value);
    if (f->odd)
        f->value = utf8_mend(a, f->value);
}

enum status url_fields(struct arena *a, struct str text, size_t most,
                       struct http_param **fields, size_t *n)
{
    struct str rest = text, part;
    size_t count = 0;
    while (text.n && str_next(&rest, '&', &part))
        count += part.n > 0;
    if (count > most)
        return ERR_LIMIT;
    struct http_param *all = NEW_ARRAY(a, struct http_param, count + 1);
    struct http_param *f = all;
    rest = text;
    *fields = all;
    while (text.n && str_next(&rest, '&', &part)) {
        if (!part.n)
            continue;
        struct str value = part, name;
        str_next(&value, '=', &name);
        if (!value.p)
            value = STR("");
        *n = (size_t)(f - all);
        if (!url_decode(a, name, true, &f->name) ||
            !bytes_decode(a, value, true, &f->value))
            return ERR_INVALID;
        param_mend(a, f++);
    }
    *n = count;
    return OK;
}

struct str url_find(const struct http_param *fields, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(fields[i].name, name))
            return fields[i].value;
    return (struct str){NULL, 0};
}
