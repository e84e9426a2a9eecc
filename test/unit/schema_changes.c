#include "unit/entity_world.h"

#include <unistd.h>

/* One table before and after: "town" becomes "commune", "fax" goes, "pupils"
 * and "school" come, and notes are searched. */
struct t_old {
    struct row row;
    const char *name, *town, *fax, *note;
};
struct t_new {
    struct row row;
    const char *name, *commune, *note, *mail;
    int64_t pupils, parent;
};
static const struct field old_fields[] = {
    TEXT(t_old, name, .flags = F_REQUIRED | F_SORT),
    TEXT(t_old, town, .flags = F_SORT | F_FILTER),
    TEXT(t_old, fax, .flags = F_SORT),
    PROSE(t_old, note, .flags = 0),
    {0},
};
static const struct index old_indexes[] = {{.columns = "town, fax"}, {0}};
static const struct entity old_entity = {.name = "t_thing",
                                         .row_size = sizeof(struct t_old),
                                         .fields = old_fields,
                                         .indexes = old_indexes,
                                         .title = "name",
                                         .sort = "name"};
static const struct entity new_entity;
static const struct field new_fields[] = {
    TEXT(t_new, name, .flags = F_REQUIRED | F_SORT),
    TEXT(t_new, commune, .flags = F_SORT | F_FILTER),
    PROSE(t_new, note, .flags = F_SEARCH),
    TEXT(t_new, mail, .flags = F_REQUIRED | F_SORT),
    INT(t_new, pupils, .flags = F_REQUIRED | F_SORT),
    REF(t_new, parent, &new_entity, .flags = F_REQUIRED | F_FILTER),
    {0},
};
static const struct index new_indexes[] = {
    {.columns = "commune, pupils", .where = SQL_CONST("pupils > 0")},
    {0}};
static const struct entity new_entity = {.name = "t_thing",
                                         .row_size = sizeof(struct t_new),
                                         .fields = new_fields,
                                         .indexes = new_indexes,
                                         .title = "name",
                                         .sort = "name",
                                         .has_uid = false};

/* Links as they were before they had their days. */
static const struct link kin_links[] = {
    {.name = "kin", .target = &t_area_entity, .weighted = true},
    {0}};
static const struct entity linked_entity = {.name = "t_linked",
                                            .row_size = sizeof(struct t_old),
                                            .fields = old_fields,
                                            .links = kin_links,
                                            .title = "name",
                                            .sort = "name"};
static const struct entity bare_entity = {.name = "t_linked",
                                          .row_size = sizeof(struct t_old),
                                          .fields = old_fields,
                                          .title = "name",
                                          .sort = "name"};

static const struct entity *const old_all[] = {&old_entity, NULL};
static const struct entity *const new_all[] = {&new_entity, &t_area_entity,
                                               NULL};
static const struct change first[] = {
    {.op = RENAME_FIELD,
     .entity = &new_entity,
     .field = "town",
     .to = "commune"},
    {.op = DROP_FIELD, .entity = &new_entity, .field = "fax"},
    {.op = ADD_FIELD, .entity = &new_entity, .field = "mail"},
    {.op = ADD_FIELD, .entity = &new_entity, .field = "pupils"},
    {.op = ADD_FIELD, .entity = &new_entity, .field = "parent"},
    {.op = RUN, .sql = SQL_CONST("UPDATE t_thing SET pupils = 12")},
    {.op = RUN},
};
static const struct change second[] = {
    {.op = REWORD, .entity = &new_entity},
    {.op = CREATE_TABLE, .entity = &t_area_entity},
    {.op = RUN},
};
static const struct migration migrations[] = {{3, first}, {4, second}, {0}};
static const struct schema before = {old_all, NULL, NULL};
static const struct schema after = {new_all, NULL, migrations};

static struct db *open_as(struct arena *mem, const struct schema *s,
                          enum status *status)
{
    struct db *db;
    const char *why = "";
    struct db_options options = {.path = test_place("t.db")};
    CHECK(db_open(mem, &db, &options, &why) == OK);
    *status = schema_open(db, mem, s, &why);
    if (*status != OK && *status != ERR_CONFLICT)
        printf("  %s\n", why);
    OKAY(*status == OK || strlen(why) > 20);
    return db;
}

