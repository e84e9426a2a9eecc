/* Addresses, heads, cookies and forms, as pure functions. */
#include "http/form.h"
#include "http/sieve.h"
#include "http/head.h"
#include "unit/test.h"

static bool is(struct str s, const char *text)
{
    return s.p && str_eq(s, text);
}

TEST(http_url_codes)
{
    static const struct {
        const char *from, *to; /* NULL: refused */
    } rows[] = {
        {"a%20b+c", "a b c"}, {"%C3%A9", "é"}, {"", ""},      {"%", NULL},
        {"%4", NULL},         {"%zz", NULL},   {"%00", NULL}, {"%e9", NULL},
        {"a%2Fb", "a/b"},     {"\xff", NULL},  {"%25", "%"},
    };
    struct arena mem = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str out;
        const bool well = url_decode(&mem, str_of(rows[i].from), true, &out);
        OKAY(well == (rows[i].to != NULL));
        OKAY(!well || is(out, rows[i].to));
    }
    struct str plus;
    OKAY(url_decode(&mem, STR("a+b"), false, &plus) && is(plus, "a+b"));
    struct buf b = {.mem = &mem};
    buf_str(&b, "/projets");
    url_field(&b, "q", STR("été & co"));
    url_field(&b, "tri", STR("-nom_~."));
    OKAY(is(buf_done(&b), "/projets?q=%C3%A9t%C3%A9%20%26%20co&tri=-nom_~."));
    arena_reset(&mem);
}

TEST(http_url_fields)
{
    struct arena mem = {0};
    struct http_param *f;
    size_t n;
    OKAY(url_fields(&mem, STR("a=1&&b&a=2=3&=x"), 9, &f, &n) == OK && n == 4);
    OKAY(is(f[0].name, "a") && is(f[0].value, "1"));
    OKAY(is(f[1].name, "b") && is(f[1].value, ""));
    OKAY(is(f[2].name, "a") && is(f[2].value, "2=3"));
    OKAY(is(f[3].name, "") && is(f[3].value, "x") && !f[3].filename.p);
    OKAY(is(url_find(f, n, "a"), "1") && !url_find(f, n, "c").p);
    OKAY(url_fields(&mem, STR("a=1&b=2&c=3"), 2, &f, &n) == ERR_LIMIT);
    OKAY(url_fields(&mem, STR("a=%9"), 2, &f, &n) == ERR_INVALID);
    OKAY(url_fields(&mem, STR(""), 2, &f, &n) == OK && n == 0);
    arena_reset(&mem);
}

TEST(http_head_targets)
{
    static const struct {
        const char *target, *path, *query;
    } rows[] = {
        {"/", "/", ""},
        {"/a/b?c=d?e", "/a/b", "c=d?e"},
        {"/%C3%A9t%C3%A9.csv", "/été.csv", ""},
        {"/a?b=%2F..%5c", "/a", "b=%2F..%5c"},
        {"/..a/b..", "/..a/b..", ""},
        {"/a%2Fb", NULL, NULL},
        {"/a\\b", NULL, NULL},
        {"/a b", NULL, NULL},
        {"/a/../b", NULL, NULL},
        {"/%2e%2E", NULL, NULL},
        {"/.", NULL, NULL},
        {"/%01", NULL, NULL},
        {"/%09", NULL, NULL},
        {"", NULL, NULL},
        {"a", NULL, NULL},
        {"*", NULL, NULL},
        {"?a=b", NULL, NULL},
        {"/?a=%", NULL, NULL},
        {"/?a=%ff", NULL, NULL},
        {"/\xc3\xa9", NULL, NULL},
    };
    struct arena mem = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str path = {0}, query = {0};
        const unsigned bad =
            head_target(&mem, str_of(rows[i].target), &path, &query);
        OKAY(bad == (rows[i].path ? 0 : 400));
        OKAY(bad || (is(path, rows[i].path) && is(query, rows[i].query)));
    }
    arena_reset(&mem);
}

TEST(http_head_cookies)
{
    const struct str all = STR("a=1; b=\"2\";c=3=4 ; d; e=; b=9");
    OKAY(is(cookie_find(all, "a"), "1") && is(cookie_find(all, "b"), "2"));
    OKAY(is(cookie_find(all, "c"), "3=4") && is(cookie_find(all, "e"), ""));
    OKAY(!cookie_find(all, "d").p && !cookie_find(all, "A").p);
    OKAY(!cookie_find(STR(""), "a").p);
}

