/* Which statements a connection keeps prepared. */
#include "store/engine.h"

/* FNV-1a, eight bytes a step; it only chooses a place. */
uint64_t text_hash(const char *p, size_t n)
{
    uint64_t h = 14695981039346656037u ^ n;
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        h = (h ^ w) * 1099511628211u;
        h ^= h >> 29;
    }
    for (; n; p++, n--)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    return h ? h : 1;
}

struct cached *cache_find(struct cache *c, const char *text, uint64_t *hash)
{
    const uint64_t h = *hash = text_hash(text, strlen(text));
    for (size_t i = 0; i < c->room; i++) {
        if (c->hashes[i] != h || strcmp(c->all[i].text, text) != 0)
            continue;
        c->all[i].used = ++c->turn;
        return &c->all[i];
    }
    return NULL;
}

struct cached *cache_place(struct cache *c)
{
    struct cached *best = NULL;
    for (size_t i = 0; i < c->room; i++) {
        struct cached *at = &c->all[i];
        if (!c->hashes[i])
            return at;
        if (!at->busy && (!best || at->used < best->used))
            best = at;
    }
    return best;
}

void cache_put(struct cache *c, struct cached *at, uint64_t hash,
               const char *text, void *stmt)
{
    const size_t n = strlen(text) + 1;
    c->hashes[at - c->all] = hash;
    *at = (struct cached){stmt, alloc_plain(n), ++c->turn, false};
    memcpy(at->text, text, n);
}

void cache_drop(struct cache *c, struct cached *at)
{
    free_plain(at->text);
    *at = (struct cached){0};
    c->hashes[at - c->all] = 0;
}
