/* The module: the calendar, and what is kept. */
#include "core/demo.h"
#include "modules/booking/booking.h"

static const char *const needs[] = {"directory", NULL};
static const struct entity *const entities[] = {
    &closure_entity,
    &hold_entity,
    NULL,
};
/* Nobody keeps a thing by hand: holds follow from what they are kept for. */
static const struct right rights[] = {
    {"booking.edit_calendar", "admin leader"},
    {"booking.holds", "admin"},
    {"booking.keep", ""},
    {0},
};

/* Again, for the areas that local holidays need are there now. */
static enum status demo(struct demo *d)
{
    return calendar_begin(d->conn, d->mem);
}

const struct module booking_module = {
    .name = "booking",
    .needs = needs,
    .entities = entities,
    .rights = rights,
    .begin = calendar_begin,
    .demo = demo,
};