#define MULTI "multipart/form-data; boundary=\"x y\""
#define NAMED(name) "Content-Disposition: form-data; name=\"" name "\"\r\n"

static enum status parse(struct arena *a, const char *type, const char *body,
                         struct http_param **f, size_t *n)
{
    return form_parse(a, str_of(type), str_of(body), f, n);
}

TEST(http_form_multipart)
{
    struct arena mem = {0};
    struct http_param *f;
    size_t n;
    OKAY(parse(&mem, MULTI,
               "--x y\r\n" NAMED(
                   "a") "\r\n1\r\n--x\r\n2\r\n"
                        "--x y\r\nContent-Type: text/csv\r\n"
                        "content-disposition: form-data; name=\"f%22g\"; "
                        "filename=\"C:\\a \\\"b\\\".csv\"\r\n\r\n\xe9;\r\n\r\n"
                        "--x y\r\n" NAMED("a") "\r\n\r\n--x y--\r\n",
               &f, &n) == OK &&
         n == 3);
    OKAY(is(f[0].name, "a") && is(f[0].value, "1\r\n--x\r\n2"));
    OKAY(!f[0].filename.p && !f[0].type.p);
    OKAY(is(f[1].name, "f\"g") && is(f[1].filename, "C:\\a \"b\".csv"));
    OKAY(is(f[1].type, "text/csv") && is(f[1].value, "\xe9;\r\n"));
    OKAY(is(f[2].name, "a") && is(f[2].value, ""));
    OKAY(parse(&mem, MULTI, "--x y--", &f, &n) == OK && n == 0);
    arena_reset(&mem);
}

TEST(http_form_refuses)
{
    static const struct {
        const char *type, *body;
    } rows[] = {
        {"text/plain", "a=b"},
        {"", "a=b"},
        {"application/x-www-form-urlencoded", "a=%"},
        {"application/x-www-form-urlencoded", "\xe9=a"},
        {"multipart/form-data", "--x--"},
        {"multipart/form-data; boundary=", "----"},
        {"multipart/form-data; boundary=\"x", "--x--"},
        {MULTI, "--x y\r\n" NAMED("a") "\r\n1"},
        {MULTI, "--x y\r\n" NAMED("a") "\r\n1\r\n--x y"},
        {MULTI, "--x y\r\n" NAMED("a") "\r\n1\r\n--x yz\r\n"},
        {MULTI, "--x y\r\n" NAMED("a") "1"},
        {MULTI, "--x y\r\n" NAMED("a") NAMED("b") "\r\n1\r\n--x y--"},
        {MULTI, "--x y\r\nContent-Type: a/b\r\n\r\n1\r\n--x y--"},
        {MULTI, "--x y\r\n" NAMED("\xe9") "\r\na\r\n--x y--"},
        {MULTI, "--x y\r\nno colon\r\n" NAMED("a") "\r\n1\r\n--x y--"},
        {MULTI, "before\r\n--x y--"},
        {MULTI, "--x"},
    };
    struct arena mem = {0};
    struct http_param *f;
    size_t n;
    for (size_t i = 0; i < COUNT(rows); i++)
        OKAY(parse(&mem, rows[i].type, rows[i].body, &f, &n) == ERR_INVALID);
    OKAY(parse(&mem, "", "", &f, &n) == OK && n == 0);
    arena_reset(&mem);
}

/* What came before is there to be given back; what is no text is marked. */
TEST(http_form_reads_what_it_can)
{
    struct arena mem = {0};
    struct http_param *f;
    size_t n;
    OKAY(parse(&mem, MULTI,
               "--x y\r\n" NAMED("a") "\r\n1\r\n--x y\r\n" NAMED(
                   "b") "\r\ncut he",
               &f, &n) == ERR_INVALID &&
         n == 2);
    OKAY(is(f[0].value, "1") && is(f[1].value, "cut he") && !f[1].odd);
    OKAY(parse(&mem, "application/x-www-form-urlencoded", "a=1&b=%", &f, &n) ==
             ERR_INVALID &&
         n == 1 && is(f[0].value, "1"));
    OKAY(parse(&mem, "application/x-www-form-urlencoded", "a=%e9%00+&b=%C3%A9",
               &f, &n) == OK &&
         n == 2 && f[0].odd && !f[1].odd);
    OKAY(is(f[0].value, "\xEF\xBF\xBD\xEF\xBF\xBD ") && is(f[1].value, "é"));
    const struct str body = STR("--x y\r\n" NAMED("a") "\r\nb\0c\r\n--x y--");
    OKAY(form_parse(&mem, STR(MULTI), body, &f, &n) == OK && n == 1);
    OKAY(f[0].odd && is(f[0].value, "b\xEF\xBF\xBD"
                                    "c"));
    arena_reset(&mem);
}

