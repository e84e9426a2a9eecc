/* The module. */
#include "modules/network/network.h"

#include "core/pages.h"
#include "modules/network/routes.h"
#include "modules/network/series.h"

static const char *const needs[] = {"directory", "portfolio", "booking", NULL};
static const struct entity *const entities[] = {
    &lab_entity,    &space_entity,    &opening_entity,
    &pause_entity,  &lab_team_entity, &lab_shown_entity,
    &series_entity, &visit_entity,    &slot_entity,
    NULL,
};
static const struct right rights[] = {
    {"network.edit_labs", "admin leader coordinator"},
    {"network.team", "admin leader inspector ien coordinator host"},
    {"network.visits", "admin leader inspector ien coordinator teacher head "
                       "host"},
    {"network.receive", "admin coordinator host"},
    {0},
};
static const struct route routes[] = {
    {.method = GET,
     .path = "/laboratoires",
     .right = PUBLIC,
     .handle = rows_list,
     .entity = &lab_entity,
     .menu = "network.menu"},
    {.method = GET,
     .path = "/laboratoires/:id",
     .right = PUBLIC,
     .handle = lab_show,
     .entity = &lab_entity,
     .loads_row = true},
    {.method = GET,
     .path = "/laboratoires/calendrier",
     .right = PUBLIC,
     .handle = network_calendar_show},
    {.method = GET,
     .path = "/laboratoires/:id/calendrier",
     .right = PUBLIC,
     .handle = lab_calendar_show,
     .entity = &lab_entity,
     .loads_row = true},
    {.method = GET,
     .path = "/laboratoires/:id/demande",
     .right = PUBLIC,
     .handle = visit_ask_form,
     .entity = &lab_entity,
     .loads_row = true},
    {.method = POST,
     .path = "/laboratoires/:id/demande",
     .right = PUBLIC,
     .handle = visit_ask_send,
     .entity = &lab_entity,
     .loads_row = true},
    {.method = GET,
     .path = "/laboratoires/:id/demande/envoyee",
     .right = PUBLIC,
     .handle = visit_ask_sent,
     .entity = &lab_entity,
     .loads_row = true},
    {.method = GET,
     .path = "/ma-semaine",
     .right = "network.visits",
     .handle = week_show,
     .entity = &visit_entity,
     .menu = "network.week"},
    {.method = GET,
     .path = "/accueils",
     .right = "network.visits",
     .handle = rows_list,
     .entity = &visit_entity},
    {.method = GET,
     .path = "/series/:id",
     .right = "network.visits",
     .handle = series_show,
     .entity = &series_entity,
     .loads_row = true},
    {.method = POST,
     .path = "/series/:id/reserver",
     .right = "network.receive",
     .handle = series_take,
     .entity = &series_entity,
     .loads_row = true,
     .lane = HEAVY},
    {.method = GET,
     .path = "/series/:id/changer",
     .right = "network.receive",
     .handle = series_change_form,
     .entity = &series_entity,
     .loads_row = true},
    {.method = POST,
     .path = "/series/:id/changer",
     .right = "network.receive",
     .handle = series_change,
     .entity = &series_entity,
     .loads_row = true,
     .lane = HEAVY},
    {.method = POST,
     .path = "/series/:id/annuler",
     .right = "network.receive",
     .handle = series_stop,
     .entity = &series_entity,
     .loads_row = true,
     .lane = HEAVY},
    {0},
};

static const struct change pauses[] = {
    {.op = CREATE_TABLE, .entity = &pause_entity},
    {.op = RUN},
};
static const struct migration migrations[] = {{9, pauses}, {0}};

static const struct waiting waiting[] = {
    {.label = "network.waiting.uncounted",
     .right = "network.receive",
     .where = SQL_CONST("t.state = 'confirmed' AND EXISTS (SELECT 1 FROM"
                        " network_slot s WHERE s.visit = t.id AND s.day <"
                        " :today)"),
     .entity = &visit_entity,
     .late = true},
    {.label = "network.waiting.asked",
     .right = "network.receive",
     .where = SQL_CONST("t.state = 'asked'"),
     .entity = &visit_entity},
    {.label = "network.waiting.mine",
     .right = "network.visits",
     .where = SQL_CONST("t.state IN ('asked', 'confirmed') AND t.person = :me"),
     .entity = &visit_entity},
    {0},
};

static const struct change series[] = {
    {.op = CREATE_TABLE, .entity = &series_entity},
    {.op = ADD_FIELD, .entity = &visit_entity, .field = "series"},
    {.op = RUN},
};
static const struct migration migrations[] = {{10, series}, {0}};

const struct module network_module = {
    .name = "network",
    .needs = needs,
    .entities = entities,
    .rights = rights,
    .routes = routes,
    .figures = network_figures,
    .waiting = waiting,
    .migrations = migrations,
    .demo = network_demo,
};
