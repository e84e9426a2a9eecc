#include "http/sieve.h"

#include "http/form.h"

enum { HEADS = 8 << 10 }; /* of one part */

struct sieve {
    char cut[80]; /* CR LF, two dashes, the boundary */
    size_t length;
    size_t matched; /* bytes of cut that the body ends with so far */
    bool heads;     /* the heads of a part come; else what it holds */
    bool drops;     /* which is a file */
    bool begun;     /* the first delimiter is in */
    bool done;      /* the last one is: nothing follows that matters */
    char head[HEADS];
    size_t head_n;
};

struct sieve *sieve_make(struct arena *a, struct str type)
{
    static const char kind[] = "multipart/form-data";
    struct str boundary;
    if (type.n < sizeof(kind) - 1 ||
        strncasecmp(type.p, kind, sizeof(kind) - 1) != 0 ||
        !header_param(a, type, "boundary", &boundary) || !boundary.n ||
        boundary.n > 70 || memchr(boundary.p, '\r', boundary.n))
        return NULL;
    struct sieve *s = NEW(a, struct sieve);
    s->length = (size_t)snprintf(s->cut, sizeof(s->cut), "\r\n--%.*s",
                                 (int)boundary.n, boundary.p);
    s->matched = 2; /* the first one stands without its CR LF */
    s->drops = true;
    return s;
}

struct keeping {
    unsigned (*keep)(void *data, const char *p, size_t n);
    void *data;
};

static unsigned pass(const struct keeping *k, const char *p, size_t n)
{
    return n ? k->keep(k->data, p, n) : 0;
}

/* A part's heads are in, or its beginning of them that is kept: is it a file
 * that was chosen? */
static bool names_file(const struct sieve *s)
{
    static const char name[] = "; filename";
    const char *at = memmem(s->head, s->head_n, name, sizeof(name) - 1);
    if (!at)
        return false;
    at += sizeof(name) - 1;
    const size_t left = s->head_n - (size_t)(at - s->head);
    return left < 3 || memcmp(at, "=\"\"", 3) != 0;
}

/* One byte of the heads. They end at a blank line; "--" ends the body. */
static unsigned head_byte(struct sieve *s, char c, const struct keeping *k)
{
    if (s->head_n == HEADS)
        return 413;
    s->head[s->head_n++] = c;
    if (s->head_n < 4 || memcmp(s->head + s->head_n - 4, "\r\n\r\n", 4) != 0)
        return 0;
    s->heads = false;
    s->drops = names_file(s);
    /* A part may be empty: the blank line's CR LF may begin the next cut. */
    s->matched = 0;
    return pass(k, s->head, s->head_n);
}

/* The delimiter is whole: it stays, and heads follow. */
static unsigned cut_found(struct sieve *s, const struct keeping *k)
{
    const size_t skip = s->begun ? 0 : 2; /* as it came */
    s->begun = s->heads = true;
    s->head_n = s->matched = 0;
    return pass(k, s->cut + skip, s->length - skip);
}

/* What a part holds, until the next delimiter may begin: how many bytes. */
static size_t content(struct sieve *s, const char *p, size_t n,
                      const struct keeping *k, unsigned *bad)
{
    const char *cr = s->matched ? p : memchr(p, '\r', n);
    const size_t plain = cr ? (size_t)(cr - p) : n;
    if (plain) {
        if (!s->drops)
            *bad = pass(k, p, plain);
        return plain;
    }
    if (*p == s->cut[s->matched]) {
        s->matched++;
        return 1;
    }
    /* Only its first byte is a CR, so no other beginning is in what matched. */
    if (!s->drops)
        *bad = pass(k, s->cut, s->matched);
    s->matched = 0;
    return 0;
}

unsigned sieve_add(struct sieve *s, const char *p, size_t n,
                   unsigned (*keep)(void *data, const char *p, size_t n),
                   void *data)
{
    const struct keeping k = {keep, data};
    unsigned bad = 0;
    while (n && !bad && !s->done) {
        size_t took = 1;
        if (s->heads) {
            bad = head_byte(s, *p, &k);
            s->done = s->head_n == 2 && memcmp(s->head, "--", 2) == 0;
            if (s->done)
                return pass(&k, s->head, 2);
        } else {
            took = content(s, p, n, &k, &bad);
        }
        p += took;
        n -= took;
        if (!s->heads && s->matched == s->length)
            bad = bad ? bad : cut_found(s, &k);
    }
    return bad;
}
