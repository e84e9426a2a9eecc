/*
 * Both engines hold the same rows: the demonstration, and rows full of what is
 * hard (nothing, ties, accents, empty and long texts). Every list in every
 * order and under every filter, every search and every figure must give the
 * same bytes in the same order.
 */
#include "core/figure.h"
#include "store/dialect.h"
#include "unit/demo_world.h"

#include <math.h>

enum { ROWS = 40, PAGE = 7, PAGES_MOST = 25 };

struct pair {
    struct demo_world lite, server;
};

/* A generator of one's own, so that both worlds get the same. */
static uint32_t chance(uint32_t *seed, uint32_t most)
{
    CHECK(most);
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % most;
}

static const char *hard_text(struct arena *a, uint32_t *seed, bool unique,
                             int64_t n)
{
    static const char *const texts[] = {
        "",        "École",    "ecole",    "ÉCOLE",
        "Zoé",     "zoe",      "œuvre",    "l'Épine",
        "100 %_",  "a\"b'c\\", "日本語",   "été à Noël",
        "Élève 7", "élève 07", "aa-bb cc", "les collèges de l'Est",
        "z",       "Z",        "0540038Y", "🐝 essaim",
        " x ",     "Æther",    "Δelta",    "ecole2"};
    const uint32_t at = chance(seed, COUNT(texts) + 2);
    const char *text = at < COUNT(texts) ? texts[at] : "";
    if (at >= COUNT(texts)) { /* long, and the same for 300 bytes and more */
        struct buf b = {.mem = a};
        for (int i = 0; i < 200; i++)
            buf_str(&b, "é");
        buf_int(&b, n % 3);
        text = buf_done(&b).p;
    }
    return unique ? arena_printf(a, "%s %" PRId64, text, n) : text;
}

static const double reals[] = {0, 0.1, 1.0 / 3, -2.5, 1e15, 33.333, 1e-9};

static struct value hard_value(struct arena *a, const struct field *f,
                               uint32_t *seed, int64_t n)
{
    const bool unique = f->flags & F_UNIQUE;
    size_t choices = 0;
    if (!(f->flags & F_REQUIRED) && chance(seed, 4) == 0)
        return (struct value){0};
    switch (f->type) {
    case F_TEXT:
    case F_PROSE:
        return value_cstr(hard_text(a, seed, unique, n));
    case F_CHOICE:
        while (f->choices[choices])
            choices++;
        return value_cstr(f->choices[chance(seed, (uint32_t)choices)]);
    case F_REAL:
        return value_real(reals[chance(seed, COUNT(reals))]);
    case F_BOOL:
        return value_int(chance(seed, 2));
    case F_DATE:
        return value_day(20000 + (int32_t)chance(seed, 9));
    case F_SCHOOL_YEAR:
        return value_int(2020 + chance(seed, 4));
    case F_INT:
    case F_MONEY:
    case F_TIME:
        return value_int(unique            ? n
                         : chance(seed, 5) ? (int64_t)chance(seed, 6) - 2
                                           : INT64_C(1) << 40);
    case F_REF:
    case F_FILE:
        break;
    }
    return (struct value){0};
}

struct hard {
    const struct entity *entity;
    uint32_t seed;
    int64_t targets[64]; /* how many rows each reference may lead to */
    int made;
};

static enum status insert_hard(struct conn *c, struct arena *a, void *data)
{
    struct hard *h = data;
    const struct entity *e = h->entity;
    uint32_t seed = h->seed;
    void *row = row_new(a, e);
    struct row *head = row;
    size_t at = 0;
    for (const struct field *f = e->fields; f->name; f++) {
        int64_t ids = f->type == F_REF ? h->targets[at++] : 0;
        struct value v = hard_value(a, f, &seed, (int64_t)h->seed);
        if (f->type == F_REF && ids && chance(&seed, 4))
            v = value_int(1 + chance(&seed, (uint32_t)ids));
        field_set(f, row, v);
    }
    if (e->has_uid)
        head->uid = arena_printf(a, "0190%04x-0000-7000-8000-%012x",
                                 h->seed % 0xffff, h->seed);
    return row_insert(c, a, e, row, (struct actor){0});
}

static enum status count_targets(struct conn *c, struct arena *a,
                                 struct hard *h)
{
    size_t at = 0;
    for (const struct field *f = h->entity->fields; f->name; f++)
        if (f->type == F_REF) {
            CHECK(at < COUNT(h->targets));
            TRY(db_int(
                c,
                (struct sql){arena_printf(
                    a, "SELECT coalesce(max(id), 0) FROM %s", f->target->name)},
                NO_ARGS, &h->targets[at++]));
        }
    return OK;
}

