#include "modules/network/tour.h"
#include "unit/test.h"

#include <math.h>

static double length(size_t n, double way[][TOUR_STOPS + 1],
                     const size_t *order)
{
    double sum = 0;
    size_t at = n;
    for (size_t i = 0; i < n; i++) {
        sum += way[at][order[i]];
        at = order[i];
    }
    return sum + way[at][n];
}

static uint32_t turn;

static double next(void)
{
    turn = turn * 1664525 + 1013904223;
    return (turn >> 8) / 16777216.0;
}

static bool is_each_once(size_t n, const size_t *order)
{
    bool seen[TOUR_STOPS] = {0};
    for (size_t i = 0; i < n; i++) {
        if (order[i] >= n || seen[order[i]])
            return false;
        seen[order[i]] = true;
    }
    return true;
}

/* The shortest of all orders of the places from `at` on. */
static double shortest(size_t n, double way[][TOUR_STOPS + 1], size_t *order,
                       size_t at)
{
    double best = at == n ? length(n, way, order) : INFINITY;
    for (size_t i = at; i < n; i++) {
        size_t kept = order[at];
        order[at] = order[i];
        order[i] = kept;
        best = fmin(best, shortest(n, way, order, at + 1));
        kept = order[at];
        order[at] = order[i];
        order[i] = kept;
    }
    return best;
}

TEST(tour_of_few_stops_is_the_shortest_there_is)
{
    struct arena mem = {0};
    double way[TOUR_STOPS + 1][TOUR_STOPS + 1];
    turn = 7;
    for (size_t n = 0; n <= 7; n++) {
        size_t order[TOUR_STOPS], all[TOUR_STOPS];
        for (size_t i = 0; i <= n; i++)
            for (size_t k = 0; k <= n; k++) /* there is not as back */
                way[i][k] = i == k ? 0 : 1 + 99 * next();
        for (size_t i = 0; i < n; i++)
            order[i] = all[i] = i;
        tour_shorten(&mem, n, way, order);
        OKAY(is_each_once(n, order));
        OKAY(n == 0 ||
             fabs(length(n, way, order) - shortest(n, way, all, 0)) < 0.01);
    }
    arena_reset(&mem);
}

/* On a circle the shortest is around it: whatever crosses is undone. */
TEST(tour_of_many_stops_goes_around_a_circle)
{
    struct arena mem = {0};
    double way[TOUR_STOPS + 1][TOUR_STOPS + 1];
    turn = 11;
    for (size_t n = 13; n <= TOUR_STOPS; n++) {
        size_t order[TOUR_STOPS], place[TOUR_STOPS + 1];
        for (size_t i = 0; i <= n; i++)
            place[i] = i;
        for (size_t i = n; i > 0; i--) {
            const size_t k = (size_t)(next() * (double)(i + 1));
            const size_t kept = place[i];
            place[i] = place[k];
            place[k] = kept;
        }
        const double step = 2 * 3.14159265358979 / (double)(n + 1);
        for (size_t i = 0; i <= n; i++)
            for (size_t k = 0; k <= n; k++)
                way[i][k] =
                    2 * 50 *
                    fabs(sin(step * ((double)place[i] - (double)place[k]) / 2));
        for (size_t i = 0; i < n; i++)
            order[i] = i;
        tour_shorten(&mem, n, way, order);
        OKAY(is_each_once(n, order));
        OKAY(fabs(length(n, way, order) -
                  (double)(n + 1) * 100 * sin(step / 2)) < 0.1);
    }
    arena_reset(&mem);
}

TEST(tour_that_is_short_stays_as_it_is)
{
    struct arena mem = {0};
    double way[TOUR_STOPS + 1][TOUR_STOPS + 1];
    size_t order[] = {2, 1, 0};
    for (size_t i = 0; i <= 3; i++)
        for (size_t k = 0; k <= 3; k++)
            way[i][k] = i == k ? 0 : 5;
    tour_shorten(&mem, 3, way, order);
    OKAY(order[0] == 2 && order[1] == 1 && order[2] == 0);
    arena_reset(&mem);
}
