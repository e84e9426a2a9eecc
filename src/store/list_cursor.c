#include "store/list_cursor.h"

#include "base/random.h"
#include "store/list.h"

/*
 * Hexadecimal of: 8 bytes of checksum, a letter for the key's type, the id, ':'
 * and the key. The checksum keeps out what was cut or edited by mistake; a
 * forged place would lead to rows in reach all the same.
 */
enum { SUM = 8, CURSOR_MOST = 2 * (SUM + 32 + FOLD_MOST) };
static_assert((int)CURSOR_MOST < (int)LIST_CURSOR, "as list.h says");

static void checksum(unsigned char out[SUM], const char *order, struct str body)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (; *order; order++)
        h = (h ^ (unsigned char)*order) * 1099511628211u;
    for (size_t i = 0; i < body.n; i++)
        h = (h ^ (unsigned char)body.p[i]) * 1099511628211u;
    for (size_t i = 0; i < SUM; i++)
        out[i] = (unsigned char)(h >> (8 * i));
}

const char *place_write(struct arena *a, const char *order,
                        const struct place *p)
{
    static const char types[] = {[V_NULL] = 'n',
                                 [V_INT] = 'i',
                                 [V_REAL] = 'r',
                                 [V_TEXT] = 't',
                                 [V_BLOB] = 'b'};
    struct buf body = {.mem = a}, all = {.mem = a};
    unsigned char sum[SUM];
    buf_char(&body, types[p->key.type]);
    buf_int(&body, p->id);
    buf_char(&body, ':');
    if (p->key.type == V_INT)
        buf_int(&body, p->key.i);
    else if (p->key.type == V_REAL)
        buf_add(&body, (const char *)&p->key.d, sizeof(p->key.d));
    else if (p->key.type == V_TEXT)
        buf_add(&body, p->key.s.p, p->key.s.n);
    checksum(sum, order, buf_done(&body));
    buf_add(&all, (const char *)sum, SUM);
    buf_add(&all, body.p, body.n);
    return hex(a, all.p, all.n);
}

static bool key_read(char type, struct str text, struct value *out)
{
    *out = (struct value){0};
    switch (type) {
    case 'n':
        return !text.n;
    case 'i':
        out->type = V_INT;
        return str_int(text, &out->i);
    case 'r':
        out->type = V_REAL;
        if (text.n != sizeof(out->d))
            return false;
        memcpy(&out->d, text.p, sizeof(out->d));
        return out->d == out->d;
    case 't':
        out->type = V_TEXT;
        out->s = text;
        return true;
    default:
        return false;
    }
}

enum status place_read(struct arena *a, const char *order, const char *cursor,
                       struct place *out)
{
    const struct str text = str_of(cursor);
    const size_t n = text.n / 2;
    unsigned char sum[SUM];
    struct place p;
    if (text.n % 2 || n < SUM + 3 || text.n > CURSOR_MOST)
        return ERR_INVALID;
    char *all = arena_alloc(a, n + 1);
    if (!unhex(text, all, n))
        return ERR_INVALID;
    struct str key = {all + SUM, n - SUM}, id;
    checksum(sum, order, key);
    if (memcmp(sum, all, SUM) != 0)
        return ERR_INVALID;
    const char type = *key.p++;
    key.n--;
    if (!str_next(&key, ':', &id) || !str_int(id, &p.id) || !key.p ||
        !key_read(type, key, &p.key))
        return ERR_INVALID;
    *out = p;
    return OK;
}
