#include "modules/directory/check.h"
#include "unit/demo_world.h"

static char letter(const char *digits)
{
    return uai_letter(str_of(digits));
}

TEST(demo_uai_letter)
{
    OKAY(letter("0951099") == 'D');
    OKAY(letter("0540038") == 'Y');
    OKAY(letter("0540001") == 'H');
    OKAY(letter("0000000") == 'A');
    OKAY(letter("0540038") != 'B');
    OKAY(letter("054003") == 0);
    OKAY(letter("054003A") == 0);
    OKAY(letter("-540038") == 0);
    OKAY(letter("") == 0);
}

TEST(demo_uai_check)
{
    struct arena a = {0};
    struct str out = {0};
    OKAY(check_uai(&a, STR("0540038y"), &out) == NULL);
    OKAY(str_eq(out, "0540038Y"));
    const char *key = check_uai(&a, STR("0540038B"), &out);
    OKAY(key && same(key, "directory_school.uai_letter"));
    OKAY(str_eq(out, "Y"));
    key = check_uai(&a, STR("540038Y"), &out);
    OKAY(key && same(key, "directory_school.uai_shape"));
    OKAY(check_uai(&a, STR(""), &out) != NULL);
    OKAY(check_uai(&a, STR("05400389"), &out) != NULL);
    arena_reset(&a);
}

static bool one_class(const char *x, const char *y)
{
    struct arena a = {0};
    struct str left = class_key(&a, str_of(x));
    bool equal = str_eq(left, class_key(&a, str_of(y)).p);
    arena_reset(&a);
    return equal;
}

TEST(demo_class_key)
{
    OKAY(one_class("6e B", "6eB"));
    OKAY(one_class("6e B", "6ème B"));
    OKAY(one_class("6e B", "6EMEB"));
    OKAY(one_class("6e B", "  6 b "));
    OKAY(one_class("6e B", "Sixième B"));
    OKAY(one_class("2de 10", "2nde 10"));
    OKAY(one_class("2de 10", "Seconde 10"));
    OKAY(one_class("2de 10", "210"));
    OKAY(one_class("1re S", "1ère S"));
    OKAY(one_class("CM1-CM2", "CM1 / CM2"));
    OKAY(one_class("Tle 3", "TLE3"));
    OKAY(!one_class("6e B", "6e D"));
    OKAY(!one_class("6e B", "5e B"));
    OKAY(!one_class("3e R", "3e"));
    OKAY(!one_class("6e 1", "6e 11"));
    OKAY(!one_class("6e Émeraude", "6e Raude"));
    OKAY(one_class("6e Émeraude", "6EMERAUDE") == false);
    OKAY(!one_class("★", "☆"));
    OKAY(!one_class("CE1", "CE2"));
    OKAY(one_class("6e B", "6°B"));
    OKAY(one_class("6e B", "6° B"));
    OKAY(one_class("6e B", "6ºB"));
    OKAY(one_class("6e mer", "6°mer"));
    OKAY(one_class("1re S", "1°S"));
    OKAY(one_class("6e-5e", "6º-5º"));
    OKAY(one_class("6°", "6e"));
    OKAY(!one_class("6oB", "6ºB"));
    OKAY(!one_class("Club n°5", "Club ne5"));
}

/* NULL: no levels. Levels are those that the field takes, as it writes them. */
static bool tells(const char *label, const char *kind, const char *levels)
{
    struct arena a = {0};
    struct str out = {0};
    struct class k = {.label = label};
    class_tell(&a, &k);
    bool equal = same(k.kind, kind) && !levels == !k.levels &&
                 (!levels || same(k.levels, levels));
    if (k.levels)
        equal = equal && !check_levels(&a, str_of(k.levels), &out) &&
                str_eq(out, k.levels);
    if (!equal)
        printf("  %s: %s, %s\n", label, k.kind, k.levels ? k.levels : "none");
    arena_reset(&a);
    return equal;
}

