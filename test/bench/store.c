/*
 * What the store costs: import of schools as the directory has them, a page of
 * a list, a row, and search. `make build/bench/store && build/bench/store`.
 * Every figure is printed with what it was measured on.
 */
#include "store/list.h"
#include "store/schema.h"

#include "base/time.h"

#include <unistd.h>

struct school {
    struct row row;
    const char *uai, *name, *kind, *sector, *address, *postcode, *commune;
    const char *commune_code, *mail, *phone, *web, *state;
    int64_t departement, bassin, pupils;
    double latitude, longitude;
    int32_t opened;
    enum yesno nursery, rural;
};
struct area {
    struct row row;
    const char *name;
    int64_t parent;
};
extern const struct entity bench_area, bench_school;
static const struct field area_fields[] = {
    TEXT(area, name, .flags = F_REQUIRED | F_SORT),
    REF(area, parent, &bench_area, .flags = F_FILTER),
    {0},
};
const struct entity bench_area = {.name = "bench_area",
                                  .row_size = sizeof(struct area),
                                  .fields = area_fields,
                                  .title = "name",
                                  .sort = "name"};
static const char *const kinds[] = {"ecole", "college", "lycee", NULL};
static const char *const sectors[] = {"public", "prive", NULL};
static const char *const states[] = {"open", "closed", NULL};
static const struct field school_fields[] = {
    TEXT(school, uai,
         .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SORT | F_SEARCH),
    TEXT(school, name, .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    CHOICE(school, kind, kinds,
           .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    CHOICE(school, sector, sectors, .flags = F_LIST | F_FILTER),
    TEXT(school, address, .flags = 0),
    TEXT(school, postcode, .flags = 0),
    TEXT(school, commune, .flags = F_LIST | F_SORT | F_SEARCH),
    TEXT(school, commune_code, .flags = F_FILTER),
    REF(school, departement, &bench_area, .flags = F_FILTER),
    REF(school, bassin, &bench_area, .flags = F_LIST | F_FILTER),
    REAL(school, latitude, .flags = 0),
    REAL(school, longitude, .flags = 0),
    INT(school, pupils, .flags = F_SORT),
    DATE(school, opened, .flags = 0),
    BOOL(school, nursery, .flags = 0),
    BOOL(school, rural, .flags = F_FILTER),
    TEXT(school, mail, .flags = 0),
    TEXT(school, phone, .flags = 0),
    TEXT(school, web, .flags = 0),
    CHOICE(school, state, states, .flags = F_FILTER),
    {0},
};
static const char *const school_reach[] = {"", "bassin", "departement",
                                           "bassin.parent", NULL};
const struct entity bench_school = {.name = "bench_school",
                                    .row_size = sizeof(struct school),
                                    .fields = school_fields,
                                    .title = "name",
                                    .sort = "name",
                                    .reach = school_reach,
                                    .has_uid = true};
static const struct entity *const entities[] = {&bench_area, &bench_school,
                                                NULL};
static const struct schema schema = {entities, NULL, NULL};

static uint32_t seed = 1;
static uint32_t dice(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static const char *const people[] = {
    "Jean Jaurès",  "Jules Ferry",   "Louis Pasteur",   "Marie Curie",
    "Victor Hugo",  "Jean Moulin",   "Jacques Prévert", "Émile Zola",
    "La Fontaine",  "Saint-Exupéry", "Paul Éluard",     "Georges Brassens",
    "Simone Veil",  "Rosa Parks",    "Léo Lagrange",    "Jean Rostand",
    "les Tilleuls", "du Centre",     "l'Épine",         "Sainte-Marie"};
static const char *const starts[] = {"Saint-", "Val",  "Mont",  "Beau",
                                     "Ville",  "Font", "Roche", "Clair",
                                     "Bois",   "Long"};
static const char *const ends[] = {"court", "ville", "mont", "bois", "lieu",
                                   "pré",   "champ", "vaux", "mer",  "font"};
static const char *const thirds[] = {"",          "-sur-Moselle", "-le-Haut",
                                     "-la-Forêt", "-en-Vosges",   "-lès-Metz"};

static struct school *some_school(struct arena *a, int i)
{
    struct school *s = row_new(a, &bench_school);
    const uint32_t k = dice(10);
    const char *who = people[dice(COUNT(people))];
    const uint32_t third = dice(40);
    s->uai = arena_printf(a, "%07d%c", 100000 + i, 'A' + i % 23);
    s->commune = arena_printf(a, "%s%s%s%s", starts[dice(10)], ends[dice(10)],
                              third < 6 ? thirds[third] : "",
                              dice(3) ? "" : "-sous-Bois");
    s->kind = kinds[k < 7 ? 0 : k < 9 ? 1 : 2];
    s->name = arena_printf(a, "%s %s",
                           k < 7   ? "École primaire"
                           : k < 9 ? "Collège"
                                   : "Lycée",
                           who);
    s->sector = sectors[dice(6) == 0];
    s->address = arena_printf(a, "%u rue de la République", dice(200) + 1);
    s->postcode = arena_printf(a, "%05u", 1000 + dice(94000));
    s->commune_code = arena_printf(a, "%05u", 1000 + dice(30000));
    s->departement = 1 + dice(100);
    s->bassin = 101 + dice(400);
    s->latitude = 42 + dice(90000) / 10000.0;
    s->longitude = -4 + dice(110000) / 10000.0;
    s->pupils = dice(20) ? dice(900) : NONE;
    s->opened = (int32_t)dice(20000);
    s->nursery = k < 7;
    s->rural = dice(4) == 0;
    s->mail = arena_printf(a, "ce.%s@ac-exemple.fr", s->uai);
    s->phone = "03 83 00 00 00";
    s->web = "https://www.exemple.fr/ecole";
    s->state = states[dice(20) == 0];
    return s;
}

static double now_s(void)
{
    return (double)time_monotonic_ns() / 1e9;
}

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

enum { PIECE = 1000, ALL = 60000 };

static enum status piece(struct conn *c, struct arena *a, void *data)
{
    int *done = data;
    seed = (uint32_t)*done + 1;
    for (int i = 0; i < PIECE; i++)
        TRY(row_insert(c, a, &bench_school, some_school(a, *done + i),
                       (struct actor){.person = 1, .import = 7}));
    return OK;
}

static enum status areas(struct conn *c, struct arena *a, void *data)
{
    (void)data;
    for (int i = 0; i < 500; i++) {
        struct area *t = row_new(a, &bench_area);
        t->name = arena_printf(a, "Bassin de %s%s %d", starts[i % 10],
                               ends[i / 10 % 10], i);
        t->parent = i < 100 ? NONE : i % 100 + 1;
        TRY(row_insert(c, a, &bench_area, t,
                       (struct actor){.person = 1, .import = 7}));
    }
    return OK;
}

static void import(struct db *db)
{
    struct arena mem = {0};
    CHECK(db_write_within(db, &mem, areas, NULL, 10000) == OK);
    double start = now_s(), last = start, slowest = 0, last_cpu = 0;
    for (int done = 0; done < ALL; done += PIECE) {
        double from = now_s();
        CHECK(db_write_within(db, &mem, piece, &done, 10000) == OK);
        arena_reset(&mem);
        double took = now_s() - from;
        slowest = took > slowest ? took : slowest;
        if ((done + PIECE) % 20000 == 0) {
            printf("import  %6d rows: %6.0f rows/s (the last 20,000 %6.0f), "
                   "%6.0f per second of CPU (the last %6.0f)\n",
                   done + PIECE, (done + PIECE) / (now_s() - start),
                   20000 / (now_s() - last), (done + PIECE) / cpu_s(),
                   20000 / (cpu_s() - last_cpu));
            last = now_s();
            last_cpu = cpu_s();
        }
    }
    printf("import  slowest closure of %d rows %.1f ms\n", PIECE,
           slowest * 1e3);
}

static int by_double(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct timing {
    double us[2000];
    size_t n;
};
static void tell(const char *what, struct timing *t, const char *more)
{
    qsort(t->us, t->n, sizeof(double), by_double);
    printf("%-34s median %8.1f µs, p99 %8.1f µs%s%s\n", what, t->us[t->n / 2],
           t->us[t->n * 99 / 100], more ? ", " : "", more ? more : "");
}

static void pages(struct conn *c, const char *what, struct list_ask ask,
                  int turns, int deep)
{
    static struct timing t;
    struct arena mem = {0}, keep = {0};
    struct list l = {0};
    t.n = 0;
    CHECK(conn_begin(c, 0) == OK);
    unsigned queries = 0;
    for (int i = 0; i < turns; i++) {
        unsigned before = conn_queries(c);
        double from = now_s();
        CHECK(list_load(c, &mem, &ask, &l) == OK);
        t.us[t.n++] = (now_s() - from) * 1e6;
        queries = conn_queries(c) - before;
        if (deep && l.next) {
            arena_reset(&keep);
            ask.after = arena_dup(&keep, l.next, strlen(l.next));
        }
        arena_reset(&mem);
    }
    conn_end(c);
    arena_reset(&keep);
    tell(what, &t,
         (arena_printf(&mem, "%u queries, %zu rows, total %" PRId64, queries,
                       l.n, l.total)));
    arena_reset(&mem);
}

static void lists(struct conn *c)
{
    const struct entity *e = &bench_school;
    struct list_ask ask = {.entity = e, .reach = &reach_all, .limit = 50};
    pages(c, "page by name", ask, 1000, 0);
    ask.no_total = true;
    pages(c, "page by name, no total", ask, 1000, 0);
    ask.no_total = false;
    pages(c, "1,000 pages on, by name", ask, 1000, 1);
    ask.down = true;
    pages(c, "the same, down", ask, 1000, 1);
    ask.down = false;
    ask.sort = entity_field(e, "pupils");
    pages(c, "pages by pupils", ask, 1000, 1);
    ask.sort = entity_field(e, "kind");
    pages(c, "pages by kind (ties)", ask, 1000, 1);
    ask.sort = NULL;
    struct filter area = {entity_field(e, "bassin"), IS, value_int(123)};
    struct filter open = {entity_field(e, "state"), IS, value_cstr("open")};
    struct filter rural = {entity_field(e, "rural"), IS, value_int(1)};
    ask.filters = &area, ask.filter_count = 1;
    pages(c, "filter bassin", ask, 1000, 1);
    ask.filters = &open;
    pages(c, "filter state = open", ask, 1000, 1);
    struct filter both[] = {open, rural};
    ask.filters = both, ask.filter_count = 2;
    pages(c, "filter state, rural", ask, 1000, 1);
    ask.filter_count = 0;
    struct scope scopes[] = {{&bench_area, 5}, {&bench_area, 150}};
    ask.reach = &(struct reach){.scopes = scopes, .n = 2};
    pages(c, "reach of two areas", ask, 1000, 1);
    ask.reach = &reach_all;
    ask.search = STR("ecole");
    pages(c, "list with words \"ecole\"", ask, 200, 1);
    ask.search = STR("valmer");
    pages(c, "list with words \"valmer\"", ask, 200, 1);
}

static void rows(struct conn *c)
{
    static struct timing t;
    struct arena mem = {0};
    struct scope scopes[] = {{&bench_area, 5}, {&bench_area, 150}};
    struct reach two = {.scopes = scopes, .n = 2};
    for (int narrow = 0; narrow < 2; narrow++) {
        t.n = 0;
        CHECK(conn_begin(c, 0) == OK);
        for (int i = 0; i < 2000; i++) {
            void *row;
            double from = now_s();
            enum status s = row_load(c, &mem, &bench_school, 1 + dice(ALL),
                                     narrow ? &two : &reach_all, &row);
            t.us[t.n++] = (now_s() - from) * 1e6;
            CHECK(s == OK || narrow);
            arena_reset(&mem);
        }
        conn_end(c);
        tell(narrow ? "row_load within two areas" : "row_load", &t, NULL);
    }
}

static void searches(struct conn *c)
{
    static const char *const typed[] = {"0101234",
                                        "valmer",
                                        "college valmer",
                                        "jaures",
                                        "ecole",
                                        "college",
                                        "école primaire",
                                        "lycee victor hugo",
                                        "college c",
                                        "e",
                                        "ec",
                                        "de",
                                        "saint",
                                        "moselle",
                                        "valcourt ecole",
                                        "introuvable",
                                        "primaire",
                                        "jaures primaire",
                                        "lycee jean moulin montville"};
    static struct timing t;
    struct scope scopes[] = {{&bench_area, 5}, {&bench_area, 150}};
    struct reach two = {.scopes = scopes, .n = 2};
    for (int narrow = 0; narrow < 2; narrow++)
        for (size_t k = 0; k < COUNT(typed); k++) {
            struct arena mem = {0};
            size_t n = 0;
            struct hit *hits;
            t.n = 0;
            CHECK(conn_begin(c, 0) == OK);
            struct list_ask ask = {.entity = &bench_school,
                                   .reach = narrow ? &two : &reach_all,
                                   .limit = 1,
                                   .search = str_of(typed[k])};
            struct list l;
            CHECK(list_load(c, &mem, &ask, &l) == OK);
            const int64_t total = l.total;
            for (int i = 0; i < 100; i++) {
                double from = now_s();
                CHECK(search_entity(c, &mem, &bench_school, ask.reach,
                                    str_of(typed[k]), 20, &hits, &n) == OK);
                t.us[t.n++] = (now_s() - from) * 1e6;
                arena_reset(&mem);
            }
            conn_end(c);
            struct arena said = {0};
            tell(arena_printf(&said, "search%s \"%s\"",
                              narrow ? " in 2 areas" : "", typed[k]),
                 &t,
                 arena_printf(&said, "%zu shown of %s%" PRId64, n,
                              total > TOTAL_MOST ? "more than " : "",
                              total > TOTAL_MOST ? TOTAL_MOST : total));
            arena_reset(&said);
        }
}

/* `store import` measures the import alone. */
int main(int argc, char **argv)
{
    struct arena mem = {0};
    struct db *db;
    struct conn *c;
    const char *why = "";
    char folder[] = "/tmp/essaim-bench-XXXXXX";
    CHECK(mkdtemp(folder));
    char *path = arena_printf(&mem, "%s/b.db", folder);
    CHECK(db_open(&mem, &db, &(struct db_options){.path = path}, &why) == OK);
    CHECK(schema_open(db, &mem, &schema, &why) == OK);
    import(db);
    CHECK(conn_open(db, &c) == OK);
    if (argc < 2 || strcmp(argv[1], "import") != 0) {
        lists(c);
        rows(c);
        searches(c);
    }
    conn_close(c);
    db_close(db);
    static const char *const files[] = {"", "-wal", "-shm", "-lock"};
    for (size_t i = 0; i < COUNT(files); i++)
        unlink(arena_printf(&mem, "%s%s", path, files[i]));
    rmdir(folder);
    arena_reset(&mem);
    return 0;
}
