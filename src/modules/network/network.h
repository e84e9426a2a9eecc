/*
 * The network of digital laboratories: where they are, when they are open, what
 * they have to show. On paper:
 *
 *   lab        a laboratory in its host (a school, or an association's or a
 *              commune's place), from a day until a day; its bassin and zone
 *     space      a room of it, or a part of a room: who has the room has its
 *                parts
 *     opening    a half-day of the week on which it receives
 *     pause      days on which it alone is closed, and why
 *     team       who coordinates it, since when and until when; named to
 *                everybody only where they agreed to it
 *     shown      equipment that visitors try there
 *   series     an accueil that comes back each week or each second one
 *     visit    one date of it (series.h)
 *   visit      an accueil: a public, received by the laboratory in its rooms or
 *              outside of them, on one or more half-days
 *     slot       one of its half-days, with its space and its coordinator; from
 *                it follow the holds, and only from it. With a reason
 *                (.override) it takes place though the laboratory is closed, or
 *                beside another that has the room
 *
 * Steps of a visit
 *
 *   asked --confirm--> confirmed --hold--> held --correct--> confirmed
 *      \____ cancel ____/    \--miss--> missed
 *
 * (hold_late, with a reason, once its school year is over)
 * and from cancelled or missed, where its half-days are still free: reopen, to
 * confirmed, or ask_again, to asked. What was cancelled needs the agreement of
 * the head anew, so that a laboratory with that rule has ask_again alone; who
 * did not come had it, and keeps it.
 * What is asked, confirmed or held keeps its half-days; what is cancelled or
 * missed gives them back, in the transaction of the step. A visit counts in the
 * figures once it was held, with those who were present: people once per visit,
 * half-days by slot, a class once per school year. One that was held in a
 * school year that is over is changed only after "correct", whose reason the
 * journal keeps.
 *
 *
 *     agreement  of the head of the school, by a one-time link
 *     review     one minute afterwards: what was used, what blocked
 *     outing     what the sheet of the sortie scolaire says besides
 *
 * Reach: a grant on the laboratory, its host school, its bassin, or the
 * département of that.
 */
#pragma once

#include "modules/booking/booking.h"
#include "modules/directory/directory.h"

/* A held visit v from which every half-day was taken away took no place: it
 * counts nowhere. */
#define HAS_HALVES                                                             \
    " AND EXISTS (SELECT 1 FROM network_slot s WHERE s.visit = v.id)"

/* How many were there, at a visit v. */
#define PRESENT                                                                \
    "coalesce(v.present_pupils, 0) + coalesce(v.present_teachers, 0) + "       \
    "coalesce(v.present_parents, 0) + coalesce(v.present_others, 0)"

struct lab {
    struct row row;
    const char *name;
    int64_t school, organisation, bassin, grappe;
    const char *zone, *place;
    double latitude, longitude; /* where the host is no school */
    int32_t opened, closed;
    const char *summary, *mail, *phone;
    enum yesno agreement; /* confirming a class needs that of its head */
    int64_t remind_days;  /* before; NONE: REMIND_DAYS */
};

struct space {
    struct row row;
    int64_t lab, within;
    const char *name;
    int64_t capacity;
};

/* .week: "every", or "a" and "b": odd and even weeks of ISO 8601. */
struct opening {
    struct row row;
    int64_t lab;
    const char *weekday, *part, *week;
};

/* Both days are of it. */
struct pause {
    struct row row;
    int64_t lab;
    const char *name;
    int32_t starts, ends;
};

struct lab_team {
    struct row row;
    int64_t lab, person;
    int32_t starts, ends;
    enum yesno in_public; /* the laboratory's page names them to everybody */
};

struct lab_shown {
    struct row row;
    int64_t lab;
    const char *name;
    int64_t number;
    const char *summary;
};

/* .year: all its slots are of that school year. What was announced and who was
 * present are counted by kind of public. */
