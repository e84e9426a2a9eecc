#include "unit/entity_world.h"

static struct t_school *load(struct world *w, int64_t id)
{
    void *row = NULL;
    if (row_load(w->conn, &w->mem, &t_school_entity, id, &reach_all, &row))
        return NULL;
    return row;
}

/* "3 restore, 2 delete, 1 insert". */
static bool tells(struct world *w, int64_t id, const char *what)
{
    struct past *all;
    size_t n;
    struct buf b = {.mem = &w->mem};
    if (row_history(w->conn, &w->mem, &t_school_entity, id, NONE, 100, &all,
                    &n))
        return false;
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s%" PRId64 " %s", i ? ", " : "", all[i].version,
                   all[i].what);
    if (!str_eq(buf_done(&b), what))
        printf("  %s\n", buf_done(&b).p);
    return str_eq(buf_done(&b), what);
}

static size_t links_of(struct world *w, int64_t id, struct linked **all)
{
    struct links links;
    CHECK(links_load(w->conn, &w->mem,
                     (struct linking){&t_school_entity, t_school_links, id},
                     &links) == OK);
    *all = links.all;
    return links.n;
}

TEST(history_is_the_row_from_then_on)
{
    struct world w;
    struct past *all;
    size_t n;
    world_open(&w);
    struct t_school *s = a_school(&w, "1", "Un");
    OKAY(put(&w, &t_school_entity, s, 0) == OK);
    s->name = "Deux";
    OKAY(change(&w, &t_school_entity, s, 0) == OK);
    s->name = "Trois";
    OKAY(change(&w, &t_school_entity, s, 0) == OK);
    OKAY(row_history(w.conn, &w.mem, &t_school_entity, s->row.id, NONE, 100,
                     &all, &n) == OK &&
         n == 3);
    OKAY(all[0].version == 3 && !all[0].image && all[0].by == 7);
    OKAY(all[1].image && strstr(all[1].image, "\"Deux\""));
    OKAY(all[2].image && strstr(all[2].image, "\"Un\""));
    OKAY(same(all[2].what, "insert") && all[2].import == 0);
    OKAY(restore_row(&w, &t_school_entity, s->row.id, 1) == OK);
    OKAY(same(load(&w, s->row.id)->name, "Un"));
    OKAY(tells(&w, s->row.id, "4 restore, 3 update, 2 update, 1 insert"));
    OKAY(restore_row(&w, &t_school_entity, s->row.id, 4) == ERR_NOT_FOUND);
    OKAY(restore_row(&w, &t_school_entity, s->row.id, 9) == ERR_NOT_FOUND);
    OKAY(restore_row(&w, &t_school_entity, 77, 1) == ERR_NOT_FOUND);
    world_close(&w);
}

/* Somebody else's check, before it, has named rows. */
static enum status restore_told(struct conn *c, struct arena *a, void *data)
{
    struct fault fault;
    fault_tells(c, (struct fault_rows){.key = "t_school.theirs"});
    const enum status s = row_restore(c, a, &t_school_entity, *(int64_t *)data,
                                      1, (struct actor){.person = 7}, &fault);
    OKAY(s == ERR_INVALID && same(fault.key, "core.restored_already"));
    OKAY(!fault_told(c).key);
    return s;
}

TEST(history_refuses_what_stands_already_in_its_own_words)
{
    struct world w;
    world_open(&w);
    struct t_school *s = a_school(&w, "1", "Un");
    OKAY(put(&w, &t_school_entity, s, 0) == OK);
    s->name = "Deux";
    OKAY(change(&w, &t_school_entity, s, 0) == OK);
    s->name = "Un";
    OKAY(change(&w, &t_school_entity, s, 0) == OK);
    OKAY(world_write(&w, restore_told, &s->row.id) == ERR_INVALID);
    world_close(&w);
}