static enum status add_old(struct conn *c, struct arena *a, void *data)
{
    (void)data;
    for (int i = 0; i < 1200; i++) {
        struct t_old *t = row_new(a, &old_entity);
        t->name = arena_printf(a, "École %d", i);
        t->town = i % 2 ? "Épinal" : NULL;
        t->note = "des élèves curieux";
        TRY(row_insert(c, a, &old_entity, t, (struct actor){.person = 1}));
    }
    return OK;
}

static size_t differences(struct db *db, struct arena *mem,
                          const struct schema *s, bool tell)
{
    struct conn *c;
    const char **all;
    size_t n = 0;
    CHECK(conn_open(db, &c) == OK && conn_begin(c, 0) == OK);
    CHECK(schema_check(c, mem, s, &all, &n) == OK);
    for (size_t i = 0; tell && i < n; i++)
        printf("  %s\n", all[i]);
    conn_end(c);
    conn_close(c);
    return n;
}

static void look_at_rows(struct db *db, struct arena *mem)
{
    struct conn *c;
    struct hit *hits;
    void *row;
    size_t n;
    CHECK(conn_open(db, &c) == OK && conn_begin(c, 0) == OK);
    OKAY(row_load(c, mem, &new_entity, 2, &reach_all, &row) == OK);
    const struct t_new *t = row;
    OKAY(same(t->name, "École 1") && same(t->commune, "Épinal") &&
         t->pupils == 12 && t->parent == NONE && same(t->mail, ""));
    OKAY(search_entity(c, mem, &new_entity, &reach_all, STR("curieux 1199"), 5,
                       &hits, &n) == OK &&
         n == 1 && hits[0].id == 1200);
    struct list_ask ask = {.entity = &new_entity,
                           .reach = &reach_all,
                           .sort = entity_field(&new_entity, "commune"),
                           .limit = 200};
    struct list l;
    size_t seen = 0;
    do {
        OKAY(list_load(c, mem, &ask, &l) == OK);
        seen += l.n;
    } while ((ask.after = l.next));
    OKAY(seen == 1200);
    conn_end(c);
    conn_close(c);
}

/* The index's condition is another, or right again. */
static enum status change_condition(struct conn *c, struct arena *mem,
                                    void *right)
{
    (void)mem;
    TRY(db_exec(c, SQL("DROP INDEX t_thing_index_0"), NO_ARGS, NULL));
    return db_exec(c,
                   right ? SQL("CREATE INDEX t_thing_index_0 ON t_thing"
                               " (commune, pupils) WHERE pupils > 0")
                         : SQL("CREATE INDEX t_thing_index_0 ON t_thing"
                               " (commune, pupils) WHERE pupils > 1"),
                   NO_ARGS, NULL);
}

static enum status add_to_frame(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    TRY(db_exec(c, SQL("ALTER TABLE core_history ADD COLUMN strange INTEGER"),
                NO_ARGS, NULL));
    return db_exec(c, SQL("ALTER TABLE core_meta RENAME COLUMN value TO v"),
                   NO_ARGS, NULL);
}

TEST(schema_check_sees_columns_of_the_frame)
{
    struct arena mem = {0};
    const char **all;
    struct conn *c;
    enum status s;
    size_t n = 0;
    struct db *db = open_as(&mem, &before, &s);
    CHECK(s == OK && db_write(db, &mem, add_to_frame, NULL) == OK);
    CHECK(conn_open(db, &c) == OK && conn_begin(c, 0) == OK);
    CHECK(schema_check(c, &mem, &before, &all, &n) == OK);
    OKAY(n == 3 && same(all[0], "core_meta: the column value is missing") &&
         same(all[1], "core_meta: the column v is not ours") &&
         same(all[2], "core_history: the column strange is not ours"));
    conn_end(c);
    conn_close(c);
    db_close(db);
    arena_reset(&mem);
}

