/* Waiting: the list, its rule, and the steps of an entry. */
#include "modules/network/waiting.h"

#include "core/request.h"
#include "core/task.h"
#include "modules/directory/check.h"
#include "modules/network/agree.h"
#include "modules/network/open.h"
#include "modules/network/people.h"

static const char *const under_lab[] = {REACH_LAB(""), NULL};

#define POINTS(member)                                                         \
    INT(queue_rule, member, .min = -100, .max = 100,                           \
        .flags = F_REQUIRED | F_LIST)
static const struct field rule_fields[] = {
    REF(queue_rule, lab, &lab_entity,
        .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_FILTER),
    POINTS(never_served),
    POINTS(rural),
    POINTS(priority),
    POINTS(distance),
    POINTS(waited),
    INT(queue_rule, hours, .min = 1, .max = 336, .flags = F_REQUIRED | F_LIST),
    {0},
};

const struct entity queue_rule_entity = {
    .name = "network_rule",
    .api = "waiting_rule",
    .path = "/regles-attente",
    .row_size = sizeof(struct queue_rule),
    .fields = rule_fields,
    .sort = "lab",
    .reach = under_lab,
    .read = PUBLIC,
    .write = "network.edit_labs",
    .parent = "lab",
};

static const char *const reach[] = {REACH_LAB(""), REACH_SCHOOL(""), "person",
                                    NULL};
static const char *const kinds[] = {
    "coanimation", "workshop", "discovery", "training", "individual", NULL,
};
static const char *const parts[] = {"any", "morning", "afternoon", "evening",
                                    NULL};
static const char *const states[] = {"waiting", "offered",   "accepted",
                                     "lapsed",  "withdrawn", NULL};