TEST(demo_class_levels)
{
    static const char *const told[][2] = {
        {"6e D", "6e"},
        {"6°D", "6e"},
        {"6ºD", "6e"},
        {"6ème", "6e"},
        {"6EMEB", "6e"},
        {"Sixième B", "6e"},
        {"6 D", "6e"},
        {"4A", "4e"},
        {"4A/4B", "4e"},
        {"6e Émeraude", "6e"},
        {"5e-4e", "5e 4e"},
        {"5e / 4e", "5e 4e"},
        {"CE2-CM1-CM2", "CE2 CM1 CM2"},
        {"cm1/cm2 Q", "CM1 CM2"},
        {"CM2A", "CM2"},
        {"PS-MS-GS", "PS MS GS"},
        {"Classe de CP", "CP"},
        {"2nde 10", "2de"},
        {"2°3", "2de"},
        {"1ère STI2D", "1re"},
        {"Tle3", "Tle"},
        {"Terminale STMG", "Tle"},
        {"Seconde 4", "2de"},
        {"CAP 1re année", "CAP"},
        {"3e prépa-métiers", "3e"},
    };
    static const char *const unsaid[] = {
        "Émeraude",       "A",   "12",    "3e groupe", "2e année",
        "Cap sciences",   "210", "CM1/2", "5-4e",      "6e à 3e",
        "Seconde chance", "CPE", "PSG",   "1er étage", "3 élèves",
        "Impression 3D",  "7e",  "★",     "6emeraude", "Les 4 As",
    };
    for (size_t i = 0; i < COUNT(told); i++)
        OKAY(tells(told[i][0], "class", told[i][1]));
    for (size_t i = 0; i < COUNT(unsaid); i++)
        OKAY(tells(unsaid[i], strstr(unsaid[i], "groupe") ? "group" : "class",
                   NULL));
}

TEST(demo_class_kinds)
{
    OKAY(tells("6e SEGPA", "segpa", "6e"));
    OKAY(tells("6eSEGPA", "segpa", "6e"));
    OKAY(tells("S.E.G.P.A. 5e", "segpa", "5e"));
    OKAY(tells("ULIS", "ulis", NULL));
    OKAY(tells("Ulis collège", "ulis", NULL));
    OKAY(tells("ULIS 2", "ulis", NULL));
    OKAY(tells("UPE2A", "upe2a", NULL));
    OKAY(tells("UPE 2A", "upe2a", NULL));
    OKAY(tells("Groupe UPE2A 4e", "upe2a", "4e"));
    OKAY(tells("Club radio", "club", NULL));
    OKAY(tells("Club 3D", "club", NULL));
    OKAY(tells("Clubs 6e-5e", "club", "6e 5e"));
    OKAY(tells("Groupe de latin", "group", NULL));
    OKAY(tells("6e B groupe 1", "group", "6e"));
    OKAY(tells("Aéroclub", "class", NULL));
    OKAY(tells("6e Ulisse", "class", "6e"));
    OKAY(tells("Groupement", "class", NULL));
}

/* What is said stays. */
TEST(demo_class_said)
{
    struct arena a = {0};
    struct class k = {.label = "6e ULIS", .kind = "group", .levels = "5e"};
    class_tell(&a, &k);
    OKAY(same(k.kind, "group") && same(k.levels, "5e"));
    arena_reset(&a);
}

TEST(demo_checks)
{
    struct arena a = {0};
    struct str out = {0};
    OKAY(check_levels(&a, STR("cm1-cm2"), &out) == NULL);
    OKAY(str_eq(out, "CM1 CM2"));
    OKAY(check_levels(&a, STR("6ème, Seconde"), &out) == NULL);
    OKAY(str_eq(out, "6e 2de"));
    OKAY(check_levels(&a, STR("6e 7e"), &out) != NULL && str_eq(out, "7e"));
    OKAY(check_departement_code(&a, STR("54"), &out) == NULL);
    OKAY(str_eq(out, "054"));
    OKAY(check_commune_code(&a, STR("2a004"), &out) == NULL);
    OKAY(str_eq(out, "2A004"));
    OKAY(check_commune_code(&a, STR("5439"), &out) != NULL);
    OKAY(check_postcode(&a, STR("54000"), &out) == NULL);
    OKAY(check_postcode(&a, STR("F-540"), &out) != NULL);
    OKAY(check_mail(&a, STR("ce.0540038y@ac-nancy-metz.fr"), &out) == NULL);
    OKAY(check_mail(&a, STR("a@b"), &out) != NULL);
    OKAY(check_mail(&a, STR("a@b@c.fr"), &out) != NULL);
    OKAY(check_web(&a, STR("www.lycee.fr"), &out) == NULL);
    OKAY(str_eq(out, "https://www.lycee.fr"));
    OKAY(check_web(&a, STR("javascript:alert(1).x"), &out) != NULL);
    arena_reset(&a);
}

/* The boxes of the départements (IGN Admin Express 2018). */
static const struct {
    const char *code;
    double west, east, south, north;
} boxes[] = {
    {"054", 5.4641, 7.1232, 48.3507, 49.5630},
    {"055", 4.8888, 5.8542, 48.4182, 49.6171},
    {"057", 5.8934, 7.6400, 48.5269, 49.5100},
    {"088", 5.4087, 7.1983, 47.8131, 48.5136},
};

