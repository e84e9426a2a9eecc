/* Embedded files, as a browser asks for them; and the sockets to listen on. */
#include "http/static.h"

#include "base/files.h"
#include "unit/http_kit.h"

#include <unistd.h>

#define CLOSE "Host: localhost\r\nConnection: close\r\n\r\n"

static const struct file_embedded *some_file(void)
{
    for (size_t i = 0; i < files_embedded_count; i++)
        if (strncmp(files_embedded[i].path, "view/assets/", 12) == 0)
            return &files_embedded[i];
    return NULL;
}

TEST(http_static_files)
{
    const struct file_embedded *f = some_file();
    if (!f) {
        test_skip("no embedded file");
        return;
    }
    struct http_kit k = {0};
    http_kit_start(&k, NULL);
    const char *name = f->path + 12;
    const char *a = http_kit_ask(
        &k, arena_printf(&k.mem, "HEAD /statique/%s/%s HTTP/1.1\r\n" CLOSE,
                         f->tag, name));
    OKAY(strstr(a, "HTTP/1.1 200 ") && strstr(a, ", immutable\r\n"));
    OKAY(strstr(a, http_type_of(name)));
    OKAY(strstr(a, arena_printf(&k.mem, "Content-Length: %zu\r\n", f->size)));
    a = http_kit_ask(
        &k, arena_printf(&k.mem, "GET /statique/%s?v=%s HTTP/1.1\r\n" CLOSE,
                         name, f->tag));
    OKAY(strstr(a, "HTTP/1.1 200 ") && strstr(a, ", immutable\r\n"));
    /* A tag of another day is no promise. */
    a = http_kit_ask(&k, arena_printf(&k.mem,
                                      "GET /statique/0123456789abcdef/%s "
                                      "HTTP/1.1\r\n" CLOSE,
                                      name));
    OKAY(strstr(a, "HTTP/1.1 200 ") && !strstr(a, "immutable"));
    a = http_kit_ask(&k,
                     arena_printf(&k.mem,
                                  "GET /statique/%s HTTP/1.1\r\n"
                                  "If-None-Match: \"x\", W/\"%s\"\r\n" CLOSE,
                                  name, f->tag));
    OKAY(strstr(a, "HTTP/1.1 304 ") && strstr(a, "\r\n\r\n")[4] == 0);
    a = http_kit_ask(&k, "GET /statique/ HTTP/1.1\r\n" CLOSE);
    OKAY(strstr(a, "HTTP/1.1 404 "));
    OKAY(k.answers == 0);
    http_kit_stop(&k);
}

TEST(http_static_types)
{
    OKAY(same(http_type_of("a/b.css"), "text/css; charset=utf-8"));
    OKAY(same(http_type_of("b.min.js"), "text/javascript; charset=utf-8"));
    OKAY(same(http_type_of("b.geojson"), "application/geo+json"));
    OKAY(same(http_type_of("b"), "application/octet-stream"));
}

TEST(http_listen_says_why)
{
    struct arena mem = {0};
    const char *why = NULL;
    const int fd = http_listen(&mem, "127.0.0.1:0", &why);
    OKAY(fd >= 0 && http_port(fd) > 0);
    const char *where = arena_printf(&mem, "127.0.0.1:%d", http_port(fd));
    OKAY(http_listen(&mem, where, &why) < 0);
    OKAY(why && strstr(why, where) && strstr(why, "in use"));
    OKAY(http_listen(&mem, "8080", &why) < 0 && strstr(why, "127.0.0.1:8080"));
    OKAY(http_listen(&mem, "127.0.0.1:x", &why) < 0);
    close(fd);
    arena_reset(&mem);
}
