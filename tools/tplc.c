/*
 * The template compiler: src/view/pages/list.html becomes C that prints it.
 *
 *     tplc src/view/pages/x.html OUT.c OUT.h
 *
 *     {{= #include "view/list.h"}}           first: goes to the header
 *     {{@ list(const struct list_v *v)}}     a function, up to the next one;
 *     {{@ static row(const struct cell *c)}} its first argument, struct html
 * *h, is added
 *     {{v->title}}                           printed, escaped by its C type
 *     {{~p->name}}                           what stands in a row: said
 *                                            (i18n/lang.h)
 *     href="/projets/{{%p->id}}"             a part of an address
 *     href="{{href v->next}}"                a whole address, checked
 *     {{_ list.empty}}  {{_ (c->key)}}       a label; by an expression
 *     {{_ list.count n=v->n}}                with the plural of n
 *     {{_ list.by name=v->who}}              with placeholders
 *     {{#if v->n}} … {{elif x}} … {{else}} … {{/if}}
 *     {{#each c in v->cells, v->n}} … {{/each}}   c points, c_i counts
 *     {{> row(c)}}                           another template
 *     {{! said to nobody}}
 *
 * It follows the HTML while it reads, so it knows the place of each value and
 * refuses those where escaping cannot help. It also refuses what our content
 * policy would: inline scripts, inline styles, on… attributes.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    char *p;
    size_t n, room;
};

enum place {
    OUTSIDE,  /* of any function */
    TEXT,     /* between elements */
    TAG_NAME, /* <a */
    TAG,      /* between attributes */
    NAME,     /* of an attribute */
    EQUALS,   /* after its "=" */
    VALUE,    /* between its quotes */
    EMPTY,    /* inside <script> or <style>: nothing may stand there */
};

enum { NAME_MOST = 24, DEPTH_MOST = 40, LITERAL_MOST = 3000 };

struct spot {
    enum place place;
    char quote;
    bool closing;  /* </a */
    bool verbatim; /* inside <pre> or <textarea> */
    bool spaced;   /* a new attribute may begin */
    bool valued;   /* this value already holds one of ours */
    char tag[NAME_MOST], attr[NAME_MOST], prefix[NAME_MOST];
};

struct block {
    bool each, has_else, has_end;
    int line;
    struct spot start, end;
};

struct tpl {
    const char *path, *p, *end; /* p: what is read next */
    int line;
    struct spot at;
    struct block blocks[DEPTH_MOST];
    size_t depth;
    struct text head, protos, body, literal; /* written */
    struct text tag, args;                   /* being read */
    bool has_function;
    jmp_buf failed;
    char why[300];
};

static void add(struct text *t, const char *p, size_t n)
{
    if (t->room - t->n <= n) {
        t->room = (t->room + n) * 2 + 256;
        t->p = realloc(t->p, t->room);
        if (!t->p)
            abort();
    }
    memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = 0;
}