/* A server does not give again the id of a row that was refused: for this test
 * it does. */
static enum status ids_again(struct conn *c, struct arena *a,
                             const struct entity *e)
{
    int64_t id;
    if (dialect_of(c) == &sqlite_dialect)
        return OK;
    return db_int(c,
                  (struct sql){arena_printf(
                      a,
                      "SELECT setval(pg_get_serial_sequence('%s', 'id'), "
                      "coalesce(max(id), 0) + 1, false) FROM %s",
                      e->name, e->name)},
                  NO_ARGS, &id);
}

/* What cannot be (a reference to a row that is not there, a value taken) is
 * refused, on both engines or on none. */
static enum status fill_hard(struct conn *c, struct arena *a, void *data)
{
    struct hard *h = data;
    TRY(count_targets(c, a, h));
    for (int i = 0; i < ROWS; i++) {
        struct arena_mark mark = arena_mark(a);
        h->seed = (uint32_t)(i * 7919 + 17);
        enum status s = db_attempt(c, a, insert_hard, h);
        h->made += s == OK;
        if (s != OK && s != ERR_CONFLICT)
            return s;
        if (s != OK)
            TRY(ids_again(c, a, h->entity));
        arena_rewind(a, mark);
    }
    return OK;
}

static int fill_world(struct demo_world *w, struct arena *a)
{
    int made = 0;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct entity *const *e = (*m)->entities; e && *e; e++) {
            struct hard h = {.entity = *e};
            OKAY(db_write_within(w->db, a, fill_hard, &h, 60000) == OK);
            made += h.made;
        }
    conn_end(w->conn);
    CHECK(conn_begin(w->conn, 0) == OK);
    return made;
}

/* A list as text: all its pages. */
static void list_told(struct demo_world *w, struct buf *b, struct list_ask ask)
{
    struct list l;
    ask.reach = &reach_all;
    ask.limit = PAGE;
    for (int pages = 0; pages < PAGES_MOST; pages++) {
        struct arena mem = {0};
        enum status s = list_load(w->conn, &mem, &ask, &l);
        buf_printf(b, "\n%s %" PRId64 ":", status_name(s), s ? 0 : l.total);
        for (size_t i = 0; s == OK && i < l.n; i++) {
            struct json j = {.out = b};
            json_object(&j, NULL);
            row_json(&j, ask.entity, l.rows[i]);
            json_end_object(&j);
            for (const struct field *f = ask.entity->fields; f->name; f++) {
                struct value v = field_get(f, l.rows[i]);
                if (f->type == F_REF && (f->flags & F_LIST) && v.type)
                    buf_str(b, list_ref_title(&l, f, v.i));
            }
        }
        ask.after = s == OK && l.next
                        ? arena_dup(b->mem, l.next, strlen(l.next))
                        : NULL;
        arena_reset(&mem);
        if (!ask.after)
            return;
    }
}

typedef void told(struct demo_world *w, struct buf *b, void *ask);

static bool same_told(struct pair *p, told *tell, void *ask, const char *what)
{
    struct arena mem = {0};
    struct buf one = {.mem = &mem}, other = {.mem = &mem};
    tell(&p->lite, &one, ask);
    tell(&p->server, &other, ask);
    const char *x = buf_done(&one).p, *y = buf_done(&other).p;
    size_t at = 0;
    while (x[at] && x[at] == y[at])
        at++;
    const bool equal = x[at] == y[at];
    if (!equal) {
        at = at > 60 ? at - 60 : 0;
        printf("  %s:\n  sqlite     %.150s\n  postgresql %.150s\n", what,
               x + at, y + at);
    }
    arena_reset(&mem);
    return equal;
}

static void tell_list(struct demo_world *w, struct buf *b, void *ask)
{
    list_told(w, b, *(struct list_ask *)ask);
}

static int lists_differ(struct pair *p, const struct entity *e)
{
    int wrong = 0;
    struct list_ask ask = {.entity = e};
    for (int down = 0; down < 2; down++) {
        ask.down = down;
        wrong += !same_told(p, tell_list, &ask, e->name);
        for (const struct field *f = e->fields; f->name; f++) {
            if (!(f->flags & F_SORT))
                continue;
            ask.sort = f;
            wrong += !same_told(p, tell_list, &ask, f->name);
        }
        ask.sort = NULL;
    }
    return wrong;
}

