#include "unit/entity_world.h"

#include <pthread.h>

static struct t_school *load(struct world *w, int64_t id)
{
    void *row = NULL;
    if (row_load(w->conn, &w->mem, &t_school_entity, id, &reach_all, &row))
        return NULL;
    return row;
}

TEST(entity_nothing_stays_nothing)
{
    struct world w;
    world_open(&w);
    struct t_school *s = a_school(&w, "0540038Y", NULL), *t;
    OKAY(put(&w, &t_school_entity, s, 0) == OK);
    OKAY(s->row.id > 0 && s->row.version == 1 && strlen(s->row.uid) == 36);
    t = load(&w, s->row.id);
    OKAY(t && row_same(&t_school_entity, s, t));
    OKAY(t && !t->name && !t->note && !t->kind && t->pupils == NONE &&
         t->budget == NONE && t->seen == NONE && t->bassin == NONE &&
         t->document == NONE && t->rate != t->rate && t->rural == UNKNOWN &&
         t->opened == NO_DAY && t->year == NONE);
    OKAY(t && same(t->row.uid, s->row.uid) && t->row.created_by == 7);
    OKAY(t && same(row_title(&t_school_entity, t), ""));
    world_close(&w);
}

static void fill(struct t_school *s, int64_t bassin)
{
    s->note = "Deux lignes\nd'une note très longue : « é »";
    s->kind = "college";
    s->pupils = -3;
    s->budget = INT64_MAX;
    s->seen = 1700000000;
    s->bassin = bassin;
    s->document = 5;
    s->rate = 48.445897;
    s->rural = NO;
    s->opened = day_of(1881, 6, 16);
    s->year = 2023;
}

TEST(entity_every_value_comes_back)
{
    struct world w;
    world_open(&w);
    struct t_school *s = a_school(&w, "0540038Y", "Collège de l'Épine"), *t;
    fill(s, an_area(&w, "Nancy", NONE));
    OKAY(put(&w, &t_school_entity, s, 0) == OK);
    t = load(&w, s->row.id);
    OKAY(t && row_same(&t_school_entity, s, t));
    OKAY(t && same(t->name, "Collège de l'Épine") && t->rate == 48.445897);
    void *found;
    OKAY(row_find(w.conn, &w.mem, &t_school_entity, "uai",
                  value_cstr("0540038Y"), &found) == OK);
    OKAY(row_find(w.conn, &w.mem, &t_school_entity, "uai", value_cstr("X"),
                  &found) == ERR_NOT_FOUND);
    OKAY(row_find(w.conn, &w.mem, &t_school_entity, "uai", (struct value){0},
                  &found) == ERR_NOT_FOUND);
    world_close(&w);
}

TEST(entity_json_there_and_back)
{
    struct arena mem = {0};
    struct buf b = {.mem = &mem};
    struct json j = {.out = &b};
    const char *why;
    struct t_school *s = row_new(&mem, &t_school_entity), *t;
    s->uai = "a\"\\é";
    fill(s, 12);
    json_object(&j, NULL);
    row_json(&j, &t_school_entity, s);
    json_end_object(&j);
    const struct json_value *v = json_parse(&mem, buf_done(&b), &why);
    OKAY(v != NULL);
    OKAY(strstr(b.p, "\"opened\":\"1881-06-16\"") &&
         strstr(b.p, "\"year\":\"2023-2024\"") &&
         strstr(b.p, "\"rural\":false"));
    t = row_new(&mem, &t_school_entity);
    OKAY(v && !row_from_json(&mem, &t_school_entity, v, t));
    OKAY(row_same(&t_school_entity, s, t));
    s->opened = day_of(12345, 1, 1); /* beyond what ISO text can say */
    b.n = 0;
    j = (struct json){.out = &b};
    json_object(&j, NULL);
    row_json(&j, &t_school_entity, s);
    json_end_object(&j);
    v = json_parse(&mem, buf_done(&b), &why);
    OKAY(v && !row_from_json(&mem, &t_school_entity, v, t));
    OKAY(row_same(&t_school_entity, s, t));
    v = json_parse(&mem, STR("{\"uai\":\"x\",\"pupils\":\"many\"}"), &why);
    const char *bad = row_from_json(&mem, &t_school_entity, v, t);
    OKAY(bad && same(bad, "pupils"));
    arena_reset(&mem);
}

