#include "store/row.h"
#include "unit/entity_world.h"

static bool reaches(struct world *w, const struct entity *e, int64_t id,
                    const struct entity *scope, int64_t at)
{
    struct scope one = {scope, at};
    void *row;
    enum status s = row_load(w->conn, &w->mem, e, id,
                             &(struct reach){.scopes = &one, .n = 1}, &row);
    CHECK(s == OK || s == ERR_NOT_FOUND);
    return s == OK;
}

TEST(reach_by_paths_of_references)
{
    struct world w;
    world_open(&w);
    int64_t dep = an_area(&w, "54", NONE), nancy = an_area(&w, "Nancy", dep),
            metz = an_area(&w, "Metz", NONE);
    struct t_school *s = a_school(&w, "1", "A");
    s->bassin = nancy;
    CHECK(put(&w, &t_school_entity, s, 0) == OK);
    struct t_class *k = row_new(&w.mem, &t_class_entity);
    k->school = s->row.id;
    CHECK(put(&w, &t_class_entity, k, 0) == OK);
    const struct entity *const area = &t_area_entity,
                               *school = &t_school_entity;
    const int64_t id = s->row.id, class = k->row.id;
    OKAY(reaches(&w, school, id, NULL, 0));
    OKAY(reaches(&w, school, id, school, id));
    OKAY(!reaches(&w, school, id, school, id + 1));
    OKAY(reaches(&w, school, id, area, nancy));
    OKAY(reaches(&w, school, id, area, dep)); /* two steps */
    OKAY(!reaches(&w, school, id, area, metz));
    OKAY(!reaches(&w, school, id, &t_class_entity, class)); /* leads nowhere */
    OKAY(reaches(&w, &t_class_entity, class, school, id));
    OKAY(reaches(&w, &t_class_entity, class, area, nancy));
    OKAY(!reaches(&w, &t_class_entity, class, area, dep)); /* no such path */
    OKAY(!reaches(&w, school, id + 50, NULL, 0));
    void *row;
    OKAY(row_load(w.conn, &w.mem, school, id, &(struct reach){.n = 0}, &row) ==
         ERR_NOT_FOUND);
    const struct scope many[] = {
        {area, metz}, {school, 99}, {area, 77}, {area, nancy}};
    OKAY(row_load(w.conn, &w.mem, school, id,
                  &(struct reach){.scopes = many, .n = 4}, &row) == OK);
    OKAY(row_load(w.conn, &w.mem, school, id,
                  &(struct reach){.scopes = many, .n = 3},
                  &row) == ERR_NOT_FOUND);
    world_close(&w);
}

/* What the database says of the row, and what is said of it as it is held. */
static bool is_within(struct world *w, const struct entity *e, int64_t id,
                      const struct scope *at)
{
    const struct reach reach = {.scopes = at, .n = at != NULL};
    bool held;
    void *row, *mine;
    CHECK(row_load(w->conn, &w->mem, e, id, &reach_all, &row) == OK);
    CHECK(row_within(w->conn, &w->mem, e, row, &reach, &held) == OK);
    OKAY((row_load(w->conn, &w->mem, e, id, &reach, &mine) == OK) == held);
    return held;
}

TEST(reach_of_what_only_joins_others)
{
    static struct entity joins, both;
    struct world w;
    world_open(&w);
    joins = both = t_area_entity;
    joins.reach = NULL;
    joins.within = both.within = "parent";
    const int64_t dep = an_area(&w, "54", NONE), nancy = an_area(&w, "N", dep),
                  metz = an_area(&w, "M", NONE), quai = an_area(&w, "Q", nancy);
    const struct scope in_dep = {&t_area_entity, dep},
                       in_nancy = {&t_area_entity, nancy},
                       in_metz = {&t_area_entity, metz},
                       in_quai = {&t_area_entity, quai}, all = {NULL, 0};
    OKAY(is_within(&w, &joins, quai, &in_nancy));
    OKAY(is_within(&w, &joins, quai, &in_dep)); /* which its parent is in */
    OKAY(!is_within(&w, &joins, quai, &in_metz));
    OKAY(!is_within(&w, &joins, quai, &in_quai));
    OKAY(is_within(&w, &joins, quai, &all));
    OKAY(!is_within(&w, &joins, quai, NULL));
    OKAY(is_within(&w, &joins, metz, &in_quai)); /* it joins nothing */
    OKAY(!is_within(&w, &joins, metz, NULL));
    /* With paths of its own it is asked both. */
    OKAY(is_within(&w, &both, quai, &in_nancy));
    const struct scope own_quai = {&both, quai}, own_metz = {&both, metz};
    OKAY(!is_within(&w, &both, quai, &own_quai));
    OKAY(is_within(&w, &both, metz, &own_metz));
    OKAY(!is_within(&w, &both, metz, &in_nancy));
    world_close(&w);
}

