/* Work beside its giver: all of it, in order, and what fails is told. */
#include "base/belt.h"
#include "unit/test.h"

#include <unistd.h>

struct sums {
    uint64_t sum;
    unsigned n, fails_at;
};

static enum status add(void *data, const void *p, size_t n)
{
    struct sums *s = data;
    const char *from = p;
    if (++s->n == s->fails_at)
        return ERR_FULL;
    for (size_t i = 0; i < n; i++)
        s->sum = s->sum * 31 + (unsigned char)from[i];
    if (s->n % 40 == 0)
        usleep(1000); /* the belt fills */
    return OK;
}

TEST(belt_keeps_the_order)
{
    static char pieces[200][8];
    struct sums beside = {0}, here = {0};
    struct belt b;
    belt_begin(&b, add, &beside);
    OKAY(belt_wait(&b, 0) == OK);
    for (unsigned i = 0; i < COUNT(pieces); i++) {
        snprintf(pieces[i], sizeof(pieces[i]), "%u", i * 7);
        OKAY(belt_give(&b, pieces[i], strlen(pieces[i])) == OK);
        OKAY(add(&here, pieces[i], strlen(pieces[i])) == OK);
        OKAY(b.given - b.done <= BELT);
    }
    OKAY(belt_wait(&b, 0) == OK);
    OKAY(beside.n == 200 && beside.sum == here.sum);
    belt_end(&b);
    belt_end(&b);
}

TEST(belt_tells_what_failed_and_stops)
{
    struct sums s = {.fails_at = 3};
    struct belt b;
    enum status last = OK;
    belt_begin(&b, add, &s);
    for (int i = 0; i < 100 && last == OK; i++)
        last = belt_give(&b, "x", 1);
    OKAY(last == ERR_FULL && belt_wait(&b, 0) == ERR_FULL);
    OKAY(s.n == 3);
    belt_end(&b);
}