static int filters_differ(struct pair *p, const struct entity *e)
{
    int wrong = 0;
    struct arena mem = {0};
    for (const struct field *f = e->fields; f->name; f++) {
        uint32_t seed = 5;
        if (!(f->flags & F_FILTER))
            continue;
        for (int op = IS; op <= IS_UNKNOWN; op++)
            for (int i = 0; i < (op == IS ? 4 : 1); i++) {
                struct filter filter = {f, (enum filter_op)op, {0}};
                filter.value = hard_value(&mem, f, &seed, i);
                if (f->type == F_REF)
                    filter.value = value_int(i + 1);
                if (op != IS && op != IS_UNKNOWN && f->type == F_REF)
                    continue;
                struct list_ask ask = {
                    .entity = e, .filters = &filter, .filter_count = 1};
                wrong += !same_told(p, tell_list, &ask, f->name);
            }
    }
    arena_reset(&mem);
    return wrong;
}

static const char *const asked[] = {
    "ecole",  "École",       "zo",  "z",         "collège est", "100 %_", "",
    "日本語", "l'Épine",     "'",   "\"a:*&|!(", "07",          "e",      "ch",
    "été",    "xyz nothing", "Æth", "0540038Y",  "de"};

struct seeking {
    const struct entity *entity;
    const char *words;
};

static void tell_search(struct demo_world *w, struct buf *b, void *data)
{
    const struct seeking *s = data;
    struct hit *hits;
    size_t n;
    struct list_ask ask = {.entity = s->entity, .search = str_of(s->words)};
    if (search_entity(w->conn, b->mem, s->entity, &reach_all, str_of(s->words),
                      30, &hits, &n) != OK)
        n = 0;
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%" PRId64 " %s\n", hits[i].id, hits[i].title);
    list_told(w, b, ask);
}

static int searches_differ(struct pair *p, const struct entity *e)
{
    int wrong = 0;
    for (size_t i = 0; i < COUNT(asked); i++) {
        struct seeking s = {e, asked[i]};
        wrong += !same_told(p, tell_search, &s, asked[i]);
    }
    return wrong;
}

static void tell_figure(struct demo_world *w, struct buf *b, void *data)
{
    struct figure_ask ask = *(struct figure_ask *)data;
    struct figure_value v = {0};
    struct behind *rows;
    size_t n;
    bool more;
    enum status s = figure_value(w->conn, b->mem, &ask, &v);
    buf_printf(b, "%s %.17g %d\n", status_name(s), v.value, v.hidden);
    s = figure_rows(w->conn, b->mem, &ask, 0, 1000, &rows, &n, &more);
    buf_printf(b, "%s", status_name(s));
    for (size_t i = 0; s == OK && i < n; i++)
        buf_printf(b, "\n%" PRId64 " %.17g %.17g %s", rows[i].id,
                   rows[i].amount, isnan(rows[i].whole) ? -1 : rows[i].whole,
                   rows[i].title);
}

static int figures_differ(struct pair *p, const struct figure *f)
{
    int wrong = 0;
    for (int year = 2022; year <= 2026; year++)
        for (int64_t bassin = 0; bassin < 3; bassin++) {
            struct figure_ask ask = {f, year, bassin ? bassin : NONE,
                                     reach_all};
            wrong += !same_told(p, tell_figure, &ask, f->id);
        }
    return wrong;
}

static int all_differ(struct pair *p)
{
    int wrong = 0;
    for (const struct module *const *m = modules; *m; m++) {
        for (const struct entity *const *e = (*m)->entities; e && *e; e++)
            wrong += lists_differ(p, *e) + filters_differ(p, *e) +
                     searches_differ(p, *e);
        for (const struct figure *f = (*m)->figures; f && f->id; f++)
            wrong += figures_differ(p, f);
    }
    return wrong;
}

TEST_POSTGRES(engines_give_the_same_in_the_same_order)
{
    struct pair p;
    struct arena mem = {0};
    char *path = arena_printf(&mem, "%s/lite.db", test_folder());
    demo_world_open_at(&p.lite, path);
    demo_world_open(&p.server, "server.db");
    OKAY(all_differ(&p) == 0);
    int made = fill_world(&p.lite, &mem);
    OKAY(made > 200 && fill_world(&p.server, &mem) == made);
    OKAY(all_differ(&p) == 0);
    demo_world_close(&p.lite);
    demo_world_close(&p.server);
    arena_reset(&mem);
}
