#include "i18n/lang.h"

#include "i18n/format.h"
#include "i18n/po.h"

#include <stdarg.h>
#include <stdatomic.h>

struct label {
    const char *key, *text[2];
    const char *path; /* for faults */
};

/* Where a key's label is. A key is known by its 64 bits alone: those of ours
 * are compared when the index is built, and a page looks up hundreds. */
struct slot {
    uint64_t hash;
    const struct label *label; /* NULL: free */
};

struct lang {
    const char *code, *suffix;
    struct label *labels;
    size_t n, room;
    struct slot *slots; /* a power of two of them */
    size_t mask;
};

/* Written by i18n_open before any thread starts, read-only after. */
static struct lang langs[] = {
    {.code = "fr", .suffix = "/po/fr.po"},
    {.code = "en", .suffix = "/po/en.po"},
};
/* By the French of what the program puts into rows: its English. */
static struct lang given;
static _Atomic size_t missed;

const struct lang *lang_find(const char *code)
{
    for (size_t i = 0; code && i < COUNT(langs); i++)
        if (same(code, langs[i].code))
            return &langs[i];
    return NULL;
}

const struct lang *lang_default(void)
{
    return &langs[0];
}

const char *lang_code(const struct lang *l)
{
    return l->code;
}

/* Eight bytes at a time, of which the last may lie over those before,
 * multiplied and mixed as in splitmix64: keys are our own, so it need not
 * withstand anybody. */
static uint64_t hash(const char *s, size_t n)
{
    uint64_t h = n, word = 0;
    if (n < 8) {
        for (size_t i = 0; i < n; i++)
            word = word << 8 | (unsigned char)s[i];
    } else {
        for (size_t i = 0; i + 8 < n; i += 8) {
            memcpy(&word, s + i, 8);
            h = (h ^ word) * 0xBF58476D1CE4E5B9u;
            h ^= h >> 29;
        }
        memcpy(&word, s + n - 8, 8);
    }
    h = (h ^ word) * 0x94D049BB133111EBu;
    return h ^ h >> 31;
}

static struct slot *slot_of(const struct lang *l, uint64_t h)
{
    uint64_t i = h;
    while (l->slots[i & l->mask].label && l->slots[i & l->mask].hash != h)
        i++;
    return &l->slots[i & l->mask];
}

static const struct label *find(const struct lang *l, const char *key)
{
    return l->slots ? slot_of(l, hash(key, strlen(key)))->label : NULL;
}

static void label_add(struct arena *a, struct lang *l, const char *path,
                      const struct po_entry *e)
{
    l->labels = arena_grow(a, l->labels, sizeof(*l->labels), l->n, &l->room);
    l->labels[l->n++] = (struct label){e->key, {e->text[0], e->text[1]}, path};
}

/* At most half full, so that a walk is short. */
static const char *index_build(struct arena *a, struct lang *l)
{
    if (!l->n)
        return NULL;
    size_t size = 16;
    while (size < l->n * 2)
        size *= 2;
    l->slots = NEW_ARRAY(a, struct slot, size);
    l->mask = size - 1;
    for (size_t k = 0; k < l->n; k++) {
        const struct label *label = &l->labels[k];
        uint64_t h = hash(label->key, strlen(label->key));
        struct slot *slot = slot_of(l, h);
        if (slot->label)
            return arena_printf(a, "%s: %s is in %s already", label->path,
                                label->key, slot->label->path);
        *slot = (struct slot){h, label};
    }
    return NULL;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && same(s + n - m, end);
}

static const char *file_read(struct arena *a, struct lang *l,
                             const struct file_embedded *f)
{
    struct po_entry *entries = NULL;
    size_t n = 0;
    const char *why =
        po_read(a, f->path, (struct str){(const char *)f->bytes, f->size},
                &entries, &n);
    for (size_t i = 0; i < n && !why; i++)
        label_add(a, l, f->path, &entries[i]);
    return why;
}

static const char *given_build(struct arena *a)
{
    given = (struct lang){.labels = NULL};
    for (size_t i = 0; i < langs[0].n; i++) {
        const struct label *fr = &langs[0].labels[i];
        const struct label *en =
            strstr(fr->key, ".given.") ? find(&langs[1], fr->key) : NULL;
        struct po_entry one = {.key = fr->text[0]};
        if (en)
            one.text[0] = en->text[0];
        if (en)
            label_add(a, &given, fr->path, &one);
    }
    return index_build(a, &given);
}

const char *i18n_open(struct arena *a, const struct file_embedded *files,
                      size_t n)
{
    for (size_t k = 0; k < COUNT(langs); k++) {
        struct lang *l = &langs[k];
        const char *why = NULL;
        l->labels = NULL;
        l->slots = NULL;
        l->n = l->room = 0;
        for (size_t i = 0; i < n && !why; i++)
            if (ends_with(files[i].path, l->suffix))
                why = file_read(a, l, &files[i]);
        if (!why)
            why = index_build(a, l);
        if (why)
            return why;
    }
    return given_build(a);
}

