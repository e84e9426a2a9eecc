#include "http/head.h"

static const struct {
    enum http_method method;
    const char *name;
} methods[] = {
    {HTTP_GET, "GET"},         {HTTP_HEAD, "HEAD"}, {HTTP_POST, "POST"},
    {HTTP_PATCH, "PATCH"},     {HTTP_PUT, "PUT"},   {HTTP_DELETE, "DELETE"},
    {HTTP_OPTIONS, "OPTIONS"},
};

enum http_method head_method(const char *name)
{
    for (size_t i = 0; i < COUNT(methods); i++)
        if (same(methods[i].name, name))
            return methods[i].method;
    return 0;
}

const char *http_method_name(enum http_method m)
{
    for (size_t i = 0; i < COUNT(methods); i++)
        if (methods[i].method == m)
            return methods[i].name;
    return "?";
}

static bool is_name(struct str s, const char *name)
{
    return s.n == strlen(name) && strncasecmp(s.p, name, s.n) == 0;
}

struct str head_find(const struct http_pair *headers, const char *name)
{
    for (; headers; headers = headers->next)
        if (is_name(headers->name, name))
            return headers->value;
    return (struct str){NULL, 0};
}

static bool is_letter_or_digit(unsigned char c)
{
    return (unsigned)(c | 0x20) - 'a' < 26 || (unsigned)c - '0' < 10;
}

static bool one_of(const char *list, char c)
{
    return c && strchr(list, c);
}

/* RFC 9110 §5.6.2. A space before the colon is the classic disagreement. */
static bool token_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_letter_or_digit((unsigned char)s.p[i]) &&
            !one_of("!#$%&'*+-.^_`|~", s.p[i]))
            return false;
    return s.n > 0;
}

static bool value_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && c != '\t') || c == 127)
            return false;
    }
    return true;
}

static bool host_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_letter_or_digit((unsigned char)s.p[i]) &&
            !one_of("-._~:[]", s.p[i]))
            return false;
    return s.n > 0;
}

static bool digits_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0 && s.n <= 18;
}

unsigned head_check(const struct http_pair *headers, bool http_1_0)
{
    unsigned n = 0, hosts = 0, lengths = 0, codings = 0;
    for (const struct http_pair *h = headers; h; h = h->next) {
        if (++n > HEAD_COUNT)
            return 431;
        if (!token_ok(h->name) || !value_ok(h->value))
            return 400;
        if (is_name(h->name, "Host")) {
            hosts++;
            if (!host_ok(h->value))
                return 400;
        } else if (is_name(h->name, "Content-Length")) {
            lengths++;
            if (!digits_ok(h->value))
                return 400;
        } else if (is_name(h->name, "Transfer-Encoding")) {
            codings++;
            if (!is_name(h->value, "chunked"))
                return 501;
        }
    }
    if (lengths + codings > 1 || hosts > 1 || (!hosts && !http_1_0) ||
        (codings && http_1_0))
        return 400;
    return 0;
}

unsigned head_version(const char *version)
{
    return same(version, "HTTP/1.1") || same(version, "HTTP/1.0") ? 0 : 505;
}

static bool segments_ok(struct str path)
{
    struct str rest = path, part;
    while (str_next(&rest, '/', &part))
        if (str_eq(part, ".") || str_eq(part, ".."))
            return false;
    return true;
}

unsigned head_target(struct arena *a, struct str target, struct str *path,
                     struct str *query)
{
    for (size_t i = 0; i < target.n; i++) {
        const unsigned char c = (unsigned char)target.p[i];
        if (c <= ' ' || c >= 127 || c == '\\')
            return 400;
        if (c == '%' && target.n - i > 2 &&
            (strncasecmp(target.p + i, "%2f", 3) == 0 ||
             strncasecmp(target.p + i, "%5c", 3) == 0) &&
            !memchr(target.p, '?', i))
            return 400;
    }
    struct str rest = target, raw, decoded, fields;
    if (!target.n || *target.p != '/' || !str_next(&rest, '?', &raw))
        return 400;
    if (!url_decode(a, raw, false, &decoded) || !value_ok(decoded) ||
        memchr(decoded.p, '\t', decoded.n) || !segments_ok(decoded) ||
        (rest.n && !url_decode(a, rest, true, &fields)))
        return 400;
    *path = decoded;
    *query = rest.p ? rest : STR("");
    return 0;
}

struct str cookie_find(struct str header, const char *name)
{
    struct str part, key;
    while (str_next(&header, ';', &part)) {
        struct str value = str_trim(part);
        if (str_next(&value, '=', &key) && value.p && str_eq(key, name)) {
            value = str_trim(value);
            if (value.n >= 2 && *value.p == '"' && value.p[value.n - 1] == '"')
                return (struct str){value.p + 1, value.n - 2};
            return value;
        }
    }
    return (struct str){NULL, 0};
}