static void addf(struct text *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void addf(struct text *t, const char *fmt, ...)
{
    char small[512];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(small, sizeof(small), fmt, args);
    va_end(args);
    if (n < (int)sizeof(small)) {
        add(t, small, (size_t)n);
        return;
    }
    char *big = malloc((size_t)n + 1);
    if (!big)
        abort();
    va_start(args, fmt);
    vsnprintf(big, (size_t)n + 1, fmt, args);
    va_end(args);
    add(t, big, (size_t)n);
    free(big);
}

static _Noreturn void fail(struct tpl *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static _Noreturn void fail(struct tpl *t, const char *fmt, ...)
{
    int n = snprintf(t->why, sizeof(t->why), "%s:%d: ", t->path, t->line);
    if (n < 0 || n >= (int)sizeof(t->why))
        n = 0;
    va_list args;
    va_start(args, fmt);
    vsnprintf(t->why + n, sizeof(t->why) - (size_t)n, fmt, args);
    va_end(args);
    longjmp(t->failed, 1);
}

/* Static text, gathered into as few calls as there can be. */
static void flush(struct tpl *t)
{
    if (!t->literal.n)
        return;
    addf(&t->body, "    html_lit(h, \"%s\");\n", t->literal.p);
    t->literal.n = 0;
}

static void literal(struct tpl *t, char c)
{
    /* A C compiler must accept strings of 4,095 bytes; "?" for trigraphs. */
    if (t->literal.n > LITERAL_MOST && !((unsigned char)c & 0x80))
        flush(t);
    if (c == '\n')
        add(&t->literal, "\\n", 2);
    else if (c == '"' || c == '\\' || c == '?')
        addf(&t->literal, "\\%c", c);
    else if ((unsigned char)c < ' ' || c == 127)
        addf(&t->literal, "\\%03o", (unsigned)c);
    else
        add(&t->literal, &c, 1);
}

static bool one_of(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; n && (p = strstr(p, word)); p += n)
        if ((p == list || p[-1] == ' ') && (!p[n] || p[n] == ' '))
            return true;
    return false;
}

static bool is_url(const char *attr)
{
    return one_of("href src action formaction poster cite data ping "
                  "background longdesc manifest xlink:href srcset",
                  attr);
}

static void name_add(struct tpl *t, char *name, char c)
{
    size_t n = strlen(name);
    if (n + 1 < NAME_MOST)
        name[n] = (char)tolower((unsigned char)c), name[n + 1] = 0;
    else
        fail(t, "the name %s… is too long", name);
}

static void attr_check(struct tpl *t)
{
    const char *a = t->at.attr;
    if (strncmp(a, "on", 2) == 0 || strcmp(a, "style") == 0 ||
        strcmp(a, "srcdoc") == 0)
        fail(t, "%s= is refused by our content policy: use a file", a);
}

/* What an address begins with, once it ends or a value follows. */
static void prefix_check(struct tpl *t)
{
    const char *p = t->at.prefix;
    if ((*p == '/' && p[1] != '/' && p[1] != '\\') || *p == '#' || *p == '?' ||
        !strncmp(p, "http://", 7) || !strncmp(p, "https://", 8) ||
        !strncmp(p, "mailto:", 7))
        return;
    fail(t,
         "%s=\"%s… must begin with / # ? http: https: or mailto:", t->at.attr,
         p);
}

static void tag_end(struct tpl *t)
{
    struct spot *s = &t->at;
    s->place = TEXT;
    if (one_of("pre textarea", s->tag))
        s->verbatim = !s->closing;
    if (one_of("script style", s->tag) && !s->closing)
        s->place = EMPTY;
}

static void step_tag(struct tpl *t, char c)
{
    struct spot *s = &t->at;
    if (c == '>') {
        tag_end(t);
    } else if (isspace((unsigned char)c) || c == '/') {
        s->place = TAG;
        s->spaced = true;
    } else if (s->place == TAG_NAME) {
        name_add(t, s->tag, c);
    } else if (s->place == TAG && (!s->spaced || strchr("\"'=<{", c))) {
        fail(t, "“%c” inside <%s>: a space is missing before it", c, s->tag);
    } else if (s->place == TAG) {
        s->place = NAME;
        *s->attr = 0;
        name_add(t, s->attr, c);
    } else if (c == '=') {
        attr_check(t);
        s->place = EQUALS;
    } else if (strchr("\"'<", c)) {
        fail(t, "“%c” inside the name of an attribute", c);
    } else {
        name_add(t, s->attr, c);
    }
}

static void step_value(struct tpl *t, char c)
{
    struct spot *s = &t->at;
    if (s->place == EQUALS) {
        if (c != '"' && c != '\'')
            fail(t, "the value of %s is not quoted", s->attr);
        s->quote = c;
        s->place = VALUE;
        s->valued = false;
        *s->prefix = 0;
    } else if (c == s->quote) {
        if (is_url(s->attr) && !s->valued && *s->prefix)
            prefix_check(t);
        s->place = TAG;
        s->spaced = false;
    } else if (!s->valued && strlen(s->prefix) + 1 < NAME_MOST) {
        s->prefix[strlen(s->prefix)] = c;
    }
}

static void step_text(struct tpl *t, char c)
{
    struct spot *s = &t->at;
    if (c != '<') {
        if (s->place == EMPTY && !isspace((unsigned char)c))
            fail(t, "<%s> stays empty: use a file", s->tag);
        return;
    }
    const char *next = t->p; /* after the "<" */
    bool close = next < t->end && *next == '/';
    if (close)
        next++;
    if (next < t->end && *next == '!' && t->end - next > 2 && next[1] == '-')
        fail(t, "an HTML comment: write {{! … }}");
    if (next >= t->end || !(isalpha((unsigned char)*next) || *next == '!'))
        fail(t, "a lone “<”: write &lt;");
    if (s->place == EMPTY &&
        !(close && !strncmp(next, s->tag, strlen(s->tag)) &&
          (size_t)(t->end - next) > strlen(s->tag)))
        fail(t, "<%s> stays empty: use a file", s->tag);
    *s = (struct spot){
        .place = TAG_NAME, .closing = close, .verbatim = s->verbatim};
    if (close) {
        literal(t, '<');
        t->p++;
    }
}

/* One character of HTML: where are we after it? */
static void step(struct tpl *t, char c)
{
    switch (t->at.place) {
    case OUTSIDE:
        if (!isspace((unsigned char)c))
            fail(t, "text before the first {{@ function}}");
        return;
    case TEXT:
    case EMPTY:
        step_text(t, c);
        if (t->at.closing && t->at.place == TAG_NAME)
            c = '/';
        break;
    case TAG_NAME:
    case TAG:
    case NAME:
        step_tag(t, c);
        break;
    case EQUALS:
    case VALUE:
        step_value(t, c);
        break;
    }
    literal(t, c);
}

/* White space around a line's end is one newline, or one space in a tag. */
static void read_html(struct tpl *t)
{
    char c = *t->p++;
    if (t->at.verbatim || !isspace((unsigned char)c)) {
        if (c == '\n')
            t->line++;
        step(t, c);
        return;
    }
    bool newline = c == '\n';
    for (; t->p < t->end && isspace((unsigned char)*t->p); t->p++)
        newline |= *t->p == '\n', t->line += *t->p == '\n';
    t->line += c == '\n';
    bool in_text = t->at.place == TEXT || t->at.place == EMPTY;
    step(t, newline && in_text ? '\n' : ' ');
}

static void line_mark(struct tpl *t)
{
    flush(t);
    addf(&t->body, "#line %d \"%s\"\n", t->line, t->path);
}

/* A place to compare branches by: an attribute without value has ended. */
static struct spot settled(struct tpl *t)
{
    struct spot s = t->at;
    if (s.place == TAG_NAME || s.place == NAME) {
        s.place = TAG;
        s.spaced = false;
    }
    if (s.place == EQUALS)
        fail(t, "the value of %s is not quoted", s.attr);
    if (s.place != VALUE)
        *s.attr = *s.prefix = 0, s.quote = 0, s.valued = false;
    if (s.place == VALUE && *s.prefix && !is_url(s.attr))
        *s.prefix = 0;
    if (s.place == TEXT)
        *s.tag = 0, s.closing = false, s.spaced = false;
    return s;
}

static bool same_spot(const struct spot *a, const struct spot *b)
{
    return a->place == b->place && a->quote == b->quote &&
           a->closing == b->closing && a->verbatim == b->verbatim &&
           !strcmp(a->tag, b->tag) && !strcmp(a->attr, b->attr) &&
           !strcmp(a->prefix, b->prefix) && a->valued == b->valued;
}

static struct block *block_top(struct tpl *t, bool each, const char *what)
{
    if (!t->depth || t->blocks[t->depth - 1].each != each)
        fail(t, "%s closes nothing", what);
    return &t->blocks[t->depth - 1];
}

static void block_open(struct tpl *t, bool each)
{
    if (t->depth == DEPTH_MOST)
        fail(t, "blocks are too deep");
    t->at = settled(t);
    t->blocks[t->depth++] =
        (struct block){.each = each, .line = t->line, .start = t->at};
}

/* The end of a branch: all must leave the HTML at the same place. */
static void branch_end(struct tpl *t, struct block *b)
{
    struct spot here = settled(t);
    if (b->has_end && !same_spot(&b->end, &here))
        fail(t, "the branches of line %d end at different places of the HTML",
             b->line);
    here.spaced = here.spaced && (!b->has_end || b->end.spaced);
    b->end = here;
    b->has_end = true;
}

static void block_close(struct tpl *t, struct block *b)
{
    branch_end(t, b);
    if (!b->has_else) { /* nothing may be printed as well */
        if (!same_spot(&b->start, &b->end))
            fail(t, "the block of line %d ends at another place of the HTML",
                 b->line);
        b->end.spaced = b->end.spaced && b->start.spaced;
    }
    t->at = b->end;
    t->depth--;
    flush(t);
    addf(&t->body, "    }\n");
}

static char *after(char *p, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(p, word, n) != 0 || (p[n] && !isspace((unsigned char)p[n])))
        return NULL;
    for (p += n; isspace((unsigned char)*p);)
        p++;
    return p;
}

