/* An agenda is what libical itself would write. */
#include "unit/test.h"

#include "modules/booking/agenda.h"

#include <libical/ical.h>

#define LONG "Découvrir, à plusieurs; la réalité virtuelle \\ et l’augmentée "

TEST(agenda_is_as_libical_writes_it)
{
    struct arena a = {0};
    struct str out;
    const struct event events[] = {
        {.uid = "018a4e0a-1c00-7123-a446-000000000001",
         .sequence = 3,
         .changed = 1741766400,
         .day = day_of(2024, 2, 29),
         .part = AFTERNOON,
         .state = EVENT_FIRM,
         .title = LONG LONG LONG "fin",
         .place = "Salle 1, étage 2; fond",
         .text = LONG "fin\n" LONG "fin\n\nfin",
         .url = "https://essaim.example/accueils/12"},
        {.uid = "018a4e0a-1c00-7123-a446-000000000002-12",
         .changed = 0,
         .day = day_of(2031, 12, 31),
         .part = EVENING,
         .state = EVENT_CANCELLED,
         .title = "x"},
        {.uid = "u", .changed = 951782399, .part = MORNING, .title = "5e B"},
    };
    OKAY(agenda_write(&a, "Ma semaine", events, COUNT(events), &out) == OK);
    icalcomponent *all = icalparser_parse_string(str_dup(&a, out));
    OKAY(all && icalcomponent_count_errors(all) == 0);
    OKAY(icalcomponent_count_components(all, ICAL_VEVENT_COMPONENT) == 3);
    OKAY(str_eq(out, icalcomponent_as_ical_string(all)));
    icalcomponent_free(all);
    arena_reset(&a);
}