static int64_t count(struct world *w, const struct reach *reach)
{
    const struct arg *args;
    int64_t n = -1;
    struct sql sql = sql_with_reach(
        &w->mem,
        SQL("SELECT count(*) FROM t_school p JOIN t_school q ON q.id = p.id "
            "WHERE p.id > :from AND {reach:p} AND {reach:q}"),
        &t_school_entity, reach, ARGS(arg_int("from", 1)), &args);
    CHECK(db_int(w->conn, sql, args, &n) == OK);
    return n;
}

TEST(reach_in_any_statement)
{
    struct world w;
    world_open(&w);
    int64_t areas[2] = {an_area(&w, "Nancy", NONE), an_area(&w, "Metz", NONE)};
    for (int i = 0; i < 9; i++) {
        struct t_school *s = a_school(&w, arena_printf(&w.mem, "%d", i), "A");
        s->bassin = areas[i % 3 == 0];
        CHECK(put(&w, &t_school_entity, s, 0) == OK);
    }
    const struct scope nancy = {&t_area_entity, areas[0]};
    OKAY(count(&w, &reach_all) == 8);
    OKAY(count(&w, &(struct reach){.scopes = &nancy, .n = 1}) == 6);
    OKAY(count(&w, &(struct reach){.scopes = &nancy, .n = 0}) == 0);
    const struct arg *args, *mine = ARGS(arg_int("x", 1));
    struct sql plain = SQL("SELECT :x");
    OKAY(
        sql_with_reach(&w.mem, plain, &t_school_entity, &reach_all, mine, &args)
                .text == plain.text &&
        args == mine);
    world_close(&w);
}

/* Which schools a class may be made in, within a grant. */
static bool offers(struct world *w, const struct entity *e, const char *field,
                   const void *row, struct scope grant, struct reach *out)
{
    struct scope *kept = NEW(&w->mem, struct scope);
    *kept = grant;
    const struct reach write = {.scopes = kept, .n = 1};
    return reach_through(&w->mem, e, entity_field(e, field), row, &reach_all,
                         &write, out);
}

TEST(reach_of_what_a_reference_may_name)
{
    struct world w;
    world_open(&w);
    const int64_t nancy = an_area(&w, "Nancy", NONE),
                  metz = an_area(&w, "Metz", NONE);
    struct t_school *near = a_school(&w, "1", "A"),
                    *far = a_school(&w, "2", "A");
    near->bassin = nancy;
    far->bassin = metz;
    CHECK(put(&w, &t_school_entity, near, 0) == OK);
    CHECK(put(&w, &t_school_entity, far, 0) == OK);
    const struct entity *const class = &t_class_entity;
    void *row = row_new(&w.mem, class), *found;
    struct reach all;
    const struct scope grants[] = {{&t_area_entity, nancy},
                                   {&t_school_entity, near->row.id}};
    for (size_t i = 0; i < COUNT(grants); i++) {
        OKAY(offers(&w, class, "school", row, grants[i], &all));
        OKAY(!reach_is_all(&t_school_entity, &all));
        OKAY(row_load(w.conn, &w.mem, &t_school_entity, near->row.id, &all,
                      &found) == OK);
        OKAY(row_load(w.conn, &w.mem, &t_school_entity, far->row.id, &all,
                      &found) == ERR_NOT_FOUND);
        OKAY(count(&w, &all) == (near->row.id > 1));
    }
    /* Who may write everywhere, and what says nothing of where a row stands. */
    OKAY(!offers(&w, class, "school", row, (struct scope){NULL, 0}, &all));
    OKAY(!offers(&w, class, "label", row, grants[0], &all));
    /* A grant on the row itself leaves its references free: not of a new one.
     */
    const struct scope own = {&t_school_entity, near->row.id};
    OKAY(!offers(&w, &t_school_entity, "bassin", near, own, &all));
    OKAY(offers(&w, &t_school_entity, "bassin",
                row_new(&w.mem, &t_school_entity), own, &all));
    world_close(&w);
}