static const char *skip_quoted(const char *p)
{
    char q = *p++;
    while (*p && *p != q)
        p += *p == '\\' && p[1] ? 2 : 1;
    return *p ? p + 1 : p;
}

static void expression_check(struct tpl *t, const char *e)
{
    int depth = 0;
    if (!*e)
        fail(t, "an expression is missing");
    for (const char *p = e; *p;) {
        if (*p == '"' || *p == '\'') {
            p = skip_quoted(p);
            continue;
        }
        if (strchr("([", *p))
            depth++;
        if (strchr(")]", *p) && --depth < 0)
            break;
        if (strchr("{};#\\", *p))
            fail(t, "“%c” in an expression: %.60s", *p, e);
        p++;
    }
    if (depth)
        fail(t, "brackets do not match: %.60s", e);
}

static void each_open(struct tpl *t, char *p)
{
    char *name = p;
    while (isalnum((unsigned char)*p) || *p == '_')
        p++;
    char *name_end = p;
    while (isspace((unsigned char)*p))
        p++;
    char *array = name_end > name ? after(p, "in") : NULL;
    char *comma = NULL;
    int depth = 0;
    for (char *q = array; q && *q; q++) {
        depth += (*q == '(' || *q == '[') - (*q == ')' || *q == ']');
        if (*q == ',' && depth == 0)
            comma = q;
    }
    if (!array || !comma)
        fail(t, "write {{#each x in array, count}}");
    *name_end = *comma++ = 0;
    while (isspace((unsigned char)*comma))
        comma++;
    expression_check(t, array);
    expression_check(t, comma);
    line_mark(t);
    addf(&t->body,
         "    for (size_t %s_i = 0; %s_i < (size_t)(%s); %s_i++) {\n"
         "    const __typeof__(*(%s)) *const %s = &(%s)[%s_i];\n"
         "    (void)%s;\n",
         name, name, comma, name, array, name, array, name, name);
    block_open(t, true);
}

