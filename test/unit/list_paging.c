#include "unit/entity_world.h"

#include "base/utf8.h"

/* A set full of nothing, ties, accents, empty and long texts. */
enum { MANY = 400 };

static uint32_t seed;
static uint32_t dice(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static const char *some_name(struct world *w)
{
    static const char *const names[] = {
        NULL,      "",      "École",   "ecole",  "ÉCOLE ", "Zébulon",
        "Collège", "œuvre", "l'Épine", "été 54", "日本",   "a"};
    if (dice(20) == 0) { /* long, and differing only far behind */
        char *text = arena_alloc(&w->mem, 1000);
        memset(text, 'x', 990);
        text[980] = (char)('a' + dice(26));
        return text;
    }
    return names[dice(COUNT(names))];
}

static struct t_school *some_school(struct world *w, int i, int64_t *areas)
{
    struct t_school *s =
        a_school(w, arena_printf(&w->mem, "U%d", i * 7 % MANY), some_name(w));
    static const char *const kinds[] = {NULL, "ecole", "college"};
    s->kind = kinds[dice(3)];
    if (dice(3))
        s->pupils = (int64_t)dice(5) - 2;
    if (dice(3))
        s->rate = (double)dice(4) / 3;
    if (dice(3))
        s->opened = (int32_t)dice(6) - 3;
    s->rural = (enum yesno)dice(3) - 1;
    s->bassin = dice(4) ? areas[dice(3)] : NONE;
    return s;
}

struct filling {
    struct world *w;
    struct t_school **all;
    int64_t *areas;
};

static enum status fill_in(struct conn *c, struct arena *a, void *data)
{
    struct filling *f = data;
    for (int i = 0; i < MANY; i++) {
        f->all[i] = some_school(f->w, i, f->areas);
        TRY(row_insert(c, a, &t_school_entity, f->all[i],
                       (struct actor){.person = 1}));
    }
    return OK;
}

static struct t_school **fill(struct world *w, int64_t areas[3])
{
    struct filling f = {w, NEW_ARRAY(&w->mem, struct t_school *, MANY), areas};
    areas[0] = an_area(w, "Nancy", NONE);
    areas[1] = an_area(w, "Épinal", areas[0]);
    areas[2] = an_area(w, "Metz", NONE);
    CHECK(world_write(w, fill_in, &f) == OK);
    return f.all;
}

/* The model: what the order should be, from the values alone. */
struct model {
    struct arena *mem;
    const struct field *sort;
    bool down;
};
static struct model model;

static int by_value(struct value x, struct value y)
{
    if (x.type == V_TEXT) {
        struct str p = x.s, q = y.s;
        if (model.sort->type == F_TEXT) {
            p = utf8_fold(model.mem, p), q = utf8_fold(model.mem, q);
            p.n = p.n > 300 ? 300 : p.n, q.n = q.n > 300 ? 300 : q.n;
        }
        int c = memcmp(p.p, q.p, p.n < q.n ? p.n : q.n);
        return c ? c : (p.n > q.n) - (p.n < q.n);
    }
    if (x.type == V_REAL)
        return (x.d > y.d) - (x.d < y.d);
    return (x.i > y.i) - (x.i < y.i);
}

static int by_model(const void *a, const void *b)
{
    const struct t_school *s = *(struct t_school *const *)a;
    const struct t_school *t = *(struct t_school *const *)b;
    int c = 0;
    if (model.sort) {
        struct value x = field_get(model.sort, s), y = field_get(model.sort, t);
        if ((x.type == V_NULL) != (y.type == V_NULL))
            return x.type == V_NULL ? 1 : -1;
        if (x.type != V_NULL)
            c = by_value(x, y);
    }
    if (!c)
        c = (s->row.id > t->row.id) - (s->row.id < t->row.id);
    return model.down ? -c : c;
}

/* Walks all pages and compares with the rows that keep() keeps, in order. */
static bool walk(struct world *w, struct list_ask *ask, struct t_school **all,
                 bool (*keep)(const struct t_school *s))
{
    struct t_school **want = NEW_ARRAY(&w->mem, struct t_school *, MANY);
    size_t n = 0, at = 0;
    struct list l;
    for (int i = 0; i < MANY; i++)
        if (!keep || keep(all[i]))
            want[n++] = all[i];
    model = (struct model){&w->mem, ask->sort, ask->down};
    qsort(want, n, sizeof(struct t_school *), by_model);
    ask->after = NULL;
    do {
        if (list_load(w->conn, &w->mem, ask, &l) != OK)
            return false;
        if (l.total != (int64_t)n || l.n > (size_t)ask->limit)
            return false;
        for (size_t i = 0; i < l.n; i++, at++)
            if (at >= n || ((struct row *)l.rows[i])->id != want[at]->row.id ||
                !row_same(&t_school_entity, l.rows[i], want[at]))
                return false;
        ask->after = l.next;
    } while (l.next);
    return at == n;
}

TEST(list_pages_are_the_whole_set_in_order)
{
    static const char *const sorts[] = {"name",   "uai",  "kind",
                                        "pupils", "rate", "opened",
                                        "rural",  "seen", "budget"};
    struct world w;
    int64_t areas[3];
    seed = 7;
    world_open(&w);
    struct t_school **all = fill(&w, areas);
    for (size_t i = 0; i < COUNT(sorts); i++)
        for (int down = 0; down < 2; down++)
            for (int limit = 1; limit <= 200; limit = limit * 3 + 4) {
                struct list_ask ask = {
                    .entity = &t_school_entity,
                    .reach = &reach_all,
                    .sort = entity_field(&t_school_entity, sorts[i]),
                    .down = down,
                    .limit = limit};
                bool good = walk(&w, &ask, all, NULL);
                OKAY(good);
                if (!good)
                    printf("  %s down %d limit %d\n", sorts[i], down, limit);
            }
    world_close(&w);
}

static int64_t kept_area;
static bool in_area(const struct t_school *s)
{
    return s->bassin == kept_area;
}
static bool some_pupils(const struct t_school *s)
{
    return s->pupils >= 0 && s->pupils <= 1 && s->pupils != NONE;
}
static bool unknown_rural(const struct t_school *s)
{
    return s->rural == UNKNOWN;
}
static bool named_ecole(const struct t_school *s)
{
    struct arena mem = {0};
    bool yes = s->name && str_eq(utf8_fold(&mem, str_of(s->name)), "ecole");
    arena_reset(&mem);
    return yes;
}
static bool near(const struct t_school *s)
{
    return some_pupils(s) && s->bassin == kept_area;
}
static bool low_id(const struct t_school *s)
{
    return s->row.id < 50 && !unknown_rural(s);
}

TEST(list_filters_and_conditions)
{
    struct world w;
    int64_t areas[3];
    seed = 11;
    world_open(&w);
    struct t_school **all = fill(&w, areas);
    const struct entity *e = &t_school_entity;
    const struct field *pupils = entity_field(e, "pupils"),
                       *bassin = entity_field(e, "bassin"),
                       *rural = entity_field(e, "rural"),
                       *name = entity_field(e, "name");
    struct list_ask ask = {
        .entity = e, .reach = &reach_all, .sort = name, .limit = 17};
    kept_area = areas[1];
    struct filter area = {bassin, IS, value_int(areas[1])};
    ask.filters = &area, ask.filter_count = 1;
    OKAY(walk(&w, &ask, all, in_area));
    struct filter both[] = {
        {pupils, FROM, value_int(0)}, {pupils, UPTO, value_int(1)}, area};
    ask.filters = both, ask.filter_count = 2;
    OKAY(walk(&w, &ask, all, some_pupils));
    ask.filter_count = 3;
    OKAY(walk(&w, &ask, all, near));
    struct filter unknown = {rural, IS_UNKNOWN, {0}};
    ask.filters = &unknown, ask.filter_count = 1;
    OKAY(walk(&w, &ask, all, unknown_rural));
    struct filter text = {name, IS, value_cstr("école")};
    ask.filters = &text;
    OKAY(walk(&w, &ask, all, named_ecole));
    ask.filter_count = 0;
    ask.where = SQL("t.id < :most AND t.rural IS NOT NULL");
    ask.args = ARGS(arg_int("most", 50));
    OKAY(walk(&w, &ask, all, low_id));
    world_close(&w);
}

TEST(list_within_a_reach)
{
    struct world w;
    int64_t areas[3];
    seed = 3;
    world_open(&w);
    struct t_school **all = fill(&w, areas);
    struct scope scopes[] = {{&t_area_entity, areas[1]},
                             {&t_school_entity, all[0]->row.id}};
    struct reach none = {.scopes = scopes, .n = 0},
                 one = {.scopes = scopes, .n = 1};
    struct list_ask ask = {.entity = &t_school_entity,
                           .reach = &one,
                           .sort = entity_field(&t_school_entity, "rate"),
                           .limit = 7};
    kept_area = areas[1];
    OKAY(walk(&w, &ask, all, in_area));
    struct list l;
    ask.after = NULL;
    ask.reach = &none;
    OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK && l.n == 0 &&
         l.total == 0 && !l.next);
    world_close(&w);
}

