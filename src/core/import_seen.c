#include "core/import_seen.h"

static uint64_t key_hash(struct str key)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < key.n; i++)
        h = (h ^ (unsigned char)key.p[i]) * 1099511628211u;
    return h ^ h >> 32;
}

static struct seen_slot *slot_of(const struct seen *s, struct str key)
{
    size_t i = key_hash(key) & (s->room - 1);
    while (s->slots[i].line && (s->slots[i].key.n != key.n ||
                                memcmp(s->slots[i].key.p, key.p, key.n) != 0))
        i = (i + 1) & (s->room - 1);
    return &s->slots[i];
}

static void seen_grow(struct seen *s)
{
    struct seen old = *s;
    s->room = old.room ? old.room * 2 : 1024;
    s->slots = NEW_ARRAY(&s->mem, struct seen_slot, s->room);
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].line)
            *slot_of(s, old.slots[i].key) = old.slots[i];
}

static struct str key_of(struct arena *a, const char *what, struct str text)
{
    struct buf b = {.mem = a};
    buf_str(&b, what);
    buf_char(&b, ' ');
    buf_add(&b, text.p, text.n);
    return buf_done(&b);
}

int64_t seen_line(const struct seen *s, struct arena *a, const char *what,
                  struct str text)
{
    return s->room ? slot_of(s, key_of(a, what, text))->line : 0;
}

int64_t seen_before(struct seen *s, struct arena *a, const char *what,
                    struct str text, int64_t line)
{
    if (s->n * 2 >= s->room)
        seen_grow(s);
    const struct str key = key_of(a, what, text);
    struct seen_slot *slot = slot_of(s, key);
    if (slot->line || s->looks)
        return slot->line == line ? 0 : slot->line;
    *slot = (struct seen_slot){{arena_dup(&s->mem, key.p, key.n), key.n}, line};
    s->n++;
    return 0;
}

int64_t seen_twin(struct seen *s, struct arena *a, const struct entity *e,
                  const void *row, int64_t line)
{
    for (const struct index *i = e->indexes; i && i->columns; i++) {
        struct str key;
        if (!i->unique || i->where.text ||
            !row_key(a, e, row, i->columns, &key))
            continue;
        int64_t before = seen_before(s, a, "", key, line);
        if (before)
            return before;
    }
    return 0;
}

int64_t seen_turn(struct seen *s, struct arena *a, const struct entity *e,
                  const void *row, int64_t line)
{
    struct str key;
    if (!e->turns || !row_key(a, e, row, e->turns->keys, &key))
        return 0;
    const struct days days = row_days(e, row);
    const size_t at = s->turn_count;
    const int64_t first = seen_before(s, a, "turns", key, (int64_t)at + 1);
    size_t last = at;
    for (size_t i = first ? (size_t)first - 1 : 0; first;
         i = s->turns[i].next) {
        const struct seen_turn *t = &s->turns[i];
        if (t->days.from <= days.until && days.from <= t->days.until)
            return t->line;
        last = i;
        if (!t->next)
            break;
    }
    if (s->looks)
        return 0;
    s->turns =
        arena_grow(&s->mem, s->turns, sizeof(*s->turns), at, &s->turn_room);
    s->turns[at] = (struct seen_turn){days, line, 0};
    if (last != at)
        s->turns[last].next = at;
    s->turn_count++;
    return 0;
}
