/* Requests as they come: whole, in pieces, several at once, wrong. */
#include "unit/http_kit.h"

#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: localhost\r\n"
#define CLOSE HOST "Connection: close\r\n\r\n"

static bool answers(struct http_kit *k, const char *request, const char *status)
{
    const char *all = http_kit_ask(k, request);
    const bool well =
        strncmp(all, "HTTP/1.1 ", 9) == 0 && strncmp(all + 9, status, 3) == 0;
    if (!well)
        printf("  %.60s…: %.60s\n", request, all);
    return well;
}

TEST(http_serve_answers)
{
    struct http_kit k = {0};
    http_kit_start(&k, NULL);
    const char *a =
        http_kit_ask(&k, "GET /proj%C3%A9t/12?q=%C3%A9+t&r HTTP/1.1\r\n"
                         "Cookie: a=b; sel=\"42\"; c=d\r\n" CLOSE);
    OKAY(strstr(a, "\r\n\r\nGET /projét/12 q=é t c=42 0 bytes\n"));
    OKAY(strstr(a, "Content-Type: text/plain; charset=utf-8\r\n"));
    OKAY(strstr(a, "X-Note: oneX-Two: two\r\n"));
    a = http_kit_ask(&k, "HEAD / HTTP/1.1\r\n" CLOSE);
    OKAY(strstr(a, "Content-Length: ") && strstr(a, "\r\n\r\n")[4] == 0);
    a = http_kit_ask(&k, "GET /fichier HTTP/1.1\r\n" CLOSE);
    OKAY(strstr(a, "\r\n\r\nfrom a file\n"));
    a = http_kit_ask(&k, "GET /fichier?q=vide HTTP/1.1\r\n" CLOSE);
    OKAY(strstr(a, "200 OK") && strstr(a, "Content-Length: 0\r\n"));
    a = http_kit_ask(&k, "HEAD /fichier HTTP/1.1\r\n" CLOSE);
    OKAY(strstr(a, "Content-Length: 12\r\n") && strstr(a, "\r\n\r\n")[4] == 0);
    a = http_kit_ask(&k, "GET /tout-de-suite HTTP/1.1\r\n" CLOSE);
    OKAY(strstr(a, "\r\n\r\nloop\n"));
    OKAY(answers(&k, "GET /lourd HTTP/1.1\r\n" CLOSE, "200"));
    OKAY(answers(&k, "GET / HTTP/1.0\r\n\r\n", "200"));
    OKAY(answers(&k, "GET /rien HTTP/1.1\r\n" CLOSE, "500"));
    OKAY(answers(&k, "GET /statique/absent.css HTTP/1.1\r\n" CLOSE, "404"));
    OKAY(answers(&k,
                 "POST /statique/a.css HTTP/1.1\r\nContent-Length: 3\r\n" HOST
                 "\r\nabc",
                 "405"));
    http_kit_stop(&k);
}

TEST(http_serve_ceiling)
{
    struct http_kit k = {0};
    const struct http_options o = {.memory = 1 << 20};
    http_kit_start(&k, &o);
    OKAY(answers(&k, "GET /trop HTTP/1.1\r\n" CLOSE, "413"));
    OKAY(answers(&k, "GET / HTTP/1.1\r\n" CLOSE, "200"));
    http_kit_stop(&k);
}

TEST(http_serve_bodies)
{
    struct http_kit k = {0};
    http_kit_start(&k, NULL);
    const char *a =
        http_kit_ask(&k, "POST / HTTP/1.1\r\nContent-Length: 3\r\n" HOST
                         "Connection: close\r\n\r\nxyz");
    OKAY(strstr(a, "POST / q=- c= 3 bytes to z\n"));
    a = http_kit_ask(&k,
                     "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST
                     "Connection: close\r\n\r\n2\r\nxy\r\n1\r\nz\r\n0\r\n\r\n");
    OKAY(strstr(a, "POST / q=- c= 3 bytes to z\n"));
    /* Over 256 kB it goes through a file. */
    const size_t n = 700000;
    char *body = arena_alloc(&k.mem, n + 1);
    memset(body, 'z', n);
    int fd = http_kit_connect(&k);
    http_kit_send(fd, "POST / HTTP/1.1\r\nContent-Length: 700000\r\n" CLOSE);
    http_kit_send_bytes(fd, body, n);
    OKAY(strstr(http_kit_read(&k, fd, NULL, 5), " 700000 bytes to z\n"));
    close(fd);
    a = http_kit_ask(&k,
                     "POST /formulaire HTTP/1.1\r\nContent-Length: 9\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\n" HOST
                     "Connection: close\r\n\r\na=12&b=3%");
    OKAY(strstr(a, "HTTP/1.1 422"));
    a = http_kit_ask(&k,
                     "POST /formulaire HTTP/1.1\r\nContent-Length: 8\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\n" HOST
                     "Connection: close\r\n\r\na=12&b=3");
    OKAY(strstr(a, "\r\n\r\na=2\nb=1\n"));
    http_kit_stop(&k);
}