static void function_open(struct tpl *t, char *p)
{
    if (t->depth)
        fail(t, "a function begins inside the block of line %d",
             t->blocks[t->depth - 1].line);
    if (t->has_function && settled(t).place != TEXT)
        fail(t, "a function ends inside a tag");
    flush(t);
    if (t->has_function)
        addf(&t->body, "}\n");
    char *rest = after(p, "static");
    char *name = rest ? rest : p, *open = strchr(name, '(');
    size_t n = strlen(p);
    if (!open || p[n - 1] != ')' || strpbrk(p, "{};"))
        fail(t, "write {{@ name(const struct x *v)}}");
    p[n - 1] = 0;
    *open++ = 0;
    bool plain = !*open || !strcmp(open, "void");
    const char *kind = rest ? "static " : "";
    struct text *to = rest ? &t->protos : &t->head;
    addf(to, "%svoid %s(struct html *h%s%s);\n", kind, name, plain ? "" : ", ",
         plain ? "" : open);
    addf(&t->body, "#line %d \"%s\"\n%svoid %s(struct html *h%s%s)\n{\n",
         t->line, t->path, kind, name, plain ? "" : ", ", plain ? "" : open);
    t->has_function = true;
    t->at = (struct spot){.place = TEXT};
}

/* May a value stand here? kind is '=' printed, '%' part, 'h' whole address. */
/* Where no element may stand: in an attribute, and in these. */
static bool is_plain(const struct tpl *t)
{
    static const char *const bare[] = {"option", "title", "textarea"};
    const struct spot *s = &t->at;
    bool found = s->place == VALUE;
    for (size_t i = 0; i < sizeof(bare) / sizeof(*bare); i++)
        found |= s->place == TEXT && !s->closing && !strcmp(s->tag, bare[i]);
    return found;
}

