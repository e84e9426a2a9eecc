/* The outlines of the map: towns fall into their département, and neighbours
 * touch without gap or overlap. */
#include "unit/test.h"

#include "modules/directory/outline.h"

/* Even-odd rule. */
static bool inside(const struct outline *o, struct place p)
{
    bool in = false;
    for (size_t i = 0, j = o->n - 1; i < o->n; j = i++) {
        struct place a = o->ring[i], b = o->ring[j];
        if ((a.lat > p.lat) != (b.lat > p.lat) &&
            p.lon < (b.lon - a.lon) * (p.lat - a.lat) / (b.lat - a.lat) + a.lon)
            in = !in;
    }
    return in;
}

static bool same_place(struct place a, struct place b)
{
    return a.lon == b.lon && a.lat == b.lat;
}

/* How often b has an edge of a, walked the other way. */
static size_t common_edges(const struct outline *a, const struct outline *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < b->n; j++)
            n += same_place(a->ring[i], b->ring[(j + 1) % b->n]) &&
                 same_place(a->ring[(i + 1) % a->n], b->ring[j]);
    return n;
}

TEST(outline_holds_towns)
{
    static const struct {
        const char *name, *code;
        struct place at;
    } towns[] = {
        {"Nancy", "54", {6.18, 48.69}},
        {"Longwy", "54", {5.77, 49.52}},
        {"Lunéville", "54", {6.50, 48.59}},
        {"Toul", "54", {5.89, 48.68}},
        {"Briey", "54", {5.94, 49.25}},
        {"Longuyon", "54", {5.60, 49.45}},
        {"Bar-le-Duc", "55", {5.16, 48.77}},
        {"Verdun", "55", {5.38, 49.16}},
        {"Commercy", "55", {5.59, 48.76}},
        {"Stenay", "55", {5.19, 49.49}},
        {"Metz", "57", {6.18, 49.12}},
        {"Thionville", "57", {6.17, 49.36}},
        {"Forbach", "57", {6.90, 49.19}},
        {"Bitche", "57", {7.43, 49.05}},
        {"Sarrebourg", "57", {7.05, 48.74}},
        {"Épinal", "88", {6.45, 48.17}},
        {"Saint-Dié", "88", {6.95, 48.29}},
        {"Gérardmer", "88", {6.88, 48.07}},
        {"Vittel", "88", {5.95, 48.20}},
        {"Neufchâteau", "88", {5.69, 48.36}},
        {"Strasbourg", "", {7.75, 48.58}},
        {"Reims", "", {4.03, 49.25}},
    };
    for (size_t t = 0; t < COUNT(towns); t++)
        for (size_t d = 0; d < DEPARTMENTS; d++) {
            bool in = inside(&departments[d].outline, towns[t].at);
            if (in != (same(departments[d].code, towns[t].code)))
                printf("  %s and %s\n", towns[t].name, departments[d].code);
            OKAY(in == (same(departments[d].code, towns[t].code)));
        }
}

TEST(outline_neighbours_touch)
{
    const struct outline *o54 = &departments[0].outline,
                         *o55 = &departments[1].outline,
                         *o57 = &departments[2].outline,
                         *o88 = &departments[3].outline;
    OKAY(common_edges(o54, o55) >= 20);
    OKAY(common_edges(o54, o57) >= 20);
    OKAY(common_edges(o54, o88) >= 15);
    OKAY(common_edges(o55, o88) >= 4);
    OKAY(common_edges(o57, o88) == 0);
}

/* A corner of one ring strictly inside another would be an overlap. */
TEST(outline_no_overlap)
{
    for (size_t a = 0; a < DEPARTMENTS; a++)
        for (size_t b = 0; b < DEPARTMENTS; b++)
            for (size_t i = 0; a != b && i < departments[a].outline.n; i++) {
                struct place p = departments[a].outline.ring[i];
                bool shared = false;
                for (size_t j = 0; j < departments[b].outline.n; j++)
                    shared |= same_place(p, departments[b].outline.ring[j]);
                OKAY(shared || !inside(&departments[b].outline, p));
            }
}
