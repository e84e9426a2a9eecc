/* Laboratories, their spaces, their hours, who coordinates them. */
#include "modules/network/waiting.h"

#include "modules/directory/check.h"
#include "modules/network/open.h"

/* What stands under a laboratory is reached as it is. */
static const char *const lab_reach[] = {"", "school", "bassin", "bassin.parent",
                                        NULL};
static const char *const under_reach[] = {REACH_LAB(""), NULL};

static const struct field lab_fields[] = {
    TEXT(lab, name, .max = 120,
         .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SORT | F_SEARCH),
    REF(lab, school, &school_entity, .flags = F_FILTER),
    REF(lab, organisation, &organisation_entity, .flags = F_FILTER),
    TEXT(lab, place, .max = 200, .flags = F_LIST | F_SEARCH),
    REF(lab, bassin, &area_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    REF(lab, grappe, &area_entity, .flags = F_FILTER),
    CHOICE(lab, zone, booking_zones, .flags = F_REQUIRED),
    REAL(lab, latitude, .min = -90, .max = 90, .flags = F_RARE),
    REAL(lab, longitude, .min = -180, .max = 180, .flags = F_RARE),
    DATE(lab, opened, .flags = F_REQUIRED | F_LIST | F_SORT),
    DATE(lab, closed, .flags = 0),
    PROSE(lab, summary, .max = 4000, .flags = F_SEARCH),
    TEXT(lab, mail, .check = check_mail),
    TEXT(lab, phone, .max = 30, .check = check_phone),
    BOOL(lab, agreement, .flags = 0),
    INT(lab, remind_days, .min = 0, .max = 30, .flags = F_RARE),
    {0},
};

static const char *lab_check(struct conn *c, struct arena *a, const void *row,
                             const char **field)
{
    const struct lab *l = row;
    const char *fault;
    (void)a;
    *field = "school";
    if ((l->school == NONE) == (l->organisation == NONE))
        return "network_lab.one_host";
    *field = "bassin";
    fault = area_fault(c, l->bassin, "bassin", "network_lab.no_bassin");
    if (fault)
        return fault;
    *field = "grappe";
    fault = area_fault(c, l->grappe, "grappe", "network_lab.no_grappe");
    if (fault)
        return fault;
    *field = "longitude";
    if ((l->latitude != l->latitude) != (l->longitude != l->longitude))
        return "network_lab.half_a_place";
    *field = "closed";
    return l->closed == NO_DAY
               ? NULL
               : expected_fault(c, l->row.id, l->closed + 1, NO_DAY,
                                "network_lab.somebody_comes");
}

static const struct counting lab_counting = {.from = "opened",
                                             .until = "closed",
                                             .fields = "bassin"};

const struct entity lab_entity = {
    .name = "network_lab",
    .api = "lab",
    .path = "/laboratoires",
    .row_size = sizeof(struct lab),
    .fields = lab_fields,
    .title = "name",
    .code = "name",
    .sort = "name",
    .reach = lab_reach,
    .read = PUBLIC,
    .write = "network.edit_labs",
    .has_uid = true,
    .meant = lab_meant,
    .check = lab_check,
    .counting = &lab_counting,
};

/* Spaces. */

static const struct field space_fields[] = {
    REF(space, lab, &lab_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(space, name, .max = 100,
         .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    REF(space, within, &space_entity, .agrees = "lab", .flags = F_LIST),
    INT(space, capacity, .min = 1, .max = 2000, .flags = F_LIST),
    {0},
};
static const struct index space_indexes[] = {
    {.columns = "lab, name", .unique = true},
    {.columns = "within"},
    {0},
};

/* Who has the room today or later has it without this new part of it. */
static const char *held_fault(struct conn *c, const struct space *s)
{
    return fault_if(
        c,
        SQL("SELECT count(*) FROM booking_hold h WHERE h.kind ="
            " 'space' AND h.thing = :room AND h.until > :now AND NOT"
            " EXISTS (SELECT 1 FROM network_space p WHERE p.id ="
            " :self AND p.within = :room)"),
        ARGS(arg_int("room", s->within),
             arg_int("now", slot_of(day_today(), MORNING)),
             arg_int("self", s->row.id)),
        "network_space.held");
}

/* A part lies in a whole room of the same laboratory: there are no parts of
 * parts, and a room that is part of another has none. */
static const char *space_check(struct conn *c, struct arena *a, const void *row,
                               const char **field)
{
    const struct space *s = row;
    const char *fault;
    (void)a;
    *field = "within";
    if (s->within == NONE)
        return NULL;
    if (s->within == s->row.id)
        return "network_space.within_itself";
    fault = fault_unless(
        c,
        SQL("SELECT count(*) FROM network_space w WHERE w.id = :within"
            " AND w.lab = :lab AND w.within IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM network_space p WHERE p.within = :self)"),
        ARGS(arg_int("within", s->within), arg_int("lab", s->lab),
             arg_int("self", s->row.id)),
        "network_space.no_whole_room");
    return fault ? fault : held_fault(c, s);
}

WAKES(space)
const struct entity space_entity = {
    .name = "network_space",
    .api = "space",
    .path = "/espaces",
    .row_size = sizeof(struct space),
    .fields = space_fields,
    .indexes = space_indexes,
    .title = "name",
    .sort = "name",
    .reach = under_reach,
    .read = PUBLIC,
    .write = "network.edit_labs",
    .parent = "lab",
    .has_uid = true,
    .check = space_check,
    .follow = space_wakes,
};

/* Hours. */

static const char *const weeks[] = {"every", "a", "b", NULL};
static const struct field opening_fields[] = {
    REF(opening, lab, &lab_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    CHOICE(opening, weekday, lab_weekdays,
           .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    CHOICE(opening, part, booking_parts,
           .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    CHOICE(opening, week, weeks, .flags = F_REQUIRED | F_LIST),
    {0},
};
static const struct index opening_indexes[] = {
    {.columns = "lab, weekday, part, week", .unique = true},
    {0},
};

WAKES(opening)
const struct entity opening_entity = {
    .name = "network_opening",
    .api = "opening",
    .path = "/ouvertures",
    .row_size = sizeof(struct opening),
    .fields = opening_fields,
    .indexes = opening_indexes,
    .sort = "weekday",
    .reach = under_reach,
    .read = PUBLIC,
    .write = "network.edit_labs",
    .parent = "lab",
    .follow = opening_wakes,
};

/* Who coordinates. */

static const struct field team_fields[] = {
    REF(lab_team, lab, &lab_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    REF(lab_team, person, &person_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    DATE(lab_team, starts, .flags = F_REQUIRED | F_LIST | F_SORT),
    DATE(lab_team, ends, .flags = F_LIST),
    BOOL(lab_team, in_public, .flags = 0),
    {0},
};

static const char *team_check(struct conn *c, struct arena *a, const void *row,
                              const char **field)
{
    const struct lab_team *t = row;
    (void)c, (void)a;
    *field = "ends";
    return t->ends != NO_DAY && t->ends < t->starts
               ? "network_team.ends_before_starts"
               : NULL;
}

const struct entity lab_team_entity = {
    .name = "network_team",
    .api = "coordination",
    .path = "/coordinations",
    .row_size = sizeof(struct lab_team),
    .fields = team_fields,
    .sort = "-starts",
    .reach = under_reach,
    .read = "network.team",
    .write = "network.edit_labs",
    .parent = "lab",
    .check = team_check,
};

/* What visitors try. */

static const struct field shown_fields[] = {
    REF(lab_shown, lab, &lab_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(lab_shown, name, .max = 120,
         .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    INT(lab_shown, number, .min = 1, .max = 1000, .flags = F_LIST),
    TEXT(lab_shown, summary, .max = 300, .flags = F_LIST),
    {0},
};
static const struct index shown_indexes[] = {
    {.columns = "lab, name", .unique = true},
    {0},
};

const struct entity lab_shown_entity = {
    .name = "network_shown",
    .api = "equipment",
    .path = "/materiels-presentes",
    .row_size = sizeof(struct lab_shown),
    .fields = shown_fields,
    .indexes = shown_indexes,
    .title = "name",
    .sort = "name",
    .reach = under_reach,
    .read = PUBLIC,
    .write = "network.edit_labs",
    .parent = "lab",
    .has_uid = true,
};
