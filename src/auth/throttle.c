#include "auth/throttle.h"

#include "base/random.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sodium.h>

#define SECOND INT64_C(1000000000)
enum { SLOTS = 4096, NEIGHBOURS = 8, KEYS = 3, MARK_BYTES = 16 };

/* So many tries at once, then one each so many seconds. */
struct pace {
    char kind;
    int burst, seconds;
};
static const struct pace of_pair = {'p', 5, 30};
static const struct pace of_address = {'a', 30, 2};
static const struct pace of_account = {'e', 20, 10};
static const struct pace of_known = {'k', 10, 10};
/* The staff rooms of several schools may be behind one address; how often one
 * person asks is held back by their mail. */
static const struct pace of_stranger = {'s', 40, 40 * 60};

struct slot {
    uint64_t key;
    int64_t due; /* when all that was tried is paid for */
};

/* Strangers' keys have a table of their own: they are cheap to make, and would
 * push those of accounts out. */
enum table { SIGN_INS, STRANGERS, TABLES };

struct throttle {
    pthread_mutex_t lock;
    unsigned char secret[crypto_shorthash_KEYBYTES]; /* nobody chooses slots */
    struct slot slots[TABLES][SLOTS];
};

struct keys {
    enum table table;
    size_t n;
    struct {
        const struct pace *pace;
        uint64_t key;
    } all[KEYS];
};

struct throttle *throttle_make(struct arena *a)
{
    struct throttle *t = NEW(a, struct throttle);
    pthread_mutex_init(&t->lock, NULL);
    random_bytes(t->secret, sizeof(t->secret));
    return t;
}

/* The network of an IPv6 address, any other text as it is. */
static struct str network(const char *address, unsigned char bytes[16])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (inet_pton(AF_INET6, address, bytes) != 1 ||
        memcmp(bytes, mapped, sizeof(mapped)) == 0)
        return str_of(address);
    return (struct str){(const char *)bytes, 8};
}

static void key_add(struct keys *keys, const struct throttle *t,
                    const struct pace *pace, struct str a, struct str b)
{
    unsigned char part[2][crypto_shorthash_BYTES + 1], out[8];
    crypto_shorthash(part[0], (const unsigned char *)a.p, a.n, t->secret);
    part[0][crypto_shorthash_BYTES] = (unsigned char)pace->kind;
    crypto_shorthash(part[1], (const unsigned char *)b.p, b.n, t->secret);
    part[1][crypto_shorthash_BYTES] = 0;
    crypto_shorthash(out, part[0], sizeof(part), t->secret);
    keys->all[keys->n].pace = pace;
    memcpy(&keys->all[keys->n++].key, out, sizeof(out));
}

static struct keys keys_of(const struct throttle *t,
                           const struct sign_in_try *s)
{
    struct keys keys = {0};
    unsigned char bytes[16];
    struct str from = network(s->address, bytes), none = STR("");
    if (s->known) {
        key_add(&keys, t, &of_known, s->email, none);
        return keys;
    }
    key_add(&keys, t, &of_pair, s->email, from);
    key_add(&keys, t, &of_address, from, none);
    key_add(&keys, t, &of_account, s->email, none);
    return keys;
}

/* That of the key, or the one of its neighbours that is free the soonest. */
static struct slot *slot_of(struct throttle *t, enum table table, uint64_t key)
{
    struct slot *best = NULL;
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        struct slot *s = &t->slots[table][(key + i) % SLOTS];
        if (s->key == key)
            return s;
        if (!best || s->due < best->due)
            best = s;
    }
    return best;
}

static int64_t due_of(struct throttle *t, enum table table, uint64_t key,
                      int64_t now)
{
    const struct slot *s = slot_of(t, table, key);
    return s->key == key && s->due > now ? s->due : now;
}

/* 0, and the try is counted under each key; or the seconds to wait. */
static unsigned pass(struct throttle *t, const struct keys *keys, int64_t now)
{
    int64_t wait = 0;
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < keys->n; i++) {
        const struct pace *p = keys->all[i].pace;
        int64_t early = due_of(t, keys->table, keys->all[i].key, now) - now -
                        (int64_t)(p->burst - 1) * p->seconds * SECOND;
        if (early > wait)
            wait = early;
    }
    for (size_t i = 0; !wait && i < keys->n; i++) {
        const uint64_t key = keys->all[i].key;
        const int64_t due = due_of(t, keys->table, key, now);
        *slot_of(t, keys->table, key) =
            (struct slot){key, due + keys->all[i].pace->seconds * SECOND};
    }
    pthread_mutex_unlock(&t->lock);
    return (unsigned)((wait + SECOND - 1) / SECOND);
}

unsigned throttle_wait(struct throttle *t, const struct sign_in_try *s,
                       int64_t now)
{
    const struct keys keys = keys_of(t, s);
    return pass(t, &keys, now);
}

unsigned throttle_stranger(struct throttle *t, const char *address, int64_t now)
{
    struct keys keys = {.table = STRANGERS};
    unsigned char bytes[16];
    key_add(&keys, t, &of_stranger, network(address, bytes), STR(""));
    return pass(t, &keys, now);
}

/* What this try cost is given back; of the account from that address, all. */
void throttle_right(struct throttle *t, const struct sign_in_try *s)
{
    const struct keys keys = keys_of(t, s);
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < keys.n; i++) {
        const struct pace *p = keys.all[i].pace;
        struct slot *slot = slot_of(t, keys.table, keys.all[i].key);
        if (slot->key != keys.all[i].key)
            continue;
        slot->due -= p->seconds * SECOND;
        if (p == &of_pair || p == &of_known)
            slot->due = 0;
    }
    pthread_mutex_unlock(&t->lock);
}

const char *account_mark(struct arena *a, const unsigned char key[TOKEN_KEY],
                         struct str email)
{
    unsigned char out[MARK_BYTES];
    struct buf b = {.mem = a};
    buf_str(&b, "account ");
    buf_add(&b, email.p, email.n);
    CHECK(crypto_generichash(out, sizeof(out), (const unsigned char *)b.p, b.n,
                             key, TOKEN_KEY) == 0);
    return hex(a, out, sizeof(out));
}

bool account_mark_right(struct arena *a, const unsigned char key[TOKEN_KEY],
                        struct str email, struct str mark)
{
    const char *right = account_mark(a, key, email);
    return mark.n == strlen(right) && same_bytes(mark.p, right, mark.n);
}
