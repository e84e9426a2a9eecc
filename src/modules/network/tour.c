/* Valises, their tours, the stops of these, and who had one when. */
#include "modules/network/tour.h"

static const char *const kit_reach[] = {REACH_LAB(""), NULL};
static const struct field kit_fields[] = {
    TEXT(kit, name, .max = 120,
         .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SORT | F_SEARCH),
    REF(kit, lab, &lab_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    PROSE(kit, contents, .max = 4000, .flags = F_SEARCH),
    {0},
};

/* What is on tour stays of its laboratory. */
static const char *kit_check(struct conn *c, struct arena *a, const void *row,
                             const char **field)
{
    const struct kit *k = row;
    (void)a;
    *field = "lab";
    return fault_if(
        c,
        SQL("SELECT count(*) FROM network_tour t JOIN network_kit k"
            " ON k.id = t.kit WHERE k.id = :id AND k.lab <> :lab AND"
            " t.state = 'planned'"),
        ARGS(arg_int("id", k->row.id), arg_int("lab", k->lab)),
        "network_kit.on_tour");
}

const struct entity kit_entity = {
    .name = "network_kit",
    .api = "kit",
    .path = "/valises",
    .row_size = sizeof(struct kit),
    .fields = kit_fields,
    .title = "name",
    .code = "name",
    .sort = "name",
    .reach = kit_reach,
    .read = PUBLIC,
    .write = "network.receive",
    .has_uid = true,
    .check = kit_check,
};

static const char *const tour_reach[] = {REACH_LAB("kit."), NULL};
static const char *const day_parts[] = {"morning", "afternoon", NULL};
static const char *const states[] = {"draft", "planned", "done", "cancelled",
                                     NULL};
static const struct field tour_fields[] = {
    TEXT(tour, title, .max = 160,
         .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    REF(tour, kit, &kit_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    DATE(tour, starts, .flags = F_REQUIRED | F_LIST | F_SORT),
    CHOICE(tour, part, day_parts, .flags = F_REQUIRED | F_BEGINS),
    INT(tour, transit, .min = 1, .max = 10, .flags = F_REQUIRED | F_BEGINS),
    CHOICE(tour, state, states, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(tour, state_reason, .max = 400, .flags = F_COMPUTED),
    DATE(tour, home, .flags = F_COMPUTED | F_LIST),
    CHOICE(tour, home_part, day_parts, .flags = F_COMPUTED),
    {0},
};

static const char *tour_locked(struct conn *c, struct arena *a, const void *row)
{
    (void)c, (void)a;
    return word_in("draft", ((const struct tour *)row)->state)
               ? NULL
               : "network_tour.is_planned";
}

/* From hand to hand it goes once in a tour: another plan would start in the
 * middle of that. */
static const char *refuses_rework(struct conn *c, struct arena *a,
                                  const void *row, int64_t person)
{
    (void)a, (void)person;
    return fault_if(c,
                    SQL("SELECT count(*) FROM network_custody WHERE tour ="
                        " :tour"),
                    ARGS(arg_int("tour", ((const struct tour *)row)->row.id)),
                    "network_tour.under_way");
}

/* What is not planned holds nothing. */
static enum status tour_follow(struct conn *c, struct arena *a,
                               const void *before, const void *after,
                               struct actor by)
{
    const struct tour *t = after ? after : before;
    return after && same(t->state, "planned")
               ? OK
               : holds_set(c, a, &tour_entity, t->row.id, NULL, 0, by);
}

static const struct step tour_steps[] = {
    {.name = "plan",
     .from = "draft",
     .to = "planned",
     .right = "network.receive",
     .refuse = tour_refuses,
     .effect = tour_plan,
     .conflict = "network_tour.taken"},
    {.name = "close",
     .from = "planned",
     .to = "done",
     .right = "network.receive"},
    {.name = "rework",
     .from = "planned cancelled",
     .to = "draft",
     .right = "network.receive",
     .refuse = refuses_rework},
    {.name = "cancel",
     .from = "draft planned",
     .to = "cancelled",
     .right = "network.receive",
     .needs_reason = true},
    {0},
};

const struct entity tour_entity = {
    .name = "network_tour",
    .api = "tour",
    .path = "/tournees",
    .row_size = sizeof(struct tour),
    .fields = tour_fields,
    .steps = tour_steps,
    .title = "title",
    .sort = "-starts",
    .reach = tour_reach,
    .read = "network.visits",
    .write = "network.receive",
    .has_uid = true,
    .keep_years = 10,
    .locked = tour_locked,
    .follow = tour_follow,
    .instead = tour_instead,
};

/* Stops. */

static const char *const stop_reach[] = {REACH_LAB("tour.kit."),
                                         REACH_SCHOOL(""), NULL};
static const struct field stop_fields[] = {
    REF(stop, tour, &tour_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    INT(stop, nth, .min = 1, .max = 99,
        .flags = F_REQUIRED | F_LAST | F_LIST | F_SORT),
    REF(stop, school, &school_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    INT(stop, half_days, .min = 1, .max = 60, .flags = F_REQUIRED | F_LIST),
    TEXT(stop, contact, .max = 120, .flags = F_PERSONAL),
    DATE(stop, arrives, .flags = F_COMPUTED | F_LIST),
    CHOICE(stop, arrives_part, day_parts, .flags = F_COMPUTED),
    DATE(stop, leaves, .flags = F_COMPUTED),
    CHOICE(stop, leaves_part, day_parts, .flags = F_COMPUTED),
    {0},
};
static const struct index stop_indexes[] = {
    {.columns = "tour, school", .unique = true},
    {.columns = "arrives"},
    {0},
};

static const char *stop_check(struct conn *c, struct arena *a, const void *row,
                              const char **field)
{
    const struct stop *s = row;
    (void)a;
    *field = NULL;
    return fault_if(
        c,
        SQL("SELECT CASE WHEN count(*) >= :most THEN 1 ELSE 0 END FROM"
            " network_stop WHERE tour = :tour AND id <> :id"),
        ARGS(arg_int("tour", s->tour), arg_int("id", s->row.id),
             arg_int("most", TOUR_STOPS)),
        "network_stop.too_many");
}

static const char *stop_locked(struct conn *c, struct arena *a, const void *row)
{
    void *tour;
    const enum status s =
        row_load(c, a, &tour_entity, ((const struct stop *)row)->tour,
                 &reach_all, &tour);
    return s == OK ? tour_locked(c, a, tour) : status_fault(s);
}

/* Nothing comes to a tour that is planned, whoever writes it. */
static enum status stop_follow(struct conn *c, struct arena *a,
                               const void *before, const void *after,
                               struct actor by)
{
    (void)by;
    return !before && stop_locked(c, a, after) ? ERR_CONFLICT : OK;
}

const struct entity stop_entity = {
    .name = "network_stop",
    .api = "stop",
    .path = "/etapes-tournee",
    .row_size = sizeof(struct stop),
    .fields = stop_fields,
    .indexes = stop_indexes,
    .sort = "nth",
    .reach = stop_reach,
    .read = "network.visits",
    .write = "network.receive",
    .parent = "tour",
    .locked = stop_locked,
    .check = stop_check,
    .follow = stop_follow,
};

/* Custody. */

static const char *const custody_reach[] = {REACH_LAB("tour.kit."),
                                            REACH_SCHOOL(""), NULL};
static const char *const conditions[] = {"good", "worn", "incomplete",
                                         "damaged", NULL};
static const struct field custody_fields[] = {
    REF(custody, tour, &tour_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    REF(custody, school, &school_entity, .flags = F_LIST | F_FILTER),
    DATE(custody, day, .flags = F_REQUIRED | F_LIST | F_SORT | F_PAST),
    TEXT(custody, handed_by, .max = 120,
         .flags = F_REQUIRED | F_LIST | F_PERSONAL),
    TEXT(custody, received_by, .max = 120,
         .flags = F_REQUIRED | F_LIST | F_PERSONAL),
    CHOICE(custody, condition, conditions,
           .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(custody, remark, .max = 400, .flags = 0),
    {0},
};
static const struct index custody_indexes[] = {
    {.columns = "tour, school",
     .unique = true,
     .where = {"school IS NOT NULL"}},
    {.columns = "tour", .unique = true, .where = {"school IS NULL"}},
    {0},
};

/* It goes from hand to hand: none is left out. */
static const char *custody_check(struct conn *c, struct arena *a,
                                 const void *row, const char **field)
{
    const struct custody *k = row;
    const char *fault = NULL;
    void *found;
    const enum status s =
        row_load(c, a, &tour_entity, k->tour, &reach_all, &found);
    if (s != OK)
        return status_fault(s);
    *field = "tour";
    if (!word_in("planned done", ((const struct tour *)found)->state))
        return "network_custody.not_planned";
    *field = "school";
    if (k->school != NONE)
        fault = fault_unless(
            c,
            SQL("SELECT count(*) FROM network_stop WHERE tour = :tour AND"
                " school = :school"),
            ARGS(arg_int("tour", k->tour), arg_int("school", k->school)),
            "network_custody.no_stop");
    if (fault)
        return fault;
    return fault_if(
        c,
        SQL("SELECT count(*) FROM network_stop s WHERE s.tour = :tour"
            " AND (s.nth < (SELECT x.nth FROM network_stop x WHERE"
            " x.tour = :tour AND x.school = :school) OR CAST(:school AS"
            " BIGINT) IS NULL) AND NOT EXISTS (SELECT 1 FROM"
            " network_custody k WHERE k.tour = :tour AND k.school ="
            " s.school)"),
        ARGS(arg_int("tour", k->tour), arg_int("school", k->school)),
        "network_custody.not_in_turn");
}

const struct entity custody_entity = {
    .name = "network_custody",
    .api = "custody",
    .path = "/remises",
    .row_size = sizeof(struct custody),
    .fields = custody_fields,
    .indexes = custody_indexes,
    .sort = "-day",
    .reach = custody_reach,
    .read = "network.visits",
    .write = "network.receive",
    .has_uid = true,
    .keep_years = 10,
    .check = custody_check,
};