static enum status make_newer(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    return db_exec(c,
                   SQL("UPDATE core_meta SET value = 99 WHERE name = 'schema'"),
                   NO_ARGS, NULL);
}

TEST(schema_of_a_newer_program_is_refused)
{
    struct arena mem = {0};
    const char *why = "";
    enum status s;
    struct db *db = open_as(&mem, &before, &s);
    OKAY(s == OK && db_write(db, &mem, make_newer, NULL) == OK);
    OKAY(schema_agrees(db, &mem, &before, &why) == ERR_CONFLICT);
    OKAY(strstr(why, "newer Essaim") && !strchr(why, '\n'));
    OKAY(schema_open(db, &mem, &before, &why) == ERR_CONFLICT);
    OKAY(strstr(why, "newer Essaim") && !strchr(why, '\n'));
    OKAY(differences(db, &mem, &before, true) == 0);
    db_close(db);
    arena_reset(&mem);
}

TEST(schema_migrates_and_keeps_a_copy)
{
    struct arena mem = {0};
    enum status s;
    struct db *db = open_as(&mem, &before, &s);
    OKAY(s == OK && differences(db, &mem, &before, true) == 0);
    OKAY(differences(db, &mem, &after, false) > 5);
    CHECK(db_write_within(db, &mem, add_old, NULL, 60000) == OK);
    db_close(db);
    char *copy = arena_printf(&mem, "%s/t.db.before-4", test_folder());
    OKAY(access(copy, F_OK) != 0);
    db = open_as(&mem, &after, &s);
    OKAY(s == OK && (test_on_postgres() || access(copy, F_OK) == 0));
    OKAY(differences(db, &mem, &after, true) == 0);
    look_at_rows(db, &mem);
    CHECK(db_write(db, &mem, change_condition, NULL) == OK);
    OKAY(differences(db, &mem, &after, false) == 1);
    CHECK(db_write(db, &mem, change_condition, &mem) == OK);
    OKAY(differences(db, &mem, &after, true) == 0);
    db_close(db);
    db = open_as(&mem, &after, &s); /* nothing left to do */
    OKAY(s == OK);
    db_close(db);
    db = open_as(&mem, &before, &s); /* an older program */
    OKAY(s == ERR_CONFLICT);
    OKAY(differences(db, &mem, &after, true) == 0);
    db_close(db);
    arena_reset(&mem);
}

static const struct change wrong[] = {
    {.op = DROP_FIELD, .entity = &new_entity, .field = "fax"},
    {.op = RUN, .sql = SQL_CONST("UPDATE no_such_table SET x = 1")},
    {.op = RUN},
};

TEST(schema_failed_migration_changes_nothing)
{
    const struct migration bad[] = {{3, wrong}, {0}};
    const struct schema broken = {new_all, NULL, bad};
    struct arena mem = {0};
    enum status s;
    struct db *db = open_as(&mem, &before, &s);
    db_close(db);
    for (int again = 0; again < 2; again++) {
        db = open_as(&mem, &broken, &s);
        OKAY(s == ERR_STORE);
        OKAY(differences(db, &mem, &before, true) == 0);
        db_close(db);
    }
    db = open_as(&mem, &after, &s);
    OKAY(s == OK);
    db_close(db);
    arena_reset(&mem);
}

static const struct entity *const undated_all[] = {&t_area_entity, &bare_entity,
                                                   NULL};
static const struct entity *const dated_all[] = {&t_area_entity, &linked_entity,
                                                 NULL};
static const struct change date_them[] = {
    {.op = RUN,
     .sql = SQL_CONST("CREATE TABLE t_linked_kin (row_id INTEGER NOT NULL, "
                      "target_id INTEGER NOT NULL, weight INTEGER NOT NULL, "
                      "position INTEGER NOT NULL, PRIMARY KEY (row_id, "
                      "target_id))")},
    {.op = RUN,
     .sql = SQL_CONST("CREATE INDEX t_linked_kin_of_target ON t_linked_kin "
                      "(target_id)")},
    {.op = RUN,
     .sql = SQL_CONST("INSERT INTO t_linked_kin (row_id, target_id, weight, "
                      "position) SELECT t.id, o.id, 30 + o.id, 2 - o.id FROM "
                      "t_linked t CROSS JOIN t_area o")},
    {.op = DATE_LINKS, .entity = &linked_entity},
    {.op = DATE_LINKS, .entity = &linked_entity},
    {.op = RUN},
};