struct visit {
    struct row row;
    int64_t lab, year;
    const char *title, *kind, *place;
    int64_t school, project, person;
    int64_t series;          /* of which it is one date; NONE */
    const char *class_label; /* as asked; found or made when it is confirmed */
    const char *asker, *email, *phone, *need;
    int64_t pupils, teachers, parents, others;
    int64_t present_pupils, present_teachers, present_parents, present_others;
    int64_t stands;
    int32_t asked;
    const char *head_email; /* where the directory knows no head */
    const char *lang;       /* in which it was asked */
    const char *state, *state_reason;
};

/* .space NONE: outside. .override: why it takes place though the laboratory is
 * closed, or the space taken. */
struct slot {
    struct row row;
    int64_t visit;
    int32_t day;
    const char *part;
    int64_t space, coordinator;
    const char *address, *override;
};

extern const struct entity visit_entity, slot_entity;
/* The half-days nearest to a slot's on which a room of its laboratory, and its
 * coordinator, are free; of the entity. */
enum status slot_instead(struct conn *c, struct arena *a,
                         const struct instead_ask *ask, void **out,
                         size_t *n) MUST_USE;
extern const struct link visit_links[]; /* classes */

extern const char *const visit_kinds[]; /* ends with NULL */
/* Is it known of any public how many were there? */
bool visit_is_counted(const struct visit *v);
enum { VISIT_PEOPLE = 400 }; /* at most, of one public */

/* Inside a write: the class of that school, year and label, as labels are
 * compared; k itself, written, where the school has none, with what its label
 * tells. */
enum status class_of_label(struct conn *c, struct arena *a, struct class *k,
                           struct actor by, int64_t *id) MUST_USE;
/* Inside a write: the classes that were asked for join the visit; each is made
 * where its school has none of that label. */
enum status visit_class_joins(struct conn *c, struct arena *a,
                              const struct visit *v, struct actor by) MUST_USE;

/*
 * What the head of the school says to a visit: asked by a one-time link, which
 * the row sends where it is made, or by telephone or on paper. One that was
 * asked or given for another half-day is revoked.
 */
struct agreement {
    struct row row;
    int64_t visit;
    const char *name, *email;
    int32_t asked, until, answered;
    const char *state, *state_reason;
};

/* What who asked says afterwards: the form of one minute. */
struct review {
    struct row row;
    int64_t visit;
    const char *went, *other, *blocked;
    int32_t answered;
};

/* What the school needs to know to leave with its class. */
struct outing {
    struct row row;
    int64_t visit, adults, cost;
    const char *leaves, *returns, *adult_names, *transport, *carrier, *paid_by,
        *meal, *needs, *contact;
};

extern const struct entity agreement_entity, review_entity, outing_entity;

/* Paths of reach, of what a reference leads to: a laboratory, a school, a
 * visit. `of` is the path up to it, "" or "visit.". */
#define REACH_LAB(of)                                                          \
    of "lab", of "lab.school", of "lab.bassin", of "lab.bassin.parent"
#define REACH_SCHOOL(of)                                                       \
    of "school", of "school.bassin", of "school.circonscription"
#define REACH_VISIT REACH_LAB("visit."), REACH_SCHOOL("visit.")

/* A visit in one of these keeps its half-days. */
#define KEEPING "'asked', 'confirmed', 'held'"

/* lab_meant.c: the laboratories whose name, commune or host that is, but for
 * the words that all of them share; see entity.meant. */
enum status lab_meant(struct conn *c, struct arena *a, struct str text,
                      int64_t *ids, size_t *n) MUST_USE;
extern const struct entity lab_entity, space_entity, opening_entity,
    pause_entity, lab_team_entity, lab_shown_entity;
/* Where laboratories are that are open: as they say, or where their school is.
 */
#define LAB_PLACES                                                             \
    "SELECT l.id, l.name, coalesce(l.longitude, e.longitude), "                \
    "coalesce(l.latitude, e.latitude) FROM network_lab l LEFT JOIN "           \
    "directory_school e ON e.id = l.school WHERE l.closed IS NULL ORDER BY "   \
    "l.name, l.id"
extern const struct figure network_figures[];

enum status network_demo(struct demo *d) MUST_USE;
