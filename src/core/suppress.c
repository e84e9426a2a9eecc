#include "core/suppress.h"

enum { LEAST = 5 }; /* the smallest number that is told */

static bool is_small(double value)
{
    return value > 0 && value < LEAST;
}

/* With s small ones and m others hidden, a small one may be anything of 1 to 4
 * when the sum lets it be 4 while all others are as low as they can be. */
static bool enough(const struct cell *cells, size_t n)
{
    double sum = 0, least = 0;
    bool any = false, other = false;
    for (size_t i = 0; i < n; i++) {
        const struct cell *c = &cells[i];
        if (!c->hidden)
            continue;
        sum += c->value;
        least += c->small ? 1 : LEAST;
        any |= c->small;
        other |= !c->small;
    }
    return !any || (other && sum >= least + LEAST - 2);
}

static struct cell *smallest_told(struct cell *cells, size_t n)
{
    struct cell *least = NULL;
    for (size_t i = 0; i < n; i++)
        if (!cells[i].hidden && cells[i].value > 0 &&
            (!least || cells[i].value < least->value))
            least = &cells[i];
    return least;
}

bool suppress_cells(struct cell *cells, size_t n, size_t untold)
{
    for (size_t i = 0; i < n; i++) {
        cells[i].small = is_small(cells[i].value);
        cells[i].hidden =
            cells[i].small || (i + untold >= n && cells[i].value > 0);
    }
    while (!enough(cells, n)) {
        struct cell *next = smallest_told(cells, n);
        if (!next)
            return true;
        next->hidden = true;
    }
    return false;
}