TEST(list_usual_order_titles_and_queries)
{
    struct world w;
    int64_t areas[3];
    seed = 5;
    world_open(&w);
    struct t_school **all = fill(&w, areas);
    const struct field *bassin = entity_field(&t_school_entity, "bassin");
    struct list_ask ask = {
        .entity = &t_school_entity, .reach = &reach_all, .limit = 50};
    struct list l;
    conn_end(w.conn);
    CHECK(conn_begin(w.conn, 0) == OK);
    OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK && l.n == 50);
    OKAY(conn_queries(w.conn) <= 3);
    model =
        (struct model){&w.mem, entity_field(&t_school_entity, "name"), false};
    qsort(all, MANY, sizeof(struct t_school *), by_model);
    for (size_t i = 0; i < l.n; i++) {
        const struct t_school *s = l.rows[i];
        OKAY(s->row.id == all[i]->row.id);
        OKAY(same(list_ref_title(&l, bassin, s->bassin),
                  s->bassin == areas[0]   ? "Nancy"
                  : s->bassin == areas[1] ? "Épinal"
                  : s->bassin == areas[2] ? "Metz"
                                          : ""));
    }
    const char *title;
    OKAY(ref_title(w.conn, &w.mem, bassin, areas[1], &title) == OK &&
         same(title, "Épinal"));
    OKAY(ref_title(w.conn, &w.mem, bassin, NONE, &title) == OK && !*title);
    OKAY(same(list_ref_title(&l, bassin, 12345), ""));
    world_close(&w);
}

