#include "auth/seal.h"

#include "base/random.h"

#include <openssl/evp.h>
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
    TAG = 16,
    NONCE = 12,
    OPS = 3,
    MEM = 256,
    OPS_MOST = 16,
    MEM_MOST = 2048,
};
static_assert(AT_STREAM + crypto_secretstream_xchacha20poly1305_HEADERBYTES <=
                  SEAL_HEAD,
              "room in the head");
static const char magic[AT_HOW] = {'E', 's', 's', 'a', 'i', 'm', 'S', '2'};
/* The first version: libsodium's secretstream. It is only read any more. */
static const char first[AT_HOW] = {'E', 's', 's', 'a', 'i', 'm', 'S', '1'};

struct seal {
    crypto_secretstream_xchacha20poly1305_state state; /* of the first */
    bool is_first;
    unsigned char key[SEAL_KEY]; /* of this stream alone */
    uint64_t turn;
    unsigned char head[SEAL_HEAD];
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
           (memcmp(beginning.p, magic, sizeof(magic)) == 0 ||
            memcmp(beginning.p, first, sizeof(first)) == 0);
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
    random_bytes(head + AT_STREAM, crypto_core_hchacha20_INPUTBYTES);
    crypto_core_hchacha20(s->key, head + AT_STREAM, k, NULL);
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
    if (!seal_is((struct str){(const char *)head, SEAL_HEAD}) ||
        head[AT_HOW] != (key->words ? 'w' : 'k'))
        return ERR_INVALID;
    TRY(key_make(key, head, k));
    s->is_first = memcmp(head, first, sizeof(first)) == 0;
    crypto_core_hchacha20(s->key, head + AT_STREAM, k, NULL);
    int bad = s->is_first && crypto_secretstream_xchacha20poly1305_init_pull(
                                 &s->state, head + AT_STREAM, k);
    sodium_memzero(k, sizeof(k));
    memcpy(s->head, head, SEAL_HEAD);
    *out = s;
    return bad ? ERR_INVALID : OK;
}

/* One chunk, either way. Its nonce is its number and whether it is the last,
 * so that none can be left out, moved or cut off (STREAM, as age has it). */
static bool chunk(struct seal *s, bool seals, unsigned char last,
                  unsigned char *out, const unsigned char *p, size_t n,
                  unsigned char tag[TAG])
{
    unsigned char nonce[NONCE] = {[NONCE - 1] = last};
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int did, way = seals ? 1 : 0;
    for (int i = 0; i < 8; i++)
        nonce[NONCE - 2 - i] = (unsigned char)(s->turn >> 8 * i);
    CHECK(c && EVP_CipherInit_ex(c, EVP_chacha20_poly1305(), NULL, s->key,
                                 nonce, way) == 1);
    CHECK(seals ||
          EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG, tag) == 1);
    /* The first chunk vouches for the head. */
    CHECK(s->turn || EVP_CipherUpdate(c, NULL, &did, s->head, SEAL_HEAD) == 1);
    CHECK(EVP_CipherUpdate(c, out, &did, p, (int)n) == 1);
    const bool right = EVP_CipherFinal_ex(c, out + did, &did) == 1;
    CHECK(!seals ||
          EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, tag) == 1);
    EVP_CIPHER_CTX_free(c);
    s->turn++;
    return right;
}

/* Whether it is the last, what is sealed, and its tag. */
void seal_push(struct seal *s, unsigned char *out, const void *p, size_t n,
               bool last)
{
    out[0] = last;
    CHECK(chunk(s, true, last, out + 1, p, n, out + 1 + n));
}

static bool pull_first(struct seal *s, unsigned char *out,
                       const unsigned char *p, size_t n, bool *last)
{
    unsigned char tag;
    if (crypto_secretstream_xchacha20poly1305_pull(
            &s->state, out, NULL, &tag, p, n, s->turn ? NULL : s->head,
            s->turn ? 0 : SEAL_HEAD) != 0)
        return false;
    s->turn++;
    *last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return true;
}

bool seal_pull(struct seal *s, unsigned char *out, const unsigned char *p,
               size_t n, bool *last)
{
    unsigned char tag[TAG];
    if (n < SEAL_OVER)
        return false;
    if (s->is_first)
        return pull_first(s, out, p, n, last);
    *last = p[0] == 1;
    memcpy(tag, p + n - TAG, TAG);
    return chunk(s, false, p[0], out, p + 1, n - SEAL_OVER, tag);
}