TEST(history_brings_back_deleted_rows_and_links)
{
    struct world w;
    struct linked *found;
    world_open(&w);
    int64_t a = an_area(&w, "A", NONE), b = an_area(&w, "B", NONE);
    struct t_school *s = a_school(&w, "1", "Un"), *t;
    s->rate = 1.0 / 3;
    s->opened = day_of(1900, 1, 1);
    s->rural = YES;
    s->bassin = a;
    OKAY(put(&w, &t_school_entity, s, 0) == OK);
    const struct linked two[] = {{b, 60, NULL, NULL}, {a, 40, NULL, NULL}};
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, two, 2) == OK);
    OKAY(links_of(&w, s->row.id, &found) == 2 && found[0].target == b &&
         found[0].weight == 60 && same(found[1].title, "A"));
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, two, 1) == OK);
    OKAY(links_of(&w, s->row.id, &found) == 1);
    OKAY(drop_row(&w, &t_area_entity, b, 1) == ERR_CONFLICT);
    OKAY(drop_row(&w, &t_school_entity, s->row.id, 3) == OK);
    OKAY(!load(&w, s->row.id) && links_of(&w, s->row.id, &found) == 0);
    OKAY(tells(&w, s->row.id, "4 delete, 3 update, 2 update, 1 insert"));
    OKAY(restore_row(&w, &t_school_entity, s->row.id, 4) == ERR_NOT_FOUND);
    OKAY(restore_row(&w, &t_school_entity, s->row.id, 2) == OK);
    t = load(&w, s->row.id);
    OKAY(t && row_same(&t_school_entity, s, t) && t->row.version == 5);
    OKAY(t && same(t->row.uid, s->row.uid) &&
         t->row.created_at == s->row.created_at);
    OKAY(links_of(&w, s->row.id, &found) == 2 && found[1].weight == 40);
    /* What it refers to is gone: refused whole. */
    OKAY(drop_row(&w, &t_school_entity, s->row.id, 5) == OK);
    OKAY(drop_row(&w, &t_area_entity, b, 1) == OK);
    OKAY(restore_row(&w, &t_school_entity, s->row.id, 2) == ERR_CONFLICT);
    OKAY(!load(&w, s->row.id));
    world_close(&w);
}

/* "A 60 from the start to 11, B 40 from 11": the lines of a row's links, days
 * counted from the tenth of January 2025. */
static bool stands(struct world *w, int64_t id, const char *what)
{
    struct rows *r;
    struct buf b = {.mem = &w->mem};
    const int64_t zero = day_of(2025, 1, 10);
    CHECK(db_rows(w->conn, &w->mem,
                  SQL("SELECT o.name, l.weight, l.since, l.until FROM "
                      "t_school_groups l JOIN t_area o ON o.id = l.target_id "
                      "WHERE l.row_id = :id ORDER BY l.since, o.name"),
                  ARGS(arg_int("id", id)), &r) == OK);
    while (rows_next(r)) {
        buf_printf(&b, "%s%s %d", b.n ? ", " : "", row_text(r, 0),
                   (int)row_int(r, 1));
        if (row_int(r, 2) != LINK_ALWAYS)
            buf_printf(&b, " since %d", (int)(row_int(r, 2) - zero));
        if (row_int(r, 3) != NONE)
            buf_printf(&b, " until %d", (int)(row_int(r, 3) - zero));
    }
    CHECK(rows_end(r) == OK);
    if (!str_eq(buf_done(&b), what))
        printf("  %s\n", buf_done(&b).p);
    return str_eq(buf_done(&b), what);
}

TEST(history_links_have_their_days)
{
    struct world w;
    const int32_t now = day_today(), zero = day_of(2025, 1, 10);
    world_open(&w);
    day_set_today(zero - 1);
    int64_t a = an_area(&w, "A", NONE), b = an_area(&w, "B", NONE);
    const struct linked ab[] = {{a, 60, NULL, NULL}, {b, 40, NULL, NULL}},
                        ba[] = {{b, 40, NULL, NULL}, {a, 60, NULL, NULL}},
                        more[] = {{b, 50, NULL, NULL}},
                        twice[] = {{a, 1, NULL, NULL}, {a, 2, NULL, NULL}};
    struct t_school *s = a_school(&w, "1", "Un");
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, ab, 1) == OK);
    OKAY(stands(&w, s->row.id, "A 60"));
    day_set_today(zero);
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, ab, 2) == OK);
    OKAY(stands(&w, s->row.id, "A 60, B 40 since 0"));
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, ba, 1) == OK);
    OKAY(stands(&w, s->row.id, "A 60 until 0, B 40 since 0"));
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, ba, 2) == OK);
    OKAY(stands(&w, s->row.id, "A 60, B 40 since 0"));
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, twice, 2) ==
         ERR_INVALID);
    day_set_today(zero + 3);
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, more, 1) == OK);
    OKAY(stands(&w, s->row.id,
                "A 60 until 3, B 40 since 0 until 3, B 50 since 3"));
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, NULL, 0) == OK);
    OKAY(stands(&w, s->row.id, "A 60 until 3, B 40 since 0 until 3"));
    OKAY(drop_row(&w, &t_area_entity, b, 1) == ERR_CONFLICT);
    day_set_today(zero + 5);
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, ba, 1) == OK);
    const char *all = "A 60 until 3, B 40 since 0 until 3, B 40 since 5";
    OKAY(stands(&w, s->row.id, all));
    /* Deleted and brought back, they have their days; an older version stands
     * from the day on which it is brought back. */
    OKAY(drop_row(&w, &t_school_entity, s->row.id, s->row.version) == OK);
    OKAY(stands(&w, s->row.id, ""));
    day_set_today(zero + 8);
    OKAY(restore_row(&w, &t_school_entity, s->row.id, s->row.version) == OK);
    OKAY(stands(&w, s->row.id, all));
    OKAY(restore_row(&w, &t_school_entity, s->row.id, 2) == OK);
    OKAY(stands(&w, s->row.id,
                "A 60 until 3, B 40 since 0 until 3, B 40 since 5, A 60 since "
                "8"));
    day_set_today(now);
    world_close(&w);
}

