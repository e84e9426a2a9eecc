#include "http/router.h"

enum { METHODS = 7 };

struct node {
    struct str segment; /* of its last literal step */
    struct node **children;
    size_t n, room;
    struct node *any; /* the child that is a parameter */
    unsigned allowed;
    const struct http_rule *rules[METHODS]; /* NULL: not this method */
};

struct http_router {
    struct node root;
};

static size_t method_index(unsigned method)
{
    return (size_t)__builtin_ctz(method);
}

static int segment_order(struct str a, struct str b)
{
    if (a.n != b.n)
        return a.n < b.n ? -1 : 1;
    return a.n ? memcmp(a.p, b.p, a.n) : 0;
}

/* Where segment stands among the children, or would. */
static size_t child_place(const struct node *k, struct str segment, bool *there)
{
    size_t low = 0, high = k->n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = segment_order(k->children[middle]->segment, segment);
        if (order == 0) {
            *there = true;
            return middle;
        }
        order < 0 ? (low = middle + 1) : (high = middle);
    }
    *there = false;
    return low;
}

static struct node *child_make(struct arena *a, struct node *k,
                               struct str segment)
{
    if (*segment.p == ':') {
        if (!k->any)
            k->any = NEW(a, struct node);
        return k->any;
    }
    bool there;
    const size_t at = child_place(k, segment, &there);
    if (there)
        return k->children[at];
    k->children =
        arena_grow(a, k->children, sizeof(*k->children), k->n, &k->room);
    memmove(k->children + at + 1, k->children + at,
            (k->n - at) * sizeof(struct node *));
    k->n++;
    struct node *child = k->children[at] = NEW(a, struct node);
    child->segment = segment;
    return child;
}

/* Every segment after the first "/"; "/" alone has none. */
static struct str path_segments(struct str path)
{
    return path.n > 1 ? (struct str){path.p + 1, path.n - 1}
                      : (struct str){NULL, 0};
}

static const char *rule_add(struct arena *a, struct http_router *r,
                            const struct http_rule *rule)
{
    if (*rule->pattern != '/')
        return arena_printf(a, "%s: does not begin with /", rule->pattern);
    struct node *k = &r->root;
    struct str rest = path_segments(str_of(rule->pattern)), segment;
    size_t params = 0;
    while (str_next(&rest, '/', &segment)) {
        if (!segment.n || str_eq(segment, ":"))
            return arena_printf(a, "%s: has an empty segment", rule->pattern);
        params += *segment.p == ':';
        k = child_make(a, k, segment);
    }
    if (params > ROUTER_PARAMS)
        return arena_printf(a, "%s: has too many parameters", rule->pattern);
    for (unsigned m = HTTP_GET; m <= HTTP_OPTIONS; m <<= 1) {
        if (!(rule->methods & m))
            continue;
        const struct http_rule **place = &k->rules[method_index(m)];
        if (*place)
            return arena_printf(a, "%s: meets %s (%s)", rule->pattern,
                                (*place)->pattern,
                                http_method_name((enum http_method)m));
        *place = rule;
        k->allowed |= m;
    }
    return NULL;
}

const struct http_router *router_build(struct arena *a,
                                       const struct http_rule *rules, size_t n,
                                       const char **fault)
{
    struct http_router *r = NEW(a, struct http_router);
    for (size_t i = 0; i < n; i++)
        if ((*fault = rule_add(a, r, &rules[i])))
            return NULL;
    return r;
}

static const char *form_of(struct str path)
{
    static const char *const forms[] = {"csv", "json"};
    for (size_t i = 0; i < COUNT(forms); i++) {
        const size_t n = strlen(forms[i]);
        /* "/.csv" has no name before its suffix. */
        if (path.n > n + 2 && path.p[path.n - n - 1] == '.' &&
            path.p[path.n - n - 2] != '/' &&
            memcmp(path.p + path.n - n, forms[i], n) == 0)
            return forms[i];
    }
    return "";
}

/* What stands at the end of a walk: the rule of a method, and which methods any
 * pattern of this path knows. */
struct walk {
    unsigned method, allowed;
    bool literal_end; /* the last segment must not be a parameter */
    const struct http_rule *rule;
};

static bool node_walk(const struct node *k, struct str rest, struct walk *w)
{
    struct str segment;
    if (!str_next(&rest, '/', &segment)) {
        w->allowed |= k->allowed;
        w->rule = k->rules[method_index(w->method)];
        if (!w->rule && w->method == HTTP_HEAD)
            w->rule = k->rules[method_index(HTTP_GET)];
        return w->rule != NULL;
    }
    bool there;
    const size_t at = child_place(k, segment, &there);
    if (there && node_walk(k->children[at], rest, w))
        return true;
    return k->any && segment.n && !(w->literal_end && !rest.p) &&
           node_walk(k->any, rest, w);
}

static void params_fill(struct http_match *m, const char *pattern,
                        struct str path)
{
    struct str names = path_segments(str_of(pattern)), name;
    struct str values = path_segments(path), value;
    while (str_next(&names, '/', &name) && str_next(&values, '/', &value)) {
        if (*name.p != ':')
            continue;
        m->params[m->n].name = (struct str){name.p + 1, name.n - 1};
        m->params[m->n++].value = value;
    }
}

enum http_found router_match(const struct http_router *r,
                             enum http_method method, struct str path,
                             struct http_match *m)
{
    const char *form = form_of(path);
    struct walk w = {.method = method, .literal_end = *form != 0};
    m->n = 0;
    m->data = NULL;
    m->form = "";
    bool found = path.n && node_walk(&r->root, path_segments(path), &w);
    if (!found && *form && !w.allowed) {
        path.n -= strlen(form) + 1;
        m->form = form;
        w.literal_end = false;
        found = node_walk(&r->root, path_segments(path), &w);
    }
    m->allowed = w.allowed | (w.allowed & HTTP_GET ? HTTP_HEAD : 0u);
    if (!found)
        return m->allowed ? HTTP_NO_METHOD : HTTP_NO_PATH;
    m->data = w.rule->data;
    params_fill(m, w.rule->pattern, path);
    return HTTP_FOUND;
}

struct str router_param(const struct http_match *m, const char *name)
{
    for (size_t i = 0; i < m->n; i++)
        if (str_eq(m->params[i].name, name))
            return m->params[i].value;
    return (struct str){NULL, 0};
}

const char *router_allow(struct arena *a, unsigned methods)
{
    struct buf b = {.mem = a};
    for (unsigned m = HTTP_GET; m <= HTTP_OPTIONS; m <<= 1) {
        if (!(methods & m))
            continue;
        if (b.n)
            buf_str(&b, ", ");
        buf_str(&b, http_method_name((enum http_method)m));
    }
    return buf_done(&b).p;
}
