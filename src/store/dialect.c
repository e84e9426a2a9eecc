/* What both dialects need to write their text. */
#include "store/dialect.h"

struct sql dialect_said(struct arena *a, const char *format, const char *one)
{
    struct buf b = {.mem = a};
    for (const char *p = format; *p; p++) {
        if (*p == '$')
            buf_str(&b, one);
        else
            buf_char(&b, *p);
    }
    return (struct sql){buf_done(&b).p};
}

static const char *word_text(const struct dialect *d, struct str name)
{
    for (const struct word *w = d->words; w->name; w++)
        if (str_eq(name, w->name))
            return w->text;
    check_failed("a word in braces that the store knows", __FILE__, __LINE__);
}

/* in: "since:core_journal:j". */
static void word_put(const struct dialect *d, struct buf *b, struct str in)
{
    struct str name = {0}, first = {0}, second = {0};
    str_next(&in, ':', &name);
    str_next(&in, ':', &first);
    str_next(&in, ':', &second);
    for (const char *p = word_text(d, name); *p; p++) {
        struct str put = *p == '$'   ? first
                         : *p == '@' ? second
                                     : (struct str){p, 1};
        buf_add(b, put.p, put.n);
    }
}

char *dialect_expand(const struct dialect *d, const char *text)
{
    const char *at = strchr(text, '{');
    if (!at)
        return NULL;
    struct arena mem = {0};
    struct buf b = {.mem = &mem};
    for (; at; at = strchr(text, '{')) {
        const char *end = strchr(at, '}');
        CHECK(end);
        buf_add(&b, text, (size_t)(at - text));
        word_put(d, &b, (struct str){at + 1, (size_t)(end - at - 1)});
        text = end + 1;
    }
    buf_str(&b, text);
    char *out = alloc_plain(b.n + 1);
    memcpy(out, b.p, b.n);
    arena_reset(&mem);
    return out;
}
