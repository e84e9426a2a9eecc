/* Visits (accueils) and their half-days. */
#include "modules/network/network.h"

#include "modules/directory/check.h"
#include "modules/network/open.h"
#include "modules/portfolio/portfolio.h"

static const char *const visit_reach[] = {
    "lab",
    "lab.school",
    "lab.bassin",
    "lab.bassin.parent",
    "school",
    "school.bassin",
    "school.circonscription",
    NULL,
};
static const char *const kinds[] = {
    "coanimation", "workshop", "discovery", "training",
    "individual",  "fair",     NULL,
};
static const char *const places[] = {"inside", "outside", NULL};
static const char *const states[] = {"asked",  "confirmed", "held",
                                     "missed", "cancelled", NULL};

enum { MOST_PEOPLE = 400 }; /* of one public, at one visit */
#define PEOPLE(member, ...)                                                    \
    INT(visit, member, .min = 0, .max = MOST_PEOPLE, __VA_ARGS__)

static const struct field visit_fields[] = {
    TEXT(visit, title, .max = 160,
         .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    REF(visit, lab, &lab_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    SCHOOL_YEAR(visit, year, .min = 2000, .max = 2100,
                .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    CHOICE(visit, kind, kinds, .flags = F_REQUIRED | F_LIST | F_FILTER),
    CHOICE(visit, place, places, .flags = F_REQUIRED | F_FILTER),
    REF(visit, school, &school_entity, .flags = F_LIST | F_FILTER),
    REF(visit, project, &project_entity, .flags = F_FILTER),
    REF(visit, person, &person_entity, .flags = F_PERSONAL),
    TEXT(visit, asker, .max = 120, .flags = F_PERSONAL),
    TEXT(visit, email, .check = check_mail, .flags = F_PERSONAL),
    TEXT(visit, phone, .max = 30, .flags = F_PERSONAL),
    PROSE(visit, need, .max = 2000, .flags = F_SEARCH),
    PEOPLE(pupils, .flags = 0),
    PEOPLE(teachers, .flags = 0),
    PEOPLE(parents, .flags = 0),
    PEOPLE(others, .flags = 0),
    PEOPLE(present_pupils, .flags = 0),
    PEOPLE(present_teachers, .flags = 0),
    PEOPLE(present_parents, .flags = 0),
    PEOPLE(present_others, .flags = 0),
    INT(visit, stands, .min = 1, .max = 200, .flags = 0),
    DATE(visit, asked, .flags = F_REQUIRED | F_LIST | F_SORT),
    CHOICE(visit, state, states, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(visit, state_reason, .max = 400, .flags = F_COMPUTED),
    {0},
};
static const struct index visit_indexes[] = {
    {.columns = "year, state, lab"},
    {.columns = "state, asked"},
    {0},
};
const struct link visit_links[] = {
    {.name = "classes", .target = &class_entity, .most = 10},
    {0},
};

/* The half-days that a visit has to come; those of days past are facts. */
static const char *refuses_held(struct conn *c, struct arena *a,
                                const void *row, int64_t person)
{
    const struct visit *v = row;
    int64_t first;
    (void)a, (void)person;
    if (db_int(c, SQL("SELECT min(day) FROM network_slot WHERE visit = :visit"),
               ARGS(arg_int("visit", v->row.id)), &first) != OK)
        return NULL;
    if (first == NONE)
        return "network_visit.no_slot";
    if (first > day_today())
        return "network_visit.not_yet";
    if (v->present_pupils == NONE && v->present_teachers == NONE &&
        v->present_parents == NONE && v->present_others == NONE)
        return "network_visit.nobody_counted";
    return NULL;
}

static const struct step visit_steps[] = {
    {.name = "confirm",
     .from = "asked",
     .to = "confirmed",
     .right = "network.receive"},
    {.name = "hold",
     .from = "confirmed",
     .to = "held",
     .right = "network.receive",
     .refuse = refuses_held},
    {.name = "miss",
     .from = "confirmed",
     .to = "missed",
     .right = "network.receive",
     .needs_reason = true},
    {.name = "cancel",
     .from = "asked confirmed",
     .to = "cancelled",
     .right = "network.receive",
     .needs_reason = true},
    {0},
};

static bool keeps(const struct visit *v)
{
    return v && word_in("asked confirmed held", v->state);
}

/* The space with its parts, and the coordinator, for that half-day. */
static enum status slot_keep(struct conn *c, struct arena *a,
                             const struct slot *s, struct actor by)
{
    enum { MOST = 40 };
    struct hold holds[MOST + 2];
    size_t n = 0;
    const int64_t starts = slot_of(s->day, part_of(s->part));
    struct hold one = {.starts = starts,
                       .until = starts + 1,
                       .why = s->override ? "override" : "visit"};
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT id FROM network_space WHERE id = :space OR within ="
                    " :space ORDER BY id LIMIT :most"),
                ARGS(arg_int("space", s->space), arg_int("most", MOST)),
                &rows));
    one.kind = "space";
    while (rows_next(rows)) {
        one.thing = row_int(rows, 0);
        holds[n++] = one;
    }
    TRY(rows_end(rows));
    one.kind = "person";
    one.thing = s->coordinator;
    if (s->coordinator != NONE)
        holds[n++] = one;
    return holds_set(c, &slot_entity, s->row.id, holds, n, by);
}

/* Its slots are kept, or given back, as its state says now. */
static enum status visit_follow(struct conn *c, struct arena *a,
                                const void *before, const void *after,
                                struct actor by)
{
    const struct visit *v = after ? after : before;
    struct list list;
    if (keeps(before) == keeps(after))
        return OK;
    struct list_ask ask = {.entity = &slot_entity,
                           .reach = &reach_all,
                           .where = SQL("t.visit = :visit"),
                           .args = ARGS(arg_int("visit", v->row.id)),
                           .limit = LIST_MOST,
                           .no_total = true};
    TRY(list_load(c, a, &ask, &list));
    for (size_t i = 0; i < list.n; i++) {
        const struct slot *s = list.rows[i];
        if (keeps(after))
            TRY(slot_keep(c, a, s, by));
        else
            TRY(holds_set(c, &slot_entity, s->row.id, NULL, 0, by));
    }
    return OK;
}

const struct entity visit_entity = {
    .name = "network_visit",
    .api = "visit",
    .path = "/accueils",
    .row_size = sizeof(struct visit),
    .fields = visit_fields,
    .steps = visit_steps,
    .indexes = visit_indexes,
    .links = visit_links,
    .title = "title",
    .sort = "-asked",
    .reach = visit_reach,
    .read = "network.visits",
    .write = "network.receive",
    .has_uid = true,
    .keep_years = 10,
    .follow = visit_follow,
};

/* Half-days. */

static const struct field slot_fields[] = {
    REF(slot, visit, &visit_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    DATE(slot, day, .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    CHOICE(slot, part, booking_parts,
           .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    REF(slot, space, &space_entity, .flags = F_LIST | F_FILTER),
    REF(slot, coordinator, &person_entity, .flags = F_LIST | F_FILTER),
    TEXT(slot, address, .max = 200, .flags = 0),
    TEXT(slot, override, .max = 300, .flags = 0),
    {0},
};
static const struct index slot_indexes[] = {
    {.columns = "visit, day, part", .unique = true},
    {.columns = "day, visit"},
    {0},
};
static const char *const slot_reach[] = {
    "visit.lab",
    "visit.lab.school",
    "visit.lab.bassin",
    "visit.lab.bassin.parent",
    "visit.school",
    "visit.school.bassin",
    "visit.school.circonscription",
    NULL,
};

static enum status slot_fault(struct conn *c, struct arena *a,
                              const struct slot *s, const char **field,
                              const char **fault)
{
    void *found;
    TRY(row_load(c, a, &visit_entity, s->visit, &reach_all, &found));
    const struct visit *v = found;
    *field = "day";
    if (school_year_of(s->day) != v->year) {
        *fault = "network_slot.other_year";
        return OK;
    }
    *field = "space";
    if (same(v->place, "outside")) {
        *fault = s->space != NONE ? "network_slot.outside_has_no_space" : NULL;
        return OK;
    }
    if (s->space == NONE) {
        *fault = "network_slot.lacks_space";
        return OK;
    }
    TRY(row_load(c, a, &space_entity, s->space, &reach_all, &found));
    if (((const struct space *)found)->lab != v->lab) {
        *fault = "network_slot.space_elsewhere";
        return OK;
    }
    *field = "day";
    return s->override
               ? OK
               : lab_closed(c, a, v->lab, s->day, part_of(s->part), fault);
}

static const char *slot_check(struct conn *c, struct arena *a, const void *row,
                              const char **field)
{
    const char *fault = NULL;
    enum status s = slot_fault(c, a, row, field, &fault);
    return s == OK ? fault : NULL;
}

static enum status slot_follow(struct conn *c, struct arena *a,
                               const void *before, const void *after,
                               struct actor by)
{
    const struct slot *s = after ? after : before;
    void *visit = NULL;
    if (!after)
        return holds_set(c, &slot_entity, s->row.id, NULL, 0, by);
    TRY(row_load(c, a, &visit_entity, s->visit, &reach_all, &visit));
    return keeps(visit) ? slot_keep(c, a, s, by) : OK;
}

const struct entity slot_entity = {
    .name = "network_slot",
    .api = "slot",
    .path = "/demi-journees",
    .row_size = sizeof(struct slot),
    .fields = slot_fields,
    .indexes = slot_indexes,
    .sort = "day",
    .reach = slot_reach,
    .read = "network.visits",
    .write = "network.receive",
    .parent = "visit",
    .has_uid = true,
    .check = slot_check,
    .follow = slot_follow,
};