/* What is sent, and nothing after it, in one: the answer. */
static const char *ask_at_once(struct http_kit *k, const char *request)
{
    int fd = http_kit_connect(k);
    http_kit_send(fd, request);
    shutdown(fd, SHUT_WR);
    const char *a = http_kit_read(k, fd, NULL, 5);
    close(fd);
    return a;
}

/* Whoever says no more once all is said, as nc -N, is answered. */
TEST(http_serve_half_closed)
{
    struct http_kit k = {0};
    http_kit_start(&k, NULL);
    for (int i = 0; i < 20; i++) {
        const char *a = ask_at_once(&k, "GET /a HTTP/1.1\r\n" CLOSE);
        OKAY(strstr(a, "HTTP/1.1 200 ") == a && strstr(a, "GET /a "));
        a = ask_at_once(&k, "POST /b HTTP/1.1\r\nContent-Length: 3\r\n" CLOSE
                            "xyz");
        OKAY(strstr(a, "HTTP/1.1 200 ") == a && strstr(a, " 3 bytes to z"));
        a = ask_at_once(&k, "GET /lourd HTTP/1.1\r\n" CLOSE);
        OKAY(strstr(a, "HTTP/1.1 200 ") == a);
    }
    http_kit_stop(&k);
}

/* Whoever ends a body or a head too soon, and listens still, is told. */
TEST(http_serve_cut_body)
{
    struct http_kit k = {0};
    http_kit_start(&k, NULL);
    int fd = http_kit_connect(&k);
    http_kit_send(fd,
                  "POST / HTTP/1.1\r\nContent-Length: 9\r\n" HOST "\r\nabc");
    usleep(200000);
    shutdown(fd, SHUT_WR);
    const char *a = http_kit_read(&k, fd, NULL, 5);
    OKAY(strstr(a, "HTTP/1.1 400 ") == a && strstr(a, "\r\n\r\n"));
    close(fd);
    for (int i = 0; i < 4; i++) {
        a = ask_at_once(&k, "POST / HTTP/1.1\r\nContent-Length: 9\r\n" HOST
                            "\r\nabc");
        OKAY(strstr(a, "HTTP/1.1 400 ") == a);
        OKAY(http_kit_count(a, "HTTP/1.1 ") == 1);
        a = ask_at_once(&k, "GET / HTTP/1.1\r\nHos");
        OKAY(strstr(a, "HTTP/1.1 400 ") == a);
    }
    /* Also where all of it is there long before a busy loop reads it. */
    fd = http_kit_connect(&k);
    http_kit_send(fd,
                  "POST /retenu HTTP/1.1\r\nContent-Length: 9\r\n" HOST "\r\n");
    usleep(50000);
    http_kit_send(fd, "abc");
    shutdown(fd, SHUT_WR);
    a = http_kit_read(&k, fd, NULL, 5);
    OKAY(strstr(a, "HTTP/1.1 400 ") == a);
    close(fd);
    OKAY(answers(&k, "GET / HTTP/1.1\r\n" CLOSE, "200"));
    http_kit_stop(&k);
}