static void place_check(struct tpl *t, char kind)
{
    struct spot *s = &t->at;
    switch (s->place) {
    case OUTSIDE:
        fail(t, "a value before the first {{@ function}}");
    case EMPTY:
        fail(t, "a value inside <%s>", s->tag);
    case TAG_NAME:
    case TAG:
    case NAME:
        fail(t, "a value inside the tag <%s>, outside of quotes", s->tag);
    case EQUALS:
        fail(t, "the value of %s is not quoted", s->attr);
    case TEXT:
        if (kind != '=')
            fail(t, "an address stands in an attribute, not in text");
        return;
    case VALUE:
        break;
    }
    if (!is_url(s->attr)) {
        if (kind == 'h')
            fail(t, "%s= takes no address", s->attr);
    } else if (kind == 'h') {
        if (s->valued || *s->prefix)
            fail(t, "{{href}} gives a whole address: nothing before it");
    } else if (kind == '%') {
        if (!s->valued)
            prefix_check(t);
    } else {
        fail(t, "%s= takes {{href whole}} or /path/{{%%part}}", s->attr);
    }
    s->valued = true;
}

/* "key", "key n=count", "key who=name": one label. */
static void label(struct tpl *t, char *p)
{
    struct text *args = &t->args;
    char *key = p, *count = NULL;
    bool literal_key = *p != '(';
    args->n = 0;
    int depth = 0;
    for (; *p && (depth || !isspace((unsigned char)*p)); p++)
        depth += (*p == '(') - (*p == ')');
    if (*p)
        *p++ = 0;
    if (literal_key && (!*key || key[strspn(key, "abcdefghijklmnopqrstuvwxyz"
                                                 "0123456789_.-")]))
        fail(t, "“%.60s” is no label key: {{_ a.key}} or {{_ (expression)}}",
             key);
    if (!literal_key)
        expression_check(t, key);
    while (*p) {
        char *name = p + strspn(p, " \t\n"), *eq = strchr(name, '=');
        if (!eq || eq[1] == '=' || eq == name)
            fail(t, "write {{_ key name=value}}");
        *eq = 0;
        char *value = eq + 1, *q = value;
        for (depth = 0; *q; q++) { /* up to the next " name=" */
            depth += (*q == '(' || *q == '[') - (*q == ')' || *q == ']');
            size_t w = strspn(q + 1, "abcdefghijklmnopqrstuvwxyz_");
            if (*q == ' ' && !depth && w && q[1 + w] == '=' && q[2 + w] != '=')
                break;
        }
        p = *q ? q + 1 : q;
        *q = 0;
        expression_check(t, value);
        if (!strcmp(name, "n"))
            count = value;
        else
            addf(args, "{\"%s\", html_arg_%s(h, %s)}, ", name,
                 is_plain(t) ? "plain" : "text", value);
    }
    line_mark(t);
    addf(&t->body, "    html_label%s(h, %s%s%s",
         count     ? "_n"
         : args->n ? "_with"
                   : "",
         literal_key ? "\"" : "", key, literal_key ? "\"" : "");
    if (count)
        addf(&t->body, ", (int64_t)(%s)", count);
    if (args->n)
        addf(&t->body, ", (const struct html_arg[]){%s{0}}", args->p);
    else if (count)
        addf(&t->body, ", NULL");
    addf(&t->body, ");\n");
}

