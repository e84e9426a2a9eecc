/* Rows that may not overlap: one test for both engines. */
#include "unit/entity_world.h"

#include "unit/db_kit.h"

#include <sqlite3.h>

#define ADD                                                                    \
    "INSERT INTO t_hold (version, created_at, created_by, changed_at,"         \
    " changed_by, thing, starts, ends, state) VALUES (1, 1, 1, 1, 1, 1, "

struct t_hold {
    struct row row;
    int64_t thing, starts, ends;
    const char *state;
};
static const char *const states[] = {"held", "given_back", NULL};
static const struct field fields[] = {
    INT(t_hold, thing, .flags = F_REQUIRED),
    INT(t_hold, starts, .flags = F_REQUIRED),
    INT(t_hold, ends, .flags = F_REQUIRED),
    CHOICE(t_hold, state, states, .flags = F_REQUIRED),
    {0},
};
static const struct overlap alone = {.keys = "thing",
                                     .from = "starts",
                                     .until = "ends",
                                     .where = {"state IN ('held', 'lent')"}};
static const struct index indexes[] = {{.columns = "thing, ends"}, {0}};
static const struct entity hold_entity = {
    .name = "t_hold",
    .indexes = indexes,
    .row_size = sizeof(struct t_hold),
    .fields = fields,
    .no_overlap = &alone,
};
static const struct entity *const entities[] = {&hold_entity, NULL};
static const struct schema schema = {entities, NULL, NULL};
static const struct change apart[] = {
    {.op = KEEP_APART, .entity = &hold_entity},
    {.op = RUN},
};
static const struct migration migrations[] = {{2, apart}, {0}};
static const struct schema after = {entities, NULL, migrations};

struct holding {
    const char *state;
    int64_t id, thing, starts, ends; /* id 0: a new one */
    char refusal[100];
};

static enum status hold(struct conn *c, struct arena *a, void *data)
{
    struct holding *h = data;
    void *row = row_new(a, &hold_entity);
    if (h->id)
        TRY(row_load(c, a, &hold_entity, h->id, &reach_all, &row));
    struct t_hold *t = row;
    t->thing = h->thing;
    t->starts = h->starts;
    t->ends = h->ends;
    t->state = h->state;
    enum status s =
        h->id ? row_update(c, a, &hold_entity, t, (struct actor){.person = 1})
              : row_insert(c, a, &hold_entity, t, (struct actor){.person = 1});
    snprintf(h->refusal, sizeof(h->refusal), "%s", conn_refusal(c));
    return s;
}

static size_t differences(struct db *db, struct arena *mem)
{
    struct conn *c;
    const char **all;
    size_t n = 0;
    CHECK(conn_open(db, &c) == OK && conn_begin(c, 0) == OK);
    CHECK(schema_check(c, mem, &schema, &all, &n) == OK);
    for (size_t i = 0; i < n; i++)
        OKAY(strstr(all[i], "apart"));
    conn_end(c);
    conn_close(c);
    return n;
}

static enum status loosen(struct conn *c, struct arena *mem, void *data)
{
    (void)mem, (void)data;
    if (!test_on_postgres())
        return db_exec(c, SQL("DROP TRIGGER t_hold_overlap_1"), NO_ARGS, NULL);
    TRY(db_exec(c, SQL("ALTER TABLE t_hold DROP CONSTRAINT t_hold_overlap"),
                NO_ARGS, NULL));
    return db_exec(c,
                   SQL("ALTER TABLE t_hold ADD CONSTRAINT t_hold_overlap"
                       " EXCLUDE USING gist (thing WITH =, int8range(starts,"
                       " ends) WITH &&) WHERE (state IN ('held', 'x'))"),
                   NO_ARGS, NULL);
}