static void school_okay(struct arena *a, struct rows *r)
{
    struct str uai = row_str(r, 0), code = row_str(r, 1), out;
    double latitude = row_real(r, 2), longitude = row_real(r, 3);
    int64_t serial = 0;
    OKAY(check_uai(a, uai, &out) == NULL);
    OKAY(str_int((struct str){uai.p + 3, 4}, &serial));
    OKAY(serial >= 9000 && serial <= 9899);
    OKAY(code.n == 3 && memcmp(uai.p, code.p, 3) == 0);
    bool inside = false;
    for (size_t i = 0; i < COUNT(boxes); i++)
        inside =
            inside || (str_eq(code, boxes[i].code) &&
                       longitude > boxes[i].west && longitude < boxes[i].east &&
                       latitude > boxes[i].south && latitude < boxes[i].north);
    OKAY(inside);
}

TEST(demo_schools)
{
    struct demo_world w;
    struct rows *r;
    demo_world_open(&w, "demo.db");
    CHECK(db_rows(w.conn, &w.mem,
                  SQL("SELECT s.uai, d.code, s.latitude, s.longitude "
                      "FROM directory_school s "
                      "JOIN directory_area d ON d.id = s.departement"),
                  NO_ARGS, &r) == OK);
    int n = 0;
    for (; rows_next(r); n++)
        school_okay(&w.mem, r);
    CHECK(rows_end(r) == OK);
    OKAY(n >= 180);
    OKAY(n ==
         demo_number(&w, "SELECT count(*) FROM directory_school", NO_ARGS));
    OKAY(demo_number(&w,
                     "SELECT count(*) FROM directory_area b WHERE "
                     "b.kind = 'bassin' AND EXISTS (SELECT 1 FROM "
                     "directory_school s WHERE s.bassin = b.id)",
                     NO_ARGS) == 17);
    /* Unknown is shown as unknown: some attributes are, and the others say
     * where they are from. */
    OKAY(demo_number(&w,
                     "SELECT count(*) FROM directory_school "
                     "WHERE rural IS NULL",
                     NO_ARGS) > 5);
    OKAY(demo_number(&w,
                     "SELECT count(*) FROM directory_school WHERE "
                     "(rural IS NULL) <> (rural_source IS NULL) OR "
                     "(qpv IS NULL) <> (qpv_date IS NULL) OR "
                     "(priority IS NULL) <> (priority_source IS NULL)",
                     NO_ARGS) == 0);
    /* Pupils are those of the living year's classes. */
    OKAY(demo_number(&w,
                     "SELECT count(*) FROM directory_school s WHERE pupils <> "
                     "(SELECT sum(headcount) FROM directory_class c WHERE "
                     "c.school = s.id AND c.year = 2026)",
                     NO_ARGS) == 0);
    OKAY(demo_number(&w,
                     "SELECT count(*) FROM directory_class WHERE year = 2023",
                     NO_ARGS) > 363);
    OKAY(demo_number(&w, "SELECT count(*) FROM directory_organisation",
                     NO_ARGS) == 23);
    OKAY(demo_number(&w,
                     "SELECT count(*) FROM directory_person WHERE "
                     "email NOT LIKE '%@demo.example'",
                     NO_ARGS) == 0);
    demo_world_close(&w);
}

static void dump_table(struct demo_world *w, const char *table, struct buf *b)
{
    struct rows *r;
    const char *sql =
        arena_printf(&w->mem, "SELECT * FROM %s ORDER BY 1, 2", table);
    CHECK(db_rows(w->conn, &w->mem, (struct sql){sql}, NO_ARGS, &r) == OK);
    buf_printf(b, "%s\n", table);
    while (rows_next(r)) {
        for (int i = 0; i < row_columns(r); i++) {
            const char *name = row_column_name(r, i);
            const char *text = row_text(r, i);
            if (!word_in("created_at changed_at", name))
                buf_printf(b, "%s=%s;", name, text ? text : "~");
        }
        buf_char(b, '\n');
    }
    CHECK(rows_end(r) == OK);
}

/* Every row of every module, but for the instants. */
static struct str dump(struct demo_world *w)
{
    struct buf b = {.mem = &w->mem};
    for (const struct module *const *m = modules; *m; m++)
        for (const struct entity *const *e = (*m)->entities; e && *e; e++) {
            dump_table(w, (*e)->name, &b);
            for (const struct link *l = (*e)->links; l && l->name; l++)
                dump_table(
                    w, arena_printf(&w->mem, "%s_%s", (*e)->name, l->name), &b);
        }
    return buf_done(&b);
}

TEST(demo_twice_is_equal)
{
    struct demo_world one, two;
    demo_world_open(&one, "one.db");
    demo_world_open_at(&two, test_place("two.db"));
    struct str x = dump(&one), y = dump(&two);
    OKAY(x.n > 100000);
    OKAY(x.n == y.n && memcmp(x.p, y.p, x.n) == 0);
    demo_world_close(&one);
    demo_world_close(&two);
}
