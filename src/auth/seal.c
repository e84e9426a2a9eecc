#include "auth/seal.h"

#include "base/random.h"

#include <sodium.h>

static_assert(SEAL_OVER == crypto_secretstream_xchacha20poly1305_ABYTES,
              "libsodium's tag");
static_assert(SEAL_KEY == crypto_secretstream_xchacha20poly1305_KEYBYTES,
              "libsodium's key");

/* The head: what it is, how the key is made (a letter, two numbers, a salt),
 * the stream's own beginning. The rest is 0. */
enum {
    AT_HOW = 8,
    AT_OPS = 9,
    AT_MEM = 10, /* MiB, two bytes */
    AT_SALT = 12,
    AT_STREAM = AT_SALT + crypto_pwhash_SALTBYTES,
    OPS = 3,
    MEM = 256,
    OPS_MOST = 16,
    MEM_MOST = 2048,
};
static_assert(AT_STREAM + crypto_secretstream_xchacha20poly1305_HEADERBYTES <=
                  SEAL_HEAD,
              "room in the head");
static const char magic[AT_HOW] = {'E', 's', 's', 'a', 'i', 'm', 'S', '1'};

struct seal {
    crypto_secretstream_xchacha20poly1305_state state;
    unsigned char head[SEAL_HEAD];
    bool begun; /* the first chunk vouches for the head */
};

enum status seal_key_file(struct arena *a, struct str content,
                          struct seal_key *out)
{
    unsigned char *key = arena_alloc(a, SEAL_KEY);
    *out = (struct seal_key){.secret = {(const char *)key, SEAL_KEY}};
    if (content.n == SEAL_KEY) {
        memcpy(key, content.p, SEAL_KEY);
        return OK;
    }
    content = str_trim(content);
    return content.n == (size_t)2 * SEAL_KEY && unhex(content, key, SEAL_KEY)
               ? OK
               : ERR_INVALID;
}

bool seal_is(struct str beginning)
{
    return beginning.n >= SEAL_HEAD &&
           memcmp(beginning.p, magic, sizeof(magic)) == 0;
}

bool seal_by_words(const unsigned char head[SEAL_HEAD])
{
    return head[AT_HOW] == 'w';
}

static enum status key_make(const struct seal_key *key,
                            const unsigned char head[SEAL_HEAD],
                            unsigned char out[SEAL_KEY])
{
    if (!key->words) {
        if (key->secret.n != SEAL_KEY)
            return ERR_INVALID;
        memcpy(out, key->secret.p, SEAL_KEY);
        return OK;
    }
    size_t mem = (size_t)head[AT_MEM] << 8 | head[AT_MEM + 1];
    if (head[AT_OPS] > OPS_MOST || mem > MEM_MOST)
        return ERR_INVALID;
    return crypto_pwhash(out, SEAL_KEY, key->secret.p, key->secret.n,
                         head + AT_SALT, head[AT_OPS], mem << 20,
                         crypto_pwhash_ALG_ARGON2ID13) == 0
               ? OK
               : ERR_SYSTEM;
}

enum status seal_begin(struct arena *a, const struct seal_key *key,
                       unsigned char head[SEAL_HEAD], struct seal **out)
{
    unsigned char k[SEAL_KEY];
    struct seal *s = NEW(a, struct seal);
    if (sodium_init() < 0)
        return ERR_SYSTEM;
    memset(head, 0, SEAL_HEAD);
    memcpy(head, magic, sizeof(magic));
    head[AT_HOW] = key->words ? 'w' : 'k';
    head[AT_OPS] = OPS;
    head[AT_MEM] = MEM >> 8;
    head[AT_MEM + 1] = MEM & 255;
    random_bytes(head + AT_SALT, crypto_pwhash_SALTBYTES);
    TRY(key_make(key, head, k));
    crypto_secretstream_xchacha20poly1305_init_push(&s->state, head + AT_STREAM,
                                                    k);
    sodium_memzero(k, sizeof(k));
    memcpy(s->head, head, SEAL_HEAD);
    *out = s;
    return OK;
}

enum status seal_open(struct arena *a, const struct seal_key *key,
                      const unsigned char head[SEAL_HEAD], struct seal **out)
{
    unsigned char k[SEAL_KEY];
    struct seal *s = NEW(a, struct seal);
    if (sodium_init() < 0)
        return ERR_SYSTEM;
    if (memcmp(head, magic, sizeof(magic)) != 0 ||
        head[AT_HOW] != (key->words ? 'w' : 'k'))
        return ERR_INVALID;
    TRY(key_make(key, head, k));
    int bad = crypto_secretstream_xchacha20poly1305_init_pull(
        &s->state, head + AT_STREAM, k);
    sodium_memzero(k, sizeof(k));
    memcpy(s->head, head, SEAL_HEAD);
    *out = s;
    return bad ? ERR_INVALID : OK;
}

void seal_push(struct seal *s, unsigned char *out, const void *p, size_t n,
               bool last)
{
    crypto_secretstream_xchacha20poly1305_push(
        &s->state, out, NULL, p, n, s->begun ? NULL : s->head,
        s->begun ? 0 : SEAL_HEAD,
        last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
    s->begun = true;
}

bool seal_pull(struct seal *s, unsigned char *out, const unsigned char *p,
               size_t n, bool *last)
{
    unsigned char tag;
    if (n < SEAL_OVER ||
        crypto_secretstream_xchacha20poly1305_pull(
            &s->state, out, NULL, &tag, p, n, s->begun ? NULL : s->head,
            s->begun ? 0 : SEAL_HEAD) != 0)
        return false;
    s->begun = true;
    *last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return true;
}
