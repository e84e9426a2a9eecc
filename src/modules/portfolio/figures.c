/*
 * The figures of the strategy and the portfolio. A policy's share is its whole
 * tags over all tags of the projects that run on the period's last day; in a
 * bassin, of those that work there, in its département or everywhere.
 */
#include "modules/portfolio/portfolio.h"

#define AREA                                                                   \
    "SELECT 1 FROM portfolio_project_areas x WHERE x.row_id = p.id AND "
#define RUNNING                                                                \
    "p.starts <= :to AND (p.ends IS NULL OR p.ends >= :to) AND "               \
    "(:bassin IS NULL OR NOT EXISTS (" AREA LINK_STOOD(                        \
        "x", ":to") ") OR "                                                    \
                    "EXISTS (" AREA LINK_STOOD(                                \
                        "x", ":to") " AND (x.target_id = :bassin OR "          \
                                    "x.target_id = (SELECT b.parent FROM "     \
                                    "directory_area b WHERE b.id = "           \
                                    ":bassin)))) AND {reach:p}"

/* The tags as they stood on that day: what is given or taken away today leaves
 * the closed years alone. */
#define TAGS                                                                   \
    "FROM portfolio_project p JOIN portfolio_project_policies t ON "           \
    "t.row_id = p.id AND " LINK_STOOD(                                         \
        "t", ":to") " JOIN portfolio_policy o "                                \
                    "ON o.id = t.target_id WHERE " RUNNING
#define TAGGED(key) "sum(CASE WHEN o.code = '" key "' THEN 1 ELSE 0 END)"
#define POLICY(key)                                                            \
    {                                                                          \
        .id = "portfolio.policy." key, .unit = "percent",                      \
        .section = "policies", .period = AS_OF, .origin = RECORDS,             \
        .entity = &project_entity,                                             \
        .value = SQL_CONST("SELECT CAST(round(100.0 * " TAGGED(                \
            key) " / count(*)) AS INTEGER) " TAGS),                            \
        .rows = SQL_CONST("SELECT p.id AS id, " TAGGED(                        \
            key) " AS amount, count(*) AS whole " TAGS " GROUP BY p.id"),      \
    }
#define COUNT_OF(id_, unit_, section_, entity_, table)                         \
    {                                                                          \
        .id = (id_), .unit = (unit_), .section = (section_), .period = AS_OF,  \
        .origin = RECORDS, .entity = &(entity_),                               \
        .value = SQL_CONST("SELECT count(*) FROM " table                       \
                           " t WHERE " STANDS_ON("t", ":to")),                 \
        .rows = SQL_CONST("SELECT t.id AS id, 1 AS amount FROM " table         \
                          " t WHERE " STANDS_ON("t", ":to")),                  \
    }

const struct figure portfolio_figures[] = {
    POLICY("fondamentaux"),
    POLICY("harcelement"),
    POLICY("terrain"),
    POLICY("eac"),
    POLICY("inclusion"),
    POLICY("lycee_pro"),
    COUNT_OF("strategy.axes", "axis", "strategy", axis_entity,
             "portfolio_axis"),
    COUNT_OF("strategy.objectives", "objective", "strategy", objective_entity,
             "portfolio_objective"),
    COUNT_OF("offer.services", "service", "offer", service_entity,
             "portfolio_service"),
    {.id = "portfolio.projects",
     .unit = "project",
     .front = true,
     .section = "portfolio",
     .period = AS_OF,
     .origin = RECORDS,
     .entity = &project_entity,
     .value =
         SQL_CONST("SELECT count(*) FROM portfolio_project p WHERE " RUNNING),
     .rows =
         SQL_CONST("SELECT p.id AS id, 1 AS amount FROM portfolio_project p "
                   "WHERE " RUNNING)},
    {0},
};
