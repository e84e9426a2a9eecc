/* Series: the row, and what is booked, moved and cancelled of one. */
#include "modules/network/series.h"

#include "core/request.h"
#include "modules/directory/check.h"
#include "modules/network/agree.h"
#include "modules/network/people.h"

static const char *const weeks[] = {"every", "a", "b", NULL};
static const char *const reach[] = {REACH_LAB(""), REACH_SCHOOL(""), NULL};

static const struct field fields[] = {
    TEXT(series, title, .max = 160,
         .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    REF(series, lab, &lab_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    CHOICE(series, kind, visit_kinds, .flags = F_REQUIRED | F_FILTER),
    DATE(series, starts, .flags = F_REQUIRED | F_LIST | F_SORT),
    DATE(series, ends, .flags = F_REQUIRED | F_LIST),
    CHOICE(series, part, booking_parts, .flags = F_REQUIRED | F_LIST),
    CHOICE(series, week, weeks, .flags = F_REQUIRED | F_LIST),
    REF(series, space, &space_entity, .agrees = "lab", .flags = 0),
    REF(series, coordinator, &person_entity, .flags = 0),
    REF(series, school, &school_entity, .flags = F_LIST | F_FILTER),
    TEXT(series, class_label, .max = 30, .check = check_unlinked, .flags = 0),
    INT(series, pupils, .min = 1, .max = VISIT_PEOPLE, .flags = 0),
    PROSE(series, need, .max = 2000, .flags = 0),
    TEXT(series, asker, .max = 120, .check = check_unlinked,
         .flags = F_PERSONAL),
    TEXT(series, email, .check = check_mail, .flags = F_PERSONAL),
    TEXT(series, phone, .max = 30, .flags = F_PERSONAL),
    {0},
};

static const char *days_fault(const struct series *s, const char **field)
{
    *field = "ends";
    if (s->ends < s->starts)
        return "network_series.ends_before_starts";
    if (school_year_of(s->ends) != school_year_of(s->starts))
        return "network_series.two_years";
    *field = "starts";
    return day_weekday(s->starts) == 6 ? "network_series.sunday" : NULL;
}

/* Its room, or one at least of the laboratory, holds who comes. */
static const char *room_fault(struct conn *c, const struct series *s)
{
    bool small;
    if (s->space == NONE || s->pupils == NONE)
        return lab_fault(c, s->lab, s->pupils);
    const enum status asked = room_small(c, s->space, s->pupils, &small);
    return asked != OK ? status_fault(asked)
           : small     ? "network_series.room_too_small"
                       : NULL;
}

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct series *s = row;
    const char *fault = days_fault(s, field);
    if (fault)
        return fault;
    *field = "class_label";
    if (s->class_label && !class_key(a, str_of(s->class_label)).n)
        return "network_visit.no_label";
    *field = "pupils";
    fault = s->kind && same(s->kind, "fair")
                ? NULL
                : class_fault(s->class_label, s->pupils);
    if (!fault)
        fault = room_fault(c, s);
    if (fault)
        return fault;
    *field = "space";
    if (s->space != NONE)
        fault = fault_unless(
            c,
            SQL("SELECT count(*) FROM network_space WHERE id = :space AND"
                " lab = :lab"),
            ARGS(arg_int("space", s->space), arg_int("lab", s->lab)),
            "network_slot.space_elsewhere");
    if (fault)
        return fault;
    *field = "lab";
    return fault_if(c,
                    SQL("SELECT count(*) FROM network_visit v WHERE v.series ="
                        " :id AND (v.lab <> :lab OR v.year <> :year)"),
                    ARGS(arg_int("id", s->row.id), arg_int("lab", s->lab),
                         arg_int("year", school_year_of(s->starts))),
                    "network_series.has_visits");
}

const struct entity series_entity = {
    .name = "network_series",
    .api = "series",
    .path = "/series",
    .row_size = sizeof(struct series),
    .fields = fields,
    .title = "title",
    .sort = "-starts",
    .reach = reach,
    .read = "network.visits",
    .write = "network.receive",
    .has_uid = true,
    .keep_years = 10,
    .check = check,
};

/* What a date takes from its series. */
static void follow_series(const struct series *s, struct visit *v)
{
    v->title = s->title;
    v->kind = s->kind;
    v->school = s->school;
    v->class_label = s->class_label;
    v->pupils = s->pupils;
    v->need = s->need;
    v->asker = s->asker;
    v->email = s->email;
    v->phone = s->phone;
}

/* Checked as a form would have it, and then written. */
static enum status save_slot(struct conn *c, struct arena *a, struct slot *slot,
                             const struct place *at, struct actor by,
                             const char **fault)
{
    const char *field;
    slot->day = at->day;
    slot->part = booking_parts[at->part];
    slot->space = at->space;
    *fault = row_fault(c, a, &slot_entity, slot, &field);
    if (*fault)
        return ERR_INVALID;
    return slot->row.id ? row_update(c, a, &slot_entity, slot, by)
                        : row_insert(c, a, &slot_entity, slot, by);
}

/* One mail to each who asked, however many of the dates are theirs. */
static enum status tell_each(struct conn *c, struct arena *a,
                             const struct visit *const *v, size_t n,
                             enum told one, enum told several)
{
    for (size_t i = 0; i < n; i++) {
        int64_t others[SERIES_MOST];
        struct telling t = {.told = one,
                            .visit = v[i],
                            .to = v[i]->email,
                            .day = NO_DAY,
                            .others = others};
        bool told = !t.to;
        for (size_t k = 0; k < n && !told; k++) {
            const bool theirs = v[k]->email && same(v[k]->email, t.to);
            told = theirs && k < i;
            if (theirs && k > i)
                others[t.other_count++] = v[k]->row.id;
        }
        if (told)
            continue;
        if (t.other_count)
            t.told = several;
        TRY(mail_lang(c, a, v[i]->person, v[i]->lang, &t.lang));
        TRY(visit_tell(c, a, &t));
    }
    return OK;
}

struct visit *series_visit(struct arena *a, const struct series *s)
{
    struct visit *v = row_new(a, &visit_entity);
    follow_series(s, v);
    v->lab = s->lab;
    v->year = school_year_of(s->starts);
    v->place = "inside";
    v->asked = day_today();
    v->state = "confirmed";
    v->series = s->row.id;
    return v;
}

static enum status book_one(struct conn *c, struct arena *a,
                            const struct series *s, const struct place *at,
                            struct visit *v, struct actor by,
                            const char **fault)
{
    const char *field;
    *fault = row_fault(c, a, &visit_entity, v, &field);
    if (*fault)
        return ERR_INVALID;
    TRY(row_insert(c, a, &visit_entity, v, by));
    TRY(visit_class_joins(c, a, v, by));
    struct slot *slot = row_new(a, &slot_entity);
    slot->visit = v->row.id;
    slot->coordinator = s->coordinator;
    return save_slot(c, a, slot, at, by, fault);
}

enum status series_book(struct conn *c, struct arena *a, const struct series *s,
                        const struct place *at, size_t n, struct actor by,
                        const char **fault)
{
    const struct visit **all = NEW_ARRAY(a, const struct visit *, n + 1);
    bool is;
    TRY(lab_receives(c, a, s->lab, by.person, &is));
    *fault = is ? NULL : "network_series.other_lab";
    if (!is)
        return ERR_INVALID;
    for (size_t i = 0; i < n; i++) {
        struct visit *v = series_visit(a, s);
        all[i] = v;
        TRY(book_one(c, a, s, &at[i], v, by, fault));
    }
    return tell_each(c, a, all, n, TOLD_BOOKED, TOLD_BOOKED);
}

/* Its visit that is still to come, and its one half-day. */
static enum status to_come(struct conn *c, struct arena *a,
                           const struct series *s, int64_t visit,
                           struct visit **v, struct slot **slot)
{
    void *row;
    int64_t id, n;
    TRY(row_load(c, a, &visit_entity, visit, &reach_all, &row));
    *v = row;
    TRY(db_int(c, SQL("SELECT count(*) FROM network_slot WHERE visit = :visit"),
               ARGS(arg_int("visit", visit)), &n));
    if ((*v)->series != s->row.id || !word_in("asked confirmed", (*v)->state) ||
        n != 1)
        return ERR_CONFLICT;
    TRY(db_int(c, SQL("SELECT min(id) FROM network_slot WHERE visit = :visit"),
               ARGS(arg_int("visit", visit)), &id));
    TRY(row_load(c, a, &slot_entity, id, &reach_all, &row));
    *slot = row;
    return (*slot)->day < day_today() ? ERR_CONFLICT : OK;
}

/* What it is about, who comes and who receives are the series' now. */
static enum status follow_words(struct conn *c, struct arena *a,
                                const struct series *s, struct visit *v,
                                struct actor by, const char **fault)
{
    const char *field;
    follow_series(s, v);
    *fault = row_fault(c, a, &visit_entity, v, &field);
    return *fault ? ERR_INVALID : row_update(c, a, &visit_entity, v, by);
}

/* All of them are given back first: one may go where another was. */
enum status series_move_to(struct conn *c, struct arena *a,
                           const struct series *s, const struct series_going *m,
                           struct actor by, const char **fault)
{
    struct visit *v[SERIES_MOST];
    const struct visit *all[SERIES_MOST];
    struct slot *slot[SERIES_MOST];
    struct given_back was = {0};
    *fault = NULL;
    by.tells = true;
    CHECK(m->n <= SERIES_MOST);
    for (size_t i = 0; i < m->n; i++) {
        TRY(to_come(c, a, s, m->visits[i], &v[i], &slot[i]));
        TRY(holds_give_back(c, a, &slot_entity, slot[i]->row.id, &was));
    }
    for (size_t i = 0; i < m->n; i++) {
        if (m->with_words) {
            TRY(follow_words(c, a, s, v[i], by, fault));
            slot[i]->coordinator = s->coordinator;
        }
        TRY(save_slot(c, a, slot[i], &m->to[i], by, fault));
        all[i] = v[i];
    }
    TRY(holds_settle(c, &was));
    return tell_each(c, a, all, m->n, TOLD_MOVED, TOLD_MOVED);
}

enum status series_cancel(struct conn *c, struct arena *a,
                          const struct series *s, int32_t from, int32_t to,
                          struct str reason, struct actor by, size_t *n)
{
    struct rows *rows;
    int64_t ids[SERIES_MOST];
    const struct visit *cancelled[SERIES_MOST];
    const char *refusal;
    by.tells = true;
    *n = 0;
    TRY(db_rows(c, a,
                SQL("SELECT v.id FROM network_visit v WHERE v.series = :series"
                    " AND v.state IN ('asked', 'confirmed') AND EXISTS (SELECT"
                    " 1 FROM network_slot s WHERE s.visit = v.id AND s.day"
                    " BETWEEN :from AND :to) AND NOT EXISTS (SELECT 1 FROM"
                    " network_slot s WHERE s.visit = v.id AND s.day < :today)"
                    " ORDER BY (SELECT min(s.day) FROM network_slot s WHERE"
                    " s.visit = v.id), v.id LIMIT :most"),
                ARGS(arg_int("series", s->row.id), arg_day("from", from),
                     arg_day("to", to), arg_day("today", day_today()),
                     arg_int("most", SERIES_MOST)),
                &rows));
    while (rows_next(rows))
        ids[(*n)++] = row_int(rows, 0);
    TRY(rows_end(rows));
    for (size_t i = 0; i < *n; i++) {
        void *v;
        TRY(row_load(c, a, &visit_entity, ids[i], &reach_all, &v));
        TRY(step_take(c, a, &visit_entity, step_find(&visit_entity, "cancel"),
                      v, reason, by, &refusal));
        cancelled[i] = v;
    }
    return tell_each(c, a, cancelled, *n, TOLD_CANCELLED, TOLD_CANCELLED_ALL);
}