TEST(http_form_limits)
{
    struct arena mem = {0};
    struct buf one = {.mem = &mem}, two = {.mem = &mem};
    struct http_param *f;
    size_t n;
    for (int i = 0; i < FORM_FIELDS; i++) {
        buf_str(&one, "a=b&");
        buf_str(&two, "--x y\r\n" NAMED("a") "\r\nb\r\n");
    }
    const char *plain = "Application/X-WWW-form-urlencoded; charset=UTF-8";
    OKAY(parse(&mem, plain, one.p, &f, &n) == OK && n == FORM_FIELDS);
    buf_str(&one, "a=b");
    OKAY(parse(&mem, plain, one.p, &f, &n) == ERR_LIMIT);
    buf_str(&two, "--x y\r\n" NAMED("a") "\r\nb\r\n--x y--");
    OKAY(parse(&mem, MULTI, two.p, &f, &n) == ERR_LIMIT);
    arena_reset(&mem);
}

struct sieved {
    struct buf kept;
    size_t most;
};

static unsigned sieved_keep(void *data, const char *p, size_t n)
{
    struct sieved *to = data;
    if (n > to->most - to->kept.n)
        return 413;
    buf_add(&to->kept, p, n);
    return 0;
}

/* The body through the sieve, so many bytes at a time. */
static struct str sieved(struct arena *a, const char *body, size_t piece)
{
    struct sieved to = {.kept = {.mem = a}, .most = 10000};
    struct sieve *s = sieve_make(a, STR(MULTI));
    const size_t n = strlen(body);
    CHECK(s);
    for (size_t i = 0; i < n; i += piece)
        if (sieve_add(s, body + i, n - i < piece ? n - i : piece, sieved_keep,
                      &to))
            return (struct str){NULL, 0};
    return buf_done(&to.kept);
}

TEST(http_form_sieved_keeps_the_texts)
{
    struct arena mem = {0};
    static const char body[] =
        "--x y\r\nContent-Disposition: form-data; name=\"one\"\r\n\r\nun"
        "\r\n--x y\r\nContent-Disposition: form-data; name=\"file\"; "
        "filename=\"a.bin\"\r\nContent-Type: x/y\r\n\r\n"
        "\r\n--x \r\n-\r\r\n--x\r\n\r\nlong\r\n--x y\r\n"
        "Content-Disposition: form-data; name=\"none\"; filename=\"\"\r\n\r\n"
        "\r\n--x y\r\nContent-Disposition: form-data; name=\"two\"\r\n\r\n"
        "\r\r\n--x \r\nd\r\n--x y--\r\nwhat follows";
    for (size_t piece = 1; piece < sizeof(body); piece++) {
        struct http_param *f;
        size_t n = 0;
        struct str kept = sieved(&mem, body, piece);
        OKAY(kept.p && form_parse(&mem, STR(MULTI), kept, &f, &n) == OK);
        OKAY(n == 4 && str_eq(f[0].value, "un") && str_eq(f[1].name, "file") &&
             str_eq(f[1].filename, "a.bin") && !f[1].value.n && !f[2].value.n &&
             str_eq(f[3].name, "two") && str_eq(f[3].value, "\r\r\n--x \r\nd"));
    }
    arena_reset(&mem);
}

TEST(http_form_sieved_is_bounded)
{
    struct arena mem = {0};
    struct buf b = {.mem = &mem};
    buf_str(&b, "--x y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n");
    for (int i = 0; i < 1200; i++)
        buf_str(&b, "123456789\n");
    OKAY(!sieved(&mem, buf_done(&b).p, 64).p); /* a text over the bound */
    b.n = 0;
    buf_str(&b, "--x y\r\n");
    for (int i = 0; i < 1200; i++)
        buf_str(&b, "123456789\n");
    OKAY(!sieved(&mem, buf_done(&b).p, 64).p); /* heads without an end */
    OKAY(!sieve_make(&mem, STR("application/x-www-form-urlencoded")));
    OKAY(!sieve_make(&mem, STR("multipart/form-data")));
    arena_reset(&mem);
}
