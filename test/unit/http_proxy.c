/* Whose word is taken on who the client is. */
#include "unit/http_kit.h"

static struct http_proxies proxies(const char *text)
{
    struct http_proxies p;
    OKAY(proxies_parse(str_of(text), &p));
    return p;
}

TEST(proxy_list_is_of_addresses)
{
    static const char *const bad[] = {
        "proxy.example", "10.0.0.0/33", "::1/129",     "10.0.0", "/8",
        "10.0.0.0/",     "1.2.3.4/-1",  "10.0.0.0/8/8"};
    struct http_proxies p;
    for (size_t i = 0; i < COUNT(bad); i++)
        OKAY(!proxies_parse(str_of(bad[i]), &p));
    OKAY(proxies(NULL).n == 0 && proxies("").n == 0 && proxies(" , ").n == 0);
    OKAY(proxies("127.0.0.1, ::1 10.0.0.0/8").n == 3);
}

TEST(proxy_ranges)
{
    struct http_proxies p = proxies("10.1.0.0/15 192.0.2.7 2001:db8::/33");
    static const struct {
        const char *address;
        bool in;
    } rows[] = {
        {"10.0.255.255", true}, {"10.1.2.3", true},
        {"10.2.0.1", false},    {"192.0.2.7", true},
        {"192.0.2.8", false},   {"::ffff:192.0.2.7", true},
        {"2001:db8::1", true},  {"2001:db8:8000::1", false},
        {"unix", false},        {"", false},
        {"192.0.2.7 ", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        OKAY(proxies_have(&p, str_of(rows[i].address)) == rows[i].in);
}

TEST(proxy_client_is_the_last_that_is_no_proxy)
{
    struct arena mem = {0};
    struct http_proxies p = proxies("127.0.0.1 10.0.0.0/8");
    static const struct {
        const char *peer, *forwarded, *client;
    } rows[] = {
        {"127.0.0.1", "", "127.0.0.1"},
        {"127.0.0.1", "198.51.100.7", "198.51.100.7"},
        {"127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"},
        {"127.0.0.1", "198.51.100.7,10.2.3.4 , 10.0.0.1", "198.51.100.7"},
        {"127.0.0.1", "10.0.0.9", "10.0.0.9"},
        {"127.0.0.1", "2001:db8::5", "2001:db8::5"},
        {"127.0.0.1", "<script>", "127.0.0.1"},
        {"127.0.0.1", "<script>, 10.0.0.1", "10.0.0.1"},
        {"127.0.0.1", ",,", "127.0.0.1"},
        {"198.51.100.1", "203.0.113.9", "198.51.100.1"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        OKAY(same(
            proxies_client(&mem, &p, rows[i].peer, str_of(rows[i].forwarded)),
            rows[i].client));
    arena_reset(&mem);
}