TEST(entity_stale_and_unique_are_refused)
{
    struct world w;
    world_open(&w);
    struct t_school *s = a_school(&w, "0540038Y", "A"), *late;
    OKAY(put(&w, &t_school_entity, s, 0) == OK);
    late = load(&w, s->row.id);
    s->name = "B";
    OKAY(change(&w, &t_school_entity, s, 0) == OK && s->row.version == 2);
    late->name = "C";
    OKAY(change(&w, &t_school_entity, late, 0) == ERR_STALE);
    OKAY(drop_row(&w, &t_school_entity, s->row.id, 1) == ERR_STALE);
    OKAY(same(load(&w, s->row.id)->name, "B"));
    OKAY(put(&w, &t_school_entity, a_school(&w, "0540038Y", "D"), 0) ==
         ERR_CONFLICT);
    /* Unique by state: two lycées may not share name and bassin. */
    struct t_school *one = a_school(&w, "1", "L"),
                    *two = a_school(&w, "2", "L");
    one->kind = "lycee";
    one->bassin = two->bassin = an_area(&w, "Metz", NONE);
    two->kind = "college";
    OKAY(put(&w, &t_school_entity, one, 0) == OK);
    OKAY(put(&w, &t_school_entity, two, 0) == OK);
    two->kind = "lycee";
    OKAY(change(&w, &t_school_entity, two, 0) == ERR_CONFLICT);
    OKAY(load(&w, two->row.id)->row.version == 1);
    world_close(&w);
}

TEST(entity_references_hold)
{
    struct world w;
    world_open(&w);
    int64_t nancy = an_area(&w, "Nancy", NONE);
    struct t_school *s = a_school(&w, "1", "A");
    s->bassin = nancy;
    OKAY(put(&w, &t_school_entity, s, 0) == OK);
    OKAY(drop_row(&w, &t_area_entity, nancy, 1) == ERR_CONFLICT);
    s->bassin = 999;
    OKAY(change(&w, &t_school_entity, s, 0) == ERR_CONFLICT);
    struct t_class *k = row_new(&w.mem, &t_class_entity);
    OKAY(put(&w, &t_class_entity, k, 0) == ERR_CONFLICT); /* school required */
    s = load(&w, s->row.id);
    OKAY(drop_row(&w, &t_school_entity, s->row.id, s->row.version) == OK);
    OKAY(drop_row(&w, &t_area_entity, nancy, 1) == OK);
    OKAY(an_area(&w, "Metz", NONE) > nancy); /* ids are never used again */
    world_close(&w);
}

enum { THREADS = 4, READS = 200 };

static void *read_much(void *data)
{
    struct world *w = data;
    struct arena mem = {0};
    struct conn *c;
    struct list l;
    intptr_t wrong = 0;
    CHECK(conn_open(w->db, &c) == OK);
    for (int i = 0; i < READS; i++) {
        struct list_ask ask = {.entity =
                                   i % 2 ? &t_school_entity : &t_class_entity,
                               .reach = &reach_all,
                               .limit = 10};
        CHECK(conn_begin(c, 0) == OK);
        wrong += list_load(c, &mem, &ask, &l) != OK;
        conn_end(c);
        arena_reset(&mem);
    }
    conn_close(c);
    return (void *)wrong;
}

TEST(entity_read_by_many_threads_while_written)
{
    struct world w;
    pthread_t threads[THREADS];
    void *wrong;
    world_open(&w);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, read_much, &w) == 0);
    for (int i = 0; i < 20; i++) {
        const char *uai = arena_printf(&w.mem, "%d", i);
        OKAY(put(&w, &t_school_entity, a_school(&w, uai, "A"), 0) == OK);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &wrong);
        OKAY(!wrong);
    }
    world_close(&w);
}
