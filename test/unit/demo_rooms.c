#include "unit/demo_world.h"

#include "modules/network/calendar.h"

/* What the calendar offers of a half-day is the room that is asked alone. */
static size_t compare_lab(struct demo_world *w, const struct halves *h,
                          const struct lab_halves *lab)
{
    static const int64_t people[] = {0, 12, 27, 400};
    size_t offered = 0;
    for (int32_t day = h->from; day <= h->to; day++)
        for (int part = MORNING; part < PARTS; part++)
            for (size_t i = 0; i < COUNT(people); i++) {
                const int64_t room = room_of_half(h, lab, day, part, people[i]);
                int64_t alone;
                OKAY(room_fitting(w->conn, lab->lab,
                                  slot_of(day, (enum half_day)part), people[i],
                                  &alone) == OK);
                OKAY(room == alone);
                offered += room != NONE;
            }
    return offered;
}

TEST(demo_rooms_offered_two_ways_are_one)
{
    enum { DAYS = 40 };
    struct demo_world w;
    struct halves h;
    int32_t from;
    size_t offered = 0, asked = 0;
    demo_world_open(&w, "demo.db");
    OKAY(day_parse(STR("2024-03-04"), &from));
    OKAY(halves_make(w.conn, &w.mem, NONE, from, from + DAYS - 1, &h) == OK);
    OKAY(h.n > 10);
    for (size_t i = 0; i < h.n; i += 4) {
        offered += compare_lab(&w, &h, &h.labs[i]);
        asked += (size_t)DAYS * PARTS * 4;
    }
    OKAY(offered > 0 && offered < asked);
    demo_world_close(&w);
}
