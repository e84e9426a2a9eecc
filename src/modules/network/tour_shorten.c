/* In which order a tour is short: a travelling salesman that comes home. */
#include "modules/network/tour.h"

#include <math.h>
#include <string.h>

#define METRE 0.001 /* or a moment: what is less is no gain */

static double length_of(size_t n, double way[][TOUR_STOPS + 1],
                        const size_t *order)
{
    size_t at = n;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += way[at][order[i]];
        at = order[i];
    }
    return sum + way[at][n];
}

/* best[set][last]: the shortest way from home through the set that ends there.
 */
static void shortest(struct arena *a, size_t n, double way[][TOUR_STOPS + 1],
                     size_t *order)
{
    const size_t all = ((size_t)1 << n) - 1;
    double *best = NEW_ARRAY(a, double, (all + 1) * TOUR_EXACT);
    unsigned char *from = NEW_ARRAY(a, unsigned char, (all + 1) * TOUR_EXACT);
    for (size_t set = 1; set <= all; set++)
        for (size_t last = 0; last < n; last++) {
            const size_t at = set * TOUR_EXACT + last;
            const size_t rest = set & ~((size_t)1 << last);
            best[at] = INFINITY;
            if (!(set >> last & 1))
                continue;
            if (!rest)
                best[at] = way[n][last];
            for (size_t k = 0; k < n; k++) {
                const double sum = best[rest * TOUR_EXACT + k] + way[k][last];
                if (rest >> k & 1 && sum < best[at]) {
                    best[at] = sum;
                    from[at] = (unsigned char)k;
                }
            }
        }
    size_t last = 0, set = all;
    for (size_t k = 1; k < n; k++)
        if (best[all * TOUR_EXACT + k] + way[k][n] <
            best[all * TOUR_EXACT + last] + way[last][n])
            last = k;
    CHECK(isfinite(best[all * TOUR_EXACT + last]));
    for (size_t i = n; i-- > 0;) {
        const size_t before = from[set * TOUR_EXACT + last];
        order[i] = last;
        set &= ~((size_t)1 << last);
        last = before;
    }
}

static void nearest(size_t n, double way[][TOUR_STOPS + 1], size_t *order)
{
    bool there[TOUR_STOPS] = {0};
    size_t at = n;
    for (size_t i = 0; i < n; i++) {
        size_t next = n;
        for (size_t k = 0; k < n; k++)
            if (!there[k] && (next == n || way[at][k] < way[at][next]))
                next = k;
        there[next] = true;
        order[i] = at = next;
    }
}

/* The places from i to k the other way round. */
static void turn(size_t *order, size_t i, size_t k)
{
    for (; i < k; i++, k--) {
        const size_t one = order[i];
        order[i] = order[k];
        order[k] = one;
    }
}

/* The place at i goes to k, those between move up. */
static void carry(size_t *order, size_t i, size_t k)
{
    const size_t one = order[i];
    if (i < k)
        memmove(order + i, order + i + 1, (k - i) * sizeof(*order));
    else
        memmove(order + k + 1, order + k, (i - k) * sizeof(*order));
    order[k] = one;
}

static bool is_shorter(size_t n, double way[][TOUR_STOPS + 1],
                       const size_t *order, double *least)
{
    const double now = length_of(n, way, order);
    if (now >= *least - METRE)
        return false;
    *least = now;
    return true;
}

/* Turns a stretch and carries one place as long as that shortens it. */
static void improve(size_t n, double way[][TOUR_STOPS + 1], size_t *order)
{
    double least = length_of(n, way, order);
    bool better = true;
    while (better) {
        better = false;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < n; k++) {
                turn(order, i, k);
                if (is_shorter(n, way, order, &least))
                    better = true;
                else
                    turn(order, i, k);
                carry(order, i, k);
                if (is_shorter(n, way, order, &least))
                    better = true;
                else
                    carry(order, k, i);
            }
    }
}

void tour_shorten(struct arena *a, size_t n, double way[][TOUR_STOPS + 1],
                  size_t order[])
{
    size_t found[TOUR_STOPS];
    if (n < 2)
        return;
    if (n <= TOUR_EXACT) {
        shortest(a, n, way, found);
    } else {
        improve(n, way, order);
        nearest(n, way, found);
        improve(n, way, found);
    }
    if (length_of(n, way, found) < length_of(n, way, order) - METRE)
        memcpy(order, found, n * sizeof(*order));
}