static void value(struct tpl *t, char *p)
{
    char *rest;
    if (*p == '%') {
        place_check(t, '%');
        expression_check(t, p + 1);
        line_mark(t);
        addf(&t->body, "    html_url(h, %s);\n", p + 1);
    } else if ((rest = after(p, "href"))) {
        place_check(t, 'h');
        expression_check(t, rest);
        line_mark(t);
        addf(&t->body, "    html_href(h, %s);\n", rest);
    } else if ((rest = after(p, "_"))) {
        place_check(t, '=');
        label(t, rest);
    } else {
        const char *print = is_plain(t) ? "html_attr" : "html_put";
        place_check(t, '=');
        expression_check(t, p + (*p == '~'));
        line_mark(t);
        if (*p == '~')
            addf(&t->body, "    %s(h, html_said(h, %s));\n", print, p + 1);
        else
            addf(&t->body, "    %s(h, %s);\n", print, p);
    }
}

static void call(struct tpl *t, const char *p)
{
    const char *open = strchr(p, '(');
    if (t->at.place != TEXT)
        fail(t, "{{> }} stands between elements only");
    expression_check(t, p);
    if (!open || p[strlen(p) - 1] != ')')
        fail(t, "write {{> name(arguments)}}");
    line_mark(t);
    addf(&t->body, "    %.*s(h%s%s;\n", (int)(open - p), p,
         open[1] == ')' ? "" : ", ", open + 1);
}

/* Blocks and the like; false: it is a value. */
static bool structure(struct tpl *t, char *p)
{
    char *rest;
    if ((rest = after(p, "#if")) || (rest = after(p, "elif"))) {
        expression_check(t, rest);
        if (*p == '#') {
            line_mark(t);
            addf(&t->body, "    if (%s) {\n", rest);
            block_open(t, false);
            return true;
        }
        struct block *b = block_top(t, false, "{{elif}}");
        if (b->has_else)
            fail(t, "{{elif}} after {{else}}");
        branch_end(t, b);
        flush(t);
        addf(&t->body, "    } else if (%s) {\n", rest);
        t->at = b->start;
    } else if (after(p, "else")) {
        struct block *b = block_top(t, false, "{{else}}");
        if (b->has_else)
            fail(t, "a second {{else}}");
        branch_end(t, b);
        flush(t);
        addf(&t->body, "    } else {\n");
        b->has_else = true;
        t->at = b->start;
    } else if (after(p, "/if")) {
        block_close(t, block_top(t, false, "{{/if}}"));
    } else if (after(p, "/each")) {
        block_close(t, block_top(t, true, "{{/each}}"));
    } else if ((rest = after(p, "#each"))) {
        each_open(t, rest);
    } else if ((rest = after(p, "@"))) {
        function_open(t, rest);
    } else if ((rest = after(p, ">"))) {
        call(t, rest);
    } else if ((rest = after(p, "="))) {
        if (t->has_function || strncmp(rest, "#include \"", 10) != 0)
            fail(t, "{{= #include \"…\"}} stands first, and is all it may be");
        addf(&t->head, "%s\n", rest);
    } else if (*p == '#' || *p == '/') {
        fail(t, "unknown block {{%.20s}}", p);
    } else {
        return *p == '!';
    }
    return true;
}

