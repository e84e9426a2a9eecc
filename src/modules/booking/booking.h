/*
 * Booking: what is kept for whom, and when. It knows nothing of what is kept:
 * modules name their own things by kind and number, and say for which of their
 * rows they keep them.
 *
 * Time here is counted in half-days of the place's own calendar, the unit in
 * which schools and laboratories plan (docs/decisions/0010). They are
 * wall-clock time: no change of the clock moves or stretches one.
 */
#pragma once

#include "core/module.h"
#include "i18n/format.h"

#define PARTS 3                           /* of a day: enum half_day */
extern const char *const booking_parts[]; /* their keys, NULL-ended */
/* The part of a key; PARTS for another. */
enum half_day part_of(const char *key);

/* The number of a half-day: day_of_slot(slot_of(d, p)) is d. */
static inline int64_t slot_of(int32_t day, enum half_day part)
{
    return (int64_t)day * PARTS + part;
}
/* The same in SQL, and the order of a day's parts alone. */
#define SLOT_NUMBER(day, part) day " * 3 + " PART_NUMBER(part)
#define PART_NUMBER(part)                                                      \
    "CASE " part " WHEN 'morning' THEN 0 WHEN 'afternoon' THEN 1 ELSE 2 END"
/* Not before 1970. */
static inline int32_t day_of_slot(int64_t slot)
{
    return (int32_t)(slot / PARTS);
}

/*
 * Days on which a place is closed for all: school holidays by zone, public
 * holidays, some of them in one département only. .zone and .area NULL and
 * NONE: everywhere; .area may be of any kind: what lies in it is closed. Both
 * days are of it. .source says where that stands, or that it is to be checked.
 */
struct closure {
    struct row row;
    const char *name, *kind, *zone;
    int64_t area;
    int32_t starts, ends;
    const char *source;
};
extern const char *const booking_zones[]; /* "a", "b", "c" */

/*
 * A thing, kept from a half-day until another (not of it any more). Two of one
 * thing never overlap: the database itself refuses it, on every way in. But for
 * .why "override": somebody answers for it, with a reason, in the row it is
 * kept for.
 */
struct hold {
    struct row row;
    const char *kind; /* "space", "person", "kit" */
    int64_t thing;    /* its row's id */
    int64_t starts, until;
    const char *why;   /* "visit", "transit", "closed", "override" */
    const char *owner; /* the entity whose row it is kept for, */
    int64_t owner_id;  /* and that row */
};

extern const struct entity closure_entity, hold_entity;

/*
 * Inside a write: the holds of that row become these, and no others (n 0:
 * none). kind, thing, starts, until and why are read of each. ERR_CONFLICT with
 * the refusal "overlap booking_hold" where one is taken already.
 */
enum status holds_set(struct conn *c, struct arena *a,
                      const struct entity *owner, int64_t owner_id,
                      const struct hold *holds, size_t n,
                      struct actor by) MUST_USE;

/*
 * The same in steps, where several rows change places: each gives back what it
 * has, .all are what others may have been doubled over; when all have taken
 * anew, what is doubled over nothing any more keeps its thing as any other.
 */
struct given_back {
    struct hold *all;
    size_t n, room;
};
enum status holds_give_back(struct conn *c, struct arena *a,
                            const struct entity *owner, int64_t owner_id,
                            struct given_back *was) MUST_USE;
enum status holds_settle(struct conn *c, const struct given_back *was) MUST_USE;

/* A hold that is doubled over nothing, as a condition of an UPDATE of them. */
#define OVER_NOTHING                                                           \
    "why = 'override' AND NOT EXISTS (SELECT 1 FROM booking_hold o WHERE"      \
    " o.kind = booking_hold.kind AND o.thing = booking_hold.thing AND"         \
    " o.starts < booking_hold.until AND o.until > booking_hold.starts AND"     \
    " o.id <> booking_hold.id AND (o.why <> 'override' OR o.id <"              \
    " booking_hold.id))"

/* That day, or the nearest before (way -1) or after it (1) on which people work
 * and pupils of that zone are in school: no week-end, no holiday, wherever in
 * the zone. */
enum status school_day_near(struct conn *c, const char *zone, int32_t day,
                            int way, int32_t *out) MUST_USE;

/* The calendar that every laboratory begins with (essaim begin). */
enum status calendar_begin(struct conn *c, struct arena *a) MUST_USE;
/* For the demonstration: school holidays that nobody has fixed yet, to the end
 * of that day's school year. Its people plan the next one in the summer. */
enum status calendar_invent(struct conn *c, struct arena *a,
                            int32_t until) MUST_USE;