/* A new row is corrected on its first day as though it had come so. */
TEST(history_links_of_a_new_row_are_from_the_beginning)
{
    struct world w;
    const int32_t now = day_today(), zero = day_of(2025, 1, 10);
    world_open(&w);
    day_set_today(zero);
    int64_t a = an_area(&w, "A", NONE), b = an_area(&w, "B", NONE),
            d = an_area(&w, "D", NONE);
    const struct linked one[] = {{a, 60, NULL, NULL}},
                        other[] = {{b, 40, NULL, NULL}},
                        heavy[] = {{b, 70, NULL, NULL}, {d, 30, NULL, NULL}};
    struct t_school *s = a_school(&w, "1", "Un");
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, one, 1) == OK);
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, other, 1) == OK);
    OKAY(stands(&w, s->row.id, "B 40"));
    OKAY(drop_row(&w, &t_area_entity, a, 1) == OK);
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, heavy, 2) == OK);
    OKAY(stands(&w, s->row.id, "B 70, D 30"));
    day_set_today(zero + 1);
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, other, 1) == OK);
    OKAY(stands(&w, s->row.id, "B 70 until 1, D 30 until 1, B 40 since 1"));
    OKAY(drop_row(&w, &t_area_entity, d, 1) == ERR_CONFLICT);
    day_set_today(now);
    world_close(&w);
}

/* What an import did to links is as though it had not been. */
TEST(history_undoes_an_import_of_links)
{
    struct world w;
    const int32_t now = day_today(), zero = day_of(2025, 1, 10);
    world_open(&w);
    day_set_today(zero);
    int64_t a = an_area(&w, "A", NONE), b = an_area(&w, "B", NONE);
    const struct linked ab[] = {{a, 60, NULL, NULL}, {b, 40, NULL, NULL}};
    struct t_school *s = a_school(&w, "1", "Un");
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, ab, 1) == OK);
    day_set_today(zero + 3);
    OKAY(import_links(&w, &t_school_entity, s, t_school_links, ab + 1, 1, 42) ==
         OK);
    OKAY(stands(&w, s->row.id, "A 60 until 3, B 40 since 3"));
    day_set_today(zero + 9);
    OKAY(undo_row(&w, &t_school_entity, s->row.id, 42) == OK);
    OKAY(stands(&w, s->row.id, "A 60"));
    day_set_today(now);
    world_close(&w);
}

/* A number that the journal keeps is corrected with a trace, by any path. */
TEST(history_tells_the_journal_of_a_number)
{
    struct world w;
    struct rows *r;
    struct buf b = {.mem = &w.mem};
    world_open(&w);
    struct t_school *s = a_school(&w, "1", "Un");
    s->pupils = 12;
    OKAY(put(&w, &t_school_entity, s, 0) == OK);
    s->name = "Une";
    OKAY(change(&w, &t_school_entity, s, 0) == OK);
    s->pupils = 14;
    OKAY(change(&w, &t_school_entity, s, 0) == OK);
    s->pupils = NONE;
    OKAY(change(&w, &t_school_entity, s, 5) == OK);
    OKAY(undo_row(&w, &t_school_entity, s->row.id, 5) == OK);
    OKAY(restore_row(&w, &t_school_entity, s->row.id, 1) == OK);
    CHECK(db_rows(w.conn, &w.mem,
                  SQL("SELECT what, person, detail FROM core_journal WHERE "
                      "entity = 't_school' AND row_id = :id ORDER BY id"),
                  ARGS(arg_int("id", s->row.id)), &r) == OK);
    while (rows_next(r))
        buf_printf(&b, "%s %d %s\n", row_text(r, 0), (int)row_int(r, 1),
                   row_text(r, 2));
    CHECK(rows_end(r) == OK);
    OKAY(same(buf_done(&b).p,
              "change 7 {\"field\":\"pupils\",\"from\":12,\"to\":14}\n"
              "change 7 {\"field\":\"pupils\",\"from\":14,\"to\":null}\n"
              "change 7 {\"field\":\"pupils\",\"from\":null,\"to\":14}\n"
              "change 7 {\"field\":\"pupils\",\"from\":14,\"to\":12}\n"));
    world_close(&w);
}

