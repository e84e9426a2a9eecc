/*
 * Proxies whose word is taken: who the client is (X-Forwarded-For), whether it
 * came by TLS (X-Forwarded-Proto), and the name that it asked for
 * (X-Forwarded-Host). Nobody else's is.
 */
#pragma once

#include "http/exchange.h"

enum { PROXIES = 32 };
struct http_proxies {
    size_t n;
    struct {
        unsigned char address[16]; /* IPv4 as ::ffff:a.b.c.d */
        unsigned bits;
    } all[PROXIES];
};

/* "127.0.0.1 ::1 10.0.0.0/8", by spaces or commas. False: one of them is no
 * address. */
bool proxies_parse(struct str text, struct http_proxies *out) MUST_USE;
bool proxies_have(const struct http_proxies *p, struct str address);
/* The client behind the proxies: the last of the addresses forwarded that is
 * none of them, or peer where peer is none. In a. */
const char *proxies_client(struct arena *a, const struct http_proxies *p,
                           const char *peer, struct str forwarded);
