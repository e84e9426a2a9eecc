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
    {"booking.check_calendar", "admin"},
    {"booking.holds", "admin"},
    {"booking.keep", ""},
    {0},
};

/* Holidays that nobody has compared with the text yet. */
static const struct waiting waiting[] = {
    {.label = "booking.waiting.unchecked",
     .right = "booking.check_calendar",
     .where = SQL_CONST("t.source LIKE '%à vérifier%' AND t.ends >= :today"),
     .entity = &closure_entity},
    /* Nobody can ask for a day after it: time to load the next year. */
    {.label = "booking.waiting.last",
     .right = "booking.check_calendar",
     .where = SQL_CONST("t.kind = 'holidays' AND t.ends - 180 < :today AND"
                        " t.ends = (SELECT max(k.ends) FROM booking_closure k"
                        " WHERE k.kind = 'holidays')"),
     .entity = &closure_entity},
    {0},
};

/* 20697 is 1 September 2026: what begins after it came without its text. A hold
 * is looked for by when it ends: of what is over nothing is read. */
static const struct change sourced[] = {
    {.op = ADD_FIELD, .entity = &closure_entity, .field = "source"},
    {.op = RUN,
     .sql = SQL_CONST("UPDATE booking_closure SET source = 'Calendrier national"
                      " 2026-2027, à vérifier' WHERE kind IN ('holidays',"
                      " 'bridge') AND starts >= 20697")},
    {.op = ADD_INDEX, .entity = &hold_entity, .number = 1},
    {.op = RUN},
};
static const struct change apart[] = {
    {.op = KEEP_APART, .entity = &hold_entity},
    {.op = RUN},
};
/* What somebody doubled, and the other has left since. */
static const struct change stood_up[] = {
    {.op = RUN,
     .sql = SQL_CONST("UPDATE booking_hold SET why = 'visit' WHERE"
                      " " OVER_NOTHING)},
    {.op = RUN},
};
static const struct migration migrations[] = {{8, sourced},
                                              {90, apart},
                                              {95, stood_up},
                                              {0}};

/* Again, for the areas that local holidays need are there now. */
static enum status demo(struct demo *d)
{
    TRY(calendar_begin(d->conn, d->mem));
    return calendar_invent(d->conn, d->mem, d->today + 120);
}

const struct module booking_module = {
    .name = "booking",
    .needs = needs,
    .entities = entities,
    .rights = rights,
    .waiting = waiting,
    .migrations = migrations,
    .begin = calendar_begin,
    .demo = demo,
};
