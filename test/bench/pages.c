/*
 * What drawing costs, without the database: a list of 50 projects as its page.
 * `make build/test/bench/pages`: pages a second of one core's time, and bytes
 * of a page.
 */
#include "i18n/lang.h"
#include "view/list.h"
#include "view/pages/list.html.h"

enum { ROWS = 50, COLUMNS = 5 };

static const struct page_link menu[] = {
    {"Ma semaine", "/", false},
    {"Portefeuille", "/projets", true},
    {"Laboratoires", "/laboratoires", false},
    {"Matériel", "/materiel", false},
    {"Chiffres clés", "/chiffres", false},
    {"Décisions", "/decisions", false}};
static const struct column columns[COLUMNS] = {
    {"Nom", "/projets?sort=-name", SORTED_UP, false},
    {"Axe", NULL, NOT_SORTED, false},
    {"État", NULL, NOT_SORTED, false},
    {"Début", "/projets?sort=starts", NOT_SORTED, false},
    {"Élèves", "/projets?sort=pupils", NOT_SORTED, true}};

static struct list_v a_list(struct arena *a)
{
    struct cell *cells = NEW_ARRAY(a, struct cell, (size_t)ROWS * COLUMNS);
    for (int i = 0; i < ROWS; i++) {
        struct cell *c = &cells[(size_t)i * COLUMNS];
        c[0].text = arena_printf(a, "Savoirs fondamentaux & IA, n° %d", i);
        c[0].href = "/projets";
        c[0].id = i + 1;
        c[1].text = "Réussite de tous les élèves";
        c[1].href = "/axes";
        c[1].id = 1;
        c[2] =
            (struct cell){.text = "déploiement", .tag = "go", .kind = CELL_TAG};
        c[3].text = "1er septembre 2023";
        c[4] = (struct cell){.text = "1 085", .kind = CELL_NUMBER};
    }
    return (struct list_v){.title = "Projets",
                           .path = "/projets",
                           .columns = columns,
                           .column_count = COLUMNS,
                           .cells = cells,
                           .row_count = ROWS,
                           .total = "50 projets",
                           .csv = "/projets.csv",
                           .json = "/projets.json",
                           .next = "/projets?after=abc"};
}

/* Of this thread alone: other work on the machine does not count. */
static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int main(void)
{
    struct arena fixed = {0}, mem = {0};
    CHECK(!i18n_open(&fixed, files_embedded, files_embedded_count));
    const struct lang *fr = lang_default();
    const struct list_v v = a_list(&fixed);
    const struct page p = {.title = "Projets",
                           .menu = menu,
                           .menu_count = COUNT(menu),
                           .person = "Claire Aubry",
                           .role = "Coordonnatrice",
                           .csrf = "0123456789abcdef",
                           .language_href = "/projets?lang=en",
                           .demo = true};
    size_t bytes = 0;
    int64_t pages = 0, start = cpu_ns(), now = start;
    while (now - start < 2000000000) {
        for (int i = 0; i < 100; i++, pages++) {
            struct html h;
            html_open(&h, &mem, fr);
            list_page(&h, &p, &v);
            bytes = h.out.n;
            arena_reset(&mem);
        }
        now = cpu_ns();
    }
    printf("pages of %zu bytes: %.0f/s, %.0f MB/s\n", bytes,
           (double)pages * 1e9 / (double)(now - start),
           (double)pages * (double)bytes * 1e3 / (double)(now - start));
    arena_reset(&fixed);
    return 0;
}