static enum status add_linked(struct conn *c, struct arena *a, void *data)
{
    (void)data;
    for (int i = 0; i < 2; i++) {
        struct t_area *area = row_new(a, &t_area_entity);
        area->name = i ? "B" : "A";
        TRY(row_insert(c, a, &t_area_entity, area,
                       (struct actor){.person = 1}));
    }
    struct t_old *t = row_new(a, &bare_entity);
    t->name = "Un";
    return row_insert(c, a, &bare_entity, t, (struct actor){.person = 1});
}

static enum status add_to_link(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    return db_exec(c,
                   SQL("ALTER TABLE t_linked_kin ADD COLUMN strange INTEGER"),
                   NO_ARGS, NULL);
}

TEST(schema_dates_links_that_had_no_days)
{
    const struct migration dating[] = {{3, date_them}, {0}};
    const struct schema undated = {undated_all, NULL, NULL},
                        dated = {dated_all, NULL, dating};
    struct arena mem = {0};
    struct links kin;
    struct conn *c;
    enum status s;
    struct db *db = open_as(&mem, &undated, &s);
    CHECK(s == OK && db_write(db, &mem, add_linked, NULL) == OK);
    db_close(db);
    db = open_as(&mem, &dated, &s);
    OKAY(s == OK && differences(db, &mem, &dated, true) == 0);
    CHECK(db_write(db, &mem, add_to_link, NULL) == OK);
    OKAY(differences(db, &mem, &dated, false) == 1);
    CHECK(conn_open(db, &c) == OK && conn_begin(c, 0) == OK);
    OKAY(links_load(c, &mem, (struct linking){&linked_entity, kin_links, 1},
                    &kin) == OK &&
         kin.n == 2 && kin.all[0].target == 2 && kin.all[0].weight == 32 &&
         kin.all[1].target == 1);
    conn_end(c);
    conn_close(c);
    db_close(db);
    arena_reset(&mem);
}

static const struct change in_order[] = {
    {.op = ORDER_JOURNAL},
    {.op = ORDER_JOURNAL},
    {.op = RUN},
};

static enum status lose_order(struct conn *c, struct arena *a, void *data)
{
    (void)data;
    TRY(db_exec(c,
                SQL("ALTER TABLE core_journal DROP CONSTRAINT"
                    " core_journal_txid_id_key"),
                NO_ARGS, NULL));
    return add_old(c, a, NULL);
}

static enum status count_orders(struct conn *c, struct arena *a, void *out)
{
    (void)a;
    return db_int(c,
                  SQL("SELECT count(*) FROM pg_index x WHERE x.indisunique AND"
                      " pg_get_indexdef(x.indexrelid)"
                      " LIKE '%core_journal USING btree (txid, id)'"),
                  NO_ARGS, out);
}

TEST(schema_orders_the_journal_of_before_its_key)
{
    const struct migration ordering[] = {{3, in_order}, {0}};
    const struct schema ordered = {old_all, NULL, ordering};
    struct arena mem = {0};
    int64_t n = 1;
    enum status s;
    struct db *db = open_as(&mem, &before, &s);
    OKAY(s == OK);
    if (test_on_postgres()) {
        OKAY(db_write(db, &mem, count_orders, &n) == OK && n == 1);
        OKAY(db_write_within(db, &mem, lose_order, NULL, 60000) == OK);
        OKAY(db_write(db, &mem, count_orders, &n) == OK && n == 0);
    }
    db_close(db);
    db = open_as(&mem, &ordered, &s);
    OKAY(s == OK && differences(db, &mem, &ordered, true) == 0);
    if (test_on_postgres())
        OKAY(db_write(db, &mem, count_orders, &n) == OK);
    OKAY(n == 1);
    db_close(db);
    arena_reset(&mem);
}