TEST(history_undoes_an_import)
{
    struct world w;
    int64_t *ids;
    size_t n;
    world_open(&w);
    struct t_school *old = a_school(&w, "1", "Ancien"),
                    *new = a_school(&w, "2", "Nouveau"),
                    *edited = a_school(&w, "3", "Corrigé");
    OKAY(put(&w, &t_school_entity, old, 0) == OK);
    old->name = "Importé";
    OKAY(change(&w, &t_school_entity, old, 42) == OK);
    old->name = "Importé deux fois";
    OKAY(change(&w, &t_school_entity, old, 42) == OK);
    OKAY(put(&w, &t_school_entity, new, 42) == OK);
    OKAY(put(&w, &t_school_entity, edited, 42) == OK);
    edited->name = "Corrigé à la main";
    OKAY(change(&w, &t_school_entity, edited, 0) == OK);
    OKAY(import_rows(w.conn, &w.mem, &t_school_entity, 42, NONE, 2, &ids, &n) ==
             OK &&
         n == 2 && ids[0] == edited->row.id && ids[1] == new->row.id);
    OKAY(import_rows(w.conn, &w.mem, &t_school_entity, 42, ids[1], 2, &ids,
                     &n) == OK &&
         n == 1 && ids[0] == old->row.id);
    OKAY(undo_row(&w, &t_school_entity, old->row.id, 42) == OK);
    OKAY(same(load(&w, old->row.id)->name, "Ancien"));
    OKAY(undo_row(&w, &t_school_entity, new->row.id, 42) == OK);
    OKAY(!load(&w, new->row.id));
    OKAY(undo_row(&w, &t_school_entity, edited->row.id, 42) == ERR_STALE);
    OKAY(undo_row(&w, &t_school_entity, edited->row.id, 43) == ERR_NOT_FOUND);
    OKAY(same(load(&w, edited->row.id)->name, "Corrigé à la main"));
    OKAY(tells(&w, old->row.id, "4 undo, 3 update, 2 update, 1 insert"));
    world_close(&w);
}

/* The newer import first, then the older: nothing of either stays. */
TEST(history_undoes_one_import_after_another)
{
    struct world w;
    world_open(&w);
    struct t_school *s = a_school(&w, "1", "Premier");
    OKAY(put(&w, &t_school_entity, s, 41) == OK);
    s->name = "Deuxième";
    OKAY(change(&w, &t_school_entity, s, 42) == OK);
    OKAY(undo_row(&w, &t_school_entity, s->row.id, 41) == ERR_STALE);
    OKAY(undo_row(&w, &t_school_entity, s->row.id, 42) == OK);
    OKAY(same(load(&w, s->row.id)->name, "Premier"));
    OKAY(undo_row(&w, &t_school_entity, s->row.id, 41) == OK);
    OKAY(!load(&w, s->row.id));
    OKAY(undo_row(&w, &t_school_entity, s->row.id, 41) == ERR_STALE);
    world_close(&w);
}

TEST(history_comes_by_pages)
{
    struct world w;
    struct past *all, *page;
    size_t n;
    world_open(&w);
    struct t_school *s = a_school(&w, "1", "Un");
    OKAY(put(&w, &t_school_entity, s, 0) == OK);
    for (int i = 2; i <= 9; i++) {
        s->name = arena_printf(&w.mem, "Nom %d", i);
        OKAY(change(&w, &t_school_entity, s, 0) == OK);
    }
    OKAY(row_history(w.conn, &w.mem, &t_school_entity, s->row.id, NONE, 100,
                     &all, &n) == OK &&
         n == 9);
    int64_t below = NONE;
    for (size_t i = 0; i < 9; i += 3) {
        OKAY(row_history(w.conn, &w.mem, &t_school_entity, s->row.id, below, 3,
                         &page, &n) == OK &&
             n == 3);
        for (size_t k = 0; k < n; k++) {
            OKAY(page[k].version == all[i + k].version);
            OKAY(!page[k].image ? !all[i + k].image
                                : same(page[k].image, all[i + k].image));
        }
        below = page[n - 1].version;
    }
    OKAY(row_history(w.conn, &w.mem, &t_school_entity, s->row.id, below, 3,
                     &page, &n) == OK &&
         n == 0);
    world_close(&w);
}

TEST(history_links_keep_a_weight_that_nobody_tells)
{
    struct world w;
    world_open(&w);
    struct linked *all;
    struct t_school *s = a_school(&w, "1", "Un");
    const int64_t a = an_area(&w, "A", NONE), b = an_area(&w, "B", NONE);
    const struct linked told[] = {{a, 7, NULL, NULL}},
                        untold[] = {{a, LINK_AS_IT_STANDS, NULL, NULL},
                                    {b, LINK_AS_IT_STANDS, NULL, NULL}};
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, told, 1) == OK);
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, untold, 2) == OK);
    OKAY(links_of(&w, s->row.id, &all) == 2 && all[0].weight == 7 &&
         all[1].target == b && all[1].weight == 1);
    world_close(&w);
}