TEST(overlap_is_refused_and_its_neighbours_are_not)
{
    static const struct {
        struct holding hold;
        bool fits;
    } rows[] = {
        {{"held", 0, 1, 10, 20, ""}, true},
        {{"held", 0, 1, 20, 30, ""}, true}, /* begins when the other ends */
        {{"held", 0, 1, 19, 21, ""}, false},
        {{"held", 0, 1, 12, 13, ""}, false},
        {{"held", 0, 1, 0, 100, ""}, false},
        {{"held", 0, 2, 12, 13, ""}, true},       /* another thing */
        {{"given_back", 0, 1, 5, 35, ""}, true},  /* not held */
        {{"held", 1, 1, 10, 15, ""}, true},       /* over itself */
        {{"held", 1, 1, 10, 21, ""}, false},      /* grown into the next */
        {{"held", 0, 1, 15, 20, ""}, true},       /* the place that it left */
        {{"given_back", 2, 1, 20, 30, ""}, true}, /* given back … */
        {{"held", 0, 1, 20, 25, ""}, true},       /* … and taken anew */
        {{"held", 2, 1, 20, 30, ""}, false},
    };
    struct arena mem = {0};
    struct db *db;
    const char *why = "";
    struct db_options o = {.path = test_place("hold.db")};
    CHECK(db_open(&mem, &db, &o, &why) == OK);
    CHECK(schema_open(db, &mem, &schema, &why) == OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct holding h = rows[i].hold;
        enum status s = db_write(db, &mem, hold, &h);
        OKAY(s == (rows[i].fits ? OK : ERR_CONFLICT));
        OKAY(rows[i].fits || same(h.refusal, "overlap t_hold"));
        if ((s == OK) != rows[i].fits)
            printf("  row %zu: %s %s\n", i, status_name(s), h.refusal);
    }
    struct holding backwards = {"held", 0, 3, 10, 10, ""};
    OKAY(db_write(db, &mem, hold, &backwards) == ERR_CONFLICT);
    OKAY(differences(db, &mem) == 0);
    CHECK(db_write(db, &mem, loosen, NULL) == OK);
    OKAY(differences(db, &mem) > 0);
    db_close(db);
    CHECK(db_open(&mem, &db, &o, &why) == OK);
    OKAY(schema_open(db, &mem, &after, &why) == OK);
    OKAY(differences(db, &mem) == 0);
    struct holding late = {"held", 0, 1, 24, 26, ""};
    OKAY(db_write(db, &mem, hold, &late) == ERR_CONFLICT);
    db_close(db);
    arena_reset(&mem);
}

/* What it costs the engine to add one that ends before all of these begin. */
static int steps_before(sqlite3 *raw, struct arena *a, int later)
{
    sqlite3_stmt *s;
    CHECK(sqlite3_exec(raw, "DELETE FROM t_hold", NULL, NULL, NULL) == 0);
    for (int i = 1; i <= later; i++)
        CHECK(sqlite3_exec(
                  raw,
                  arena_printf(a, ADD "%d, %d, 'held')", 10 * i, 10 * i + 10),
                  NULL, NULL, NULL) == 0);
    CHECK(sqlite3_prepare_v2(raw, ADD "0, 10, 'held')", -1, &s, NULL) == 0);
    CHECK(sqlite3_step(s) == SQLITE_DONE);
    const int steps = sqlite3_stmt_status(s, SQLITE_STMTSTATUS_VM_STEP, 0);
    sqlite3_finalize(s);
    return steps;
}

TEST(overlap_reads_one_row_however_many_are_later)
{
    struct arena mem = {0};
    struct db *db;
    sqlite3 *raw;
    const char *why = "";
    struct db_options o = {.path = test_place("later.db")};
    if (test_on_postgres())
        return; /* its index of ranges is the engine's own */
    CHECK(db_open(&mem, &db, &o, &why) == OK);
    CHECK(schema_open(db, &mem, &schema, &why) == OK);
    db_close(db);
    CHECK(sqlite3_open(o.path, &raw) == 0);
    const int few = steps_before(raw, &mem, 2);
    const int many = steps_before(raw, &mem, 400);
    OKAY(few > 20 && many == few);
    if (many != few)
        printf("  %d steps before 2 others, %d before 400\n", few, many);
    sqlite3_close(raw);
    arena_reset(&mem);
}
