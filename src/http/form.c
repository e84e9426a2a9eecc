#include "http/form.h"

#include "base/utf8.h"

static bool same_word(struct str s, const char *word)
{
    return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

/* The value after "name=": a quoted string, in which \" is a quote, or what
 * stands before the next ";". *at goes past it. False: a quote left open. */
static bool param_value(struct arena *a, struct str s, size_t *at,
                        struct str *out)
{
    size_t i = *at, n = 0;
    if (i == s.n || s.p[i] != '"') {
        while (i < s.n && s.p[i] != ';')
            i++;
        *out = str_trim((struct str){s.p + *at, i - *at});
        *at = i;
        return true;
    }
    char *p = arena_alloc(a, s.n - i);
    for (i++; i < s.n && s.p[i] != '"'; i++) {
        /* Browsers send C:\fakepath\a.csv as it is: only \" is an escape. */
        if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == '"')
            i++;
        p[n++] = s.p[i];
    }
    if (i == s.n)
        return false;
    *at = i + 1;
    *out = (struct str){p, n};
    return true;
}

bool header_param(struct arena *a, struct str value, const char *name,
                  struct str *out)
{
    size_t i = 0;
    while (i < value.n && value.p[i] != ';')
        i++;
    while (i < value.n) {
        i++; /* the ";" */
        const size_t start = i;
        while (i < value.n && value.p[i] != '=' && value.p[i] != ';')
            i++;
        struct str key = str_trim((struct str){value.p + start, i - start});
        if (i == value.n || value.p[i] == ';')
            continue;
        i++;
        struct str text;
        if (!param_value(a, value, &i, &text))
            return false;
        if (same_word(key, name)) {
            *out = text;
            return true;
        }
        while (i < value.n && value.p[i] != ';')
            i++;
    }
    return false;
}

/* A name or file name as browsers write it: quotes and line ends come as %22,
 * %0D and %0A, and nothing else is escaped. */
static struct str name_decode(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        const bool three = s.n - i >= 3;
        if (three && memcmp(s.p + i, "%22", 3) == 0)
            p[n++] = '"', i += 2;
        else if (three && (strncasecmp(s.p + i, "%0D", 3) == 0 ||
                           strncasecmp(s.p + i, "%0A", 3) == 0))
            p[n++] = ' ', i += 2;
        else
            p[n++] = s.p[i];
    }
    return (struct str){p, n};
}

/* The heads of one part, up to its blank line; *s goes past it. */
static enum status part_heads(struct arena *a, struct str *s,
                              struct http_param *f)
{
    enum { HEADS = 16, HEAD = 4096 };
    bool named = false;
    for (int i = 0; i <= HEADS; i++) {
        const char *end = memmem(s->p, s->n, "\r\n", 2);
        if (!end || end - s->p > HEAD)
            return ERR_INVALID;
        struct str line = {s->p, (size_t)(end - s->p)}, name;
        *s = (struct str){end + 2, s->n - line.n - 2};
        if (!line.n)
            return named ? OK : ERR_INVALID;
        if (!str_next(&line, ':', &name) || !line.p)
            return ERR_INVALID;
        struct str text;
        if (same_word(name, "Content-Type")) {
            f->type = str_trim(line);
        } else if (same_word(name, "Content-Disposition")) {
            if (named || !header_param(a, line, "name", &text))
                return ERR_INVALID;
            named = true;
            f->name = name_decode(a, text);
            if (header_param(a, line, "filename", &text))
                f->filename = name_decode(a, text);
        }
    }
    return ERR_INVALID;
}

static enum status part_check(const struct http_param *f)
{
    return utf8_ok(f->name) && (!f->filename.p || utf8_ok(f->filename))
               ? OK
               : ERR_INVALID;
}

/* After a delimiter: CR LF when a part follows, "--" at the end. */
static enum status part_follows(struct str *s, bool *more)
{
    if (s->n >= 2 && memcmp(s->p, "--", 2) == 0) {
        *more = false;
        return OK;
    }
    while (s->n && (*s->p == ' ' || *s->p == '\t'))
        s->p++, s->n--;
    if (s->n < 2 || memcmp(s->p, "\r\n", 2) != 0)
        return ERR_INVALID;
    s->p += 2, s->n -= 2;
    *more = true;
    return OK;
}

/* Fields found so far: the table grows as parts come, for nobody tells their
 * number beforehand. */
struct found {
    struct http_param *all;
    size_t n, room;
};

static struct http_param *found_add(struct arena *a, struct found *f)
{
    f->all = arena_grow(a, f->all, sizeof(*f->all), f->n, &f->room);
    return &f->all[f->n++];
}

static enum status multipart_parse(struct arena *a, struct str type,
                                   struct str body, struct found *f)
{
    struct str boundary;
    if (!header_param(a, type, "boundary", &boundary) || !boundary.n ||
        boundary.n > 70)
        return ERR_INVALID;
    struct buf cut = {.mem = a};
    buf_str(&cut, "\r\n--");
    buf_add(&cut, boundary.p, boundary.n);
    /* The first delimiter stands at the very start, without its CR LF. What
     * might come before it (a preamble) no browser sends. */
    if (body.n < cut.n - 2 || memcmp(body.p, cut.p + 2, cut.n - 2) != 0)
        return ERR_INVALID;
    struct str s = {body.p + cut.n - 2, body.n - cut.n + 2};
    bool more;
    TRY(part_follows(&s, &more));
    while (more) {
        if (f->n == FORM_FIELDS)
            return ERR_LIMIT;
        struct http_param field = {0};
        TRY(part_heads(a, &s, &field));
        TRY(part_check(&field));
        const char *end = memmem(s.p, s.n, cut.p, cut.n);
        field.value = (struct str){s.p, end ? (size_t)(end - s.p) : s.n};
        param_mend(a, &field);
        *found_add(a, f) = field;
        if (!end)
            return ERR_INVALID;
        s = (struct str){end + cut.n, s.n - (size_t)(end - s.p) - cut.n};
        TRY(part_follows(&s, &more));
    }
    return OK;
}

enum status form_parse(struct arena *a, struct str type, struct str body,
                       struct http_param **fields, size_t *n)
{
    struct str rest = type, kind;
    struct found found = {0};
    *n = 0;
    if (!body.n)
        return url_fields(a, body, 0, fields, n);
    if (!str_next(&rest, ';', &kind))
        return ERR_INVALID;
    kind = str_trim(kind);
    if (same_word(kind, "application/x-www-form-urlencoded"))
        return url_fields(a, body, FORM_FIELDS, fields, n);
    if (!same_word(kind, "multipart/form-data"))
        return ERR_INVALID;
    const enum status s = multipart_parse(a, type, body, &found);
    *fields = found.all;
    *n = found.n;
    return s;
}
