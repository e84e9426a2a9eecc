/* Visits (accueils). */
#include "modules/network/visit.h"

#include "modules/directory/check.h"
#include "modules/network/agree.h"
#include "modules/network/people.h"
#include "modules/network/series.h"
#include "modules/network/waiting.h"
#include "modules/portfolio/portfolio.h"
#include "view/form.h"

static const char *const visit_reach[] = {REACH_LAB(""), REACH_SCHOOL(""),
                                          NULL};
const char *const visit_kinds[] = {
    "coanimation", "workshop", "discovery", "training",
    "individual",  "fair",     NULL,
};
static const char *const places[] = {"inside", "outside", NULL};
static const char *const langs[] = {"fr", "en", NULL};
static const char *const states[] = {"asked",  "confirmed", "held",
                                     "missed", "cancelled", NULL};

#define PEOPLE(member, ...)                                                    \
    INT(visit, member, .min = 0, .max = VISIT_PEOPLE, __VA_ARGS__)

static const struct field visit_fields[] = {
    TEXT(visit, title, .max = 160,
         .flags = F_REQUIRED | F_SETTLED | F_LIST | F_SORT | F_SEARCH),
    REF(visit, lab, &lab_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    SCHOOL_YEAR(visit, year, .min = 2000, .max = 2100,
                .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER | F_BEGINS |
                         F_RARE),
    CHOICE(visit, kind, visit_kinds, .flags = F_REQUIRED | F_LIST | F_FILTER),
    CHOICE(visit, place, places,
           .flags = F_REQUIRED | F_FILTER | F_BEGINS | F_RARE),
    REF(visit, school, &school_entity, .flags = F_LIST | F_FILTER),
    REF(visit, project, &project_entity, .flags = F_FILTER | F_RARE),
    REF(visit, series, &series_entity, .flags = F_FILTER | F_COMPUTED),
    REF(visit, person, &person_entity, .flags = F_PERSONAL | F_RARE),
    TEXT(visit, class_label, .max = 30, .check = check_unlinked, .flags = 0),
    TEXT(visit, asker, .max = 120, .check = check_unlinked,
         .flags = F_PERSONAL),
    TEXT(visit, email, .check = check_mail, .flags = F_PERSONAL),
    TEXT(visit, phone, .max = 30, .flags = F_PERSONAL),
    PROSE(visit, need, .max = 2000, .flags = F_SEARCH),
    INT(visit, pupils, .min = 1, .max = VISIT_PEOPLE, .flags = 0),
    PEOPLE(teachers, .flags = F_RARE),
    PEOPLE(parents, .flags = F_RARE),
    PEOPLE(others, .flags = F_RARE),
    PEOPLE(present_pupils, .flags = F_RARE),
    PEOPLE(present_teachers, .flags = F_RARE),
    PEOPLE(present_parents, .flags = F_RARE),
    PEOPLE(present_others, .flags = F_RARE),
    INT(visit, stands, .min = 1, .max = 200, .flags = F_RARE),
    DATE(visit, asked,
         .flags = F_REQUIRED | F_LIST | F_SORT | F_BEGINS | F_RARE),
    TEXT(visit, head_email, .check = check_mail, .flags = F_PERSONAL | F_RARE),
    CHOICE(visit, lang, langs, .flags = F_COMPUTED | F_HIDDEN),
    CHOICE(visit, state, states, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(visit, state_reason, .max = 400, .flags = F_COMPUTED),
    {0},
};
static const struct index visit_indexes[] = {
    {.columns = "year, state, lab"},
    {.columns = "state, asked"},
    {0},
};
/* In French, as rows are, whoever writes. */
const char *visit_title(struct arena *a, const struct visit *v)
{
    const char *kind =
        choice_label(a, lang_default(), &visit_entity, "kind", v->kind);
    return v->class_label ? arena_printf(a, "%s, %s", kind, v->class_label)
                          : kind;
}

static void visit_settle(struct arena *a, void *row)
{
    struct visit *v = row;
    if (!v->title && v->kind)
        v->title = visit_title(a, v);
}

bool visit_is_counted(const struct visit *v)
{
    return v->present_pupils > 0 || v->present_teachers > 0 ||
           v->present_parents > 0 || v->present_others > 0;
}

static bool is_over(const struct visit *v)
{
    return v->year < school_year_of(day_today());
}

/* Are those who come, or came, too many for the classes that it names? */
static const char *classes_fault(struct conn *c, const struct visit *v,
                                 const char **field)
{
    int64_t linked, named = (int64_t)labels_part(v->class_label, NULL, 0);
    *field = "pupils";
    if (v->kind && same(v->kind, "fair"))
        return NULL;
    if (db_int(c,
               SQL("SELECT count(*) FROM network_visit_classes k WHERE"
                   " k.row_id = :id AND " LINK_STANDS("k")),
               ARGS(arg_int("id", v->row.id)), &linked) != OK)
        return UNANSWERED;
    if (linked > named)
        named = linked;
    if (!classes_fit(v->pupils, named))
        return "network_visit.class_size";
    *field = "present_pupils";
    return classes_fit(v->present_pupils, named) ? NULL
                                                 : "network_visit.class_size";
}

/* A class is of one school year, and counts in it once: one of another year
 * would be told of this one. Of another school it may be: a CM2 comes with a
 * 6e.
 */
static const char *year_fault(struct conn *c, const struct visit *v)
{
    return fault_if(
        c,
        SQL("SELECT count(*) FROM network_visit_classes k JOIN"
            " directory_class d ON d.id = k.target_id WHERE"
            " k.row_id = :id AND d.year <> :year AND " LINK_STANDS("k")),
        ARGS(arg_int("id", v->row.id), arg_int("year", v->year)),
        "network_visit.class_of_another_year");
}

/* While a half-day is still to come, it has not taken place. late: told after
 * its school year was over. */
static const char *held_refusal(struct conn *c, const struct visit *v,
                                bool late)
{
    int64_t last;
    if (is_over(v) != late)
        return late ? "network_visit.year_open" : "network_visit.hold_over";
    if (db_int(c, SQL("SELECT max(day) FROM network_slot WHERE visit = :visit"),
               ARGS(arg_int("visit", v->row.id)), &last) != OK)
        return UNANSWERED;
    if (last == NONE)
        return "network_visit.no_slot";
    if (last > day_today())
        return "network_visit.not_yet";
    const char *field;
    if (!visit_is_counted(v))
        return "network_visit.nobody_counted";
    const char *fault = classes_fault(c, v, &field);
    return fault ? fault : year_fault(c, v);
}
static const char *refuses_held(struct conn *c, struct arena *a,
                                const void *row, int64_t person)
{
    (void)a, (void)person;
    return held_refusal(c, row, false);
}
static const char *refuses_held_late(struct conn *c, struct arena *a,
                                     const void *row, int64_t person)
{
    (void)a, (void)person;
    return held_refusal(c, row, true);
}

/* The fault of a visit that has half-days, by whether the first has come. */
static const char *come_fault(struct conn *c, const struct visit *v, bool come,
                              const char *fault)
{
    int64_t first;
    if (db_int(c, SQL("SELECT min(day) FROM network_slot WHERE visit = :visit"),
               ARGS(arg_int("visit", v->row.id)), &first) != OK)
        return UNANSWERED;
    return first != NONE && (first <= day_today()) == come ? fault : NULL;
}

/* Nobody is missing before the day. */
static const char *refuses_miss(struct conn *c, struct arena *a,
                                const void *row, int64_t person)
{
    (void)a, (void)person;
    return come_fault(c, row, false, "network_visit.not_yet");
}

/* Who asked may still not come, until the day. */
static const char *refuses_gone(struct conn *c, struct arena *a,
                                const void *row, int64_t person)
{
    (void)a, (void)person;
    return come_fault(c, row, true, "network_visit.too_late");
}
static const char *refuses_withdraw(struct conn *c, struct arena *a,
                                    const void *row, int64_t person)
{
    const struct visit *v = row;
    return v->person == NONE || v->person != person
               ? "network_visit.not_yours"
               : refuses_gone(c, a, row, person);
}

static enum status team_hears(struct conn *c, struct arena *a, const void *row,
                              struct str reason, struct actor by)
{
    (void)reason, (void)by;
    return team_tell(c, a, row,
                     &(struct telling){.told = TOLD_WITHDRAWN, .day = NO_DAY});
}

const struct step visit_withdraw = {.name = "withdraw",
                                    .from = "asked confirmed",
                                    .to = "cancelled",
                                    .refuse = refuses_gone,
                                    .effect = team_hears};

static enum status class_joins(struct conn *c, struct arena *a, const void *row,
                               struct str reason, struct actor by)
{
    (void)reason;
    return visit_class_joins(c, a, row, by);
}

/* Days that were open when they were asked for may be closed by now. */
static const char *shut_fault(struct conn *c, const struct visit *v)
{
    return fault_if(
        c,
        SQL("SELECT count(*) FROM network_visit t WHERE t.id = :id"
            " AND " VISIT_IS_SHUT_OUT),
        ARGS(arg_int("id", v->row.id), arg_day("today", day_today())),
        "network_visit.shut_out");
}

static const char *refuses_confirm(struct conn *c, struct arena *a,
                                   const void *row, int64_t person)
{
    bool is;
    const struct visit *v = row;
    const enum status s = lab_receives(c, a, v->lab, person, &is);
    if (s != OK || !is)
        return s != OK ? status_fault(s) : "network_visit.other_lab";
    const char *fault = shut_fault(c, v);
    if (!fault)
        fault = year_fault(c, v);
    return fault ? fault : agreement_lacks(c, a, row, person);
}

static const struct step visit_steps[] = {
    {.name = "confirm",
     .from = "asked",
     .to = "confirmed",
     .right = "network.receive",
     .refuse = refuses_confirm,
     .effect = class_joins},
    {.name = "hold",
     .from = "confirmed",
     .to = "held",
     .right = "network.receive",
     .asks = VISIT_PRESENT,
     .mends = "network_visit.nobody_counted",
     .hides = "network_visit.hold_over",
     .refuse = refuses_held},
    {.name = "hold_late",
     .from = "confirmed",
     .to = "held",
     .right = "network.receive",
     .asks = VISIT_PRESENT,
     .mends = "network_visit.nobody_counted",
     .hides = "network_visit.year_open",
     .refuse = refuses_held_late,
     .needs_reason = true},
    {.name = "miss",
     .from = "confirmed",
     .to = "missed",
     .right = "network.receive",
     .refuse = refuses_miss,
     .needs_reason = true},
    {.name = "cancel",
     .from = "asked confirmed",
     .to = "cancelled",
     .right = "network.receive",
     .needs_reason = true},
    {.name = "withdraw",
     .from = "asked confirmed",
     .to = "cancelled",
     .right = "network.visits",
     .refuse = refuses_withdraw,
     .hides = "network_visit.not_yours",
     .effect = team_hears},
    {.name = "reopen",
     .from = "cancelled missed",
     .to = "confirmed",
     .right = "network.receive",
     .refuse = refuses_confirm,
     .effect = class_joins,
     .conflict = "network_visit.slot_taken",
     .taken = visit_taken},
    {.name = "ask_again",
     .from = "cancelled missed",
     .to = "asked",
     .right = "network.receive",
     .conflict = "network_visit.slot_taken",
     .taken = visit_taken},
    {.name = "correct",
     .from = "held",
     .to = "confirmed",
     .right = "network.receive",
     .needs_reason = true},
    {0},
};

bool visit_keeps(const struct visit *v)
{
    return v && word_in("asked confirmed held", v->state);
}

/* Its slots are kept, or given back, as its state says now. */
static enum status visit_follow(struct conn *c, struct arena *a,
                                const void *before, const void *after,
                                struct actor by)
{
    const struct visit *v = after ? after : before;
    struct list list;
    if (before && after && by.import == 0)
        TRY(visit_changed(c, a, before, after, by));
    if (visit_keeps(before) == visit_keeps(after))
        return OK;
    struct list_ask ask = {.entity = &slot_entity,
                           .reach = &reach_all,
                           .where = SQL("t.visit = :visit"),
                           .args = ARGS(arg_int("visit", v->row.id)),
                           .limit = LIST_MOST,
                           .no_total = true};
    do {
        TRY(list_load(c, a, &ask, &list));
        for (size_t i = 0; i < list.n; i++) {
            const struct slot *s = list.rows[i];
            if (visit_keeps(after))
                TRY(slot_keep(c, a, s, by));
            else
                TRY(holds_set(c, a, &slot_entity, s->row.id, NULL, 0, by));
        }
        ask.after = list.next;
    } while (list.next);
    return visit_keeps(after) ? OK : waiting_wake(c, v->lab);
}

/* Do more come now than before, too many for a room that it has? */
static const char *rooms_fault(struct conn *c, struct arena *a,
                               const struct visit *v)
{
    void *before;
    const int64_t seats = visit_seats(v);
    if (!v->row.id || !word_in("asked confirmed", v->state))
        return NULL;
    const enum status s =
        row_load(c, a, &visit_entity, v->row.id, &reach_all, &before);
    if (s == ERR_NOT_FOUND || (s == OK && seats <= visit_seats(before)))
        return NULL;
    if (s != OK)
        return status_fault(s);
    return fault_if(c,
                    SQL("SELECT count(*) FROM network_slot s JOIN network_space"
                        " p ON p.id = s.space WHERE s.visit = :visit AND"
                        " s.override IS NULL AND p.capacity < :people"),
                    ARGS(arg_int("visit", v->row.id), arg_int("people", seats)),
                    "network_visit.room_too_small");
}

/* Who comes: as many as there may be of a class, and in its rooms. */
static const char *people_fault(struct conn *c, struct arena *a,
                                const struct visit *v, const char **field)
{
    const char *fault = classes_fault(c, v, field);
    if (fault)
        return fault;
    *field = "present_pupils";
    if (v->state && same(v->state, "held") && !visit_is_counted(v))
        return "network_visit.nobody_counted";
    *field = "pupils";
    return rooms_fault(c, a, v);
}

/* Its half-days were checked against where and when it is. */
static const char *visit_check(struct conn *c, struct arena *a, const void *row,
                               const char **field)
{
    const struct visit *v = row;
    *field = NULL;
    if (v->class_label && !class_key(a, str_of(v->class_label)).n) {
        *field = "class_label";
        return "network_visit.no_label";
    }
    if (v->stands != NONE && v->kind && !same(v->kind, "fair")) {
        *field = "stands";
        return "network_visit.stands_of_fair";
    }
    const char *fault = people_fault(c, a, v, field);
    if (fault)
        return fault;
    *field = NULL;
    return fault_if(
        c,
        SQL("SELECT count(*) FROM network_slot s JOIN network_visit v"
            " ON v.id = s.visit WHERE v.id = :id AND (v.lab <> :lab"
            " OR v.year <> :year OR v.place <> :place)"),
        ARGS(arg_int("id", v->row.id), arg_int("lab", v->lab),
             arg_int("year", v->year), arg_cstr("place", v->place)),
        "network_visit.has_slots");
}

/* What took place in a year that is over is part of its account. */
const char *visit_locked(struct conn *c, struct arena *a, const void *row)
{
    const struct visit *v = row;
    (void)c, (void)a;
    return same(v->state, "held") && is_over(v) ? "network_visit.year_closed"
                                                : NULL;
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
    .settle = visit_settle,
    .locked = visit_locked,
    .check = visit_check,
    .follow = visit_follow,
    .entered = visit_entered,
};
