/* The figures of the network. */
#include "modules/network/network.h"

#define OPEN                                                                   \
    "FROM network_lab l WHERE l.opened <= :to AND (l.closed IS NULL OR "       \
    "l.closed >= :to)"
#define LABS OPEN " AND (:bassin IS NULL OR l.bassin = :bassin) AND {reach:l}"
/* Bassins, each once, however many laboratories it has. */
#define SERVED                                                                 \
    "FROM directory_area b WHERE b.id IN (SELECT l.bassin " OPEN ") AND "      \
    "(:bassin IS NULL OR b.id = :bassin) AND {reach:b}"

/* These are told to everybody; who may not see the visits sees no rows of them.
 *
 * A visit says of which school year all its half-days are. The laboratories of
 * a bassin are looked up first, so that its visits alone are read. */
#define OF_THE_YEAR                                                            \
    "v.state = 'held' AND v.year = :year AND v.lab IN (SELECT l.id FROM "      \
    "network_lab l WHERE :bassin IS NULL OR l.bassin = :bassin)"
#define HELD "FROM network_visit v WHERE " OF_THE_YEAR HAS_HALVES
#define SLOTS(place_)                                                          \
    "FROM network_slot s JOIN network_visit v ON v.id = s.visit "              \
    "WHERE " OF_THE_YEAR " AND v.place = '" place_ "'"
/* A class is a row of one school year: each counts once in it. */
#define CLASSES                                                                \
    "FROM directory_class k WHERE k.id IN (SELECT c.target_id FROM "           \
    "network_visit_classes c JOIN network_visit v ON v.id = c.row_id "         \
    "WHERE " LINK_STOOD("c", ":to") " AND " OF_THE_YEAR HAS_HALVES ")"

#define HALF_DAYS(name, place)                                                 \
    {                                                                          \
        .id = "network." name, .unit = "half_day", .section = "network",       \
        .front = true, .period = YEAR, .origin = RECORDS,                      \
        .entity = &slot_entity,                                                \
        .value = SQL_CONST("SELECT count(*) " SLOTS(place)),                   \
        .rows = SQL_CONST("SELECT s.id AS id, 1 AS amount " SLOTS(place)),     \
    }

const struct figure network_figures[] = {
    {.id = "network.labs",
     .unit = "lab",
     .front = true,
     .section = "network",
     .period = AS_OF,
     .origin = RECORDS,
     .entity = &lab_entity,
     .value = SQL_CONST("SELECT count(*) " LABS),
     .rows = SQL_CONST("SELECT l.id AS id, 1 AS amount " LABS)},
    {.id = "network.bassins",
     .unit = "bassin",
     .front = true,
     .section = "network",
     .period = AS_OF,
     .origin = RECORDS,
     .entity = &area_entity,
     .value = SQL_CONST("SELECT count(*) " SERVED),
     .rows = SQL_CONST("SELECT b.id AS id, 1 AS amount " SERVED)},
    {.id = "network.people",
     .unit = "person",
     .front = true,
     .section = "network",
     .period = YEAR,
     .origin = RECORDS,
     .entity = &visit_entity,
     .value = SQL_CONST("SELECT coalesce(sum(" PRESENT "), 0) " HELD),
     .rows = SQL_CONST("SELECT v.id AS id, " PRESENT " AS amount " HELD)},
    {.id = "network.classes",
     .unit = "class",
     .front = true,
     .section = "network",
     .period = YEAR,
     .origin = RECORDS,
     .entity = &class_entity,
     .value = SQL_CONST("SELECT count(*) " CLASSES),
     .rows = SQL_CONST("SELECT k.id AS id, 1 AS amount " CLASSES)},
    HALF_DAYS("halfdays_outside", "outside"),
    HALF_DAYS("halfdays_hosted", "inside"),
    {.id = "network.trainings_hosted",
     .unit = "training",
     .front = true,
     .section = "network",
     .period = YEAR,
     .origin = RECORDS,
     .entity = &visit_entity,
     .value = SQL_CONST("SELECT count(*) " HELD " AND v.kind = 'training' AND"
                        " v.place = 'inside'"),
     .rows = SQL_CONST("SELECT v.id AS id, 1 AS amount " HELD
                       " AND v.kind = 'training' AND v.place = 'inside'")},
    {0},
};