bool is_said_in_french(const char *text)
{
    return text && *text == FRENCH_FROM;
}

/* A number, a day, an address: of no language. */
static bool is_of_no_language(const char *text)
{
    size_t letters = 0;
    for (const char *p = text; *p; p++)
        letters += (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                   (unsigned char)*p >= 0xC3;
    return !letters ||
           (!strchr(text, ' ') && (strstr(text, "://") || strchr(text, '@')));
}

const char *said(struct arena *a, const struct lang *l, const char *text)
{
    if (!text || l == lang_default() || is_said_in_french(text) ||
        is_of_no_language(text))
        return text;
    const struct label *own = find(&given, text);
    if (own && same(own->key, text))
        return own->text[0];
    return arena_printf(a, "%c%s%c", FRENCH_FROM, text, FRENCH_TO);
}

const char *tr(const struct lang *l, const char *key)
{
    const struct label *label = find(l, key);
    if (label)
        return label->text[0];
    atomic_fetch_add_explicit(&missed, 1, memory_order_relaxed);
    return key;
}

bool tr_known(const struct lang *l, const char *key)
{
    return find(l, key) != NULL;
}

const char *tr_or(const struct lang *l, const char *key, const char *otherwise)
{
    const struct label *label = find(l, key);
    return label ? label->text[0] : otherwise;
}

size_t tr_missed(void)
{
    return atomic_load(&missed);
}

size_t lang_size(const struct lang *l)
{
    return l->n;
}

const char *lang_key(const struct lang *l, size_t label)
{
    return label < l->n ? l->labels[label].key : NULL;
}

struct pair {
    const char *name, *value;
};
enum { PAIRS = 16 };

static size_t pairs_take(struct pair *pairs, va_list args)
{
    size_t n = 0;
    for (const char *name; (name = va_arg(args, const char *)); n++) {
        CHECK(n < PAIRS);
        const char *value = va_arg(args, const char *);
        pairs[n] = (struct pair){name, value ? value : ""};
    }
    return n;
}

static char *fill(struct arena *a, const char *text, const struct pair *pairs,
                  size_t n)
{
    struct buf b = {.mem = a};
    for (const char *open; (open = strchr(text, '{'));) {
        const char *close = strchr(open, '}'), *value = NULL;
        if (!close)
            break;
        struct str name = {open + 1, (size_t)(close - open - 1)};
        for (size_t i = 0; i < n && !value; i++)
            if (str_eq(name, pairs[i].name))
                value = pairs[i].value;
        /* A brace that opens no known name is text. */
        buf_add(&b, text, (size_t)(open - text) + !value);
        if (value)
            buf_str(&b, value);
        text = value ? close + 1 : open + 1;
    }
    buf_str(&b, text);
    return b.p;
}

char *tr_fill(struct arena *a, const char *text, ...)
{
    struct pair pairs[PAIRS];
    va_list args;
    va_start(args, text);
    size_t n = pairs_take(pairs, args);
    va_end(args);
    return fill(a, text, pairs, n);
}

char *tr_with(struct arena *a, const struct lang *l, const char *key, ...)
{
    struct pair pairs[PAIRS];
    va_list args;
    va_start(args, key);
    size_t n = pairs_take(pairs, args);
    va_end(args);
    return fill(a, tr(l, key), pairs, n);
}

/* CLDR's rule: French is singular for 0 and 1, English for 1 alone. */
static bool is_plural(const struct lang *l, int64_t n)
{
    return l == lang_default() ? n <= -2 || n >= 2 : n != 1;
}

char *tr_n(struct arena *a, const struct lang *l, const char *key, int64_t n)
{
    const struct label *label = find(l, key);
    const char *text = label && label->text[1] && is_plural(l, n)
                           ? label->text[1]
                           : tr(l, key);
    struct pair pair = {"n", format_int(a, l, n)};
    return fill(a, text, &pair, 1);
}

/* "en-GB;q=0.8": its weight in thousandths for a language, -1 for another. */
static int weight(struct str range, const char *code)
{
    struct str name, part;
    double q = 1;
    str_next(&range, ';', &name);
    name = str_trim(name);
    size_t n = strlen(code);
    bool mine = name.n >= n && strncasecmp(name.p, code, n) == 0 &&
                (name.n == n || name.p[n] == '-');
    while (str_next(&range, ';', &part)) {
        part = str_trim(part);
        if (str_starts(part, "q=") &&
            !str_real((struct str){part.p + 2, part.n - 2}, &q))
            q = 0;
    }
    return mine && q >= 0 && q <= 1 ? (int)(q * 1000) : -1;
}

const struct lang *lang_accept(const char *header)
{
    const struct lang *best = lang_default();
    int most = 0;
    for (size_t k = 0; k < COUNT(langs); k++) {
        struct str rest = str_of(header), range;
        while (str_next(&rest, ',', &range)) {
            int w = weight(range, langs[k].code);
            if (w > most) {
                most = w;
                best = &langs[k];
            }
        }
    }
    return best;
}