TEST(list_takes_titles_that_are_known)
{
    struct world w;
    int64_t areas[3];
    seed = 5;
    world_open(&w);
    fill(&w, areas);
    const struct field *bassin = entity_field(&t_school_entity, "bassin");
    struct linked rows[] = {{areas[0], 1, "N", NULL}, {areas[1], 1, "E", NULL}};
    struct known_rows known = {
        .entity = bassin->target, .rows = rows, .n = 2, .whole = true};
    struct list_ask ask = {.entity = &t_school_entity,
                           .reach = &reach_all,
                           .limit = 50,
                           .known = &known};
    struct list l;
    OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK && l.n == 50);
    OKAY(same(list_ref_title(&l, bassin, areas[0]), "N"));
    OKAY(same(list_ref_title(&l, bassin, areas[1]), "E"));
    OKAY(same(list_ref_title(&l, bassin, areas[2]), ""));
    known.whole = false; /* so there may be more: they are asked for */
    OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK && l.n == 50);
    OKAY(same(list_ref_title(&l, bassin, areas[0]), "Nancy"));
    OKAY(same(list_ref_title(&l, bassin, areas[2]), "Metz"));
    world_close(&w);
}

TEST(list_loads_what_is_asked)
{
    struct world w;
    int64_t areas[3];
    seed = 7;
    world_open(&w);
    fill(&w, areas);
    const struct entity *e = &t_school_entity;
    const struct field *const some[] = {entity_field(e, "name"),
                                        entity_field(e, "bassin"),
                                        entity_field(e, "opened"), NULL};
    struct list_ask ask = {.entity = e, .reach = &reach_all, .limit = 60};
    struct list all, few;
    OKAY(list_load(w.conn, &w.mem, &ask, &all) == OK && all.n == 60);
    ask.fields = some;
    OKAY(list_load(w.conn, &w.mem, &ask, &few) == OK && few.n == 60);
    OKAY(same(few.next, all.next) && few.total == all.total);
    for (size_t i = 0; i < few.n; i++) {
        const struct t_school *a = all.rows[i], *f = few.rows[i];
        struct t_school *want = row_new(&w.mem, e);
        want->name = a->name;
        want->bassin = a->bassin;
        want->opened = a->opened;
        OKAY(f->row.id == a->row.id && f->row.version == 0);
        OKAY(row_same(e, f, want));
        OKAY(same(list_ref_title(&few, some[1], f->bassin),
                  list_ref_title(&all, some[1], f->bassin)));
    }
    world_close(&w);
}

static enum status drop_all_but(struct conn *c, struct arena *a, void *data)
{
    (void)a;
    return db_exec(c, SQL("DELETE FROM t_school WHERE id > :kept"),
                   ARGS(arg_int("kept", *(int64_t *)data)), NULL);
}

/* Of a page that shows them all, nobody counts the rows. */
TEST(list_counts_only_beyond_a_page)
{
    struct world w;
    int64_t areas[3], kept = 20;
    seed = 4;
    world_open(&w);
    fill(&w, areas);
    OKAY(world_write(&w, drop_all_but, &kept) == OK);
    struct list_ask ask = {
        .entity = &t_school_entity, .reach = &reach_all, .limit = 20};
    struct list l;
    for (int limit = 20; limit >= 19; limit--) {
        conn_end(w.conn);
        CHECK(conn_begin(w.conn, 0) == OK);
        ask.limit = limit;
        OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK && l.total == 20);
        OKAY((l.next != NULL) == (limit == 19));
        OKAY(conn_queries(w.conn) == (limit == 19 ? 3 : 2));
    }
    ask.after = l.next;
    OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK && l.total == 20);
    world_close(&w);
}

