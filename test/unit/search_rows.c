#include "unit/entity_world.h"

static int64_t add(struct world *w, const char *uai, const char *name,
                   const char *note)
{
    struct t_school *s = a_school(w, uai, name);
    s->note = note;
    CHECK(put(w, &t_school_entity, s, 0) == OK);
    return s->row.id;
}

/* The ids found, as "3 1 2". */
static bool finds(struct world *w, const char *typed, const struct reach *reach,
                  const char *ids)
{
    struct hit *hits;
    size_t n;
    struct buf b = {.mem = &w->mem};
    if (search_entity(w->conn, &w->mem, &t_school_entity, reach, str_of(typed),
                      10, &hits, &n))
        return false;
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s%" PRId64, i ? " " : "", hits[i].id);
    if (!str_eq(buf_done(&b), ids))
        printf("  \"%s\" finds %s\n", typed, buf_done(&b).p);
    return str_eq(buf_done(&b), ids);
}

TEST(search_order_equal_begins_other_newest)
{
    struct world w;
    world_open(&w);
    add(&w, "0540001A", "Collège Valcourt", NULL);        /* 1 */
    add(&w, "0540002B", "Valcourt", NULL);                /* 2 */
    add(&w, "0540003C", "Valcourt-le-Haut", NULL);        /* 3 */
    add(&w, "0540004D", "École", "près de valcourt");     /* 4 */
    add(&w, "0540005E", "VALCOURT", NULL);                /* 5 */
    add(&w, "0540006F", "Valcourt école", NULL);          /* 6 */
    add(&w, "0540007G", NULL, "l'école des Valcourtois"); /* 7 */
    OKAY(finds(&w, "valcourt", &reach_all, "5 2 6 3 7 4 1"));
    OKAY(finds(&w, "VALC", &reach_all, "6 5 3 2 7 4 1"));
    OKAY(finds(&w, "écoles valc", &reach_all, "7 6 4"));
    OKAY(finds(&w, "0540003", &reach_all, "3"));
    OKAY(finds(&w, "0540003c", &reach_all, "3"));
    OKAY(finds(&w, "054000", &reach_all, "7 6 5 4 3 2 1"));
    OKAY(finds(&w, "l'école", &reach_all, "7 6 4"));
    OKAY(finds(&w, "rien valcourt", &reach_all, ""));
    OKAY(finds(&w, "", &reach_all, "") && finds(&w, "'\" * -", &reach_all, ""));
    OKAY(finds(&w, "valcourt OR NOT \"x", &reach_all, ""));
    struct scope one = {&t_school_entity, 3};
    OKAY(finds(&w, "valcourt", &(struct reach){.scopes = &one, .n = 1}, "3"));
    OKAY(finds(&w, "valcourt", &(struct reach){.scopes = &one, .n = 0}, ""));
    world_close(&w);
}

TEST(search_follows_changes)
{
    struct world w;
    void *row;
    world_open(&w);
    int64_t id = add(&w, "1", "Alpha", "premier");
    CHECK(row_load(w.conn, &w.mem, &t_school_entity, id, &reach_all, &row) ==
          OK);
    struct t_school *s = row;
    s->name = "Beta";
    OKAY(change(&w, &t_school_entity, s, 0) == OK);
    OKAY(finds(&w, "alpha", &reach_all, "") &&
         finds(&w, "beta", &reach_all, "1"));
    s->pupils = 3; /* its words stay */
    OKAY(change(&w, &t_school_entity, s, 0) == OK);
    OKAY(finds(&w, "premier beta", &reach_all, "1"));
    OKAY(drop_row(&w, &t_school_entity, id, 3) == OK);
    OKAY(finds(&w, "beta", &reach_all, ""));
    OKAY(restore_row(&w, &t_school_entity, id, 1) == OK);
    OKAY(finds(&w, "alpha", &reach_all, "1") &&
         finds(&w, "beta", &reach_all, ""));
    world_close(&w);
}

enum { COMMON = 2300 };
static enum status many_in(struct conn *c, struct arena *a, void *data)
{
    struct world *w = data;
    for (int i = 0; i < COMMON; i++) {
        struct t_school *s =
            a_school(w, arena_printf(&w->mem, "U%04d", i),
                     arena_printf(&w->mem, "%s %d", i % 10 ? "École" : "Lycée",
                                  i * 7919 % COMMON));
        TRY(row_insert(c, a, &t_school_entity, s, (struct actor){.person = 1}));
    }
    return OK;
}

/* Few found rows lead, many are met along the order: the same answer. */
TEST(search_in_lists)
{
    struct world w;
    struct list l;
    world_open(&w);
    CHECK(world_write(&w, many_in, &w) == OK);
    struct list_ask ask = {
        .entity = &t_school_entity, .reach = &reach_all, .limit = 200};
    static const struct {
        const char *typed;
        size_t rows;
        int64_t total;
    } asked[] = {{"école", COMMON - COMMON / 10, TOTAL_MOST + 1},
                 {"lycees", COMMON / 10, COMMON / 10},
                 {"u", COMMON, TOTAL_MOST + 1},
                 {"lycee u0010", 1, 1},
                 {"nulle", 0, 0},
                 {"!", 0, 0},
                 {" ", COMMON, TOTAL_MOST + 1}};
    for (size_t i = 0; i < COUNT(asked); i++) {
        const char *before = "";
        size_t n = 0;
        ask.search = str_of(asked[i].typed);
        ask.after = NULL;
        do {
            OKAY(list_load(w.conn, &w.mem, &ask, &l) == OK);
            OKAY(l.total == asked[i].total);
            for (size_t k = 0; k < l.n; k++, n++) {
                const struct t_school *s = l.rows[k];
                OKAY(*before != *s->name || strcmp(before, s->name) < 0);
                before = s->name;
            }
        } while ((ask.after = l.next));
        OKAY(n == asked[i].rows);
    }
    world_close(&w);
}
