#include "unit/view_test.h"

#include "i18n/lang.h"

static struct str pair_get(const void *data, const char *name, size_t nth)
{
    for (const struct pair *p = data; p && p->name; p++)
        if (same(p->name, name) && nth-- == 0)
            return str_of(p->value);
    return (struct str){0};
}

struct form_input typed(const struct pair *pairs)
{
    return (struct form_input){.get = pair_get, .data = pairs};
}

const struct lang *labels(struct arena *a, const char *code)
{
    const char *why = i18n_open(a, files_embedded, files_embedded_count);
    if (why)
        printf("  %s\n", why);
    return why ? NULL : lang_find(code);
}

bool has(const struct html *h, const char *text)
{
    return h->out.n && strstr(h->out.p, text) != NULL;
}

/* The reader. */

enum { DEEP = 60, MANY = 4000 };
struct reader {
    struct arena *mem;
    struct str left;
    const char *open[DEEP];
    size_t depth, id_count, ref_count, label_count, control_count;
    const char *ids[MANY], *refs[MANY], *labels[MANY], *controls[MANY];
    bool in_label;
};

static const char *const void_elements =
    "area base br col embed hr img input link meta source track wbr !doctype";

static const char *fault(struct reader *r, const char *what, const char *of)
{
    return arena_printf(r->mem, "%s %s before: %.60s", what, of, r->left.p);
}

static bool found(const char *const *list, size_t n, const char *one)
{
    for (size_t i = 0; i < n; i++)
        if (same(list[i], one))
            return true;
    return false;
}

static void keep(const char **list, size_t *n, const char *one)
{
    CHECK(*n < MANY);
    list[(*n)++] = one;
}

static const char *attribute(struct reader *r, const char *name,
                             const char *value)
{
    if (same(name, "style") || strncmp(name, "on", 2) == 0)
        return fault(r, "refused attribute", name);
    if (same(name, "id")) {
        if (found(r->ids, r->id_count, value))
            return fault(r, "a second id", value);
        keep(r->ids, &r->id_count, value);
    }
    if (same(name, "for")) {
        keep(r->refs, &r->ref_count, value);
        keep(r->labels, &r->label_count, value);
    }
    if (same(name, "href") && *value == '#' && value[1])
        keep(r->refs, &r->ref_count, value + 1);
    if (same(name, "aria-describedby") || same(name, "aria-labelledby")) {
        struct str rest = str_of(value), part;
        while (str_next(&rest, ' ', &part))
            keep(r->refs, &r->ref_count, str_dup(r->mem, part));
    }
    return NULL;
}

static struct str take(struct reader *r, size_t n)
{
    struct str s = {r->left.p, n};
    r->left.p += n;
    r->left.n -= n;
    return s;
}

static size_t span(const struct reader *r, const char *stop)
{
    size_t n = 0;
    while (n < r->left.n && !strchr(stop, r->left.p[n]))
        n++;
    return n;
}

struct control_seen {
    const char *id, *type;
    bool named;
};

/* name="value" … up to the ">". */
static const char *attributes(struct reader *r, struct control_seen *c)
{
    const char *wrong = NULL;
    while (!wrong) {
        while (r->left.n && strchr(" \n", *r->left.p))
            take(r, 1);
        if (!r->left.n)
            return fault(r, "tag not closed", "");
        if (*r->left.p == '>' || *r->left.p == '/')
            return NULL;
        const char *name = str_dup(r->mem, take(r, span(r, "= \n>/")));
        const char *value = "";
        if (r->left.n && *r->left.p == '=') {
            take(r, 1);
            if (!r->left.n || *take(r, 1).p != '"')
                return fault(r, "unquoted", name);
            value = str_dup(r->mem, take(r, span(r, "\"")));
            take(r, r->left.n > 0);
            if (r->left.n && !strchr(" \n>/", *r->left.p))
                return fault(r, "no space after", name);
        }
        if (same(name, "id"))
            c->id = value;
        if (same(name, "type"))
            c->type = value;
        c->named |= same(name, "aria-label") || same(name, "aria-labelledby");
        wrong = attribute(r, name, value);
    }
    return wrong;
}

static const char *close_tag(struct reader *r, const char *name)
{
    if (same(name, "label"))
        r->in_label = false;
    if (!r->depth || !same(r->open[r->depth - 1], name))
        return fault(r, "closed, not open:", name);
    r->depth--;
    return NULL;
}

static const char *element(struct reader *r)
{
    struct control_seen c = {.type = ""};
    bool closing = r->left.n > 1 && r->left.p[1] == '/';
    take(r, closing ? 2 : 1);
    const char *name = str_dup(r->mem, take(r, span(r, " \n>/")));
    const char *wrong = attributes(r, &c);
    if (wrong)
        return wrong;
    bool empty = *r->left.p == '/';
    take(r, empty ? 2 : 1);
    if (closing)
        return close_tag(r, name);
    if (word_in("input select textarea", name) && !same(c.type, "hidden") &&
        !c.named && !r->in_label)
        keep(r->controls, &r->control_count, c.id ? c.id : "(no id)");
    if (same(name, "label"))
        r->in_label = true;
    if (same(name, "script") && !str_starts(r->left, "</script"))
        return fault(r, "inline", name);
    if (empty || word_in(void_elements, name))
        return NULL;
    if (r->depth == DEEP)
        return fault(r, "too deep", name);
    r->open[r->depth++] = name;
    return NULL;
}

const char *html_fault(struct arena *a, struct str html)
{
    struct reader *r = NEW(a, struct reader);
    r->mem = a;
    r->left = html;
    const char *wrong = NULL;
    while (!wrong && r->left.n) {
        size_t n = span(r, "<");
        take(r, n);
        if (r->left.n)
            wrong = element(r);
    }
    if (wrong)
        return wrong;
    if (r->depth)
        return fault(r, "not closed:", r->open[r->depth - 1]);
    for (size_t i = 0; i < r->ref_count; i++)
        if (!found(r->ids, r->id_count, r->refs[i]))
            return arena_printf(a, "no id %s", r->refs[i]);
    for (size_t i = 0; i < r->control_count; i++)
        if (!found(r->labels, r->label_count, r->controls[i]))
            return arena_printf(a, "no label for %s", r->controls[i]);
    return NULL;
}
