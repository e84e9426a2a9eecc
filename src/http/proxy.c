#include "http/proxy.h"

#include <arpa/inet.h>

static bool address_read(struct str s, unsigned char out[16])
{
    char text[INET6_ADDRSTRLEN + 1];
    if (!s.n || s.n >= sizeof(text))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    memset(out, 0, 10);
    out[10] = out[11] = 0xff;
    return inet_pton(AF_INET, text, out + 12) == 1 ||
           inet_pton(AF_INET6, text, out) == 1;
}

static bool one_parse(struct str one, struct http_proxies *out)
{
    int64_t bits = 128;
    struct str address = {0}, rest = one;
    if (out->n == PROXIES)
        return false;
    str_next(&rest, '/', &address);
    if (!address_read(address, out->all[out->n].address))
        return false;
    if (rest.p) {
        const bool four = memchr(address.p, ':', address.n) == NULL;
        if (!str_int(rest, &bits) || bits < 0 || bits > (four ? 32 : 128))
            return false;
        bits += four ? 96 : 0;
    }
    out->all[out->n++].bits = (unsigned)bits;
    return true;
}

bool proxies_parse(struct str text, struct http_proxies *out)
{
    *out = (struct http_proxies){0};
    for (size_t at = 0, end; at < text.n; at = end + 1) {
        for (end = at; end < text.n && !strchr(" ,", text.p[end]);)
            end++;
        if (end > at && !one_parse((struct str){text.p + at, end - at}, out))
            return false;
    }
    return true;
}

static bool same_bits(const unsigned char *a, const unsigned char *b,
                      unsigned bits)
{
    const unsigned whole = bits / 8, rest = bits % 8;
    return memcmp(a, b, whole) == 0 &&
           (!rest || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0);
}

bool proxies_have(const struct http_proxies *p, struct str address)
{
    unsigned char bytes[16];
    if (!p->n || !address_read(address, bytes))
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (same_bits(bytes, p->all[i].address, p->all[i].bits))
            return true;
    return false;
}

const char *proxies_client(struct arena *a, const struct http_proxies *p,
                           const char *peer, struct str forwarded)
{
    struct str client = str_of(peer);
    unsigned char bytes[16];
    while (forwarded.n && proxies_have(p, client)) {
        size_t from = forwarded.n;
        while (from && forwarded.p[from - 1] != ',')
            from--;
        struct str next =
            str_trim((struct str){forwarded.p + from, forwarded.n - from});
        if (!address_read(next, bytes))
            break;
        client = next;
        forwarded.n = from ? from - 1 : 0;
    }
    return client.p == peer ? peer : str_dup(a, client);
}