/* What the search has counted is not counted again. */
TEST(list_search_counts_once)
{
    struct world w;
    int64_t areas[3];
    seed = 4;
    world_open(&w);
    fill(&w, areas);
    struct list_ask ask = {.entity = &t_school_entity,
                           .reach = &reach_all,
                           .search = STR("ecole"),
                           .limit = LIST_MOST};
    struct list l;
    conn_end(w.conn);
    CHECK(conn_begin(w.conn, 0) == OK);
    OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK && l.n);
    OKAY(l.total == (int64_t)l.n && conn_queries(w.conn) == 3);
    world_close(&w);
}

TEST(list_refuses_cursors_not_ours)
{
    struct world w;
    int64_t areas[3];
    seed = 9;
    world_open(&w);
    fill(&w, areas);
    const struct entity *e = &t_school_entity;
    struct list_ask ask = {.entity = e,
                           .reach = &reach_all,
                           .sort = entity_field(e, "name"),
                           .limit = 60};
    struct list l, next;
    CHECK(list_load(w.conn, &w.mem, &ask, &l) == OK && l.next);
    const size_t n = strlen(l.next);
    for (size_t i = 0; i < n; i++) { /* each character, another */
        char *bad = arena_dup(&w.mem, l.next, n);
        bad[i] = bad[i] == '0' ? '1' : '0';
        ask.after = bad;
        OKAY(list_load(w.conn, &w.mem, &ask, &next) == ERR_INVALID);
        bad[i] = 0; /* and cut short */
        OKAY(list_load(w.conn, &w.mem, &ask, &next) == ERR_INVALID);
    }
    static const char *const not_ours[] = {"", "x", "00", "é", "zz'; DROP"};
    for (size_t i = 0; i < COUNT(not_ours); i++) {
        ask.after = not_ours[i];
        OKAY(list_load(w.conn, &w.mem, &ask, &next) == ERR_INVALID);
    }
    ask.after = l.next; /* another order */
    ask.down = true;
    OKAY(list_load(w.conn, &w.mem, &ask, &next) == ERR_INVALID);
    ask.down = false;
    OKAY(list_load(w.conn, &w.mem, &ask, &next) == OK);
    world_close(&w);
}

static enum status many_in(struct conn *c, struct arena *a, void *data)
{
    struct world *w = data;
    for (int i = 0; i < FOUND_MANY; i++) {
        struct arena_mark mark = arena_mark(a);
        struct t_school *s = a_school(w, arena_printf(a, "U%d", i), "Valcourt");
        TRY(row_insert(c, a, &t_school_entity, s, (struct actor){.person = 1}));
        arena_rewind(a, mark);
    }
    return OK;
}

/* The first page is by name, or newest first; who turns to the next one gets
 * the next one, though somebody adds a row or takes one meanwhile. */
TEST(list_goes_on_in_the_order_of_its_cursor)
{
    struct world w;
    struct list l;
    world_open(&w);
    struct t_school *first = a_school(&w, "A", "Valcourt A");
    OKAY(world_write(&w, many_in, &w) == OK);
    struct list_ask ask = {.entity = &t_school_entity,
                           .reach = &reach_all,
                           .search = STR("valcourt"),
                           .sort = entity_field(&t_school_entity, "uai"),
                           .limit = 2};
    const struct t_school *const *rows;
    OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK && !l.newest && l.next);
    rows = (const struct t_school *const *)l.rows;
    OKAY(same(rows[0]->uai, "U0") && same(rows[1]->uai, "U1"));
    OKAY(put(&w, &t_school_entity, first, 0) == OK);
    ask.after = l.next;
    OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK && !l.newest);
    rows = (const struct t_school *const *)l.rows;
    OKAY(l.n == 2 && same(rows[0]->uai, "U10") && same(rows[1]->uai, "U100"));
    ask.after = NULL;
    OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK && l.newest && l.next);
    rows = (const struct t_school *const *)l.rows;
    OKAY(same(rows[0]->uai, "A") && same(rows[1]->uai, "U39999"));
    OKAY(drop_row(&w, &t_school_entity, first->row.id, 1) == OK);
    ask.after = l.next;
    OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK && l.newest);
    rows = (const struct t_school *const *)l.rows;
    OKAY(l.n == 2 && same(rows[0]->uai, "U39998"));
    world_close(&w);
}
