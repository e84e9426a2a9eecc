/* What a line of a file shares with the lines before it. */
#include "core/import_seen.h"
#include "base/time.h"
#include "modules/portfolio/life.h"
#include "unit/test.h"

TEST(seen_is_the_first_line_that_says_it)
{
    struct arena a = {0};
    struct seen s = {0};
    char text[16];
    for (int64_t line = 1; line <= 3000; line++) {
        const int n = snprintf(text, sizeof(text), "%" PRId64, line % 2500);
        const struct str said = {text, (size_t)n};
        OKAY(seen_before(&s, &a, "uai", said, line) ==
             (line > 2500 ? line - 2500 : 0));
    }
    OKAY(seen_before(&s, &a, "uai", STR("7"), 7) == 0);
    OKAY(seen_before(&s, &a, "name", STR("7"), 3001) == 0);
    arena_reset(&s.mem);
    arena_reset(&a);
}

TEST(seen_rows_take_turns)
{
    enum { OPEN = -1 };
    static const struct {
        int school, from, until; /* days of March */
        const char *state;
        int64_t twin, turn; /* lines */
    } rows[] = {
        {1, 1, 5, "in_use", 0, 0}, /* line 2 */
        {1, 6, 10, "in_use", 0, 0},
        {1, 5, 7, "in_use", 0, 2}, /* of two, the first */
        {1, 8, 8, "in_use", 0, 3},
        {2, 8, 8, "in_use", 0, 0},     /* line 6, elsewhere */
        {1, 20, OPEN, "in_use", 0, 0}, /* line 7, for ever */
        {1, 11, 19, "ended", 0, 0},    /* line 8 */
        {1, 25, OPEN, "planned", 0, 7},
        {2, 20, OPEN, "ended", 0, 0},    /* line 10, its first day alone */
        {2, 21, OPEN, "planned", 0, 0},  /* line 11 */
        {1, 6, OPEN, "planned", 3, 3},   /* the very same day */
        {3, 6, OPEN, "abandoned", 0, 0}, /* line 13 */
        {3, 6, OPEN, "abandoned", 13, 13},
    };
    struct arena a = {0};
    struct seen s = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct deployment *d = row_new(&a, &deployment_entity);
        d->project = 1;
        d->school = rows[i].school;
        d->tool = "MYdys";
        d->state = rows[i].state;
        d->starts = day_of(2025, 3, rows[i].from);
        if (rows[i].until != OPEN)
            d->ends = day_of(2025, 3, rows[i].until);
        const int64_t line = (int64_t)i + 2;
        OKAY(seen_twin(&s, &a, &deployment_entity, d, line) == rows[i].twin);
        OKAY(seen_turn(&s, &a, &deployment_entity, d, line) == rows[i].turn);
    }
    struct deployment *none = row_new(&a, &deployment_entity);
    OKAY(seen_twin(&s, &a, &deployment_entity, none, 99) == 0);
    OKAY(seen_turn(&s, &a, &deployment_entity, none, 99) == 0);
    arena_reset(&s.mem);
    arena_reset(&a);
}
