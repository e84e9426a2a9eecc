#include "base/arena.h"

#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    max_align_t data[];
};

struct arena_defer {
    struct arena_defer *next;
    void (*fn)(void *);
    void *data;
};

enum { FIRST_BLOCK = 8192, PAGE_BLOCK = 131072, MOST_BLOCK = 262144 };

/*
 * A page is made in its first block and one of PAGE_BLOCK, which are shelved
 * for the next page: the one put down last is still warm, and malloc has no
 * large pieces to cut, join and give back to the system. A sanitizer would not
 * see who uses a shelved block after its end, so there the shelf is closed.
 */
#define SHELF (SANITIZED ? 0 : 32)
static struct {
    pthread_mutex_t lock;
    struct arena_block *first;
    unsigned n;
} shelf = {PTHREAD_MUTEX_INITIALIZER, NULL, 0};

static struct arena_block *shelf_take(void)
{
    pthread_mutex_lock(&shelf.lock);
    struct arena_block *b = shelf.first;
    if (b) {
        shelf.first = b->next;
        shelf.n--;
    }
    pthread_mutex_unlock(&shelf.lock);
    return b;
}

static bool shelf_put(struct arena_block *b)
{
    pthread_mutex_lock(&shelf.lock);
    const bool kept = shelf.n < SHELF;
    if (kept) {
        b->next = shelf.first;
        shelf.first = b;
        shelf.n++;
    }
    pthread_mutex_unlock(&shelf.lock);
    return kept;
}

static void block_drop(struct arena_block *b)
{
    if (b->size != PAGE_BLOCK || !shelf_put(b))
        free(b);
}

static size_t block_size(const struct arena *a, size_t asked)
{
    size_t room = !a->block                     ? FIRST_BLOCK
                  : a->block->size < PAGE_BLOCK ? PAGE_BLOCK
                                                : MOST_BLOCK;
    return room < asked ? asked : room;
}

static struct arena_block *block_add(struct arena *a, size_t size)
{
    const size_t room = block_size(a, size);
    struct arena_block *b = room == PAGE_BLOCK ? shelf_take() : NULL;
    if (!b)
        b = malloc(sizeof(*b) + room);
    CHECK(b);
    *b = (struct arena_block){a->block, 0, room};
    return a->block = b;
}

void *arena_room(struct arena *a, size_t size)
{
    const size_t align = sizeof(max_align_t);
    if (size > SIZE_MAX / 2 || (a->limit && a->used + size > a->limit)) {
        CHECK(a->full);
        longjmp(*(jmp_buf *)a->full, 1);
    }
    size = (size + align - 1) / align * align;
    struct arena_block *b = a->block;
    if (!b || b->size - b->used < size)
        b = block_add(a, size);
    void *p = (char *)b->data + b->used;
    b->used += size;
    a->used += size;
    return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
    return memset(arena_room(a, size), 0, size);
}

void *arena_array(struct arena *a, size_t size, size_t n)
{
    return arena_alloc(a,
                       size && n > SIZE_MAX / 2 / size ? SIZE_MAX : size * n);
}

void *arena_grow(struct arena *a, void *old, size_t size, size_t n,
                 size_t *room)
{
    enum { FIRST_ROOM = 8 };
    if (n < *room)
        return old;
    size_t more = *room ? *room * 2 : FIRST_ROOM;
    void *p = arena_array(a, size, more);
    if (*room)
        memcpy(p, old, *room * size);
    *room = more;
    return p;
}

char *arena_dup(struct arena *a, const char *p, size_t n)
{
    char *s = arena_room(a, n + 1);
    if (n)
        memcpy(s, p, n);
    s[n] = 0;
    return s;
}

struct piece {
    char text[256];
    size_t n;
};

static bool put(struct piece *p, const char *s, size_t n)
{
    if (!s || n > sizeof(p->text) - p->n)
        return false;
    memcpy(p->text + p->n, s, n);
    p->n += n;
    return true;
}

static bool put_int(struct piece *p, long i)
{
    char text[24];
    size_t at = sizeof(text);
    unsigned long n = i < 0 ? 0 - (unsigned long)i : (unsigned long)i;
    do
        text[--at] = (char)('0' + n % 10);
    while (n /= 10);
    if (i < 0)
        text[--at] = '-';
    return put(p, text + at, sizeof(text) - at);
}

/* Short texts of %s, %d and %ld: nearly all that a page is made of. Asking
 * vsnprintf twice costs ten times as much; false leaves the rest to it. */
static bool quick(struct piece *p, const char *fmt, va_list args)
{
    while (*fmt) {
        bool done = false;
        if (*fmt != '%') {
            if (p->n == sizeof(p->text))
                return false;
            p->text[p->n++] = *fmt++;
            continue;
        }
        if (fmt[1] == 's') {
            const char *s = va_arg(args, const char *);
            done = s && put(p, s, strlen(s));
        } else if (fmt[1] == 'd') {
            done = put_int(p, va_arg(args, int));
        } else if (fmt[1] == 'l' && fmt[2] == 'd') {
            done = put_int(p, va_arg(args, long));
            fmt++;
        }
        if (!done)
            return false;
        fmt += 2;
    }
    return true;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list args)
{
    struct piece p;
    va_list again;
    p.n = 0;
    va_copy(again, args);
    bool done = quick(&p, fmt, again);
    va_end(again);
    if (done)
        return arena_dup(a, p.text, p.n);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    CHECK(n >= 0);
    char *s = arena_room(a, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    return s;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *s = arena_vprintf(a, fmt, args);
    va_end(args);
    return s;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *data)
{
    struct arena_defer *d = NEW(a, struct arena_defer);
    *d = (struct arena_defer){a->defer, fn, data};
    a->defer = d;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->block, a->defer,
                               a->block ? a->block->used : 0, a->used};
}

void arena_settle(struct arena *a, struct arena_mark m)
{
    while (a->defer != m.defer) {
        struct arena_defer *d = a->defer;
        a->defer = d->next;
        d->fn(d->data);
    }
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
    arena_settle(a, m);
    while (a->block != m.block) {
        struct arena_block *b = a->block;
        a->block = b->next;
        block_drop(b);
    }
    if (a->block)
        a->block->used = m.in_block;
    a->used = m.used;
}

void arena_reset(struct arena *a)
{
    arena_rewind(a, (struct arena_mark){0});
}

static _Atomic uint64_t ceilings;

uint64_t arena_ceilings(void)
{
    return ceilings;
}

enum status arena_run(struct arena *a, enum status (*fn)(void *), void *data)
{
    jmp_buf here;
    void *const outer = a->full;
    if (setjmp(here)) {
        a->full = outer;
        ceilings++;
        return ERR_LIMIT;
    }
    a->full = &here;
    enum status s = fn(data);
    a->full = outer;
    return s;
}

void alloc_tune(void)
{
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
    mallopt(M_TOP_PAD, 256 << 10);
}

void *alloc_plain(size_t size)
{
    void *p = calloc(1, size);
    CHECK(p);
    return p;
}

void free_plain(void *p)
{
    free(p);
}
