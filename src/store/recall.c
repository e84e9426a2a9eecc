#include "store/recall.h"

#include "store/engine.h"

enum { MEMORY = 64 << 10 };

void memory_drop(struct memory *m)
{
    arena_reset(&m->mem);
    m->n = 0;
}

/* The first question of a snapshot asks which it is. */
static bool is_sure(struct conn *c)
{
    struct memory *m = &c->memory;
    int64_t now;
    if (!c->begun || c->writer || !c->engine->version)
        return false;
    if (m->asked)
        return m->sure;
    m->asked = true;
    m->sure = c->engine->version(c, &now) == OK;
    if (!m->sure || now != m->version || m->n == REMEMBERED ||
        m->mem.used > MEMORY)
        memory_drop(m);
    if (m->sure)
        m->version = now;
    return m->sure;
}

const void *conn_recall(struct conn *c, const char *key)
{
    const struct memory *m = &c->memory;
    if (!is_sure(c))
        return NULL;
    const uint64_t hash = text_hash(key, strlen(key));
    for (size_t i = 0; i < m->n; i++)
        if (m->all[i].hash == hash && same(m->all[i].key, key))
            return m->all[i].what;
    return NULL;
}

struct arena *conn_memory(struct conn *c)
{
    struct memory *m = &c->memory;
    return is_sure(c) && m->n < REMEMBERED && m->mem.used <= MEMORY ? &m->mem
                                                                    : NULL;
}

void conn_remember(struct conn *c, const char *key, const void *what)
{
    struct memory *m = &c->memory;
    const size_t n = strlen(key);
    CHECK(m->n < REMEMBERED);
    m->all[m->n++] = (struct remembered){text_hash(key, n),
                                         arena_dup(&m->mem, key, n), what};
}
