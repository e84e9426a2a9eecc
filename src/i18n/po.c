#include "i18n/po.h"

#include "base/utf8.h"

enum { KEY, PLURAL, ONE, MANY, PARTS };

struct po {
    struct arena *a;
    const char *path;
    int64_t line;
    struct buf part[PARTS]; /* of the entry being read */
    bool has[PARTS];
    int last; /* the part that a line of text alone goes on with, or PARTS */
    int64_t begun;
    struct po_entry *list;
    size_t n, room;
};

static const char *fault(struct po *po, int64_t line, const char *what)
{
    return arena_printf(po->a, "%s:%" PRId64 ": %s", po->path, line, what);
}

/* Most texts are short: each is kept in no more than its bytes. */
static const char *kept(struct po *po, int part)
{
    const struct buf *b = &po->part[part];
    return po->has[part] ? arena_dup(po->a, b->p, b->n) : NULL;
}

static void entry_add(struct po *po)
{
    po->list = arena_grow(po->a, po->list, sizeof(*po->list), po->n, &po->room);
    po->list[po->n++] = (struct po_entry){
        .key = kept(po, KEY),
        .text = {kept(po, ONE), kept(po, MANY)},
        .line = po->begun,
    };
}

/* Between two entries: the one that ends is checked and kept. */
static const char *entry_end(struct po *po)
{
    const char *why = NULL;
    if (!po->has[KEY])
        return NULL;
    if (!po->has[ONE])
        why = "msgid without its msgstr";
    else if (po->part[KEY].n && !po->part[ONE].n)
        why = "this msgid has an empty msgstr";
    else if (po->has[PLURAL] != po->has[MANY] ||
             (po->has[MANY] && !po->part[MANY].n))
        why = "a plural has msgid_plural, msgstr[0] and msgstr[1]";
    if (why)
        return fault(po, po->begun, why);
    if (po->part[KEY].n)
        entry_add(po);
    for (int i = 0; i < PARTS; i++) {
        po->part[i].n = 0;
        po->has[i] = false;
    }
    po->last = PARTS;
    return NULL;
}

/* "text" with its quotes and escapes, added to the part. */
static const char *quoted(struct po *po, struct str s)
{
    struct buf *b = &po->part[po->last];
    if (s.n < 2 || *s.p != '"' || s.p[s.n - 1] != '"')
        return fault(po, po->line, "text in double quotes expected");
    const char *p = s.p + 1, *end = s.p + s.n - 1;
    while (p < end) {
        static const char from[] = "nt\"\\", to[] = "\n\t\"\\";
        const char *run = p;
        while (p < end && *p != '"' && *p != '\\')
            p++;
        buf_add(b, run, (size_t)(p - run));
        if (p == end)
            break;
        if (*p == '"')
            return fault(po, po->line, "write \\\" inside a text");
        const char *at =
            ++p < end ? memchr(from, *p++, sizeof(from) - 1) : NULL;
        if (!at)
            return fault(po, po->line, "unknown escape");
        buf_char(b, to[at - from]);
    }
    buf_add(b, "", 0);
    return NULL;
}

static const char *line_read(struct po *po, struct str s)
{
    static const struct {
        const char *word;
        int part;
    } words[] = {
        {"msgid ", KEY},     {"msgid_plural ", PLURAL}, {"msgstr ", ONE},
        {"msgstr[0] ", ONE}, {"msgstr[1] ", MANY},
    };
    if (!s.n || *s.p == '#')
        return NULL;
    for (size_t i = 0; i < COUNT(words); i++) {
        if (!str_starts(s, words[i].word))
            continue;
        if (words[i].part == KEY) {
            const char *why = entry_end(po);
            if (why)
                return why;
            po->begun = po->line;
        } else if (!po->has[KEY]) {
            return fault(po, po->line, "no msgid before this");
        }
        po->last = words[i].part;
        if (po->has[po->last])
            return fault(po, po->line, "the same line twice");
        po->has[po->last] = true;
        size_t n = strlen(words[i].word);
        return quoted(po, str_trim((struct str){s.p + n, s.n - n}));
    }
    if (*s.p == '"' && po->last != PARTS)
        return quoted(po, s);
    return fault(po, po->line, "neither msgid, msgstr nor a text");
}

const char *po_read(struct arena *a, const char *path, struct str text,
                    struct po_entry **entries, size_t *n)
{
    struct po po = {.a = a, .path = path, .last = PARTS};
    for (int i = 0; i < PARTS; i++)
        po.part[i].mem = a;
    if (!utf8_ok(text))
        return fault(&po, 1, "it is not UTF-8");
    for (struct str rest = text, line; str_next(&rest, '\n', &line);) {
        po.line++;
        const char *why = line_read(&po, str_trim(line));
        if (why)
            return why;
    }
    const char *why = entry_end(&po);
    *entries = po.list;
    *n = po.n;
    return why;
}
