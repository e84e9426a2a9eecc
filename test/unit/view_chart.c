/* Charts can be read by those who do not see them; points of the map do not
 * hide each other. */
#include "unit/view_test.h"

#include "view/map.h"
#include "view/pages/chart.html.h"

#include <math.h>

static const struct bar policies[] = {
    {"Savoirs <fondamentaux>", "39 %", "/projets?p=1", 39, true},
    {"École inclusive", "33 %", NULL, 33, false},
    {"Inconnu", NULL, NULL, NAN, false},
};

TEST(view_chart)
{
    struct arena mem = {0};
    struct html h;
    struct bars b = {.title = "Projets par politique",
                     .name_head = "Politique",
                     .value_head = "Part",
                     .bars = policies,
                     .n = 3};
    html_open(&h, &mem, labels(&mem, "fr"));
    chart_bars(&h, &b);
    const char *wrong = html_fault(&mem, buf_done(&h.out));
    OKAY(!wrong);
    if (wrong)
        printf("  %s\n", wrong);
    OKAY(has(&h, "role=\"group\" aria-label=\"Projets par politique"));
    OKAY(has(&h, "École inclusive, 33 %") && has(&h, "<td class=\"n\">39 %"));
    OKAY(has(&h, "width=\"356\"") && has(&h, "width=\"301.2\""));
    OKAY(has(&h, "class=\"bar on\"") && !has(&h, "nan") &&
         !has(&h, "<fondamentaux>"));
    /* Without links it is one image. */
    b.bars = policies + 1;
    b.n = 1;
    html_open(&h, &mem, NULL);
    bars_svg(&h, &b);
    OKAY(has(&h, "role=\"img\""));
    b.n = 0;
    bars_svg(&h, &b);
    /* A name too long for a telephone is cut between letters, and said whole.
     */
    const struct bar far = {
        .label = "Laboratoire numérique de Saint-Dié-des-Vosges, à côté",
        .shown = "3",
        .value = 3};
    b.bars = &far;
    b.n = 1;
    html_open(&h, &mem, NULL);
    bars_svg(&h, &b);
    OKAY(has(&h, ">Laboratoire numérique de Saint-Dié-des-Vosges…<"));
    OKAY(has(&h, "à côté, 3\""));
    /* Standing bars: the first and the last say their value. */
    b.bars = policies;
    b.n = 2;
    html_open(&h, &mem, labels(&mem, "fr"));
    chart_columns(&h, &b);
    OKAY(!html_fault(&mem, buf_done(&h.out)));
    OKAY(has(&h, "aria-label=\"Projets par politique : Savoirs"));
    OKAY(has(&h, "height=\"178\"") && has(&h, "height=\"150.6\""));
    OKAY(has(&h, "class=\"axis\"") && has(&h, "<td class=\"n\">33 %"));
    /* Few of them leave room for both labels. */
    OKAY(has(&h, "x=\"240\"") && !has(&h, "x=\"108\""));
    html_open(&h, &mem, NULL);
    html_number(&h, -0.25);
    html_lit(&h, " ");
    html_number(&h, 12);
    OKAY(str_eq(buf_done(&h.out), "-0.3 12"));
    arena_reset(&mem);
}

static const struct place square[] = {{4.9, 47.8},
                                      {7.6, 47.8},
                                      {7.6, 49.6},
                                      {4.9, 49.6}};
static const struct outline outlines[] = {{"Académie", square, 4}};

static struct map a_map(struct arena *a, size_t n)
{
    static const struct map_kind kinds[] = {
        {.label = "Écoles", .shape = "school"},
        {.label = "Laboratoires", .shape = "lab", .shown_href = "/carte?x=1"},
        {.label = "Cachés", .shape = "org", .hidden = true}};
    struct map m = {.label = "Carte",
                    .width = 960,
                    .outlines = outlines,
                    .outline_count = 1,
                    .point_count = n,
                    .points = NEW_ARRAY(a, struct map_point, n),
                    .kinds = NEW_ARRAY(a, struct map_kind, 3),
                    .kind_count = 3};
    memcpy(m.kinds, kinds, sizeof(kinds));
    for (size_t i = 0; i < n; i++) /* most of them in one town */
        m.points[i] = (struct map_point){
            .at = {i % 3 ? 6.18 : 5.0 + (double)(i % 25) / 10,
                   i % 3 ? 48.69 : 47.9 + (double)(i % 16) / 10},
            .title = "École <x>",
            .href = "/etablissements/1",
            .kind = i % 7 == 0};
    return m;
}

TEST(view_map)
{
    struct arena mem = {0};
    enum { N = 800 };
    struct map m = a_map(&mem, N), again = a_map(&mem, N);
    m.points[0].at.lat = NAN;
    m.points[1].kind = 2;
    again.points[0].at.lat = NAN;
    again.points[1].kind = 2;
    map_spread(&mem, &m);
    map_spread(&mem, &again);
    map_spread(&mem, &again); /* twice is once */
    OKAY(isnan(m.points[0].drawn.x) && isnan(m.points[1].drawn.x));
    OKAY(m.kinds[2].count == 1 && m.kinds[0].count == again.kinds[0].count);
    double height = map_height(&m), nearest = 1e9, farthest = 0;
    for (size_t i = 2; i < N; i++) {
        struct point p = m.points[i].drawn;
        OKAY(p.x >= 0 && p.x <= m.width && p.y >= 0 && p.y <= height);
        OKAY(p.x == again.points[i].drawn.x && p.y == again.points[i].drawn.y);
        struct point at = map_project(&m, m.points[i].at);
        farthest = fmax(farthest, hypot(at.x - p.x, at.y - p.y));
        for (size_t k = 2; k < i; k++)
            nearest = fmin(nearest, hypot(m.points[k].drawn.x - p.x,
                                          m.points[k].drawn.y - p.y));
    }
    OKAY(nearest > MAP_STEP - 0.01);
    OKAY(farthest < 16 * MAP_STEP); /* 530 in one town: a disc of 12 steps */
    /* North is up, and a degree of longitude is shorter. */
    struct point nw = map_project(&m, square[3]),
                 se = map_project(&m, square[1]);
    OKAY(nw.y < se.y && nw.x < se.x);
    double shorter = (se.x - nw.x) / 2.7 / ((se.y - nw.y) / 1.8);
    OKAY(fabs(shorter - cos(48.7 * 3.14159265 / 180)) < 1e-6);
    struct html h;
    html_open(&h, &mem, labels(&mem, "fr"));
    map_figure(&h, &m);
    const char *wrong = html_fault(&mem, buf_done(&h.out));
    OKAY(!wrong);
    if (wrong)
        printf("  %s\n", wrong);
    OKAY(has(&h, "<a href=\"/etablissements/1\"><title>École &lt;x&gt;"));
    OKAY(has(&h, "#pt-lab\"") && has(&h, "class=\"land\"") && !has(&h, "nan"));
    /* Without outlines, or with one point: still a map. */
    struct map one = a_map(&mem, 1);
    one.outline_count = 0;
    map_spread(&mem, &one);
    OKAY(!isnan(one.points[0].drawn.x) && map_height(&one) > 0);
    struct map none = a_map(&mem, 0);
    none.outline_count = 0;
    map_spread(&mem, &none);
    OKAY(map_height(&none) > 0);
    arena_reset(&mem);
}