static void read_tag(struct tpl *t)
{
    const char *p = t->p + 2, *e = p;
    bool comment = p < t->end && *p == '!';
    for (; e + 1 < t->end && (*e != '}' || e[1] != '}'); e++) {
        if (!comment && *e == '"')
            for (e++; e + 1 < t->end && *e != '"' && *e != '\n'; e++)
                e += *e == '\\' && e + 2 < t->end;
    }
    if (e + 1 >= t->end)
        fail(t, "{{ without }}");
    const char *next = e + 2;
    int lines = 0;
    for (const char *q = p; q < e; q++)
        lines += *q == '\n';
    while (p < e && isspace((unsigned char)*p))
        p++;
    while (e > p && isspace((unsigned char)e[-1]))
        e--;
    if (memchr(p, 0, (size_t)(e - p)))
        fail(t, "a NUL byte");
    t->tag.n = 0;
    add(&t->tag, p, (size_t)(e - p));
    t->p = next;
    if (structure(t, t->tag.p)) { /* alone on its line, it leaves none behind */
        if (t->p < t->end && *t->p == '\n' && !t->at.verbatim)
            t->p++, t->line++;
    } else {
        value(t, t->tag.p);
    }
    t->line += lines;
}

/* false: t->why says where and what is wrong. */
static bool compile(struct tpl *t)
{
    if (setjmp(t->failed))
        return false;
    while (t->p < t->end) {
        if (t->end - t->p > 1 && t->p[0] == '{' && t->p[1] == '{')
            read_tag(t);
        else
            read_html(t);
    }
    if (t->depth)
        fail(t, "the block of line %d is not closed",
             t->blocks[t->depth - 1].line);
    if (!t->has_function)
        fail(t, "no {{@ function}}");
    if (settled(t).place != TEXT)
        fail(t, "the file ends inside a tag");
    flush(t);
    addf(&t->body, "}\n");
    return true;
}

static void clear(struct tpl *t)
{
    free(t->head.p), free(t->protos.p), free(t->body.p);
    free(t->literal.p), free(t->tag.p), free(t->args.p);
}

#ifdef FUZZ
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct tpl t = {.path = "fuzz", .line = 1};
    char *copy = malloc(n + 1); /* what follows the end is not ours to read */
    if (!copy)
        abort();
    memcpy(copy, p, n);
    copy[n] = 0;
    t.p = copy;
    t.end = copy + n;
    compile(&t);
    clear(&t);
    free(copy);
    return 0;
}
#else
static char *read_file(const char *path, size_t *n)
{
    struct text all = {0};
    char part[4096];
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    add(&all, "", 0);
    for (size_t got; (got = fread(part, 1, sizeof(part), f)) > 0;)
        add(&all, part, got);
    fclose(f);
    *n = all.n;
    return all.p;
}

static bool write_file(const char *path, const struct text *t)
{
    FILE *f = fopen(path, "wb");
    bool done = f && fwrite(t->p, 1, t->n, f) == t->n;
    return f && fclose(f) == 0 && done;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: tplc PAGE.html OUT.c OUT.h\n");
        return 2;
    }
    size_t n = 0;
    char *text = read_file(argv[1], &n);
    if (!text) {
        fprintf(stderr, "tplc: %s cannot be read\n", argv[1]);
        return 1;
    }
    struct tpl t = {.path = argv[1], .p = text, .end = text + n, .line = 1};
    const char *slash = strrchr(argv[1], '/');
    const char *name = strncmp(argv[1], "src/", 4) == 0 ? argv[1] + 4
                       : slash                          ? slash + 1
                                                        : argv[1];
    struct text c = {0}, head = {0};
    bool done = compile(&t);
    if (done) {
        addf(&head,
             "/* From %s, by tools/tplc. */\n#pragma once\n\n"
             "#include \"view/html.h\"\n",
             name);
        add(&head, t.head.p ? t.head.p : "", t.head.n);
        addf(&c, "#include \"%s.h\"\n\n", name);
        add(&c, t.protos.p ? t.protos.p : "", t.protos.n);
        add(&c, t.body.p, t.body.n);
        done = write_file(argv[2], &c) && write_file(argv[3], &head);
        if (!done)
            fprintf(stderr, "tplc: %s cannot be written\n", argv[2]);
    } else {
        fprintf(stderr, "%s\n", t.why);
    }
    clear(&t);
    free(text), free(c.p), free(head.p);
    return done ? 0 : 1;
}
#endif