static const struct field fields[] = {
    REF(waiter, lab, &lab_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    DATE(waiter, starts, .flags = F_REQUIRED | F_LIST | F_SORT),
    DATE(waiter, ends, .flags = F_REQUIRED | F_LIST),
    CHOICE(waiter, part, parts, .flags = F_REQUIRED | F_LIST),
    CHOICE(waiter, kind, kinds, .flags = F_REQUIRED),
    REF(waiter, school, &school_entity, .flags = F_LIST | F_FILTER),
    TEXT(waiter, class_label, .max = 30, .check = check_unlinked, .flags = 0),
    INT(waiter, pupils, .min = 1, .max = VISIT_PEOPLE, .flags = 0),
    PROSE(waiter, need, .max = 2000, .flags = F_SEARCH),
    REF(waiter, person, &person_entity, .flags = F_PERSONAL | F_COMPUTED),
    TEXT(waiter, asker, .max = 120, .check = check_unlinked,
         .flags = F_REQUIRED | F_PERSONAL),
    TEXT(waiter, email, .check = check_mail, .flags = F_PERSONAL),
    TEXT(waiter, phone, .max = 30, .flags = F_PERSONAL),
    DATE(waiter, asked, .flags = F_REQUIRED | F_LIST | F_SORT | F_PAST),
    CHOICE(waiter, state, states, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(waiter, state_reason, .max = 400, .flags = F_COMPUTED),
    DATE(waiter, offer_day, .flags = F_COMPUTED),
    CHOICE(waiter, offer_part, booking_parts, .flags = F_COMPUTED),
    REF(waiter, offer_space, &space_entity, .flags = F_COMPUTED),
    TIME(waiter, offer_until, .flags = F_COMPUTED),
    TEXT(waiter, why, .max = 600, .flags = F_COMPUTED),
    REF(waiter, visit, &visit_entity, .flags = F_COMPUTED),
    {0},
};
static const struct index indexes[] = {
    {.columns = "state, lab"},
    {0},
};

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    enum { LONGEST = 380 };
    const struct waiter *w = row;
    *field = "ends";
    if (w->ends < w->starts)
        return "network_waiting.ends_before_starts";
    if (w->ends - w->starts > LONGEST)
        return "network_waiting.too_long";
    *field = "class_label";
    if (w->class_label && !class_key(a, str_of(w->class_label)).n)
        return "network_visit.no_label";
    *field = "pupils";
    const char *fault = class_fault(w->class_label, w->pupils);
    return fault ? fault : lab_fault(c, w->lab, w->pupils);
}

/* An offer is of that laboratory, within that span, with a room for so many. */
static const char *locked(struct conn *c, struct arena *a, const void *row)
{
    (void)c, (void)a;
    return word_in("offered accepted", ((const struct waiter *)row)->state)
               ? "network_waiting.is_offered"
               : NULL;
}

/* What is offered is held for them. */
static enum status follow(struct conn *c, struct arena *a, const void *before,
                          const void *after, struct actor by)
{
    const struct waiter *w = after ? after : before;
    struct hold holds[SPACE_HOLDS];
    size_t n = 0;
    if (after && same(w->state, "offered"))
        TRY(space_holds(c, a, w->offer_space,
                        slot_of(w->offer_day, part_of(w->offer_part)), holds,
                        &n));
    return holds_set(c, a, &waiter_entity, w->row.id, holds, n, by);
}

static const char *refuses_accept(struct conn *c, struct arena *a,
                                  const void *row, int64_t person)
{
    const struct waiter *w = row;
    (void)c, (void)a, (void)person;
    return w->offer_until < time_now()  ? "network_waiting.over"
           : w->offer_day < day_today() ? "network_waiting.past"
                                        : NULL;
}

/* The visit: confirmed, as the laboratory has offered it; only asked for, where
 * it wants the agreement of the head first. */
static enum status visit_of(struct conn *c, struct arena *a,
                            const struct waiter *w, struct actor by,
                            struct visit **out)
{
    struct visit *v = row_new(a, &visit_entity);
    v->lab = w->lab;
    v->year = school_year_of(w->offer_day);
    v->kind = w->kind;
    v->place = "inside";
    v->school = w->school;
    v->person = w->person;
    v->class_label = w->class_label;
    v->asker = w->asker;
    v->email = w->email;
    v->phone = w->phone;
    v->need = w->need;
    v->pupils = w->pupils;
    v->asked = w->asked;
    v->state = agreement_lacks(c, a, v, by.person) ? "asked" : "confirmed";
    *out = v;
    TRY(row_insert(c, a, &visit_entity, v, by));
    return same(v->state, "confirmed") ? visit_class_joins(c, a, v, by) : OK;
}

/* As after any other asking: who asked is told, and the head is asked. */
static enum status visit_told(struct conn *c, struct arena *a,
                              const struct visit *v)
{
    TRY(asker_tell(c, a, v,
                   same(v->state, "asked") ? TOLD_ASKED : TOLD_CONFIRMED));
    return agreement_ask(c, a, v->row.id);
}

/* Given back and taken in one transaction: nobody comes between. */
static enum status accepts(struct conn *c, struct arena *a, const void *row,
                           struct str reason, struct actor by)
{
    struct waiter *w = row_copy(a, &waiter_entity, row);
    struct slot *slot = row_new(a, &slot_entity);
    struct visit *v;
    const char *field;
    (void)reason;
    TRY(visit_of(c, a, w, by, &v));
    w->visit = v->row.id;
    w->state = "accepted";
    TRY(row_update_as(c, a, &waiter_entity, w, by, "accept"));
    slot->visit = w->visit;
    slot->day = w->offer_day;
    slot->part = w->offer_part;
    slot->space = w->offer_space;
    if (row_fault(c, a, &slot_entity, slot, &field)) /* closed meanwhile */
        return ERR_CONFLICT;
    TRY(row_insert(c, a, &slot_entity, slot, by));
    return visit_told(c, a, v);
}

/* The next in turn is looked for. */
static enum status gives_back(struct conn *c, struct arena *a, const void *row,
                              struct str reason, struct actor by)
{
    (void)a, (void)reason, (void)by;
    return waiting_wake(c, ((const struct waiter *)row)->lab);
}

static const struct step steps[] = {
    {.name = "withdraw",
     .from = "waiting offered",
     .to = "withdrawn",
     .right = "network.wait",
     .effect = gives_back},
    {.name = "accept",
     .from = "offered",
     .right = "network.wait",
     .refuse = refuses_accept,
     .effect = accepts},
    {.name = "lapse",
     .from = "offered",
     .to = "lapsed",
     .right = "network.receive",
     .effect = gives_back},
    {.name = "wait_again",
     .from = "lapsed withdrawn",
     .to = "waiting",
     .right = "network.wait",
     .effect = gives_back},
    {0},
};

const struct entity waiter_entity = {
    .name = "network_waiting",
    .api = "waiting",
    .path = "/attente",
    .row_size = sizeof(struct waiter),
    .fields = fields,
    .steps = steps,
    .indexes = indexes,
    .title = "asker",
    .sort = "asked",
    .reach = reach,
    .read = "network.visits",
    .write = "network.receive",
    .has_uid = true,
    .keep_years = 3,
    .locked = locked,
    .check = check,
    .follow = follow,
};

enum status waiting_wake(struct conn *c, int64_t lab)
{
    int64_t n;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM network_waiting WHERE lab = :lab AND"
                   " state = 'waiting'"),
               ARGS(arg_int("lab", lab)), &n));
    return n ? task_add(c, "network.offers", "", "network.offers", 0) : OK;
}
