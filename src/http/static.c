#include "http/static.h"

#include "base/files.h"

static const char folder[] = "view/assets/", prefix[] = "/statique/";
enum { TAG = 16 };

const char *http_type_of(const char *name)
{
    static const struct {
        const char *end, *type;
    } types[] = {
        {"css", "text/css; charset=utf-8"},
        {"js", "text/javascript; charset=utf-8"},
        {"mjs", "text/javascript; charset=utf-8"},
        {"svg", "image/svg+xml; charset=utf-8"},
        {"woff2", "font/woff2"},
        {"geojson", "application/geo+json"},
        {"json", "application/json"},
        {"webmanifest", "application/manifest+json"},
        {"png", "image/png"},
        {"jpg", "image/jpeg"},
        {"webp", "image/webp"},
        {"ico", "image/vnd.microsoft.icon"},
        {"txt", "text/plain; charset=utf-8"},
        {"html", "text/html; charset=utf-8"},
        {"pdf", "application/pdf"},
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < COUNT(types); i++)
        if (same(dot + 1, types[i].end))
            return types[i].type;
    return "application/octet-stream";
}

/* Compares folder + name with path, without building it. */
static int path_order(struct str name, const char *path)
{
    const size_t n = sizeof(folder) - 1;
    int order = strncmp(folder, path, n);
    if (order)
        return order;
    order = strncmp(name.p, path + n, name.n);
    return order ? order : -(path[n + name.n] != 0);
}

static const struct file_embedded *file_find(struct str name)
{
    size_t low = 0, high = files_embedded_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = path_order(name, files_embedded[middle].path);
        if (order == 0)
            return &files_embedded[middle];
        order < 0 ? (high = middle) : (low = middle + 1);
    }
    return NULL;
}

static bool is_tag(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("0123456789abcdef", s.p[i]))
            return false;
    return s.n == TAG;
}

static void file_answer(struct http_exchange *x, const struct file_embedded *f,
                        bool for_good)
{
    const char *etag = arena_printf(&x->mem, "\"%s\"", f->tag);
    const bool fresh = http_is_fresh(x, etag);
    const struct str bytes = {(const char *)f->bytes, f->size};
    http_answer(x, fresh ? 304 : 200, http_type_of(f->path),
                fresh ? STR("") : bytes);
    http_header_add(x, "ETag", etag);
    http_header_add(x, "Cache-Control",
                    for_good ? "public, max-age=31536000, immutable"
                             : "public, no-cache");
    http_header_add(x, "X-Content-Type-Options", "nosniff");
}

bool http_static(struct http_exchange *x)
{
    const size_t n = sizeof(prefix) - 1;
    if (!str_starts(x->path, prefix))
        return false;
    if (!(x->method & (HTTP_GET | HTTP_HEAD))) {
        http_answer(x, 405, "text/plain; charset=utf-8",
                    STR("405 Method Not Allowed\n"));
        http_header_add(x, "Allow", "GET, HEAD");
        return true;
    }
    struct str name = {x->path.p + n, x->path.n - n};
    struct str tag = http_query(x, "v"), rest = name, first;
    if (str_next(&rest, '/', &first) && rest.p && is_tag(first)) {
        name = rest;
        tag = first;
    }
    const struct file_embedded *f = name.n ? file_find(name) : NULL;
    if (f)
        file_answer(x, f, tag.p && str_eq(tag, f->tag));
    else
        http_answer(x, 404, "text/plain; charset=utf-8",
                    STR("404 Not Found\n"));
    return true;
}
