/* The half-days of a visit, and what is held for them. */
#include "modules/network/visit.h"

#include "modules/network/agree.h"
#include "modules/network/calendar.h"
#include "modules/network/open.h"
#include "modules/network/people.h"
#include "modules/network/waiting.h"

static const struct field slot_fields[] = {
    REF(slot, visit, &visit_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    DATE(slot, day, .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    CHOICE(slot, part, booking_parts,
           .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    REF(slot, space, &space_entity, .agrees = "lab",
        .flags = F_LIST | F_FILTER),
    REF(slot, coordinator, &person_entity, .flags = F_LIST | F_FILTER),
    TEXT(slot, address, .max = 200, .flags = F_RARE),
    TEXT(slot, override, .max = 300, .flags = F_RARE),
    {0},
};
static const struct index slot_indexes[] = {
    {.columns = "visit, day, part", .unique = true},
    {.columns = "day, visit"},
    {0},
};
static const char *const slot_reach[] = {REACH_VISIT, NULL};

/* Who names no room is given the smallest that holds who comes, and that is
 * promised to nobody. */
static enum status slot_choose(struct conn *c, struct arena *a, void *row)
{
    struct slot *s = row;
    void *visit;
    if (s->space != NONE)
        return OK;
    TRY(row_load(c, a, &visit_entity, s->visit, &reach_all, &visit));
    const struct visit *v = visit;
    if (!same(v->place, "inside"))
        return OK;
    const int64_t people = visit_seats(v),
                  at = slot_of(s->day, part_of(s->part));
    TRY(room_fitting(c, v->lab, at, people, &s->space));
    return s->space == NONE
               ? OK
               : room_unpromised(c, a, v->lab, at, people, &s->space);
}

static enum status slot_fault(struct conn *c, struct arena *a,
                              const struct visit *v, const struct slot *s,
                              const char **field, const char **fault)
{
    void *space;
    bool twice = false;
    *field = "day";
    if (school_year_of(s->day) != v->year) {
        *fault = "network_slot.other_year";
        return OK;
    }
    if (!s->override && word_in("asked confirmed", v->state))
        TRY(class_elsewhere(c, a, v, s->day, s->part, &twice));
    if (twice) {
        *fault = "network_slot.class_twice";
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
    TRY(row_load(c, a, &space_entity, s->space, &reach_all, &space));
    if (((const struct space *)space)->lab != v->lab) {
        *fault = "network_slot.space_elsewhere";
        return OK;
    }
    if (!s->override && word_in("asked confirmed", v->state)) {
        bool small;
        TRY(room_small(c, s->space, visit_seats(v), &small));
        *fault = small ? "network_slot.room_too_small" : NULL;
        if (small)
            return OK;
    }
    *field = "day";
    return s->override
               ? OK
               : lab_closed(c, a, v->lab, s->day, part_of(s->part), fault);
}

/* When it took place is part of what was told of it: who finds that wrong takes
 * the visit's own step, which asks why, and then changes it. */
static const char *halves_locked(struct conn *c, struct arena *a,
                                 const struct visit *v)
{
    const char *why = visit_locked(c, a, v);
    return why                      ? why
           : same(v->state, "held") ? "network_slot.visit_held"
                                    : NULL;
}

static const char *slot_locked(struct conn *c, struct arena *a, const void *row)
{
    void *visit;
    const enum status s =
        row_load(c, a, &visit_entity, ((const struct slot *)row)->visit,
                 &reach_all, &visit);
    return s == OK ? halves_locked(c, a, visit) : status_fault(s);
}

/* To a visit that is accounted for comes no half-day, but with it. */
static const char *visit_is_accounted(struct conn *c, struct arena *a,
                                      const struct visit *v)
{
    return day_of_time(v->row.created_at) == day_today()
               ? NULL
               : halves_locked(c, a, v);
}

static const char *slot_check(struct conn *c, struct arena *a, const void *row,
                              const char **field)
{
    const struct slot *slot = row;
    const char *fault = NULL;
    void *visit;
    enum status s =
        row_load(c, a, &visit_entity, slot->visit, &reach_all, &visit);
    if (s == OK)
        s = slot_fault(c, a, visit, slot, field, &fault);
    if (s != OK)
        return status_fault(s);
    if (!fault && (fault = visit_is_accounted(c, a, visit)))
        *field = NULL;
    return fault;
}

#define AT SLOT_NUMBER("s.day", "s.part")
/* The first of its half-days that somebody else has. */
enum status visit_taken(struct conn *c, struct arena *a, const void *row,
                        const struct entity **e, void **taken)
{
    int64_t id;
    *e = &slot_entity;
    *taken = NULL;
    TRY(db_int(
        c,
        SQL("SELECT s.id FROM network_slot s JOIN booking_hold h ON h.starts <="
            " " AT " AND h.until > " AT " WHERE s.visit = :visit AND NOT"
            " (h.owner = 'network_slot' AND h.owner_id = s.id) AND ((h.kind ="
            " 'person' AND h.thing = s.coordinator) OR (h.kind = 'space' AND"
            " h.thing IN (SELECT p.id FROM network_space p WHERE p.id = s.space"
            " OR p.within = s.space))) ORDER BY s.day, s.id LIMIT 1"),
        ARGS(arg_int("visit", ((const struct visit *)row)->row.id)), &id));
    return id == NONE ? OK
                      : row_load(c, a, &slot_entity, id, &reach_all, taken);
}

/* What is doubled on purpose is marked, and what is free is kept as ever,
 * though a reason stands there: the laboratory may only be closed. */
static enum status hold_marked(struct conn *c, const struct slot *s,
                               struct hold *h)
{
    int64_t others;
    h->why = "visit";
    if (!s->override)
        return OK;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM booking_hold WHERE kind = :kind AND"
                   " thing = :thing AND starts < :until AND until > :starts AND"
                   " NOT (owner = :owner AND owner_id = :id)"),
               ARGS(arg_cstr("kind", h->kind), arg_int("thing", h->thing),
                    arg_int("starts", h->starts), arg_int("until", h->until),
                    arg_cstr("owner", slot_entity.name),
                    arg_int("id", s->row.id)),
               &others));
    if (others)
        h->why = "override";
    return OK;
}

/* The space with its parts, and the coordinator, for that half-day. */
enum status slot_keep(struct conn *c, struct arena *a, const struct slot *s,
                      struct actor by)
{
    struct hold holds[SPACE_HOLDS + 1];
    size_t n;
    const int64_t starts = slot_of(s->day, part_of(s->part));
    TRY(space_holds(c, a, s->space, starts, holds, &n));
    if (s->coordinator != NONE)
        holds[n++] = (struct hold){.kind = "person",
                                   .thing = s->coordinator,
                                   .starts = starts,
                                   .until = starts + 1};
    for (size_t i = 0; i < n; i++)
        TRY(hold_marked(c, s, &holds[i]));
    return holds_set(c, a, &slot_entity, s->row.id, holds, n, by);
}

/* A check that is lifted is a decision, with its reason. */
static enum status override_note(struct conn *c, struct arena *a,
                                 const struct slot *before,
                                 const struct slot *after, struct actor by)
{
    struct buf detail = {.mem = a};
    struct json j = {.out = &detail};
    if (!after || !after->override ||
        (before && before->override &&
         same(before->override, after->override) && !slot_moved(before, after)))
        return OK;
    json_object(&j, NULL);
    json_cstr(&j, "reason", after->override);
    json_end_object(&j);
    return journal_add(c, a, by.person, &slot_entity, after->row.id, "override",
                       buf_done(&detail));
}

static enum status slot_follow(struct conn *c, struct arena *a,
                               const void *before, const void *after,
                               struct actor by)
{
    const struct slot *s = after ? after : before;
    void *visit = NULL;
    TRY(row_load(c, a, &visit_entity, s->visit, &reach_all, &visit));
    if (before)
        TRY(waiting_wake(c, ((const struct visit *)visit)->lab));
    TRY(override_note(c, a, before, after, by));
    if (slot_moved(before, after))
        TRY(agreement_revoke(c, a, s->visit, by, true));
    if (!after)
        return holds_set(c, a, &slot_entity, s->row.id, NULL, 0, by);
    return visit_keeps(visit)
               ? slot_keep(c, a, s, by)
               : holds_set(c, a, &slot_entity, s->row.id, NULL, 0, by);
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
    .at_once = true,
    .has_uid = true,
    .locked = slot_locked,
    .choose = slot_choose,
    .check = slot_check,
    .follow = slot_follow,
    .instead = slot_instead,
    .instead_of = "network_slot.class_twice network_slot.lacks_space"
                  " network_slot.room_too_small network_slot.lab_closed"
                  " network_slot.day_closed network_slot.lab_pause"
                  " network_slot.not_open",
};
