/* The module. */
#include "modules/network/network.h"

#include "core/pages.h"

static const char *const needs[] = {"directory", "portfolio", "booking", NULL};
static const struct entity *const entities[] = {
    &lab_entity,      &space_entity,     &opening_entity,
    &lab_team_entity, &lab_shown_entity, NULL,
};
static const struct right rights[] = {
    {"network.edit_labs", "admin leader coordinator"},
    {"network.team", "admin leader inspector ien coordinator host"},
    {0},
};
static const struct route routes[] = {
    {.method = GET,
     .path = "/laboratoires",
     .right = PUBLIC,
     .handle = rows_list,
     .entity = &lab_entity,
     .menu = "network.menu"},
    {0},
};

#define OPEN                                                                   \
    "FROM network_lab l WHERE l.opened <= :to AND (l.closed IS NULL OR "       \
    "l.closed >= :to)"
#define LABS OPEN " AND (:bassin IS NULL OR l.bassin = :bassin) AND {reach:l}"
/* Bassins, each once, however many laboratories it has. */
#define SERVED                                                                 \
    "FROM directory_area b WHERE b.id IN (SELECT l.bassin " OPEN ") AND "      \
    "(:bassin IS NULL OR b.id = :bassin) AND {reach:b}"

const struct figure network_figures[] = {
    {.id = "network.labs",
     .unit = "lab",
     .section = "network",
     .period = AS_OF,
     .origin = RECORDS,
     .entity = &lab_entity,
     .value = SQL_CONST("SELECT count(*) " LABS),
     .rows = SQL_CONST("SELECT l.id AS id, 1 AS amount " LABS)},
    {.id = "network.bassins",
     .unit = "bassin",
     .section = "network",
     .period = AS_OF,
     .origin = RECORDS,
     .entity = &area_entity,
     .value = SQL_CONST("SELECT count(*) " SERVED),
     .rows = SQL_CONST("SELECT b.id AS id, 1 AS amount " SERVED)},
    {0},
};

const struct module network_module = {
    .name = "network",
    .needs = needs,
    .entities = entities,
    .rights = rights,
    .routes = routes,
    .figures = network_figures,
    .demo = network_demo,
};
