#include "base/random.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>

static void start(void)
{
    CHECK(sodium_init() >= 0);
}

static void ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
}

void random_bytes(void *p, size_t n)
{
    ready();
    randombytes_buf(p, n);
}

char *hex(struct arena *a, const void *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = p;
    char *s = arena_alloc(a, n * 2 + 1);
    for (size_t i = 0; i < n; i++) {
        s[i * 2] = digits[from[i] >> 4];
        s[i * 2 + 1] = digits[from[i] & 15];
    }
    return s;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool unhex(struct str s, void *out, size_t n)
{
    unsigned char *to = out;
    if (s.n % 2 || s.n / 2 != n)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (digit(s.p[i]) < 0)
            return false;
    for (size_t i = 0; i < n; i++)
        to[i] = (unsigned char)(digit(s.p[2 * i]) * 16 + digit(s.p[2 * i + 1]));
    return true;
}

char *random_hex(struct arena *a, size_t n)
{
    unsigned char *bytes = arena_alloc(a, n + 1);
    random_bytes(bytes, n);
    return hex(a, bytes, n);
}

/* Milliseconds in the upper 48 bits and their 4096ths below (RFC 9562, 6.2,
 * method 3), each larger than the one before in this process. */
static uint64_t next_stamp(void)
{
    static _Atomic uint64_t last;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    uint64_t ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
    uint64_t now = ms << 12 | (uint64_t)t.tv_nsec % 1000000 * 4096 / 1000000;
    uint64_t before = atomic_load(&last), stamp;
    do
        stamp = now > before ? now : before + 1;
    while (!atomic_compare_exchange_weak(&last, &before, stamp));
    return stamp;
}

void uuid7_bytes(unsigned char out[16])
{
    uint64_t stamp = next_stamp();
    random_bytes(out + 8, 8);
    for (int i = 0; i < 6; i++)
        out[i] = (unsigned char)(stamp >> (52 - 8 * i));
    out[6] = (unsigned char)(0x70 | (stamp >> 8 & 15));
    out[7] = (unsigned char)stamp;
    out[8] = (unsigned char)(0x80 | (out[8] & 0x3F));
}

char *uuid7(struct arena *a)
{
    unsigned char u[16];
    uuid7_bytes(u);
    const char *h = hex(a, u, 16);
    char *text = arena_alloc(a, 37), *to = text;
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            *to++ = '-';
        *to++ = h[i];
    }
    return text;
}

bool uuid_ok(struct str s)
{
    if (s.n != 36)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.p[i] != '-' : digit(s.p[i]) < 0)
            return false;
    }
    return true;
}

void sha256(unsigned char out[SHA256], struct str s)
{
    crypto_hash_sha256(out, (const unsigned char *)s.p, s.n);
}

bool same_bytes(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

int64_t uuid7_time(struct str uuid)
{
    enum { KIND = 14 };
    unsigned char ms[6];
    int64_t n = 0;
    if (!uuid_ok(uuid) || uuid.p[KIND] != '7' ||
        !unhex((struct str){uuid.p, 8}, ms, 4) ||
        !unhex((struct str){uuid.p + 9, 4}, ms + 4, 2))
        return -1;
    for (size_t i = 0; i < sizeof(ms); i++)
        n = n * 256 + ms[i];
    return n / 1000;
}