/* The rows of a table of other servers' answers (many said 200), and ours. */
TEST(http_serve_refuses)
{
    static const struct {
        const char *status, *request;
    } rows[] = {
        {"400", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n"
                "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"400", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n"
                "Content-Length: 3\r\n\r\nabc"},
        {"400", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n"
                "Content-Length: 5\r\n\r\nabc"},
        {"400", "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n"},
        {"400", "POST / HTTP/1.1\r\n" HOST "Content-Length: 1x\r\n\r\na"},
        {"400", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3, 3\r\n\r\nabc"},
        {"400", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
                "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"501", "POST / HTTP/1.1\r\n" HOST
                "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
        {"400", "POST / HTTP/1.1\r\n" HOST "Content-Length : 3\r\n\r\nabc"},
        {"400", "POST / HTTP/1.0\r\n" HOST
                "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"400", "GET / HTTP/1.1\r\n\r\n"},
        {"400", "GET / HTTP/1.1\r\n" HOST HOST "\r\n"},
        {"400", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
        {"400", "GET /%zz HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET /%00 HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET /%0a HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET /%e9 HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET /?q=%e9 HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET /?q=%4 HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET /../etc/passwd HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET /a/%2e%2e/b HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET /a/. HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET /a%2fb HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET /a%5cb HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET projets HTTP/1.1\r\n" HOST "\r\n"},
        {"400", "GET http://autre/ HTTP/1.1\r\n" HOST "\r\n"},
        {"501", "TRACE / HTTP/1.1\r\n" HOST "\r\n"},
        {"501", "BREW / HTTP/1.1\r\n" HOST "\r\n"},
        {"505", "GET / HTTP/9.9\r\n" HOST "\r\n"},
        {"505", "GET / HTTP/1.7\r\n" HOST "\r\n"},
        {"413", "POST / HTTP/1.1\r\n" HOST "Content-Length: 1048577\r\n\r\n"},
    };
    struct http_kit k = {0};
    http_kit_start(&k, NULL);
    for (size_t i = 0; i < COUNT(rows); i++)
        OKAY(answers(&k, rows[i].request, rows[i].status));
    /* After a refusal nothing more of the connection is read. */
    const char *a =
        http_kit_ask(&k, "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                         "GET /second HTTP/1.1\r\n" CLOSE);
    OKAY(http_kit_count(a, "HTTP/1.1 ") == 1 && !strstr(a, "/second"));
    OKAY(strstr(a, "Connection: close"));
    OKAY(k.answers == 0);
    http_kit_stop(&k);
}

TEST(http_serve_long_heads)
{
    struct http_kit k = {0};
    http_kit_start(&k, NULL);
    struct buf many = {.mem = &k.mem}, some = {.mem = &k.mem};
    struct buf one = {.mem = &k.mem};
    buf_str(&many, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 0; i < 2000; i++)
        buf_printf(&many, "X-%d: a\r\n", i);
    buf_str(&many, "\r\n");
    OKAY(answers(&k, many.p, "431"));
    buf_str(&some, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 0; i < 101; i++)
        buf_printf(&some, "X-%d: a\r\n", i);
    buf_str(&some, "\r\n");
    OKAY(answers(&k, some.p, "431"));
    buf_str(&one, "GET / HTTP/1.1\r\n" HOST "X: ");
    for (int i = 0; i < 65536; i++)
        buf_char(&one, 'x');
    buf_str(&one, "\r\n\r\n");
    OKAY(answers(&k, one.p, "431"));
    http_kit_stop(&k);
}

TEST(http_serve_oversized)
{
    struct http_kit k = {0};
    http_kit_start(&k, NULL);
    const size_t n = 3 << 20;
    char *body = arena_alloc(&k.mem, n);
    /* By its length: refused at the head, and the client can read why though it
     * goes on sending. */
    int fd = http_kit_connect(&k);
    http_kit_send(fd,
                  "POST / HTTP/1.1\r\n" HOST "Content-Length: 3145728\r\n\r\n");
    OKAY(http_kit_send_bytes(fd, body, n));
    OKAY(strstr(http_kit_read(&k, fd, NULL, 3), "HTTP/1.1 413 "));
    close(fd);
    /* In pieces: when it crosses the budget. */
    fd = http_kit_connect(&k);
    http_kit_send(fd, "POST / HTTP/1.1\r\n" HOST
                      "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 48; i++) {
        http_kit_send(fd, "10000\r\n");
        OKAY(http_kit_send_bytes(fd, body, 65536));
        http_kit_send(fd, "\r\n");
    }
    const char *a = http_kit_read(&k, fd, NULL, 3);
    OKAY(strncmp(a, "HTTP/1.1 413 Content Too Large\r\n", 32) == 0);
    OKAY(http_kit_count(a, "HTTP/1.1 ") == 1);
    close(fd);
    /* One that waits to be let in is told before it sends. */
    fd = http_kit_connect(&k);
    http_kit_send(fd, "POST / HTTP/1.1\r\n" HOST "Content-Length: 3145728\r\n"
                      "Expect: 100-continue\r\n\r\n");
    a = http_kit_read(&k, fd, "\r\n\r\n", 3);
    OKAY(strstr(a, "HTTP/1.1 413 ") && !strstr(a, "100 Continue"));
    close(fd);
    OKAY(k.answers == 0);
    http_kit_stop(&k);
}

TEST(http_serve_truncated)
{
    struct http_kit k = {0};
    http_kit_start(&k, NULL);
    static const char *const cut[] = {
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nabc",
        "POST / HTTP/1.1\r\n" HOST
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "POST / HTTP/1.1\r\n" HOST "Content-Le",
        "POST /",
    };
    for (size_t i = 0; i < COUNT(cut); i++) {
        const int fd = http_kit_connect(&k);
        http_kit_send(fd, cut[i]);
        usleep(20000);
        close(fd);
    }
    OKAY(answers(&k, "GET / HTTP/1.1\r\n" CLOSE, "200"));
    usleep(50000);
    OKAY(k.answers == 1);
    http_kit_stop(&k);
}

TEST(http_serve_many_on_one)
{
    struct http_kit k = {0};
    http_kit_start(&k, NULL);
    const int fd = http_kit_connect(&k);
    for (int i = 0; i < 5; i++) {
        http_kit_send(fd, "GET /encore HTTP/1.1\r\n" HOST "\r\n");
        OKAY(strstr(http_kit_read(&k, fd, "bytes\n", 3), "GET /encore "));
    }
    /* Pipelined: answered in their order. */
    http_kit_send(
        fd, "GET /un HTTP/1.1\r\n" HOST "\r\nPOST /deux HTTP/1.1\r\n" HOST
            "Content-Length: 2\r\n\r\nabGET /tout-de-suite HTTP/1.1\r\n" CLOSE);
    const char *a = http_kit_read(&k, fd, NULL, 3);
    const char *one = strstr(a, "GET /un "), *two = strstr(a, "POST /deux ");
    const char *three = strstr(a, "\r\n\r\nloop\n");
    OKAY(one && two && three && one < two && two < three);
    close(fd);
    http_kit_stop(&k);
}
